//! The only clock of the tools: stopwatches, pauses, and waits with an end.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long a poll rests between two looks.
const POLL: Duration = Duration::from_millis(5);

/// Runs from its creation.
#[derive(Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[allow(clippy::disallowed_methods, reason = "the tools measure real time; this is their only clock")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[allow(clippy::disallowed_methods, reason = "polls of other processes have no event to wait for")]
pub fn pause(duration: Duration) {
    std::thread::sleep(duration);
}

/// Looks until `look` yields something; fails after `limit`, naming `what` was waited for.
pub fn wait_for<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let watch = Stopwatch::start();
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if watch.elapsed() > limit {
            bail!("{what}: not within {} s", limit.as_secs());
        }
        pause(POLL);
    }
}
