//! The second step of signing in, and the page where a person turns the second factor on and off.
//!
//! Guarantee: the key is on the page of an offer alone, recovery codes on the page that answers their making alone.

use std::sync::Arc;

use ::console::draw::Qr;
use ::console::page::Page;
use ::console::screen::second_factor::{Required, SecondFactor, SecondStep, State as Shown};
use ::console::words::Word;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use store::{StoreError, Write};

use super::account::{back, own};
use super::{Onward, signed_in};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::guard::{Nothing, Posted};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Screen, SignedIn, Visitor, show, show_again};
use crate::console::session;
use crate::console::shell::{self, local};
use crate::feature::access::Workspace;
use crate::feature::audit::Action;
use crate::feature::person::account::{self, Known, OwnChange};
use crate::feature::person::passkey::own;
use crate::feature::person::second_factor::{self as factor, Confirmed, Proof, Proven, Standing};
use crate::feature::person::sign_in::Awaited;
use crate::feature::person::{sign_in, totp};

const PATH: &str = "/me/second-factor";

pub(super) fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/login/code", second_step),
        Screen::form("/login/code", second_step_sent),
        Screen::page(PATH, second_factor),
        Screen::form(PATH, offer_sent),
        Screen::form("/me/second-factor/withdraw", withdraw_sent),
        Screen::form("/me/second-factor/on", on_sent),
        Screen::form("/me/second-factor/codes", codes_sent),
        Screen::form("/me/second-factor/off", off_sent),
    ]
}

/// Whose second factor this browser has to show, with the token that says so.
async fn awaited<'v>(who: &'v Visitor, app: &App) -> Result<Option<(&'v str, Awaited)>, StoreError> {
    let Some(token) = who.visit.awaited.as_deref() else { return Ok(None) };
    let awaited = sign_in::awaited(app, app.now(), token).await?;
    Ok(awaited.map(|awaited| (token, awaited)))
}

async fn second_step(
    who: Visitor,
    State(app): State<Arc<App>>,
    Query(given): Query<Onward>,
) -> Result<Response, Refused> {
    match awaited(&who, &app).await? {
        Some(_) => show(&SecondStep { page: who.visit.page(), next: given.next, mistake: None }),
        None => Ok(redirect("/login")),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sent {
    code: String,
    password: String,
    next: String,
}

async fn second_step_sent(
    who: Visitor,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let Some((token, awaited)) = awaited(&who, &app).await? else { return Ok(redirect("/login")) };
    let visit = &who.visit;
    let done = sign_in::second_step(&app, app.now(), (token, &awaited, &sent.code), &visit.from()).await?;
    let (status, mistake) = match done {
        sign_in::Outcome::In(token) => {
            let mut response = signed_in(visit.secure, &token, local(&sent.next));
            session::forget(&mut response, visit.secure, session::AWAITED);
            return Ok(response);
        }
        sign_in::Outcome::Wrong | sign_in::Outcome::Second(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Word("second-code-wrong"))
        }
        sign_in::Outcome::TooMany => (StatusCode::TOO_MANY_REQUESTS, Word("sign-in-too-many")),
        sign_in::Outcome::Busy => return Err(Refused::Busy),
    };
    let page = Page { here: "/login/code".to_owned(), ..visit.page() };
    Ok((status, show(&SecondStep { page, next: sent.next, mistake: Some(mistake) })?).into_response())
}

/// The page as things stand, with codes that were just made, or with what was wrong.
async fn page(
    who: &SignedIn,
    app: &App,
    (codes, mistake): (Vec<String>, Option<Word>),
) -> Result<SecondFactor, Refused> {
    let state = match factor::standing(&app.store, who.person.id).await? {
        Standing::Off => Shown::Off,
        Standing::Offered(secret) => {
            let uri = totp::uri(&secret, &who.person.email);
            let key = totp::base32(&secret);
            let groups: Vec<&str> = (0..key.len()).step_by(4).map(|at| &key[at..at + 4]).collect();
            Shown::Offered { qr: Qr::of(&uri), key: groups.join(" "), uri }
        }
        Standing::On { recovery_codes, .. } => Shown::On { left: recovery_codes, codes },
    };
    let (page, at) = own(who, app, PATH);
    let required = required(who, app, &page).await?;
    Ok(SecondFactor { page, at, required, state, mistake })
}

async fn second_factor(who: SignedIn, State(app): State<Arc<App>>) -> Result<Response, Refused> {
    show(&page(&who, &app, (Vec::new(), None)).await?)
}

/// What the workspace round the page wants that was not shown yet.
async fn required(who: &SignedIn, app: &App, page: &Page) -> Result<Option<Required>, StoreError> {
    let snapshot = app.directory.snapshot();
    let here = |one: &&Workspace| page.inside.as_ref().is_some_and(|inside| inside.at == shell::at(one));
    let Some(workspace) = who.person.closed_to(&snapshot).find(here) else { return Ok(None) };
    let title = workspace.shown().to_owned();
    Ok(Some(match own::may_change(&app.store, &who.person).await? {
        true => Required::SetUp { title },
        false => Required::Passkey { title },
    }))
}

/// The page again, because of this.
async fn again(who: &SignedIn, app: &App, mistake: Word) -> Result<Response, Refused> {
    show_again(&page(who, app, (Vec::new(), Some(mistake))).await?)
}

/// What is wrong with a password that somebody who is signed in has to show.
pub(super) async fn password_mistake(
    who: &SignedIn,
    app: &App,
    password: String,
) -> Result<Option<Word>, Refused> {
    let known = account::password_known(app, app.now(), (&who.person, password), &who.visit.from()).await?;
    match known {
        Known::Right => Ok(None),
        Known::Wrong => Ok(Some(Word("account-password-wrong"))),
        Known::TooMany => Ok(Some(Word("account-too-many"))),
        Known::Busy => Err(Refused::Busy),
    }
}

async fn offer_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    // Whoever knows the password alone must not put another factor beside the one they do not have.
    if !own::may_change(&app.store, &who.person).await? {
        return again(&who, &app, Word("passkey-first")).await;
    }
    if let Some(mistake) = password_mistake(&who, &app, sent.password).await? {
        return again(&who, &app, mistake).await;
    }
    let mut write = Write::default();
    factor::offer(&mut write, app.now(), who.person.id);
    match app.store.write(write).await {
        // Of two offers at once, or where one is on: the page says how things stand.
        Ok(_) | Err(StoreError::Conflict(_)) => Ok(back(&who, &app, (PATH, ""))),
        Err(error) => Err(error.into()),
    }
}

