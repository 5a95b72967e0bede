//! The browser's part of `cargo xtask test`: people's errands in the console, each a check of its own.

use anyhow::{Result, anyhow, bail};

use super::{DELIVERIES, prepared, script, seeded};
use crate::command::read_lines;
use crate::place::Scratch;
use crate::product;
use crate::tally::Tally;

/// Runs every errand. An error is one that could not even begin.
pub fn run(tally: &mut Tally) -> Result<()> {
    let (empty, full) = (Scratch::new("console-empty")?, Scratch::new("console-full")?);
    let fresh = prepared(&empty)?.start()?;
    let (_instance, mut given) = seeded(&full, DELIVERIES)?;
    given["fresh"] = fresh.http().into();
    given["setup"] = fresh.setup()?.into();
    given["key"] = fresh.api_key()?.into();
    given["program"] = product::program().display().to_string().into();
    let told = errands(tally, &given)?;
    if told == 0 {
        bail!("the browser told of no errand");
    }
    Ok(())
}

/// Runs the script; gives how many errands it told of.
fn errands(tally: &mut Tally, given: &serde_json::Value) -> Result<usize> {
    let mut told = 0;
    let succeeded = read_lines(&mut script("tests.mjs", given), |line| {
        let outcome = match (line.strip_prefix("passed: "), line.strip_prefix("failed: ")) {
            (Some(name), _) => (name, Ok(())),
            (None, Some(rest)) => {
                let (name, why) = rest.split_once(" | ").unwrap_or((rest, "no reason was given"));
                (name, Err(anyhow!("{why}")))
            }
            (None, None) => return,
        };
        told += 1;
        tally.record(outcome.0, &outcome.1);
    })?;
    if !succeeded {
        bail!("the browser's script ended early");
    }
    Ok(told)
}
