//! `cargo xtask fuzz`: long rounds of the targets in `crates/fuzz`, which takes the arguments.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;

use crate::command::command;
use crate::place;

/// What to try, and how long.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// `[TARGET] [--rounds N | --seconds S] [--seed X]`, or `--help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

pub fn run(options: &Options) -> Result<ExitCode> {
    let mut cargo = command("cargo");
    cargo
        .args(["run", "--quiet", "--package", "fuzz", "--"])
        .args(&options.arguments)
        .current_dir(place::root());
    Ok(if cargo.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
