//! Figures as people read them: Overview, and Usage with what figures are made of.
//!
//! Guarantee: a number leads to the rows that it counts, or to figures that say what it is made of.

pub(crate) mod cause;
mod chart;
mod download;
mod hygiene;
mod overview;
#[cfg(test)]
mod story;
mod usage;

use std::collections::BTreeMap;

use ::console::draw::{Column, Frank};
use ::console::format::{number, time};
use ::console::screen::overview::{Need, Range, Tile};
use ::console::words::{Word, Words};
use mail::At;
use mail::date::rfc3339;
use store::{Store, StoreError};

use super::HOUR_US;
use super::advice::{Advice, Place, Rows, advise};
use super::figures::Figures;
use super::period::{Period, Step};
use super::read::{Sums, sums};
use super::select::Selection;
use super::span::Span;
use crate::console::screen::{Member, Screen, Section};
use crate::console::shell::{escaped, home};
use crate::feature::access::Workspace;
use crate::feature::sending::console::Narrowed;
use crate::feature::sending::read::Status;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/", overview::overview).at(
            Section::First,
            "layout-dashboard",
            Word("overview"),
        ),
        Screen::page("/w/{workspace}/live/overview", overview::follow),
        Screen::page("/w/{workspace}/usage", usage::usage).at(Section::Workspace, "gauge", Word("usage")),
        Screen::page("/w/{workspace}/usage.csv", download::figures),
        Screen::page("/w/{workspace}/consumption.csv", download::consumption),
        Screen::form("/w/{workspace}/usage/suppress-invalid", hygiene::suppress_invalid),
    ]
}

/// Which of a workspace's mail figures are of.
#[derive(Clone, Copy)]
enum Part<'v> {
    All,
    /// A stream's, by its name.
    Stream(&'v str),
    /// What has a tag, `name:value`.
    Tag(&'v str),
    /// Mail for which Activity has no filter.
    Unlisted,
}

impl Part<'_> {
    /// The filter of Activity that finds just that.
    fn narrowed(self) -> Option<Narrowed> {
        let all = Narrowed::default();
        match self {
            Part::All => Some(all),
            Part::Stream(name) => Some(Narrowed { stream: name.to_owned(), ..all }),
            Part::Tag(tag) => Some(Narrowed { tag: tag.to_owned(), ..all }),
            Part::Unlisted => None,
        }
    }
}

/// How figures are written.
struct View<'v> {
    words: Words,
    zone: &'v time::Zone,
    now: At,
    span: Span,
    workspace: &'v Workspace,
    part: Part<'v>,
}

