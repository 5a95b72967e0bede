//! Who works for the endpoints: one runner each, and one look at the log for all.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use net::listen::Stop;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::State;
use super::runner::Runner;
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
    let mut runners: JoinSet<i64> = JoinSet::new();
    // Endpoints that somebody works for.
    let mut busy: HashSet<i64> = HashSet::new();
    loop {
        changed.mark_unchanged();
        let enabled = app.webhooks.all().into_iter().filter(|one| one.state == State::Enabled);
        for endpoint in enabled.filter(|_| !stop.is_stopped()) {
            if busy.insert(endpoint.id) {
                let (app, head, stop) = (app.clone(), head.clone(), stop.clone());
                app.webhooks.working.fetch_add(1, Ordering::Relaxed);
                runners.spawn(async move {
                    let id = endpoint.id;
                    match Runner::open(app, endpoint, head).await {
                        Ok(runner) => runner.run(stop).await,
                        Err(error) => {
                            tracing::warn!(%error, "a webhook cannot be taken up yet");
                            tokio::time::sleep(LOOK_EVERY).await;
                        }
                    }
                    id
                });
            }
        }
        if stop.is_stopped() && runners.is_empty() {
            return;
        }
        tokio::select! {
            Some(ended) = runners.join_next() => match ended {
                Ok(id) => {
                    busy.remove(&id);
                    app.webhooks.working.fetch_sub(1, Ordering::Relaxed);
                }
                Err(error) => tracing::error!(%error, "the work for a webhook ended by a panic"),
            },
            _ = changed.changed() => {}
            () = stop.stopped(), if !stop.is_stopped() => {}
        }
    }
}

/// Tells how far the log goes, whenever it has grown.
async fn watch_log(app: Arc<App>, told: watch::Sender<Cursor>, mut stop: Stop) {
    let mut commits = app.store.commits();
    loop {
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
