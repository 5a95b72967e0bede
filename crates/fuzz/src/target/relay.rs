//! An envelope's way through us: what a client says of it, our server reads, our client says on, and the next server
//! reads again. Fields: what follows `MAIL FROM:`, what follows `RCPT TO:`.
//!
//! Properties: the second envelope is the first; one command a line, and no more commands than the envelope needs. With
//! it xtext, DSN parameters and quoted local parts are read and written.

use std::sync::Arc;

use bytes::BytesMut;
use mail::{Address, Envelope, Reply};
use smtp::client::{ClientAction, ClientConfig, ClientSession, TlsMode, Transaction};
use smtp::server::{Action, AuthAnswer, ServerConfig, ServerSession, TlsState};

use crate::{Target, kind, target};

pub(super) const TARGET: Target = Target {
    name: "relay",
    check,
    tokens: &[
        "<a@b.test>",
        "<>",
        "<\"a b\"@c.test>",
        "<\"a\\\"b>\"@c.test>",
        "<@r.test:a@b.test>",
        "<j\u{f6}rg@b.test>",
        " SMTPUTF8",
        " BODY=8BITMIME",
        " BODY=7BIT",
        " SIZE=100",
        " RET=FULL",
        " RET=HDRS",
        " ENVID=a+20b",
        " ENVID=",
        " AUTH=<>",
        " AUTH=a+40b",
        " NOTIFY=NEVER",
        " NOTIFY=SUCCESS,FAILURE,DELAY",
        " ORCPT=rfc822;a+2Bb@c.test",
        " ORCPT=utf-8;j\u{f6}rg@c.test",
        "+2B",
        "+0D+0A",
        "\\x{f6}",
    ],
    input_max: 1_500,
    rounds: 2_000,
};

/// What a peer says that offers all that the client knows.
const PEER: &str =
    "220 mx\r\n250-mx\r\n250-PIPELINING\r\n250-SIZE 0\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 DSN\r\n";

fn check(input: &[u8]) -> u64 {
    let [from, to] = target::fields(input);
    let client = [b"EHLO a\r\nMAIL FROM:", from, b"\r\nRCPT TO:", to, b"\r\nDATA\r\n.\r\nQUIT\r\n"].concat();
    let (envelopes, said) = received(&client);
    for envelope in &envelopes {
        let commands = sent_on(envelope);
        let lines = commands.split(|byte| *byte == b'\n').count() - 1;
        assert!(target::only_crlf(&commands), "{}", commands.escape_ascii());
        assert_eq!(lines, envelope.forward_paths.len() + 3, "{}", commands.escape_ascii());
        let (again, said) = received(&[&commands[..], b".\r\n"].concat());
        let mut expected = envelope.clone();
        // Said for the addresses' sake too.
        let paths = envelope.forward_paths.iter().map(|forward| &forward.address);
        expected.smtputf8 |= paths.chain(envelope.reverse_path.address()).any(Address::needs_smtputf8);
        assert_eq!(again, [expected], "{} {}", commands.escape_ascii(), target::text(&said));
    }
    kind((said, format!("{envelopes:?}").len() / 8))
}

/// The envelopes that a server takes from what a client says, and what it says itself.
fn received(client: &[u8]) -> (Vec<Envelope>, Vec<u8>) {
    let mut session = ServerSession::new(Arc::new(ServerConfig::default()), TlsState::Clear, true);
    let (mut input, mut said, mut envelopes) = (BytesMut::from(client), Vec::new(), Vec::new());
    loop {
        match session.advance(&mut input, &mut said) {
            Action::Read | Action::Close | Action::StartTls => return (envelopes, said),
            Action::Authenticate { .. } => session.authenticated(AuthAnswer::Refused, &mut said),
            Action::Accept(received) => {
                envelopes.push(received.envelope);
                session.accepted(&Reply::new(250, (2, 0, 0), "Ok"), &mut said);
            }
        }
    }
}

/// What our client says to hand the envelope on.
fn sent_on(envelope: &Envelope) -> Vec<u8> {
    let config =
        ClientConfig { ehlo_name: "us.test".into(), tls: TlsMode::None, auth: None, auth_without_tls: false };
    let mut session = ClientSession::new(config);
    let (mut input, mut out) = (BytesMut::from(PEER), Vec::new());
    let ready = session.advance(1, &mut input, &mut out);
    assert!(matches!(ready, ClientAction::Ready), "{ready:?}");
    session.start(1, Transaction { envelope: envelope.clone(), size_bytes: 0 }, &mut out);
    let waits = session.advance(1, &mut input, &mut out);
    assert!(matches!(waits, ClientAction::Read), "{waits:?}");
    out
}
