//! The second stage: from what was written to what it means, with every mistake on the way kept.

use toml::de::DeValue;

use super::declaration::{Section, Setting, join};
use super::mistake::{Mistake, Mistakes, Place};
use super::value::{Given, Value};
use super::written::{Table, Written, given};

/// Reads values by path, and collects what is wrong with them.
pub(super) struct Reader<'a> {
    written: &'a Written,
    mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(written: &'a Written) -> Reader<'a> {
        Reader { written, mistakes: written.mistakes.clone() }
    }

    /// The value of `key` in the table at `table`, or its default. `None`: it is wrong, and that has been noted.
    pub(super) fn value<T: Value>(&mut self, section: &Section, table: &str, key: &str) -> Option<T> {
        let setting = section.setting(key).expect("a section declares every key that its struct reads");
        let path = join(table, key);
        let read = match self.written.values.get(&path) {
            Some(entry) => read_in_range(setting, &entry.given),
            None => T::read(&default_of(setting)),
        };
        read.map_err(|reason| self.wrong(&path, reason)).ok()
    }

    /// The tables of the list at `path`, in the order of the file.
    pub(super) fn tables(&self, path: &str) -> impl Iterator<Item = &'a Table> + use<'a> {
        let path = path.to_owned();
        self.written.tables.iter().filter(move |table| table.list == path)
    }

    /// Notes a mistake about the setting at `path`, at the place where it, or the table around it, was written.
    pub(super) fn wrong(&mut self, path: &str, reason: impl Into<String>) {
        let own = self.written.values.get(path).map(|entry| &entry.place);
        let table = || {
            self.written.tables.iter().find(|table| path.starts_with(&table.path)).map(|table| &table.place)
        };
        let place = own.or_else(table).unwrap_or(&Place::Default).clone();
        self.mistakes.push(Mistake { place, path: path.to_owned(), reason: reason.into() });
    }

    /// `value` if nothing was wrong at all.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> Result<T, Mistakes> {
        self.mistakes.sort_by(|a, b| a.place.cmp(&b.place));
        match value {
            Some(value) if self.mistakes.is_empty() => Ok(value),
            Some(_) | None => Err(Mistakes(self.mistakes)),
        }
    }
}

fn read_in_range<T: Value>(setting: &Setting, given: &Given) -> Result<T, String> {
    if let Some((least, greatest)) = setting.range {
        let number = given.integer()?;
        if !(least..=greatest).contains(&number) {
            return Err(format!("{number} is not from {least} to {greatest} {}", setting.unit));
        }
    }
    T::read(given)
}

/// The declared default, as if it stood in the file.
fn default_of(setting: &Setting) -> Given {
    let value = DeValue::parse(setting.default).expect("a declared default is TOML: a test reads them all");
    given(value.get_ref())
}
