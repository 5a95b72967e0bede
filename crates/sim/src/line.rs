//! A connection: the real client session of the node and the real server session of a peer, their octets carried over
//! by the world, late and in pieces.

use std::sync::Arc;
use std::time::Duration;

use mail::At;
use mail::classify::{BounceClass, Stage};
use postrider::feature::egress::attempt::{Broke, Finding};
use queue::{Closed, ConnectionId, Lease, PathId, Settled};
use smtp::client::{ClientAction, Phase, Stuffed, Transaction, TransactionOutcome};

use crate::checks::Broken;
use crate::node::{Call, Prepared, Suppressions, Work, attempt};
use crate::peer::{Character, Said};
use crate::world::{Fault, Own, World, broken};

/// How long a client waits for a reply, and an idle connection for work.
const PATIENCE: Duration = Duration::from_secs(300);
const IDLE: Duration = Duration::from_secs(10);

impl World {
    pub(crate) fn dial(
        &mut self,
        connection: ConnectionId,
        path: PathId,
        site: Arc<str>,
    ) -> Result<(), Broken> {
        self.note(|| format!("dial      {connection:?} {site}"));
        if let Some(node) = &mut self.node {
            node.calls.insert(connection, Call::new(path, site));
        }
        self.checks.connect(path)?;
        self.soon(Own::Opened(connection));
        Ok(())
    }

    pub(crate) fn opened(&mut self, connection: ConnectionId) -> Result<(), Broken> {
        let Some(call) = self.node.as_mut().and_then(|node| node.calls.get_mut(&connection)) else {
            return Ok(());
        };
        let Some(peer) = self.peers.get(&call.site) else { return Ok(()) };
        if peer.character(self.now) == Character::Closed {
            let text = "connection refused".to_owned();
            return self.unreached(
                connection,
                Finding::local(Stage::Connect, BounceClass::TransientNet, "network", text),
            );
        }
        let (visit, said) = peer.greet(&self.server);
        call.visit = Some(visit);
        let at = self.arrival(connection);
        self.own_at(at, Own::ToUs(connection, said));
        self.wait_for_peer(connection);
        Ok(())
    }

    /// A call that led nowhere is written down at the one delivery that was next, as `egress::connection` does.
    fn unreached(&mut self, connection: ConnectionId, finding: Finding) -> Result<(), Broken> {
        let now = self.now;
        let Some(node) = &mut self.node else { return Ok(()) };
        let Some(call) = node.calls.remove(&connection) else { return Ok(()) };
        self.checks.closed(call.path);
        node.scheduler.connected(now, connection);
        let lease = node.scheduler.lease(now, connection);
        node.scheduler.connect_failed(now, connection);
        if let Lease::Take { key, entry } = lease {
            let leased = postrider::feature::egress::settle::Leased { key, entry, parcel: None };
            let settlement = node.conclude(now, leased, attempt(&call.site, now, finding));
            self.settle(settlement);
        }
        Ok(())
    }

    pub(crate) fn ask(&mut self, connection: ConnectionId) -> Result<(), Broken> {
        let now = self.now;
        let Some(node) = &mut self.node else { return Ok(()) };
        let Some(call) = node.calls.get(&connection) else { return Ok(()) };
        if call.work.is_some() {
            return Ok(());
        }
        match node.scheduler.lease(now, connection) {
            Lease::Take { key, entry } => {
                let check = match self.fault {
                    Fault::SuppressionIgnored => Suppressions::Ignored,
                    _ => Suppressions::Asked,
                };
                let prepared =
                    node.prepare((&self.disk, now), (key, entry), check).map_err(|error| broken(&error))?;
                match prepared {
                    Prepared::HandOver(work) => self.hand_over(connection, work)?,
                    Prepared::Over(settlement) => {
                        self.settle(*settlement);
                        self.soon(Own::Ask(connection));
                    }
                }
            }
            Lease::Idle => {
                let heard = self.heard(connection);
                self.own_at(now.after(IDLE), Own::Silence(connection, heard));
            }
            Lease::Wait(until) => self.own_at(until, Own::Ask(connection)),
            Lease::Close => self.close(connection, Closed::Finished),
        }
        Ok(())
    }

