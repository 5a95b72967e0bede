//! Plays the dialogues of the server session.

use crate::script::{Cut, Script, Turn, folder, pieces};
use bytes::BytesMut;
use mail::Reply;
use smtp::server::{Action, AuthAnswer, Received, ServerConfig, ServerSession, TlsState};
use std::sync::Arc;

/// A driver that takes `ann` with the password `secret`, and every message save those from `reject@` and `full@`.
struct Driver {
    session: ServerSession,
    input: BytesMut,
    out: Vec<u8>,
    /// What was said and done: lines of the server, and events that begin with `= `.
    told: Vec<String>,
    handshake: bool,
    closed: bool,
}

impl Driver {
    fn new(script: &Script) -> Driver {
        let mut config = ServerConfig { hostname: "mx.test".to_owned(), ..ServerConfig::default() };
        let (mut tls, mut trusted) = (TlsState::Clear, false);
        for (key, value) in &script.settings {
            match key.as_str() {
                "message_max_bytes" => config.message_max_bytes = value.parse().unwrap(),
                "recipients_max" => config.recipients_max = value.parse().unwrap(),
                "line_text_max_bytes" => config.line_text_max_bytes = value.parse().unwrap(),
                "errors_max" => config.errors_max = value.parse().unwrap(),
                "tls_offered" => config.tls_offered = true,
                "auth_without_tls" => config.auth_without_tls = true,
                "tls" => tls = TlsState::Established,
                "trusted" => trusted = true,
                _ => panic!("{}: no setting {key}", script.name),
            }
        }
        let session = ServerSession::new(Arc::new(config), tls, trusted);
        let (input, out, told) = (BytesMut::new(), Vec::new(), Vec::new());
        let mut driver = Driver { session, input, out, told, handshake: false, closed: false };
        driver.session.greet(&mut driver.out);
        driver.flush();
        driver
    }

    fn flush(&mut self) {
        let text = String::from_utf8(std::mem::take(&mut self.out)).unwrap();
        assert!(text.is_empty() || text.ends_with("\r\n"));
        self.told.extend(text.split_terminator("\r\n").map(|line| format!("S: {line}")));
    }

    fn event(&mut self, text: String) {
        self.flush();
        self.told.push(format!("= {text}"));
    }

    fn receive(&mut self, piece: &[u8]) {
        if self.closed || self.handshake {
            return;
        }
        self.input.extend_from_slice(piece);
        loop {
            match self.session.advance(&mut self.input, &mut self.out) {
                Action::Read => break self.flush(),
                Action::Close => {
                    self.closed = true;
                    break self.event("close".to_owned());
                }
                Action::StartTls => {
                    assert!(self.input.is_empty(), "clear text survived STARTTLS");
                    self.handshake = true;
                    break self.event("handshake".to_owned());
                }
                Action::Authenticate { username, password } => {
                    self.event(format!("authenticate {username} {}", password.reveal()));
                    let answer = match (username.as_str(), password.reveal()) {
                        (_, "down") => AuthAnswer::Unavailable,
                        ("ann", "secret") => AuthAnswer::Accepted,
                        _ => AuthAnswer::Refused,
                    };
                    self.session.authenticated(answer, &mut self.out);
                }
                Action::Accept(received) => {
                    self.event(shown(&received));
                    let reply = match received.envelope.reverse_path.as_str() {
                        "reject@x.test" => Reply::new(550, (5, 7, 1), "Not your domain"),
                        "full@x.test" => Reply::new(421, (4, 3, 1), "Disk is full"),
                        _ => Reply::new(250, (2, 0, 0), "Ok: queued as msg_1"),
                    };
                    self.session.accepted(&reply, &mut self.out);
                }
            }
        }
    }

    fn handshake_done(&mut self) {
        assert!(std::mem::take(&mut self.handshake), "[tls] without a handshake");
        self.session.tls_established();
    }
}

