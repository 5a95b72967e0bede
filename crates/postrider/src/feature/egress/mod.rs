//! Getting mail out: the driver of the pure scheduler, connections, attempts, settling.
//!
//! Guarantees
//! 1. Only [`settle`] writes a disposition of a delivery that was tried, in one transaction with its attempt, its event
//!    and its counters. A delivery stays leased until that is durable.
//! 2. Suppression is asked again between the lease and the dialogue: a suppressed address is never dialled.
//! 3. The scheduler's lock is held for microseconds, never over an await.
//!
//! Not here: which delivery goes next, when is tried again (`queue`), what a reply means (`mail::classify`).

pub mod admin;
mod amends;
pub mod api;
pub mod attempt;
pub mod attempts;
pub(crate) mod bulk;
pub mod cancel;
mod capture_path;
pub mod compose;
mod connection;
#[cfg(test)]
mod connection_story;
pub mod console;
mod console_bulk;
#[cfg(test)]
mod console_story;
pub mod driver;
pub mod inspect;
#[cfg(test)]
pub(crate) mod mx_story;
pub mod pieces;
pub mod reads;
pub mod rows;
pub mod settle;
pub mod signing;
pub mod sites;
#[cfg(test)]
mod story;
pub mod suspects;
mod wire;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mail::At;
use queue::{Action, Closed, ConnectionId, Entry, HoldRule, Lease, QueueKey, Scheduler, Settled};
use store::{Migration, query};
use tokio::sync::Notify;

use compose::{Composed, compose};
use settle::{Conclusion, Leased};
use suspects::Suspicion;

use crate::app::App;
use crate::feature::sending::parcel::Parcel;
use crate::feature::sending::{Reach, Refusal, policy};
use crate::retention::{Aged, edge};

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 5,
    name: "egress: attempts, starts, holds",
    sql: include_str!("migrations/0005_egress.sql"),
    postgres: None,
}];

query!(PUT_OFF, "queries/put_off.sql");
query!(ATTEMPT_AGE, "queries/attempt_age.sql");
edge!(ATTEMPT_EDGE, "attempt");
pub static ATTEMPT_AGED: Aged = Aged { edge: &ATTEMPT_EDGE, delete: &ATTEMPT_AGE, page: 1_000 };

/// Outcomes that may wait for the database before no more deliveries are begun. Reason: each is a message that a crash
/// would send twice.
const UNSETTLED_MAX: usize = 1_000;
/// Pause of a connection whose delivery could not be read.
const PUT_BACK_WAIT: Duration = Duration::from_secs(1);
/// How long a delivery waits of which something stored cannot be read. Reason: only a person can mend that.
const DAMAGED_WAIT: Duration = Duration::from_secs(3_600);
/// Domain names that are kept to be shared by their deliveries.
const DOMAIN_NAMES_MAX: usize = 10_000;

/// Where a lease leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    Out,
    Capture,
}

/// The queue of this process, and what serves it.
pub struct Egress {
    state: Mutex<State>,
    /// Tells the driver to look at its timers again.
    driver: Notify,
    pub(crate) sites: sites::Sites,
    pub(crate) signing: signing::Signing,
    pub(crate) suspects: suspects::Suspects,
    reading_holds: tokio::sync::Mutex<()>,
    unsettled: AtomicUsize,
    domain_names: Mutex<HashMap<Box<str>, Arc<str>>>,
    runtime: tokio::runtime::Handle,
}

struct State {
    scheduler: Scheduler,
    /// Connections that wait for work.
    idle: HashMap<ConnectionId, Arc<Notify>>,
    /// When the driver will look by itself.
    armed: Option<At>,
    actions: Vec<Action>,
    draining: bool,
    withdrawn: cancel::Withdrawn,
}

impl Egress {
    /// Must be called within the runtime on which connections will run.
    #[must_use]
    pub fn new(scheduler: Scheduler, signing: signing::Signing) -> Egress {
        Egress {
            state: Mutex::new(State {
                scheduler,
                idle: HashMap::new(),
                armed: None,
                actions: Vec::new(),
                draining: false,
                withdrawn: cancel::Withdrawn::default(),
            }),
            driver: Notify::new(),
            sites: sites::Sites::default(),
            signing,
            suspects: suspects::Suspects::default(),
            reading_holds: tokio::sync::Mutex::default(),
            unsettled: AtomicUsize::new(0),
            domain_names: Mutex::default(),
            runtime: tokio::runtime::Handle::current(),
        }
    }

    /// Takes deliveries that were committed.
    pub fn accept(&self, app: &Arc<App>, deliveries: impl Iterator<Item = (QueueKey, Entry)>) {
        self.with(app, |scheduler, now| {
            for (key, entry) in deliveries {
                // Wherever it was placed, memory or database, the scheduler will come to it.
                let _placed = scheduler.accept(now, &key, entry);
            }
        });
    }