impl<'v> View<'v> {
    fn of<P>(who: &'v Member<P>, now: At, span: Span) -> View<'v> {
        View { words: who.page.words, zone: &who.zone, now, span, workspace: &who.workspace, part: Part::All }
    }

    fn period(&self) -> Period {
        self.span.period(self.now, self.zone.whole_hours(self.now) * HOUR_US)
    }

    fn range(&self, period: &Period) -> String {
        let day = |at| time::date(self.words.locale, self.zone, at);
        format!("{} – {}", day(period.from), day(At(period.until.0 - 1)))
    }

    fn ranges(&self, href: impl Fn(Span) -> String) -> Vec<Range> {
        let choice = |one: Span| Range { href: href(one), label: one.facts().1, here: one == self.span };
        Span::ALL.into_iter().map(choice).collect()
    }

    fn whole(&self, n: i64) -> String {
        number::whole(self.words.locale, n)
    }

    fn percent(&self, share: Option<f64>, digits: usize) -> String {
        let Some(share) = share else { return "–".to_owned() };
        let (digits, sign) = number::percent(self.words.locale, share, digits);
        digits + &sign
    }

    /// The mail of the time that stands so; all of it when nothing is said.
    fn mail(&self, status: &str) -> Option<String> {
        let range = self.span.facts().0.to_owned();
        let narrowed = Narrowed { status: status.to_owned(), range, ..self.part.narrowed()? };
        Some(narrowed.href(self.workspace))
    }

    /// The mail of a step that stands so.
    fn mail_between(&self, status: &str, from: At, until: At) -> Option<String> {
        let (from, to) = (rfc3339(from), rfc3339(until));
        let narrowed = Narrowed { status: status.to_owned(), from, to, ..self.part.narrowed()? };
        Some(narrowed.href(self.workspace))
    }

    /// Figures of the time, by something.
    fn figures_by(&self, by: &str) -> String {
        format!("{}usage?range={}&by={by}", home(self.workspace), self.span.facts().0)
    }

    fn figures_of(&self, by: &str, of: &str) -> String {
        format!("{}&of={}", self.figures_by(by), escaped(of))
    }

    fn need(&self, advice: &Advice) -> Option<Need> {
        let (title, text) = advice_words(advice.code)?;
        let (share, of) = (self.percent(Some(advice.share), 1), self.whole(advice.of));
        Some(Need {
            bad: advice.severity == "bad",
            title: self.words.word(title),
            text: self.words.word(text),
            measure: self.words.t2("overview-need-measure", ("share", share), ("of", of)),
            href: match advice.of_rows {
                Rows::Emails(status) => self.mail(status),
                Rows::Figures(group) => Some(self.figures_by(group)),
            },
            act: None,
        })
    }

    fn tiles(&self, total: &Figures, series: &[(At, Figures)]) -> [Tile; 6] {
        let words = self.words;
        let frank = |up: fn(&Figures) -> i64, down: fn(&Figures) -> i64| {
            let columns: Vec<_> =
                series.iter().map(|(_, of)| Column { up: up(of), down: down(of) }).collect();
            Frank::small(&columns)
        };
        let share = |label, share: Option<f64>, digits, note, frank| {
            let (digits, unit) = match share {
                Some(share) => number::percent(words.locale, share, digits),
                None => ("–".to_owned(), String::new()),
            };
            Tile { label, href: None, digits, unit, note, frank }
        };
        let count = |label, n: i64, note, frank| {
            let (digits, unit) = number::compact(words.locale, n);
            Tile { label, href: None, digits, unit: unit.to_owned(), note, frank }
        };
        let messages = |n: i64| words.t1("messages", "n", n);
        let machines = words.t1("overview-machines", "share", self.percent(total.rates.opened_machine, 1));
        let put_off = words.t1("overview-put-off", "n", total.deferred);
        [
            count(
                Word("overview-sent"),
                total.accepted,
                words.t1("overview-recipients", "n", total.accepted),
                frank(|of| of.accepted, |_| 0),
            ),
            share(
                Word("overview-delivered"),
                total.rates.delivered,
                2,
                messages(total.delivered),
                frank(|of| of.delivered, |_| 0),
            ),
            share(
                Word("overview-opened"),
                total.rates.opened_person,
                1,
                machines,
                frank(|of| of.opened.person.deliveries, |_| 0),
            ),
            share(
                Word("overview-clicked"),
                total.rates.clicked_person,
                2,
                messages(total.clicked.person.deliveries),
                frank(|of| of.clicked.person.deliveries, |_| 0),
            ),
            share(Word("overview-bounced"), total.rates.bounced, 2, put_off, frank(|_| 0, |of| of.bounced)),
            count(
                Word("overview-not-sent"),
                total.not_sent,
                messages(total.not_sent),
                frank(|_| 0, |of| of.not_sent),
            ),
        ]
    }

    /// Tiles lead to the mail that they count, where a filter of Activity finds just that; else to what they are made of, on the
    /// page at `usage`.
    fn linked(&self, tiles: [Tile; 6], usage: &str) -> Vec<Tile> {
        let hrefs = [
            self.mail(""),
            self.mail(Status::Delivered.as_str()),
            Some(format!("{usage}#groups")),
            Some(format!("{usage}#groups")),
            self.mail(Status::Bounced.as_str()),
            Some(format!("{usage}#not-sent")),
        ];
        tiles.into_iter().zip(hrefs).map(|(tile, href)| Tile { href, ..tile }).collect()
    }
}

/// The figures of the whole time.
fn total(found: &[Sums]) -> Figures {
    let mut all = BTreeMap::new();
    for (metric, n) in found.iter().flat_map(|sums| &sums.of) {
        *all.entry(metric.clone()).or_default() += n;
    }
    Figures::of(&all)
}

/// What a provider is called by people; the table's own name, with a capital, where it has no other.
fn provider_name(name: &str) -> String {
    let known = match name {
        "google" => "Gmail",
        "microsoft" => "Outlook, Hotmail",
        "apple" => "iCloud",
        "aol" | "bt" | "gmx" | "qq" | "sfr" | "uol" | "wp" => return name.to_uppercase(),
        "netease" => "NetEase",
        "mailru" => "Mail.ru",
        "yahoo-japan" => "Yahoo! Japan",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The codes of what is bad about the last thirty days of a workspace, as Overview has them.
///
/// # Errors
/// As [`store::Store::read`].
pub async fn bad(store: &Store, workspace: i64, now: At) -> Result<Vec<&'static str>, StoreError> {
    let period = Period { step: Step::Total, ..Span::Month.period(now, 0) };
    let (found, _) = sums(store, workspace, (&period, &Selection::everything()), (None, 1)).await?;
    let advice = advise(&total(&found), &Place { period: &period, stream: None });
    Ok(advice.into_iter().map(|advice| advice.code).collect())
}

/// The words of a piece of advice, by its code.
pub fn advice_words(code: &str) -> Option<(Word, Word)> {
    Some(match code {
        "invalid_addresses" => (Word("advice-invalid-addresses"), Word("advice-invalid-addresses-text")),
        "authentication_failing" => {
            (Word("advice-authentication-failing"), Word("advice-authentication-failing-text"))
        }
        "refused_as_spam" => (Word("advice-refused-as-spam"), Word("advice-refused-as-spam-text")),
        "sender_blocked" => (Word("advice-sender-blocked"), Word("advice-sender-blocked-text")),
        "refused_by_policy" => (Word("advice-refused-by-policy"), Word("advice-refused-by-policy-text")),
        "deferred_by_rate" => (Word("advice-deferred-by-rate"), Word("advice-deferred-by-rate-text")),
        "opened_by_machines" => (Word("advice-opened-by-machines"), Word("advice-opened-by-machines-text")),
        "many_unsubscribe" => (Word("advice-many-unsubscribe"), Word("advice-many-unsubscribe-text")),
        "mailing_the_suppressed" => {
            (Word("advice-mailing-the-suppressed"), Word("advice-mailing-the-suppressed-text"))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_of_advice_has_words() {
        for code in super::super::advice::codes() {
            assert!(advice_words(code).is_some(), "{code}");
        }
    }
}
