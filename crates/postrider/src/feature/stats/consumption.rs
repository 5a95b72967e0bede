//! `/stats/consumption`: what a workspace and each of its keys sent, month by month.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use mail::At;
use mail::date::rfc3339;
use serde::{Deserialize, Serialize};
use store::StoreError;
use utoipa::{IntoParams, ToSchema};

use super::api::{as_csv, wants_csv};
use super::fact::OTHERS;
use super::period::{Period, Step, month_of, months_from};
use super::read::{counted_until, sums};
use super::select::{By, Metrics, Selection};
use crate::app::App;
use crate::http::auth::FullKey;
use crate::http::endpoint::{Endpoint, Method};
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::Params;

/// Months that are shown when nothing is said, and at most.
const MONTHS_DEFAULT: u32 = 12;
const MONTHS_MAX: u32 = 36;
/// Keys of a month that are told apart; the others are one line.
const KEYS_MAX: usize = 1_000;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/stats/consumption", consumption)
            .summary("What the workspace and each of its keys sent, by month; as JSON or CSV.")
            .query::<ConsumptionParams>()
            .answers::<ConsumptionAnswer>(200),
    ]
}

/// Of which months consumption is asked for.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ConsumptionParams {
    /// The first month, `2026-01`; eleven months ago when nothing is said.
    from: Option<String>,
    /// The last month, `2026-12`; this one when nothing is said. At most 36 months.
    to: Option<String>,
    /// `json` or `csv`; as `Accept` says when nothing is said.
    format: Option<String>,
}

/// Consumption by month, UTC.
#[derive(Serialize, ToSchema)]
struct ConsumptionAnswer {
    /// Always `consumption`.
    object: &'static str,
    /// What happened before this moment is counted, unless the database was away for seconds just then.
    counted_until: String,
    /// The months in which anything was sent, oldest first.
    data: Vec<ConsumptionMonth>,
}

/// A month.
#[derive(Serialize, ToSchema)]
pub(super) struct ConsumptionMonth {
    /// `2026-11`.
    pub(super) month: String,
    /// Deliveries taken to be sent, and those that a server took.
    accepted: i64,
    delivered: i64,
    /// The same by key.
    pub(super) keys: Vec<ConsumptionKey>,
}

/// What came with one key.
#[derive(Serialize, ToSchema)]
pub(super) struct ConsumptionKey {
    /// The key; `-` for trusted networks and notifications, `*` for all those beyond what is told apart.
    pub(super) key: String,
    pub(super) accepted: i64,
    pub(super) delivered: i64,
}

fn read(app: &App, params: &ConsumptionParams, mistakes: &mut Mistakes) -> Period {
    let now = app.now();
    let mut month = |name: &str, text: &Option<String>| {
        let read = text.as_deref().map(month_of);
        if read == Some(None) {
            mistakes.add(name, Code::InvalidValue, "not a month such as 2026-11");
        }
        read.flatten()
    };
    let last = month("to", &params.to).unwrap_or(now);
    let until = months_from(last, 1);
    let from = month("from", &params.from).unwrap_or_else(|| months_from(until, -i64::from(MONTHS_DEFAULT)));
    if from >= until {
        mistakes.add("from", Code::InvalidValue, "it must not be after `to`");
    } else if months_from(from, i64::from(MONTHS_MAX)) < until {
        mistakes.add("from", Code::InvalidValue, format!("at most {MONTHS_MAX} months"));
    }
    Period { from, until, step: Step::Month, zone_us: 0 }
}

async fn consumption(
    holder: FullKey,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(params): Params<ConsumptionParams>,
) -> Result<Response, ApiError> {
    let mut mistakes = Mistakes::default();
    let period = read(&app, &params, &mut mistakes);
    let csv_wanted = wants_csv(params.format.as_deref(), &headers, &mut mistakes);
    mistakes.none_or(())?;
    let _turn = app.list_turns.take(holder.workspace).await;
    let until = counted_until(&app.store, app.now()).await?;
    let data = months(&app, holder.workspace, period).await?;
    if csv_wanted {
        return Ok(as_csv(table(&data)));
    }
    let answer = ConsumptionAnswer { object: "consumption", counted_until: rfc3339(until), data };
    Ok(axum::Json(answer).into_response())
}

/// The months of a period.
pub(super) async fn months(
    app: &App,
    workspace: i64,
    period: Period,
) -> Result<Vec<ConsumptionMonth>, StoreError> {
    let all = Selection::everything().only(Metrics::Volume);
    let by_key = Selection::by(By::Key).only(Metrics::Volume);
    let (totals, _) = sums(&app.store, workspace, (&period, &all), (None, MONTHS_MAX as usize)).await?;
    let one = |of: &BTreeMap<String, i64>, metric: &str| of.get(metric).copied().unwrap_or(0);
    let mut months = Vec::new();
    for total in totals {
        let month = Period { from: total.at, until: months_from(total.at, 1), ..period };
        let (found, more) = sums(&app.store, workspace, (&month, &by_key), (None, KEYS_MAX)).await?;
        let (accepted, delivered) = (one(&total.of, "accepted"), one(&total.of, "delivered"));
        let shown = found.iter().map(|sums| ConsumptionKey {
            key: By::Key.show(&sums.group),
            accepted: one(&sums.of, "accepted"),
            delivered: one(&sums.of, "delivered"),
        });
        let mut keys: Vec<_> = shown.collect();
        if more {
            let rest = |all: i64, of: fn(&ConsumptionKey) -> i64| all - keys.iter().map(of).sum::<i64>();
            let (accepted, delivered) =
                (rest(accepted, |key| key.accepted), rest(delivered, |key| key.delivered));
            keys.push(ConsumptionKey { key: OTHERS.to_owned(), accepted, delivered });
        }
        months.push(ConsumptionMonth { month: month_name(total.at), accepted, delivered, keys });
    }
    Ok(months)
}

fn month_name(at: At) -> String {
    rfc3339(at)[..7].to_owned()
}

pub(super) fn table(months: &[ConsumptionMonth]) -> Vec<Vec<String>> {
    let head = ["month", "key", "accepted", "delivered"].map(str::to_owned).to_vec();
    let line = |month: &str, key: &str, accepted: i64, delivered: i64| {
        vec![month.to_owned(), key.to_owned(), accepted.to_string(), delivered.to_string()]
    };
    let of = |month: &ConsumptionMonth| {
        let whole = line(&month.month, "", month.accepted, month.delivered);
        let keys = month.keys.iter().map(|key| line(&month.month, &key.key, key.accepted, key.delivered));
        std::iter::once(whole).chain(keys).collect::<Vec<_>>()
    };
    std::iter::once(head).chain(months.iter().flat_map(of)).collect()
}
