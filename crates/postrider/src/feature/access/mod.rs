//! Workspaces, streams and keys: who may hand over mail, and in whose name.
//!
//! Guarantees
//! 1. A key is 160 random bits; only its SHA-256 is stored, so a stolen database opens nothing.
//! 2. Every workspace has the streams `transactional` and `marketing` from its first moment.
//! 3. A revoked key opens nothing from the moment its revocation is committed here, and within
//!    [`crate::changes::LOOK_EVERY`] on other processes.
//! 4. A key may no more than the person who made it might at that moment, nor than the key that made it. One without a role (of the
//!    command line, or of a time when keys kept none) is bound by its scope alone.
//!
//! Not here: what a key may do with a domain (`sending::policy`), the HTTP extractor (`http::auth`).

pub mod admin;
pub mod api;
pub mod console;
mod console_bulk;
#[cfg(test)]
mod console_story;
pub mod keys;
pub mod settings_console;
#[cfg(test)]
mod settings_story;
#[cfg(test)]
mod story;
pub mod stream_console;
#[cfg(test)]
mod stream_story;
pub mod usage;

use std::sync::Arc;

use ::console::draw::initials;
use ::console::page::Brand;
use aws_lc_rs::digest::{SHA256, digest};
use mail::At;
use store::{Migration, Row, Store, StoreError, query};

use crate::feature::person::permission::{Permission, Role};
use crate::feature::quota::{Beyond, Quota};
use crate::feature::tracking::switches::Switches;
use crate::naming::is_author;

pub const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "access: workspaces, streams, keys",
        sql: include_str!("migrations/0001_access.sql"),
        postgres: None,
    },
    Migration {
        number: 21,
        name: "access: titles of workspaces",
        sql: include_str!("migrations/0021_title.sql"),
        postgres: None,
    },
    Migration {
        number: 31,
        name: "access: workspaces that require a second factor",
        sql: include_str!("migrations/0031_second_factor.sql"),
        postgres: None,
    },
    Migration {
        number: 33,
        name: "access: logos and senders of workspaces",
        sql: include_str!("migrations/0033_brand.sql"),
        postgres: None,
    },
    Migration {
        number: 40,
        name: "access: keys that may no more than who made them",
        sql: include_str!("migrations/0040_key_role.sql"),
        postgres: None,
    },
];

query!(WORKSPACES, "queries/workspaces.sql");
query!(STREAMS, "queries/streams.sql");
query!(KEYS, "queries/keys.sql");

/// Characters of the name that a workspace's mail is from. Reason: lists of mail show no more.
pub const SENDER_CHARS_MAX: usize = 60;

/// The workspace that exists from the first start.
pub const DEFAULT_WORKSPACE: &str = "default";

/// A tenant.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub id: i64,
    pub name: Box<str>,
    /// What people call it; empty while nobody said.
    pub title: Box<str>,
    /// None: it may send as much as it likes.
    pub quota: Option<Quota>,
    /// Since when nothing of it is accepted and nothing leaves.
    pub suspended: Option<At>,
    /// The token of the image that stands for it where people see it.
    pub logo: Option<Box<str>>,
    /// Whom the product's own mail for it is from; empty: what people call it.
    pub sender: Box<str>,
    pub second_factor: SecondFactor,
}

/// Whether a workspace's people must have shown a second factor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SecondFactor {
    Optional,
    Required,
}

impl SecondFactor {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            SecondFactor::Optional => "optional",
            SecondFactor::Required => "required",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<SecondFactor> {
        [SecondFactor::Optional, SecondFactor::Required].into_iter().find(|one| one.as_str() == text)
    }
}

impl Workspace {
    /// What people see.
    #[must_use]
    pub fn shown(&self) -> &str {
        if self.title.is_empty() { &self.name } else { &self.title }
    }

    /// Where its logo is on whatever host of ours.
    #[must_use]
    pub fn logo_path(&self) -> Option<String> {
        self.logo.as_deref().map(crate::feature::image::path)
    }

    /// What stands for it on pages for people who do not know this product.
    #[must_use]
    pub fn brand(&self) -> Brand {
        Brand { title: self.shown().to_owned(), initials: initials(self.shown()), logo: self.logo_path() }
    }

    /// Whom mail for it is from, by name: as it says, else what people call it, where mail may be from that.
    #[must_use]
    pub fn sender(&self) -> &str {
        let names = [&self.sender, &self.title];
        names.into_iter().find(|name| is_author(name, SENDER_CHARS_MAX)).unwrap_or(&self.name)
    }
}

/// What a stream is for: decides lane, expiry, unsubscribe duty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    Transactional,
    Marketing,
}

