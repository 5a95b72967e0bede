//! Images in the console: uploaded, looked at, inserted, deleted.
//!
//! Guarantees
//! 1. Who may write templates may add and delete images.
//! 2. What is deleted was named with who shows it; a workspace's logo is not deleted.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::{number, time};
use ::console::screen::image::{Images, Pick, Picks, Row};
use ::console::screen::overview::Status;
use ::console::screen::template::Notice;
use ::console::words::{Word, Words};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use mail::date::rfc3339;
use serde::Deserialize;
use serde_json::json;

use super::api::url;
use super::kept::{self, Kept};
use super::{IMAGES_MAX, New, OCTETS_MAX, PIXELS_MAX, Unfit, path as shown_at};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::{Posted, Upload, Uploaded};
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, Screen, show};
use crate::feature::access::Workspace;
use crate::feature::audit::Action;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::{ChangeTemplates, SeeTemplates};
use crate::feature::template::uses::{User, Uses, uses};
use crate::http::page::Page;
use crate::id::Noun;

/// Octets of a form with an image at most. Reason: what is a little too large is told so, and not cut off on its way.
pub const FORM_OCTETS_MAX: usize = 8 << 20;
/// Images that the editor offers at once.
const PICKS: i64 = 60;
/// Users that are named beside an image.
const USERS_SHOWN: usize = 5;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/templates/images", list),
        Screen::form("/w/{workspace}/templates/images", upload_sent),
        Screen::page("/w/{workspace}/templates/images/pick", pick),
        Screen::form("/w/{workspace}/templates/images/pick", pick_sent),
        Screen::form("/w/{workspace}/templates/images/{id}/remove", remove_sent),
    ]
}

fn templates(workspace: &Workspace) -> String {
    format!("/w/{}/templates", workspace.name)
}

fn list_path(workspace: &Workspace) -> String {
    format!("{}/images", templates(workspace))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    after: Option<String>,
    before: Option<String>,
    told: String,
}

async fn list(
    who: Member<SeeTemplates>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    show(&page(who, &app, asked, None).await?)
}

async fn page<P>(
    who: Member<P>,
    app: &App,
    asked: Asked,
    mistake: Option<String>,
) -> Result<Images, Refused> {
    let (words, workspace, here) = (who.page.words, &who.workspace, list_path(&who.workspace));
    let page = Edge { after: asked.after, before: asked.before }.page(Noun::Image);
    let _turn = app.list_turns.take(workspace.id).await;
    let rows = kept::list(&app.store, workspace.id, page).await?;
    let uses = if rows.is_empty() { Uses::default() } else { uses(&app.store, workspace.id).await? };
    let paged = Paged::of(page, rows, &format!("{here}?"), |one| Noun::Image.show(one.id));
    let row = |one: Kept| {
        let added = time::ago(words, &who.zone, app.now(), one.created);
        row(app, (words, workspace), one, (&uses, added))
    };
    Ok(Images {
        rows: paged.rows.into_iter().map(row).collect(),
        before: paged.before,
        after: paged.after,
        notice: notice(words, &asked.told),
        mistake,
        may_change: who.role.may(Permission::ChangeTemplates),
        limits: limits(words),
        templates: templates(workspace),
        page: Frame { here: here.clone(), ..who.page },
        path: here,
    })
}

fn row(app: &App, (words, workspace): (Words, &Workspace), one: Kept, (uses, added): (&Uses, String)) -> Row {
    let id = Noun::Image.show(one.id);
    let users = uses.of_image(&one.token);
    let is_logo = workspace.logo.as_deref() == Some(&one.token);
    let used = match (users.len(), is_logo) {
        (0, true) => words.t("image-used-logo"),
        (0, false) if uses.whole => words.t("image-used-nobody"),
        (0, false) => words.t("image-used-unknown"),
        (n, _) => words.t1("image-used-by", "n", n),
    };
    let warning = match users.len() {
        0 => words.t("image-remove-about"),
        n => words.t1("image-remove-used", "n", n),
    };
    let user = |user: &User| (user_path(workspace, user), user.name.clone());
    Row {
        path: format!("{}/{id}", list_path(workspace)),
        src: shown_at(&one.token),
        url: url(app, workspace.id, &one.token),
        width: one.width,
        height: one.height,
        size: size(words, one.size),
        datetime: rfc3339(one.created),
        added,
        used,
        users: users.into_iter().take(USERS_SHOWN).map(user).collect(),
        warning,
        fixed: is_logo,
        name: one.name,
    }
}

/// Where somebody who uses an image is written.
fn user_path(workspace: &Workspace, user: &User) -> String {
    let id = user.noun.show(user.id);
    match user.noun {
        Noun::TemplatePart => format!("{}/parts/{id}", templates(workspace)),
        _ => format!("{}/{id}", templates(workspace)),
    }
}

fn size(words: Words, octets: i64) -> String {
    number::octets(words.locale, u64::try_from(octets).unwrap_or(0))
}

fn limits(words: Words) -> String {
    let octets = number::octets(words.locale, OCTETS_MAX as u64);
    words.t2("image-limits", ("size", octets), ("pixels", PIXELS_MAX))
}

fn notice(words: Words, told: &str) -> Option<Notice> {
    let word = match told {
        "added" => Word("image-told-added"),
        "same" => Word("image-told-same"),
        "removed" => Word("image-told-removed"),
        _ => return None,
    };
    let status = Status { class: "ok", icon: "circle-check", word };
    Some(Notice { status, text: words.word(word), link: None })
}

