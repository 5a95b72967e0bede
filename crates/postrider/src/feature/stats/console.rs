//! Overview: the statistics of a time, what they advise, and the mail that was sent last.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::console::draw::{Column, Frank};
use ::console::format::{number, time};
use ::console::screen::overview::{
    Body, Chart, ChartRow, Need, Overview, Provider, Range, Recent, Status as Shown, Step as Todo, Tile,
};
use ::console::words::{Word, Words};
use axum::extract::{Query, State};
use axum::response::Response;
use mail::At;
use mail::date::rfc3339;
use serde::Deserialize;

use super::advice::{Advice, Place, advise};
use super::fact::OTHERS;
use super::figures::Figures;
use super::period::{Period, Step};
use super::read::{Sums, sums};
use super::select::{By, Selection};
use super::span::{DAY_US, Span};
use super::{Dimension, HOUR_US};
use crate::app::App;
use crate::console::refusal::Refused;
use crate::console::screen::{Member, Screen, Section, show};
use crate::console::shell::home;
use crate::feature::access::Workspace;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::SeeFigures;
use crate::feature::sending::console::{Narrowed, recipients};
use crate::feature::sending::list::{Filter, Listed, email_list};
use crate::feature::sending::read::Status;
use crate::feature::setup::console as setup;
use crate::feature::webhook::console::switched_off;
use crate::http::page::{From, Page};
use crate::id::Noun;

/// Messages that Overview shows.
const RECENT: i64 = 12;
/// Providers that Overview shows.
const PROVIDERS_MAX: usize = 8;
/// Providers that are read for it: all of the table.
const PROVIDERS_READ_MAX: usize = 100;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![Screen::page("/w/{workspace}/", overview).at(Section::First, "layout-dashboard", Word("overview"))]
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    range: String,
}

async fn overview(
    who: Member<SeeFigures>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let (now, span, workspace) =
        (app.now(), Span::parse(&asked.range).unwrap_or(Span::Month), who.workspace.id);
    let period = span.period(now, who.zone.whole_hours(now) * HOUR_US);
    let _turn = app.list_turns.take(workspace).await;
    let page = Page { limit: RECENT, from: From::Start };
    let recent = email_list(&app.store, now, workspace, &Filter::default(), page).await?;
    let words = who.page.words;
    let body = if recent.emails.is_empty() {
        None
    } else {
        let all = Selection { dimension: Dimension::All, group: None, filters: Vec::new() };
        let steps = steps(&period);
        let (found, _) = sums(&app.store, workspace, (&period, &all), (None, steps.len())).await?;
        let by_provider =
            Selection { dimension: Dimension::Provider, group: Some(By::Provider), filters: Vec::new() };
        let at_once = Period { step: Step::Total, ..period };
        let (providers, _) =
            sums(&app.store, workspace, (&at_once, &by_provider), (None, PROVIDERS_READ_MAX)).await?;
        let figures = (series(&steps, &found), total(&found));
        let view = View { words, zone: &who.zone, now, span, workspace: &who.workspace };
        let recent = recent.emails.iter().map(|email| view.recent(&app, email)).collect();
        let mut body = view.body(&period, &figures, &providers, recent);
        body.needs.splice(0..0, unproven(&app, &who).into_iter().chain(switched_off(&who, &app)));
        Some(body)
    };
    let (from, last) = (period.from, At(period.until.0 - 1));
    let day = |at| time::date(words.locale, &who.zone, at);
    let choice = |one: Span| Range {
        href: format!("{}?range={}", home(&who.workspace), one.facts().0),
        label: one.facts().1,
        here: one == span,
    };
    show(&Overview {
        range: format!("{} – {}", day(from), day(last)),
        zone: who.zone.name().to_owned(),
        ranges: Span::ALL.into_iter().map(choice).collect(),
        body,
        steps: todo(&app, &who),
        setup: who.role.may(Permission::ChangeDomains).then(|| setup::path(&who.workspace)),
        curl: curl(&app),
        page: who.page,
    })
}

