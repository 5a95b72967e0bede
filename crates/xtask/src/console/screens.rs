//! `cargo xtask screens`: a picture of every screen, to be looked at.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::{DELIVERIES, script, seeded};
use crate::command::run_lines;
use crate::place::Scratch;
use crate::{product, setup};

/// What to take.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// Where the pictures go: SCREEN-LANGUAGE-COLOURS-WIDTH.png
    #[arg(long)]
    out: PathBuf,
}

pub fn run(options: &Options) -> Result<ExitCode> {
    setup::console()?;
    product::build(product::Build::Tests)?;
    let scratch = Scratch::new("screens")?;
    let out = std::path::absolute(&options.out)?;
    fs::create_dir_all(&out)?;
    let (_instance, given) = seeded(&scratch, 2 * DELIVERIES)?;
    let good = run_lines(script("screens.mjs", &given).arg(&out), |_| {})?;
    println!("they are in {}", out.display());
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
