//! Published versions, ready to be rendered: in memory, or read and compiled again.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use content::{Compiled, Limits, Program};
use store::{Store, StoreError, query};

use super::admin::Named;
use super::press::{Panicked, Press};
use crate::feature::sending::MadeFrom;

query!(WANTED, "queries/wanted.sql");
query!(COMPILED, "queries/compiled.sql");

/// Octets of ready versions that are kept. Reason: some hundred templates of usual size.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// A published version, ready to be rendered.
#[derive(Clone)]
pub struct Ready {
    pub template: i64,
    /// The version's number within the template.
    pub number: i64,
    pub program: Arc<Program>,
}

impl Ready {
    /// What a message that it makes is made from.
    #[must_use]
    pub fn made_from(&self) -> MadeFrom {
        MadeFrom { template: self.template, version: self.number }
    }
}
/// Sources that are compiled at once. Reason: each takes a core for up to a second, and mail goes first.
const COMPILED_AT_ONCE: usize = 2;

/// Ready versions by their id. They never change, so nothing here is ever out of date.
pub struct Programs {
    inner: Mutex<Inner>,
    pub compiling: Press,
    pub rendering: Press,
}

impl Default for Programs {
    fn default() -> Programs {
        // One workspace can have as many threads as there are cores, and leaves as many.
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let (compiling, rendering) = (Press::new(COMPILED_AT_ONCE), Press::new(2 * cores));
        Programs { inner: Mutex::default(), compiling, rendering }
    }
}

#[derive(Default)]
struct Inner {
    ready: HashMap<i64, Arc<Program>>,
    order: VecDeque<i64>,
    bytes: usize,
}

impl Programs {
    /// The version of a template that was asked for, or its newest; `None` when there is none.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn fetch(
        &self,
        store: &Store,
        workspace: i64,
        (named, number): (&Named, Option<i64>),
    ) -> Result<Option<Ready>, StoreError> {
        let params = [
            ("workspace", workspace.into()),
            ("id", named.id.into()),
            ("key", named.key.clone().into()),
            ("number", number.unwrap_or(0).into()),
        ];
        let rows = store.read(&WANTED, &params).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (id, template, number) = (row.int(0)?, row.int(1)?, row.int(2)?);
        if let Some(program) = self.lock().ready.get(&id) {
            return Ok(Some(Ready { template, number, program: program.clone() }));
        }
        let rows = store.read(&COMPILED, &[("workspace", workspace.into()), ("id", id.into())]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let compiled = row.text(0)?.to_owned();
        let ready = self.rendering.run(workspace, move || load(&compiled)).await;
        let program = Arc::new(ready.map_err(|Panicked| broken("it panicked".into()))??);
        self.keep(id, program.clone());
        Ok(Some(Ready { template, number, program }))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, id: i64, program: Arc<Program>) {
        let mut inner = self.lock();
        let size = program.size();
        // Two that missed it at once both bring it.
        if size > BYTES_MAX || inner.ready.contains_key(&id) {
            return;
        }
        while inner.bytes + size > BYTES_MAX {
            let Some(oldest) = inner.order.pop_front() else { break };
            if let Some(gone) = inner.ready.remove(&oldest) {
                inner.bytes -= gone.size();
            }
        }
        inner.bytes += size;
        inner.order.push_back(id);
        inner.ready.insert(id, program);
    }
}

fn broken(reason: String) -> StoreError {
    StoreError::Broken { query: "template_version.compiled".into(), reason }
}

fn load(compiled: &str) -> Result<Program, StoreError> {
    let compiled: Compiled = serde_json::from_str(compiled).map_err(|error| broken(error.to_string()))?;
    Program::load(&compiled, &Limits::default()).map_err(|problem| broken(problem.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_what_came_first_goes_first() {
        let programs = Programs::default();
        let text = "x".repeat(1024 * 1024 / 3);
        let compiled = serde_json::json!({ "locale": "", "main": { "body": { "text": text } }, "locales": {}, "theme": {} });
        let program = Arc::new(load(&compiled.to_string()).unwrap());
        for id in 0..100 {
            programs.keep(id, program.clone());
        }
        let inner = programs.lock();
        assert!(inner.bytes <= BYTES_MAX && inner.ready.len() == inner.order.len(), "{}", inner.bytes);
        assert!(!inner.ready.contains_key(&0) && inner.ready.contains_key(&99));
    }
}
