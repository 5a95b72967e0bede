//! Which events of one endpoint may go now: in the order of the log for each message, whatever fails in between. Pure.
//!
//! Guarantees
//! 1. An event goes only when no earlier one of its message is under way or waits to be tried again.
//! 2. Memory holds [`WINDOW_MAX`] events of the log that are not over, and some [`WAITING_MAX`] places of such as wait.
//!    When these are full nothing more is taken from the log: what waits then is the cursor.
//! 3. What [`Order::low`] gives is before every event that is neither over nor among those that wait.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use mail::At;

use super::ready::Ready;
use crate::feature::event::read::Cursor;

/// Events from the log that are not over, at most. Reason: after a crash as many may be told again.
pub const WINDOW_MAX: usize = 256;
/// Events that wait for another attempt before the log is read no further. Reason: an endpoint that is away for three days
/// collects less, at one attempt in five minutes.
pub const WAITING_MAX: usize = 1_000;

/// The place of an event among those of its message.
pub type Place = (At, i64);

/// An event that waits for another attempt, or behind one that does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    pub place: Place,
    pub message: Option<i64>,
    /// Made so far.
    pub attempts: u32,
    pub due: At,
    /// The first event of the request that it belonged to.
    pub batch: i64,
}

/// What goes in one request.
#[derive(Clone, Debug)]
pub enum Load {
    /// From the log.
    New(Vec<Arc<Ready>>),
    /// Again, or as a replay: to be read first.
    Again(Vec<Waiting>),
}

impl Load {
    fn messages(&self) -> Vec<i64> {
        match self {
            Load::New(events) => events.iter().filter_map(|ready| ready.event.message).collect(),
            Load::Again(waiting) => waiting.iter().filter_map(|one| one.message).collect(),
        }
    }

    /// The first event, whose id is the request's.
    #[must_use]
    pub fn first(&self) -> i64 {
        match self {
            Load::New(events) => events.first().map_or(0, |ready| ready.event.id),
            Load::Again(waiting) => waiting.first().map_or(0, |one| one.batch),
        }
    }

    /// Attempts made before this one.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        match self {
            Load::New(_) => 0,
            Load::Again(waiting) => waiting.first().map_or(0, |one| one.attempts),
        }
    }
}

/// What becomes of a load that was tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Taken, given up, or gone from the log.
    Over,
    /// It failed.
    Again(At),
    /// Nothing was tried.
    Untried(At),
}

/// A change of what is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Put(Waiting),
    Over(i64),
}

struct Slot {
    ready: Arc<Ready>,
    flying: bool,
}

/// The events of one endpoint that are not over.
#[derive(Default)]
pub struct Order {
    window: VecDeque<Slot>,
    waiting: BTreeMap<Place, Waiting>,
    by_message: HashMap<i64, BTreeSet<Place>>,
    /// Those that may go when their time has come: the first of each message, unless it is under way.
    due: BTreeSet<(At, Place)>,
    /// Messages of which something is under way.
    flying: HashSet<i64>,
    changes: Vec<Change>,
}

impl Order {
    /// What was stored before the process began.
    #[must_use]
    pub fn restore(stored: Vec<Waiting>) -> Order {
        let mut order = Order::default();
        stored.into_iter().for_each(|one| order.insert(one));
        order
    }

    /// How many events of the log may be offered.
    #[must_use]
    pub fn room(&self) -> usize {
        if self.waiting.len() >= WAITING_MAX { 0 } else { WINDOW_MAX.saturating_sub(self.window.len()) }
    }

    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The next events of the log, in their order.
    pub fn offer(&mut self, now: At, events: impl IntoIterator<Item = Arc<Ready>>) {
        for ready in events {
            let place = ready.place();
            if self.waiting.contains_key(&place) {
                // It was tried before the process was killed.
                continue;
            }
            match ready.event.message {
                Some(message) if self.by_message.contains_key(&message) => self.put(behind(now, &ready)),
                _ => self.window.push_back(Slot { ready, flying: false }),
            }
        }
    }

    /// Puts an event among those that wait, to go now, unless it is under way already: a replay.
    pub fn replay(&mut self, now: At, place: Place, message: Option<i64>) {
        let under_way = self.window.iter().any(|slot| slot.ready.place() == place)
            || self.waiting.contains_key(&place) && message.is_some_and(|id| self.flying.contains(&id));
        if !under_way {
            self.put(Waiting { place, message, attempts: 0, due: now, batch: place.1 });
        }
    }

    /// The next load of up to `max` events; what is due again goes first.
    pub fn take(&mut self, now: At, max: usize) -> Option<Load> {
        let load = match self.take_due(now, max) {
            Some(waiting) => Load::Again(waiting),
            None => Load::New(self.take_new(max)?),
        };
        self.flying.extend(load.messages());
        Some(load)
    }

