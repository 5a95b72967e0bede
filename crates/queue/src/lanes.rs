//! Whose turn it is: lanes by urgency, workspaces in a lane in turn, what a workspace has in turn. On a site these are
//! queues; where sites wait for room, sites.
//!
//! Every delivery costs the same, so deficit round robin comes down to one delivery a turn. A more urgent lane goes
//! first, but after [`PASSED_MAX`] picks over the heads of others one of them gets its turn.

use std::collections::{HashMap, VecDeque};

use crate::chance::Numbers;
use crate::entry::Lane;

/// Picks from a more urgent lane in a row while others wait.
const PASSED_MAX: u8 = 15;

/// A queue that has something ready, or a site that waits. The stamp tells whether it still stands in line as it did when
/// it was put there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) id: u32,
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

    /// Whether nobody stands in line.
    pub(crate) fn is_empty(&self) -> bool {
        self.lanes.iter().all(|ring| ring.live == 0)
    }

    /// How many stand in line in a lane.
    pub(crate) fn waiting(&self, lane: Lane) -> usize {
        self.lanes[usize::from(lane.number())].live
    }

    /// The most urgent lane in which anybody stands, and the workspace whose turn it is there.
    pub(crate) fn first(&mut self, stands: impl Fn(Place) -> bool) -> Option<(Lane, i64)> {
        let mut rings = Lane::ALL.into_iter().zip(&mut self.lanes);
        let (lane, ring) = rings.find(|(_, ring)| ring.live > 0)?;
        Some((lane, ring.first(stands)?))
    }

    /// Clears places left behind where the turn of a lane is, so that they keep no workspace its turn.
    pub(crate) fn clear_front(&mut self, lane: Lane, stands: impl Fn(Place) -> bool) {
        let _whose = self.lanes[usize::from(lane.number())].first(stands);
    }

    /// Takes the next one of the `open` most urgent lanes out of the line; it is pushed again when it still wants a turn.
    pub(crate) fn take(&mut self, open: usize, stands: impl Fn(Place) -> bool) -> Option<Place> {
        let lane = self.lane(open)?;
        let ring = &mut self.lanes[lane];
        let workspace = ring.first(stands)?;
        let places = ring.places.get_mut(&workspace)?;
        let place = places.pop_front()?;
        ring.turns.pop_front();
        if places.is_empty() {
            ring.places.remove(&workspace);
        } else {
            ring.turns.push_back(workspace);
        }
        ring.live -= 1;
        Some(place)
    }

    fn lane(&mut self, open: usize) -> Option<usize> {
        let lanes = &self.lanes[..open];
        let first = lanes.iter().position(|ring| ring.live > 0)?;
        let others = lanes[first + 1..].iter().filter(|ring| ring.live > 0).count();
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
        let waiting = (first + 1..open).rev().filter(|lane| self.lanes[*lane].live > 0);
        waiting.cycle().nth(self.escapes % others)
    }
}

impl Ring {
    /// The workspace whose turn it is. Places left behind are cleared on the way: they cost no workspace its turn.
    fn first(&mut self, stands: impl Fn(Place) -> bool) -> Option<i64> {
        loop {
            let workspace = *self.turns.front()?;
            let places = self.places.get_mut(&workspace)?;
            match places.front() {
                Some(place) if stands(*place) => return Some(workspace),
                Some(_) => {
                    places.pop_front();
                    self.stale = self.stale.saturating_sub(1);
                }
                None => {}
            }
            if places.is_empty() {
                self.places.remove(&workspace);
                self.turns.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(queue: u32) -> Place {
        Place { id: queue, stamp: 0 }
    }

    /// Takes `n` times; every queue has always something ready.
    fn picks(lanes: &mut Lanes, of: &[(Lane, i64)], n: usize) -> Vec<u32> {
        (0..n)
            .map(|_| {
                let taken = lanes.take(4, |_| true).expect("something waits");
                let (lane, workspace) = of[taken.id as usize];
                lanes.push(lane, workspace, taken);
                taken.id
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
        lanes.left(Lane::Campaign, |place| place.id != 0);
        assert_eq!(lanes.first(|place| place.id != 0), Some((Lane::Campaign, 2)));
        assert_eq!(lanes.take(4, |place| place.id != 0), Some(place(1)));
        assert_eq!(lanes.take(4, |place| place.id != 0), None);
        assert!(lanes.is_empty());
    }

    #[test]
    fn a_lane_that_may_not_go_keeps_no_other_from_its_turn() {
        let of = [(Lane::Transactional, 1), (Lane::Campaign, 2)];
        let mut lanes = filled(&of);
        assert_eq!(lanes.take(1, |_| true), None, "codes alone may go");
        assert_eq!(lanes.take(3, |_| true), Some(place(0)));
        assert_eq!(lanes.take(3, |_| true), None);
        assert_eq!(lanes.take(4, |_| true), Some(place(1)));
    }
}
