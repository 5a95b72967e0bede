//! The world around an installation: a receiving server, a client that submits, an API that answers once.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Longest wait for something that must happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A receiving server: gives the verdicts of its script to the first messages, and takes all others.
pub struct Peer {
    address: String,
    taken: Receiver<(String, String)>,
    sessions: Arc<AtomicUsize>,
}

impl Peer {
    pub fn start(script: &[&str]) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let verdicts: Vec<String> = script.iter().rev().map(|line| (*line).to_owned()).collect();
        let (tell, taken) = channel();
        let verdicts = Arc::new(Mutex::new(verdicts));
        let sessions = Arc::<AtomicUsize>::default();
        let counted = sessions.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tell, verdicts) = (tell.clone(), verdicts.clone());
                counted.fetch_add(1, Relaxed);
                // A client that goes away in the middle of a session ends it.
                std::thread::spawn(move || drop(session(&stream, &verdicts, &tell)));
            }
        });
        Peer { address, taken, sessions }
    }

    /// The settings that send everything here.
    pub fn route(&self) -> String {
        format!("[[route]]\ndomain = \"*\"\nnext_hop = \"{}\"\ntls = \"none\"\n", self.address)
    }

    /// The same for one domain, with further settings of the route.
    pub fn route_for(&self, domain: &str, more: &str) -> String {
        let route = self.route().replace('*', domain);
        format!("{route}{more}\n")
    }

    /// How many connections there were.
    pub fn sessions(&self) -> usize {
        self.sessions.load(Relaxed)
    }

    /// The next message's recipient, and the code that it was answered with.
    pub fn next(&self) -> (String, String) {
        self.taken.recv_timeout(PATIENCE).expect("a message arrives")
    }
}

fn session(
    stream: &TcpStream,
    verdicts: &Mutex<Vec<String>>,
    tell: &Sender<(String, String)>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut out = stream;
    out.write_all(b"220 peer.example ESMTP\r\n")?;
    let mut recipient = String::new();
    while let Some(line) = lines.next().transpose()? {
        let reply = match line.split_once([' ', ':']).map_or(line.as_str(), |(verb, _)| verb) {
            "RCPT" => {
                recipient = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                "250 2.1.5 Ok".to_owned()
            }
            "DATA" => {
                out.write_all(b"354 Go on\r\n")?;
                while lines.next().transpose()?.is_some_and(|line| line != ".") {}
                let verdict = verdicts.lock().expect("no session panics").pop();
                let verdict = verdict.unwrap_or_else(|| "250 2.0.0 Taken".to_owned());
                drop(tell.send((recipient.clone(), verdict[..3].to_owned())));
                verdict
            }
            "QUIT" => "221 2.0.0 Bye".to_owned(),
            _ => "250 peer.example".to_owned(),
        };
        out.write_all(format!("{reply}\r\n").as_bytes())?;
    }
    Ok(())
}

/// Submits one message over SMTP; gives the id by which the server knows it.
pub fn submit(server: &str, from: &str, to: &str) -> String {
    let mut letter = Letter::begin(server, from, to);
    let reply = letter.end();
    reply.rsplit(' ').next().expect("an id").to_owned()
}

/// A message that is being submitted over SMTP.
pub struct Letter {
    stream: TcpStream,
    lines: Lines<BufReader<TcpStream>>,
}

impl Letter {
    /// Says everything but the end of its content.
    pub fn begin(server: &str, from: &str, to: &str) -> Letter {
        let stream = TcpStream::connect(server).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time of more than zero");
        let lines = BufReader::new(stream.try_clone().expect("a second handle")).lines();
        let mut letter = Letter { stream, lines };
        letter.hear("220");
        for (say, code) in [
            ("EHLO client.example", "250"),
            (&format!("MAIL FROM:<{from}>"), "250"),
            (&format!("RCPT TO:<{to}>"), "250"),
            ("DATA", "354"),
        ] {
            letter.say(say);
            letter.hear(code);
        }
        letter.say(&format!("From: {from}\r\nTo: {to}\r\nSubject: Hi\r\n\r\nIt works."));
        letter
    }

    /// Ends its content; gives the reply, which is positive.
    pub fn end(&mut self) -> String {
        self.say(".");
        self.hear("250")
    }

    fn say(&mut self, words: &str) {
        self.stream.write_all(format!("{words}\r\n").as_bytes()).expect("the server reads");
    }

    /// The last line of the next reply, which has this code.
    pub fn hear(&mut self, code: &str) -> String {
        loop {
            let line = self.lines.next().expect("an answer").expect("a line");
            assert!(line.starts_with(code), "{line}");
            if line.as_bytes()[3] == b' ' {
                return line;
            }
        }
    }
}

/// An API that answers one request; gives its address, and what was asked.
pub fn http_once(status: &str, body: &str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut asked = Vec::new();
        let mut block = [0; 4_096];
        while !String::from_utf8_lossy(&asked).ends_with('}') {
            let read = stream.read(&mut block).expect("a request");
            assert_ne!(read, 0, "the request ends early");
            asked.extend_from_slice(&block[..read]);
        }
        stream.write_all(answer.as_bytes()).expect("the client reads");
        String::from_utf8(asked).expect("UTF-8")
    });
    (address, serving)
}
