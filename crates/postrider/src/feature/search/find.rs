//! Looking something up: the nearest segments first, a few at a time, until enough was found.

use std::collections::{BTreeSet, HashMap};

use store::{Row, Store, StoreError, Value, query};

use super::block;
use super::query::{Clause, Lookup, Query};
use crate::http::page::From;

query!(SEGMENTS, "queries/segments.sql");
query!(SEGMENTS_BACK, "queries/segments_back.sql");
query!(EXACT, "queries/exact.sql");
query!(PREFIX, "queries/prefix.sql");

/// Segments that are read together at most. Reason: bounds the memory of one search, see [`super::SEGMENT_SHIFT`].
const STEP_MAX: usize = 64;
/// As [`STEP_MAX`], when a lookup may meet many terms.
const STEP_MAX_PREFIX: usize = 4;

/// The next `limit` messages from a place on for which all of `query` holds: newest first, or before an id oldest first.
/// Some may not be stored any more. A page's last id is the edge of the next one.
///
/// # Errors
/// As [`Store::read`].
pub async fn find(
    index: &Store,
    workspace: i64,
    query: &Query,
    from: From,
    limit: usize,
) -> Result<Vec<i64>, StoreError> {
    let way = Way::of(from);
    let ends = way.segments(index).await?;
    let wide =
        query.clauses.iter().flat_map(|clause| &clause.any).any(|one| matches!(one, Lookup::Prefix(_)));
    let step_max = if wide { STEP_MAX_PREFIX } else { STEP_MAX };
    // By how far they are away in the direction of the search.
    let mut found = BTreeSet::new();
    let (mut next, mut step) = (0, 1);
    while next < ends.len() {
        let mut upto = (next + step).min(ends.len());
        // Segments that end alike are read together: they cannot be told apart by their ends.
        while upto < ends.len() && ends[upto] == ends[upto - 1] {
            upto += 1;
        }
        let part = Part { workspace, way, ends: (ends[next], ends[upto - 1]) };
        let ahead = part.matches(index, query).await?.into_iter().filter(|id| way.is_ahead(*id));
        found.extend(ahead.map(|id| way.distance(id)));
        (next, step) = (upto, (step * 2).min(step_max));
        let enough = limit.checked_sub(1).and_then(|last| found.iter().nth(last));
        if enough.is_some_and(|last| ends.get(next).is_none_or(|end| *last < way.distance(*end))) {
            break;
        }
    }
    Ok(found.into_iter().take(limit).map(|distance| way.distance(distance)).collect())
}

/// Where a search goes.
#[derive(Clone, Copy)]
enum Way {
    /// To ids below this one.
    Older(i64),
    /// To ids above this one.
    Newer(i64),
}

impl Way {
    fn of(from: From) -> Way {
        match from {
            From::Start => Way::Older(i64::MAX),
            From::After(id) => Way::Older(id),
            From::Before(id) => Way::Newer(id),
        }
    }

    fn is_ahead(self, id: i64) -> bool {
        match self {
            Way::Older(edge) => id < edge,
            Way::Newer(edge) => id > edge,
        }
    }

    /// Grows on the way; the distance of a distance is the id.
    fn distance(self, id: i64) -> i64 {
        match self {
            Way::Older(_) => -id,
            Way::Newer(_) => id,
        }
    }

    /// Where each segment that may lie ahead is met first, in order.
    async fn segments(self, index: &Store) -> Result<Vec<i64>, StoreError> {
        let (rows, met_at) = match self {
            Way::Older(edge) => (index.read(&SEGMENTS, &[("before", edge.into())]).await?, 2),
            Way::Newer(edge) => (index.read(&SEGMENTS_BACK, &[("after", edge.into())]).await?, 1),
        };
        rows.iter().map(|row| row.int(met_at)).collect()
    }
}

/// Segments next to each other, by the messages at which the first and the last of them are met.
struct Part {
    workspace: i64,
    way: Way,
    ends: (i64, i64),
}

/// Messages by segment, descending.
type Postings = HashMap<i64, Vec<i64>>;

impl Part {
    /// What all clauses hold for. A segment has every term of the messages that its events tell of, so the clauses are
    /// compared segment by segment.
    async fn matches(&self, index: &Store, query: &Query) -> Result<Vec<i64>, StoreError> {
        let mut common: Option<Postings> = None;
        for clause in &query.clauses {
            let mut these = self.postings(index, clause).await?;
            if let Some(known) = common {
                these.retain(|segment, _| known.contains_key(segment));
                for (segment, ids) in &mut these {
                    let others = known.get(segment).map_or(&[][..], Vec::as_slice);
                    keep_common(ids, others);
                }
                these.retain(|_, ids| !ids.is_empty());
            }
            if these.is_empty() {
                return Ok(Vec::new());
            }
            common = Some(these);
        }
        Ok(common.into_iter().flatten().flat_map(|(_, ids)| ids).collect())
    }

    async fn postings(&self, index: &Store, clause: &Clause) -> Result<Postings, StoreError> {
        let mut postings = Postings::new();
        let mut blocks = HashMap::<i64, usize>::new();
        for lookup in &clause.any {
            for row in &self.read(index, lookup).await? {
                let segment = row.int(0)?;
                block::unpack(&row.blob(1)?, postings.entry(segment).or_default())?;
                *blocks.entry(segment).or_default() += 1;
            }
        }
        for (segment, ids) in &mut postings {
            // One block is in order already.
            if blocks.get(segment).is_some_and(|count| *count > 1) {
                ids.sort_unstable_by(|a, b| b.cmp(a));
                ids.dedup();
            }
        }
        Ok(postings)
    }

    async fn read(&self, index: &Store, lookup: &Lookup) -> Result<Vec<Row>, StoreError> {
        let mut params: Vec<(&str, Value)> = vec![
            ("workspace", self.workspace.into()),
            ("newest", self.ends.0.max(self.ends.1).into()),
            ("oldest", self.ends.0.min(self.ends.1).into()),
            ("back", i64::from(matches!(self.way, Way::Newer(_))).into()),
        ];
        match lookup {
            Lookup::Term(term) => {
                params.push(("term", term.clone().into()));
                index.read(&EXACT, &params).await
            }
            Lookup::Prefix(term) => {
                params.push(("term", term.clone().into()));
                // Larger than any letter that can follow.
                params.push(("beyond", format!("{term}\u{10ffff}").into()));
                index.read(&PREFIX, &params).await
            }
        }
    }
}

/// Leaves in `ids` what is in `others` too; both descend.
fn keep_common(ids: &mut Vec<i64>, others: &[i64]) {
    let mut rest = others.iter().peekable();
    ids.retain(|id| {
        while rest.next_if(|other| *other > id).is_some() {}
        rest.peek() == Some(&id)
    });
}
