//! Looks at every workspace for what needs somebody, and mails what is news.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ::console::screen::alert::{Letter, Line};
use ::console::words::{Word, Words};
use mail::{Address, At, Mailbox};
use store::{Committed, StoreError, Write};

use super::{AllTold, State, due, forget, tell, told};
use crate::app::App;
use crate::feature::access::Workspace;
use crate::feature::domain::admin::broken;
use crate::feature::domain::console::path as domain_page;
use crate::feature::image::kept;
use crate::feature::person::letter::{self, Post};
use crate::feature::person::member::{Standing, Told as Reader, alerts_wanted, operators_told};
use crate::feature::person::memberships;
use crate::feature::person::permission::Permission;
use crate::feature::quota;
use crate::feature::sending::accept::accept_with;
use crate::feature::stats::console::{advice_words, bad};
use crate::feature::webhook::console::{off, path as webhook_page};
use crate::id::Noun;

/// How often it is looked. Reason: what is told has lasted for hours; a round reads the statistics of every workspace.
const LOOK_EVERY: Duration = Duration::from_secs(600);
/// Things of one mail at most. Reason: who has more of them opens Overview.
const LINES_MAX: usize = 20;
/// How long a mail is tried: what it tells is old then.
const LIFE: Duration = Duration::from_secs(24 * 3_600);
/// The local part of its author.
const AUTHOR: &str = "alerts";

/// Runs until `stop`.
pub async fn run(app: Arc<App>, mut stop: net::listen::Stop) {
    loop {
        tokio::select! {
            () = stop.stopped() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        tokio::select! {
            () = stop.stopped() => return,
            looked = look(&app) => if let Err(error) = looked {
                tracing::warn!(%error, "what needs somebody could not be told by mail and will be later");
            }
        }
    }
}

/// One round over the workspaces, of which one that fails holds up no other. What of a suspended one would only be held.
///
/// # Errors
/// As [`store::Store::read`] and [`store::Store::write`]: the last of them.
pub async fn look(app: &Arc<App>) -> Result<(), StoreError> {
    let mut outcome = Ok(());
    let workspaces: Vec<Workspace> = app.directory.snapshot().workspaces.values().cloned().collect();
    for workspace in workspaces.iter().filter(|workspace| workspace.suspended.is_none()) {
        if let Err(error) = of_workspace(app, workspace).await {
            outcome = Err(error);
        }
    }
    match of_installation(app, &workspaces).await {
        Ok(()) => outcome,
        Err(error) => Err(error),
    }
}

/// Something that needs somebody.
struct Item {
    /// What it is called in the database.
    key: String,
    /// What somebody must have to be told.
    needs: Needs,
    /// Which one it is, where there may be several.
    which: String,
    /// Where in the console it is seen.
    path: String,
}

/// What somebody must have to be told of a thing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Permission(Permission),
    Operator,
}

impl Needs {
    fn has(self, standing: Standing) -> bool {
        match (self, standing) {
            (Needs::Permission(permission), Standing::Member(role)) => role.may(permission),
            (Needs::Operator, Standing::Operator) => true,
            (Needs::Permission(_), Standing::Operator) | (Needs::Operator, Standing::Member(_)) => false,
        }
    }
}

/// Where what is told of the installation is remembered: in nobody's workspace.
const INSTALLATION: i64 = 0;

/// Tells the operators what the installation needs, each through a workspace of their own: no other's people see it.
async fn of_installation(app: &Arc<App>, workspaces: &[Workspace]) -> Result<(), StoreError> {
    let (now, told) = (app.now(), told(&app.store, INSTALLATION).await?);
    let low = app.health.low().map(|_| Item {
        key: "disk:low".to_owned(),
        needs: Needs::Operator,
        which: String::new(),
        path: String::new(),
    });
    let items: Vec<Item> = low.into_iter().collect();
    if items.is_empty() && told.is_empty() {
        return Ok(());
    }
    for reader in &operators_told(&app.store).await? {
        let news = news(now, reader, &items, &told);
        if news.is_empty() {
            continue;
        }
        let memberships = memberships(&app.store, reader.id).await?;
        let own = workspaces.iter().filter(|one| memberships.iter().any(|(id, _)| *id == one.id));
        let may_send = own.filter(|one| one.suspended.is_none());
        let mut may_send: Vec<_> =
            may_send.filter_map(|one| Some((one, letter::author(app, one, AUTHOR)?))).collect();
        may_send.sort_by_key(|(workspace, _)| workspace.id);
        if let Some((workspace, author)) = may_send.first() {
            let by = Sender { workspace, author, about: INSTALLATION };
            send(app, now, &by, (reader, &news)).await?;
        }
    }
    forget_over(app, now, (INSTALLATION, &told)).await
}

