//! The screens of people: the first start, signing in and out, language and colours; their own pages in `account` and
//! `second_factor`, a workspace's in `users`, what an invitation leads to in `invitation`, a lost password in `reset`, accounts at an
//! issuer in `oidc`.

mod account;
mod act;
mod bulk;
mod invitation;
mod oidc;
mod passkey;
mod required;
mod reset;
mod second_factor;
mod users;

use std::sync::Arc;

use ::console::page::Theme;
use ::console::screen::setup::{Mistakes, Setup};
use ::console::screen::sign_in::SignIn;
use ::console::words::{Locale, Word};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use store::Write;

use crate::app::App;
use crate::console::asked::Query;
use crate::console::guard::{Nothing, Posted};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Screen, SignedIn, Visitor, show};
use crate::console::session;
use crate::console::shell::{escaped, home, local};
use crate::console::visit::Visit;
use crate::feature::audit;
use crate::feature::person::setup::{self, Asked};
use crate::feature::person::{PERSON_MANNER, nobody, sign_in};
use crate::feature::setup::console as steps;
use crate::id::Noun;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    let mut screens = vec![
        Screen::page("/", front_door),
        Screen::page("/setup", set_up),
        Screen::form("/setup", set_up_sent),
        Screen::page("/login", login),
        Screen::form("/login", login_sent),
        Screen::form("/sign-out", sign_out_sent),
        Screen::form("/manner", manner_sent),
    ];
    screens.extend(account::screens());
    screens.extend(second_factor::screens());
    screens.extend(users::screens());
    screens.extend(invitation::screens());
    screens.extend(reset::screens());
    screens.extend(passkey::screens());
    screens.extend(oidc::screens());
    screens.extend(required::screens());
    screens
}

/// Sends everybody where they belong.
async fn front_door(who: Visitor, State(app): State<Arc<App>>) -> Result<Response, Refused> {
    let Some(person) = who.person else {
        let path = if nobody(&app.store).await? { "/setup" } else { "/login" };
        return Ok(redirect(path));
    };
    let snapshot = app.directory.snapshot();
    let first = person.memberships.iter().find_map(|(id, _)| snapshot.workspaces.get(id));
    // Who was taken out of every workspace still has an account.
    Ok(redirect(&first.map_or_else(|| "/me".to_owned(), home)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Code {
    code: String,
}

async fn set_up(
    who: Visitor,
    State(app): State<Arc<App>>,
    Query(given): Query<Code>,
) -> Result<Response, Refused> {
    if !nobody(&app.store).await? {
        return Ok(redirect("/"));
    }
    if !setup::opens(&app, &given.code).await? {
        return Err(Refused::SetUp);
    }
    show(&setup_form(&who.visit, Asked { code: given.code, ..Asked::default() }, Mistakes::default()))
}

fn setup_form(visit: &Visit, asked: Asked, mistakes: Mistakes) -> Setup {
    let Asked { code, name, email, workspace, .. } = asked;
    let mut page = visit.page();
    // The form again, with what was wrong, has no address of its own.
    page.here = format!("/setup?code={code}");
    Setup { page, code, name, email, workspace, mistakes }
}

async fn set_up_sent(
    who: Visitor,
    State(app): State<Arc<App>>,
    Posted(asked): Posted<Asked>,
) -> Result<Response, Refused> {
    if !setup::opens(&app, &asked.code).await? {
        return Err(Refused::SetUp);
    }
    let (now, visit) = (app.now(), &who.visit);
    let from = visit.from();
    match setup::make(&app, now, &asked, (visit.locale(), &from.shown())).await? {
        setup::Outcome::Made { person, workspace } => {
            let token = sign_in::begin_first(&app, now, person, &from).await?;
            let snapshot = app.directory.snapshot();
            let next = snapshot.workspaces.get(&workspace).map_or_else(|| "/".to_owned(), steps::path);
            Ok(signed_in(visit.secure, &token, &next))
        }
        setup::Outcome::Mistaken(mistakes) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, show(&setup_form(visit, asked, mistakes))?).into_response())
        }
        setup::Outcome::Late => Ok(redirect("/login")),
        setup::Outcome::Busy => Err(Refused::Busy),
    }
}

/// `secure`: whether the browser is here over https.
fn signed_in(secure: bool, token: &str, path: &str) -> Response {
    let mut response = redirect(local(path));
    session::set(&mut response, secure, (session::SESSION, token));
    session::forget(&mut response, secure, session::FORM);
    response
}

