//! Who keeps accounts that people sign in with.
//!
//! Guarantee: an issuer speaks https, or is this machine.

use std::net::IpAddr;

use super::value::{BaseUrl, FromText, words};

/// Who keeps accounts (OpenID Connect Core §2, `iss`): compared letter by letter, so it stays as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether what it says is protected on the way; only on this machine it need not be.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Its host and port.
    #[must_use]
    pub fn host(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }
}

impl FromText for Issuer {
    fn from_text(text: &str) -> Result<Issuer, String> {
        BaseUrl::from_text(text)
            .map_err(|_| format!("{text:?} is not a URL such as https://login.example.org"))?;
        let issuer = Issuer(text.to_owned());
        let host = issuer.host();
        let host =
            host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map_or(host, |(host, _)| host);
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let local = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        if issuer.is_https() || local {
            Ok(issuer)
        } else {
            Err("must begin with https://: in clear, anybody on the way signs in as anybody".to_owned())
        }
    }
}

words! {
    /// Whether a sign-in at an issuer counts as two factors.
    IssuerFactor {
        /// Never: those that the person has here are asked for.
        Own = "own",
        /// Where the issuer says that it saw several (`amr`).
        Amr = "amr",
        /// Always: the issuer asks everybody for two.
        Issuer = "issuer",
    }
}
