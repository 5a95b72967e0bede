//! The command line: each command is a file.

pub(crate) mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::settings::{self, Settings, Written};

/// Variables with our prefix that are not settings.
const OTHER_VARIABLES: &[&str] = &["POSTRIDER_TEST_POSTGRES"];

#[derive(Parser)]
#[command(
    name = "postrider",
    version,
    about = "A self-hosted email platform: take mail, keep it, sign it, deliver it, tell what happened."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run on this machine with nothing leaving it: every message ends in the capture mailbox.
    Dev(ServeArgs),
    /// Run for real: mail goes where the routes say, by default to the recipients' servers.
    Serve(ServeArgs),
    /// Show every setting with its meaning, unit, default and the reason for it.
    Config(ConfigArgs),
}

/// Where the settings come from.
#[derive(Args, Clone)]
struct Place {
    /// The settings file; without it ./postrider.toml is read if it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data directory [default: ./data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
}

#[derive(Args)]
struct ServeArgs {
    #[command(flatten)]
    place: Place,
    /// Where the API and the console listen [default: 127.0.0.1:8025]
    #[arg(long, value_name = "ADDRESS:PORT")]
    http: Option<String>,
    /// Where SMTP listens [default: 127.0.0.1:2525]
    #[arg(long, value_name = "ADDRESS:PORT")]
    smtp: Option<String>,
    /// Print one JSON line when ready, for scripts.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct ConfigArgs {
    /// Print a sample postrider.toml in which every setting is explained.
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    place: Place,
}

/// Which kind of server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Dev,
    Serve,
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Dev(args) => serve::run(Mode::Dev, &args),
        Command::Serve(args) => serve::run(Mode::Serve, &args),
        Command::Config(args) => config(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("postrider: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn config(args: &ConfigArgs) -> anyhow::Result<()> {
    if args.explain {
        print!("{}", settings::explain());
        return Ok(());
    }
    read_settings(Mode::Serve, &args.place, &[])?;
    println!("The settings are in order.");
    Ok(())
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
