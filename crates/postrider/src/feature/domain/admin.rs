//! Making, listing and deleting sending domains.

use mail::dkim::{KeyError, SigningKey};
use mail::{At, Domain};
use serde_json::json;
use store::{Row, Store, StoreError, Write, query};
use tokio::sync::Semaphore;

use super::Status;
use super::check::{self, Finding, is_broken};
use crate::feature::event::{self, By};
use crate::http::page::{Page, paged};
use crate::id::{Mint, Noun};

query!(DOMAIN_ADD, "queries/domain_add.sql");
query!(DKIM_KEY_ADD, "queries/dkim_key_add.sql");
paged!(DOMAIN_LIST, "queries/domain_list.sql");
query!(DOMAIN_KEYS, "queries/domain_keys.sql");
query!(DOMAIN_CHECKED, "queries/domain_checked.sql");
query!(DOMAIN_BROKEN, "queries/domain_broken.sql");
query!(DOMAIN_TRACK, "queries/domain_track.sql");
query!(DOMAIN_DELETE, "queries/domain_delete.sql");
query!(DKIM_KEYS_DELETE, "queries/dkim_keys_delete.sql");

/// Bits of the RSA keys made here: the least that receivers will keep accepting (RFC 8301 §3.2).
const RSA_BITS: u32 = 2048;

/// Keys are made for one domain at a time. Reason: they take a core, and the threads that may block are also the database's
/// readers; a tenant who asks for a thousand domains at once waits, the others do not.
static MAKING: Semaphore = Semaphore::const_new(1);

