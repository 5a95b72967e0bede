//! What an event of the log counts as: pure.
//!
//! Guarantees
//! 1. The same event and message always count the same, whoever counts: the follower and the recount share this.
//! 2. What a correction (`email.reclassified`) takes back is what was counted before, at the hour of the request.
//! 3. A key is at most [`KEY_OCTETS_MAX`] octets without control characters, whatever tags and links hold.

use std::borrow::Cow;
use std::collections::BTreeMap;

use mail::{At, date};
use serde::Deserialize;
use store::{Row, StoreError};

use super::Dimension;
use super::histogram::bucket;
use super::provider::provider;
use crate::feature::event::Name;
use crate::feature::sending::Origin;
use crate::id::Noun;

/// Octets of a key; the rest is cut.
pub const KEY_OCTETS_MAX: usize = 200;
/// Tags of a message by which it is counted, the first in the order of their names. Reason: each is a counter of its own.
pub const TAGS_MAX: usize = 10;
/// The key of everything beyond a bound, and of domains whose provider nobody knows.
pub const OTHERS: &str = "*";
/// The domain of a recipient that is no address.
const NO_DOMAIN: &str = "-";
/// The metric of a bucket of times.
pub const TIMES: &str = "n";

/// What several events have in common by which they are counted.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Traits {
    pub workspace: i64,
    pub hour: i64,
    pub stream: i64,
    origin: Cow<'static, str>,
    key: Option<i64>,
    template: Option<(i64, i64)>,
    tags: Option<Box<str>>,
    domain: Box<str>,
    link: Option<Box<str>>,
}

/// What is counted of them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum What {
    /// By every dimension.
    Metric(Cow<'static, str>),
    /// A bucket of times, by stream.
    Time(Dimension, u16),
}

/// Counts of one batch, before they become counters.
pub type Counts = std::collections::HashMap<(Traits, What), i64>;

/// An event with its message, as `facts.sql` reads it.
pub struct Fact {
    workspace: i64,
    at: At,
    name: Option<Name>,
    data: Option<Box<str>>,
    /// None when retention has taken the message or the delivery.
    message: Option<Message>,
}

struct Message {
    traits: Traits,
    /// Since when it could be delivered.
    since: At,
}

/// What an event's data say, as far as it is counted.
#[derive(Deserialize, Default)]
struct Data<'d> {
    #[serde(borrow)]
    class: Option<Cow<'d, str>>,
    #[serde(borrow)]
    reason: Option<Cow<'d, str>>,
    #[serde(borrow)]
    verdict: Option<Cow<'d, str>>,
    first: Option<bool>,
    seconds: Option<i64>,
    after_ms: Option<i64>,
    #[serde(borrow)]
    url: Option<Cow<'d, str>>,
    #[serde(borrow)]
    link_id: Option<Cow<'d, str>>,
    link: Option<i64>,
    #[serde(borrow)]
    kind: Option<Cow<'d, str>>,
    #[serde(borrow)]
    at: Option<Cow<'d, str>>,
    before: Option<Said>,
}

/// What was said of a request.
#[derive(Deserialize)]
struct Said {
    verdict: Box<str>,
    first: bool,
}

/// What a message counts by, for who has it in memory.
#[derive(Clone)]
pub struct About {
    pub workspace: i64,
    pub stream: i64,
    pub origin: Origin,
    pub key: Option<i64>,
    pub template: Option<(i64, i64)>,
    pub tags: Option<Box<str>>,
    /// The recipient's.
    pub domain: Box<str>,
    /// Since when it could be delivered.
    pub since: At,
}

impl Fact {
    /// Of an event that no log has.
    #[must_use]
    pub fn of((at, name, data): (At, Name, Option<Box<str>>), about: About) -> Fact {
        let traits = Traits {
            workspace: about.workspace,
            hour: at.hour().0,
            stream: about.stream,
            origin: origin(about.origin.as_str()),
            key: about.key,
            template: about.template,
            tags: about.tags,
            domain: about.domain,
            link: None,
        };
        let message = Some(Message { traits, since: about.since });
        Fact { workspace: about.workspace, at, name: Some(name), data, message }
    }

