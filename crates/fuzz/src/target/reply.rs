//! Replies and enhanced statuses. Fields: code, status (`5.1.1`; none when it is none), text.
//!
//! Properties: what a server writes, a client reads; a status that reads shows the same digits; the client's reading
//! holds no control character.

use bytes::BytesMut;
use mail::{EnhancedStatus, Reply};
use smtp::client::{
    ClientAction, ClientConfig, ClientSession, FailureKind, REPLY_LINE_MAX_BYTES, REPLY_LINES_MAX, TlsMode,
};

use crate::{Target, kind, target};

pub(super) const TARGET: Target = Target {
    name: "reply",
    check,
    tokens: &[
        "5.1.1",
        "4.7.26 ",
        "2.0.0",
        "550",
        "421",
        "#5.1.1",
        "\n",
        "-",
        "5.1.1 5.1.1 ",
        "\u{85}",
        "user unknown",
    ],
    input_max: 3_000,
    rounds: 2_000,
};

fn check(input: &[u8]) -> u64 {
    let [code, status, text] = target::fields(input);
    let (code, status, text) = (target::text(code), target::text(status), target::text(text));
    let split = EnhancedStatus::split(&status);
    if let Some((read, rest)) = split {
        let shown = read.to_string();
        assert_eq!(EnhancedStatus::split(&shown), Some((read, "")));
        let numbers = |text: &str| text.split('.').map(|n| n.parse::<u16>().ok()).collect::<Vec<_>>();
        let word = status.split(' ').next().unwrap_or("");
        assert_eq!(numbers(word), numbers(&shown), "{status:?}");
        assert!(status.ends_with(rest));
    }
    // A refusal of the session shows all of a reply.
    let code = 400 + code.parse::<u16>().unwrap_or(550) % 200;
    let text: String = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    let reply = Reply { code, status: split.map(|(status, _)| status), text: text.into() };
    let looks_like_status = reply.text.split('\n').any(|line| EnhancedStatus::split(line).is_some());
    let mut written = Vec::new();
    reply.write(&mut written);
    let mut lines = written.split(|byte| *byte == b'\n');
    let bearable = reply.text.split('\n').count() <= REPLY_LINES_MAX
        && lines.all(|line| line.len() <= REPLY_LINE_MAX_BYTES);
    let read = read(&written);
    if bearable && (reply.status.is_some() || !looks_like_status) {
        assert_eq!(read.as_ref(), Some(&reply), "{}", written.escape_ascii());
    }
    kind((code / 10, reply.status, reply.text.split('\n').count().min(9), bearable, looks_like_status))
}

/// The reply as a client reads it that is greeted so.
fn read(written: &[u8]) -> Option<Reply> {
    let config =
        ClientConfig { ehlo_name: "us.test".into(), tls: TlsMode::None, auth: None, auth_without_tls: false };
    let mut session = ClientSession::new(config);
    match session.advance(1, &mut BytesMut::from(written), &mut Vec::new()) {
        ClientAction::Failed(failure) => match failure.kind {
            FailureKind::Refused(reply) => {
                assert!(!reply.text.chars().any(|c| c.is_control() && c != '\n'));
                Some(reply)
            }
            _ => None,
        },
        _ => None,
    }
}
