//! A person's own page: profile, password, sessions.

use std::sync::Arc;

use ::console::format::agent;
use ::console::format::time::{Zone, ago, moment};
use ::console::page::{Page, Theme};
use ::console::screen::account::{Account, Connected, Elsewhere, Mistakes, Passkey, Session as Row};
use ::console::screen::key::Choice;
use ::console::words::{Locale, Word, Words};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::passkey::place;
use super::signed_in;
use crate::app::App;
use crate::console::asked::Query;
use crate::console::guard::{Nothing, Posted};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Named, Screen, SignedIn, show, show_again};
use crate::console::session;
use crate::feature::person::account::{self, Known, Profile, Session};
use crate::feature::person::oidc::identity::connected;
use crate::feature::person::passkey::own;
use crate::feature::person::second_factor::{Standing, standing};
use crate::id::Noun;

pub(super) const PATH: &str = "/me";

pub(super) fn screens() -> Vec<Screen> {
    vec![
        Screen::page(PATH, me),
        Screen::form("/me/profile", profile_sent),
        Screen::form("/me/password", password_sent),
        Screen::form("/me/alerts", alerts_sent),
        Screen::form("/me/sessions/end", end_others_sent),
        Screen::form("/me/sessions/{id}/end", end_sent),
    ]
}

/// The frame of a person's own page that is reached under `path`, and what its paths end with.
pub(super) fn own(who: &SignedIn, app: &App, path: &str) -> (Page, String) {
    let page = who.page(app);
    let at = page.inside.as_ref().map_or_else(String::new, |inside| inside.at.clone());
    (Page { here: format!("{path}{at}"), ..page }, at)
}

/// To an own page, which says what was done.
pub(super) fn back(who: &SignedIn, app: &App, to: (&str, &str)) -> Response {
    redirect(&onward(who, app, to))
}

