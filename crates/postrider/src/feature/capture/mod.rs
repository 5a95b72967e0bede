//! The capture mailbox: where mail goes that must not leave the machine.
//!
//! Guarantees
//! 1. What is kept is what the wire would have carried: rendered, signed, complete.
//! 2. A captured delivery and its message in the mailbox are stored in one transaction.

pub mod api;
pub mod console;
#[cfg(test)]
mod console_story;
pub mod read;
#[cfg(test)]
mod story;

use bytes::Bytes;
use mail::At;
use store::{Kind, Migration, Statement, Write, query};

use crate::feature::sending::parcel::Parcel;
use crate::retention::{Aged, edge};

query!(CAPTURED_AGE, "queries/captured_age.sql");
edge!(CAPTURED_EDGE, "captured");

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 8,
    name: "capture: the capture mailbox",
    sql: include_str!("migrations/0008_capture.sql"),
    postgres: None,
}];

/// A hundred at a time, for each may have megabytes.
pub static CAPTURED_AGED: Aged = Aged { edge: &CAPTURED_EDGE, delete: &CAPTURED_AGE, page: 100 };

pub static CAPTURED: Statement = Statement::insert(
    "captured",
    &[
        ("id", Kind::Int),
        ("workspace_id", Kind::Int),
        ("message_id", Kind::Int),
        ("delivery_id", Kind::Int),
        ("reverse_path", Kind::Text),
        ("forward_path", Kind::Text),
        ("author", Kind::Text),
        ("subject", Kind::Text),
        ("at_us", Kind::Int),
        ("bytes", Kind::Blob),
    ],
);

/// Adds a captured message to the write that settles its delivery.
pub fn keep(write: &mut Write, now: At, (id, delivery): (i64, i64), parcel: &Parcel, bytes: Bytes) {
    let forward_path = parcel.path(delivery).map_or_else(String::new, |path| path.address.to_string());
    let values = [
        id.into(),
        parcel.workspace.into(),
        parcel.message.into(),
        delivery.into(),
        parcel.envelope.reverse_path.as_str().to_owned().into(),
        forward_path.into(),
        parcel.author.to_string().into(),
        parcel.subject.clone().into(),
        now.0.into(),
        bytes.into(),
    ];
    write.row(&CAPTURED, values);
}
