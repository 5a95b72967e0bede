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
