//! The life of one connection: call the site, take leases, hand over, settle, say goodbye.
//!
//! Guarantee: every lease that a connection takes is settled, whatever happens to the connection or to its task.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use mail::classify::{BounceClass, Stage};
use net::clock::Stopwatch;
use net::tls::Trust;
use queue::{Closed, ConnectionId, Entry, Lease, PathId, QueueKey};
use smtp::client::{ClientConfig, ClientSession, Credentials};
use tokio::sync::Notify;

use super::Way;
use super::amends;
use super::attempt::{Attempt, Finding};
use super::settle::{self, Conclusion, Leased};
use super::sites::{Peer, Target};
use super::wire::{Timeouts, Wire, explain, unreachable};
use crate::app::App;
use crate::feature::suppression;
use crate::settings::{Host, TlsMode};

/// Addresses tried before a call counts as failed. Reason: a set of 20 hosts that are all down must not take an hour.
const ADDRESSES_TRIED_MAX: usize = 5;
/// Pause of a connection while the database does not take outcomes.
const CHOKED_WAIT: std::time::Duration = std::time::Duration::from_millis(200);

/// What the scheduler asked for.
pub(super) struct Call {
    pub(super) connection: ConnectionId,
    pub(super) path: PathId,
    pub(super) source: u16,
    pub(super) site: Arc<str>,
}

pub(super) async fn run(app: &Arc<App>, call: Call) {
    let started = net::clock::now();
    let clock = Stopwatch::start();
    let opened = match app.egress.sites.target(&call.site) {
        Some(target) => open(app, &call, &target).await,
        None => Err((unreachable("the site is not known any more".into()), String::new())),
    };
    match opened {
        Ok(wire) => {
            app.egress.with(app, |scheduler, now| scheduler.connected(now, call.connection));
            let how = work(app, &call, wire).await;
            app.egress.closed(app, call.connection, how);
        }
        Err((finding, conversation)) => {
            tracing::info!(site = %call.site, reply = %finding.reply, "a site could not be reached");
            app.egress.sites.note_reason(&call.site, finding.reply.to_string());
            blame(app, &call, finding, (started, clock, conversation)).await;
        }
    }
}

/// A call that failed is written down at the one delivery that was next, so that people see why nothing goes out; all
/// others wait with the path.
async fn blame(
    app: &Arc<App>,
    call: &Call,
    finding: Finding,
    (started, clock, conversation): (mail::At, Stopwatch, String),
) {
    let lease = app.egress.call_failed(app, call.connection);
    if let Lease::Take { key, entry } = lease {
        let _amends = amends::in_hand(app, entry.delivery);
        let attempt = Attempt {
            started,
            duration_us: i64::try_from(clock.elapsed().as_micros()).unwrap_or(i64::MAX),
            site: call.site.clone(),
            peer: String::new(),
            tls: None,
            peer_notifies: false,
            finding,
            conversation,
        };
        settle::attempted(app, Leased { key, entry, parcel: None }, attempt);
    }
}

/// Calls the site's hosts in order until one takes mail.
async fn open(app: &App, call: &Call, target: &Target) -> Result<Wire, (Finding, String)> {
    let mut last = (unreachable("no server of the site has an address".into()), String::new());
    let mut tried = 0;
    for peer in in_order(&target.peers) {
        let addresses = match addresses(app, peer).await {
            Ok(addresses) => addresses,
            Err(finding) => {
                last = (finding, String::new());
                continue;
            }
        };
        for address in addresses {
            if tried == ADDRESSES_TRIED_MAX {
                return Err(last);
            }
            tried += 1;
            match reach(app, call, target, (peer, address)).await {
                Ok(wire) => return Ok(wire),
                Err(failed) => last = failed,
            }
        }
    }
    Err(last)
}

/// By preference, equals in random order.
fn in_order(peers: &[Peer]) -> Vec<&Peer> {
    let mut order: Vec<_> =
        peers.iter().map(|peer| (peer.preference, net::clock::random_u64(), peer)).collect();
    order.sort_by_key(|(preference, chance, _)| (*preference, *chance));
    order.into_iter().map(|(_, _, peer)| peer).collect()
}

async fn addresses(app: &App, peer: &Peer) -> Result<Vec<IpAddr>, Finding> {
    match &peer.host {
        Host::Address(address) => Ok(vec![*address]),
        Host::Name(name) if name.as_str() == "localhost" && peer.may_be_here => {
            Ok(vec![IpAddr::from([127, 0, 0, 1])])
        }
        Host::Name(name) => {
            let found = app.resolver.addresses(name).await.map_err(|failure| {
                Finding::local(Stage::Connect, BounceClass::TransientDns, "dns", format!("{name}: {failure}"))
            })?;
            Ok(found.into_iter().filter(|address| peer.may_be_here || !is_here(*address)).collect())
        }
    }
}

/// Whether an address is this machine's own. No domain's MX may lead there: what listens on loopback trusts who calls.
fn is_here(address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_loopback() || address.is_unspecified()
}

/// One address: connects and opens the session; when TLS was only a wish and fails, once more in clear (RFC 7435).
async fn reach(
    app: &App,
    call: &Call,
    target: &Target,
    (peer, address): (&Peer, IpAddr),
) -> Result<Wire, (Finding, String)> {
    match try_mode(app, call, target, (peer, address), target.tls).await {
        Err((finding, _)) if target.tls == TlsMode::Opportunistic && finding.stage == Stage::StartTls => {
            tracing::info!(site = %call.site, reply = %finding.reply, "TLS failed and is only a wish: going on in clear");
            try_mode(app, call, target, (peer, address), TlsMode::None).await
        }
        other => other,
    }
}

