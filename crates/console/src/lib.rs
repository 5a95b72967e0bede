//! The console's pages: view models, the templates that show them, words in four languages, formats, and assets.
//!
//! Guarantees
//! 1. Pure: a page is a function of its view model. The time is a value in it, the language and the zone too.
//! 2. Whatever is shown is escaped by the template; only drawings and icons, which are made here of numbers and known names, are
//!    put in as they are.
//! 3. No page has an inline handler or an inline style; every script carries the page's nonce.
//! 4. A word that a language lacks, has too much, or that nobody uses fails a test (`words`).
//!
//! Not here: who may see a page, and where its values come from (`postrider`: `console`, and each slice's `console`).

pub mod asset;
pub mod draw;
pub mod format;
pub mod page;
pub mod rank;
pub mod screen;
pub mod snippet;
pub mod words;

pub use page::{Hidden, Page};
pub use words::{Locale, Word, Words};
