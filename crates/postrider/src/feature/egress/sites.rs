//! Where a domain's mail goes: the route, the MX set, hence the site; and what a connection to a site must know.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mail::Domain;
use net::resolver::{MailHosts, MxHost};
use queue::{PathLimits, Site, Unresolved};

use crate::app::App;
use crate::settings::{Delivery, Host, NextHop, Route, Secret, TlsMode};

/// The key of the site that keeps mail on this machine.
pub const CAPTURE: &str = "capture";
/// How long a route's answer holds: it only changes with the settings, hence with a start.
const ROUTE_VALID: Duration = Duration::from_secs(3_600);
/// How long a temporary failure of the DNS is believed.
const TEMPORARY_VALID: Duration = Duration::from_secs(60);
/// How long a permanent answer is believed, so that a domain that was mistyped in its own zone recovers soon.
const PERMANENT_VALID: Duration = Duration::from_secs(300);

/// A server to call: a name that DNS resolves, or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub host: Host,
    pub port: u16,
    /// Peers of one preference are called in random order (RFC 5321 §5.1).
    pub preference: u16,
    /// Whether it may be this machine: the operator said so, not the DNS.
    pub may_be_here: bool,
}

/// What a connection to a site must know.
#[derive(Clone, Debug)]
pub struct Target {
    /// Most preferred first.
    pub peers: Vec<Peer>,
    pub tls: TlsMode,
    pub credentials: Option<(String, Secret)>,
}

/// The sites that the scheduler knows, and why domains could not be resolved.
///
/// Guarantee: a site's target is there as long as anybody has its key, which the scheduler has while it knows the site.
#[derive(Default)]
pub struct Sites {
    targets: Mutex<Targets>,
    reasons: Mutex<HashMap<Arc<str>, String>>,
}

#[derive(Default)]
struct Targets {
    by_site: HashMap<Arc<str>, Arc<Target>>,
    /// How many are kept until those are looked for that nobody needs.
    kept_max: usize,
}

/// Reasons after which they begin anew, and targets before any is forgotten. Reason: a name costs some 200 octets, and
/// why nothing goes to it is found out again by its next attempt.
const KEPT_MAX: usize = 100_000;

impl Sites {
    pub(super) fn target(&self, site: &str) -> Option<Arc<Target>> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).by_site.get(site).cloned()
    }

    /// Why nothing goes to a domain or a site, in words for people.
    #[must_use]
    pub fn reason(&self, of: &str) -> Option<String> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner).get(of).cloned()
    }

    pub(super) fn note_reason(&self, of: &Arc<str>, reason: String) {
        let mut reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
        if reasons.len() >= KEPT_MAX {
            reasons.clear();
        }
        reasons.insert(of.clone(), reason);
    }

    /// Keeps what a connection to a site must know. Gives the key to hand to the scheduler: the target is kept for as long
    /// as that very one is in use.
    fn keep(&self, site: &str, target: Target) -> Arc<str> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).keep(site, target, KEPT_MAX)
    }
}

impl Targets {
    fn keep(&mut self, site: &str, target: Target, kept_min: usize) -> Arc<str> {
        let key = self.by_site.get_key_value(site).map_or_else(|| site.into(), |(key, _)| key.clone());
        self.by_site.insert(key.clone(), target.into());
        if self.by_site.len() > self.kept_max.max(kept_min) {
            self.by_site.retain(|key, _| Arc::strong_count(key) > 1);
            // Twice as many as are needed: each look is paid for by as many sites that are new.
            self.kept_max = self.by_site.len() * 2;
        }
        key
    }
}

/// Finds a domain's site and tells the scheduler.
pub(super) async fn resolve(app: &Arc<App>, domain: Arc<str>) {
    let answer = match Domain::parse(&domain) {
        Ok(name) => find(app, &name).await,
        // Nothing that was accepted has such a domain; an answer is owed all the same.
        Err(error) => Found::none(Unresolved::NoSuchDomain, error.to_string()),
    };
    if let Some(reason) = answer.reason {
        tracing::info!(domain = %domain, %reason, "a domain has no server for its mail now");
        app.egress.sites.note_reason(&domain, reason);
    }
    app.egress.with(app, |scheduler, now| {
        scheduler.resolved(now, &domain, answer.site, now.after(answer.valid));
    });
}

struct Found {
    site: Result<Site, Unresolved>,
    valid: Duration,
    reason: Option<String>,
}

impl Found {
    fn site(key: Arc<str>, limits: Option<PathLimits>, valid: Duration) -> Found {
        Found { site: Ok(Site { key, limits }), valid, reason: None }
    }

    fn none(why: Unresolved, reason: String) -> Found {
        let valid = match why {
            Unresolved::Temporary => TEMPORARY_VALID,
            Unresolved::NoSuchDomain | Unresolved::NullMx => PERMANENT_VALID,
        };
        Found { site: Err(why), valid, reason: Some(reason) }
    }
}