/// Through whom a letter goes, and whom it is about.
struct Sender<'s> {
    workspace: &'s Workspace,
    author: &'s Mailbox,
    /// The workspace, or [`INSTALLATION`].
    about: i64,
}

async fn forget_over(app: &App, now: At, (about, told): (i64, &AllTold)) -> Result<(), StoreError> {
    if told.values().any(|told| told.state == State::Over) {
        forget(&app.store, now, about).await?;
    }
    Ok(())
}

async fn of_workspace(app: &Arc<App>, workspace: &Workspace) -> Result<(), StoreError> {
    let Some(author) = letter::author(app, workspace, AUTHOR) else { return Ok(()) };
    let readers = alerts_wanted(&app.store, workspace.id).await?;
    if readers.is_empty() {
        return Ok(());
    }
    let now = app.now();
    let items = items(app, workspace, now).await?;
    let told = told(&app.store, workspace.id).await?;
    for reader in &readers {
        let news = news(now, reader, &items, &told);
        if !news.is_empty() {
            let by = Sender { workspace, author: &author, about: workspace.id };
            send(app, now, &by, (reader, &news)).await?;
        }
    }
    forget_over(app, now, (workspace.id, &told)).await
}

/// What needs somebody now.
async fn items(app: &App, workspace: &Workspace, now: At) -> Result<Vec<Item>, StoreError> {
    let home = format!("/w/{}/", workspace.name);
    let mut items = Vec::new();
    for share in quota::reached(&app.store, workspace, now).await? {
        items.push(Item {
            key: format!("quota:{share}"),
            needs: Needs::Permission(Permission::SeeFigures),
            which: String::new(),
            path: format!("{home}usage"),
        });
    }
    for endpoint in off(app, workspace.id) {
        items.push(Item {
            key: format!("webhook:{}", Noun::Webhook.show(endpoint.id)),
            needs: Needs::Permission(Permission::SteerWebhooks),
            which: endpoint.url.as_str().to_owned(),
            path: webhook_page(workspace, endpoint.id),
        });
    }
    let _turn = app.list_turns.take(workspace.id).await;
    for domain in broken(&app.store, workspace.id).await? {
        items.push(Item {
            key: format!("domain:{}", Noun::Domain.show(domain.id)),
            needs: Needs::Permission(Permission::ChangeDomains),
            path: domain_page(workspace, domain.id),
            which: domain.name,
        });
    }
    for code in bad(&app.store, workspace.id, now).await? {
        let (key, path) = (format!("advice:{code}"), home.clone());
        items.push(Item {
            key,
            needs: Needs::Permission(Permission::SeeFigures),
            which: String::new(),
            path,
        });
    }
    Ok(items)
}

/// A thing and what there is to tell of it.
struct News<'n> {
    key: &'n str,
    state: State,
    seen: Option<super::Told>,
    /// None when it is not there any more.
    item: Option<&'n Item>,
}

fn news<'n>(now: At, reader: &Reader, items: &'n [Item], told: &'n AllTold) -> Vec<News<'n>> {
    let may: Vec<&Item> = items.iter().filter(|item| item.needs.has(reader.standing)).collect();
    let known = told.keys().filter(|(person, _)| *person == reader.id).map(|(_, key)| key.as_str());
    let keys: BTreeSet<&str> = may.iter().map(|item| item.key.as_str()).chain(known).collect();
    let of = |key: &'n str| {
        let item = may.iter().find(|item| item.key == key).copied();
        let seen = told.get(&(reader.id, key.to_owned())).copied();
        let state = due(now, seen, item.is_some())?;
        // Whoever may not see it any more is not told of its end either.
        heading(key).filter(|(_, _, needs)| needs.has(reader.standing))?;
        Some(News { key, state, seen, item })
    };
    keys.into_iter().filter_map(of).take(LINES_MAX).collect()
}

