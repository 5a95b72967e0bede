//! How a message was handed over: by which program, in which kind of session or request, and what was answered.
//!
//! Guarantees
//! 1. Nothing is invented. A request is not kept as it came: what is shown is made again of what is stored, and called so; what is
//!    not stored (the client's address, the idempotency key itself) is said not to be.
//! 2. A key is named to those who may see keys, by the letters that may be shown. No secret is stored, so none is here.

use ::console::screen::message::{Body, Fact, Request};
use ::console::words::{Word, Words};
use mail::Headers;
use mail::date::rfc3339;
use serde_json::{Map, Value, json};
use store::{StoreError, query};

use super::content;
use super::message::View;
use crate::app::App;
use crate::console::refusal::Refused;
use crate::feature::access::keys::{NamedKey, key_named};
use crate::feature::person::permission::Permission;
use crate::feature::sending::Origin;
use crate::feature::sending::api::shown::Content;
use crate::feature::sending::read::{Stored, StoredRecipient};
use crate::id::Noun;

query!(HANDED, "../queries/handed.sql");

/// Characters of the request that are shown. Reason: a browser lays out so much at once; the raw source has all of the mail.
const SHOWN_MAX: usize = 64 * 1024;

/// What the message's row says of it beside what every tab knows.
struct Handed {
    /// The key that brought it, where a key did.
    key: Option<i64>,
    reverse_path: String,
    /// The template that it was made from, and its version.
    template: Option<(i64, Option<i64>)>,
}

async fn handed(app: &App, workspace: i64, email: &Stored) -> Result<Handed, StoreError> {
    let params = [("message", email.id.into()), ("workspace", workspace.into())];
    let rows = app.store.read(&HANDED, &params).await?;
    let Some(row) = rows.first() else {
        return Ok(Handed { key: None, reverse_path: String::new(), template: None });
    };
    let by_key = [Origin::Api, Origin::Smtp].map(Origin::as_str).contains(&&*email.origin);
    let version = row.int_or_null(3)?;
    Ok(Handed {
        key: row.int_or_null(0)?.filter(|_| by_key),
        reverse_path: row.text(1)?.to_owned(),
        template: row.int_or_null(2)?.map(|id| (id, version)),
    })
}

/// What the tab shows.
pub(super) async fn body(
    view: &View<'_>,
    app: &App,
    (workspace, email): (i64, &Stored),
    all: &[StoredRecipient],
) -> Result<Body, Refused> {
    let handed = handed(app, workspace, email).await?;
    let sees_keys = view.role.may(Permission::SteerKeys);
    let key = match handed.key.filter(|_| sees_keys) {
        Some(id) => key_named(&app.store, workspace, id).await?,
        None => None,
    };
    let prefix = key.as_ref().map_or("pr_", |key| &key.shown);
    let (about, code) = match &*email.origin {
        "smtp" => (Word("request-session-about"), session(&handed, all)),
        "api" => {
            // Read where nothing waits for it: a large one takes long.
            let parts = match &email.content {
                Some(octets) => Some(content::parts(octets).await?),
                None => None,
            };
            let snapshot = app.directory.snapshot();
            let stream = snapshot.stream_by_id(workspace, email.stream).map(|one| one.name.to_string());
            (Word("request-api-about"), request((email, stream), parts, all, prefix))
        }
        _ => (Word("request-own-about"), String::new()),
    };
    let shown = cut(&code);
    Ok(Body::Request(Request {
        facts: facts(view, email, &handed, key.as_ref()),
        about,
        cut: shown.len() < code.len(),
        code: shown.to_owned(),
    }))
}

/// As much of a text as is shown. What is behind it is not made pretty first: in all it is longer than that already.
fn cut(text: &str) -> &str {
    text.char_indices().nth(SHOWN_MAX).map_or(text, |(at, _)| &text[..at])
}

fn facts(view: &View<'_>, email: &Stored, handed: &Handed, key: Option<&NamedKey>) -> Vec<Fact> {
    let words = view.words;
    let plain = |label, value| Fact { label, value, mono: false };
    let mono = |label, value| Fact { label, value, mono: true };
    let mut facts = vec![plain(Word("request-when"), view.moment(email.created))];
    let id = Noun::Message.show(email.id);
    match &*email.origin {
        "smtp" => {
            facts.push(plain(Word("request-how"), how(words, email)));
            facts.push(mono(Word("request-answer"), format!("250 2.0.0 Ok: queued as {id}")));
        }
        "api" => {
            facts.push(plain(Word("request-how"), words.t("request-by-http")));
            facts.push(mono(Word("request-answer"), format!("200 {}", json!({ "id": id }))));
        }
        _ => facts.push(plain(Word("request-how"), words.t("request-by-ourselves"))),
    }
    if view.role.may(Permission::SteerKeys) {
        let said = match (handed.key, key) {
            (None, _) => words.t("request-key-none"),
            (Some(_), None) => words.t("request-key-gone"),
            (Some(_), Some(key)) if key.revoked => words.t1("request-key-revoked", "name", &key.name),
            (Some(_), Some(key)) => key.name.clone(),
        };
        facts.push(plain(Word("request-key"), said));
        facts.extend(key.map(|key| mono(Word("request-key-begins"), format!("{}…", key.shown))));
    }
    if let Some((template, version)) = handed.template {
        let version = version.map_or_else(String::new, |number| format!(", {number}"));
        facts.push(mono(Word("request-template"), Noun::Template.show(template) + &version));
    }
    facts.push(plain(Word("request-not-kept"), words.t("request-not-kept-what")));
    facts
}

