//! What a workspace sent, month by month and stream by stream; months that are over are kept in memory.
//!
//! Guarantees
//! 1. A look reads the counters of this month alone, and those of each other month once an hour at most: a year of them is some
//!    hundred thousand rows.
//! 2. Memory holds [`KEPT_MAX`] months.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mail::At;
use store::StoreError;

use super::period::{Period, Step, months_from};
use super::read::sums;
use super::select::{By, Metrics, Selection};
use crate::app::App;

/// Months that are kept: a year of three hundred workspaces.
const KEPT_MAX: usize = 4_000;
/// How long one is kept. Reason: what is counted late, and recounted, is seen within the hour.
const KEPT_FOR: Duration = Duration::from_secs(3_600);
/// Streams of a month that are told apart. Reason: an hour has no more.
const STREAMS_MAX: usize = 200;

/// Streams with what was accepted in them; 0 are those beyond what an hour keeps apart.
pub type ByStream = Arc<[(i64, i64)]>;

/// Months that are over.
#[derive(Default)]
pub struct Months(Mutex<HashMap<(i64, At), (At, ByStream)>>);

impl Months {
    fn find(&self, now: At, of: (i64, At)) -> Option<ByStream> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&of).filter(|(read, _)| now < read.after(KEPT_FOR));
        found.map(|(_, streams)| streams.clone())
    }

    fn keep(&self, now: At, of: (i64, At), streams: &ByStream) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.retain(|_, (read, _)| now < read.after(KEPT_FOR));
        }
        if kept.len() < KEPT_MAX {
            kept.insert(of, (now, streams.clone()));
        }
    }
}

/// What was accepted in the last twelve months, UTC, this one last.
///
/// # Errors
/// As [`store::Store::read`].
pub async fn year(app: &App, workspace: i64) -> Result<Vec<(At, ByStream)>, StoreError> {
    let (now, mut year) = (app.now(), Vec::new());
    for back in (0..12).rev() {
        let month = months_from(now, -back);
        let of = (workspace, month);
        let kept = if back > 0 { app.months.find(now, of) } else { None };
        let streams = match kept {
            Some(streams) => streams,
            None => {
                let streams = read(app, workspace, month).await?;
                if back > 0 {
                    app.months.keep(now, of, &streams);
                }
                streams
            }
        };
        year.push((month, streams));
    }
    Ok(year)
}

async fn read(app: &App, workspace: i64, month: At) -> Result<ByStream, StoreError> {
    let period = Period { from: month, until: months_from(month, 1), step: Step::Total, zone_us: 0 };
    let by_stream = Selection::by(By::Stream).only(Metrics::Volume);
    let (found, _) = sums(&app.store, workspace, (&period, &by_stream), (None, STREAMS_MAX)).await?;
    let of = |sums: &super::read::Sums| {
        let accepted = sums.of.get("accepted").copied().unwrap_or(0);
        (sums.group.parse().unwrap_or(0), accepted)
    };
    Ok(found.iter().map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_kept_for_an_hour() {
        let (months, of) = (Months::default(), (7, At(0)));
        let streams: ByStream = Arc::from([(1, 5)]);
        months.keep(At(1), of, &streams);
        assert_eq!(months.find(At(1).after(KEPT_FOR / 2), of), Some(streams));
        assert_eq!(months.find(At(1).after(KEPT_FOR), of), None);
        assert_eq!(months.find(At(1), (8, At(0))), None, "of another workspace");
    }
}