    /// Has the scheduler read queues anew: the database may hold deliveries that nobody told of.
    pub(crate) fn reread<'k>(&self, app: &Arc<App>, keys: impl Iterator<Item = &'k QueueKey>) {
        // A message to many recipients of one domain names its queue as often.
        let keys: BTreeSet<_> = keys.collect();
        self.with(app, |scheduler, now| {
            for key in keys {
                scheduler.read_anew(now, key);
            }
        });
    }

    /// Calls the scheduler, then does what it asks for.
    pub(crate) fn with<R>(&self, app: &Arc<App>, call: impl FnOnce(&mut Scheduler, At) -> R) -> R {
        self.with_state(app, |state, now| call(&mut state.scheduler, now))
    }

    fn with_state<R>(&self, app: &Arc<App>, call: impl FnOnce(&mut State, At) -> R) -> R {
        let now = net::clock::now();
        let mut state = self.lock();
        let result = call(&mut state, now);
        let State { scheduler, actions, draining, .. } = &mut *state;
        scheduler.poll(now, actions);
        if *draining {
            // A new connection would be told to close, and the next one opened, until the process ends.
            actions.retain(|action| !matches!(action, Action::Connect { .. }));
        }
        let actions = std::mem::take(&mut state.actions);
        let woken: Vec<_> = actions.iter().filter_map(|action| state.waker(action)).collect();
        let wake = state.scheduler.next_wake(now);
        let earlier = wake.is_some_and(|wake| state.armed.is_none_or(|armed| wake < armed));
        if earlier {
            state.armed = wake;
        }
        drop(state);
        woken.iter().for_each(|waker| waker.notify_one());
        for action in actions {
            driver::perform(app, action);
        }
        if earlier {
            self.driver.notify_one();
        }
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the scheduler without changing it.
    pub fn view<R>(&self, look: impl FnOnce(&Scheduler, At) -> R) -> R {
        look(&self.lock().scheduler, net::clock::now())
    }

    /// The domain's name, shared with the other deliveries to it.
    #[must_use]
    pub fn domain_name(&self, name: &str) -> Arc<str> {
        let mut names = self.domain_names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.get(name) {
            return known.clone();
        }
        if names.len() >= DOMAIN_NAMES_MAX {
            names.clear();
        }
        let shared: Arc<str> = name.into();
        names.insert(name.into(), shared.clone());
        shared
    }

    /// Holds exactly what `wanted` says, and makes the scheduler read due times anew where they may have changed.
    pub(crate) fn replace_holds(&self, app: &Arc<App>, wanted: Vec<HoldRule>) {
        self.with(app, |scheduler, now| scheduler.hold_exactly(now, wanted));
    }

    /// Outcomes that wait for the database.
    #[must_use]
    pub fn unsettled(&self) -> usize {
        self.unsettled.load(Ordering::Relaxed)
    }

    /// Whether so many outcomes wait for the database that nothing more may be begun.
    pub(crate) fn is_choked(&self) -> bool {
        self.unsettled() >= UNSETTLED_MAX
    }

    /// What a connection does next; one that is told to idle is woken through `waker`.
    pub(crate) fn lease(&self, app: &Arc<App>, connection: ConnectionId, waker: &Arc<Notify>) -> Lease {
        self.with_state(app, |state, now| {
            if state.draining {
                return Lease::Close;
            }
            let lease = state.take(now, connection);
            if lease == Lease::Idle {
                state.idle.insert(connection, waker.clone());
            }
            lease
        })
    }

    /// A call failed: ends its connection, and gives the delivery at which that is written down, if one was next.
    pub(crate) fn call_failed(&self, app: &Arc<App>, connection: ConnectionId) -> Lease {
        self.with_state(app, |state, now| {
            state.scheduler.connected(now, connection);
            let lease = if state.draining { Lease::Close } else { state.take(now, connection) };
            state.scheduler.connect_failed(now, connection);
            lease
        })
    }

    /// A connection has ended.
    pub(crate) fn closed(&self, app: &Arc<App>, connection: ConnectionId, how: Closed) {
        self.with_state(app, |state, now| {
            state.idle.remove(&connection);
            state.scheduler.closed(now, connection, how);
        });
    }

    /// Begins no more deliveries: those under way end.
    pub fn drain(&self, app: &Arc<App>) {
        let idle: Vec<_> = {
            let mut state = self.lock();
            state.draining = true;
            state.idle.drain().map(|(_, waker)| waker).collect()
        };
        idle.iter().for_each(|waker| waker.notify_one());
        self.with(app, |_, _| ());
    }

    /// Deliveries that are leased or whose outcome is not durable yet.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.view(|scheduler, _| scheduler.depth().leased)
    }
}

