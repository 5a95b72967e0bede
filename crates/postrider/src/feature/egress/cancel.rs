//! Taking a message back, or moving it: only what no attempt is under way for.
//!
//! Guarantees
//! 1. What was answered as cancelled is never handed to a connection afterwards, wherever its row was being read from at
//!    that moment: its id stays among those withdrawn until every such read has ended.
//! 2. Of two who would change a delivery at once, one is refused: a move cannot put back what a cancellation takes out.
//! 3. After a write that fails the queue has what the database says: a delivery that ended meanwhile is not tried again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mail::{At, date};
use queue::{Entry, Forgot, Lane, QueueKey};
use store::{Row, Store, StoreError, Write, query};

use super::State;
use super::reads::lane;
use crate::app::App;
use crate::feature::attachment::link;
use crate::feature::event;
use crate::feature::sending;
use crate::id;

query!(DUE_OF_MESSAGE, "queries/due_of_message.sql");
query!(CANCEL, "queries/cancel.sql");
query!(RESCHEDULE, "queries/reschedule.sql");

/// How long a cancelled delivery's id is kept. Reason: no read of the queue takes longer.
const KEPT: Duration = Duration::from_secs(60);
/// Ids that are kept at most: memory, 16 octets each.
const WITHDRAWN_MAX: usize = 200_000;

/// Deliveries that must not be handed to a connection, each until when.
#[derive(Default)]
pub(super) struct Withdrawn(HashMap<i64, At>);

impl Withdrawn {
    pub(super) fn holds(&self, delivery: i64) -> bool {
        !self.0.is_empty() && self.0.contains_key(&delivery)
    }

    /// All or none. One that is held is being changed by another call, or was cancelled since the caller read it.
    fn add(&mut self, now: At, entries: &[(QueueKey, Entry)]) -> Result<(), Refused> {
        self.0.retain(|_, until| *until > now);
        if entries.iter().any(|(_, entry)| self.holds(entry.delivery)) {
            return Err(Refused::UnderWay);
        }
        if self.0.len() + entries.len() > WITHDRAWN_MAX {
            return Err(Refused::TooMany);
        }
        self.0.extend(entries.iter().map(|(_, entry)| (entry.delivery, At(i64::MAX))));
        Ok(())
    }

    fn forget_at(&mut self, until: At, entries: &[(QueueKey, Entry)]) {
        self.0.extend(entries.iter().map(|(_, entry)| (entry.delivery, until)));
    }

    fn remove(&mut self, entries: &[(QueueKey, Entry)]) {
        for (_, entry) in entries {
            self.0.remove(&entry.delivery);
        }
    }
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("nothing of this email waits any more: it was delivered, has failed, or was cancelled")]
    NothingWaits,
    #[error("this email is being handed over, cancelled or moved at this moment")]
    UnderWay,
    #[error("this email was attempted already: it can be cancelled, not moved")]
    Attempted,
    #[error("a code goes out at once: cancel this email, and ask for another code")]
    Code,
    #[error("too many emails are being cancelled at once")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Cancels every delivery of a message that waits; gives how many they were. `write` is what is to be stored along.
///
/// # Errors
/// [`Refused`]: nothing was cancelled.
pub async fn cancel(app: &Arc<App>, workspace: i64, message: i64, write: Write) -> Result<usize, Refused> {
    let entries = waiting(&app.store, workspace, message).await?;
    withdraw(app, &entries)?;
    cancel_withdrawn(app, &entries, write).await
}

/// Cancels the deliveries of a piece of the queue, but not those of which an attempt is under way, or that another call changes at this
/// moment; gives how many they were. `note` adds what is to be stored along, by their number.
///
/// # Errors
/// [`Refused`]: none of the piece was cancelled. [`Refused::UnderWay`] when one ended after it was read: read it again.
pub async fn cancel_piece(
    app: &Arc<App>,
    mut piece: Vec<(QueueKey, Entry)>,
    note: impl FnOnce(&mut Write, usize),
) -> Result<usize, Refused> {
    {
        let mut state = app.egress.lock();
        let is_free = |delivery| !state.scheduler.is_leased(delivery) && !state.withdrawn.holds(delivery);
        piece.retain(|(_, entry)| is_free(entry.delivery));
        take_out(&mut state, app.now(), &piece)?;
    }
    if piece.is_empty() {
        return Ok(0);
    }
    let mut write = Write::default();
    note(&mut write, piece.len());
    cancel_withdrawn(app, &piece, write).await
}

/// Stores that deliveries were cancelled which are withdrawn.
async fn cancel_withdrawn(
    app: &Arc<App>,
    entries: &[(QueueKey, Entry)],
    mut write: Write,
) -> Result<usize, Refused> {
    let now = app.now();
    for (key, entry) in entries {
        let workspace = key.workspace;
        let params =
            vec![("delivery", entry.delivery.into()), ("workspace", workspace.into()), ("now", now.0.into())];
        write.step_expecting(1, "the delivery ended meanwhile", &CANCEL, params);
        if key.lane == Lane::Code {
            sending::erase(&mut write, entry.message);
        }
        note(&mut write, now, event::Name::EmailCanceled, (workspace, entry), None);
    }
    match app.store.write(write).await {
        Ok(_) => {
            app.egress.with(app, |scheduler, now| {
                // A read that began before the commit may have brought it back into memory.
                for (key, entry) in entries {
                    let _forgot = scheduler.forget(now, key, entry.delivery);
                }
            });
            app.egress.lock().withdrawn.forget_at(app.now().after(KEPT), entries);
            // Whoever still comes with it later finds in its rows that it is over.
            entries.iter().for_each(|(_, entry)| app.parcels.forget(entry.message));
            Ok(entries.len())
        }
        Err(error) => Err(give_back(app, entries, error)),
    }
}

