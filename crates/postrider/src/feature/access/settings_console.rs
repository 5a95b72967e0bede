//! Settings: what a workspace is called, and which of the installation's settings hold for it, to be read.

use std::sync::Arc;
use std::time::Duration;

use ::console::Page as Frame;
use ::console::format::{number, time};
use ::console::screen::setting::Settings as Shown;
use ::console::words::{Word, Words};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use store::Write;

use super::Workspace;
use super::admin::workspace_title;
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Screen, Section, show, show_again};
use crate::console::shell::home;
use crate::feature::audit::Action;
use crate::feature::event;
use crate::feature::person::permission::need::ChangeWorkspace;
use crate::feature::person::setup::title_ok;
use crate::id::Noun;
use crate::settings::Settings;

const DAY_S: i64 = 86_400;

/// These screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/settings", one).at(Section::Workspace, "settings", Word("settings")),
        Screen::form("/w/{workspace}/settings", change_sent),
    ]
}

fn path(workspace: &Workspace) -> String {
    format!("{}settings", home(workspace))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Told {
    saved: Option<String>,
}

async fn one(
    who: Member<ChangeWorkspace>,
    State(app): State<Arc<App>>,
    Query(told): Query<Told>,
) -> Result<Response, Refused> {
    let shown = page(who, &app.settings, None);
    show(&Shown { saved: told.saved.is_some(), ..shown })
}

fn page(who: Member<ChangeWorkspace>, settings: &Settings, typed: Option<(String, Word)>) -> Shown {
    let (path, home) = (path(&who.workspace), home(&who.workspace));
    let (called, mistake) = match typed {
        Some((called, mistake)) => (called, Some(mistake)),
        None => (who.workspace.shown().to_owned(), None),
    };
    Shown {
        name: who.workspace.name.to_string(),
        called,
        mistake,
        saved: false,
        elsewhere: vec![
            (format!("{home}streams"), Word("streams"), Word("settings-streams")),
            (format!("{home}domains"), Word("domains"), Word("settings-domains")),
            (format!("{home}keys"), Word("keys"), Word("settings-keys")),
        ],
        fixed: fixed(who.page.words, settings),
        page: Frame { here: path.clone(), ..who.page },
        path,
    }
}

/// A duration: in days where it is whole ones.
pub(super) fn lasting(words: Words, duration: Duration) -> String {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    if seconds > 0 && seconds % DAY_S == 0 {
        return words.t1("settings-days", "n", seconds / DAY_S);
    }
    time::lapse(words.locale, seconds.saturating_mul(1_000_000))
}

/// What the operator set for all workspaces.
fn fixed(words: Words, settings: &Settings) -> Vec<(Word, String, &'static str)> {
    let days = |n: u32| words.t1("settings-days", "n", i64::from(n));
    let octets = |n: u64| number::octets(words.locale, n);
    let url = settings.tracking.url.as_ref().map_or_else(|| "–".to_owned(), |url| url.as_str().to_owned());
    vec![
        (Word("settings-next-hop"), settings.delivery.next_hop.to_string(), "delivery.next_hop"),
        (
            Word("settings-transactional"),
            lasting(words, settings.delivery.expires_after_transactional),
            "delivery.expires_after_transactional_s",
        ),
        (
            Word("settings-marketing"),
            lasting(words, settings.delivery.expires_after_marketing),
            "delivery.expires_after_marketing_s",
        ),
        (Word("settings-message-max"), octets(settings.smtp.message_max_bytes), "smtp.message_max_bytes"),
        (
            Word("settings-recipients"),
            number::whole(words.locale, i64::from(settings.smtp.recipients_max)),
            "smtp.recipients_max",
        ),
        (Word("settings-content"), days(settings.retention.content_days), "retention.content_days"),
        (Word("settings-events"), days(settings.retention.events_days), "retention.events_days"),
        (Word("settings-addresses"), days(settings.tracking.addresses_days), "tracking.addresses_days"),
        (Word("settings-tracking"), url, "tracking.url"),
        (Word("settings-files"), octets(settings.attachments.quota_bytes), "attachments.quota_bytes"),
        (Word("settings-files-kept"), days(settings.attachments.kept_days), "attachments.kept_days"),
    ]
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Typed {
    title: String,
}

async fn change_sent(
    who: Member<ChangeWorkspace>,
    State(app): State<Arc<App>>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Refused> {
    let title = typed.title.trim();
    if !title_ok(title) {
        return show_again(&page(who, &app.settings, Some((typed.title, Word("mistake-workspace")))));
    }
    let mut write = Write::default();
    workspace_title(&mut write, who.workspace.id, title);
    let told = json!({ "title": title });
    event::note_change(
        &mut write,
        (app.now(), who.by()),
        who.workspace.id,
        event::Name::WorkspaceChanged,
        told,
    );
    let change = Change {
        action: Action::WorkspaceChanged,
        object: Noun::Workspace.show(who.workspace.id),
        before: Some(json!({ "title": &*who.workspace.title })),
        after: Some(json!({ "title": title })),
    };
    who.commit(&app, write, change).await?.ok_or(Refused::NotFound)?;
    app.directory.reload(&app.store).await?;
    Ok(redirect(&format!("{}?saved=1", path(&who.workspace))))
}
