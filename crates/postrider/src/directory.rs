//! What the hot path must know of workspaces, keys and domains, without asking the database.
//!
//! Guarantees
//! 1. A snapshot is consistent and never changes; a reader keeps the one it took.
//! 2. A change made by this process is in the next snapshot before its caller hears of it; changes by others are
//!    picked up by `changes`.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use mail::Domain;
use mail::dkim::Signer;
use store::{Store, StoreError};

use crate::feature::access::{self, Key, Stream, Workspace};
use crate::feature::domain::{self, SendingDomain};

/// One snapshot.
#[derive(Default)]
pub struct Snapshot {
    pub workspaces: HashMap<i64, Workspace>,
    streams: HashMap<i64, Vec<Arc<Stream>>>,
    keys: HashMap<[u8; 32], Arc<Key>>,
    domains: HashMap<(i64, Domain), Arc<SendingDomain>>,
    signers: HashMap<i64, Arc<Signer>>,
}

impl Snapshot {
    #[must_use]
    pub fn key(&self, text: &str) -> Option<&Arc<Key>> {
        self.keys.get(&access::digest_of(text))
    }

    /// Whether a key that was read from an earlier snapshot still opens anything.
    #[must_use]
    pub fn key_in_force(&self, key: &Key) -> bool {
        self.keys.contains_key(&key.digest)
    }

    /// How many keys of a workspace are in force.
    #[must_use]
    pub fn key_count(&self, workspace: i64) -> usize {
        self.keys.values().filter(|key| key.workspace == workspace).count()
    }

    /// How many domains a workspace has.
    #[must_use]
    pub fn domain_count(&self, workspace: i64) -> usize {
        self.domains.keys().filter(|(owner, _)| *owner == workspace).count()
    }

    /// The workspace's domains, in no order.
    pub fn domains_of(&self, workspace: i64) -> impl Iterator<Item = &Arc<SendingDomain>> {
        self.domains.values().filter(move |domain| domain.workspace == workspace)
    }

    /// The workspace's stream of that name.
    #[must_use]
    pub fn stream(&self, workspace: i64, name: &str) -> Option<&Arc<Stream>> {
        self.streams(workspace).iter().find(|stream| *stream.name == *name)
    }

    #[must_use]
    pub fn stream_by_id(&self, workspace: i64, id: i64) -> Option<&Arc<Stream>> {
        self.streams(workspace).iter().find(|stream| stream.id == id)
    }

    /// All streams of a workspace, oldest first.
    #[must_use]
    pub fn streams(&self, workspace: i64) -> &[Arc<Stream>] {
        self.streams.get(&workspace).map_or(&[], Vec::as_slice)
    }

    /// The workspace's sending domain that `name` is or lies in: `mail.example.org` may use `example.org`'s.
    #[must_use]
    pub fn domain_for(&self, workspace: i64, name: &Domain) -> Option<&Arc<SendingDomain>> {
        let mut name = Some(name.clone());
        while let Some(candidate) = name {
            if let Some(found) = self.domains.get(&(workspace, candidate.clone())) {
                return Some(found);
            }
            name = candidate.as_str().split_once('.').and_then(|(_, parent)| Domain::parse(parent).ok());
        }
        None
    }

    #[must_use]
    pub fn workspace_by_name(&self, name: &str) -> Option<&Workspace> {
        self.workspaces.values().find(|workspace| *workspace.name == *name)
    }
}

/// The newest snapshot.
#[derive(Default)]
pub struct Directory {
    newest: RwLock<Arc<Snapshot>>,
    /// One reads at a time: a slower one would put what it read before a change in the place of what was read after it.
    reading: tokio::sync::Mutex<()>,
}

impl Directory {
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.newest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads everything anew.
    ///
    /// # Errors
    /// As [`Store::read`]; the old snapshot then stays.
    pub async fn reload(&self, store: &Store) -> Result<(), StoreError> {
        let _reading = self.reading.lock().await;
        let old = self.snapshot();
        let (domains, signers) = domain::domains(store, &old.signers).await?;
        let mut new = Snapshot { signers, ..Snapshot::default() };
        new.workspaces = access::workspaces(store).await?.into_iter().map(|one| (one.id, one)).collect();
        for stream in access::streams(store).await? {
            new.streams.entry(stream.workspace).or_default().push(Arc::new(stream));
        }
        new.keys = access::keys(store).await?.into_iter().map(|key| (key.digest, Arc::new(key))).collect();
        new.domains =
            domains.into_iter().map(|one| ((one.workspace, one.name.clone()), Arc::new(one))).collect();
        *self.newest.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok(())
    }
}
