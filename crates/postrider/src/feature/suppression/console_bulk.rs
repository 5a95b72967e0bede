//! Suppressions by the list: lifted by addresses or by reason, and as CSV.
//!
//! Guarantees
//! 1. Nothing is lifted before somebody saw how many suppressions it is.
//! 2. A transaction lifts a bounded number, with a line in the audit log that names them; a call a bounded number of transactions.

use std::sync::Arc;

use ::console::format::number;
use ::console::screen::sure::Sure;
use axum::extract::{Query, State};
use axum::response::Response;
use futures_util::stream;
use mail::date::rfc3339;
use serde::Deserialize;
use serde_json::json;
use store::{StoreError, Write};

use super::admin::{Listed, lift_into, suppression_count, suppression_find, suppression_list};
use super::console::{New, path};
use super::{ALL_MARKETING, Reason};
use crate::app::App;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, show};
use crate::feature::audit::Action;
use crate::feature::person::permission::need::{ChangeSuppressions, SeeSuppressions};
use crate::http::csv::streamed;
use crate::http::page::{From, Page};
use crate::id::Noun;

/// Suppressions of a transaction, and of a page of the file.
const PAGE: i64 = 500;
/// Transactions of one call. Reason: it answers within seconds.
const STEPS_MAX: usize = 20;

/// Which suppressions are meant: those of addresses, or all of a reason.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Sent {
    emails: String,
    reason: String,
    sure: String,
}

/// Asks how sure one is, with the number, and does it then.
pub(super) async fn lift_sent(
    who: Member<ChangeSuppressions>,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let back = path(&who.workspace);
    if !sent.emails.trim().is_empty() {
        let found = of_addresses(&who, &app, &sent).await?;
        if sent.sure != "yes" {
            let n = i64::try_from(found.len()).unwrap_or(i64::MAX);
            return ask(who, sent, n);
        }
        lift(&who, &app, &found).await?;
        return Ok(redirect(&back));
    }
    let Some(reason) = Reason::parse(&sent.reason) else { return Ok(redirect(&back)) };
    if sent.sure != "yes" {
        let n = suppression_count(&app.store, who.workspace.id, reason).await?;
        return ask(who, sent, n);
    }
    for _step in 0..STEPS_MAX {
        let page = Page { limit: PAGE, from: From::Start };
        let mut found = suppression_list(&app.store, who.workspace.id, Some(reason), page).await?;
        found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        if found.is_empty() {
            break;
        }
        lift(&who, &app, &found).await?;
    }
    Ok(redirect(&format!("{back}?reason={}", reason.as_str())))
}

fn ask<P>(who: Member<P>, sent: Sent, n: i64) -> Result<Response, Refused> {
    let (words, back) = (who.page.words, path(&who.workspace));
    show(&Sure {
        title: words.t1("suppression-lift-title", "n", number::whole(words.locale, n)),
        text: words.t1("suppression-lift-many", "n", n),
        action: format!("{back}/lift"),
        fields: vec![("emails", sent.emails), ("reason", sent.reason)],
        label: words.t("suppression-lift-sure"),
        possible: n > 0,
        back,
        page: who.page,
    })
}

/// The suppressions of what was typed; what is no address has none.
async fn of_addresses<P>(who: &Member<P>, app: &App, sent: &Sent) -> Result<Vec<Listed>, StoreError> {
    let typed = New::of(sent.emails.clone());
    let mut found = Vec::new();
    for address in typed.addresses(who).unwrap_or_default() {
        found.extend(suppression_find(&app.store, who.workspace.id, &address).await?);
    }
    Ok(found)
}

async fn lift<P>(who: &Member<P>, app: &App, found: &[Listed]) -> Result<(), StoreError> {
    for some in found.chunks(usize::try_from(PAGE).unwrap_or(1)) {
        let mut write = Write::default();
        some.iter().for_each(|one| lift_into(&mut write, (app.now(), who.by()), who.workspace.id, one));
        let lifted: Vec<_> = some.iter().map(|one| json!([one.address, one.reason])).collect();
        let change = Change {
            action: Action::SuppressionLifted,
            object: some.first().map(|one| one.address.clone()).unwrap_or_default(),
            before: Some(json!({ "emails": lifted })),
            after: None,
        };
        who.commit(app, write, change).await?;
    }
    Ok(())
}

/// Which part of the list is wanted.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    reason: String,
}

const HEAD: [&str; 5] = ["email", "reason", "scope", "evidence", "since"];

/// Everything that the filter leaves.
pub(super) async fn csv(
    who: Member<SeeSuppressions>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let (workspace, reason) = (who.workspace.id, Reason::parse(&asked.reason));
    let pages = stream::unfold(Some(From::Start), move |from| {
        let app = app.clone();
        async move {
            let page = Page { limit: PAGE, from: from? };
            Some(match read(&app, workspace, (reason, page)).await {
                Ok((lines, next)) => (Ok(lines), next),
                Err(error) => (Err(error), None),
            })
        }
    });
    Ok(streamed("suppressions", &HEAD, pages))
}

async fn read(
    app: &App,
    workspace: i64,
    (reason, page): (Option<Reason>, Page),
) -> Result<(Vec<Vec<String>>, Option<From>), StoreError> {
    let _turn = app.list_turns.take(workspace).await;
    let mut found = suppression_list(&app.store, workspace, reason, page).await?;
    let more = found.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).map(|last| From::After(last.id));
    let snapshot = app.directory.snapshot();
    let scope = |stream: i64| match stream {
        0 => String::new(),
        ALL_MARKETING => "marketing".to_owned(),
        id => snapshot
            .stream_by_id(workspace, id)
            .map_or_else(|| Noun::Stream.show(id), |one| one.name.to_string()),
    };
    let line = |one: Listed| {
        let since = rfc3339(one.created);
        vec![one.address, one.reason, scope(one.stream), one.evidence.unwrap_or_default(), since]
    };
    Ok((found.into_iter().map(line).collect(), next))
}
