//! `cargo xtask bench latency`: how long a client waits between its final dot and the 250, at full speed.
//!
//! Guarantees: every counted message was answered with 250; both servers get the same sessions, one after the other. Not here: rates,
//! which `relay` measures with less work of the client.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::bench::relay::{Relay, SENDER_DOMAIN, Server, build, servers, sink};
use crate::bench::table::table;
use crate::bench::{machine, percentile_ms};
use crate::clock::Stopwatch;
use crate::place::Scratch;
use crate::product::{self, Database};

/// Bytes of the body.
const BODY_BYTES: usize = 4096;
const REPLY_LIMIT: Duration = Duration::from_secs(120);

/// How the wait is measured.
#[derive(clap::Args)]
pub struct Options {
    /// A quarter of the messages
    #[arg(long)]
    quick: bool,
    /// Print one JSON object instead of the table
    #[arg(long)]
    json: bool,
    /// Where Postrider keeps its mail
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    /// Only this server
    #[arg(long, value_enum)]
    only: Option<Server>,
}

/// The waits of one server with so many sessions.
struct Waits {
    server: Server,
    sessions: usize,
    p50_ms: f64,
    p99_ms: f64,
}

pub fn run(options: &Options) -> Result<()> {
    let servers = servers(options.only);
    build(&servers)?;
    let load_before = machine::load();
    let mut report = Vec::new();
    for sessions in [20, 100] {
        for &server in &servers {
            report.push(measure(
                &Relay { server, database: options.database, signed: false },
                sessions,
                options.quick,
            )?);
        }
    }
    if options.json {
        println!("{}", object(&report, options, load_before));
    } else {
        println!("{}load {load_before} before, {} after", text(&report), machine::load());
    }
    Ok(())
}

fn measure(relay: &Relay, sessions: usize, quick: bool) -> Result<Waits> {
    let full = match relay.server {
        Server::Postfix => 8_000,
        Server::Postrider | Server::Bare => 80_000,
    };
    let each = full / sessions / if quick { 4 } else { 1 };
    let scratch = Scratch::new("bench-latency")?;
    let (_sink, sink_port) = sink::start(u32::try_from(each * sessions)?)?;
    let server = relay.start(&scratch, sink_port)?;
    let port = server.port();
    let mut waits = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..sessions).map(|_| scope.spawn(move || session(port, each))).collect();
        let mut waits = Vec::new();
        for thread in threads {
            waits.extend(thread.join().ok().context("a session panicked")??);
        }
        anyhow::Ok(waits)
    })?;
    waits.sort_unstable();
    let (p50_ms, p99_ms) = (percentile_ms(&waits, 0.5), percentile_ms(&waits, 0.99));
    Ok(Waits { server: relay.server, sessions, p50_ms, p99_ms })
}

/// Sends messages over one session; returns the wait for each 250.
fn session(port: u16, messages: usize) -> Result<Vec<Duration>> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(REPLY_LIMIT))?;
    let mut session = BufReader::new(stream);
    expect(&mut session, "220")?;
    tell(&mut session, "EHLO latency.example\r\n", "250")?;
    let line = "a line of text that fills a message and says nothing\r\n";
    let body = format!(
        "From: a@{SENDER_DOMAIN}\r\nSubject: latency\r\n\r\n{}.\r\n",
        line.repeat(BODY_BYTES / line.len())
    );
    let mut waits = Vec::with_capacity(messages);
    for _ in 0..messages {
        tell(&mut session, &format!("MAIL FROM:<a@{SENDER_DOMAIN}>\r\n"), "250")?;
        tell(&mut session, "RCPT TO:<recipient@sink.example>\r\n", "250")?;
        tell(&mut session, "DATA\r\n", "354")?;
        let watch = Stopwatch::start();
        tell(&mut session, &body, "250")?;
        waits.push(watch.elapsed());
    }
    tell(&mut session, "QUIT\r\n", "221")?;
    Ok(waits)
}

fn tell(session: &mut BufReader<TcpStream>, text: &str, code: &str) -> Result<()> {
    session.get_mut().write_all(text.as_bytes())?;
    expect(session, code)
}

fn expect(session: &mut BufReader<TcpStream>, code: &str) -> Result<()> {
    loop {
        let mut line = String::new();
        session.read_line(&mut line)?;
        if !line.starts_with(code) {
            bail!("{code} expected: {line:?}");
        }
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(());
        }
    }
}

fn text(report: &[Waits]) -> String {
    let row = |waits: &Waits| {
        let figure = |ms: f64| format!("{ms:.1}");
        vec![
            format!("{} sessions", waits.sessions),
            waits.server.name().to_owned(),
            figure(waits.p50_ms),
            figure(waits.p99_ms),
        ]
    };
    table(&["case", "server", "p50 ms", "p99 ms"], &report.iter().map(row).collect::<Vec<_>>())
}

fn object(report: &[Waits], options: &Options, load_before: f64) -> Value {
    let case = |waits: &Waits| json!({ "server": waits.server.name(), "sessions": waits.sessions, "p50_ms": waits.p50_ms, "p99_ms": waits.p99_ms });
    json!({
        "cases": report.iter().map(case).collect::<Vec<_>>(), "database": options.database.name(),
        "load_before": load_before, "load_after": machine::load(), "postrider_version": product::version(),
    })
}
