//! Users by the list: invitations ended after their number was seen, and the members as CSV.
//!
//! Guarantee: an invitation to a role above one's own is not one's to end, also among others.

use std::sync::Arc;

use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use mail::date::rfc3339;
use store::StoreError;

use super::users::{path, revoked};
use crate::app::App;
use crate::console::chosen::{Chosen, Question, ask};
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::Member;
use crate::feature::person::invitation::invitation_list;
use crate::feature::person::member::{Listed, member_list};
use crate::feature::person::permission::need::SteerPeople;
use crate::http::csv::{cut, page, paged};
use crate::http::page::From;
use crate::id::Noun;

pub(super) async fn sent(
    who: Member<SteerPeople>,
    State(app): State<Arc<App>>,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Refused> {
    let list = path(&who.workspace);
    let all = invitation_list(&app.store, who.workspace.id).await?;
    let mut meant = chosen.of(Noun::Invitation, all, |one| one.id);
    meant.retain(|one| who.role.gives(one.role));
    if !chosen.is_sure() {
        let question = Question {
            title: Word("invitations-revoke-title"),
            text: Word("invitations-revoke-text"),
            label: Word("invitations-revoke"),
            action: format!("{list}/invitations/chosen"),
            back: list,
        };
        return ask(who, (chosen, Vec::new()), meant.len(), question);
    }
    for one in &meant {
        // One that was taken or ended just then is over: that is all right.
        revoked(&who, &app, one).await?;
    }
    Ok(redirect(&list))
}

const HEAD: [&str; 6] = ["id", "name", "email", "role", "second_factor", "last_used"];

pub(super) async fn csv(who: Member<SteerPeople>, State(app): State<Arc<App>>) -> Response {
    let workspace = who.workspace.id;
    paged("users", &HEAD, move |from| {
        let app = app.clone();
        async move { lines(&app, workspace, from).await }
    })
}

async fn lines(
    app: &App,
    workspace: i64,
    from: From,
) -> Result<(Vec<Vec<String>>, Option<From>), StoreError> {
    let _turn = app.list_turns.take(workspace).await;
    let mut found = member_list(&app.store, workspace, page(from)).await?;
    let next = cut(from, &mut found, |one| one.id);
    let of = |one: Listed| {
        vec![
            Noun::Person.show(one.id),
            one.name,
            one.email,
            one.role.as_str().to_owned(),
            if one.second_factor { "on" } else { "off" }.to_owned(),
            one.seen.map(rfc3339).unwrap_or_default(),
        ]
    };
    Ok((found.into_iter().map(of).collect(), next))
}
