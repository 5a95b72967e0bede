//! Figures as drawings, with the same as a table: mail by time, and what was sent month by month.

use std::collections::BTreeMap;

use ::console::draw::months::Months;
use ::console::draw::plot::Plot;
use ::console::draw::{Column, Frank};
use ::console::format::{number, time};
use ::console::screen::chart::{Cell, Chart, Consumption, Month, Row};
use mail::At;

use super::{Part, View};
use crate::app::App;
use crate::feature::access::Class;
use crate::feature::stats::HOUR_US;
use crate::feature::stats::figures::Figures;
use crate::feature::stats::months::ByStream;
use crate::feature::stats::period::{Period, Step, months_from};
use crate::feature::stats::read::Sums;
use crate::feature::stats::span::DAY_US;

/// When each step of a period begins.
pub(super) fn steps(period: &Period) -> Vec<At> {
    let every = match period.step {
        Step::Hour => HOUR_US,
        Step::Day => DAY_US,
        Step::Month | Step::Total => return period.parts().iter().map(|part| part.from).collect(),
    };
    let count = (period.until.0 - period.from.0 + every - 1) / every;
    (0..count).map(|n| At(period.from.0 + n * every)).collect()
}

/// The figures of every step, of those without any mail too.
pub(super) fn series(steps: &[At], found: &[Sums]) -> Vec<(At, Figures)> {
    let none = BTreeMap::new();
    let of = |at: &At| found.iter().find(|sums| sums.at == *at).map_or(&none, |sums| &sums.of);
    steps.iter().map(|at| (*at, Figures::of(of(at)))).collect()
}

/// The first, the one in the middle, and the last.
fn ticks(labels: &[String]) -> [String; 3] {
    let tick = |at: usize| labels.get(at).cloned().unwrap_or_default();
    [tick(0), tick(labels.len() / 2), tick(labels.len().saturating_sub(1))]
}