async fn find(app: &App, domain: &Domain) -> Found {
    let route = app.settings.route_for(domain);
    match &route.next_hop {
        NextHop::Capture => Found::site(CAPTURE.into(), None, ROUTE_VALID),
        NextHop::Host { host, port } => {
            let peers = vec![Peer { host: host.clone(), port: *port, preference: 0, may_be_here: true }];
            to(app, route, (format!("{host}:{port}"), peers), ROUTE_VALID)
        }
        NextHop::Mx => match app.resolver.mail_hosts(domain).await {
            MailHosts::Hosts { hosts, valid_for, .. } => by_mx(app, domain, route, (hosts, valid_for)),
            MailHosts::NullMx => {
                Found::none(Unresolved::NullMx, format!("{domain} says that it takes no mail (null MX)"))
            }
            MailHosts::NoSuchDomain => {
                Found::none(Unresolved::NoSuchDomain, format!("the domain {domain} does not exist"))
            }
            MailHosts::NoMailHost { reason } => {
                Found::none(Unresolved::NoSuchDomain, format!("{domain}: {reason}"))
            }
            MailHosts::Temporary { reason } => {
                Found::none(Unresolved::Temporary, format!("{domain}: {reason}"))
            }
        },
    }
}

fn by_mx(app: &App, domain: &Domain, route: &Route, (hosts, valid): (Vec<MxHost>, Duration)) -> Found {
    let hosts = before_ourselves(hosts, &app.hostname);
    if hosts.is_empty() {
        let reason =
            format!("{domain} names this machine as its best mail server, which does not take its mail");
        return Found::none(Unresolved::NoSuchDomain, reason);
    }
    let mut names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
    names.sort_unstable();
    let place = format!("mx:{}", names.join("|"));
    let (port, may_be_here) = (app.settings.delivery.mx_port, app.settings.delivery.mx_on_loopback);
    let peer =
        |host: MxHost| Peer { host: Host::Name(host.name), port, preference: host.preference, may_be_here };
    to(app, route, (place, hosts.into_iter().map(peer).collect()), valid)
}

/// The site of a route's servers, kept for those who connect to it.
fn to(app: &App, route: &Route, (place, peers): (String, Vec<Peer>), valid: Duration) -> Found {
    let limits = limits_of(route, limits(&app.settings.delivery));
    let key = site_key(place, route, limits);
    let target = Target { peers, tls: route.tls, credentials: credentials(route) };
    Found::site(app.egress.sites.keep(&key, target), limits, valid)
}

/// What holds for every path whose route says nothing else.
pub(crate) fn limits(delivery: &Delivery) -> PathLimits {
    PathLimits {
        connections_max: delivery.connections_per_path_max,
        messages_per_connection_max: delivery.messages_per_connection_max,
        messages_per_s_max: delivery.messages_per_s_per_path_max.map(NonZeroU32::get),
    }
}

/// Those of a route that has limits of its own: what it says, and what it does not say from `all`.
fn limits_of(route: &Route, all: PathLimits) -> Option<PathLimits> {
    let own = |said: Option<NonZeroU32>, else_: u32| said.map_or(else_, NonZeroU32::get);
    route.has_limits().then(|| PathLimits {
        connections_max: own(route.connections_max, all.connections_max),
        messages_per_connection_max: own(route.messages_per_connection_max, all.messages_per_connection_max),
        messages_per_s_max: route.messages_per_s_max.map(NonZeroU32::get).or(all.messages_per_s_max),
    })
}

/// RFC 5321 §5.1: when we are in the list, only hosts more preferred than ourselves may be called, or mail would loop.
fn before_ourselves(hosts: Vec<MxHost>, hostname: &str) -> Vec<MxHost> {
    let ours = hosts.iter().filter(|host| host.name.as_str() == hostname).map(|host| host.preference).min();
    hosts.into_iter().filter(|host| ours.is_none_or(|ours| host.preference < ours)).collect()
}

/// Two routes to the same servers share a site, hence its connections, only when they ask for the same TLS, log in as
/// the same user and have the same limits: else the mail of one would go out under the rules of the other.
fn site_key(place: String, route: &Route, limits: Option<PathLimits>) -> String {
    let mut key = place;
    if route.tls != TlsMode::Opportunistic {
        key = format!("{key} tls={}", route.tls.as_str());
    }
    if let Some(limits) = limits {
        let PathLimits { connections_max, messages_per_connection_max, messages_per_s_max } = limits;
        let rate = messages_per_s_max.unwrap_or(0);
        key = format!("{key} limits={connections_max}/{messages_per_connection_max}/{rate}");
    }
    if let Some(username) = &route.username {
        key = format!("{key} as {username}");
    }
    key
}

