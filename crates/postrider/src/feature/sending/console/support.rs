//! A link to one message for somebody without an account: what became of it, and nothing of what it says but the subject.
//!
//! Guarantees
//! 1. A link is signed, is about one message, and ends by itself after [`DAYS`] days, or at once when somebody ends it: it opens
//!    nothing without its row. Who made and who ended it is in the audit log.
//! 2. No link goes for another one: of one message only so many are open at once, and one more is refused.
//! 3. Of several recipients it tells only of those who stand in To or Cc, where all others see them; where none is known to, there
//!    is no link.
//! 4. Its page is read-only, in no index, kept by nobody, and has neither content nor forms nor ways to anything else.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use ::console::format::time::{self, Zone};
use ::console::screen::shared::Shared;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use mail::date::rfc3339;
use mail::{Address, At, Headers};
use serde::Deserialize;
use serde_json::json;
use store::{StoreError, Value, Write, query};

use super::message::{RECIPIENTS_MAX, View, suppressions_of};
use super::timeline::Sight;
use super::{existing, path_of, timeline};
use crate::app::App;
use crate::console::change::Change;
use crate::console::guard::{Nothing, Posted};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Visitor, show};
use crate::feature::access::Workspace;
use crate::feature::audit::Action;
use crate::feature::person::permission::Role;
use crate::feature::person::permission::need::SeeContent;
use crate::feature::sending::RecipientField;
use crate::feature::sending::read::{Stored, StoredRecipient, email_one, recipient_list};
use crate::http::page::Page;
use crate::id::Noun;
use crate::in_turn::{Counted, in_turn};

query!(ADD, "../queries/support_link_add.sql");
query!(LINKS, "../queries/support_links.sql");
query!(END, "../queries/support_link_end.sql");
query!(AGE, "../queries/support_link_age.sql");

/// How long a link lasts. Reason: a question to support is answered within a week.
pub(super) const DAYS: u64 = 7;
const LASTS: Duration = Duration::from_secs(DAYS * 86_400);
/// Recipients that are shown.
const ROWS: usize = 50;
/// Links of a message that are open at once. Reason: each is one more that somebody has.
const LINKS_MAX: i64 = 50;
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

pub(super) async fn share(
    who: Member<SeeContent>,
    State(app): State<Arc<App>>,
    Path((_, shown)): Path<(String, String)>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let email = existing(&app, who.workspace.id, &shown).await?;
    let back = |told: &str| redirect(&format!("{}?told={told}", path_of(&who.workspace, email.id)));
    if in_the_open(&app, who.workspace.id, &email).await?.is_empty() {
        return Ok(back("shared-blind"));
    }
    let until = app.now().after(LASTS);
    let mut write = in_turn(Counted::SupportLinks);
    write.step(&AGE, vec![("now", seconds(app.now()).into())]);
    let mut params = of_link(who.workspace.id, email.id, seconds(until));
    params.extend([("now", seconds(app.now()).into()), ("most", LINKS_MAX.into())]);
    write.step_expecting(1, "there is one of this second, or as many as there may be", &ADD, params);
    let change = Change {
        action: Action::EmailShared,
        object: Noun::Message.show(email.id),
        before: None,
        after: Some(json!({ "until": rfc3339(until) })),
    };
    let of = (who.workspace.id, email.id);
    let told = match who.commit(&app, write, change).await? {
        None if !links(&app, of).await?.contains(&seconds(until)) => "shared-full",
        // Somebody who asked within the same second has the same link.
        Some(_) | None => "shared",
    };
    // Without the token: addresses of pages are kept by browsers, and told to those who look over a shoulder.
    Ok(back(told))
}

/// The recipients of whom an outsider may hear: a single one, and of several those whom each of them sees in To or Cc.
async fn in_the_open(app: &App, workspace: i64, email: &Stored) -> Result<Vec<StoredRecipient>, StoreError> {
    let of = (workspace, email.id);
    let mut all = recipient_list(&app.store, app.now(), of, Page::first(RECIPIENTS_MAX)).await?;
    if all.len() > 1 {
        let named = named(email.content.as_deref().unwrap_or_default());
        all.retain(|one| match &*one.field {
            field if field == RecipientField::To.as_str() || field == RecipientField::Cc.as_str() => true,
            // SMTP has one envelope for everybody: only the content tells who is no secret.
            field if field == RecipientField::Envelope.as_str() => {
                Address::parse(&one.address).is_ok_and(|address| named.contains(&*address.folded()))
            }
            _ => false,
        });
    }
    Ok(all)
}

