//! Where mail goes, by the recipient's domain.
//!
//! Guarantee: the most specific route wins (exact name, then the longest `*.name`, then `*`, then `[delivery]`),
//! whatever the order in the file; a look-up costs one hash per label of the domain, however many routes there are.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;

use mail::Domain;

use super::sections::Route;
use super::value::{FromText, words};

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NextHop {
    /// The servers that the recipient's domain names.
    Mx,
    /// A mailbox of ours that the API shows; nothing leaves the machine.
    Capture,
    /// One server, without an MX look-up.
    Host { host: Host, port: u16 },
}

/// A server, by name or by address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Host {
    Name(Domain),
    Address(IpAddr),
}

impl Host {
    /// Whether it is this machine, so that nothing said to it crosses a wire.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self {
            Host::Name(name) => name.as_str() == "localhost",
            Host::Address(address) => address.to_canonical().is_loopback(),
        }
    }
}

words! {
    /// How a connection to a next hop is protected.
    TlsMode {
        /// Never TLS.
        None = "none",
        /// TLS when the peer offers it, whatever its certificate (RFC 7435).
        Opportunistic = "opportunistic",
        /// STARTTLS with a verified certificate, or no delivery.
        Required = "required",
        /// TLS from the first byte, with a verified certificate (RFC 8314 §3.3).
        Implicit = "implicit",
    }
}

impl TlsMode {
    /// Whether the peer's certificate is verified, so that it may see a password.
    #[must_use]
    pub fn is_verified(self) -> bool {
        match self {
            TlsMode::None | TlsMode::Opportunistic => false,
            TlsMode::Required | TlsMode::Implicit => true,
        }
    }
}

/// Which domains a route is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DomainPattern {
    /// `example.org`.
    Exactly(Domain),
    /// `*.example.org`: every name below it, at any depth, and not the name itself.
    Below(Domain),
    /// `*`.
    Any,
}

impl DomainPattern {
    /// Whether a domain is one of them.
    #[must_use]
    pub fn covers(&self, domain: &Domain) -> bool {
        match self {
            DomainPattern::Exactly(name) => name == domain,
            DomainPattern::Below(parent) => domain.is_within(parent) && domain != parent,
            DomainPattern::Any => true,
        }
    }
}

impl FromText for DomainPattern {
    fn from_text(text: &str) -> Result<DomainPattern, String> {
        match (text, text.strip_prefix("*.")) {
            ("", _) => Err("must be written: a name, *.name, or *".to_owned()),
            ("*", _) => Ok(DomainPattern::Any),
            (_, Some(parent)) => Domain::from_text(parent).map(DomainPattern::Below),
            (name, None) => Domain::from_text(name).map(DomainPattern::Exactly),
        }
    }
}

impl fmt::Display for DomainPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DomainPattern::Exactly(name) => write!(f, "{name}"),
            DomainPattern::Below(parent) => write!(f, "*.{parent}"),
            DomainPattern::Any => f.write_str("*"),
        }
    }
}

impl FromText for NextHop {
    fn from_text(text: &str) -> Result<NextHop, String> {
        let form = || format!("{text:?} is not mx, capture, or a host and port such as mail.example.org:25");
        match text {
            "" => Err("must be written: mx, capture, or a host and port".to_owned()),
            "mx" => Ok(NextHop::Mx),
            "capture" => Ok(NextHop::Capture),
            text => {
                let (host, port) = text.rsplit_once(':').ok_or_else(form)?;
                let port: u16 = port.parse().map_err(|_| form())?;
                if port == 0 {
                    return Err("a next hop cannot have port 0".to_owned());
                }
                let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
                let host = match bracketed {
                    Some(address) => Host::Address(IpAddr::V6(address.parse().map_err(|_| form())?)),
                    None => match host.parse() {
                        Ok(address) => Host::Address(IpAddr::V4(address)),
                        Err(_) => Host::Name(Domain::parse(host).map_err(|_| form())?),
                    },
                };
                Ok(NextHop::Host { host, port })
            }
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Name(name) => write!(f, "{name}"),
            Host::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Host::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for NextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NextHop::Mx => f.write_str("mx"),
            NextHop::Capture => f.write_str("capture"),
            NextHop::Host { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

impl Route {
    /// Whether its mail keeps other limits than all other.
    #[must_use]
    pub fn has_limits(&self) -> bool {
        [self.connections_max, self.messages_per_connection_max, self.messages_per_s_max]
            .iter()
            .any(Option::is_some)
    }
}

/// All routes, ready to be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Routes {
    /// By the name that a pattern holds.
    exactly: HashMap<Domain, Route>,
    below: HashMap<Domain, Route>,
    /// The `*` route, or what `[delivery]` says.
    otherwise: Route,
}

impl Routes {
    /// `routes` hold no pattern twice (`check` reports those); of two, the later would stand.
    pub(super) fn new(routes: Vec<Route>, delivery: NextHop) -> Routes {
        let otherwise = Route {
            domain: DomainPattern::Any,
            next_hop: delivery,
            tls: TlsMode::Opportunistic,
            username: None,
            password: None,
            connections_max: None,
            messages_per_connection_max: None,
            messages_per_s_max: None,
        };
        let mut all = Routes { exactly: HashMap::new(), below: HashMap::new(), otherwise };
        for route in routes {
            match route.domain.clone() {
                DomainPattern::Exactly(name) => drop(all.exactly.insert(name, route)),
                DomainPattern::Below(parent) => drop(all.below.insert(parent, route)),
                DomainPattern::Any => all.otherwise = route,
            }
        }
        all
    }

    /// Whether any of them keeps mail in the capture mailbox.
    #[must_use]
    pub fn capture_any(&self) -> bool {
        let all = self.exactly.values().chain(self.below.values()).chain([&self.otherwise]);
        all.into_iter().any(|route| matches!(route.next_hop, NextHop::Capture))
    }

    /// The route for mail to `domain`.
    #[must_use]
    pub fn route_for(&self, domain: &Domain) -> &Route {
        if let Some(route) = self.exactly.get(domain) {
            return route;
        }
        if self.below.is_empty() {
            return &self.otherwise;
        }
        let parents = domain.as_str().match_indices('.').map(|(dot, _)| &domain.as_str()[dot + 1..]);
        parents
            .filter_map(|parent| Domain::parse(parent).ok())
            .find_map(|parent| self.below.get(&parent))
            .unwrap_or(&self.otherwise)
    }
}
