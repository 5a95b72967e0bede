//! An nginx of our own: Debian's program, one worker, one file, in a directory and on a port of its own.
//!
//! Guarantees: the system's nginx and its configuration are not touched; it listens on loopback only; it ends with its handle.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::child::{Running, Signal, Start};
use crate::clock::wait_for;
use crate::command::{command, find_program, run_quietly};
use crate::place::{Scratch, free_port};
use crate::setup::is_root;

const START_LIMIT: Duration = Duration::from_secs(30);

/// A running nginx.
pub struct Nginx {
    master: Running,
    port: u16,
}

impl Nginx {
    /// Serves `octets` as `/pixel.gif`.
    pub fn start(scratch: &Scratch, octets: &[u8]) -> Result<Self> {
        let program = find_program("nginx").context("nginx is missing: `cargo xtask setup` installs it")?;
        let (files, port) = (scratch.folder("nginx-files")?, free_port()?);
        fs::write(files.join("pixel.gif"), octets)?;
        let config = scratch.path().join("nginx.conf");
        fs::write(&config, configuration(scratch, port))?;
        let log = scratch.path().join("nginx-start");
        let start = Start::new(program, Signal::Term, None);
        let start = start.args(["-p"]).args([scratch.path()]).args(["-c"]).args([&config]);
        let mut master = start.log_to(&log)?.spawn()?;
        wait_for("nginx's start", START_LIMIT, || {
            if master.ended()?.is_some() {
                bail!("nginx ended at its start:\n{}", fs::read_to_string(&log).unwrap_or_default());
            }
            Ok(std::net::TcpStream::connect(("127.0.0.1", port)).ok())
        })?;
        Ok(Self { master, port })
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn id(&self) -> u32 {
        self.master.id()
    }
}

/// What Debian's has, less what does not concern one file: the log of each request is off, as it is in Postrider.
fn configuration(scratch: &Scratch, port: u16) -> String {
    let here = scratch.path().display();
    // A worker that changes its user could not read our directory.
    let user = if is_root() { "user root;\n" } else { "" };
    let bodies: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("  {kind}_temp_path {here}/nginx-{kind};\n"))
        .concat();
    format!(
        "{user}daemon off;\nworker_processes 1;\npid {here}/nginx.pid;\nerror_log {here}/nginx-errors;\n\
         events {{ worker_connections 1024; }}\nhttp {{\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n\
         \x20 types {{ image/gif gif; }}\n  keepalive_requests 1000000000;\n{bodies}\
         \x20 server {{ listen 127.0.0.1:{port}; root {here}/nginx-files; add_header Cache-Control no-store; }}\n}}\n"
    )
}

/// The version of the installed nginx.
pub fn version() -> String {
    let shown = run_quietly(command("sh").args(["-c", "nginx -v 2>&1"]));
    let shown = shown.unwrap_or_default();
    shown.trim().rsplit('/').next().filter(|text| !text.is_empty()).unwrap_or("unknown").to_owned()
}
