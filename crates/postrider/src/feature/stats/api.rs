//! `/stats`: what was sent and what became of it, by step of time and by group.
//!
//! Guarantees
//! 1. Every wrong parameter is told at once; a question for what is not kept together is refused, never answered with less.
//! 2. An answer is a bounded page, and says how to go on; a workspace asks few questions at a time.
//! 3. `counted_until` is honest: what happened before it, and was stored within seconds, is in the answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use mail::date::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::figures::Figures;
use super::period::{self, Period, Step};
use super::read::{Edge, Sums, counted_until, sums};
use super::select::{self, By, Selection};
use super::{advice, consumption, times};
use crate::app::App;
use crate::http::auth::FullKey;
use crate::http::csv::csv;
use crate::http::endpoint::{Endpoint, Method};
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::Params;

/// Rows of an answer when nothing was said, and at most.
const ROWS_MAX: usize = 1_000;

/// This slice's endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let own = [Endpoint::new(Method::Get, "/stats", stats)
        .summary("What was sent and what became of it, by time and by group; as JSON or CSV.")
        .query::<StatsParams>()
        .answers::<StatsAnswer>(200)];
    [Vec::from(own), times::endpoints(), consumption::endpoints(), advice::endpoints()].concat()
}

/// What statistics are asked for. Counters are kept by the hour, by stream, and by one thing more: a stream can be combined
/// with every other filter or group, two others cannot.
#[derive(Deserialize, IntoParams, Default)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct StatsParams {
    /// From this hour on: RFC 3339, or a date in the zone; seven days ago when nothing is said.
    from: Option<String>,
    /// Before this time; now when nothing is said.
    to: Option<String>,
    /// `hour` (31 days at most), `day` (400), `month` or `total` (1,100); `day` when nothing is said. By template, tag, domain,
    /// key or link 7, 92, 366 and 92 days.
    step: Option<String>,
    /// Where days and months begin: whole hours from UTC, `+02:00`; `Z` when nothing is said.
    zone: Option<String>,
    /// `stream`, `template`, `template_version`, `tag`, `domain`, `provider`, `source`, `key` or `link`.
    group_by: Option<String>,
    /// Only this stream, by its name or its id.
    stream: Option<String>,
    /// Only mail made from this template, by its id.
    template: Option<String>,
    /// Only mail made from this version of a template, `tpl_…@3`.
    template_version: Option<String>,
    /// Only mail with this tag, `name:value`.
    tag: Option<String>,
    /// Only recipients of this domain.
    domain: Option<String>,
    /// Only recipients of this provider, `google`; `*` are those of no well-known one.
    provider: Option<String>,
    /// Only mail that came by `http` or by `smtp`, codes, `code`, or notifications, `note`.
    source: Option<String>,
    /// Only mail that came with this key, by its id; `-` is mail that came with none.
    key: Option<String>,
    /// Only clicks on this link: its id, or its URL without a query.
    link: Option<String>,
    /// Rows of the answer, 1 to 1,000; 1,000 when nothing is said.
    limit: Option<String>,
    /// `next` of the answer before.
    after: Option<String>,
    /// `json` or `csv`; as `Accept` says when nothing is said.
    format: Option<String>,
}

/// A page of statistics.
#[derive(Serialize, ToSchema)]
struct StatsAnswer {
    /// Always `stats`.
    object: &'static str,
    from: String,
    to: String,
    step: &'static str,
    group_by: Option<&'static str>,
    /// What happened before this moment is counted, unless the database was away for seconds just then.
    counted_until: String,
    /// In order of time, then of group; steps and groups without anything are left out.
    data: Vec<StatsRow>,
    /// What to give as `after` for the rows that follow; null when these are the last.
    next: Option<String>,
}

/// One step of time, of one group.
#[derive(Serialize, ToSchema)]
pub(super) struct StatsRow {
    /// When the step begins, in the zone.
    pub(super) time: String,
    /// The id, name or address of what is grouped by; `*` are all those beyond what an hour keeps apart.
    pub(super) group: Option<String>,
    #[serde(flatten)]
    pub(super) figures: Figures,
}

/// A question, read.
struct Question {
    period: Period,
    selection: Selection,
    edge: Option<Edge>,
    limit: usize,
    as_csv: bool,
}

