//! What is asked again under the same key happens once: the key's record is committed with what it stands for.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use mail::At;
use store::{Committed, Guard, Store, StoreError, Value, Write, query};

use super::accept::{accept_with, unavailable};
use super::examine::Examined;
use super::{Accepted, Refusal};
use crate::app::App;
use crate::feature::access::digest_of;
use crate::id::Noun;

query!(CLAIM, "queries/idempotency_claim.sql");
query!(ANSWERED, "queries/idempotency_answered.sql");
query!(FORGET, "queries/idempotency_age.sql");

/// Idempotency records that one transaction forgets.
const FORGET_PAGE: i64 = 1_000;

/// An idempotency key with what its answer will be.
pub struct Once {
    /// SHA-256 of the workspace and the key.
    pub digest: [u8; 32],
    /// SHA-256 of the request: another request under the same key is refused.
    pub fingerprint: [u8; 32],
    pub status: u16,
    /// Makes the answer that is stored and replayed.
    pub answer: Answer,
}

impl Once {
    /// Digest of the key, fingerprint of the request.
    #[must_use]
    pub fn identity(&self) -> ([u8; 32], [u8; 32]) {
        (self.digest, self.fingerprint)
    }
}

/// Makes an answer's body.
pub type Answer = Arc<dyn Fn(&[Accepted]) -> String + Send + Sync>;

/// What identifies a request under its idempotency key.
#[must_use]
pub fn fingerprint(request: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, request).as_ref());
    out
}

/// Lets a write happen only if the key is new, and then keeps the key with its answer.
pub(super) fn guard(now: At, once: &Once, accepted: &[Accepted]) -> Guard {
    Guard { query: &CLAIM, params: record(now, once, accepted) }
}

/// As [`guard`], as a step that finds the key taken with `Conflict(why)`: for a write whose other steps must come first.
pub fn claim(write: &mut Write, now: At, once: &Once, why: &'static str) {
    write.step_expecting(1, why, &CLAIM, record(now, once, &[]));
}

fn record(now: At, once: &Once, accepted: &[Accepted]) -> Vec<(&'static str, Value)> {
    vec![
        ("digest", once.digest.to_vec().into()),
        ("fingerprint", once.fingerprint.to_vec().into()),
        ("status", i64::from(once.status).into()),
        ("answer", (once.answer)(accepted).into()),
        ("now", now.0.into()),
    ]
}

/// The status and the answer that a request under an idempotency key got before; `None` when there was none.
///
/// # Errors
/// `IdempotencyMismatch` when it was another request.
pub async fn answered(
    app: &App,
    digest: [u8; 32],
    fingerprint: [u8; 32],
) -> Result<Option<(u16, String)>, Refusal> {
    let read = app.store.read(&ANSWERED, &[("digest", digest.to_vec().into())]).await;
    let rows = read.map_err(|error| unavailable(&error))?;
    let Some(row) = rows.first() else { return Ok(None) };
    let stored = || Ok::<_, StoreError>((row.blob(0)?, row.int(1)?, row.text(2)?.to_owned()));
    let (known, status, answer) = stored().map_err(|error| unavailable(&error))?;
    if known.as_ref() != fingerprint {
        return Err(Refusal::IdempotencyMismatch);
    }
    Ok(Some((u16::try_from(status).unwrap_or(200), answer)))
}

/// As [`accept_with`], of what a form asks for: once under `key`, however often the form is sent. The key says what it asks for,
/// and when its page was made. Gives the id of the message that came of it, now or the first time.
///
/// # Errors
/// A [`Refusal`]: nothing was stored, neither now nor before.
pub(crate) async fn accept_once(
    app: &Arc<App>,
    now: At,
    mut write: Write,
    submission: Examined,
    key: &str,
) -> Result<i64, Refusal> {
    let message = submission.message();
    let once = Once {
        digest: digest_of(key),
        fingerprint: fingerprint(key.as_bytes()),
        status: 303,
        answer: Arc::new(move |_| Noun::Message.show(message)),
    };
    claim(&mut write, now, &once, "it was sent already");
    let refusal = match accept_with(app, now, write, submission).await {
        Ok(Ok(_)) => return Ok(message),
        Ok(Err(StoreError::Conflict(why))) => Refusal::Unavailable(why),
        Ok(Err(error)) => unavailable(&error),
        Err(refusal) => refusal,
    };
    // What the first one took of a quota is missing to the second.
    let first = answered(app, once.digest, once.fingerprint).await?;
    first.and_then(|(_, shown)| Noun::Message.read(&shown)).ok_or(refusal)
}

/// Forgets a page of the idempotency records from before `cut`; true when there may be more.
///
/// # Errors
/// As [`Store::write`].
pub async fn idempotency_forget(store: &Store, cut: At) -> Result<bool, StoreError> {
    let mut write = Write::default();
    write.step(&FORGET, vec![("cut_us", cut.0.into()), ("limit", FORGET_PAGE.into())]);
    match store.write(write).await? {
        Committed::Stored { answers } => Ok(answers.first().is_some_and(|rows| !rows.is_empty())),
        Committed::Guarded => Ok(false),
    }
}
