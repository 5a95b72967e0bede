//! What stands behind `MAIL` and `RCPT`: a path and its parameters (RFC 5321 §4.1.1.2, §4.1.1.3).
//!
//! Guarantees: an address that is not ASCII is taken only with SMTPUTF8 (RFC 6531 §3.4); a source route is stripped
//! (RFC 5321 appendix C); a parameter that was not offered or stands twice is refused. An `Err` is the reply to give.

use super::say;
use mail::xtext;
use mail::{Address, Body, Envelope, ForwardPath, Notify, Return, ReversePath};

type Refusal = &'static [u8];

/// RFC 3461 §4.4.
const ENVID_MAX_BYTES: usize = 100;
/// RFC 3461 §4.2.
const ORCPT_MAX_BYTES: usize = 500;

/// A transaction being opened: its envelope without recipients, and the size that the client declared.
#[derive(Debug)]
pub(super) struct Draft {
    pub envelope: Envelope,
    /// `SIZE=` (RFC 1870 §6); 0 when it was not given.
    pub declared_bytes: u64,
}

/// Reads `FROM:<…> …`.
pub(super) fn reverse_path(argument: &str) -> Result<Draft, Refusal> {
    let (path, rest) = bracketed(argument, "FROM:").ok_or(say::MAIL_SYNTAX)?;
    let mut draft = Draft {
        envelope: Envelope {
            reverse_path: ReversePath::Null,
            forward_paths: Vec::new(),
            body: Body::SevenBit,
            smtputf8: false,
            ret: None,
            envid: None,
        },
        declared_bytes: 0,
    };
    let mut given = Given::default();
    for word in words(rest) {
        mail_parameter(word, &mut draft, &mut given)?;
    }
    if !path.is_ascii() && !draft.envelope.smtputf8 {
        return Err(say::NEEDS_SMTPUTF8);
    }
    if !path.is_empty() {
        let address = Address::parse(without_route(path)).map_err(|_| say::SENDER_SYNTAX)?;
        draft.envelope.reverse_path = ReversePath::Mailbox(address);
    }
    Ok(draft)
}

/// Reads `TO:<…> …`. `smtputf8` is what MAIL declared.
pub(super) fn forward_path(argument: &str, smtputf8: bool) -> Result<ForwardPath, Refusal> {
    let (path, rest) = bracketed(argument, "TO:").ok_or(say::RCPT_SYNTAX)?;
    if path.eq_ignore_ascii_case("postmaster") {
        return Err(say::POSTMASTER);
    }
    if !path.is_ascii() && !smtputf8 {
        return Err(say::NEEDS_SMTPUTF8);
    }
    let mut forward =
        ForwardPath::plain(Address::parse(without_route(path)).map_err(|_| say::RECIPIENT_SYNTAX)?);
    for word in words(rest) {
        rcpt_parameter(word, &mut forward)?;
    }
    Ok(forward)
}

/// The text between the angle brackets, and what follows them. Blanks before the bracket are a common mistake.
fn bracketed<'a>(argument: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (start, rest) = argument.split_at_checked(keyword.len())?;
    if !start.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let inside = rest.trim_start_matches(' ').strip_prefix('<')?;
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' if !quoted => {
                let rest = &inside[at + 1..];
                return (rest.is_empty() || rest.starts_with(' ')).then_some((&inside[..at], rest));
            }
            _ => {}
        }
    }
    None
}

/// `@a,@b:user@c` is `user@c`.
fn without_route(path: &str) -> &str {
    match path.strip_prefix('@').and_then(|route| route.split_once(':')) {
        Some((_, mailbox)) => mailbox,
        None => path,
    }
}

fn words(rest: &str) -> impl Iterator<Item = &str> {
    rest.split(' ').filter(|word| !word.is_empty())
}

/// Which parameters of MAIL stood already, where the envelope cannot tell.
#[derive(Default)]
struct Given {
    size: bool,
    body: bool,
    auth: bool,
}

