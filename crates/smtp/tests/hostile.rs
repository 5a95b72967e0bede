//! Whatever arrives: no panic, bounded memory, and a message that leaves as it came in.

use bytes::{Bytes, BytesMut};
use mail::{Address, Body, Envelope, ForwardPath, Reply, ReversePath};
use proptest::prelude::*;
use smtp::Secret;
use smtp::client::{
    ClientAction, ClientConfig, ClientSession, Credentials, REPLY_LINE_MAX_BYTES, Stuffed,
    TRANSCRIPT_MAX_BYTES, TlsMode, Transaction, needs_stuffing,
};
use smtp::server::{AUTH_LINE_MAX_BYTES, Action, AuthAnswer, ServerConfig, ServerSession, TlsState};
use std::sync::Arc;

const MESSAGE_MAX_BYTES: u64 = 500;

/// What the server took, and everything it said.
#[derive(Debug, PartialEq, Eq)]
struct Served {
    messages: Vec<Bytes>,
    said: Vec<u8>,
}

fn serve(pieces: &[&[u8]]) -> Served {
    let config = ServerConfig {
        hostname: "mx.test".to_owned(),
        message_max_bytes: MESSAGE_MAX_BYTES,
        line_text_max_bytes: 200,
        auth_without_tls: true,
        errors_max: 50,
        ..ServerConfig::default()
    };
    let mut session = ServerSession::new(Arc::new(config), TlsState::Clear, true);
    let (mut input, mut served) = (BytesMut::new(), Served { messages: Vec::new(), said: Vec::new() });
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            match session.advance(&mut input, &mut served.said) {
                Action::Read => break,
                Action::Close | Action::StartTls => return served,
                Action::Authenticate { .. } => session.authenticated(AuthAnswer::Refused, &mut served.said),
                Action::Accept(received) => {
                    served.messages.push(received.content);
                    session.accepted(&Reply::new(250, (2, 0, 0), "Ok"), &mut served.said);
                }
            }
        }
        assert!(input.len() <= AUTH_LINE_MAX_BYTES, "unread input is bounded");
    }
    served
}

/// Plays `peer` to a client that delivers as long as it is let.
fn deliver(peer: &[&[u8]]) {
    let auth = Some(Credentials { username: "ann".into(), password: Secret::new("secret") });
    let config = ClientConfig {
        ehlo_name: "us.test".into(),
        tls: TlsMode::Opportunistic,
        auth,
        auth_without_tls: true,
    };
    let mut session = ClientSession::new(config);
    let (mut input, mut out) = (BytesMut::new(), Vec::new());
    for piece in peer {
        input.extend_from_slice(piece);
        loop {
            match session.advance(1, &mut input, &mut out) {
                ClientAction::Read => break,
                ClientAction::StartTls => session.tls_established(1, &mut out),
                ClientAction::Ready => session.start(1, transaction(), &mut out),
                ClientAction::SendBody => session.body_written(1, 20),
                ClientAction::Finished(outcome) => assert_eq!(outcome.recipients.len(), 2),
                ClientAction::Failed(_) | ClientAction::Close => {
                    assert!(matches!(session.abandon().len(), 0 | 2));
                    return;
                }
            }
        }
        assert!(input.len() <= REPLY_LINE_MAX_BYTES, "unread input is bounded");
        assert!(session.transcript().len() <= TRANSCRIPT_MAX_BYTES);
        assert!(!session.transcript().contains("c2VjcmV0"));
    }
}

fn transaction() -> Transaction {
    let to = |text| ForwardPath::plain(Address::parse(text).unwrap());
    let envelope = Envelope {
        reverse_path: ReversePath::Null,
        forward_paths: vec![to("bob@y.test"), to("carol@y.test")],
        body: Body::SevenBit,
        smtputf8: false,
        ret: None,
        envid: None,
    };
    Transaction { envelope, size_bytes: 20 }
}