fn onward(who: &SignedIn, app: &App, (path, done): (&str, &str)) -> String {
    let (page, at) = own(who, app, path);
    match (done, at.is_empty()) {
        ("", _) => page.here,
        (done, true) => format!("{path}?done={done}"),
        (done, false) => format!("{path}{at}&done={done}"),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    done: String,
}

impl Asked {
    fn notice(&self) -> Option<Word> {
        match &*self.done {
            "profile" => Some(Word("account-saved")),
            "password" => Some(Word("account-password-changed")),
            "session" => Some(Word("session-ended")),
            "sessions" => Some(Word("sessions-ended")),
            "alerts" => Some(Word("account-alerts-saved")),
            "second-off" => Some(Word("second-turned-off")),
            "passkey" => Some(Word("passkey-added")),
            "passkey-removed" => Some(Word("passkey-removed")),
            "oidc" => Some(Word("oidc-connected-done")),
            "oidc-removed" => Some(Word("oidc-removed")),
            _ => None,
        }
    }
}

async fn me(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let profile = Profile::of(&who.person);
    show(&Account { notice: asked.notice(), ..page(&who, &app, (profile, Mistakes::default())).await? })
}

/// The page again, with why passkeys are as they were.
pub(super) async fn mistaken(who: &SignedIn, app: &App, mistake: Word) -> Result<Response, Refused> {
    let mistakes = Mistakes { passkey: Some(mistake), ..Mistakes::default() };
    show_again(&page(who, app, (Profile::of(&who.person), mistakes)).await?)
}

/// The page again, with why an account at an issuer is connected or not, as before.
pub(super) async fn unconnected(
    who: &SignedIn,
    app: &App,
    (status, mistake): (StatusCode, String),
) -> Result<Response, Refused> {
    let mut shown = page(who, app, (Profile::of(&who.person), Mistakes::default())).await?;
    shown.oidc.iter_mut().for_each(|oidc| oidc.mistake = Some(mistake.clone()));
    Ok((status, show(&shown)?).into_response())
}

/// What is connected of an account at an issuer, where there is one.
async fn elsewhere(
    who: &SignedIn,
    app: &App,
    (words, zone): (Words, &Zone),
) -> Result<Option<Elsewhere>, Refused> {
    let Some(oidc) = &app.oidc else { return Ok(None) };
    let connected = connected(&app.store, oidc, who.person.id).await?;
    let connected = connected.map(|one| Connected {
        email: one.email,
        since: moment(words.locale, zone, one.since),
        used: one.used.map(|used| ago(words, zone, app.now(), used)),
    });
    Ok(Some(Elsewhere { issuer: oidc.name.clone(), connected, mistake: None }))
}

/// The page with this profile in its form, which may be one that was not stored.
async fn page(
    who: &SignedIn,
    app: &App,
    (profile, mistakes): (Profile, Mistakes),
) -> Result<Account, Refused> {
    let (page, at) = own(who, app, PATH);
    let (words, zone, now) = (page.words, Zone::named(&who.person.zone), app.now());
    let alerts = account::alerts(&app.store, who.person.id).await?;
    let second = standing(&app.store, who.person.id).await?;
    let sessions = account::sessions(&app.store, now, who.person.id).await?;
    let passkeys = own::passkeys(&app.store, who.person.id).await?;
    let key = |one: own::Listed| Passkey {
        id: Noun::Passkey.show(one.id),
        name: one.name,
        since: moment(words.locale, &zone, one.created),
        used: one.used.map(|used| ago(words, &zone, now, used)),
    };
    let row = |one: Session| Row {
        here: one.id == who.person.session,
        id: Noun::Session.show(one.id),
        agent: agent::words(words, &one.agent),
        icon: if agent::is_phone(&one.agent) { "smartphone" } else { "monitor" },
        since: moment(words.locale, &zone, one.created),
        used: ago(words, &zone, now, one.used),
        address: one.address,
    };
    Ok(Account {
        oidc: elsewhere(who, app, (words, &zone)).await?,
        email: who.person.email.clone(),
        languages: languages(words, profile.locale),
        zones: zones(&profile.zone),
        themes: themes(words, profile.theme),
        name: profile.name,
        mistakes,
        second_factor: matches!(second, Standing::On { .. }),
        passkeys: passkeys.into_iter().map(key).collect(),
        passkeys_here: place(&who.visit).is_some(),
        sessions: sessions.into_iter().map(row).collect(),
        notice: None,
        alerts: who.person.memberships.iter().any(|(_, role)| alerts.wanted(*role)),
        page,
        at,
    })
}

fn languages(words: Words, chosen: Option<Locale>) -> Vec<Choice> {
    let auto =
        Choice { value: String::new(), label: words.t("account-language-auto"), chosen: chosen.is_none() };
    let choice = |locale: Locale| Choice {
        value: locale.tag().to_owned(),
        label: locale.name().to_owned(),
        chosen: chosen == Some(locale),
    };
    std::iter::once(auto).chain(Locale::ALL.map(choice)).collect()
}

fn zones(chosen: &str) -> Vec<Choice> {
    let mut names = Zone::names();
    // One that goes by an older name is still the one that was chosen.
    if !names.iter().any(|name| name == chosen) {
        names.insert(0, chosen.to_owned());
    }
    let choice = |name: String| Choice { chosen: name == chosen, label: name.replace('_', " "), value: name };
    names.into_iter().map(choice).collect()
}

fn themes(words: Words, chosen: Theme) -> Vec<Choice> {
    let choice = |theme: Theme| Choice {
        value: theme.as_str().to_owned(),
        label: words.word(theme.word()),
        chosen: theme == chosen,
    };
    Theme::ALL.map(choice).into()
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sent {
    name: String,
    language: String,
    zone: String,
    theme: String,
}

async fn profile_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Sent>,
) -> Result<Response, Refused> {
    let Sent { name, language, zone, theme } = sent;
    let (locale, theme) = (Locale::parse(&language), Theme::parse(&theme).unwrap_or_default());
    let profile = Profile { name, locale, theme, zone };
    if let Some(mistake) = profile.mistake() {
        let mistakes = Mistakes { name: Some(mistake), ..Mistakes::default() };
        return show_again(&page(&who, &app, (profile, mistakes)).await?);
    }
    let secure = who.visit.secure;
    account::profile_set(&app, &who.person, profile, &who.visit.from()).await?;
    let mut response = back(&who, &app, (PATH, "profile"));
    // The browser knows it too, for pages before signing in.
    match locale {
        Some(locale) => session::set(&mut response, secure, (session::LANGUAGE, locale.tag())),
        None => session::forget(&mut response, secure, session::LANGUAGE),
    }
    session::set(&mut response, secure, (session::THEME, theme.as_str()));
    Ok(response)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Passwords {
    old: String,
    password: String,
}

async fn password_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(sent): Posted<Passwords>,
) -> Result<Response, Refused> {
    let (now, from) = (app.now(), who.visit.from());
    let again = async |mistakes: Mistakes| page(&who, &app, (Profile::of(&who.person), mistakes)).await;
    if let Some(mistake) = account::password_mistake(&sent.password) {
        return show_again(&again(Mistakes { password: Some(mistake), ..Mistakes::default() }).await?);
    }
    let (status, mistake) = match account::password_known(&app, now, (&who.person, sent.old), &from).await? {
        Known::Right => {
            let token = account::password_set(&app, now, (&who.person, sent.password), &from).await?;
            let token = token.ok_or(Refused::Busy)?;
            return Ok(signed_in(who.visit.secure, &token, &onward(&who, &app, (PATH, "password"))));
        }
        Known::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, Word("account-password-wrong")),
        Known::TooMany => (StatusCode::TOO_MANY_REQUESTS, Word("account-too-many")),
        Known::Busy => return Err(Refused::Busy),
    };
    let shown = again(Mistakes { old: Some(mistake), ..Mistakes::default() }).await?;
    Ok((status, show(&shown)?).into_response())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wish {
    to: String,
}

async fn alerts_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(wish): Posted<Wish>,
) -> Result<Response, Refused> {
    match &*wish.to {
        "on" => account::alerts_set(&app, &who.person, true, &who.visit.from()).await?,
        "off" => account::alerts_set(&app, &who.person, false, &who.visit.from()).await?,
        _ => return Ok(back(&who, &app, (PATH, ""))),
    }
    Ok(back(&who, &app, (PATH, "alerts")))
}

async fn end_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let id = named.id(Noun::Session)?;
    match account::session_end(&app, &who.person, id, &who.visit.from()).await? {
        true => Ok(back(&who, &app, (PATH, "session"))),
        false => Err(Refused::NotFound),
    }
}

async fn end_others_sent(
    who: SignedIn,
    State(app): State<Arc<App>>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    account::sessions_end_others(&app, &who.person, &who.visit.from()).await?;
    Ok(back(&who, &app, (PATH, "sessions")))
}