    /// Reads a row of `facts.sql`.
    ///
    /// # Errors
    /// `Broken` for what does not fit the schema.
    pub fn read(row: &Row) -> Result<Fact, StoreError> {
        let (workspace, at) = (row.int(1)?, At(row.int(3)?));
        let message = match (row.int_or_null(5)?, row.text_or_null(13)?) {
            (Some(stream), Some(domain)) => Some(Message {
                traits: Traits {
                    workspace,
                    hour: at.hour().0,
                    stream,
                    origin: origin(row.text(6)?),
                    key: row.int_or_null(7)?,
                    template: row.int_or_null(8)?.zip(row.int_or_null(9)?),
                    tags: row.text_or_null(10)?.map(Into::into),
                    domain: domain.into(),
                    link: None,
                },
                since: since(At(row.int(11)?), row.int_or_null(12)?.map(At), at),
            }),
            _ => None,
        };
        let (name, data) = (Name::parse(row.text(2)?), row.text_or_null(4)?.map(Into::into));
        Ok(Fact { workspace, at, name, data, message })
    }

    /// Of an event whose message is gone: its workspace, and the hour at which it counted, which cannot be counted again.
    #[must_use]
    pub fn lost(&self) -> Option<(i64, i64)> {
        let at = match self.name {
            Some(Name::EmailReclassified) => self.requested().unwrap_or(self.at),
            _ => self.at,
        };
        self.message.is_none().then(|| (self.workspace, at.hour().0))
    }

    /// Adds what it counts as.
    pub fn count(&self, counts: &mut Counts) {
        let (Some(message), Some(name)) = (&self.message, self.name) else { return };
        match name {
            Name::EmailQueued | Name::EmailScheduled => message.add(counts, "accepted".into(), 1),
            Name::EmailDelivered => {
                message.add(counts, "delivered".into(), 1);
                message.add_time(counts, Dimension::DeliverTime, self.at.since(message.since).as_millis(), 1);
            }
            Name::EmailDeferred => message.add(counts, self.labelled("deferred"), 1),
            Name::EmailBounced => message.add(counts, self.labelled("bounced"), 1),
            Name::EmailFailed => message.add(counts, self.labelled("failed"), 1),
            Name::EmailSuppressed | Name::EmailRejected => {
                message.add(counts, self.labelled("not_sent"), 1);
            }
            Name::EmailCanceled => message.add(counts, "not_sent:canceled".into(), 1),
            Name::EmailUnsubscribed => message.add(counts, "unsubscribed".into(), 1),
            Name::EmailOpened => self.engaged(message, counts, "open"),
            Name::EmailClicked => self.engaged(message, counts, "click"),
            Name::EmailRead => self.engaged(message, counts, "read"),
            Name::EmailReclassified => self.corrected(message, counts),
            Name::EmailRescheduled
            | Name::DomainCreated
            | Name::DomainVerified
            | Name::DomainDeleted
            | Name::SuppressionAdded
            | Name::SuppressionRemoved
            | Name::WorkspaceCreated
            | Name::StreamCreated
            | Name::KeyCreated
            | Name::KeyRevoked
            | Name::QueueHeld
            | Name::QueueReleased
            | Name::QueueRetried
            | Name::DatabaseRestored
            | Name::StreamChanged
            | Name::DomainChanged
            | Name::TrackingSecretAdded
            | Name::WebhookDisabled
            | Name::WorkspaceChanged => {}
        }
    }

    fn data(&self) -> Data<'_> {
        self.data.as_deref().and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default()
    }

    /// A metric with its class, or with its reason.
    fn labelled(&self, metric: &'static str) -> Cow<'static, str> {
        let data = self.data();
        let label = match metric {
            "failed" | "not_sent" => data.reason,
            _ => data.class,
        };
        let label = label.filter(|label| !label.is_empty()).unwrap_or(Cow::Borrowed("unknown"));
        Cow::Owned(cleaned(&format!("{metric}:{label}")))
    }

    fn engaged(&self, message: &Message, counts: &mut Counts, kind: &str) {
        let data = self.data();
        let said = (data.verdict.as_deref().unwrap_or_default(), data.first == Some(true));
        message.engagement(counts, (kind, &data), said, 1);
    }

    fn requested(&self) -> Option<At> {
        date::parse_rfc3339(self.data().at.as_deref()?).ok()
    }

    /// Takes back what was counted at the hour of the request, and counts what is said now.
    fn corrected(&self, message: &Message, counts: &mut Counts) {
        let data = self.data();
        let (Some(kind), Some(before), Some(requested)) =
            (data.kind.as_deref(), &data.before, self.requested())
        else {
            return;
        };
        let traits = Traits { hour: requested.hour().0, ..message.traits.clone() };
        let then = Message { traits, since: message.since };
        then.engagement(counts, (kind, &data), (&before.verdict, before.first), -1);
        let said = (data.verdict.as_deref().unwrap_or_default(), data.first == Some(true));
        then.engagement(counts, (kind, &data), said, 1);
    }
}

