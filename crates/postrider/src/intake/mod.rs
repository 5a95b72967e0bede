//! The surfaces through which mail comes in from the network, beside the HTTP API.

pub mod smtp;
#[cfg(test)]
mod story;
