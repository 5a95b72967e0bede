//! The mail of the year, in the order of its events: accepted, tried, opened, written as the rows that the product writes.
//!
//! Guarantee: events come in the order of their times, as in a log that was lived through.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use mail::{At, ForwardPath};
use queue::{Entry, QueueKey};
use store::{Value, Write};

use super::cast::Recipient;
use super::course::{self, Errand, Tried};
use super::dice::Dice;
use super::firm::Firm;
use super::kind::Way;
use super::letter::{Letter, about, address, envelope};
use crate::feature::access::Class;
use crate::feature::egress::attempt::{Attempt, Finding};
use crate::feature::egress::settle::{Conclusion, Leased, Settlement};
use crate::feature::event::{self, By, OfDelivery};
use crate::feature::sending::parcel::Parcel;
use crate::feature::sending::rows::{self, Destination};
use crate::feature::sending::{AcceptedDelivery, Fate, Reach, RecipientField, accept};
use crate::feature::stats::fact::About;
use crate::feature::suppression::{self, Reason};
use crate::feature::tracking::networks::Networks;
use crate::feature::tracking::past::{Judged, Taken, judge_all};
use crate::id::{self, Mint, Noun};

/// Requests of one delivery that are added so that there are as many events as were asked for.
const MORE_MAX: u64 = 40;
/// How a mail is accepted.
#[derive(Clone, Copy, Default)]
pub struct Manners {
    /// Whether its octets are kept.
    pub content: bool,
    /// It is an hour of a campaign.
    pub campaign: bool,
    /// Goes out only then.
    pub scheduled: Option<At>,
    /// The capture mailbox took it.
    pub captured: bool,
    /// Requests of recipients beyond what is usual.
    pub more: u64,
}

/// What is to come.
struct Pending {
    at: At,
    number: u64,
    what: What,
}

enum What {
    Tried(Box<(Leased, Tried, Option<Bytes>, u64, bool)>),
    Visited(Box<Judged>),
    /// A recipient leaves.
    Left {
        parcel: Arc<Parcel>,
        delivery: i64,
        recipient: u64,
    },
}

impl PartialEq for Pending {
    fn eq(&self, other: &Pending) -> bool {
        self.number == other.number
    }
}
impl Eq for Pending {}
impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Pending) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Pending {
    fn cmp(&self, other: &Pending) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

/// Where mail is written.
pub struct Desk<'d> {
    pub(super) firm: &'d Firm,
    pub(super) mint: &'d Mint,
    networks: &'d Networks,
    pub(super) now: At,
    pub(super) seed: u64,
    pub(super) people: u64,
    pub(super) dice: Dice,
    pending: BinaryHeap<Reverse<Pending>>,
    pub(super) numbers: u64,
    suppressed: HashMap<u64, Reason>,
    /// What is written and not stored yet.
    pub batch: Write,
    /// Deliveries, events of mail so far, those to come among them.
    pub deliveries: u64,
    pub events: u64,
    /// What each delivery counts by, where somebody wants to know.
    pub abouts: Option<HashMap<i64, About>>,
}

