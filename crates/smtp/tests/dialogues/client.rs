//! Plays the dialogues of the client session: `S` lines go in, `C` lines and events must come out.
//!
//! The driver's turns: `> mail REVERSE-PATH RECIPIENT,… [8bit] [utf8] [size=N] [dsn]`, `> body OCTETS`, `> quit`,
//! `> lost`, `> handshake-failed`.

use crate::script::{Cut, Script, Turn, folder, pieces};
use bytes::BytesMut;
use mail::{Address, Body, Envelope, ForwardPath, Notify, Return, ReversePath};
use smtp::Secret;
use smtp::client::{
    ClientAction, ClientConfig, ClientSession, Credentials, PIPELINED_MAX, RecipientOutcome, TlsMode,
    Transaction,
};

struct Driver {
    session: ClientSession,
    input: BytesMut,
    out: Vec<u8>,
    told: Vec<String>,
}

impl Driver {
    fn new(script: &Script) -> Driver {
        let mut config = ClientConfig {
            ehlo_name: "us.test".into(),
            tls: TlsMode::None,
            auth: None,
            auth_without_tls: false,
        };
        for (key, value) in &script.settings {
            match (key.as_str(), value.as_str()) {
                ("tls", "opportunistic") => config.tls = TlsMode::Opportunistic,
                ("tls", "required") => config.tls = TlsMode::Required,
                ("tls", "implicit") => config.tls = TlsMode::Implicit,
                ("auth_without_tls", _) => config.auth_without_tls = true,
                ("auth", _) => {
                    config.auth =
                        Some(Credentials { username: "ann".into(), password: Secret::new("secret") });
                }
                _ => panic!("{}: no setting {key}={value}", script.name),
            }
        }
        Driver {
            session: ClientSession::new(config),
            input: BytesMut::new(),
            out: Vec::new(),
            told: Vec::new(),
        }
    }

    fn advance(&mut self) {
        let action = self.session.advance(7, &mut self.input, &mut self.out);
        self.flush();
        self.told.push(match action {
            ClientAction::Read => return,
            ClientAction::StartTls => "= handshake".to_owned(),
            ClientAction::Ready => "= ready".to_owned(),
            ClientAction::SendBody => "= body".to_owned(),
            ClientAction::Finished(outcome) => {
                let recipients: Vec<_> = outcome.recipients.iter().map(shown).collect();
                format!(
                    "= {} | {}",
                    if outcome.reusable { "finished" } else { "over" },
                    recipients.join(" | ")
                )
            }
            ClientAction::Failed(failure) => format!("= failed {:?}: {}", failure.phase, failure.kind),
            ClientAction::Close => "= close".to_owned(),
        });
    }

    fn flush(&mut self) {
        let text = String::from_utf8(std::mem::take(&mut self.out)).unwrap();
        assert!(text.is_empty() || text.ends_with("\r\n"));
        self.told.extend(text.split_terminator("\r\n").map(|line| format!("C: {line}")));
    }

    fn act(&mut self, what: &str) {
        let mut words = what.split(' ');
        match words.next() {
            Some("mail") => {
                self.session.start(7, transaction(words), &mut self.out);
                self.advance();
            }
            Some("body") => self.session.body_written(7, words.next().unwrap().parse().unwrap()),
            Some("quit") => self.session.quit(7, &mut self.out),
            Some("lost") => {
                let known = self.session.abandon();
                let known: Vec<_> =
                    known.iter().map(|o| o.as_ref().map_or("unknown".to_owned(), shown)).collect();
                self.told.push(format!("= {:?} | {}", self.session.phase(), known.join(" | ")));
            }
            Some("handshake-failed") => self.told.push(format!("= {}", self.session.tls_failed())),
            _ => panic!("cannot {what}"),
        }
        self.flush();
    }
}

fn shown(outcome: &RecipientOutcome) -> String {
    assert_eq!(
        outcome.is_accepted(),
        outcome.reply.code < 400,
        "a positive reply settles only a delivered message"
    );
    format!("{:?} {}", outcome.stage, outcome.reply)
}

fn transaction<'a>(mut words: impl Iterator<Item = &'a str>) -> Transaction {
    let reverse_path = match words.next().unwrap() {
        "<>" => ReversePath::Null,
        address => ReversePath::Mailbox(Address::parse(address).unwrap()),
    };
    let recipients = words.next().unwrap().split(',');
    let mut forward_paths: Vec<_> =
        recipients.map(|a| ForwardPath::plain(Address::parse(a).unwrap())).collect();
    let (mut body, mut smtputf8, mut size_bytes, mut ret, mut envid) =
        (Body::SevenBit, false, 20, None, None);
    for word in words {
        match word.split_once('=') {
            None if word == "8bit" => body = Body::EightBitMime,
            None if word == "utf8" => smtputf8 = true,
            None if word == "dsn" => {
                (ret, envid) = (Some(Return::Headers), Some("order 7".into()));
                forward_paths[0].notify = Some(Notify::On { success: true, failure: false, delay: true });
                forward_paths[0].orcpt = Some("rfc822;bob+2Bx@y.test".into());
            }
            Some(("size", octets)) => size_bytes = octets.parse().unwrap(),
            _ => panic!("what is {word}?"),
        }
    }
    Transaction { envelope: Envelope { reverse_path, forward_paths, body, smtputf8, ret, envid }, size_bytes }
}

