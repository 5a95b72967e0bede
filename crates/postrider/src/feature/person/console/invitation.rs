//! Where the link of an invitation leads: to an account, or into the workspace with the one that is there.

use std::sync::Arc;

use ::console::page::Page;
use ::console::screen::invitation::{About, Invitation, Mistakes, State as Shown};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mail::At;
use serde::Deserialize;

use super::signed_in;
use crate::app::App;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Screen, Visitor, show, show_again};
use crate::console::session::is_token;
use crate::console::shell::{home, role_word};
use crate::feature::access::Workspace;
use crate::feature::person::invitation::{self as invited, Made, Newcomer, Open};

pub(super) fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/invitation/{token}", invitation),
        Screen::form("/invitation/{token}", invitation_sent),
    ]
}

/// The open invitation of a path's token.
async fn open(app: &App, now: At, token: &str) -> Result<Option<Open>, Refused> {
    if !is_token(token) {
        return Ok(None);
    }
    Ok(invited::of_token(&app.store, now, token).await?)
}

fn about(app: &App, open: &Open, token: &str) -> About {
    let snapshot = app.directory.snapshot();
    let workspace = snapshot.workspaces.get(&open.workspace);
    About {
        token: token.to_owned(),
        by: open.by.clone(),
        workspace: workspace.map(Workspace::brand).unwrap_or_default(),
        role: role_word(open.role),
        email: open.email.clone(),
        oidc: super::oidc::name(app),
    }
}

/// What this visitor can do with it.
fn state(who: &Visitor, open: &Open, about: About) -> Shown {
    match &who.person {
        Some(person) if person.email == open.email => Shown::Join { about },
        Some(person) => Shown::Other { about, own: person.email.clone() },
        None if open.known => Shown::Known { about },
        None => Shown::New { about, name: String::new(), mistakes: Mistakes::default() },
    }
}

fn over(who: &Visitor) -> Result<Response, Refused> {
    // The address of what is over is nothing to come back to.
    let page = Page { here: "/".to_owned(), ..who.visit.page() };
    Ok((StatusCode::NOT_FOUND, show(&Invitation { page, state: Shown::Over })?).into_response())
}

async fn invitation(
    who: Visitor,
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, Refused> {
    let Some(open) = open(&app, app.now(), &token).await? else { return over(&who) };
    let state = state(&who, &open, about(&app, &open, &token));
    show(&Invitation { page: who.visit.page(), state })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sent {
    name: String,
    password: String,
    zone: String,
}

async fn invitation_sent(
    who: Visitor,
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let (now, visit) = (app.now(), &who.visit);
    let Some(open) = open(&app, now, &token).await? else { return over(&who) };
    let from = visit.from();
    let snapshot = app.directory.snapshot();
    let inside = snapshot.workspaces.get(&open.workspace).map_or_else(|| "/".to_owned(), home);
    match (state(&who, &open, about(&app, &open, &token)), &who.person) {
        (Shown::Join { .. }, Some(person)) => {
            // Who is a member already has what there is to have.
            invited::join(&app, now, (&open, person.id), &from).await?;
            Ok(redirect(&inside))
        }
        (Shown::New { about, .. }, None) => {
            let (name, password) = invited::mistakes(&sent.name, &sent.password);
            let mistakes = Mistakes { name, password };
            if mistakes != Mistakes::default() {
                let state = Shown::New { about, name: sent.name, mistakes };
                return show_again(&Invitation { page: visit.page(), state });
            }
            let Sent { name, password, zone } = sent;
            let new = Newcomer { name, password, zone, locale: visit.locale().tag() };
            match invited::make(&app, now, (&open, new), (&from, None)).await? {
                Made::In(token) => Ok(signed_in(visit.secure, &token, &inside)),
                Made::Late => over(&who),
                Made::Busy => Err(Refused::Busy),
            }
        }
        // A form that this visitor does not have: the page says what they can do.
        (state, _) => show_again(&Invitation { page: visit.page(), state }),
    }
}
