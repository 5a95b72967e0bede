//! What a domain's DNS says about its mail, told by a scripted server.

use std::fmt::Write;
use std::time::Duration;

use mail::Domain;
use net::resolver::{DnsFailure, MX_HOSTS_MAX, MailHosts, Resolver};
use net::scripted_dns::ScriptedDns;

const SCRIPT: &str = "
    plain.example        MX 20 b.example
    plain.example        MX 10 a.example
    plain.example        MX 20 A.example        # named twice: the better preference counts
    short.example      5 MX 10 a.example
    long.example   86400 MX 10 a.example
    implicit.example     A 127.0.0.1
    implicit6.example    AAAA ::1
    null.example         MX 0 .
    mixed.example        MX 0 .
    mixed.example        MX 5 a.example
    literal.example      MX 5 192.0.2.1
    literal2.example     MX 5 192.0.2.1
    literal2.example     MX 6 a.example
    text.example         TXT v=spf1 -all
    text.example         TXT second
    alias.example        CNAME plain.example
    dangling.example     CNAME nowhere.example
    loop.example         CNAME loop2.example
    loop2.example        CNAME loop.example
    broken.example       SERVFAIL
    refused.example      REFUSED
    silent.example       SILENT
    lame.example         LAME
    cut.example          TRUNCATED
    cut.example          MX 10 a.example
    both.example         A 192.0.2.1
    both.example         AAAA 2001:db8::1
    deep.below.example   A 127.0.0.1
";

async fn start(script: &str) -> (ScriptedDns, Resolver) {
    let dns = ScriptedDns::start(script).await.expect("a loopback port");
    // Far longer than an answer takes: who is silent has a test and a time of its own.
    let resolver = Resolver::new(&[dns.address()], Duration::from_secs(10)).expect("a resolver");
    (dns, resolver)
}

fn domain(name: &str) -> Domain {
    Domain::parse(name).expect("a domain of the tests")
}

fn shown(hosts: &MailHosts) -> String {
    match hosts {
        MailHosts::Hosts { hosts, valid_for, implicit } => {
            let names: Vec<String> =
                hosts.iter().map(|host| format!("{} {}", host.preference, host.name)).collect();
            format!(
                "{}{} for {}s",
                if *implicit { "implicit " } else { "" },
                names.join(", "),
                valid_for.as_secs()
            )
        }
        MailHosts::NullMx => "takes no mail".to_owned(),
        MailHosts::NoSuchDomain => "does not exist".to_owned(),
        MailHosts::NoMailHost { reason } => format!("permanent: {reason}"),
        MailHosts::Temporary { reason } => format!("temporary: {reason}"),
    }
}

#[tokio::test]
async fn each_answer_about_a_domain_becomes_its_own_value() {
    let (_dns, resolver) = start(SCRIPT).await;
    let cases = [
        ("plain.example", "10 a.example, 20 b.example for 300s"),
        ("short.example", "10 a.example for 30s"),
        ("long.example", "10 a.example for 3600s"),
        ("implicit.example", "implicit 0 implicit.example for 300s"),
        ("implicit6.example", "implicit 0 implicit6.example for 300s"),
        ("null.example", "takes no mail"),
        ("mixed.example", "5 a.example for 300s"),
        ("literal.example", "permanent: none of the domain's MX records names a host"),
        ("literal2.example", "6 a.example for 300s"),
        ("nowhere.example", "does not exist"),
        ("text.example", "permanent: the domain has neither MX nor address records"),
        ("below.example", "permanent: the domain has neither MX nor address records"),
        ("alias.example", "10 a.example, 20 b.example for 300s"),
        ("dangling.example", "does not exist"),
        ("broken.example", "temporary: looking up MX records: the DNS server says Server Failure"),
        ("refused.example", "temporary: looking up MX records: the DNS server says Query Refused"),
        (
            "lame.example",
            "temporary: looking up MX records: the DNS server refers to others instead of answering",
        ),
        ("cut.example", "10 a.example for 300s"),
    ];
    for (name, expected) in cases {
        assert_eq!(shown(&resolver.mail_hosts(&domain(name)).await), expected, "{name}");
    }
}

#[tokio::test]
async fn a_circle_of_aliases_leads_to_no_host_and_ends() {
    let (_dns, resolver) = start(SCRIPT).await;
    let got = resolver.mail_hosts(&domain("loop.example")).await;
    assert_eq!(shown(&got), "permanent: the domain has neither MX nor address records");
    assert_eq!(resolver.addresses(&domain("loop.example")).await, Err(DnsFailure::NoRecord));
}

#[tokio::test]
async fn a_server_that_never_answers_is_a_temporary_failure_soon() {
    let dns = ScriptedDns::start(SCRIPT).await.expect("a loopback port");
    let resolver = Resolver::new(&[dns.address()], Duration::from_millis(50)).expect("a resolver");
    let got = resolver.mail_hosts(&domain("silent.example")).await;
    assert_eq!(shown(&got), "temporary: looking up MX records: no answer in time");
    let got = resolver.addresses(&domain("silent.example")).await;
    assert!(matches!(got, Err(DnsFailure::Temporary { .. })), "{got:?}");
}

#[tokio::test]
async fn of_a_hundred_hosts_the_most_preferred_are_used() {
    let mut script = String::new();
    for n in 0..100 {
        // Against the order of preference.
        writeln!(script, "many.example MX {} mx{}.many.example", 1_000 - n, n).expect("writing to a String");
    }
    let (dns, resolver) = start(&script).await;
    let MailHosts::Hosts { hosts, .. } = resolver.mail_hosts(&domain("many.example")).await else {
        panic!("a hundred hosts are hosts");
    };
    assert_eq!(hosts.len(), MX_HOSTS_MAX);
    assert_eq!(hosts[0].name, domain("mx99.many.example"));
    assert!(hosts.is_sorted());
    assert_eq!(dns.asked(), ["many.example 15 udp", "many.example 15 tcp"], "too long for UDP");
}

#[tokio::test]
async fn addresses_are_of_both_families_and_failures_keep_their_kind() {
    let (dns, resolver) = start(SCRIPT).await;
    let cases = [
        ("both.example", "Ok([192.0.2.1, 2001:db8::1])"),
        ("implicit.example", "Ok([127.0.0.1])"),
        ("implicit6.example", "Ok([::1])"),
        ("text.example", "Err(NoRecord)"),
        ("nowhere.example", "Err(NoSuchName)"),
    ];
    for (name, expected) in cases {
        assert_eq!(format!("{:?}", resolver.addresses(&domain(name)).await), expected, "{name}");
    }
    let asked = dns.asked().len();
    resolver.addresses(&domain("both.example")).await.expect("known already");
    assert_eq!(dns.asked().len(), asked, "the answer was remembered");
    dns.rewrite("");
    assert!(resolver.addresses(&domain("both.example")).await.is_ok(), "for as long as it said");
}

#[tokio::test]
async fn text_records_are_joined_and_failures_keep_their_kind() {
    let (_dns, resolver) = start(SCRIPT).await;
    let cases = [
        ("text.example", "Ok([\"v=spf1-all\", \"second\"])"),
        ("plain.example", "Err(NoRecord)"),
        ("nowhere.example", "Err(NoSuchName)"),
    ];
    for (name, expected) in cases {
        assert_eq!(format!("{:?}", resolver.txt(name).await), expected, "{name}");
    }
    assert!(matches!(resolver.txt("broken.example").await, Err(DnsFailure::Temporary { .. })));
}
