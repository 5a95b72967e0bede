//! Overview: the statistics of a time, what they advise, consumption, and the mail that was sent last.

use std::sync::Arc;
use std::time::Duration;

use ::console::format::{number, time};
use ::console::screen::live::OfOverview;
use ::console::screen::overview::{
    Body, Need, Overview, Provider, Recent, Status as Shown, Step as Todo, Tile,
};
use ::console::words::{Word, Words};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mail::At;
use mail::date::rfc3339;
use serde::Deserialize;
use store::StoreError;

use super::chart::{series, steps};
use super::{Part, View, provider_name, total};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::live::{self, Following};
use crate::console::refusal::Refused;
use crate::console::screen::{Member, show};
use crate::console::shell::home;
use crate::feature::access::Workspace;
use crate::feature::domain::admin::{ListedDomain, broken};
use crate::feature::domain::console::path as domain_page;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::SeeFigures;
use crate::feature::quota;
use crate::feature::sending::api::listed::{EmailFilter, among};
use crate::feature::sending::console::recipients;
use crate::feature::sending::list::{Filter, Listed, email_list};
use crate::feature::sending::read::Status;
use crate::feature::setup::console as setup;
use crate::feature::stats::advice::{Place, advise};
use crate::feature::stats::fact::OTHERS;
use crate::feature::stats::figures::{Figures, share};
use crate::feature::stats::months;
use crate::feature::stats::period::{Period, Step};
use crate::feature::stats::read::{Sums, sums};
use crate::feature::stats::select::{By, Selection};
use crate::feature::stats::span::Span;
use crate::feature::webhook::console::switched_off;
use crate::http::page::{From, Page};
use crate::id::Noun;

/// How long after an event the figures are read again. Reason: statistics follow the log by one to two seconds.
const FIGURES_AFTER: Duration = Duration::from_secs(3);
/// Messages that Overview shows.
const RECENT: i64 = 12;
/// Providers that Overview shows.
const PROVIDERS_MAX: usize = 8;
/// Providers that are read for it: all of the table.
const PROVIDERS_READ_MAX: usize = 100;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) range: String,
}

pub(super) async fn overview(
    who: Member<SeeFigures>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let span = Span::parse(&asked.range).unwrap_or(Span::Month);
    let view = View::of(&who, app.now(), span);
    let workspace = who.workspace.id;
    let page = Page { limit: RECENT, from: From::Start };
    let none = Filter::default();
    let recent = email_list(&app.store, view.now, workspace, &none, page);
    let recent = app.list_turns.within(workspace, recent).await?;
    let body = match recent.emails.as_slice() {
        [] => None,
        emails => {
            let mut body = view.body(&app, emails).await?;
            let own = unproven(&app, &who).into_iter().chain(quota_need(&app, &who).await?);
            let own = own.chain(domains_lost(&app, &who).await?).chain(disk_low(&app, &who));
            body.needs.splice(0..0, own.chain(switched_off(&who, &app)));
            Some(body)
        }
    };
    show(&Overview {
        range: view.range(&view.period()),
        zone: who.zone.name().to_owned(),
        ranges: view.ranges(|one| format!("{}?range={}", home(&who.workspace), one.facts().0)),
        usage: view.figures_by(""),
        body,
        steps: todo(&app, &who),
        setup: who.role.may(Permission::ChangeDomains).then(|| setup::path(&who.workspace)),
        curl: curl(&app),
        page: who.page,
    })
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
    Some(Need {
        bad: false,
        title: words.t("overview-unproven"),
        text: words.t("overview-unproven-text"),
        measure: String::new(),
        href: Some(format!("{}?step=domain", setup::path(&who.workspace))),
        act: Some(Word("overview-unproven-act")),
    })
}

/// What is to be done when the month's quota is used, or nearly.
async fn quota_need<P>(app: &App, who: &Member<P>) -> Result<Option<Need>, StoreError> {
    let words = who.page.words;
    let (title, text) = match quota::reached(&app.store, &who.workspace, app.now()).await?.last() {
        None => return Ok(None),
        Some(100) => (words.t("alert-quota-used"), words.t("alert-quota-used-text")),
        Some(_) => (words.t("alert-quota-near"), words.t("alert-quota-near-text")),
    };
    let href = Some(format!("{}usage", home(&who.workspace)));
    Ok(Some(Need { bad: true, title, text, measure: String::new(), href, act: Some(Word("usage")) }))
}

/// Domains that Overview names at most. Reason: whoever has more of them opens the list.
const DOMAINS_MAX: usize = 3;

/// What is to be done about domains whose records do not stand any more.
async fn domains_lost<P>(app: &App, who: &Member<P>) -> Result<Vec<Need>, StoreError> {
    if !who.role.may(Permission::ChangeDomains) {
        return Ok(Vec::new());
    }
    let need = |domain: ListedDomain| Need {
        bad: true,
        title: who.page.words.t("overview-domain-lost"),
        text: domain.name,
        measure: String::new(),
        href: Some(domain_page(&who.workspace, domain.id)),
        act: Some(Word("overview-domain-act")),
    };
    let found = app.list_turns.within(who.workspace.id, broken(&app.store, who.workspace.id)).await?;
    Ok(found.into_iter().take(DOMAINS_MAX).map(need).collect())
}

