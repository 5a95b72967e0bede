//! A workspace's events as they happen: the log, read onwards by cursor whenever something was committed.
//!
//! Guarantees
//! 1. Nothing is lost between two pages, also when the reader goes away and comes back with its cursor.
//! 2. Memory holds one page a reader, however slow it is: the log is the buffer.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use net::listen::Stop;
use store::StoreError;
use tokio::sync::watch;

use super::read::{Cursor, Event, events_of_workspace};
use crate::app::App;
use crate::changes::LOOK_EVERY;
use crate::feature::access::Key;
use crate::feature::sending::told::{Told, told};

/// Followers at once. Reason: each reads the log after every commit, and holds a page of it in memory.
pub const FOLLOWERS_MAX: usize = 500;
/// Followers of one workspace at once. Reason: an application needs one a process, and others need theirs.
pub const FOLLOWERS_OF_WORKSPACE_MAX: usize = 50;
/// Events read at once.
const PAGE: usize = 100;
/// Rest after a look that found nothing, so that a busy neighbour's commits do not make each reader read each time.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest silence. Reason: proxies close connections on which nothing moves for 30 to 60 seconds.
pub const HEARTBEAT: Duration = Duration::from_secs(15);

/// One thing that a reader is told.
pub enum Next {
    /// With the cursor after it.
    Event(Event, Option<Box<Told>>, Cursor),
    /// Nothing happened for a while; everything up to the cursor was looked at.
    Quiet(Cursor),
}

/// A reader of the events of a key's workspace.
pub struct Tail {
    pub(super) app: Arc<App>,
    stop: Stop,
    key: Arc<Key>,
    /// How far was read; `shown` is how far was told.
    read: Cursor,
    shown: Cursor,
    page: VecDeque<Event>,
    told: HashMap<i64, Told>,
    commits: watch::Receiver<u64>,
    quiet: Duration,
}

impl Tail {
    #[must_use]
    pub fn new(app: Arc<App>, stop: Stop, key: Arc<Key>, cursor: Cursor) -> Tail {
        let commits = app.store.commits();
        Tail {
            app,
            stop,
            key,
            read: cursor.clone(),
            shown: cursor,
            page: VecDeque::new(),
            told: HashMap::new(),
            commits,
            quiet: Duration::ZERO,
        }
    }

    /// Waits for what comes next; `None` at the process's end, or when the key is not in force any more.
    ///
    /// # Errors
    /// The database does not answer; the reader comes back with its cursor.
    pub async fn next(&mut self) -> Result<Option<Next>, StoreError> {
        loop {
            if let Some(event) = self.page.pop_front() {
                self.shown.advance(event.id);
                self.quiet = Duration::ZERO;
                let told =
                    event.delivery.and_then(|delivery| self.told.get(&delivery)).cloned().map(Box::new);
                return Ok(Some(Next::Event(event, told, self.shown.clone())));
            }
            if self.stop.is_stopped() || !self.app.directory.snapshot().key_in_force(&self.key) {
                return Ok(None);
            }
            // Before the look, so that a commit during it is not missed.
            self.commits.mark_unchanged();
            if self.look().await? {
                continue;
            }
            // Everything up to here was looked at, the events of others too.
            self.shown = self.read.clone();
            if self.quiet >= HEARTBEAT {
                self.quiet = Duration::ZERO;
                return Ok(Some(Next::Quiet(self.shown.clone())));
            }
            if !self.wait().await {
                return Ok(None);
            }
        }
    }

    /// Reads a page; true when there is something to tell, or more to look at.
    async fn look(&mut self) -> Result<bool, StoreError> {
        let workspace = self.key.workspace;
        let page = events_of_workspace(&self.app.store, &mut self.read, workspace, PAGE).await?;
        let deliveries: Vec<i64> = page.events.iter().filter_map(|event| event.delivery).collect();
        self.told = told(&self.app.store, workspace, &deliveries).await?;
        self.page = page.events.into();
        Ok(!self.page.is_empty() || page.more)
    }

    /// False at the process's end. Other processes' commits are not announced here, so it never waits long.
    async fn wait(&mut self) -> bool {
        let clock = net::clock::Stopwatch::start();
        let ended = tokio::select! {
            () = self.stop.stopped() => true,
            () = tokio::time::sleep(LOOK_EVERY) => false,
            committed = self.commits.changed() => committed.is_err(),
        };
        if !ended {
            tokio::time::sleep(PAUSE).await;
        }
        self.quiet += clock.elapsed();
        !ended
    }
}
