//! Numbers, sizes, dates and durations as each language writes them.
//!
//! The tables are our own: four languages and a dozen forms. Where CLDR has several, the short one is taken.

pub mod agent;
pub mod number;
pub mod time;
