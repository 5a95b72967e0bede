//! Which events of one endpoint may go now: in the order of the log for each message, whatever fails in between. Pure.
//!
//! Guarantees
//! 1. An event goes only when no earlier one of its message is under way or waits to be tried again.
//! 2. Memory holds [`WINDOW_MAX`] events of the log that are not over, and some [`WAITING_MAX`] places of such as wait.
//!    When these are full nothing more is taken from the log: what waits then is the cursor.
//! 3. What [`Order::low`] gives is before every event that is neither over nor among those that wait.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::ops::Bound;
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

    /// Puts an event among those that wait, to go now: a replay. One of the log that has not gone yet goes once.
    pub fn replay(&mut self, now: At, place: Place, message: Option<i64>) {
        if !self.window.iter().any(|slot| slot.ready.place() == place && !slot.flying) {
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
        // As they would come again: a batch has the same octets each time.
        taken.sort_by_key(|ready| ready.place());
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

    /// When the next event is due that was not at `now`. One that was and did not go waits for something else than the clock.
    #[must_use]
    pub fn next_due(&self, now: At) -> Option<At> {
        let later = (Bound::Excluded((now, (At(i64::MAX), i64::MAX))), Bound::Unbounded);
        self.due.range(later).next().map(|(due, _)| *due)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::event::read::Event;

    fn event(id: i64, message: Option<i64>) -> Arc<Ready> {
        let event = Event {
            id,
            workspace: 1,
            name: "email.queued".into(),
            at: At(id),
            message,
            delivery: None,
            data: None,
        };
        Arc::new(Ready::new(event, None, None))
    }

    fn ids(load: &Load) -> Vec<i64> {
        match load {
            Load::New(events) => events.iter().map(|ready| ready.event.id).collect(),
            Load::Again(waiting) => waiting.iter().map(|one| one.place.1).collect(),
        }
    }

    fn taken(order: &mut Order, now: i64, max: usize) -> Option<(Load, Vec<i64>)> {
        order.take(At(now), max).map(|load| (load.clone(), ids(&load)))
    }

    #[test]
    fn what_follows_a_failure_in_its_message_waits_and_others_do_not() {
        let mut order = Order::default();
        order.offer(At(100), [event(1, Some(7)), event(2, Some(7)), event(3, Some(8)), event(4, None)]);
        let (first, got) = taken(&mut order, 100, 1).expect("the first");
        assert_eq!(got, [1]);
        assert_eq!(taken(&mut order, 100, 1).expect("of another message").1, [3]);
        assert_eq!(taken(&mut order, 100, 1).expect("of none").1, [4]);
        assert!(taken(&mut order, 100, 1).is_none(), "2 follows 1");
        order.land(At(100), &first, Fate::Again(At(200)));
        assert_eq!(order.low(&Cursor([(0, 9)].into())).show(), "0-2", "1 and 2 are stored as waiting");
        assert!(taken(&mut order, 199, 1).is_none());
        let (again, got) = taken(&mut order, 200, 1).expect("the first again");
        assert_eq!((got, again.attempts()), (vec![1], 1));
        assert!(taken(&mut order, 200, 1).is_none(), "2 still follows 1");
        order.land(At(200), &again, Fate::Over);
        assert_eq!(taken(&mut order, 200, 1).expect("now").1, [2]);
    }

    #[test]
    fn a_batch_comes_again_as_it_was() {
        let mut order = Order::default();
        order.offer(At(100), [event(1, Some(7)), event(2, Some(7)), event(3, Some(8))]);
        let (first, got) = taken(&mut order, 100, 500).expect("all");
        assert_eq!(got, [1, 2, 3]);
        order.land(At(100), &first, Fate::Again(At(200)));
        order.offer(At(100), [event(4, Some(7)), event(5, Some(9))]);
        assert_eq!(taken(&mut order, 100, 500).expect("the one that is free").1, [5]);
        let (again, got) = taken(&mut order, 200, 500).expect("the batch");
        assert_eq!((got, again.first()), (vec![1, 2, 3], 1));
        order.land(At(200), &again, Fate::Over);
        assert_eq!(taken(&mut order, 200, 500).expect("the last").1, [4]);
    }

    #[test]
    fn back_from_an_outage_nobody_waits() {
        let mut order = Order::default();
        order.offer(At(1), [event(1, Some(7)), event(2, None)]);
        while let Some(load) = order.take(At(1), 1) {
            order.land(At(1), &load, Fate::Again(At(1_000_000)));
        }
        assert_eq!(order.next_due(At(1)), Some(At(1_000_000)));
        order.hurry(At(5));
        assert_eq!(order.next_due(At(4)), Some(At(5)));
    }

    #[test]
    fn who_is_due_and_cannot_go_hides_nobody_who_is_due_later() {
        let mut order = Order::default();
        order.offer(At(1), [event(1, Some(7)), event(2, Some(7)), event(3, Some(8))]);
        let first = order.take(At(1), 1).expect("of the one message");
        let other = order.take(At(1), 1).expect("of the other");
        order.land(At(1), &first, Fate::Again(At(10)));
        order.land(At(1), &other, Fate::Again(At(12)));
        order.take(At(11), 1).expect("the first again");
        assert!(order.take(At(11), 1).is_none(), "the other is not due");
        assert_eq!(order.next_due(At(11)), Some(At(12)));
        // At the very moment at which nobody else was due, the next is waited for however little later it is.
        assert_eq!((order.next_due(At(12)), order.take(At(12), 1).is_some()), (None, true));
    }

    /// Chance that a seed repeats.
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }
    }

    /// What a crash leaves.
    #[derive(Default)]
    struct Disk {
        waiting: BTreeMap<i64, Waiting>,
        cursor: Cursor,
    }

    impl Disk {
        fn store(&mut self, order: &mut Order, read: &Cursor) {
            for change in order.changes() {
                match change {
                    Change::Put(one) => drop(self.waiting.insert(one.place.1, one)),
                    Change::Over(event) => drop(self.waiting.remove(&event)),
                }
            }
            self.cursor = order.low(read);
        }
    }

    #[test]
    fn in_a_thousand_lives_each_event_is_told_and_none_before_its_predecessor() {
        const EVENTS: i64 = 60;
        for seed in 0..1_000 {
            let mut chance = Chance(seed);
            let log: Vec<Arc<Ready>> =
                (1..=EVENTS).map(|id| event(id, Some(chance.below(8) as i64).filter(|m| *m > 0))).collect();
            let max = 1 + chance.below(4) as usize;
            let (mut disk, mut told): (Disk, Vec<i64>) = (Disk::default(), Vec::new());
            let mut now = 100;
            'life: loop {
                let mut order = Order::restore(disk.waiting.values().copied().collect());
                let mut read = disk.cursor.clone();
                let mut flying: Vec<Load> = Vec::new();
                loop {
                    now += 1;
                    let at = read.0.get(&0).copied().unwrap_or(0);
                    match chance.below(6) {
                        0 if at < EVENTS => {
                            let upto = (at + 1 + chance.below(5) as i64).min(EVENTS);
                            let page = &log[at as usize..upto as usize];
                            order.offer(At(now), page.iter().cloned());
                            read.advance(upto);
                        }
                        1 | 2 if flying.len() < 3 => flying.extend(order.take(At(now), max)),
                        3 if !flying.is_empty() => {
                            let load = flying.swap_remove(chance.below(flying.len() as u64) as usize);
                            let fate = match chance.below(3) {
                                0 => Fate::Again(At(now + chance.below(20) as i64)),
                                _ => Fate::Over,
                            };
                            if fate == Fate::Over {
                                told.extend(ids(&load));
                            }
                            order.land(At(now), &load, fate);
                        }
                        4 => disk.store(&mut order, &read),
                        5 if chance.below(20) == 0 => continue 'life,
                        _ => {}
                    }
                    if at == EVENTS && order.is_idle() && flying.is_empty() {
                        break 'life;
                    }
                }
            }
            // The first time that each was told.
            let first = |id: i64| {
                told.iter().position(|one| *one == id).unwrap_or_else(|| panic!("{seed}: {id} is missing"))
            };
            for message in 1..8 {
                let line: Vec<usize> = log
                    .iter()
                    .filter(|one| one.event.message == Some(message))
                    .map(|one| first(one.event.id))
                    .collect();
                assert!(line.is_sorted(), "seed {seed}: message {message} out of order: {line:?}");
            }
            assert!((1..=EVENTS).all(|id| told.contains(&id)), "seed {seed}");
        }
    }
}