fn shown(received: &Received) -> String {
    let envelope = &received.envelope;
    let recipients: Vec<_> = envelope.forward_paths.iter().map(|f| f.address.as_str()).collect();
    let mut text =
        format!("{} <{}> -> {}", received.protocol, envelope.reverse_path.as_str(), recipients.join(","));
    for dsn in envelope.forward_paths.iter().filter(|f| f.notify.is_some() || f.orcpt.is_some()) {
        text += &format!(" {:?} {:?}", dsn.notify, dsn.orcpt);
    }
    if envelope.ret.is_some() || envelope.envid.is_some() {
        text += &format!(" {:?} {:?}", envelope.ret, envelope.envid);
    }
    format!("{text} | {}", received.content.escape_ascii())
}

fn matches(turn: &Turn, line: Option<&String>) -> bool {
    let Some(line) = line else { return false };
    match turn {
        Turn::Server(bytes) => {
            line.strip_prefix("S: ").is_some_and(|l| [l.as_bytes(), b"\r\n"].concat() == *bytes)
        }
        Turn::ServerStart(start) => line.strip_prefix("S: ").is_some_and(|l| l.starts_with(start.as_str())),
        Turn::Event(event) => line.strip_prefix("= ") == Some(event.as_str()),
        Turn::Client(_) | Turn::Do(_) | Turn::Tls => false,
    }
}

/// As written: before the client speaks again, the server has said and done exactly what stands in the file.
fn by_turns(script: &Script) -> Vec<String> {
    let mut driver = Driver::new(script);
    let mut checked = 0;
    for turn in &script.turns {
        if let Turn::Client(_) | Turn::Tls = turn {
            assert_eq!(driver.told.get(checked), None, "{}: not in the file, before {turn:?}", script.name);
        }
        match turn {
            Turn::Client(bytes) => driver.receive(bytes),
            Turn::Tls => driver.handshake_done(),
            Turn::Do(what) => panic!("{}: the server's driver does not {what}", script.name),
            Turn::Server(_) | Turn::ServerStart(_) | Turn::Event(_) => {
                let line = driver.told.get(checked);
                assert!(matches(turn, line), "{}: expected {turn:?}, got {line:?}", script.name);
                checked += 1;
            }
        }
    }
    assert_eq!(driver.told.get(checked), None, "{}: not in the file, at its end", script.name);
    driver.told
}

/// All that the client says until the next handshake arrives in one stream, cut as `cut` says.
fn streamed(script: &Script, cut: Cut) -> Vec<String> {
    let mut driver = Driver::new(script);
    for segment in script.turns.split_inclusive(|turn| *turn == Turn::Tls) {
        let said = segment
            .iter()
            .filter_map(|turn| if let Turn::Client(bytes) = turn { Some(&bytes[..]) } else { None });
        for piece in pieces(&said.collect::<Vec<_>>().concat(), cut) {
            driver.receive(piece);
        }
        if segment.last() == Some(&Turn::Tls) {
            driver.handshake_done();
        }
    }
    driver.told
}

#[test]
fn the_server_says_what_the_dialogues_say_however_the_bytes_arrive() {
    for script in folder("server") {
        let told = by_turns(&script);
        for cut in [Cut::Whole, Cut::Bytes, Cut::Random(1), Cut::Random(2), Cut::Random(3)] {
            assert_eq!(streamed(&script, cut), told, "{} cut {cut:?}", script.name);
        }
    }
}

/// The client was told to try again; a 250 after that would be a lie or a second copy.
#[test]
fn a_session_that_was_shut_down_confirms_nothing() {
    let settings = vec![("trusted".to_owned(), String::new())];
    let mut driver = Driver::new(&Script { name: String::new(), settings, turns: Vec::new() });
    driver.input.extend_from_slice(b"HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@c.test>\r\nDATA\r\nhi\r\n.\r\n");
    let action = driver.session.advance(&mut driver.input, &mut driver.out);
    assert!(matches!(action, Action::Accept(_)) && !driver.session.is_idle());
    driver.out.clear();
    driver.session.shutting_down(&mut driver.out);
    driver.session.accepted(&Reply::new(250, (2, 0, 0), "Ok"), &mut driver.out);
    assert_eq!(driver.out, b"421 4.3.2 mx.test shutting down, try again\r\n");
    assert!(matches!(driver.session.advance(&mut driver.input, &mut driver.out), Action::Close));
}

