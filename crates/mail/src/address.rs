//! Addresses: parsed once, at the rim (RFC 5321 §4.1.2, RFC 6531 §3.3).
//!
//! Guarantees
//! 1. The domain is lowercased ASCII (UTS-46), so equal domains compare equal; the local part keeps its case.
//! 2. No control character, no white space outside quotes that the wire would not carry, at most 254 octets.
//! 3. What `parse` takes, `to_string` gives back in the form the wire needs.
//!
//! Not here: display names and header syntax (`header`), comments and source routes (refused).

use std::borrow::Cow;
use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// A domain name: ASCII, lowercased, without a final dot. 1 to 253 octets, labels of 1 to 63.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(Box<str>);

/// `local-part@domain`. At most 254 octets (RFC 5321 erratum 1690), the local part at most 64.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    text: Box<str>,
    at: u16,
}

/// What `MAIL FROM` carries.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ReversePath {
    /// `<>`: a notification. Never reply to it, never notify about it.
    Null,
    Mailbox(Address),
}

/// Why a text is not an address. The sentence may be shown to whoever wrote the address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressError {
    #[error("an address needs a local part, an @ and a domain")]
    Incomplete,
    #[error("the local part is longer than 64 octets or the address longer than 254")]
    TooLong,
    #[error("the local part holds a character that needs quotes or is not allowed")]
    LocalPart,
    #[error("the domain is not a valid domain name")]
    Domain,
    #[error("address literals such as user@[192.0.2.1] are not accepted")]
    Literal,
}

impl Domain {
    /// Accepts any case, Unicode (made ASCII by UTS-46) and one final dot.
    pub fn parse(text: &str) -> Result<Domain, AddressError> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.starts_with('[') {
            return Err(AddressError::Literal);
        }
        if is_plain_lowercase(text) {
            return Domain::checked(text.into());
        }
        let ascii = idna::domain_to_ascii_strict(text).map_err(|_| AddressError::Domain)?;
        Domain::checked(ascii.into())
    }

    fn checked(ascii: Box<str>) -> Result<Domain, AddressError> {
        let label_ok = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let ok = ascii.len() <= 253
            && ascii.split('.').all(label_ok)
            && ascii.parse::<std::net::Ipv4Addr>().is_err();
        if ok { Ok(Domain(ascii)) } else { Err(AddressError::Domain) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is `parent` or a name below it.
    #[must_use]
    pub fn is_within(&self, parent: &Domain) -> bool {
        self.0.strip_suffix(parent.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

fn is_plain_lowercase(text: &str) -> bool {
    !text.contains("--")
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
}

impl Address {
    /// Parses `local-part@domain` as it stands in an envelope or an API field: no angle brackets, no display name. A local
    /// part keeps only the quoting that it needs: `"ann"@example.org` is `ann@example.org`.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        let at = text.rfind('@').ok_or(AddressError::Incomplete)?;
        let (local, domain) = (&text[..at], &text[at + 1..]);
        if local.is_empty() || domain.is_empty() {
            return Err(AddressError::Incomplete);
        }
        if local.len() > 64 {
            return Err(AddressError::TooLong);
        }
        if !local_part_ok(local) {
            return Err(AddressError::LocalPart);
        }
        let local = &*shortest(local);
        let domain = Domain::parse(domain)?;
        if local.len() + 1 + domain.0.len() > 254 {
            return Err(AddressError::TooLong);
        }
        // The bound just checked makes the cast exact.
        Ok(Address { text: format!("{local}@{}", domain.0).into(), at: local.len() as u16 })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Case kept: only the receiving system may fold it (RFC 5321 §2.4).
    #[must_use]
    pub fn local_part(&self) -> &str {
        &self.text[..usize::from(self.at)]
    }

    /// ASCII, lowercased.
    #[must_use]
    pub fn domain_str(&self) -> &str {
        &self.text[usize::from(self.at) + 1..]
    }

    #[must_use]
    pub fn domain(&self) -> Domain {
        Domain(self.domain_str().into())
    }

    /// The form under which suppressions and searches know the address: all lowercase, composed (NFC). A receiver takes
    /// `é` of one or of two code points for the same mailbox (RFC 8265), so both are one address here; what is sent is as given.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.text)
    }

    /// Whether the wire needs SMTPUTF8 for it (RFC 6531): the domain is always ASCII, so the local part decides.
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        !self.local_part().is_ascii()
    }
}

/// As [`Address::folded`], of what need not be an address.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Composed first, since lowering may depend on it, and again, since lowering may take apart (İ).
    let composed: String = text.nfc().collect();
    composed.to_lowercase().nfc().collect()
}

fn local_part_ok(local: &str) -> bool {
    match local.strip_prefix('"') {
        Some(rest) => quoted_ok(rest),
        None => local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atext)),
    }
}