impl Class {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Transactional => "transactional",
            Class::Marketing => "marketing",
        }
    }

    /// What a stream of this class tracks when nothing is said.
    #[must_use]
    pub fn tracking(self) -> Switches {
        match self {
            Class::Transactional => Switches::default(),
            Class::Marketing => Switches::MARKETING,
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Class> {
        [Class::Transactional, Class::Marketing].into_iter().find(|class| class.as_str() == text)
    }
}

/// A named lane of mail in a workspace.
#[derive(Clone, Debug)]
pub struct Stream {
    pub id: i64,
    pub workspace: i64,
    pub name: Arc<str>,
    pub class: Class,
    /// What is tracked of a message that says nothing itself.
    pub tracking: Switches,
    pub created_us: i64,
}

/// What a key may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Everything in its workspace.
    Full,
    /// Hand over mail; nothing else.
    Sending,
}

impl Scope {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Full => "full",
            Scope::Sending => "sending",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Scope> {
        [Scope::Full, Scope::Sending].into_iter().find(|scope| scope.as_str() == text)
    }
}

/// An application's key.
#[derive(Clone, Debug)]
pub struct Key {
    pub id: i64,
    pub workspace: i64,
    pub name: Box<str>,
    pub digest: [u8; 32],
    pub scope: Scope,
    /// May only send from this domain.
    pub domain: Option<i64>,
    /// What the person was who made it: it may no more, whatever its scope. None: the operator made it.
    pub role: Option<Role>,
}

impl Key {
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.scope.may(permission) && self.role.is_none_or(|role| role.may(permission))
    }
}

/// What identifies a key's text in the database and in memory.
#[must_use]
pub fn digest_of(key: &str) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, key.as_bytes()).as_ref());
    out
}

/// Every workspace.
pub async fn workspaces(store: &Store) -> Result<Vec<Workspace>, StoreError> {
    store.read(&WORKSPACES, &[]).await?.iter().map(read_workspace).collect()
}

fn read_workspace(row: &Row) -> Result<Workspace, StoreError> {
    let (monthly, refuses, suspended) = (row.int(3)?, row.int(4)? != 0, row.int(5)?);
    let beyond = if refuses { Beyond::Refuse } else { Beyond::Tell };
    Ok(Workspace {
        id: row.int(0)?,
        name: row.text(1)?.into(),
        title: row.text(2)?.into(),
        quota: (monthly > 0).then_some(Quota { monthly, beyond }),
        suspended: (suspended > 0).then_some(At(suspended)),
        logo: row.text_or_null(6)?.map(Into::into),
        sender: row.text(7)?.into(),
        second_factor: SecondFactor::parse(row.text(8)?).ok_or_else(|| broken("workspace.second_factor"))?,
    })
}

/// Every stream of every workspace.
pub async fn streams(store: &Store) -> Result<Vec<Stream>, StoreError> {
    store.read(&STREAMS, &[]).await?.iter().map(read_stream).collect()
}

fn read_stream(row: &Row) -> Result<Stream, StoreError> {
    let class = Class::parse(row.text(3)?).ok_or_else(|| broken("stream.class"))?;
    Ok(Stream {
        id: row.int(0)?,
        workspace: row.int(1)?,
        name: row.text(2)?.into(),
        class,
        tracking: Switches::parse(row.text(5)?).map_err(|_| broken("stream.tracking"))?,
        created_us: row.int(4)?,
    })
}

/// Every key that is not revoked.
pub async fn keys(store: &Store) -> Result<Vec<Key>, StoreError> {
    store.read(&KEYS, &[]).await?.iter().map(read_key).collect()
}

fn read_key(row: &Row) -> Result<Key, StoreError> {
    let digest = row.blob(3)?.as_ref().try_into().map_err(|_| broken("api_key.digest"))?;
    let scope = Scope::parse(row.text(4)?).ok_or_else(|| broken("api_key.scope"))?;
    Ok(Key {
        id: row.int(0)?,
        workspace: row.int(1)?,
        name: row.text(2)?.into(),
        digest,
        scope,
        domain: row.int_or_null(5)?,
        role: read_role(row, 6)?,
    })
}

/// The role of a key's row.
fn read_role(row: &Row, column: usize) -> Result<Option<Role>, StoreError> {
    let role = row.text_or_null(column)?;
    role.map(|role| Role::parse(role).ok_or_else(|| broken("api_key.role"))).transpose()
}

fn broken(column: &str) -> StoreError {
    StoreError::Broken { query: column.into(), reason: "holds what no version of Postrider wrote".into() }
}
