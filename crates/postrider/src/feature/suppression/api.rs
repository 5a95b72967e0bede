//! `/suppressions`: Resend's resource, with our reasons beside its origins.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use mail::Address;
use mail::date::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::admin::{self, Listed, Suppress};
use super::{ALL_MARKETING, Reason};
use crate::app::App;
use crate::feature::event::By;
use crate::http::auth::{FullKey, restricted};
use crate::http::endpoint::{Deleted, Endpoint, Method, Shown};
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::{Json, Params, UpTo};
use crate::http::page::{List, PageParams};
use crate::id::Noun;

/// Addresses of one batch at most.
pub const BATCH_MAX: usize = 1_000;

#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/suppressions", list)
            .summary("List the addresses that may not be mailed, newest first.")
            .query::<ListParams>()
            .answers::<List<SuppressionBody>>(200),
        Endpoint::new(Method::Post, "/suppressions", add)
            .summary("Suppress an address.")
            .takes::<NewSuppressionBody>()
            .answers::<SuppressionBody>(201),
        Endpoint::new(Method::Get, "/suppressions/{id}", one)
            .summary("Show the suppression with this id, or of this address.")
            .answers::<SuppressionBody>(200),
        Endpoint::new(Method::Delete, "/suppressions/{id}", remove)
            .summary("Lift the suppression with this id, or all of this address.")
            .answers::<Deleted>(200),
        Endpoint::new(Method::Post, "/suppressions/batch/add", batch_add)
            .summary("Suppress up to 1,000 addresses, all or none.")
            .takes::<BatchAddBody>()
            .answers::<BatchAdded>(200),
        Endpoint::new(Method::Post, "/suppressions/batch/remove", batch_remove)
            .summary("Lift every suppression of up to 1,000 addresses.")
            .takes::<BatchRemoveBody>()
            .answers::<BatchRemoved>(200),
    ]
}

/// Resend's word for a reason.
fn origin(reason: &str) -> &'static str {
    match Reason::parse(reason) {
        Some(Reason::HardBounce) => "bounce",
        Some(Reason::Complaint) => "complaint",
        Some(Reason::Unsubscribed | Reason::Manual) | None => "manual",
    }
}

/// A reason by our word or by Resend's.
fn reason(text: &str) -> Option<Reason> {
    match text {
        "bounce" => Some(Reason::HardBounce),
        other => Reason::parse(other),
    }
}

/// A suppressed address.
#[derive(Serialize, ToSchema)]
struct SuppressionBody {
    object: &'static str,
    id: String,
    email: String,
    /// `hard_bounce`, `complaint`, `unsubscribed` or `manual`.
    reason: String,
    /// The same in three words: `bounce`, `complaint` or `manual`.
    origin: &'static str,
    /// `workspace`, `marketing` (every marketing stream) or `stream`.
    scope: &'static str,
    /// The stream that it holds for, if it is one.
    stream_id: Option<String>,
    /// The delivery whose reply caused it.
    delivery_id: Option<String>,
    /// What the recipient's server said.
    evidence: Option<String>,
    created_at: String,
}

impl SuppressionBody {
    fn of(listed: Listed) -> SuppressionBody {
        SuppressionBody {
            object: "suppression",
            id: Noun::Suppression.show(listed.id),
            email: listed.address,
            origin: origin(&listed.reason),
            reason: listed.reason,
            scope: match listed.stream {
                0 => "workspace",
                ALL_MARKETING => "marketing",
                _ => "stream",
            },
            stream_id: (listed.stream > 0).then(|| Noun::Stream.show(listed.stream)),
            delivery_id: listed.delivery.map(|id| Noun::Delivery.show(id)),
            evidence: listed.evidence,
            created_at: rfc3339(listed.created),
        }
    }
}

/// Which suppressions to list.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
struct ListParams {
    /// Entries of the page, 1 to 1,000; 20 when nothing is said.
    limit: Option<String>,
    /// Entries that come after the one with this id.
    after: Option<String>,
    /// Entries that come before the one with this id.
    before: Option<String>,
    /// Only those for this reason.
    reason: Option<String>,
    /// Only those of this origin: `bounce`, `complaint` or `manual`.
    origin: Option<String>,
}

