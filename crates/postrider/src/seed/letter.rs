//! A mail of the year before it is accepted: who writes what to whom, and its rows.

use bytes::Bytes;
use mail::compose::{Draft, compose};
use mail::{Address, At, Body, Envelope, Mailbox, ReversePath};
use queue::Lane;

use super::cast::{MISTYPED, Recipient};
use super::course;
use super::desk::{Desk, Manners};
use super::firm::Firm;
use super::kind::{CAMPAIGNS, KINDS, Kind, Way};
use super::scene::Manner;
use crate::feature::access::Class;
use crate::feature::sending::rows::{self, MessageRow, Shared};
use crate::feature::sending::{MadeFrom, Origin, Reach, policy};
use crate::feature::stats::HOUR_US;
use crate::feature::stats::fact::About;

/// In the last hours, so many of a hundred mails go to receivers that do not take them.
const STUCK: (i64, u64) = (30, 22);
/// Of a thousand mails, those to an address that somebody mistyped.
const MISTYPED_PERMILLE: u64 = 7;
/// In so much time as many people leave and come as there are.
const PEOPLE_CHANGE_US: i64 = 150 * 24 * HOUR_US;

/// A message on its way in.
pub(super) struct Letter {
    pub kind: &'static Kind,
    pub to: Vec<Recipient>,
    pub subject: String,
    pub author: Address,
    pub lane: Lane,
    /// Empty where it is not kept.
    pub content: Bytes,
    pub size: usize,
    pub shared: Shared,
}

impl Desk<'_> {
    /// Chooses what is written to whom.
    pub(super) fn letter(&mut self, at: At, manners: Manners) -> Letter {
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
        let body = &self.firm.bodies[kind.name].bodies[locale];
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
        let body = &self.firm.bodies[kind.name].bodies[to[0].locale];
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

    pub(super) fn message(&mut self, letter: &Letter, envelope: &Envelope, manners: Manners) {
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
                .template
                .map(|(template, version)| MadeFrom { template, version }),
            now: shared.now,
            scheduled: manners.scheduled,
            expires: shared.expires,
            deliveries: letter.to.len(),
        };
        rows::message(&mut self.batch, row);
    }
}

fn origin(kind: &Kind) -> Origin {
    match kind.way {
        Way::Api => Origin::Api,
        Way::Smtp => Origin::Smtp,
    }
}

pub(super) fn about(firm: &Firm, letter: &Letter, domain: &str) -> About {
    About {
        workspace: firm.workspace,
        stream: firm.streams[letter.kind.stream].id,
        origin: origin(letter.kind),
        key: firm.keys.get(letter.kind.key).copied(),
        template: firm.bodies[letter.kind.name].template,
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

pub(super) fn address(text: &str) -> Address {
    Address::parse(text).expect("invariant: a test reads them all")
}

pub(super) fn envelope(author: &Address) -> Envelope {
    Envelope {
        reverse_path: ReversePath::Mailbox(author.clone()),
        forward_paths: Vec::new(),
        body: Body::EightBitMime,
        smtputf8: false,
        ret: None,
        envid: None,
    }
}