/// The addresses in To and Cc, folded.
fn named(content: &[u8]) -> HashSet<String> {
    let Ok(headers) = Headers::scan_again(content) else { return HashSet::new() };
    let fields = ["To", "Cc"].map(|name| headers.mailboxes(name).unwrap_or_default());
    fields.into_iter().flatten().map(|one| one.address.folded()).collect()
}

/// Ends a link at once.
pub(super) async fn end(
    who: Member<SeeContent>,
    State(app): State<Arc<App>>,
    Path((_, shown)): Path<(String, String)>,
    Posted(link): Posted<Link>,
) -> Result<Response, Refused> {
    let email = existing(&app, who.workspace.id, &shown).await?;
    if let Ok(until) = link.until.parse::<i64>() {
        let change = Change {
            action: Action::EmailShareEnded,
            object: Noun::Message.show(email.id),
            before: Some(json!({ "until": rfc3339(moment(until)) })),
            after: None,
        };
        let mut write = Write::default();
        let params = of_link(who.workspace.id, email.id, until);
        write.step_expecting(1, "the link has ended", &END, params);
        who.commit(&app, write, change).await?;
    }
    Ok(redirect(&format!("{}?told=unshared", path_of(&who.workspace, email.id))))
}

/// Which link a form is about.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Link {
    until: String,
}

fn of_link(workspace: i64, message: i64, until: i64) -> Vec<(&'static str, Value)> {
    vec![("message", message.into()), ("until", until.into()), ("workspace", workspace.into())]
}

/// The ends of a message's links that are open, in seconds, the newest first.
pub(super) async fn links(app: &App, (workspace, message): (i64, i64)) -> Result<Vec<i64>, StoreError> {
    let params = [
        ("message", message.into()),
        ("workspace", workspace.into()),
        ("now", seconds(app.now()).into()),
        ("limit", LINKS_MAX.into()),
    ];
    app.store.read(&LINKS, &params).await?.iter().map(|row| row.int(0)).collect()
}

fn seconds(at: At) -> i64 {
    at.0.div_euclid(1_000_000)
}

pub(super) fn moment(seconds: i64) -> At {
    At(seconds.saturating_mul(1_000_000))
}

/// The token for a message until a time: seconds stand beside the seal, and are sealed with it.
pub(super) fn seal(app: &App, of: (i64, i64), until: At) -> String {
    let until = seconds(until).to_string();
    format!("{}.{until}", app.tracking.support_token(of, &until))
}

/// Workspace, message and end of a token that we made.
pub(super) fn open(app: &App, token: &str) -> Option<(i64, i64, At)> {
    let (token, until) = token.split_once('.')?;
    let (workspace, message) = app.tracking.support_of(token, until)?;
    Some((workspace, message, At(until.parse::<i64>().ok()?.checked_mul(1_000_000)?)))
}

pub(super) async fn shared(
    who: Visitor,
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, Refused> {
    let now = app.now();
    let (workspace, message, until) = open(&app, &token).ok_or(Refused::NotFound)?;
    let is_open = now < until && links(&app, (workspace, message)).await?.contains(&seconds(until));
    let found = email_one(&app.store, workspace, message).await?.filter(|_| is_open);
    let email = found.ok_or(Refused::NotFound)?;
    let all = in_the_open(&app, workspace, &email).await?;
    let principal = all.iter().min_by_key(|one| one.status).ok_or(Refused::NotFound)?;
    let (page, zone) = (who.visit.page(), Zone::named("UTC"));
    let names: HashMap<_, _> = all.iter().map(|one| (one.id, &*one.address)).collect();
    let timeline = timeline::View { words: page.words, zone: &zone, names, sight: Sight::FateOfNamed };
    // What a seller may see, who sees no content, is all that there is on it.
    let view = View { words: page.words, zone: &zone, path: "", role: Role::Seller };
    let suppressions = suppressions_of(&app, workspace, Some(principal)).await?;
    let snapshot = app.directory.snapshot();
    let mut response = show(&Shared {
        brand: snapshot.workspaces.get(&workspace).map(Workspace::brand).unwrap_or_default(),
        subject: email.subject.clone(),
        verdict: view.verdict(&email, Some(principal), &all, &suppressions),
        recipients: all.iter().take(ROWS).map(|one| view.recipient(one)).collect(),
        timeline: timeline.read(&app, (workspace, message)).await?,
        until: time::moment(page.words.locale, &zone, until),
        zone: zone.name().to_owned(),
        page,
    })?;
    response.headers_mut().insert(ROBOTS, HeaderValue::from_static("noindex, nofollow"));
    Ok(response)
}
