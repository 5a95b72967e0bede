//! Telling senders that their mail waits, where they asked for it: once a delivery.
//!
//! Guarantee: what is to be told is a row, written with the delivery and removed in the transaction that accepts the
//! notification; a delivery that has ended meanwhile is not told of.

use std::sync::Arc;
use std::time::Duration;

use mail::notification::{About, Diagnostic, Outcome};
use mail::{At, EnhancedStatus};
use net::listen::Stop;
use store::{Kind, Statement, StoreError, Write, query};

use super::tell::whole;
use super::{Report, Wish, notice};
use crate::app::App;
use crate::feature::sending::accept::commit;
use crate::feature::sending::examine::Examined;
use crate::feature::sending::parcel::{self, Bare};

query!(DUE, "queries/due.sql");
query!(FORGET, "queries/forget.sql");
query!(MOVE, "queries/move.sql");

pub static WAITING: Statement =
    Statement::insert("delay_notice", &[("delivery_id", Kind::Int), ("at_us", Kind::Int)]);

/// How often it is looked for senders who are to be told. Reason: a minute more does not matter after hours.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// When it is looked again for one of whom nothing could be told, though the database answers. Reason: its rows
/// are damaged, and the others must not wait for it.
const PUT_OFF: Duration = Duration::from_secs(3_600);
/// Deliveries that are read at once.
const PAGE: i64 = 100;
/// Nothing is known but that it waits (RFC 3463 §3.1).
const WAITS: EnhancedStatus = EnhancedStatus(4, 0, 0);

/// Adds to the write that accepts a delivery that its sender is to be told at `at` if it still waits then.
pub(crate) fn wait(write: &mut Write, delivery: i64, at: At) {
    write.row(&WAITING, [delivery.into(), at.0.into()]);
}

/// Runs until `stop`.
pub async fn run(app: Arc<App>, mut stop: Stop) {
    loop {
        if let Err(error) = look(&app, app.now()).await {
            tracing::warn!(%error, "senders could not be told of delays and will be told later");
        }
        tokio::select! {
            () = stop.stopped() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Tells everybody whose time has come by `upto`.
///
/// # Errors
/// As [`store::Store::write`]; who was told before is told no more.
pub async fn look(app: &Arc<App>, upto: At) -> Result<(), StoreError> {
    loop {
        let rows = app.store.read(&DUE, &[("upto", upto.0.into()), ("limit", PAGE.into())]).await?;
        for row in &rows {
            let delivery = row.int(0)?;
            match tell(app, upto, delivery).await {
                Err(error) if !error.is_transient() => {
                    tracing::error!(delivery.id = delivery, %error, "a sender cannot be told of a delay; the others are");
                    app.store.write(moved(delivery, upto.after(PUT_OFF))).await?;
                }
                told => told?,
            }
        }
        if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

/// Tells one sender, or finds that there is nothing to tell: the row goes, or moves on, in any case.
async fn tell(app: &Arc<App>, upto: At, delivery: i64) -> Result<(), StoreError> {
    let bare = parcel::bare(&app.store, delivery).await?.filter(|bare| bare.waits);
    // It may have been moved to another time.
    let later = bare.as_ref().map(|bare| bare.since.after(app.settings.delivery.delay_notice_after));
    if let Some(later) = later.filter(|later| *later > upto) {
        return app.store.write(moved(delivery, later)).await.map(drop);
    }
    let now = app.now();
    let mut write = Write::default();
    write.step_expecting(1, "the sender was told already", &FORGET, vec![("delivery", delivery.into())]);
    let notice = match &bare {
        Some(bare) => planned(app, now, (bare, delivery)).await?,
        None => None,
    };
    let handed = notice.map(|notice| notice.own_rows(app, now, &mut write));
    commit(app, write, handed.into_iter().collect()).await.map(drop)
}

fn moved(delivery: i64, at: At) -> Write {
    let mut write = Write::default();
    write.step(&MOVE, vec![("delivery", delivery.into()), ("at", at.0.into())]);
    write
}

async fn planned(
    app: &Arc<App>,
    now: At,
    (bare, delivery): (&Bare, i64),
) -> Result<Option<Examined>, StoreError> {
    let Some(path) = bare.parcel.path(delivery) else { return Ok(None) };
    if !Wish::of(&app.settings, &bare.parcel.envelope, path).delay {
        return Ok(None);
    }
    let about = [About {
        recipient: &path.address,
        orcpt: path.orcpt.as_deref(),
        status: WAITS,
        remote: None,
        diagnostic: bare.reply.as_deref().map(Diagnostic::Found),
    }];
    let report = Report { delivery, outcome: Outcome::Delayed { until: bare.expires }, about: &about };
    let whole = whole(app, bare.parcel.message).await?;
    Ok(notice(app, now, whole.as_deref().unwrap_or(&bare.parcel), &report))
}