/// Why a domain could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DomainAddError {
    #[error("making the DKIM keys")]
    Key(#[from] KeyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a domain with an RSA and an Ed25519 key; gives its id. The keys take some 100 ms of one core: call it on a
/// thread that may block.
///
/// # Errors
/// `Store(Conflict)` when the workspace has the domain.
pub fn domain_rows(
    (mint, now, by): (&Mint, At, By),
    workspace: i64,
    name: &Domain,
    status: Status,
) -> Result<(i64, Write), DomainAddError> {
    let (id, mut write) = domain_row((mint, now, by), workspace, name, status);
    for key in [SigningKey::rsa_generate(RSA_BITS)?, SigningKey::ed25519_generate()?] {
        let key_id = mint.next(now);
        let algorithm = match key {
            SigningKey::Rsa(_) => "rsa",
            SigningKey::Ed25519(_) => "ed25519",
        };
        let params = vec![
            ("id", key_id.into()),
            ("workspace", workspace.into()),
            ("domain", id.into()),
            ("algorithm", algorithm.into()),
            ("selector", selector(key_id, algorithm).into()),
            ("pkcs8", key.to_pkcs8()?.into()),
            ("record", key.dns_record()?.into()),
            ("now", now.0.into()),
        ];
        write.step(&DKIM_KEY_ADD, params);
    }
    Ok((id, write))
}

fn domain_row(
    (mint, now, by): (&Mint, At, By),
    workspace: i64,
    name: &Domain,
    status: Status,
) -> (i64, Write) {
    let id = mint.next(now);
    let mut write = Write::default();
    let verified = status.may_send().then_some(now.0);
    let params = vec![
        ("id", id.into()),
        ("workspace", workspace.into()),
        ("name", name.as_str().to_owned().into()),
        ("status", status.as_str().into()),
        ("now", now.0.into()),
        ("verified", verified.into()),
    ];
    write.step_expecting(1, "the workspace has this domain already", &DOMAIN_ADD, params);
    let told =
        json!({ "domain_id": Noun::Domain.show(id), "name": name.as_str(), "status": status.as_str() });
    event::note_change(&mut write, (now, by), workspace, event::Name::DomainCreated, told);
    (id, write)
}

/// Makes a domain without keys: its mail goes out unsigned, as a smarthost that signs by itself wants it.
///
/// # Errors
/// `Conflict` when the workspace has the domain; as [`Store::write`].
pub async fn domain_add_unsigned(
    store: &Store,
    made: (&Mint, At, By),
    workspace: i64,
    name: &Domain,
    status: Status,
) -> Result<i64, StoreError> {
    let (id, write) = domain_row(made, workspace, name, status);
    store.write(write).await?;
    Ok(id)
}

/// A label that no other workspace of this installation uses: keys of two workspaces for one domain do not clash.
fn selector(key: i64, algorithm: &str) -> String {
    let initial = if algorithm == "rsa" { 'r' } else { 'e' };
    format!("pr{initial}{key:x}")
}

/// Makes a domain; see [`domain_rows`].
///
/// # Errors
/// As [`domain_rows`] and [`Store::write`].
pub async fn domain_add(
    store: &Store,
    made: (&std::sync::Arc<Mint>, At, By),
    workspace: i64,
    name: &Domain,
    status: Status,
) -> Result<i64, DomainAddError> {
    let (id, write) = domain_made(made, workspace, name, status).await?;
    store.write(write).await?;
    Ok(id)
}

/// [`domain_rows`] on a thread of their own, one domain at a time.
///
/// # Errors
/// As [`domain_rows`].
pub async fn domain_made(
    (mint, now, by): (&std::sync::Arc<Mint>, At, By),
    workspace: i64,
    name: &Domain,
    status: Status,
) -> Result<(i64, Write), DomainAddError> {
    let (minter, name) = (mint.clone(), name.clone());
    let _turn = MAKING.acquire().await.map_err(|_| StoreError::Closed)?;
    let making =
        tokio::task::spawn_blocking(move || domain_rows((&minter, now, by), workspace, &name, status));
    making.await.map_err(|_| StoreError::Closed)?
}

/// A domain as a list shows it.
pub struct ListedDomain {
    pub id: i64,
    pub name: String,
    pub status: String,
    pub created: At,
    pub checked: Option<At>,
    pub verified: Option<At>,
    pub findings: Option<String>,
    pub tracking_host: Option<String>,
}

/// The rows of a page of a workspace's domains, newest first.
///
/// # Errors
/// As [`Store::read`].
pub async fn domain_list(store: &Store, workspace: i64, page: Page) -> Result<Vec<ListedDomain>, StoreError> {
    let rows = DOMAIN_LIST.read(store, page, vec![("workspace", workspace.into())]).await?;
    rows.iter().map(read_listed).collect()
}

/// The domains of a workspace whose records stood once and do not any more.
///
/// # Errors
/// As [`Store::read`].
pub async fn broken(store: &Store, workspace: i64) -> Result<Vec<ListedDomain>, StoreError> {
    let rows = store.read(&DOMAIN_BROKEN, &[("workspace", workspace.into())]).await?;
    let mut all = rows.iter().map(read_listed).collect::<Result<Vec<_>, _>>()?;
    all.retain(is_broken);
    Ok(all)
}

/// One domain of a workspace.
///
/// # Errors
/// As [`Store::read`].
pub async fn domain_find(store: &Store, workspace: i64, id: i64) -> Result<Option<ListedDomain>, StoreError> {
    let found = domain_list(store, workspace, Page::only(id)).await?;
    Ok(found.into_iter().find(|domain| domain.id == id))
}

fn read_listed(row: &Row) -> Result<ListedDomain, StoreError> {
    Ok(ListedDomain {
        id: row.int(0)?,
        name: row.text(1)?.to_owned(),
        status: row.text(2)?.to_owned(),
        created: At(row.int(3)?),
        checked: row.int_or_null(4)?.map(At),
        verified: row.int_or_null(5)?.map(At),
        findings: row.text_or_null(6)?.map(str::to_owned),
        tracking_host: row.text_or_null(7)?.map(str::to_owned),
    })
}

/// A DKIM key's public half: what the DNS must say.
#[derive(Clone, Debug)]
pub struct PublishedKey {
    pub algorithm: String,
    pub selector: String,
    /// The TXT record's text.
    pub record: String,
}

/// The records of a domain's keys.
///
/// # Errors
/// As [`Store::read`].
pub async fn published_keys(
    store: &Store,
    workspace: i64,
    domain: i64,
) -> Result<Vec<PublishedKey>, StoreError> {
    let read = |row: &Row| {
        Ok(PublishedKey {
            algorithm: row.text(0)?.to_owned(),
            selector: row.text(1)?.to_owned(),
            record: row.text(2)?.to_owned(),
        })
    };
    let rows =
        store.read(&DOMAIN_KEYS, &[("workspace", workspace.into()), ("domain", domain.into())]).await?;
    rows.iter().map(read).collect()
}

/// Stores what a check found. A domain that was verified stays so: one missed look-up must not stop its mail.
///
/// # Errors
/// As [`Store::write`].
pub async fn domain_checked(
    store: &Store,
    now: At,
    (workspace, domain): (i64, &ListedDomain),
    findings: &[Finding],
) -> Result<(), StoreError> {
    store.write(checked_rows(now, (workspace, domain), findings)).await.map(drop)
}

/// As [`domain_checked`], for who commits it with more. What is stored of the findings is [`check::kept`].
#[must_use]
pub fn checked_rows(now: At, (workspace, domain): (i64, &ListedDomain), findings: &[Finding]) -> Write {
    let verified = check::verifies(findings);
    let mut write = Write::default();
    let params = vec![
        ("now", now.0.into()),
        ("workspace", workspace.into()),
        ("id", domain.id.into()),
        ("findings", check::show(&check::kept(domain, findings)).into()),
        ("verified", verified.into()),
    ];
    write.step_expecting(1, "no such domain", &DOMAIN_CHECKED, params);
    // A look at one that is verified already is no news.
    if verified && domain.verified.is_none() {
        let told = json!({ "domain_id": Noun::Domain.show(domain.id), "name": domain.name });
        event::note(&mut write, now, workspace, event::Name::DomainVerified, Some(told.to_string()));
    }
    write
}

/// Sets the host in the links of a domain's mail, or takes it back; false when the workspace has no such domain.
///
/// # Errors
/// As [`Store::write`].
pub async fn domain_track(
    store: &Store,
    now: At,
    (workspace, id): (i64, i64),
    host: Option<&Domain>,
) -> Result<bool, StoreError> {
    match store.write(track_rows(now, (workspace, id), host)).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// As [`domain_track`]; the write conflicts when there is no such domain.
#[must_use]
pub fn track_rows(now: At, (workspace, id): (i64, i64), host: Option<&Domain>) -> Write {
    let mut write = Write::default();
    let host = host.map(|host| host.as_str().to_owned());
    let params = vec![("workspace", workspace.into()), ("id", id.into()), ("host", host.into())];
    write.step_expecting(1, "no such domain", &DOMAIN_TRACK, params);
    event::note(&mut write, now, workspace, event::Name::DomainChanged, None);
    write
}

/// Deletes a domain and its keys; false when the workspace has no such domain.
///
/// # Errors
/// As [`Store::write`].
pub async fn domain_delete(
    store: &Store,
    (now, by): (At, By),
    workspace: i64,
    id: i64,
) -> Result<bool, StoreError> {
    let Some(domain) = domain_find(store, workspace, id).await? else { return Ok(false) };
    match store.write(delete_rows((now, by), workspace, &domain)).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// As [`domain_delete`]; the write conflicts when the domain is gone.
#[must_use]
pub fn delete_rows((now, by): (At, By), workspace: i64, domain: &ListedDomain) -> Write {
    let mut write = Write::default();
    let place = || vec![("workspace", workspace.into()), ("id", domain.id.into())];
    write.step_expecting(1, "no such domain", &DOMAIN_DELETE, place());
    write.step(&DKIM_KEYS_DELETE, place());
    let told = json!({ "domain_id": Noun::Domain.show(domain.id), "name": domain.name });
    event::note_change(&mut write, (now, by), workspace, event::Name::DomainDeleted, told);
    write
}
