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
use crate::feature::person::letter::{self, Post};
use crate::feature::person::member::{Told as Reader, alerts_wanted};
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
    outcome
}

/// Something that needs somebody.
struct Item {
    /// What it is called in the database.
    key: String,
    /// What a role must have to be told.
    needs: Permission,
    /// Which one it is, where there may be several.
    which: String,
    /// Where in the console it is seen.
    path: String,
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
            send(app, now, (workspace, &author), (reader, &news)).await?;
        }
    }
    if told.values().any(|told| told.state == State::Over) {
        forget(&app.store, now, workspace.id).await?;
    }
    Ok(())
}

/// What needs somebody now.
async fn items(app: &App, workspace: &Workspace, now: At) -> Result<Vec<Item>, StoreError> {
    let home = format!("/w/{}/", workspace.name);
    let mut items = Vec::new();
    for share in quota::reached(&app.store, workspace, now).await? {
        items.push(Item {
            key: format!("quota:{share}"),
            needs: Permission::SeeFigures,
            which: String::new(),
            path: format!("{home}usage"),
        });
    }
    for endpoint in off(app, workspace.id) {
        items.push(Item {
            key: format!("webhook:{}", Noun::Webhook.show(endpoint.id)),
            needs: Permission::SteerWebhooks,
            which: endpoint.url.as_str().to_owned(),
            path: webhook_page(workspace, endpoint.id),
        });
    }
    let _turn = app.list_turns.take(workspace.id).await;
    for code in bad(&app.store, workspace.id, now).await? {
        let (key, path) = (format!("advice:{code}"), home.clone());
        items.push(Item { key, needs: Permission::SeeFigures, which: String::new(), path });
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
    let may: Vec<&Item> = items.iter().filter(|item| reader.role.may(item.needs)).collect();
    let known = told.keys().filter(|(person, _)| *person == reader.id).map(|(_, key)| key.as_str());
    let keys: BTreeSet<&str> = may.iter().map(|item| item.key.as_str()).chain(known).collect();
    let of = |key: &'n str| {
        let item = may.iter().find(|item| item.key == key).copied();
        let seen = told.get(&(reader.id, key.to_owned())).copied();
        let state = due(now, seen, item.is_some())?;
        // Whoever may not see it any more is not told of its end either.
        heading(key).filter(|(_, _, needs)| reader.role.may(*needs))?;
        Some(News { key, state, seen, item })
    };
    keys.into_iter().filter_map(of).take(LINES_MAX).collect()
}

/// The words of a thing: what it is, what to do, and who may know. None for what a newer version wrote.
fn heading(key: &str) -> Option<(Word, Word, Permission)> {
    let (title, text, needs) = match key.split_once(':')? {
        ("quota", "100") => (Word("alert-quota-used"), Word("alert-quota-used-text"), Permission::SeeFigures),
        ("quota", _) => (Word("alert-quota-near"), Word("alert-quota-near-text"), Permission::SeeFigures),
        ("webhook", _) => {
            (Word("overview-webhook-off"), Word("alert-webhook-text"), Permission::SteerWebhooks)
        }
        ("advice", code) => {
            let (title, text) = advice_words(code)?;
            (title, text, Permission::SeeFigures)
        }
        _ => return None,
    };
    Some((title, text, needs))
}

fn letter(app: &App, workspace: &Workspace, words: Words, news: &[News<'_>]) -> Letter {
    let origin = app.settings.console.url.as_ref().map(|url| url.origin().to_owned());
    let line = |one: &News<'_>| {
        let (title, text, _) = heading(one.key)?;
        Some(Line {
            title: words.word(title),
            which: one.item.map(|item| item.which.clone()).unwrap_or_default(),
            text: if one.state == State::Open { words.word(text) } else { String::new() },
            link: one.item.and_then(|item| Some(format!("{}{}", origin.as_deref()?, item.path))),
        })
    };
    let lines = |state| news.iter().filter(|one| one.state == state).filter_map(line).collect::<Vec<_>>();
    Letter {
        words,
        workspace: workspace.shown().to_owned(),
        began: lines(State::Open),
        over: lines(State::Over),
        own: origin.as_deref().map(|origin| format!("{origin}/me")),
    }
}

/// Mails the news to one person, and puts down that they were told, both or neither. What cannot be sent now is told later.
async fn send(
    app: &Arc<App>,
    now: At,
    (workspace, author): (&Workspace, &Mailbox),
    (reader, news): (&Reader, &[News<'_>]),
) -> Result<(), StoreError> {
    let Ok(to) = Address::parse(&reader.email) else { return Ok(()) };
    let letter = letter(app, workspace, Words::of(reader.locale), news);
    let Ok(parts) = letter.parts() else { return Ok(()) };
    let subject = letter.subject();
    let post =
        Post { workspace, from: author.clone(), reply_to: None, to, subject, parts, logo: None, life: LIFE };
    let examined = match letter::examined(app, now, post).await {
        Ok(examined) => examined,
        Err(reason) => {
            tracing::debug!(%reason, workspace.id = workspace.id, "an alert could not be mailed and will be later");
            return Ok(());
        }
    };
    let mut write = Write::default();
    for one in news {
        tell(&mut write, now, (workspace.id, reader.id), (one.key, one.state, one.seen));
    }
    match accept_with(app, now, write, examined).await {
        Ok(Ok(Committed::Stored { .. } | Committed::Guarded)) | Ok(Err(StoreError::Conflict(_))) | Err(_) => {
            Ok(())
        }
        Ok(Err(error)) => Err(error),
    }
}
