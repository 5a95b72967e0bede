//! The product as others meet it: its released program, started with settings of a test, spoken to over its listeners.
//!
//! Guarantees: data lies in the test's scratch directory (or a PostgreSQL of the test's own); the program ends with its handle.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::child::{Running, Signal, Start};
use crate::command::{command, run, run_quietly};
use crate::place::{self, Scratch};
use crate::postgres::{Durability, Postgres};

/// Time for the program to say that it is ready.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Where the mail is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// What a test wants of the program.
pub struct Settings {
    /// The text of `postrider.toml`.
    pub text: String,
    pub database: Database,
    /// `serve`, or `dev`.
    pub mode: &'static str,
}

impl Settings {
    /// Everything from loopback is taken and goes to one next hop.
    pub fn relay(next_hop_port: u16, database: Database) -> Self {
        let text = format!(
            "[delivery]\nnext_hop = \"127.0.0.1:{next_hop_port}\"\n\n[[route]]\ndomain = \"*\"\nnext_hop = \"127.0.0.1:{next_hop_port}\"\n\
             tls = \"none\"\n\n[[smtp.trusted]]\nnetwork = \"127.0.0.0/8\"\nworkspace = \"default\"\nstream = \"transactional\"\n\n\
             [log]\nlevel = \"warn\"\n"
        );
        Self { text, database, mode: "serve" }
    }

    /// The same, with retries soon enough for a test.
    pub fn crash(next_hop_port: u16, database: Database) -> Self {
        let mut settings = Self::relay(next_hop_port, database);
        settings.text = settings
            .text
            .replace("[delivery]\n", "[delivery]\nretry_wait_first_s = 1\nretry_wait_max_s = 2\n");
        settings
    }

    /// Writes the settings, and starts the database that they name.
    pub fn prepare(&self, scratch: &Scratch) -> Result<Prepared> {
        let config = scratch.path().join("postrider.toml");
        fs::write(&config, &self.text)?;
        let postgres = match self.database {
            Database::Sqlite => None,
            Database::Postgres => Some(Postgres::start(Durability::Durable)?),
        };
        let (data, log) = (scratch.folder("data")?, scratch.path().join("log"));
        Ok(Prepared { config, data, log, postgres, mode: self.mode })
    }
}

/// Settings, data and database of a program that can be started, killed and started again.
pub struct Prepared {
    config: PathBuf,
    data: PathBuf,
    log: PathBuf,
    postgres: Option<Postgres>,
    mode: &'static str,
}

impl Prepared {
    /// Lets a domain send without a look at the DNS, which tests do not have.
    pub fn add_domain(&self, domain: &str, signed: bool) -> Result<()> {
        let mut arguments = vec!["domains", "add", domain, "--vouched"];
        if !signed {
            arguments.push("--unsigned");
        }
        self.tell(&arguments).map(drop)
    }

    /// Runs a command of the program beside its data and returns what it says.
    pub fn tell(&self, arguments: &[&str]) -> Result<String> {
        run_quietly(&mut self.program(arguments))
    }

    fn program(&self, arguments: &[&str]) -> std::process::Command {
        let mut program = command(program());
        program.args(arguments).arg("--config").arg(&self.config).arg("--data").arg(&self.data);
        if let Some(postgres) = &self.postgres {
            program.env("POSTRIDER_DATABASE__URL", postgres.url());
        }
        program
    }

