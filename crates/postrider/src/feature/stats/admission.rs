//! Which keys of an hour have counters of their own, and which are counted together.
//!
//! Guarantees
//! 1. A workspace has at most [`STREAMS_MAX`] streams and [`KEYS_MAX`] keys of each dimension in an hour; what comes later
//!    counts as stream 0, or as `*`.
//! 2. A key that was let in has a counter, be it one of 0: whoever reads the counters knows the keys.
//! 3. A key that was counted together once in an hour stays so until its end: who has counters of its own has all of them.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use store::{Store, StoreError, query};

use super::fact::{Counts, OTHERS, TIMES, Traits, What};
use super::{Dimension, HOUR_US};

query!(KEPT, "queries/kept.sql");

/// Streams that have counters of their own in an hour.
pub const STREAMS_MAX: usize = 50;
/// Keys of a dimension, each with its stream, that have counters of their own in an hour. Reason: a dashboard shows tens; a
/// tenant that invents a tag a message would have as many counters as messages, for years.
pub const KEYS_MAX: usize = 200;
/// Sets and their keys that are kept in memory: some hundred octets each. Beyond, what is needed is read anew.
const KEPT_MAX: usize = 500_000;

/// A workspace, a dimension and an hour.
type Place = (i64, Dimension, i64);

/// A counter: its place, its stream, its key and its metric.
pub type Slot = (Place, i64, Box<str>, Box<str>);

/// The keys that are in, as the counters have them and as they came since.
#[derive(Default)]
pub struct Admission {
    sets: HashMap<Place, HashSet<(i64, Box<str>)>>,
}

impl Admission {
    /// What these counters have let in.
    pub fn of<'s>(slots: impl Iterator<Item = &'s Slot>) -> Admission {
        let mut admission = Admission::default();
        for ((workspace, dimension, hour), stream, key, _) in slots {
            if is_bounded(*dimension) && !is_together(*dimension, *stream, key) {
                let set = admission.sets.entry((*workspace, *dimension, *hour)).or_default();
                set.insert((*stream, key.clone()));
            }
        }
        admission
    }

    /// Reads what is needed for these counts and not known yet.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn prepare(&mut self, store: &Store, counts: &Counts) -> Result<(), StoreError> {
        self.forget();
        let hours: HashSet<(i64, i64)> =
            counts.keys().map(|(traits, _)| (traits.workspace, traits.hour)).collect();
        for (workspace, hour) in hours {
            for dimension in Dimension::ALL.into_iter().filter(|dimension| is_bounded(*dimension)) {
                let place = (workspace, dimension, hour);
                if let Entry::Vacant(unknown) = self.sets.entry(place) {
                    unknown.insert(read(store, place).await?);
                }
            }
        }
        Ok(())
    }

    /// Forgets what is old when there is much, then all.
    fn forget(&mut self) {
        let kept = |sets: &HashMap<Place, HashSet<_>>| sets.values().map(|set| set.len() + 1).sum::<usize>();
        if kept(&self.sets) <= KEPT_MAX {
            return;
        }
        let newest = self.sets.keys().map(|(_, _, hour)| *hour).max().unwrap_or(0);
        self.sets.retain(|(_, _, hour), _| *hour >= newest - HOUR_US);
        if kept(&self.sets) > KEPT_MAX {
            self.sets.clear();
        }
    }

    /// Counters of these counts, as summed by them; those whose counts cancel out are 0, and are stored for their keys.
    pub fn counters(&mut self, counts: &Counts) -> HashMap<Slot, i64> {
        let mut sums = HashMap::new();
        for ((traits, what), n) in counts {
            let Traits { workspace, hour, .. } = *traits;
            let stream = self.stream(traits);
            match what {
                What::Time(of, bucket) => {
                    let key = format!("{bucket:03}").into();
                    *sums.entry(((workspace, *of, hour), stream, key, TIMES.into())).or_insert(0) += n;
                }
                What::Metric(metric) => {
                    for (dimension, key) in traits.keys() {
                        let place = (workspace, dimension, hour);
                        let key = self.key(place, stream, key);
                        *sums.entry((place, stream, key, metric.as_ref().into())).or_insert(0) += n;
                    }
                }
            }
        }
        sums
    }

    /// The stream that it counts as.
    fn stream(&mut self, traits: &Traits) -> i64 {
        let place = (traits.workspace, Dimension::All, traits.hour);
        let set = self.sets.entry(place).or_default();
        admit(set, (traits.stream, "".into()), STREAMS_MAX).map_or(0, |(stream, _)| stream)
    }

    fn key(&mut self, place: Place, stream: i64, key: String) -> Box<str> {
        if !is_bounded(place.1) || place.1 == Dimension::All || key == OTHERS {
            return key.into();
        }
        let set = self.sets.entry(place).or_default();
        admit(set, (stream, key.into()), KEYS_MAX).map_or_else(|| OTHERS.into(), |(_, key)| key)
    }
}

/// The newcomer, when it is in or there was room.
fn admit(
    set: &mut HashSet<(i64, Box<str>)>,
    newcomer: (i64, Box<str>),
    max: usize,
) -> Option<(i64, Box<str>)> {
    if set.contains(&newcomer) {
        return Some(newcomer);
    }
    let room = set.len() < max;
    room.then(|| {
        set.insert(newcomer.clone());
        newcomer
    })
}

/// Whether its keys are the tenants' choice: providers and buckets are ours.
fn is_bounded(dimension: Dimension) -> bool {
    match dimension {
        Dimension::All
        | Dimension::Template
        | Dimension::Tag
        | Dimension::Domain
        | Dimension::Source
        | Dimension::Link => true,
        Dimension::Provider | Dimension::DeliverTime | Dimension::OpenTime => false,
    }
}

/// Whether it holds what is counted together, which has no place of its own.
fn is_together(dimension: Dimension, stream: i64, key: &str) -> bool {
    match dimension {
        Dimension::All => stream == 0,
        _ => key == OTHERS,
    }
}

async fn read(store: &Store, place: Place) -> Result<HashSet<(i64, Box<str>)>, StoreError> {
    let (workspace, dimension, hour) = place;
    let params =
        [("workspace", workspace.into()), ("dimension", dimension.as_str().into()), ("hour", hour.into())];
    let mut set = HashSet::new();
    for row in &store.read(&KEPT, &params).await? {
        let (stream, key) = (row.int(0)?, row.text(1)?);
        if !is_together(dimension, stream, key) {
            set.insert((stream, key.into()));
        }
    }
    Ok(set)
}
