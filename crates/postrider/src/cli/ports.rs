//! The ports of a server: bound before anything is told, told, served.
//!
//! Guarantee: every one is bound, or none is served.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use net::listen::{Admissions, Listener, Stop};

use super::Mode;
use super::serve::First;
use crate::app::App;
use crate::http::{self, HttpTls, Paths};
use crate::intake::smtp::{self, PortTls};
use crate::settings::Settings;

/// Everything that listens.
pub(super) struct Ports {
    http: Listener,
    /// The other HTTP listeners, with what each serves and how.
    more_http: Vec<(Listener, Paths, HttpTls)>,
    smtp: Vec<(Listener, PortTls)>,
}

impl Ports {
    pub(super) fn bind(app: &App) -> anyhow::Result<Ports> {
        let settings = &app.settings;
        let http = bind_http(settings, settings.http.listen, Paths::All)?;
        let wanted = [
            (settings.tracking.listen, Paths::Tracking, HttpTls::Clear),
            (settings.http.tls_listen, Paths::All, HttpTls::Https),
            (settings.tracking.tls_listen, Paths::Tracking, HttpTls::Https),
        ];
        let mut more_http = Vec::new();
        for (address, paths, tls) in wanted {
            let Some(address) = address else { continue };
            more_http.push((bind_http(settings, address, paths)?, paths, tls));
        }
        let tracking =
            more_http.iter().find(|(_, paths, tls)| (*paths, *tls) == (Paths::Tracking, HttpTls::Clear));
        app.tracking.listens(tracking.map_or(&http, |(listener, ..)| listener).address(), &app.hostname);
        let limits = &settings.smtp;
        let admissions =
            Admissions::new(limits.connections_max as usize, limits.connections_per_address_max as usize);
        let wanted = [
            (Some(limits.listen), PortTls::StartTls),
            (limits.submission_listen, PortTls::StartTls),
            (limits.tls_listen, PortTls::Implicit),
        ];
        let mut smtp = Vec::new();
        for (address, tls) in wanted {
            let Some(address) = address else { continue };
            let listener = smtp::bind(address, &admissions);
            smtp.push((listener.with_context(|| format!("listening on {address} for SMTP"))?, tls));
        }
        let ports =
            smtp.iter().map(|(listener, tls): &(Listener, PortTls)| (listener.address().port(), *tls));
        // Bound once: nobody was first.
        let _ = app.smtp_ports.set(ports.collect());
        Ok(Ports { http, more_http, smtp })
    }

    /// `setup` is the path that opens the console to its first person, while there is none.
    pub(super) fn announce(
        &self,
        (mode, first): (Mode, Option<&First>),
        setup: Option<&str>,
        json: bool,
    ) -> anyhow::Result<()> {
        let smtp = self.smtp.first().map(|(listener, _)| listener.address()).context("no SMTP port")?;
        let http = format!("http://{}", self.http.address());
        if json {
            let key = first.map(|first| &first.key);
            let setup = setup.map(|path| format!("{http}{path}"));
            let told =
                serde_json::json!({ "http": http, "smtp": smtp.to_string(), "api_key": key, "setup": setup });
            println!("{told}");
            return Ok(());
        }
        println!("Postrider is ready.\n\n  Console                {http}{}", setup.unwrap_or("/"));
        println!("  API and documentation  {http}/docs");
        for (listener, tls) in &self.smtp {
            let how = match tls {
                PortTls::StartTls => "SMTP (STARTTLS)",
                PortTls::Implicit => "SMTP (TLS)",
            };
            println!("  {how:<21}  {}", listener.address());
        }
        for (listener, paths, tls) in &self.more_http {
            let scheme = match tls {
                HttpTls::Clear => "http",
                HttpTls::Https => "https",
            };
            println!("  {:<21}  {scheme}://{}", format!("further {paths}"), listener.address());
        }
        match first {
            Some(first) => println!("{}", lines_to_paste(mode, first, &http, smtp)),
            None => {
                println!("\nYour keys are those of earlier starts; `postrider keys create` makes another.")
            }
        }
        Ok(())
    }

    /// Serves until `stop`. Whoever keeps a clone of it has the end wait: only what answers a client may.
    pub(super) fn start(self, app: &Arc<App>, stop: Stop) {
        for (listener, tls) in self.smtp {
            tokio::spawn(smtp::serve(app.clone(), listener, tls, stop.clone()));
        }
        let all = (self.http, Paths::All, HttpTls::Clear);
        for (listener, paths, tls) in std::iter::once(all).chain(self.more_http) {
            let router = http::router(app.clone(), paths, stop.clone());
            tokio::spawn(http::serve(app.clone(), router, (listener, tls), stop.clone()));
        }
    }
}

/// Each HTTP port has its own share of connections: recipients cannot take those of applications.
fn bind_http(settings: &Settings, address: SocketAddr, paths: Paths) -> anyhow::Result<Listener> {
    let limits = &settings.http;
    let admissions =
        Admissions::new(limits.connections_max as usize, limits.connections_per_address_max as usize);
    let listener = Listener::bind(address, admissions);
    listener.with_context(|| format!("listening on {address} for {paths}"))
}

fn lines_to_paste(mode: Mode, first: &First, http: &str, smtp: SocketAddr) -> String {
    let First { key, domain } = first;
    let kept = match mode {
        Mode::Dev => format!(
            "\n\nEverything is kept here, nothing leaves this machine:\n\n  curl -s {http}/captured -H 'Authorization: Bearer {key}'"
        ),
        Mode::Serve => String::new(),
    };
    format!(
        "\nYour first API key, shown this once:\n\n  {key}\n\nSend a message, by HTTP or by SMTP:\n\n  \
         curl -s {http}/emails -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\\n    \
         -d '{{\"from\":\"you@{domain}\",\"to\":\"ann@example.org\",\"subject\":\"Hello\",\"text\":\"It works.\"}}'\n\n  \
         swaks --server {host} --port {port} --auth PLAIN --auth-user any --auth-password {key} \\\n    \
         --from you@{domain} --to ann@example.org{kept}",
        host = smtp.ip(),
        port = smtp.port(),
    )
}
