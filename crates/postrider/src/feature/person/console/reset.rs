//! A lost password: asking for a link, and where it leads.
//!
//! Guarantee: what is answered depends on what was typed alone, not on who there is.

use std::sync::Arc;

use ::console::page::Page;
use ::console::screen::reset::{Asking, Lost, New, Setting};
use ::console::words::Word;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mail::{Address, At};
use serde::Deserialize;

use crate::app::App;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Screen, Visitor, show, show_again};
use crate::console::session::is_token;
use crate::feature::person::account::password_mistake;
use crate::feature::person::reset::{self, Asked, Open, Set};

const PATH: &str = "/password";
/// What the operator types where no letter can be written.
const COMMAND: &str = "postrider people password you@example.com";

pub(super) fn screens() -> Vec<Screen> {
    vec![
        Screen::page(PATH, lost),
        Screen::form(PATH, lost_sent),
        Screen::page("/password/{token}", new),
        Screen::form("/password/{token}", new_sent),
    ]
}

fn asking(who: &Visitor, state: Asking) -> Lost {
    Lost { page: Page { here: PATH.to_owned(), ..who.visit.page() }, state }
}

/// Whoever asks may have written any Host: a letter names the address of the settings, or is not written.
fn origin(app: &App) -> Result<&str, Asking> {
    let set = app.settings.console.url.as_ref();
    set.map(|url| url.origin()).ok_or_else(|| Asking::Operator { command: COMMAND.to_owned() })
}

async fn lost(who: Visitor, State(app): State<Arc<App>>) -> Result<Response, Refused> {
    let state = origin(&app).err().unwrap_or(Asking::Form { email: String::new(), mistake: None });
    show(&asking(&who, state))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sent {
    email: String,
    password: String,
}

async fn lost_sent(
    who: Visitor,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let origin = match origin(&app) {
        Ok(origin) => origin,
        Err(state) => return show(&asking(&who, state)),
    };
    let email = sent.email.trim().to_owned();
    if Address::parse(&email).is_err() {
        let mistake = Some(Word("mistake-email"));
        return show_again(&asking(&who, Asking::Form { email, mistake }));
    }
    let wanted = (&*email, origin, who.visit.locale());
    match reset::ask(&app, app.now(), wanted, &who.visit.from()).await? {
        Asked::Heard => show(&asking(&who, Asking::Sent { email })),
        Asked::TooMany => {
            let mistake = Some(Word("sign-in-too-many"));
            let again = asking(&who, Asking::Form { email, mistake });
            Ok((StatusCode::TOO_MANY_REQUESTS, show(&again)?).into_response())
        }
        Asked::Busy => Err(Refused::Busy),
    }
}

/// Who may set a new password by a path's token.
async fn open(app: &App, now: At, token: &str) -> Result<Option<Open>, Refused> {
    if !is_token(token) {
        return Ok(None);
    }
    Ok(reset::of_token(&app.store, now, token).await?)
}

fn over(who: &Visitor) -> Result<Response, Refused> {
    // The address of what is over is nothing to come back to.
    let page = Page { here: PATH.to_owned(), ..who.visit.page() };
    Ok((StatusCode::NOT_FOUND, show(&New { page, state: Setting::Over })?).into_response())
}

fn setting(who: &Visitor, (token, open): (&str, &Open), mistake: Option<Word>) -> New {
    let (path, email) = (format!("{PATH}/{token}"), open.email.clone());
    New { page: who.visit.page(), state: Setting::Open { path, email, mistake } }
}

async fn new(
    who: Visitor,
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, Refused> {
    match open(&app, app.now(), &token).await? {
        Some(open) => show(&setting(&who, (&token, &open), None)),
        None => over(&who),
    }
}

async fn new_sent(
    who: Visitor,
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let now = app.now();
    let Some(open) = open(&app, now, &token).await? else { return over(&who) };
    if let Some(mistake) = password_mistake(&sent.password) {
        return show_again(&setting(&who, (&token, &open), Some(mistake)));
    }
    match reset::set(&app, now, (open, sent.password), &who.visit.from()).await? {
        Set::Done => Ok(redirect("/login?set=1")),
        Set::Late => over(&who),
        Set::Busy => Err(Refused::Busy),
    }
}
