//! The command line: each command is a file.
//!
//! Guarantees
//! 1. A command that reads or changes data works beside a running server and without one: it opens the same database,
//!    and the server follows what it changes (`changes`).
//! 2. Every command says what it did in words, or with `--json` as one JSON value (`events tail`: one a line), and ends
//!    with code 0 only if it did it.
//!
//! Not here: what the commands do to the data (the slices' `admin` modules).

mod answer;
mod backup;
mod check;
mod domains;
mod events;
mod keys;
mod people;
mod ports;
mod post;
mod queue;
mod restore;
mod seed;
mod send;
pub(crate) mod serve;
mod stats;
mod streams;
mod suppressions;
#[cfg(test)]
mod tests;
mod tool;
mod tracking;
mod workspaces;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::http::page::Page;
use crate::settings::{self, Settings, Written};
use answer::Answer;

/// Variables with our prefix that are not settings.
const OTHER_VARIABLES: &[&str] = &["POSTRIDER_TEST_POSTGRES", send::KEY_VARIABLE];

#[derive(Parser)]
#[command(
    name = "postrider",
    version,
    about = "A self-hosted email platform: take mail, keep it, sign it, deliver it, tell what happened."
)]
struct Cli {
    #[command(flatten)]
    place: Place,
    /// Print JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run on this machine with nothing leaving it: every message ends in the capture mailbox.
    #[command(after_help = "Example:\n  postrider dev --data ./data")]
    Dev(ServeArgs),
    /// Run for real: mail goes where the routes say, by default to the recipients' servers.
    #[command(after_help = "Example:\n  postrider serve --config /etc/postrider.toml")]
    Serve(ServeArgs),
    /// Show every setting with its meaning, unit, default and the reason for it.
    #[command(after_help = "Example:\n  postrider config --explain > postrider.toml")]
    Config(ConfigArgs),
    /// Look for everything that would keep mail from going out, before it does.
    #[command(after_help = check::HELP)]
    Check,
    /// Hand a message to the running server.
    #[command(after_help = send::HELP)]
    Send(send::SendArgs),
    /// See what waits and why; hold it, release it, have it tried again now.
    #[command(subcommand)]
    Queue(queue::QueueCommand),
    /// Follow what happens.
    #[command(subcommand)]
    Events(events::EventsCommand),
    /// Make, list and revoke the keys with which applications send.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Add the domains that mail is sent from, show their DNS records, verify them.
    #[command(subcommand)]
    Domains(domains::DomainsCommand),
    /// Let somebody into the console again who lost a password or a phone.
    #[command(subcommand)]
    People(people::PeopleCommand),
    /// Make and list workspaces: tenants whose mail, keys and domains are apart.
    #[command(subcommand)]
    Workspaces(workspaces::WorkspacesCommand),
    /// Make and list a workspace's streams: lanes of mail of one kind.
    #[command(subcommand)]
    Streams(streams::StreamsCommand),
    /// Add, lift and list suppressions: addresses that may not be mailed.
    #[command(subcommand)]
    Suppressions(suppressions::SuppressionsCommand),
    /// Count the log again and compare it with the statistics.
    #[command(subcommand)]
    Stats(stats::StatsCommand),
    /// Judge anew what recipients did; make a new secret for tokens.
    #[command(subcommand)]
    Tracking(tracking::TrackingCommand),
    /// Fill an empty data directory with a year of a shop's mail, to look at.
    #[command(after_help = seed::HELP)]
    Seed(seed::SeedArgs),
    /// Copy the database into a file while the server runs.
    #[command(after_help = backup::HELP)]
    Backup(backup::BackupArgs),
    /// Put a backup in the place of the database; the server must not run.
    #[command(after_help = restore::HELP)]
    Restore(restore::RestoreArgs),
}

/// Where the settings come from.
#[derive(Args, Clone, Default)]
struct Place {
    /// The settings file; without it ./postrider.toml is read if it is there.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data directory [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
}

