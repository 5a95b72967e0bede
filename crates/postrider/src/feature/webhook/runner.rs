//! The work for one endpoint: reads the log for it, sends, and writes down what came of it.
//!
//! Guarantees
//! 1. The cursor that is stored is before every event that is neither over nor stored as waiting, in every transaction: a
//!    crash loses none, and tells again at most those of one window.
//! 2. One commit is under way at a time; what happens meanwhile goes with the next, so that a busy endpoint's successes are
//!    committed by the hundred.
//! 3. Whatever the database does, nothing that was not stored is forgotten while the process lives.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use mail::At;
use net::clock::random_u64;
use net::listen::Stop;
use serde_json::json;
use store::{StoreError, Write, query};
use tokio::sync::watch;

use super::flight::{Flown, Idle, Outcome, fly};
use super::kept::{Kept, Verdict, keep};
use super::order::{Change, Fate, Order, WINDOW_MAX};
use super::pace::{Pace, after, due, jittered};
use super::replay::{self, Replay};
use super::{CURSOR, Endpoint, Reason, State, stored};
use crate::app::App;
use crate::feature::event::read::Cursor;
use crate::feature::event::{self, Name};
use crate::id::Noun;

query!(WAITING_PUT, "queries/waiting_put.sql");
query!(WAITING_OVER, "queries/waiting_over.sql");
query!(WEBHOOK_DISABLE, "queries/webhook_disable.sql");
query!(WEBHOOK_FAILING, "queries/webhook_failing.sql");

/// How long to wait before the database is asked again.
const STORE_WAIT: Duration = Duration::from_secs(1);
/// Attempts that wait for their commit before no more are made. Reason: memory, when the database does not answer.
const UNSTORED_MAX: usize = 1_024;
/// Events of a replay that wait at once.
const REPLAY_WAITING_MAX: usize = 256;

/// Who works for one endpoint.
pub struct Runner {
    app: Arc<App>,
    endpoint: Arc<Endpoint>,
    order: Order,
    pace: Pace,
    /// How far the log was read.
    read: Cursor,
    /// What was stored last.
    stored: Cursor,
    heads: watch::Receiver<Cursor>,
    idle: Idle,
    flying: FuturesUnordered<BoxFuture<'static, Flown>>,
    unstored: Unstored,
    commit: Option<BoxFuture<'static, Result<(), StoreError>>>,
    /// What the commit under way stores; kept until it has.
    committing: Unstored,
    replay: Option<Replay>,
    /// Whether there may be a replay that was not read yet.
    look_for_replays: bool,
    /// The store is: what is not stored is told again after the next start.
    closed: bool,
}

/// What must be written down.
#[derive(Clone, Default)]
struct Unstored {
    changes: Vec<Change>,
    attempts: Vec<Kept>,
    cursor: Option<Cursor>,
    replay: Option<Replay>,
    failing_since: Option<Option<At>>,
    disable: Option<Reason>,
}

impl Unstored {
    fn is_empty(&self) -> bool {
        self.changes.is_empty()
            && self.attempts.is_empty()
            && self.cursor.is_none()
            && self.replay.is_none()
            && self.failing_since.is_none()
            && self.disable.is_none()
    }

    /// Puts what was not stored before what came after it.
    fn restore(&mut self, earlier: Unstored) {
        let later = std::mem::replace(self, earlier);
        self.changes.extend(later.changes);
        self.attempts.extend(later.attempts);
        self.cursor = later.cursor.or(self.cursor.take());
        self.replay = later.replay.or(self.replay.take());
        self.failing_since = later.failing_since.or(self.failing_since);
        self.disable = later.disable.or(self.disable);
    }
}

impl Runner {
    /// # Errors
    /// As [`store::Store::read`].
    pub async fn open(
        app: Arc<App>,
        endpoint: Arc<Endpoint>,
        heads: watch::Receiver<Cursor>,
    ) -> Result<Runner, StoreError> {
        let (read, waiting) = stored::standing(&app.store, endpoint.id).await?;
        Ok(Runner {
            order: Order::restore(waiting),
            pace: Pace::new(endpoint.failing_since),
            stored: read.clone(),
            read,
            heads,
            idle: Idle::default(),
            flying: FuturesUnordered::new(),
            unstored: Unstored::default(),
            commit: None,
            committing: Unstored::default(),
            replay: None,
            look_for_replays: true,
            closed: false,
            app,
            endpoint,
        })
    }