impl<'d> Desk<'d> {
    pub fn new(
        firm: &'d Firm,
        (mint, networks): (&'d Mint, &'d Networks),
        now: At,
        seed: (u64, u64),
    ) -> Desk<'d> {
        Desk {
            firm,
            mint,
            networks,
            now,
            seed: seed.0,
            people: seed.1,
            dice: Dice::of(seed.0, 1),
            pending: BinaryHeap::new(),
            numbers: 0,
            suppressed: HashMap::new(),
            batch: Write::default(),
            deliveries: 0,
            events: 0,
            abouts: None,
        }
    }

    /// Writes what happens until `until`.
    pub fn advance(&mut self, until: At) {
        while self.pending.peek().is_some_and(|Reverse(next)| next.at < until) {
            let Some(Reverse(next)) = self.pending.pop() else { return };
            match next.what {
                What::Tried(tried) => self.settle(*tried),
                What::Visited(judged) => {
                    let id = self.mint.next(judged.at());
                    judged.write(&mut self.batch, id);
                }
                What::Left { parcel, delivery, recipient } => {
                    self.leave(next.at, &parcel, delivery, recipient)
                }
            }
        }
    }

    /// Forgets what would come.
    pub fn forget(&mut self) {
        self.pending.clear();
    }

    fn later(&mut self, at: At, what: What) {
        self.numbers += 1;
        self.events += 1;
        self.pending.push(Reverse(Pending { at, number: self.numbers, what }));
    }

    /// Accepts a mail, and plans what becomes of it.
    pub fn accept(&mut self, at: At, manners: Manners) {
        let letter = self.letter(at, manners);
        let Letter { kind, shared, .. } = &letter;
        let lane = &self.firm.streams[kind.stream];
        let envelope = envelope(&letter.author);
        let paths: Vec<(i64, ForwardPath)> = letter
            .to
            .iter()
            .enumerate()
            .map(|(place, to)| {
                (id::delivery(shared.message, place), ForwardPath::plain(address(&to.address)))
            })
            .collect();
        self.message(&letter, &envelope, manners);
        let parcel = Arc::new(Parcel {
            message: shared.message,
            workspace: shared.workspace,
            stream: lane.id,
            envelope,
            reach: Reach::Anywhere,
            author: letter.author.clone(),
            subject: letter.subject.as_str().into(),
            track: lane.tracking,
            content: letter.content.clone(),
            paths,
            signature: tokio::sync::OnceCell::new(),
        });
        for place in 0..letter.to.len() {
            self.delivery(&letter, &parcel, (place, manners));
        }
    }

    fn delivery(&mut self, letter: &Letter, parcel: &Arc<Parcel>, (place, manners): (usize, Manners)) {
        let (to, shared) = (&letter.to[place], &letter.shared);
        let (id, path) = &parcel.paths[place];
        let domain: Arc<str> = to.site.domain.into();
        let marketing = self.firm.streams[letter.kind.stream].class == Class::Marketing;
        let suppressed =
            self.suppressed.get(&to.number).filter(|reason| marketing || **reason != Reason::Unsubscribed);
        let fate = match suppressed {
            Some(reason) => Fate::NotSent { suppressed: true, reason: reason.not_sent() },
            None if manners.scheduled.is_some() => Fate::Scheduled,
            None => Fate::Queued,
        };
        let accepted = AcceptedDelivery { id: *id, recipient: to.address.clone(), fate };
        let field = match (letter.kind.way, place) {
            (Way::Smtp, _) => RecipientField::Envelope,
            (Way::Api, 0) => RecipientField::To,
            (Way::Api, _) => RecipientField::Cc,
        };
        rows::delivery(
            &mut self.batch,
            shared,
            &accepted,
            &Destination { domain: &domain, field, path: Some(path) },
        );
        accept::note(&mut self.batch, shared, &accepted);
        self.deliveries += 1;
        self.events += 1;
        if let Some(abouts) = &mut self.abouts {
            abouts.insert(*id, about(self.firm, letter, &domain));
        }
        if fate == Fate::Queued {
            self.plan(letter, parcel, (place, manners));
        }
    }

    /// What becomes of a delivery that goes out at once.
    fn plan(&mut self, letter: &Letter, parcel: &Arc<Parcel>, (place, manners): (usize, Manners)) {
        let (to, shared) = (&letter.to[place], &letter.shared);
        let errand = Errand {
            to,
            author: letter.author.as_str(),
            lane: letter.lane,
            due: shared.due,
            expires: shared.expires,
            size: letter.size,
            now: self.now,
        };
        let tried = match manners.captured {
            true => vec![captured(shared.due)],
            false => course::tries(&mut self.dice, &errand),
        };
        let (last, delivery) = (tried.len(), parcel.paths[place].0);
        let taken = tried.last().filter(|last| last.conclusion == Conclusion::Delivered).map(|last| last.at);
        let key = QueueKey { workspace: shared.workspace, lane: letter.lane, domain: to.site.domain.into() };
        for (attempts, tried) in (0..).zip(tried) {
            let entry = Entry {
                delivery,
                message: shared.message,
                due: shared.due,
                expires: shared.expires,
                attempts,
            };
            let leased = Leased { key: key.clone(), entry, parcel: Some(parcel.clone()) };
            let bytes = manners.captured.then(|| letter.content.clone());
            let is_last = usize::from(attempts) + 1 == last;
            let at = tried.at;
            self.later(at, What::Tried(Box::new((leased, tried, bytes, to.number, is_last))));
        }
        if let (Some(at), true, false) = (taken, parcel.track.opens, manners.captured) {
            self.engage(to, parcel, (delivery, at), manners.more);
        }
    }

    fn engage(&mut self, to: &Recipient, parcel: &Arc<Parcel>, (delivery, at): (i64, At), more: u64) {
        let visits = course::visits(&mut self.dice, to, (at, self.now), more.min(MORE_MAX));
        let leaves = visits.last().map(|last| At(last.at.0 + 15_000_000)).filter(|at| *at < self.now);
        let server = format!("{} [{}]:25", to.site.host, to.site.address);
        let taken =
            Taken { id: delivery, workspace: parcel.workspace, message: parcel.message, at, server: &server };
        for judged in judge_all(&taken, visits, self.networks) {
            self.later(judged.at(), What::Visited(Box::new(judged)));
        }
        let marketing = parcel.stream == self.firm.streams["marketing"].id;
        if let (Some(at), true, true) = (leaves, marketing, self.dice.permille(5)) {
            self.later(at, What::Left { parcel: parcel.clone(), delivery, recipient: to.number });
        }
    }

    fn settle(
        &mut self,
        (leased, tried, captured, recipient, last): (Leased, Tried, Option<Bytes>, u64, bool),
    ) {
        let Tried { attempt, at, conclusion } = tried;
        if matches!(conclusion, Conclusion::Bounced { suppress: true, .. }) {
            self.suppressed.insert(recipient, Reason::HardBounce);
        }
        let settlement = Settlement { leased, conclusion, attempt: Some(attempt), words: None, at, captured };
        settlement.happened(&mut self.batch, self.mint);
        // Only the last state is there to be seen, and one write changes a row once.
        if last {
            settlement.state(&mut self.batch);
        }
    }

    fn leave(&mut self, at: At, parcel: &Parcel, delivery: i64, recipient: u64) {
        let Some(path) = parcel.path(delivery) else { return };
        if self.suppressed.contains_key(&recipient) {
            return;
        }
        self.suppressed.insert(recipient, Reason::Unsubscribed);
        let new = suppression::admin::Suppress {
            workspace: parcel.workspace,
            stream: parcel.stream,
            address: &path.address,
            reason: Reason::Unsubscribed,
            by: By::Delivery(delivery),
            evidence: None,
        };
        suppression::admin::suppress(&mut self.batch, self.mint, at, new);
        let data = serde_json::json!({
            "scope": "stream", "stream_id": Noun::Stream.show(parcel.stream), "method": "one_click",
        });
        let data = Some(data.to_string());
        let of = OfDelivery {
            workspace: parcel.workspace,
            message: parcel.message,
            delivery,
            attempt: None,
            data,
        };
        event::note_delivery(&mut self.batch, at, event::Name::EmailUnsubscribed, of);
    }
}

