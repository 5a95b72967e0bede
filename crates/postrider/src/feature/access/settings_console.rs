//! Settings: what a workspace is called, its logo, whom its mail is from, and which of the installation's settings hold for it, to be read.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use ::console::Page as Frame;
use ::console::draw::initials;
use ::console::format::{number, time};
use ::console::screen::setting::Settings as Shown;
use ::console::words::{Word, Words};
use axum::extract::State;
use axum::response::Response;
use content::image::image;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Write;

use super::admin::{workspace_logo, workspace_sender, workspace_title};
use super::{SENDER_CHARS_MAX, Workspace};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::{Nothing, Posted, Upload, Uploaded};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Screen, Section, show, show_again};
use crate::console::shell::home;
use crate::feature::audit::Action;
use crate::feature::event;
use crate::feature::image::console::{FORM_OCTETS_MAX, Outcome, keep};
use crate::feature::image::path as path_of_image;
use crate::feature::person::permission::need::ChangeWorkspace;
use crate::feature::person::setup::title_ok;
use crate::id::Noun;
use crate::naming::is_author;
use crate::settings::Settings;

const DAY_S: i64 = 86_400;
/// Octets of a logo. Reason: every invitation carries it, and every page of the console shows it.
const LOGO_OCTETS_MAX: usize = 256_000;
/// Pixels of a logo's side. Reason: it is shown 34 pixels high, sharp on a screen of twice as many; more is for nothing.
const LOGO_SIDES: RangeInclusive<u32> = 32..=1_024;

/// These screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/settings", one).at(Section::Workspace, "settings", Word("settings")),
        Screen::form("/w/{workspace}/settings", change_sent),
        Screen::form("/w/{workspace}/settings/logo", logo_sent),
        Screen::form("/w/{workspace}/settings/logo/remove", logo_removed),
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
    let shown = page(who, &app.settings, Wrong::default());
    show(&Shown { saved: told.saved.is_some(), ..shown })
}

/// What is wrong with a form, and what was typed into it.
#[derive(Default)]
struct Wrong {
    typed: Option<Typed>,
    title: Option<Word>,
    sender: Option<Word>,
    logo: Option<String>,
}

fn page(who: Member<ChangeWorkspace>, settings: &Settings, wrong: Wrong) -> Shown {
    let (path, home) = (path(&who.workspace), home(&who.workspace));
    let stored = || Typed { title: who.workspace.shown().into(), sender: who.workspace.sender.to_string() };
    let typed = wrong.typed.unwrap_or_else(stored);
    Shown {
        name: who.workspace.name.to_string(),
        called: typed.title,
        mistake: wrong.title,
        sender: typed.sender,
        sender_mistake: wrong.sender,
        logo: who.workspace.logo_path(),
        logo_mistake: wrong.logo,
        initials: initials(who.workspace.shown()),
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
    sender: String,
}

/// Whether a workspace may say that mail is from this name; empty: from what people call it.
fn sender_ok(sender: &str) -> bool {
    sender.is_empty() || is_author(sender, SENDER_CHARS_MAX)
}

async fn change_sent(
    who: Member<ChangeWorkspace>,
    State(app): State<Arc<App>>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Refused> {
    let (title, sender) = (typed.title.trim().to_owned(), typed.sender.trim().to_owned());
    let title_wrong = (!title_ok(&title)).then_some(Word("mistake-workspace"));
    let sender_wrong = (!sender_ok(&sender)).then_some(Word("settings-sender-mistake"));
    if title_wrong.or(sender_wrong).is_some() {
        let wrong = Wrong { typed: Some(typed), title: title_wrong, sender: sender_wrong, logo: None };
        return show_again(&page(who, &app.settings, wrong));
    }
    let mut write = Write::default();
    workspace_title(&mut write, who.workspace.id, &title);
    workspace_sender(&mut write, who.workspace.id, &sender);
    let before = json!({ "title": &*who.workspace.title, "sender": &*who.workspace.sender });
    commit(&who, &app, write, (before, json!({ "title": title, "sender": sender }))).await
}

/// Commits a change of the workspace's own row, told in the log of events and in that of changes.
async fn commit(
    who: &Member<ChangeWorkspace>,
    app: &App,
    mut write: Write,
    (before, after): (Value, Value),
) -> Result<Response, Refused> {
    event::note_change(
        &mut write,
        (app.now(), who.by()),
        who.workspace.id,
        event::Name::WorkspaceChanged,
        after.clone(),
    );
    let change = Change {
        action: Action::WorkspaceChanged,
        object: Noun::Workspace.show(who.workspace.id),
        before: Some(before),
        after: Some(after),
    };
    who.commit(app, write, change).await?.ok_or(Refused::NotFound)?;
    app.directory.reload(&app.store).await?;
    Ok(redirect(&format!("{}?saved=1", path(&who.workspace))))
}

/// Why a file is no logo, beside what is wrong with it as an image.
fn logo_mistake(upload: &Upload) -> Option<Word> {
    let Upload::File { content, .. } = upload else { return None };
    let shape = image(content);
    if shape.is_some() && content.len() > LOGO_OCTETS_MAX {
        return Some(Word("settings-logo-large"));
    }
    let sides = shape.map(|shape| (shape.width.min(shape.height), shape.width.max(shape.height)))?;
    let fits = LOGO_SIDES.contains(&sides.0) && LOGO_SIDES.contains(&sides.1) && sides.1 <= 2 * sides.0;
    (!fits).then_some(Word("settings-logo-shape"))
}

async fn logo_sent(
    who: Member<ChangeWorkspace>,
    State(app): State<Arc<App>>,
    Uploaded(upload): Uploaded<FORM_OCTETS_MAX>,
) -> Result<Response, Refused> {
    let outcome = match logo_mistake(&upload) {
        Some(wrong) => Outcome::Mistaken(who.page.words.word(wrong)),
        None => keep(&who, &app, upload).await?,
    };
    let kept = match outcome {
        Outcome::Added(kept) | Outcome::Same(kept) => kept,
        Outcome::Mistaken(wrong) => {
            return show_again(&page(who, &app.settings, Wrong { logo: Some(wrong), ..Wrong::default() }));
        }
    };
    set_logo(&who, &app, Some(kept.token)).await
}

async fn logo_removed(
    who: Member<ChangeWorkspace>,
    State(app): State<Arc<App>>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    set_logo(&who, &app, None).await
}

async fn set_logo(
    who: &Member<ChangeWorkspace>,
    app: &App,
    token: Option<String>,
) -> Result<Response, Refused> {
    let write = workspace_logo(who.workspace.id, token.as_deref());
    let told = |token: Option<&str>| json!({ "logo": token.map(path_of_image) });
    let change = (told(who.workspace.logo.as_deref()), told(token.as_deref()));
    commit(who, app, write, change).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_small_and_nearly_square() {
        let of = |width: u16, height: u16, octets: usize| {
            let mut file = [b"GIF89a".as_slice(), &width.to_le_bytes(), &height.to_le_bytes()].concat();
            file.resize(octets, 0);
            logo_mistake(&Upload::File { name: String::new(), content: file.into() })
        };
        assert_eq!((of(64, 64, 20), of(1_024, 512, LOGO_OCTETS_MAX)), (None, None));
        for (width, height) in [(31, 31), (1_025, 1_025), (200, 99), (99, 200)] {
            assert_eq!(of(width, height, 20), Some(Word("settings-logo-shape")), "{width} × {height}");
        }
        assert_eq!(of(64, 64, LOGO_OCTETS_MAX + 1), Some(Word("settings-logo-large")));
    }
}
