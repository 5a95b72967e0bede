//! Sums as people read them: measures, what they are made of, and rates. Every measure is defined in `docs/statistics.md`.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// What was counted, and the rates of it.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
pub struct Figures {
    /// Deliveries that were taken to be sent.
    pub accepted: i64,
    /// Deliveries that the recipient's server took.
    pub delivered: i64,
    /// Attempts after which a delivery is tried again.
    pub deferred: i64,
    pub deferred_by_class: BTreeMap<String, i64>,
    /// Deliveries that a server refused for good.
    pub bounced: i64,
    pub bounced_by_class: BTreeMap<String, i64>,
    /// Deliveries that ended for another reason: expired, or a fault of ours.
    pub failed: i64,
    pub failed_by_reason: BTreeMap<String, i64>,
    /// Deliveries that were not sent at all.
    pub not_sent: i64,
    pub not_sent_by_reason: BTreeMap<String, i64>,
    pub opened: Engaged,
    pub clicked: Engaged,
    pub read: Reading,
    /// Recipients who left.
    pub unsubscribed: i64,
    pub rates: Rates,
}

/// What recipients did, told apart from what programs did in their place.
#[derive(Serialize, ToSchema, Clone, Copy, PartialEq, Debug)]
pub struct Engaged {
    pub person: Count,
    pub machine: Count,
}

/// How often, and for how many deliveries.
#[derive(Serialize, ToSchema, Clone, Copy, PartialEq, Debug)]
pub struct Count {
    pub events: i64,
    /// Each counted once, at its first.
    pub deliveries: i64,
}

/// Readings by persons.
#[derive(Serialize, ToSchema, Clone, Copy, PartialEq, Debug)]
pub struct Reading {
    pub readings: i64,
    /// Those of which the time is known.
    pub measured: i64,
    pub seconds: i64,
    pub seconds_mean: Option<f64>,
}

/// Shares from 0 to 1; null when there is nothing to have a share of.
#[derive(Serialize, ToSchema, Clone, Copy, PartialEq, Debug)]
pub struct Rates {
    /// Of what ended by an answer or in vain: delivered + bounced + failed.
    pub delivered: Option<f64>,
    /// Likewise.
    pub bounced: Option<f64>,
    /// Deliveries that a person opened, of those delivered.
    pub opened_person: Option<f64>,
    pub opened_machine: Option<f64>,
    pub clicked_person: Option<f64>,
    pub clicked_machine: Option<f64>,
    pub unsubscribed: Option<f64>,
}

impl Figures {
    /// Of the sums of metrics.
    #[must_use]
    pub fn of(sums: &BTreeMap<String, i64>) -> Figures {
        let one = |metric: &str| sums.get(metric).copied().unwrap_or(0);
        let parts = |metric: &str| -> BTreeMap<String, i64> {
            let labelled = sums.iter().filter_map(|(name, n)| Some((name.strip_prefix(metric)?, *n)));
            labelled.filter_map(|(rest, n)| Some((rest.strip_prefix(':')?.to_owned(), n))).collect()
        };
        let all = |parts: &BTreeMap<String, i64>| parts.values().sum::<i64>();
        let count = |all: &str, first: &str| Count { events: one(all), deliveries: one(first) };
        let (deferred_by_class, bounced_by_class) = (parts("deferred"), parts("bounced"));
        let (failed_by_reason, not_sent_by_reason) = (parts("failed"), parts("not_sent"));
        let (bounced, failed) = (all(&bounced_by_class), all(&failed_by_reason));
        let opened = Engaged {
            person: count("opened", "opened_first"),
            machine: count("opened_machine", "opened_machine_first"),
        };
        let clicked = Engaged {
            person: count("clicked", "clicked_first"),
            machine: count("clicked_machine", "clicked_machine_first"),
        };
        let (delivered, unsubscribed) = (one("delivered"), one("unsubscribed"));
        let (measured, seconds) = (one("read_measured"), one("read_seconds"));
        let ended = delivered + bounced + failed;
        Figures {
            accepted: one("accepted"),
            delivered,
            deferred: all(&deferred_by_class),
            deferred_by_class,
            bounced,
            bounced_by_class,
            failed,
            failed_by_reason,
            not_sent: all(&not_sent_by_reason),
            not_sent_by_reason,
            opened,
            clicked,
            read: Reading {
                readings: one("read"),
                measured,
                seconds,
                seconds_mean: share(seconds, measured),
            },
            unsubscribed,
            rates: Rates {
                delivered: share(delivered, ended),
                bounced: share(bounced, ended),
                opened_person: share(opened.person.deliveries, delivered),
                opened_machine: share(opened.machine.deliveries, delivered),
                clicked_person: share(clicked.person.deliveries, delivered),
                clicked_machine: share(clicked.machine.deliveries, delivered),
                unsubscribed: share(unsubscribed, delivered),
            },
        }
    }