/// Moves a message of which nothing was attempted, for no recipient, to another time; its time to live moves along.
///
/// # Errors
/// [`Refused`]: nothing was moved.
pub async fn reschedule(app: &Arc<App>, workspace: i64, message: i64, due: At) -> Result<(), Refused> {
    let entries = waiting(&app.store, workspace, message).await?;
    if entries.iter().any(|(_, entry)| entry.attempts > 0) {
        return Err(Refused::Attempted);
    }
    // Moved beyond its expiry, it would keep its content for as long.
    if entries.iter().any(|(key, _)| key.lane == Lane::Code) {
        return Err(Refused::Code);
    }
    withdraw(app, &entries)?;
    let now = app.now();
    let moved: Vec<(QueueKey, Entry)> =
        entries.iter().map(|(key, entry)| (key.clone(), at(entry, due))).collect();
    let mut write = Write::default();
    if let Some((_, first)) = moved.first() {
        sending::moved(&mut write, (workspace, message), first.due, first.expires);
        let lasts = link::lasts(first.due, first.expires, app.settings.attachments.link_days);
        link::moved(&mut write, (workspace, message), lasts);
    }
    for (_, entry) in &moved {
        let params = vec![
            ("delivery", entry.delivery.into()),
            ("workspace", workspace.into()),
            ("due", entry.due.0.into()),
            ("expires", entry.expires.0.into()),
        ];
        write.step_expecting(1, "the delivery was attempted meanwhile", &RESCHEDULE, params);
        let data = format!(r#"{{"scheduled_at":"{}"}}"#, date::rfc3339(due));
        note(&mut write, now, event::Name::EmailRescheduled, (workspace, entry), Some(data));
    }
    match app.store.write(write).await {
        Ok(_) => {
            put(app, &moved);
            Ok(())
        }
        Err(StoreError::Conflict(why)) if why == sending::ATTEMPTED => {
            let _under_way = give_back(app, &entries, StoreError::Conflict(why));
            Err(Refused::Attempted)
        }
        Err(error) => Err(give_back(app, &entries, error)),
    }
}

fn at(entry: &Entry, due: At) -> Entry {
    Entry { due, expires: due.after(entry.expires.since(entry.due)), ..*entry }
}

/// Takes the deliveries out of the queue, all or none.
pub(super) fn withdraw(app: &Arc<App>, entries: &[(QueueKey, Entry)]) -> Result<(), Refused> {
    if entries.is_empty() {
        return Err(Refused::NothingWaits);
    }
    let mut state = app.egress.lock();
    if entries.iter().any(|(_, entry)| state.scheduler.is_leased(entry.delivery)) {
        return Err(Refused::UnderWay);
    }
    take_out(&mut state, app.now(), entries)
}

fn take_out(state: &mut State, now: At, entries: &[(QueueKey, Entry)]) -> Result<(), Refused> {
    state.withdrawn.add(now, entries)?;
    for (key, entry) in entries {
        // Wherever it is, memory or database, it is in `withdrawn` now.
        let _: Forgot = state.scheduler.forget(now, key, entry.delivery);
    }
    Ok(())
}

/// After a failed write: the queue reads anew what the database has. The entries may have been delivered or tried since
/// they were read, and a write whose answer was lost may have been stored.
pub(super) fn give_back(app: &Arc<App>, entries: &[(QueueKey, Entry)], error: StoreError) -> Refused {
    app.egress.lock().withdrawn.remove(entries);
    app.egress.reread(app, entries.iter().map(|(key, _)| key));
    match error {
        StoreError::Conflict(_) => Refused::UnderWay,
        other => Refused::Store(other),
    }
}

/// Puts withdrawn deliveries into the queue.
pub(super) fn put(app: &Arc<App>, entries: &[(QueueKey, Entry)]) {
    app.egress.lock().withdrawn.remove(entries);
    app.egress.with(app, |scheduler, now| {
        for (key, entry) in entries {
            // None only for one that is leased, which withdrawn ones are not.
            let _placed = scheduler.reschedule(now, key, *entry);
        }
    });
}

pub(super) async fn waiting(
    store: &Store,
    workspace: i64,
    message: i64,
) -> Result<Vec<(QueueKey, Entry)>, StoreError> {
    let last = id::last_delivery(message);
    let params = [("workspace", workspace.into()), ("message", message.into()), ("last", last.into())];
    let read = |row: &Row| {
        let key = QueueKey { workspace, lane: lane(row.int(1)?)?, domain: row.text(2)?.into() };
        let entry = Entry {
            delivery: row.int(0)?,
            message,
            due: At(row.int(3)?),
            expires: At(row.int(4)?),
            attempts: u16::try_from(row.int(5)?).unwrap_or(u16::MAX),
        };
        Ok((key, entry))
    };
    store.read(&DUE_OF_MESSAGE, &params).await?.iter().map(read).collect()
}

fn note(
    write: &mut Write,
    now: At,
    name: event::Name,
    (workspace, entry): (i64, &Entry),
    data: Option<String>,
) {
    let of = event::OfDelivery {
        workspace,
        message: entry.message,
        delivery: entry.delivery,
        attempt: None,
        data,
    };
    event::note_delivery(write, now, name, of);
}
