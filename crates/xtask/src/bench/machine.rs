//! What a figure depends on besides the programs: the machine, its load, the versions.

use std::fs;

use crate::command::{command, run_quietly};
use crate::place;

/// The load average of the last minute, as the kernel shows it.
pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|figure| figure.parse().ok()).unwrap_or(f64::NAN)
}

pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The commit that is measured; a plus sign tells of changes that are not committed.
pub fn commit() -> String {
    let mut git = command("git");
    let described = run_quietly(git.args(["describe", "--always", "--dirty=+"]).current_dir(place::root()));
    described.map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}