    /// Counts the log again beside the statistics: how many counters were compared, and how many differ.
    pub fn recount(&self) -> Result<(u64, u64)> {
        let mut program = self.program(&["stats", "recount", "--json"]);
        let output = program.output().context("cannot run postrider stats recount")?;
        // The code is 1 when a counter differs: what it says is wanted all the same.
        let told: Value = serde_json::from_slice(&output.stdout).with_context(|| {
            format!("postrider stats recount: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr))
        })?;
        let number = |name: &str| told[name].as_u64().with_context(|| format!("no {name} in {told}"));
        let (counters, differences) = (number("counters")?, number("differences")?);
        if differences > 0 {
            eprintln!("{told}");
        }
        Ok((counters, differences))
    }

    /// Starts on free ports.
    pub fn start(self) -> Result<Instance> {
        let mut process = self.spawn("127.0.0.1:0", "127.0.0.1:0")?;
        let ready = ready(&mut process, &self.log)?;
        Ok(Instance { process, ready, prepared: self })
    }

    fn spawn(&self, http: &str, smtp: &str) -> Result<Running> {
        let mut start =
            Start::new(program(), Signal::Term, None).args([self.mode, "--config"]).args([&self.config]);
        start = start.args(["--data"]).args([&self.data]).args(["--http", http, "--smtp", smtp, "--json"]);
        if let Some(postgres) = &self.postgres {
            start = start.env("POSTRIDER_DATABASE__URL", postgres.url());
        }
        start.errors_to(&self.log)?.spawn()
    }
}

/// What the program says when it is ready.
struct Ready {
    http: String,
    smtp: String,
    /// Only at the first start with some data.
    api_key: Option<String>,
    /// The link that makes the first owner, while there is none.
    setup: Option<String>,
}

fn ready(process: &mut Running, log: &std::path::Path) -> Result<Ready> {
    let line = process.line(START_LIMIT);
    let told = || fs::read_to_string(log).unwrap_or_default();
    let line = line.with_context(|| format!("postrider is not ready:\n{}", told()))?;
    let value: Value = serde_json::from_str(&line).with_context(|| format!("not a JSON line: {line}"))?;
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let (Some(http), Some(smtp)) = (text("http"), text("smtp")) else { bail!("addresses missing in {line}") };
    Ok(Ready { http, smtp, api_key: text("api_key"), setup: text("setup") })
}

/// The program, running.
pub struct Instance {
    process: Running,
    ready: Ready,
    prepared: Prepared,
}

impl Instance {
    /// The base of the API, `http://127.0.0.1:PORT`.
    pub fn http(&self) -> &str {
        &self.ready.http
    }

    /// The listener, `127.0.0.1:PORT`.
    pub fn smtp(&self) -> &str {
        &self.ready.smtp
    }

    pub fn smtp_port(&self) -> u16 {
        let port = self.ready.smtp.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        port.expect("invariant: the program says its address with a port")
    }

    /// The first key, which only the first start tells.
    pub fn api_key(&self) -> Result<&str> {
        self.ready.api_key.as_deref().context("the program told no key at its first start")
    }

    /// The link that opens the console to its first person.
    pub fn setup(&self) -> Result<&str> {
        self.ready.setup.as_deref().context("the program told no link to the set-up")
    }

    /// The processes from which everything that it runs descends, the database's among them.
    pub fn roots(&self) -> Vec<u32> {
        std::iter::once(self.process.id()).chain(self.prepared.postgres.as_ref().map(Postgres::id)).collect()
    }

    /// See [`Prepared::recount`].
    pub fn recount(&self) -> Result<(u64, u64)> {
        self.prepared.recount()
    }

    /// Kills the program with no chance to tidy up.
    pub fn kill(&mut self) -> Result<()> {
        self.process.signal(Signal::Kill)?;
        self.process.wait(START_LIMIT)?;
        Ok(())
    }

    /// Starts the killed program again, on the same addresses.
    pub fn restart(&mut self) -> Result<()> {
        let http = self.ready.http.trim_start_matches("http://").to_owned();
        self.process = self.prepared.spawn(&http, &self.ready.smtp)?;
        let ready = ready(&mut self.process, &self.prepared.log)?;
        // The key is told once, so the one that is known stays.
        let api_key = self.ready.api_key.take().or(ready.api_key.clone());
        self.ready = Ready { api_key, ..ready };
        Ok(())
    }
}

/// How the program is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// As the workspace's tests have built it already: what is proved needs no speed, and a second build takes longer than
    /// all tests.
    Tests,
    /// As it is shipped: for everything that is measured.
    Release,
}

/// Where the program is that [`build`] made.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// The program under test. [`build`] comes first.
pub fn program() -> PathBuf {
    PROGRAM.get().cloned().unwrap_or_else(|| place::target().join("release/postrider"))
}

/// Builds it.
pub fn build(how: Build) -> Result<()> {
    let mut cargo = command("cargo");
    cargo.args(["build", "--quiet", "--package", "postrider"]).current_dir(place::root());
    let folder = match how {
        Build::Tests => "debug",
        Build::Release => {
            cargo.arg("--release");
            "release"
        }
    };
    run(&mut cargo)?;
    // A second build within one command is of the same kind.
    let _program = PROGRAM.set(place::target().join(folder).join("postrider"));
    Ok(())
}

/// The version that was measured.
pub fn version() -> String {
    crate::bench::machine::commit()
}
