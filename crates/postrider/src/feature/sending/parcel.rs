//! What an attempt needs of a message: handed over in memory, or read back from the database.
//!
//! Guarantee: the cache is bounded in octets; what falls out of it is read again, never missed.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use mail::{Address, At, Body, Envelope, ForwardPath, Notify, Return, ReversePath};
use serde::{Deserialize, Serialize};
use store::{Row, Store, StoreError, query};
use tokio::sync::OnceCell;

use super::Reach;
use crate::feature::tracking::switches::Switches;
use crate::id;

query!(PARCEL, "queries/parcel.sql");
query!(BARE, "queries/parcel_bare.sql");
query!(PARCEL_PATHS, "queries/parcel_paths.sql");

/// One message, ready to be composed for the wire.
pub struct Parcel {
    pub message: i64,
    pub workspace: i64,
    pub stream: i64,
    /// Envelope without forward-paths.
    pub envelope: Envelope,
    pub reach: Reach,
    pub author: Address,
    pub subject: Box<str>,
    /// What is tracked of it.
    pub track: Switches,
    pub content: Bytes,
    /// Sorted by delivery.
    pub paths: Vec<(i64, ForwardPath)>,
    /// The DKIM-Signature fields, made at the first attempt: the same for every recipient.
    pub signature: OnceCell<Bytes>,
}

impl Parcel {
    #[must_use]
    pub fn path(&self, delivery: i64) -> Option<&ForwardPath> {
        self.paths.binary_search_by_key(&delivery, |(id, _)| *id).ok().map(|place| &self.paths[place].1)
    }

    fn size(&self) -> usize {
        self.content.len() + self.paths.len() * 96 + 256
    }
}

/// What waited for its attempt so long is behind something that does not move.
const STALE_AFTER: Duration = Duration::from_secs(10);
/// Ids of parcels that are gone which the order keeps in any case. Reason: clearing it out costs a walk over all.
const ORDER_SLACK: usize = 1_000;

/// Parcels of messages just accepted.
pub struct Cache {
    bytes_max: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    parcels: HashMap<i64, Arc<Parcel>>,
    order: VecDeque<i64>,
    bytes: usize,
}

impl Cache {
    #[must_use]
    pub fn new(bytes_max: usize) -> Cache {
        Cache { bytes_max, inner: Mutex::default() }
    }

    /// Keeps a parcel, if there is room: what came first goes out first, so a newcomer does not push out what is needed
    /// before it, unless that has waited for long.
    pub fn put(&self, parcel: Arc<Parcel>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        // Two that missed it at once both bring it.
        inner.drop_parcel(parcel.message);
        while inner.bytes + parcel.size() > self.bytes_max {
            match inner.order.front().copied() {
                Some(oldest) if inner.needs(oldest, parcel.message) => return,
                // Stale, or gone already.
                Some(oldest) => {
                    inner.order.pop_front();
                    inner.drop_parcel(oldest);
                }
                None => return,
            }
        }
        inner.bytes += parcel.size();
        inner.order.push_back(parcel.message);
        inner.parcels.insert(parcel.message, parcel);
    }

    fn get(&self, message: i64) -> Option<Arc<Parcel>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).parcels.get(&message).cloned()
    }

    /// A delivery of the message ended or was put off. A message of one recipient is not needed any more, or not soon.
    pub fn settled(&self, parcel: &Parcel) {
        if parcel.paths.len() == 1 {
            self.forget(parcel.message);
        }
    }

    /// What is still wanted of a message is read from the database: its rows have changed.
    pub fn forget(&self, message: i64) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.drop_parcel(message);
        // The order keeps the ids of what is gone, but never more of them than of what is there.
        let Inner { parcels, order, .. } = &mut *inner;
        if order.len() > 2 * parcels.len() + ORDER_SLACK {
            order.retain(|id| parcels.contains_key(id));
        }
    }

    /// The parcel of a message, from memory or from the database; `None` when its content is gone.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn fetch(&self, store: &Store, message: i64) -> Result<Option<Arc<Parcel>>, StoreError> {
        if let Some(parcel) = self.get(message) {
            return Ok(Some(parcel));
        }
        let Some(parcel) = load(store, message).await? else { return Ok(None) };
        let parcel = Arc::new(parcel);
        if parcel.paths.len() > 1 {
            self.put(parcel.clone());
        }
        Ok(Some(parcel))
    }
}

impl Inner {
    /// Whether the oldest is still there, and young enough beside a newcomer to be about to go out.
    fn needs(&self, oldest: i64, newcomer: i64) -> bool {
        self.parcels.contains_key(&oldest) && id::age_between(oldest, newcomer) < STALE_AFTER
    }

    fn drop_parcel(&mut self, message: i64) {
        if let Some(parcel) = self.parcels.remove(&message) {
            self.bytes -= parcel.size();
        }
    }
}

