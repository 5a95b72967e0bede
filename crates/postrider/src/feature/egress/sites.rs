//! Where a domain's mail goes: the route, the MX set, hence the site; and what a connection to a site must know.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mail::Domain;
use net::resolver::{MailHosts, MxHost};
use queue::{Site, Unresolved};

use crate::app::App;
use crate::settings::{Host, NextHop, Route, Secret, TlsMode};

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

/// Every site that was resolved, and why domains could not be.
#[derive(Default)]
pub struct Sites {
    targets: Mutex<HashMap<Arc<str>, Arc<Target>>>,
    reasons: Mutex<HashMap<Arc<str>, String>>,
}

/// Entries after which the maps begin anew. Reason: a name costs some 200 octets, and all can be asked again.
const KEPT_MAX: usize = 100_000;

impl Sites {
    pub(super) fn target(&self, site: &str) -> Option<Arc<Target>> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).get(site).cloned()
    }

    /// Why nothing goes to a domain or a site, in words for people.
    #[must_use]
    pub fn reason(&self, of: &str) -> Option<String> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner).get(of).cloned()
    }

    pub(super) fn note_reason(&self, of: &Arc<str>, reason: String) {
        bounded(&mut self.reasons.lock().unwrap_or_else(PoisonError::into_inner)).insert(of.clone(), reason);
    }

    fn keep(&self, site: &Arc<str>, target: Target) {
        bounded(&mut self.targets.lock().unwrap_or_else(PoisonError::into_inner))
            .insert(site.clone(), target.into());
    }
}

fn bounded<V>(map: &mut HashMap<Arc<str>, V>) -> &mut HashMap<Arc<str>, V> {
    if map.len() >= KEPT_MAX {
        map.clear();
    }
    map
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
    fn site(key: Arc<str>, valid: Duration) -> Found {
        Found { site: Ok(Site { key, limits: None }), valid, reason: None }
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
        NextHop::Capture => Found::site(CAPTURE.into(), ROUTE_VALID),
        NextHop::Host { host, port } => {
            let key = site_key(format!("{host}:{port}"), route.tls, route.username.as_deref());
            let peers = vec![Peer { host: host.clone(), port: *port, preference: 0, may_be_here: true }];
            app.egress.sites.keep(&key, target(peers, route));
            Found::site(key, ROUTE_VALID)
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
    let key = site_key(format!("mx:{}", names.join("|")), route.tls, route.username.as_deref());
    let (port, may_be_here) = (app.settings.delivery.mx_port, app.settings.delivery.mx_on_loopback);
    let peer =
        |host: MxHost| Peer { host: Host::Name(host.name), port, preference: host.preference, may_be_here };
    let peers = hosts.into_iter().map(peer);
    app.egress.sites.keep(&key, target(peers.collect(), route));
    Found::site(key, valid)
}

/// RFC 5321 §5.1: when we are in the list, only hosts more preferred than ourselves may be called, or mail would loop.
fn before_ourselves(hosts: Vec<MxHost>, hostname: &str) -> Vec<MxHost> {
    let ours = hosts.iter().filter(|host| host.name.as_str() == hostname).map(|host| host.preference).min();
    hosts.into_iter().filter(|host| ours.is_none_or(|ours| host.preference < ours)).collect()
}

/// Two routes to the same servers share a site, hence its connections, only when they ask for the same TLS and log in as
/// the same user: else the mail of one would go out under the rules of the other.
fn site_key(place: String, tls: TlsMode, username: Option<&str>) -> Arc<str> {
    let mut key = place;
    if tls != TlsMode::Opportunistic {
        key = format!("{key} tls={}", tls.as_str());
    }
    if let Some(username) = username {
        key = format!("{key} as {username}");
    }
    key.into()
}

fn target(peers: Vec<Peer>, route: &Route) -> Target {
    Target { peers, tls: route.tls, credentials: credentials(route) }
}

fn credentials(route: &Route) -> Option<(String, Secret)> {
    route.username.clone().zip(route.password.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn routes_that_ask_for_other_tls_or_another_user_share_no_connections() {
        let key = |tls, user| site_key("mx:a.example".into(), tls, user);
        assert_eq!(&*key(TlsMode::Opportunistic, None), "mx:a.example");
        let mut keys: Vec<_> = [TlsMode::None, TlsMode::Opportunistic, TlsMode::Required, TlsMode::Implicit]
            .into_iter()
            .flat_map(|tls| [None, Some("ann"), Some("bob")].map(|user| key(tls, user)))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 12);
    }
}
