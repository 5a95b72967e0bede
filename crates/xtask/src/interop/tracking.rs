//! Tracking before a real browser, and before a scanner: who opened and clicked, by what the event log says.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::clock::{pause, wait_for};
use crate::command::{command, find_program, run_quietly};
use crate::http::Api;
use crate::interop::ARRIVAL_LIMIT;
use crate::place::{self, Scratch};
use crate::product::{Database, Settings};
use crate::tally::Tally;

/// A person needs longer than this to see a mail. Reason: what comes within two seconds of the delivery is a machine's.
const PERSON_AFTER: Duration = Duration::from_millis(2_500);

pub fn run(tally: &mut Tally) -> Result<()> {
    let scratch = Scratch::new("tracking")?;
    let settings = Settings { text: String::new(), database: Database::Sqlite, mode: "dev" };
    let instance = settings.prepare(&scratch)?.start()?;
    let mut api = Api::connect(instance.http(), instance.api_key()?)?;
    // Any page that a browser shows will do for a shop.
    let shop = format!("{}/docs", instance.http());
    let person = by_a_browser(&mut api, &scratch, &shop);
    tally.record("a tracked mail in Chromium: opened, read and clicked by a person", &person);
    let scanner = by_a_scanner(&mut api, &scratch, &shop);
    tally.record("a tracked mail before a scanner: all of it by a machine, unsubscribed by nobody", &scanner);
    Ok(())
}

fn by_a_browser(api: &mut Api, scratch: &Scratch, shop: &str) -> Result<()> {
    let chromium = find_program("chromium").context("chromium is missing: as root, `setup` installs it")?;
    let id = sent(api, scratch, shop, "person")?;
    pause(PERSON_AFTER);
    read(scratch, "person", Some(&chromium.to_string_lossy()))?;
    let events = events(api, &id, &[("email.opened", 1), ("email.clicked", 1), ("email.read", 1)])?;
    for event in &events {
        ensure!(event["data"]["verdict"] == "person", "not by a person: {event}");
    }
    Ok(())
}

fn by_a_scanner(api: &mut Api, scratch: &Scratch, shop: &str) -> Result<()> {
    let id = sent(api, scratch, shop, "scanner")?;
    read(scratch, "scanner", None)?;
    let events = events(api, &id, &[("email.clicked", 6)])?;
    for event in &events {
        let reasons = event["data"]["reasons"].as_array().map_or(0, Vec::len);
        ensure!(event["data"]["verdict"] == "machine" && reasons > 0, "not by a machine: {event}");
    }
    let suppressed = api.read("/suppressions")?.json()?;
    ensure!(!suppressed.to_string().contains("scanner@"), "a GET unsubscribed: {suppressed}");
    Ok(())
}

/// Sends a tracked mail with three links to the shop; writes down what would leave, and tells the id.
fn sent(api: &mut Api, scratch: &Scratch, shop: &str, who: &str) -> Result<String> {
    let link = |n: u8| format!("<p><a href=\"{}\">Offer {n}</a></p>", format_args!("{shop}?offer={n}"));
    let mail = json!({
        "from": "shop@app.example", "to": format!("{who}@there.example"), "subject": format!("For a {who}"),
        "html": format!("<html><body><h1>Offers</h1>{}{}{}<p><a href=\"postrider:unsubscribe\">Unsubscribe</a></p></body></html>", link(1), link(2), link(3)),
        "stream": "marketing", "tracking": { "opens": true, "clicks": true, "reading": true },
    });
    let sent = api.ask("POST", "/emails", mail.to_string().as_bytes())?.json()?;
    let captured = wait_for("the mail in the capture mailbox", ARRIVAL_LIMIT, || {
        let list = api.read("/captured?limit=100")?.json()?;
        let all = list["data"].as_array().context("no list of captured messages")?;
        Ok(all.iter().find(|one| one["subject"] == mail["subject"]).cloned())
    })?;
    let captured = captured["id"].as_str().context("a captured message without an id")?;
    std::fs::write(scratch.path().join("tracked.eml"), api.read(&format!("/captured/{captured}/raw"))?.body)?;
    Ok(sent["id"].as_str().context("a message without an id")?.to_owned())
}

fn read(scratch: &Scratch, who: &str, browser: Option<&str>) -> Result<()> {
    let mut python = command(place::python());
    python.arg(place::interop_scripts().join("read_tracked.py"));
    python.arg(scratch.path().join("tracked.eml")).arg(scratch.path()).arg(who).args(browser);
    run_quietly(&mut python).map(drop)
}

/// The message's events of these names, once there are at least so many of each.
fn events(api: &mut Api, id: &str, wanted: &[(&str, usize)]) -> Result<Vec<Value>> {
    let what = format!("{wanted:?}");
    wait_for(&what, ARRIVAL_LIMIT, || {
        let all = api.read(&format!("/emails/{id}/events?limit=100"))?.json()?;
        let all = all["data"].as_array().context("no list of events")?;
        let named = |name: &str| all.iter().filter(|one| one["type"] == name).cloned().collect::<Vec<_>>();
        let found: Vec<_> = wanted.iter().map(|(name, count)| (named(name), *count)).collect();
        let enough = found.iter().all(|(events, count)| events.len() >= *count);
        Ok(enough.then(|| found.into_iter().flat_map(|(events, _)| events).collect()))
    })
}
