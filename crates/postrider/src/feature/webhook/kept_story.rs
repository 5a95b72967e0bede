//! Attempts found again, on both databases.

use std::collections::BTreeMap;

use mail::At;
use serde_json::{Value, json};
use store::Write;

use super::ATTEMPT;
use super::kept::attempts_of_events;
use crate::id::floor;
use crate::test_store::{Place, on_both_databases};

on_both_databases! { an_attempt_that_was_put_off_is_found_beside_one_that_was_not }

const START: At = At(1_800_000_000_000_000);

fn seconds(seconds: i64) -> At {
    At(START.0 + seconds * 1_000_000)
}

/// An attempt to tell these events, put off until then.
fn attempt(at: At, events: &[i64], next: Option<At>) -> Value {
    let events: Vec<_> = events.iter().map(|id| json!([id, "email.delivered"])).collect();
    let verdict = if next.is_some() { "failed" } else { "delivered" };
    json!({ "id": floor(at), "e": events, "a": at.0, "t": 1, "n": 1, "r": verdict, "x": next.map(|at| at.0) })
}

async fn an_attempt_that_was_put_off_is_found_beside_one_that_was_not(place: Place) {
    let store = &place.store;
    let mut write = Write::default();
    let mut row = |at: At, attempts: Vec<Value>| {
        let data = json!({ "url": "http://x.example/", "attempts": attempts }).to_string();
        write.row(&ATTEMPT, [floor(at).into(), 1.into(), 2.into(), data.into()]);
    };
    row(seconds(0), vec![attempt(seconds(0), &[7], Some(seconds(9_000)))]);
    row(seconds(1), vec![attempt(seconds(1), &[8], None)]);
    for other in 2..600 {
        row(seconds(other), vec![attempt(seconds(other), &[1_000 + other], None)]);
    }
    row(seconds(9_000), vec![attempt(seconds(9_000), &[7], None)]);
    store.write(write).await.expect("written");
    let events = BTreeMap::from([(7, seconds(0)), (8, seconds(0))]);
    let (found, all) = attempts_of_events(store, (1, 2), &events).await.expect("readable");
    let at: Vec<i64> = found.iter().map(|kept| kept.at_us).collect();
    assert_eq!((at, all), (vec![seconds(0).0, seconds(1).0, seconds(9_000).0], true));
}
