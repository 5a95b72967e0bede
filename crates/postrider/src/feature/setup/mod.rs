//! The set-up of a workspace: domain, key, first message, each by its own slice's functions.
//!
//! Guarantee: nothing is stored about the set-up itself. What is done is what is there, so it goes on wherever, and with
//! whomever, it stopped.

pub mod console;
#[cfg(test)]
mod console_story;
mod message;
mod standing;
