//! The surfaces through which mail comes in from the network, beside the HTTP API.

mod held;
pub mod smtp;
#[cfg(test)]
mod story;
