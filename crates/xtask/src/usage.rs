//! What a server consumes: processor time and memory, over all its processes.
//!
//! Guarantees: time of children that ended counts, as their parent waited for them. Not here: time that the kernel spends for nobody.

use std::collections::HashMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::clock::pause;

/// Linux counts processor time in hundredths of a second wherever it shows it.
const TICKS_PER_S: f64 = 100.0;
/// How often memory is looked at: often enough for a peak of a second, rarely enough to cost nothing.
const SAMPLE_EVERY: Duration = Duration::from_millis(200);

/// One line of `/proc/PID/stat`, as far as it is wanted.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    /// User and system time of the process itself and of its children that ended.
    ticks: u64,
}

/// Seconds of processor time of the processes `roots` and all their descendants, living and dead.
pub fn cpu_s(roots: &[u32]) -> f64 {
    let processes = processes();
    let ticks: u64 = family(&processes, roots).iter().map(|id| processes[id].ticks).sum();
    ticks as f64 / TICKS_PER_S
}

/// Bytes of memory of the processes and their descendants, shared pages divided among those who share them.
pub fn memory_bytes(roots: &[u32]) -> u64 {
    let share = |id: &u32| {
        let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    };
    family(&processes(), roots).iter().filter_map(share).sum::<u64>() * 1024
}

fn processes() -> HashMap<u32, Stat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter_map(|id| Some((id, parse(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)?))).collect()
}

/// The name stands in brackets and may hold anything, so that fields are counted from the last bracket.
fn parse(stat: &str) -> Option<Stat> {
    let fields: Vec<&str> = stat[stat.rfind(')')? + 1..].split_whitespace().collect();
    let parent = fields.get(1)?.parse().ok()?;
    let times = fields.get(11..15)?;
    Some(Stat { parent, ticks: times.iter().filter_map(|field| field.parse::<u64>().ok()).sum() })
}

fn family(processes: &HashMap<u32, Stat>, roots: &[u32]) -> Vec<u32> {
    let mut members: Vec<u32> = roots.iter().copied().filter(|id| processes.contains_key(id)).collect();
    let mut next = 0;
    while next < members.len() {
        let parent = members[next];
        members.extend(processes.iter().filter(|(_, stat)| stat.parent == parent).map(|(id, _)| *id));
        next += 1;
    }
    members
}

/// Watches the memory of a server from a thread of its own until it is asked for the peak.
pub struct MemoryWatch {
    over: Arc<AtomicBool>,
    peak: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl MemoryWatch {
    pub fn start(roots: Vec<u32>) -> Self {
        let (over, peak) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (its_over, its_peak) = (Arc::clone(&over), Arc::clone(&peak));
        let thread = std::thread::spawn(move || {
            while !its_over.load(Ordering::Relaxed) {
                its_peak.fetch_max(memory_bytes(&roots), Ordering::Relaxed);
                pause(SAMPLE_EVERY);
            }
        });
        Self { over, peak, thread: Some(thread) }
    }

    /// The largest amount seen so far.
    pub fn peak_bytes(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }
}

impl Drop for MemoryWatch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // The thread only reads and pauses; if it panicked, its message is on the screen already.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let line = "7 (a) b (c)) S 3 7 7 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 5";
        assert_eq!(parse(line), Some(Stat { parent: 3, ticks: 100 }));
    }

    #[test]
    fn descendants_are_found_at_any_depth() {
        let stat = |parent| Stat { parent, ticks: 1 };
        let processes = HashMap::from([(2, stat(1)), (3, stat(2)), (4, stat(3)), (5, stat(1))]);
        let mut found = family(&processes, &[2, 9]);
        found.sort_unstable();
        assert_eq!(found, [2, 3, 4]);
    }

    #[test]
    fn our_own_consumption_is_seen() {
        let own = [std::process::id()];
        assert!(memory_bytes(&own) > 100_000);
        assert!(cpu_s(&own) >= 0.0);
    }
}
