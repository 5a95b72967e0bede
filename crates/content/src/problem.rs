//! What is wrong with a source, and where.

use std::fmt;

use serde::Serialize;

/// Where in a source something is wrong.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, PartialOrd, Ord)]
pub struct Place {
    /// `html`, `mjml`, `text`, `subject`, `preheader`, `schema`, `theme`, or `sample`.
    pub field: String,
    /// The locale whose variant it is; empty for the default.
    pub locale: String,
    /// The layout, partial or string in which it stands; empty for the field itself.
    pub part: String,
    /// Line, from 1; 0 when it is about the whole.
    pub line: usize,
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, PartialOrd, Ord)]
pub struct Problem {
    #[serde(flatten)]
    pub place: Place,
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place.field)?;
        if !self.place.locale.is_empty() {
            write!(f, " ({})", self.place.locale)?;
        }
        if !self.place.part.is_empty() {
            write!(f, ", {}", self.place.part)?;
        }
        if self.place.line > 0 {
            write!(f, ", line {}", self.place.line)?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// The line of an offset, from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count()
}
