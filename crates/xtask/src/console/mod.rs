//! The console as people meet it: in a browser, on the real program with a seeded year.
//!
//! Guarantees: browser and program reach nothing but loopback; which screens there are is asked of the program's own list, so a
//! new one is looked at by itself, and one that no page leads to is a failure.

pub mod screens;
pub mod tests;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::command::{command, find_program, run_quietly};
use crate::place::{self, Scratch};
use crate::product::{Database, Instance, Prepared, Settings};

/// Deliveries of the year that is looked at: enough for pages and for every outcome.
pub const DELIVERIES: u32 = 1_500;
/// Names are asked of nobody: nothing listens at the discard port of loopback.
const SETTINGS: &str = "[dns]\nresolvers = [\"127.0.0.1:9\"]\n\n[log]\nlevel = \"warn\"\n";

/// The program, as `dev`, in an empty directory.
pub fn prepared(scratch: &Scratch) -> Result<Prepared> {
    Settings { text: SETTINGS.to_owned(), database: Database::Sqlite, mode: "dev" }.prepare(scratch)
}

/// The program with a year in it, running, and what a script must be given to look at it.
pub fn seeded(scratch: &Scratch, deliveries: u32) -> Result<(Instance, Value)> {
    seeded_with(scratch, &["--deliveries", &deliveries.to_string()])
}

/// The same, with these options of `seed`.
pub fn seeded_with(scratch: &Scratch, options: &[&str]) -> Result<(Instance, Value)> {
    let prepared = prepared(scratch)?;
    let told = prepared.tell(&[&["seed", "--json"], options].concat())?;
    let told: Value = serde_json::from_str(told.trim()).context("what seed says")?;
    let instance = prepared.start()?;
    let mut given = tools(scratch)?;
    given["base"] = instance.http().into();
    given["email"] = told["email"].clone();
    given["password"] = told["password"].clone();
    given["screens"] = list()?;
    Ok((instance, given))
}

/// Where the browser is, and what drives it.
pub fn tools(scratch: &Scratch) -> Result<Value> {
    let chromium =
        find_program("chromium").context("chromium is missing: `cargo xtask setup` installs it")?;
    Ok(json!({
        "chromium": chromium,
        "modules": place::interop_installed().join("console"),
        "scratch": scratch.folder("browser")?,
    }))
}

/// The program's own list of screens.
fn list() -> Result<Value> {
    let mut example = command("cargo");
    example.args(["run", "--quiet", "--package", "postrider", "--example", "screens"]);
    let printed = run_quietly(example.current_dir(place::root()))?;
    serde_json::from_str(printed.trim()).context("the example prints a JSON array")
}

/// A script of the console's, given what it needs.
pub fn script(name: &str, given: &Value) -> std::process::Command {
    let mut node = command("node");
    node.arg(place::interop_scripts().join("console").join(name)).arg(given.to_string());
    node
}
