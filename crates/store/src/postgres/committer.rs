//! One of a node's committers on PostgreSQL: a connection of its own, one transaction after the other, the hot rows
//! as arrays, everything between BEGIN and COMMIT sent without waiting for answers in between.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join_all, try_join};
use tokio::sync::watch;
use tokio_postgres::Config;
use tokio_postgres::types::ToSql;

use super::value::TextElement;
use super::{LOCK_CLASS, Session, failure};
use crate::batch::{EventIds, Group, group, number_events};
use crate::line::{Committed, Line, Pending, Then, tell};
use crate::statement::{Kind, Statement, Write};
use crate::{FIRST_TOOL, Options, Role, StoreError, Value, WRITER_SHIFT};

/// Which writer's number a committer asks for.
#[derive(Clone, Copy)]
pub(super) struct Seat {
    pub(super) role: Role,
    /// Of the committer within its process.
    pub(super) number: i64,
}

/// Tools that may write at once.
const TOOLS_MAX: i64 = 64;

/// How often a write is tried alone that loses to others. Reason: alone it holds its locks for a round trip or two, so that losing
/// twice is rare already; and each time may take the server's `deadlock_timeout`, a second.
const TRIES_ALONE: u32 = 3;
/// How long a write that lost alone waits before it is tried again, times the tries so far. Reason: whoever won is still at work,
/// and what the loser locked again at once would stand in its way again.
const COLLISION_WAIT: Duration = Duration::from_millis(100);

pub(super) struct Committer {
    config: Config,
    statements: Vec<(&'static Statement, String)>,
    slots: &'static [&'static Statement],
    seat: Seat,
    event_table: Option<&'static str>,
    announce: Arc<watch::Sender<u64>>,
    connected: Option<(Session, EventIds)>,
}

type Outcome = Result<Committed, StoreError>;

impl Committer {
    pub(super) fn new(
        config: Config,
        options: &Options,
        seat: Seat,
        announce: Arc<watch::Sender<u64>>,
    ) -> Committer {
        Committer {
            config,
            statements: options.statements.iter().map(|s| (*s, s.postgres())).collect(),
            slots: options.statements,
            seat,
            event_table: options.event_table,
            announce,
            connected: None,
        }
    }

    pub(super) async fn run(mut self, line: &Line) {
        while let Some(batch) = line.take().await {
            self.commit(batch).await;
        }
    }

    /// Connects and takes a writer's number, which the server keeps for this connection alone.
    pub(super) async fn take_seat(&mut self) -> Result<(), StoreError> {
        let mut session = Session::connect(&self.config).await?;
        let candidates = match self.seat.role {
            Role::Server => self.seat.number..self.seat.number + 1,
            Role::Tool => FIRST_TOOL..FIRST_TOOL + TOOLS_MAX,
        };
        for writer in candidates {
            if self.event_table.is_none() || lock(&session, writer).await? {
                let ids = self.read_ids(&mut session, writer).await?;
                self.connected = Some((session, ids));
                return Ok(());
            }
        }
        Err(StoreError::Refused("another Postrider serves this database: stop it first".into()))
    }

    async fn read_ids(&self, session: &mut Session, writer: i64) -> Result<EventIds, StoreError> {
        let Some(table) = self.event_table else { return Ok(EventIds::after(writer, None)) };
        let (from, below) = (writer << WRITER_SHIFT, (writer + 1) << WRITER_SHIFT);
        let sql = format!("SELECT max(id) FROM {table} WHERE id > {from} AND id < {below}");
        let row = session.client.query_one(&sql, &[]).await.map_err(|error| failure("event ids", &error))?;
        Ok(EventIds::after(writer, row.get(0)))
    }

