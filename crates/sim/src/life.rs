//! What a node does: the thin driver around the scheduler, as `egress::driver` is, on the world's clock.

use std::sync::Arc;
use std::time::Duration;

use mail::classify::BounceClass;
use mail::{Address, Body, Envelope, ForwardPath, ReversePath};
use postrider::feature::egress::reads::{self, by_queue};
use postrider::feature::egress::settle::{Conclusion, Leased, Settlement};
use postrider::feature::event::{self, Name, OfDelivery};
use postrider::feature::sending::rows::{self, Destination, MessageRow, Shared};
use postrider::feature::sending::{AcceptedDelivery, Fate, Origin, Reach, RecipientField};
use postrider::feature::suppression::{Reason, admin};
use postrider::feature::tracking::switches::Switches;
use postrider::id::delivery;
use queue::{Action, Entry, Lane, QueueKey, QueueRows, Site, Unresolved, Why};
use store::{Query, StoreError, Value, Write};

use crate::checks::Broken;
use crate::node::{ended, take_over, tried};
use crate::world::{DOMAINS, Fault, Job, Own, Reading, Then, World, broken};

const WORKSPACE: i64 = 1;
static RECIPIENT: Query = Query::new("sim_recipient", "SELECT forward_path FROM delivery WHERE id = :id");