/// When each step of a period begins.
fn steps(period: &Period) -> Vec<At> {
    let every = if period.step == Step::Hour { HOUR_US } else { DAY_US };
    let count = (period.until.0 - period.from.0 + every - 1) / every;
    (0..count).map(|n| At(period.from.0 + n * every)).collect()
}

/// The figures of every step, of those without any mail too.
fn series(steps: &[At], found: &[Sums]) -> Vec<(At, Figures)> {
    let none = BTreeMap::new();
    let of = |at: &At| found.iter().find(|sums| sums.at == *at).map_or(&none, |sums| &sums.of);
    steps.iter().map(|at| (*at, Figures::of(of(at)))).collect()
}

/// What is left to do until the first mail.
fn todo<P>(app: &App, who: &Member<P>) -> Vec<Todo> {
    let (snapshot, workspace) = (app.directory.snapshot(), who.workspace.id);
    let path = setup::path(&who.workspace);
    let open = who.role.may(Permission::ChangeDomains);
    let step = |label, done: bool, name: &str| {
        let href = (open && !name.is_empty()).then(|| format!("{path}?step={name}"));
        Todo { label, done, href }
    };
    let proven = snapshot.domains_of(workspace).any(|domain| domain.status.may_send());
    vec![
        step(Word("overview-step-account"), true, ""),
        step(Word("overview-step-domain"), proven, "domain"),
        step(Word("overview-step-key"), snapshot.key_count(workspace) > 0, "key"),
        step(Word("overview-step-message"), false, "message"),
    ]
}

/// What is to be done while none of a workspace's domains is proven.
fn unproven<P>(app: &App, who: &Member<P>) -> Option<Need> {
    let (snapshot, words) = (app.directory.snapshot(), who.page.words);
    let mut domains = snapshot.domains_of(who.workspace.id).peekable();
    domains.peek()?;
    if !who.role.may(Permission::ChangeDomains) || domains.any(|domain| domain.status.may_send()) {
        return None;
    }
    let href = format!("{}?step=domain", setup::path(&who.workspace));
    Some(Need {
        bad: false,
        title: words.t("overview-unproven"),
        text: words.t("overview-unproven-text"),
        measure: String::new(),
        act: Some((href, Word("overview-unproven-act"))),
    })
}

/// A line that sends the first mail.
fn curl(app: &App) -> String {
    let http = app.settings.http.listen;
    format!(
        "curl http://{http}/emails -H 'Authorization: Bearer pr_…' -H 'Content-Type: application/json' \
         -d '{{\"from\":\"you@app.example\",\"to\":\"ann@example.org\",\"subject\":\"Hello\",\"text\":\"It works.\"}}'"
    )
}

/// How figures are written.
struct View<'v> {
    words: Words,
    zone: &'v time::Zone,
    now: At,
    span: Span,
    workspace: &'v Workspace,
}

