//! Which counters a question is about: by what they are grouped, and to what they are narrowed.
//!
//! Counters are kept by stream and one thing more. So a question may name the stream and one further dimension, as group, as
//! filter, or as both; what names two is refused, never answered with less.

use store::Value;

use super::Dimension;
use super::fact::{OTHERS, cleaned};
use super::provider;
use crate::directory::Snapshot;
use crate::http::error::{Code, Mistakes};
use crate::id::Noun;

/// Octets of a filter's value. Reason: no link that a browser opens is longer; a key holds its first 200 octets.
const VALUE_OCTETS_MAX: usize = 2_048;
/// What mail is shown as that came with no key: mail of trusted networks and of our own making.
const NO_KEY: &str = "-";

/// What rows are grouped by, or narrowed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    Stream,
    Template,
    TemplateVersion,
    Tag,
    Domain,
    Provider,
    Source,
    Key,
    Link,
}

impl By {
    pub const ALL: [By; 9] = [
        By::Stream,
        By::Template,
        By::TemplateVersion,
        By::Tag,
        By::Domain,
        By::Provider,
        By::Source,
        By::Key,
        By::Link,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            By::Stream => "stream",
            By::Template => "template",
            By::TemplateVersion => "template_version",
            By::Tag => "tag",
            By::Domain => "domain",
            By::Provider => "provider",
            By::Source => "source",
            By::Key => "key",
            By::Link => "link",
        }
    }

    /// The dimension whose counters tell of it; none where every dimension's do.
    fn dimension(self) -> Option<Dimension> {
        match self {
            By::Stream => None,
            By::Template | By::TemplateVersion => Some(Dimension::Template),
            By::Tag => Some(Dimension::Tag),
            By::Domain => Some(Dimension::Domain),
            By::Provider => Some(Dimension::Provider),
            By::Source | By::Key => Some(Dimension::Source),
            By::Link => Some(Dimension::Link),
        }
    }

    /// Whether tenants choose its keys, so that an hour may have many. (Sources and providers are ours, streams few.)
    fn is_by_key(self) -> bool {
        match self {
            By::Template | By::TemplateVersion | By::Tag | By::Domain | By::Key | By::Link => true,
            By::Stream | By::Provider | By::Source => false,
        }
    }

    /// Its text in SQL: a template's id has 17 letters, a source is four and a slash before its key.
    #[must_use]
    pub fn sql(self) -> &'static str {
        match self {
            By::Stream => "CAST(stream_id AS TEXT)",
            By::Template => "substr(key, 1, 17)",
            By::Source => "substr(key, 1, 4)",
            By::Key => "CASE WHEN key = '*' THEN key ELSE substr(key, 6) END",
            By::TemplateVersion | By::Tag | By::Domain | By::Provider | By::Link => "key",
        }
    }

    /// A group as it is shown.
    #[must_use]
    pub fn show(self, group: &str) -> String {
        match self {
            By::Stream => match group.parse() {
                Ok(0) | Err(_) => OTHERS.to_owned(),
                Ok(id) => Noun::Stream.show(id),
            },
            By::Key if group.is_empty() => NO_KEY.to_owned(),
            _ => group.to_owned(),
        }
    }
}

/// Which counters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Selection {
    pub dimension: Dimension,
    pub group: Option<By>,
    pub filters: Vec<(By, String)>,
    pub metrics: Metrics,
}

/// Of what, for whoever needs few of a hundred thousand rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Metrics {
    #[default]
    All,
    /// What was accepted, what of it was delivered.
    Volume,
}

impl Metrics {
    fn condition(self) -> &'static str {
        match self {
            Metrics::All => "",
            Metrics::Volume => " AND metric IN ('accepted', 'delivered')",
        }
    }
}

/// The parameters as texts; each filter with what it narrows.
pub struct Asked<'t> {
    pub group: Option<&'t str>,
    pub filters: Vec<(By, Option<&'t str>)>,
}

