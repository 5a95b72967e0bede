//! One attempt: what the endpoint was told, and what it said.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::time;
use ::console::screen::webhook::WholeAttempt;
use axum::extract::{Path, State};
use axum::response::Response;
use mail::At;
use serde_json::Value;

use super::super::attempts_api::{request_body, request_id};
use super::super::kept::{self, Kept};
use super::super::sign::seconds;
use super::{existing, list_path, path};
use crate::app::App;
use crate::console::refusal::Refused;
use crate::console::screen::{Member, Named, show};
use crate::feature::person::permission::need::SteerWebhooks;
use crate::id::Noun;

/// Octets of a request that are shown. Reason: a batch of hundreds of events is for programs.
const REQUEST_SHOWN_MAX: usize = 64 * 1024;

pub(super) async fn one(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
    named: Named,
    Path((_, _, shown)): Path<(String, String, String)>,
) -> Result<Response, Refused> {
    let webhook = existing(&who, &app, &named)?;
    let id = Noun::WebhookAttempt.read(&shown).ok_or(Refused::NotFound)?;
    let found = kept::attempt(&app.store, (who.workspace.id, webhook.id), id).await?;
    let (url, kept) = found.ok_or(Refused::NotFound)?;
    let body = request_body(&app, &webhook, &kept).await?;
    let path = path(&who.workspace, webhook.id);
    let attempt = super::endpoint::attempt(&who, &path, &kept);
    let here = attempt.href.clone();
    show(&WholeAttempt {
        list: list_path(&who.workspace),
        attempt,
        url,
        next: kept.next_us.map(|at| time::moment(who.page.words.locale, &who.zone, At(at))),
        events: kept.events.iter().map(|(id, name)| (Noun::Event.show(*id), name.clone())).collect(),
        fields: fields(&kept),
        request: body.map(|body| pretty(&body)),
        answer: kept.words,
        page: Frame { here, ..who.page },
        path,
    })
}

/// Those header fields that differ from request to request; signatures are not kept.
fn fields(kept: &Kept) -> Vec<(&'static str, String)> {
    vec![
        ("webhook-id", Noun::Event.show(request_id(kept))),
        ("webhook-timestamp", seconds(At(kept.at_us)).to_string()),
        ("content-type", "application/json".to_owned()),
    ]
}

/// A body with a line for each of its values, cut.
fn pretty(body: &[u8]) -> String {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    if text.len() > REQUEST_SHOWN_MAX {
        text.truncate(text.floor_char_boundary(REQUEST_SHOWN_MAX));
        text.push('…');
    }
    text
}
