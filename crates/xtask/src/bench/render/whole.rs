//! Mail of a template from the request to the next hop: accepted in batches, rendered, links rewritten, signed, delivered.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::bench::relay::sink;
use crate::clock::Stopwatch;
use crate::http::Api;
use crate::place::Scratch;
use crate::product::{Database, Instance, Settings};
use crate::usage::cpu_s;

const SENDER_DOMAIN: &str = "bench.example";
/// Connections at once.
const CONNECTIONS: usize = 4;
/// Emails of one batch.
const BATCH: usize = 500;
/// Batches of one connection.
const BATCHES: usize = 5;
/// The longest that the last mail may take to leave.
const DELIVERY_LIMIT: Duration = Duration::from_secs(300);
/// Octets of the template's HTML.
const BYTES: usize = 20 * 1024;
const LINKS: usize = 20;

/// Runs the whole way once; gives the figures by their names in the report.
pub fn measure(signed: bool) -> Result<Value> {
    let messages = CONNECTIONS * BATCHES * BATCH;
    let scratch = Scratch::new("bench-render")?;
    let (mut sink, sink_port) = sink::start(u32::try_from(messages)?)?;
    let prepared = Settings::relay(sink_port, Database::Sqlite).prepare(&scratch)?;
    prepared.add_domain(SENDER_DOMAIN, signed)?;
    let instance = prepared.start()?;
    Api::connect(instance.http(), instance.api_key()?)?
        .ask("POST", "/templates", template().to_string().as_bytes())?
        .json()
        .context("the template")?;
    let roots = instance.roots();
    let cpu_before = cpu_s(&roots);
    let watch = Stopwatch::start();
    send(&instance)?;
    let accepted_s = watch.elapsed().as_secs_f64();
    sink.wait(DELIVERY_LIMIT).context("mail of the template at the sink")?;
    let delivered_s = watch.elapsed().as_secs_f64();
    Ok(json!({
        "signed": signed, "messages": messages,
        "accepted_per_s": messages as f64 / accepted_s,
        "delivered_per_s": messages as f64 / delivered_s,
        "cpu_s_per_1000": (cpu_s(&roots) - cpu_before) * 1000.0 / messages as f64,
    }))
}

/// Sends all batches, from all connections at once.
fn send(instance: &Instance) -> Result<()> {
    let key = instance.api_key()?;
    let one = |connection: usize| -> Result<()> {
        let mut api = Api::connect(instance.http(), key)?;
        for batch in 0..BATCHES {
            let first = (connection * BATCHES + batch) * BATCH;
            let emails: Vec<_> = (first..first + BATCH).map(email).collect();
            api.ask("POST", "/emails/batch", Value::Array(emails).to_string().as_bytes())?.json()?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..CONNECTIONS).map(|connection| scope.spawn(move || one(connection))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().ok().context("a sending thread panicked")?)
    })
}

/// A list of things to buy, each with its link, in a mail of the usual length.
fn template() -> Value {
    let row = "{% for item in items %}<tr><td class=\"name\">{{ item.name }}</td><td>{{ item.price|money('EUR') }}</td>\
               <td><a class=\"go\" href=\"https://shop.example/item/{{ loop.index }}?from=mail\">Look at it</a></td></tr>{% endfor %}";
    let style = "<style>.name { font-weight: bold; padding: 4px } .go { color: #1d4ed8 } td { font-size: 14px }</style>";
    let line = "<p>A line of text that a mail of usual length has many of.</p>\n";
    let filler = line.repeat(BYTES.saturating_sub(style.len() + LINKS * 170) / line.len());
    json!({
        "name": "Offers", "key": "offers", "locale": "en", "subject": "{{ items|length }} offers for {{ name }}",
        "html": format!("<html><head>{style}</head><body><p>Hello {{{{ name }}}}</p><table>{row}</table>{filler}</body></html>"),
        "publish": true,
    })
}

fn email(n: usize) -> Value {
    let item = |k: usize| json!({ "name": format!("Item {k} & {n}"), "price": k * 10 + n % 10 });
    json!({
        "from": format!("shop@{SENDER_DOMAIN}"), "to": format!("person{n}@sink.example"),
        "template": { "id": "offers", "variables": { "name": format!("Person {n}"), "items": (0..LINKS).map(item).collect::<Vec<_>>() } },
        "tracking": { "opens": true, "clicks": true },
    })
}
