//! Names to hosts and addresses, with each way of failing kept apart.
//!
//! Guarantees
//! 1. Permanent and temporary failures are different values. Only an answer that says "there is none" is permanent:
//!    silence, SERVFAIL, REFUSED, a server that refers elsewhere and whatever is not understood are temporary.
//!    A circle of aliases ends at no record, which is an answer.
//! 2. The address records of a domain stand in for its MX records only when DNS said that it has no MX (RFC 5321 §5.1).
//! 3. Memory is bounded: the cache by [`CACHE_MAX`], an answer by [`MX_HOSTS_MAX`] and [`ADDRESSES_MAX`].
//!
//! Not here: whether a host is ourselves, which of equal preference comes first (the caller's affair), MTA-STS, DANE.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts, ServerOrderingStrategy,
};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use mail::Domain;

/// Hosts of one domain that are used, the most preferred first. Nobody tries more before the mail is old.
pub const MX_HOSTS_MAX: usize = 20;
/// Addresses of one host that are used.
pub const ADDRESSES_MAX: usize = 20;
/// Names of one address that are used.
pub const NAMES_MAX: usize = 20;
/// Answers kept in memory, positive and negative: a few megabytes, the domains of a large sender's busy hour.
pub const CACHE_MAX: u64 = 16_384;
/// A shorter TTL is not honoured: it would cost a question per message.
pub const TTL_MIN: Duration = Duration::from_secs(30);
/// A longer TTL is not honoured: a mended domain should be seen within the hour.
pub const TTL_MAX: Duration = Duration::from_secs(3_600);
/// How long "there is none" is believed at most.
const NEGATIVE_TTL_MAX: Duration = Duration::from_secs(300);
/// A question is asked again this often when no answer came.
const RETRIES: usize = 1;
/// Questions that may be open at once on one connection to a DNS server.
const QUESTIONS_OPEN_MAX: usize = 1_024;

/// Where the mail of a domain goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailHosts {
    /// Most preferred (lowest number) first; at least one.
    Hosts {
        hosts: Vec<MxHost>,
        /// How long the answer may be used.
        valid_for: Duration,
        /// The domain has no MX: the only host is the domain itself (RFC 5321 §5.1).
        implicit: bool,
    },
    /// The domain says that it takes no mail (RFC 7505). Permanent.
    NullMx,
    /// The domain does not exist. Permanent.
    NoSuchDomain,
    /// The domain exists, but names no host that could take mail. Permanent.
    NoMailHost { reason: &'static str },
    /// Not known now. The reason is for the operator.
    Temporary { reason: String },
}

/// A host that takes mail for a domain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MxHost {
    /// The lower, the sooner.
    pub preference: u16,
    pub name: Domain,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DnsFailure {
    /// Permanent: the name does not exist.
    #[error("the name does not exist")]
    NoSuchName,
    /// Permanent: the name exists, without a record of the kind asked for.
    #[error("the name has no such record")]
    NoRecord,
    /// Ask again later.
    #[error("{reason}")]
    Temporary { reason: String },
}

