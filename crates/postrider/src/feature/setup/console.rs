//! The steps of the set-up as pages, and the two parts of them that browsers ask for again while somebody watches.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::time;
use ::console::screen::steps::{self as shown, Body, Steps};
use ::console::snippet::{PLACEHOLDER, Snippet};
use ::console::words::Word;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use store::StoreError;

use super::message::{self, Asked, Wrong};
use super::standing::{Standing, Step, may_send};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, Screen, show, show_again};
use crate::console::shell::home;
use crate::feature::access::Workspace;
use crate::feature::access::console::{Typed, connecting, make};
use crate::feature::domain::admin::{ListedDomain, domain_find};
use crate::feature::domain::console::{add, look, record, sign};
use crate::feature::domain::records::{records, zone_lines};
use crate::feature::domain::work::look_at;
use crate::feature::person::permission::need::{ChangeDomains, SendMail, SteerKeys};
use crate::feature::sending::console::existing;
use crate::id::Noun;

/// Between two look-ups of a domain by a page that somebody watches. Reason: a resolver is asked once for all who watch.
const LOOK_AGAIN_US: i64 = 8_000_000;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/setup", step),
        Screen::form("/w/{workspace}/setup/domain", domain_sent),
        Screen::form("/w/{workspace}/setup/check", check_sent),
        Screen::form("/w/{workspace}/setup/key", key_sent),
        Screen::form("/w/{workspace}/setup/message", message_sent),
        Screen::page("/w/{workspace}/setup/domains/{id}", domain_part),
        Screen::page("/w/{workspace}/setup/messages/{email}", message_part),
    ]
}

/// The set-up's path.
#[must_use]
pub fn path(workspace: &Workspace) -> String {
    format!("{}setup", home(workspace))
}

fn at(workspace: &Workspace, step: Step) -> String {
    format!("{}?step={}", path(workspace), step.as_str())
}

/// Which step, of what.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Where {
    step: String,
    domain: String,
    message: String,
}

async fn step(
    who: Member<ChangeDomains>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Where>,
) -> Result<Response, Refused> {
    let mut standing = Standing::read(&app, who.workspace.id, Noun::Domain.read(&asked.domain)).await?;
    if asked.domain == "new" {
        standing.domain = None;
    }
    let step = Step::parse(&asked.step).unwrap_or_else(|| standing.next());
    // What is looked at by name must be there; otherwise the newest will do.
    let email = match (step, asked.message.is_empty(), standing.message) {
        (Step::Arrival, false, _) => Some(existing(&app, who.workspace.id, &asked.message).await?),
        (Step::Arrival, true, Some(id)) => {
            Some(existing(&app, who.workspace.id, &Noun::Message.show(id)).await?)
        }
        _ => None,
    };
    let (step, body) = match (step, &standing.domain, email) {
        (Step::Account | Step::Domain, None, _) => {
            (Step::Domain, Body::AskDomain { name: String::new(), mistake: None })
        }
        (Step::Account | Step::Domain, Some(domain), _) => {
            (Step::Domain, Body::Domain(Box::new(domain_shown(&who, &app, domain).await?)))
        }
        (Step::Key, _, _) => (Step::Key, Body::Key(Box::new(key(&who, &app, &Typed::default())))),
        (Step::Arrival, _, Some(email)) => {
            (Step::Arrival, Body::Arrival(Box::new(message::arrival(&who, &app, &email).await?)))
        }
        (Step::Message | Step::Arrival, _, _) => {
            let nothing = (Asked::default(), Wrong::default());
            (Step::Message, Body::Message(message::form(&who, &app, &standing, nothing)))
        }
    };
    show(&page(who, &standing, step, body))
}

/// The page round a step.
fn page<P>(who: Member<P>, standing: &Standing, here: Step, body: Body) -> Steps {
    let (words, workspace) = (who.page.words, &who.workspace);
    let beside = |number: usize| Step::ALL.get(number).map(|step| at(workspace, *step));
    let entry = |step: Step| shown::Step {
        number: step.number(),
        label: match step {
            Step::Account => Word("steps-account"),
            Step::Domain => Word("steps-domain"),
            Step::Key => Word("steps-key"),
            Step::Message => Word("steps-message"),
            Step::Arrival => Word("steps-arrival"),
        },
        note: match (step, &standing.domain) {
            (Step::Account, _) => who.person.name.clone(),
            (Step::Domain, Some(domain)) => domain.name.clone(),
            (Step::Domain, None) => words.t("steps-domain-note"),
            (Step::Key, _) => words.t("steps-key-note"),
            (Step::Message, _) => words.t("steps-message-note"),
            (Step::Arrival, _) => words.t("steps-arrival-note"),
        },
        done: standing.done(step),
        href: (step != Step::Account).then(|| at(workspace, step)),
    };
    let number = here.number();
    let goes_on = match here {
        // What is done says itself how it goes on.
        Step::Domain | Step::Key => !standing.done(here),
        // Who has not sent anything has nothing to watch.
        Step::Message => standing.message.is_some(),
        Step::Account | Step::Arrival => false,
    };
    Steps {
        path: path(workspace),
        overview: home(workspace),
        steps: Step::ALL.into_iter().map(entry).collect(),
        here: number,
        back: (number > 2).then(|| beside(number - 2)).flatten(),
        later: beside(number).filter(|_| goes_on),
        skips: !standing.done(here),
        body,
        page: Frame { here: at(workspace, here), ..who.page },
    }
}

