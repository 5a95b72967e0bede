//! The list of mail, with what it is narrowed to in its address.

use std::sync::Arc;

use ::console::format::time::{self, Zone};
use ::console::screen::activity::{Activity, Asked, Between, Choice, None as Nothing, Row};
use ::console::screen::live::OfActivity;
use ::console::screen::overview::Status as Shown;
use ::console::words::{Word, Words};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mail::At;
use mail::date::{self, rfc3339};
use serde::Deserialize;

use crate::app::App;
use crate::console::asked::Query;
use crate::console::live::{self, Following};
use crate::console::refusal::Refused;
use crate::console::screen::{Member, show};
use crate::console::shell::{escaped, home};
use crate::directory::Snapshot;
use crate::feature::access::Workspace;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::SeeFigures;
use crate::feature::sending::api::listed::{EmailFilter, among, find};
use crate::feature::sending::list::{Found, Listed, People};
use crate::feature::sending::read::Status;
use crate::feature::stats::HOUR_US;
use crate::feature::stats::span::Span;
use crate::http::page::{From, Page};
use crate::id::Noun;

/// Messages of a page.
const ROWS: &str = "50";

/// What the list is narrowed to, as its address says it; empty is not narrowed.
#[derive(Deserialize, Clone, Default)]
#[serde(default)]
pub struct Narrowed {
    /// As the API's.
    pub q: String,
    pub status: String,
    pub stream: String,
    /// `name:value`.
    pub tag: String,
    /// A name of [`Span`].
    pub range: String,
    /// RFC 3339: mail accepted from here on, and before that.
    pub from: String,
    pub to: String,
    /// Where the page begins.
    pub after: String,
    pub before: String,
}

impl Narrowed {
    fn fields(&self) -> [(&'static str, &str); 9] {
        let Narrowed { q, status, stream, tag, range, from, to, after, before } = self;
        [
            ("q", q),
            ("status", status),
            ("stream", stream),
            ("tag", tag),
            ("range", range),
            ("from", from),
            ("to", to),
            ("after", after),
            ("before", before),
        ]
    }

    /// The address of the list.
    #[must_use]
    pub fn href(&self, workspace: &Workspace) -> String {
        self.under(workspace, "activity")
    }

    /// The address of what is narrowed alike.
    fn under(&self, workspace: &Workspace, path: &str) -> String {
        let given = self.fields().into_iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<_> = given.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let sign = if pairs.is_empty() { "" } else { "?" };
        format!("{}{path}{sign}{}", home(workspace), pairs.join("&"))
    }

    /// What tells the first page of news. What only the index knows, it does not know within the second.
    fn live(&self, workspace: &Workspace) -> Option<String> {
        let first = self.after.is_empty() && self.before.is_empty();
        (first && self.q.trim().is_empty()).then(|| self.under(workspace, "live/activity"))
    }

    /// Its first page.
    #[must_use]
    pub(super) fn first(&self) -> Narrowed {
        self.at(String::new(), String::new())
    }

    /// As a form's fields, those that say something.
    pub(super) fn into_fields(self) -> Vec<(&'static str, String)> {
        let given = self.fields().into_iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, value)| (name, value.to_owned())).collect()
    }

    fn at(&self, after: String, before: String) -> Narrowed {
        Narrowed { after, before, ..self.clone() }
    }

    /// Whether all of the list would be more than this.
    fn is_narrowed(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.is_empty())
    }

    /// What the API would be asked.
    pub(super) fn filter(&self, now: At, zone: &Zone) -> EmailFilter {
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
        let period = Span::parse(&self.range).map(|span| span.period(now, zone.whole_hours(now) * HOUR_US));
        EmailFilter {
            // The space behind the last word, which says that it is whole, matters to nobody who pressed a button.
            q: given(&self.q),
            status: given(&self.status),
            stream: given(&self.stream),
            tag: given(&self.tag),
            since: given(&self.from).or(period.map(|period| rfc3339(period.from))),
            until: given(&self.to),
            limit: Some(ROWS.to_owned()),
            after: given(&self.after),
            before: given(&self.before),
            ..EmailFilter::default()
        }
    }
}

