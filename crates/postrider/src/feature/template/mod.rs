//! Templates: what mail is made of when an application hands over only data.
//!
//! Guarantees
//! 1. A published version never changes, and is complete: parts that change later change what is published next.
//! 2. A template has one draft. Publishing either makes a version of all of it, or tells everything that is wrong.
//! 3. A send that names a template is rendered before it is accepted: a wrong or missing variable refuses it with a pointer.
//! 4. The memory of ready versions is bounded in octets; what falls out of it is read and compiled again.
//! 5. Compiling and rendering take no thread from mail, and no workspace takes all of those that are for them (`press`).
//!
//! Not here: what publishing and rendering do (`content`).

pub mod admin;
pub mod api;
pub mod console;
pub mod parts;
pub mod press;
pub mod programs;
#[cfg(test)]
mod story;
pub mod uses;

use store::Migration;

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 10,
    name: "template: templates, versions, parts",
    sql: include_str!("migrations/0010_template.sql"),
    postgres: None,
}];

/// Characters of a key or a part's name at most.
const KEY_MAX: usize = 64;

/// A key is what paths and programs carry: letters, digits, `.`, `_` and `-`.
#[must_use]
pub fn key_ok(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(plain) && key != "gallery" && key != "import"
}