impl World {
    pub(crate) fn perform(&mut self, action: Action) -> Result<(), Broken> {
        match action {
            Action::Resolve { domain } => self.soon(Own::Resolved(domain)),
            Action::Connect { connection, path, site, .. } => self.dial(connection, path, site)?,
            Action::WakeIdle { connection } => self.soon(Own::Ask(connection)),
            Action::Refill { ticket, key, from, limit } => {
                self.soon(Own::Read(Reading::Refill { ticket, key, from, limit }));
            }
            Action::Sweep { ticket, after, limit } => {
                if self.fault != Fault::SweepLost {
                    self.soon(Own::Read(Reading::Sweep { ticket, after, limit }));
                }
            }
            Action::Fail { key, entries, why } => {
                for entry in entries {
                    self.fail(key.clone(), entry, why);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn own(&mut self, own: Own) -> Result<(), Broken> {
        match own {
            Own::Resolved(domain) => self.resolved(&domain),
            Own::Opened(connection) => self.opened(connection)?,
            Own::Ask(connection) => self.ask(connection)?,
            Own::ToPeer(connection, octets) => self.peer_hears(connection, &octets),
            Own::ToUs(connection, said) => self.node_hears(connection, said)?,
            Own::Silence(connection, since) => self.silence(connection, since)?,
            Own::Commit(job) => self.commit(*job),
            Own::Read(reading) => self.read(reading).map_err(|error| broken(&error))?,
            Own::Refilled(ticket, rows) => {
                let now = self.now;
                if let Some(node) = &mut self.node {
                    node.scheduler.refilled(now, ticket, rows);
                }
            }
            Own::Swept(ticket, queues, end) => {
                let now = self.now;
                if let Some(node) = &mut self.node {
                    node.scheduler.swept(now, ticket, queues, end);
                }
            }
            Own::Wake => {}
        }
        Ok(())
    }

    fn resolved(&mut self, domain: &str) {
        let until = self.now.after(self.chance.up_to(Duration::from_secs(300)));
        let answer = match self.mx.get(domain) {
            _ if self.chance.one_in(8) => Err(Unresolved::Temporary),
            _ if domain == "gone.example" => Err(Unresolved::NoSuchDomain),
            Some(site) => Ok(Site { key: site.clone(), limits: None }),
            None => Err(Unresolved::NoSuchDomain),
        };
        let now = self.now;
        if let Some(node) = &mut self.node {
            node.scheduler.resolved(now, domain, answer, until);
        }
    }

    fn read(&mut self, reading: Reading) -> Result<(), StoreError> {
        let Some(node) = &self.node else { return Ok(()) };
        let (ticket, limit, params): (_, _, Vec<(&str, Value)>) = match &reading {
            Reading::Refill { ticket, key, from, limit } => {
                let place = [("due", from.due.0.into()), ("delivery", from.delivery.into())];
                (*ticket, *limit, place.into_iter().chain(of_key(Some(key), *limit)).collect())
            }
            Reading::Sweep { ticket, after, limit } => {
                (*ticket, *limit, of_key(after.as_ref(), *limit).into())
            }
        };
        let query = match &reading {
            Reading::Refill { .. } => &reads::REFILL,
            Reading::Sweep { .. } => &reads::SWEEP,
        };
        let found = take_over(&self.disk, node, query, &params)?;
        let end = found.len() < limit as usize;
        match reading {
            Reading::Refill { key, .. } => {
                let entries = found.into_iter().map(|one| one.entry).collect();
                self.soon(Own::Refilled(ticket, QueueRows { key, entries, exhausted: end }));
            }
            Reading::Sweep { .. } => {
                let found = found.into_iter().map(|one| (one.key, one.entry)).collect();
                self.soon(Own::Swept(ticket, by_queue(found, end), end));
            }
        }
        Ok(())
    }

    fn fail(&mut self, key: QueueKey, entry: Entry, why: Why) {
        let conclusion = match why {
            Why::Expired => Conclusion::Expired { class: BounceClass::Expired.name() },
            Why::NoSuchDomain | Why::NullMx => {
                Conclusion::Bounced { class: BounceClass::HardDomain.name(), suppress: false }
            }
        };
        self.settle(ended(self.now, Leased { key, entry, parcel: None }, conclusion));
    }

    // Writing

    /// Hands a settlement to the database.
    pub(crate) fn settle(&mut self, settlement: Settlement) {
        let Settlement { leased, conclusion, .. } = &settlement;
        let (delivery, conclusion) = (leased.entry.delivery, format!("{conclusion:?}"));
        self.note(|| format!("settle    {delivery:x} {conclusion}"));
        if self.fault == Fault::SettlementForgotten && self.chance.one_in(4) {
            return self.settled(delivery, settlement.outcome());
        }
        self.offer(Arc::new(settlement), false);
    }

    fn offer(&mut self, settlement: Arc<Settlement>, again: bool) {
        let Some(node) = &self.node else { return };
        let guarded = again && self.fault != Fault::SettlesAgainUnguarded;
        let write = settlement.write(&node.mint, tried(guarded));
        let job = Box::new(Job { write, then: Then::Settled(settlement), again });
        if again {
            self.own_at(self.now.after(Duration::from_secs(1)), Own::Commit(job));
        } else {
            self.soon(Own::Commit(job));
        }
    }

    /// The database commits, or fails: without storing it, or after it stored it.
    fn commit(&mut self, job: Job) {
        let Job { write, then, again } = job;
        let fails = !again && self.chance.one_in(12);
        let stored = (!fails || self.chance.one_in(2)) && self.disk.write(write).is_ok();
        let heard = stored && !fails;
        match then {
            Then::Accepted { recipients, queued } if heard => {
                self.checks.promised.extend(recipients);
                let now = self.now;
                if let Some(node) = &mut self.node {
                    for (key, entry) in queued {
                        let _placed = node.scheduler.accept(now, &key, entry);
                    }
                }
            }
            // Refused: whether it was stored nobody knows, and the application will try again or not.
            Then::Accepted { .. } => {}
            Then::Settled(settlement) if heard => {
                if let Some(node) = &self.node {
                    node.suspects.cleared(settlement.leased.entry.delivery);
                }
                if let (Conclusion::Bounced { suppress: true, .. }, Some(node)) =
                    (&settlement.conclusion, &self.node)
                    && let Some(parcel) = &settlement.leased.parcel
                    && let Some(path) = parcel.path(settlement.leased.entry.delivery)
                {
                    node.suppressions.add(WORKSPACE, &path.address.folded());
                }
                self.settled(settlement.leased.entry.delivery, settlement.outcome());
            }
            Then::Settled(settlement) => self.offer(settlement, true),
            Then::Suppressed(recipient) if heard => {
                if let Some(node) = &self.node {
                    node.suppressions.add(WORKSPACE, &recipient);
                }
                self.checks.suppressed.insert(recipient);
            }
            Then::Suppressed(_) => {}
        }
    }

    pub(crate) fn recipient_of(&self, delivery: i64) -> Option<String> {
        self.disk.read(&RECIPIENT, &[("id", delivery.into())]).first()?.text(0).ok().map(str::to_owned)
    }

    // What the world wants of the node

    /// A message for one to three recipients, accepted with the product's statements.
    pub(crate) fn hand_in(&mut self) {
        if self.node.is_none() {
            return;
        }
        let count = 1 + self.chance.below(3);
        let message = self.node.as_ref().map_or(0, |node| node.mint.message(self.now, count as usize));
        let content: bytes::Bytes =
            format!("From: news@shop.example\r\nSubject: {message}\r\n\r\n.one dot\r\n..two\r\n.\r\nend\r\n")
                .into();
        let now = self.now;
        let expires = now.after(Duration::from_secs(u64::from(1_800 + self.chance.below(20_000))));
        let epoch = self.node.as_ref().map_or(0, |node| node.starts.epoch());
        let lane = *self.chance.pick(&Lane::ALL);
        let shared = Shared { workspace: WORKSPACE, message, lane, due: now, expires, epoch, now };
        let mut write = Write::default();
        rows::content(&mut write, message, &content);
        message_row(&mut write, &shared, (content.len(), count as usize));
        let (mut recipients, mut queued) = (Vec::new(), Vec::new());
        for place in 0..count {
            let domain: Arc<str> = (*self.chance.pick(&DOMAINS)).into();
            self.recipients += 1;
            let recipient = format!("r{}@{domain}", self.recipients);
            let id = delivery(message, place as usize);
            delivery_rows(&mut write, &shared, (id, &recipient), &domain);
            let key = QueueKey { workspace: WORKSPACE, lane, domain };
            queued.push((key, Entry { delivery: id, message, due: now, expires, attempts: 0 }));
            recipients.push((recipient, content.clone()));
        }
        let names: Vec<_> = recipients.iter().map(|(name, _)| name.clone()).collect();
        self.note(|| format!("accept    {message:x} for {}", names.join(", ")));
        if self.fault == Fault::AnswersBeforeCommit {
            self.checks.promised.extend(recipients.iter().cloned());
        }
        self.soon(Own::Commit(Box::new(Job {
            write,
            then: Then::Accepted { recipients, queued },
            again: false,
        })));
    }

    pub(crate) fn suppress(&mut self) {
        let n = 1 + self.chance.below(self.recipients.max(1));
        let known = self.checks.promised.keys().find(|name| name.starts_with(&format!("r{n}@"))).cloned();
        let (Some(node), Some(recipient)) = (&self.node, known) else { return };
        let Ok(address) = Address::parse(&recipient) else { return };
        let mut write = Write::default();
        let new = admin::Suppress {
            workspace: WORKSPACE,
            stream: 0,
            address: &address,
            reason: Reason::Manual,
            by: event::By::Operator,
            evidence: None,
        };
        admin::suppress(&mut write, &node.mint, self.now, new);
        self.note(|| format!("suppress  {recipient}"));
        self.soon(Own::Commit(Box::new(Job { write, then: Then::Suppressed(recipient), again: false })));
    }
}

fn of_key(key: Option<&QueueKey>, limit: u32) -> [(&'static str, Value); 4] {
    let (workspace, lane, domain) = key.map_or((i64::MIN, 0, "".into()), |key| {
        (key.workspace, i64::from(key.lane.number()), key.domain.clone())
    });
    [
        ("workspace", workspace.into()),
        ("lane", lane.into()),
        ("domain", domain.into()),
        ("limit", i64::from(limit).into()),
    ]
}

fn message_row(write: &mut Write, shared: &Shared, (size, deliveries): (usize, usize)) {
    let envelope = Envelope {
        reverse_path: ReversePath::Null,
        forward_paths: Vec::new(),
        body: Body::SevenBit,
        smtputf8: false,
        ret: None,
        envid: None,
    };
    let row = MessageRow {
        id: shared.message,
        workspace: shared.workspace,
        stream: 1,
        origin: Origin::Api,
        origin_id: None,
        size,
        envelope: &envelope,
        reach: Reach::Anywhere,
        track: Switches::default(),
        author: "news@shop.example".into(),
        subject: "news".into(),
        message_id: format!("{}@shop.example", shared.message),
        tags: None,
        metadata: None,
        made_from: None,
        now: shared.now,
        scheduled: None,
        expires: shared.expires,
        deliveries,
    };
    rows::message(write, row);
}

fn delivery_rows(write: &mut Write, shared: &Shared, (id, recipient): (i64, &str), domain: &Arc<str>) {
    let delivery = AcceptedDelivery { id, recipient: recipient.to_owned(), fate: Fate::Queued };
    let path = Address::parse(recipient).ok().map(ForwardPath::plain);
    let destination = Destination { domain, field: RecipientField::To, path: path.as_ref() };
    rows::delivery(write, shared, &delivery, &destination);
    let of = OfDelivery {
        workspace: shared.workspace,
        message: shared.message,
        delivery: id,
        attempt: None,
        data: None,
    };
    event::note_delivery(write, shared.now, Name::EmailQueued, of);
}
