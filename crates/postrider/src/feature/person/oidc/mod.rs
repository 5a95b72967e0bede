//! Sign-in with an account that an issuer keeps (OpenID Connect, authorization code with PKCE).
//!
//! Guarantees
//! 1. A sign-in is begun and ended by one browser: it alone has the token of which `state`, `nonce` and the verifier of PKCE are
//!    made, each by a digest, so that none of them tells another. A row says that it was begun; it is used once, whatever comes of it,
//!    within [`FLOW_LIFE`].
//! 2. A person is who the issuer's name for them (`sub`) was connected to, and that name is one person's. An address alone
//!    connects nobody but where the settings trust the issuer with its domain, and never past a second factor that the person has.
//! 3. Nobody gets an account who has no invitation.
//!
//! Not here: what is asked of the issuer (`issuer`), which tokens are believed (`token`), pages (`console::oidc`).

mod exchange;
mod failure;
#[cfg(test)]
pub(super) mod forge;
pub mod identity;
pub mod issuer;
pub mod token;

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mail::At;
use serde::Deserialize;
use store::{StoreError, Write, query};

use super::account;
use super::attempt::{Counter, counted};
use super::invitation::{self, Newcomer, Open};
use super::passkey::own;
use super::second_factor::{Standing, standing};
use super::sign_in::{self, From, PERSON_BY_EMAIL, Shown};
use super::{Person, micros, random_token};
use crate::app::App;
use crate::feature::access::digest_of;
use crate::id;
use crate::settings::IssuerFactor;
pub use failure::Failure;
use identity::Identity;
use issuer::{Endpoints, Oidc, shortened};
use token::Said;

query!(FLOW_ADD, "../queries/oidc_flow_add.sql");
query!(FLOW_OF, "../queries/oidc_flow_of.sql");
query!(FLOW_TAKE, "../queries/oidc_flow_take.sql");

/// So long after it was begun a sign-in may end. Reason: people look for a password and a phone at the issuer.
pub const FLOW_LIFE: Duration = Duration::from_secs(10 * 60);
/// Octets of a code. Reason: some issuers seal all that they know into it.
const CODE_MAX: usize = 8 * 1024;
/// The name of somebody whose own cannot be one here; they may change it.
const UNNAMED: &str = "–";

/// A sign-in that was begun: the browser keeps the token, and goes to the URL.
pub struct Begun {
    pub token: String,
    pub url: String,
}

/// What is made of a token: the digest of it with what it is for.
fn made(token: &str, what: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest_of(&format!("oidc {what}\n{token}")))
}

/// What a sign-in was begun for. Reason that it is kept here and not in the browser: nobody takes an invitation who did not see it.
pub enum Aim<'a> {
    Enter,
    /// To take the invitation with this token, on whose page it was begun.
    Join(&'a str),
    /// To connect the person who is signed in.
    Connect(i64),
}

/// Begins a sign-in, or connecting the person who is signed in.
///
/// # Errors
/// As [`Store::write`].
pub async fn begin(
    app: &App,
    oidc: &Oidc,
    now: At,
    (aim, from): (&Aim<'_>, &From<'_>),
) -> Result<Result<Begun, Failure>, StoreError> {
    if !counted(app, now, &[Counter::Flow(from)]).await? {
        return Ok(Err(Failure::TooMany));
    }
    let Some(_place) = oidc.place() else { return Ok(Err(Failure::Busy)) };
    let endpoints = match oidc.endpoints(now).await {
        Ok(endpoints) => endpoints,
        Err(trouble) => return Ok(Err(trouble.into())),
    };
    let token = random_token();
    // 0: nobody is signed in.
    let (person, invitation) = match aim {
        Aim::Enter => (0, Vec::new()),
        Aim::Join(token) => (0, digest_of(token).to_vec()),
        Aim::Connect(person) => (*person, Vec::new()),
    };
    let params = vec![
        ("id", app.mint.next(now).into()),
        ("digest", digest_of(&token).to_vec().into()),
        ("person", person.into()),
        ("invitation", invitation.into()),
    ];
    let mut write = Write::default();
    write.step(&FLOW_ADD, params);
    app.store.write(write).await?;
    let url = asking(oidc, &endpoints, &token);
    Ok(Ok(Begun { token, url }))
}

/// The request for a code (§3.1.2.1).
fn asking(oidc: &Oidc, endpoints: &Endpoints, token: &str) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest_of(&made(token, "verifier")));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("response_type", "code").append_pair("client_id", &oidc.client);
    query.append_pair("redirect_uri", &oidc.back).append_pair("scope", &oidc.scopes);
    query.append_pair("state", &made(token, "state")).append_pair("nonce", &made(token, "nonce"));
    query.append_pair("code_challenge", &challenge).append_pair("code_challenge_method", "S256");
    let endpoint = endpoints.authorization.as_str();
    let joint = if endpoint.contains('?') { '&' } else { '?' };
    format!("{endpoint}{joint}{}", query.finish())
}

