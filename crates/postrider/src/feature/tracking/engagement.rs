//! The rows of what was done with a delivery, and what changes when they are judged anew: pure.

use std::collections::HashMap;

use mail::At;
use serde_json::json;
use store::{Kind as Column, Row, Statement, StoreError, Value, Write, query};

use super::inbox::{Client, Hit};
use super::judge::{Asked, Facts, Kind, RULES, Verdict, judge};
use super::networks::Networks;
use super::region::Regions;
use crate::feature::event::{self, OfDelivery};
use crate::feature::stats::{self, Metric};
use crate::settings::network::Network;

query!(RELABEL, "queries/relabel.sql");

/// Requests of one delivery that are kept. Reason: a link can be asked for without end by whoever has it.
pub const OF_DELIVERY_MAX: usize = 200;
/// Octets that are kept of a client's name for itself.
const AGENT_MAX: usize = 300;

/// Writes a new one.
pub static ENGAGEMENT: Statement = Statement::insert(
    "engagement",
    &[
        ("id", Column::Int),
        ("workspace_id", Column::Int),
        ("message_id", Column::Int),
        ("delivery_id", Column::Int),
        ("kind", Column::Text),
        ("at_us", Column::Int),
        ("link", Column::Int),
        ("link_id", Column::Text),
        ("url", Column::Text),
        ("asked", Column::Text),
        ("agent", Column::Text),
        ("address", Column::Text),
        ("network", Column::Text),
        ("region", Column::Text),
        ("seconds", Column::Int),
        ("quality", Column::Text),
        ("after_ms", Column::Int),
        ("server", Column::Text),
        ("rules", Column::Int),
        ("verdict", Column::Text),
        ("reasons", Column::Text),
        ("first", Column::Int),
    ],
);

/// The delivery that was engaged with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    pub id: i64,
    pub workspace: i64,
    pub message: i64,
    pub domain: std::sync::Arc<str>,
    /// When its server took it, if it did.
    pub delivered: Option<At>,
    pub server: String,
}

/// What is said of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    pub rules: i64,
    pub verdict: Verdict,
    /// Separated by commas.
    pub reasons: String,
    /// Whether it is the delivery's first of its kind and verdict.
    pub first: bool,
}

/// A request with all that is kept of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Engagement {
    pub id: i64,
    pub facts: Facts,
    pub link_id: Option<String>,
    pub url: Option<String>,
    /// Whether the address is still kept.
    pub has_address: bool,
    pub region: Option<String>,
    pub read: Option<(i64, String)>,
    /// None for a new one.
    pub label: Option<Label>,
}

impl Engagement {
    /// A new one, not judged yet.
    #[must_use]
    pub fn of(id: i64, hit: Hit, delivery: &Delivery, regions: Option<&Regions>) -> Engagement {
        let Hit { bearer, kind, at, link_id, url, client: Client { asked, agent, address }, read } = hit;
        let after_ms = delivery.delivered.map(|delivered| (at.0 - delivered.0).max(0) / 1_000);
        let facts = Facts {
            kind,
            at,
            link: (kind == Kind::Click).then_some(bearer.link),
            asked,
            agent: agent[..agent.floor_char_boundary(AGENT_MAX)].to_owned(),
            address,
            network: address.map(|address| Network::around(address).to_string()),
            after_ms,
            server: delivery.server.clone(),
        };
        let region = address.and_then(|address| regions?.region(address));
        let read = read.map(|(seconds, quality)| {
            (i64::try_from(seconds).unwrap_or(i64::MAX), quality.as_str().to_owned())
        });
        Engagement { id, facts, link_id, url, has_address: address.is_some(), region, read, label: None }
    }

    /// Reads a row of `engagement_of`; gives its delivery too.
    ///
    /// # Errors
    /// `Broken` for what no version wrote.
    pub fn read(row: &Row) -> Result<(i64, Engagement), StoreError> {
        let text = |column| row.text_or_null(column).map(|text| text.map(str::to_owned));
        let kept = text(9)?;
        let network = text(10)?;
        let from = kept.as_deref().or_else(|| network.as_deref()?.split('/').next());
        let facts = Facts {
            kind: Kind::parse(row.text(2)?).ok_or_else(|| broken("kind"))?,
            at: At(row.int(3)?),
            link: row.int_or_null(4)?.and_then(|link| u16::try_from(link).ok()),
            asked: if row.text(7)? == Asked::Head.as_str() { Asked::Head } else { Asked::Get },
            agent: row.text(8)?.to_owned(),
            address: from.and_then(|address| address.parse().ok()),
            network,
            after_ms: row.int_or_null(14)?,
            server: row.text(15)?.to_owned(),
        };
        let label = Label {
            rules: row.int(16)?,
            verdict: Verdict::parse(row.text(17)?).ok_or_else(|| broken("verdict"))?,
            reasons: row.text(18)?.to_owned(),
            first: row.int(19)? == 1,
        };
        let engagement = Engagement {
            id: row.int(0)?,
            facts,
            link_id: text(5)?,
            url: text(6)?,
            has_address: kept.is_some(),
            region: text(11)?,
            read: row.int_or_null(12)?.zip(text(13)?),
            label: Some(label),
        };
        Ok((row.int(1)?, engagement))
    }
}

