//! What people type into a search, read. Pure.
//!
//! All of it must hold: `ann@example.org invoice tag:campaign:spring`.
//!
//! | typed | finds |
//! |-------|-------|
//! | `ann@example.org` | the recipient, the author, or a Message-ID |
//! | `@example.org`, `example.org` | recipients of the domain; without the `@` also the words |
//! | `"<id@host>"`, `<id@host>` | the Message-ID |
//! | `tag:name:value`, `tag:name` | the tag; every value of the tag |
//! | `to:`, `from:`, `subject:`, `reply:` before a value | only there |
//! | `invo*` | words that start so |
//! | `invoice` | the word in the subject or in a reply; the last word also as the start of one |

use super::terms::{self, Kind, Piece};

/// Octets that may be typed. Reason: nobody types more, and each part costs a look into the index.
pub const QUERY_MAX: usize = 500;
/// Conditions of one search.
pub const CLAUSES_MAX: usize = 12;

/// Conditions that must all hold, the most selective kinds first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub(super) clauses: Vec<Clause>,
}

/// Holds when one of its lookups does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) any: Vec<Lookup>,
}

/// One look into the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    Term(String),
    Prefix(String),
}

/// Why a search cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    #[error(
        "there is nothing to look for: give an address, a word of two letters or more, tag:name:value or a Message-ID"
    )]
    Empty,
    #[error("too long: at most {QUERY_MAX} octets")]
    TooLong,
    #[error("too many conditions: at most {CLAUSES_MAX}")]
    TooMany,
}

impl Query {
    /// Reads what was typed.
    ///
    /// # Errors
    /// A [`Mistake`], whose text can be shown.
    pub fn parse(text: &str) -> Result<Query, Mistake> {
        if text.len() > QUERY_MAX {
            return Err(Mistake::TooLong);
        }
        let mut clauses = Vec::new();
        let tokens: Vec<&str> = tokens(text).collect();
        for (n, token) in tokens.iter().enumerate() {
            let last = n + 1 == tokens.len() && text.ends_with(*token);
            clause(token, last, &mut clauses);
        }
        clauses.dedup();
        match clauses.len() {
            0 => Err(Mistake::Empty),
            n if n > CLAUSES_MAX => Err(Mistake::TooMany),
            _ => {
                clauses.sort_by_key(Clause::breadth);
                Ok(Query { clauses })
            }
        }
    }
}

/// A place in which a filter looks for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Recipient,
    /// Of a recipient.
    Domain,
    Author,
    /// `name:value`.
    Tag,
    /// Words, of which the last may be the start of one.
    Subject,
}

impl Query {
    /// What `query` asks for and each of `fields` too; none when nothing is asked for.
    ///
    /// # Errors
    /// A [`Mistake`], whose text can be shown.
    pub fn narrowed(query: Option<Query>, fields: &[(Field, &str)]) -> Result<Option<Query>, Mistake> {
        let mut clauses = query.map_or_else(Vec::new, |query| query.clauses);
        for (field, value) in fields {
            let before = clauses.len();
            match field {
                Field::Recipient => clauses.push(Clause::of([exact(Kind::Recipient, value)])),
                Field::Domain => clauses.push(Clause::of([exact(Kind::Domain, value)])),
                Field::Author => clauses.push(Clause::of([exact(Kind::Author, value)])),
                Field::Tag => clauses.push(Clause::of([exact(Kind::Tag, value)])),
                Field::Subject if value.len() > QUERY_MAX => return Err(Mistake::TooLong),
                Field::Subject => words(value, &[Kind::Subject], true, &mut clauses),
            }
            if clauses.len() == before {
                return Err(Mistake::Empty);
            }
        }
        if clauses.len() > CLAUSES_MAX {
            return Err(Mistake::TooMany);
        }
        clauses.sort_by_key(Clause::breadth);
        Ok((!clauses.is_empty()).then_some(Query { clauses }))
    }
}

impl Clause {
    fn of(lookups: impl Into<Vec<Lookup>>) -> Clause {
        Clause { any: lookups.into() }
    }

    /// How much of the mail it may hold for, roughly: the narrow ones are looked up first.
    fn breadth(&self) -> u8 {
        let of = |lookup: &Lookup| match lookup {
            Lookup::Prefix(_) => 5,
            Lookup::Term(term) => match term.as_bytes().first() {
                Some(b'm' | b'r') => 0,
                Some(b'e' | b's') => 1,
                Some(b't') => 2,
                Some(b'd') => 3,
                Some(_) | None => 4,
            },
        };
        self.any.iter().map(of).max().unwrap_or(0)
    }
}

/// Parts between white space; a quoted part may hold some.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"').unwrap_or(quoted.len());
            let token = &quoted[..end];
            rest = quoted[end..].strip_prefix('"').unwrap_or("");
            return Some(token);
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (token, left) = rest.split_at(end);
        rest = left;
        (!token.is_empty()).then_some(token)
    })
}

fn clause(token: &str, last: bool, out: &mut Vec<Clause>) {
    let field = token.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value));
    match field.as_ref().map(|(name, value)| (name.as_str(), *value)) {
        Some(("tag", value)) => out.extend(tag(value)),
        Some(("to", value)) => out.extend(recipient(value)),
        Some(("from", value)) => {
            out.extend((!value.is_empty()).then(|| Clause::of([exact(Kind::Author, value)])))
        }
        Some(("subject", value)) => words(value, &[Kind::Subject], last, out),
        Some(("reply", value)) => words(value, &[Kind::Reply], last, out),
        Some(_) | None => bare(token, last, out),
    }
}

