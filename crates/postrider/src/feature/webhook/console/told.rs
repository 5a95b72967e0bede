//! Whom a message's events were told: the endpoints that asked for them, each with its attempts.

use std::collections::BTreeMap;

use ::console::format::time;
use ::console::screen::message::{Told, ToldAttempt, ToldEndpoint};
use mail::At;
use mail::date::rfc3339;
use store::StoreError;

use super::super::Endpoint;
use super::super::kept::{Kept, attempts_of_events};
use super::list::took;
use super::{path, sign, verdict_sign};
use crate::app::App;
use crate::console::screen::Member;
use crate::feature::event::read::Event;
use crate::id::Noun;

/// Endpoints that are looked at. Reason: each costs reads of its own.
const ENDPOINTS_MAX: usize = 10;
/// Attempts that are shown of each.
const ATTEMPTS_MAX: usize = 20;

/// Of a message of this stream, to which these events happened. The caller has looked whether the role may.
///
/// # Errors
/// As [`store::Store::read`].
pub async fn of_message<P>(
    who: &Member<P>,
    app: &App,
    (stream, events): (i64, &[Event]),
) -> Result<Told, StoreError> {
    let wants = |endpoint: &Endpoint, event: &Event| {
        endpoint.hears(Some(stream)) && endpoint.wants(&event.name) && event.at >= endpoint.created
    };
    let mut told = Told { endpoints: Vec::new(), more: false };
    for endpoint in app.webhooks.of_workspace(who.workspace.id) {
        let own = events.iter().filter(|event| wants(&endpoint, event));
        let own: BTreeMap<i64, At> = own.map(|event| (event.id, event.at)).collect();
        if own.is_empty() {
            continue;
        }
        if told.endpoints.len() == ENDPOINTS_MAX {
            told.more = true;
            break;
        }
        let (kept, all) = attempts_of_events(&app.store, (endpoint.workspace, endpoint.id), &own).await?;
        told.more |= !all || kept.len() > ATTEMPTS_MAX;
        let href = path(&who.workspace, endpoint.id);
        told.endpoints.push(ToldEndpoint {
            url: endpoint.url.as_str().to_owned(),
            status: sign(&endpoint),
            attempts: kept.iter().take(ATTEMPTS_MAX).map(|kept| attempt(who, &href, &own, kept)).collect(),
            href,
        });
    }
    Ok(told)
}

fn attempt<P>(who: &Member<P>, endpoint: &str, own: &BTreeMap<i64, At>, kept: &Kept) -> ToldAttempt {
    let words = who.page.words;
    // A request may tell of other messages too: those are none of this page's.
    let names = kept.events.iter().filter(|(id, _)| own.contains_key(id)).map(|(_, name)| name.as_str());
    let at = At(kept.at_us);
    ToldAttempt {
        href: format!("{endpoint}/attempts/{}", Noun::WebhookAttempt.show(kept.id)),
        events: names.collect::<Vec<_>>().join(", "),
        status: verdict_sign(kept.verdict),
        http: kept.status.map_or_else(|| "–".to_owned(), |status| status.to_string()),
        took: took(words, kept.took_us),
        at: time::moment(words.locale, &who.zone, at),
        datetime: rfc3339(at),
    }
}
