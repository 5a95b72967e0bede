//! Who is served while somebody else floods the queue.

use std::collections::HashMap;
use std::time::Duration;

use mail::At;
use queue::{Action, Config, ConnectionId, Entry, Lane, Lease, Placed, QueueKey, Scheduler, Settled, Site};

/// A scheduler that has swept an empty database, and every domain of which is its own site.
struct Served {
    scheduler: Scheduler,
    now: At,
    next: i64,
    asking: Vec<ConnectionId>,
}

impl Served {
    fn new(config: Config) -> Served {
        let scheduler = Scheduler::new(config, 1);
        let mut served = Served { scheduler, now: At(0), next: 0, asking: Vec::new() };
        served.act();
        served
    }

    fn accept(&mut self, workspace: i64, lane: Lane, domain: &str) -> (i64, Placed) {
        self.next += 1;
        let key = QueueKey { workspace, lane, domain: domain.into() };
        let expires = self.now.after(Duration::from_secs(86_400));
        let entry = Entry { delivery: self.next, message: 1, due: self.now, expires, attempts: 0 };
        (self.next, self.scheduler.accept(self.now, &key, entry))
    }

    /// Does what is asked at once; reads find nothing.
    fn act(&mut self) {
        loop {
            let mut actions = Vec::new();
            self.scheduler.poll(self.now, &mut actions);
            if actions.is_empty() {
                return;
            }
            for action in actions {
                match action {
                    Action::Resolve { domain } => {
                        let until = self.now.after(Duration::from_secs(3_600));
                        let site = Site { key: domain.clone(), limits: None };
                        self.scheduler.resolved(self.now, &domain, Ok(site), until);
                    }
                    Action::Connect { connection, .. } => {
                        self.scheduler.connected(self.now, connection);
                        self.asking.push(connection);
                    }
                    Action::WakeIdle { connection } => self.asking.push(connection),
                    Action::Sweep { ticket, .. } => self.scheduler.swept(self.now, ticket, Vec::new(), true),
                    Action::Refill { .. } => {}
                    Action::Fail { .. } => panic!("nothing fails here"),
                }
            }
        }
    }

    /// Every connection that may asks once; gives what was leased.
    fn leases(&mut self) -> Vec<(ConnectionId, QueueKey, Entry)> {
        self.act();
        let asking = std::mem::take(&mut self.asking);
        let mut leased = Vec::new();
        for connection in asking {
            if let Lease::Take { key, entry } = self.scheduler.lease(self.now, connection) {
                leased.push((connection, key, entry));
            }
        }
        leased
    }
}

#[test]
fn a_million_deliveries_to_a_tarpit_delay_nobody_else_and_stay_out_of_memory() {
    let mut served = Served::new(Config::default());
    for _ in 0..1_000_000 {
        served.accept(1, Lane::Campaign, "tarpit.example");
    }
    assert!(served.scheduler.depth().entries <= 2_000);
    // The tarpit takes its connections and never answers.
    assert_eq!(served.leases().len(), 5);
    for second in 0..100 {
        served.now = At(second * 1_000_000);
        let (delivery, placed) = served.accept(2, Lane::Campaign, &format!("b{}.example", second % 50));
        let leased = served.leases();
        assert_eq!(placed, Placed::Ready);
        assert_eq!(leased.iter().map(|(_, _, entry)| entry.delivery).collect::<Vec<_>>(), [delivery]);
        served.scheduler.settled(served.now, delivery, Settled::Done);
        assert_eq!(served.scheduler.lease(served.now, leased[0].0), Lease::Idle);
    }
}

#[test]
fn a_code_behind_a_million_deliveries_of_a_campaign_is_the_next_lease_of_its_path() {
    let mut served = Served::new(Config::default());
    for _ in 0..1_000_000 {
        served.accept(1, Lane::Campaign, "big.example");
    }
    let busy = served.leases();
    let (code, placed) = served.accept(1, Lane::Code, "big.example");
    served.scheduler.settled(served.now, busy[0].2.delivery, Settled::Done);
    let Lease::Take { entry, .. } = served.scheduler.lease(served.now, busy[0].0) else { panic!("no lease") };
    assert_eq!((placed, entry.delivery), (Placed::Ready, code));
}

