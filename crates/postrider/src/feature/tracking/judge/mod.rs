//! Machine or person: what is said of each request, by rules that have a number.
//!
//! Guarantees
//! 1. Every request gets a verdict, with the reasons for it; none is left out.
//! 2. A verdict follows from facts that are stored with the request, so newer rules can judge old ones again.
//! 3. Requests of one delivery are judged together: a later one may show what an earlier one was.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use mail::At;

use super::networks::{NetworkClass, Networks};

/// The number of these rules: one more whenever a verdict could change.
pub const RULES: i64 = 1;

/// Nobody opens a mail this soon after their server took it.
const HUMAN_AFTER_MS: i64 = 2_000;
/// Security gateways look into links for about this long after they took a mail.
const GATEWAY_AFTER_MS: i64 = 60_000;
/// So many different links within this time are followed by no person.
const BURST_LINKS: usize = 3;
const BURST_WITHIN: Duration = Duration::from_secs(5);
/// Who fell into the trap is a program before and after it, too.
const TRAP_WITHIN: Duration = Duration::from_secs(600);

/// Words in the user agents of programs, in lower case.
const PROGRAM_AGENTS: [&str; 29] = [
    "barracuda",
    "bot",
    "crawler",
    "curl/",
    "forcepoint",
    "fireeye",
    "go-http-client",
    "headless",
    "httpclient",
    "java/",
    "libwww",
    "linkcheck",
    "mimecast",
    "node-fetch",
    "okhttp",
    "phantomjs",
    "postman",
    "preview",
    "proofpoint",
    "python",
    "ruby",
    "safelinks",
    "scan",
    "slack",
    "sophos",
    "spider",
    "symantec",
    "trendmicro",
    "wget",
];
/// Words in the user agents of servers that fetch images when a person opens, in lower case.
const IMAGE_PROXY_AGENTS: [&str; 3] = ["googleimageproxy", "yahoomailproxy", "yahoocachesystem"];
/// What Apple's servers call themselves when they fetch all images on arrival.
const PREFETCH_AGENT: &str = "Mozilla/5.0";
/// Ends of the names of mail servers that are security gateways.
const GATEWAYS: [&str; 10] = [
    ".pphosted.com",
    ".ppe-hosted.com",
    ".mimecast.com",
    ".barracudanetworks.com",
    ".messagelabs.com",
    ".iphmx.com",
    ".mailcontrol.com",
    ".trendmicro.com",
    ".sophos.com",
    ".protection.outlook.com",
];

/// What was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Kind {
    Open,
    Click,
    Trap,
    Read,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Open, Kind::Click, Kind::Trap, Kind::Read];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Open => "open",
            Kind::Click => "click",
            Kind::Trap => "trap",
            Kind::Read => "read",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Verdict {
    Person,
    Machine,
}

impl Verdict {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Person => "person",
            Verdict::Machine => "machine",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Verdict> {
        [Verdict::Person, Verdict::Machine].into_iter().find(|verdict| verdict.as_str() == text)
    }
}

/// Why a verdict is what it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// Asked for by HEAD.
    Head,
    NoAgent,
    ProgramAgent,
    PrefetchAgent,
    ScannerNetwork,
    PrefetchNetwork,
    /// Before the recipient's server said 250, as far as we know.
    BeforeDelivery,
    TooSoon,
    /// Soon after a security gateway took the mail.
    GatewayScan,
    Burst,
    Trap,
    /// Through a mail program's server: says nothing by itself.
    ImageProxy,
}

impl Reason {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Head => "head",
            Reason::NoAgent => "no_agent",
            Reason::ProgramAgent => "program_agent",
            Reason::PrefetchAgent => "prefetch_agent",
            Reason::ScannerNetwork => "scanner_network",
            Reason::PrefetchNetwork => "prefetch_network",
            Reason::BeforeDelivery => "before_delivery",
            Reason::TooSoon => "too_soon",
            Reason::GatewayScan => "gateway_scan",
            Reason::Burst => "burst",
            Reason::Trap => "trap",
            Reason::ImageProxy => "image_proxy",
        }
    }

    fn speaks_for(self) -> Verdict {
        match self {
            Reason::ImageProxy => Verdict::Person,
            Reason::Head
            | Reason::NoAgent
            | Reason::ProgramAgent
            | Reason::PrefetchAgent
            | Reason::ScannerNetwork
            | Reason::PrefetchNetwork
            | Reason::BeforeDelivery
            | Reason::TooSoon
            | Reason::GatewayScan
            | Reason::Burst
            | Reason::Trap => Verdict::Machine,
        }
    }
}

/// How it was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    Get,
    Head,
}

impl Asked {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Asked::Get => "get",
            Asked::Head => "head",
        }
    }
}

/// What is known of one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    pub kind: Kind,
    pub at: At,
    pub link: Option<u16>,
    pub asked: Asked,
    pub agent: String,
    /// The client's address; the first of its network when the address itself is not kept any more.
    pub address: Option<IpAddr>,
    /// The /24 or /48 in which the client is.
    pub network: Option<String>,
    /// Since the recipient's server said 250; none when it had not, as far as we knew.
    pub after_ms: Option<i64>,
    /// The server that took the mail.
    pub server: String,
}