/// Why there is no resolver.
#[derive(Debug, thiserror::Error)]
#[error("reading the system's DNS settings")]
pub struct ConfigDnsError(#[source] NetError);

/// Asks the DNS, and remembers the answers. Cheap to clone; the clones share the memory.
#[derive(Clone)]
pub struct Resolver {
    inner: TokioResolver,
    /// Remembers nothing: for records that somebody has just published and is waiting for.
    forgetful: TokioResolver,
    /// For one answer, however many servers and retries it takes.
    answer_timeout: Duration,
}

impl Resolver {
    /// Asks `resolvers`, or the system's (`/etc/resolv.conf`, `/etc/hosts`) when there are none. `timeout` is for one
    /// question to one server.
    pub fn new(resolvers: &[SocketAddr], timeout: Duration) -> Result<Resolver, ConfigDnsError> {
        let tries = u32::try_from(RETRIES).expect("few retries") + 1;
        let answer_timeout =
            timeout * tries * u32::try_from(resolvers.len().clamp(1, 3)).expect("at most three");
        let inner = Resolver::build(resolvers, timeout, CACHE_MAX)?;
        Ok(Resolver { inner, forgetful: Resolver::build(resolvers, timeout, 0)?, answer_timeout })
    }

    fn build(
        resolvers: &[SocketAddr],
        timeout: Duration,
        cache_max: u64,
    ) -> Result<TokioResolver, ConfigDnsError> {
        let mut builder = if resolvers.is_empty() {
            TokioResolver::builder_tokio().map_err(ConfigDnsError)?
        } else {
            let servers = resolvers.iter().copied().map(name_server).collect();
            let config = ResolverConfig::from_parts(None, Vec::new(), servers);
            let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
            builder.options_mut().use_hosts_file = ResolveHosts::Never;
            builder.options_mut().server_ordering_strategy = ServerOrderingStrategy::UserProvidedOrder;
            builder
        };
        bound(builder.options_mut(), timeout);
        builder.options_mut().cache_size = cache_max;
        builder.build().map_err(ConfigDnsError)
    }

    /// The hosts that take mail for `domain` (RFC 5321 §5.1).
    pub async fn mail_hosts(&self, domain: &Domain) -> MailHosts {
        match self.lookup(domain.as_str(), RecordType::MX).await {
            Ok(answer) => chosen_hosts(&answer),
            Err(DnsFailure::NoSuchName) => MailHosts::NoSuchDomain,
            Err(DnsFailure::NoRecord) => self.implicit_host(domain).await,
            Err(DnsFailure::Temporary { reason }) => MailHosts::Temporary { reason },
        }
    }

    async fn implicit_host(&self, domain: &Domain) -> MailHosts {
        match self.addresses_and_ttl(domain).await {
            Ok((_, valid_for)) => {
                let host = MxHost { preference: 0, name: domain.clone() };
                MailHosts::Hosts { hosts: vec![host], valid_for, implicit: true }
            }
            Err(DnsFailure::NoSuchName) => MailHosts::NoSuchDomain,
            Err(DnsFailure::NoRecord) => {
                MailHosts::NoMailHost { reason: "the domain has neither MX nor address records" }
            }
            Err(DnsFailure::Temporary { reason }) => MailHosts::Temporary { reason },
        }
    }

    /// The addresses of `host`: IPv4 first, because reputation and reverse names are better kept there. At least one.
    pub async fn addresses(&self, host: &Domain) -> Result<Vec<IpAddr>, DnsFailure> {
        self.addresses_and_ttl(host).await.map(|(addresses, _)| addresses)
    }

    /// The text records of `name`, the strings of each joined, in the order of the answer. Text that is not UTF-8 has
    /// its strange octets replaced. `name` need not be a host's: records stand at names with underscores. Never from
    /// memory.
    pub async fn txt(&self, name: &str) -> Result<Vec<String>, DnsFailure> {
        let answer = self.ask(&self.forgetful, name, RecordType::TXT).await?;
        let texts = answer.answers().iter().filter_map(|record| match &record.data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        });
        Ok(texts.collect())
    }

    /// The names that stand for an address (RFC 1035 §3.5). At least one. Never from memory.
    pub async fn names_of(&self, address: IpAddr) -> Result<Vec<Domain>, DnsFailure> {
        let name = Name::from(address.to_canonical()).to_ascii();
        let answer = self.ask(&self.forgetful, name.trim_end_matches('.'), RecordType::PTR).await?;
        let names: Vec<Domain> = answer
            .answers()
            .iter()
            .filter_map(|record| match &record.data {
                RData::PTR(name) => Domain::parse(name.0.to_ascii().trim_end_matches('.')).ok(),
                _ => None,
            })
            .take(NAMES_MAX)
            .collect();
        if names.is_empty() { Err(DnsFailure::NoRecord) } else { Ok(names) }
    }

    /// One family is enough: a failure counts only when there is no address at all.
    async fn addresses_and_ttl(&self, host: &Domain) -> Result<(Vec<IpAddr>, Duration), DnsFailure> {
        let (v4, v6) = tokio::join!(
            self.lookup(host.as_str(), RecordType::A),
            self.lookup(host.as_str(), RecordType::AAAA)
        );
        let mut addresses = Vec::new();
        let mut valid_for = TTL_MAX;
        for answer in [&v4, &v6].into_iter().flatten() {
            valid_for = valid_for.min(ttl(answer));
            addresses.extend(answer.answers().iter().filter_map(|record| match &record.data {
                RData::A(address) => Some(IpAddr::V4(address.0)),
                RData::AAAA(address) => Some(IpAddr::V6(address.0)),
                _ => None,
            }));
        }
        addresses.truncate(ADDRESSES_MAX);
        match (addresses.is_empty(), v4.err(), v6.err()) {
            (false, _, _) => Ok((addresses, valid_for)),
            (true, Some(DnsFailure::Temporary { reason }), _)
            | (true, _, Some(DnsFailure::Temporary { reason })) => Err(DnsFailure::Temporary { reason }),
            (true, Some(DnsFailure::NoSuchName), Some(DnsFailure::NoSuchName)) => Err(DnsFailure::NoSuchName),
            (true, _, _) => Err(DnsFailure::NoRecord),
        }
    }

    /// An answer that holds at least one record of `kind`; CNAMEs were followed.
    async fn lookup(&self, name: &str, kind: RecordType) -> Result<Lookup, DnsFailure> {
        self.ask(&self.inner, name, kind).await
    }

    async fn ask(
        &self,
        resolver: &TokioResolver,
        name: &str,
        kind: RecordType,
    ) -> Result<Lookup, DnsFailure> {
        // With its final dot the name is complete: no search list is tried.
        let Ok(name) = Name::from_ascii(format!("{name}.")) else { return Err(DnsFailure::NoSuchName) };
        let asked = tokio::time::timeout(self.answer_timeout, resolver.lookup(name, kind));
        match asked.await {
            Ok(Ok(answer)) if answer.answers().iter().any(|record| record.record_type() == kind) => {
                Ok(answer)
            }
            Ok(Ok(_)) => Err(DnsFailure::NoRecord),
            Ok(Err(error)) => Err(failure(&error, kind)),
            Err(_) => Err(temporary(kind, "no answer in time")),
        }
    }
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
    connections.iter_mut().for_each(|connection| connection.port = address.port());
    NameServerConfig::new(address.ip(), true, connections)
}