    /// Works until the endpoint is gone or disabled, or `stop`; what is under way is finished and written down.
    pub async fn run(mut self, mut stop: Stop) {
        let mut changed = self.app.webhooks.changed.subscribe();
        let mut heard = *changed.borrow_and_update();
        loop {
            // Also what was said while nobody waited for it: a replay may have been asked for.
            let said = *changed.borrow_and_update();
            self.look_for_replays |= said != heard;
            heard = said;
            let current = self.app.webhooks.endpoint(self.endpoint.id);
            let goes_on = !stop.is_stopped()
                && self.unstored.disable.is_none()
                && self.committing.disable.is_none()
                && current.as_ref().is_some_and(|one| one.state == State::Enabled);
            self.endpoint = current.unwrap_or(self.endpoint);
            if goes_on && let Err(error) = self.fill().await {
                tracing::warn!(%error, "events for a webhook could not be read and will be later");
                tokio::time::sleep(STORE_WAIT).await;
                self.heads.mark_changed();
            }
            // One moment for both: what was not due when the launch looked is waited for, even if it is by now.
            let now = self.app.now();
            if goes_on {
                self.launch(now);
            }
            self.begin_commit();
            if self.closed || !goes_on && self.flying.is_empty() && self.commit.is_none() {
                return;
            }
            self.wait(now, &mut stop, &mut changed, goes_on).await;
        }
    }

    /// Waits for whatever comes first, and takes it in; `now` is when the launch looked.
    async fn wait(&mut self, now: At, stop: &mut Stop, changed: &mut watch::Receiver<u64>, goes_on: bool) {
        let wake = self.wake(now).map(|at| Duration::from_micros(u64::try_from(at.0 - now.0).unwrap_or(0)));
        let sleep = tokio::time::sleep(wake.unwrap_or_default());
        let hungry = goes_on && self.hungry();
        tokio::select! {
            Some(flown) = self.flying.next() => {
                self.land(flown);
                // Those that came back at the same moment are taken in together.
                while let Some(Some(flown)) = self.flying.next().now_or_never() {
                    self.land(flown);
                }
            }
            result = async { self.commit.as_mut().expect("invariant: guarded").await }, if self.commit.is_some() => {
                self.commit = None;
                self.committed(result).await;
            }
            _ = self.heads.changed(), if hungry => {}
            _ = changed.changed() => {}
            () = sleep, if goes_on && wake.is_some() => {}
            () = stop.stopped(), if goes_on => {}
        }
    }

    /// Whether more of the log could be taken in, were there more. What the log was told to hold since it was looked at
    /// last is not asked for: whoever waits for the change is woken at once then.
    fn hungry(&self) -> bool {
        self.order.room() >= WINDOW_MAX / 2
    }

    /// When something can be done that cannot be done now; none when nothing waits for the clock.
    fn wake(&self, now: At) -> Option<At> {
        if !self.flying.is_empty()
            && !self.pace.admits(now, self.flying.len())
            && self.pace.rest(now).is_none()
        {
            return None;
        }
        self.pace.rest(now).or_else(|| self.order.next_due(now))
    }

    /// Takes in what there is room for.
    async fn fill(&mut self) -> Result<(), StoreError> {
        let heads = self.heads.borrow_and_update().clone();
        let now = self.app.now();
        while self.hungry() && self.read.is_behind(&heads) {
            let place = (&self.read, &heads);
            let page = self.app.webhooks.feed.page(&self.app, self.endpoint.workspace, place).await?;
            let endpoint = &self.endpoint;
            let wanted = page
                .events
                .iter()
                .filter(|one| endpoint.wants(&one.event.name) && endpoint.hears(one.stream()));
            self.order.offer(now, wanted.cloned());
            self.read = page.next.clone();
        }
        self.replay_some(now).await
    }

