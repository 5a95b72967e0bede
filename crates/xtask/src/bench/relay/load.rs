//! One run of one server: the sink, the server, the source, and what they took.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::bench::relay::case::Case;
use crate::bench::relay::peer::{Relay, Server};
use crate::bench::relay::sink;
use crate::bench::relay::source::source;
use crate::clock::{Stopwatch, pause};
use crate::place::Scratch;
use crate::usage::{MemoryWatch, cpu_s};

/// The longest that one run may take to accept or to deliver.
const RUN_LIMIT: Duration = Duration::from_secs(300);
/// How long a server may go on storing results after the sink has the last message, before its processor time is read.
const AFTERMATH: Duration = Duration::from_millis(500);

/// What one run showed.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Messages per second until the source had every answer.
    pub accepted_per_s: f64,
    /// Messages per second until the sink had every message.
    pub delivered_per_s: f64,
    /// Seconds of processor time of the server for 1,000 messages.
    pub cpu_s_per_1000: f64,
    /// The largest memory of the server, in megabytes of a million bytes.
    pub peak_mb: f64,
}

/// Messages per second from the source straight into the sink.
///
/// smtp-sink looks at each octet by itself, on one core: with large messages it, and not the server, may be what ends the race.
pub fn harness(case: &Case, quick: bool) -> Result<f64> {
    let messages = case.messages(Server::Postfix, quick);
    // One more than comes: a sink that ends would take the source's connections with it. It is stopped when it is dropped.
    let (_sink, port) = sink::start(messages + 1)?;
    let watch = Stopwatch::start();
    let mut source = source(&case.work, messages, port)?;
    if !source.wait(RUN_LIMIT).context("the source")?.success() {
        bail!("{}: smtp-source failed against smtp-sink", case.name);
    }
    Ok(f64::from(messages) / watch.elapsed().as_secs_f64())
}

pub fn measure(relay: &Relay, case: &Case, quick: bool) -> Result<Measured> {
    let messages = case.messages(relay.server, quick);
    let scratch = Scratch::new("bench")?;
    let (mut sink, sink_port) = sink::start(messages)?;
    let server = relay.start(&scratch, sink_port)?;
    let roots = server.roots();
    let memory = MemoryWatch::start(roots.clone());
    let cpu_before = cpu_s(&roots);
    let watch = Stopwatch::start();
    let mut source = source(&case.work, messages, server.port())?;
    let status = source.wait(RUN_LIMIT).context("the source")?;
    let accepted = watch.elapsed();
    if !status.success() {
        bail!("{} on {}: smtp-source ended with {status}", relay.server.name(), case.name);
    }
    sink.wait(RUN_LIMIT).with_context(|| format!("{} on {}", relay.server.name(), case.name))?;
    let delivered = watch.elapsed();
    pause(AFTERMATH);
    Ok(Measured {
        accepted_per_s: f64::from(messages) / accepted.as_secs_f64(),
        delivered_per_s: f64::from(messages) / delivered.as_secs_f64(),
        cpu_s_per_1000: (cpu_s(&roots) - cpu_before) * 1000.0 / f64::from(messages),
        peak_mb: memory.peak_bytes() as f64 / 1e6,
    })
}
