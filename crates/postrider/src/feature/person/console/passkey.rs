//! Passkeys: what the browser's dialog is asked, what it brought, and the list on a person's own page.
//!
//! Guarantee: a challenge to register one is given to who shows their password alone, and to a session of two factors alone where
//! the person has them.

use std::sync::Arc;

use ::console::words::Word;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::account::{PATH, back, mistaken};
use super::second_factor::password_mistake;
use super::{sign_in_page, signed_in};
use crate::app::App;
use crate::console::guard::{Nothing, Posted};
use crate::console::refusal::Refused;
use crate::console::screen::{Named, Screen, SignedIn, Visitor, show};
use crate::console::visit::Visit;
use crate::feature::person::passkey::ceremony::{Algorithm, Place};
use crate::feature::person::passkey::own;
use crate::feature::person::passkey::{self, Failure, NewPasskey, Purpose, ShownPasskey};
use crate::feature::person::sign_in::Outcome;
use crate::id::Noun;

pub(super) fn screens() -> Vec<Screen> {
    vec![
        Screen::form("/login/passkey/challenge", sign_in_asked),
        Screen::form("/login/passkey", sign_in_sent),
        Screen::form("/me/passkeys/challenge", register_asked),
        Screen::form("/me/passkeys", register_sent),
        Screen::form("/me/passkeys/{id}/remove", remove_sent),
    ]
}

/// Where browsers reach us, if there can be passkeys.
pub(super) fn place(visit: &Visit) -> Option<Place> {
    visit.origin().and_then(Place::of)
}

/// A mistake for the script to show.
fn told(visit: &Visit, (status, mistake): (StatusCode, Word)) -> Response {
    (status, Json(json!({ "mistake": visit.page().words.word(mistake) }))).into_response()
}

const TOO_MANY: (StatusCode, Word) = (StatusCode::TOO_MANY_REQUESTS, Word("sign-in-too-many"));

async fn sign_in_asked(
    who: Visitor,
    State(app): State<Arc<App>>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let visit = &who.visit;
    let place = place(visit).ok_or(Refused::NotFound)?;
    let bound = visit.hidden();
    let challenge = passkey::challenge(&app, app.now(), (Purpose::SignIn, &bound.0), &visit.from()).await?;
    Ok(match challenge {
        Some(challenge) => Json(json!({ "challenge": challenge, "host": place.host })).into_response(),
        None => told(visit, TOO_MANY),
    })
}

async fn sign_in_sent(
    who: Visitor,
    State(app): State<Arc<App>>,
    Posted(shown): Posted<ShownPasskey>,
) -> Result<Response, Refused> {
    let visit = &who.visit;
    let place = place(visit).ok_or(Refused::NotFound)?;
    let (bound, now) = (visit.hidden(), app.now());
    match passkey::sign_in(&app, now, &shown, (&place, &bound.0), &visit.from()).await? {
        Outcome::In(token) => Ok(signed_in(visit.secure, &token, &shown.next)),
        Outcome::Second(_) | Outcome::Wrong | Outcome::TooMany | Outcome::Busy => {
            let wrong = visit.page().words.t("passkey-wrong");
            let again = sign_in_page(visit, &app, (String::new(), shown.next), Some(wrong));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, show(&again)?).into_response())
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sent {
    name: String,
    password: String,
}

/// What keeps this session from changing passkeys: the wrong password, or that it showed no second factor.
pub(super) async fn barred(who: &SignedIn, app: &App, password: String) -> Result<Option<Word>, Refused> {
    if !own::may_change(&app.store, &who.person).await? {
        return Ok(Some(Word("passkey-first")));
    }
    password_mistake(who, app, password).await
}

async fn register_asked(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let (visit, person) = (&who.visit, &who.person);
    let place = place(visit).ok_or(Refused::NotFound)?;
    if !passkey::name_ok(&sent.name) {
        return Ok(told(visit, (StatusCode::UNPROCESSABLE_ENTITY, Word("passkey-mistake-name"))));
    }
    if let Some(mistake) = barred(&who, &app, sent.password).await? {
        return Ok(told(visit, (StatusCode::UNPROCESSABLE_ENTITY, mistake)));
    }
    let (bound, purpose) = (visit.hidden(), Purpose::Register(person.id));
    let challenge = passkey::challenge(&app, app.now(), (purpose, &bound.0), &visit.from()).await?;
    let Some(challenge) = challenge else { return Ok(told(visit, TOO_MANY)) };
    let known = own::passkeys(&app.store, person.id).await?;
    let known: Vec<String> = known.into_iter().map(|one| one.credential).collect();
    Ok(Json(json!({
        "challenge": challenge, "host": place.host, "handle": passkey::handle(person.id), "email": person.email,
        "name": person.name, "known": known, "algorithms": Algorithm::ALL.map(Algorithm::number),
    }))
    .into_response())
}

async fn register_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(new): Posted<NewPasskey>,
) -> Result<Response, Refused> {
    let place = place(&who.visit).ok_or(Refused::NotFound)?;
    if !passkey::name_ok(&new.name) {
        return mistaken(&who, &app, Word("passkey-mistake-name")).await;
    }
    // Also of a challenge that was given before there was another factor.
    if !own::may_change(&app.store, &who.person).await? {
        return mistaken(&who, &app, Word("passkey-first")).await;
    }
    let (bound, from) = (who.visit.hidden(), who.visit.from());
    let done = passkey::register(&app, app.now(), (&who.person, new), (&place, &bound.0), &from).await?;
    match done {
        Ok(()) => Ok(back(&who, &app, (PATH, "passkey"))),
        Err(Failure::Taken) => mistaken(&who, &app, Word("passkey-mistake-taken")).await,
        Err(failure) => {
            tracing::info!(peer = from.shown(), reason = %failure, "a passkey was not registered");
            mistaken(&who, &app, Word("passkey-mistake")).await
        }
    }
}

async fn remove_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let id = named.id(Noun::Passkey)?;
    let own = own::passkeys(&app.store, who.person.id).await?;
    let one = own.into_iter().find(|one| one.id == id).ok_or(Refused::NotFound)?;
    if let Some(mistake) = barred(&who, &app, sent.password).await? {
        return mistaken(&who, &app, mistake).await;
    }
    match own::remove(&app, (&who.person, &one), &who.visit.from()).await? {
        true => Ok(back(&who, &app, (PATH, "passkey-removed"))),
        false => Err(Refused::NotFound),
    }
}
