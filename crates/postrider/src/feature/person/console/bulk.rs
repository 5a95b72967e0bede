//! Users by the list: members given another role or taken out and invitations ended after their number was seen, and the members as
//! CSV.
//!
//! Guarantees
//! 1. Whoever stands above one's own role, and an invitation to such a role, is not one's to change, also among others. The last owner
//!    stays, and so does the one who asks.
//! 2. Each is a transaction with its line in the audit log; there are [`CHOSEN_MAX`] of them in a call.

use std::sync::Arc;

use ::console::words::{Word, Words};
use axum::extract::State;
use axum::response::Response;
use mail::date::rfc3339;
use serde::Deserialize;
use store::StoreError;

use super::act::{made, removed, revoked};
use super::users::path;
use crate::app::App;
use crate::console::chosen::{CHOSEN_MAX, Chosen, Question, ask_rows};
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::Member;
use crate::console::shell::role_word;
use crate::console::table::paged;
use crate::feature::person::invitation::invitation_list;
use crate::feature::person::member::{Listed, member_find, member_list};
use crate::feature::person::permission::Role;
use crate::feature::person::permission::need::SteerPeople;
use crate::http::csv::{cut, page};
use crate::http::page::{From, Page};
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
        let rows = meant.into_iter().map(|one| (Noun::Invitation.show(one.id), one.email)).collect();
        return ask_rows(who, (chosen, Vec::new()), (rows, false), question);
    }
    let mut done = 0;
    for one in &meant {
        // One that was taken or ended just then is over: that is all right.
        done += usize::from(revoked(&who, &app, one).await?.is_some());
    }
    Ok(chosen.done(&list, done, false))
}

/// Which members are meant, and what is to become of them.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Sent {
    role: String,
    #[serde(flatten)]
    chosen: Chosen,
}

/// What may become of members.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Make(Role),
    Remove,
}

impl Act {
    fn parse(sent: &Sent) -> Option<Act> {
        match sent.chosen.act() {
            "role" => Role::parse(&sent.role).map(Act::Make),
            "remove" => Some(Act::Remove),
            _ => None,
        }
    }

    /// Whether one of this role may do it to this member, and it changes anything.
    fn concerns<P>(self, who: &Member<P>, one: &Listed) -> bool {
        let may = one.id != who.person.id && who.role.gives(one.role);
        match self {
            Act::Make(role) => may && role != one.role && who.role.gives(role),
            Act::Remove => may,
        }
    }

    /// A member in the question's list.
    fn name(self, words: Words, one: &Listed) -> String {
        let role = words.word(role_word(one.role));
        match self {
            Act::Make(new) => format!("{} · {role} → {}", one.email, words.word(role_word(new))),
            Act::Remove => format!("{} · {role}", one.email),
        }
    }

    fn question(self, list: String) -> Question {
        let (title, text, label) = match self {
            Act::Make(_) => (Word("members-role-title"), Word("members-role-text"), Word("members-role")),
            Act::Remove => {
                (Word("members-remove-title"), Word("members-remove-text"), Word("members-remove"))
            }
        };
        Question { title, text, label, action: format!("{list}/chosen"), back: list }
    }
}

pub(super) async fn members_sent(
    who: Member<SteerPeople>,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let (list, words) = (path(&who.workspace), who.page.words);
    let Some(act) = Act::parse(&sent) else { return Ok(redirect(&list)) };
    let mut meant = members(&who, &app, &sent.chosen).await?;
    meant.retain(|one| act.concerns(&who, one));
    if !sent.chosen.is_sure() {
        let row = |one: Listed| (Noun::Person.show(one.id), act.name(words, &one));
        let rows = meant.into_iter().map(row).collect();
        return ask_rows(who, (sent.chosen, vec![("role", sent.role)]), (rows, false), act.question(list));
    }
    let mut done = 0;
    for one in &meant {
        // The last owner stays, and who was changed just then is as they are.
        let committed = match act {
            Act::Make(role) => made(&who, &app, (one, role)).await?,
            Act::Remove => removed(&who, &app, one).await?,
        };
        done += usize::from(committed.is_some());
    }
    Ok(sent.chosen.done(&list, done, false))
}

async fn members<P>(who: &Member<P>, app: &App, chosen: &Chosen) -> Result<Vec<Listed>, StoreError> {
    let workspace = who.workspace.id;
    let _turn = app.list_turns.take(workspace).await;
    if chosen.is_all() && !chosen.is_sure() {
        // Those who ask, and one more than a call takes, which tells that there are more.
        let page = Page::first(i64::try_from(CHOSEN_MAX).unwrap_or(i64::MAX).saturating_add(2));
        return member_list(&app.store, workspace, page).await;
    }
    let mut meant = Vec::new();
    for id in chosen.ids(Noun::Person) {
        meant.extend(member_find(&app.store, workspace, id).await?);
    }
    Ok(meant)
}

const HEAD: [&str; 6] = ["id", "name", "email", "role", "second_factor", "last_used"];

pub(super) async fn csv(who: Member<SteerPeople>, State(app): State<Arc<App>>) -> Response {
    let workspace = who.workspace.id;
    paged((&who, &app), "users", &HEAD, move |app, from| async move { lines(&app, workspace, from).await })
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
