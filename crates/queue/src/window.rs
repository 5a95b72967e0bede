//! The part of a queue that is in memory: its earliest entries, and up to where they are all there are.
//!
//! Invariant: every live delivery of the queue that stands before `complete_below` and is not leased is in `entries`.

use std::collections::VecDeque;

use mail::At;

use crate::entry::{Entry, Position};

pub(crate) struct Window {
    /// Sorted by position. A deque and not a tree: mail comes and goes at the ends, and many queues hold one entry.
    entries: VecDeque<Entry>,
    complete_below: Position,
    /// The earliest entry that was left to the database since the last read was asked for.
    left_since_asked: Position,
}

/// What became of an entry that was offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Offer {
    Kept,
    /// It stays in the database only.
    Spilled,
    /// It was there already.
    Known,
}

/// Rows of a queue as the database gave them.
pub(crate) struct Rows<'a> {
    /// The read began here.
    pub(crate) from: Position,
    /// Sorted; without those that changed since the read was asked for.
    pub(crate) entries: &'a [Entry],
    /// How far the read came; `END` when it reached the queue's end.
    pub(crate) reach: Position,
}

impl Window {
    /// Of a queue that has nothing in the database but what is offered from now on.
    pub(crate) fn complete() -> Window {
        Window { entries: VecDeque::new(), complete_below: Position::END, left_since_asked: Position::END }
    }

    /// Of a queue of which the database may hold anything.
    pub(crate) fn untold() -> Window {
        Window { complete_below: Position::START, ..Window::complete() }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn first(&self) -> Option<&Entry> {
        self.entries.front()
    }

    pub(crate) fn complete_below(&self) -> Position {
        self.complete_below
    }

    /// The next moment when there may be something to do: an entry becomes due, here or in the database.
    pub(crate) fn wakes(&self, now: At) -> Option<At> {
        let moments = [self.first().map(|entry| entry.due), Some(self.complete_below.due)];
        moments.into_iter().flatten().filter(|at| *at > now && *at < Position::END.due).min()
    }

    /// How many entries are due.
    pub(crate) fn due_count(&self, now: At) -> usize {
        self.entries.partition_point(|entry| entry.due <= now)
    }

    pub(crate) fn pop(&mut self) -> Option<Entry> {
        self.entries.pop_front()
    }

    /// Keeps `entry` if it belongs to the `capacity` earliest; a later one gives way.
    pub(crate) fn offer(&mut self, entry: Entry, capacity: usize) -> Offer {
        let position = entry.position();
        let Err(index) = self.search(position) else { return Offer::Known };
        // A queue that nothing was read of keeps what arrives, so that new mail need not wait for the read.
        let untold = self.complete_below == Position::START;
        if position >= self.complete_below && !untold {
            self.leave(position);
            return Offer::Spilled;
        }
        if self.entries.len() >= capacity {
            if index == self.entries.len() {
                self.leave(position);
                return Offer::Spilled;
            }
            let last = self.entries.pop_back().expect("invariant: the index is before the end");
            self.leave(last.position());
        }
        self.entries.insert(index, entry);
        Offer::Kept
    }

    /// The entry at `position` stays in the database only.
    pub(crate) fn leave(&mut self, position: Position) {
        self.complete_below = self.complete_below.min(position);
        self.left_since_asked = self.left_since_asked.min(position);
    }

    /// A read from `complete_below` on begins.
    pub(crate) fn asked(&mut self) -> Position {
        self.left_since_asked = Position::END;
        self.complete_below
    }

    /// Takes what a read brought, up to `capacity` entries in all.
    pub(crate) fn refill(&mut self, rows: &Rows<'_>, capacity: usize) {
        // Something before the read's begin was left meanwhile: the read does not close that gap.
        if self.left_since_asked < rows.from {
            return;
        }
        let mut reach = rows.reach;
        for entry in rows.entries {
            let Err(index) = self.search(entry.position()) else { continue };
            if self.entries.len() >= capacity {
                reach = reach.min(entry.position());
                break;
            }
            self.entries.insert(index, *entry);
        }
        // What was left after the read began may be missing in it, also below its reach.
        self.complete_below = reach.min(self.left_since_asked);
    }

    pub(crate) fn remove(&mut self, delivery: i64) -> Option<Entry> {
        let index = self.entries.iter().position(|entry| entry.delivery == delivery)?;
        self.entries.remove(index)
    }

    /// Leaves everything to the database.
    pub(crate) fn clear(&mut self) {
        if let Some(first) = self.first().map(Entry::position) {
            self.leave(first);
        }
        self.entries = VecDeque::new();
    }

    /// Takes out what has expired; gives also when the next of the others expires.
    pub(crate) fn expire(&mut self, now: At) -> (Vec<Entry>, At) {
        let expired: Vec<Entry> = self.entries.iter().filter(|entry| entry.expires <= now).copied().collect();
        if !expired.is_empty() {
            self.entries.retain(|entry| entry.expires > now);
        }
        (expired, self.entries.iter().map(|entry| entry.expires).min().unwrap_or(At(i64::MAX)))
    }

    /// Gives the memory back that an empty window no longer needs.
    pub(crate) fn shrink(&mut self) {
        if self.entries.is_empty() && self.entries.capacity() > 16 {
            self.entries = VecDeque::new();
        }
    }

    fn search(&self, position: Position) -> Result<usize, usize> {
        // Mail mostly arrives in order.
        match self.entries.back() {
            None => Err(0),
            Some(last) if last.position() < position => Err(self.entries.len()),
            Some(_) => self.entries.binary_search_by_key(&position, Entry::position),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(delivery: i64, due: i64) -> Entry {
        Entry { delivery, message: 0, due: At(due), expires: At(1_000), attempts: 0 }
    }

    fn ids(window: &Window) -> Vec<i64> {
        window.entries.iter().map(|entry| entry.delivery).collect()
    }

    fn at(due: i64, delivery: i64) -> Position {
        Position { due: At(due), delivery }
    }

    #[test]
    fn a_full_window_keeps_the_earliest_and_knows_where_it_ends() {
        let mut window = Window::complete();
        for (delivery, due, kept) in [(1, 10, Offer::Kept), (2, 30, Offer::Kept), (3, 40, Offer::Spilled)] {
            assert_eq!(window.offer(entry(delivery, due), 2), kept);
        }
        assert_eq!(window.complete_below, at(40, 3));
        assert_eq!(window.offer(entry(4, 20), 2), Offer::Kept);
        assert_eq!((ids(&window), window.complete_below), (vec![1, 4], at(30, 2)));
        assert_eq!(window.offer(entry(4, 20), 2), Offer::Known);
        window.pop();
        assert_eq!(window.offer(entry(5, 50), 2), Offer::Spilled, "order would be lost: 2 is earlier");
    }

    #[test]
    fn a_read_that_missed_what_was_left_meanwhile_does_not_complete_the_queue() {
        let mut window = Window::complete();
        window.leave(at(10, 1));
        let from = window.asked();
        window.leave(at(20, 2));
        window.refill(&Rows { from, entries: &[entry(1, 10)], reach: Position::END }, 9);
        assert_eq!((ids(&window), window.complete_below), (vec![1], at(20, 2)));

        let from = window.asked();
        window.leave(at(5, 3));
        window.refill(&Rows { from, entries: &[entry(2, 20)], reach: Position::END }, 9);
        assert_eq!(
            (ids(&window), window.complete_below),
            (vec![1], at(5, 3)),
            "a gap before the read: no use"
        );
    }
}
