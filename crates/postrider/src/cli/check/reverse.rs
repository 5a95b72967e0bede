//! Whether the addresses that mail leaves from have the name by which we introduce ourselves: receivers look the address
//! that called up (PTR), and distrust one whose name is another, or does not lead back to it.

use std::net::IpAddr;

use mail::Domain;
use net::resolver::{DnsFailure, Resolver};

use super::{Line, State, line};
use crate::cli::serve::system_hostname;
use crate::settings::{NextHop, Settings};

/// One line an address; none when nothing leaves this machine, or when it is not known from where.
pub(super) async fn lines(settings: &Settings, resolver: &Resolver) -> Vec<Line> {
    if settings.delivery.next_hop == NextHop::Capture {
        return Vec::new();
    }
    let said = settings.delivery.ehlo_name.as_ref().or(settings.node.hostname.as_ref());
    let said = said.map_or_else(system_hostname, |name| name.as_str().to_owned());
    let Ok(said) = Domain::parse(&said) else { return Vec::new() };
    let forward = resolver.addresses(&said).await;
    let configured = &settings.delivery.source_addresses;
    // Behind a translation no local address is what receivers see: then the name's own are looked at.
    let sources = match &forward {
        Ok(addresses) if configured.is_empty() => addresses,
        Ok(_) | Err(_) => configured,
    };
    let mut lines = Vec::new();
    for source in sources.iter().filter(|address| !address.is_loopback()) {
        let names = resolver.names_of(*source).await;
        lines.push(judge(&said, *source, &forward, &names));
    }
    lines
}

fn judge(
    said: &Domain,
    source: IpAddr,
    forward: &Result<Vec<IpAddr>, DnsFailure>,
    names: &Result<Vec<Domain>, DnsFailure>,
) -> Line {
    let warn = |says: String| line(State::Warning, "ptr", says);
    let names = match names {
        Ok(names) => names,
        Err(DnsFailure::Temporary { reason }) => return warn(format!("{source}: {reason}")),
        Err(DnsFailure::NoSuchName | DnsFailure::NoRecord) => {
            return warn(format!(
                "{source} has no name: receivers refuse or distrust it; have whoever gave you the address publish the PTR {said}"
            ));
        }
    };
    if !names.contains(said) {
        let names = names.iter().map(Domain::as_str).collect::<Vec<_>>().join(", ");
        return warn(format!(
            "{source} is called {names}, but we introduce ourselves as {said}: change its PTR, or set delivery.ehlo_name"
        ));
    }
    match forward {
        Ok(addresses) if addresses.contains(&source) => {
            line(State::Ok, "ptr", format!("{source} is {said}, and {said} is {source}"))
        }
        Ok(_) | Err(_) => warn(format!(
            "{source} is called {said}, but {said} does not lead back to it: publish its address record"
        )),
    }
}

#[cfg(test)]
mod tests {
    use net::scripted_dns::ScriptedDns;

    use super::*;
    use crate::settings::Written;

    #[tokio::test]
    async fn an_address_has_the_name_that_we_say_and_leads_back() {
        let dns = ScriptedDns::start(
            "mx.example A 192.0.2.1
             mx.example AAAA 2001:db8::1
             1.2.0.192.in-addr.arpa PTR mx.example
             1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR mx.example
             2.2.0.192.in-addr.arpa PTR mx.example
             3.2.0.192.in-addr.arpa PTR customer-3.isp.example
             4.2.0.192.in-addr.arpa SERVFAIL",
        );
        let dns = dns.await.expect("a DNS server");
        let resolvers = dns.address().to_string();
        let cases = [
            ("", vec![("ok", "192.0.2.1 is mx.example"), ("ok", "2001:db8::1 is mx.example")]),
            ("192.0.2.1", vec![("ok", "and mx.example is 192.0.2.1")]),
            ("192.0.2.2", vec![("warning", "does not lead back")]),
            ("192.0.2.3", vec![("warning", "is called customer-3.isp.example")]),
            ("192.0.2.4", vec![("warning", "192.0.2.4: ")]),
            ("192.0.2.5", vec![("warning", "has no name")]),
            ("127.0.0.1", vec![]),
        ];
        for (source, expected) in cases {
            let mut written = Written::new();
            for (path, value) in [
                ("hostname", "other.example"),
                ("delivery.ehlo_name", "MX.example"),
                ("delivery.source_addresses", source),
                ("dns.resolvers", &resolvers),
            ] {
                written.preset(path, value);
            }
            let settings = written.settings().unwrap_or_else(|mistakes| panic!("{mistakes}"));
            let resolver = Resolver::new(&settings.dns.resolvers, settings.dns.timeout).expect("a resolver");
            let found = lines(&settings, &resolver).await;
            assert_eq!(found.len(), expected.len(), "{source}");
            for (line, (state, part)) in found.iter().zip(expected) {
                assert_eq!(line.state.as_str(), state, "{source}: {}", line.says);
                assert!(line.says.contains(part), "{source}: {}", line.says);
            }
        }
    }
}
