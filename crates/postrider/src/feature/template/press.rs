//! Where templates are compiled, rendered and looked at: on threads that may take their time, so many at once.
//!
//! Guarantees
//! 1. No thread that mail waits for compiles, renders or advises.
//! 2. A workspace has half of the turns at most, and keeps one until the work is done, also when nobody waits for it any
//!    more: to ask and go away makes no room.
//!
//! Not here: how much a template may cost at most (`content::Limits`).

use crate::http::error::{ApiError, Name};
use crate::turns::Turns;

/// Threads for templates.
pub struct Press(Turns);

/// The work ended by a panic; the log says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panicked;

impl From<Panicked> for ApiError {
    fn from(_: Panicked) -> ApiError {
        let why = "the template could not be compiled, rendered or looked at; the log says why";
        ApiError::new(Name::InternalServerError, why)
    }
}

impl Press {
    /// With so many turns at once.
    #[must_use]
    pub fn new(turns: usize) -> Press {
        Press(Turns::new(turns))
    }

    /// Does the work when it is the workspace's turn.
    ///
    /// # Errors
    /// It panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        workspace: i64,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Panicked> {
        let turn = self.0.take(workspace).await;
        let work = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        work.await.map_err(|error| {
            tracing::error!(%error, "a template could not be compiled, rendered or looked at");
            Panicked
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::FutureExt;

    use super::*;

    /// On one thread: were the work done there, nobody could end it.
    #[tokio::test]
    async fn work_that_takes_long_stands_in_the_way_of_its_own_workspace_alone() {
        let press = Press::new(2);
        let (end, ended) = mpsc::channel();
        let mut long = Box::pin(press.run(1, move || ended.recv()));
        assert!((&mut long).now_or_never().is_none());
        assert_eq!(press.run(2, || 2).await, Ok(2));
        // Who asked goes away; the work is not done.
        drop(long);
        let mut next = Box::pin(press.run(1, || 1));
        assert!((&mut next).now_or_never().is_none(), "its turn is taken");
        assert_eq!(press.run(2, || 2).await, Ok(2));
        end.send(()).expect("it waits");
        assert_eq!(next.await, Ok(1));
        assert_eq!(press.run(1, || panic!("as hostile data may have it")).await, Err::<(), _>(Panicked));
        assert_eq!(press.run(1, || 1).await, Ok(1), "a panic gives the turn back");
    }
}