pub(super) async fn list(
    who: Member<SeeFigures>,
    State(app): State<Arc<App>>,
    Query(narrowed): Query<Narrowed>,
) -> Result<Response, Refused> {
    let now = app.now();
    let found = match find(&app, who.workspace.id, narrowed.filter(now, &who.zone)).await {
        Ok((page, found)) => Some(Paged::of(page, found, &narrowed, &who.workspace)),
        Err(error) if !error.errors.is_empty() => None,
        Err(error) => return Err(error.into()),
    };
    let (snapshot, words) = (app.directory.snapshot(), who.page.words);
    let wrong = found.is_none();
    let Paged { emails, newer, older } = found.unwrap_or_default();
    let may_cancel = who.role.may(Permission::SteerQueue);
    let may_send = who.role.may(Permission::SendMail);
    let may = may_cancel || may_send;
    let view = View { words, zone: &who.zone, now, workspace: &who.workspace, may };
    let shown = Activity {
        all: Narrowed::default().href(&who.workspace),
        filter: narrowed.first().into_fields(),
        may_cancel,
        may_send,
        csv: narrowed.first().under(&who.workspace, "activity.csv"),
        zone: who.zone.name().to_owned(),
        asked: view.asked(&snapshot, &narrowed, wrong),
        none: match (narrowed.is_narrowed(), &older) {
            (_, Some(_)) => Nothing::SoFar,
            (true, None) => Nothing::Left,
            (false, None) => Nothing::Yet,
        },
        rows: emails.iter().map(|email| view.row(&snapshot, email)).collect(),
        live: narrowed.live(&who.workspace),
        newer,
        older,
        page: who.page,
    };
    let page = show(&shown)?;
    Ok(if wrong { (StatusCode::UNPROCESSABLE_ENTITY, page).into_response() } else { page })
}

/// Tells the first page what happens to mail that it shows, or would show.
pub(super) async fn follow(
    who: Member<SeeFigures>,
    following: Following,
    Query(narrowed): Query<Narrowed>,
) -> Result<Response, Refused> {
    let may = who.role.may(Permission::SteerQueue) || who.role.may(Permission::SendMail);
    let news = News {
        workspace: who.workspace.clone(),
        words: who.page.words,
        zone: who.zone.clone(),
        may,
        narrowed,
    };
    live::follow(&who, following, news).await
}

struct News {
    workspace: Workspace,
    words: Words,
    zone: Zone,
    may: bool,
    narrowed: Narrowed,
}

impl live::Frames for News {
    async fn frame(&mut self, app: &App, mails: live::Mails) -> Result<Option<String>, Refused> {
        if mails.shown.is_empty() {
            return Ok(None);
        }
        let now = app.now();
        let filter = self.narrowed.filter(now, &self.zone);
        // A filter that cannot be read leaves nothing.
        let Ok(emails) = among(app, self.workspace.id, filter, &mails.shown).await else { return Ok(None) };
        let view =
            View { words: self.words, zone: &self.zone, now, workspace: &self.workspace, may: self.may };
        let snapshot = app.directory.snapshot();
        let rows = emails.iter().map(|email| view.row(&snapshot, email)).collect();
        Ok(Some(OfActivity { words: self.words, rows, note: mails.note(self.words) }.render()?))
    }
}

/// A page's messages, newest first, and the addresses of those beside it.
#[derive(Default)]
struct Paged {
    emails: Vec<Listed>,
    newer: Option<String>,
    older: Option<String>,
}

impl Paged {
    fn of(page: Page, found: Found, narrowed: &Narrowed, workspace: &Workspace) -> Paged {
        let Found { mut emails, next } = found;
        let after = |id: i64| narrowed.at(Noun::Message.show(id), String::new()).href(workspace);
        let before = |id: i64| narrowed.at(String::new(), Noun::Message.show(id)).href(workspace);
        let (newer, older) = match page.from {
            From::Start => (None, next.map(after)),
            // An empty page has the edge from which it was read.
            From::After(edge) => {
                let first = emails.first().map_or(edge.saturating_sub(1), |email| email.id);
                (Some(before(first)), next.map(after))
            }
            From::Before(edge) => {
                emails.reverse();
                let last = emails.last().map_or(edge.saturating_add(1), |email| email.id);
                (next.map(before), Some(after(last)))
            }
        };
        Paged { emails, newer, older }
    }
}