impl View<'_> {
    pub(super) fn chart(&self, period: &Period, series: &[(At, Figures)], total: &Figures) -> Chart {
        let label = |at: At| match period.step {
            Step::Hour => time::clock(self.zone, at)[..5].to_owned(),
            Step::Day | Step::Total => time::day(self.words.locale, self.zone, at),
            // By the offset that the steps were made with: an hour's change of it is no other month.
            Step::Month => {
                let local = At(at.0 + period.zone_us);
                time::month_of_year(self.words.locale, &time::Zone::named("UTC"), local)
            }
        };
        let labels: Vec<String> = series.iter().map(|(at, _)| label(*at)).collect();
        let columns: Vec<_> =
            series.iter().map(|(_, of)| Column { up: of.accepted, down: of.bounced }).collect();
        let most = |side: fn(&Column) -> i64| self.whole(columns.iter().map(side).max().unwrap_or(0));
        let plot = Plot {
            says: series.iter().zip(&labels).map(|((_, of), label)| self.say(label, of)).collect(),
            up: columns.iter().map(|column| column.up).collect(),
            back: columns.iter().map(|column| column.down).collect(),
            off: series.iter().map(|(_, of)| of.deferred).collect(),
            labels,
        };
        let ends = series.iter().skip(1).map(|(at, _)| *at).chain([period.until]);
        let rows = series.iter().zip(ends).zip(&plot.labels);
        let rows = rows.map(|(((at, of), end), label)| self.row(label, (*at, end), of));
        let mut rows: Vec<Row> = rows.collect();
        rows.reverse();
        Chart {
            frank: Frank::large(&columns),
            most_up: most(|column| column.up),
            most_down: most(|column| column.down),
            ticks: ticks(&plot.labels),
            sentence: self.words.t2(
                "overview-chart-sentence",
                ("sent", self.whole(total.accepted)),
                ("back", self.whole(total.bounced)),
            ),
            rows,
            plot: plot.json(),
            hourly: period.step == Step::Hour,
            monthly: period.step == Step::Month,
        }
    }

    fn say(&self, when: &str, of: &Figures) -> String {
        let values: [(&str, &dyn ::console::words::Filling); 4] = [
            ("when", &when),
            ("sent", &self.whole(of.accepted)),
            ("off", &self.whole(of.deferred)),
            ("back", &self.whole(of.bounced)),
        ];
        self.words.tn("overview-chart-step", &values)
    }

    fn row(&self, when: &str, (from, until): (At, At), of: &Figures) -> Row {
        let cell = |n: i64, status: Option<&str>| Cell {
            digits: self.whole(n),
            href: status.filter(|_| n > 0).and_then(|status| self.mail_between(status, from, until)),
        };
        Row {
            when: when.to_owned(),
            sent: cell(of.accepted, Some("")),
            delivered: cell(of.delivered, Some("delivered")),
            // What was put off then stands otherwise by now.
            deferred: cell(of.deferred, None),
            bounced: cell(of.bounced, Some("bounced")),
        }
    }

    /// A year's months, this one last; in UTC, as counters are billed.
    pub(super) fn consumption(&self, app: &App, year: &[(At, ByStream)]) -> Consumption {
        let (snapshot, utc) = (app.directory.snapshot(), time::Zone::named("UTC"));
        let marketing = |stream: i64| {
            let known = snapshot.stream_by_id(self.workspace.id, stream);
            known.is_some_and(|stream| stream.class == Class::Marketing)
        };
        let parts = |streams: &ByStream| {
            let of = |wanted: bool| {
                let some = streams.iter().filter(|(stream, _)| marketing(*stream) == wanted);
                some.map(|(_, n)| n).sum::<i64>()
            };
            [of(false), of(true)]
        };
        let whole = View { part: Part::All, ..*self };
        let bars: Vec<[i64; 2]> = year.iter().map(|(_, streams)| parts(streams)).collect();
        let name = |at: At| time::month_of_year(self.words.locale, &utc, at);
        let labels: Vec<String> = year.iter().map(|(at, _)| name(*at)).collect();
        let row = |((at, _), [transactional, marketing]): (&(At, ByStream), &[i64; 2])| Month {
            when: name(*at),
            all: Cell {
                digits: self.whole(transactional + marketing),
                href: whole.mail_between("", *at, months_from(*at, 1)),
            },
            transactional: self.whole(*transactional),
            marketing: self.whole(*marketing),
        };
        let quota = self.workspace.quota.map(|quota| quota.monthly);
        let all = bars.iter().flatten().sum::<i64>();
        let used = bars.last().map_or(0, |parts| parts.iter().sum());
        Consumption {
            months: Months::of(&bars, quota),
            quota: quota.map(|n| self.words.t1("usage-quota", "n", n)).unwrap_or_default(),
            ticks: ticks(&labels),
            sentence: self.words.t2("usage-sentence", ("n", self.whole(all)), ("now", self.whole(used))),
            now: self.forecast(used),
            rows: year.iter().zip(&bars).rev().map(row).collect(),
        }
    }

    /// What was sent this month, and what it comes to at this pace, once a day or two say something.
    fn forecast(&self, used: i64) -> String {
        let (from, until) = (months_from(self.now, 0), months_from(self.now, 1));
        let used_words = self.whole(used);
        match pace(used, self.now.0 - from.0, until.0 - from.0) {
            Some(all) => {
                let (digits, unit) = number::compact(self.words.locale, all);
                let about = if unit.is_empty() { digits } else { format!("{digits}\u{a0}{unit}") };
                self.words.t2("usage-forecast", ("used", used_words), ("about", about))
            }
            None => self.words.t1("usage-so-far", "used", used_words),
        }
    }
}

/// What `used` in `elapsed` comes to in the whole of `length`; none before three days, which say too little.
fn pace(used: i64, elapsed: i64, length: i64) -> Option<i64> {
    let enough = elapsed >= 3 * DAY_US && elapsed < length && used > 0;
    enough.then(|| (used as f64 * length as f64 / elapsed as f64).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forecast_is_the_pace_so_far_once_there_is_one() {
        let month = 30 * DAY_US;
        let table = [
            (100, 2 * DAY_US, None),
            (100, 3 * DAY_US, Some(1_000)),
            (981_000, 21 * DAY_US, Some(1_401_429)),
            (0, 21 * DAY_US, None),
            (5, month, None),
        ];
        for (used, elapsed, wanted) in table {
            assert_eq!(pace(used, elapsed, month), wanted, "{used} in {elapsed}");
        }
    }
}
