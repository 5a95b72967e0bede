//! A log that was restored goes on above what it had told before: nobody who remembers how far they read skips what is new.
//!
//! Guarantees
//! 1. After [`move_on`], the next event of each writer has an id above every id that the log gave out before it was lost,
//!    provided that these were fewer than [`LEFT_OUT`] since the backup.
//! 2. Each workspace is told by an event, `database.restored`: what followed the backup is not in the log any more.
//!
//! Not here: the database file itself (`cli::restore`). No server may run, for it would go on counting from memory.

use std::collections::BTreeMap;

use mail::{At, date};
use serde_json::json;
use store::{FIRST_TOOL, Store, StoreError, WRITER_SHIFT, Write, query};

use super::read::spans;

query!(RESTORED, "queries/restored.sql");

/// Ids of a writer that nobody will ever have. Reason: four thousand million events are more than any log gained since its
/// backup, and a writer's ids last for 65,000 restores.
pub const LEFT_OUT: i64 = 1 << 32;

/// Moves every writer on, and tells every workspace. `servers` are the writers that a server of this database may be.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`]; nothing was moved.
pub async fn move_on(store: &Store, now: At, workspaces: &[i64], servers: i64) -> Result<(), StoreError> {
    let mut last: BTreeMap<i64, i64> =
        (0..servers).chain([FIRST_TOOL]).map(|writer| (writer, writer << WRITER_SHIFT)).collect();
    last.extend(spans(store).await?.into_iter().map(|span| (span.writer, span.last)));
    let mut write = Write::default();
    for (writer, last) in last {
        // One writer tells the workspaces; what the others write belongs to none.
        let told = if writer == 0 { workspaces } else { &[0] };
        for (id, workspace) in (last + LEFT_OUT..).zip(told) {
            let data = json!({ "restored_at": date::rfc3339(now) }).to_string();
            let params = vec![
                ("id", id.into()),
                ("workspace", (*workspace).into()),
                ("now", now.0.into()),
                ("data", data.into()),
            ];
            write.step(&RESTORED, params);
        }
    }
    store.write(write).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::event::read::{Cursor, events_of_workspace, events_of_workspace_before, newest};
    use crate::feature::event::{Name, note};
    use crate::test_store::{Place, on_both_databases};

    on_both_databases! { who_read_further_than_the_backup_misses_nothing_after_it }

    async fn write(store: &Store, workspace: i64) {
        let mut write = Write::default();
        note(&mut write, At(0), workspace, Name::QueueHeld, None);
        store.write(write).await.expect("the event is stored");
    }

    async fn who_read_further_than_the_backup_misses_nothing_after_it(place: Place) {
        write(&place.store, 7).await;
        // A reader of the log that was lost stands a thousand events further.
        let ahead = newest(&place.store).await.expect("reads").0;
        let mut cursor = Cursor(ahead.into_iter().map(|(writer, id)| (writer, id + 1_000)).collect());
        // As after a restore: whoever writes next has just begun.
        let tool = place.another().await;
        move_on(&tool, At(1), &[7, 8], 2).await.expect("it moves on");
        tool.close().await;
        place.store.close().await;
        let server = place.another().await;
        write(&server, 7).await;
        let page = events_of_workspace(&server, &mut cursor, 7, 10).await.expect("the log reads");
        let mut names: Vec<_> = page.events.iter().map(|event| event.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["database.restored", "queue.held"]);
        let mut back = newest(&server).await.expect("reads");
        let page = events_of_workspace_before(&server, &mut back, 7, 10).await.expect("the log reads");
        assert_eq!((page.events.len(), page.more), (3, false), "what nobody has is not walked through");
        server.close().await;
    }
}
