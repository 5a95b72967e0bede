//! What `cargo xtask bench stats` runs: a log of many events, counted, and then asked what a dashboard asks.
//!
//! The rows of messages, deliveries and events are those that the product's own functions write; contents are left out, because
//! statistics never read them. The events lie in 30 days before a fixed moment; counting them is the product's follower.
//!
//! Arguments: how many events, how many rounds of the questions, a folder for the database. Prints one JSON object.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mail::{At, Body, Envelope, ReversePath};
use net::clock::Stopwatch;
use postrider::feature::event::{Name, OfDelivery, note_delivery};
use postrider::feature::sending::rows::{self, Destination, MessageRow, Shared};
use postrider::feature::sending::{AcceptedDelivery, Fate, MadeFrom, Origin, Reach, RecipientField};
use postrider::feature::stats::Dimension;
use postrider::feature::stats::follow::Follower;
use postrider::feature::stats::period::{Period, Step};
use postrider::feature::stats::read::sums;
use postrider::feature::stats::recount::{Extent, recount};
use postrider::feature::stats::select::{By, Selection};
use postrider::feature::tracking::switches::Switches;
use postrider::id::{self, Mint};
use postrider::schema;
use queue::Lane;
use serde_json::{Value, json};
use store::{Durability, Location, Options, Role, Store, Write};

