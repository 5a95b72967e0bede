//! Whose turn it is on a site: lanes by urgency, workspaces in a lane in turn, domains of a workspace in turn.
//!
//! Every delivery costs the same, so deficit round robin comes down to one delivery a turn. A more urgent lane goes
//! first, but after [`PASSED_MAX`] picks over the heads of others one of them gets its turn.

use std::collections::{HashMap, VecDeque};

use crate::chance::Numbers;
use crate::entry::Lane;

/// Picks from a more urgent lane in a row while others wait.
const PASSED_MAX: u8 = 15;

/// A queue that has something ready. The stamp tells whether it still stands in line as it did when it was put there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) queue: u32,
    pub(crate) stamp: u64,
}

#[derive(Default)]
pub(crate) struct Lanes {
    lanes: [Ring; 4],
    passed: u8,
    escapes: usize,
}

#[derive(Default)]
struct Ring {
    turns: VecDeque<i64>,
    places: HashMap<i64, VecDeque<Place>, Numbers>,
    live: usize,
    stale: usize,
}

impl Lanes {
    pub(crate) fn push(&mut self, lane: Lane, workspace: i64, place: Place) {
        let ring = &mut self.lanes[usize::from(lane.number())];
        ring.live += 1;
        let places = ring.places.entry(workspace).or_default();
        if places.is_empty() {
            ring.turns.push_back(workspace);
        }
        places.push_back(place);
    }

    /// A queue has left its place, which is found out when its turn comes. Places left behind are cleared when they
    /// outnumber the others.
    pub(crate) fn left(&mut self, lane: Lane, stands: impl Fn(Place) -> bool) {
        let ring = &mut self.lanes[usize::from(lane.number())];
        ring.live -= 1;
        ring.stale += 1;
        if ring.stale > 64 + 2 * ring.live {
            ring.stale = 0;
            for places in ring.places.values_mut() {
                places.retain(|place| stands(*place));
            }
            ring.places.retain(|_, places| !places.is_empty());
            ring.turns.retain(|workspace| ring.places.contains_key(workspace));
        }
    }

    /// Takes the next queue out of the line; it is pushed again when it still has something ready.
    pub(crate) fn take(&mut self, stands: impl Fn(Place) -> bool) -> Option<Place> {
        let lane = self.lane()?;
        let ring = &mut self.lanes[lane];
        loop {
            let workspace = ring.turns.pop_front()?;
            let places = ring.places.get_mut(&workspace)?;
            let place = places.pop_front();
            if places.is_empty() {
                ring.places.remove(&workspace);
            } else if place.is_some_and(&stands) {
                ring.turns.push_back(workspace);
            } else {
                // A place left behind does not cost the workspace its turn.
                ring.turns.push_front(workspace);
            }
            match place {
                Some(place) if stands(place) => {
                    ring.live -= 1;
                    return Some(place);
                }
                Some(_) => ring.stale = ring.stale.saturating_sub(1),
                None => {}
            }
        }
    }

    fn lane(&mut self) -> Option<usize> {
        let first = self.lanes.iter().position(|ring| ring.live > 0)?;
        let others = self.lanes[first + 1..].iter().filter(|ring| ring.live > 0).count();
        if others == 0 {
            self.passed = 0;
            return Some(first);
        }
        if self.passed < PASSED_MAX {
            self.passed += 1;
            return Some(first);
        }
        self.passed = 0;
        self.escapes = self.escapes.wrapping_add(1);
        let waiting = (first + 1..self.lanes.len()).rev().filter(|lane| self.lanes[*lane].live > 0);
        waiting.cycle().nth(self.escapes % others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(queue: u32) -> Place {
        Place { queue, stamp: 0 }
    }

    /// Takes `n` times; every queue has always something ready.
    fn picks(lanes: &mut Lanes, of: &[(Lane, i64)], n: usize) -> Vec<u32> {
        (0..n)
            .map(|_| {
                let taken = lanes.take(|_| true).expect("something waits");
                let (lane, workspace) = of[taken.queue as usize];
                lanes.push(lane, workspace, taken);
                taken.queue
            })
            .collect()
    }

    fn filled(of: &[(Lane, i64)]) -> Lanes {
        let mut lanes = Lanes::default();
        for (queue, (lane, workspace)) in (0..).zip(of) {
            lanes.push(*lane, *workspace, place(queue));
        }
        lanes
    }

    #[test]
    fn workspaces_share_a_lane_equally_however_many_domains_they_have() {
        let of = [(Lane::Campaign, 1), (Lane::Campaign, 1), (Lane::Campaign, 1), (Lane::Campaign, 2)];
        let picks = picks(&mut filled(&of), &of, 1_200);
        let share = |queue| picks.iter().filter(|pick| **pick == queue).count();
        assert_eq!([0, 1, 2, 3].map(share), [200, 200, 200, 600]);
    }

    #[test]
    fn urgent_lanes_go_first_and_no_other_starves() {
        let of = [(Lane::Code, 1), (Lane::Transactional, 1), (Lane::Automation, 1), (Lane::Campaign, 1)];
        let picks = picks(&mut filled(&of), &of, 4_800);
        let share = |queue| picks.iter().filter(|pick| **pick == queue).count();
        assert_eq!([0, 1, 2, 3].map(share), [4_500, 100, 100, 100]);
    }

    #[test]
    fn a_queue_that_left_is_passed_over_and_costs_nobody_a_turn() {
        let of = [(Lane::Campaign, 1), (Lane::Campaign, 2)];
        let mut lanes = filled(&of);
        lanes.left(Lane::Campaign, |place| place.queue != 0);
        assert_eq!(lanes.take(|place| place.queue != 0), Some(place(1)));
        assert_eq!(lanes.take(|place| place.queue != 0), None);
    }
}