#[test]
fn every_way_to_end_a_session_has_its_reply() {
    type End = fn(&mut ServerSession, &mut Vec<u8>);
    let ends: [(End, &str); 3] = [
        (ServerSession::timed_out, "421 4.4.2 mx.test idle for too long, closing\r\n"),
        (ServerSession::shutting_down, "421 4.3.2 mx.test shutting down, try again\r\n"),
        (ServerSession::turned_away, "421 4.7.0 mx.test too many connections, try again later\r\n"),
    ];
    for (end, reply) in ends {
        let mut driver =
            Driver::new(&Script { name: String::new(), settings: Vec::new(), turns: Vec::new() });
        end(&mut driver.session, &mut driver.out);
        assert_eq!(driver.out, reply.as_bytes());
        assert!(matches!(driver.session.advance(&mut driver.input, &mut driver.out), Action::Close));
    }
}

#[test]
fn a_message_without_room_is_refused_for_now_unless_it_could_never_be_taken() {
    let settings =
        vec![("trusted".to_owned(), String::new()), ("message_max_bytes".to_owned(), "40".to_owned())];
    let script = Script { name: String::new(), settings, turns: Vec::new() };
    let again = "452 4.3.1 Too much mail arrives at once: try again";
    let never = "552 5.3.4 Message is larger than this server accepts";
    let cases = [
        ("DATA\r\n", "hi\r\n", "ho\r\n.\r\n", again),
        ("DATA\r\n", "hi\r\n", "0123456789\r\n0123456789\r\n0123456789\r\n0123456789\r\n.\r\n", never),
        ("DATA\r\n", "hi\r\n", "h\0\r\n.\r\n", "550 5.6.0 NUL octet not accepted"),
        ("BDAT 4\r\n", "hi\r\n", "BDAT 4 LAST\r\nho\r\n", again),
        ("BDAT 8 LAST\r\n", "hi\r\n", "ho\r\n", again),
        ("DATA\r\n", "0123456789\r\n0123456789\r\n0123456789\r\n0123456789\r\n", ".\r\n", never),
    ];
    for (command, first, rest, expected) in cases {
        let mut driver = Driver::new(&script);
        driver.receive(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@c.test>\r\n");
        driver.receive([command, first].concat().as_bytes());
        assert_eq!(driver.session.held_bytes() > 0, first.len() <= 40, "{command} {first}");
        driver.session.no_room();
        assert_eq!(driver.session.held_bytes(), 0);
        driver.receive(rest.as_bytes());
        assert_eq!(driver.told.last(), Some(&format!("S: {expected}")), "{command} {first} {rest}");
        driver.receive(b"MAIL FROM:<>\r\nRCPT TO:<b@c.test>\r\nDATA\r\nhi\r\n.\r\n");
        assert_eq!(driver.told.last().map(String::as_str), Some("S: 250 2.0.0 Ok: queued as msg_1"));
    }
}

#[test]
fn what_a_client_pipelined_behind_a_chunk_without_room_is_no_mistake_of_its() {
    let settings = vec![("trusted".to_owned(), String::new()), ("errors_max".to_owned(), "2".to_owned())];
    let mut driver = Driver::new(&Script { name: String::new(), settings, turns: Vec::new() });
    driver.receive(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@c.test>\r\nBDAT 4\r\nhi");
    driver.session.no_room();
    driver.told.clear();
    driver.receive(b"\r\nBDAT 4\r\nho\r\nBDAT 4\r\nhe\r\nBDAT 4 LAST\r\nha\r\nNOOP\r\n");
    let again = "S: 452 4.3.1 Too much mail arrives at once: try again";
    assert_eq!(driver.told, [again, again, again, again, "S: 250 2.0.0 Ok"]);
}

#[test]
fn a_message_never_takes_more_memory_than_the_largest_one() {
    let settings =
        vec![("trusted".to_owned(), String::new()), ("message_max_bytes".to_owned(), "100000".to_owned())];
    let mut driver = Driver::new(&Script { name: String::new(), settings, turns: Vec::new() });
    driver.receive(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@c.test>\r\nDATA\r\n");
    for _ in 0..9_999 {
        driver.receive(b"01234567\r\n");
        assert!((1..=100_000).contains(&driver.session.held_bytes()));
    }
    driver.receive(b".\r\n");
    assert_eq!(driver.told.last().map(String::as_str), Some("S: 250 2.0.0 Ok: queued as msg_1"));
}
