//! A node: everything of a process that its death takes away. What it decides is the product's code.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::BytesMut;
use mail::{At, Envelope};
use postrider::feature::egress::attempt::{Attempt, Finding};
use postrider::feature::egress::compose::addressed;
use postrider::feature::egress::reads::{self, Found};
use postrider::feature::egress::rows::RECOVERED;
use postrider::feature::egress::settle::{Conclusion, Leased, Settlement, Try, conclude};
use postrider::feature::egress::suspects::{Suspects, Suspicion};
use postrider::feature::sending::parcel::{self, Parcel};
use postrider::feature::suppression;
use postrider::id::Mint;
use postrider::starts::Starts;
use queue::{Config, ConnectionId, Entry, PathId, QueueKey, Scheduler};
use smtp::client::{ClientConfig, ClientSession, TlsMode};
use store::{Row, StoreError, Value, Write};

use crate::disk::Disk;
use crate::peer::Visit;

/// Octets of parcels that a node remembers: few, so that many are read back.
const PARCELS_BYTES: usize = 4 << 10;

pub(crate) struct Node {
    pub(crate) scheduler: Scheduler,
    pub(crate) mint: Mint,
    pub(crate) starts: Starts,
    pub(crate) suppressions: suppression::Filter,
    pub(crate) parcels: parcel::Cache,
    pub(crate) suspects: Suspects,
    pub(crate) calls: HashMap<ConnectionId, Call>,
}

/// A connection, both ends of it.
pub(crate) struct Call {
    pub(crate) path: PathId,
    pub(crate) site: Arc<str>,
    pub(crate) client: ClientSession,
    pub(crate) input: BytesMut,
    pub(crate) visit: Option<Visit>,
    /// The scheduler knows that it works.
    pub(crate) connected: bool,
    pub(crate) work: Option<Work>,
    /// Grows with everything that is heard: a timeout that knows an older number is void.
    pub(crate) heard: u64,
    /// When the last octets under way arrive.
    pub(crate) arrives: At,
}

/// What a connection is handing over.
pub(crate) struct Work {
    pub(crate) leased: Leased,
    pub(crate) envelope: Envelope,
    pub(crate) content: bytes::Bytes,
    pub(crate) started: At,
}

/// What a lease leads to.
pub(crate) enum Prepared {
    HandOver(Work),
    /// Over without an attempt.
    Over(Box<Settlement>),
}

impl Node {
    /// A process starts.
    pub(crate) fn start(disk: &Disk, now: At, config: Config, seed: u64) -> Result<Node, StoreError> {
        let suppressions = suppression::Filter::empty();
        disk.wait(suppressions.load(&disk.store, 0))?;
        let starts = disk.wait(Starts::begin(&disk.store, now))?;
        // A node of this epoch gives out other ids than the one before, however little time has passed.
        let node = u8::try_from(starts.epoch() % 256).unwrap_or(0);
        Ok(Node {
            scheduler: Scheduler::new(config, seed),
            mint: Mint::new(node),
            starts,
            suppressions,
            parcels: parcel::Cache::new(PARCELS_BYTES),
            suspects: Suspects::default(),
            calls: HashMap::new(),
        })
    }