async fn withdraw_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let mut write = Write::default();
    factor::withdraw(&mut write, who.person.id);
    app.store.write(write).await?;
    Ok(back(&who, &app, ("/me", "")))
}

async fn on_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    // Also of what was offered before there was another factor.
    if !own::may_change(&app.store, &who.person).await? {
        return again(&who, &app, Word("passkey-first")).await;
    }
    let (now, id, from) = (app.now(), who.person.id, who.visit.from());
    let mut write = Write::default();
    own::strengthen(&mut write, &who.person);
    account::note(&app, &mut write, (id, &from), OwnChange::of(Action::SecondFactorOn));
    match factor::confirm(&app, now, (id, &sent.code), &from, write).await? {
        Confirmed::On(codes) => show(&page(&who, &app, (codes, None)).await?),
        Confirmed::Wrong => again(&who, &app, Word("second-code-wrong")).await,
        Confirmed::TooMany => again(&who, &app, Word("account-too-many")).await,
    }
}

/// Password and code of somebody who wants to change what is on; the proof is still to be spent.
async fn both(who: &SignedIn, app: &App, sent: Sent) -> Result<Result<Proof, Word>, Refused> {
    if let Some(mistake) = password_mistake(who, app, sent.password).await? {
        return Ok(Err(mistake));
    }
    let proven = factor::prove(app, app.now(), (who.person.id, &sent.code), &who.visit.from()).await?;
    Ok(match proven {
        Proven::Right(proof) => Ok(proof),
        Proven::Wrong => Err(Word("second-code-wrong")),
        Proven::TooMany => Err(Word("account-too-many")),
    })
}

/// Does what needs password and code: spends the proof, then does what it was shown for, in one write. Else what is wrong.
async fn with_both<T>(
    who: &SignedIn,
    app: &App,
    (sent, action): (Sent, Action),
    then: impl FnOnce(&mut Write) -> T,
) -> Result<Result<T, Word>, Refused> {
    let proof = match both(who, app, sent).await? {
        Ok(proof) => proof,
        Err(mistake) => return Ok(Err(mistake)),
    };
    let mut write = Write::default();
    proof.spend(&mut write, who.person.id);
    let made = then(&mut write);
    let after = Some(json!({ "shown": proof.as_str() }));
    let change = OwnChange { after, ..OwnChange::of(action) };
    account::note(app, &mut write, (who.person.id, &who.visit.from()), change);
    match app.store.write(write).await {
        Ok(_) => Ok(Ok(made)),
        // It was spent before.
        Err(StoreError::Conflict(_)) => Ok(Err(Word("second-code-wrong"))),
        Err(error) => Err(error.into()),
    }
}

async fn codes_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let make = |write: &mut Write| factor::new_recovery_codes(write, who.person.id);
    match with_both(&who, &app, (sent, Action::RecoveryCodesMade), make).await? {
        Ok(codes) => show(&page(&who, &app, (codes, None)).await?),
        Err(mistake) => again(&who, &app, mistake).await,
    }
}

async fn off_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let turn_off = |write: &mut Write| factor::off(write, who.person.id);
    match with_both(&who, &app, (sent, Action::SecondFactorOff), turn_off).await? {
        Ok(()) => Ok(back(&who, &app, ("/me", "second-off"))),
        Err(mistake) => again(&who, &app, mistake).await,
    }
}