async fn list(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<ListParams>,
) -> Result<axum::Json<List<SuppressionBody>>, ApiError> {
    let mut mistakes = Mistakes::default();
    let wanted = params.reason.as_deref().or(params.origin.as_deref());
    let only = wanted.and_then(reason);
    if wanted.is_some() && only.is_none() {
        mistakes.add("reason", Code::InvalidValue, "one of hard_bounce, complaint, unsubscribed, manual");
    }
    let page = PageParams { limit: params.limit, after: params.after, before: params.before }
        .read_into(Noun::Suppression, &mut mistakes);
    mistakes.none_or(())?;
    let _turn = app.list_turns.take(holder.workspace).await;
    let rows = admin::suppression_list(&app.store, holder.workspace, only, page).await?;
    Ok(axum::Json(List::of(page, rows, |one| Noun::Suppression.show(one.id), SuppressionBody::of)))
}

/// A new suppression.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default)]
struct NewSuppressionBody {
    email: Option<String>,
    /// `manual` when nothing is said.
    reason: Option<String>,
    /// The name of the stream that it holds for; all of the workspace when nothing is said.
    stream: Option<String>,
}

async fn add(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Json(body, _): Json<NewSuppressionBody>,
) -> Result<(StatusCode, axum::Json<SuppressionBody>), ApiError> {
    let mut mistakes = Mistakes::default();
    let email = body.email.unwrap_or_default();
    let address = read_address(&email, "/email", &mut mistakes);
    let terms = read_terms(&app, &holder, (body.reason.as_deref(), body.stream.as_deref()), &mut mistakes);
    mistakes.none_or(())?;
    let Some(address) = address else { return Err(ApiError::not_found("address")) };
    let new = vec![terms.of(holder.workspace, &address)];
    admin::suppression_add(&app.store, &app.suppressions, (&app.mint, app.now()), new).await?;
    let found = admin::suppression_find(&app.store, holder.workspace, &address).await?;
    let found = found.into_iter().find(|listed| listed.stream == terms.stream);
    // Somebody may have lifted it in between.
    let found = found.ok_or_else(|| ApiError::conflict("the suppression was lifted at the same moment"))?;
    Ok((StatusCode::CREATED, axum::Json(SuppressionBody::of(found))))
}

/// Why and where addresses are suppressed.
#[derive(Clone, Copy)]
struct Terms {
    by: By,
    reason: Reason,
    /// 0 for the whole workspace.
    stream: i64,
}

impl Terms {
    fn of(self, workspace: i64, address: &Address) -> Suppress<'_> {
        Suppress { workspace, stream: self.stream, address, reason: self.reason, by: self.by, evidence: None }
    }
}

fn read_terms(
    app: &App,
    holder: &FullKey,
    (why, stream): (Option<&str>, Option<&str>),
    mistakes: &mut Mistakes,
) -> Terms {
    let known = why.map_or(Some(Reason::Manual), reason);
    if known.is_none() {
        mistakes.add("/reason", Code::InvalidValue, "one of hard_bounce, complaint, unsubscribed, manual");
    }
    let snapshot = app.directory.snapshot();
    let found = stream.map(|name| snapshot.stream(holder.workspace, name).map(|stream| stream.id));
    if found == Some(None) {
        mistakes.add("/stream", Code::InvalidValue, "the workspace has no stream of this name");
    }
    Terms {
        by: By::Key(holder.key.id),
        reason: known.unwrap_or(Reason::Manual),
        stream: found.flatten().unwrap_or(0),
    }
}

fn read_address(text: &str, pointer: &str, mistakes: &mut Mistakes) -> Option<Address> {
    match Address::parse(text.trim()) {
        Ok(address) => Some(address),
        Err(error) => {
            mistakes.add(pointer, Code::InvalidAddress, error.to_string());
            None
        }
    }
}

/// What a path's last segment names.
enum Named {
    Id(i64),
    Address(Address),
}

fn named(shown: &Shown) -> Result<Named, ApiError> {
    if let Some(id) = Noun::Suppression.read(&shown.0) {
        return Ok(Named::Id(id));
    }
    let address = Address::parse(&shown.0).map_err(|_| ApiError::not_found("suppression"))?;
    Ok(Named::Address(address))
}

