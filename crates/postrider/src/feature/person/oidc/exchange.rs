//! A token for a code (OpenID Connect Core §3.1.3), and what the issuer says beside it (§5.3).
//!
//! Guarantee: the secret is shown to the issuer's own endpoint alone, and stands in no log.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, header};
use mail::At;
use net::web::{Method, Request};
use serde::Deserialize;

use super::issuer::{Endpoints, Oidc, Proof, Trouble, get};
use super::token::{self, Refusal, Said, Wanted};

/// What a code was changed for.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

impl Oidc {
    /// Changes a code for what the issuer says of whoever brought it (OpenID Connect Core §3.1.3).
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn said(
        &self,
        now: At,
        endpoints: &Endpoints,
        (code, verifier, nonce): (&str, &str, &str),
    ) -> Result<Said, Trouble> {
        const WHAT: &str = "its token";
        let body =
            self.asked(WHAT, &endpoints.token, self.exchange(endpoints.proof, (code, verifier))).await?;
        let tokens: Tokens = serde_json::from_slice(&body).map_err(|_| Trouble::Form(WHAT))?;
        let wanted = Wanted { issuer: self.issuer.as_str(), client: &self.client, nonce, now };
        let keys = self.keys(now, endpoints, false).await?;
        let said = match token::read(&tokens.id_token, &keys, &wanted) {
            Err(Refusal::Key) => {
                let keys = self.keys(now, endpoints, true).await?;
                token::read(&tokens.id_token, &keys, &wanted)?
            }
            read => read?,
        };
        match (&said.email, &endpoints.userinfo, tokens.access_token) {
            // Some tell the address only to who asks for it.
            (None, Some(url), Some(access)) => {
                match self.asked("what it says of somebody", url, with_token(&access)?).await {
                    Ok(body) => Ok(token::more(&body, &said)?),
                    // Who is connected needs no address.
                    Err(reason) => {
                        tracing::info!(%reason, "the issuer of sign-ins tells no address");
                        Ok(said)
                    }
                }
            }
            _ => Ok(said),
        }
    }

    fn exchange(&self, proof: Proof, (code, verifier): (&str, &str)) -> Request {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code").append_pair("code", code);
        form.append_pair("redirect_uri", &self.back).append_pair("code_verifier", verifier);
        let mut request = get();
        request.method = Method::POST;
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers.push((header::CONTENT_TYPE, kind));
        match (&self.secret, proof) {
            (Some(secret), Proof::Basic) => {
                // Both are escaped first (RFC 6749 §2.3.1).
                let plain = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let pair = STANDARD.encode(format!("{}:{}", plain(&self.client), plain(secret)));
                let value = HeaderValue::try_from(format!("Basic {pair}"));
                let mut value = value.expect("invariant: base64 is letters");
                value.set_sensitive(true);
                request.headers.push((header::AUTHORIZATION, value));
            }
            (Some(secret), Proof::Post) => {
                form.append_pair("client_id", &self.client).append_pair("client_secret", secret);
            }
            (None, _) => {
                form.append_pair("client_id", &self.client);
            }
        }
        request.body = form.finish().into();
        request
    }
}

fn with_token(access: &str) -> Result<Request, Trouble> {
    let value = HeaderValue::try_from(format!("Bearer {access}"));
    let mut value = value.map_err(|_| Trouble::Form("its token"))?;
    value.set_sensitive(true);
    let mut request = get();
    request.headers.push((header::AUTHORIZATION, value));
    Ok(request)
}
