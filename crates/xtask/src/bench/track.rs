//! `cargo xtask bench track`: requests for a pixel on one core, beside nginx that serves a file of the same size.
//!
//! Guarantees: every counted request was answered with 200 and 43 octets; both servers are held to the same core and get the same
//! connections, one server after the other; Postrider's pixels are those of real messages, and what it does with the requests
//! behind its answers is paid from the same core.
//!
//! Not here: TLS, which the same library would do for both.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::bench::table::table;
use crate::bench::{machine, median};
use crate::clock::Stopwatch;
use crate::command::{command, run_quietly};
use crate::http::Api;
use crate::nginx::{self, Nginx};
use crate::place::Scratch;
use crate::product::{self, Database, Instance, Settings};
use crate::usage::cpu_s;

const SENDER_DOMAIN: &str = "bench.example";
/// Connections at once.
const CONNECTIONS: usize = 32;
/// Messages whose pixels are asked for in turn.
const MESSAGES: usize = 200;
/// Octets of the pixel, and of nginx's file.
const PIXEL_BYTES: usize = 43;
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// How the pixel is measured.
#[derive(clap::Args)]
pub struct Options {
    /// A quarter of the requests, one round
    #[arg(long)]
    quick: bool,
    /// Print one JSON object instead of the table
    #[arg(long)]
    json: bool,
    /// How often each server is measured; the medians are reported
    #[arg(long)]
    rounds: Option<usize>,
}

/// What one run of one server showed.
#[derive(Clone, Copy)]
struct Measured {
    requests_per_s: f64,
    cpu_us: f64,
}

pub fn run(options: &Options) -> Result<()> {
    product::build(product::Build::Release)?;
    let rounds = options.rounds.unwrap_or(if options.quick { 1 } else { 3 });
    let each = if options.quick { 5_000 } else { 20_000 };
    let load_before = machine::load();
    let scratch = Scratch::new("bench-track")?;
    let nginx = Nginx::start(&scratch, &[0; PIXEL_BYTES])?;
    let product = start(&scratch)?;
    let pixels = pixels(&product)?;
    let address = product.http().trim_start_matches("http://").to_owned();
    let mut report: [(&str, Vec<Measured>); 2] = [("nginx", Vec::new()), ("Postrider", Vec::new())];
    for _ in 0..rounds {
        let file = ["/pixel.gif".to_owned()];
        report[0].1.push(measure(&nginx.address(), &file, each, &[nginx.id()])?);
        report[1].1.push(measure(&address, &pixels, each, &product.roots())?);
    }
    let middle = report.map(|(name, runs)| {
        let of = |figure: fn(&Measured) -> f64| median(runs.iter().map(figure));
        (name, Measured { requests_per_s: of(|run| run.requests_per_s), cpu_us: of(|run| run.cpu_us) })
    });
    let dropped = dropped(&product)?;
    if options.json {
        println!("{}", object(&middle, dropped, load_before));
    } else {
        print!("{}", text(&middle, (rounds, dropped), load_before));
    }
    Ok(())
}

fn start(scratch: &Scratch) -> Result<Instance> {
    let text = "[delivery]\nnext_hop = \"capture\"\n\n[log]\nlevel = \"warn\"\n".to_owned();
    let settings = Settings { text, database: Database::Sqlite, mode: "serve" };
    let prepared = settings.prepare(scratch)?;
    prepared.add_domain(SENDER_DOMAIN, false)?;
    prepared.start()
}

/// Sends tracked messages and takes the paths of the pixels from what their recipients got.
fn pixels(product: &Instance) -> Result<Vec<String>> {
    let mut api = Api::connect(product.http(), product.api_key()?)?;
    let message = json!({
        "from": format!("sender@{SENDER_DOMAIN}"), "to": ["recipient@sink.example"], "subject": "A message of the benchmark",
        "html": "<p>text</p>", "stream": "marketing",
    });
    let batch = Value::Array(vec![message; MESSAGES]).to_string();
    api.ask("POST", "/emails/batch", batch.as_bytes())?.json()?;
    let list = crate::clock::wait_for("the messages", ANSWER_LIMIT, || {
        let list = api.read("/captured?limit=1000")?.json()?;
        let list = list["data"].as_array().cloned().unwrap_or_default();
        Ok(Some(list).filter(|list| list.len() >= MESSAGES))
    })?;
    let mut pixels = Vec::new();
    for one in &list {
        let id = one["id"].as_str().context("a captured message has an id")?;
        let raw = api.read(&format!("/captured/{id}/raw"))?.body;
        let raw = String::from_utf8_lossy(&raw).replace("=\r\n", "");
        let path = raw.split("/t/o/").nth(1).and_then(|rest| rest.split('"').next());
        pixels.push(format!("/t/o/{}", path.context("a tracked message has a pixel")?));
    }
    Ok(pixels)
}

