//! The capture mailbox: what was kept here instead of leaving, with the way to its message's page.
//!
//! Guarantee: a captured mail's octets leave as a file alone; what its HTML looks like is shown where every mail's is.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::time;
use ::console::screen::capture::{Capture, Row};
use ::console::words::Word;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use mail::date::rfc3339;
use serde::Deserialize;
use serde_json::json;
use store::Write;

use super::read::{Listed, captured_clear_with, captured_list, captured_raw};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::paging::Edge;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, Screen, Section, show};
use crate::console::shell::{escaped, home};
use crate::feature::access::Workspace;
use crate::feature::audit::Action;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::{EmptyCapture, SeeContent};
use crate::http::page::{From, Page};
use crate::id::Noun;
use crate::settings::Settings;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    let list = Screen::page("/w/{workspace}/capture", list);
    vec![
        list.at(Section::Delivery, "mail-open", Word("capture")).placed_if(Settings::captures),
        Screen::form("/w/{workspace}/capture", empty_sent),
        Screen::page("/w/{workspace}/capture/{id}/source", source),
    ]
}

fn path(workspace: &Workspace) -> String {
    format!("{}capture", home(workspace))
}

/// Which part of the mailbox is wanted.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    q: String,
    after: Option<String>,
    before: Option<String>,
    /// How many were deleted just now.
    emptied: Option<i64>,
}

async fn list(
    who: Member<SeeContent>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let (words, path) = (who.page.words, path(&who.workspace));
    let page = Edge { after: asked.after, before: asked.before }.page(Noun::Captured);
    let _turn = app.list_turns.take(who.workspace.id).await;
    let (mut rows, looked) = captured_list(&app.store, who.workspace.id, asked.q.trim(), page).await?;
    let next = page.cut(&mut rows, |one| one.id, looked);
    let query = if asked.q.is_empty() { String::new() } else { format!("q={}&", escaped(&asked.q)) };
    let (before, after) = beside(page, &mut rows, next, &format!("{path}?{query}"));
    let row = |one: &Listed| Row {
        at: time::moment(words.locale, &who.zone, one.at),
        datetime: rfc3339(one.at),
        to: one.forward_path.clone(),
        from: one.author.clone(),
        subject: one.subject.clone(),
        href: format!("{}activity/{}", home(&who.workspace), Noun::Message.show(one.message)),
        preview: format!("{}activity/{}?tab=preview", home(&who.workspace), Noun::Message.show(one.message)),
        source: format!("{path}/{}/source", Noun::Captured.show(one.id)),
    };
    show(&Capture {
        rows: rows.iter().map(row).collect(),
        before,
        after,
        captures: app.settings.captures(),
        may_empty: who.role.may(Permission::EmptyCapture),
        emptied: asked.emptied.map(|n| words.t1("capture-emptied", "n", n)),
        query: asked.q,
        page: Frame { here: path.clone(), ..who.page },
        path,
    })
}

/// Puts a page newest first; gives the addresses of those beside it.
fn beside(
    page: Page,
    rows: &mut [Listed],
    next: Option<i64>,
    path: &str,
) -> (Option<String>, Option<String>) {
    let to = |side: &str, id: i64| format!("{path}{side}={}", Noun::Captured.show(id));
    match page.from {
        From::Start => (None, next.map(|id| to("after", id))),
        From::After(edge) => {
            let first = rows.first().map_or(edge.saturating_sub(1), |one| one.id);
            (Some(to("before", first)), next.map(|id| to("after", id)))
        }
        From::Before(edge) => {
            rows.reverse();
            let last = rows.last().map_or(edge.saturating_add(1), |one| one.id);
            (next.map(|id| to("before", id)), Some(to("after", last)))
        }
    }
}

/// The octets as the wire would have carried them, as a file.
async fn source(
    who: Member<SeeContent>,
    State(app): State<Arc<App>>,
    named: Named,
) -> Result<Response, Refused> {
    let id = named.id(Noun::Captured)?;
    let octets = captured_raw(&app.store, who.workspace.id, id).await?.ok_or(Refused::NotFound)?;
    let octets = app.on_its_way(who.workspace.id, octets).map_err(|_| Refused::Busy)?;
    let name = format!("attachment; filename=\"{}.eml\"", Noun::Captured.show(id));
    let headers = [(header::CONTENT_TYPE, "message/rfc822".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, octets).into_response())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sure {
    sure: String,
}

async fn empty_sent(
    who: Member<EmptyCapture>,
    State(app): State<Arc<App>>,
    Posted(sure): Posted<Sure>,
) -> Result<Response, Refused> {
    let path = path(&who.workspace);
    if sure.sure != "yes" {
        return Ok(redirect(&path));
    }
    let mut write = Write::default();
    let change = Change {
        action: Action::CaptureEmptied,
        object: Noun::Workspace.show(who.workspace.id),
        before: None,
        after: Some(json!({})),
    };
    who.note(&app, &mut write, change);
    let emptied = captured_clear_with(&app.store, who.workspace.id, write).await?;
    Ok(redirect(&format!("{path}?emptied={emptied}")))
}
