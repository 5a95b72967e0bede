//! The mails: each entry published by the product, sent in each language with its own sample, and taken from the capture mailbox.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use crate::clock::wait_for;
use crate::gallery::LOCALES;
use crate::http::Api;
use crate::place::{self, Scratch};
use crate::product::{Database, Settings};

/// The domain that a development server makes at its first start.
const SENDER_DOMAIN: &str = "app.example";
/// Where the recipients are.
const RECIPIENT_DOMAIN: &str = "example.com";
/// How long a mail may take into the mailbox.
const ARRIVAL_LIMIT: Duration = Duration::from_secs(30);

/// One mail.
pub struct Mail {
    /// The entry's name.
    pub name: String,
    pub locale: &'static str,
    pub subject: String,
    /// The address of its author.
    pub from: String,
    pub html: String,
    pub text: String,
    /// As the wire would have carried it.
    pub raw: Vec<u8>,
}

impl Mail {
    /// What its files are called, before their endings; also the recipient's name.
    pub fn file(&self) -> String {
        format!("{}.{}", self.name, self.locale)
    }

    pub fn to(&self) -> String {
        format!("{}@{RECIPIENT_DOMAIN}", self.file())
    }
}

/// Sends every entry, or those of these names.
pub fn all(scratch: &Scratch, only: &[String]) -> Result<Vec<Mail>> {
    let text = format!("[tracking]\nurl = \"https://t.{SENDER_DOMAIN}\"\n");
    let settings = Settings { text, database: Database::Sqlite, mode: "dev" };
    let instance = settings.prepare(scratch)?.start()?;
    let mut api = Api::connect(instance.http(), instance.api_key()?)?;
    let names: BTreeSet<_> = fs::read_dir(folder())?
        .filter_map(|entry| entry.ok().filter(|entry| entry.path().is_dir())?.file_name().into_string().ok())
        .filter(|name| only.is_empty() || only.contains(name))
        .collect();
    ensure!(!names.is_empty(), "no entry of the gallery has such a name");
    let mut mails = Vec::new();
    for name in names {
        api.ask("POST", &format!("/templates/gallery/{name}/use"), br#"{"publish":true}"#)?.json()?;
        for locale in LOCALES {
            mails.push(sent(&mut api, &name, locale).with_context(|| format!("{name} in {locale}"))?);
        }
    }
    Ok(mails)
}

fn folder() -> PathBuf {
    place::root().join("crates/content/gallery")
}

fn read(name: &str, file: &str) -> Result<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(folder().join(name).join(file))?)?)
}

fn sent(api: &mut Api, name: &str, locale: &'static str) -> Result<Mail> {
    let about = read(name, "template.json")?;
    let mut variables = about["sample"].as_object().cloned().unwrap_or_default();
    let own = read(name, &format!("{locale}.json"))?;
    variables.extend(own["sample"].as_object().cloned().unwrap_or_default());
    let from = format!("hello@{SENDER_DOMAIN}");
    let mut mail = Mail {
        name: name.to_owned(),
        locale,
        subject: String::new(),
        from: from.clone(),
        html: String::new(),
        text: String::new(),
        raw: Vec::new(),
    };
    let request = json!({
        "from": { "name": sender(&variables), "email": from }, "to": mail.to(), "stream": about["stream"],
        "template": { "id": name, "locale": locale, "variables": variables },
    });
    api.ask("POST", "/emails", request.to_string().as_bytes())?.json()?;
    let (to, path) = (mail.to(), format!("/captured?q={}", mail.to()));
    let id = wait_for("the mail in the capture mailbox", ARRIVAL_LIMIT, || {
        let list = api.read(&path)?.json()?;
        let found = list["data"].as_array().and_then(|all| all.iter().find(|one| one["to"] == to.as_str()));
        Ok(found.and_then(|one| one["id"].as_str()).map(str::to_owned))
    })?;
    let shown = api.read(&format!("/captured/{id}"))?.json()?;
    let part = |name: &str| shown[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
    (mail.subject, mail.html, mail.text) = (part("subject")?, part("html")?, part("text")?);
    mail.raw = api.read(&format!("/captured/{id}/raw"))?.body;
    Ok(mail)
}

/// Who the sample says that it comes from.
fn sender(variables: &Map<String, Value>) -> &str {
    let names = ["product", "shop", "service", "employer"];
    names.iter().find_map(|name| variables.get(*name)?.as_str()).unwrap_or("Acme")
}