/// Holds the processes to the first core, and asks `each` times over every connection.
fn measure(address: &str, paths: &[String], each: usize, roots: &[u32]) -> Result<Measured> {
    for id in roots {
        let children = run_quietly(command("pgrep").args(["-P", &id.to_string()])).unwrap_or_default();
        for id in std::iter::once(id.to_string()).chain(children.lines().map(str::to_owned)) {
            run_quietly(command("taskset").args(["-a", "-c", "-p", "0", &id]))?;
        }
    }
    let cpu_before = cpu_s(roots);
    let watch = Stopwatch::start();
    std::thread::scope(|scope| {
        let start = |first: usize| scope.spawn(move || ask(address, paths, (first, each)));
        let threads: Vec<_> = (0..CONNECTIONS).map(start).collect();
        threads.into_iter().try_for_each(|thread| thread.join().ok().context("a client panicked")?)
    })?;
    let requests = (CONNECTIONS * each) as f64;
    let seconds = watch.elapsed().as_secs_f64();
    Ok(Measured { requests_per_s: requests / seconds, cpu_us: (cpu_s(roots) - cpu_before) * 1e6 / requests })
}

/// One connection: request after request, each answered before the next.
fn ask(address: &str, paths: &[String], (first, count): (usize, usize)) -> Result<()> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    let mut connection = BufReader::new(stream);
    let requests: Vec<_> = paths
        .iter()
        .map(|path| {
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: Mozilla/5.0 (bench)\r\n\r\n")
        })
        .collect();
    let (mut line, mut body) = (String::new(), [0; PIXEL_BYTES]);
    for request in requests.iter().cycle().skip(first).take(count) {
        connection.get_mut().write_all(request.as_bytes())?;
        line.clear();
        connection.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 200 ") {
            bail!("200 expected: {line:?}");
        }
        let mut length = 0;
        while line.trim_end() != "" {
            line.clear();
            connection.read_line(&mut line)?;
            if let Some(figure) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = figure.trim().parse()?;
            }
        }
        if length != PIXEL_BYTES {
            bail!("{PIXEL_BYTES} octets expected, not {length}");
        }
        connection.read_exact(&mut body)?;
    }
    Ok(())
}

/// Requests that were answered and not written because they came faster than the database took them.
fn dropped(product: &Instance) -> Result<u64> {
    let mut api = Api::connect(product.http(), product.api_key()?)?;
    let metrics = String::from_utf8(api.read("/metrics")?.body)?;
    let name = "postrider_tracking_dropped_total{reason=\"database_away\"} ";
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    Ok(line.context("the metric is there")?.parse()?)
}

fn text(report: &[(&str, Measured); 2], (rounds, dropped): (usize, u64), load_before: f64) -> String {
    let row = |(name, run): &(&str, Measured)| {
        let share = run.requests_per_s / report[0].1.requests_per_s;
        let cpu = report[0].1.cpu_us / run.cpu_us;
        vec![
            (*name).to_owned(),
            format!("{:.0}", run.requests_per_s),
            format!("{share:.2}"),
            format!("{:.1}", run.cpu_us),
            format!("{cpu:.2}"),
        ]
    };
    let rows: Vec<_> = report.iter().map(row).collect();
    let head = ["server", "requests/s", "of nginx", "CPU µs", "of nginx's rate by CPU"];
    format!(
        "{}medians of {rounds} rounds on one core of {}; {dropped} requests not written; load {load_before} before, {} after; nginx {}, \
         Postrider {}\n",
        table(&head, &rows),
        machine::cores(),
        machine::load(),
        nginx::version(),
        product::version()
    )
}

fn object(report: &[(&str, Measured); 2], dropped: u64, load_before: f64) -> Value {
    let server = |(name, run): &(&str, Measured)| json!({ "name": name, "requests_per_s": run.requests_per_s, "cpu_us": run.cpu_us });
    json!({
        "servers": report.iter().map(server).collect::<Vec<_>>(), "dropped": dropped, "cores": machine::cores(),
        "load_before": load_before, "load_after": machine::load(), "nginx_version": nginx::version(),
        "postrider_version": product::version(),
    })
}
