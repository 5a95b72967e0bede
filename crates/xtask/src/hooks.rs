//! A customer's server for webhooks: takes requests over HTTP/1.1 and writes down what came.
//!
//! Guarantees: a request is written down before it is answered; each connection has a thread of its own, so that one that
//! is slow holds up no other. Not here: TLS, requests in chunks.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};

/// The longest body that is taken.
const BODY_BYTES_MAX: usize = 64 << 20;
/// How long a kept connection may say nothing.
const IDLE_LIMIT: Duration = Duration::from_secs(120);

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    pub body: String,
}

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// 204 to all.
    Takes,
    /// 500 to every n-th request, 204 to the others.
    Fails(u64),
    /// Takes the connection and says nothing.
    Silent,
}

/// What came so far.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub requests: u64,
    /// How often each event was taken, by its id; those of failed requests are not counted.
    pub taken: HashMap<String, u64>,
    /// Events of all requests that were taken.
    pub events: u64,
    /// The last requests, when they are kept.
    pub kept: Vec<Request>,
}

/// A running server.
pub struct Hooks {
    pub port: u16,
    ledger: Arc<Mutex<Ledger>>,
}

impl Hooks {
    /// Listens on a free port. `detailed`: whether each event is counted and requests are kept; otherwise only their number.
    pub fn start(manner: Manner, detailed: bool) -> Result<Hooks> {
        let listener = TcpListener::bind("127.0.0.1:0").context("a port for webhooks")?;
        let port = listener.local_addr()?.port();
        let ledger: Arc<Mutex<Ledger>> = Arc::default();
        let shared = ledger.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let ledger = shared.clone();
                let client = move || {
                    // A client that breaks off is no matter of ours.
                    let _end = serve(stream, manner, &ledger, detailed);
                };
                // Thousands of connections, each needing little.
                let _thread = std::thread::Builder::new().stack_size(128 << 10).spawn(client);
            }
        });
        Ok(Hooks { port, ledger })
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// What came so far.
    pub fn ledger(&self) -> Ledger {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Events that were taken so far.
    pub fn events(&self) -> u64 {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).events
    }
}

fn serve(stream: TcpStream, manner: Manner, ledger: &Mutex<Ledger>, detailed: bool) -> Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(IDLE_LIMIT))?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader)? {
        if manner == Manner::Silent {
            continue;
        }
        let answer = {
            let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
            ledger.requests += 1;
            let fails = matches!(manner, Manner::Fails(every) if ledger.requests.is_multiple_of(every));
            if !fails {
                note(&mut ledger, request, detailed);
            }
            if fails { "500 Internal Server Error" } else { "204 No Content" }
        };
        let length = if answer.starts_with('5') { "Content-Length: 0\r\n" } else { "" };
        reader.get_mut().write_all(format!("HTTP/1.1 {answer}\r\n{length}\r\n").as_bytes())?;
    }
    Ok(())
}

fn note(ledger: &mut Ledger, request: Request, detailed: bool) {
    if !detailed {
        // An object is one event; each of an array begins with its id.
        ledger.events += request.body.matches("{\"id\":\"evt_").count() as u64;
        return;
    }
    let told: serde_json::Value = serde_json::from_str(&request.body).unwrap_or_default();
    let events = told.as_array().cloned().unwrap_or_else(|| vec![told]);
    for id in events.iter().filter_map(|event| event["id"].as_str()) {
        *ledger.taken.entry(id.to_owned()).or_default() += 1;
        ledger.events += 1;
    }
    if ledger.kept.len() < 100 {
        ledger.kept.push(request);
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut headers = HashMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length: usize = headers.get("content-length").map_or(Ok(0), |length| length.parse())?;
    anyhow::ensure!(length <= BODY_BYTES_MAX, "a body of {length} bytes");
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request { headers, body: String::from_utf8(body)? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_counted_and_what_fails_is_not() {
        let hooks = Hooks::start(Manner::Fails(2), true).unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", hooks.port)).unwrap();
        let mut codes = Vec::new();
        for body in [r#"{"id":"evt_1"}"#, r#"{"id":"evt_2"}"#, r#"[{"id":"evt_1"},{"id":"evt_3"}]"#] {
            write!(stream, "POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            codes.push(line.split(' ').nth(1).unwrap().to_owned());
            while reader.read_line(&mut line).unwrap() > 2 {}
        }
        assert_eq!(codes, ["204", "500", "204"]);
        let ledger = hooks.ledger();
        let expected = [("evt_1", 2), ("evt_3", 1)].map(|(id, count)| (id.to_owned(), count));
        assert_eq!((ledger.taken, ledger.events, ledger.requests), (HashMap::from(expected), 3, 3));
    }
}