/// What the capture mailbox's path makes of a delivery.
fn captured(due: At) -> Tried {
    let reply = mail::Reply::new(250, (2, 0, 0), "kept in the capture mailbox, nothing left this machine");
    let attempt = Attempt {
        started: At(due.0 + 2_000),
        duration_us: 900,
        site: "capture".into(),
        peer: "capture mailbox".into(),
        tls: None,
        peer_notifies: false,
        finding: Finding::from_reply(mail::classify::Stage::Body, reply),
        conversation: String::new(),
    };
    Tried { attempt, at: At(due.0 + 2_900), conclusion: Conclusion::Delivered }
}

/// The events among the rows of a write, each with its delivery.
pub fn told(write: &Write) -> impl Iterator<Item = (i64, At, event::Name, Option<Box<str>>)> {
    let events = write.rows.iter().filter(|row| std::ptr::eq(row.statement, &raw const event::EVENT));
    events.filter_map(|row| match &*row.values {
        [_, _, Value::Text(name), Value::Int(at), _, Value::Int(delivery), _, data] => {
            let data = match data {
                Value::Text(text) => Some(text.as_str().into()),
                _ => None,
            };
            Some((*delivery, At(*at), event::Name::parse(name.as_str())?, data))
        }
        _ => None,
    })
}
