//! The list: what is live, what is being worked on, in which languages.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::time;
use ::console::screen::template::{Row, Templates};
use axum::extract::State;
use axum::response::Response;
use mail::date::rfc3339;
use serde::Deserialize;
use store::StoreError;

use super::super::admin::{Listed, Standing, template_list, template_standing};
use super::{languages, list_path, notice, path, standing};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::Refused;
use crate::console::screen::{Member, show};
use crate::console::table::paged;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::SeeTemplates;
use crate::http::csv::{cut, page};
use crate::http::page::From;
use crate::id::Noun;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    after: Option<String>,
    before: Option<String>,
    told: String,
}

pub(super) async fn list(
    who: Member<SeeTemplates>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let (workspace, words, here) = (who.workspace.id, who.page.words, list_path(&who.workspace));
    let page = Edge { after: asked.after, before: asked.before }.page(Noun::Template);
    let _turn = app.list_turns.take(workspace).await;
    let rows = template_standing(&app.store, workspace, page).await?;
    let paged = Paged::of(page, rows, &format!("{here}?"), |one| Noun::Template.show(one.listed.id));
    let row = |one: Standing| {
        let href = path(&who.workspace, one.listed.id);
        let since = one.published.map(|at| time::ago(words, &who.zone, app.now(), at));
        Row {
            id: Noun::Template.show(one.listed.id),
            status: standing(one.listed.version, one.differs),
            live: match (one.listed.version, since) {
                (Some(number), Some(since)) => {
                    words.t2("template-live-since", ("number", number), ("when", since))
                }
                _ => String::new(),
            },
            languages: one.draft.map(|draft| languages(&draft, &href, None)).unwrap_or_default(),
            changed: time::ago(words, &who.zone, app.now(), one.listed.updated),
            datetime: rfc3339(one.listed.updated),
            name: one.listed.name,
            key: one.listed.key,
            href,
        }
    };
    show(&Templates {
        rows: paged.rows.into_iter().map(row).collect(),
        before: paged.before,
        after: paged.after,
        notice: notice(words, &asked.told),
        may_change: who.role.may(Permission::ChangeTemplates),
        page: Frame { here: here.clone(), ..who.page },
        path: here,
    })
}

/// Heads of the file.
const HEAD: [&str; 6] = ["id", "key", "name", "live_version", "created", "changed"];

pub(super) async fn csv(who: Member<SeeTemplates>, State(app): State<Arc<App>>) -> Response {
    let workspace = who.workspace.id;
    paged(
        (&who, &app),
        "templates",
        &HEAD,
        move |app, from| async move { lines(&app, workspace, from).await },
    )
}

async fn lines(
    app: &App,
    workspace: i64,
    from: From,
) -> Result<(Vec<Vec<String>>, Option<From>), StoreError> {
    let _turn = app.list_turns.take(workspace).await;
    let mut found = template_list(&app.store, workspace, page(from)).await?;
    let next = cut(from, &mut found, |one| one.id);
    let of = |one: Listed| {
        vec![
            Noun::Template.show(one.id),
            one.key,
            one.name,
            one.version.map(|number| number.to_string()).unwrap_or_default(),
            rfc3339(one.created),
            rfc3339(one.updated),
        ]
    };
    Ok((found.into_iter().map(of).collect(), next))
}