fn origin(text: &str) -> Cow<'static, str> {
    match text {
        "api" => "http".into(),
        "smtp" => "smtp".into(),
        "code" => "code".into(),
        _ => "note".into(),
    }
}

/// From when on a message could be delivered. One whose schedule lies behind the event was moved after it.
fn since(created: At, scheduled: Option<At>, event: At) -> At {
    scheduled.filter(|scheduled| *scheduled <= event).map_or(created, |scheduled| scheduled.max(created))
}

impl Message {
    fn add(&self, counts: &mut Counts, metric: Cow<'static, str>, n: i64) {
        *counts.entry((self.traits.clone(), What::Metric(metric))).or_insert(0) += n;
    }

    fn add_time(&self, counts: &mut Counts, of: Dimension, ms: u128, n: i64) {
        let Traits { workspace, hour, stream, .. } = self.traits;
        let traits = Traits {
            workspace,
            hour,
            stream,
            origin: "".into(),
            key: None,
            template: None,
            tags: None,
            domain: "".into(),
            link: None,
        };
        let what = What::Time(of, bucket(i64::try_from(ms).unwrap_or(i64::MAX)));
        *counts.entry((traits, what)).or_insert(0) += n;
    }

    fn engagement(
        &self,
        counts: &mut Counts,
        (kind, data): (&str, &Data<'_>),
        (verdict, first): (&str, bool),
        n: i64,
    ) {
        let person = verdict == "person";
        let (all, firsts) = match (kind, person) {
            ("open", true) => ("opened", "opened_first"),
            ("open", false) => ("opened_machine", "opened_machine_first"),
            ("click", true) => ("clicked", "clicked_first"),
            ("click", false) => ("clicked_machine", "clicked_machine_first"),
            ("read", true) => return self.reading(counts, data, n),
            _ => return,
        };
        let traits = Traits { link: (kind == "click").then(|| link(data)).flatten(), ..self.traits.clone() };
        let linked = Message { traits, since: self.since };
        linked.add(counts, all.into(), n);
        if first {
            linked.add(counts, firsts.into(), n);
        }
        if let ("open", true, true, Some(ms)) = (kind, person, first, data.after_ms) {
            self.add_time(counts, Dimension::OpenTime, u128::try_from(ms).unwrap_or(0), n);
        }
    }

    /// Readings by persons: how many, how many of them with a time, and the seconds in all.
    fn reading(&self, counts: &mut Counts, data: &Data<'_>, n: i64) {
        self.add(counts, "read".into(), n);
        if let Some(seconds) = data.seconds {
            self.add(counts, "read_measured".into(), n);
            self.add(counts, "read_seconds".into(), n * seconds);
        }
    }
}

/// What a link is known by over many messages: the id that its author gave it, or its URL without query and fragment.
fn link(data: &Data<'_>) -> Option<Box<str>> {
    let url = data.url.as_deref()?;
    let numbered = data.link.map(|number| number.to_string());
    let own = data.link_id.as_deref().filter(|id| !id.is_empty() && numbered.as_deref() != Some(id));
    Some(own.unwrap_or_else(|| url.split(['?', '#']).next().unwrap_or(url)).into())
}

impl Traits {
    /// Every counter that one of these moves, as its dimension and key; `Link` only of what was clicked.
    #[must_use]
    pub fn keys(&self) -> Vec<(Dimension, String)> {
        let mut keys = vec![
            (Dimension::All, String::new()),
            (Dimension::Domain, self.domain_key()),
            (Dimension::Provider, provider(&self.domain).unwrap_or(OTHERS).to_owned()),
            (Dimension::Source, self.source()),
        ];
        if let Some((template, version)) = self.template {
            keys.push((Dimension::Template, format!("{}@{version}", Noun::Template.show(template))));
        }
        keys.extend(self.tags().into_iter().map(|tag| (Dimension::Tag, tag)));
        keys.extend(self.link.as_deref().map(|link| (Dimension::Link, cleaned(link))));
        keys
    }

    fn domain_key(&self) -> String {
        if self.domain.is_empty() { NO_DOMAIN.to_owned() } else { cleaned(&self.domain) }
    }