fn bound(options: &mut ResolverOpts, timeout: Duration) {
    options.timeout = timeout;
    options.attempts = RETRIES;
    options.edns0 = true;
    options.positive_min_ttl = Some(TTL_MIN);
    options.positive_max_ttl = Some(TTL_MAX);
    options.negative_max_ttl = Some(NEGATIVE_TTL_MAX);
    options.max_active_requests = QUESTIONS_OPEN_MAX;
}

/// The shortest TTL among the records, within our bounds.
fn ttl(answer: &Lookup) -> Duration {
    let shortest = answer.answers().iter().map(|record| record.ttl).min().unwrap_or(0);
    Duration::from_secs(u64::from(shortest)).clamp(TTL_MIN, TTL_MAX)
}

fn chosen_hosts(answer: &Lookup) -> MailHosts {
    let records = answer.answers().iter().filter_map(|record| match &record.data {
        RData::MX(mx) => Some((mx.preference, mx.exchange.to_ascii())),
        _ => None,
    });
    let records: Vec<(u16, String)> = records.collect();
    if let [(_, only)] = records.as_slice()
        && only == "."
    {
        return MailHosts::NullMx;
    }
    let hosts = named_hosts(records);
    if hosts.is_empty() {
        return MailHosts::NoMailHost { reason: "none of the domain's MX records names a host" };
    }
    MailHosts::Hosts { hosts, valid_for: ttl(answer), implicit: false }
}

/// The hosts of MX records (preference and name), the most preferred first, each once, at most [`MX_HOSTS_MAX`]. Names
/// that are no host's (address literals, the root among others) are passed over.
#[must_use]
pub fn named_hosts(mut records: Vec<(u16, String)>) -> Vec<MxHost> {
    records.sort_by_key(|(preference, _)| *preference);
    let mut seen = HashSet::new();
    let named = records.iter().filter_map(|(preference, name)| {
        Some(MxHost { preference: *preference, name: Domain::parse(name).ok()? })
    });
    named.filter(|host| seen.insert(host.name.clone())).take(MX_HOSTS_MAX).collect()
}

/// Permanent only what an answer said: NXDOMAIN, or no data.
fn failure(error: &NetError, kind: RecordType) -> DnsFailure {
    let NetError::Dns(DnsError::NoRecordsFound(none)) = error else {
        return match error {
            NetError::Timeout => temporary(kind, "no answer in time"),
            NetError::Dns(DnsError::ResponseCode(code)) => {
                temporary(kind, &format!("the DNS server says {code}"))
            }
            other => temporary(kind, &other.to_string()),
        };
    };
    match none.response_code {
        ResponseCode::NXDomain => DnsFailure::NoSuchName,
        ResponseCode::NoError if none.soa.is_none() && none.ns.is_some() => {
            temporary(kind, "the DNS server refers to others instead of answering")
        }
        ResponseCode::NoError => DnsFailure::NoRecord,
        code => temporary(kind, &format!("the DNS server says {code}")),
    }
}

fn temporary(kind: RecordType, what: &str) -> DnsFailure {
    DnsFailure::Temporary { reason: format!("looking up {kind} records: {what}") }
}
