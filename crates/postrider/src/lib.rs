//! Postrider: a self-hosted email platform in one binary.
//!
//! A library only so that the simulator can run the same code; nothing else depends on it.

pub mod app;
pub mod changes;
pub mod cli;
pub mod console;
pub mod directory;
pub mod feature;
pub mod files;
pub mod health;
pub mod http;
pub mod id;
pub mod in_turn;
pub mod intake;
pub mod naming;
pub mod retention;
pub mod room;
pub mod schema;
pub mod seed;
pub mod settings;
pub mod starts;
pub mod steady;
#[cfg(test)]
mod test_store;
#[cfg(test)]
mod testing;
pub mod turns;