fn broken(column: &str) -> StoreError {
    StoreError::Broken {
        query: format!("engagement.{column}"),
        reason: "holds what no version of Postrider wrote".into(),
    }
}

/// What these rules say of all requests of one delivery, each in its place.
#[must_use]
pub fn labels(all: &[Engagement], networks: &Networks) -> Vec<Label> {
    let facts: Vec<_> = all.iter().map(|one| one.facts.clone()).collect();
    let judged = judge(&facts, networks);
    let mut firsts: HashMap<(Kind, Verdict), (At, i64)> = HashMap::new();
    for (one, judgement) in all.iter().zip(&judged) {
        let moment = (one.facts.at, one.id);
        let first = firsts.entry((one.facts.kind, judgement.verdict)).or_insert(moment);
        *first = (*first).min(moment);
    }
    all.iter()
        .zip(judged)
        .map(|(one, judgement)| {
            let reasons: Vec<_> = judgement.reasons.iter().map(|reason| reason.as_str()).collect();
            Label {
                rules: RULES,
                verdict: judgement.verdict,
                reasons: reasons.join(","),
                first: firsts[&(one.facts.kind, judgement.verdict)] == (one.facts.at, one.id),
            }
        })
        .collect()
}

/// Adds to `write` all that follows from judging a delivery's requests: new rows with their events, old rows whose label
/// changed, and the counters of both. Gives how many verdicts were overturned.
pub fn settle(
    write: &mut Write,
    now: At,
    delivery: &Delivery,
    all: &[Engagement],
    networks: &Networks,
) -> usize {
    let mut overturned = 0;
    for (one, label) in all.iter().zip(labels(all, networks)) {
        match &one.label {
            None => {
                insert(write, delivery, one, &label);
                note(write, delivery, one, &label);
                count(write, delivery, one, &label, 1);
            }
            Some(old) if *old == label => {}
            Some(old) => {
                update(write, one.id, old, &label);
                count(write, delivery, one, old, -1);
                count(write, delivery, one, &label, 1);
                if old.verdict != label.verdict {
                    overturned += 1;
                    note_overturned(write, now, delivery, one, &label);
                }
            }
        }
    }
    overturned
}

fn insert(write: &mut Write, delivery: &Delivery, one: &Engagement, label: &Label) {
    let Facts { kind, at, link, asked, agent, address, network, after_ms, server } = &one.facts;
    let values = [
        one.id.into(),
        delivery.workspace.into(),
        delivery.message.into(),
        delivery.id.into(),
        kind.as_str().into(),
        at.0.into(),
        link.map(i64::from).into(),
        one.link_id.clone().into(),
        one.url.clone().into(),
        asked.as_str().into(),
        agent.clone().into(),
        address.map(|address| address.to_canonical().to_string()).into(),
        network.clone().into(),
        one.region.clone().into(),
        one.read.as_ref().map(|(seconds, _)| *seconds).into(),
        one.read.as_ref().map(|(_, quality)| quality.clone()).into(),
        (*after_ms).into(),
        server.clone().into(),
        label.rules.into(),
        label.verdict.as_str().into(),
        label.reasons.clone().into(),
        label.first.into(),
    ];
    write.row(&ENGAGEMENT, values);
}

fn update(write: &mut Write, id: i64, old: &Label, new: &Label) {
    let params: Vec<(&str, Value)> = vec![
        ("id", id.into()),
        ("rules", new.rules.into()),
        ("verdict", new.verdict.as_str().into()),
        ("reasons", new.reasons.clone().into()),
        ("first", new.first.into()),
        ("old_verdict", old.verdict.as_str().into()),
        ("old_first", old.first.into()),
    ];
    write.step_expecting(1, "somebody else judged it meanwhile", &RELABEL, params);
}

/// The event of a request; the trap has none, because it tells of the others.
fn note(write: &mut Write, delivery: &Delivery, one: &Engagement, label: &Label) {
    let name = match one.facts.kind {
        Kind::Open => event::Name::EmailOpened,
        Kind::Click => event::Name::EmailClicked,
        Kind::Read => event::Name::EmailRead,
        Kind::Trap => return,
    };
    let mut data = told(one, label);
    if let Some((seconds, quality)) = &one.read {
        let measured = matches!(quality.as_str(), "measured" | "capped");
        data["seconds"] = if measured { (*seconds).into() } else { serde_json::Value::Null };
        data["quality"] = quality.as_str().into();
    }
    event::note_delivery(write, one.facts.at, name, of_delivery(delivery, &data));
}

fn note_overturned(write: &mut Write, now: At, delivery: &Delivery, one: &Engagement, label: &Label) {
    let mut data = told(one, label);
    data["kind"] = one.facts.kind.as_str().into();
    data["at"] = mail::date::rfc3339(one.facts.at).into();
    event::note_delivery(write, now, event::Name::EmailReclassified, of_delivery(delivery, &data));
}

