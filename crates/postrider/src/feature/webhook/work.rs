//! Who works for the endpoints: one runner each, and one look at the log for all.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;
use net::listen::Stop;
use store::StoreError;
use tokio::sync::watch;
use tokio::task::{self, JoinSet};

use super::runner::Runner;
use super::{Endpoint, State};
use crate::app::App;
use crate::changes::LOOK_EVERY;
use crate::feature::event::merged::heads;
use crate::feature::event::read::Cursor;

/// Rest after a look at the log, so that a thousand endpoints are not woken by each commit.
const GATHER: Duration = Duration::from_millis(20);

/// Runs until `stop`, and until every runner has written down what it did.
pub async fn run(app: Arc<App>, mut stop: Stop) {
    let (told, head) = watch::channel(Cursor::default());
    tokio::spawn(watch_log(app.clone(), told, stop.clone()));
    let mut changed = app.webhooks.changed.subscribe();
    let mut runners = JoinSet::new();
    // Endpoints that somebody works for, by whose task it is.
    let mut busy: HashMap<task::Id, i64> = HashMap::new();
    loop {
        changed.mark_unchanged();
        let worked_for: HashSet<i64> = busy.values().copied().collect();
        let enabled = app.webhooks.all().into_iter().filter(|one| one.state == State::Enabled);
        for endpoint in enabled.filter(|_| !stop.is_stopped()) {
            if !worked_for.contains(&endpoint.id) {
                app.webhooks.working.fetch_add(1, Ordering::Relaxed);
                let id = endpoint.id;
                let work = work_for(app.clone(), endpoint, head.clone(), stop.clone());
                busy.insert(runners.spawn(work).id(), id);
            }
        }
        if stop.is_stopped() && runners.is_empty() {
            return;
        }
        tokio::select! {
            Some(ended) = runners.join_next_with_id() => {
                let task = match ended {
                    Ok((task, ())) => task,
                    Err(error) => error.id(),
                };
                busy.remove(&task);
                app.webhooks.working.fetch_sub(1, Ordering::Relaxed);
            }
            _ = changed.changed() => {}
            () = stop.stopped(), if !stop.is_stopped() => {}
        }
    }
}

/// Works for one endpoint until it is gone or disabled, or `stop`. After a failure somebody else takes it up, not at once.
async fn work_for(app: Arc<App>, endpoint: Arc<Endpoint>, head: watch::Receiver<Cursor>, stop: Stop) {
    let work = async {
        let runner = Runner::open(app, endpoint, head).await?;
        runner.run(stop).await;
        Ok::<_, StoreError>(())
    };
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => tracing::warn!(%error, "a webhook cannot be taken up yet"),
        Err(_) => tracing::error!("the work for a webhook ended by a panic and is begun again"),
    }
    tokio::time::sleep(LOOK_EVERY).await;
}

/// Tells how far the log goes, whenever it has grown and there is an endpoint to be told of it.
async fn watch_log(app: Arc<App>, told: watch::Sender<Cursor>, mut stop: Stop) {
    let (mut commits, mut changed) = (app.store.commits(), app.webhooks.changed.subscribe());
    loop {
        changed.mark_unchanged();
        if app.webhooks.is_empty() {
            tokio::select! {
                () = stop.stopped() => return,
                _ = changed.changed() => continue,
            }
        }
        commits.mark_unchanged();
        match heads(&app.store).await {
            Ok(now) => drop(told.send_if_modified(|known| {
                let grown = known.is_behind(&now);
                *known = now;
                grown
            })),
            Err(error) => tracing::warn!(%error, "the log could not be read for webhooks and will be later"),
        }
        tokio::select! {
            () = stop.stopped() => return,
            () = async {
                drop(tokio::time::timeout(LOOK_EVERY, commits.changed()).await);
                tokio::time::sleep(GATHER).await;
            } => {}
        }
    }
}
