//! `postrider send`: a message through the running server's API, as an application would send it.

use std::io::Read;
use std::net::SocketAddr;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Map, Value};

use super::answer::Answer;
use super::post::post;
use crate::settings::Settings;

/// Where the key is looked for when no option gives it.
pub(super) const KEY_VARIABLE: &str = "POSTRIDER_KEY";

/// Octets of a text from standard input at most. Reason: the API's own limit on a message is near.
const INPUT_MAX: u64 = 50 << 20;

pub(super) const HELP: &str = "The key comes from --key or the variable POSTRIDER_KEY; `postrider keys create` makes one.\n\n\
Example:\n  postrider send --from you@app.example --to ann@example.org --subject Hello --text 'It works.'";

#[derive(Args)]
pub(super) struct SendArgs {
    /// Who writes: an address of a domain that the workspace may send from.
    #[arg(long, value_name = "ADDRESS")]
    from: String,
    /// Who is written to; may be given several times.
    #[arg(long, value_name = "ADDRESS", required = true)]
    to: Vec<String>,
    #[arg(long, value_name = "ADDRESS")]
    cc: Vec<String>,
    #[arg(long, value_name = "ADDRESS")]
    bcc: Vec<String>,
    #[arg(long)]
    subject: String,
    /// The plain text; `-` reads it from standard input.
    #[arg(long, required_unless_present = "html")]
    text: Option<String>,
    /// The HTML.
    #[arg(long)]
    html: Option<String>,
    /// The stream that the message belongs to [default: transactional]
    #[arg(long)]
    stream: Option<String>,
    /// When it goes out, such as 2026-12-01T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The API key.
    #[arg(long, env = KEY_VARIABLE, hide_env_values = true)]
    key: Option<String>,
    /// Where the server's API listens [default: the settings' http.listen]
    #[arg(long, value_name = "ADDRESS:PORT")]
    http: Option<SocketAddr>,
}

pub(super) async fn run(settings: &Settings, args: SendArgs) -> anyhow::Result<Answer> {
    let key = args.key.as_deref().with_context(|| {
        format!("a key is needed: give --key or set {KEY_VARIABLE} (`postrider keys create` makes one)")
    })?;
    let server = args.http.unwrap_or(settings.http.listen);
    let reply = post(server, "/emails", key, &body(&args)?).await?;
    if !(200..300).contains(&reply.status) {
        let told = reply.body["message"].as_str().map_or_else(|| reply.body.to_string(), str::to_owned);
        let fields = reply.body["errors"].as_array().into_iter().flatten();
        let fields =
            fields.map(|field| format!("\n  {}: {}", word(&field["pointer"]), word(&field["message"])));
        bail!("the server refused it (HTTP {}): {told}{}", reply.status, fields.collect::<String>());
    }
    let id = reply.body["id"].as_str().context("the server's answer has no id")?;
    let text = format!("Accepted as {id}. `postrider queue show {id}` tells what becomes of it.");
    Ok(Answer::new(text, reply.body))
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn body(args: &SendArgs) -> anyhow::Result<Value> {
    let mut body = Map::new();
    body.insert("from".into(), args.from.clone().into());
    for (field, addresses) in [("to", &args.to), ("cc", &args.cc), ("bcc", &args.bcc)] {
        if !addresses.is_empty() {
            body.insert(field.into(), addresses.clone().into());
        }
    }
    body.insert("subject".into(), args.subject.clone().into());
    let text = match args.text.as_deref() {
        Some("-") => Some(input()?),
        other => other.map(str::to_owned),
    };
    let others = [
        ("text", text),
        ("html", args.html.clone()),
        ("stream", args.stream.clone()),
        ("scheduled_at", args.at.clone()),
    ];
    for (field, value) in others {
        if let Some(value) = value {
            body.insert(field.into(), value.into());
        }
    }
    Ok(body.into())
}

fn input() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .take(INPUT_MAX)
        .read_to_string(&mut text)
        .context("reading the text from standard input")?;
    Ok(text)
}