/// The words of a thing: what it is, what to do, and who may know. None for what a newer version wrote.
fn heading(key: &str) -> Option<(Word, Word, Needs)> {
    let may = Needs::Permission;
    Some(match key.split_once(':')? {
        ("quota", "100") => {
            (Word("alert-quota-used"), Word("alert-quota-used-text"), may(Permission::SeeFigures))
        }
        ("quota", _) => {
            (Word("alert-quota-near"), Word("alert-quota-near-text"), may(Permission::SeeFigures))
        }
        ("webhook", _) => {
            (Word("overview-webhook-off"), Word("alert-webhook-text"), may(Permission::SteerWebhooks))
        }
        ("domain", _) => {
            (Word("overview-domain-lost"), Word("alert-domain-text"), may(Permission::ChangeDomains))
        }
        ("disk", _) => (Word("overview-disk-low"), Word("alert-disk-text"), Needs::Operator),
        ("advice", code) => {
            let (title, text) = advice_words(code)?;
            (title, text, may(Permission::SeeFigures))
        }
        _ => return None,
    })
}

fn letter(app: &App, by: &Sender<'_>, words: Words, news: &[News<'_>]) -> Letter {
    let origin = app.settings.console.url.as_ref().map(|url| url.origin().to_owned());
    let line = |one: &News<'_>| {
        let (title, text, _) = heading(one.key)?;
        Some(Line {
            title: words.word(title),
            which: one.item.map(|item| item.which.clone()).unwrap_or_default(),
            text: if one.state == State::Open { words.word(text) } else { String::new() },
            link: one
                .item
                .filter(|item| !item.path.is_empty())
                .and_then(|item| Some(format!("{}{}", origin.as_deref()?, item.path))),
        })
    };
    let lines = |state| news.iter().filter(|one| one.state == state).filter_map(line).collect::<Vec<_>>();
    let (about, why) = match by.about {
        INSTALLATION => (words.t1("alert-installation", "host", &*app.hostname), Word("alert-why-operator")),
        _ => (by.workspace.shown().to_owned(), Word("alert-why")),
    };
    Letter {
        words,
        workspace: about,
        why,
        logo: false,
        began: lines(State::Open),
        over: lines(State::Over),
        own: origin.as_deref().map(|origin| format!("{origin}/me")),
    }
}

/// Mails the news to one person, and puts down that they were told, both or neither. What cannot be sent now is told later.
async fn send(
    app: &Arc<App>,
    now: At,
    by: &Sender<'_>,
    (reader, news): (&Reader, &[News<'_>]),
) -> Result<(), StoreError> {
    let Ok(to) = Address::parse(&reader.email) else { return Ok(()) };
    let workspace = by.workspace;
    let logo = match &workspace.logo {
        Some(token) if by.about == workspace.id => kept::content(&app.store, workspace.id, token).await?,
        Some(_) | None => None,
    };
    let letter = Letter { logo: logo.is_some(), ..letter(app, by, Words::of(reader.locale), news) };
    let Ok(parts) = letter.parts() else { return Ok(()) };
    let subject = letter.subject();
    let (from, logo) = (by.author.clone(), logo.as_ref());
    let post = Post { workspace, from, reply_to: None, to, subject, parts, logo, life: LIFE };
    let examined = match letter::examined(app, now, post).await {
        Ok(examined) => examined,
        Err(reason) => {
            tracing::debug!(%reason, workspace.id = workspace.id, "an alert could not be mailed and will be later");
            return Ok(());
        }
    };
    let mut write = Write::default();
    for one in news {
        tell(&mut write, now, (by.about, reader.id), (one.key, one.state, one.seen));
    }
    match accept_with(app, now, write, examined).await {
        Ok(Ok(Committed::Stored { .. } | Committed::Guarded)) | Ok(Err(StoreError::Conflict(_))) | Err(_) => {
            Ok(())
        }
        Ok(Err(error)) => Err(error),
    }
}
