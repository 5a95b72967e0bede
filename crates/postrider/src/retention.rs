//! Removes what is old, by age, in small steps.
//!
//! Guarantees
//! 1. A transaction looks at no more than one [`Aged::page`] of rows at the left edge of one table, and there is a
//!    pause after each: mail never waits for history.
//! 2. What a live delivery needs stays, however old it is. A message's rows go when all its deliveries are over.
//! 3. The newest event of each writer stays, because the numbers of the next ones continue from it.
//!
//! Not here: which rows of a table go (each slice has its own `queries/*_age.sql`), counters (they are kept),
//! suppressions (they have no age).

use std::sync::Arc;
use std::time::Duration;

use mail::At;
use store::{Query, Store, StoreError, Write};

use crate::app::App;
use crate::feature::{
    attachment, capture, code, egress, event, person, search, sending, stats, tracking, webhook,
};
use crate::{id, starts};

/// How often old rows are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Rest between two transactions, so that they take no more than a small share of the committer's time.
const PAUSE: Duration = Duration::from_millis(20);
/// How long the answer to an idempotency key is replayed, as the API promises.
const IDEMPOTENCY_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// How long octets stay that nothing refers to. Reason: an upload that is on its way to the committer may be about to.
const BROUGHT_LATELY: Duration = Duration::from_secs(600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A table whose rows go by age, its ids growing with time.
pub struct Aged {
    /// The highest of the next `:limit` ids between `:after` and `:below`: see [`edge!`].
    pub edge: &'static Query,
    /// Deletes what is over between `:after` and `:upto`; `:cut_us` is the time before which it must be.
    pub delete: &'static Query,
    /// Rows that one transaction looks at.
    pub page: i64,
}

/// The query that finds the right end of a page of `table`.
macro_rules! edge {
    ($name:ident, $table:literal) => {
        static $name: store::Query = store::Query::new(
            concat!($table, "_edge"),
            concat!(
                "SELECT max(id) FROM (SELECT id FROM ",
                $table,
                " WHERE id > :after AND id < :below ORDER BY id LIMIT :limit) AS page"
            ),
        );
    };
}
pub(crate) use edge;

/// Until when each kind of row is kept.
#[derive(Clone, Copy, Debug)]
pub struct Cuts {
    pub content: At,
    pub history: At,
    pub idempotency: At,
    pub codes: At,
    pub sessions: At,
}

impl Cuts {
    /// From ages in days.
    #[must_use]
    pub fn of(now: At, content_days: u32, events_days: u32) -> Cuts {
        let history = ago(now, events_days);
        // A content without its message would be nobody's.
        let content = ago(now, content_days).max(history);
        Cuts {
            content,
            history,
            idempotency: before(now, IDEMPOTENCY_KEPT),
            codes: before(now, DAY),
            sessions: before(now, person::SESSION_IDLE),
        }
    }
}

/// Runs until `stop`.
pub async fn run(app: Arc<App>, mut stop: net::listen::Stop) {
    loop {
        let kept = &app.settings.retention;
        let cuts = Cuts::of(app.now(), kept.content_days, kept.events_days);
        tokio::select! {
            () = stop.stopped() => return,
            removed = remove_everywhere(&app, cuts) => if let Err(error) = removed {
                tracing::warn!(%error, "old rows could not be removed and will be looked for again");
            }
        }
        tokio::select! {
            () = stop.stopped() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// From the mail first, then from the index: what is found and gone is tolerated, what is there and not found is not.
async fn remove_everywhere(app: &App, cuts: Cuts) -> Result<(), StoreError> {
    remove(&app.store, cuts, app.epoch).await?;
    forget_addresses(&app.store, ago(app.now(), app.settings.tracking.addresses_days)).await?;
    forget_files(&app.store, app.now(), app.settings.attachments.kept_days).await?;
    while search::upkeep::forget_before(&app.search, id::floor(cuts.history)).await? > 0 {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Removes everything that is older than `cuts` say; `epoch` is this start's, which stays.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`]; what was removed before stays removed.
pub async fn remove(store: &Store, cuts: Cuts, epoch: i64) -> Result<(), StoreError> {
    sweep(store, &sending::CONTENT_AGED, cuts.content).await?;
    sweep(store, &sending::DELIVERY_AGED, cuts.history).await?;
    // Only what has lost its delivery or its message goes from here on: hence the order.
    sweep(store, &egress::ATTEMPT_AGED, cuts.history).await?;
    sweep(store, &sending::MESSAGE_AGED, cuts.history).await?;
    sweep(store, &attachment::LINK_AGED, cuts.history).await?;
    sweep(store, &capture::CAPTURED_AGED, cuts.history).await?;
    sweep(store, &tracking::ENGAGEMENT_AGED, cuts.history).await?;
    sweep(store, &webhook::ATTEMPT_AGED, cuts.history).await?;
    for aged in code::AGED {
        sweep(store, aged, cuts.codes).await?;
    }
    for aged in person::AGED {
        sweep(store, aged, cuts.codes).await?;
    }
    sweep(store, &person::SESSION_AGED, cuts.sessions).await?;
    stats::events_go(store, cuts.history).await?;
    for span in event::read::spans(store).await? {
        let from = span.writer << store::WRITER_SHIFT;
        sweep_between(store, &event::EVENT_AGED, (from, span.last), cuts.history).await?;
    }
    while sending::idempotency::idempotency_forget(store, cuts.idempotency).await? {
        tokio::time::sleep(PAUSE).await;
    }
    starts::forget(store, cuts.history, epoch).await
}

/// Forgets the addresses of recipients' clients that asked before `cut`.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`].
pub async fn forget_addresses(store: &Store, cut: At) -> Result<(), StoreError> {
    sweep(store, &tracking::ADDRESS_AGED, cut).await
}

/// Forgets the uploaded files that no email has named for so many days, and octets that nothing refers to.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`].
pub async fn forget_files(store: &Store, now: At, kept_days: u32) -> Result<(), StoreError> {
    sweep(store, &attachment::ATTACHMENT_AGED, ago(now, kept_days)).await?;
    sweep(store, &attachment::CONTENT_AGED, before(now, BROUGHT_LATELY)).await
}

/// So many days before `now`.
fn ago(now: At, days: u32) -> At {
    before(now, DAY * days)
}

fn before(now: At, age: Duration) -> At {
    At(now.0.saturating_sub(i64::try_from(age.as_micros()).unwrap_or(i64::MAX)))
}

async fn sweep(store: &Store, aged: &Aged, cut: At) -> Result<(), StoreError> {
    sweep_between(store, aged, (0, id::floor(cut)), cut).await
}

/// Walks the ids in between, a page at a time. Rows that stay are looked at once a walk.
async fn sweep_between(
    store: &Store,
    aged: &Aged,
    (mut after, below): (i64, i64),
    cut: At,
) -> Result<(), StoreError> {
    loop {
        let page = [
            ("after", after.into()),
            ("below", below.into()),
            ("limit", aged.page.into()),
            ("cut_us", cut.0.into()),
        ];
        let rows = store.read(aged.edge, &page).await?;
        let Some(upto) = rows.first().map(|row| row.int_or_null(0)).transpose()?.flatten() else {
            return Ok(());
        };
        let mut write = Write::default();
        let params = vec![("after", after.into()), ("upto", upto.into()), ("cut_us", cut.0.into())];
        write.step(aged.delete, params);
        store.write(write).await?;
        after = upto;
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use store::Query;

    use super::*;
    use crate::feature::event::{Name, OfDelivery, note, note_delivery};
    use crate::id::Mint;
    use crate::test_store::{Place, on_both_databases};

    const NOW: At = At(1_800_000_000_000_000);
    /// Contents are kept for 30 days, the rest for 90.
    const KEPT: (u32, u32) = (30, 90);
    const EPOCH: i64 = 3;

    fn days_ago(days: u32) -> At {
        At(NOW.0 - i64::from(days) * 86_400_000_000)
    }

    fn step(write: &mut Write, sql: String) {
        let query: &'static Query = Box::leak(Box::new(Query::composed("case", sql)));
        write.step(query, vec![]);
    }

    async fn ids(store: &Store, sql: &'static str) -> Vec<i64> {
        let rows = store.read(&Query::new("case", sql), &[]).await.expect("the case reads");
        rows.iter().map(|row| row.int(0).expect("an id")).collect()
    }

    /// A message of that time with a delivery for each state, and all that hangs on them.
    async fn message(store: &Store, mint: &Mint, at: At, deliveries: &[&str]) -> i64 {
        let (id, at_us) = (mint.message(at, deliveries.len()), at.0);
        let mut write = Write::default();
        step(&mut write, format!("INSERT INTO content VALUES ({id}, 0, 1, '')"));
        step(
            &mut write,
            format!(
                "INSERT INTO message (id, workspace_id, stream_id, origin, size, reverse_path, author,
                   subject, message_id, created_us, expires_us, deliveries)
                 VALUES ({id}, 1, 1, 'api', 1, '', '', '', '', {at_us}, {at_us}, {})",
                deliveries.len()
            ),
        );
        for (place, state) in deliveries.iter().enumerate() {
            let (delivery, attempt) = (id::delivery(id, place), mint.next(at));
            let over = if *state == "done" { format!("'delivered', {at_us}") } else { "NULL, NULL".into() };
            step(
                &mut write,
                format!(
                    "INSERT INTO delivery (id, workspace_id, message_id, lane, domain, forward_path, field, state,
                       due_us, expires_us, disposition, finished_us)
                     VALUES ({delivery}, 1, {id}, 0, '', '', 'to', '{state}', {at_us}, {at_us}, {over})"
                ),
            );
            step(
                &mut write,
                format!(
                    "INSERT INTO attempt VALUES ({attempt}, 1, {delivery}, 1, {at_us}, 1, '', '', NULL, 'accepted',
                       '', '', '', '', 0, '')"
                ),
            );
            let of = OfDelivery { workspace: 1, message: id, delivery, attempt: Some(attempt), data: None };
            note_delivery(&mut write, at, Name::EmailDelivered, of);
        }
        store.write(write).await.expect("the message is stored");
        id
    }

    on_both_databases! {
        a_message_goes_with_all_its_rows_when_its_time_has_come
        what_is_live_stays_with_all_that_it_needs
        records_of_other_kinds_go_by_their_own_age
        many_pages_are_walked_to_the_end
    }

    async fn remove_now(store: &Store) {
        remove(store, Cuts::of(NOW, KEPT.0, KEPT.1), EPOCH).await.expect("old rows are removed");
    }

    async fn a_message_goes_with_all_its_rows_when_its_time_has_come(place: Place) {
        let (store, mint) = (&place.store, Mint::new(0));
        message(store, &mint, days_ago(100), &["done", "done"]).await;
        let middle = message(store, &mint, days_ago(50), &["done"]).await;
        let young = message(store, &mint, days_ago(10), &["done"]).await;
        remove_now(store).await;
        assert_eq!(ids(store, "SELECT id FROM content").await, [young], "contents go after 30 days");
        for sql in [
            "SELECT id FROM message ORDER BY id",
            "SELECT message_id FROM delivery ORDER BY id",
            "SELECT d.message_id FROM attempt a JOIN delivery d ON d.id = a.delivery_id ORDER BY a.id",
            "SELECT message_id FROM event ORDER BY id",
        ] {
            assert_eq!(ids(store, sql).await, [middle, young], "{sql}");
        }
    }

    async fn what_is_live_stays_with_all_that_it_needs(place: Place) {
        let (store, mint) = (&place.store, Mint::new(0));
        let live = message(store, &mint, days_ago(200), &["done", "due"]).await;
        message(store, &mint, days_ago(199), &["done"]).await;
        message(store, &mint, days_ago(0), &["done"]).await;
        remove_now(store).await;
        assert_eq!(ids(store, "SELECT id FROM content ORDER BY id").await[0], live);
        let deliveries = "SELECT message_id FROM delivery WHERE message_id IN (SELECT min(id) FROM message)";
        assert_eq!(ids(store, deliveries).await, [live, live]);
        assert_eq!(ids(store, "SELECT id FROM attempt").await.len(), 3);
        assert_eq!(ids(store, "SELECT id FROM message").await.len(), 2);
        assert_eq!(ids(store, "SELECT id FROM event").await.len(), 3);
    }

    async fn records_of_other_kinds_go_by_their_own_age(place: Place) {
        let store = &place.store;
        let mut write = Write::default();
        for (n, hours) in [(1_u8, 25), (2, 23)] {
            let at = NOW.0 - hours * 3_600_000_000;
            static ADD: Query =
                Query::new("case", "INSERT INTO idempotency VALUES (:digest, :digest, 200, '', :at)");
            write.step(&ADD, vec![("digest", vec![n].into()), ("at", at.into())]);
        }
        for (epoch, days) in [(1, 100), (2, 10), (EPOCH, 100)] {
            let at = days_ago(days).0;
            step(&mut write, format!("INSERT INTO node_start (epoch, started_us) VALUES ({epoch}, {at})"));
        }
        for days in [100, 95, 92] {
            let (id, at) = (id::floor(days_ago(days)), days_ago(days).0);
            step(
                &mut write,
                format!("INSERT INTO captured VALUES ({id}, 1, 1, 1, '', '', '', '', {at}, '')"),
            );
            note(&mut write, days_ago(days), 1, Name::StreamCreated, None);
        }
        store.write(write).await.expect("the rows are stored");
        let newest = event::read::newest(store).await.expect("the log reads");
        remove_now(store).await;
        assert_eq!(ids(store, "SELECT epoch FROM node_start ORDER BY epoch").await, [2, EPOCH]);
        assert_eq!(ids(store, "SELECT status FROM idempotency").await, [200]);
        assert_eq!(ids(store, "SELECT id FROM captured").await, [0; 0]);
        assert_eq!(ids(store, "SELECT id FROM event").await.len(), 1, "the newest of the writer");
        assert_eq!(event::read::newest(store).await.expect("the log reads"), newest);
    }

    async fn many_pages_are_walked_to_the_end(place: Place) {
        let store = &place.store;
        let mut write = Write::default();
        for n in 0..2_500 {
            note(&mut write, days_ago(if n < 2_400 { 91 } else { 1 }), 1, Name::StreamCreated, None);
        }
        store.write(write).await.expect("the events are stored");
        remove_now(store).await;
        assert_eq!(ids(store, "SELECT id FROM event").await.len(), 100);
    }
}
