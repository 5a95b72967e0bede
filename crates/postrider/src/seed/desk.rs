//! The mail of the year, in the order of its events: accepted, tried, opened, written as the rows that the product writes.
//!
//! Guarantee: events come in the order of their times, as in a log that was lived through.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use mail::compose::{Draft, compose};
use mail::{Address, At, Body, Envelope, ForwardPath, Mailbox, ReversePath};
use queue::{Entry, Lane, QueueKey};
use store::{Value, Write};

use super::cast::{MISTYPED, Recipient};
use super::course::{self, Errand, Tried};
use super::dice::Dice;
use super::firm::Firm;
use super::kind::{CAMPAIGNS, KINDS, Kind, Way};
use super::scene::Manner;
use crate::feature::access::Class;
use crate::feature::egress::attempt::{Attempt, Finding};
use crate::feature::egress::settle::{Conclusion, Leased, Settlement};
use crate::feature::event::{self, By, OfDelivery};
use crate::feature::sending::parcel::Parcel;
use crate::feature::sending::rows::{self, Destination, MessageRow, Shared};
use crate::feature::sending::{
    AcceptedDelivery, Fate, MadeFrom, Origin, Reach, RecipientField, accept, policy,
};
use crate::feature::stats::fact::About;
use crate::feature::suppression::{self, Reason};
use crate::feature::tracking::networks::Networks;
use crate::feature::tracking::past::{Judged, Taken, judge_all};
use crate::id::{self, Mint, Noun};

const HOUR_US: i64 = 3_600_000_000;
/// Requests of one delivery that are added so that there are as many events as were asked for.
const MORE_MAX: u64 = 40;
/// In the last hours, so many of a hundred mails go to receivers that do not take them.
const STUCK: (i64, u64) = (30, 22);
/// Of a thousand mails, those to an address that somebody mistyped.
const MISTYPED_PERMILLE: u64 = 7;
/// In so much time as many people leave and come as there are.
const PEOPLE_CHANGE_US: i64 = 150 * 24 * HOUR_US;

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
    firm: &'d Firm,
    mint: &'d Mint,
    networks: &'d Networks,
    now: At,
    seed: u64,
    people: u64,
    dice: Dice,
    pending: BinaryHeap<Reverse<Pending>>,
    numbers: u64,
    suppressed: HashMap<u64, Reason>,
    /// What is written and not stored yet.
    pub batch: Write,
    /// Deliveries, events of mail so far, those to come among them.
    pub deliveries: u64,
    pub events: u64,
    /// What each delivery counts by, where somebody wants to know.
    pub abouts: Option<HashMap<i64, About>>,
}

/// A message on its way in.
struct Letter {
    kind: &'static Kind,
    to: Vec<Recipient>,
    subject: String,
    author: Address,
    lane: Lane,
    /// Empty where it is not kept.
    content: Bytes,
    size: usize,
    shared: Shared,
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

    /// Chooses what is written to whom.
    fn letter(&mut self, at: At, manners: Manners) -> Letter {
        let campaign = manners.campaign;
        let kind = self.dice.weighed(KINDS, |kind| match (kind.campaign, campaign) {
            (true, true) => kind.weight * 30,
            (true, false) => kind.weight / 4,
            (false, _) => kind.weight,
        });
        let mut to = vec![self.recipient(at)];
        if !kind.campaign && self.dice.permille(35) {
            to.push(self.recipient(at));
        }
        let locale = to[0].locale;
        let number = 10_000 + self.dice.below(89_999);
        let number = match kind.name {
            "invoice" => format!("2026-{number}"),
            "price" => (5 + number % 60).to_string(),
            _ => number.to_string(),
        };
        let subject = self.dice.pick(kind.subjects[locale]);
        let subject = subject.replace("{n}", &number).replace("{name}", &to[0].given);
        let author = address(kind.author.0);
        let lane = &self.firm.streams[kind.stream];
        let origin = origin(kind);
        let message = self.mint.message(at, to.len());
        let life = if lane.class == Class::Marketing { 48 } else { 120 };
        let due = manners.scheduled.unwrap_or(at);
        let shared = Shared {
            workspace: self.firm.workspace,
            message,
            lane: policy::lane(origin, lane.class),
            due,
            expires: At(due.0 + life * HOUR_US),
            epoch: 0,
            now: at,
        };
        let (content, size) = match manners.content || manners.captured {
            true => {
                let content = self.content((kind, &author), &to, &subject, (message, at));
                let size = content.len();
                (content, size)
            }
            false => (Bytes::new(), self.size_about(kind, to[0].locale)),
        };
        Letter { kind, to, subject, author, lane: shared.lane, content, size, shared }
    }

