//! Templates by the list: removed after their number was typed.
//!
//! Guarantee: each template is a transaction with its line in the audit log; there are [`CHOSEN_MAX`] of them in a call.
//!
//! Not here: publishing, which is done where the draft is seen (`versions`).

use std::sync::Arc;

use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use store::StoreError;

use super::super::admin::{Listed, template_list};
use super::act::removed;
use super::list_path;
use crate::app::App;
use crate::console::chosen::{CHOSEN_MAX, Chosen, Question, ask_removal};
use crate::console::guard::Posted;
use crate::console::refusal::Refused;
use crate::console::screen::Member;
use crate::feature::person::permission::need::ChangeTemplates;
use crate::http::page::Page;
use crate::id::Noun;

pub(super) async fn sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Refused> {
    let list = list_path(&who.workspace);
    let meant = meant(&who, &app, &chosen).await?;
    if !chosen.is_typed(Noun::Template) {
        let row = |one: Listed| (Noun::Template.show(one.id), format!("{} · {}", one.name, one.key));
        let rows = meant.into_iter().map(row).collect();
        let question = Question {
            title: Word("templates-remove-title"),
            text: Word("templates-remove-text"),
            label: Word("templates-remove"),
            action: format!("{list}/chosen"),
            back: list,
        };
        return ask_removal(who, chosen, (rows, false), question);
    }
    let mut done = 0;
    for one in &meant {
        done += usize::from(removed(&who, &app, one).await?.is_some());
    }
    Ok(chosen.done(&list, done, false))
}

async fn meant<P>(who: &Member<P>, app: &App, chosen: &Chosen) -> Result<Vec<Listed>, StoreError> {
    let workspace = who.workspace.id;
    let _turn = app.list_turns.take(workspace).await;
    if chosen.is_all() && !chosen.is_sure() {
        // One more than a call takes tells that there are more.
        let page = Page::first(i64::try_from(CHOSEN_MAX).unwrap_or(i64::MAX).saturating_add(1));
        return template_list(&app.store, workspace, page).await;
    }
    let mut meant = Vec::new();
    for id in chosen.ids(Noun::Template) {
        let found = template_list(&app.store, workspace, Page::only(id)).await?;
        meant.extend(found.into_iter().filter(|one| one.id == id));
    }
    Ok(meant)
}