/// Which entries of a workspace are listed.
#[derive(Args)]
struct ListArgs {
    #[arg(long, default_value = "default")]
    workspace: String,
    /// How many are shown.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
}

impl ListArgs {
    fn page(&self) -> Page {
        Page::first(self.limit.into())
    }
}

#[derive(Args)]
struct ServeArgs {
    /// Where the API listens [default: 127.0.0.1:8025]
    #[arg(long, value_name = "ADDRESS:PORT")]
    http: Option<String>,
    /// Where SMTP listens [default: 127.0.0.1:2525]
    #[arg(long, value_name = "ADDRESS:PORT")]
    smtp: Option<String>,
}

#[derive(Args)]
struct ConfigArgs {
    /// Print a sample postrider.toml in which every setting is explained.
    #[arg(long)]
    explain: bool,
}

/// Which kind of server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Dev,
    Serve,
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let Cli { place, json, command } = Cli::parse();
    let result = match command {
        Command::Dev(args) => serve::run(Mode::Dev, &place, &args, json).map(|()| true),
        Command::Serve(args) => serve::run(Mode::Serve, &place, &args, json).map(|()| true),
        command => read_settings(Mode::Serve, &place, &[]).and_then(|settings| {
            let answer = tool::block_on(perform(command, settings, json))??;
            answer.print(json)?;
            Ok(answer.succeeded)
        }),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("postrider: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Every command but the servers.
async fn perform(command: Command, settings: Settings, json: bool) -> anyhow::Result<Answer> {
    match command {
        Command::Dev(_) | Command::Serve(_) => unreachable!("invariant: servers are started by `run`"),
        Command::Config(args) if args.explain => Ok(Answer::text(settings::explain())),
        Command::Config(_) => Ok(Answer::said("The settings are in order.")),
        Command::Check => check::run(settings).await,
        Command::Send(args) => send::run(&settings, args).await,
        Command::Queue(command) => queue::run(settings, command).await,
        Command::Events(command) => events::run(settings, command, json).await,
        Command::Keys(command) => keys::run(settings, command).await,
        Command::Domains(command) => domains::run(settings, command).await,
        Command::People(command) => people::run(settings, command).await,
        Command::Workspaces(command) => workspaces::run(settings, command).await,
        Command::Streams(command) => streams::run(settings, command).await,
        Command::Suppressions(command) => suppressions::run(settings, command).await,
        Command::Stats(command) => stats::run(settings, command).await,
        Command::Tracking(command) => tracking::run(settings, command).await,
        Command::Seed(args) => seed::run(settings, args).await,
        Command::Backup(args) => backup::run(settings, args).await,
        Command::Restore(args) => restore::run(settings, args).await,
    }
}

/// Reads the file, the environment and the options; reports every mistake at once.
fn read_settings(
    mode: Mode,
    place: &Place,
    options: &[(&'static str, &'static str, &str)],
) -> anyhow::Result<Settings> {
    let mut written = Written::new();
    if mode == Mode::Dev {
        written.preset("delivery.next_hop", "capture");
        written.preset("smtp.auth_without_tls_on_loopback", "true");
        written.preset("webhooks.allow_private", "true");
    }
    let usual = PathBuf::from("postrider.toml");
    if let Some(file) = place.config.clone().or_else(|| usual.exists().then_some(usual)) {
        let name = file.display().to_string();
        let text =
            std::fs::read_to_string(&file).map_err(|error| anyhow::anyhow!("reading {name}: {error}"))?;
        written.file(&name, &text);
    }
    written.environment(std::env::vars(), OTHER_VARIABLES);
    if let Some(data) = &place.data {
        written.command_line("--data", "data_dir", data);
    }
    for (option, path, value) in options {
        written.command_line(option, path, value);
    }
    written.settings().map_err(|mistakes| anyhow::anyhow!("the settings cannot be used\n{mistakes}"))
}
