//! Sending domains: which names a workspace may write as, and the keys that sign for them.
//!
//! Guarantees
//! 1. A domain is verified only after its DKIM record, with our key in it, was seen in DNS, or when the operator
//!    vouches for it. Nobody else's record can verify it: the selector and the key are this workspace's own.
//! 2. A private key leaves this slice only as a signer; no API gives it out.

pub mod admin;
pub mod api;
pub mod check;
mod chosen;
pub mod console;
#[cfg(test)]
mod console_story;
pub mod records;
#[cfg(test)]
pub(crate) mod story;
pub mod work;

use std::collections::HashMap;
use std::sync::Arc;

use mail::Domain;
use mail::dkim::{Signer, SigningKey};
use store::{Migration, Row, Store, StoreError, query};

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 2,
    name: "domain: sending domains, DKIM keys",
    sql: include_str!("migrations/0002_domain.sql"),
    postgres: None,
}];

query!(DOMAINS, "queries/domains.sql");
query!(DKIM_KEYS, "queries/dkim_keys.sql");

/// Where a domain stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Its records were not seen yet.
    Pending,
    Verified,
    /// The operator answers for it; no DNS was asked.
    Vouched,
}

impl Status {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Verified => "verified",
            Status::Vouched => "vouched",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Status> {
        [Status::Pending, Status::Verified, Status::Vouched]
            .into_iter()
            .find(|status| status.as_str() == text)
    }

    /// Whether mail may leave under the name.
    #[must_use]
    pub fn may_send(self) -> bool {
        match self {
            Status::Verified | Status::Vouched => true,
            Status::Pending => false,
        }
    }
}

/// A domain that a workspace sends from.
pub struct SendingDomain {
    pub id: i64,
    pub workspace: i64,
    pub name: Domain,
    pub status: Status,
    /// The host in the links of its mail; the installation's when there is none.
    pub tracking_host: Option<Domain>,
    /// RSA and Ed25519; each message gets one signature of each.
    pub signers: Vec<Arc<Signer>>,
}

/// Every domain with its signers. Keys already known are taken from `known`, because reading one costs more than
/// all the rest.
pub async fn domains(
    store: &Store,
    known: &HashMap<i64, Arc<Signer>>,
) -> Result<(Vec<SendingDomain>, HashMap<i64, Arc<Signer>>), StoreError> {
    let rows = store.read(&DOMAINS, &[]).await?;
    let mut domains = rows.iter().map(read_domain).collect::<Result<Vec<_>, _>>()?;
    let places: HashMap<i64, usize> =
        domains.iter().enumerate().map(|(place, domain)| (domain.id, place)).collect();
    let mut signers = HashMap::new();
    for row in &store.read(&DKIM_KEYS, &[]).await? {
        let (id, domain) = (row.int(0)?, row.int(1)?);
        let Some(place) = places.get(&domain) else { continue };
        let signer = match known.get(&id) {
            Some(signer) => signer.clone(),
            None => Arc::new(read_signer(row, &domains[*place].name)?),
        };
        domains[*place].signers.push(signer.clone());
        signers.insert(id, signer);
    }
    Ok((domains, signers))
}

fn read_domain(row: &Row) -> Result<SendingDomain, StoreError> {
    Ok(SendingDomain {
        id: row.int(0)?,
        workspace: row.int(1)?,
        name: Domain::parse(row.text(2)?).map_err(|error| broken("domain.name", &error))?,
        status: Status::parse(row.text(3)?).ok_or_else(|| broken("domain.status", &"unknown"))?,
        tracking_host: row
            .text_or_null(4)?
            .map(|host| Domain::parse(host).map_err(|error| broken("domain.tracking_host", &error)))
            .transpose()?,
        signers: Vec::new(),
    })
}

fn read_signer(row: &Row, domain: &Domain) -> Result<Signer, StoreError> {
    let key = SigningKey::from_pkcs8(&row.blob(3)?).map_err(|error| broken("dkim_key.pkcs8", &error))?;
    let selector = Domain::parse(row.text(2)?).map_err(|error| broken("dkim_key.selector", &error))?;
    Ok(Signer { domain: domain.clone(), selector, key })
}

fn broken(column: &str, reason: &dyn std::fmt::Display) -> StoreError {
    StoreError::Broken { query: column.into(), reason: reason.to_string() }
}
