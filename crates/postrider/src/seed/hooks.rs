//! The endpoints that the shop has told what happens, and what they answered.
//!
//! Guarantee: they have read the whole log, so that a server which is started on it calls nobody.

use std::sync::Arc;

use mail::At;
use store::{Store, Write};

use super::dice::Dice;
use crate::feature::event::merged::heads;
use crate::feature::event::read::{Event, events_of_workspace_before};
use crate::feature::webhook::admin::{self, Wish};
use crate::feature::webhook::{Endpoint, Kept, Verdict, endpoints, keep};
use crate::id::Mint;

/// Events whose attempts are there to be seen.
const EVENTS: usize = 600;
/// Attempts of one row.
const PACK: usize = 12;

/// Makes the endpoints with their attempts.
///
/// # Errors
/// As [`Store::write`].
pub async fn tell(
    store: &Store,
    (mint, now): (&Arc<Mint>, At),
    workspace: i64,
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let wishes = [
        ("https://erp.marea.example/hooks/postrider", &["email.delivered", "email.bounced"][..], true),
        (
            "https://crm.example.com/inbound/marea",
            &["email.opened", "email.clicked", "email.unsubscribed"],
            true,
        ),
        ("https://old.example.net/mail-events", &["*"], false),
    ];
    for (url, events, enabled) in wishes {
        let wish = Wish {
            url: url.to_owned(),
            events: events.iter().map(|name| (*name).to_owned()).collect(),
            streams: None,
            headers: vec![("x-source".to_owned(), "postrider".to_owned())],
            message_headers: Vec::new(),
            batch: 1,
            ed25519: false,
            enabled,
        };
        admin::webhook_add(store, (mint, now), workspace, &wish).await?;
    }
    let mut cursor = heads(store).await?;
    let mut events = events_of_workspace_before(store, &mut cursor, workspace, EVENTS).await?.events;
    events.reverse();
    let mut write = Write::default();
    for endpoint in endpoints(store).await?.iter().filter(|one| one.workspace == workspace) {
        let wanted = events.iter().filter(|event| endpoint.wants(&event.name));
        let mut attempts: Vec<Kept> = wanted.flat_map(|event| attempts(dice, endpoint, event, now)).collect();
        attempts.sort_by_key(|attempt| attempt.at_us);
        for pack in attempts.chunks_mut(PACK) {
            keep(&mut write, mint, now, endpoint, pack);
        }
    }
    store.write(write).await?;
    Ok(())
}

/// How one event was told: mostly at once, now and then at the second try.
fn attempts(dice: &mut Dice, endpoint: &Endpoint, event: &Event, now: At) -> Vec<Kept> {
    let at = event.at.0 + dice.between(200_000, 1_200_000);
    let kept =
        |at_us: i64, number, (verdict, status, words): (Verdict, Option<u16>, &str), took_us, next_us| Kept {
            id: 0,
            events: vec![(event.id, event.name.clone())],
            batch: None,
            at_us,
            took_us,
            number,
            verdict,
            status,
            words: words.to_owned(),
            next_us,
            sample: false,
        };
    let took = 40_000 + dice.below(300_000);
    let good = (Verdict::Delivered, Some(200), r#"{"ok":true}"#);
    let dead = endpoint.url.as_str().contains("old.example.net");
    if !dead && !dice.permille(40) {
        return vec![kept(at, 1, good, took, None)];
    }
    let bad = match dice.below(3) {
        0 => (Verdict::Failed, Some(502), "<html><head><title>502 Bad Gateway</title></head></html>"),
        1 => (Verdict::Failed, Some(500), "database is locked"),
        _ => (Verdict::Failed, None, "no answer within 15 s"),
    };
    let next = at + 5_000_000;
    let mut all = vec![kept(at, 1, bad, took * 9, Some(next))];
    if next < now.0 {
        let second = if dead { (Verdict::GivenUp, bad.1, bad.2) } else { good };
        all.push(kept(next, 2, second, took, None));
    }
    all
}