async fn load(store: &Store, message: i64) -> Result<Option<Parcel>, StoreError> {
    let rows = store.read(&PARCEL, &[("message", message.into())]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let last = message + row.int(9)?;
    let paths = store.read(&PARCEL_PATHS, &[("message", message.into()), ("last", last.into())]).await?;
    let paths = paths.iter().map(read_path).collect::<Result<Vec<_>, _>>()?;
    let content = super::rows::unpack(row.int(5)?, row.int(6)?, row.blob(7)?);
    let content = content.ok_or_else(|| broken("content.bytes"))?;
    let author = Address::parse(row.text(3)?).map_err(|_| broken("message.author"))?;
    let (envelope, reach) = read_envelope(row.text(2)?, row.text_or_null(8)?)?;
    let track = read_track(row.text_or_null(8)?)?;
    Ok(Some(Parcel {
        message,
        workspace: row.int(0)?,
        stream: row.int(1)?,
        envelope,
        reach,
        author,
        subject: row.text(4)?.into(),
        track,
        content,
        paths,
        signature: OnceCell::new(),
    }))
}

/// A message without its content, for one of its deliveries: what there is to know when that is gone, or not wanted.
pub struct Bare {
    pub parcel: Parcel,
    pub waits: bool,
    /// Since when: its acceptance, or the time for which it was scheduled.
    pub since: At,
    pub expires: At,
    /// The last reply.
    pub reply: Option<String>,
}

/// Reads a delivery with its message, but not the content; `None` when it is gone.
///
/// # Errors
/// As [`Store::read`].
pub async fn bare(store: &Store, delivery: i64) -> Result<Option<Bare>, StoreError> {
    let rows = store.read(&BARE, &[("delivery", delivery.into())]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let author = Address::parse(row.text(7)?).map_err(|_| broken("message.author"))?;
    let (envelope, reach) = read_envelope(row.text(6)?, row.text_or_null(9)?)?;
    let parcel = Parcel {
        message: row.int(3)?,
        workspace: row.int(4)?,
        stream: row.int(5)?,
        envelope,
        reach,
        author,
        subject: row.text(8)?.into(),
        track: Switches::default(),
        content: Bytes::new(),
        paths: vec![read_path(row)?],
        signature: OnceCell::new(),
    };
    let reply = row.text_or_null(13)?.map(str::to_owned);
    let (since, expires) = (At(row.int(11)?), At(row.int(12)?));
    Ok(Some(Bare { parcel, waits: row.text(10)? == "due", since, expires, reply }))
}

fn read_path(row: &Row) -> Result<(i64, ForwardPath), StoreError> {
    let address = Address::parse(row.text(1)?).map_err(|_| broken("delivery.forward_path"))?;
    let wish: StoredNotify = match row.text_or_null(2)? {
        Some(text) => serde_json::from_str(text).map_err(|_| broken("delivery.notify"))?,
        None => StoredNotify::default(),
    };
    let notify = wish.notify.map(|notify| match notify {
        StoredWhen::Never => Notify::Never,
        StoredWhen::On { success, failure, delay } => Notify::On { success, failure, delay },
    });
    Ok((row.int(0)?, ForwardPath { address, notify, orcpt: wish.orcpt }))
}

fn broken(column: &str) -> StoreError {
    StoreError::Broken { query: column.into(), reason: "holds what no version of Postrider wrote".into() }
}

/// The envelope's rarer wishes and what is tracked, as `message.wishes` holds them.
#[derive(Serialize, Deserialize, Default)]
struct StoredWishes {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    smtputf8: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    eight_bit: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ret: Option<StoredReturn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    envid: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    capture_only: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    track: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredReturn {
    Full,
    Headers,
}

/// A recipient's wishes, as `delivery.notify` holds them.
#[derive(Serialize, Deserialize, Default)]
struct StoredNotify {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notify: Option<StoredWhen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    orcpt: Option<Box<str>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredWhen {
    Never,
    On { success: bool, failure: bool, delay: bool },
}

/// What to store of an envelope beside its paths, and of tracking; `None` for the usual.
#[must_use]
pub fn wishes(envelope: &Envelope, reach: Reach, track: Switches) -> Option<String> {
    let eight_bit = envelope.body == Body::EightBitMime;
    let capture_only = reach == Reach::CaptureOnly;
    let asks_nothing = envelope.ret.is_none() && envelope.envid.is_none();
    if !envelope.smtputf8 && !eight_bit && asks_nothing && !capture_only && !track.any() {
        return None;
    }
    let ret = envelope.ret.map(|ret| match ret {
        Return::Full => StoredReturn::Full,
        Return::Headers => StoredReturn::Headers,
    });
    let envid = envelope.envid.clone();
    let track = track.any().then(|| track.to_string());
    let stored = StoredWishes { smtputf8: envelope.smtputf8, eight_bit, ret, envid, capture_only, track };
    serde_json::to_string(&stored).ok()
}

fn read_wishes(text: Option<&str>) -> Result<StoredWishes, StoreError> {
    text.map_or(Ok(StoredWishes::default()), |text| {
        serde_json::from_str(text).map_err(|_| broken("message.wishes"))
    })
}

pub(super) fn read_track(wishes: Option<&str>) -> Result<Switches, StoreError> {
    let Some(text) = read_wishes(wishes)?.track else { return Ok(Switches::default()) };
    Switches::parse(&text).map_err(|_| broken("message.wishes"))
}

fn read_envelope(reverse_path: &str, wishes: Option<&str>) -> Result<(Envelope, Reach), StoreError> {
    let reverse_path = if reverse_path.is_empty() {
        ReversePath::Null
    } else {
        ReversePath::Mailbox(Address::parse(reverse_path).map_err(|_| broken("message.reverse_path"))?)
    };
    let wishes = read_wishes(wishes)?;
    let reach = if wishes.capture_only { Reach::CaptureOnly } else { Reach::Anywhere };
    let envelope = Envelope {
        reverse_path,
        forward_paths: Vec::new(),
        body: if wishes.eight_bit { Body::EightBitMime } else { Body::SevenBit },
        smtputf8: wishes.smtputf8,
        ret: wishes.ret.map(|ret| match ret {
            StoredReturn::Full => Return::Full,
            StoredReturn::Headers => Return::Headers,
        }),
        envid: wishes.envid,
    };
    Ok((envelope, reach))
}

/// What to store of a recipient's wishes; `None` when it has none.
#[must_use]
pub fn notify(path: &ForwardPath) -> Option<String> {
    if path.notify.is_none() && path.orcpt.is_none() {
        return None;
    }
    let notify = path.notify.map(|notify| match notify {
        Notify::Never => StoredWhen::Never,
        Notify::On { success, failure, delay } => StoredWhen::On { success, failure, delay },
    });
    serde_json::to_string(&StoredNotify { notify, orcpt: path.orcpt.clone() }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(message: i64, bytes: usize, recipients: i64) -> Arc<Parcel> {
        let address = Address::parse("a@b.example").unwrap();
        Arc::new(Parcel {
            message,
            workspace: 1,
            stream: 1,
            envelope: read_envelope("", None).unwrap().0,
            reach: Reach::Anywhere,
            track: Switches::default(),
            author: address.clone(),
            subject: "".into(),
            content: vec![0; bytes].into(),
            paths: (0..recipients).map(|id| (id, ForwardPath::plain(address.clone()))).collect(),
            signature: OnceCell::new(),
        })
    }

    #[test]
    fn the_cache_keeps_what_goes_out_first_until_it_is_settled_or_stale() {
        let mint = crate::id::Mint::new(0);
        let now = At(1_800_000_000_000_000);
        let [first, second, third, fourth] = [(); 4].map(|()| mint.next(now));
        let late = mint.next(now.after(STALE_AFTER));
        let cache = Cache::new(3_000);
        for message in [first, second, third] {
            cache.put(parcel(message, 1_000, 1));
        }
        assert!(cache.get(first).is_some() && cache.get(second).is_some() && cache.get(third).is_none());
        for message in [first, second] {
            let settled = cache.get(message).unwrap();
            cache.settled(&settled);
        }
        assert!(cache.get(first).is_none() && cache.get(second).is_none());
        for message in [third, fourth] {
            cache.put(parcel(message, 1_000, 1));
        }
        assert!(
            cache.get(third).is_some() && cache.get(fourth).is_some(),
            "those that are gone take no room"
        );
        cache.put(parcel(late, 1_000, 1));
        assert!(cache.get(third).is_none() && cache.get(fourth).is_some() && cache.get(late).is_some());
        let cache = Cache::new(3_000);
        let shared = parcel(5, 10, 2);
        cache.put(shared.clone());
        cache.settled(&shared);
        assert!(cache.get(5).is_some(), "another recipient still needs it");
    }

    #[test]
    fn the_cache_counts_a_parcel_once_and_keeps_no_trace_of_those_that_are_gone() {
        let cache = Cache::new(10_000);
        for _ in 0..100 {
            cache.put(parcel(1, 1_000, 2));
        }
        assert!(cache.get(1).is_some(), "the same one again takes no further room");
        for message in 2..10_000 {
            let one = parcel(message, 10, 1);
            cache.put(one.clone());
            cache.settled(&one);
        }
        assert!(cache.inner.lock().unwrap().order.len() <= 2 * ORDER_SLACK);
    }

    #[test]
    fn wishes_of_an_envelope_survive_the_database() {
        let (mut envelope, reach) = read_envelope("a@b.example", None).unwrap();
        assert_eq!(wishes(&envelope, reach, Switches::default()), None);
        envelope.smtputf8 = true;
        envelope.body = Body::EightBitMime;
        envelope.ret = Some(Return::Headers);
        envelope.envid = Some("id \" 7".into());
        for reach in [Reach::Anywhere, Reach::CaptureOnly] {
            let stored = wishes(&envelope, reach, Switches::MARKETING);
            assert_eq!(read_envelope("a@b.example", stored.as_deref()).unwrap(), (envelope.clone(), reach));
            assert_eq!(read_track(stored.as_deref()).unwrap(), Switches::MARKETING);
        }
        let (plain, _) = read_envelope("a@b.example", None).unwrap();
        let stored = wishes(&plain, Reach::CaptureOnly, Switches::default());
        assert_eq!(read_envelope("a@b.example", stored.as_deref()).unwrap().1, Reach::CaptureOnly);
    }
}
