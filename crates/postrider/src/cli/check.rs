//! `postrider check`: everything that can be known before mail is sent.
//!
//! Guarantee: it sends nothing and changes nothing but what it finds out about domains. The process ends with code 1 when there is a
//! problem; warnings are for people.

use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::MetadataExt;

use net::resolver::{DnsFailure, Resolver};
use net::tls::ClientTls;
use serde_json::json;

use super::answer::Answer;
use super::serve::{lock_data_dir, system_hostname};
use super::tool::Tool;
use crate::feature::access;
use crate::feature::domain::Status;
use crate::feature::domain::admin::{ListedDomain, domain_list};
use crate::feature::domain::check::{self, FindingState};
use crate::feature::person::oidc::issuer::Oidc;
use crate::health::free_bytes;
use crate::http::page::Page;
use crate::settings::{DatabaseUrl, NextHop, Settings};

mod reverse;

pub(super) const HELP: &str = "Each line is ok, a warning or a problem, with what to do.\n\nExample:\n  postrider check --config /etc/postrider.toml";

/// Domains of one workspace that are looked up at most.
const DOMAINS_MAX: i64 = 100;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Ok,
    Warning,
    Problem,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Problem => "problem",
        }
    }
}

/// One thing that was looked at: what, and what to do about it.
pub(super) struct Line {
    pub(super) state: State,
    about: &'static str,
    says: String,
}

fn line(state: State, about: &'static str, says: impl Into<String>) -> Line {
    Line { state, about, says: says.into() }
}

pub(super) async fn run(settings: Settings) -> anyhow::Result<Answer> {
    let mut lines = vec![line(State::Ok, "settings", "they are in order")];
    let served = lines_of_dir(&settings, &mut lines);
    lines.extend(ports(&settings, served));
    let resolver = Resolver::new(&settings.dns.resolvers, settings.dns.timeout)?;
    lines.extend(hostname(&settings, &resolver).await);
    lines.extend(reverse::lines(&settings, &resolver).await);
    lines.extend(issuer(&settings, &resolver).await);
    match Tool::open(&settings).await {
        Ok(tool) => {
            lines.push(line(
                State::Ok,
                "database",
                format!("opens ({}) and is up to date", tool.store.name()),
            ));
            lines.extend(domains(&tool, &settings, &resolver).await?);
            tool.close().await;
        }
        Err(_) if !settings.node.data_dir.join("postrider.db").exists() && embedded(&settings) => {
            lines.push(line(State::Warning, "database", "there is none yet: the first start makes it"));
        }
        Err(error) => lines.push(line(State::Problem, "database", format!("{error:#}"))),
    }
    Ok(answer(&lines))
}

fn embedded(settings: &Settings) -> bool {
    settings.database.url == DatabaseUrl::Embedded
}

fn answer(lines: &[Line]) -> Answer {
    let text = lines.iter().map(|line| format!("{:<8} {:<9} {}", line.state.as_str(), line.about, line.says));
    let values: Vec<_> = lines
        .iter()
        .map(|line| json!({ "state": line.state.as_str(), "about": line.about, "says": line.says }))
        .collect();
    let problems = lines.iter().filter(|line| line.state == State::Problem).count();
    let mut answer =
        Answer::new(text.collect::<Vec<_>>().join("\n"), json!({ "problems": problems, "lines": values }));
    answer.succeeded = problems == 0;
    answer
}

/// Looks at the data directory; true when a server has it.
fn lines_of_dir(settings: &Settings, lines: &mut Vec<Line>) -> bool {
    let dir = &settings.node.data_dir;
    let shown = dir.display();
    let Ok(about) = std::fs::metadata(dir) else {
        lines.push(line(
            State::Warning,
            "data",
            format!("{shown} is not there yet: the first start makes it"),
        ));
        return false;
    };
    lines.push(if about.mode() & 0o077 == 0 {
        line(State::Ok, "data", format!("{shown} is its owner's only"))
    } else {
        line(
            State::Warning,
            "data",
            format!("others may read {shown}, which holds mail and keys: chmod 700 {shown}"),
        )
    });
    lines.push(match free_bytes(dir) {
        Ok(free) if free < settings.disk.free_min_bytes => line(
            State::Problem,
            "disk",
            format!(
                "{} MB free at {shown}: below disk.free_min_bytes ({} MB) no mail is accepted",
                free >> 20,
                settings.disk.free_min_bytes >> 20
            ),
        ),
        Ok(free) => line(State::Ok, "disk", format!("{} MB free at {shown}", free >> 20)),
        Err(error) => line(State::Problem, "disk", format!("{shown}: {error}")),
    });
    // Without the file there was never a server, and asking must not make one.
    dir.join("lock").exists() && lock_data_dir(dir).is_err()
}

fn ports(settings: &Settings, served: bool) -> Vec<Line> {
    let smtp = &settings.smtp;
    let wanted = [
        Some(("http.listen", settings.http.listen)),
        Some(("smtp.listen", smtp.listen)),
        smtp.submission_listen.map(|address| ("smtp.submission_listen", address)),
        smtp.tls_listen.map(|address| ("smtp.tls_listen", address)),
    ];
    wanted.into_iter().flatten().map(|(setting, address)| port(setting, address, served)).collect()
}

