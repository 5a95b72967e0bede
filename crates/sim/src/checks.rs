//! What must hold in every world, from the outside: what was promised to the application, what the servers took, what
//! the database says at the end.

use std::collections::{HashMap, HashSet};

use queue::PathId;
use store::{Query, Row, StoreError};

use crate::disk::Disk;
use crate::peer::Ledger;

/// What went wrong.
#[derive(Debug, PartialEq, Eq)]
pub enum Broken {
    /// Promised, and not in the database; or said to be delivered, and nobody has it.
    Lost(String),
    /// More copies than 1 + the moments at which nobody could know.
    Copies {
        recipient: String,
        copies: u32,
        allowed: u32,
    },
    SuppressedDialled(String),
    TooManyConnections(u32),
    /// Events, attempts and state of a delivery tell different stories.
    Events(String),
    NeverEnds(String),
    Spins,
    /// A message came otherwise than it was handed over.
    Mangled(String),
}

static DELIVERIES: Query = Query::new(
    "sim_deliveries",
    "SELECT id, forward_path, state, disposition, attempts FROM delivery ORDER BY id",
);
static EVENTS: Query = Query::new(
    "sim_events",
    "SELECT delivery_id, name, count(*) FROM event WHERE delivery_id IS NOT NULL GROUP BY delivery_id, name",
);
static ATTEMPTS: Query = Query::new(
    "sim_attempts",
    "SELECT delivery_id, count(*), sum(CASE WHEN ambiguous = 1 THEN 1 ELSE 0 END) FROM attempt GROUP BY delivery_id",
);

#[derive(Default)]
pub(crate) struct Checks {
    /// Recipients whose acceptance was answered, with the content.
    pub(crate) promised: HashMap<String, bytes::Bytes>,
    /// Recipients suppressed for good, durable and known to the node.
    pub(crate) suppressed: HashSet<String>,
    /// Moments at which the process died while nobody could know whether a server has the message.
    pub(crate) windows: HashMap<String, u32>,
    pub(crate) connections: HashMap<PathId, u32>,
    pub(crate) connections_max: u32,
}

impl Checks {
    pub(crate) fn dialled(&self, recipient: &str) -> Result<(), Broken> {
        if self.suppressed.contains(recipient) {
            return Err(Broken::SuppressedDialled(recipient.to_owned()));
        }
        Ok(())
    }

    pub(crate) fn connect(&mut self, path: PathId) -> Result<(), Broken> {
        let open = self.connections.entry(path).or_default();
        *open += 1;
        if *open > self.connections_max { Err(Broken::TooManyConnections(*open)) } else { Ok(()) }
    }

    pub(crate) fn closed(&mut self, path: PathId) {
        *self.connections.entry(path).or_insert(1) -= 1;
    }

    pub(crate) fn died(&mut self) {
        self.connections.clear();
    }

    /// The end of the world.
    pub(crate) fn end(&self, disk: &Disk, ledger: &Ledger) -> Result<(), Broken> {
        let mut known = HashSet::new();
        let events = counts(disk).map_err(|error| Broken::Events(error.to_string()))?;
        for row in &disk.read(&DELIVERIES, &[]) {
            let stored = Stored::read(row).map_err(|error| Broken::Events(error.to_string()))?;
            let counted = events.get(&stored.id).copied().unwrap_or_default();
            self.delivery(&stored, counted, ledger)?;
            known.insert(stored.recipient);
        }
        match self.promised.keys().find(|recipient| !known.contains(*recipient)) {
            Some(recipient) => Err(Broken::Lost(recipient.clone())),
            None => Ok(()),
        }
    }

    fn delivery(&self, stored: &Stored, counted: Counted, ledger: &Ledger) -> Result<(), Broken> {
        let Stored { recipient, disposition, attempts, .. } = stored;
        let told = || format!("{recipient}: {disposition:?} after {attempts} attempts, {counted:?}");
        let Some(disposition) = disposition else { return Err(Broken::NeverEnds(told())) };
        let copies = ledger.copies.get(recipient).copied().unwrap_or(0);
        if disposition == "delivered" && copies == 0 {
            return Err(Broken::Lost(recipient.clone()));
        }
        let allowed = 1 + counted.ambiguous + self.windows.get(recipient).copied().unwrap_or(0);
        if copies > allowed {
            return Err(Broken::Copies { recipient: recipient.clone(), copies, allowed });
        }
        // Every transition is an attempt with its event; only an end without an attempt has an event alone.
        let without_attempt =
            counted.deferred + counted.ended - counted.attempts.min(counted.deferred + counted.ended);
        let agree = counted.begun == 1
            && counted.ended == 1
            && i64::from(counted.attempts) == *attempts
            && without_attempt <= 1
            && counted.attempts <= counted.deferred + counted.ended;
        if !agree {
            return Err(Broken::Events(told()));
        }
        match (self.promised.get(recipient), ledger.contents.get(recipient)) {
            (Some(sent), Some(came)) if sent != came => Err(Broken::Mangled(recipient.clone())),
            _ => Ok(()),
        }
    }
}

struct Stored {
    id: i64,
    recipient: String,
    disposition: Option<String>,
    attempts: i64,
}

impl Stored {
    fn read(row: &Row) -> Result<Stored, StoreError> {
        let over = row.text(2)? == "done";
        Ok(Stored {
            id: row.int(0)?,
            recipient: row.text(1)?.to_owned(),
            disposition: row.text_or_null(3)?.filter(|_| over).map(str::to_owned),
            attempts: row.int(4)?,
        })
    }
}

/// What the log and the attempts say of a delivery.
#[derive(Clone, Copy, Default, Debug)]
struct Counted {
    begun: u32,
    deferred: u32,
    ended: u32,
    attempts: u32,
    ambiguous: u32,
}

fn counts(disk: &Disk) -> Result<HashMap<i64, Counted>, StoreError> {
    let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let mut counts: HashMap<i64, Counted> = HashMap::new();
    for row in &disk.read(&EVENTS, &[]) {
        let of = counts.entry(row.int(0)?).or_default();
        let place = match row.text(1)? {
            "email.queued" => &mut of.begun,
            "email.deferred" => &mut of.deferred,
            _ => &mut of.ended,
        };
        *place += small(row.int(2)?);
    }
    for row in &disk.read(&ATTEMPTS, &[]) {
        let of = counts.entry(row.int(0)?).or_default();
        (of.attempts, of.ambiguous) = (small(row.int(1)?), small(row.int(2)?));
    }
    Ok(counts)
}
