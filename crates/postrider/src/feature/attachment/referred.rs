//! Files that the emails of a request name by id or by URL: looked up and fetched before any of them is judged.
//!
//! Guarantees
//! 1. A file is read once and a URL fetched once for a request, however many of its emails name it.
//! 2. What the emails would hold of them together, encoded, is no more than `http.body_max_bytes`: naming a file takes no more
//!    memory than giving it.
//! 3. It counts towards `http.bodies_max_bytes` until the request is answered.

use std::collections::HashMap;
use std::sync::Arc;

use memchr::memmem;
use serde::Deserialize;

use super::fetch::{Fetched, fetch_all};
use super::kept::{self, Kept};
use super::octets::Octets;
use crate::app::App;
use crate::http::error::{ApiError, Code, Name};
use crate::http::json::UpTo;
use crate::id::Noun;
use crate::room::Place;

/// Different uploaded files that one request names. Reason: each is read, and a batch of 1,000 emails seldom has more.
const IDS_MAX: usize = 200;

/// Files of an email. Reason: mailboxes show no more, and each is built before its size is known.
pub const ATTACHMENTS_MAX: usize = 100;

/// A file that was found.
#[derive(Clone, Debug)]
pub struct Found {
    pub content: Octets,
    pub filename: Option<String>,
    pub content_type: Option<String>,
}

/// The files that a request names.
#[derive(Default)]
pub struct Files {
    kept: HashMap<i64, Found>,
    fetched: HashMap<String, Result<Found, String>>,
    /// What they take of the room for bodies, and how many octets that is.
    place: Option<(Arc<Place>, usize)>,
}

/// What of an email names files.
#[derive(Deserialize)]
struct Naming {
    #[serde(default)]
    attachments: Option<UpTo<Named, ATTACHMENTS_MAX>>,
}

#[derive(Deserialize)]
struct Named {
    id: Option<String>,
    path: Option<String>,
}

/// How often each file is named.
#[derive(Default)]
struct Names {
    ids: HashMap<i64, usize>,
    urls: HashMap<String, usize>,
}

impl Names {
    /// An email that cannot be read names nothing: it is refused later.
    fn read(emails: &[&[u8]]) -> Names {
        let mut names = Names::default();
        for email in emails.iter().filter(|email| Files::mentioned(email)) {
            let naming = serde_json::from_slice::<Naming>(email).ok();
            for named in naming.and_then(|naming| naming.attachments).map_or(Vec::new(), |list| list.0) {
                if let Some(id) = named.id.and_then(|id| Noun::Attachment.read(&id)) {
                    *names.ids.entry(id).or_default() += 1;
                }
                if let Some(url) = named.path.filter(|url| !url.is_empty()) {
                    *names.urls.entry(url).or_default() += 1;
                }
            }
        }
        names
    }
}

impl Files {
    /// Whether a body may name files: one that does not is spared the look for them.
    #[must_use]
    pub fn mentioned(body: &[u8]) -> bool {
        let has = |word: &str| memmem::find(body, word.as_bytes()).is_some();
        has("\"attachments\"") && (has("\"id\"") || has("\"path\""))
    }

    /// Looks up and fetches what some emails name.
    ///
    /// # Errors
    /// Too many, too large together, no room for them; the database does not answer. A file that is not there, or a URL that gives
    /// none, is told by [`Files::by_id`] and [`Files::by_url`].
    pub async fn named_in(app: &App, workspace: i64, emails: &[&[u8]]) -> Result<Files, ApiError> {
        let names = Names::read(emails);
        let urls_max = app.settings.attachments.urls_max as usize;
        for (count, max, what) in
            [(names.ids.len(), IDS_MAX, "uploaded files"), (names.urls.len(), urls_max, "URLs")]
        {
            if count > max {
                let why = format!(
                    "the request names {count} different {what} as attachments, at most {max} are taken"
                );
                return Err(ApiError::field("", Code::InvalidAttachment, why));
            }
        }
        if names.ids.is_empty() && names.urls.is_empty() {
            return Ok(Files::default());
        }
        let mut files = Files::default();
        let mut kept = Vec::new();
        for id in names.ids.keys() {
            kept.extend(kept::one(&app.store, workspace, *id).await?);
        }
        let mut room = Taking::new(app, workspace);
        for file in &kept {
            room.take(file.size, names.ids[&file.id])?;
        }
        for file in kept {
            files.add_kept(app, workspace, file).await?;
        }
        for (url, fetched) in fetch_all(app, workspace, names.urls.keys().cloned().collect()).await? {
            if let Ok(file) = &fetched {
                room.take(file.content.len(), names.urls[&url])?;
            }
            files.fetched.insert(url, fetched.map(Found::from));
        }
        files.place = Some((Arc::new(room.place), room.taken));
        Ok(files)
    }

    async fn add_kept(&mut self, app: &App, workspace: i64, file: Kept) -> Result<(), ApiError> {
        let Some(content) = kept::content(&app.store, workspace, &file.sha256).await? else { return Ok(()) };
        kept::used(&app.store, app.now(), workspace, &file).await?;
        let found = Found {
            content: Octets(content),
            filename: Some(file.filename),
            content_type: Some(file.content_type),
        };
        self.kept.insert(file.id, found);
        Ok(())
    }

    /// What they take of the room for bodies, until it is dropped everywhere.
    #[must_use]
    pub fn room(&self) -> Option<Arc<Place>> {
        self.place.as_ref().map(|(place, _)| place.clone())
    }

    /// Octets of that room: as many as the emails would hold of the files, encoded.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.place.as_ref().map_or(0, |(_, octets)| *octets)
    }

    /// The file with this id, if the workspace has it.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Found> {
        self.kept.get(&Noun::Attachment.read(id)?)
    }

    /// What this URL gave.
    ///
    /// # Errors
    /// Why it gave nothing.
    pub fn by_url(&self, url: &str) -> Result<&Found, &str> {
        let unread = "the URL could not be read in its place: write it without escapes";
        self.fetched.get(url).ok_or(unread)?.as_ref().map_err(String::as_str)
    }
}

impl From<Fetched> for Found {
    fn from(file: Fetched) -> Found {
        Found { content: Octets(file.content), filename: file.filename, content_type: file.content_type }
    }
}

/// Room for what is named, taken before it is read.
struct Taking {
    place: Place,
    taken: usize,
    max: usize,
}

impl Taking {
    fn new(app: &App, workspace: i64) -> Taking {
        let max = usize::try_from(app.settings.http.body_max_bytes).unwrap_or(usize::MAX);
        Taking { place: app.bodies.place(workspace), taken: 0, max }
    }

    fn take(&mut self, size: usize, times: usize) -> Result<(), ApiError> {
        let encoded = (size / 3 + 1).saturating_mul(4).saturating_mul(times);
        self.taken = self.taken.saturating_add(encoded);
        if self.taken > self.max {
            let why = format!(
                "the emails of the request would hold more than {} octets of files together",
                self.max
            );
            return Err(ApiError::new(Name::PayloadTooLarge, why));
        }
        self.place.grow(encoded).map_err(|full| full.refusal("octets of requests' bodies"))
    }
}
