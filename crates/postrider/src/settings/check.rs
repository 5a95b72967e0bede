//! Rules between settings: each value is right by itself, and together they make no sense.

use std::collections::HashSet;

use super::reader::Reader;
use super::route::{DomainPattern, NextHop};
use super::sections::{Console, Delivery, Http, Oidc, Route, Smtp, Tls, TlsHost};

/// A certificate is of no use without its key, nor a key without its certificate.
pub(super) fn tls(reader: &mut Reader<'_>, tls: &Tls) {
    match (&tls.certificate, &tls.key) {
        (Some(_), None) => {
            reader.wrong("tls.certificate", "needs tls.key, the private key that belongs to it")
        }
        (None, Some(_)) => {
            reader.wrong("tls.key", "needs tls.certificate, the certificate that it belongs to")
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
}

/// An issuer knows us by an id and by the address to which it sends people back. `console` is none where it is wrong by itself.
pub(super) fn oidc(reader: &mut Reader<'_>, oidc: &Oidc, console: Option<&Console>) {
    let beside = [
        ("client_id", oidc.client_id.is_some()),
        ("client_secret", oidc.client_secret.is_some()),
        ("client_secret_file", oidc.client_secret_file.is_some()),
    ];
    if oidc.issuer.is_none() {
        for (key, _) in beside.into_iter().filter(|(_, written)| *written) {
            reader.wrong(&format!("console.oidc.{key}"), "needs console.oidc.issuer, who gave it out");
        }
        return;
    }
    if oidc.client_id.is_none() {
        reader.wrong("console.oidc.issuer", "needs console.oidc.client_id beside it");
    }
    if console.is_some_and(|console| console.url.is_none()) {
        reader.wrong("console.oidc.issuer", "needs console.url: the issuer sends people back to it");
    }
    if oidc.client_secret.is_some() && oidc.client_secret_file.is_some() {
        reader.wrong(
            "console.oidc.client_secret_file",
            "stands beside console.oidc.client_secret: write one of them",
        );
    }
    if !oidc.scopes.iter().any(|scope| scope == "openid") {
        reader
            .wrong("console.oidc.scopes", "must name openid: without it there is no word of who somebody is");
    }
}

/// `hosts` come with the path of their table.
pub(super) fn tls_hosts(reader: &mut Reader<'_>, hosts: &[(&str, TlsHost)]) {
    for (path, host) in hosts {
        if host.name == DomainPattern::Any {
            reader.wrong(&format!("{path}.name"), "everybody is shown the certificate of `[tls]` already");
        }
        for (key, file) in [("certificate", &host.certificate), ("key", &host.key)] {
            if file.is_none() {
                reader.wrong(&format!("{path}.{key}"), "must be written: a PEM file");
            }
        }
    }
}

/// The longest body finds room when nothing else is there.
pub(super) fn http(reader: &mut Reader<'_>, http: &Http) {
    if http.bodies_max_bytes / 2 < http.body_max_bytes {
        reader.wrong(
            "http.bodies_max_bytes",
            "is less than twice http.body_max_bytes: one workspace may have half",
        );
    }
}

/// The largest message finds room when nothing else is there.
pub(super) fn smtp(reader: &mut Reader<'_>, smtp: &Smtp) {
    if smtp.messages_max_bytes / 2 < smtp.message_max_bytes {
        reader.wrong(
            "smtp.messages_max_bytes",
            "is less than twice smtp.message_max_bytes: one workspace may have half",
        );
    }
}

pub(super) fn delivery(reader: &mut Reader<'_>, delivery: &Delivery) {
    if delivery.retry_wait_first > delivery.retry_wait_max {
        reader.wrong("delivery.retry_wait_first_s", "is longer than delivery.retry_wait_max_s");
    }
}

/// `routes` come with the path of their table.
pub(super) fn routes(reader: &mut Reader<'_>, routes: &[(&str, Route)]) {
    let mut seen = HashSet::new();
    for (table, route) in routes {
        let at = |key: &str| format!("{table}.{key}");
        if !seen.insert(&route.domain) {
            reader.wrong(&at("domain"), format!("there is a route for {} already", route.domain));
        }
        match (&route.username, &route.password) {
            (Some(_), None) => reader.wrong(&at("username"), "needs a password beside it"),
            (None, Some(_)) => reader.wrong(&at("password"), "needs a username beside it"),
            (Some(_), Some(_)) | (None, None) => {}
        }
        match &route.next_hop {
            NextHop::Host { host, .. } => {
                if route.password.is_some() && !route.tls.is_verified() && !host.is_loopback() {
                    let reason = format!(
                        "with {:?} the password could be read on the way: write \"required\" or \"implicit\"",
                        route.tls.as_str()
                    );
                    reader.wrong(&at("tls"), reason);
                }
            }
            NextHop::Mx | NextHop::Capture => {
                if route.next_hop == NextHop::Capture && route.has_limits() {
                    reader.wrong(&at("next_hop"), "limits are for servers: what is captured goes nowhere");
                }
                if route.username.is_some() || route.password.is_some() {
                    reader.wrong(&at("username"), "credentials are for a host and port only");
                }
            }
        }
    }
}
