//! DKIM signatures before two foreign verifiers, with the records that our API tells customers to publish.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use crate::command::{command, run_quietly};
use crate::http::Api;
use crate::place::{self, Scratch};

/// TXT records, from name to value.
pub struct Records(Map<String, Value>);

/// The TXT records of a domain, as the API shows them.
pub fn records(api: &mut Api, domain: &str) -> Result<Records> {
    let list = api.read("/domains")?.json()?;
    let domains = list["data"].as_array().context("no list of domains")?;
    let ours =
        domains.iter().find(|shown| shown["name"] == domain).context("our domain is not in the list")?;
    let shown =
        api.read(&format!("/domains/{}", ours["id"].as_str().context("a domain without an id")?))?.json()?;
    let records = shown["records"].as_array().context("a domain without records")?;
    let txt = records.iter().filter(|record| record["type"] == "TXT");
    let pair = |record: &Value| {
        let name = record["name"].as_str()?.trim_end_matches('.');
        let whole = if name.ends_with(domain) { name.to_owned() } else { format!("{name}.{domain}") };
        Some((whole, record["value"].clone()))
    };
    Ok(Records(txt.filter_map(pair).collect()))
}

/// Both algorithms must have signed, and every signature must hold.
pub fn dkimpy(scratch: &Scratch, message: &Path, records: &Records) -> Result<()> {
    let known = write(scratch, records)?;
    let script = place::interop_scripts().join("verify_dkim.py");
    run_quietly(command(place::python()).arg(script).arg(message).arg(known)).map(drop)
}

/// The same by OpenDKIM, which needs a network of its own for its resolver.
pub fn opendkim(scratch: &Scratch, message: &Path, records: &Records) -> Result<()> {
    let known = write(scratch, records)?;
    let mut apart = command("unshare");
    apart
        .args(["--net", "--mount"])
        .arg(place::python())
        .arg(place::interop_scripts().join("verify_opendkim.py"));
    run_quietly(apart.arg(message).arg(known)).map(drop)
}

fn write(scratch: &Scratch, records: &Records) -> Result<PathBuf> {
    let path = scratch.path().join("records.json");
    fs::write(&path, Value::Object(records.0.clone()).to_string())?;
    Ok(path)
}
