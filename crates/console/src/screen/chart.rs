//! Charts: a drawing for everybody, figures for the script that draws better, a sentence, and a table.

use crate::draw::Frank;
use crate::draw::months::Months;

/// A figure, and where the rows are that it counts.
pub struct Cell {
    pub digits: String,
    pub href: Option<String>,
}

/// Mail by time.
pub struct Chart {
    pub frank: Frank,
    /// The most of one step, above and below the line.
    pub most_up: String,
    pub most_down: String,
    /// First, middle and last.
    pub ticks: [String; 3],
    /// What it says, for those who do not see it.
    pub sentence: String,
    /// The figures as JSON.
    pub plot: String,
    pub rows: Vec<Row>,
    pub hourly: bool,
    pub monthly: bool,
}

/// A step as the table of a chart has it.
pub struct Row {
    pub when: String,
    pub sent: Cell,
    pub delivered: Cell,
    pub deferred: Cell,
    pub bounced: Cell,
}

/// What was sent month by month.
pub struct Consumption {
    pub months: Months,
    /// First, middle and last.
    pub ticks: [String; 3],
    /// What the bars say, for those who do not see them.
    pub sentence: String,
    /// What was sent in this month, and how much it becomes at this pace.
    pub now: String,
    /// What a month may have; empty for no end.
    pub quota: String,
    pub rows: Vec<Month>,
}

/// A month: what was sent, transactional and marketing.
pub struct Month {
    pub when: String,
    pub all: Cell,
    pub transactional: String,
    pub marketing: String,
}
