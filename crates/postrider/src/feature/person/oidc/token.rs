//! The ID token that an issuer hands out (OpenID Connect Core §3.1.3.7), looked at: pure.
//!
//! Guarantees
//! 1. Nothing is believed that is not signed by one of the issuer's own keys, with the algorithm that the key is for. There are
//!    three of them, all with public keys: `none` and those with a shared secret do not exist here, so no header can ask for them.
//! 2. It was made by this issuer, for us, now, and for the very sign-in that it is shown in.
//! 3. An address counts as verified where the issuer says `true`, and by no other value.
//!
//! Not here: where tokens and keys come from (`issuer`), who a person is (`mod`).

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mail::At;
use serde::Deserialize;
use serde_json::Value;

/// How far clocks may be apart.
const LEEWAY: Duration = Duration::from_secs(2 * 60);
/// A token is this old at most: it was made for a sign-in that lasts no longer.
const AGE_MAX: Duration = super::FLOW_LIFE;
/// Octets of a token. Reason: one with a hundred groups has 10,000.
const TOKEN_MAX: usize = 64 * 1024;
/// Keys that are kept of an issuer. Reason: those that sign, the next, and the last; a few of each kind.
const KEYS_MAX: usize = 50;
/// Characters of an issuer's name for somebody (§2).
const SUBJECT_MAX: usize = 255;

/// Why a token is not believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    #[error("the token cannot be read")]
    Form,
    #[error("the token is signed by an algorithm that is not taken: RS256, ES256 and EdDSA are")]
    Algorithm,
    #[error("the token asks for something that must be understood and is not (crit)")]
    Critical,
    #[error("the issuer has no such key")]
    Key,
    #[error("the signature is wrong")]
    Signature,
    #[error("the token is another issuer's")]
    Issuer,
    #[error("the token is for another client")]
    Audience,
    #[error("the token is over")]
    Expired,
    #[error("the token is not of this time: look at the clocks")]
    Time,
    #[error("the token was made for another sign-in")]
    Nonce,
    #[error("the token does not say who it is")]
    Subject,
}

/// How tokens are signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

impl Algorithm {
    fn parse(text: &str) -> Option<Algorithm> {
        match text {
            "RS256" => Some(Algorithm::Rs256),
            "ES256" => Some(Algorithm::Es256),
            "EdDSA" | "Ed25519" => Some(Algorithm::EdDsa),
            _ => None,
        }
    }
}

/// What a key is made of.
enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// A point of P-256, uncompressed.
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// A public key of an issuer (RFC 7517).
pub struct Key {
    id: Option<String>,
    material: Material,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Key {
    fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Rsa { .. } => Algorithm::Rs256,
            Material::P256(_) => Algorithm::Es256,
            Material::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// None for a key that signs nothing that is taken here.
    fn of(jwk: Jwk) -> Option<Key> {
        let octets = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
        let material = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", None) => Material::Rsa { n: octets(jwk.n)?, e: octets(jwk.e)? },
            ("EC", Some("P-256")) => {
                let (x, y) = (octets(jwk.x)?, octets(jwk.y)?);
                (x.len() == 32 && y.len() == 32).then_some(())?;
                Material::P256([&[4], &*x, &*y].concat())
            }
            ("OKP", Some("Ed25519")) => Material::Ed25519(octets(jwk.x)?),
            _ => return None,
        };
        let key = Key { id: jwk.kid, material };
        let signs = jwk.purpose.is_none_or(|purpose| purpose == "sig");
        let fits = jwk.alg.is_none_or(|alg| Algorithm::parse(&alg) == Some(key.algorithm()));
        (signs && fits).then_some(key)
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Rsa { n, e } => {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
            Material::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            Material::Ed25519(key) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok()
            }
        }
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

/// The keys of a set that sign tokens; others, and what is none, are left out. None of what is no set.
#[must_use]
pub fn keys(json: &[u8]) -> Option<Vec<Key>> {
    let set: Set = serde_json::from_slice(json).ok()?;
    let read = |value: Value| serde_json::from_value::<Jwk>(value).ok().and_then(Key::of);
    Some(set.keys.into_iter().filter_map(read).take(KEYS_MAX).collect())
}

/// What a token must be.
pub struct Wanted<'w> {
    pub issuer: &'w str,
    pub client: &'w str,
    pub nonce: &'w str,
    pub now: At,
}

/// What an issuer says of somebody.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Said {
    /// Its name for them: never another's, and never changed.
    pub subject: String,
    pub email: Option<String>,
    /// Whether the issuer knows that the address is theirs.
    pub email_verified: bool,
    pub name: Option<String>,
    /// Whether it saw several factors (RFC 8176).
    pub factors: bool,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Seconds since 1970, which some write with a fraction.
#[derive(Deserialize, Clone, Copy)]
struct Seconds(f64);

