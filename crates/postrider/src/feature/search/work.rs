//! Follows the event log and writes what messages are found by.
//!
//! It is woken by commits, gathers for a moment so that many events share one batch, and after a batch goes on until it
//! has caught up. A batch is one write: its blocks, the bounds of its segment, and the cursor.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use store::{Store, StoreError, Value, WRITER_SHIFT, Write, query};

use super::terms::{self, Kind};
use super::{BLOCK, CURSOR, SEGMENT, SEGMENT_SHIFT, block, segment_end, upkeep};
use crate::app::App;
use crate::feature::event::read::{Span, Told, deliveries_told_of, first_above, spans};
use crate::feature::sending::indexed::{self, Described, Recipient};

query!(CURSORS, "queries/cursors.sql");

/// Events of one batch. Reason: larger ones save little more, and their rows wait in memory.
const BATCH_EVENTS: i64 = 8_192;
/// How long events gather after the first. Reason: a search may lag by a second, and a batch costs less an event the
/// more it holds.
const GATHER: Duration = Duration::from_millis(300);
/// How often others' events are looked for, and what failed is tried again.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Runs until `stop`.
pub async fn run(app: Arc<App>, stop: net::listen::Stop) {
    follow(&app.store, &app.search, stop).await;
}

/// Keeps `index` up with what is committed to `mail`, until `stop`.
pub(super) async fn follow(mail: &Store, index: &Store, mut stop: net::listen::Stop) {
    let mut commits = mail.commits();
    let mut indexer = loop {
        match Indexer::open(mail, index).await {
            Ok(indexer) => break indexer,
            Err(error) => tracing::warn!(%error, "the search index cannot be continued yet"),
        }
        tokio::select! {
            () = stop.stopped() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    };
    loop {
        let pause = match indexer.catch_up().await {
            Ok(()) => GATHER,
            Err(error) => {
                tracing::warn!(%error, "the search index lags and will be continued");
                LOOK_EVERY
            }
        };
        tokio::select! {
            () = stop.stopped() => return,
            () = async {
                // A store that is closing announces nothing more: then the clock wakes us until `stop`.
                drop(tokio::time::timeout(LOOK_EVERY, commits.changed()).await);
                tokio::time::sleep(pause).await;
            } => {}
        }
    }
}

/// Writes the index; there is one.
pub struct Indexer {
    mail: Store,
    index: Store,
    /// The last indexed event of each writer.
    cursors: HashMap<i64, i64>,
}

impl Indexer {
    /// Continues where the index stands. An index that is ahead of the log belongs to another (the database was
    /// restored): it is emptied, to be built anew.
    ///
    /// # Errors
    /// As [`Store::read`] and [`Store::write`].
    pub async fn open(mail: &Store, index: &Store) -> Result<Indexer, StoreError> {
        let mut cursors = HashMap::new();
        for row in &index.read(&CURSORS, &[]).await? {
            cursors.insert(row.int(0)?, row.int(1)?);
        }
        let last: HashMap<i64, i64> =
            spans(mail).await?.into_iter().map(|span| (span.writer, span.last)).collect();
        if cursors.iter().any(|(writer, at)| last.get(writer).is_none_or(|last| at > last)) {
            tracing::warn!("the search index belongs to another event log: it is built anew");
            upkeep::clear(index).await?;
            cursors.clear();
        }
        for segment in upkeep::unfolded(index).await? {
            let end = segment_end(segment << SEGMENT_SHIFT);
            if cursors.get(&(end >> WRITER_SHIFT)).is_some_and(|at| *at >= end) {
                upkeep::fold(index, segment).await?;
            }
        }
        Ok(Indexer { mail: mail.clone(), index: index.clone(), cursors })
    }

    /// Indexes everything that is committed by now.
    ///
    /// # Errors
    /// As [`Store::read`] and [`Store::write`]; what was committed before stays, the next call goes on from there.
    pub async fn catch_up(&mut self) -> Result<(), StoreError> {
        for Span { writer, first, last } in spans(&self.mail).await? {
            // Events that are no longer stored are not waited for.
            let mut at = self.cursors.get(&writer).copied().unwrap_or(0).max(first - 1);
            while at < last {
                // A log that was restored goes on far above its end: what nobody has is not walked through.
                let before_next = first_above(&self.mail, at).await?.unwrap_or(last) - 1;
                if before_next - at > BATCH_EVENTS {
                    if before_next >> SEGMENT_SHIFT > at >> SEGMENT_SHIFT {
                        upkeep::fold(&self.index, at >> SEGMENT_SHIFT).await?;
                    }
                    at = before_next;
                }
                let upto = last.min(at + BATCH_EVENTS).min(segment_end(at + 1));
                self.batch(writer, at, upto).await?;
                self.cursors.insert(writer, upto);
                if upto == segment_end(upto) {
                    upkeep::fold(&self.index, upto >> SEGMENT_SHIFT).await?;
                }
                at = upto;
            }
        }
        Ok(())
    }

    async fn batch(&self, writer: i64, after: i64, upto: i64) -> Result<(), StoreError> {
        let mut told = deliveries_told_of(&self.mail, after, upto).await?;
        told.sort_unstable_by_key(|told| told.delivery);
        let mut deliveries: Vec<i64> = told.iter().map(|told| told.delivery).collect();
        deliveries.dedup();
        let recipients = indexed::recipients(&self.mail, &deliveries).await?;
        let mut messages: Vec<i64> = recipients.iter().map(|recipient| recipient.message).collect();
        messages.sort_unstable();
        messages.dedup();
        let messages = indexed::messages(&self.mail, &messages).await?;
        let mut write = Write::default();
        let segment = upto >> SEGMENT_SHIFT;
        if let (Some(first), Some(last)) = (messages.first(), messages.last()) {
            write.row(&SEGMENT, [segment.into(), first.message.into(), last.message.into()]);
            blocks(&told, &recipients, &messages).rows(&mut write, segment, upto);
        }
        write.row(&CURSOR, [writer.into(), upto.into()]);
        self.index.write(write).await.map(drop)
    }
}

/// A failure's event, as far as it is read.
#[derive(Deserialize)]
struct Failure {
    reply: Option<String>,
}

/// What the messages of a batch are found by. A message whose delivery fails later is described anew then: so every
/// segment has all that there is to know of the messages in it.
fn blocks(told: &[Told], recipients: &[Recipient], messages: &[Described]) -> Blocks {
    let mut blocks = Blocks::default();
    let mut scratch = String::with_capacity(128);
    let mut workspaces = HashMap::with_capacity(messages.len());
    let mut told = told.iter().peekable();
    for recipient in recipients {
        let Recipient { delivery, workspace, message, address } = recipient;
        if messages.binary_search_by_key(message, |one| one.message).is_err() {
            continue;
        }
        workspaces.insert(*message, *workspace);
        let terms = blocks.of(*workspace);
        terms::whole(&mut scratch, Kind::Recipient, address);
        terms.add(&scratch, *message);
        if let Some((_, domain)) = address.rsplit_once('@') {
            terms::whole(&mut scratch, Kind::Domain, domain);
            terms.add(&scratch, *message);
        }
        while told.next_if(|told| told.delivery < *delivery).is_some() {}
        while let Some(told) = told.next_if(|told| told.delivery == *delivery) {
            let failure = told.data.as_deref().and_then(|data| serde_json::from_str::<Failure>(data).ok());
            if let Some(reply) = failure.and_then(|failure| failure.reply) {
                terms::reply(&reply, &mut scratch, |term| terms.add(term, *message));
            }
        }
    }
    for message in messages {
        if let Some(workspace) = workspaces.get(&message.message) {
            describe(blocks.of(*workspace), message, &mut scratch);
        }
    }
    blocks
}

fn describe(into: &mut Terms, message: &Described, scratch: &mut String) {
    terms::whole(scratch, Kind::Author, &message.author);
    into.add(scratch, message.message);
    terms::whole(scratch, Kind::MessageId, &message.message_id);
    into.add(scratch, message.message);
    terms::subject(&message.subject, scratch, |term| into.add(term, message.message));
    let tags = message.tags.as_deref().map(serde_json::from_str::<HashMap<String, serde_json::Value>>);
    for (name, value) in tags.and_then(Result::ok).into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        terms::whole(scratch, Kind::Tag, &format!("{name}:{value}"));
        into.add(scratch, message.message);
    }
}