/// What the issuer sent a browser back with (§3.1.2.5, §3.1.2.6; RFC 9207).
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Returned {
    code: String,
    state: String,
    error: String,
    iss: Option<String>,
}

/// Who came back, where to, and with the token of which sign-in.
pub struct Back<'b> {
    pub returned: &'b Returned,
    pub token: Option<&'b str>,
    pub person: Option<&'b Person>,
    pub from: &'b From<'b>,
    /// The language of their browser.
    pub locale: &'static str,
}

/// What came of a sign-in.
#[derive(Debug)]
pub enum Done {
    /// The token of a session.
    In(String),
    /// The same, of somebody who has an account from now on.
    Joined(String),
    /// The token of who has to show a second factor.
    Second(String),
    /// The person who was signed in is connected.
    Connected,
}

/// Ends a sign-in that was begun.
///
/// # Errors
/// As [`Store::read`] and [`Store::write`].
pub async fn finish(
    app: &App,
    oidc: &Oidc,
    now: At,
    back: &Back<'_>,
) -> Result<Result<Done, Failure>, StoreError> {
    let Some(flow) = taken(app, now, back).await? else { return Ok(Err(Failure::Flow)) };
    let said = match said(oidc, now, back).await {
        Ok(said) => said,
        Err(failure) => return Ok(Err(failure)),
    };
    let identity = Identity::of(oidc, &said);
    let done = match flow {
        Flow::Connect(person) => connect(app, now, (&identity, person), back.from).await,
        Flow::Enter(invitation) => {
            let known = known(app, oidc, now, (&identity, &said), invitation).await?;
            enter(app, oidc, now, (&identity, &said, known), back).await
        }
    };
    match done {
        // Of two at once one is late.
        Err(StoreError::Conflict(_)) => Ok(Err(Failure::Taken)),
        done => done,
    }
}

/// What a sign-in was begun for, as its row says.
enum Flow {
    Connect(i64),
    /// With the digest of the invitation on whose page it was begun.
    Enter(Option<Vec<u8>>),
}

/// Takes the row of a sign-in, so that there is no second answer to it.
async fn taken(app: &App, now: At, back: &Back<'_>) -> Result<Option<Flow>, StoreError> {
    let Some(token) = back.token else { return Ok(None) };
    let state = made(token, "state");
    if verify_slices_are_equal(back.returned.state.as_bytes(), state.as_bytes()).is_err() {
        return Ok(None);
    }
    let after = id::floor(At(now.0 - micros(FLOW_LIFE)));
    let digest = digest_of(token).to_vec();
    let params = vec![("digest", digest.into()), ("after", after.into())];
    let rows = app.store.read(&FLOW_OF, &params).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let invitation = Some(row.blob(1)?.to_vec()).filter(|digest| !digest.is_empty());
    let flow = match row.int(0)? {
        0 => Flow::Enter(invitation),
        person => Flow::Connect(person),
    };
    let mut write = Write::default();
    write.step_expecting(1, "it was ended before", &FLOW_TAKE, params);
    match app.store.write(write).await {
        Ok(_) => {}
        Err(StoreError::Conflict(_)) => return Ok(None),
        Err(error) => return Err(error),
    }
    // Who connects is who began to, still signed in.
    let same = match &flow {
        Flow::Enter(_) => true,
        Flow::Connect(person) => back.person.is_some_and(|here| here.id == *person),
    };
    Ok(same.then_some(flow))
}

/// What the issuer says of who came back.
async fn said(oidc: &Oidc, now: At, back: &Back<'_>) -> Result<Said, Failure> {
    let Some(_place) = oidc.place() else { return Err(Failure::Busy) };
    let endpoints = oidc.endpoints(now).await?;
    let Returned { code, error, iss, .. } = back.returned;
    let named = match iss {
        Some(iss) => iss == oidc.issuer.as_str(),
        None => !endpoints.names_itself,
    };
    if !named {
        return Err(Failure::MixUp);
    }
    match &**error {
        "" => {}
        "access_denied" | "login_required" | "consent_required" | "interaction_required" => {
            return Err(Failure::Ended(shortened(error)));
        }
        error => return Err(Failure::Refused(shortened(error))),
    }
    if !(1..=CODE_MAX).contains(&code.len()) {
        return Err(Failure::Refused("it sent no code".to_owned()));
    }
    let token = back.token.unwrap_or_default();
    let (verifier, nonce) = (made(token, "verifier"), made(token, "nonce"));
    Ok(oidc.said(now, &endpoints, (code, &verifier, &nonce)).await?)
}

