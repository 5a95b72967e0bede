//! Whether mail may be accepted: not when the disk is nearly full, because what was accepted must be stored, settled
//! and delivered, and all of that needs room.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// How often the disk is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What stands against accepting, if anything.
pub struct Health {
    data_dir: PathBuf,
    free_min_bytes: u64,
    refusal: RwLock<Option<String>>,
    /// As it was looked at last; the greatest number while nobody knows.
    free_bytes: AtomicU64,
}

/// A disk that is filling up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Low {
    pub free_bytes: u64,
    /// With less than this free, mail is refused.
    pub min_bytes: u64,
}

/// Of how many times its reserve people are told. Reason: a letter that tells it must still be accepted.
const LOW_TIMES: u64 = 2;

impl Health {
    #[must_use]
    pub fn new(data_dir: &Path, free_min_bytes: u64) -> Health {
        let health = Health {
            data_dir: data_dir.to_owned(),
            free_min_bytes,
            refusal: RwLock::new(None),
            free_bytes: AtomicU64::new(u64::MAX),
        };
        health.look();
        health
    }

    /// # Errors
    /// The reason why nothing may be accepted now.
    pub fn may_accept(&self) -> Result<(), String> {
        match &*self.refusal.read().unwrap_or_else(PoisonError::into_inner) {
            Some(reason) => Err(reason.clone()),
            None => Ok(()),
        }
    }

    /// What there is of the disk when it is nearly, or already, below its reserve.
    #[must_use]
    pub fn low(&self) -> Option<Low> {
        let low = Low { free_bytes: self.free_bytes.load(Ordering::Relaxed), min_bytes: self.free_min_bytes };
        (low.free_bytes < low.min_bytes.saturating_mul(LOW_TIMES)).then_some(low)
    }

    /// As if so much were free, until it is looked at again.
    #[cfg(test)]
    pub fn pretend(&self, free_bytes: u64) {
        self.free_bytes.store(free_bytes, Ordering::Relaxed);
    }

    /// Refuses from now on: the process is ending.
    pub fn close(&self) {
        *self.refusal.write().unwrap_or_else(PoisonError::into_inner) =
            Some("the server is shutting down".into());
    }

    fn look(&self) {
        let refusal = match free_bytes(&self.data_dir) {
            Ok(free) => {
                self.free_bytes.store(free, Ordering::Relaxed);
                judge(free, self.free_min_bytes)
            }
            Err(error) => {
                tracing::warn!(%error, "the free space of the disk could not be read");
                None
            }
        };
        let mut current = self.refusal.write().unwrap_or_else(PoisonError::into_inner);
        if current.is_some() != refusal.is_some() {
            tracing::warn!(
                accepting = refusal.is_none(),
                "the disk's free space decides whether mail is accepted"
            );
        }
        *current = refusal;
    }

    /// Looks at the disk until `stop`.
    pub async fn watch(&self, mut stop: net::listen::Stop) {
        loop {
            tokio::select! {
                () = stop.stopped() => return,
                () = tokio::time::sleep(LOOK_EVERY) => self.look(),
            }
        }
    }
}

fn judge(free: u64, min: u64) -> Option<String> {
    (free < min).then(|| format!("the disk is nearly full: {} MB free, {} MB needed", free >> 20, min >> 20))
}

pub(crate) fn free_bytes(path: &Path) -> std::io::Result<u64> {
    let stat = rustix::fs::statvfs(path)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_below_its_reserve_refuses_mail_and_says_why() {
        assert_eq!(judge(2 << 30, 1 << 30), None);
        let reason = judge(100 << 20, 512 << 20).unwrap();
        assert!(reason.contains("100 MB free") && reason.contains("512 MB"), "{reason}");
        let health = Health::new(Path::new("/"), u64::MAX);
        assert!(health.may_accept().is_err() && health.low().is_some());
        let health = Health::new(Path::new("/"), 100);
        for (free, low) in [(99, true), (199, true), (200, false)] {
            health.pretend(free);
            assert_eq!(health.low().is_some(), low, "{free}");
        }
        assert!(Health::new(Path::new("/"), 0).low().is_none(), "without a reserve nothing is low");
    }
}
