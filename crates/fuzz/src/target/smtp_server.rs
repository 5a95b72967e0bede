//! The server's side of SMTP, against a reader that was written apart from it and in no hurry.
//!
//! Properties
//! 1. The same octets in any pieces get the same replies and leave the same messages.
//! 2. Every command gets one reply, in order, and nothing gets one that is no command: what belongs to a message or to a
//!    chunk is never read as a command, and no command as a message (smuggling).
//! 3. A message is accepted exactly when its lines end with CRLF, it holds no NUL and keeps the limits; then it is what
//!    was sent, without its stuffing.
//! 4. No message is taken from a client that is neither trusted nor authenticated.

mod reader;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use mail::{Envelope, Reply};
use smtp::server::{AUTH_LINE_MAX_BYTES, Action, AuthAnswer, ServerConfig, ServerSession, TlsState};

use crate::{Target, kind, target};

pub(super) const TARGET: Target = Target {
    name: "smtp_server",
    check,
    tokens: &[
        "EHLO a\r\n",
        "HELO a\r\n",
        "MAIL FROM:<a@b.test>\r\n",
        "MAIL FROM:<> SIZE=9 BODY=8BITMIME\r\n",
        "RCPT TO:<c@d.test>\r\n",
        "RCPT TO:<\"a b\"@d.test> NOTIFY=NEVER\r\n",
        "DATA\r\n",
        "BDAT 5\r\n",
        "BDAT 3 LAST\r\n",
        "BDAT 0 LAST\r\n",
        "BDAT 600 LAST\r\n",
        "AUTH PLAIN AGFubgBzZWNyZXQ=\r\n",
        "AUTH PLAIN\r\n",
        "AUTH LOGIN\r\n",
        "YW5u\r\n",
        "c2VjcmV0\r\n",
        "*\r\n",
        "STARTTLS\r\n",
        "RSET\r\n",
        "NOOP\r\n",
        "QUIT\r\n",
        "VRFY a\r\n",
        "GET / HTTP/1.1\r\n",
        "text\r\n",
        "\r\n.\r\n",
        ".\r\n",
        "..\r\n",
        "\n.\n",
        "\r\n.\n",
        "\n.\r\n",
        "\r.\r",
        "\r\r\n.\r\r\n",
        "\r\n\0.\r\n",
        "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n",
        "MAIL FROM:<>\r\nRCPT TO:<c@d.test>\r\nBDAT 4\r\na\r\nbBDAT 2 LAST\r\n\r\n",
    ],
    input_max: target::INPUT_MAX,
    rounds: 800,
};

const MESSAGE_MAX_BYTES: u64 = 500;
const LINE_TEXT_MAX_BYTES: usize = 200;
const LINE_MAX_BYTES: usize = 600;

/// What came of a connection.
#[derive(Debug, PartialEq, Eq, Default)]
struct Served {
    messages: Vec<(Envelope, Bytes)>,
    said: Vec<u8>,
    authenticated: bool,
}

fn check(input: &[u8]) -> u64 {
    let mut kinds = Vec::new();
    for trusted in [true, false] {
        let [whole, cut @ ..] = target::cuts(input);
        let served = serve(&whole, trusted);
        for pieces in cut {
            assert_eq!(serve(&pieces, trusted), served, "cut otherwise, trusted {trusted}");
        }
        assert!(trusted || served.authenticated || served.messages.is_empty(), "nobody may send");
        kinds.push(reader::walk(input, &served));
    }
    kind(kinds)
}

fn serve(pieces: &[&[u8]], trusted: bool) -> Served {
    let config = ServerConfig {
        hostname: "mx.test".to_owned(),
        message_max_bytes: MESSAGE_MAX_BYTES,
        line_max_bytes: LINE_MAX_BYTES,
        line_text_max_bytes: LINE_TEXT_MAX_BYTES,
        auth_without_tls: true,
        tls_offered: true,
        errors_max: 30,
        ..ServerConfig::default()
    };
    let mut session = ServerSession::new(Arc::new(config), TlsState::Clear, trusted);
    let (mut input, mut served) = (BytesMut::new(), Served::default());
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            match session.advance(&mut input, &mut served.said) {
                Action::Read => break,
                Action::Close => return served,
                Action::StartTls => {
                    assert!(input.is_empty(), "clear text survived STARTTLS");
                    return served;
                }
                Action::Authenticate { password, .. } => {
                    let right = password.reveal() == "secret";
                    served.authenticated |= right;
                    let answer = if right { AuthAnswer::Accepted } else { AuthAnswer::Refused };
                    session.authenticated(answer, &mut served.said);
                }
                Action::Accept(received) => {
                    served.messages.push((received.envelope, received.content));
                    session.accepted(&Reply::new(250, (2, 0, 0), "Ok"), &mut served.said);
                }
            }
        }
        assert!(input.len() <= AUTH_LINE_MAX_BYTES, "unread input is bounded");
    }
    served
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a server that ends DATA at a lone LF would have made of it.
    fn smuggled(input: &[u8]) -> Served {
        let text = String::from_utf8(input.to_vec()).unwrap().replace("\r\n.\n", "\r\n.\r\n");
        serve(&[text.as_bytes()], true)
    }

    #[test]
    #[should_panic(expected = "a message ends where it ends")]
    fn the_slow_reader_sees_a_smuggled_end() {
        let input =
            b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.test>\r\nDATA\r\nhi\r\n.\nMAIL FROM:<>\r\n.\r\nQUIT\r\n";
        reader::walk(input, &smuggled(input));
    }

    #[test]
    #[should_panic(expected = "a reply to nothing")]
    fn the_slow_reader_sees_a_chunk_that_was_read_as_commands() {
        let input = b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.test>\r\nBDAT 6 LAST\r\nNOOP\r\n";
        let mut served = serve(&[input], true);
        served.said.extend_from_slice(b"250 2.0.0 Ok\r\n");
        reader::walk(input, &served);
    }
}