fn port(setting: &str, address: SocketAddr, served: bool) -> Line {
    match std::net::TcpListener::bind(address) {
        Ok(_) if served => line(
            State::Warning,
            "port",
            format!("{address} ({setting}) is free although a server runs: it listens elsewhere"),
        ),
        Ok(_) => line(State::Ok, "port", format!("{address} ({setting}) is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && served => line(
            State::Ok,
            "port",
            format!("{address} ({setting}) is taken, as it should be while a server runs"),
        ),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => line(
            State::Problem,
            "port",
            format!("another program has {address}: end it, or set {setting} to another port"),
        ),
        Err(error) => {
            line(State::Problem, "port", format!("{address} ({setting}) cannot be listened on: {error}"))
        }
    }
}

/// Whether our name resolves; this is also the question that shows whether the DNS answers at all.
async fn hostname(settings: &Settings, resolver: &Resolver) -> Vec<Line> {
    let local = settings.delivery.next_hop == NextHop::Capture;
    let name = settings.node.hostname.as_ref().map_or_else(system_hostname, |name| name.as_str().to_owned());
    let Ok(domain) = mail::Domain::parse(&name) else {
        return vec![line(State::Problem, "hostname", format!("{name:?} is no domain name: set hostname"))];
    };
    match resolver.addresses(&domain).await {
        Ok(addresses) if !local && addresses.iter().all(IpAddr::is_loopback) => {
            let says = format!(
                "{name} is this machine's own loopback address: set hostname to a name that receivers can look up"
            );
            vec![line(State::Ok, "dns", "the resolver answers"), line(State::Warning, "hostname", says)]
        }
        Ok(addresses) => {
            let addresses = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let says = format!("{name} is {addresses}");
            vec![line(State::Ok, "dns", "the resolver answers"), line(State::Ok, "hostname", says)]
        }
        Err(DnsFailure::Temporary { reason }) => {
            let says = format!("the resolver does not answer ({reason}): mend it, or set dns.resolvers");
            vec![line(if local { State::Warning } else { State::Problem }, "dns", says)]
        }
        Err(DnsFailure::NoSuchName | DnsFailure::NoRecord) => {
            let says = format!(
                "{name} has no address: receivers distrust a server whose name does not resolve; publish it, or set hostname"
            );
            vec![line(State::Ok, "dns", "the resolver answers"), line(State::Warning, "hostname", says)]
        }
    }
}

/// Whether who keeps people's accounts answers, and who it is.
async fn issuer(settings: &Settings, resolver: &Resolver) -> Option<Line> {
    let told = |state, says: String| Some(line(state, "sign-in", says));
    let made =
        ClientTls::new().map_err(anyhow::Error::from).and_then(|tls| Oidc::of(settings, resolver, &tls));
    let oidc = match made {
        Ok(oidc) => oidc?,
        Err(error) => return told(State::Problem, format!("{error:#}")),
    };
    let (name, back) = (oidc.issuer.as_str(), &oidc.back);
    match oidc.look(net::clock::now()).await {
        Ok(0) => told(State::Problem, format!("{name} shows no key that signs by RS256, ES256 or EdDSA")),
        Ok(_) => told(State::Ok, format!("{name} answers; it has to know {back}")),
        Err(trouble) => {
            told(State::Problem, format!("{name} (console.oidc.issuer) is of no help: {trouble}"))
        }
    }
}

async fn domains(tool: &Tool, settings: &Settings, resolver: &Resolver) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for workspace in access::workspaces(&tool.store).await? {
        for domain in domain_list(&tool.store, workspace.id, Page::first(DOMAINS_MAX)).await? {
            let found = check::check(&tool.store, resolver, tool.now, (workspace.id, domain.id)).await?;
            lines.push(domain_line(&domain, &found.map_or_else(Vec::new, |found| found.findings)));
        }
    }
    if lines.is_empty() && settings.delivery.next_hop != NextHop::Capture {
        lines.push(line(
            State::Warning,
            "domain",
            "there is none to send from: `postrider domains add NAME`",
        ));
    }
    Ok(lines)
}

fn domain_line(domain: &ListedDomain, found: &[check::Finding]) -> Line {
    let name = &domain.name;
    let off: Vec<String> = found
        .iter()
        .filter(|finding| finding.state != FindingState::Found)
        .map(|finding| format!("{} {}", finding.name, finding.state.as_str()))
        .collect();
    let may_send = Status::parse(&domain.status).is_some_and(Status::may_send);
    match (off.is_empty(), may_send || check::verifies(found)) {
        (true, true) => line(State::Ok, "domain", format!("{name} may send")),
        (false, true) => line(
            State::Warning,
            "domain",
            format!("{name} may send, but receivers cannot check its signatures: {}", off.join(", ")),
        ),
        (_, false) => line(
            State::Warning,
            "domain",
            format!(
                "{name} may not send yet: `postrider domains show {name}` shows the records to publish ({})",
                off.join(", ")
            ),
        ),
    }
}
