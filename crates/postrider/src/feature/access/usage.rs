//! When keys were last used: noted in memory by every request, written once a minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mail::At;
use store::Store;

use super::keys;

/// How often the notes are written. Reason: people ask for the day, at most for the hour.
const WRITE_EVERY: Duration = Duration::from_secs(60);

/// Uses not written yet.
#[derive(Default)]
pub struct KeyUse(Mutex<HashMap<i64, At>>);

impl KeyUse {
    pub fn note(&self, key: i64, now: At) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, now);
    }

    /// Writes the notes every minute, and a last time at `stop`.
    pub async fn write(&self, store: &Store, mut stop: net::listen::Stop) {
        loop {
            let ending = tokio::select! {
                () = stop.stopped() => true,
                () = tokio::time::sleep(WRITE_EVERY) => false,
            };
            let used = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
            if !used.is_empty()
                && let Err(error) = keys::keys_used(store, used.into_iter()).await
            {
                tracing::warn!(%error, "when keys were used could not be written");
            }
            if ending {
                return;
            }
        }
    }
}