/// Connects whoever is signed in.
async fn connect(
    app: &App,
    now: At,
    (identity, person): (&Identity, i64),
    from: &From<'_>,
) -> Result<Result<Done, Failure>, StoreError> {
    let mut write = Write::default();
    identity.add(&mut write, now, person);
    identity.note(app, &mut write, (person, from), "the person");
    app.store.write(write).await?;
    Ok(Ok(Done::Connected))
}

/// By what somebody who comes is known.
enum Known {
    /// By the issuer's name for them.
    Connected(i64),
    /// By an address that the issuer is believed to know: it is connected from now on.
    Address(i64),
    /// By an invitation that they hold.
    Invited(Open),
    Nobody,
}

async fn known(
    app: &App,
    oidc: &Oidc,
    now: At,
    (identity, said): (&Identity, &Said),
    invitation: Option<Vec<u8>>,
) -> Result<Known, StoreError> {
    if let Some(person) = identity.person(&app.store).await? {
        return Ok(Known::Connected(person));
    }
    if let Some(address) = oidc.vouches(said) {
        let rows = app.store.read(&PERSON_BY_EMAIL, &[("email", address.folded().into())]).await?;
        if let Some(row) = rows.first() {
            return Ok(Known::Address(row.int(0)?));
        }
    }
    let Some(digest) = invitation else { return Ok(Known::Nobody) };
    let open = invitation::of_digest(&app.store, now, digest).await?;
    Ok(open.filter(|open| !open.known).map_or(Known::Nobody, Known::Invited))
}

/// Begins a session for whoever came, or what has to come before it.
async fn enter(
    app: &App,
    oidc: &Oidc,
    now: At,
    (identity, said, known): (&Identity, &Said, Known),
    back: &Back<'_>,
) -> Result<Result<Done, Failure>, StoreError> {
    let mut write = Write::default();
    let person = match known {
        Known::Connected(person) => {
            if second_here(oidc, said).is_none() && has_codes(app, person).await? {
                return Ok(Ok(Done::Second(sign_in::await_second(app, now, person, Some(identity)).await?)));
            }
            identity.used(&mut write, now, person);
            person
        }
        Known::Address(person) => {
            // What the issuer saw is no second factor of ours: it does not connect itself past one.
            if has_codes(app, person).await? {
                return Ok(Ok(Done::Second(sign_in::await_second(app, now, person, Some(identity)).await?)));
            }
            if !own::passkeys(&app.store, person).await?.is_empty() {
                return Ok(Err(Failure::Passkey));
            }
            // Whoever had the address written into an account may have been a stranger: the password and the sessions there are
            // no more, as after one that was lost.
            let Ok(nobodys) = app.people.hashing.make(random_token()).await else {
                return Ok(Err(Failure::Busy));
            };
            account::new_password(&mut write, person, nobodys);
            identity.add(&mut write, now, person);
            identity.note(app, &mut write, (person, back.from), "the address");
            person
        }
        Known::Invited(open) => return invited(app, now, (open, identity, said), (oidc, back)).await,
        Known::Nobody => return Ok(Err(Failure::Unknown)),
    };
    let shown = Shown::Issuer(second_here(oidc, said));
    let token = sign_in::begin(app, now, write, (person, back.from, shown)).await?;
    Ok(Ok(Done::In(token)))
}

async fn has_codes(app: &App, person: i64) -> Result<bool, StoreError> {
    Ok(matches!(standing(&app.store, person).await?, Standing::On { .. }))
}

/// The second factor that counts as shown by the sign-in itself, as the audit log names it.
fn second_here(oidc: &Oidc, said: &Said) -> Option<&'static str> {
    let counts = match oidc.factor {
        IssuerFactor::Own => false,
        IssuerFactor::Amr => said.factors,
        IssuerFactor::Issuer => true,
    };
    counts.then_some("issuer")
}

/// Makes an account for who holds an invitation, with a password that nobody knows: they may set one by mail.
async fn invited(
    app: &App,
    now: At,
    (open, identity, said): (Open, &Identity, &Said),
    (oidc, back): (&Oidc, &Back<'_>),
) -> Result<Result<Done, Failure>, StoreError> {
    let local = open.email.split('@').next();
    let named = [said.name.as_deref(), local].into_iter().flatten().map(str::trim);
    let new = Newcomer {
        name: named
            .into_iter()
            .find(|name| account::name_mistake(name).is_none())
            .unwrap_or(UNNAMED)
            .to_owned(),
        password: random_token(),
        zone: String::new(),
        locale: back.locale,
    };
    let came = (back.from, Some((identity, second_here(oidc, said))));
    Ok(match invitation::make(app, now, (&open, new), came).await? {
        invitation::Made::In(token) => Ok(Done::Joined(token)),
        invitation::Made::Late => Err(Failure::Taken),
        invitation::Made::Busy => Err(Failure::Busy),
    })
}
