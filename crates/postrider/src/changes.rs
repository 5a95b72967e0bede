//! Notices what other processes changed: an operator's command beside the server, later another node.
//!
//! Whoever changes something that others keep in memory writes an event with it. This reads the events of all other
//! writers, and has the caches read anew what they tell of.

use std::sync::Arc;
use std::time::Duration;

use store::StoreError;

use crate::app::App;
use crate::feature::event::Name;
use crate::feature::event::others::events_of_tools;
use crate::feature::event::read::Cursor;

/// How often the others' events are looked for: the longest that a change elsewhere stays unnoticed.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Events read at once.
const PAGE: i64 = 1_000;

/// Runs until `stop`. `cursor` was taken before the caches were filled, so that no change falls between.
pub async fn follow(app: Arc<App>, mut cursor: Cursor, mut stop: net::listen::Stop) {
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
    let mut names = Vec::new();
    // Our own events changed our memory when they were committed.
    for event in events_of_tools(&app.store, cursor, PAGE).await? {
        cursor.advance(event.id);
        names.extend(Name::parse(&event.name));
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