impl Asked<'_> {
    /// Reads them.
    pub fn read(&self, snapshot: &Snapshot, workspace: i64, mistakes: &mut Mistakes) -> Selection {
        let group = self.group.and_then(|text| {
            let found = By::ALL.into_iter().find(|by| by.as_str() == text);
            if found.is_none() {
                let why = format!("one of {}", By::ALL.map(By::as_str).join(", "));
                mistakes.add("group_by", Code::InvalidValue, why);
            }
            found
        });
        let mut filters = Vec::new();
        for (by, text) in self.filters.iter().filter_map(|(by, text)| Some((*by, (*text)?))) {
            match value(by, text, snapshot, workspace) {
                Ok(value) => filters.push((by, value)),
                Err(why) => mistakes.add(by.as_str(), Code::InvalidValue, why),
            }
        }
        let mut dimension = None;
        for by in group.into_iter().chain(filters.iter().map(|(by, _)| *by)) {
            match (dimension, by.dimension()) {
                (None, Some(_)) => dimension = Some(by),
                (Some(first), Some(of)) if By::dimension(first) != Some(of) => {
                    let why = format!(
                        "counters are kept by stream and one thing more: {} and {} cannot be combined",
                        By::as_str(first),
                        by.as_str()
                    );
                    mistakes.add(by.as_str(), Code::InvalidValue, why);
                }
                (_, None) | (Some(_), Some(_)) => {}
            }
        }
        let dimension = dimension.and_then(By::dimension).unwrap_or(Dimension::All);
        Selection { group, filters, ..Selection::of(dimension) }
    }
}

/// A filter's value as the counters have it.
fn value(by: By, text: &str, snapshot: &Snapshot, workspace: i64) -> Result<String, String> {
    if text.len() > VALUE_OCTETS_MAX || text.chars().any(char::is_control) {
        return Err(format!("at most {VALUE_OCTETS_MAX} octets, without control characters"));
    }
    match by {
        By::Stream => {
            let named = snapshot.stream(workspace, text).map(|stream| stream.id);
            // A stream of another workspace has no counters here.
            let found = named.or_else(|| Noun::Stream.read(text));
            found
                .map(|id| id.to_string())
                .ok_or_else(|| "the workspace has no stream of this name".to_owned())
        }
        By::Template if Noun::Template.read(text).is_none() => Err("the template's id, tpl_…".to_owned()),
        By::Source if !matches!(text, "http" | "smtp" | "code" | "note") => {
            Err("one of http, smtp, code, note".to_owned())
        }
        By::Provider if text != OTHERS && !provider::names().any(|name| name == text) => {
            Err("no well-known provider; * stands for all others".to_owned())
        }
        By::Domain => Ok(cleaned(&text.to_ascii_lowercase())),
        By::Tag | By::Link => Ok(cleaned(text)),
        // As it is shown, so that it can be asked for.
        By::Key if text == NO_KEY => Ok(String::new()),
        By::Template | By::TemplateVersion | By::Provider | By::Source | By::Key => Ok(text.to_owned()),
    }
}

impl Selection {
    /// All mail, in one group.
    #[must_use]
    pub fn everything() -> Selection {
        Selection::of(Dimension::All)
    }

    fn of(dimension: Dimension) -> Selection {
        Selection { dimension, group: None, filters: Vec::new(), metrics: Metrics::All }
    }

    /// All mail, in a group for each.
    #[must_use]
    pub fn by(group: By) -> Selection {
        let dimension = group.dimension().unwrap_or(Dimension::All);
        Selection { group: Some(group), ..Selection::of(dimension) }
    }

    /// Of these metrics alone.
    #[must_use]
    pub fn only(self, metrics: Metrics) -> Selection {
        Selection { metrics, ..self }
    }

    /// Whether it is grouped by, or narrowed to, what tenants choose.
    #[must_use]
    pub fn is_by_key(&self) -> bool {
        self.group.into_iter().chain(self.filters.iter().map(|(by, _)| *by)).any(By::is_by_key)
    }

    /// Conditions in SQL beside workspace, dimension and time, and their parameters.
    #[must_use]
    pub fn conditions(&self) -> (String, Vec<(&'static str, Value)>) {
        const NAMES: [&str; 9] = ["f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8"];
        let mut words = self.metrics.condition().to_owned();
        let mut params = Vec::new();
        for (name, (by, value)) in NAMES.into_iter().zip(&self.filters) {
            words.push_str(&format!(" AND {} = :{name}", by.sql()));
            params.push((name, Value::from(value.clone())));
        }
        (words, params)
    }
}
