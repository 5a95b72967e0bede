//! Tracking: what recipients do with delivered mail, told by tokens in its links.
//!
//! Guarantees
//! 1. Nothing is tracked that was not asked for: a message's switches are settled when it is accepted, and kept with it.
//! 2. Every recipient's tokens are its own; they are signed, and say all that an answer needs.
//! 3. Each request is kept with its facts and gets a verdict, person or machine, with reasons and the number of the rules.
//! 4. Only a POST unsubscribes; it is durable before it is answered.
//! 5. A client's address is forgotten after `tracking.addresses_days`; its network stays.
//!
//! Not here: how links are found in a message (`content::track`), signing of messages (`egress::signing`).

pub mod api;
pub mod client;
mod courtesy;
pub mod dress;
mod engagement;
mod inbox;
mod judge;
pub mod networks;
mod page;
pub mod past;
mod reading;
pub mod reclassify;
mod region;
pub mod secret;
mod settle;
#[cfg(test)]
mod story;
pub mod switches;
mod token;
mod unsubscribe;
mod url;
pub mod work;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use mail::{At, Domain, ReversePath};
use store::{Migration, Store, query};

use crate::app::App;
use crate::directory::Snapshot;
use crate::feature::access::Class;
use crate::feature::sending::parcel::Parcel;
use crate::retention::{Aged, edge};
use crate::settings::Settings;
use courtesy::List;
use dress::Dress;
pub use engagement::ENGAGEMENT;
use inbox::{Client, Hit, Inbox};
use judge::Kind;
use networks::Networks;
use reading::{Answer, Readings};
use region::Regions;
use token::{Bearer, Purpose, Secrets};

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 14,
    name: "tracking: secrets, engagement",
    sql: include_str!("migrations/0014_tracking.sql"),
    postgres: None,
}];

query!(ENGAGEMENT_AGE, "queries/engagement_age.sql");
query!(ADDRESS_EDGE, "queries/address_edge.sql");
query!(ADDRESS_AGE, "queries/address_age.sql");
edge!(ENGAGEMENT_EDGE, "engagement");
pub static ENGAGEMENT_AGED: Aged = Aged { edge: &ENGAGEMENT_EDGE, delete: &ENGAGEMENT_AGE, page: 1_000 };
/// Addresses of clients; the rest of their rows stays.
pub static ADDRESS_AGED: Aged = Aged { edge: &ADDRESS_EDGE, delete: &ADDRESS_AGE, page: 1_000 };

/// What the process keeps for it.
pub struct Tracking {
    secrets: RwLock<Arc<Secrets>>,
    /// Where recipients reach us, without a slash at the end.
    base: OnceLock<Arc<str>>,
    networks: Networks,
    regions: Option<Regions>,
    inbox: Inbox,
    readings: Mutex<Readings<(Bearer, Client, At)>>,
}

impl Tracking {
    /// Reads the secrets and the files that the settings name.
    ///
    /// # Errors
    /// What cannot be read.
    pub async fn open(settings: &Settings, store: &Store, now: At) -> anyhow::Result<Tracking> {
        let own = &settings.tracking;
        let base = OnceLock::new();
        if let Some(url) = &own.url {
            drop(base.set(url.as_str().into()));
        }
        let regions = own.regions_file.as_deref().map(|file| {
            Regions::open(file)
                .map_err(|why| anyhow::anyhow!("tracking.regions_file {}: {why}", file.display()))
        });
        Ok(Tracking {
            secrets: RwLock::new(Arc::new(secret::secrets(store, now).await?)),
            base,
            networks: networks_of(own.networks_file.as_deref())?,
            regions: regions.transpose()?,
            inbox: Inbox::default(),
            readings: Mutex::new(Readings::new(own.readings_max as usize)),
        })
    }

    /// Tells where the API listens: recipients are sent there when no setting says otherwise.
    pub fn listens(&self, address: SocketAddr, hostname: &str) {
        let place = match address.ip() {
            ip if ip.is_unspecified() => format!("http://{hostname}:{}", address.port()),
            _ => format!("http://{address}"),
        };
        drop(self.base.set(place.into()));
    }

