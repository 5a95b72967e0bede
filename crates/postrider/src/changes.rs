//! Notices what other processes changed: an operator's command beside the server, later another node.
//!
//! Whoever changes something that others keep in memory writes an event with it. This reads the events of all other
//! writers, and has the caches read anew what they tell of.

use std::sync::Arc;
use std::time::Duration;

use store::{StoreError, WRITER_SHIFT};

use crate::app::App;
use crate::feature::event::Name;
use crate::feature::event::read::{Cursor, events_after, newest};

/// How often the others' events are looked for: the longest that a change elsewhere stays unnoticed.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Events read at once.
const PAGE: i64 = 1_000;

/// Runs until `stop`.
pub async fn follow(app: Arc<App>, mut stop: net::listen::Stop) {
    let mut cursor = loop {
        match newest(&app.store).await {
            Ok(cursor) => break cursor,
            Err(error) => tracing::warn!(%error, "changes by others cannot be followed yet"),
        }
        tokio::select! {
            () = stop.stopped() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    };
    loop {
        tokio::select! {
            () = stop.stopped() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        if let Err(error) = look(&app, &mut cursor).await {
            tracing::warn!(%error, "changes by others could not be read and will be looked for again");
        }
    }
}

async fn look(app: &Arc<App>, cursor: &mut Cursor) -> Result<(), StoreError> {
    let mut next = cursor.clone();
    // Our own events changed our memory when they were committed.
    next.0.insert(0, i64::from(u32::MAX) << 16);
    let mut names = Vec::new();
    for event in events_after(&app.store, &next, PAGE).await? {
        cursor.advance(event.id);
        if event.id >> WRITER_SHIFT != 0 {
            names.extend(Name::parse(&event.name));
        }
    }
    heed(app, &names).await
}

async fn heed(app: &Arc<App>, names: &[Name]) -> Result<(), StoreError> {
    let any = |wanted: &[Name]| names.iter().any(|name| wanted.contains(name));
    if any(&[
        Name::WorkspaceCreated,
        Name::StreamCreated,
        Name::KeyCreated,
        Name::KeyRevoked,
        Name::DomainCreated,
        Name::DomainVerified,
        Name::DomainDeleted,
    ]) {
        app.directory.reload(&app.store).await?;
    }
    if any(&[Name::SuppressionAdded]) {
        app.suppressions.load(&app.store, 0).await?;
    }
    if any(&[Name::QueueHeld, Name::QueueReleased, Name::QueueRetried]) {
        crate::feature::egress::admin::reload(app).await?;
    }
    Ok(())
}
