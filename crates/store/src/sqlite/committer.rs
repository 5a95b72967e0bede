//! The one writer of a SQLite file: takes what waits, commits it with one flush, wakes every caller.

use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::watch;

use super::checkpoint::Checkpointer;
use super::{failure, run};
use crate::batch::{EventIds, Group, group, number_events};
use crate::line::{Committed, Line, Pending, Then, tell};
use crate::query::Dialect;
use crate::statement::{Row as HotRow, Statement, Step, Write};
use crate::{FIRST_TOOL, Options, Query, Role, Row, StoreError, Value, WRITER_SHIFT};

pub(super) struct Committer {
    connection: Connection,
    statements: Vec<(&'static Statement, String)>,
    slots: &'static [&'static Statement],
    ids: EventIds,
    /// Asks for the writer's highest event id; `None` without an event log.
    highest: Option<String>,
    /// Several tools may write at once, all under one number.
    shared_number: bool,
    announce: watch::Sender<u64>,
    checkpointer: Arc<Checkpointer>,
    runtime: tokio::runtime::Handle,
}

type Outcome = Result<Committed, StoreError>;

impl Committer {
    pub(super) fn new(
        connection: Connection,
        options: &Options,
        announce: watch::Sender<u64>,
        checkpointer: Arc<Checkpointer>,
    ) -> Result<Committer, StoreError> {
        let writer = match options.role {
            Role::Server => 0,
            Role::Tool => FIRST_TOOL,
        };
        let highest = options.event_table.map(|table| {
            let (from, below) = (writer << WRITER_SHIFT, (writer + 1) << WRITER_SHIFT);
            format!("SELECT max(id) FROM {table} WHERE id > {from} AND id < {below}")
        });
        let mut committer = Committer {
            connection,
            statements: options.statements.iter().map(|s| (*s, s.sqlite())).collect(),
            slots: options.statements,
            ids: EventIds::after(writer, None),
            highest,
            shared_number: options.role == Role::Tool,
            announce,
            checkpointer,
            runtime: tokio::runtime::Handle::current(),
        };
        committer.connection.set_prepared_statement_cache_capacity(options.statements.len() + 128);
        committer.ids = committer.read_ids()?;
        Ok(committer)
    }

    fn read_ids(&self) -> Result<EventIds, StoreError> {
        let Some(sql) = &self.highest else { return Ok(self.ids) };
        let highest = self.connection.query_row(sql, [], |row| row.get(0));
        Ok(EventIds::after(self.ids.writer, highest.map_err(|error| failure("event ids", &error))?))
    }

    pub(super) fn run(mut self, line: &Line) {
        while let Some(batch) = line.take_blocking() {
            self.checkpointer.wrote(batch.iter().map(|pending| pending.write.size()).sum());
            self.commit(batch);
            self.checkpointer.committer_pauses(&mut self.connection);
        }
    }

    /// Commits the batch in one transaction. If one write spoils it, each is tried alone, so that only that one fails.
    fn commit(&mut self, mut batch: Vec<Pending>) {
        let outcomes = match self.transaction(&mut batch) {
            Err(error) if batch.len() > 1 && !error.is_transient() => batch
                .iter_mut()
                .map(|one| self.transaction(std::slice::from_mut(one)).map(only))
                .map(Result::flatten)
                .collect(),
            Err(error) => batch.iter().map(|_| Err(error.clone())).collect(),
            Ok(outcomes) => outcomes,
        };
        self.announce.send_modify(|commits| *commits += 1);
        let told = batch.into_iter().map(|pending| pending.then).zip(outcomes);
        let told: Vec<(Then, Outcome)> = told.collect();
        // One wake-up for the batch: callers are woken from within the runtime, and this thread goes on with the next batch.
        self.runtime.spawn(async move { told.into_iter().for_each(|(then, outcome)| tell(then, outcome)) });
    }

    fn transaction(&mut self, batch: &mut [Pending]) -> Result<Vec<Outcome>, StoreError> {
        let failed = |error: rusqlite::Error| failure("commit", &error);
        let tx =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).map_err(failed)?;
        // Under the lock: before it, another tool may have used the same numbers.
        let mut ids = if self.shared_number { self.read_ids()? } else { self.ids };
        let outcomes =
            batch.iter().map(|pending| steps(&tx, &pending.write)).collect::<Result<Vec<_>, _>>()?;
        let stored = |outcome: &Outcome| matches!(outcome, Ok(Committed::Stored { .. }));
        let writes = batch.iter_mut().zip(&outcomes).filter(|(_, outcome)| stored(outcome));
        number_events(writes.map(|(pending, _)| &mut pending.write.rows), &mut ids);
        let rows = batch.iter().zip(&outcomes).filter(|(_, outcome)| stored(outcome));
        let rows = rows.map(|(pending, _)| pending.write.rows.as_slice() as &[HotRow]);
        for group in group(rows, self.slots)? {
            execute(&tx, &self.statements[group.slot], &group)?;
        }
        tx.commit().map_err(failed)?;
        self.ids = ids;
        Ok(outcomes)
    }
}

fn only(mut outcomes: Vec<Outcome>) -> Outcome {
    outcomes.pop().unwrap_or(Err(StoreError::Closed))
}

fn execute(
    tx: &Transaction<'_>,
    (statement, sql): &(&Statement, String),
    group: &Group<'_>,
) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| failure(statement.name, &error);
    let mut prepared = tx.prepare_cached(sql).map_err(failed)?;
    for row in group.iter() {
        prepared.execute(rusqlite::params_from_iter(row)).map_err(failed)?;
    }
    Ok(())
}

/// The guard and the steps of one write, in a savepoint of their own: when one fails, only this write is undone.
/// The outer error ends the whole batch.
fn steps(tx: &Transaction<'_>, write: &Write) -> Result<Outcome, StoreError> {
    if write.is_plain() {
        return Ok(Ok(Committed::Stored { answers: Vec::new() }));
    }
    let failed = |error: rusqlite::Error| failure("savepoint", &error);
    tx.execute_batch("SAVEPOINT one").map_err(failed)?;
    let outcome = guarded_steps(tx, write);
    if let Err(error) = &outcome
        && error.is_transient()
    {
        return Err(error.clone());
    }
    let end = match outcome {
        Ok(Committed::Stored { .. }) => "RELEASE one",
        Ok(Committed::Guarded) | Err(_) => "ROLLBACK TO one; RELEASE one",
    };
    tx.execute_batch(end).map_err(failed)?;
    Ok(outcome)
}

fn guarded_steps(tx: &Transaction<'_>, write: &Write) -> Outcome {
    if let Some(guard) = &write.guard
        && step(tx, guard.query, &guard.params)?.1 == 0
    {
        return Ok(Committed::Guarded);
    }
    let answer = |one: &Step| {
        let (rows, changed) = step(tx, one.query, &one.params)?;
        one.check(changed)?;
        Ok(rows)
    };
    Ok(Committed::Stored { answers: write.steps.iter().map(answer).collect::<Result<_, StoreError>>()? })
}

/// The rows that a statement returned, and how many it changed or returned.
fn step(
    tx: &Transaction<'_>,
    query: &Query,
    params: &[(&'static str, Value)],
) -> Result<(Vec<Row>, u64), StoreError> {
    let compiled = query.compiled(Dialect::Sqlite);
    let values: Vec<Value> = query.bind(compiled, params)?.into_iter().cloned().collect();
    let before = tx.total_changes();
    let rows = run(tx, query.name(), &compiled.sql, &values)?;
    let changed = tx.total_changes() - before;
    let count = changed.max(rows.len() as u64);
    Ok((rows, count))
}