#[test]
fn workspaces_share_a_site_equally() {
    let config = Config {
        limits: queue::PathLimits { messages_per_connection_max: u32::MAX, ..Config::default().limits },
        ..Config::default()
    };
    let mut served = Served::new(config);
    for (workspace, deliveries) in [(1, 1_900), (2, 600), (3, 500)] {
        for _ in 0..deliveries {
            served.accept(workspace, Lane::Transactional, "big.example");
        }
    }
    let mut shares: HashMap<i64, u32> = HashMap::new();
    let (connection, key, first) = served.leases().swap_remove(0);
    *shares.entry(key.workspace).or_default() += 1;
    let mut last = first;
    for _ in 0..900 {
        served.scheduler.settled(served.now, last.delivery, Settled::Done);
        let Lease::Take { key, entry } = served.scheduler.lease(served.now, connection) else {
            panic!("no lease")
        };
        *shares.entry(key.workspace).or_default() += 1;
        last = entry;
    }
    assert!((1..=3).all(|workspace| (270..=330).contains(&shares[&workspace])), "{shares:?}");
}

#[test]
fn a_delivery_cancelled_during_its_attempt_does_not_come_back() {
    let mut served = Served::new(Config::default());
    let (delivery, _) = served.accept(1, Lane::Transactional, "a.example");
    let (connection, key, _) = served.leases().swap_remove(0);
    assert_eq!(served.scheduler.forget(served.now, &key, delivery), queue::Forgot::Leased);
    served.scheduler.settled(served.now, delivery, Settled::Returned);
    assert_eq!(served.scheduler.lease(served.now, connection), Lease::Idle);
    assert_eq!(served.scheduler.depth().entries, 0);
}

#[test]
fn a_suspended_path_wakes_by_itself() {
    let mut served = Served::new(Config::default());
    let (delivery, _) = served.accept(1, Lane::Transactional, "a.example");
    let (connection, _, _) = served.leases().swap_remove(0);
    let path = served.scheduler.paths(served.now).next().expect("one path").path;
    let until = served.scheduler.slow_down(served.now, path, queue::Suspension::Slowed).expect("a path");
    served.scheduler.settled(served.now, delivery, Settled::Returned);
    assert_eq!(served.scheduler.lease(served.now, connection), Lease::Close);
    served.scheduler.closed(served.now, connection, queue::Closed::Finished);
    assert!(served.leases().is_empty());
    assert_eq!(served.scheduler.next_wake(served.now), Some(until));
    served.now = until;
    assert_eq!(served.leases().len(), 1);
}

/// A campaign of a workspace, with a delivery to each of so many sites.
fn campaign(served: &mut Served, workspace: i64, sites: usize) {
    for site in 0..sites {
        served.accept(workspace, Lane::Campaign, &format!("w{workspace}-{site}.example"));
    }
}

fn limited(connections_max: usize) -> Served {
    Served::new(Config { connections_max, ..Config::default() })
}

#[test]
fn a_campaign_to_thousands_of_sites_leaves_connections_to_urgent_mail() {
    let mut served = limited(1_600);
    campaign(&mut served, 1, 5_000);
    assert_eq!(served.leases().len(), 1_200);
    for (lane, more) in
        [(Lane::Campaign, 0), (Lane::Automation, 200), (Lane::Transactional, 100), (Lane::Code, 100)]
    {
        for site in 0..500 {
            served.accept(2, lane, &format!("{}-{site}.example", lane.as_str()));
        }
        let leased = served.leases();
        assert_eq!(leased.len(), more, "{lane:?}");
        assert!(leased.iter().all(|(_, key, _)| key.lane == lane), "{lane:?}");
    }
    assert_eq!(served.scheduler.depth().connections, 1_600);
}