fn told(one: &Engagement, label: &Label) -> serde_json::Value {
    let reasons: Vec<_> = label.reasons.split(',').filter(|reason| !reason.is_empty()).collect();
    let mut data = json!({
        "verdict": label.verdict.as_str(), "reasons": reasons, "rules": label.rules, "first": label.first,
        "agent": one.facts.agent, "region": one.region, "after_ms": one.facts.after_ms,
    });
    if let Some(url) = &one.url {
        data["url"] = url.as_str().into();
        data["link"] = one.facts.link.into();
        data["link_id"] = one.link_id.clone().or_else(|| Some(one.facts.link?.to_string())).into();
    }
    data
}

fn of_delivery(delivery: &Delivery, data: &serde_json::Value) -> OfDelivery {
    OfDelivery {
        workspace: delivery.workspace,
        message: delivery.message,
        delivery: delivery.id,
        attempt: None,
        data: Some(data.to_string()),
    }
}

/// Counts at the hour of the request, so that a verdict that is overturned later moves what was counted then.
fn count(write: &mut Write, delivery: &Delivery, one: &Engagement, label: &Label, n: i64) {
    let (all, first) = match (one.facts.kind, label.verdict) {
        (Kind::Open, Verdict::Person) => (Metric::Opened, Metric::OpenedFirst),
        (Kind::Open, Verdict::Machine) => (Metric::OpenedMachine, Metric::OpenedMachineFirst),
        (Kind::Click, Verdict::Person) => (Metric::Clicked, Metric::ClickedFirst),
        (Kind::Click, Verdict::Machine) => (Metric::ClickedMachine, Metric::ClickedMachineFirst),
        (Kind::Read, Verdict::Person) => return count_read(write, delivery, one, n),
        (Kind::Read, Verdict::Machine) | (Kind::Trap, _) => return,
    };
    let mut add = |metric| {
        stats::count_by(write, one.facts.at, (delivery.workspace, &delivery.domain), metric, n);
    };
    add(all);
    if label.first {
        add(first);
    }
}

/// Readings by persons: how many, how many of them with a time, and the seconds in all.
fn count_read(write: &mut Write, delivery: &Delivery, one: &Engagement, n: i64) {
    let Some((seconds, quality)) = &one.read else { return };
    let mut add =
        |metric, n| stats::count_by(write, one.facts.at, (delivery.workspace, &delivery.domain), metric, n);
    add(Metric::Read, n);
    if matches!(quality.as_str(), "measured" | "capped") {
        add(Metric::ReadMeasured, n);
        add(Metric::ReadSeconds, n * seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn click(id: i64, link: u16, ms: i64, label: Option<Label>) -> Engagement {
        let facts = Facts {
            kind: Kind::Click,
            at: At(ms * 1_000),
            link: Some(link),
            asked: Asked::Get,
            agent: "Firefox".into(),
            address: None,
            network: None,
            after_ms: Some(100_000),
            server: String::new(),
        };
        let url = Some("https://x.example".into());
        Engagement { id, facts, link_id: None, url, has_address: false, region: None, read: None, label }
    }

    fn delivery() -> Delivery {
        let (domain, server) = ("x.example".into(), String::new());
        Delivery { id: 1, workspace: 1, message: 1, domain, delivered: None, server }
    }

    /// Of each label: verdict and whether it is the first.
    fn seen(all: &[Engagement]) -> Vec<(Verdict, bool)> {
        labels(all, &Networks::built_in()).into_iter().map(|label| (label.verdict, label.first)).collect()
    }

    #[test]
    fn the_first_of_each_verdict_is_told_whatever_the_order_of_writing() {
        let all = [click(3, 0, 500, None), click(1, 0, 900, None), click(2, 0, 500, None)];
        assert_eq!(seen(&all), [(Verdict::Person, false), (Verdict::Person, false), (Verdict::Person, true)]);
    }

    #[test]
    fn a_burst_overturns_what_was_said_of_its_beginning() {
        let networks = Networks::built_in();
        let mut first = click(1, 0, 0, None);
        let mut write = Write::default();
        assert_eq!(settle(&mut write, At(0), &delivery(), &[first.clone()], &networks), 0);
        assert_eq!(
            (write.rows.len(), write.steps.len()),
            (1 + 1 + 4, 0),
            "row, event, two counters in two dimensions"
        );
        first.label = labels(&[first.clone()], &networks).pop();
        let all = [first, click(2, 1, 100, None), click(3, 2, 200, None)];
        let mut write = Write::default();
        assert_eq!(settle(&mut write, At(0), &delivery(), &all, &networks), 1);
        assert_eq!(write.steps.len(), 1);
        let mut sums: HashMap<String, i64> = HashMap::new();
        for row in write.rows.iter().filter(|row| row.statement.name == "counter") {
            if let (Value::Text(metric), Value::Int(n)) = (&row.values[4], &row.values[5]) {
                *sums.entry(metric.as_str().to_owned()).or_default() += n;
            }
        }
        let wanted =
            [("clicked", -2), ("clicked_first", -2), ("clicked_machine", 6), ("clicked_machine_first", 2)];
        assert_eq!(sums, wanted.map(|(metric, n)| (metric.to_owned(), n)).into());
    }
}
