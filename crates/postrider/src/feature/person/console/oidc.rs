//! Sign-in with an account at an issuer: the way there, the way back, and the connection on a person's own page.
//!
//! Guarantees
//! 1. The way there begins with a form of ours, and leads to the issuer by a page: the policy of forms stays that of all pages.
//! 2. The way back is asked for by another site's page. What it changes is bound to this browser by a cookie (`person::oidc`), and
//!    leads to paths of ours alone.

use std::sync::Arc;

use ::console::page::Page;
use ::console::screen::oidc::Onward;
use ::console::words::Word;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::account::{PATH, back, own, unconnected};
use super::passkey::barred;
use super::{second_awaited, sign_in_page, signed_in};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Screen, SignedIn, Visitor, show};
use crate::console::session::{self, is_token};
use crate::console::shell::local;
use crate::console::visit::Visit;
use crate::feature::person::oidc::identity;
use crate::feature::person::oidc::issuer::{BACK, Oidc};
use crate::feature::person::oidc::{self, Aim, Back, Begun, Done, FLOW_LIFE, Failure, Returned};

pub(super) fn screens() -> Vec<Screen> {
    vec![
        Screen::form("/login/oidc", sign_in_sent),
        Screen::page(BACK, came_back),
        Screen::form("/me/oidc", connect_sent),
        Screen::form("/me/oidc/remove", disconnect_sent),
    ]
}

/// What people know the issuer by, if there is one.
pub(super) fn name(app: &App) -> Option<String> {
    app.oidc.as_ref().map(|oidc| oidc.name.clone())
}

fn issuer(app: &App) -> Result<&Oidc, Refused> {
    app.oidc.as_ref().ok_or(Refused::NotFound)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    next: String,
    /// The token of the invitation on whose page the form stood.
    invitation: Option<String>,
}

async fn sign_in_sent(
    who: Visitor,
    State(app): State<Arc<App>>,
    Posted(wanted): Posted<Wanted>,
) -> Result<Response, Refused> {
    let (oidc, visit) = (issuer(&app)?, &who.visit);
    let from = visit.from();
    let aim = wanted.invitation.as_deref().filter(|token| is_token(token)).map_or(Aim::Enter, Aim::Join);
    match oidc::begin(&app, oidc, app.now(), (&aim, &from)).await? {
        Ok(begun) => {
            let page = Page { here: "/login".to_owned(), ..visit.page() };
            leaves(page, visit, oidc, (begun, local(&wanted.next)))
        }
        Err(failure) => {
            failure.tell(&from);
            failed(visit, &app, oidc, (&failure, wanted.next))
        }
    }
}

/// The page that leads to the issuer, and what the browser needs when it is back.
fn leaves(page: Page, visit: &Visit, oidc: &Oidc, (begun, next): (Begun, &str)) -> Result<Response, Refused> {
    let mut response = show(&Onward { page, name: oidc.name.clone(), url: begun.url })?;
    let (onward, life) = (URL_SAFE_NO_PAD.encode(next), FLOW_LIFE.as_secs());
    session::set_for(&mut response, visit.secure, (session::OIDC, &begun.token), life);
    session::set_for(&mut response, visit.secure, (session::ONWARD, &onward), life);
    Ok(response)
}

/// Where somebody wanted to, as their browser kept it.
fn onward(visit: &Visit) -> String {
    let octets = visit.oidc.1.as_deref().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let path = octets.and_then(|octets| String::from_utf8(octets).ok()).unwrap_or_default();
    local(&path).to_owned()
}

