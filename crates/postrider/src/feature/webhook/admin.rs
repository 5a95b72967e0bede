//! Making, changing and removing endpoints.

use mail::At;
use net::clock::random_bytes;
use serde_json::json;
use store::{Store, StoreError, Value, Write, query};

use super::sign::{SECRET_BYTES, SEED_BYTES};
use super::{Endpoint, Reason, State};
use crate::feature::event::merged::heads;
use crate::id::Mint;

query!(WEBHOOK_ADD, "queries/webhook_add.sql");
query!(WEBHOOK_CHANGE, "queries/webhook_change.sql");
query!(WEBHOOK_SWITCH, "queries/webhook_switch.sql");
query!(WEBHOOK_ROTATE, "queries/webhook_rotate.sql");
query!(WEBHOOK_DELETE, "queries/webhook_delete.sql");
query!(CURSOR_ADD, "queries/cursor_add.sql");
query!(CURSOR_DELETE, "queries/cursor_delete.sql");
query!(WAITING_DELETE, "queries/waiting_delete.sql");
query!(REPLAYS_DELETE, "queries/replays_delete.sql");

/// How long a secret is valid after another took its place.
pub const ROTATION_US: i64 = 24 * 3_600 * 1_000_000;

/// Everything about an endpoint that its owner chooses.
#[derive(Clone, Debug)]
pub struct Wish {
    pub url: String,
    pub events: Vec<String>,
    pub streams: Option<Vec<i64>>,
    pub headers: Vec<(String, String)>,
    pub message_headers: Vec<String>,
    pub batch: i64,
    pub ed25519: bool,
    pub enabled: bool,
}

impl Default for Wish {
    /// Of an endpoint of which nothing is said yet.
    fn default() -> Wish {
        Wish {
            url: String::new(),
            events: Vec::new(),
            streams: None,
            headers: Vec::new(),
            message_headers: Vec::new(),
            batch: 1,
            ed25519: false,
            enabled: true,
        }
    }
}

impl Wish {
    /// What an endpoint has now.
    #[must_use]
    pub fn of(endpoint: &Endpoint) -> Wish {
        let header = |(name, value): &(http::HeaderName, http::HeaderValue)| {
            (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned())
        };
        Wish {
            url: endpoint.url.as_str().to_owned(),
            events: match &endpoint.events {
                Some(names) => names.iter().map(|name| name.to_string()).collect(),
                None => vec!["*".to_owned()],
            },
            streams: endpoint.streams.clone(),
            headers: endpoint.headers.iter().map(header).collect(),
            message_headers: endpoint.message_headers.iter().map(|name| name.to_string()).collect(),
            batch: i64::try_from(endpoint.batch).unwrap_or(1),
            ed25519: endpoint.signer.public_key().is_some(),
            enabled: endpoint.state == State::Enabled,
        }
    }

    fn params(&self) -> Vec<(&'static str, Value)> {
        let state = if self.enabled { "enabled" } else { "disabled" };
        vec![
            ("endpoint", self.url.clone().into()),
            ("events", json!(self.events).to_string().into()),
            ("streams", self.streams.as_ref().map(|ids| json!(ids).to_string()).into()),
            ("headers", json!(self.headers).to_string().into()),
            ("message_headers", json!(self.message_headers).to_string().into()),
            ("batch", self.batch.into()),
            ("state", state.into()),
        ]
    }
}

fn random<const N: usize>() -> Vec<u8> {
    let mut bytes = [0; N];
    random_bytes(&mut bytes);
    bytes.to_vec()
}

/// Makes an endpoint, which is told what happens from now on; gives its id.
///
/// # Errors
/// As [`Store::write`].
pub async fn webhook_add(
    store: &Store,
    made: (&Mint, At),
    workspace: i64,
    wish: &Wish,
) -> Result<i64, StoreError> {
    let (id, write) = add_rows(store, made, workspace, wish).await?;
    store.write(write).await?;
    Ok(id)
}