/// What came of an upload.
pub enum Outcome {
    Added(Kept),
    /// The workspace had it.
    Same(Kept),
    Mistaken(String),
}

/// Keeps what somebody uploaded, if it may be kept.
///
/// # Errors
/// As [`store::Store::write`].
pub async fn keep<P>(who: &Member<P>, app: &App, upload: Upload) -> Result<Outcome, Refused> {
    let words = who.page.words;
    let (name, content) = match upload {
        Upload::File { name, content } => (name, content),
        Upload::Nothing => return Ok(Outcome::Mistaken(words.t("image-mistake-none"))),
        Upload::TooLarge => return Ok(Outcome::Mistaken(unfit(words, Unfit::TooLarge))),
    };
    // The form's octets go when this one has been stored.
    let content = Bytes::copy_from_slice(&content);
    let new = match New::of(who.workspace.id, &name, content.clone()) {
        Ok(new) => new,
        Err(why) => return Ok(Outcome::Mistaken(unfit(words, why))),
    };
    if let Some(kept) = kept::same(&app.store, who.workspace.id, &content).await? {
        return Ok(Outcome::Same(kept));
    }
    let (id, write) = kept::rows((&app.mint, app.now()), &new);
    let change = Change {
        action: Action::ImageAdded,
        object: Noun::Image.show(id),
        before: None,
        after: Some(json!({ "name": new.name, "size": content.len() })),
    };
    who.commit(app, write, change).await?;
    // When it conflicts, somebody brought the same at this moment, or there is no room.
    Ok(match kept::same(&app.store, who.workspace.id, &content).await? {
        Some(kept) => Outcome::Added(kept),
        None => Outcome::Mistaken(words.t1("image-mistake-full", "n", IMAGES_MAX)),
    })
}

fn unfit(words: Words, why: Unfit) -> String {
    match why {
        Unfit::NoImage => words.t("image-mistake-kind"),
        Unfit::TooLarge => {
            words.t1("image-mistake-large", "size", number::octets(words.locale, OCTETS_MAX as u64))
        }
        Unfit::TooManyPixels => words.t1("image-mistake-pixels", "n", PIXELS_MAX),
    }
}

async fn upload_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    Uploaded(upload): Uploaded<FORM_OCTETS_MAX>,
) -> Result<Response, Refused> {
    let told = match keep(&who, &app, upload).await? {
        Outcome::Added(_) => "added",
        Outcome::Same(_) => "same",
        Outcome::Mistaken(wrong) => {
            let page = show(&page(who, &app, Asked::default(), Some(wrong)).await?)?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    Ok(redirect(&format!("{}?told={told}", list_path(&who.workspace))))
}

/// For the editor: images to insert.
async fn pick(who: Member<ChangeTemplates>, State(app): State<Arc<App>>) -> Result<Response, Refused> {
    show(&picks(&who, &app, (None, None)).await?)
}

/// For the editor: adds one and says where it is.
async fn pick_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    Uploaded(upload): Uploaded<FORM_OCTETS_MAX>,
) -> Result<Response, Refused> {
    match keep(&who, &app, upload).await? {
        Outcome::Added(kept) | Outcome::Same(kept) => show(&picks(&who, &app, (Some(kept), None)).await?),
        Outcome::Mistaken(wrong) => {
            let page = show(&picks(&who, &app, (None, Some(wrong))).await?)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn picks(
    who: &Member<ChangeTemplates>,
    app: &App,
    (made, mistake): (Option<Kept>, Option<String>),
) -> Result<Picks, Refused> {
    let (words, workspace) = (who.page.words, who.workspace.id);
    let rows = kept::list(&app.store, workspace, Page::first(PICKS + 1)).await?;
    let pick = |one: Kept| Pick {
        src: shown_at(&one.token),
        url: url(app, workspace, &one.token),
        width: one.width,
        height: one.height,
        size: size(words, one.size),
        name: one.name,
    };
    let shown = usize::try_from(PICKS).unwrap_or(usize::MAX);
    Ok(Picks {
        words,
        path: list_path(&who.workspace),
        mistake,
        made: made.map(pick),
        more: rows.len() > shown,
        picks: rows.into_iter().take(shown).map(pick).collect(),
    })
}

/// A second step: what is deleted does not come back.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Sure {
    sure: String,
}

async fn remove_sent(
    who: Member<ChangeTemplates>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(Sure { sure }): Posted<Sure>,
) -> Result<Response, Refused> {
    let workspace = who.workspace.id;
    let found = kept::one(&app.store, workspace, named.id(Noun::Image)?).await?;
    let kept = found.ok_or(Refused::NotFound)?;
    if sure != "yes" || who.workspace.logo.as_deref() == Some(&kept.token) {
        return Ok(redirect(&list_path(&who.workspace)));
    }
    let change = Change {
        action: Action::ImageRemoved,
        object: Noun::Image.show(kept.id),
        before: Some(json!({ "name": kept.name, "size": kept.size })),
        after: None,
    };
    // Somebody may have made it the logo meanwhile, or removed it.
    let told = match who.commit(&app, kept::remove_rows(workspace, kept.id), change).await? {
        Some(_) => "?told=removed",
        None => "",
    };
    Ok(redirect(&format!("{}{told}", list_path(&who.workspace))))
}