#[test]
fn workspaces_that_wait_for_connections_get_them_in_turn() {
    let mut served = limited(160);
    campaign(&mut served, 1, 1_000);
    let mut busy = served.leases();
    campaign(&mut served, 2, 1_000);
    let mut shares: HashMap<i64, u32> = HashMap::new();
    for _ in 0..200 {
        let (connection, _, entry) = busy.remove(0);
        served.scheduler.settled(served.now, entry.delivery, Settled::Done);
        served.scheduler.closed(served.now, connection, queue::Closed::Finished);
        let leased = served.leases();
        assert_eq!(leased.len(), 1, "the room is taken at once");
        *shares.entry(leased[0].1.workspace).or_default() += 1;
        busy.extend(leased);
    }
    assert!((1..=2).all(|workspace| (99..=101).contains(&shares[&workspace])), "{shares:?}");
}

#[test]
fn a_flood_of_codes_does_not_keep_a_campaign_from_ever_connecting() {
    let mut served = limited(32);
    for site in 0..2_000 {
        served.accept(1, Lane::Code, &format!("code-{site}.example"));
    }
    let mut busy = served.leases();
    campaign(&mut served, 2, 100);
    let mut of_campaign = 0;
    for _ in 0..320 {
        let (connection, _, entry) = busy.remove(0);
        served.scheduler.settled(served.now, entry.delivery, Settled::Done);
        served.scheduler.closed(served.now, connection, queue::Closed::Finished);
        let leased = served.leases();
        of_campaign += leased.iter().filter(|(_, key, _)| key.lane == Lane::Campaign).count();
        busy.extend(leased);
    }
    assert!((19..=20).contains(&of_campaign), "each sixteenth of 320: {of_campaign}");
}

#[test]
fn a_connection_without_work_gives_way_and_none_is_disturbed_in_vain() {
    let mut served = limited(16);
    let mut idle = Vec::new();
    for (lane, sites) in [(Lane::Code, 4), (Lane::Campaign, 12)] {
        for site in 0..sites {
            let (delivery, _) = served.accept(1, lane, &format!("{}-{site}.example", lane.as_str()));
            let leased = served.leases();
            served.scheduler.settled(served.now, delivery, Settled::Done);
            assert_eq!(served.scheduler.lease(served.now, leased[0].0), Lease::Idle);
            idle.push(leased[0].0);
        }
    }
    served.accept(2, Lane::Campaign, "other.example");
    served.act();
    // The room of codes is of no use to a campaign: the one of a campaign that idled longest goes.
    assert_eq!(served.asking, [idle[4]]);
    served.asking.clear();
    assert_eq!(served.scheduler.lease(served.now, idle[4]), Lease::Close);
    served.scheduler.closed(served.now, idle[4], queue::Closed::Finished);
    let leased = served.leases();
    assert_eq!(leased.iter().map(|(_, key, _)| &*key.domain).collect::<Vec<_>>(), ["other.example"]);
    // Nobody waits any more: what ends its work now idles.
    served.scheduler.settled(served.now, leased[0].2.delivery, Settled::Done);
    assert_eq!(served.scheduler.lease(served.now, leased[0].0), Lease::Idle);
}

#[test]
fn a_slow_site_with_much_mail_gives_way_after_a_while_to_those_that_wait() {
    let mut served = limited(1);
    for _ in 0..10 {
        served.accept(1, Lane::Transactional, "slow.example");
    }
    let (connection, _, first) = served.leases().swap_remove(0);
    served.now = At(31_000_000);
    served.scheduler.settled(served.now, first.delivery, Settled::Done);
    let Lease::Take { entry: second, .. } = served.scheduler.lease(served.now, connection) else {
        panic!("only its own mail waits, but not in vain")
    };
    served.accept(2, Lane::Transactional, "other.example");
    served.act();
    served.scheduler.settled(served.now, second.delivery, Settled::Done);
    assert_eq!(served.scheduler.lease(served.now, connection), Lease::Close);
    served.scheduler.closed(served.now, connection, queue::Closed::Finished);
    let leased = served.leases();
    assert_eq!(leased.iter().map(|(_, key, _)| &*key.domain).collect::<Vec<_>>(), ["other.example"]);
}