    /// The columns of a table of them, in order.
    pub const COLUMNS: [&'static str; 18] = [
        "accepted",
        "delivered",
        "deferred",
        "bounced",
        "failed",
        "not_sent",
        "opened_person",
        "opened_person_deliveries",
        "opened_machine",
        "opened_machine_deliveries",
        "clicked_person",
        "clicked_person_deliveries",
        "clicked_machine",
        "clicked_machine_deliveries",
        "readings",
        "readings_measured",
        "readings_seconds",
        "unsubscribed",
    ];

    /// Its values under [`Figures::COLUMNS`].
    #[must_use]
    pub fn cells(&self) -> [i64; 18] {
        let Engaged { person, machine } = self.opened;
        let clicked = self.clicked;
        [
            self.accepted,
            self.delivered,
            self.deferred,
            self.bounced,
            self.failed,
            self.not_sent,
            person.events,
            person.deliveries,
            machine.events,
            machine.deliveries,
            clicked.person.events,
            clicked.person.deliveries,
            clicked.machine.events,
            clicked.machine.deliveries,
            self.read.readings,
            self.read.measured,
            self.read.seconds,
            self.unsubscribed,
        ]
    }

    /// What its sums are made of, as `bounced.hard.recipient`.
    pub fn parts(&self) -> impl Iterator<Item = (String, i64)> {
        let named = [
            ("deferred", &self.deferred_by_class),
            ("bounced", &self.bounced_by_class),
            ("failed", &self.failed_by_reason),
            ("not_sent", &self.not_sent_by_reason),
        ];
        named
            .into_iter()
            .flat_map(|(name, parts)| parts.iter().map(move |(part, n)| (format!("{name}.{part}"), *n)))
    }
}

/// A share to six places; none of nothing.
#[must_use]
pub fn share(part: i64, all: i64) -> Option<f64> {
    (all > 0).then(|| (part as f64 / all as f64 * 1e6).round() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_what_their_metrics_sum_up_to() {
        let sums = [
            ("accepted", 10),
            ("delivered", 6),
            ("bounced:hard.recipient", 1),
            ("bounced:policy", 1),
            ("failed:expired", 2),
            ("deferred:rate", 5),
            ("not_sent:suppressed_manual", 3),
            ("opened", 4),
            ("opened_first", 3),
            ("opened_machine_first", 6),
            ("read", 3),
            ("read_measured", 2),
            ("read_seconds", 9),
        ];
        let figures = Figures::of(&sums.map(|(metric, n)| (metric.to_owned(), n)).into());
        assert_eq!((figures.bounced, figures.failed, figures.deferred, figures.not_sent), (2, 2, 5, 3));
        assert_eq!(figures.bounced_by_class["policy"], 1);
        let Rates { delivered, bounced, opened_person, opened_machine, clicked_person, .. } = figures.rates;
        assert_eq!((delivered, bounced), (Some(0.6), Some(0.2)));
        assert_eq!((opened_person, opened_machine, clicked_person), (Some(0.5), Some(1.0), Some(0.0)));
        assert_eq!(figures.read.seconds_mean, Some(4.5));
        assert_eq!(Figures::of(&BTreeMap::new()).rates.opened_person, None);
        assert_eq!(figures.cells().len(), Figures::COLUMNS.len());
    }
}
