//! The receiving server of the tests, aiosmtpd, and the ledger that it writes.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::child::{Running, Signal, Start};
use crate::place::{self, Scratch};

const START_LIMIT: Duration = Duration::from_secs(30);

/// A running receiver.
pub struct Receiver {
    _process: Running,
    pub port: u16,
    ledger: PathBuf,
    kept: PathBuf,
}

/// What a receiver wrote down.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// How often each message came, by its number.
    pub copies: HashMap<String, u64>,
    /// Connections that broke off inside a transaction.
    pub open: u64,
}

impl Receiver {
    pub fn start(scratch: &Scratch, keep: bool) -> Result<Self> {
        let (ledger, kept) = (scratch.path().join("received"), scratch.folder("received-messages")?);
        let mut start = Start::new(place::python(), Signal::Term, None)
            .args([place::interop_scripts().join("receiver.py")]);
        start = start.args(["--ledger", &ledger.to_string_lossy()]);
        if keep {
            start = start.args(["--keep", &kept.to_string_lossy()]);
        }
        let mut process = start.errors_to(&scratch.path().join("receiver-log"))?.spawn()?;
        let port = process.line(START_LIMIT)?.trim().parse().context("the receiver's port")?;
        Ok(Self { _process: process, port, ledger, kept })
    }

    /// Everything received so far.
    pub fn received(&self) -> Result<Received> {
        Ok(parse(&fs::read_to_string(&self.ledger).context("the receiver's ledger")?))
    }

    /// The folder of the messages, if they are kept.
    pub fn kept(&self) -> &Path {
        &self.kept
    }
}

fn parse(ledger: &str) -> Received {
    let mut received = Received::default();
    for line in ledger.lines() {
        match line.split_once(' ') {
            Some(("got", number)) => *received.copies.entry(number.trim().to_owned()).or_default() += 1,
            _ if line == "open" => received.open += 1,
            _ => {}
        }
    }
    received
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_open_transactions_are_counted() {
        let received = parse("got a-1\ngot a-2\nopen\ngot a-1\n");
        assert_eq!(received.copies, HashMap::from([("a-1".to_owned(), 2), ("a-2".to_owned(), 1)]));
        assert_eq!(received.open, 1);
    }
}
