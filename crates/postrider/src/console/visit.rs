//! One request of a browser: who may be behind it, how they want the page, and what every answer carries.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use console::page::Theme;
use console::words::{Locale, Words};
use console::{Hidden, Page};

use super::refusal::{self, Refused};
use super::{guard, session};
use crate::feature::person::{Person, random_token, sign_in};
use crate::http::Api;
use crate::http::connection::OverTls;
use crate::http::surface::RequestId;

/// Octets of a path and query to come back to.
const HERE_MAX: usize = 2_000;

/// Octets of a host and port at most: a name's, and a port's.
const HOST_MAX: usize = 260;

fn host(text: &str) -> Option<String> {
    let letter = |b: u8| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b);
    ((1..=HOST_MAX).contains(&text.len()) && text.bytes().all(letter)).then(|| text.to_owned())
}
/// In an answer's extensions: its octets are a stranger's. It is shown without scripts, forms, or anything that is loaded, as
/// if it came from nowhere, and only inside our own pages.
#[derive(Clone, Copy)]
pub struct Sandboxed;

/// The policy of what is [`Sandboxed`]. A mail's own styles are all that it keeps.
const SANDBOX: &str = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; \
     base-uri 'none'; frame-ancestors 'self'";

/// In the extensions of what is [`Sandboxed`]: its images are loaded, because who looks asked for them.
#[derive(Clone, Copy)]
pub struct WithImages;

/// As [`SANDBOX`], with images.
const SANDBOX_IMAGES: &str = "sandbox; default-src 'none'; img-src data: https: http:; style-src 'unsafe-inline'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

/// In an answer's extensions: the page has an editor, whose style sheets carry the page's nonce.
#[derive(Clone, Copy)]
pub struct Editing;

/// For half a year, and for this host alone, whatever its port: others of the domain are none of our business.
const ONLY_HTTPS: &str = "max-age=15552000";

/// What is known of a request before anybody looks who it is.
pub struct Visit {
    nonce: String,
    /// Whether browsers are told to come over https from now on: never over http (RFC 6797 §7.2).
    only_https: bool,
    /// Whether cookies may be sent over https alone.
    pub secure: bool,
    pub session: Option<String>,
    /// The token of somebody whose second factor is awaited.
    pub awaited: Option<String>,
    /// The token of a sign-in by an issuer, and where to after it, as its cookie has it.
    pub oidc: (Option<String>, Option<String>),
    /// What a visitor's forms are bound to, and whether the browser has it already.
    form: (String, bool),
    language: Option<Locale>,
    accepted: Option<Locale>,
    theme: Theme,
    pub here: String,
    pub address: Option<IpAddr>,
    pub agent: String,
    /// Where browsers reach us: as it is set, or by the host and port of this request, if they can be ones.
    origin: Option<String>,
    request_id: String,
    /// How the person who is signed in wants pages.
    manner: OnceLock<(Option<Locale>, Theme)>,
}

impl Visit {
    /// Of a request.
    #[must_use]
    pub fn of(api: &Api, request: &Request) -> Visit {
        let headers = request.headers();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let proxies = &api.app.settings.tracking.proxies;
        let ours = |peer: IpAddr| proxies.iter().any(|network| network.contains(peer));
        let here = request.uri().path_and_query().map_or("/", |path| path.as_str());
        // A proxy of ours says over what the browser came; one that is not known as ours leaves that to the form's origin.
        let certain = request.extensions().get::<OverTls>().is_some()
            || peer.is_some_and(ours) && text("x-forwarded-proto") == "https";
        let secure = certain || text("origin").starts_with("https://");
        let form = session::token(headers, certain, session::FORM);
        let set = api.app.settings.console.url.as_ref().map(|url| url.origin().to_owned());
        // A proxy that is not known as ours is believed this: at worst, somebody promises something to themselves.
        let said = text("x-forwarded-proto") == "https"
            && set.as_deref().is_some_and(|origin| origin.starts_with("https://"));
        let scheme = if secure { "https" } else { "http" };
        Visit {
            nonce: random_token(),
            only_https: certain || said,
            secure,
            session: session::token(headers, certain, session::SESSION),
            awaited: session::token(headers, certain, session::AWAITED),
            oidc: (
                session::token(headers, certain, session::OIDC),
                session::cookie(headers, session::ONWARD).map(str::to_owned),
            ),
            form: form.map_or_else(|| (random_token(), false), |token| (token, true)),
            language: session::cookie(headers, session::LANGUAGE).and_then(Locale::parse),
            accepted: Locale::accepted(text("accept-language")),
            theme: session::cookie(headers, session::THEME).and_then(Theme::parse).unwrap_or_default(),
            here: if here.len() <= HERE_MAX { here.to_owned() } else { "/".to_owned() },
            address: peer.map(|peer| crate::feature::tracking::client::address(peer, headers, proxies)),
            agent: text("user-agent").to_owned(),
            origin: set.or_else(|| host(text("host")).map(|host| format!("{scheme}://{host}"))),
            request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
            manner: OnceLock::new(),
        }
    }

