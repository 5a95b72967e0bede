//! A command line, told apart: its verb and its argument (RFC 5321 §4.1.1).

/// What the client wants. Case does not matter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verb {
    Ehlo,
    Helo,
    Mail,
    Rcpt,
    Data,
    Bdat,
    Rset,
    Noop,
    Help,
    Vrfy,
    Quit,
    StartTls,
    Auth,
    /// A known command that is not offered: EXPN, TURN and the like.
    NotImplemented,
    /// A web browser, or somebody who makes one talk to us.
    Http,
    Unknown,
}

const VERBS: &[(&str, Verb)] = &[
    ("MAIL", Verb::Mail),
    ("RCPT", Verb::Rcpt),
    ("DATA", Verb::Data),
    ("EHLO", Verb::Ehlo),
    ("QUIT", Verb::Quit),
    ("RSET", Verb::Rset),
    ("AUTH", Verb::Auth),
    ("STARTTLS", Verb::StartTls),
    ("BDAT", Verb::Bdat),
    ("NOOP", Verb::Noop),
    ("HELO", Verb::Helo),
    ("HELP", Verb::Help),
    ("VRFY", Verb::Vrfy),
    ("EXPN", Verb::NotImplemented),
    ("TURN", Verb::NotImplemented),
    ("ETRN", Verb::NotImplemented),
    ("SEND", Verb::NotImplemented),
    ("SOML", Verb::NotImplemented),
    ("SAML", Verb::NotImplemented),
    ("GET", Verb::Http),
    ("POST", Verb::Http),
    ("PUT", Verb::Http),
    ("HEAD", Verb::Http),
    ("OPTIONS", Verb::Http),
    ("CONNECT", Verb::Http),
];

impl Verb {
    /// The verb and the rest of the line without the blanks around it. Blanks at the end are tolerated (§4.1.1).
    pub(super) fn split(line: &str) -> (Verb, &str) {
        let line = line.trim_end_matches(' ');
        let (word, argument) = line.split_once(' ').unwrap_or((line, ""));
        let verb = VERBS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, verb)| *verb);
        (verb.unwrap_or(Verb::Unknown), argument.trim_start_matches(' '))
    }
}

/// `BDAT octets [LAST]` (RFC 3030 §2): the size and whether it is the last chunk.
pub(super) fn chunk_size(argument: &str) -> Option<(u64, bool)> {
    let (digits, rest) = argument.split_once(' ').unwrap_or((argument, ""));
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let last = match rest {
        "" => false,
        word if word.eq_ignore_ascii_case("LAST") => true,
        _ => return None,
    };
    Some((digits.parse().ok()?, last))
}

/// The name given to EHLO or HELO: printable ASCII without blanks, at most 255 octets. Whether it is true is not
/// checked here (RFC 5321 §4.1.4 forbids to refuse mail for that alone).
pub(super) fn hello_name(argument: &str) -> Option<&str> {
    let name = argument.split(' ').next().unwrap_or("");
    let ok = (1..=255).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic());
    ok.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_in_any_case_and_with_blanks_behind() {
        let cases: &[(&str, (Verb, &str))] = &[
            ("NOOP", (Verb::Noop, "")),
            ("noop  ", (Verb::Noop, "")),
            ("Mail FROM:<a@b>  ", (Verb::Mail, "FROM:<a@b>")),
            ("MAIL  FROM:<a@b>", (Verb::Mail, "FROM:<a@b>")),
            ("MAILFROM:<a@b>", (Verb::Unknown, "")),
            ("GET / HTTP/1.1", (Verb::Http, "/ HTTP/1.1")),
            (" NOOP", (Verb::Unknown, "NOOP")),
            ("", (Verb::Unknown, "")),
        ];
        for (line, expected) in cases {
            assert_eq!(Verb::split(line), *expected, "{line:?}");
        }
    }

    #[test]
    fn chunk_sizes_are_decimal_and_fit() {
        let cases: &[(&str, Option<(u64, bool)>)] = &[
            ("0 LAST", Some((0, true))),
            ("86 last", Some((86, true))),
            ("1000", Some((1000, false))),
            ("18446744073709551615", Some((u64::MAX, false))),
            ("18446744073709551616", None),
            ("+1", None),
            ("-1", None),
            ("1 FIRST", None),
            ("1  LAST", None),
            ("", None),
        ];
        for (argument, expected) in cases {
            assert_eq!(chunk_size(argument), *expected, "{argument:?}");
        }
    }
}
