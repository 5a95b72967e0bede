//! A DNS server that answers from a script, on loopback: for tests and simulations.
//!
//! The script has one record or behaviour a line, `#` begins a comment:
//!
//! ```text
//! example.org       MX 10 mx.example.org      # also A, AAAA, CNAME, PTR, TXT; a number before the type is the TTL
//! broken.example    SERVFAIL                  # also REFUSED
//! silent.example    SILENT                    # no answer, over UDP or TCP
//! lame.example      LAME                      # refers to other servers instead of answering
//! big.example       TRUNCATED                 # over UDP only; TCP gets the records
//! ```
//!
//! A name that the script does not mention does not exist (NXDOMAIN); one that it mentions without the type asked for
//! has no data. CNAMEs are followed as a recursive server does. Answers longer than 1,232 octets are truncated over UDP.
//!
//! Not here: anything that a real server needs. Questions that it does not understand are dropped.

mod script;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;

use script::{
    CNAME, Line, NS, NXDOMAIN, Over, Rule, message, name_wire, parse, read_question, record, soa, truncated,
};

const UDP_MAX_BYTES: usize = 1_232;
const CHAIN_MAX: usize = 16;
/// Ports that are tried.
const TRIES_MAX: usize = 100;

/// Runs until it is dropped.
pub struct ScriptedDns {
    address: SocketAddr,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

struct Shared {
    script: Mutex<Vec<Line>>,
    asked: Mutex<Vec<String>>,
}

impl ScriptedDns {
    /// Listens on a free port of 127.0.0.1, UDP and TCP. Panics when the script cannot be read.
    pub async fn start(script: &str) -> io::Result<ScriptedDns> {
        let (udp, tcp) = one_port().await?;
        let address = udp.local_addr()?;
        let shared = Arc::new(Shared { script: Mutex::new(parse(script)), asked: Mutex::default() });
        let mut tasks = JoinSet::new();
        tasks.spawn(serve_udp(udp, shared.clone()));
        tasks.spawn(serve_tcp(tcp, shared.clone()));
        Ok(ScriptedDns { address, shared, _tasks: tasks })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers from another script from now on.
    pub fn rewrite(&self, script: &str) {
        *self.shared.script.lock().unwrap_or_else(PoisonError::into_inner) = parse(script);
    }

    /// Every question so far, as `example.org 15 udp`: name, type number, transport.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A port that is free for both. One that is free for UDP may be taken for TCP: then another is tried.
async fn one_port() -> io::Result<(UdpSocket, TcpListener)> {
    let mut tried = Vec::new();
    loop {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        match TcpListener::bind(udp.local_addr()?).await {
            Ok(tcp) => return Ok((udp, tcp)),
            // Kept, so that the next is another.
            Err(_) if tried.len() < TRIES_MAX => tried.push(udp),
            Err(error) => return Err(error),
        }
    }
}

async fn serve_udp(socket: UdpSocket, shared: Arc<Shared>) {
    let mut packet = [0; 512];
    while let Ok((length, peer)) = socket.recv_from(&mut packet).await {
        if let Some(answer) = shared.answer(&packet[..length], Over::Udp) {
            // A client that is gone does not matter to the others.
            let _ = socket.send_to(&answer, peer).await;
        }
    }
}

async fn serve_tcp(listener: TcpListener, shared: Arc<Shared>) {
    let mut clients = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        clients.spawn(serve_client(stream, shared.clone()));
    }
}

/// Each message is preceded by its length (RFC 1035 §4.2.2).
async fn serve_client(mut stream: TcpStream, shared: Arc<Shared>) {
    while let Ok(length) = stream.read_u16().await {
        let mut packet = vec![0; usize::from(length)];
        if stream.read_exact(&mut packet).await.is_err() {
            return;
        }
        let Some(answer) = shared.answer(&packet, Over::Tcp) else { continue };
        let length = u16::try_from(answer.len()).expect("a script's answer fits into a message");
        if stream.write_all(&[&length.to_be_bytes(), answer.as_slice()].concat()).await.is_err() {
            return;
        }
    }
}

impl Shared {
    fn answer(&self, packet: &[u8], over: Over) -> Option<Vec<u8>> {
        let question = read_question(packet)?;
        let transport = if over == Over::Udp { "udp" } else { "tcp" };
        let entry = format!("{} {} {transport}", question.name, question.kind);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(entry);

        let script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        let mut records = Vec::new();
        let mut name = question.name.clone();
        for _ in 0..CHAIN_MAX {
            let rules: Vec<&Rule> =
                script.iter().filter(|line| line.name == name).map(|line| &line.rule).collect();
            let below = format!(".{name}");
            for rule in &rules {
                match rule {
                    Rule::Silent => return None,
                    Rule::Fail(code) => return Some(message(&question, *code, &[], &[])),
                    Rule::Lame => {
                        return Some(message(
                            &question,
                            0,
                            &[],
                            &[record("example", NS, 0, &name_wire("ns.example"))],
                        ));
                    }
                    Rule::Truncated if over == Over::Udp => return Some(truncated(&question)),
                    Rule::Truncated | Rule::Record { .. } => {}
                }
            }
            let mut next = None;
            for rule in &rules {
                if let Rule::Record { kind, ttl_s, data, target } = rule
                    && (*kind == question.kind || *kind == CNAME)
                {
                    records.push(record(&name, *kind, *ttl_s, data));
                    next = target.clone().filter(|_| *kind == CNAME && question.kind != CNAME);
                }
            }
            match next {
                Some(target) => name = target,
                None if rules.is_empty() && !script.iter().any(|line| line.name.ends_with(&below)) => {
                    return Some(message(&question, NXDOMAIN, &records, &[soa()]));
                }
                None => break,
            }
        }
        let authority = if records.is_empty() { vec![soa()] } else { Vec::new() };
        let answer = message(&question, 0, &records, &authority);
        Some(if over == Over::Udp && answer.len() > UDP_MAX_BYTES { truncated(&question) } else { answer })
    }
}