/// `bytes` in pieces of the given sizes, the rest in one.
fn cut<'a>(bytes: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let (mut pieces, mut rest) = (Vec::new(), bytes);
    for size in sizes {
        let (piece, after) = rest.split_at((*size).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// Bytes that get deeper into the server than noise does.
fn client_bytes() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "EHLO a\r\n",
        "HELO a\r\n",
        "MAIL FROM:<a@b.test>\r\n",
        "MAIL FROM:<> SIZE=9 BODY=8BITMIME\r\n",
        "RCPT TO:<c@d.test>\r\n",
        "DATA\r\n",
        "BDAT 5\r\n",
        "BDAT 3 LAST\r\n",
        "BDAT 600\r\n",
        "AUTH PLAIN\r\n",
        "AUTH LOGIN YW5u\r\n",
        "c2VjcmV0\r\n",
        "*\r\n",
        "RSET\r\n",
        "NOOP\r\n",
        "text\r\n",
        ".\r\n",
        "..\r\n",
        "\r\n",
        ".",
        "\r",
        "\n",
        "\0",
        "\r\n.\n",
        "\u{16}",
    ]);
    let word = prop_oneof![
        12 => words.prop_map(|word| word.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
        1 => (any::<u8>(), 0_usize..3000).prop_map(|(byte, count)| vec![byte; count]),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

fn peer_bytes() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "220 mx\r\n",
        "250-mx\r\n",
        "250 PIPELINING\r\n",
        "250-STARTTLS\r\n",
        "250 AUTH PLAIN LOGIN\r\n",
        "250 Ok\r\n",
        "250 2.1.0 Ok\r\n",
        "334 \r\n",
        "235 Ok\r\n",
        "354 Go\r\n",
        "421 4.3.2 Bye\r\n",
        "450 no\r\n",
        "550 5.1.1 no\r\n",
        "550-",
        "502 what\r\n",
        "\r\n",
        "\n",
    ]);
    let word = prop_oneof![
        15 => words.prop_map(|word| word.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
        1 => (any::<u8>(), 0_usize..5000).prop_map(|(byte, count)| vec![byte; count]),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

/// A message as it may be kept: lines that end with CRLF and hold neither CR nor LF nor NUL, dots where they hurt.
fn canonical() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just(b".".to_vec()),
        Just(b"..".to_vec()),
        Just(Vec::new()),
        prop::collection::vec(
            any::<u8>().prop_filter("no line end, no NUL", |b| ![b'\r', b'\n', 0].contains(b)),
            0..30
        ),
    ];
    prop::collection::vec(line, 0..12)
        .prop_map(|lines| lines.iter().flat_map(|line| [&line[..], b"\r\n"].concat()).collect())
}

fn only_crlf(message: &[u8]) -> bool {
    let lone = |at: usize, byte: u8| match byte {
        b'\r' => message.get(at + 1) != Some(&b'\n'),
        b'\n' => at == 0 || message[at - 1] != b'\r',
        _ => byte == 0,
    };
    !message.iter().enumerate().any(|(at, byte)| lone(at, *byte))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn a_hostile_client_gets_the_same_answers_however_its_bytes_arrive(
        bytes in client_bytes(), sizes in prop::collection::vec(0_usize..50, 0..30)
    ) {
        let whole = serve(&[&bytes]);
        prop_assert_eq!(&serve(&cut(&bytes, &sizes)), &whole);
        prop_assert_eq!(&serve(&bytes.chunks(1).collect::<Vec<_>>()), &whole);
        for message in &whole.messages {
            prop_assert!(only_crlf(message) && message.len() as u64 <= MESSAGE_MAX_BYTES);
        }
    }

    #[test]
    fn a_hostile_peer_neither_breaks_nor_fills_the_client(
        bytes in peer_bytes(), sizes in prop::collection::vec(0_usize..50, 0..30)
    ) {
        deliver(&cut(&bytes, &sizes));
        deliver(&bytes.chunks(1).collect::<Vec<_>>());
    }

    #[test]
    fn noise_breaks_neither_side(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        serve(&[&bytes]);
        deliver(&[&bytes]);
    }

    #[test]
    fn a_message_that_is_sent_arrives_as_it_was(message in canonical(), sizes in prop::collection::vec(0_usize..9, 0..60)) {
        let stuffed = Stuffed::new(&message).collect::<Vec<_>>().concat();
        prop_assert_eq!(needs_stuffing(&message), stuffed.len() != message.len() + 3);
        let before = b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n";
        let served = serve(&cut(&[&before[..], &stuffed, b"QUIT\r\n"].concat(), &[&[before.len()][..], &sizes].concat()));
        prop_assert_eq!(served.messages, vec![Bytes::from(message)]);
        prop_assert!(served.said.ends_with(b"221 2.0.0 Bye\r\n"));
    }

    /// A false end of data never lets the rest of a message be read as commands.
    #[test]
    fn nothing_is_smuggled(
        text in "[a-z\r\n.]{0,20}", end in "[\r\n\0]{0,2}\\.[\r\n\0 ]{0,2}", cut_at in 0_usize..80
    ) {
        let inner = format!("x{text}x{end}MAIL FROM:<evil@x.test>\r\n");
        prop_assume!(!format!("\r\n{inner}").contains("\r\n.\r\n"));
        let dialogue = format!("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n{inner}.\r\nQUIT\r\n");
        let served = serve(&cut(dialogue.as_bytes(), &[cut_at, 1, 1, 1, 1, 1]));
        let said = String::from_utf8(served.said).unwrap();
        prop_assert_eq!(said.matches("250 2.1.0").count(), 1, "{}", said);
        prop_assert!(said.ends_with("221 2.0.0 Bye\r\n"));
        prop_assert_eq!(served.messages.is_empty(), !only_crlf(inner.as_bytes()));
    }
}
