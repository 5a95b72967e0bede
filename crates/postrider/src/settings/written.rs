//! The first stage: what was written, where, and by which key; not yet what it means.
//!
//! The file, the environment, the command line and the presets of a mode all end in one map from path to value.
//! Precedence: command line, environment, file, preset, default; the order of the calls does not matter.
//!
//! Not here: types and defaults (`reader`), rules between settings (`check`).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::declaration::{PREFIX, Section, join, variable_of};
use super::mistake::{Mistake, Place, nearest};
use super::sections::SECTIONS;
use super::value::Given;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) given: Given,
    pub(super) place: Place,
}

/// Everything that was written, from all sources.
#[derive(Default)]
pub struct Written {
    /// By path: `smtp.listen`, `route[0].domain`.
    pub(super) values: BTreeMap<String, Entry>,
    /// The tables of lists, by path, with the line of their header: `route[0]`.
    pub(super) tables: Vec<Table>,
    pub(super) mistakes: Vec<Mistake>,
}

/// One table of a list of tables.
#[derive(Debug)]
pub(super) struct Table {
    /// The section's path: `route`.
    pub(super) list: &'static str,
    /// Its own: `route[0]`.
    pub(super) path: String,
    pub(super) place: Place,
}

impl Written {
    #[must_use]
    pub fn new() -> Written {
        Written::default()
    }

    /// What a way of running sets unless somebody says otherwise. `path` is declared; `value` is in TOML without quotes.
    pub fn preset(&mut self, path: &'static str, value: &str) {
        assert!(is_declared(path), "{path} is a setting");
        self.put(path.to_owned(), Given::Untyped(value.to_owned()), Place::Preset);
    }

    /// What an option such as `--data` sets; `option` is shown when the value is wrong.
    pub fn command_line(&mut self, option: &'static str, path: &'static str, value: &str) {
        assert!(is_declared(path), "{path} is a setting");
        self.put(path.to_owned(), Given::Untyped(value.to_owned()), Place::CommandLine(option));
    }

    /// Takes the variables that begin with `POSTRIDER_`; those in `known` belong to somebody else.
    pub fn environment(&mut self, variables: impl IntoIterator<Item = (String, String)>, known: &[&str]) {
        let mut paths = HashMap::new();
        for section in SECTIONS.iter().filter(|section| !section.repeated) {
            for path in section.settings.iter().map(|setting| section.path_of(setting)) {
                paths.insert(variable_of(&path), path);
            }
        }
        for (name, value) in variables {
            if !name.starts_with(PREFIX) || known.contains(&name.as_str()) {
                continue;
            }
            match paths.get(&name) {
                Some(path) => self.put(path.clone(), Given::Untyped(value), Place::Environment(name)),
                None => {
                    let meant = nearest(&name, paths.keys().map(String::as_str));
                    let reason = unknown("there is no such setting", meant);
                    self.mistakes.push(Mistake {
                        place: Place::Environment(name),
                        path: String::new(),
                        reason,
                    });
                }
            }
        }
    }

    /// Takes a file's text; `name` is shown before line numbers.
    pub fn file(&mut self, name: &str, text: &str) {
        let lines = Lines::new(name, text);
        let (table, errors) = DeTable::parse_recoverable(text);
        let before = self.mistakes.len();
        self.table(&lines, "", table.get_ref());
        // A line that is not TOML makes its neighbours strange: what it caused is not worth a second complaint.
        let broken: Vec<Place> =
            errors.iter().map(|error| lines.place(error.span().map_or(0, |span| span.start))).collect();
        let caused = |place: &Place| broken.contains(place);
        let found = self.mistakes.split_off(before);
        self.mistakes.extend(found.into_iter().filter(|mistake| !caused(&mistake.place)));
        self.values.retain(|_, entry| !caused(&entry.place));
        self.mistakes.extend(errors.iter().zip(broken).map(|(error, place)| Mistake {
            place,
            path: String::new(),
            reason: error.message().to_owned(),
        }));
    }