/// A verdict with its reasons.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    pub verdict: Verdict,
    pub reasons: Vec<Reason>,
}

/// Judges all requests of one delivery, each in its place.
#[must_use]
pub fn judge(all: &[Facts], networks: &Networks) -> Vec<Judgement> {
    let bursts = bursts(all);
    all.iter()
        .map(|facts| {
            let mut reasons = alone(facts, networks);
            if facts.kind == Kind::Click && bursts.iter().any(|burst| burst.contains(&facts.at)) {
                reasons.push(Reason::Burst);
            }
            if facts.kind == Kind::Trap || trapped(facts, all) {
                reasons.push(Reason::Trap);
            }
            let machine = reasons.iter().any(|reason| reason.speaks_for() == Verdict::Machine);
            Judgement { verdict: if machine { Verdict::Machine } else { Verdict::Person }, reasons }
        })
        .collect()
}

/// Whether a request came through a mail program's server: how long it takes says nothing about a person.
#[must_use]
pub fn through_proxy(agent: &str, address: Option<IpAddr>, networks: &Networks) -> bool {
    let lower = agent.to_ascii_lowercase();
    let class = address.and_then(|address| networks.class(address));
    IMAGE_PROXY_AGENTS.iter().any(|word| lower.contains(word))
        || agent.trim() == PREFETCH_AGENT
        || matches!(class, Some(NetworkClass::Proxy | NetworkClass::Prefetch))
}

/// What a request says by itself.
fn alone(facts: &Facts, networks: &Networks) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if facts.asked == Asked::Head {
        reasons.push(Reason::Head);
    }
    reasons.extend(of_agent(facts));
    let class = facts.address.and_then(|address| networks.class(address));
    reasons.extend(match class {
        Some(NetworkClass::Scanner) => Some(Reason::ScannerNetwork),
        Some(NetworkClass::Prefetch) if facts.kind != Kind::Click => Some(Reason::PrefetchNetwork),
        Some(NetworkClass::Proxy) if !reasons.contains(&Reason::ImageProxy) => Some(Reason::ImageProxy),
        Some(NetworkClass::Prefetch | NetworkClass::Proxy) | None => None,
    });
    reasons.extend(match facts.after_ms {
        None => Some(Reason::BeforeDelivery),
        Some(after) if after < HUMAN_AFTER_MS => Some(Reason::TooSoon),
        Some(after) if after < GATEWAY_AFTER_MS && is_gateway(&facts.server) => Some(Reason::GatewayScan),
        Some(_) => None,
    });
    reasons
}

fn of_agent(facts: &Facts) -> Option<Reason> {
    let agent = facts.agent.trim();
    let lower = agent.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if agent.is_empty() {
        Some(Reason::NoAgent)
    } else if says(&IMAGE_PROXY_AGENTS) {
        Some(Reason::ImageProxy)
    } else if says(&PROGRAM_AGENTS) {
        Some(Reason::ProgramAgent)
    } else {
        (agent == PREFETCH_AGENT && facts.kind != Kind::Click).then_some(Reason::PrefetchAgent)
    }
}

/// Whether a server's name is a security gateway's.
fn is_gateway(server: &str) -> bool {
    let name = server.split([' ', ':', '[']).next().unwrap_or_default().to_ascii_lowercase();
    GATEWAYS.iter().any(|end| name.ends_with(end))
}

/// The times, each up to [`BURST_WITHIN`] long and begun by a click, within which so many different links were followed.
fn bursts(all: &[Facts]) -> Vec<RangeInclusive<At>> {
    let mut clicks: Vec<_> =
        all.iter().filter(|one| one.kind == Kind::Click).map(|one| (one.at, one.link)).collect();
    clicks.sort_unstable();
    let within = i64::try_from(BURST_WITHIN.as_micros()).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    // Of the clicks from `start` to `end`: how often each link was followed.
    let (mut end, mut links) = (0, HashMap::new());
    for start in 0..clicks.len() {
        let last = At(clicks[start].0.0.saturating_add(within));
        while let Some((_, link)) = clicks.get(end).filter(|(at, _)| *at <= last) {
            *links.entry(*link).or_insert(0) += 1;
            end += 1;
        }
        if links.len() >= BURST_LINKS {
            found.push(clicks[start].0..=last);
        }
        if let Entry::Occupied(mut count) = links.entry(clicks[start].1) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
    found
}

/// Whether somebody of the same network fell into the trap, not long before or after.
fn trapped(facts: &Facts, all: &[Facts]) -> bool {
    let same_place = |other: &&Facts| other.network.is_some() && other.network == facts.network;
    let mut traps = all.iter().filter(|other| other.kind == Kind::Trap).filter(same_place);
    traps.any(|trap| near(trap.at, facts.at, TRAP_WITHIN))
}

fn near(one: At, other: At, within: Duration) -> bool {
    u128::from(one.0.abs_diff(other.0)) <= within.as_micros()
}