/// The recipients of a message in a line.
#[must_use]
pub fn recipients(words: Words, people: &People) -> String {
    let first = people.first.first().map(|(_, address)| address.clone()).unwrap_or_default();
    match people.count - 1 {
        ..=0 => first,
        more => words.t2("overview-and-more", ("first", first), ("n", more)),
    }
}

/// The words of a status in the choice of them: what is refused here is told apart from what is suppressed.
fn status_word(status: Status) -> Word {
    match status {
        Status::Suppressed => Word("activity-suppressed"),
        Status::Rejected => Word("activity-rejected"),
        other => Shown::of(other.as_str()).word,
    }
}

/// How the list is written.
struct View<'v> {
    words: Words,
    zone: &'v Zone,
    now: At,
    workspace: &'v Workspace,
    /// Whether rows may be chosen: there is something that may be done to them.
    may: bool,
}

impl View<'_> {
    fn asked(&self, snapshot: &Snapshot, narrowed: &Narrowed, wrong: bool) -> Asked {
        let words = self.words;
        let any = |label: &str, value: &str| Choice {
            value: String::new(),
            label: label.to_owned(),
            here: value.is_empty(),
        };
        let status = |status: Status| Choice {
            value: status.as_str().to_owned(),
            label: words.word(status_word(status)),
            here: narrowed.status == status.as_str(),
        };
        let range = |span: Span| {
            let (name, label, _) = span.facts();
            Choice { value: name.to_owned(), label: words.word(label), here: narrowed.range == name }
        };
        let stream = |name: &str| Choice {
            value: name.to_owned(),
            label: name.to_owned(),
            here: narrowed.stream == name,
        };
        let statuses = std::iter::once(any(&words.t("activity-any-status"), &narrowed.status));
        let streams = std::iter::once(any(&words.t("activity-any-stream"), &narrowed.stream));
        let ranges = std::iter::once(any(&words.t("activity-any-time"), &narrowed.range));
        let own = snapshot.streams(self.workspace.id);
        let first = narrowed.first();
        let without = Narrowed { tag: String::new(), ..first.clone() };
        let whenever = Narrowed { from: String::new(), to: String::new(), ..first };
        let moment = |text: &str| match date::parse_rfc3339(text) {
            Ok(at) => time::moment(words.locale, self.zone, at),
            Err(_) => "…".to_owned(),
        };
        let between = (!narrowed.from.is_empty() || !narrowed.to.is_empty()).then(|| Between {
            label: format!("{} – {}", moment(&narrowed.from), moment(&narrowed.to)),
            from: narrowed.from.clone(),
            to: narrowed.to.clone(),
            without: whenever.href(self.workspace),
        });
        Asked {
            q: narrowed.q.clone(),
            tag: (!narrowed.tag.is_empty()).then(|| (narrowed.tag.clone(), without.href(self.workspace))),
            between,
            statuses: statuses.chain(Status::ALL.into_iter().rev().map(status)).collect(),
            streams: streams.chain(own.iter().map(|one| stream(&one.name))).collect(),
            ranges: ranges.chain(Span::ALL.into_iter().map(range)).collect(),
            wrong,
        }
    }

    fn row(&self, snapshot: &Snapshot, email: &Listed) -> Row {
        let stream = snapshot.stream_by_id(self.workspace.id, email.stream);
        let status = Status::overall(email.people.standing.iter().copied());
        Row {
            id: live::mark(email.id),
            chosen: if self.may { Noun::Message.show(email.id) } else { String::new() },
            href: format!("{}activity/{}", home(self.workspace), Noun::Message.show(email.id)),
            at: self.when(email.created),
            datetime: rfc3339(email.created),
            status: Shown::of(status.as_str()),
            recipient: recipients(self.words, &email.people),
            subject: email.subject.clone(),
            author: email.author.clone(),
            stream: stream.map(|stream| stream.name.to_string()).unwrap_or_default(),
        }
    }

    /// The clock for today's, with the day for what is older.
    fn when(&self, at: At) -> String {
        let day = |at| time::date(self.words.locale, self.zone, at);
        let clock = time::clock(self.zone, at);
        if day(at) == day(self.now) {
            clock
        } else {
            format!("{} {}", time::day(self.words.locale, self.zone, at), &clock[..5])
        }
    }
}