impl View<'_> {
    fn body(
        &self,
        period: &Period,
        (series, total): &(Vec<(At, Figures)>, Figures),
        providers: &[Sums],
        recent: Vec<Recent>,
    ) -> Body {
        let needs = advise(total, &Place { period, stream: None });
        Body {
            needs: needs.iter().filter_map(|advice| self.need(advice)).collect(),
            tiles: self.linked(self.tiles(total, series)),
            chart: self.chart(period.step, series, total),
            providers: self.providers(providers),
            recent,
        }
    }

    fn whole(&self, n: i64) -> String {
        number::whole(self.words.locale, n)
    }

    fn percent(&self, share: Option<f64>, digits: usize) -> String {
        let Some(share) = share else { return "–".to_owned() };
        let (digits, sign) = number::percent(self.words.locale, share, digits);
        digits + &sign
    }

    fn need(&self, advice: &Advice) -> Option<Need> {
        let (title, text) = advice_words(advice.code)?;
        let (share, of) = (self.percent(Some(advice.share), 1), self.whole(advice.of));
        Some(Need {
            bad: advice.severity == "bad",
            title: self.words.word(title),
            text: self.words.word(text),
            measure: self.words.t2("overview-need-measure", ("share", share), ("of", of)),
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

    /// Tiles lead to the mail that they count, where a filter of Activity finds just that.
    fn linked(&self, tiles: [Tile; 6]) -> Vec<Tile> {
        let of =
            [Some(""), Some(Status::Delivered.as_str()), None, None, Some(Status::Bounced.as_str()), None];
        let href = |status: &str| {
            let range = self.span.facts().0.to_owned();
            Narrowed { status: status.to_owned(), range, ..Narrowed::default() }.href(self.workspace)
        };
        tiles.into_iter().zip(of).map(|(tile, status)| Tile { href: status.map(href), ..tile }).collect()
    }

    fn chart(&self, step: Step, series: &[(At, Figures)], total: &Figures) -> Chart {
        let hourly = step == Step::Hour;
        let label = |at: At| {
            if hourly {
                time::clock(self.zone, at)[..5].to_owned()
            } else {
                time::day(self.words.locale, self.zone, at)
            }
        };
        let columns: Vec<_> =
            series.iter().map(|(_, of)| Column { up: of.accepted, down: of.bounced + of.failed }).collect();
        let most = |side: fn(&Column) -> i64| self.whole(columns.iter().map(side).max().unwrap_or(0));
        let tick = |at: usize| series.get(at).map(|(at, _)| label(*at)).unwrap_or_default();
        let back = self.whole(total.bounced + total.failed);
        Chart {
            frank: Frank::large(&columns),
            most_up: most(|column| column.up),
            most_down: most(|column| column.down),
            ticks: [tick(0), tick(series.len() / 2), tick(series.len().saturating_sub(1))],
            sentence: self.words.t2(
                "overview-chart-sentence",
                ("sent", self.whole(total.accepted)),
                ("back", back),
            ),
            rows: series.iter().rev().map(|(at, of)| self.row(label(*at), of)).collect(),
            hourly,
        }
    }

    fn row(&self, when: String, of: &Figures) -> ChartRow {
        ChartRow {
            when,
            sent: self.whole(of.accepted),
            delivered: self.whole(of.delivered),
            deferred: self.whole(of.deferred),
            bounced: self.whole(of.bounced),
        }
    }

    fn providers(&self, found: &[Sums]) -> Vec<Provider> {
        let mut all: Vec<_> = found.iter().map(|sums| (&*sums.group, Figures::of(&sums.of))).collect();
        // All others come last, however many they are.
        all.sort_by_key(|(group, of)| (*group == OTHERS, -of.accepted));
        let others = all.iter().position(|(group, _)| *group == OTHERS).map(|at| all.remove(at));
        all.truncate(PROVIDERS_MAX);
        all.extend(others);
        let row = |(group, of): (&str, Figures)| Provider {
            name: if group == OTHERS {
                self.words.t("overview-provider-others")
            } else {
                provider_name(group)
            },
            sent: self.whole(of.accepted),
            delivered: self.percent(of.rates.delivered, 2),
            bounced: self.percent(of.rates.bounced, 2),
            opened: self.percent(of.rates.opened_person, 1),
        };
        all.into_iter().map(row).collect()
    }

    fn recent(&self, app: &App, email: &Listed) -> Recent {
        let snapshot = app.directory.snapshot();
        let stream = snapshot.stream_by_id(self.workspace.id, email.stream);
        let status = Status::overall(email.people.standing.iter().copied());
        Recent {
            at: time::ago(self.words, self.zone, self.now, email.created),
            datetime: rfc3339(email.created),
            status: Shown::of(status.as_str()),
            recipient: recipients(self.words, &email.people),
            subject: email.subject.clone(),
            stream: stream.map(|stream| stream.name.to_string()).unwrap_or_default(),
            href: format!("{}activity/{}", home(self.workspace), Noun::Message.show(email.id)),
        }
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

/// The words of a piece of advice, by its code.
fn advice_words(code: &str) -> Option<(Word, Word)> {
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