    /// `path` is the table's own; only tables that a section's path names are entered, so the depth is bounded.
    fn table(&mut self, lines: &Lines, path: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let place = lines.place(key.span().start);
            let key = key.get_ref().as_ref();
            let own = join(path, key);
            let section = SECTIONS.iter().find(|section| section.path == own);
            match (section, value.get_ref()) {
                (Some(section), DeValue::Array(tables)) if section.repeated => {
                    for (n, table) in tables.iter().enumerate() {
                        self.listed_table(lines, section, n, table);
                    }
                }
                (Some(section), _) if section.repeated => {
                    self.wrong(place, own, format!("is a list of tables: write [[{}]]", section.path));
                }
                (Some(_), DeValue::Table(table)) => self.table(lines, &own, table),
                (Some(section), _) => self.wrong(place, own, format!("is a table: write [{}]", section.path)),
                (None, value) => self.entry(path, &own, key, (value, place)),
            }
        }
    }

    fn listed_table(
        &mut self,
        lines: &Lines,
        section: &'static Section,
        n: usize,
        table: &Spanned<DeValue<'_>>,
    ) {
        let path = format!("{}[{n}]", section.path);
        let place = lines.place(table.span().start);
        let DeValue::Table(entries) = table.get_ref() else {
            return self.wrong(place, path, format!("is a table: write [[{}]]", section.path));
        };
        for (key, value) in entries {
            let place = lines.place(key.span().start);
            let key = key.get_ref().as_ref();
            self.known_entry(section, &join(&path, key), key, (value.get_ref(), place));
        }
        self.tables.push(Table { list: section.path, path, place });
    }

    fn entry(&mut self, table: &str, own: &str, key: &str, value: (&DeValue<'_>, Place)) {
        let section = SECTIONS.iter().find(|section| section.path == table && !section.repeated);
        let section = section.expect("only tables of sections are entered");
        self.known_entry(section, own, key, value);
    }

    fn known_entry(
        &mut self,
        section: &'static Section,
        own: &str,
        key: &str,
        (value, place): (&DeValue<'_>, Place),
    ) {
        if section.setting(key).is_some() {
            return self.put(own.to_owned(), given(value), place);
        }
        let tables =
            SECTIONS.iter().filter(|inner| parent(inner.path) == section.path).map(|inner| inner.path);
        let near =
            nearest(key, section.settings.iter().map(|setting| setting.key).chain(tables)).map(str::to_owned);
        let elsewhere =
            || SECTIONS.iter().find_map(|other| other.setting(key).map(|setting| other.path_of(setting)));
        let meant = near.or_else(elsewhere);
        let what = if matches!(value, DeValue::Table(_)) {
            "there is no such table"
        } else {
            "there is no such setting"
        };
        self.wrong(place, own.to_owned(), unknown(what, meant.as_deref()));
    }

    fn put(&mut self, path: String, given: Given, place: Place) {
        let stronger = self.values.get(&path).is_some_and(|entry| entry.place.rank() > place.rank());
        if !stronger {
            self.values.insert(path, Entry { given, place });
        }
    }

    fn wrong(&mut self, place: Place, path: String, reason: String) {
        self.mistakes.push(Mistake { place, path, reason });
    }
}

fn is_declared(path: &str) -> bool {
    let (table, key) = path.rsplit_once('.').unwrap_or(("", path));
    SECTIONS
        .iter()
        .any(|section| section.path == table && !section.repeated && section.setting(key).is_some())
}

fn parent(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(parent, _)| parent)
}

fn unknown(what: &str, meant: Option<&str>) -> String {
    match meant {
        Some(meant) => format!("{what}; did you mean {meant}?"),
        None => what.to_owned(),
    }
}

/// A value without its spans. A list in a list and a table are never what a setting takes.
pub(super) fn given(value: &DeValue<'_>) -> Given {
    match value {
        DeValue::String(text) => Given::Text(text.as_ref().to_owned()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Given::Integer(number),
            Err(_) => Given::Unfit("a number beyond 64 bits"),
        },
        DeValue::Float(_) => Given::Unfit("a number with a fraction"),
        DeValue::Boolean(value) => Given::Boolean(*value),
        DeValue::Datetime(_) => Given::Unfit("a date or time"),
        DeValue::Array(entries) => Given::List(entries.iter().map(|entry| listed(entry.get_ref())).collect()),
        DeValue::Table(_) => Given::Unfit("a table"),
    }
}

fn listed(value: &DeValue<'_>) -> Given {
    match value {
        DeValue::Array(_) => Given::Unfit("a list"),
        other => given(other),
    }
}

/// Offsets of a text as line numbers.
struct Lines {
    name: Arc<str>,
    /// Where each line but the first begins.
    starts: Vec<usize>,
}

impl Lines {
    fn new(name: &str, text: &str) -> Lines {
        let starts =
            text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1).collect();
        Lines { name: name.into(), starts }
    }

    fn place(&self, offset: usize) -> Place {
        Place::File {
            name: self.name.clone(),
            line: 1 + self.starts.partition_point(|start| *start <= offset),
        }
    }
}
