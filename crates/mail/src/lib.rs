//! The nouns of mail, and what can be decided about them without a network.
//!
//! Guarantees
//! 1. A value of these types was parsed: an [`Address`] has one `@` that separates, a lowercased ASCII domain,
//!    and no control character anywhere. The inside of the program never checks again.
//! 2. Nothing here reads a clock, opens a socket or spawns a task.
//! 3. Every parser is total: whatever the bytes, it returns, in time linear in their length.

mod address;
mod at;
pub mod classify;
pub mod compose;
pub mod date;
pub mod dkim;
mod edit;
mod envelope;
pub mod header;
mod lines;
pub mod notification;
mod reply;
pub mod transfer;
pub mod xtext;

pub use address::{Address, AddressError, Domain, ReversePath, fold};
pub use at::At;
pub use edit::{Edit, edited_prefix};
pub use envelope::{Body, Envelope, ForwardPath, Notify, Return};
pub use header::{Headers, Mailbox};
pub use lines::canonical_lines;
pub use reply::{EnhancedStatus, Reply};