/// Reads and composes what a lease needs. When that is impossible the lease is settled here, and there is nothing to
/// send.
pub(crate) async fn prepare(
    app: &Arc<App>,
    key: QueueKey,
    entry: Entry,
    way: Way,
) -> Option<(Leased, Composed)> {
    match app.egress.suspects.suspicion(entry.delivery) {
        Suspicion::None => {}
        Suspicion::WriteDown { recoveries } => {
            if let Err(error) = write_down(app, entry.delivery, recoveries).await {
                return put_back(app, entry, &error).await;
            }
        }
        Suspicion::Poison => {
            tracing::error!(
                delivery.id = entry.delivery,
                "a delivery is given up: whatever took it ended before it did"
            );
            let words = Some("every process or task that took this delivery ended before it did".into());
            return over(app, Leased { key, entry, parcel: None }, Conclusion::Failed("poison"), words);
        }
    }
    let parcel = match app.parcels.fetch(&app.store, entry.message).await {
        Ok(parcel) => parcel,
        Err(error) => return unread(app, (key.workspace, entry), &error).await,
    };
    let leased = Leased { key, entry, parcel };
    match connection::suppressed_since(app, &leased).await {
        Ok(None) => {}
        Ok(Some(conclusion)) => return over(app, leased, conclusion, None),
        Err(error) => return unread(app, (leased.key.workspace, entry), &error).await,
    }
    let Some(parcel) = &leased.parcel else {
        return over(
            app,
            leased,
            Conclusion::Failed("content_gone"),
            Some("its content is not stored any more".into()),
        );
    };
    if let Err(refusal) = may_go(app, parcel, way) {
        let conclusion = Conclusion::Failed("domain_not_verified");
        return over(app, leased, conclusion, Some(refusal.to_string()));
    }
    match compose(app, parcel, entry.delivery).await {
        Ok(Some(composed)) => Some((leased, composed)),
        // Its row is not due any more, and says why: there is nothing to write.
        Ok(None) => {
            app.egress.with(app, |scheduler, now| scheduler.settled(now, entry.delivery, Settled::Ended));
            None
        }
        Err(signing::SigningFailed::Gone) => put_back(app, entry, &store::StoreError::Closed).await,
        Err(error) => over(app, leased, Conclusion::Failed("signing"), Some(error.to_string())),
    }
}

/// What is kept for one who is not verified stays here, also when the routes have changed since it was taken.
fn may_go(app: &App, parcel: &Parcel, way: Way) -> Result<(), Refusal> {
    if way == Way::Capture || parcel.reach == Reach::Anywhere {
        return Ok(());
    }
    let reverse_path = &parcel.envelope.reverse_path;
    policy::verified(&app.directory.snapshot(), parcel.workspace, &parcel.author, reverse_path)
}

fn over<T>(app: &Arc<App>, leased: Leased, conclusion: Conclusion, words: Option<String>) -> Option<T> {
    settle::without_attempt(app, leased, conclusion, words);
    None
}

/// What a delivery needs could not be read. When that is damaged, it goes out of the way of those behind it, but is not
/// given up: what somebody restores can be read again, until the delivery expires.
async fn unread<T>(app: &Arc<App>, (workspace, entry): (i64, Entry), error: &store::StoreError) -> Option<T> {
    if error.is_transient() {
        return put_back(app, entry, error).await;
    }
    tracing::error!(delivery.id = entry.delivery, %error, "a delivery waits because what is stored of it is damaged");
    let due = app.now().after(DAMAGED_WAIT).min(entry.expires);
    let mut write = store::Write::default();
    let params =
        vec![("delivery", entry.delivery.into()), ("workspace", workspace.into()), ("due", due.0.into())];
    write.step(&PUT_OFF, params);
    if let Err(error) = app.store.write(write).await {
        return put_back(app, entry, &error).await;
    }
    let later = Settled::Retry { due, attempts: entry.attempts };
    app.egress.with(app, |scheduler, now| scheduler.settled(now, entry.delivery, later));
    None
}

/// The database did not answer: after a pause, which the connection shares, the delivery goes back as it was.
async fn put_back<T>(app: &Arc<App>, entry: Entry, error: &store::StoreError) -> Option<T> {
    tracing::warn!(delivery.id = entry.delivery, %error, "a delivery waits because the database does not answer");
    tokio::time::sleep(PUT_BACK_WAIT).await;
    app.egress.with(app, |scheduler, now| scheduler.settled(now, entry.delivery, Settled::Returned));
    None
}

/// Makes the lease of a suspect durable before it is used.
async fn write_down(app: &App, delivery: i64, recoveries: i64) -> Result<(), store::StoreError> {
    let mut write = store::Write::default();
    write.row(&rows::RECOVERED, [delivery.into(), app.epoch.into(), recoveries.into()]);
    app.store.write(write).await?;
    app.egress.suspects.written_down(delivery, recoveries);
    Ok(())
}

impl State {
    /// The connection's next delivery, save those that were cancelled.
    fn take(&mut self, now: At, connection: ConnectionId) -> Lease {
        loop {
            match self.scheduler.lease(now, connection) {
                // It came back from a read that began before it was cancelled.
                Lease::Take { entry, .. } if self.withdrawn.holds(entry.delivery) => {
                    self.scheduler.settled(now, entry.delivery, Settled::Ended);
                }
                lease => return lease,
            }
        }
    }

    fn waker(&mut self, action: &Action) -> Option<Arc<Notify>> {
        match action {
            Action::WakeIdle { connection } => self.idle.remove(connection),
            Action::Resolve { .. }
            | Action::Connect { .. }
            | Action::Refill { .. }
            | Action::Sweep { .. }
            | Action::Fail { .. } => None,
        }
    }
}