    fn take_due(&mut self, now: At, max: usize) -> Option<Vec<Waiting>> {
        let free = |place: &Place| {
            let message = self.waiting.get(place).and_then(|one| one.message);
            message.is_none_or(|id| !self.flying.contains(&id))
        };
        let ripe = |due: &At| *due <= now;
        let (_, first) = *self.due.iter().take_while(|(due, _)| ripe(due)).find(|(_, place)| free(place))?;
        let first = self.waiting[&first];
        let fits =
            |one: &Waiting| one.batch == first.batch && one.attempts == first.attempts && ripe(&one.due);
        let mut taken = vec![first];
        // The others of the same request, and those of its messages behind them; a replay's are each on their own.
        let mut messages: HashSet<Option<i64>> = HashSet::from([first.message]);
        for one in self.waiting.range(first.place..).skip(1).map(|(_, one)| one) {
            if taken.len() >= max {
                break;
            }
            let leads = self.due.contains(&(one.due, one.place)) && free(&one.place);
            if fits(one) && (leads || one.message.is_some() && messages.contains(&one.message)) {
                messages.insert(one.message);
                taken.push(*one);
            }
        }
        for one in &taken {
            self.due.remove(&(one.due, one.place));
        }
        Some(taken)
    }

    fn take_new(&mut self, max: usize) -> Option<Vec<Arc<Ready>>> {
        let mut taken: Vec<Arc<Ready>> = Vec::new();
        for slot in &mut self.window {
            if taken.len() >= max {
                break;
            }
            let free = slot.ready.event.message.is_none_or(|id| !self.flying.contains(&id));
            if !slot.flying && free {
                slot.flying = true;
                taken.push(slot.ready.clone());
            }
        }
        (!taken.is_empty()).then_some(taken)
    }

    /// A load came back.
    pub fn land(&mut self, now: At, load: &Load, fate: Fate) {
        for message in load.messages() {
            self.flying.remove(&message);
        }
        match load {
            Load::New(events) => self.land_new(now, (events, load.first()), fate),
            Load::Again(waiting) => {
                for one in waiting {
                    self.remove(one.place);
                    match fate {
                        Fate::Over => self.changes.push(Change::Over(one.place.1)),
                        Fate::Again(due) => self.put(Waiting { attempts: one.attempts + 1, due, ..*one }),
                        Fate::Untried(due) => self.put(Waiting { due, ..*one }),
                    }
                }
            }
        }
    }

    fn land_new(&mut self, now: At, (events, batch): (&[Arc<Ready>], i64), fate: Fate) {
        let places: HashSet<Place> = events.iter().map(|ready| ready.place()).collect();
        self.window.retain(|slot| !places.contains(&slot.ready.place()));
        let (attempts, due) = match fate {
            Fate::Over => return,
            Fate::Again(due) => (1, due),
            Fate::Untried(due) => (0, due),
        };
        for ready in events {
            let (place, message) = (ready.place(), ready.event.message);
            self.put(Waiting { place, message, attempts, due, batch });
        }
        // What follows in the same messages waits behind.
        let mut window = std::mem::take(&mut self.window);
        window.retain(|slot| {
            let follows = slot.ready.event.message.is_some_and(|id| self.by_message.contains_key(&id));
            if follows && !slot.flying {
                self.put(behind(now, &slot.ready));
            }
            !follows || slot.flying
        });
        self.window = window;
    }

    /// An endpoint that was away is back: nobody waits any longer.
    pub fn hurry(&mut self, now: At) {
        let late: Vec<Place> =
            self.waiting.values().filter(|one| one.due > now).map(|one| one.place).collect();
        for place in late {
            if let Some(one) = self.waiting.get_mut(&place) {
                if self.due.remove(&(one.due, place)) {
                    self.due.insert((now, place));
                }
                one.due = now;
            }
        }
    }

    /// When the next event that waits is due.
    #[must_use]
    pub fn next_due(&self) -> Option<At> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Whether everything is over.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.window.is_empty() && self.waiting.is_empty()
    }

    /// What a reader that has come to `read` may have written down.
    #[must_use]
    pub fn low(&self, read: &Cursor) -> Cursor {
        let mut low = read.clone();
        self.window.iter().for_each(|slot| low.step_back(slot.ready.event.id));
        low
    }

    /// What is to be stored since the last call.
    pub fn changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    fn put(&mut self, one: Waiting) {
        self.remove(one.place);
        self.insert(one);
        self.changes.push(Change::Put(one));
    }

    fn insert(&mut self, one: Waiting) {
        self.waiting.insert(one.place, one);
        match one.message {
            None => drop(self.due.insert((one.due, one.place))),
            Some(message) => {
                let line = self.by_message.entry(message).or_default();
                line.insert(one.place);
                self.lead(message);
            }
        }
    }

    fn remove(&mut self, place: Place) {
        let Some(one) = self.waiting.remove(&place) else { return };
        self.due.remove(&(one.due, place));
        let Some(message) = one.message else { return };
        if let Some(line) = self.by_message.get_mut(&message) {
            line.remove(&place);
            if line.is_empty() {
                self.by_message.remove(&message);
            }
        }
        self.lead(message);
    }

    /// The first of a message's line is the one that may go.
    fn lead(&mut self, message: i64) {
        let Some(line) = self.by_message.get(&message) else { return };
        for (n, place) in line.iter().enumerate() {
            let due = (self.waiting[place].due, *place);
            if n == 0 {
                self.due.insert(due);
            } else {
                self.due.remove(&due);
            }
        }
    }
}

fn behind(now: At, ready: &Ready) -> Waiting {
    let place = ready.place();
    Waiting { place, message: ready.event.message, attempts: 0, due: now, batch: place.1 }
}
