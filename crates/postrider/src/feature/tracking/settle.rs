//! What follows from judging the requests of a delivery: rows and events.
//!
//! Guarantees
//! 1. A request's row and its event are one write.
//! 2. Whatever changes of what an event said is an event too, with what was said before: who counts what the log tells never
//!    counts wrong. The statistics do so.

use mail::At;
use serde_json::json;
use store::{Value, Write, query};

use super::engagement::{Delivery, ENGAGEMENT, Engagement, Label, labels};
use super::judge::{Facts, Kind};
use super::networks::Networks;
use crate::feature::event::{self, OfDelivery};

query!(RELABEL, "queries/relabel.sql");

/// Adds to `write` all that follows from judging a delivery's requests: new rows with their events, and old rows whose label
/// changed with theirs. Gives how many verdicts were overturned.
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
            None => judged(write, delivery, one, &label),
            Some(old) if *old == label => {}
            Some(old) => {
                update(write, one.id, old, &label);
                overturned += usize::from(old.verdict != label.verdict);
                if (old.verdict, old.first) != (label.verdict, label.first) {
                    note_change(write, (now, delivery), one, (old, &label));
                }
            }
        }
    }
    overturned
}

/// A new request with what is said of it: its row and its event.
pub fn judged(write: &mut Write, delivery: &Delivery, one: &Engagement, label: &Label) {
    insert(write, delivery, one, label);
    note(write, delivery, one, label);
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
    event::note_delivery(write, one.facts.at, name, of_delivery(delivery, &told(one, label)));
}

/// The event of what is said otherwise now.
fn note_change(
    write: &mut Write,
    (now, delivery): (At, &Delivery),
    one: &Engagement,
    (old, label): (&Label, &Label),
) {
    if one.facts.kind == Kind::Trap {
        return;
    }
    let mut data = told(one, label);
    data["kind"] = one.facts.kind.as_str().into();
    data["before"] = json!({ "verdict": old.verdict.as_str(), "first": old.first });
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
    if let Some((seconds, quality)) = &one.read {
        let measured = matches!(quality.as_str(), "measured" | "capped");
        data["seconds"] = if measured { (*seconds).into() } else { serde_json::Value::Null };
        data["quality"] = quality.as_str().into();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::tracking::judge::{Asked, Verdict};

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
        Delivery { id: 1, workspace: 1, message: 1, delivered: None, server: String::new() }
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
        assert_eq!((write.rows.len(), write.steps.len()), (1 + 1, 0), "row, event");
        first.label = labels(&[first.clone()], &networks).pop();
        let all = [first, click(2, 1, 100, None), click(3, 2, 200, None)];
        let mut write = Write::default();
        assert_eq!(settle(&mut write, At(0), &delivery(), &all, &networks), 1);
        assert_eq!(write.steps.len(), 1);
        let told: Vec<String> = write.rows.iter().filter_map(reclassified).collect();
        assert_eq!(told, [r#"{"first":true,"verdict":"person"}"#], "what was said before");
    }

    #[test]
    fn a_request_that_is_no_more_the_first_is_told_too() {
        let networks = Networks::built_in();
        let mut later = click(2, 0, 900, None);
        later.label = labels(&[later.clone()], &networks).pop();
        let mut write = Write::default();
        assert_eq!(settle(&mut write, At(0), &delivery(), &[later, click(1, 0, 100, None)], &networks), 0);
        let told: Vec<String> = write.rows.iter().filter_map(reclassified).collect();
        assert_eq!(told, [r#"{"first":true,"verdict":"person"}"#], "it was the first");
    }

    /// What was said before, if a row is the event of a change.
    fn reclassified(row: &store::WriteRow) -> Option<String> {
        let (Value::Text(name), Value::Text(data)) = (row.values.get(2)?, row.values.get(7)?) else {
            return None;
        };
        let data: serde_json::Value = serde_json::from_str(data.as_str()).expect("JSON");
        (name.as_str() == "email.reclassified").then(|| data["before"].to_string())
    }
}
