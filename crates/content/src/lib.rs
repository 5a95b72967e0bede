//! What is in a message: finding and rewriting its links.
//!
//! Guarantees: nothing here reads a clock, opens a socket or spawns a task; every function is total, and takes time
//! linear in what it is given.

pub mod track;
