//! Tasks that are to run until the process ends.
//!
//! Guarantee: one that panics is begun again after a pause. Ending the process instead would lose no mail either, but each
//! lease under way would go out twice, nothing would be accepted meanwhile, and a panic that comes back would end one
//! process after another. A panic is a defect all the same; the line in the log says where.

use std::future::Future;
use std::time::Duration;

/// Pause before a task is begun again. Reason: what panics always would otherwise do it at once.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs what `begin` makes until it ends by itself or the runtime goes away.
pub async fn begun_again<T>(task: &'static str, begin: impl Fn() -> T)
where
    T: Future<Output = ()> + Send + 'static,
{
    while let Err(error) = tokio::spawn(begin()).await {
        if !error.is_panic() {
            return;
        }
        tracing::error!(task, "a task of the server panicked and is begun again");
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn what_runs_until_the_end_begins_again_after_a_panic() {
        let begun = Arc::new(AtomicUsize::new(0));
        let counted = begun.clone();
        begun_again("test", move || {
            let turn = counted.fetch_add(1, Ordering::Relaxed);
            async move { assert_ne!(turn, 0, "on purpose") }
        })
        .await;
        assert_eq!(begun.load(Ordering::Relaxed), 2, "once after the panic, not after a proper end");
    }
}
