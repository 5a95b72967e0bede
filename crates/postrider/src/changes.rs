//! Notices what other processes changed: an operator's command beside the server, later another node.
//!
//! Whoever changes something that others keep in memory writes an event with it. This reads the events of all other
//! writers, and has the caches read anew what they tell of.

use std::sync::Arc;
use std::time::Duration;

use store::StoreError;

use crate::app::App;
use crate::feature::egress::admin;
use crate::feature::event::Name;
use crate::feature::event::others::events_of_tools;
use crate::feature::event::read::{Cursor, Event, newest};

/// How often the others' events are looked for: the longest that a change elsewhere stays unnoticed.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Events read at once.
const PAGE: i64 = 1_000;

/// Runs until `stop`.
pub async fn follow(app: Arc<App>, mut stop: net::listen::Stop) {
    let mut cursor = None;
    loop {
        let looked = match cursor.take() {
            None => begin(&app).await,
            Some(at) => look(&app, at).await,
        };
        match looked {
            Ok(at) => cursor = Some(at),
            // Where it stood is forgotten, so everything is read anew: nothing can be missed.
            Err(error) => {
                tracing::warn!(%error, "changes by others could not be read and will be looked for again");
            }
        }
        tokio::select! {
            () = stop.stopped() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Where the log stands, and then everything in memory anew: what others changed before that moment is in it.
async fn begin(app: &Arc<App>) -> Result<Cursor, StoreError> {
    let cursor = newest(&app.store).await?;
    app.directory.reload(&app.store).await?;
    app.suppressions.load(&app.store, 0).await?;
    app.tracking.reload(&app.store, app.now()).await?;
    admin::reload(app).await?;
    admin::dues_changed(app, &admin::Scope::default());
    Ok(cursor)
}

async fn look(app: &Arc<App>, mut cursor: Cursor) -> Result<Cursor, StoreError> {
    loop {
        // A server's own events changed its memory when they were committed.
        let events = events_of_tools(&app.store, &cursor, PAGE).await?;
        heed(app, &events).await?;
        events.iter().for_each(|event| cursor.advance(event.id));
        if events.is_empty() {
            return Ok(cursor);
        }
    }
}

/// Each cache is read at most once, however many events tell of it.
async fn heed(app: &Arc<App>, events: &[Event]) -> Result<(), StoreError> {
    let names: Vec<Name> = events.iter().filter_map(|event| Name::parse(&event.name)).collect();
    let any = |wanted: &[Name]| names.iter().any(|name| wanted.contains(name));
    if any(&[
        Name::WorkspaceCreated,
        Name::WorkspaceChanged,
        Name::StreamCreated,
        Name::StreamChanged,
        Name::KeyCreated,
        Name::KeyRevoked,
        Name::DomainCreated,
        Name::DomainChanged,
        Name::DomainVerified,
        Name::DomainDeleted,
    ]) {
        app.directory.reload(&app.store).await?;
    }
    if any(&[Name::TrackingSecretAdded]) {
        app.tracking.reload(&app.store, app.now()).await?;
    }
    if any(&[Name::SuppressionAdded]) {
        app.suppressions.load(&app.store, 0).await?;
    }
    if any(&[Name::QueueHeld, Name::QueueReleased, Name::WorkspaceChanged]) {
        admin::reload(app).await?;
    }
    // A retry tells of each of its steps.
    let retried = events.iter().filter(|event| event.name == Name::QueueRetried.as_str());
    let mut scopes: Vec<_> = retried.map(admin::Scope::of).collect();
    scopes.dedup();
    scopes.iter().for_each(|scope| admin::dues_changed(app, scope));
    Ok(())
}