/// To the second step of signing in.
fn second_awaited(secure: bool, token: &str, path: &str) -> Response {
    let mut response = redirect(&format!("/login/code?next={}", escaped(local(path))));
    session::set_for(&mut response, secure, (session::AWAITED, token), sign_in::PENDING_MAX.as_secs());
    response
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Onward {
    next: String,
    out: Option<String>,
    set: Option<String>,
}

async fn login(
    who: Visitor,
    State(app): State<Arc<App>>,
    Query(given): Query<Onward>,
) -> Result<Response, Refused> {
    if who.person.is_some() {
        return Ok(redirect(local(&given.next)));
    }
    if nobody(&app.store).await? {
        return Err(Refused::SetUp);
    }
    let notice = match (given.out, given.set, local(&given.next)) {
        (Some(_), _, _) => Some(Word("sign-in-signed-out")),
        (None, Some(_), _) => Some(Word("password-new-done")),
        (None, None, "/") => None,
        (None, None, _) => Some(Word("sign-in-first")),
    };
    show(&SignIn { notice, ..sign_in_page(&who.visit, &app, (String::new(), given.next), None) })
}

/// The page with what was typed, and what was wrong.
fn sign_in_page(
    visit: &Visit,
    app: &App,
    (email, next): (String, String),
    mistake: Option<String>,
) -> SignIn {
    let mut page = visit.page();
    if mistake.is_some() {
        page.here = "/login".to_owned();
    }
    let passkeys = passkey::place(visit).is_some();
    SignIn { page, email, next, passkeys, oidc: oidc::name(app), notice: None, mistake }
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn login_sent(
    who: Visitor,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Credentials>,
) -> Result<Response, Refused> {
    let Credentials { email, password, next } = sent;
    let visit = &who.visit;
    let (status, mistake) = match sign_in::sign_in(&app, app.now(), (&email, password), &visit.from()).await?
    {
        sign_in::Outcome::In(token) => return Ok(signed_in(visit.secure, &token, &next)),
        sign_in::Outcome::Second(token) => return Ok(second_awaited(visit.secure, &token, &next)),
        sign_in::Outcome::Busy => return Err(Refused::Busy),
        sign_in::Outcome::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, Word("sign-in-wrong")),
        sign_in::Outcome::TooMany => (StatusCode::TOO_MANY_REQUESTS, Word("sign-in-too-many")),
    };
    let mistake = visit.page().words.word(mistake);
    Ok((status, show(&sign_in_page(visit, &app, (email, next), Some(mistake)))?).into_response())
}

async fn sign_out_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    sign_in::sign_out(&app, app.now(), &who.person, &who.visit.from().shown()).await?;
    let mut response = redirect("/login?out=1");
    session::forget(&mut response, who.visit.secure, session::SESSION);
    Ok(response)
}

#[derive(Deserialize)]
struct Manner {
    language: Option<String>,
    theme: Option<String>,
    #[serde(default)]
    back: String,
}

/// Language and colours: kept by the browser, and with the person who is signed in.
async fn manner_sent(
    who: Visitor,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Manner>,
) -> Result<Response, Refused> {
    let locale = sent.language.as_deref().and_then(Locale::parse);
    let theme = sent.theme.as_deref().and_then(Theme::parse);
    let mut response = redirect(local(&sent.back));
    let secure = who.visit.secure;
    if let Some(locale) = locale {
        session::set(&mut response, secure, (session::LANGUAGE, locale.tag()));
    }
    if let Some(theme) = theme {
        session::set(&mut response, secure, (session::THEME, theme.as_str()));
    }
    let Some(person) = who.person else { return Ok(response) };
    let (locale, theme) = (locale.or(person.locale), theme.unwrap_or(person.theme));
    let (now, tag) = (app.now(), locale.map_or("", Locale::tag));
    let mut write = Write::default();
    let params = vec![("id", person.id.into()), ("locale", tag.into()), ("theme", theme.as_str().into())];
    write.step(&PERSON_MANNER, params);
    let address = who.visit.from().shown();
    let entry = audit::Entry {
        workspace: None,
        person: person.id,
        address: &address,
        action: audit::Action::PersonChanged,
        object: Noun::Person.show(person.id),
        before: Some(
            json!({ "language": person.locale.map_or("", Locale::tag), "theme": person.theme.as_str() }),
        ),
        after: Some(json!({ "language": tag, "theme": theme.as_str() })),
    };
    audit::note(&mut write, (&app.mint, now), entry);
    app.store.write(write).await?;
    Ok(response)
}
