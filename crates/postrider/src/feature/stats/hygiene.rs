//! `POST /stats/advice/suppress-invalid`: all addresses of a time that do not exist, suppressed by one call.
//!
//! Guarantee: a call looks at a bounded number of messages and says where to go on; called again, it changes nothing.

use std::sync::Arc;

use axum::extract::State;
use mail::{Address, At};
use serde::{Deserialize, Serialize};
use store::{StoreError, query};
use utoipa::ToSchema;

use super::period::{self, Period, Step};
use crate::app::App;
use crate::feature::event::By;
use crate::feature::suppression::Reason;
use crate::feature::suppression::admin::{Suppress, suppression_add};
use crate::http::auth::FullKey;
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::Json;
use crate::id::{self, Noun};

query!(HYGIENE_PAGE, "queries/hygiene_page.sql");
query!(HYGIENE, "queries/hygiene.sql");

/// Messages and deliveries that one page looks at.
const PAGE_MESSAGES: i64 = 2_000;
const PAGE_DELIVERIES: i64 = 20_000;
/// Pages of one call. Reason: it answers within seconds.
pub(super) const PAGES_MAX: usize = 20;
/// Addresses of one transaction.
pub(super) const WRITE_ADDRESSES: usize = 1_000;

/// Of which mail the addresses are suppressed.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default)]
pub(super) struct SuppressInvalidBody {
    /// Mail accepted from this time on; seven days ago when nothing is said.
    from: Option<String>,
    /// Mail accepted before this time; now when nothing is said.
    to: Option<String>,
    /// Only mail of this stream, by its name. The addresses are suppressed for the whole workspace.
    stream: Option<String>,
    /// `next` of the answer before.
    after: Option<String>,
}

/// What was suppressed.
#[derive(Serialize, ToSchema)]
pub(super) struct SuppressedInvalid {
    /// Always `suppression_batch`.
    object: &'static str,
    /// Addresses that were not suppressed before.
    suppressed: usize,
    /// What to give as `after` in the next call; null when all was looked at.
    next: Option<String>,
}

/// Which mail is looked at, from where on.
pub(super) struct Extent {
    after: i64,
    below: i64,
    /// 0 for all.
    stream: i64,
}

impl Extent {
    /// The mail of a time, or what is left of it behind a message.
    pub(super) fn of(period: &Period, after: Option<i64>, stream: i64) -> Extent {
        let first = id::floor(period.from) - 1;
        Extent { after: after.unwrap_or(first).max(first), below: id::floor(period.until), stream }
    }

    /// Where to go on.
    pub(super) fn after(&self) -> i64 {
        self.after
    }

    /// The addresses of the next page; none when all was looked at.
    pub(super) async fn page(
        &mut self,
        app: &App,
        workspace: i64,
    ) -> Result<Option<Vec<Address>>, StoreError> {
        let Some(upto) = page_end(app, workspace, (self.after, self.below)).await? else { return Ok(None) };
        let addresses = invalid(app, workspace, (self.after, upto), self.stream).await?;
        self.after = upto;
        Ok(Some(addresses))
    }
}

fn read(app: &App, workspace: i64, body: &SuppressInvalidBody) -> Result<Extent, ApiError> {
    let mut mistakes = Mistakes::default();
    let asked =
        period::Asked { from: body.from.as_deref(), to: body.to.as_deref(), ..period::Asked::default() };
    let mut wrong = Mistakes::default();
    let period = asked.read(app.now(), Step::Day, &mut wrong);
    for one in wrong.0 {
        mistakes.add(format!("/{}", one.pointer), one.code, one.message);
    }
    let snapshot = app.directory.snapshot();
    let stream = body.stream.as_deref().map(|name| snapshot.stream(workspace, name).map(|stream| stream.id));
    if stream == Some(None) {
        mistakes.add("/stream", Code::InvalidValue, "the workspace has no stream of this name");
    }
    let after = body.after.as_deref().map(|shown| Noun::Message.read(shown));
    if after == Some(None) {
        mistakes.add("/after", Code::InvalidValue, "not the `next` of an answer");
    }
    mistakes.none_or(Extent::of(&period, after.flatten(), stream.flatten().unwrap_or(0)))
}

pub(super) async fn suppress_invalid(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Json(body, _): Json<SuppressInvalidBody>,
) -> Result<axum::Json<SuppressedInvalid>, ApiError> {
    let mut extent = read(&app, holder.workspace, &body)?;
    let _turn = app.list_turns.take(holder.workspace).await;
    let mut suppressed = 0;
    for _page in 0..PAGES_MAX {
        let Some(addresses) = extent.page(&app, holder.workspace).await? else {
            return Ok(answer(suppressed, None));
        };
        suppressed += suppress(&app, &holder, app.now(), &addresses).await?;
    }
    Ok(answer(suppressed, Some(extent.after())))
}

fn answer(suppressed: usize, next: Option<i64>) -> axum::Json<SuppressedInvalid> {
    let next = next.map(|id| Noun::Message.show(id));
    axum::Json(SuppressedInvalid { object: "suppression_batch", suppressed, next })
}

async fn page_end(app: &App, workspace: i64, (after, below): (i64, i64)) -> Result<Option<i64>, StoreError> {
    let params = [
        ("workspace", workspace.into()),
        ("after", after.into()),
        ("below", below.into()),
        ("messages", PAGE_MESSAGES.into()),
        ("deliveries", PAGE_DELIVERIES.into()),
    ];
    let rows = app.store.read(&HYGIENE_PAGE, &params).await?;
    Ok(rows.first().map(|row| row.int_or_null(0)).transpose()?.flatten())
}

async fn invalid(
    app: &App,
    workspace: i64,
    (after, upto): (i64, i64),
    stream: i64,
) -> Result<Vec<Address>, StoreError> {
    let params = [
        ("workspace", workspace.into()),
        ("after", after.into()),
        ("upto", upto.into()),
        ("stream", stream.into()),
    ];
    let mut addresses = Vec::new();
    for row in &app.store.read(&HYGIENE, &params).await? {
        addresses.extend(Address::parse(row.text(0)?).ok());
    }
    Ok(addresses)
}

async fn suppress(app: &App, holder: &FullKey, now: At, addresses: &[Address]) -> Result<usize, StoreError> {
    let mut added = 0;
    for some in addresses.chunks(WRITE_ADDRESSES) {
        let one = |address| Suppress {
            workspace: holder.workspace,
            stream: 0,
            address,
            reason: Reason::HardBounce,
            by: By::Key(holder.key.id),
            evidence: None,
        };
        let new = some.iter().map(one).collect();
        added += suppression_add(&app.store, &app.suppressions, (&app.mint, now), new).await?;
    }
    Ok(added)
}
