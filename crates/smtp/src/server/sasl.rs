//! The AUTH exchange: PLAIN (RFC 4616) and LOGIN (what many clients still speak).
//!
//! Guarantees: the exchange ends with credentials, a refusal or a cancellation; it holds no more than one line of
//! [`super::AUTH_LINE_MAX_BYTES`]. Not here: whether the credentials are right.

use super::say;
use crate::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// An exchange that waits for the client's next line.
#[derive(Debug)]
pub(super) enum Exchange {
    Plain,
    LoginUser,
    LoginPassword { username: String },
}

/// What a line of the client leads to.
#[derive(Debug)]
pub(super) enum Answer {
    /// Send the challenge, wait for the next line.
    Continue(Exchange, &'static [u8]),
    Credentials {
        username: String,
        password: Secret,
    },
    Refused(&'static [u8]),
}

/// `argument` is what follows `AUTH`: a mechanism and perhaps an initial response (RFC 4954 §4).
pub(super) fn begin(argument: &str) -> Answer {
    let (mechanism, initial) = match argument.split_once(' ') {
        Some((mechanism, initial)) => (mechanism, Some(initial)),
        None => (argument, None),
    };
    let (exchange, challenge) = if mechanism.eq_ignore_ascii_case("PLAIN") {
        (Exchange::Plain, say::SASL_PLAIN)
    } else if mechanism.eq_ignore_ascii_case("LOGIN") {
        (Exchange::LoginUser, say::SASL_USERNAME)
    } else {
        return Answer::Refused(say::AUTH_MECHANISM);
    };
    match initial {
        None => Answer::Continue(exchange, challenge),
        // RFC 4954 §4: "=" is an initial response of no octets.
        Some("=") => step(exchange, ""),
        Some(initial) => step(exchange, initial),
    }
}

pub(super) fn step(exchange: Exchange, line: &str) -> Answer {
    if line == "*" {
        return Answer::Refused(say::AUTH_CANCELLED);
    }
    let Some(text) = STANDARD.decode(line).ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Answer::Refused(say::AUTH_SYNTAX);
    };
    match exchange {
        Exchange::Plain => plain(&text),
        Exchange::LoginUser => {
            Answer::Continue(Exchange::LoginPassword { username: text }, say::SASL_PASSWORD)
        }
        Exchange::LoginPassword { username } => Answer::Credentials { username, password: Secret::new(text) },
    }
}

/// `authorization NUL authentication NUL password`. To act for somebody else is not offered.
fn plain(text: &str) -> Answer {
    let mut parts = text.split('\0');
    let (Some(acting), Some(username), Some(password), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Answer::Refused(say::AUTH_SYNTAX);
    };
    if !acting.is_empty() && acting != username {
        return Answer::Refused(say::AUTH_REFUSED);
    }
    Answer::Credentials { username: username.to_owned(), password: Secret::new(password) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(answer: Answer) -> String {
        match answer {
            Answer::Continue(_, challenge) => String::from_utf8_lossy(challenge).trim_end().to_owned(),
            Answer::Credentials { username, password } => format!("{username}/{}", password.reveal()),
            Answer::Refused(reply) => String::from_utf8_lossy(&reply[..9]).into_owned(),
        }
    }

    #[test]
    fn an_exchange_ends_with_credentials_or_a_refusal() {
        let plain = |text: &str| format!("PLAIN {}", STANDARD.encode(text));
        let cases: &[(&str, &str)] = &[
            ("PLAIN", "334"),
            ("login", "334 VXNlcm5hbWU6"),
            (&plain("\0ann\0pw"), "ann/pw"),
            (&plain("ann\0ann\0pw"), "ann/pw"),
            (&plain("bob\0ann\0pw"), "535 5.7.8"),
            (&plain("ann\0pw"), "501 5.5.2"),
            (&plain("\0ann\0pw\0"), "501 5.5.2"),
            ("PLAIN =", "501 5.5.2"),
            ("PLAIN *", "501 5.7.0"),
            ("PLAIN not-base64", "501 5.5.2"),
            ("PLAIN /w==", "501 5.5.2"),
            ("LOGIN YW5u", "334 UGFzc3dvcmQ6"),
            ("CRAM-MD5", "504 5.5.4"),
            ("", "504 5.5.4"),
        ];
        for (argument, expected) in cases {
            assert_eq!(told(begin(argument)), *expected, "{argument:?}");
        }
        let password = Exchange::LoginPassword { username: "ann".into() };
        assert_eq!(told(step(password, "cHc=")), "ann/pw");
    }
}