fn mail_parameter(word: &str, draft: &mut Draft, given: &mut Given) -> Result<(), Refusal> {
    let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    let envelope = &mut draft.envelope;
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    match value {
        Some(value) if is("SIZE") => {
            let digits = (1..=20).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
            first(!given.size && digits)?;
            given.size = true;
            // Twenty digits may exceed 64 bits (RFC 1870 §4 allows them); such a size is too big in any case.
            draft.declared_bytes = value.parse().unwrap_or(u64::MAX);
        }
        Some(value) if is("BODY") => {
            first(!given.body)?;
            given.body = true;
            envelope.body = match value {
                v if v.eq_ignore_ascii_case("7BIT") => Body::SevenBit,
                v if v.eq_ignore_ascii_case("8BITMIME") => Body::EightBitMime,
                _ => return Err(say::PARAMETER_SYNTAX),
            };
        }
        Some(value) if is("RET") => {
            let ret = match value {
                v if v.eq_ignore_ascii_case("FULL") => Return::Full,
                v if v.eq_ignore_ascii_case("HDRS") => Return::Headers,
                _ => return Err(say::PARAMETER_SYNTAX),
            };
            first(envelope.ret.replace(ret).is_none())?;
        }
        Some(value) if is("ENVID") => {
            let plain = xtext::decode(value).filter(|id| (1..=ENVID_MAX_BYTES).contains(&id.len()));
            first(envelope.envid.is_none())?;
            envelope.envid = Some(plain.ok_or(say::PARAMETER_SYNTAX)?.into());
        }
        // RFC 4954 §5: who submitted it. Taken from anybody, believed from nobody.
        Some(value) if is("AUTH") => {
            first(!given.auth && xtext::decode(value).is_some())?;
            given.auth = true;
        }
        None if is("SMTPUTF8") => first(!std::mem::replace(&mut envelope.smtputf8, true))?,
        _ => return Err(say::PARAMETER_UNKNOWN),
    }
    Ok(())
}

fn rcpt_parameter(word: &str, forward: &mut ForwardPath) -> Result<(), Refusal> {
    let (name, value) = word.split_once('=').ok_or(say::PARAMETER_UNKNOWN)?;
    if name.eq_ignore_ascii_case("NOTIFY") {
        let notify = notify(value).ok_or(say::PARAMETER_SYNTAX)?;
        first(forward.notify.replace(notify).is_none())
    } else if name.eq_ignore_ascii_case("ORCPT") {
        let ok = value.len() <= ORCPT_MAX_BYTES && original_recipient_ok(value);
        first(ok && forward.orcpt.replace(value.into()).is_none())
    } else {
        Err(say::PARAMETER_UNKNOWN)
    }
}

fn first(ok: bool) -> Result<(), Refusal> {
    if ok { Ok(()) } else { Err(say::PARAMETER_SYNTAX) }
}

/// RFC 3461 §4.1: NEVER alone, or a list of the others.
fn notify(value: &str) -> Option<Notify> {
    if value.eq_ignore_ascii_case("NEVER") {
        return Some(Notify::Never);
    }
    let (mut success, mut failure, mut delay) = (false, false, false);
    for word in value.split(',') {
        match word {
            w if w.eq_ignore_ascii_case("SUCCESS") => success = true,
            w if w.eq_ignore_ascii_case("FAILURE") => failure = true,
            w if w.eq_ignore_ascii_case("DELAY") => delay = true,
            _ => return None,
        }
    }
    Some(Notify::On { success, failure, delay })
}

