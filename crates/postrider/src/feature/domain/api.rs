//! `/domains`: what to publish, whether it stands, in Resend's shape.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use mail::Domain;
use mail::date::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Status;
use super::admin::{self, DomainAddError, ListedDomain};
use super::check::{self, FindingState};
use super::records::{self, records};
use crate::app::App;
use crate::feature::event::By;
use crate::http::auth::FullKey;
use crate::http::endpoint::{Deleted, Endpoint, Method, Shown};
use crate::http::error::{ApiError, Code, Name};
use crate::http::json::{Json, Params};
use crate::http::page::{List, PageParams};
use crate::id::Noun;

/// Domains of a workspace at most. Reason: all of all workspaces are held in memory with their keys, and those of one take a
/// core for some 100 ms to make.
pub const DOMAINS_MAX: usize = 1_000;

#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Post, "/domains", create)
            .summary("Add a domain to send from; the answer says what its DNS must hold.")
            .takes::<NewDomainBody>()
            .answers::<DomainBody>(201),
        Endpoint::new(Method::Get, "/domains", list)
            .summary("List the workspace's domains, newest first.")
            .query::<PageParams>()
            .answers::<List<DomainEntry>>(200),
        Endpoint::new(Method::Get, "/domains/{id}", one)
            .summary("Show a domain with the records to publish.")
            .answers::<DomainBody>(200),
        Endpoint::new(Method::Post, "/domains/{id}/verify", verify)
            .summary("Look the domain's records up in DNS now.")
            .answers::<DomainBody>(200),
        Endpoint::new(Method::Patch, "/domains/{id}", change)
            .summary("Set the host in the links of a domain's tracked mail, or take it back.")
            .takes::<DomainChangeBody>()
            .answers::<DomainBody>(200),
        Endpoint::new(Method::Delete, "/domains/{id}", delete)
            .summary("Delete a domain and its keys: nothing can be sent from it any more.")
            .answers::<Deleted>(200),
    ]
}

/// A new domain.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default)]
struct NewDomainBody {
    /// `example.com`; names below it may send, too.
    name: Option<String>,
}

/// What to change of a domain.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default)]
struct DomainChangeBody {
    /// The domain or a name below it, whose DNS leads to us and where TLS is served; an empty text takes it back.
    tracking_host: Option<String>,
}

/// A domain as a list shows it.
#[derive(Serialize, ToSchema)]
struct DomainEntry {
    object: &'static str,
    id: String,
    name: String,
    /// `pending`, `verified`, or `vouched` when the operator answers for it.
    status: String,
    /// The host in the links of its tracked mail; null: the installation's.
    tracking_host: Option<String>,
    created_at: String,
    checked_at: Option<String>,
    verified_at: Option<String>,
}

/// A domain with what its DNS must hold.
#[derive(Serialize, ToSchema)]
struct DomainBody {
    #[serde(flatten)]
    domain: DomainEntry,
    records: Vec<Record>,
}

/// A DNS record to publish.
#[derive(Serialize, ToSchema)]
struct Record {
    /// `DKIM` (required), `SPF`, `DMARC` or `Tracking` (advice).
    record: &'static str,
    name: String,
    r#type: &'static str,
    value: String,
    ttl: &'static str,
    /// `verified`, `pending`, `failed` (another value stands there), `temporary_failure` (DNS did not answer), or
    /// `recommended` for advice, which is not looked up.
    status: &'static str,
}

impl DomainEntry {
    fn of(domain: ListedDomain) -> DomainEntry {
        DomainEntry {
            object: "domain",
            id: Noun::Domain.show(domain.id),
            name: domain.name,
            status: domain.status,
            tracking_host: domain.tracking_host,
            created_at: rfc3339(domain.created),
            checked_at: domain.checked.map(rfc3339),
            verified_at: domain.verified.map(rfc3339),
        }
    }
}

async fn body(app: &App, workspace: i64, id: i64) -> Result<DomainBody, ApiError> {
    let domain = admin::domain_find(&app.store, workspace, id).await?;
    let domain = domain.ok_or_else(|| ApiError::not_found("domain"))?;
    let records = records(app, workspace, &domain).await?.into_iter().map(Record::of).collect();
    Ok(DomainBody { domain: DomainEntry::of(domain), records })
}