/// `rest` is what follows the opening quote; the closing one must be its last character.
fn quoted_ok(rest: &str) -> bool {
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return chars.as_str().is_empty(),
            '\\' => match chars.next() {
                Some(' '..='~') => {}
                _ => return false,
            },
            c if c.is_control() => return false,
            _ => {}
        }
    }
    false
}

/// The form that RFC 5321 §4.1.2 wants sent, so that one mailbox has one name, whatever a client quotes.
fn shortest(local: &str) -> Cow<'_, str> {
    let Some(quoted) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return local.into();
    };
    let mut plain = String::with_capacity(quoted.len());
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    if local_part_ok(&plain) && !plain.starts_with('"') {
        return plain.into();
    }
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\"")).into()
}

/// RFC 5322 §3.2.3 and, for what is not ASCII, RFC 6531 §3.3.
fn is_atext(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        '!' | '#' | '$' | '%' | '&' | '\'' | '*' | '+' | '-' | '/' | '=' | '?' | '^' | '_' | '`' | '{'
        | '|' | '}' | '~' => true,
        c => !c.is_ascii() && !c.is_control() && !c.is_whitespace(),
    }
}

impl ReversePath {
    #[must_use]
    pub fn address(&self) -> Option<&Address> {
        match self {
            ReversePath::Null => None,
            ReversePath::Mailbox(address) => Some(address),
        }
    }

    /// The text between the angle brackets: empty for the null reverse-path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.address().map_or("", Address::as_str)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_write_them() {
        let cases: &[(&str, Result<&str, AddressError>)] = &[
            ("ann@example.org", Ok("ann@example.org")),
            ("Ann.B+tag@EXAMPLE.Org.", Ok("Ann.B+tag@example.org")),
            ("jörg@bücher.example", Ok("jörg@xn--bcher-kva.example")),
            ("\"a b\"@example.org", Ok("\"a b\"@example.org")),
            ("\"a\\\"b\"@example.org", Ok("\"a\\\"b\"@example.org")),
            ("\"a@b\"@example.org", Ok("\"a@b\"@example.org")),
            ("\"ann\"@example.org", Ok("ann@example.org")),
            ("\"a\\n\\n.b\"@example.org", Ok("ann.b@example.org")),
            ("\"a\\ b\"@example.org", Ok("\"a b\"@example.org")),
            ("\"a\\\\\\\"b\"@example.org", Ok("\"a\\\\\\\"b\"@example.org")),
            ("\"\\\"a\\\"\"@example.org", Ok("\"\\\"a\\\"\"@example.org")),
            ("\"\"@example.org", Ok("\"\"@example.org")),
            ("\".a\"@example.org", Ok("\".a\"@example.org")),
            ("ann", Err(AddressError::Incomplete)),
            ("@example.org", Err(AddressError::Incomplete)),
            ("ann@", Err(AddressError::Incomplete)),
            ("ann@[192.0.2.1]", Err(AddressError::Literal)),
            ("ann@192.0.2.1", Err(AddressError::Domain)),
            ("ann@exa mple.org", Err(AddressError::Domain)),
            ("ann@-example.org", Err(AddressError::Domain)),
            ("ann@example..org", Err(AddressError::Domain)),
            ("a..b@example.org", Err(AddressError::LocalPart)),
            (".a@example.org", Err(AddressError::LocalPart)),
            ("a b@example.org", Err(AddressError::LocalPart)),
            ("a\r\nRCPT TO:<x>@example.org", Err(AddressError::LocalPart)),
            ("\"a\r\"@example.org", Err(AddressError::LocalPart)),
            ("\"open@example.org", Err(AddressError::LocalPart)),
            ("<a@example.org>", Err(AddressError::LocalPart)),
            ("a@b@example.org", Err(AddressError::LocalPart)),
        ];
        for (text, expected) in cases {
            let got = Address::parse(text).map(|a| a.to_string());
            assert_eq!(got.as_deref(), expected.as_ref().map(|s| *s), "{text:?}");
        }
        assert_eq!(Address::parse(&format!("{}@example.org", "a".repeat(65))), Err(AddressError::TooLong));
    }

    #[test]
    fn however_an_address_is_spelled_it_is_folded_to_one() {
        let cases = [
            ("Ann@example.org", "ann@example.org"),
            ("Rene\u{301}e@example.org", "ren\u{e9}e@example.org"),
            ("REN\u{c9}E@example.org", "ren\u{e9}e@example.org"),
            ("\u{212b}se@example.org", "\u{e5}se@example.org"),
            ("\u{1112}\u{1161}\u{11ab}@example.org", "\u{d55c}@example.org"),
        ];
        for (text, folded) in cases {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.folded(), folded);
            assert_eq!(address.as_str(), text, "it is delivered as given");
        }
    }

    #[test]
    fn a_name_is_within_itself_and_its_parents_only() {
        let d = |s| Domain::parse(s).unwrap();
        assert!(d("mail.example.org").is_within(&d("example.org")));
        assert!(d("example.org").is_within(&d("example.org")));
        assert!(!d("badexample.org").is_within(&d("example.org")));
    }
}
