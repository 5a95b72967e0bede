//! What every slice and surface is given: the store, the settings, the caches, the queue. Made once, in `cli::serve`.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use mail::At;
use net::resolver::Resolver;
use net::tls::{ClientTls, ServerTls};
use net::web::Web;
use store::Store;

use crate::directory::Directory;
use crate::feature::egress::Egress;
use crate::feature::image::under_way::UnderWay;
use crate::feature::sending::parcel;
use crate::feature::suppression;
use crate::feature::template::programs::Programs;
use crate::feature::tracking::Tracking;
use crate::health::Health;
use crate::id::Mint;
use crate::intake::smtp::PortTls;
use crate::room::{Full, Room};
use crate::settings::Settings;
use crate::starts::Starts;

/// The running process.
pub struct App {
    pub settings: Settings,
    /// Our name in greetings, EHLO, Received and Message-ID.
    pub hostname: Arc<str>,
    pub store: Store,
    /// The search index: may lag by a second, and may be rebuilt.
    pub search: Store,
    pub mint: Arc<Mint>,
    pub directory: Directory,
    pub suppressions: suppression::Filter,
    pub parcels: parcel::Cache,
    /// Templates that are ready to be rendered.
    pub programs: Programs,
    pub egress: Egress,
    pub tracking: Tracking,
    pub resolver: Resolver,
    pub server_tls: ServerTls,
    pub client_tls: ClientTls,
    /// Calls URLs that customers chose.
    pub web: Web,
    pub webhooks: crate::feature::webhook::Webhooks,
    pub codes: crate::feature::code::Codes,
    pub people: crate::feature::person::People,
    /// Who keeps people's accounts elsewhere, if the settings name somebody.
    pub oidc: Option<crate::feature::person::oidc::issuer::Oidc>,
    /// What workspaces have accepted of what they may.
    pub quotas: crate::feature::quota::Ledger,
    pub health: Health,
    /// The number of this start of the server; earlier ones' deliveries are taken over.
    pub epoch: i64,
    pub starts: Starts,
    pub key_use: crate::feature::access::usage::KeyUse,
    pub counters: crate::feature::monitor::Counters,
    /// Lists of emails that may read the database at once: half of the readers, because the queue reads, too.
    pub list_turns: crate::turns::Turns,
    /// Octets of requests' bodies, and of mail that somebody gets, that are in memory.
    pub bodies: Arc<Room>,
    /// Octets of large messages on their way in by SMTP.
    pub incoming: Arc<Room>,
    /// Files that are fetched from URLs.
    pub fetches: Arc<Room>,
    /// Mails that spam filters are asked about.
    pub scoring: crate::turns::Turns,
    /// Files on their way to recipients, by workspace.
    pub downloads: Arc<Room>,
    /// The same, by link.
    pub downloads_of_links: Arc<Room>,
    /// Images on their way to whoever shows them.
    pub images: UnderWay,
    /// Which files are refused.
    pub dangers: content::danger::Rules,
    /// Who follows events as they happen.
    pub followers: Arc<Room>,
    /// Who looks at live pages, by person.
    pub watchers: Arc<Room>,
    /// The same, by workspace.
    pub watched: Arc<Room>,
    /// The ports for SMTP that are listened at, once they are: the settings may leave the choice to the system.
    pub smtp_ports: OnceLock<Vec<(u16, PortTls)>>,
    /// What was sent in months that are over.
    pub months: crate::feature::stats::months::Months,
}

impl App {
    /// The time, for code that is not pure.
    #[must_use]
    pub fn now(&self) -> At {
        net::clock::now()
    }

    /// Octets that somebody gets, with the room that they take until the last of them has left: many who read slowly must
    /// not fill memory with large mail. The room is that of requests' bodies.
    ///
    /// # Errors
    /// There is none left, or none for this workspace.
    pub fn on_its_way(&self, workspace: i64, octets: Bytes) -> Result<Bytes, Full> {
        let mut place = self.bodies.place(workspace);
        place.grow(octets.len())?;
        Ok(place.hold(octets))
    }
}
