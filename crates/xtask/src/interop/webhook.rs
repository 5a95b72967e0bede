//! Webhooks before the official libraries of Standard Webhooks, and Resend's SDK: real deliveries of a development server.

use anyhow::{Context, Result};
use serde_json::json;

use crate::clock::wait_for;
use crate::command::{command, run_quietly};
use crate::hooks::{Hooks, Manner, Request};
use crate::http::Api;
use crate::interop::ARRIVAL_LIMIT;
use crate::place::{self, Scratch};
use crate::product::{Database, Settings};
use crate::tally::Tally;

pub fn run(tally: &mut Tally) -> Result<()> {
    let scratch = Scratch::new("webhook")?;
    let instance = Settings { text: String::new(), database: Database::Sqlite, mode: "dev" }
        .prepare(&scratch)?
        .start()?;
    let mut api = Api::connect(instance.http(), instance.api_key()?)?;
    let hooks = Hooks::start(Manner::Takes, true)?;
    let wish = json!({ "endpoint": hooks.url("hook"), "events": ["email.delivered"], "ed25519": true });
    let made = api.ask("POST", "/webhooks", wish.to_string().as_bytes())?.json()?;
    let secret = |shown: &serde_json::Value| {
        Ok::<_, anyhow::Error>(shown["signing_secret"].as_str().context("no secret")?.to_owned())
    };
    let old = secret(&made)?;
    let request = delivered(&mut api, &hooks, 1)?;
    check(tally, &scratch, "a webhook", (&old, &request));
    let path = format!("/webhooks/{}/signing-secret/rotate", made["id"].as_str().context("no id")?);
    let new = secret(&api.ask("POST", &path, b"{}")?.json()?)?;
    let request = delivered(&mut api, &hooks, 2)?;
    for (which, secret) in [("the old", &old), ("the new", &new)] {
        check(
            tally,
            &scratch,
            &format!("a webhook during a rotation, by {which} secret"),
            (secret, &request),
        );
    }
    Ok(())
}

/// Sends a mail, and waits for the request that tells of its delivery.
fn delivered(api: &mut Api, hooks: &Hooks, count: usize) -> Result<Request> {
    let mail = json!({ "from": "me@app.example", "to": "ann@there.example", "subject": "Hook", "text": "t" });
    api.ask("POST", "/emails", mail.to_string().as_bytes())?.json()?;
    wait_for("the webhook's request", ARRIVAL_LIMIT, || Ok(hooks.ledger().kept.get(count - 1).cloned()))
}

fn check(tally: &mut Tally, scratch: &Scratch, what: &str, (secret, request): (&str, &Request)) {
    let path = scratch.path().join("request.json");
    let text = json!({ "secret": secret, "headers": request.headers, "body": request.body }).to_string();
    let script = |name: &str| place::interop_scripts().join(name);
    let written = std::fs::write(&path, text).map_err(anyhow::Error::from);
    let python =
        || run_quietly(command(place::python()).arg(script("verify_webhook.py")).arg(&path)).map(drop);
    let node = || {
        let modules = place::interop_installed().join("node");
        run_quietly(command("node").arg(script("verify_webhook.mjs")).arg(modules).arg(&path)).map(drop)
    };
    let outcome = written.and_then(|()| python());
    tally.record(&format!("{what}: valid for standardwebhooks of PyPI"), &outcome);
    tally.record(&format!("{what}: valid for standardwebhooks and Resend's SDK of npm"), &node());
}