    fn hand_over(&mut self, connection: ConnectionId, work: Work) -> Result<(), Broken> {
        let recipient =
            work.envelope.forward_paths.first().map(|path| path.address.to_string()).unwrap_or_default();
        self.checks.dialled(&recipient)?;
        self.note(|| format!("attempt   {recipient} on {connection:?}"));
        let Some(call) = self.node.as_mut().and_then(|node| node.calls.get_mut(&connection)) else {
            return Ok(());
        };
        let transaction =
            Transaction { envelope: work.envelope.clone(), size_bytes: work.content.len() as u64 };
        let mut out = Vec::new();
        call.client.start(0, transaction, &mut out);
        call.work = Some(work);
        self.send(connection, out);
        self.pump(connection)
    }

    /// Runs the client until it wants octets.
    fn pump(&mut self, connection: ConnectionId) -> Result<(), Broken> {
        loop {
            let unstuffed = self.fault == Fault::DotsNotStuffed;
            let Some(call) = self.node.as_mut().and_then(|node| node.calls.get_mut(&connection)) else {
                return Ok(());
            };
            let mut out = Vec::new();
            let action = call.client.advance(0, &mut call.input, &mut out);
            if let (ClientAction::SendBody, Some(work)) = (&action, &call.work) {
                if unstuffed {
                    out.extend_from_slice(&work.content);
                    out.extend_from_slice(b".\r\n");
                } else {
                    Stuffed::new(&work.content).for_each(|piece| out.extend_from_slice(piece));
                }
                call.client.body_written(0, work.content.len() as u64);
            }
            self.send(connection, out);
            match action {
                ClientAction::SendBody => {
                    if self.fault == Fault::SettlesBeforeReply {
                        return self.concluded(connection, said_yes(), false);
                    }
                }
                ClientAction::Read => {
                    self.wait_for_peer(connection);
                    return Ok(());
                }
                ClientAction::Ready => return self.ready(connection),
                ClientAction::Finished(outcome) => return self.ended(connection, Ok(outcome)),
                ClientAction::Failed(failure) => {
                    return self.broke(connection, Finding::from_failure(&failure));
                }
                ClientAction::StartTls | ClientAction::Close => {
                    return self
                        .broke(connection, Finding::from_break(Phase::Closed, "the session ended".into()));
                }
            }
        }
    }

    fn ready(&mut self, connection: ConnectionId) -> Result<(), Broken> {
        let now = self.now;
        let Some(node) = &mut self.node else { return Ok(()) };
        if let Some(call) = node.calls.get_mut(&connection)
            && !call.connected
        {
            call.connected = true;
            node.scheduler.connected(now, connection);
        }
        self.ask(connection)
    }

    /// The connection is of no more use.
    fn broke(&mut self, connection: ConnectionId, finding: Finding) -> Result<(), Broken> {
        let Some(call) = self.node.as_mut().and_then(|node| node.calls.get_mut(&connection)) else {
            return Ok(());
        };
        if !call.connected {
            return self.unreached(connection, finding);
        }
        let known = call.client.abandon();
        if call.work.is_some() {
            return self.ended(connection, Err(Broke { finding, known }));
        }
        self.close(connection, Closed::Lost);
        Ok(())
    }

    fn ended(
        &mut self,
        connection: ConnectionId,
        ended: Result<TransactionOutcome, Broke>,
    ) -> Result<(), Broken> {
        let call = self.node.as_ref().and_then(|node| node.calls.get(&connection));
        let before = call.and_then(|call| call.work.as_ref()).map_or(0, |work| work.leased.entry.attempts);
        let (finding, reusable) = Finding::of_message(ended, before);
        self.concluded(connection, finding, reusable)
    }

    fn concluded(
        &mut self,
        connection: ConnectionId,
        finding: Finding,
        reusable: bool,
    ) -> Result<(), Broken> {
        let now = self.now;
        let Some(node) = &mut self.node else { return Ok(()) };
        let Some(call) = node.calls.get_mut(&connection) else { return Ok(()) };
        let (path, site) = (call.path, call.site.clone());
        if let Some(work) = call.work.take() {
            if let Some(why) = finding.suspends() {
                node.scheduler.slow_down(now, path, why);
            }
            let settlement = node.conclude(now, work.leased, attempt(&site, work.started, finding));
            self.settle(settlement);
        }
        if reusable {
            self.soon(Own::Ask(connection));
        } else {
            self.close(connection, Closed::Lost);
        }
        Ok(())
    }

