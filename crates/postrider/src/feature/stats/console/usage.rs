//! Usage: figures of a time, by stream, template, provider, tag, domain or key; why mail did not arrive; consumption by month.
//!
//! Guarantee: a question is bounded as the API's are; where the time is too long for one by what tenants choose, the newest part of it
//! is shown, and the page says so.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ::console::format::time;
use ::console::screen::overview::Range;
use ::console::screen::usage::{Cause, Causes, Hygiene, KeyMonth, Row, Table, Usage};
use ::console::words::Word;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::StoreError;

use super::cause::{of_end, of_reason, only_status};
use super::chart::{series, steps};
use super::{Part, View, provider_name, total};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::refusal::Refused;
use crate::console::screen::{Member, show};
use crate::console::shell::home;
use crate::directory::Snapshot;
use crate::feature::access::keys::key_list;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::SeeFigures;
use crate::feature::sending::read::Status;
use crate::feature::stats::advice::{Place, advise};
use crate::feature::stats::fact::OTHERS;
use crate::feature::stats::figures::{Figures, share};
use crate::feature::stats::period::{Period, Step, months_from};
use crate::feature::stats::read::{counted_until, sums};
use crate::feature::stats::select::{self, By, Selection};
use crate::feature::stats::span::Span;
use crate::feature::stats::{consumption, months};
use crate::feature::template::admin::template_list;
use crate::http::error::Mistakes;
use crate::http::page::{From, LIMIT_MAX, Page};
use crate::id::Noun;

/// Groups that are read, and shown: those with the most mail.
pub(super) const GROUPS_READ_MAX: usize = 2_000;
const GROUPS_MAX: usize = 50;
/// Months of which keys are told apart on the page; a year of them is in the file.
const KEY_MONTHS: i64 = 2;

/// What mail can be grouped by here, in the order of the choice.
const GROUPS: [(By, Word); 6] = [
    (By::Stream, Word("usage-by-stream")),
    (By::Template, Word("usage-by-template")),
    (By::Provider, Word("usage-by-provider")),
    (By::Tag, Word("usage-by-tag")),
    (By::Domain, Word("usage-by-domain")),
    (By::Key, Word("usage-by-key")),
];

/// What a code is called.
type Named = fn(&str) -> Option<Word>;

/// What is asked for, as the address says it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) range: String,
    by: String,
    of: String,
    told: String,
    after: String,
}

impl Asked {
    pub(super) fn span(&self) -> Span {
        Span::parse(&self.range).unwrap_or(Span::Month)
    }

    fn by(&self) -> Option<(By, Word)> {
        GROUPS.into_iter().find(|(by, _)| by.as_str() == self.by)
    }
}

/// What the address asks for; none when its group is none that can be asked for.
pub(super) fn selected(app: &App, workspace: i64, asked: &Asked) -> Option<Selection> {
    let (by, _) = asked.by()?;
    let narrowed = (!asked.of.is_empty()).then_some(&*asked.of);
    let group = narrowed.is_none().then_some(by.as_str());
    let mut mistakes = Mistakes::default();
    let asked = select::Asked { group, filters: vec![(by, narrowed)] };
    let selection = asked.read(&app.directory.snapshot(), workspace, &mut mistakes);
    mistakes.0.is_empty().then_some(selection)
}

