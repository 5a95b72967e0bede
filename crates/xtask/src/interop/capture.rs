//! Every client sends into the capture mailbox of a development server, whose API then shows the message.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::clock::wait_for;
use crate::http::Api;
use crate::interop::sender::{SENDERS, Sender};
use crate::interop::{ARRIVAL_LIMIT, signature};
use crate::place::Scratch;
use crate::product::{Database, Instance, Settings};
use crate::tally::Tally;

/// The domain that a development server makes at its first start.
const DEV_DOMAIN: &str = "app.example";

pub fn run(tally: &mut Tally) -> Result<()> {
    let scratch = Scratch::new("capture")?;
    let settings = Settings { text: String::new(), database: Database::Sqlite, mode: "dev" };
    let instance = settings.prepare(&scratch)?.start()?;
    for sender in SENDERS {
        let message = captured(&instance, sender);
        let outcome = message.and_then(|message| signed(&scratch, &instance, &message));
        tally.record(&format!("{} sends into the capture mailbox, signed", sender.name()), &outcome);
    }
    Ok(())
}

/// What the mailbox shows carries the signatures that would have left.
fn signed(scratch: &Scratch, instance: &Instance, message: &[u8]) -> Result<()> {
    let path = scratch.path().join("captured.eml");
    std::fs::write(&path, message)?;
    let records = signature::records(&mut Api::connect(instance.http(), instance.api_key()?)?, DEV_DOMAIN)?;
    signature::dkimpy(scratch, &path, &records)
}

fn captured(instance: &Instance, sender: Sender) -> Result<Vec<u8>> {
    let subject = format!("captured from {sender:?}");
    let recipient = "someone@anywhere.example";
    sender.send(instance, &format!("sender@{DEV_DOMAIN}"), recipient, &subject)?;
    let mut api = Api::connect(instance.http(), instance.api_key()?)?;
    let shown = wait_for("the message in the capture mailbox", ARRIVAL_LIMIT, || {
        let list = api.read("/captured?limit=100")?.json()?;
        let messages = list["data"].as_array().context("no list of captured messages")?;
        Ok(messages.iter().find(|message| message["subject"] == subject.as_str()).cloned())
    })?;
    anyhow::ensure!(shown["to"].to_string().contains(recipient), "captured for {}", shown["to"]);
    raw(&mut api, &shown)
}

fn raw(api: &mut Api, shown: &Value) -> Result<Vec<u8>> {
    let id = shown["id"].as_str().context("a captured message without an id")?;
    let answer = api.read(&format!("/captured/{id}/raw"))?;
    anyhow::ensure!(answer.code == 200, "HTTP {} for the raw message", answer.code);
    Ok(answer.body)
}
