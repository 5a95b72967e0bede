//! OpenDKIM beside Postfix, as administrators run it: RSA-2048, relaxed canonicalization, over a local socket.

use std::fs;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::bench::relay::peer::SENDER_DOMAIN;
use crate::child::{Running, Signal, Start};
use crate::clock::wait_for;
use crate::command::{command, run_quietly};
use crate::place::{Scratch, free_port};

/// A running OpenDKIM.
pub struct Signer {
    process: Running,
    port: u16,
}

impl Signer {
    pub fn start(scratch: &Scratch) -> Result<Self> {
        let folder = scratch.folder("opendkim")?;
        let key = folder.display().to_string();
        run_quietly(command("opendkim-genkey").args([
            "-b",
            "2048",
            "-s",
            "bench",
            "-d",
            SENDER_DOMAIN,
            "-D",
            &key,
        ]))?;
        let port = free_port()?;
        let config = folder.join("opendkim.conf");
        let settings = format!(
            "Syslog no\nRequireSafeKeys no\nMode s\nCanonicalization relaxed/relaxed\nOversignHeaders From\nDomain {SENDER_DOMAIN}\nSelector bench\n\
             KeyFile {key}/bench.private\nSocket inet:{port}@127.0.0.1\nInternalHosts 127.0.0.1\n"
        );
        fs::write(&config, settings)?;
        let log = folder.join("log");
        let start = Start::new("/usr/sbin/opendkim", Signal::Term, None).args([
            "-f",
            "-x",
            &config.to_string_lossy(),
        ]);
        let mut process = start.log_to(&log)?.spawn()?;
        wait_for("OpenDKIM's start", Duration::from_secs(20), || {
            if process.ended()?.is_some() {
                bail!("OpenDKIM ended at its start:\n{}", fs::read_to_string(&log).unwrap_or_default());
            }
            Ok(std::net::TcpStream::connect(("127.0.0.1", port)).ok())
        })?;
        Ok(Self { process, port })
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The lines of `main.cf` that make Postfix use it.
    pub fn settings(&self) -> String {
        format!("smtpd_milters = inet:127.0.0.1:{}\n", self.port)
    }
}
