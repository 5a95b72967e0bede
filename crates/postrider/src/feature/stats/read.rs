//! Reading counters: summed by step and group, a page at a time.

use std::collections::{BTreeMap, HashMap};

use mail::At;
use store::{Query, Row, Store, StoreError, Value};

use super::follow::cursors;
use super::period::{Part, Period};
use super::select::{By, Selection};
use crate::feature::event::merged::{at_above, heads};

/// Metrics that one group can have, a bound on the rows of the database for one that is shown.
const METRICS_MAX: i64 = 120;

/// The sums of one step and group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sums {
    /// When the step begins.
    pub at: At,
    /// As the counters have it; empty when nothing is grouped.
    pub group: String,
    pub of: BTreeMap<String, i64>,
}

/// Behind which step and group a page begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edge {
    pub at: At,
    pub group: String,
}

/// Sums of a workspace's counters in order of time and group, after `edge`; at most `limit`, and whether there are more.
///
/// # Errors
/// As [`Store::read`].
pub async fn sums(
    store: &Store,
    workspace: i64,
    (period, selection): (&Period, &Selection),
    (edge, limit): (Option<&Edge>, usize),
) -> Result<(Vec<Sums>, bool), StoreError> {
    let group = selection.group.map_or("CAST('' AS TEXT)", By::sql);
    let mut all = Vec::new();
    for part in period.parts() {
        if edge.is_some_and(|edge| edge.at >= part.until) {
            continue;
        }
        let missing = (limit + 1).saturating_sub(all.len());
        if missing == 0 {
            break;
        }
        let found =
            part_sums(store, (workspace, period.zone_us), part, selection, (group, edge, missing)).await?;
        all.extend(found);
    }
    let more = all.len() > limit;
    all.truncate(limit);
    Ok((all, more))
}

/// What was counted of each of some workspaces in a time, in one query: few of them, as on a page.
///
/// # Errors
/// As [`Store::read`].
pub async fn sums_of_workspaces(
    store: &Store,
    workspaces: &[i64],
    (from, until): (At, At),
) -> Result<HashMap<i64, BTreeMap<String, i64>>, StoreError> {
    let mut all: HashMap<i64, BTreeMap<String, i64>> = HashMap::new();
    if workspaces.is_empty() {
        return Ok(all);
    }
    let ids = workspaces.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let selection = Selection::everything();
    let (conditions, mut params) = selection.conditions();
    let words = format!(
        "SELECT workspace_id, metric, CAST(sum(n) AS BIGINT) FROM counter
         WHERE workspace_id IN ({ids}) AND dimension = :dimension AND hour_us >= :from AND hour_us < :until{conditions}
         GROUP BY 1, 2"
    );
    params.extend([
        ("dimension", selection.dimension.as_str().into()),
        ("from", from.0.into()),
        ("until", until.0.into()),
    ]);
    for row in &store.read(&Query::composed("stats_of_workspaces", words), &params).await? {
        all.entry(row.int(0)?).or_default().insert(row.text(1)?.to_owned(), row.int(2)?);
    }
    Ok(all)
}

/// As [`sums`], of one part: at most `limit`, and complete.
async fn part_sums(
    store: &Store,
    (workspace, zone_us): (i64, i64),
    part: Part,
    selection: &Selection,
    (group, edge, limit): (&str, Option<&Edge>, usize),
) -> Result<Vec<Sums>, StoreError> {
    let rows_max = i64::try_from(limit).unwrap_or(i64::MAX).saturating_mul(METRICS_MAX);
    let slot = if part.every.is_some() { "(hour_us + :zone) / :every" } else { "CAST(0 AS BIGINT)" };
    let (conditions, mut params) = selection.conditions();
    let behind = if edge.is_some() {
        format!(" AND ({slot}, {group}) > (:edge_slot, :edge_group)")
    } else {
        String::new()
    };
    let words = format!(
        "SELECT {slot}, {group}, metric, CAST(sum(n) AS BIGINT) FROM counter
         WHERE workspace_id = :workspace AND dimension = :dimension AND hour_us >= :from AND hour_us < :until{conditions}{behind}
         GROUP BY 1, 2, 3 HAVING sum(n) <> 0 ORDER BY 1, 2, 3 LIMIT :rows"
    );
    let every = part.every.unwrap_or(1);
    // A part of one step that begins behind the edge's has nothing in front of it.
    let edge_slot = |edge: &Edge| match part.every {
        Some(every) => edge.at.0.saturating_add(zone_us).div_euclid(every),
        None => i64::from(edge.at == part.from) - 1,
    };
    params.extend([
        ("workspace", workspace.into()),
        ("dimension", selection.dimension.as_str().into()),
        ("from", part.from.0.into()),
        ("until", part.until.0.into()),
        ("zone", zone_us.into()),
        ("every", every.into()),
        ("rows", rows_max.into()),
    ]);
    if let Some(edge) = edge {
        params
            .extend([("edge_slot", edge_slot(edge).into()), ("edge_group", Value::from(edge.group.clone()))]);
    }
    let rows = store.read(&Query::composed("stats", words), &params).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|rows| rows >= rows_max);
    let at = |slot: i64| part.every.map_or(part.from, |every| At(slot * every - zone_us).max(part.from));
    gathered(&rows, at, full)
}

/// Neighbouring rows as one; the last is dropped when it may not be complete.
fn gathered(rows: &[Row], at: impl Fn(i64) -> At, full: bool) -> Result<Vec<Sums>, StoreError> {
    let mut all: Vec<Sums> = Vec::new();
    for row in rows {
        let (at, group) = (at(row.int(0)?), row.text(1)?);
        let (metric, n) = (row.text(2)?.to_owned(), row.int(3)?);
        match all.last_mut() {
            Some(last) if last.at == at && last.group == group => drop(last.of.insert(metric, n)),
            _ => all.push(Sums { at, group: group.to_owned(), of: [(metric, n)].into() }),
        }
    }
    if full && all.len() > 1 {
        all.pop();
    }
    Ok(all)
}

/// How far behind now nothing is claimed. Reason: an event has the time at which it happened, and waits for its transaction
/// then; a write that takes longer is a database in trouble.
const COMMIT_US: i64 = 5_000_000;

/// Until when everything is counted that was stored within five seconds ([`COMMIT_US`]) of when it happened. An outcome that the
/// database refused for longer, and a request of a recipient that is judged again, change the figures of a time that was told
/// before.
///
/// # Errors
/// As [`Store::read`].
pub async fn counted_until(store: &Store, now: At) -> Result<At, StoreError> {
    let (cursors, heads) = (cursors(store).await?, heads(store).await?);
    let mut until = At(now.0 - COMMIT_US);
    for (writer, head) in &heads.0 {
        let after = cursors.0.get(writer).copied().unwrap_or(writer << store::WRITER_SHIFT);
        if after < *head {
            until = at_above(store, after).await?.map_or(until, |at| at.min(until));
        }
    }
    Ok(until)
}