async fn try_mode(
    app: &App,
    call: &Call,
    target: &Target,
    (peer, address): (&Peer, IpAddr),
    mode: TlsMode,
) -> Result<Wire, (Finding, String)> {
    let settings = &app.settings.delivery;
    let source = settings.source_addresses.get(usize::from(call.source)).copied();
    let place = SocketAddr::new(address, peer.port);
    let dialled = net::dial::dial(place, source, settings.connect_timeout).await;
    let dialled = dialled.map_err(|error| (unreachable(explain(&error)), String::new()))?;
    let name = peer.host.to_string();
    let trust = if mode.is_verified() { Trust::Verified } else { Trust::Anyone };
    let mut stream = dialled.stream;
    if mode == TlsMode::Implicit {
        let secured = stream.connect_tls(&app.client_tls, trust, &name, settings.connect_timeout).await;
        stream = secured.map_err(|error| (unreachable(explain(&error)), String::new()))?;
    }
    let session = ClientSession::new(client_config(app, target, mode, address));
    let mut wire =
        Wire::new(stream, session, Timeouts::of(settings), format!("{name} [{address}]:{}", peer.port));
    match wire.open(&app.client_tls, trust, &name).await {
        Ok(()) => Ok(wire),
        Err(finding) => Err((finding, wire.take_conversation())),
    }
}

fn client_config(app: &App, target: &Target, mode: TlsMode, address: IpAddr) -> ClientConfig {
    let auth = target.credentials.as_ref().map(|(username, password)| Credentials {
        username: username.clone(),
        password: smtp::Secret::new(password.expose()),
    });
    let tls = match mode {
        TlsMode::None => smtp::client::TlsMode::None,
        TlsMode::Opportunistic => smtp::client::TlsMode::Opportunistic,
        TlsMode::Required => smtp::client::TlsMode::Required,
        TlsMode::Implicit => smtp::client::TlsMode::Implicit,
    };
    let ehlo_name = app.settings.delivery.ehlo_name.as_ref().map_or(&*app.hostname, |name| name.as_str());
    ClientConfig { ehlo_name: ehlo_name.to_owned(), tls, auth, auth_without_tls: address.is_loopback() }
}

/// Hands over message after message until there is no more, the peer has enough, or the connection breaks.
async fn work(app: &Arc<App>, call: &Call, mut wire: Wire) -> Closed {
    let waker = Arc::new(Notify::new());
    let mut opening = Some(wire.take_conversation());
    loop {
        if app.egress.is_choked() {
            tokio::time::sleep(CHOKED_WAIT).await;
            continue;
        }
        match app.egress.lease(app, call.connection, &waker) {
            Lease::Take { key, entry } => {
                let reusable = hand_over(app, call, &mut wire, (key, entry), opening.take()).await;
                if !reusable {
                    return Closed::Lost;
                }
            }
            Lease::Idle => {
                let idle = app.settings.delivery.connection_idle;
                tokio::select! {
                    () = waker.notified() => {}
                    () = wire.hears_the_peer() => return Closed::Finished,
                    () = tokio::time::sleep(idle) => break,
                }
            }
            Lease::Wait(until) => tokio::time::sleep(until.since(net::clock::now())).await,
            Lease::Close => break,
        }
    }
    wire.quit().await;
    Closed::Finished
}

/// One lease, from the database to its settlement. False when the connection is of no more use.
async fn hand_over(
    app: &Arc<App>,
    call: &Call,
    wire: &mut Wire,
    (key, entry): (QueueKey, Entry),
    opening: Option<String>,
) -> bool {
    let _amends = amends::in_hand(app, entry.delivery);
    let Some((leased, composed)) = super::prepare(app, key, entry, Way::Out).await else { return true };
    let started = net::clock::now();
    let clock = Stopwatch::start();
    let (finding, reusable) = wire.send(&composed, entry.attempts).await;
    let said = wire.take_conversation();
    let attempt = Attempt {
        started,
        duration_us: i64::try_from(clock.elapsed().as_micros()).unwrap_or(i64::MAX),
        site: call.site.clone(),
        peer: wire.peer.clone(),
        tls: wire.tls(),
        peer_notifies: wire.peer_notifies(),
        finding,
        conversation: match opening {
            Some(opening) => opening + &said,
            None => said,
        },
    };
    heed(app, call.path, &attempt.finding);
    settle::attempted(app, leased, attempt);
    reusable
}

fn heed(app: &Arc<App>, path: PathId, finding: &Finding) {
    if let Some(why) = finding.suspends() {
        app.egress.with(app, |scheduler, now| scheduler.slow_down(now, path, why));
    }
}

/// Whether the recipient was suppressed since it was accepted.
pub(super) async fn suppressed_since(
    app: &Arc<App>,
    leased: &Leased,
) -> Result<Option<Conclusion>, store::StoreError> {
    let Some(parcel) = &leased.parcel else { return Ok(None) };
    let Some(path) = parcel.path(leased.entry.delivery) else { return Ok(None) };
    let place = (parcel.workspace, parcel.stream);
    let reason = suppression::suppressed(&app.store, &app.suppressions, place, &path.address).await?;
    Ok(reason.map(Conclusion::Suppressed))
}