/// The terms of a batch, workspace by workspace.
#[derive(Default)]
struct Blocks(HashMap<i64, Terms>);

/// The messages in which each term of a workspace stands.
#[derive(Default)]
struct Terms(HashMap<Box<str>, Vec<i64>>);

impl Blocks {
    fn of(&mut self, workspace: i64) -> &mut Terms {
        self.0.entry(workspace).or_default()
    }

    /// Rows in the order of the index: neighbours are written together.
    fn rows(self, write: &mut Write, segment: i64, batch: i64) {
        let all = self.0.into_iter().flat_map(|(workspace, terms)| {
            terms.0.into_iter().map(move |(term, messages)| (workspace, term, messages))
        });
        let mut all: Vec<_> = all.collect();
        all.sort_unstable_by(|one, two| (one.0, &one.1).cmp(&(two.0, &two.1)));
        write.rows.reserve(all.len());
        for (workspace, term, mut messages) in all {
            messages.sort_unstable_by(|one, two| two.cmp(one));
            messages.dedup();
            // A part has more ids than one, and each id an event: so the parts' numbers lie within the batch.
            for (part, batch) in messages.chunks(block::IDS_MAX).zip((0..=batch).rev()) {
                let (term, packed) = (Value::from(term.clone()), block::pack(part));
                write.row(&BLOCK, [segment.into(), workspace.into(), term, batch.into(), packed.into()]);
            }
        }
    }
}

impl Terms {
    fn add(&mut self, term: &str, message: i64) {
        match self.0.get_mut(term) {
            // A word that stands twice in a text.
            Some(messages) if messages.last() == Some(&message) => {}
            Some(messages) => messages.push(message),
            None => drop(self.0.insert(term.into(), vec![message])),
        }
    }
}