    /// Commits the batch in one transaction. If one write spoils it, or others lock it out, each is tried alone, so that only
    /// that one fails.
    async fn commit(&mut self, batch: Vec<Pending>) {
        let (mut batch, thens): (Vec<Write>, Vec<Then>) =
            batch.into_iter().map(|p| (p.write, p.then)).unzip();
        let outcomes = match self.transaction(&mut batch).await {
            Ok(outcomes) => outcomes,
            Err(error) if is_final(&error, batch.len()) => batch.iter().map(|_| Err(error.clone())).collect(),
            Err(_) => {
                let mut outcomes = Vec::with_capacity(batch.len());
                for one in &mut batch {
                    outcomes.push(self.alone(one).await);
                }
                outcomes
            }
        };
        self.announce.send_modify(|commits| *commits += 1);
        for (then, outcome) in thens.into_iter().zip(outcomes) {
            tell(then, outcome);
        }
    }

    /// Commits one write, again when others lock it out.
    async fn alone(&mut self, write: &mut Write) -> Outcome {
        let mut tries = 1;
        loop {
            match self.transaction(std::slice::from_mut(write)).await {
                Err(StoreError::Collided(_)) if tries < TRIES_ALONE => {
                    tokio::time::sleep(COLLISION_WAIT * tries).await;
                    tries += 1;
                }
                result => {
                    return result.and_then(|mut only| only.pop().unwrap_or(Err(StoreError::Closed)));
                }
            }
        }
    }

    async fn transaction(&mut self, batch: &mut [Write]) -> Result<Vec<Outcome>, StoreError> {
        if self.connected.as_ref().is_none_or(|(session, _)| session.client.is_closed()) {
            self.connected = None;
            self.take_seat().await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        }
        let Some((mut session, mut ids)) = self.connected.take() else { return Err(StoreError::Closed) };
        let result = self.transaction_on(&mut session, &mut ids, batch).await;
        match &result {
            Ok(_) => self.connected = Some((session, ids)),
            // The ids are read anew: after a failure nobody knows whether the commit took place.
            Err(_) if session.client.is_closed() => {}
            Err(_) => {
                drop(session.client.batch_execute("ROLLBACK").await);
                let writer = ids.writer;
                if let Ok(ids) = self.read_ids(&mut session, writer).await {
                    self.connected = Some((session, ids));
                }
            }
        }
        result
    }

    async fn transaction_on(
        &self,
        session: &mut Session,
        ids: &mut EventIds,
        batch: &mut [Write],
    ) -> Result<Vec<Outcome>, StoreError> {
        let plain = batch.iter().all(Write::is_plain);
        let failed = |error: tokio_postgres::Error| failure("commit", &error);
        let mut outcomes = Vec::with_capacity(batch.len());
        if !plain {
            session.client.batch_execute("BEGIN").await.map_err(failed)?;
        }
        for write in batch.iter() {
            outcomes.push(steps(session, write).await?);
        }
        let stored = |outcome: &Outcome| matches!(outcome, Ok(Committed::Stored { .. }));
        let writes = batch.iter_mut().zip(&outcomes).filter(|(_, outcome)| stored(outcome));
        number_events(writes.map(|(write, _)| &mut write.rows), ids);
        let rows = batch.iter().zip(&outcomes).filter(|(_, outcome)| stored(outcome));
        let groups = group(rows.map(|(write, _)| write.rows.as_slice()), self.slots)?;
        let mut prepared = Vec::with_capacity(groups.len());
        for group in &groups {
            let (statement, sql) = &self.statements[group.slot];
            let words = session.prepare(sql).await.map_err(|error| failure(statement.name, &error))?;
            prepared.push((words, columns(statement, group)));
        }
        let client = &session.client;
        let begin = async { if plain { client.batch_execute("BEGIN").await } else { Ok(()) } };
        // Polled in order, hence sent in order; nobody waits for an answer before the next is on its way.
        let hot = async {
            let executions = prepared.iter().map(|(words, columns)| async move {
                let params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(Column::as_param).collect();
                client.execute(words, &params).await
            });
            let results =
                try_join(async { Ok(join_all(executions).await) }, client.batch_execute("COMMIT")).await;
            results.and_then(|(executed, ())| executed.into_iter().collect::<Result<Vec<_>, _>>())
        };
        try_join(begin, hot).await.map_err(failed)?;
        Ok(outcomes)
    }
}

