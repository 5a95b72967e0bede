//! Every client sends into the capture mailbox of a development server, whose API then shows the message.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::clock::wait_for;
use crate::http::Api;
use crate::interop::sender::{SENDERS, Sender};
use crate::interop::{ARRIVAL_LIMIT, SENDER_DOMAIN};
use crate::place::Scratch;
use crate::product::{Database, Instance, Settings};
use crate::tally::Tally;

pub fn run(tally: &mut Tally) -> Result<()> {
    let scratch = Scratch::new("capture")?;
    let settings = Settings { text: String::new(), database: Database::Sqlite, mode: "dev" };
    let instance = settings.prepare(&scratch)?.start()?;
    for sender in SENDERS {
        let outcome = captured(&instance, sender);
        tally.record(&format!("{} sends into the capture mailbox", sender.name()), &outcome);
    }
    Ok(())
}

fn captured(instance: &Instance, sender: Sender) -> Result<()> {
    let subject = format!("captured from {sender:?}");
    let recipient = "someone@anywhere.example";
    sender.send(instance, &format!("sender@{SENDER_DOMAIN}"), recipient, &subject)?;
    let mut api = Api::connect(instance.http(), instance.api_key()?)?;
    let shown = wait_for("the message in the capture mailbox", ARRIVAL_LIMIT, || {
        let list = api.read("/captured?limit=100")?.json()?;
        let messages = list["data"].as_array().context("no list of captured messages")?;
        Ok(messages.iter().find(|message| message["subject"] == subject.as_str()).cloned())
    })?;
    anyhow::ensure!(shown["to"].to_string().contains(recipient), "captured for {}", shown["to"]);
    let raw = raw(&mut api, &shown)?;
    anyhow::ensure!(raw.contains(&subject), "the captured bytes lack the subject:\n{raw}");
    Ok(())
}

fn raw(api: &mut Api, shown: &Value) -> Result<String> {
    let id = shown["id"].as_str().context("a captured message without an id")?;
    let answer = api.read(&format!("/captured/{id}/raw"))?;
    anyhow::ensure!(answer.code == 200, "HTTP {} for the raw message", answer.code);
    Ok(String::from_utf8_lossy(&answer.body).into_owned())
}
