//! Mailboxes: display names with addresses, as header fields and the API write them (RFC 5322 §3.4).
//!
//! Guarantees
//! 1. One pass, no recursion: comments nest by a counter. At most [`MAILBOXES_MAX`] mailboxes a list.
//! 2. Tolerated and dropped: comments, group names, empty list entries, source routes (`<@a,@b:c@d>`).
//! 3. A name is decoded (RFC 2047) and holds no control character.
//!
//! Not here: writing mailboxes (`encode`).

use super::word::decode_text;
use crate::{Address, AddressError};

/// Most mailboxes of one list: five times the most recipients that a message may have by default.
pub const MAILBOXES_MAX: usize = 5_000;

/// A person or role: `Ann <ann@example.org>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mailbox {
    /// Not empty, no control character.
    pub name: Option<String>,
    pub address: Address,
}

/// Why a text is not a mailbox or a list of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MailboxError {
    #[error("{0}")]
    Address(#[from] AddressError),
    #[error("a quote, bracket or parenthesis is not closed or stands in the wrong place")]
    Syntax,
    #[error("a control character is not allowed")]
    Control,
    #[error("exactly one address is expected")]
    NotOne,
    #[error("more than {MAILBOXES_MAX} addresses")]
    TooMany,
}

impl Mailbox {
    /// Parses exactly one mailbox as a person writes it in an API field: `a@b`, `<a@b>`, `Ann B. <a@b>`, `"B, Ann" <a@b>`.
    pub fn parse(text: &str) -> Result<Mailbox, MailboxError> {
        if text.chars().any(char::is_control) {
            return Err(MailboxError::Control);
        }
        let mut list = parse_mailboxes(text.as_bytes())?;
        match (list.pop(), list.is_empty()) {
            (Some(mailbox), true) => Ok(mailbox),
            (None | Some(_), _) => Err(MailboxError::NotOne),
        }
    }
}

impl From<Address> for Mailbox {
    fn from(address: Address) -> Mailbox {
        Mailbox { name: None, address }
    }
}

/// Parses the unfolded value of an address field. An empty value or group is an empty list.
pub fn parse_mailboxes(value: &[u8]) -> Result<Vec<Mailbox>, MailboxError> {
    let text = String::from_utf8_lossy(value);
    let mut list = Vec::new();
    let mut entry = Entry::default();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => entry.quoted(read_quoted(&mut chars)?),
            '(' => skip_comment(&mut chars)?,
            '<' => entry.angle(read_angle(&mut chars)?)?,
            // What stood before the colon is a group's name.
            ':' => entry = Entry::default(),
            ',' | ';' => std::mem::take(&mut entry).finish(&mut list)?,
            '>' | ')' => return Err(MailboxError::Syntax),
            c => entry.plain(c),
        }
    }
    entry.finish(&mut list)?;
    Ok(list)
}

/// What was read of one mailbox.
#[derive(Default)]
struct Entry {
    /// For a name: quotes and escapes removed.
    name: String,
    /// For an address without angle brackets: quotes kept, white space at the ends only.
    spec: String,
    angle: Option<String>,
}

impl Entry {
    fn plain(&mut self, c: char) {
        if self.angle.is_none() {
            self.name.push(c);
            self.spec.push(c);
        } else if !c.is_whitespace() {
            // Something other than a comment after the bracket: `finish` refuses it.
            self.spec.push(c);
        }
    }

    fn quoted(&mut self, raw: String) {
        let mut chars = raw[1..raw.len() - 1].chars();
        while let Some(c) = chars.next() {
            self.name.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
        }
        self.spec.push_str(&raw);
    }

    fn angle(&mut self, spec: String) -> Result<(), MailboxError> {
        self.spec.clear();
        match self.angle.replace(spec) {
            None => Ok(()),
            Some(_) => Err(MailboxError::Syntax),
        }
    }

    fn finish(self, list: &mut Vec<Mailbox>) -> Result<(), MailboxError> {
        let spec = self.spec.trim();
        let mailbox = match self.angle {
            Some(_) if !spec.is_empty() => return Err(MailboxError::Syntax),
            Some(angle) => {
                let name = decode_text(self.name.trim().as_bytes());
                let name = name.trim();
                let name = (!name.is_empty()).then(|| name.to_owned());
                Mailbox { name, address: Address::parse(without_route(&angle))? }
            }
            None if spec.is_empty() => return Ok(()),
            None => Mailbox { name: None, address: Address::parse(spec)? },
        };
        if list.len() >= MAILBOXES_MAX {
            return Err(MailboxError::TooMany);
        }
        list.push(mailbox);
        Ok(())
    }
}

/// The opening quote was read; the result has both quotes, escapes as written.
fn read_quoted(chars: &mut std::str::Chars<'_>) -> Result<String, MailboxError> {
    let mut raw = String::from('"');
    while let Some(c) = chars.next() {
        raw.push(c);
        match c {
            '"' => return Ok(raw),
            '\\' => raw.push(chars.next().ok_or(MailboxError::Syntax)?),
            _ => {}
        }
    }
    Err(MailboxError::Syntax)
}

/// The opening parenthesis was read.
fn skip_comment(chars: &mut std::str::Chars<'_>) -> Result<(), MailboxError> {
    let mut depth = 1_usize;
    while let Some(c) = chars.next() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Ok(()),
            ')' => depth -= 1,
            '\\' => drop(chars.next()),
            _ => {}
        }
    }
    Err(MailboxError::Syntax)
}

/// The opening bracket was read; the result is what stands before the closing one, without comments and outer white space.
fn read_angle(chars: &mut std::str::Chars<'_>) -> Result<String, MailboxError> {
    let mut spec = String::new();
    while let Some(c) = chars.next() {
        match c {
            '>' => return Ok(spec.trim().to_owned()),
            '"' => spec.push_str(&read_quoted(chars)?),
            '(' => skip_comment(chars)?,
            '<' => return Err(MailboxError::Syntax),
            c => spec.push(c),
        }
    }
    Err(MailboxError::Syntax)
}

/// RFC 5322 §4.4: a route is accepted and ignored.
fn without_route(spec: &str) -> &str {
    match spec.strip_prefix('@').and_then(|rest| rest.split_once(':')) {
        Some((_, address)) => address,
        None => spec,
    }
}