impl Record {
    fn of(record: records::Record) -> Record {
        let state = record.finding.map(|finding| finding.state);
        Record {
            record: record.purpose.as_str(),
            r#type: record.purpose.kind(),
            status: if record.purpose.needed() { status(state) } else { "recommended" },
            name: record.name,
            value: record.value,
            ttl: "Auto",
        }
    }
}

fn status(state: Option<FindingState>) -> &'static str {
    match state {
        None | Some(FindingState::Missing) => "pending",
        Some(FindingState::Found) => "verified",
        Some(FindingState::Different) => "failed",
        Some(FindingState::Unknown) => "temporary_failure",
    }
}

async fn create(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Json(new, _): Json<NewDomainBody>,
) -> Result<(StatusCode, axum::Json<DomainBody>), ApiError> {
    let missing = || ApiError::field("/name", Code::MissingRequiredField, "the domain to send from");
    let name = new.name.ok_or_else(missing)?;
    let name = Domain::parse(name.trim())
        .map_err(|error| ApiError::field("/name", Code::InvalidValue, error.to_string()))?;
    if app.directory.snapshot().domain_count(holder.workspace) >= DOMAINS_MAX {
        return Err(ApiError::limit_reached(DOMAINS_MAX, "domains"));
    }
    let made = (&app.mint, app.now(), By::Key(holder.key.id));
    let made = admin::domain_add(&app.store, made, holder.workspace, &name, Status::Pending);
    let id = match made.await {
        Ok(id) => id,
        Err(DomainAddError::Store(error)) => return Err(error.into()),
        Err(DomainAddError::Key(error)) => {
            tracing::error!(%error, "no DKIM keys could be made");
            return Err(ApiError::new(Name::InternalServerError, "the domain's keys could not be made"));
        }
    };
    app.directory.reload(&app.store).await?;
    Ok((StatusCode::CREATED, axum::Json(body(&app, holder.workspace, id).await?)))
}

async fn list(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<PageParams>,
) -> Result<axum::Json<List<DomainEntry>>, ApiError> {
    let page = params.read(Noun::Domain)?;
    let rows = admin::domain_list(&app.store, holder.workspace, page).await?;
    Ok(axum::Json(List::of(page, rows, |domain| Noun::Domain.show(domain.id), DomainEntry::of)))
}

async fn one(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<axum::Json<DomainBody>, ApiError> {
    let id = shown.id(Noun::Domain, "domain")?;
    body(&app, holder.workspace, id).await.map(axum::Json)
}

async fn change(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Json(wanted, _): Json<DomainChangeBody>,
) -> Result<axum::Json<DomainBody>, ApiError> {
    let place = (holder.workspace, shown.id(Noun::Domain, "domain")?);
    let missing = || ApiError::not_found("domain");
    let domain = admin::domain_find(&app.store, place.0, place.1).await?.ok_or_else(missing)?;
    if let Some(text) = wanted.tracking_host.as_deref() {
        let host = records::tracking_host(&domain.name, text)
            .map_err(|wrong| ApiError::field("/tracking_host", Code::InvalidValue, wrong.to_string()))?;
        let changed = admin::domain_track(&app.store, app.now(), place, host.as_ref()).await;
        app.directory.reload(&app.store).await?;
        if !changed? {
            return Err(missing());
        }
    }
    body(&app, place.0, place.1).await.map(axum::Json)
}

async fn verify(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<axum::Json<DomainBody>, ApiError> {
    let place = (holder.workspace, shown.id(Noun::Domain, "domain")?);
    if check::check(&app.store, &app.resolver, app.now(), place).await?.is_none() {
        return Err(ApiError::not_found("domain"));
    }
    app.directory.reload(&app.store).await?;
    body(&app, place.0, place.1).await.map(axum::Json)
}

async fn delete(
    holder: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<axum::Json<Deleted>, ApiError> {
    let id = shown.id(Noun::Domain, "domain")?;
    let deleted =
        admin::domain_delete(&app.store, (app.now(), By::Key(holder.key.id)), holder.workspace, id).await;
    // Whatever the answer: a deletion whose answer was lost is stored, and asking again finds no such domain.
    app.directory.reload(&app.store).await?;
    if !deleted? {
        return Err(ApiError::not_found("domain"));
    }
    Ok(Deleted::of("domain", shown.0))
}