/// What the server says in one go arrives cut as `cut` says; before it goes on, the client has said exactly what
/// stands in the file.
fn play(script: &Script, cut: Cut) -> Driver {
    let mut driver = Driver::new(script);
    let (mut checked, mut turns) = (0, script.turns.iter().peekable());
    while let Some(turn) = turns.next() {
        let acting = matches!(turn, Turn::Server(_) | Turn::Do(_) | Turn::Tls);
        if acting {
            assert_eq!(
                driver.told.get(checked),
                None,
                "{} {cut:?}: not in the file, before {turn:?}",
                script.name
            );
        }
        match turn {
            Turn::Server(bytes) => {
                let mut said = bytes.clone();
                while let Some(Turn::Server(more)) = turns.next_if(|turn| matches!(turn, Turn::Server(_))) {
                    said.extend_from_slice(more);
                }
                for piece in pieces(&said, cut) {
                    driver.input.extend_from_slice(piece);
                    driver.advance();
                }
            }
            Turn::Do(what) => driver.act(what),
            Turn::Tls => {
                driver.session.tls_established(7, &mut driver.out);
                driver.flush();
            }
            Turn::Client(_) | Turn::Event(_) => {
                let line = driver.told.get(checked).cloned().unwrap_or_default();
                let same = match turn {
                    Turn::Client(bytes) => {
                        format!("C: {}", String::from_utf8_lossy(bytes).trim_end_matches("\r\n"))
                    }
                    Turn::Event(event) => format!("= {event}"),
                    Turn::Server(_) | Turn::ServerStart(_) | Turn::Do(_) | Turn::Tls => {
                        unreachable!("matched above")
                    }
                };
                assert_eq!(line, same, "{} {cut:?}", script.name);
                checked += 1;
            }
            Turn::ServerStart(_) => panic!("{}: the server's lines are said whole here", script.name),
        }
    }
    assert_eq!(driver.told.get(checked), None, "{} {cut:?}: not in the file, at its end", script.name);
    driver
}

#[test]
fn the_client_says_what_the_dialogues_say_however_the_bytes_arrive() {
    for script in folder("client") {
        for cut in [Cut::Whole, Cut::Bytes, Cut::Random(1), Cut::Random(2), Cut::Random(3)] {
            play(&script, cut);
        }
    }
}

/// Bytes behind the 220 were written before TLS and would be read after it (CVE-2021-38371). Whether they come in the
/// same read or in the next one decides only about the phase, so this is no dialogue.
#[test]
fn bytes_behind_the_reply_to_starttls_end_the_session() {
    for cut in [Cut::Whole, Cut::Bytes] {
        let settings = vec![("tls".to_owned(), "opportunistic".to_owned())];
        let mut driver = Driver::new(&Script { name: String::new(), settings, turns: Vec::new() });
        for piece in pieces(b"220 mx.test\r\n250-mx.test\r\n250 STARTTLS\r\n220 Go\r\n2", cut) {
            driver.input.extend_from_slice(piece);
            driver.advance();
        }
        let last = driver.told.last().expect("the session failed");
        assert!(last.ends_with("bytes behind the reply to STARTTLS"), "{last}");
    }
}

/// They would be taken for replies of the next transaction.
#[test]
fn bytes_behind_the_last_reply_make_the_connection_useless() {
    let mut driver = Driver::new(&Script { name: String::new(), settings: Vec::new(), turns: Vec::new() });
    driver.input.extend_from_slice(b"220 mx.test\r\n250 mx.test\r\n");
    driver.advance();
    driver.act("mail ann@x.test bob@y.test");
    driver.input.extend_from_slice(b"550 5.7.1 No\r\n421 4.3.2 Bye\r\n");
    driver.advance();
    assert_eq!(driver.told.last().map(String::as_str), Some("= over | Mail 550 5.7.1 No"));
    driver.advance();
    assert_eq!(driver.told.last().map(String::as_str), Some("= close"));
}

#[test]
fn no_more_commands_wait_for_replies_than_a_connection_bears() {
    let mut driver = Driver::new(&Script { name: String::new(), settings: Vec::new(), turns: Vec::new() });
    driver.input.extend_from_slice(b"220 mx.test\r\n250-mx.test\r\n250 PIPELINING\r\n");
    driver.advance();
    let recipients: Vec<_> = (0..250).map(|n| format!("r{n}@y.test")).collect();
    driver.act(&format!("mail ann@x.test {}", recipients.join(",")));
    let sent = |driver: &Driver| driver.told.iter().filter(|line| line.starts_with("C: ")).count() - 1;
    for answered in 0..251 {
        assert_eq!(sent(&driver), (answered + PIPELINED_MAX).min(252));
        driver.input.extend_from_slice(b"250 Ok\r\n");
        driver.advance();
    }
    driver.input.extend_from_slice(b"354 Go\r\n");
    driver.advance();
    assert_eq!(driver.told.last().map(String::as_str), Some("= body"));
}

/// What the driver keeps of an attempt is the dialogue file itself, without the password.
#[test]
fn the_transcript_is_the_dialogue_without_secrets() {
    for script in folder("client") {
        let driver = play(&script, Cut::Whole);
        let transcript = driver.session.transcript();
        assert!(!transcript.contains("c2VjcmV0") && !transcript.contains("AGFubg"), "{transcript}");
        let mut lines = transcript.lines().filter(|line| !line.contains(" octets)"));
        for turn in &script.turns {
            let (side, bytes) = match turn {
                Turn::Client(bytes) => ('C', bytes),
                Turn::Server(bytes) => ('S', bytes),
                Turn::ServerStart(_) | Turn::Event(_) | Turn::Do(_) | Turn::Tls => continue,
            };
            for line in String::from_utf8_lossy(bytes).lines() {
                let kept = lines.next().unwrap_or("");
                let hidden = kept.ends_with("***") && side == 'C';
                assert!(
                    hidden || kept == format!("7 {side}: {line}"),
                    "{}: {kept:?}, not {line:?}",
                    script.name
                );
            }
        }
    }
}