    /// Puts the next events of a replay among those that wait.
    async fn replay_some(&mut self, now: At) -> Result<(), StoreError> {
        // One step a commit: the place of the walk and its events are stored together, and a walk that is done is gone
        // before the next is looked for.
        let stepping = self.unstored.replay.is_some() || self.committing.replay.is_some();
        if stepping || self.order.waiting() >= REPLAY_WAITING_MAX {
            return Ok(());
        }
        if self.replay.is_none() && self.look_for_replays {
            self.replay = replay::replay(&self.app.store, self.endpoint.id).await?;
            self.look_for_replays = false;
        }
        let Some(walk) = &mut self.replay else { return Ok(()) };
        let place = (&walk.cursor, &walk.upto);
        let page = self.app.webhooks.feed.page(&self.app, self.endpoint.workspace, place).await?;
        for ready in &page.events {
            let named = match &walk.events {
                Some(names) => names.contains(&ready.event.name),
                None => self.endpoint.wants(&ready.event.name),
            };
            let timely = ready.at() >= walk.from && ready.at() < walk.until;
            if named && timely && self.endpoint.hears(ready.stream()) {
                self.order.replay(now, ready.place(), ready.event.message);
            }
        }
        walk.cursor = page.next.clone();
        self.unstored.replay = Some(walk.clone());
        if !walk.cursor.is_behind(&walk.upto) {
            self.replay = None;
            self.look_for_replays = true;
        }
        Ok(())
    }

    fn launch(&mut self, now: At) {
        while self.unstored.attempts.len() + self.committing.attempts.len() < UNSTORED_MAX {
            if !self.pace.admits(now, self.flying.len()) {
                return;
            }
            let Some(load) = self.order.take(now, self.endpoint.batch) else { return };
            let flight = fly(self.app.clone(), self.endpoint.clone(), self.idle.clone(), load);
            self.flying.push(flight.boxed());
        }
    }

    /// Takes in what came of a request.
    fn land(&mut self, flown: Flown) {
        let now = self.app.now();
        let max = self.app.settings.webhooks.requests_per_endpoint_max as usize;
        match &flown.outcome {
            Outcome::Vanished => self.order.land(now, &flown.load, Fate::Over),
            Outcome::NotRead(error) => {
                tracing::warn!(%error, "events for a webhook could not be read and will be later");
                self.order.land(now, &flown.load, Fate::Untried(after(now, STORE_WAIT)));
            }
            outcome if outcome.is_success() => {
                if self.pace.failing_since.is_some() {
                    self.unstored.failing_since = Some(None);
                }
                if self.pace.succeeded(max) {
                    self.order.hurry(now);
                }
                self.order.land(now, &flown.load, Fate::Over);
                self.unstored.attempts.push(Kept::of(&flown, Verdict::Delivered, None));
            }
            Outcome::Answered { status: 410, .. } => {
                self.unstored.attempts.push(Kept::of(&flown, Verdict::Failed, None));
                // Should it be enabled again, this event is where it goes on.
                self.order.land(now, &flown.load, Fate::Again(now));
                self.disable(Reason::Gone);
            }
            Outcome::Answered { .. } | Outcome::Unanswered(_) => self.failed(now, flown),
        }
    }

    fn failed(&mut self, now: At, flown: Flown) {
        let asked = match &flown.outcome {
            Outcome::Answered { retry_after, .. } => *retry_after,
            Outcome::Unanswered(_) | Outcome::Vanished | Outcome::NotRead(_) => None,
        };
        if self.pace.failing_since.is_none() {
            self.unstored.failing_since = Some(Some(now));
        }
        self.pace.failed(now, random_u64(), asked);
        let waits = &self.app.settings.webhooks.retry_waits.0;
        let next = waits.get(flown.load.attempts() as usize);
        let due = next.map(|wait| due(now, jittered(*wait, random_u64()), asked));
        let (verdict, fate) = match due {
            Some(due) => (Verdict::Failed, Fate::Again(due)),
            None => (Verdict::GivenUp, Fate::Over),
        };
        self.unstored.attempts.push(Kept::of(&flown, verdict, due));
        self.order.land(now, &flown.load, fate);
        let patience = self.app.settings.webhooks.pause_after;
        if self.pace.failing_since.is_some_and(|since| now >= after(since, patience)) {
            self.disable(Reason::Dead);
        }
    }