    /// The visit that [`receive`] put into a request.
    ///
    /// # Errors
    /// There is none: the route stands outside of the console's router.
    pub fn of_request(request: &Request) -> Result<Arc<Visit>, Refused> {
        request.extensions().get::<Arc<Visit>>().cloned().ok_or(Refused::Fault)
    }

    /// Where browsers reach us: `https://mail.example:8443`.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// Remembers how a person wants pages.
    pub fn known(&self, person: &Person) {
        // Whoever was first is the same person: there is one session in a request.
        let _ = self.manner.set((person.locale, person.theme));
    }

    /// The person's language, the cookie's, the browser's, English.
    #[must_use]
    pub fn locale(&self) -> Locale {
        let own = self.manner.get().and_then(|(locale, _)| *locale);
        own.or(self.language).or(self.accepted).unwrap_or(Locale::En)
    }

    fn theme(&self) -> Theme {
        self.manner.get().map_or(self.theme, |(_, theme)| *theme)
    }

    /// The token of this visitor's forms.
    #[must_use]
    pub fn hidden(&self) -> Hidden {
        guard::hidden(self.session.as_deref().unwrap_or(&self.form.0))
    }

    /// What every page is given.
    #[must_use]
    pub fn page(&self) -> Page {
        Page {
            words: Words::of(self.locale()),
            theme: self.theme(),
            nonce: self.nonce.clone(),
            hidden: self.hidden(),
            here: self.here.clone(),
            inside: None,
        }
    }

    #[must_use]
    pub fn from(&self) -> sign_in::From<'_> {
        sign_in::From { address: self.address, agent: &self.agent, former: self.session.as_deref() }
    }

    /// Writes a refusal's page, and what every answer carries.
    pub fn finish(&self, response: &mut Response) {
        if let Some(refused) = response.extensions_mut().remove::<Arc<Refused>>() {
            *response = refusal::page(&refused, self.page(), &self.request_id);
        }
        let sandboxed = response.extensions_mut().remove::<Sandboxed>().is_some();
        let images = response.extensions_mut().remove::<WithImages>().is_some();
        let nonce = &self.nonce;
        let styles = match response.extensions_mut().remove::<Editing>() {
            Some(Editing) => format!("'self' 'nonce-{nonce}'"),
            None => "'self'".to_owned(),
        };
        let own = format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src {styles}; img-src 'self' data:; \
             connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        let policy = match (sandboxed, images) {
            (true, true) => SANDBOX_IMAGES,
            (true, false) => SANDBOX,
            (false, _) => &own,
        };
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::try_from(policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if sandboxed {
            // A name that is looked up tells its owner that the mail was read.
            headers.insert(header::X_DNS_PREFETCH_CONTROL, HeaderValue::from_static("off"));
        }
        if self.only_https {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ONLY_HTTPS));
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        // What is shown is for one person: nobody between keeps it, and the browser asks again.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        let is_page =
            headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if is_page && self.session.is_none() && !self.form.1 {
            session::set(response, self.secure, (session::FORM, &self.form.0));
        }
    }
}

/// Stands before every screen.
pub async fn receive(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let visit = Arc::new(Visit::of(&api, &request));
    let forged = !request.method().is_safe()
        && !guard::same_origin(request.headers(), api.app.settings.console.url.as_ref());
    let mut response = if forged {
        Refused::Forged.into_response()
    } else {
        request.extensions_mut().insert(visit.clone());
        next.run(request).await
    };
    visit.finish(&mut response);
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;
    use crate::testing::{Database, Harness};

    #[tokio::test]
    async fn https_is_asked_for_over_https_alone_and_for_this_host_alone() {
        const SET: &[(&str, &str)] = &[("console.url", "https://mail.example.org")];
        let (own, foreign) = ("127.0.0.1:1", "203.0.113.1:1");
        let known = &[("tracking.proxies", "127.0.0.0/8")];
        for (settings, peer, (tls, forwarded), wanted) in [
            (SET, foreign, (false, ""), false),
            (SET, foreign, (false, "http"), false),
            (SET, foreign, (false, "https"), true),
            (SET, foreign, (true, ""), true),
            (&[], foreign, (false, "https"), false),
            (&[], foreign, (true, ""), true),
            (known, foreign, (false, "https"), false),
            (known, own, (false, "https"), true),
        ] {
            let harness = Harness::start(Database::Sqlite, settings).await;
            let mut request = Request::get("/login").header("x-forwarded-proto", forwarded);
            request = request.extension(ConnectInfo(peer.parse::<SocketAddr>().expect("an address")));
            if tls {
                request = request.extension(OverTls);
            }
            let answer = harness.send(request.body(Body::empty()).expect("a request")).await;
            let told = answer.headers.get(header::STRICT_TRANSPORT_SECURITY);
            let wanted = wanted.then_some("max-age=15552000");
            assert_eq!(
                told.map(HeaderValue::as_bytes),
                wanted.map(str::as_bytes),
                "{settings:?} {tls} {forwarded}"
            );
            harness.end().await;
        }
    }
}
