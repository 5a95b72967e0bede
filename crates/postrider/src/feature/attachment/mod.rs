//! Attachments: files that are uploaded once and named by emails, fetched from URLs, kept for a link, or refused for what they are.
//!
//! Guarantees
//! 1. A file is kept once for a workspace, and counted once towards its quota; nobody else's key reaches it.
//! 2. An upload is durable before it is answered. It stays until `attachments.kept_days` after an email last named it.
//! 3. An email that names a file holds its octets from acceptance on: what is deleted later changes no mail.
//! 4. Nothing is fetched from where this machine alone may go (`net::guard`), and nothing while something is held.
//!
//! Not here: how files become parts of a message (`mail::compose`), what is dangerous (`content::danger`).

pub mod api;
pub mod download;
pub mod fetch;
pub mod kept;
pub mod link;
pub mod octets;
pub mod referred;
#[cfg(test)]
mod story;

use content::danger::Danger;
use store::{Migration, query};

use crate::app::App;
use crate::retention::{Aged, edge};

pub const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 19,
        name: "attachment: uploaded files",
        sql: include_str!("migrations/0019_attachment.sql"),
        postgres: None,
    },
    Migration {
        number: 20,
        name: "attachment: links to files",
        sql: include_str!("migrations/0020_attachment_link.sql"),
        postgres: None,
    },
];

query!(ATTACHMENT_AGE, "queries/age.sql");
query!(CONTENT_AGE, "queries/content_age.sql");
query!(LINK_AGE, "queries/link_age.sql");
edge!(LINK_EDGE, "attachment_link");
edge!(ATTACHMENT_EDGE, "attachment");
edge!(CONTENT_EDGE, "attachment_content");
/// Files that no email named for long.
pub static ATTACHMENT_AGED: Aged = Aged { edge: &ATTACHMENT_EDGE, delete: &ATTACHMENT_AGE, page: 1_000 };
/// Links whose time is over.
pub static LINK_AGED: Aged = Aged { edge: &LINK_EDGE, delete: &LINK_AGE, page: 1_000 };
/// Octets that nothing refers to; a hundred at a time, for each may be megabytes.
pub static CONTENT_AGED: Aged = Aged { edge: &CONTENT_EDGE, delete: &CONTENT_AGE, page: 100 };

/// What speaks against a file, each with the field that it is about: its size, its name, its type, its content.
#[must_use]
pub fn refusals(
    app: &App,
    filename: Option<&str>,
    content_type: Option<&str>,
    content: &[u8],
) -> Vec<(&'static str, String)> {
    let max = app.settings.attachments.file_max_bytes;
    let too_large = (content.len() as u64 > max).then(|| format!("a file has at most {max} octets"));
    let told = |danger: Danger| danger.to_string();
    let found = [
        ("filename", filename.and_then(|name| app.dangers.of_name(name)).map(told)),
        ("content_type", content_type.and_then(|text| app.dangers.of_type(text)).map(told)),
        ("content", app.dangers.of_content(content).map(told).or(too_large)),
    ];
    found.into_iter().filter_map(|(field, why)| Some((field, why?))).collect()
}