    /// Reads the secrets anew.
    ///
    /// # Errors
    /// As [`Store::read`]; the old ones then stay.
    pub async fn reload(&self, store: &Store, now: At) -> Result<(), store::StoreError> {
        let new = Arc::new(secret::secrets(store, now).await?);
        *self.secrets.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    fn secrets(&self) -> Arc<Secrets> {
        self.secrets.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a delivery gets before it is signed; none when it goes out as it was handed over.
    #[must_use]
    pub fn dress(&self, app: &App, parcel: &Parcel, delivery: i64) -> Option<Dress> {
        // A report about mail is nobody's campaign, whatever its stream (RFC 5321 §4.5.5).
        if parcel.envelope.reverse_path == ReversePath::Null {
            return None;
        }
        let snapshot = app.directory.snapshot();
        let stream = snapshot.stream_by_id(parcel.workspace, parcel.stream)?;
        if !parcel.track.any() && stream.class == Class::Transactional {
            return None;
        }
        let list = (stream.class == Class::Marketing).then(|| List {
            stream: stream.name.clone(),
            workspace: snapshot
                .workspaces
                .get(&parcel.workspace)
                .map_or_else(Box::default, |one| one.name.clone()),
            domain: parcel.author.domain_str().to_owned(),
            mailbox: app.settings.tracking.unsubscribe_mailbox.clone(),
        });
        Some(Dress {
            base: self.base_for(&snapshot, parcel.workspace, &parcel.author.domain())?,
            secrets: self.secrets(),
            bearer: Bearer { workspace: parcel.workspace, delivery, link: 0, class: stream.class },
            switches: parcel.track,
            list,
        })
    }

    /// Where recipients of mail from a domain reach us; none before we listen.
    fn base_for(&self, snapshot: &Snapshot, workspace: i64, domain: &Domain) -> Option<Arc<str>> {
        let host = snapshot.domain_for(workspace, domain).and_then(|domain| domain.tracking_host.as_ref());
        match host {
            Some(host) => Some(format!("https://{host}").into()),
            None => self.base.get().cloned(),
        }
    }

    /// Where the world reaches what a workspace shows: its own host for links if a domain of its has one, else ours, else the
    /// console's, else where we listen.
    #[must_use]
    pub fn public_base(&self, snapshot: &Snapshot, settings: &Settings, workspace: i64) -> Arc<str> {
        let mut domains: Vec<_> = snapshot.domains_of(workspace).collect();
        domains.sort_by_key(|domain| domain.id);
        let host = domains.into_iter().find_map(|domain| domain.tracking_host.as_ref());
        match (host, &settings.tracking.url, &settings.console.url) {
            (Some(host), _, _) => format!("https://{host}").into(),
            (None, Some(url), _) => url.as_str().into(),
            (None, None, Some(url)) => url.origin().into(),
            (None, None, None) => self.base.get().cloned().unwrap_or_default(),
        }
    }

    /// The URL of a file that an email from `domain` leads to; none before we listen.
    #[must_use]
    pub fn file_url(
        &self,
        snapshot: &Snapshot,
        workspace: i64,
        (domain, link): (&Domain, i64),
    ) -> Option<String> {
        let base = self.base_for(snapshot, workspace, domain)?;
        let bearer = Bearer { workspace, delivery: link, link: 0, class: Class::Transactional };
        Some(url::plain(&base, &self.secrets(), Purpose::File, bearer))
    }

    /// The workspace and the link to a file that a token names, if we made it.
    #[must_use]
    pub fn file_of(&self, token: &str) -> Option<(i64, i64)> {
        let bearer = self.secrets().open(Purpose::File, token, "")?;
        Some((bearer.workspace, bearer.delivery))
    }

    /// The token of a message's page for who has no account; `until` is sealed with it.
    #[must_use]
    pub fn support_token(&self, (workspace, message): (i64, i64), until: &str) -> String {
        let bearer = Bearer { workspace, delivery: message, link: 0, class: Class::Transactional };
        self.secrets().seal(Purpose::Support, bearer, until)
    }

    /// The workspace and the message that such a token names, if we made it with this end.
    #[must_use]
    pub fn support_of(&self, token: &str, until: &str) -> Option<(i64, i64)> {
        let bearer = self.secrets().open(Purpose::Support, token, until)?;
        Some((bearer.workspace, bearer.delivery))
    }

    /// Hands a request to the writer, or counts it as lost.
    fn note(&self, app: &App, hit: Hit) {
        if !self.inbox.put(hit) {
            app.counters.tracking_lost.add(1);
        }
    }

    /// A mail is shown: gives what its client gets, and the key of its chain.
    fn begin(&self, app: &App, bearer: Bearer, client: Client) -> (Answer, u32) {
        let (now, bytes) = (app.now(), net::clock::random_u64().to_be_bytes());
        let key = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let measurable = !judge::through_proxy(&client.agent, client.address, &self.networks);
        let begun = match measurable {
            true => self.readings().begin(now, bearer.delivery, key, (bearer, client, now)),
            false => Err((bearer, client, now)),
        };
        let answer = begun.unwrap_or_else(|(bearer, client, at)| {
            let (kind, read) = (Kind::Read, api::UNMEASURED);
            self.note(app, Hit { bearer, kind, at, link_id: None, url: None, client, read });
            Answer::Image
        });
        (answer, key)
    }

    fn step(&self, now: At, delivery: i64, key: u32, step: u8) -> Answer {
        self.readings().step(now, delivery, key, step)
    }

    /// Puts readings that are over, or all of them, with what waits to be written.
    fn gather_readings(&self, app: &App, now: At, ending: bool) {
        let over = if ending { self.readings().all() } else { self.readings().over(now) };
        for reading in over {
            let (bearer, client, at) = reading.of;
            let read = Some((reading.seconds, reading.quality));
            self.note(app, Hit { bearer, kind: Kind::Read, at, link_id: None, url: None, client, read });
        }
    }

    fn readings(&self) -> std::sync::MutexGuard<'_, Readings<(Bearer, Client, At)>> {
        self.readings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The networks of a file, or those that are built in.
///
/// # Errors
/// What the file lacks.
pub fn networks_of(file: Option<&Path>) -> anyhow::Result<Networks> {
    let Some(file) = file else { return Ok(Networks::built_in()) };
    let wrong = |why: String| anyhow::anyhow!("tracking.networks_file {}: {why}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    Networks::read(&text).map_err(wrong)
}