/// As [`webhook_add`], for who commits it with more.
///
/// # Errors
/// As [`Store::read`].
pub async fn add_rows(
    store: &Store,
    (mint, now): (&Mint, At),
    workspace: i64,
    wish: &Wish,
) -> Result<(i64, Write), StoreError> {
    let id = mint.next(now);
    let mut params = wish.params();
    params.extend([
        ("id", id.into()),
        ("workspace", workspace.into()),
        ("secret", random::<SECRET_BYTES>().into()),
        ("seed", wish.ed25519.then(random::<SEED_BYTES>).into()),
        ("reason", (!wish.enabled).then_some(Reason::Asked.as_str()).into()),
        ("now", now.0.into()),
    ]);
    let from = heads(store).await?.show();
    let mut write = Write::default();
    write.step(&WEBHOOK_ADD, params);
    write.step(&CURSOR_ADD, vec![("id", id.into()), ("cursor", from.into())]);
    Ok((id, write))
}

/// Changes an endpoint. One that is enabled again goes on where it stopped.
///
/// # Errors
/// As [`Store::write`]; `Conflict` when it was removed meanwhile.
pub async fn webhook_change(store: &Store, endpoint: &Endpoint, wish: &Wish) -> Result<(), StoreError> {
    store.write(change_rows(endpoint, wish)).await.map(drop)
}

/// As [`webhook_change`], for who commits it with more.
#[must_use]
pub fn change_rows(endpoint: &Endpoint, wish: &Wish) -> Write {
    let reason = match endpoint.state {
        _ if wish.enabled => None,
        State::Disabled(reason) => Some(reason),
        State::Enabled => Some(Reason::Asked),
    };
    let seed = match (wish.ed25519, &endpoint.seed) {
        (true, Some(seed)) => Some(seed.clone()),
        (true, None) => Some(random::<SEED_BYTES>()),
        (false, _) => None,
    };
    let mut params = wish.params();
    params.extend([
        ("id", endpoint.id.into()),
        ("workspace", endpoint.workspace.into()),
        ("seed", seed.into()),
        ("reason", reason.map(Reason::as_str).into()),
    ]);
    let mut write = Write::default();
    write.step_expecting(1, "no such webhook", &WEBHOOK_CHANGE, params);
    write
}

/// Resumes or pauses an endpoint and changes nothing else of it; a conflict when it is gone, or stands so already.
#[must_use]
pub fn switch_rows(endpoint: &Endpoint, enabled: bool) -> Write {
    let (state, reason) = match enabled {
        true => ("enabled", None),
        false => ("disabled", Some(Reason::Asked.as_str())),
    };
    let params = vec![
        ("id", endpoint.id.into()),
        ("workspace", endpoint.workspace.into()),
        ("state", state.into()),
        ("reason", reason.into()),
    ];
    let mut write = Write::default();
    write.step_expecting(1, "no such webhook, or it stands so", &WEBHOOK_SWITCH, params);
    write
}

/// Gives an endpoint another secret; the former one signs beside it for [`ROTATION_US`].
///
/// # Errors
/// As [`webhook_change`].
pub async fn webhook_rotate(store: &Store, now: At, endpoint: &Endpoint) -> Result<(), StoreError> {
    store.write(rotate_rows(now, endpoint)).await.map(drop)
}

/// As [`webhook_rotate`], for who commits it with more.
#[must_use]
pub fn rotate_rows(now: At, endpoint: &Endpoint) -> Write {
    let params = vec![
        ("id", endpoint.id.into()),
        ("workspace", endpoint.workspace.into()),
        ("secret", random::<SECRET_BYTES>().into()),
        ("until", now.0.saturating_add(ROTATION_US).into()),
    ];
    let mut write = Write::default();
    write.step_expecting(1, "no such webhook", &WEBHOOK_ROTATE, params);
    write
}

/// Removes an endpoint and what waits for it. Its attempts go with their age.
///
/// # Errors
/// As [`webhook_change`].
pub async fn webhook_remove(store: &Store, endpoint: &Endpoint) -> Result<(), StoreError> {
    store.write(remove_rows(endpoint)).await.map(drop)
}

/// As [`webhook_remove`], for who commits it with more.
#[must_use]
pub fn remove_rows(endpoint: &Endpoint) -> Write {
    let id = || vec![("id", endpoint.id.into())];
    let mut params = id();
    params.push(("workspace", endpoint.workspace.into()));
    let mut write = Write::default();
    write.step_expecting(1, "no such webhook", &WEBHOOK_DELETE, params);
    write.step(&CURSOR_DELETE, id()).step(&WAITING_DELETE, id()).step(&REPLAYS_DELETE, id());
    write
}
