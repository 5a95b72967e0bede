//! `cargo xtask check`: format, lints, the project's rules, every test. The first that fails ends it.

use std::process::ExitCode;

use anyhow::Result;

use crate::command::{command, run};
use crate::{place, suite, tidy};

pub fn run_all() -> Result<ExitCode> {
    run(command("cargo").args(["fmt", "--all", "--check"]).current_dir(place::root()))?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    run(command("cargo").args(clippy).current_dir(place::root()))?;
    if tidy::run()? != ExitCode::SUCCESS {
        return Ok(ExitCode::FAILURE);
    }
    suite::run(&suite::Options::default())
}