impl StatsParams {
    fn read(&self, app: &App, workspace: i64, headers: &HeaderMap) -> Result<Question, ApiError> {
        let mut mistakes = Mistakes::default();
        let asked = period::Asked {
            from: self.from.as_deref(),
            to: self.to.as_deref(),
            step: self.step.as_deref(),
            zone: self.zone.as_deref(),
        };
        let period = asked.read(app.now(), Step::Day, &mut mistakes);
        let filters = vec![
            (By::Stream, self.stream.as_deref()),
            (By::Template, self.template.as_deref()),
            (By::TemplateVersion, self.template_version.as_deref()),
            (By::Tag, self.tag.as_deref()),
            (By::Domain, self.domain.as_deref()),
            (By::Provider, self.provider.as_deref()),
            (By::Source, self.source.as_deref()),
            (By::Key, self.key.as_deref()),
            (By::Link, self.link.as_deref()),
        ];
        let asked = select::Asked { group: self.group_by.as_deref(), filters };
        let selection = asked.read(&app.directory.snapshot(), workspace, &mut mistakes);
        if selection.is_by_key() {
            period.bound_by_key(&mut mistakes);
        }
        let limit = match self.limit.as_deref().map(str::parse::<usize>) {
            None => ROWS_MAX,
            Some(Ok(limit)) if (1..=ROWS_MAX).contains(&limit) => limit,
            Some(_) => {
                mistakes.add("limit", Code::InvalidValue, format!("not a number from 1 to {ROWS_MAX}"));
                ROWS_MAX
            }
        };
        let edge = self.after.as_deref().and_then(|after| {
            let edge = Edge::parse(after);
            if edge.is_none() {
                mistakes.add("after", Code::InvalidValue, "not the `next` of an answer");
            }
            edge
        });
        let as_csv = wants_csv(self.format.as_deref(), headers, &mut mistakes);
        mistakes.none_or(Question { period, selection, edge, limit, as_csv })
    }
}

/// Whether a table is wanted as CSV.
pub(super) fn wants_csv(format: Option<&str>, headers: &HeaderMap, mistakes: &mut Mistakes) -> bool {
    match format {
        Some("csv") => true,
        Some("json") => false,
        Some(_) => {
            mistakes.add("format", Code::InvalidValue, "either json or csv");
            false
        }
        None => {
            let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
            accept.is_some_and(|accept| accept.contains("text/csv"))
        }
    }
}

pub(super) fn as_csv(lines: Vec<Vec<String>>) -> Response {
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], csv(lines)).into_response()
}

impl Edge {
    /// Time and group, as an answer's `next` shows them.
    fn show(sums: &Sums) -> String {
        format!("{}~{}", sums.at.0, sums.group)
    }

    fn parse(text: &str) -> Option<Edge> {
        let (at, group) = text.split_once('~')?;
        let at = mail::At(at.parse().ok().filter(|at| *at >= 0)?);
        (!group.chars().any(char::is_control)).then(|| Edge { at, group: group.to_owned() })
    }
}

async fn stats(
    holder: FullKey,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(params): Params<StatsParams>,
) -> Result<Response, ApiError> {
    let question = params.read(&app, holder.workspace, &headers)?;
    let Question { period, selection, edge, limit, as_csv } = &question;
    let _turn = app.list_turns.take(holder.workspace).await;
    let until = counted_until(&app.store, app.now()).await?;
    let page = (edge.as_ref(), *limit);
    let (found, more) = sums(&app.store, holder.workspace, (period, selection), page).await?;
    let next = found.last().filter(|_| more).map(Edge::show);
    let data: Vec<_> = found.iter().map(|sums| row(&question, sums)).collect();
    if *as_csv {
        let mut response = self::as_csv(table(&data));
        if let Some(next) = next.and_then(|next| next.parse().ok()) {
            response.headers_mut().insert("x-next", next);
        }
        return Ok(response);
    }
    let answer = StatsAnswer {
        object: "stats",
        from: period.show(period.from),
        to: period.show(period.until),
        step: period.step.as_str(),
        group_by: selection.group.map(By::as_str),
        counted_until: rfc3339(until),
        data,
        next,
    };
    Ok(axum::Json(answer).into_response())
}

fn row(question: &Question, sums: &Sums) -> StatsRow {
    StatsRow {
        time: question.period.show(sums.at),
        group: question.selection.group.map(|by| by.show(&sums.group)),
        figures: Figures::of(&sums.of),
    }
}

/// One column for each measure, and one for each class and reason that occurs.
pub(super) fn table(rows: &[StatsRow]) -> Vec<Vec<String>> {
    let parts: BTreeSet<String> =
        rows.iter().flat_map(|row| row.figures.parts().map(|(name, _)| name)).collect();
    let names = ["time", "group"].into_iter().chain(Figures::COLUMNS).map(str::to_owned);
    let mut lines = vec![names.chain(parts.iter().cloned()).collect::<Vec<_>>()];
    for row in rows {
        let mut line = vec![row.time.clone(), row.group.clone().unwrap_or_default()];
        line.extend(row.figures.cells().iter().map(i64::to_string));
        let own: std::collections::BTreeMap<String, i64> = row.figures.parts().collect();
        line.extend(parts.iter().map(|name| own.get(name).copied().unwrap_or(0).to_string()));
        lines.push(line);
    }
    lines
}
