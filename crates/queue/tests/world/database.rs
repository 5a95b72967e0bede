//! The database of a world: rows that are live until they are over.

use std::collections::BTreeMap;

use queue::{Entry, Position, QueueKey, QueueRows};

#[derive(Clone, Debug)]
pub struct Row {
    pub key: QueueKey,
    pub entry: Entry,
    pub live: bool,
    /// The scheduler was told of it.
    pub told: bool,
}

#[derive(Default)]
pub struct Database {
    pub rows: BTreeMap<i64, Row>,
}

impl Database {
    fn live(&self) -> BTreeMap<QueueKey, Vec<Entry>> {
        let mut queues: BTreeMap<QueueKey, Vec<Entry>> = BTreeMap::new();
        for row in self.rows.values().filter(|row| row.live) {
            queues.entry(row.key.clone()).or_default().push(row.entry);
        }
        queues.values_mut().for_each(|entries| entries.sort_by_key(Entry::position));
        queues
    }

    /// What `Action::Refill` asks for.
    pub fn read(&self, key: &QueueKey, from: Position, limit: u32) -> QueueRows {
        let all = self.live().remove(key).unwrap_or_default();
        let mut entries: Vec<Entry> = all.into_iter().filter(|entry| entry.position() >= from).collect();
        let exhausted = entries.len() <= limit as usize;
        entries.truncate(limit as usize);
        QueueRows { key: key.clone(), entries, exhausted }
    }

    /// What `Action::Sweep` asks for; true when there is nothing after it.
    pub fn sweep(&self, after: Option<&QueueKey>, limit: u32) -> (Vec<QueueRows>, bool) {
        let mut left = limit as usize;
        let mut swept = Vec::new();
        for (key, mut entries) in self.live() {
            if after.is_some_and(|after| key <= *after) {
                continue;
            }
            if left == 0 {
                return (swept, false);
            }
            let exhausted = entries.len() <= left;
            entries.truncate(left);
            left -= entries.len();
            swept.push(QueueRows { key, entries, exhausted });
        }
        (swept, true)
    }
}