/// What the installation's operators are to do before mail is refused.
fn disk_low<P>(app: &App, who: &Member<P>) -> Option<Need> {
    let low = app.health.low().filter(|_| who.person.operator)?;
    let words = who.page.words;
    let mb = |bytes: u64| number::whole(words.locale, i64::try_from(bytes >> 20).unwrap_or(i64::MAX));
    Some(Need {
        bad: true,
        title: words.t("overview-disk-low"),
        text: words.t2("overview-disk-low-text", ("free", mb(low.free_bytes)), ("min", mb(low.min_bytes))),
        measure: String::new(),
        href: None,
        act: None,
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

impl View<'_> {
    async fn body(&self, app: &App, emails: &[Listed]) -> Result<Body, Refused> {
        let (period, workspace) = (self.period(), self.workspace.id);
        let (all, steps) = (Selection::everything(), steps(&period));
        let by_provider = Selection::by(By::Provider);
        let at_once = Period { step: Step::Total, ..period };
        // Side by side, as far as the workspace has turns: each looks at up to a million counters.
        let (turns, store) = (&app.list_turns, &app.store);
        let ((found, _), (providers, _), year) = tokio::try_join!(
            turns.within(workspace, sums(store, workspace, (&period, &all), (None, steps.len()))),
            turns.within(
                workspace,
                sums(store, workspace, (&at_once, &by_provider), (None, PROVIDERS_READ_MAX))
            ),
            turns.within(workspace, months::year(app, workspace)),
        )?;
        let (series, total) = (series(&steps, &found), total(&found));
        let needs = advise(&total, &Place { period: &period, stream: None });
        let live = format!("{}live/overview?range={}", home(self.workspace), self.span.facts().0);
        Ok(Body {
            live,
            needs: needs.iter().filter_map(|advice| self.need(advice)).collect(),
            tiles: self.linked(self.tiles(&total, &series), &self.figures_by("")),
            chart: self.chart(&period, &series, &total),
            consumption: self.consumption(app, &year),
            providers: self.providers(&providers),
            recent: emails.iter().map(|email| self.recent(app, email)).collect(),
        })
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
            href: self.figures_of("provider", group),
            sent: self.whole(of.accepted),
            delivered: self.percent(of.rates.delivered, 2),
            deferred: self.percent(share(of.deferred, of.deferred + of.delivered + of.bounced), 2),
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
            id: live::mark(email.id),
            href: format!("{}activity/{}", home(self.workspace), Noun::Message.show(email.id)),
        }
    }
}

/// Tells the page what happens: its figures, a few seconds after, and its mail.
pub(super) async fn follow(
    who: Member<SeeFigures>,
    following: Following,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let news = News {
        workspace: who.workspace.clone(),
        words: who.page.words,
        zone: who.zone.clone(),
        span: Span::parse(&asked.range).unwrap_or(Span::Month),
        figures: None,
    };
    live::follow(&who, following, news).await
}

struct News {
    workspace: Workspace,
    words: Words,
    zone: time::Zone,
    span: Span,
    /// When the figures are to be looked at: not before they can have changed.
    figures: Option<At>,
}

impl News {
    async fn tiles(&mut self, app: &App, view: &View<'_>) -> Result<Vec<Tile>, Refused> {
        let (period, workspace) = (view.period(), view.workspace.id);
        let steps = steps(&period);
        let _turn = app.list_turns.take(workspace).await;
        let (found, _) =
            sums(&app.store, workspace, (&period, &Selection::everything()), (None, steps.len())).await?;
        let tiles = view.tiles(&total(&found), &series(&steps, &found));
        Ok(view.linked(tiles, &view.figures_by("")))
    }
}

impl live::Frames for News {
    async fn frame(&mut self, app: &App, mails: live::Mails) -> Result<Option<String>, Refused> {
        let now = app.now();
        if !mails.shown.is_empty() {
            self.figures.get_or_insert(now.after(FIGURES_AFTER));
        }
        let due = self.figures.is_some_and(|at| at <= now);
        if mails.shown.is_empty() && !due {
            return Ok(None);
        }
        let (workspace, zone) = (self.workspace.clone(), self.zone.clone());
        let view = View {
            words: self.words,
            zone: &zone,
            now,
            span: self.span,
            workspace: &workspace,
            part: Part::All,
        };
        let tiles = if due {
            self.figures = None;
            self.tiles(app, &view).await?
        } else {
            Vec::new()
        };
        let emails = among(app, workspace.id, EmailFilter::default(), &mails.shown).await?;
        let rows = emails.iter().map(|email| view.recent(app, email)).collect();
        let note = mails.note(self.words);
        Ok(Some(OfOverview { words: self.words, tiles, rows, note }.render()?))
    }
}
