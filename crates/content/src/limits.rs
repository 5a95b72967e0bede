//! What a template may cost.

use std::fmt;

/// Bounds of publishing and of one rendering.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Steps of the template engine. Reason: a digest of 500 entries takes about 20,000.
    pub steps_max: u64,
    /// Octets that a rendering may write, over all its parts. Reason: mailboxes cut what is longer than a tenth of this.
    pub output_bytes_max: usize,
    /// Depth of nested statements and calls.
    pub depth_max: usize,
    /// Octets of one field of a source, and of what it becomes with its layout and partials.
    pub template_bytes_max: usize,
    /// Octets of the data, as JSON.
    pub data_bytes_max: usize,
    /// Octets and elements that filters may go through, over all of a rendering. Reason: one step may sort a list.
    pub work_max: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            steps_max: 100_000,
            output_bytes_max: 2 * 1024 * 1024,
            depth_max: 64,
            template_bytes_max: 512 * 1024,
            data_bytes_max: 256 * 1024,
            work_max: 4 * 1024 * 1024,
        }
    }
}

/// Which limit was met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    Steps,
    Output,
    Depth,
    Template,
    Data,
    Work,
}

impl Limit {
    /// The limit's name, as in [`Limits`].
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Limit::Steps => "steps_max",
            Limit::Output => "output_bytes_max",
            Limit::Depth => "depth_max",
            Limit::Template => "template_bytes_max",
            Limit::Data => "data_bytes_max",
            Limit::Work => "work_max",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Limit::Steps => "the template takes more steps than steps_max",
            Limit::Output => "the output is longer than output_bytes_max",
            Limit::Depth => "statements are nested deeper than depth_max",
            Limit::Template => "the template is longer than template_bytes_max",
            Limit::Data => "the data is longer than data_bytes_max",
            Limit::Work => "filters go through more octets and elements than work_max",
        })
    }
}
