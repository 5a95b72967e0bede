//! Postfix's smtp-sink, which takes everything and ends by itself after so many messages.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::child::{Running, Signal, Start};
use crate::clock::wait_for;
use crate::command::find_program;
use crate::place::free_port;
use crate::setup::is_root;

/// Connections at once that it takes.
const CONNECTIONS_MAX: &str = "2000";
/// Connections that the kernel holds for it.
const BACKLOG: &str = "4096";

/// Starts on a free port; returns it with the port.
pub fn start(messages: u32) -> Result<(Running, u16)> {
    let port = free_port()?;
    Ok((on_port(port, messages)?, port))
}

/// Starts on a port that was free.
pub fn on_port(port: u16, messages: u32) -> Result<Running> {
    let mut arguments =
        ["-4", "-m", CONNECTIONS_MAX, "-M", &messages.to_string()].map(str::to_owned).to_vec();
    if is_root() {
        // The program refuses to run as root.
        arguments.extend(["-u", "nobody"].map(str::to_owned));
    }
    arguments.extend([format!("127.0.0.1:{port}"), BACKLOG.to_owned()]);
    let program = find_program("smtp-sink").unwrap_or_else(|| "smtp-sink".into());
    let mut sink = Start::new(program, Signal::Term, None).args(arguments).spawn()?;
    wait_for("the sink's listener", Duration::from_secs(10), || {
        if let Some(status) = sink.ended()? {
            bail!("smtp-sink ended at its start: {status}");
        }
        Ok(std::net::TcpStream::connect(("127.0.0.1", port)).ok())
    })?;
    Ok(sink)
}
