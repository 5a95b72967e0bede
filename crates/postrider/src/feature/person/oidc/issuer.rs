//! The issuer, as it is asked: where its endpoints are, and its keys.
//!
//! Guarantees
//! 1. Whatever it answers is bounded in octets and time, and no redirect is followed. It is the operator's choice, so it may be in
//!    a private network.
//! 2. Its document names the very issuer of the settings, and every endpoint is as protected on the way as the issuer.
//! 3. Document and keys are asked for once in [`KEPT`]; for a key that is not known, once more, at most every [`AGAIN_AFTER`].
//!    An issuer that failed is left alone for [`REST`]; so many sign-ins wait for it at once as [`AT_ONCE`] says.
//!
//! Not here: a token for a code (`exchange`), what it says (`token`), who a person is (`mod`).

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http::{HeaderValue, header};
use mail::{Address, At};
use net::guard::Reach;
use net::resolver::Resolver;
use net::tls::ClientTls;
use net::web::{Bounds, Method, Request, Web, WebError, WebUrl};
use serde::Deserialize;
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

use super::token::{self, Key, Refusal, Said};
use crate::settings::{DomainPattern, Issuer, IssuerFactor, Settings};

/// How long document and keys are kept.
const KEPT: Duration = Duration::from_secs(3_600);
/// How soon keys are asked for once more because one is not known.
const AGAIN_AFTER: Duration = Duration::from_secs(60);
/// How long an issuer that failed is not asked for its document or its keys again.
/// Reason: longer than [`BOUNDS`] together, so that of those who wait for an issuer that hangs only the first waits it out.
const REST: Duration = Duration::from_secs(30);
/// Sign-ins that wait for it at once. Reason: each waits for two answers at most; a crowd that waits is turned away at once.
const AT_ONCE: usize = 16;
/// Octets of an answer: a document of many languages, or fifty keys with their certificates.
const ANSWER_MAX: usize = 256 * 1024;
const BOUNDS: Bounds =
    Bounds { connect: Duration::from_secs(5), answer: Duration::from_secs(10), body_max: ANSWER_MAX };
/// Octets of a file with a secret.
const SECRET_MAX: usize = 4_096;
/// Where the issuer sends people back to, below `console.url`.
pub const BACK: &str = "/login/oidc/callback";

