//! `/stats/times`: how long deliveries took, and how long until persons opened, as quantiles.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use mail::At;
use mail::date::rfc3339;
use serde::{Deserialize, Serialize};
use store::StoreError;
use utoipa::{IntoParams, ToSchema};

use super::Dimension;
use super::fact::TIMES;
use super::histogram::{ERROR, quantiles};
use super::period::{self, Period, Step};
use super::read::{counted_until, sums};
use super::select::{self, By, Selection};
use crate::app::App;
use crate::http::auth::FullKey;
use crate::http::endpoint::{Endpoint, Method};
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::Params;

/// Buckets of all steps that one answer is made of.
const BUCKETS_MAX: usize = 100_000;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/stats/times", times)
            .summary("How long deliveries took and how long until they were opened, as quantiles.")
            .query::<TimesParams>()
            .answers::<TimesAnswer>(200),
    ]
}

/// Of which time quantiles are asked for.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct TimesParams {
    /// From this hour on: RFC 3339, or a date in the zone; seven days ago when nothing is said.
    from: Option<String>,
    /// Before this time; now when nothing is said.
    to: Option<String>,
    /// `hour`, `day`, `month` or `total`, which it is when nothing is said.
    step: Option<String>,
    /// Where days and months begin: whole hours from UTC, `+02:00`.
    zone: Option<String>,
    /// Only this stream, by its name or its id.
    stream: Option<String>,
}

/// Quantiles of times.
#[derive(Serialize, ToSchema)]
struct TimesAnswer {
    /// Always `stats_times`.
    object: &'static str,
    from: String,
    to: String,
    step: &'static str,
    /// What happened before this moment is counted, unless the database was away for seconds just then.
    counted_until: String,
    /// The greatest error of a quantile, as a share of it.
    error: f64,
    data: Vec<TimesRow>,
}

/// The times of one step.
#[derive(Serialize, ToSchema)]
struct TimesRow {
    /// When the step begins, in the zone.
    time: String,
    /// From acceptance, or the time for which it was scheduled, to the server's 250.
    time_to_deliver: Option<Quantiles>,
    /// From the server's 250 to the first opening by a person.
    time_to_open: Option<Quantiles>,
}

/// Times below which half, nine tenths and 99 of a hundred lie.
#[derive(Serialize, ToSchema, Clone, Copy, Debug, PartialEq)]
struct Quantiles {
    count: i64,
    p50_ms: i64,
    p90_ms: i64,
    p99_ms: i64,
}

impl Quantiles {
    fn of(buckets: &[(u16, i64)]) -> Option<Quantiles> {
        let [p50_ms, p90_ms, p99_ms] =
            quantiles(buckets, [0.5, 0.9, 0.99])?.map(|ms| (ms.round() as i64).max(1));
        Some(Quantiles { count: buckets.iter().map(|(_, n)| n).sum(), p50_ms, p90_ms, p99_ms })
    }
}

async fn times(
    holder: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<TimesParams>,
) -> Result<axum::Json<TimesAnswer>, ApiError> {
    let mut mistakes = Mistakes::default();
    let asked = period::Asked {
        from: params.from.as_deref(),
        to: params.to.as_deref(),
        step: params.step.as_deref(),
        zone: params.zone.as_deref(),
    };
    let period = asked.read(app.now(), Step::Total, &mut mistakes);
    let asked = select::Asked { group: None, filters: vec![(By::Stream, params.stream.as_deref())] };
    let selection = asked.read(&app.directory.snapshot(), holder.workspace, &mut mistakes);
    mistakes.none_or(())?;
    let _turn = app.list_turns.take(holder.workspace).await;
    let until = counted_until(&app.store, app.now()).await?;
    let mut rows: BTreeMap<At, [Vec<(u16, i64)>; 2]> = BTreeMap::new();
    for (place, dimension) in [Dimension::DeliverTime, Dimension::OpenTime].into_iter().enumerate() {
        for (at, bucket) in buckets(&app, holder.workspace, (&period, &selection), dimension).await? {
            rows.entry(at).or_default()[place].push(bucket);
        }
    }
    let row = |(at, [deliver, open]): (At, [Vec<(u16, i64)>; 2])| TimesRow {
        time: period.show(at),
        time_to_deliver: Quantiles::of(&deliver),
        time_to_open: Quantiles::of(&open),
    };
    Ok(axum::Json(TimesAnswer {
        object: "stats_times",
        from: period.show(period.from),
        to: period.show(period.until),
        step: period.step.as_str(),
        counted_until: rfc3339(until),
        error: ERROR,
        data: rows.into_iter().map(row).collect(),
    }))
}

/// The buckets of each step, ascending.
async fn buckets(
    app: &App,
    workspace: i64,
    (period, selection): (&Period, &Selection),
    dimension: Dimension,
) -> Result<Vec<(At, (u16, i64))>, ApiError> {
    // Its keys are the buckets, whatever they are called.
    let selection = Selection { dimension, group: Some(By::Tag), ..selection.clone() };
    let (found, more) = sums(&app.store, workspace, (period, &selection), (None, BUCKETS_MAX)).await?;
    if more {
        return Err(ApiError::field("step", Code::InvalidValue, "too much for one answer: ask for less"));
    }
    let read = |one: super::read::Sums| {
        let bucket = one.group.parse().map_err(|_| StoreError::Broken {
            query: "counter.key".into(),
            reason: "holds what no version of Postrider wrote".into(),
        })?;
        Ok::<_, StoreError>((one.at, (bucket, one.of.get(TIMES).copied().unwrap_or(0))))
    };
    Ok(found.into_iter().map(read).collect::<Result<_, _>>()?)
}
