//! A PostgreSQL server of our own: new data, loopback only, ended when dropped.
//!
//! Guarantees: it never touches a server that the machine already runs. Not here: schemas; each test makes its own database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::child::{Running, Signal, Start};
use crate::clock::wait_for;
use crate::command::{command, run_quietly};
use crate::place::{Scratch, free_port};
use crate::setup::is_root;

/// The system user that runs the server when we are root, since the server refuses root.
const USER: &str = "postgres";
/// Time for the server to answer after its start.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// As in production: what benchmarks and crash tests need.
    Durable,
    /// Nothing is flushed: for tests, whose data nobody wants back.
    Fleeting,
}

/// A running server.
pub struct Postgres {
    server: Running,
    port: u16,
    _scratch: Scratch,
}

impl Postgres {
    pub fn start(durability: Durability) -> Result<Self> {
        let programs =
            programs().context("no PostgreSQL server programs; `cargo xtask setup` installs them")?;
        let scratch = Scratch::new("postgres")?;
        let data = scratch.folder("data")?;
        let user = is_root().then_some(USER);
        if let Some(user) = user {
            run_quietly(command("chown").args([user, &data.to_string_lossy()]))?;
        }
        initialise(&programs, &data, user)?;
        let port = free_port()?;
        let mut server = Start::new(programs.join("postgres"), Signal::Interrupt, user)
            .args(["-D", &data.to_string_lossy(), "-p", &port.to_string()])
            .args(settings(durability))
            .current_dir(&data)
            .log_to(&scratch.path().join("log"))?
            .spawn()?;
        let ready = programs.join("pg_isready");
        wait_for("PostgreSQL's start", START_LIMIT, || {
            if let Some(status) = server.ended()? {
                let log = std::fs::read_to_string(scratch.path().join("log")).unwrap_or_default();
                bail!("PostgreSQL ended at its start ({status}):\n{log}");
            }
            let asked = command(&ready).args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status()?;
            Ok(asked.success().then_some(()))
        })?;
        Ok(Self { server, port, _scratch: scratch })
    }

    /// The URL of the server's first database.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    /// The process id of the server, parent of all its others.
    pub fn id(&self) -> u32 {
        self.server.id()
    }
}

fn settings(durability: Durability) -> Vec<&'static str> {
    let mut settings = vec!["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="];
    settings.extend(["-c", "max_connections=200"]);
    match durability {
        Durability::Durable => {}
        Durability::Fleeting => settings.extend(["-c", "fsync=off", "-c", "full_page_writes=off"]),
    }
    settings
}

fn initialise(programs: &Path, data: &Path, user: Option<&str>) -> Result<()> {
    let arguments = ["-D", &data.to_string_lossy(), "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8"]
        .map(str::to_owned);
    let log = data.with_extension("initdb");
    let start = Start::new(programs.join("initdb"), Signal::Term, user).args(arguments).current_dir(data);
    let mut initdb = start.log_to(&log)?.spawn()?;
    if !initdb.wait(START_LIMIT)?.success() {
        bail!("initdb failed:\n{}", std::fs::read_to_string(&log).unwrap_or_default());
    }
    Ok(())
}

/// The folder of the newest installed server: Debian keeps each version in a folder of its own, others have it in `PATH`.
pub fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max();
    let debian = newest.map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")));
    let in_path = || crate::command::find_program("initdb")?.parent().map(Path::to_path_buf);
    debian.filter(|folder| folder.join("initdb").is_file()).or_else(in_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_fleeting_server_skips_the_flush() {
        assert!(settings(Durability::Fleeting).contains(&"fsync=off"));
        assert!(!settings(Durability::Durable).iter().any(|setting| setting.contains("fsync")));
    }
}
