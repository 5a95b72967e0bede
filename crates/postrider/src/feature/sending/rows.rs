//! The hot rows of an accepted message.

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;
use mail::{At, Envelope, ForwardPath};
use queue::Lane;
use store::{Kind, Statement, Value, Write};
use zstd::bulk::{Compressor, Decompressor};

use super::{AcceptedDelivery, Fate, MadeFrom, Origin, Reach, RecipientField};
use crate::feature::tracking::switches::Switches;

pub static CONTENT: Statement = Statement::insert(
    "content",
    &[("id", Kind::Int), ("encoding", Kind::Int), ("size", Kind::Int), ("bytes", Kind::Blob)],
);

pub static MESSAGE: Statement = Statement::insert(
    "message",
    &[
        ("id", Kind::Int),
        ("workspace_id", Kind::Int),
        ("stream_id", Kind::Int),
        ("origin", Kind::Text),
        ("origin_id", Kind::Int),
        ("size", Kind::Int),
        ("reverse_path", Kind::Text),
        ("author", Kind::Text),
        ("subject", Kind::Text),
        ("message_id", Kind::Text),
        ("tags", Kind::Text),
        ("metadata", Kind::Text),
        ("template_id", Kind::Int),
        ("template_version", Kind::Int),
        ("wishes", Kind::Text),
        ("created_us", Kind::Int),
        ("scheduled_us", Kind::Int),
        ("expires_us", Kind::Int),
        ("deliveries", Kind::Int),
    ],
);

pub static DELIVERY: Statement = Statement::insert(
    "delivery",
    &[
        ("id", Kind::Int),
        ("workspace_id", Kind::Int),
        ("message_id", Kind::Int),
        ("lane", Kind::Int),
        ("domain", Kind::Text),
        ("forward_path", Kind::Text),
        ("field", Kind::Text),
        ("notify", Kind::Text),
        ("state", Kind::Text),
        ("due_us", Kind::Int),
        ("expires_us", Kind::Int),
        ("epoch", Kind::Int),
        ("disposition", Kind::Text),
        ("reason", Kind::Text),
        ("finished_us", Kind::Int),
    ],
);

/// How a stored content is encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    Plain,
    Zstd,
}

impl Encoding {
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Encoding::Plain => 0,
            Encoding::Zstd => 1,
        }
    }
}

/// Octets from which compression pays: below, its set-up costs more than the disk saves.
const COMPRESS_FROM: usize = 8 << 10;
/// The fastest of zstd's usual levels: mail waits for it.
const COMPRESSION_LEVEL: i32 = 1;

/// Adds a content, compressed when that saves at least a quarter.
pub fn content(write: &mut Write, id: i64, bytes: &Bytes) {
    let packed = if bytes.len() >= COMPRESS_FROM { pack(bytes) } else { None };
    let (encoding, stored) = match packed {
        Some(packed) if packed.len() < bytes.len() / 4 * 3 => (Encoding::Zstd, Bytes::from(packed)),
        Some(_) | None => (Encoding::Plain, bytes.clone()),
    };
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    write.row(&CONTENT, [id.into(), encoding.number().into(), size.into(), stored.into()]);
}

thread_local! {
    /// One a thread: making one takes longer than compressing with it.
    static PACKER: RefCell<Option<Compressor<'static>>> = RefCell::new(Compressor::new(COMPRESSION_LEVEL).ok());
    static UNPACKER: RefCell<Option<Decompressor<'static>>> = RefCell::new(Decompressor::new().ok());
}

fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    PACKER.with_borrow_mut(|packer| packer.as_mut()?.compress(bytes).ok())
}

/// Reads a stored content back; `None` when it does not unpack to the size that was stored with it.
#[must_use]
pub fn unpack(encoding: i64, size: i64, bytes: Bytes) -> Option<Bytes> {
    if encoding == Encoding::Plain.number() {
        return Some(bytes);
    }
    let size = usize::try_from(size).ok()?;
    let unpacked = UNPACKER.with_borrow_mut(|unpacker| unpacker.as_mut()?.decompress(&bytes, size).ok());
    unpacked.map(Bytes::from)
}

/// A message's row, before its ids become values.
pub struct MessageRow<'a> {
    pub id: i64,
    pub workspace: i64,
    pub stream: i64,
    pub origin: Origin,
    pub origin_id: Option<i64>,
    pub size: usize,
    pub envelope: &'a Envelope,
    pub reach: Reach,
    pub track: Switches,
    pub author: String,
    pub subject: String,
    pub message_id: String,
    pub tags: Option<Box<str>>,
    pub metadata: Option<Box<str>>,
    pub made_from: Option<MadeFrom>,
    pub now: At,
    pub scheduled: Option<At>,
    pub expires: At,
    /// Their ids follow its own: see [`crate::id::delivery`].
    pub deliveries: usize,
}

pub fn message(write: &mut Write, row: MessageRow<'_>) {
    let values = [
        row.id.into(),
        row.workspace.into(),
        row.stream.into(),
        row.origin.as_str().into(),
        row.origin_id.into(),
        i64::try_from(row.size).unwrap_or(i64::MAX).into(),
        row.envelope.reverse_path.as_str().to_owned().into(),
        row.author.into(),
        row.subject.into(),
        row.message_id.into(),
        row.tags.into(),
        row.metadata.into(),
        row.made_from.map(|made| made.template).into(),
        row.made_from.map(|made| made.version).into(),
        super::parcel::wishes(row.envelope, row.reach, row.track).into(),
        row.now.0.into(),
        row.scheduled.map(|at| at.0).into(),
        row.expires.0.into(),
        i64::try_from(row.deliveries).unwrap_or(i64::MAX).into(),
    ];
    write.row(&MESSAGE, values);
}

/// What all deliveries of a message share.
#[derive(Clone, Copy)]
pub struct Shared {
    pub workspace: i64,
    pub message: i64,
    pub lane: Lane,
    pub due: At,
    pub expires: At,
    pub epoch: i64,
    pub now: At,
}

/// Where a delivery goes, as its row says it.
pub struct Destination<'a> {
    pub domain: &'a Arc<str>,
    pub field: RecipientField,
    /// None when the recipient was no address.
    pub path: Option<&'a ForwardPath>,
}

pub fn delivery(write: &mut Write, shared: &Shared, delivery: &AcceptedDelivery, to: &Destination<'_>) {
    let (state, disposition, reason) = match delivery.fate {
        Fate::Queued | Fate::Scheduled => ("due", Value::Null, Value::Null),
        Fate::NotSent { suppressed: true, reason } => ("done", "suppressed".into(), reason.into()),
        Fate::NotSent { suppressed: false, reason } => ("done", "rejected".into(), reason.into()),
    };
    let finished = if state == "done" { shared.now.0.into() } else { Value::Null };
    let values = [
        delivery.id.into(),
        shared.workspace.into(),
        shared.message.into(),
        i64::from(shared.lane.number()).into(),
        to.domain.clone().into(),
        delivery.recipient.clone().into(),
        to.field.as_str().into(),
        to.path.and_then(super::parcel::notify).into(),
        state.into(),
        shared.due.0.into(),
        shared.expires.0.into(),
        shared.epoch.into(),
        disposition,
        reason,
        finished,
    ];
    write.row(&DELIVERY, values);
}