/// Whether trying a batch's writes one by one helps none of them.
fn is_final(error: &StoreError, writes: usize) -> bool {
    match error {
        StoreError::Collided(_) => false,
        other => writes == 1 || other.is_transient(),
    }
}

async fn lock(session: &Session, writer: i64) -> Result<bool, StoreError> {
    let writer = i32::try_from(writer).map_err(|_| StoreError::Refused("no such writer".into()))?;
    let row = session.client.query_one("SELECT pg_try_advisory_lock($1, $2)", &[&LOCK_CLASS, &writer]).await;
    Ok(row.map_err(|error| failure("writer's number", &error))?.get(0))
}

/// One column of a group, as the array that `unnest` reads.
enum Column<'g> {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<TextElement<'g>>>),
    Blob(Vec<Option<&'g [u8]>>),
}

impl Column<'_> {
    fn as_param(&self) -> &(dyn ToSql + Sync) {
        match self {
            Column::Int(values) => values,
            Column::Text(values) => values,
            Column::Blob(values) => values,
        }
    }
}

fn columns<'g>(statement: &Statement, group: &'g Group<'_>) -> Vec<Column<'g>> {
    let column = |(n, (_, kind)): (usize, &(&str, Kind))| match kind {
        Kind::Int => Column::Int(group.iter().map(|row| int(&row[n])).collect()),
        Kind::Text => Column::Text(group.iter().map(|row| text(&row[n])).collect()),
        Kind::Blob => Column::Blob(group.iter().map(|row| blob(&row[n])).collect()),
    };
    statement.columns.iter().enumerate().map(column).collect()
}

fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(value) => Some(*value),
        Value::Null | Value::Text(_) | Value::Blob(_) => None,
    }
}

fn text(value: &Value) -> Option<TextElement<'_>> {
    match value {
        Value::Text(value) => Some(TextElement(value.as_str())),
        Value::Null | Value::Int(_) | Value::Blob(_) => None,
    }
}

fn blob(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Blob(value) => Some(value),
        Value::Null | Value::Int(_) | Value::Text(_) => None,
    }
}

/// The guard and the steps of one write, in a savepoint of their own: when one fails, only this write is undone.
/// The outer error ends the whole batch.
async fn steps(session: &mut Session, write: &Write) -> Result<Outcome, StoreError> {
    if write.is_plain() {
        return Ok(Ok(Committed::Stored { answers: Vec::new() }));
    }
    let failed = |error: tokio_postgres::Error| failure("savepoint", &error);
    session.client.batch_execute("SAVEPOINT one").await.map_err(failed)?;
    let outcome = guarded_steps(session, write).await;
    if let Err(error) = &outcome
        && error.is_transient()
    {
        return Err(error.clone());
    }
    let end = match outcome {
        Ok(Committed::Stored { .. }) => "RELEASE one",
        Ok(Committed::Guarded) | Err(_) => "ROLLBACK TO one; RELEASE one",
    };
    session.client.batch_execute(end).await.map_err(failed)?;
    Ok(outcome)
}

async fn guarded_steps(session: &mut Session, write: &Write) -> Outcome {
    if let Some(guard) = &write.guard
        && session.query(guard.query, &guard.params).await?.1 == 0
    {
        return Ok(Committed::Guarded);
    }
    let mut answers = Vec::with_capacity(write.steps.len());
    for step in &write.steps {
        let (rows, changed) = session.query(step.query, &step.params).await?;
        step.check(changed)?;
        answers.push(rows);
    }
    Ok(Committed::Stored { answers })
}
