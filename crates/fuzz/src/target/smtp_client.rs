//! The client's side of SMTP, with a peer that says anything. The first field chooses TLS and credentials.
//!
//! Properties
//! 1. Where a reply is cut changes nothing: not what is said, not what is decided.
//! 2. What is said are whole lines; memory is bounded; no password is in the transcript.
//! 3. A recipient counts as delivered only after the message was written and answered with 2yz.

use bytes::BytesMut;
use mail::{Address, Body, Envelope, ForwardPath, Notify, Return, ReversePath};
use smtp::Secret;
use smtp::client::{
    ClientAction, ClientConfig, ClientSession, Credentials, REPLY_LINE_MAX_BYTES, TRANSCRIPT_MAX_BYTES,
    TlsMode, Transaction,
};

use crate::{Target, kind, target};

pub(super) const TARGET: Target = Target {
    name: "smtp_client",
    check,
    tokens: &[
        "220 mx\r\n",
        "250-mx\r\n",
        "250 mx\r\n",
        "250-PIPELINING\r\n",
        "250 PIPELINING\r\n",
        "250-STARTTLS\r\n",
        "250-AUTH PLAIN LOGIN\r\n",
        "250-AUTH=LOGIN\r\n",
        "250-SIZE 10\r\n",
        "250-SIZE 99999999999999999999\r\n",
        "250-8BITMIME\r\n",
        "250-SMTPUTF8\r\n",
        "250-DSN\r\n",
        "250 2.1.0 Ok\r\n",
        "334 VXNlcm5hbWU6\r\n",
        "235 Ok\r\n",
        "354 Go\r\n",
        "421 4.3.2 Bye\r\n",
        "450 no\r\n",
        "550 5.1.1 no\r\n",
        "550-5.1.1 no\r\n550 5.1.1 really\r\n",
        "502 what\r\n",
        "221 Bye\r\n",
        "\r\n",
        "\n",
    ],
    input_max: target::INPUT_MAX,
    rounds: 1_000,
};

/// Transactions of one connection; then it quits.
const TRANSACTIONS_MAX: usize = 4;
const SECRETS: [&str; 3] = ["sesame", "c2VzYW1l", "AGFubgBzZXNhbWU="];

/// All that can be seen of a session from outside.
#[derive(Debug, PartialEq, Eq, Default)]
struct Seen {
    said: Vec<u8>,
    actions: Vec<String>,
    transcript: String,
}

fn check(input: &[u8]) -> u64 {
    let [mode, peer] = target::fields(input);
    let lines: Vec<&[u8]> = peer.split_inclusive(|byte| *byte == b'\n').collect();
    let seen = deliver(mode, &lines);
    for pieces in target::cuts(peer) {
        // Only within a line: octets behind a reply say that the peer speaks out of turn.
        let mut within = Vec::new();
        for piece in &pieces {
            within.extend(piece.split_inclusive(|byte| *byte == b'\n'));
        }
        assert_eq!(deliver(mode, &within), seen, "cut otherwise");
        deliver(mode, &pieces);
    }
    kind((&seen.actions, mode))
}

fn config(mode: &[u8]) -> ClientConfig {
    let tls = match mode.first() {
        Some(b'r') => TlsMode::Required,
        Some(b'n') => TlsMode::None,
        Some(b'i') => TlsMode::Implicit,
        Some(_) | None => TlsMode::Opportunistic,
    };
    let auth = Credentials { username: "ann".into(), password: Secret::new("sesame") };
    let auth = mode.contains(&b'a').then_some(auth);
    ClientConfig { ehlo_name: "us.test".into(), tls, auth, auth_without_tls: mode.contains(&b'c') }
}

fn transaction() -> Transaction {
    let to = |text: &str| ForwardPath {
        address: Address::parse(text).expect("an address"),
        notify: Some(Notify::On { success: true, failure: false, delay: true }),
        orcpt: Some("rfc822;a+2Bb@y.test".into()),
    };
    let envelope = Envelope {
        reverse_path: ReversePath::Null,
        forward_paths: vec![to("bob@y.test"), to("\"carol x\"@y.test"), to("jörg@y.test")],
        body: Body::SevenBit,
        smtputf8: false,
        ret: Some(Return::Headers),
        envid: Some("a b+c".into()),
    };
    Transaction { envelope, size_bytes: 20 }
}

fn deliver(mode: &[u8], pieces: &[&[u8]]) -> Seen {
    let mut session = ClientSession::new(config(mode));
    let (mut input, mut seen, mut started, mut written) = (BytesMut::new(), Seen::default(), 0, false);
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            let action = session.advance(1, &mut input, &mut seen.said);
            if !matches!(action, ClientAction::Read) {
                seen.actions.push(format!("{action:?}").chars().take(300).collect());
            }
            match action {
                ClientAction::Read => break,
                ClientAction::StartTls => session.tls_established(1, &mut seen.said),
                ClientAction::Ready if started == TRANSACTIONS_MAX => session.quit(1, &mut seen.said),
                ClientAction::Ready => {
                    (started, written) = (started + 1, false);
                    session.start(1, transaction(), &mut seen.said);
                }
                ClientAction::SendBody => {
                    written = true;
                    session.body_written(1, 20);
                }
                ClientAction::Finished(outcome) => {
                    assert_eq!(outcome.recipients.len(), 3);
                    let accepted =
                        outcome.recipients.iter().filter(|recipient| recipient.is_accepted()).count();
                    assert!(accepted == 0 || written, "delivered without a message");
                }
                ClientAction::Failed(_) | ClientAction::Close => {
                    let known = session.abandon();
                    assert!(matches!(known.len(), 0 | 3));
                    let accepted = known.iter().flatten().filter(|recipient| recipient.is_accepted()).count();
                    assert_eq!(accepted, 0, "delivered by a session that failed");
                    return checked(seen, &session);
                }
            }
        }
        assert!(input.len() <= REPLY_LINE_MAX_BYTES, "unread input is bounded");
    }
    checked(seen, &session)
}

fn checked(mut seen: Seen, session: &ClientSession) -> Seen {
    seen.transcript = session.transcript().to_owned();
    assert!(target::only_crlf(&seen.said) && (seen.said.is_empty() || seen.said.ends_with(b"\r\n")));
    assert!(seen.transcript.len() <= TRANSCRIPT_MAX_BYTES);
    assert!(!seen.transcript.chars().any(|c| c.is_control() && c != '\n'), "{:?}", seen.transcript);
    let ours = seen.transcript.lines().filter(|line| line.contains(" C: "));
    for line in ours {
        assert!(!SECRETS.iter().any(|secret| line.contains(secret)), "a password in {line:?}");
    }
    seen
}