async fn domain_shown<P>(
    who: &Member<P>,
    app: &App,
    domain: &ListedDomain,
) -> Result<shown::Domain, StoreError> {
    let words = who.page.words;
    let records = records(app, who.workspace.id, domain).await?;
    let id = Noun::Domain.show(domain.id);
    Ok(shown::Domain {
        name: domain.name.clone(),
        status: sign(domain),
        sends: may_send(domain),
        checked: match domain.checked {
            Some(at) => words.t1("domain-checked", "ago", time::ago(words, &who.zone, app.now(), at)),
            None => words.t("domain-unchecked"),
        },
        zone: zone_lines(&records),
        records: records.into_iter().map(record).collect(),
        part: format!("{}/domains/{id}", path(&who.workspace)),
        next: at(&who.workspace, Step::Key),
        id,
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct New {
    name: String,
}

async fn domain_sent(
    who: Member<ChangeDomains>,
    State(app): State<Arc<App>>,
    Posted(new): Posted<New>,
) -> Result<Response, Refused> {
    match add(&who, &app, &new.name).await? {
        Ok(id) => Ok(redirect(&of_domain(&who.workspace, id))),
        Err(mistake) => {
            let standing = Standing::read(&app, who.workspace.id, None).await?;
            let body = Body::AskDomain { name: new.name, mistake: Some(mistake) };
            show_again(&page(who, &standing, Step::Domain, body))
        }
    }
}

fn of_domain(workspace: &Workspace, id: i64) -> String {
    format!("{}&domain={}", at(workspace, Step::Domain), Noun::Domain.show(id))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Chosen {
    domain: String,
}

async fn check_sent(
    who: Member<ChangeDomains>,
    State(app): State<Arc<App>>,
    Posted(chosen): Posted<Chosen>,
) -> Result<Response, Refused> {
    let Some(id) = Noun::Domain.read(&chosen.domain) else { return Ok(redirect(&path(&who.workspace))) };
    let domain = domain_find(&app.store, who.workspace.id, id).await?.ok_or(Refused::NotFound)?;
    look(&who, &app, &domain).await?;
    Ok(redirect(&of_domain(&who.workspace, id)))
}

/// The records of a domain as they stand; looked up first, as the server does by itself, because somebody sits and waits.
async fn domain_part(
    who: Member<ChangeDomains>,
    State(app): State<Arc<App>>,
    named: Named,
) -> Result<Response, Refused> {
    let (workspace, id, now) = (who.workspace.id, named.id(Noun::Domain)?, app.now());
    let mut domain = domain_find(&app.store, workspace, id).await?.ok_or(Refused::NotFound)?;
    let old = domain.checked.is_none_or(|at| now.0 - at.0 >= LOOK_AGAIN_US);
    if !may_send(&domain) && old {
        // On a task of its own: the page may be left between what is stored and what memory makes of it.
        let own = app.clone();
        let look = tokio::spawn(async move { look_at(&own, now, (workspace, id)).await });
        look.await.map_err(|_| StoreError::Closed)??;
        domain = domain_find(&app.store, workspace, id).await?.ok_or(Refused::NotFound)?;
    }
    let domain = domain_shown(&who, &app, &domain).await?;
    show(&shown::DomainPart { path: path(&who.workspace), domain, page: who.page })
}

/// The key's step, before one was made.
fn key<P>(who: &Member<P>, app: &App, typed: &Typed) -> shown::Key {
    let connecting = connecting(who, app);
    let words = who.page.words;
    shown::Key {
        made: None,
        have: app.directory.snapshot().key_count(who.workspace.id),
        name: if typed.name.is_empty() { words.t("steps-key-first") } else { typed.name.clone() },
        mistake: None,
        smtp: connecting.smtp,
        http: connecting.http,
        snippets: connecting.snippets,
        next: at(&who.workspace, Step::Message),
    }
}

async fn key_sent(
    who: Member<SteerKeys>,
    State(app): State<Arc<App>>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Refused> {
    let made = make(&who, &app, &typed).await?;
    let standing = Standing::read(&app, who.workspace.id, None).await?;
    let shown = key(&who, &app, &typed);
    match made {
        Ok(new) => {
            let filled =
                |snippet: Snippet| Snippet { code: snippet.code.replace(PLACEHOLDER, &new.text), ..snippet };
            let snippets = shown.snippets.into_iter().map(filled).collect();
            let made = Some((typed.name.trim().to_owned(), new.text.clone()));
            let body = Body::Key(Box::new(shown::Key { made, snippets, ..shown }));
            show(&page(who, &standing, Step::Key, body))
        }
        Err(mistake) => {
            let body =
                Body::Key(Box::new(shown::Key { name: typed.name.clone(), mistake: Some(mistake), ..shown }));
            show_again(&page(who, &standing, Step::Key, body))
        }
    }
}

async fn message_sent(
    who: Member<SendMail>,
    State(app): State<Arc<App>>,
    Posted(asked): Posted<Asked>,
) -> Result<Response, Refused> {
    match message::send(&who, &app, &asked).await? {
        Ok(id) => {
            let step = at(&who.workspace, Step::Arrival);
            Ok(redirect(&format!("{step}&message={}", Noun::Message.show(id))))
        }
        Err(wrong) => {
            let standing = Standing::read(&app, who.workspace.id, None).await?;
            let body = Body::Message(message::form(&who, &app, &standing, (asked, wrong)));
            show_again(&page(who, &standing, Step::Message, body))
        }
    }
}

/// What became of a message so far.
async fn message_part(
    who: Member<ChangeDomains>,
    State(app): State<Arc<App>>,
    Path((_, named)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let email = existing(&app, who.workspace.id, &named).await?;
    let arrival = message::arrival(&who, &app, &email).await?;
    let step = at(&who.workspace, Step::Arrival);
    let here = format!("{step}&message={}", Noun::Message.show(email.id));
    show(&shown::ArrivalPart { arrival, page: Frame { here, ..who.page } })
}