const NOW: At = At(1_800_000_000_000_000);
const DAYS: i64 = 30;
const DAY_US: i64 = 86_400_000_000;
/// Events of a message in the mean: queued, delivered, and half an opening.
const EVENTS_PER_MESSAGE: f64 = 2.5;
/// Messages of one transaction.
const BATCH: usize = 500;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |usual: usize| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (events, rounds) = (number(10_000), number(20));
    let folder = PathBuf::from(arguments.next().expect("a folder"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    println!("{}", runtime.block_on(measure(events, rounds, folder)));
}

async fn measure(events: usize, rounds: usize, folder: PathBuf) -> Value {
    let store = open(folder).await;
    let messages = (events as f64 / EVENTS_PER_MESSAGE) as usize;
    fill(&store, messages).await;
    let begun = Stopwatch::start();
    Follower::new(&store).catch_up().await.expect("counted");
    let counting_s = begun.elapsed().as_secs_f64();
    let mut asked = Vec::new();
    for (name, period, selection) in questions() {
        let mut waits = Vec::with_capacity(rounds);
        let mut found = 0;
        for _ in 0..rounds {
            let begun = Stopwatch::start();
            found = sums(&store, 1, (&period, &selection), (None, 1_000)).await.expect("sums").0.len();
            waits.push(begun.elapsed());
        }
        waits.sort();
        let at = |share: f64| milliseconds(waits[((waits.len() - 1) as f64 * share).round() as usize]);
        asked.push(json!({ "question": name, "rows": found, "p50_ms": at(0.5), "p99_ms": at(0.99) }));
    }
    let begun = Stopwatch::start();
    let again = recount(&store, Extent::ALL).await.expect("a recount");
    let report = json!({
        "messages": messages, "rounds": rounds, "counting_s": counting_s,
        "counted_per_s": messages as f64 * EVENTS_PER_MESSAGE / counting_s, "counters": again.counters,
        "recount_s": begun.elapsed().as_secs_f64(), "recount_differences": again.differences.len(), "questions": asked,
    });
    store.close().await;
    report
}

fn milliseconds(wait: Duration) -> f64 {
    (wait.as_secs_f64() * 1e6).round() / 1e3
}

async fn open(folder: PathBuf) -> Store {
    let options = Options {
        location: Location::Sqlite { file: folder.join("bench.db") },
        durability: Durability::Rebuildable,
        role: Role::Server,
        event_table: Some("event"),
        readers_max: 4,
        committers: 1,
        statements: schema::STATEMENTS,
        migrations: schema::migrations(),
    };
    Store::open(options).await.expect("a new database opens")
}

async fn fill(store: &Store, messages: usize) {
    let mint = Mint::new(0);
    let mut write = Write::default();
    for n in 0..messages {
        let at = At(NOW.0 - DAYS * DAY_US + DAYS * DAY_US / messages.max(1) as i64 * n as i64);
        message(&mut write, &mint, at, n);
        if n % BATCH == BATCH - 1 {
            store.write(std::mem::take(&mut write)).await.expect("stored");
        }
    }
    store.write(write).await.expect("stored");
}

/// A message of one of 3 streams, 10 templates, 20 tags, 5 keys, to one of 60 domains; taken, delivered, and every second opened.
fn message(write: &mut Write, mint: &Mint, at: At, n: usize) {
    let id = mint.message(at, 1);
    let envelope = Envelope {
        reverse_path: ReversePath::Null,
        forward_paths: Vec::new(),
        body: Body::SevenBit,
        smtputf8: false,
        ret: None,
        envid: None,
    };
    let row = MessageRow {
        id,
        workspace: 1,
        stream: n as i64 % 3 + 1,
        origin: Origin::Api,
        origin_id: Some(n as i64 % 5 + 1),
        size: 4_096,
        envelope: &envelope,
        reach: Reach::Anywhere,
        track: Switches::default(),
        author: "news@shop.example".into(),
        subject: "news".into(),
        message_id: format!("{id}@shop.example"),
        tags: Some(format!(r#"{{"kind":"k{}","site":"s{}"}}"#, n % 10, n % 7).into()),
        metadata: None,
        made_from: Some(MadeFrom { template: n as i64 % 10 + 1, version: 1 }),
        now: at,
        scheduled: None,
        expires: at,
        deliveries: 1,
    };
    rows::message(write, row);
    let shared =
        Shared { workspace: 1, message: id, lane: Lane::Campaign, due: at, expires: at, epoch: 1, now: at };
    let domain: Arc<str> = match n % 60 {
        0..30 => "gmail.com".into(),
        other => format!("d{other}.example").into(),
    };
    let delivery = id::delivery(id, 0);
    let accepted = AcceptedDelivery { id: delivery, recipient: format!("a{n}@{domain}"), fate: Fate::Queued };
    let to = Destination { domain: &domain, field: RecipientField::To, path: None };
    rows::delivery(write, &shared, &accepted, &to);
    let of = |data| OfDelivery { workspace: 1, message: id, delivery, attempt: None, data };
    note_delivery(write, at, Name::EmailQueued, of(None));
    let ended = At(at.0 + 1_000 * (n as i64 % 9_000 + 50));
    match n % 40 {
        0 => {
            note_delivery(write, ended, Name::EmailBounced, of(Some(r#"{"class":"hard.recipient"}"#.into())))
        }
        _ => {
            note_delivery(write, ended, Name::EmailDelivered, of(Some(r#"{"reply":"250 2.0.0 OK"}"#.into())))
        }
    }
    if n.is_multiple_of(2) {
        let verdict = if n.is_multiple_of(6) { "machine" } else { "person" };
        let data = format!(
            r#"{{"verdict":"{verdict}","reasons":[],"rules":1,"first":true,"agent":"Mozilla/5.0","region":null,"after_ms":{}}}"#,
            n % 90_000
        );
        note_delivery(write, ended, Name::EmailOpened, of(Some(data)));
    }
}

/// What a dashboard asks.
fn questions() -> Vec<(&'static str, Period, Selection)> {
    let period = |days: i64, step| Period {
        from: At(NOW.0 - days * DAY_US).hour(),
        until: NOW.hour(),
        step,
        zone_us: 0,
    };
    let of = |dimension, group| Selection { dimension, group, ..Selection::everything() };
    let stream = Selection { filters: vec![(By::Stream, "1".into())], ..of(Dimension::All, None) };
    vec![
        ("30 days by day", period(30, Step::Day), of(Dimension::All, None)),
        ("30 days by hour", period(30, Step::Hour), of(Dimension::All, None)),
        ("30 days by day, one stream", period(30, Step::Day), stream),
        ("30 days in all, by domain", period(30, Step::Total), of(Dimension::Domain, Some(By::Domain))),
        ("30 days in all, by template", period(30, Step::Total), of(Dimension::Template, Some(By::Template))),
        ("7 days by day, by tag", period(7, Step::Day), of(Dimension::Tag, Some(By::Tag))),
        ("30 days by day, by provider", period(30, Step::Day), of(Dimension::Provider, Some(By::Provider))),
        ("times of 30 days", period(30, Step::Total), of(Dimension::DeliverTime, Some(By::Tag))),
        ("a month by key", period(30, Step::Month), of(Dimension::Source, Some(By::Key))),
    ]
}
