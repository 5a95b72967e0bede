//! What the end of a delivery has us tell.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use mail::EnhancedStatus;
use mail::notification::{About, Cause, Diagnostic, Outcome};
use store::StoreError;

use super::{NOT_SENT, Report, Wish, notice};
use crate::app::App;
use crate::feature::egress::settle::{Conclusion, Settlement};
use crate::feature::sending::examine::Examined;
use crate::feature::sending::parcel::{self, Parcel};
use crate::settings::{Notifications, Settings};

/// Wait before what is to be told is read again.
const READ_RETRY_WAIT: Duration = Duration::from_secs(1);

/// Whether a settlement may have something to tell: false for nearly all, without asking the database.
pub(crate) fn may_concern(settings: &Settings, settlement: &Settlement) -> bool {
    let Some(outcome) = outcome(settlement) else { return false };
    let Some(parcel) = &settlement.leased.parcel else {
        return settings.delivery.notifications != Notifications::Never;
    };
    is_wished(settings, parcel, settlement.leased.entry.delivery, outcome)
}

fn is_wished(settings: &Settings, parcel: &Parcel, delivery: i64, outcome: Outcome) -> bool {
    let wish =
        parcel.path(delivery).map(|path| Wish::of(settings, &parcel.envelope, path)).unwrap_or_default();
    match outcome {
        Outcome::Failed(_) => wish.failure,
        Outcome::Delayed { .. } => wish.delay,
        Outcome::Relayed | Outcome::Delivered => wish.success,
    }
}

/// What senders may be told of a settlement; a server that tells them itself leaves nothing to us.
fn outcome(settlement: &Settlement) -> Option<Outcome> {
    let cause = match &settlement.conclusion {
        Conclusion::Delivered if settlement.captured.is_some() => return Some(Outcome::Delivered),
        Conclusion::Delivered => {
            let ours = settlement.attempt.as_ref().is_none_or(|attempt| !attempt.peer_notifies);
            return ours.then_some(Outcome::Relayed);
        }
        Conclusion::Deferred { .. } => return None,
        Conclusion::Bounced { .. } if settlement.attempt.is_some() => Cause::Refused,
        Conclusion::Bounced { .. } => Cause::NoServer,
        Conclusion::Expired { .. } => Cause::Expired,
        Conclusion::Suppressed(_) => Cause::NotSent,
        Conclusion::Failed(_) => Cause::Ours,
    };
    Some(Outcome::Failed(cause))
}

/// The notification about a settlement, if there is somebody to tell. Reads what memory does not have until the
/// database answers: the settlement waits for it, but not for what can never be read.
pub(crate) async fn of_settlement(app: &Arc<App>, settlement: &Settlement) -> Option<Examined> {
    let outcome = outcome(settlement)?;
    loop {
        match told_of(app, settlement, outcome).await {
            Ok(parcel) => return parcel.and_then(|parcel| planned(app, &parcel, settlement, outcome)),
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, delivery.id = settlement.leased.entry.delivery,
                    "a notification waits because the database does not answer");
                tokio::time::sleep(READ_RETRY_WAIT).await;
            }
            Err(error) => {
                tracing::error!(%error, delivery.id = settlement.leased.entry.delivery,
                    "a sender is not told, because the message cannot be read");
                return None;
            }
        }
    }
}

/// The message that a settlement is about, when its sender wants to hear of it.
async fn told_of(
    app: &Arc<App>,
    settlement: &Settlement,
    outcome: Outcome,
) -> Result<Option<Arc<Parcel>>, StoreError> {
    let entry = settlement.leased.entry;
    if let Some(parcel) = &settlement.leased.parcel {
        return Ok(Some(parcel.clone()));
    }
    let Some(bare) = parcel::bare(&app.store, entry.delivery).await? else { return Ok(None) };
    if !is_wished(&app.settings, &bare.parcel, entry.delivery, outcome) {
        return Ok(None);
    }
    // What may have ended processes is not touched again.
    if settlement.conclusion == Conclusion::Failed("poison") {
        return Ok(Some(bare.parcel.into()));
    }
    Ok(Some(whole(app, entry.message).await?.unwrap_or_else(|| bare.parcel.into())))
}

/// A message with its content; `None` when that is gone, or damaged.
pub(super) async fn whole(app: &App, message: i64) -> Result<Option<Arc<Parcel>>, StoreError> {
    match app.parcels.fetch(&app.store, message).await {
        Err(error) if !error.is_transient() => {
            tracing::error!(%error, message.id = message, "a notification returns nothing of a message that cannot be read");
            Ok(None)
        }
        read => read,
    }
}

fn planned(app: &App, parcel: &Parcel, settlement: &Settlement, outcome: Outcome) -> Option<Examined> {
    let delivery = settlement.leased.entry.delivery;
    let said = said(settlement);
    let path = parcel.path(delivery)?;
    let about = [About {
        recipient: &path.address,
        orcpt: path.orcpt.as_deref(),
        status: status(settlement),
        remote: remote(settlement),
        diagnostic: said.as_ref().map(|(replied, words)| match replied {
            true => Diagnostic::Replied(words),
            false => Diagnostic::Found(words),
        }),
    }];
    notice(app, settlement.at, parcel, &Report { delivery, outcome, about: &about })
}

/// The name of the server that was spoken to.
fn remote(settlement: &Settlement) -> Option<&str> {
    let attempt = settlement.attempt.as_ref()?;
    attempt.peer.split(' ').next().filter(|name| !name.is_empty() && settlement.captured.is_none())
}

/// Whether a server replied, and the words.
fn said(settlement: &Settlement) -> Option<(bool, Cow<'_, str>)> {
    match (&settlement.attempt, &settlement.words, &settlement.conclusion) {
        (Some(_), _, _) if settlement.captured.is_some() => None,
        (Some(attempt), _, _) if attempt.finding.is_a_reply() => {
            Some((true, attempt.finding.reply.to_string().into()))
        }
        (Some(attempt), _, _) => Some((false, attempt.finding.reply.text.as_ref().into())),
        (None, Some(words), _) => Some((false, words.into())),
        (None, None, Conclusion::Suppressed(reason)) => Some((false, reason.not_sent().into())),
        (None, None, _) => None,
    }
}

/// The reply's own status where its class fits the outcome (RFC 3463 §3).
fn status(settlement: &Settlement) -> EnhancedStatus {
    let own = match &settlement.conclusion {
        Conclusion::Delivered | Conclusion::Deferred { .. } => EnhancedStatus(2, 0, 0),
        Conclusion::Bounced { .. } if settlement.attempt.is_some() => EnhancedStatus(5, 0, 0),
        Conclusion::Bounced { .. } => EnhancedStatus(5, 1, 2),
        Conclusion::Expired { .. } => return EnhancedStatus(5, 4, 7),
        Conclusion::Suppressed(_) => NOT_SENT,
        Conclusion::Failed(_) => EnhancedStatus(5, 3, 0),
    };
    let replied = settlement.attempt.as_ref().and_then(|attempt| attempt.finding.reply.status);
    replied.filter(|replied| replied.0 == own.0).unwrap_or(own)
}