impl Seconds {
    /// None of what no clock shows.
    fn at(self) -> Option<At> {
        let sane = self.0.is_finite() && (0.0..=1e11).contains(&self.0);
        sane.then_some(At((self.0 * 1e6) as i64))
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: Seconds,
    iat: Seconds,
    nbf: Option<Seconds>,
    nonce: Option<String>,
    #[serde(flatten)]
    about: About,
}

/// What is said of somebody, in a token and where it is asked for (§5.3.2).
#[derive(Deserialize)]
struct About {
    sub: Value,
    email: Option<Value>,
    email_verified: Option<Value>,
    name: Option<Value>,
    amr: Option<Value>,
}

impl About {
    fn read(self) -> Result<Said, Refusal> {
        let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
        let subject = text(Some(self.sub)).unwrap_or_default();
        let fits =
            (1..=SUBJECT_MAX).contains(&subject.chars().count()) && !subject.contains(char::is_control);
        if !fits {
            return Err(Refusal::Subject);
        }
        let factors = self.amr.as_ref().and_then(Value::as_array);
        Ok(Said {
            subject,
            email: text(self.email),
            email_verified: self.email_verified == Some(Value::Bool(true)),
            name: text(self.name),
            factors: factors.is_some_and(|all| all.iter().any(|one| one == "mfa")),
        })
    }
}

/// What a token says, if it is all that is wanted.
///
/// # Errors
/// See [`Refusal`]. [`Refusal::Key`] may be over when the issuer's keys are read again.
pub fn read(token: &str, keys: &[Key], wanted: &Wanted<'_>) -> Result<Said, Refusal> {
    if token.len() > TOKEN_MAX {
        return Err(Refusal::Form);
    }
    let mut parts = token.split('.');
    let (Some(head), Some(body), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::Form);
    };
    let header: Header = part(head)?;
    if header.crit.is_some() {
        return Err(Refusal::Critical);
    }
    let algorithm = Algorithm::parse(&header.alg).ok_or(Refusal::Algorithm)?;
    let key = key_of(keys, algorithm, header.kid.as_deref()).ok_or(Refusal::Key)?;
    let message = &token.as_bytes()[..head.len() + 1 + body.len()];
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::Form)?;
    if !key.verifies(message, &signature) {
        return Err(Refusal::Signature);
    }
    believed(part(body)?, wanted)
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    let octets = URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Form)?;
    serde_json::from_slice(&octets).map_err(|_| Refusal::Form)
}

/// The key that is named; where none is, the only one that there is (§10.1).
fn key_of<'k>(keys: &'k [Key], algorithm: Algorithm, id: Option<&str>) -> Option<&'k Key> {
    let mut fitting = keys.iter().filter(|key| key.algorithm() == algorithm);
    match id {
        Some(id) => fitting.find(|key| key.id.as_deref() == Some(id)),
        None => fitting.next().filter(|_| fitting.next().is_none()),
    }
}

/// The rules of §3.1.3.7 for a token whose signature is right.
fn believed(claims: Claims, wanted: &Wanted<'_>) -> Result<Said, Refusal> {
    if claims.iss != wanted.issuer {
        return Err(Refusal::Issuer);
    }
    let ours = match &claims.aud {
        Audience::One(one) => one == wanted.client,
        // Where others may use it too, it says who asked for it.
        Audience::Several(all) => {
            all.iter().any(|one| one == wanted.client) && (all.len() == 1 || claims.azp.is_some())
        }
    };
    if !ours || claims.azp.is_some_and(|party| party != wanted.client) {
        return Err(Refusal::Audience);
    }
    let (exp, iat) = (claims.exp.at().ok_or(Refusal::Form)?, claims.iat.at().ok_or(Refusal::Form)?);
    if exp.after(LEEWAY) <= wanted.now {
        return Err(Refusal::Expired);
    }
    let soon = wanted.now.after(LEEWAY);
    let begins = claims.nbf.and_then(Seconds::at).unwrap_or(iat);
    if iat > soon || begins > soon || iat.after(AGE_MAX).after(LEEWAY) < wanted.now {
        return Err(Refusal::Time);
    }
    let nonce = claims.nonce.unwrap_or_default();
    verify_slices_are_equal(nonce.as_bytes(), wanted.nonce.as_bytes()).map_err(|_| Refusal::Nonce)?;
    claims.about.read()
}

/// What an issuer says where it is asked for more (§5.3): of the very person of its token.
///
/// # Errors
/// It cannot be read, or is of somebody else.
pub fn more(json: &[u8], of: &Said) -> Result<Said, Refusal> {
    let about: About = serde_json::from_slice(json).map_err(|_| Refusal::Form)?;
    let said = about.read()?;
    if said.subject != of.subject {
        return Err(Refusal::Subject);
    }
    Ok(Said { factors: of.factors, ..said })
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
