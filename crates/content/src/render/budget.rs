//! What a rendering has used up.

use std::io;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

use crate::limits::Limit;

/// A place for output with an end.
pub(super) struct Bounded {
    pub text: Vec<u8>,
    /// More was to be written than may be.
    pub full: bool,
    max: usize,
}

impl Bounded {
    pub(super) fn new(max: usize) -> Bounded {
        Bounded { text: Vec::new(), full: false, max }
    }
}

impl io::Write for &mut Bounded {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.text.len() + octets.len() > self.max {
            self.full = true;
            return Err(io::Error::other(Limit::Output.to_string()));
        }
        self.text.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What filters have gone through.
struct Work(u64);

/// Counts `amount`.
///
/// # Errors
/// When it is more than `max` together with what was counted before.
pub(super) fn spend(state: &mut State<'_, '_>, max: u64, amount: usize) -> Result<(), Error> {
    let work = state.get_or_insert_extension(Work(0));
    work.0 = work.0.saturating_add(amount as u64);
    if work.0 > max { Err(Met(Limit::Work).into()) } else { Ok(()) }
}

/// How much there is to go through in a value: octets of texts, thirty-two for each entry, three levels down.
pub(super) fn extent(value: &Value) -> usize {
    fn down(value: &Value, levels: usize) -> usize {
        let within = |value: Value| if levels == 0 { 32 } else { 32 + down(&value, levels - 1) };
        match value.kind() {
            ValueKind::String => 1 + value.as_str().map_or(0, str::len),
            ValueKind::Seq | ValueKind::Iterable => {
                32 + value.try_iter().into_iter().flatten().map(within).sum::<usize>()
            }
            ValueKind::Map => {
                let names = value.try_iter().into_iter().flatten();
                32 + names.map(|name| value.get_item(&name).map_or(32, within)).sum::<usize>()
            }
            _ => 1,
        }
    }
    down(value, 3)
}

/// The limit that was met, carried in an error of the engine.
#[derive(Debug)]
struct Met(Limit);

impl std::fmt::Display for Met {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Met {}

impl From<Met> for Error {
    fn from(met: Met) -> Error {
        Error::new(ErrorKind::InvalidOperation, met.to_string()).with_source(met)
    }
}

/// Which limit an error tells of.
pub(super) fn limit_of(error: &Error) -> Option<Limit> {
    let mut cause = std::error::Error::source(error);
    while let Some(one) = cause {
        if let Some(Met(limit)) = one.downcast_ref() {
            return Some(*limit);
        }
        cause = one.source();
    }
    // The engine says this one in words only.
    error.detail().is_some_and(|detail| detail.contains("recursion limit")).then_some(Limit::Depth)
}
