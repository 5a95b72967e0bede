//! The settings: `postrider.toml`, environment variables and command line, as one value of parsed types.
//!
//! Two stages: [`Written`] is what somebody wrote and where; [`Settings`] is what it means.
//!
//! Guarantees
//! 1. A setting is declared once (`sections`), with type, default, unit, bounds and reason; the struct, the parser, the
//!    environment's variables and the sample of [`explain`] all come from that declaration.
//! 2. All mistakes are reported at once, each with its line or variable, the setting's path, and the reason.
//! 3. [`Settings`] holds only what was parsed and checked; nothing inside the program checks it again.
//! 4. Passwords, and the database's URL, are in no `Debug` output and in no complaint.
//!
//! Not here: reading files, the process's environment or its arguments: `main` hands over their text.

#[macro_use]
mod declaration;
mod check;
mod explain;
mod issuer;
pub mod mistake;
pub mod network;
mod reader;
pub mod route;
pub mod sections;
pub mod value;
mod written;

#[cfg(test)]
mod tests;

pub use explain::explain;
pub use issuer::{Issuer, IssuerFactor};
pub use mistake::Mistakes;
pub use route::{DomainPattern, Host, NextHop, Routes, TlsMode};
pub use sections::{
    Attachments, Codes, Console, Database, Delivery, Disk, Dns, Http, Log, Node, Oidc, Queue, Retention,
    Route, Smtp, Spam, Tls, TlsHost, Tracking, Trusted, Webhooks,
};
pub use value::{BaseUrl, DatabaseUrl, LogFormat, Notifications, Secret, Waits};
pub use written::Written;

use std::net::IpAddr;

use mail::Domain;
use reader::Reader;

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub node: Node,
    pub database: Database,
    pub http: Http,
    pub console: Console,
    pub oidc: Oidc,
    pub smtp: Smtp,
    /// In the order of the file.
    pub trusted: Vec<Trusted>,
    pub tls: Tls,
    pub tls_hosts: Vec<TlsHost>,
    pub dns: Dns,
    pub delivery: Delivery,
    pub routes: Routes,
    pub queue: Queue,
    pub attachments: Attachments,
    pub tracking: Tracking,
    pub spam: Spam,
    pub webhooks: Webhooks,
    pub codes: Codes,
    pub retention: Retention,
    pub disk: Disk,
    pub log: Log,
}

impl Settings {
    /// The route for mail to `domain`: the most specific of `[[route]]`, or what `[delivery]` says.
    #[must_use]
    pub fn route_for(&self, domain: &Domain) -> &Route {
        self.routes.route_for(domain)
    }

    /// Whether some mail is kept in the capture mailbox.
    #[must_use]
    pub fn captures(&self) -> bool {
        self.routes.capture_any()
    }

    /// The narrowest trusted network that holds `address`; of equally narrow ones the first in the file.
    #[must_use]
    pub fn trusted_for(&self, address: IpAddr) -> Option<&Trusted> {
        let holding = self.trusted.iter().filter(|trusted| trusted.network.contains(address));
        holding.reduce(|best, next| if next.network.prefix() > best.network.prefix() { next } else { best })
    }
}

impl Written {
    /// The second stage: parses and checks everything, or reports every mistake.
    pub fn settings(&self) -> Result<Settings, Mistakes> {
        let mut reader = Reader::new(self);
        let settings = read_all(&mut reader);
        reader.finish(settings)
    }
}

/// Reads every section before it gives up on any, so that all mistakes are found.
fn read_all(reader: &mut Reader<'_>) -> Option<Settings> {
    let node = Node::read(reader, Node::SECTION.path);
    let database = Database::read(reader, Database::SECTION.path);
    let http = Http::read(reader, Http::SECTION.path);
    let console = Console::read(reader, Console::SECTION.path);
    let oidc = Oidc::read(reader, Oidc::SECTION.path);
    let smtp = Smtp::read(reader, Smtp::SECTION.path);
    let trusted =
        reader.tables(Trusted::SECTION.path).filter_map(|table| Trusted::read(reader, &table.path)).collect();
    let tls = Tls::read(reader, Tls::SECTION.path);
    let tls_hosts: Vec<(&str, TlsHost)> = reader
        .tables(TlsHost::SECTION.path)
        .filter_map(|table| Some((table.path.as_str(), TlsHost::read(reader, &table.path)?)))
        .collect();
    let dns = Dns::read(reader, Dns::SECTION.path);
    let delivery = Delivery::read(reader, Delivery::SECTION.path);
    let routes: Vec<(&str, Route)> = reader
        .tables(Route::SECTION.path)
        .filter_map(|table| Some((table.path.as_str(), Route::read(reader, &table.path)?)))
        .collect();
    let queue = Queue::read(reader, Queue::SECTION.path);
    let attachments = Attachments::read(reader, Attachments::SECTION.path);
    let tracking = Tracking::read(reader, Tracking::SECTION.path);
    let spam = Spam::read(reader, Spam::SECTION.path);
    let webhooks = Webhooks::read(reader, Webhooks::SECTION.path);
    let codes = Codes::read(reader, Codes::SECTION.path);
    let retention = Retention::read(reader, Retention::SECTION.path);
    let disk = Disk::read(reader, Disk::SECTION.path);
    let log = Log::read(reader, Log::SECTION.path);

    http.iter().for_each(|http| check::http(reader, http));
    smtp.iter().for_each(|smtp| check::smtp(reader, smtp));
    oidc.iter().for_each(|oidc| check::oidc(reader, oidc, console.as_ref()));
    tls.iter().for_each(|tls| check::tls(reader, tls));
    check::tls_hosts(reader, &tls_hosts);
    delivery.iter().for_each(|delivery| check::delivery(reader, delivery));
    check::routes(reader, &routes);

    let delivery = delivery?;
    let routes = Routes::new(routes.into_iter().map(|(_, route)| route).collect(), delivery.next_hop.clone());
    Some(Settings {
        node: node?,
        database: database?,
        http: http?,
        console: console?,
        oidc: oidc?,
        smtp: smtp?,
        trusted,
        tls: tls?,
        tls_hosts: tls_hosts.into_iter().map(|(_, host)| host).collect(),
        dns: dns?,
        delivery,
        routes,
        queue: queue?,
        attachments: attachments?,
        tracking: tracking?,
        spam: spam?,
        webhooks: webhooks?,
        codes: codes?,
        retention: retention?,
        disk: disk?,
        log: log?,
    })
}
