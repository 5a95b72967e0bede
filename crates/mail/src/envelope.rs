//! The envelope: what SMTP carries beside the message (RFC 5321 §3.3, RFC 3461).

use crate::{Address, ReversePath};

/// One transaction's envelope, complete: at least one forward-path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    pub reverse_path: ReversePath,
    pub forward_paths: Vec<ForwardPath>,
    pub body: Body,
    /// The client asked for SMTPUTF8 (RFC 6531 §3.4).
    pub smtputf8: bool,
    /// How much of the message a notification should return (RFC 3461 §4.3).
    pub ret: Option<Return>,
    /// The sender's own identifier for the transaction, decoded from xtext, at most 100 octets (RFC 3461 §4.4).
    pub envid: Option<Box<str>>,
}

/// One recipient and what its sender wants to hear about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForwardPath {
    pub address: Address,
    /// `None`: the sender said nothing, so failures (RFC 3461 §4.1).
    pub notify: Option<Notify>,
    /// The recipient as the original sender named it, `addr-type;xtext` as received (RFC 3461 §4.2).
    pub orcpt: Option<Box<str>>,
}

impl ForwardPath {
    #[must_use]
    pub fn plain(address: Address) -> ForwardPath {
        ForwardPath { address, notify: None, orcpt: None }
    }
}

/// RFC 3461 §4.1. `Never` excludes the rest, so it is a variant and not a fourth flag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notify {
    Never,
    On { success: bool, failure: bool, delay: bool },
}

/// RFC 3461 §4.3.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Return {
    Full,
    Headers,
}

/// What `BODY=` declares (RFC 6152).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Body {
    #[default]
    SevenBit,
    EightBitMime,
}