    /// Somebody of the many; towards the end, more often somebody whose server does not take mail.
    fn recipient(&mut self, at: At) -> Recipient {
        let late = at.0 > self.now.0 - STUCK.0 * HOUR_US;
        let stuck = late && self.dice.below(100) < STUCK.1;
        if self.dice.permille(MISTYPED_PERMILLE) {
            return Recipient::of(self.seed, MISTYPED + self.numbers);
        }
        // The newest people come first.
        let age = u128::try_from((self.now.0 - at.0).max(0)).unwrap_or(0) * u128::from(self.people);
        let newest = u64::try_from(age / PEOPLE_CHANGE_US.unsigned_abs() as u128).unwrap_or(0);
        for _ in 0..400 {
            let one = Recipient::of(self.seed, newest + self.dice.below(self.people));
            if !stuck || matches!(one.site.manner, Manner::Away(_)) || one.site.domain == course::HELD.0 {
                return one;
            }
        }
        Recipient::of(self.seed, 0)
    }

    /// The size of a mail that nobody composes, roughly.
    fn size_about(&self, kind: &Kind, locale: usize) -> usize {
        let body = &self.firm.bodies[kind.name].1[locale];
        let octets = |part: &Option<String>| part.as_ref().map_or(0, String::len);
        600 + octets(&body.text) + octets(&body.html) * 11 / 10
    }

    fn content(
        &self,
        (kind, author): (&Kind, &Address),
        to: &[Recipient],
        subject: &str,
        (message, at): (i64, At),
    ) -> Bytes {
        let body = &self.firm.bodies[kind.name].1[to[0].locale];
        let boxed =
            |one: &Recipient| Mailbox { name: Some(one.given.clone()), address: address(&one.address) };
        let from = Mailbox { name: Some(kind.author.1.to_owned()), address: author.clone() };
        let (to, cc): (Vec<_>, Vec<_>) =
            (to.iter().take(1).map(boxed).collect(), to.iter().skip(1).map(boxed).collect());
        let draft = Draft {
            from: &from,
            reply_to: &[],
            to: &to,
            cc: &cc,
            subject,
            date: at,
            message_id: &message_id(message, author),
            text: body.text.as_deref(),
            html: body.html.as_deref(),
            attachments: &[],
            headers: &[],
            seed: message.cast_unsigned(),
        };
        compose(&draft).expect("invariant: the names and subjects are ours").into()
    }

    fn message(&mut self, letter: &Letter, envelope: &Envelope, manners: Manners) {
        let Letter { kind, shared, .. } = letter;
        if manners.content {
            rows::content(&mut self.batch, shared.message, &letter.content);
        }
        let lane = &self.firm.streams[kind.stream];
        let row = MessageRow {
            id: shared.message,
            workspace: shared.workspace,
            stream: lane.id,
            origin: origin(kind),
            origin_id: self.firm.keys.get(kind.key).copied(),
            size: letter.size,
            envelope,
            reach: Reach::Anywhere,
            track: lane.tracking,
            author: letter.author.to_string(),
            subject: letter.subject.clone(),
            message_id: message_id(shared.message, &letter.author),
            tags: Some(tags(kind, shared.now)),
            metadata: Some(format!(r#"{{"customer":"c-{}"}}"#, letter.to[0].number).into()),
            made_from: self.firm.bodies[kind.name]
                .0
                .map(|(template, version)| MadeFrom { template, version }),
            now: shared.now,
            scheduled: manners.scheduled,
            expires: shared.expires,
            deliveries: letter.to.len(),
        };
        rows::message(&mut self.batch, row);
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

fn origin(kind: &Kind) -> Origin {
    match kind.way {
        Way::Api => Origin::Api,
        Way::Smtp => Origin::Smtp,
    }
}

fn about(firm: &Firm, letter: &Letter, domain: &str) -> About {
    About {
        workspace: firm.workspace,
        stream: firm.streams[letter.kind.stream].id,
        origin: origin(letter.kind),
        key: firm.keys.get(letter.kind.key).copied(),
        template: firm.bodies[letter.kind.name].0,
        tags: Some(tags(letter.kind, letter.shared.now)),
        domain: domain.into(),
        since: letter.shared.due,
    }
}

fn tags(kind: &Kind, at: At) -> Box<str> {
    if !kind.campaign {
        return format!(r#"{{"kind":"{}"}}"#, kind.name).into();
    }
    let week = usize::try_from(at.0 / (7 * 24 * HOUR_US)).unwrap_or(0);
    format!(r#"{{"campaign":"{}","kind":"{}"}}"#, CAMPAIGNS[week / 6 % CAMPAIGNS.len()], kind.name).into()
}

fn message_id(message: i64, author: &Address) -> String {
    format!("{message:x}@{}", author.domain_str())
}

fn address(text: &str) -> Address {
    Address::parse(text).expect("invariant: a test reads them all")
}

fn envelope(author: &Address) -> Envelope {
    Envelope {
        reverse_path: ReversePath::Mailbox(author.clone()),
        forward_paths: Vec::new(),
        body: Body::EightBitMime,
        smtputf8: false,
        ret: None,
        envid: None,
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