fn tag(value: &str) -> Option<Clause> {
    let lookup = match value.split_once(':') {
        Some((_, "")) | None => {
            let mut term = String::new();
            terms::tag_name(&mut term, value.trim_end_matches(':'));
            Lookup::Prefix(term)
        }
        Some(_) => exact(Kind::Tag, value),
    };
    (!value.is_empty()).then(|| Clause::of([lookup]))
}

fn recipient(value: &str) -> Option<Clause> {
    let lookup = match value.strip_prefix('@') {
        Some(domain) => exact(Kind::Domain, domain),
        None if value.contains('@') => exact(Kind::Recipient, value),
        None => exact(Kind::Domain, value),
    };
    (!value.is_empty()).then(|| Clause::of([lookup]))
}

fn bare(token: &str, last: bool, out: &mut Vec<Clause>) {
    if let Some(id) = token.strip_prefix('<') {
        out.push(Clause::of([exact(Kind::MessageId, id.trim_end_matches('>'))]));
    } else if let Some(domain) = token.strip_prefix('@') {
        out.push(Clause::of([exact(Kind::Domain, domain)]));
    } else if token.contains('@') {
        let kinds = [Kind::Recipient, Kind::Author, Kind::MessageId];
        out.push(Clause::of(kinds.map(|kind| exact(kind, token))));
    } else {
        words(token, &[Kind::Subject, Kind::Reply], last, out);
    }
}

/// A token without a sign that says what it is: a word, several stuck together, a domain, or a status code.
fn words(token: &str, kinds: &[Kind], last: bool, out: &mut Vec<Clause>) {
    let starred = token.ends_with('*');
    if terms::is_status(token) && kinds.contains(&Kind::Reply) {
        out.push(Clause::of([exact(Kind::Reply, token)]));
        return;
    }
    let pieces: Vec<Piece> = terms::pieces(token).collect();
    if pieces.len() > 1 && token.contains('.') && !starred && kinds.len() > 1 {
        // Either a domain or words with a dot between: the rarer reading loses only when the domain has no mail.
        let mut any = vec![exact(Kind::Domain, token)];
        any.extend(
            pieces.iter().take(1).flat_map(|piece| kinds.iter().map(|kind| word(*kind, piece.text()))),
        );
        out.push(Clause::of(any));
        return;
    }
    for (n, piece) in pieces.iter().enumerate() {
        let open = n + 1 == pieces.len() && (starred || last);
        let lone = matches!(piece, Piece::Pair(text) if text.chars().count() == 1);
        let look =
            |kind: &Kind| if open || lone { prefix(*kind, piece.text()) } else { word(*kind, piece.text()) };
        out.push(Clause::of(kinds.iter().map(look).collect::<Vec<_>>()));
    }
}

fn exact(kind: Kind, text: &str) -> Lookup {
    let mut term = String::new();
    terms::whole(&mut term, kind, text);
    Lookup::Term(term)
}

fn word(kind: Kind, text: &str) -> Lookup {
    let mut term = String::new();
    terms::word(&mut term, kind, text);
    Lookup::Term(term)
}

fn prefix(kind: Kind, text: &str) -> Lookup {
    let mut term = String::new();
    terms::word(&mut term, kind, text);
    Lookup::Prefix(term)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a|b c*`: clauses with a space between, their lookups with a bar.
    fn show(text: &str) -> String {
        let one = |lookup: &Lookup| match lookup {
            Lookup::Term(term) => term.clone(),
            Lookup::Prefix(term) => format!("{term}*"),
        };
        match Query::parse(text) {
            Ok(query) => {
                let clause = |clause: &Clause| clause.any.iter().map(one).collect::<Vec<_>>().join("|");
                query.clauses.iter().map(clause).collect::<Vec<_>>().join(" ")
            }
            Err(mistake) => format!("{mistake:?}"),
        }
    }

    #[test]
    fn what_is_typed_becomes_conditions() {
        let cases = [
            ("Ann@Example.org", "r:ann@example.org|f:ann@example.org|m:ann@example.org"),
            ("@example.org", "d:example.org"),
            ("to:example.org", "d:example.org"),
            ("to:ann@example.org", "r:ann@example.org"),
            ("from:news@shop.example", "f:news@shop.example"),
            ("\"<a b@c>\"", "m:a b@c"),
            ("<x@y>", "m:x@y"),
            ("tag:Campaign:Spring", "t:campaign:spring"),
            ("tag:campaign", "t:campaign:*"),
            ("invoice ", "s:invoice|e:invoice"),
            ("Your invo", "s:your|e:your s:invo*|e:invo*"),
            ("invo* your ", "s:your|e:your s:invo*|e:invo*"),
            ("5.1.1", "e:5.1.1"),
            ("reply:greylisted ", "e:greylisted"),
            ("subject:東京都 ", "s:東京 s:京都"),
            ("語 ", "s:語*|e:語*"),
            ("example.org ", "d:example.org|s:example|e:example"),
            ("from:a@b.example to:c@d.example", "r:c@d.example f:a@b.example"),
            ("", "Empty"),
            ("a ! ..", "Empty"),
            ("tag: to: from:", "Empty"),
        ];
        for (text, wanted) in cases {
            assert_eq!(show(text), wanted, "{text}");
        }
        assert_eq!(show(&"x".repeat(QUERY_MAX + 1)), "TooLong");
        let many: String = (10..30).map(|n| format!("{n} ")).collect();
        assert_eq!(show(&many), "TooMany");
    }
}