    fn disable(&mut self, reason: Reason) {
        self.unstored.disable.get_or_insert(reason);
    }

    /// Begins to store what is not stored yet, unless that is under way.
    fn begin_commit(&mut self) {
        self.unstored.changes.extend(self.order.changes());
        if self.commit.is_some() {
            return;
        }
        let low = self.order.low(&self.read);
        let moved = low != self.stored;
        // A cursor that moved over the events of others alone need not be written each time.
        if self.unstored.is_empty() && !(moved && self.order.is_idle() && self.far(&low)) {
            return;
        }
        self.unstored.cursor = moved.then_some(low);
        self.committing = std::mem::take(&mut self.unstored);
        let (store, write) = (self.app.store.clone(), self.write(&self.committing));
        self.commit = Some(async move { store.write(write).await.map(drop) }.boxed());
    }

    /// Whether so much was passed over that reading it again after a crash would cost more than a row now.
    fn far(&self, low: &Cursor) -> bool {
        const PASSED_MAX: i64 = 1_000;
        low.0.iter().any(|(writer, at)| at - self.stored.0.get(writer).copied().unwrap_or(0) > PASSED_MAX)
    }

    fn write(&self, unstored: &Unstored) -> Write {
        let (mut write, now, id) = (Write::default(), self.app.now(), self.endpoint.id);
        for change in &unstored.changes {
            match change {
                Change::Over(event) => {
                    write.step(&WAITING_OVER, vec![("id", id.into()), ("event", (*event).into())]);
                }
                Change::Put(one) => {
                    let params = vec![
                        ("id", id.into()),
                        ("event", one.place.1.into()),
                        ("event_us", one.place.0.0.into()),
                        ("message", one.message.into()),
                        ("attempts", i64::from(one.attempts).into()),
                        ("due", one.due.0.into()),
                        ("batch", one.batch.into()),
                    ];
                    write.step(&WAITING_PUT, params);
                }
            }
        }
        if let Some(since) = unstored.failing_since {
            write.step(&WEBHOOK_FAILING, vec![("id", id.into()), ("since", since.map(|at| at.0).into())]);
        }
        if let Some(walk) = &unstored.replay {
            replay::moved(&mut write, walk);
        }
        if let Some(reason) = unstored.disable {
            let params = vec![("id", id.into()), ("reason", reason.as_str().into())];
            write.step(&WEBHOOK_DISABLE, params);
            let data = json!({
                "webhook_id": Noun::Webhook.show(id), "endpoint": self.endpoint.url.as_str(), "reason": reason.as_str(),
            });
            event::note(
                &mut write,
                now,
                self.endpoint.workspace,
                Name::WebhookDisabled,
                Some(data.to_string()),
            );
        }
        keep(&mut write, &self.app.mint, now, &self.endpoint, &mut unstored.attempts.clone());
        if let Some(cursor) = &unstored.cursor {
            write.row(&CURSOR, [id.into(), cursor.show().into()]);
        }
        write
    }

    async fn committed(&mut self, result: Result<(), StoreError>) {
        let committing = std::mem::take(&mut self.committing);
        match result {
            Ok(()) => {
                self.stored = committing.cursor.unwrap_or(std::mem::take(&mut self.stored));
                if let Some(reason) = committing.disable {
                    self.told_disabled(reason).await;
                }
            }
            Err(StoreError::Closed) => self.closed = true,
            Err(error) => {
                tracing::warn!(%error, "what came of webhooks could not be stored and will be later");
                self.unstored.restore(committing);
                tokio::time::sleep(STORE_WAIT).await;
            }
        }
    }

    async fn told_disabled(&mut self, reason: Reason) {
        tracing::warn!(
            webhook.id = self.endpoint.id,
            endpoint = self.endpoint.url.as_str(),
            reason = reason.as_str(),
            "a webhook is paused"
        );
        self.idle.close();
        while let Err(error) = self.app.webhooks.reload(&self.app.store).await {
            tracing::warn!(%error, "the webhooks could not be read anew and will be later");
            tokio::time::sleep(STORE_WAIT).await;
        }
    }
}