/// `addr-type;xtext` (RFC 3461 §4.2); for `utf-8` also what RFC 6533 §3 allows beyond xtext.
fn original_recipient_ok(value: &str) -> bool {
    let Some((kind, text)) = value.split_once(';') else { return false };
    let kind_ok = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let text_ok = match kind.eq_ignore_ascii_case("utf-8") {
        true => text.chars().all(|c| !c.is_control() && c != ' ' && c != '='),
        false => xtext::decode(text).is_some(),
    };
    kind_ok && !text.is_empty() && text_ok
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).chars().take(9).collect()
    }

    #[test]
    fn reverse_paths_and_their_parameters() {
        let cases: &[(&str, Result<&str, &str>)] = &[
            ("FROM:<>", Ok("")),
            ("from:<ann@example.org>", Ok("ann@example.org")),
            ("FROM: <ann@example.org>", Ok("ann@example.org")),
            ("FROM:<@a.example,@b.example:ann@example.org>", Ok("ann@example.org")),
            ("FROM:<\"a>b\"@example.org>", Ok("\"a>b\"@example.org")),
            ("FROM:<\"a\\\"b\"@example.org> SIZE=0", Ok("\"a\\\"b\"@example.org")),
            ("FROM:<jörg@example.org> SMTPUTF8", Ok("jörg@example.org")),
            ("FROM:<a@b.c>  BODY=8BITMIME RET=HDRS ENVID=x+2B AUTH=<>", Ok("a@b.c")),
            ("FROM:<jörg@example.org>", Err("553 5.6.7")),
            ("FROM:<ann@bücher.example>", Err("553 5.6.7")),
            ("FROM:ann@example.org", Err("501 5.5.4")),
            ("FROM:<ann@example.org", Err("501 5.5.4")),
            ("FROM:<a@b.c>SIZE=1", Err("501 5.5.4")),
            ("FROM:<ann>", Err("501 5.1.7")),
            ("FROM:<postmaster>", Err("501 5.1.7")),
            ("FROM:<@a.example:>", Err("501 5.1.7")),
            ("FROM:<a@b.c> SIZE=1 SIZE=2", Err("501 5.5.4")),
            ("FROM:<a@b.c> SIZE=-1", Err("501 5.5.4")),
            ("FROM:<a@b.c> BODY=BINARYMIME", Err("501 5.5.4")),
            ("FROM:<a@b.c> SMTPUTF8=1", Err("555 5.5.4")),
            ("FROM:<a@b.c> HOLDFOR=60", Err("555 5.5.4")),
            ("TO:<a@b.c>", Err("501 5.5.4")),
            ("FRÖM:<a@b.c>", Err("501 5.5.4")),
            ("", Err("501 5.5.4")),
        ];
        for (argument, expected) in cases {
            let got =
                reverse_path(argument).map(|d| d.envelope.reverse_path.as_str().to_owned()).map_err(shown);
            assert_eq!(got.as_deref().map_err(String::as_str), *expected, "{argument:?}");
        }
    }

    #[test]
    fn forward_paths_and_what_their_senders_want_to_hear() {
        let on = |success, failure, delay| Some(Notify::On { success, failure, delay });
        type Case<'a> = (&'a str, Result<(&'a str, Option<Notify>), &'a str>);
        let cases: &[Case] = &[
            ("TO:<ann@example.org>", Ok(("ann@example.org", None))),
            ("to: <@x.example:ann@example.org>", Ok(("ann@example.org", None))),
            ("TO:<a@b.c> NOTIFY=NEVER", Ok(("a@b.c", Some(Notify::Never)))),
            ("TO:<a@b.c> NOTIFY=success,delay", Ok(("a@b.c", on(true, false, true)))),
            ("TO:<a@b.c> ORCPT=rfc822;x+40y NOTIFY=FAILURE", Ok(("a@b.c", on(false, true, false)))),
            ("TO:<a@b.c> NOTIFY=NEVER,DELAY", Err("501 5.5.4")),
            ("TO:<a@b.c> NOTIFY=", Err("501 5.5.4")),
            ("TO:<a@b.c> ORCPT=x", Err("501 5.5.4")),
            ("TO:<a@b.c> ORCPT=rfc822;", Err("501 5.5.4")),
            ("TO:<a@b.c> RRVS=2014", Err("555 5.5.4")),
            ("TO:<>", Err("501 5.1.3")),
            ("TO:<PostMaster>", Err("550 5.1.1")),
            ("TO:<jörg@example.org>", Err("553 5.6.7")),
        ];
        for (argument, expected) in cases {
            let got = forward_path(argument, false).map(|f| (f.address.to_string(), f.notify)).map_err(shown);
            let got = got.as_ref().map(|(a, n)| (a.as_str(), *n)).map_err(String::as_str);
            assert_eq!(got, *expected, "{argument:?}");
        }
    }
}