    /// Reads what a lease needs, as `egress::prepare` does.
    pub(crate) fn prepare(
        &self,
        (disk, now): (&Disk, At),
        (key, entry): (QueueKey, Entry),
        check: Suppressions,
    ) -> Result<Prepared, StoreError> {
        match self.suspects.suspicion(entry.delivery) {
            Suspicion::None => {}
            Suspicion::WriteDown { recoveries } => {
                let mut write = Write::default();
                let epoch = self.starts.epoch();
                write.row(&RECOVERED, [entry.delivery.into(), epoch.into(), recoveries.into()]);
                disk.write(write)?;
                self.suspects.written_down(entry.delivery, recoveries);
            }
            Suspicion::Poison => {
                return Ok(over(now, Leased { key, entry, parcel: None }, Conclusion::Failed("poison")));
            }
        }
        let parcel = disk.wait(self.parcels.fetch(&disk.store, entry.message))?;
        let leased = Leased { key, entry, parcel: parcel.clone() };
        let Some(parcel) = parcel else { return Ok(over(now, leased, Conclusion::Failed("content_gone"))) };
        if check == Suppressions::Asked
            && let Some(reason) = self.suppressed(disk, &parcel, entry.delivery)?
        {
            return Ok(over(now, leased, Conclusion::Suppressed(reason)));
        }
        match addressed(&parcel, entry.delivery) {
            Some(envelope) => {
                let content = parcel.content.clone();
                Ok(Prepared::HandOver(Work { leased, envelope, content, started: now }))
            }
            None => Ok(over(now, leased, Conclusion::Failed("not_due"))),
        }
    }

    fn suppressed(
        &self,
        disk: &Disk,
        parcel: &Parcel,
        delivery: i64,
    ) -> Result<Option<suppression::Reason>, StoreError> {
        let Some(path) = parcel.path(delivery) else { return Ok(None) };
        let place = (parcel.workspace, parcel.stream);
        disk.wait(suppression::suppressed(&disk.store, &self.suppressions, place, &path.address))
    }

    /// What a finding makes of a delivery, as `egress::settle::attempted` decides.
    pub(crate) fn conclude(&mut self, now: At, leased: Leased, attempt: Attempt) -> Settlement {
        let (lane, entry) = (leased.key.lane, leased.entry);
        let scheduler = &mut self.scheduler;
        let conclusion =
            conclude(&attempt.finding, |failure| scheduler.retry_due(now, lane, failure, &entry));
        Settlement { leased, conclusion, attempt: Some(attempt), words: None, at: now, captured: None }
    }
}

/// Whether the node asks before it dials.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Suppressions {
    Asked,
    Ignored,
}

pub(crate) fn over(now: At, leased: Leased, conclusion: Conclusion) -> Prepared {
    Prepared::Over(Box::new(ended(now, leased, conclusion)))
}

/// An end without an attempt.
pub(crate) fn ended(now: At, leased: Leased, conclusion: Conclusion) -> Settlement {
    Settlement {
        leased,
        conclusion,
        attempt: None,
        words: Some("no attempt".into()),
        at: now,
        captured: None,
    }
}

/// The record of a try at which nobody looks but the database.
pub(crate) fn attempt(site: &Arc<str>, started: At, finding: Finding) -> Attempt {
    Attempt {
        started,
        duration_us: 1,
        site: site.clone(),
        peer: String::new(),
        tls: None,
        peer_notifies: false,
        finding,
        conversation: String::new(),
    }
}

impl Call {
    pub(crate) fn new(path: PathId, site: Arc<str>) -> Call {
        let config = ClientConfig {
            ehlo_name: "sim.example".into(),
            tls: TlsMode::None,
            auth: None,
            auth_without_tls: false,
        };
        Call {
            path,
            site,
            client: ClientSession::new(config),
            input: BytesMut::new(),
            visit: None,
            connected: false,
            work: None,
            heard: 0,
            arrives: At(0),
        }
    }
}

/// The live deliveries that a query of `egress::reads` found, made this start's.
pub(crate) fn take_over(
    disk: &Disk,
    node: &Node,
    query: &store::Query,
    params: &[(&str, Value)],
) -> Result<Vec<Found>, StoreError> {
    let rows: Vec<Row> = disk.read(query, params);
    let found = rows.iter().map(reads::read_found).collect::<Result<Vec<_>, _>>()?;
    let write = reads::recovered(&node.starts, &found);
    if !write.rows.is_empty() {
        disk.write(write)?;
    }
    found.iter().for_each(|one| node.suspects.note(one.entry.delivery, one.recoveries));
    Ok(found)
}

/// How a settlement is offered to the database.
pub(crate) fn tried(before: bool) -> Try {
    if before { Try::Again } else { Try::First }
}