async fn came_back(
    who: Visitor,
    State(app): State<Arc<App>>,
    Query(returned): Query<Returned>,
) -> Result<Response, Refused> {
    let oidc = issuer(&app)?;
    let (visit, from, next) = (&who.visit, who.visit.from(), onward(&who.visit));
    let back = Back {
        returned: &returned,
        token: visit.oidc.0.as_deref(),
        person: who.person.as_ref(),
        from: &from,
        locale: visit.locale().tag(),
    };
    let done = oidc::finish(&app, oidc, app.now(), &back).await?;
    // Its page is at an address of `console.url`: over https where that is, whatever a proxy says of it.
    let secure = visit.secure || oidc.secure;
    let mut response = match done {
        Ok(Done::In(token)) => signed_in(secure, &token, &next),
        Ok(Done::Joined(token)) => signed_in(secure, &token, "/"),
        Ok(Done::Second(token)) => second_awaited(secure, &token, &next),
        Ok(Done::Connected) => redirect(&format!("{PATH}?done=oidc")),
        Err(failure) => {
            failure.tell(&from);
            match who.person {
                Some(person) => {
                    let who = SignedIn { visit: who.visit.clone(), person };
                    let (status, mistake) = words(&failure, oidc, &who.visit);
                    unconnected(&who, &app, (status, mistake)).await?
                }
                None => failed(visit, &app, oidc, (&failure, next))?,
            }
        }
    };
    for cookie in [session::OIDC, session::ONWARD] {
        session::forget(&mut response, secure, cookie);
    }
    Ok(response)
}

/// The page to sign in, with why that came to nothing.
fn failed(
    visit: &Visit,
    app: &App,
    oidc: &Oidc,
    (failure, next): (&Failure, String),
) -> Result<Response, Refused> {
    let (status, mistake) = words(failure, oidc, visit);
    let page = sign_in_page(visit, app, (String::new(), next), Some(mistake));
    Ok((status, show(&page)?).into_response())
}

fn words(failure: &Failure, oidc: &Oidc, visit: &Visit) -> (StatusCode, String) {
    let (status, word) = match failure {
        Failure::TooMany => (StatusCode::TOO_MANY_REQUESTS, Word("sign-in-too-many")),
        Failure::Flow => (StatusCode::UNPROCESSABLE_ENTITY, Word("oidc-again")),
        Failure::Ended(_) => (StatusCode::UNPROCESSABLE_ENTITY, Word("oidc-ended")),
        Failure::Unknown => (StatusCode::FORBIDDEN, Word("oidc-unknown")),
        Failure::Passkey => (StatusCode::FORBIDDEN, Word("oidc-passkey")),
        Failure::Taken => (StatusCode::CONFLICT, Word("oidc-taken")),
        failure if failure.is_disbelief() => (StatusCode::BAD_GATEWAY, Word("oidc-disbelieved")),
        Failure::Busy | Failure::MixUp | Failure::Refused(_) | Failure::Trouble(_) => {
            (StatusCode::BAD_GATEWAY, Word("oidc-unreached"))
        }
    };
    (status, visit.page().words.word1(word, "name", &oidc.name))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sent {
    password: String,
}

/// The page again for who may not change what is connected: what they typed is not their password, say.
async fn kept_out(who: &SignedIn, app: &Arc<App>, sent: Sent) -> Result<Option<Response>, Refused> {
    let Some(mistake) = barred(who, app, sent.password).await? else { return Ok(None) };
    let mistake = who.visit.page().words.word(mistake);
    unconnected(who, app, (StatusCode::UNPROCESSABLE_ENTITY, mistake)).await.map(Some)
}

async fn connect_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let oidc = issuer(&app)?;
    if let Some(refused) = kept_out(&who, &app, sent).await? {
        return Ok(refused);
    }
    let from = who.visit.from();
    match oidc::begin(&app, oidc, app.now(), (&Aim::Connect(who.person.id), &from)).await? {
        Ok(begun) => leaves(own(&who, &app, PATH).0, &who.visit, oidc, (begun, PATH)),
        Err(failure) => {
            failure.tell(&from);
            let mistake = words(&failure, oidc, &who.visit);
            unconnected(&who, &app, mistake).await
        }
    }
}

async fn disconnect_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let oidc = issuer(&app)?;
    if let Some(refused) = kept_out(&who, &app, sent).await? {
        return Ok(refused);
    }
    identity::disconnect(&app, oidc, who.person.id, &who.visit.from()).await?;
    Ok(back(&who, &app, (PATH, "oidc-removed")))
}
