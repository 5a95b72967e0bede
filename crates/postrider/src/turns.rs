//! Turns at what is scarce: so many at once, and half of them for one workspace.
//!
//! Guarantee: whoever asks for much waits behind their own requests; before another workspace's stand as many as have a
//! turn, however many wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Who may begin.
pub struct Turns {
    all: Arc<Semaphore>,
    each_max: usize,
    /// Of every workspace that ever asked: some hundred octets for each.
    of: Mutex<HashMap<i64, Arc<Semaphore>>>,
}

/// The right to go on, until it is dropped.
pub struct Turn {
    _of_all: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
}

impl Turns {
    /// So many at once, at least one.
    #[must_use]
    pub fn new(max: usize) -> Turns {
        let all = Arc::new(Semaphore::new(max.max(1)));
        Turns { all, each_max: (max / 2).max(1), of: Mutex::default() }
    }

    /// Waits for a turn.
    pub async fn take(&self, workspace: i64) -> Turn {
        let own = {
            let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
            of.entry(workspace).or_insert_with(|| Arc::new(Semaphore::new(self.each_max))).clone()
        };
        let open = "invariant: nobody closes it";
        // Its own first: who waits for that stands in nobody's way.
        let own = own.acquire_owned().await.expect(open);
        Turn { _of_all: self.all.clone().acquire_owned().await.expect(open), _own: own }
    }

    /// Does something in a turn. Whoever does several at once takes none beside them.
    pub async fn within<T>(&self, workspace: i64, work: impl Future<Output = T>) -> T {
        let _turn = self.take(workspace).await;
        work.await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn who_asks_for_much_stands_in_nobodys_way() {
        let turns = Turns::new(4);
        let own: Vec<_> = (0..2).map(|_| turns.take(1).now_or_never().expect("a turn")).collect();
        let mut third = Box::pin(turns.take(1));
        assert!((&mut third).now_or_never().is_none(), "half of them is enough");
        let others: Vec<_> = (2..4).map(|one| turns.take(one).now_or_never().expect("a turn")).collect();
        assert!(turns.take(4).now_or_never().is_none(), "there are no more");
        drop(own);
        assert!(third.now_or_never().is_some());
        drop(others);
    }
}