/// How the session was secured, as the trace on top of the message says: RFC 3848's names of protocols.
fn how(words: Words, email: &Stored) -> String {
    let octets = email.content.as_deref().unwrap_or_default();
    let headers = Headers::scan_again(octets).ok();
    let trace = headers.as_ref().and_then(|headers| headers.fields().find(|field| field.name == "Received"));
    let trace = trace.map(|field| String::from_utf8_lossy(field.value).into_owned());
    let protocol =
        trace.as_deref().and_then(|text| text.split_whitespace().skip_while(|word| *word != "with").nth(1));
    match protocol {
        Some("ESMTPSA" | "UTF8SMTPSA") => words.t("request-by-smtp-tls-auth"),
        Some("ESMTPS" | "UTF8SMTPS") => words.t("request-by-smtp-tls"),
        Some("ESMTPA" | "UTF8SMTPA") => words.t("request-by-smtp-auth"),
        Some(_) => words.t("request-by-smtp-plain"),
        None => words.t("request-by-smtp"),
    }
}

/// The envelope as a session would give it.
fn session(handed: &Handed, all: &[StoredRecipient]) -> String {
    let mut text = format!("MAIL FROM:<{}>\n", handed.reverse_path);
    for one in all {
        text.push_str(&format!("RCPT TO:<{}>\n", one.address));
    }
    text.push_str("DATA\n");
    text
}

/// A request to the API that asks for the same.
fn request(
    (email, stream): (&Stored, Option<String>),
    parts: Option<Content>,
    all: &[StoredRecipient],
    prefix: &str,
) -> String {
    let object =
        |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let to = |field: &str| {
        let own: Vec<&str> =
            all.iter().filter(|one| one.field == field).map(|one| one.address.as_str()).collect();
        (!own.is_empty()).then(|| json!(own))
    };
    let (html, text) = parts.map_or((None, None), |parts| (parts.html, parts.text));
    let shown = |text: Option<String>| text.map(|text| json!(cut(&text)));
    let fields: [(&str, Option<Value>); 11] = [
        ("from", Some(json!(email.author))),
        ("to", to("to").or_else(|| to("envelope"))),
        ("cc", to("cc")),
        ("bcc", to("bcc")),
        ("subject", Some(json!(email.subject))),
        ("stream", stream.map(|name| json!(name))),
        ("scheduled_at", email.scheduled.map(|at| json!(rfc3339(at)))),
        ("tags", object(&email.tags)),
        ("metadata", object(&email.metadata)),
        ("text", shown(text)),
        ("html", shown(html)),
    ];
    let body: Map<String, Value> =
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    let body = serde_json::to_string_pretty(&body).unwrap_or_default();
    format!(
        "POST /emails HTTP/1.1\nAuthorization: Bearer {prefix}…\nContent-Type: application/json\n\n{body}\n"
    )
}

#[cfg(test)]
mod tests {
    use mail::At;

    use super::*;

    #[test]
    fn no_more_of_a_large_mail_is_made_pretty_than_is_shown() {
        let email = Stored {
            id: 1,
            stream: 1,
            author: "me@app.example".into(),
            subject: "s".into(),
            message_id: String::new(),
            tags: None,
            metadata: None,
            track: crate::feature::tracking::switches::Switches::default(),
            created: At(0),
            scheduled: None,
            expires: At(0),
            size: 0,
            content: None,
            origin: "api".into(),
            notification_of: None,
        };
        let of = |chars: usize| {
            let head = "From: me@app.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
            let mail = head.to_owned() + &"é".repeat(chars);
            request((&email, None), Some(Content::of(mail.as_bytes())), &[], "pr_")
        };
        assert!(of(100).contains(&"é".repeat(100)));
        let large = of(4 << 20).chars().count();
        assert!((SHOWN_MAX..SHOWN_MAX + 1_000).contains(&large), "{large}");
    }
}
