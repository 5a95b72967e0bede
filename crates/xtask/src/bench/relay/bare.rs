//! The bare relay, an example of the product's crate: built and started.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::child::{Running, Signal, Start};
use crate::clock::wait_for;
use crate::command::{command, run};
use crate::place::{Scratch, free_port, root, target};

const NAME: &str = "bare_relay";

/// A bare relay that runs.
pub struct BareRelay {
    running: Running,
    port: u16,
}

pub fn build() -> Result<()> {
    let mut cargo = command("cargo");
    cargo.args(["build", "--release", "--package", "postrider", "--example", NAME]).current_dir(root());
    run(&mut cargo)
}

impl BareRelay {
    pub fn start(scratch: &Scratch, sink_port: u16) -> Result<Self> {
        let port = free_port()?;
        let program = target().join("release/examples").join(NAME);
        let log = scratch.path().join("log");
        let arguments = [port.to_string(), sink_port.to_string(), log.display().to_string()];
        let mut running = Start::new(program, Signal::Term, None).args(arguments).spawn()?;
        wait_for("the bare relay's listener", Duration::from_secs(10), || {
            if let Some(status) = running.ended()? {
                bail!("the bare relay ended at its start: {status}");
            }
            Ok(std::net::TcpStream::connect(("127.0.0.1", port)).ok())
        })?;
        Ok(Self { running, port })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn id(&self) -> u32 {
        self.running.id()
    }
}
