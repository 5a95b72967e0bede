//! Every setting that there is, declared once, in files by theme.
//!
//! A new setting is one entry in its file; a new table is one `section!` and its line in `SECTIONS` and `Settings`.
//! Not here: rules between settings (`check`), the parsers of single values (`value`, `route`, `network`).

mod delivery;
mod feature;
mod machine;
mod smtp;
mod web;

pub use delivery::{Delivery, Dns, Queue, Route};
pub use feature::{Attachments, Codes, Spam, Tracking, Webhooks};
pub use machine::{Database, Disk, Log, Node, Retention};
pub use smtp::{Smtp, Trusted};
pub use web::{Console, Http, Oidc, Tls, TlsHost};

use super::declaration::Section;

/// All tables, in the order of the sample file: the top of the file first, as TOML demands.
pub const SECTIONS: &[Section] = &[
    Node::SECTION,
    Database::SECTION,
    Http::SECTION,
    Console::SECTION,
    Oidc::SECTION,
    Smtp::SECTION,
    Trusted::SECTION,
    Tls::SECTION,
    TlsHost::SECTION,
    Dns::SECTION,
    Delivery::SECTION,
    Route::SECTION,
    Queue::SECTION,
    Attachments::SECTION,
    Tracking::SECTION,
    Webhooks::SECTION,
    Spam::SECTION,
    Codes::SECTION,
    Retention::SECTION,
    Disk::SECTION,
    Log::SECTION,
];