    fn source(&self) -> String {
        let key = self.key.filter(|_| self.origin != "note").map(|key| Noun::Key.show(key));
        format!("{}/{}", self.origin, key.unwrap_or_default())
    }

    fn tags(&self) -> Vec<String> {
        let read = |tags: &str| serde_json::from_str::<BTreeMap<String, serde_json::Value>>(tags).ok();
        let named = self.tags.as_deref().and_then(read).unwrap_or_default();
        let shown = named.into_iter().map(|(name, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            cleaned(&format!("{name}:{value}"))
        });
        let mut tags: Vec<String> = shown.take(TAGS_MAX).collect();
        // Two that agree up to where they are cut count once.
        tags.dedup();
        tags
    }
}

/// A text as it may stand in a key: cut, and without control characters.
#[must_use]
pub fn cleaned(text: &str) -> String {
    let cut = &text[..text.floor_char_boundary(KEY_OCTETS_MAX)];
    cut.chars().map(|letter| if letter.is_control() { '?' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::stats::HOUR_US;

    const HOUR: i64 = 500_000 * HOUR_US;

    fn fact(name: Name, data: &str) -> Fact {
        let traits = Traits {
            workspace: 1,
            hour: HOUR,
            stream: 2,
            origin: "http".into(),
            key: Some(7),
            template: Some((9, 3)),
            tags: Some(r#"{"kind":"receipt","a":"b"}"#.into()),
            domain: "gmail.com".into(),
            link: None,
        };
        let (at, since) = (At(HOUR + 5_000_000), At(HOUR + 1_000_000));
        Fact {
            workspace: 1,
            at,
            name: Some(name),
            data: Some(data.into()),
            message: Some(Message { traits, since }),
        }
    }

    /// Metrics with their counts, and times with theirs.
    fn counted(fact: &Fact) -> Vec<(String, i64)> {
        let mut counts = Counts::default();
        fact.count(&mut counts);
        let mut shown: Vec<_> = counts
            .into_iter()
            .map(|((traits, what), n)| {
                let what = match what {
                    What::Metric(metric) => metric.into_owned(),
                    What::Time(of, bucket) => format!("{} {bucket}", of.as_str()),
                };
                let hours = (traits.hour - HOUR) / HOUR_US;
                (if hours == 0 { what } else { format!("{what} {hours}h") }, n)
            })
            .filter(|(_, n)| *n != 0)
            .collect();
        shown.sort();
        shown
    }

    #[test]
    fn each_event_counts_as_its_line_says() {
        let correction = r#"{"kind":"open","at":"2027-01-15T07:59:00Z","verdict":"machine","first":true,"after_ms":1000,
            "before":{"verdict":"person","first":true}}"#;
        let hours = (date::parse_rfc3339("2027-01-15T07:00:00Z").expect("a time").0 - HOUR) / HOUR_US;
        let then = |what: &str| format!("{what} {hours}h");
        let (open, first) = (then("opened"), then("opened_first"));
        let (machine, machine_first) = (then("opened_machine"), then("opened_machine_first"));
        let time = then("open_time 79");
        type Case<'c> = (Name, &'c str, &'c [(&'c str, i64)]);
        let cases: &[Case<'_>] = &[
            (Name::EmailQueued, "", &[("accepted", 1)]),
            (Name::EmailScheduled, "", &[("accepted", 1)]),
            (Name::EmailDelivered, r#"{"reply":"250"}"#, &[("deliver_time 95", 1), ("delivered", 1)]),
            (Name::EmailDeferred, r#"{"class":"rate"}"#, &[("deferred:rate", 1)]),
            (Name::EmailBounced, r#"{"class":"hard.recipient"}"#, &[("bounced:hard.recipient", 1)]),
            (Name::EmailBounced, "no JSON", &[("bounced:unknown", 1)]),
            (Name::EmailFailed, r#"{"reason":"expired","class":"rate"}"#, &[("failed:expired", 1)]),
            (Name::EmailSuppressed, r#"{"reason":"unsubscribed"}"#, &[("not_sent:unsubscribed", 1)]),
            (Name::EmailRejected, r#"{"reason":"invalid_address"}"#, &[("not_sent:invalid_address", 1)]),
            (Name::EmailCanceled, "", &[("not_sent:canceled", 1)]),
            (
                Name::EmailOpened,
                r#"{"verdict":"person","first":true,"after_ms":1000}"#,
                &[("open_time 79", 1), ("opened", 1), ("opened_first", 1)],
            ),
            (Name::EmailOpened, r#"{"verdict":"person","first":false,"after_ms":1}"#, &[("opened", 1)]),
            (Name::EmailOpened, r#"{"verdict":"machine","first":false}"#, &[("opened_machine", 1)]),
            (
                Name::EmailClicked,
                r#"{"verdict":"machine","first":true,"url":"https://x"}"#,
                &[("clicked_machine", 1), ("clicked_machine_first", 1)],
            ),
            (Name::EmailRead, r#"{"verdict":"person","seconds":null}"#, &[("read", 1)]),
            (
                Name::EmailRead,
                r#"{"verdict":"person","seconds":6}"#,
                &[("read", 1), ("read_measured", 1), ("read_seconds", 6)],
            ),
            (Name::EmailRead, r#"{"verdict":"machine","seconds":6}"#, &[]),
            (Name::EmailUnsubscribed, "{}", &[("unsubscribed", 1)]),
            (Name::EmailRescheduled, "{}", &[]),
            (
                Name::EmailReclassified,
                correction,
                &[(&time, -1), (&open, -1), (&first, -1), (&machine, 1), (&machine_first, 1)],
            ),
            (Name::EmailReclassified, r#"{"kind":"open","verdict":"person"}"#, &[]),
        ];
        for (name, data, wanted) in cases {
            let mut wanted: Vec<_> = wanted.iter().map(|(what, n)| ((*what).to_owned(), *n)).collect();
            wanted.sort();
            assert_eq!(counted(&fact(*name, data)), wanted, "{} {data}", name.as_str());
        }
    }

    #[test]
    fn data_are_read_of_events_that_are_counted_by_them_alone() {
        let facts = include_str!("queries/facts.sql");
        let rich = r#"{"class":"rate","reason":"expired","kind":"open","at":"2027-01-15T07:59:00Z","verdict":"person",
            "first":true,"before":{"verdict":"machine","first":false}}"#;
        for name in Name::ALL {
            let counted_by_them = counted(&fact(name, rich)) != counted(&fact(name, ""));
            let read = facts.contains(&format!("'{}'", name.as_str()));
            assert_eq!(read, counted_by_them, "{}", name.as_str());
        }
    }

    #[test]
    fn a_fact_moves_one_counter_of_each_thing_that_it_is_about() {
        let shown = |traits: &Traits| -> Vec<String> {
            traits.keys().into_iter().map(|(of, key)| format!("{} {key}", of.as_str())).collect()
        };
        let Message { traits, .. } = fact(Name::EmailQueued, "").message.expect("a message");
        let (template, key) = (Noun::Template.show(9), Noun::Key.show(7));
        let wanted = ["all ", "domain gmail.com", "provider google", &format!("source http/{key}")];
        let more = [&format!("template {template}@3"), "tag a:b", "tag kind:receipt"];
        assert_eq!(shown(&traits), [&wanted[..], &more[..]].concat());
        let bare = Traits {
            origin: "smtp".into(),
            key: None,
            template: None,
            tags: None,
            domain: "".into(),
            link: Some("a\0b".into()),
            ..traits
        };
        assert_eq!(shown(&bare), ["all ", "domain -", "provider *", "source smtp/", "link a?b"]);
    }

    #[test]
    fn a_link_is_known_by_its_id_or_by_where_it_leads() {
        let cases = [
            (r#"{"url":"https://x/y?z=1#t","link":2,"link_id":"2"}"#, Some("https://x/y")),
            (r#"{"url":"https://x/y?z=1","link":2,"link_id":"buy"}"#, Some("buy")),
            (r#"{"url":"https://x/y","link":2,"link_id":null}"#, Some("https://x/y")),
            (r#"{"link":2}"#, None),
        ];
        for (data, wanted) in cases {
            let data: Data<'_> = serde_json::from_str(data).expect("JSON");
            assert_eq!(link(&data).as_deref(), wanted);
        }
    }

    #[test]
    fn hostile_tags_are_cut_and_few() {
        let mut traits = fact(Name::EmailQueued, "").message.expect("a message").traits;
        let many: BTreeMap<String, String> =
            (0..50).map(|n| (format!("{n:02}{}", "é".repeat(300)), "\u{0}".into())).collect();
        traits.tags = Some(serde_json::to_string(&many).expect("JSON").into());
        let tags = traits.tags();
        assert_eq!(tags.len(), TAGS_MAX);
        assert!(tags.iter().all(|tag| tag.len() <= KEY_OCTETS_MAX && !tag.contains('\0')));
    }
}