/// Why the issuer was of no help.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{what}: {why}")]
    Unreached { what: &'static str, why: WebError },
    #[error("{what}: it answered {status}{told}")]
    Status { what: &'static str, status: u16, told: String },
    #[error("{0}: the answer is longer than {ANSWER_MAX} octets")]
    TooLong(&'static str),
    #[error("{0}: the answer cannot be read")]
    Form(&'static str),
    #[error("the document names another issuer: {0}")]
    Other(String),
    #[error("the document names an endpoint that is none, or less protected than the issuer: {0}")]
    Endpoint(String),
    #[error("it takes no secret in a way that is known here (client_secret_basic, client_secret_post)")]
    Secret,
    #[error("it failed a moment ago")]
    Lately,
    #[error(transparent)]
    Token(#[from] Refusal),
}

/// The document of an issuer (OpenID Connect Discovery §3), as far as it is read.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Where an issuer is asked for what.
pub struct Endpoints {
    pub authorization: WebUrl,
    pub(super) token: WebUrl,
    keys: WebUrl,
    pub(super) userinfo: Option<WebUrl>,
    pub(super) proof: Proof,
    /// Whether it says who it is whenever it sends somebody back (RFC 9207).
    pub names_itself: bool,
}

/// How we show a secret.
#[derive(Clone, Copy)]
pub(super) enum Proof {
    Basic,
    Post,
}

/// What is known of the issuer.
#[derive(Default)]
struct Known {
    endpoints: Option<(At, Arc<Endpoints>)>,
    keys: Option<(At, Arc<Vec<Key>>)>,
    failed: Option<At>,
}

/// The issuer that the settings name.
pub struct Oidc {
    pub issuer: Issuer,
    /// What people know it by.
    pub name: String,
    pub client: String,
    pub(super) secret: Option<String>,
    pub scopes: String,
    trusted: Vec<DomainPattern>,
    pub factor: IssuerFactor,
    /// Where it sends people back to.
    pub back: String,
    /// Whether browsers come back over https.
    pub secure: bool,
    web: Web,
    known: Mutex<Known>,
    places: Semaphore,
}

fn lasts(since: At, now: At, wait: Duration) -> bool {
    now < since.after(wait)
}

impl Oidc {
    /// Of the settings; none where they name no issuer.
    ///
    /// # Errors
    /// The file with the secret cannot be read.
    pub fn of(settings: &Settings, resolver: &Resolver, tls: &ClientTls) -> anyhow::Result<Option<Oidc>> {
        let own = &settings.oidc;
        let (Some(issuer), Some(client), Some(console)) =
            (&own.issuer, &own.client_id, &settings.console.url)
        else {
            return Ok(None);
        };
        let secret = match (&own.client_secret, &own.client_secret_file) {
            (Some(secret), _) => Some(secret.expose().to_owned()),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path);
                let text = text.with_context(|| {
                    format!("reading {} (console.oidc.client_secret_file)", path.display())
                })?;
                let text = text.trim_end_matches(['\r', '\n']);
                anyhow::ensure!((1..=SECRET_MAX).contains(&text.len()), "{} holds no secret", path.display());
                Some(text.to_owned())
            }
            (None, None) => None,
        };
        Ok(Some(Oidc {
            issuer: issuer.clone(),
            name: own.name.clone().unwrap_or_else(|| issuer.host().to_owned()),
            client: client.clone(),
            secret,
            scopes: own.scopes.join(" "),
            trusted: own.trusted_domains.clone(),
            factor: own.second_factor,
            back: format!("{}{BACK}", console.origin()),
            secure: console.origin().starts_with("https://"),
            web: Web::new(resolver.clone(), tls.clone(), Reach::Anywhere),
            known: Mutex::default(),
            places: Semaphore::new(AT_ONCE),
        }))
    }

    /// A place among those who wait for it; none when there are enough.
    #[must_use]
    pub fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.try_acquire().ok()
    }

    /// The address that the issuer is believed to know as somebody's: verified, of a domain that the settings trust it with.
    #[must_use]
    pub fn vouches(&self, said: &Said) -> Option<Address> {
        let address = Address::parse(said.email.as_deref()?).ok()?;
        let trusted = self.trusted.iter().any(|pattern| pattern.covers(&address.domain()));
        (said.email_verified && trusted).then_some(address)
    }

    /// Its endpoints.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn endpoints(&self, now: At) -> Result<Arc<Endpoints>, Trouble> {
        let mut known = self.known.lock().await;
        match &known.endpoints {
            Some((since, endpoints)) if lasts(*since, now, KEPT) => return Ok(endpoints.clone()),
            Some(_) | None => {}
        }
        if known.failed.is_some_and(|failed| lasts(failed, now, REST)) {
            return Err(Trouble::Lately);
        }
        match self.discovered().await {
            Ok(endpoints) => {
                let endpoints = Arc::new(endpoints);
                *known = Known { endpoints: Some((now, endpoints.clone())), ..Known::default() };
                Ok(endpoints)
            }
            Err(trouble) => {
                known.failed = Some(now);
                Err(trouble)
            }
        }
    }

    async fn discovered(&self) -> Result<Endpoints, Trouble> {
        const WHAT: &str = "its document";
        let issuer = self.issuer.as_str();
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let body = self.asked(WHAT, &self.endpoint(&url)?, get()).await?;
        let document: Document = serde_json::from_slice(&body).map_err(|_| Trouble::Form(WHAT))?;
        if document.issuer != issuer {
            return Err(Trouble::Other(shortened(&document.issuer)));
        }
        let methods = document.token_endpoint_auth_methods_supported;
        let takes = |method: &str| methods.as_ref().is_some_and(|all| all.iter().any(|one| one == method));
        let proof = match (methods.is_none() || takes("client_secret_basic"), takes("client_secret_post")) {
            (true, _) => Proof::Basic,
            (false, true) => Proof::Post,
            (false, false) if self.secret.is_none() => Proof::Post,
            (false, false) => return Err(Trouble::Secret),
        };
        Ok(Endpoints {
            authorization: self.endpoint(&document.authorization_endpoint)?,
            token: self.endpoint(&document.token_endpoint)?,
            keys: self.endpoint(&document.jwks_uri)?,
            userinfo: document.userinfo_endpoint.map(|url| self.endpoint(&url)).transpose()?,
            proof,
            names_itself: document.authorization_response_iss_parameter_supported,
        })
    }

    /// A URL of the issuer's; in clear only where the issuer itself is.
    fn endpoint(&self, text: &str) -> Result<WebUrl, Trouble> {
        let unfit = || Trouble::Endpoint(shortened(text));
        let url = WebUrl::parse(Reach::Anywhere, text).map_err(|_| unfit())?;
        if self.issuer.is_https() && !url.as_str().starts_with("https://") { Err(unfit()) } else { Ok(url) }
    }

    /// Its keys; `again` where one of a token is not among those that are known.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn keys(&self, now: At, endpoints: &Endpoints, again: bool) -> Result<Arc<Vec<Key>>, Trouble> {
        const WHAT: &str = "its keys";
        let mut known = self.known.lock().await;
        if let Some((since, keys)) = &known.keys {
            let lasting = if again { AGAIN_AFTER } else { KEPT };
            if lasts(*since, now, lasting) {
                return Ok(keys.clone());
            }
        }
        if known.failed.is_some_and(|failed| lasts(failed, now, REST)) {
            return Err(Trouble::Lately);
        }
        let body = self.asked(WHAT, &endpoints.keys, get()).await;
        match body.and_then(|body| token::keys(&body).ok_or(Trouble::Form(WHAT))) {
            Ok(keys) => {
                let keys = Arc::new(keys);
                known.keys = Some((now, keys.clone()));
                Ok(keys)
            }
            Err(trouble) => {
                known.failed = Some(now);
                Err(trouble)
            }
        }
    }

    /// Looks whether it answers as it should: how many of its keys are of use.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn look(&self, now: At) -> Result<usize, Trouble> {
        let endpoints = self.endpoints(now).await?;
        Ok(self.keys(now, &endpoints, false).await?.len())
    }

    /// One question, and its whole answer.
    pub(super) async fn asked(
        &self,
        what: &'static str,
        url: &WebUrl,
        request: Request,
    ) -> Result<Bytes, Trouble> {
        let unreached = |why| Trouble::Unreached { what, why };
        let mut connection = self.web.connect(url, BOUNDS).await.map_err(unreached)?;
        let answer = connection.send(url, request, BOUNDS).await.map_err(unreached)?;
        match (answer.status, answer.cut) {
            (200, false) => Ok(answer.body),
            (200, true) => Err(Trouble::TooLong(what)),
            (status, _) => Err(Trouble::Status { what, status, told: told(&answer.body) }),
        }
    }
}

/// A question without a body.
pub(super) fn get() -> Request {
    let json = HeaderValue::from_static("application/json");
    Request { method: Method::GET, headers: vec![(header::ACCEPT, json)], body: Bytes::new() }
}

/// The error that a refusal names (RFC 6749 §5.2), for the log.
fn told(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refused {
        error: String,
    }
    let refused = serde_json::from_slice::<Refused>(body);
    refused.map_or_else(|_| String::new(), |refused| format!(" ({})", shortened(&refused.error)))
}

/// A stranger's words, for the log: printable, and few.
pub(super) fn shortened(text: &str) -> String {
    const CHARS: usize = 200;
    text.chars().take(CHARS).map(|c| if c.is_control() { '·' } else { c }).collect()
}
