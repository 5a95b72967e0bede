//! Addresses, domain names, and the hosts that MX records name.
//!
//! Properties: what parses reads back from its own text, the same; it keeps the bounds that its type promises; MX hosts
//! are in order, each once, each a name that can be asked for.

use mail::{Address, Domain};
use net::resolver::{MX_HOSTS_MAX, named_hosts};

use crate::{Target, kind, target};

const TOKENS: &[&str] = &[
    "a@b.test",
    "@",
    "\"a b\"",
    "\\\"",
    ".",
    "..",
    "-",
    "_",
    "xn--",
    "xn--nxasmq6b",
    "\u{e4}",
    "\u{df}",
    "\u{200d}",
    "\u{ff0e}",
    "\u{130}",
    "[192.0.2.1]",
    "192.0.2.1",
    "[IPv6:::1]",
    ".test",
    "\x1f",
];

pub(super) const ADDRESS: Target =
    Target { name: "address", check: address, tokens: TOKENS, input_max: 600, rounds: 3_000 };

pub(super) const DOMAIN: Target =
    Target { name: "domain", check: domain, tokens: TOKENS, input_max: 600, rounds: 3_000 };

pub(super) const MX: Target =
    Target { name: "mx", check: mx, tokens: TOKENS, input_max: 2_000, rounds: 1_500 };

fn address(input: &[u8]) -> u64 {
    let text = target::text(input);
    let address = match Address::parse(&text) {
        Ok(address) => address,
        Err(why) => return kind(why.to_string()),
    };
    let shown = address.as_str();
    assert_eq!(Address::parse(shown).as_ref(), Ok(&address), "{shown:?}");
    assert_eq!(shown, format!("{}@{}", address.local_part(), address.domain_str()));
    assert!(shown.len() <= 254 && address.local_part().len() <= 64, "{shown:?}");
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
    assert_eq!(Domain::parse(address.domain_str()), Ok(address.domain()));
    assert_eq!(address.needs_smtputf8(), !shown.is_ascii());
    let quoted = shown.starts_with('"');
    assert!(quoted || !shown.contains([' ', '<', '>', ',', '"', '(', ')']), "{shown:?}");
    // One mailbox has one name: needless quotes change nothing.
    if !quoted && address.local_part().len() <= 62 {
        let with_quotes = format!("\"{}\"@{}", address.local_part(), address.domain_str());
        assert_eq!(Address::parse(&with_quotes).as_ref(), Ok(&address));
    }
    kind((quoted, address.needs_smtputf8(), shown.len() / 16, text == shown))
}

fn domain(input: &[u8]) -> u64 {
    let text = target::text(input);
    let domain = match Domain::parse(&text) {
        Ok(domain) => domain,
        Err(why) => return kind(why.to_string()),
    };
    let shown = domain.as_str();
    assert_eq!(Domain::parse(shown).as_ref(), Ok(&domain));
    assert_eq!(Domain::parse(&format!("{shown}.")).as_ref(), Ok(&domain));
    assert_eq!(Domain::parse(&shown.to_ascii_uppercase()).as_ref(), Ok(&domain));
    let labels: Vec<&str> = shown.split('.').collect();
    assert!(
        (1..=253).contains(&shown.len()) && labels.iter().all(|label| (1..=63).contains(&label.len())),
        "{shown}"
    );
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_' || b == b'.';
    assert!(shown.bytes().all(letter), "{shown:?}");
    assert!(shown.parse::<std::net::IpAddr>().is_err(), "{shown} is no name");
    assert!(domain.is_within(&domain));
    for at in 1..labels.len() {
        // A tail may be no domain: `1.2.3.4` below a label.
        if let Ok(parent) = Domain::parse(&labels[at..].join(".")) {
            assert!(domain.is_within(&parent) && !parent.is_within(&domain), "{shown} {}", parent.as_str());
        }
    }
    kind((labels.len().min(5), shown.contains("xn--"), text == shown, shown.len() / 16))
}

/// Records of an answer: a preference and a name, field by field.
fn mx(input: &[u8]) -> u64 {
    let fields: Vec<String> = input.split(|byte| *byte == target::FIELD).map(target::text).collect();
    let records = || {
        let record = |pair: &[String]| (pair[0].parse().unwrap_or(10), pair[1].clone());
        fields.chunks_exact(2).map(record).collect::<Vec<(u16, String)>>()
    };
    let hosts = named_hosts(records());
    assert!(hosts.len() <= MX_HOSTS_MAX && hosts.len() <= fields.len() / 2);
    assert!(hosts.is_sorted_by_key(|host| host.preference), "{hosts:?}");
    for (at, host) in hosts.iter().enumerate() {
        assert!(hosts[..at].iter().all(|other| other.name != host.name), "{hosts:?}");
        let best = records().into_iter().filter(|(_, name)| Domain::parse(name).as_ref() == Ok(&host.name));
        assert_eq!(best.map(|(preference, _)| preference).min(), Some(host.preference), "{hosts:?}");
    }
    kind((hosts.len(), fields.len().min(30)))
}