/// Of which mail the figures are.
fn part<'p>(snapshot: &'p Snapshot, workspace: i64, (asked, selection): (&'p Asked, &Selection)) -> Part<'p> {
    match selection.filters.as_slice() {
        [] => Part::All,
        [(By::Tag, _)] if asked.of != OTHERS => Part::Tag(&asked.of),
        [(By::Stream, _)] => {
            let id = Noun::Stream.read(&asked.of);
            let stream = id.and_then(|id| snapshot.stream_by_id(workspace, id));
            stream.map_or(Part::Unlisted, |stream| Part::Stream(&stream.name))
        }
        _ => Part::Unlisted,
    }
}

pub(super) async fn usage(
    who: Member<SeeFigures>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let view = View::of(&who, app.now(), asked.span());
    let (workspace, period, snapshot) = (who.workspace.id, view.period(), app.directory.snapshot());
    let selection = selected(&app, workspace, &asked).unwrap_or_else(Selection::everything);
    let view = View { part: part(&snapshot, workspace, (&asked, &selection)), ..view };
    let steps = steps(&period);
    // Counters of a group lack what has none: a message without tags.
    let whole = match selection.filters.as_slice() {
        [] => Selection::everything(),
        _ => Selection { group: None, ..selection.clone() },
    };
    let turns = &app.list_turns;
    let names = turns.within(workspace, Names::read(&app, workspace)).await?;
    // Side by side, as far as the workspace has turns: each looks at up to a million counters.
    let ((found, _), table, year, keys) = tokio::try_join!(
        turns.within(workspace, sums(&app.store, workspace, (&period, &whole), (None, steps.len()))),
        turns.within(workspace, view.table(&app, &names, &selection, &asked)),
        turns.within(workspace, months::year(&app, workspace)),
        turns.within(workspace, view.keys(&app, &names)),
    )?;
    let (series, total) = (series(&steps, &found), total(&found));
    let advice = advise(&total, &Place { period: &period, stream: None });
    let may_suppress = who.role.may(Permission::ChangeSuppressions);
    let goes_on = !asked.after.is_empty();
    let advised = goes_on || advice.iter().any(|one| one.code == "invalid_addresses");
    let hygiene = Hygiene { range: view.span.facts().0.to_owned(), after: asked.after.clone() };
    let shown = asked.by().filter(|_| !selection.filters.is_empty());
    let kept = app.settings.retention.events_days;
    let words = view.words;
    show(&Usage {
        range: view.range(&period),
        zone: who.zone.name().to_owned(),
        counted: time::moment(words.locale, &who.zone, counted_until(&app.store, view.now).await?),
        ranges: view.ranges(|span| View { span, ..view }.figures_of(&asked.by, &asked.of)),
        groups: view.groups(&asked),
        narrowed: shown.map(|(by, _)| (names.of(&view, by, &asked.of), view.figures_by(&asked.by))),
        notice: asked.told.parse::<i64>().ok().map(|n| words.t1("usage-suppressed", "n", n)),
        advice: advice.iter().filter_map(|one| view.need(one)).collect(),
        hygiene: (may_suppress && advised).then_some(hygiene),
        tiles: view.linked(view.tiles(&total, &series), &view.figures_of(&asked.by, &asked.of)),
        chart: view.chart(&period, &series, &total),
        table,
        causes: view.causes(&total),
        consumption: view.consumption(&app, &year),
        keys,
        csv: view.figures_of(&asked.by, &asked.of).replacen("usage?", "usage.csv?", 1),
        csv_months: format!("{}consumption.csv", home(&who.workspace)),
        kept: words.t1("usage-kept", "n", i64::from(kept)),
        path: format!("{}usage", home(&who.workspace)),
        page: who.page,
    })
}

/// What groups are called: templates and keys by name, where there is one.
struct Names {
    snapshot: Arc<Snapshot>,
    workspace: i64,
    known: HashMap<String, String>,
}

impl Names {
    async fn read(app: &App, workspace: i64) -> Result<Names, StoreError> {
        let page = Page { limit: LIMIT_MAX, from: From::Start };
        let templates = template_list(&app.store, workspace, page).await?;
        let templates = templates.into_iter().map(|one| (Noun::Template.show(one.id), one.name));
        let keys = key_list(&app.store, workspace, page).await?;
        let keys = keys.into_iter().map(|one| (Noun::Key.show(one.id), one.name));
        let known = templates.chain(keys).collect();
        Ok(Names { snapshot: app.directory.snapshot(), workspace, known })
    }

    fn of(&self, view: &View<'_>, by: By, shown: &str) -> String {
        if shown == OTHERS {
            return view.words.t("overview-provider-others");
        }
        match by {
            By::Provider => provider_name(shown),
            By::Key if shown == "-" => view.words.t("usage-no-key"),
            By::Stream => {
                let id = Noun::Stream.read(shown);
                let known = id.and_then(|id| self.snapshot.stream_by_id(self.workspace, id));
                known.map_or_else(|| shown.to_owned(), |stream| stream.name.to_string())
            }
            _ => self.known.get(shown).cloned().unwrap_or_else(|| shown.to_owned()),
        }
    }
}

impl View<'_> {
    fn groups(&self, asked: &Asked) -> Vec<Range> {
        let none =
            Range { href: self.figures_by(""), label: Word("usage-by-none"), here: asked.by().is_none() };
        let choice = |(by, label): (By, Word)| Range {
            href: self.figures_by(by.as_str()),
            label,
            here: asked.by == by.as_str(),
        };
        std::iter::once(none).chain(GROUPS.map(choice)).collect()
    }

    async fn table(
        &self,
        app: &App,
        names: &Names,
        selection: &Selection,
        asked: &Asked,
    ) -> Result<Option<Table>, StoreError> {
        let (Some((by, label)), Some(_)) = (asked.by(), selection.group) else { return Ok(None) };
        let period = self.period();
        let at_once = Period { step: Step::Total, from: period.from_by(selection), ..period };
        let (found, more) =
            sums(&app.store, self.workspace.id, (&at_once, selection), (None, GROUPS_READ_MAX)).await?;
        let mut all: Vec<_> = found.iter().map(|sums| (&*sums.group, Figures::of(&sums.of))).collect();
        all.sort_by_key(|(group, of)| (*group == OTHERS, -of.accepted));
        let left = all.len().saturating_sub(GROUPS_MAX);
        all.truncate(GROUPS_MAX);
        let mut notes = Vec::new();
        if at_once.from > period.from {
            let from = time::date(self.words.locale, self.zone, at_once.from);
            notes.push(self.words.t1("usage-shortened", "from", from));
        }
        if more {
            notes.push(self.words.t1("usage-cut", "n", GROUPS_READ_MAX));
        } else if left > 0 {
            notes.push(self.words.t1("usage-left", "n", left));
        }
        let row = |(group, of): (&str, Figures)| self.group(names, (by, &by.show(group)), &of);
        Ok(Some(Table { label, rows: all.into_iter().map(row).collect(), note: notes.join(" ") }))
    }

    fn group(&self, names: &Names, (by, shown): (By, &str), of: &Figures) -> Row {
        let (people, machines) = (of.rates.opened_person, of.rates.opened_machine);
        let both = people.zip(machines).map(|(people, machines)| people.max(machines));
        Row {
            name: names.of(self, by, shown),
            href: self.figures_of(by.as_str(), shown),
            sent: self.whole(of.accepted),
            delivered: self.percent(of.rates.delivered, 2),
            bounced: self.percent(of.rates.bounced, 2),
            opened: self.percent(people, 1),
            opened_all: self.percent(both, 1),
            clicked: self.percent(of.rates.clicked_person, 2),
            unsubscribed: self.percent(of.rates.unsubscribed, 2),
        }
    }

    fn causes(&self, total: &Figures) -> Vec<Causes> {
        // What was put off then stands otherwise by now.
        let (bounced, failed) = (self.mail(Status::Bounced.as_str()), self.mail(Status::Failed.as_str()));
        let not_sent = only_status(&total.not_sent_by_reason).and_then(|status| self.mail(status.as_str()));
        let all = [
            ("bounced", Word("usage-why-bounced"), &total.bounced_by_class, bounced, of_end as Named),
            ("deferred", Word("usage-why-deferred"), &total.deferred_by_class, None, of_end),
            ("failed", Word("usage-why-failed"), &total.failed_by_reason, failed, of_end),
            ("not-sent", Word("usage-why-not-sent"), &total.not_sent_by_reason, not_sent, of_reason),
        ];
        let shown = all.into_iter().filter(|(_, _, parts, _, _)| parts.values().any(|n| *n > 0));
        shown.map(|(id, title, parts, href, named)| self.causes_of((id, title), parts, href, named)).collect()
    }

    fn causes_of(
        &self,
        (id, title): (&'static str, Word),
        parts: &BTreeMap<String, i64>,
        href: Option<String>,
        named: Named,
    ) -> Causes {
        let all: i64 = parts.values().sum();
        let mut parts: Vec<_> = parts.iter().filter(|(_, n)| **n > 0).collect();
        parts.sort_by_key(|(_, n)| -**n);
        let row = |(code, n): (&String, &i64)| Cause {
            label: named(code).map_or_else(|| code.clone(), |word| self.words.word(word)),
            code: code.clone(),
            n: self.whole(*n),
            share: self.percent(share(*n, all), 1),
            width: n * 100 / all.max(1),
        };
        Causes { id, title, total: self.whole(all), href, rows: parts.into_iter().map(row).collect() }
    }

    async fn keys(&self, app: &App, names: &Names) -> Result<Vec<KeyMonth>, StoreError> {
        let (from, until) = (months_from(self.now, 1 - KEY_MONTHS), months_from(self.now, 1));
        let period = Period { from, until, step: Step::Month, zone_us: 0 };
        let mut rows = Vec::new();
        for month in consumption::months(app, self.workspace.id, period).await?.into_iter().rev() {
            let row = |key: consumption::ConsumptionKey| KeyMonth {
                month: month.month.clone(),
                key: names.of(self, By::Key, &key.key),
                sent: self.whole(key.accepted),
                delivered: self.whole(key.delivered),
            };
            rows.extend(month.keys.into_iter().take(GROUPS_MAX).map(row));
        }
        Ok(rows)
    }
}
