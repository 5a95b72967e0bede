//! An issuer of our own, for what a right one never does; a browser's way to it and back.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::console::story::{Browser, text};
use crate::feature::access::digest_of;
use crate::feature::person::oidc::forge::Pair;
use crate::testing::{Answer, Database, Harness};

pub(super) const ORIGIN: &str = "http://mail.example.org";
pub(super) const SUBJECT: &str = "24400320";

/// What it does next, and what it was asked.
pub(super) struct Ways {
    pub(super) pair: Pair,
    pub(super) kid: &'static str,
    /// The keys that it shows; as a rule its own.
    pub(super) keys: Option<String>,
    /// What its document says in other words.
    pub(super) document: Value,
    pub(super) head: Value,
    pub(super) claims: Value,
    pub(super) userinfo: Option<Value>,
    challenge: String,
    /// Paths, in their order.
    pub(super) asked: Vec<String>,
    pub(super) authorization: String,
}

pub(super) struct Fake {
    pub(super) address: SocketAddr,
    ways: Arc<Mutex<Ways>>,
}

/// What a browser was sent to the issuer with.
pub(super) struct Sent {
    pub(super) state: String,
    pub(super) nonce: String,
}

impl Fake {
    pub(super) async fn start() -> Fake {
        let pair = Pair::p256();
        let head = json!({ "alg": "ES256", "kid": "one" });
        let ways = Ways {
            pair,
            kid: "one",
            keys: None,
            document: json!({}),
            head,
            claims: json!({}),
            userinfo: None,
            challenge: String::new(),
            asked: Vec::new(),
            authorization: String::new(),
        };
        let ways = Arc::new(Mutex::new(ways));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = ways.clone();
        let answer = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let answer = answered(&mut shared.lock().expect("no panic"), address, (&uri, &headers, &body));
            std::future::ready(answer)
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        Fake { address, ways }
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn ways(&self) -> MutexGuard<'_, Ways> {
        self.ways.lock().expect("no panic")
    }

    /// A Postrider that knows it.
    pub(super) async fn harness(&self, database: Database, more: &[(&'static str, &str)]) -> Harness {
        let issuer = self.issuer();
        let own = [
            ("console.url", ORIGIN),
            ("console.oidc.issuer", &*issuer),
            ("console.oidc.client_id", "postrider"),
            ("console.oidc.client_secret", "s:e c"),
            ("console.oidc.name", "Example <Corp>"),
        ];
        let all: Vec<_> = own.iter().chain(more).copied().collect();
        Harness::start(database, &all).await
    }

    /// Has a browser begin, and notes what it brings.
    pub(super) async fn sent(
        &self,
        harness: &Harness,
        browser: &Browser,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Sent {
        let page = browser.post(harness, path, fields).await;
        let shown = text(&page);
        assert_eq!(page.status, 200, "{shown}");
        let url =
            shown.split("content=\"0;url=").nth(1).and_then(|rest| rest.split('"').next()).expect("a way");
        let url = url.replace("&#38;", "&").replace("&amp;", "&");
        let query =
            url.strip_prefix(&format!("{}/authorize?", self.issuer())).expect("the issuer's endpoint");
        let value = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        let origin = harness.app.settings.console.url.as_ref().expect("it is set").origin();
        let back = format!("{origin}/login/oidc/callback");
        for (name, wanted) in [
            ("response_type", "code"),
            ("client_id", "postrider"),
            ("redirect_uri", &*back),
            ("scope", "openid email profile"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(value(name), wanted, "{url}");
        }
        self.ways().challenge = value("code_challenge");
        Sent { state: value("state"), nonce: value("nonce") }
    }

    /// Has a browser come back with a code for these claims, and those that every token has.
    pub(super) async fn comes(
        &self,
        harness: &Harness,
        browser: &Browser,
        sent: &Sent,
        said: Value,
    ) -> Answer {
        self.claims(sent, said);
        browser.get(harness, &format!("/login/oidc/callback?code=right&state={}", sent.state)).await
    }

    pub(super) fn claims(&self, sent: &Sent, said: Value) {
        let now = net::clock::now().seconds();
        let mut claims = json!({
            "iss": self.issuer(), "aud": "postrider", "sub": SUBJECT, "nonce": sent.nonce, "iat": now, "exp": now + 60,
        });
        for (name, value) in said.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        self.ways().claims = claims;
    }

    /// The whole way of somebody who is not signed in.
    pub(super) async fn signs_in(&self, harness: &Harness, browser: &Browser, said: Value) -> Answer {
        browser.get(harness, "/login").await;
        let sent = self.sent(harness, browser, "/login/oidc", &[("next", "/w/default/usage")]).await;
        self.comes(harness, browser, &sent, said).await
    }
}

fn answered(
    ways: &mut Ways,
    address: SocketAddr,
    (uri, headers, body): (&Uri, &HeaderMap, &Bytes),
) -> Response {
    ways.asked.push(uri.path().to_owned());
    let issuer = format!("http://{address}");
    let authorization = headers.get("authorization").map(|value| value.to_str().expect("text").to_owned());
    match uri.path() {
        "/.well-known/openid-configuration" => {
            let mut document = json!({
                "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
                "userinfo_endpoint": format!("{issuer}/userinfo"),
            });
            for (name, value) in ways.document.as_object().expect("an object") {
                document[name] = value.clone();
            }
            document.to_string().into_response()
        }
        "/keys" => match &ways.keys {
            Some(keys) => keys.clone().into_response(),
            None => json!({ "keys": [ways.pair.jwk(ways.kid)] }).to_string().into_response(),
        },
        "/token" => {
            ways.authorization = authorization.unwrap_or_default();
            let value = |name: &str| {
                let mut pairs = form_urlencoded::parse(body);
                pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
            };
            let challenge = URL_SAFE_NO_PAD.encode(digest_of(&value("code_verifier")));
            if value("code") != "right" || challenge != ways.challenge || value("redirect_uri").is_empty() {
                return (StatusCode::BAD_REQUEST, json!({ "error": "invalid_grant" }).to_string())
                    .into_response();
            }
            let token = ways.pair.token(&ways.head, &ways.claims);
            json!({ "id_token": token, "access_token": "at", "token_type": "Bearer" })
                .to_string()
                .into_response()
        }
        "/userinfo" if authorization.as_deref() == Some("Bearer at") => match &ways.userinfo {
            Some(said) => said.to_string().into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
