//! What is wrong with the settings, said so that it can be mended.

use std::fmt;
use std::sync::Arc;

/// Where a value was written. Later variants win over earlier ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The declaration's own default.
    Default,
    /// What the way of running presets, for example `postrider dev`.
    Preset,
    /// A line of the file, counted from 1.
    File { name: Arc<str>, line: usize },
    /// An environment variable, by name.
    Environment(String),
    /// An option of the command line, by name.
    CommandLine(&'static str),
}

impl Place {
    /// A higher rank overrides a lower one.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Place::Default => 0,
            Place::Preset => 1,
            Place::File { .. } => 2,
            Place::Environment(_) => 3,
            Place::CommandLine(_) => 4,
        }
    }
}

/// One mistake: where, about which setting, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub place: Place,
    /// The setting's path, such as `smtp.listen` or `route[0].tls`; empty when the file is not TOML at this line.
    pub path: String,
    pub reason: String,
}

/// Every mistake that was found, in the order of the file, then the environment, then the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Default => f.write_str("default"),
            Place::Preset => f.write_str("preset"),
            Place::File { name, line } => write!(f, "{name}:{line}"),
            Place::Environment(name) => f.write_str(name),
            Place::CommandLine(option) => f.write_str(option),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "{}: {}", self.place, self.reason)
        } else {
            write!(f, "{}: {}: {}", self.place, self.path, self.reason)
        }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, mistake) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// Longer names are not compared: nobody mistypes a setting that far.
const COMPARED_MAX_BYTES: usize = 64;

/// The candidate that `written` was probably meant to be: about a third of its letters may differ.
pub(super) fn nearest<'a>(written: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if written.len() > COMPARED_MAX_BYTES {
        return None;
    }
    candidates
        .map(|candidate| (distance(written.as_bytes(), candidate.as_bytes()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(3))
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many bytes must be put in, taken out or changed to make one text of the other.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