    fn close(&mut self, connection: ConnectionId, how: Closed) {
        let now = self.now;
        let Some(node) = &mut self.node else { return };
        if let Some(call) = node.calls.remove(&connection) {
            self.checks.closed(call.path);
            node.scheduler.closed(now, connection, how);
            if let Some(work) = call.work {
                self.settled(work.leased.entry.delivery, Settled::Returned);
            }
        }
    }

    // Octets

    /// In one piece or in two.
    fn send(&mut self, connection: ConnectionId, octets: Vec<u8>) {
        if !octets.is_empty() {
            let at = self.arrival(connection);
            self.own_at(at, Own::ToPeer(connection, octets));
        }
    }

    /// When octets that are sent now arrive: never before earlier ones.
    fn arrival(&mut self, connection: ConnectionId) -> At {
        let at = self.now.after(self.chance.up_to(Duration::from_millis(50)));
        let call = self.node.as_mut().and_then(|node| node.calls.get_mut(&connection));
        call.map_or(at, |call| {
            call.arrives = call.arrives.max(at);
            call.arrives
        })
    }

    pub(crate) fn peer_hears(&mut self, connection: ConnectionId, octets: &[u8]) {
        let Some(call) = self.node.as_mut().and_then(|node| node.calls.get_mut(&connection)) else { return };
        let (Some(visit), Some(peer)) = (&mut call.visit, self.peers.get_mut(&call.site)) else { return };
        let cut = self.chance.below(u32::try_from(octets.len()).unwrap_or(1)) as usize;
        let (one, two) = octets.split_at(cut);
        let mut said = peer.hear((self.now, &mut self.chance), visit, one, &mut self.ledger);
        if !said.closes {
            let more = peer.hear((self.now, &mut self.chance), visit, two, &mut self.ledger);
            said.octets.extend(more.octets);
            said.closes = more.closes;
        }
        if said.closes {
            call.visit = None;
        }
        if said.closes || !said.octets.is_empty() {
            let at = self.arrival(connection);
            self.own_at(at, Own::ToUs(connection, said));
        }
    }

    pub(crate) fn node_hears(&mut self, connection: ConnectionId, said: Said) -> Result<(), Broken> {
        let Some(call) = self.node.as_mut().and_then(|node| node.calls.get_mut(&connection)) else {
            return Ok(());
        };
        call.heard += 1;
        call.input.extend_from_slice(&said.octets);
        let waits = call.work.is_some() || !call.connected;
        let phase = call.client.phase();
        if waits && !said.octets.is_empty() {
            self.pump(connection)?;
        }
        let Some(call) = self.node.as_mut().and_then(|node| node.calls.get_mut(&connection)) else {
            return Ok(());
        };
        if said.closes {
            let idle = call.work.is_none() && call.connected;
            if idle {
                self.close(connection, Closed::Finished);
                return Ok(());
            }
            let phase = if call.work.is_some() { call.client.phase() } else { phase };
            return self
                .broke(connection, Finding::from_break(phase, "the peer closed the connection".into()));
        }
        Ok(())
    }

    fn heard(&self, connection: ConnectionId) -> u64 {
        self.node.as_ref().and_then(|node| node.calls.get(&connection)).map_or(0, |call| call.heard)
    }

    fn wait_for_peer(&mut self, connection: ConnectionId) {
        let heard = self.heard(connection);
        self.own_at(self.now.after(PATIENCE), Own::Silence(connection, heard));
    }

    pub(crate) fn silence(&mut self, connection: ConnectionId, since: u64) -> Result<(), Broken> {
        let Some(call) = self.node.as_ref().and_then(|node| node.calls.get(&connection)) else {
            return Ok(());
        };
        if call.heard != since {
            return Ok(());
        }
        if call.work.is_none() && call.connected {
            self.close(connection, Closed::Finished);
            return Ok(());
        }
        let phase = call.client.phase();
        self.broke(connection, Finding::from_break(phase, "the peer did not answer".into()))
    }
}

fn said_yes() -> Finding {
    Finding::from_reply(Stage::Body, mail::Reply::new(250, (2, 0, 0), "assumed"))
}