/// The suppressions that are named; of an address, the one of the whole workspace comes first.
async fn found(app: &App, workspace: i64, named: &Named) -> Result<Vec<Listed>, ApiError> {
    Ok(match named {
        Named::Id(id) => admin::suppression_by_id(&app.store, workspace, *id).await?.into_iter().collect(),
        Named::Address(address) => admin::suppression_find(&app.store, workspace, address).await?,
    })
}

/// Lifts these, all or, when the person might not who made the key, none; gives how many they were.
async fn lifted(app: &App, holder: &FullKey, found: Vec<Listed>) -> Result<usize, ApiError> {
    if !found.iter().all(|one| one.lifts_by(&holder.key)) {
        let why = "whoever made this key may not lift what somebody complained about or unsubscribed from";
        return Err(restricted(why));
    }
    let made = (app.now(), By::Key(holder.key.id));
    let lifted = admin::lift_those(&app.store, made, (holder.workspace, found), |_, _| ()).await?;
    Ok(lifted.len())
}

async fn one(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<axum::Json<SuppressionBody>, ApiError> {
    let found = found(&app, holder.workspace, &named(&shown)?).await?.into_iter().next();
    found.map(SuppressionBody::of).map(axum::Json).ok_or_else(|| ApiError::not_found("suppression"))
}

async fn remove(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<axum::Json<Deleted>, ApiError> {
    let found = found(&app, holder.workspace, &named(&shown)?).await?;
    if lifted(&app, &holder, found).await? == 0 {
        return Err(ApiError::not_found("suppression"));
    }
    Ok(Deleted::of("suppression", shown.0))
}

/// Addresses to suppress.
#[derive(Deserialize, ToSchema, Default)]
struct BatchAddBody {
    /// 1 to 1,000 addresses.
    #[schema(value_type = Vec<String>)]
    emails: Option<UpTo<String, BATCH_MAX>>,
    /// For all of them; `manual` when nothing is said.
    reason: Option<String>,
    /// The name of a stream, for all of them.
    stream: Option<String>,
}

/// How many addresses were not suppressed before.
#[derive(Serialize, ToSchema)]
struct BatchAdded {
    object: &'static str,
    added: usize,
}

async fn batch_add(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Json(body, _): Json<BatchAddBody>,
) -> Result<axum::Json<BatchAdded>, ApiError> {
    let mut mistakes = Mistakes::default();
    let addresses = read_addresses(body.emails, &mut mistakes);
    let terms = read_terms(&app, &holder, (body.reason.as_deref(), body.stream.as_deref()), &mut mistakes);
    mistakes.none_or(())?;
    let new = addresses.iter().map(|address| terms.of(holder.workspace, address)).collect();
    let added = admin::suppression_add(&app.store, &app.suppressions, (&app.mint, app.now()), new).await?;
    Ok(axum::Json(BatchAdded { object: "suppression_batch", added }))
}

fn read_addresses(emails: Option<UpTo<String, BATCH_MAX>>, mistakes: &mut Mistakes) -> Vec<Address> {
    let emails = emails.unwrap_or_default().0;
    if emails.is_empty() {
        mistakes.add("/emails", Code::MissingRequiredField, "a list of addresses");
    }
    let numbered = emails.iter().enumerate();
    numbered.filter_map(|(n, email)| read_address(email, &format!("/emails/{n}"), mistakes)).collect()
}

/// Addresses that may be mailed again.
#[derive(Deserialize, ToSchema, Default)]
struct BatchRemoveBody {
    /// 1 to 1,000 addresses.
    #[schema(value_type = Vec<String>)]
    emails: Option<UpTo<String, BATCH_MAX>>,
}

/// How many suppressions were lifted.
#[derive(Serialize, ToSchema)]
struct BatchRemoved {
    object: &'static str,
    removed: usize,
}

async fn batch_remove(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Json(body, _): Json<BatchRemoveBody>,
) -> Result<axum::Json<BatchRemoved>, ApiError> {
    let mut mistakes = Mistakes::default();
    let addresses = read_addresses(body.emails, &mut mistakes);
    let addresses = mistakes.none_or(addresses)?;
    let found = admin::suppression_of(&app.store, holder.workspace, &addresses).await?;
    let removed = lifted(&app, &holder, found).await?;
    Ok(axum::Json(BatchRemoved { object: "suppression_batch", removed }))
}
