//! Keys by the list: revoked after their number was seen, and as CSV.
//!
//! Guarantee: each key is a transaction with its line in the audit log; there are [`KEYS_MAX`] at most. No file has a secret.

use std::sync::Arc;

use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use mail::date::rfc3339;

use super::api::KEYS_MAX;
use super::console::{path, revoked};
use super::keys::{ListedKey, key_list};
use crate::app::App;
use crate::console::chosen::{Chosen, Question, ask_rows};
use crate::console::guard::Posted;
use crate::console::refusal::Refused;
use crate::console::screen::Member;
use crate::feature::person::permission::need::SteerKeys;
use crate::http::csv::{download, line};
use crate::http::page::Page;
use crate::id::Noun;

pub(super) async fn sent(
    who: Member<SteerKeys>,
    State(app): State<Arc<App>>,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Refused> {
    let list = path(&who.workspace);
    let all = key_list(&app.store, who.workspace.id, Page::first(KEYS_MAX as i64)).await?;
    let meant = chosen.of(Noun::Key, all, |key| key.id);
    if !chosen.is_sure() {
        let question = Question {
            title: Word("keys-revoke-title"),
            text: Word("keys-revoke-text"),
            label: Word("keys-revoke"),
            action: format!("{list}/chosen"),
            back: list,
        };
        let rows = meant.into_iter().map(|key| (Noun::Key.show(key.id), key.name)).collect();
        return ask_rows(who, (chosen, Vec::new()), (rows, false), question);
    }
    let (mut outcome, mut done) = (Ok(()), 0);
    for key in &meant {
        // One that somebody else revoked just then is revoked: that is all right.
        outcome = revoked(&who, &app, key).await.map(|one| done += usize::from(one.is_some()));
        if outcome.is_err() {
            break;
        }
    }
    // Whatever the answer: a revocation whose answer was lost is stored.
    app.directory.reload(&app.store).await?;
    outcome?;
    Ok(chosen.done(&list, done, false))
}

pub(super) async fn csv(who: Member<SteerKeys>, State(app): State<Arc<App>>) -> Result<Response, Refused> {
    let head = line(&["id", "name", "begins_with", "scope", "domain", "last_used", "created"]);
    let snapshot = app.directory.snapshot();
    let named = |id: i64| {
        let known = snapshot.domains_of(who.workspace.id).find(|domain| domain.id == id);
        known.map_or_else(|| Noun::Domain.show(id), |domain| domain.name.to_string())
    };
    let of = |key: ListedKey| {
        vec![
            Noun::Key.show(key.id),
            key.name,
            key.shown,
            key.scope,
            key.domain.map(named).unwrap_or_default(),
            key.last_used.map(rfc3339).unwrap_or_default(),
            rfc3339(key.created),
        ]
    };
    let all = key_list(&app.store, who.workspace.id, Page::first(KEYS_MAX as i64)).await?;
    Ok(download("keys", std::iter::once(head).chain(all.into_iter().map(of)).collect()))
}