fn credentials(route: &Route) -> Option<(String, Secret)> {
    route.username.clone().zip(route.password.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::DomainPattern;

    #[test]
    fn we_never_call_ourselves_nor_anybody_behind_us() {
        let host = |preference, name| MxHost { preference, name: Domain::parse(name).unwrap() };
        let all =
            vec![host(5, "a.example"), host(10, "us.example"), host(10, "b.example"), host(20, "c.example")];
        assert_eq!(before_ourselves(all.clone(), "us.example"), [host(5, "a.example")]);
        assert_eq!(before_ourselves(all.clone(), "other.example"), all);
        assert_eq!(before_ourselves(all, "a.example"), []);
    }

    #[test]
    fn routes_that_ask_for_other_tls_another_user_or_other_limits_share_no_connections() {
        let key = |tls, user: Option<&str>, rate| {
            let route = Route { tls, username: user.map(str::to_owned), ..route(None, None, rate) };
            site_key("mx:a.example".into(), &route, limits_of(&route, PathLimits::default()))
        };
        assert_eq!(key(TlsMode::Opportunistic, None, None), "mx:a.example");
        let mut keys = Vec::new();
        for tls in [TlsMode::None, TlsMode::Opportunistic, TlsMode::Required, TlsMode::Implicit] {
            for user in [None, Some("ann"), Some("bob")] {
                keys.extend([None, Some(1), Some(2)].map(|rate| key(tls, user, rate)));
            }
        }
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 36);
    }

    #[test]
    fn a_route_says_otherwise_what_it_says_and_the_rest_is_as_for_all() {
        let all = PathLimits {
            connections_max: 20,
            messages_per_connection_max: 100,
            messages_per_s_max: Some(50),
        };
        assert_eq!(limits_of(&route(None, None, None), all), None);
        let cases = [
            (route(Some(2), None, None), PathLimits { connections_max: 2, ..all }),
            (route(None, Some(3), None), PathLimits { messages_per_connection_max: 3, ..all }),
            (route(None, None, Some(4)), PathLimits { messages_per_s_max: Some(4), ..all }),
        ];
        for (route, expected) in cases {
            assert_eq!(limits_of(&route, all), Some(expected));
        }
    }

    fn route(connections: Option<u32>, messages: Option<u32>, rate: Option<u32>) -> Route {
        let some = |limit: Option<u32>| limit.and_then(NonZeroU32::new);
        Route {
            domain: DomainPattern::Any,
            next_hop: NextHop::Mx,
            tls: TlsMode::Opportunistic,
            username: None,
            password: None,
            connections_max: some(connections),
            messages_per_connection_max: some(messages),
            messages_per_s_max: some(rate),
        }
    }

    #[test]
    fn a_flood_of_sites_takes_no_target_from_a_site_that_is_in_use() {
        let target = || Target { peers: Vec::new(), tls: TlsMode::None, credentials: None };
        let (mut targets, key) = (Targets::default(), |n: usize| format!("mx:{n}.example"));
        let in_use: Vec<_> = (0..10).map(|n| targets.keep(&key(n), target(), 4)).collect();
        for n in 10..1_000 {
            targets.keep(&key(n), target(), 4);
            assert!(targets.by_site.len() <= 22, "{} of which ten are needed", targets.by_site.len());
        }
        assert!(in_use.iter().all(|key| targets.by_site.contains_key(key)));
        // A site that is resolved again is in use by the key that it is known by.
        let again = targets.keep(&key(3), target(), 4);
        assert!(Arc::ptr_eq(&again, &in_use[3]));
        drop(in_use);
        for n in 10..1_000 {
            targets.keep(&key(n), target(), 4);
        }
        assert!(targets.by_site.contains_key(&again) && targets.by_site.len() <= 5);
    }

    #[test]
    fn the_scheduler_keeps_the_key_that_it_was_given() {
        let (now, mut actions) = (mail::At(0), Vec::new());
        let mut scheduler = queue::Scheduler::new(queue::Config::default(), 1);
        let queue = |domain: &str| queue::QueueKey {
            workspace: 1,
            lane: queue::Lane::Transactional,
            domain: domain.into(),
        };
        let expires = now.after(ROUTE_VALID);
        let key: Arc<str> = "mx:a.example".into();
        for (delivery, domain) in [(1, "a.example"), (2, "b.example")] {
            let entry = queue::Entry { delivery, message: delivery, due: now, expires, attempts: 0 };
            let _placed = scheduler.accept(now, &queue(domain), entry);
            scheduler.poll(now, &mut actions);
            scheduler.resolved(now, domain, Ok(Site { key: key.clone(), limits: None }), expires);
        }
        scheduler.poll(now, &mut actions);
        actions.clear();
        assert!(Arc::strong_count(&key) > 1, "a target that nobody else has the key of would be forgotten");
    }
}
