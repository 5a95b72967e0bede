//! Streams: what each is for, what it tracks, and what it sent lately.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::{number, time};
use ::console::screen::key::Choice;
use ::console::screen::stream::{Count, Row, Stream as Shown, Streams, Switch};
use ::console::words::{Word, Words};
use axum::extract::State;
use axum::response::Response;
use mail::At;
use mail::date::rfc3339;
use serde::Deserialize;
use serde_json::json;
use store::StoreError;

use super::admin::{name_ok, stream_made, track_rows};
use super::api::STREAMS_MAX;
use super::settings_console::lasting;
use super::{Class, Stream, Workspace};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::change::Change;
use crate::console::guard::Posted;
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::{Refused, redirect};
use crate::console::screen::{Member, Named, Screen, Section, show, show_again};
use crate::feature::audit::Action;
use crate::feature::person::permission::Permission;
use crate::feature::person::permission::need::{ChangeDomains, SeeDomains};
use crate::feature::sending::console::Narrowed;
use crate::feature::sending::policy::life;
use crate::feature::sending::read::Status;
use crate::feature::stats::HOUR_US;
use crate::feature::stats::figures::Figures;
use crate::feature::stats::period::{Period, Step};
use crate::feature::stats::read::sums;
use crate::feature::stats::select::{By, Selection};
use crate::feature::stats::span::Span;
use crate::feature::tracking::switches::Switches;
use crate::http::csv::{download, line};
use crate::id::Noun;

/// Streams whose figures are read at once: all that a workspace may have.
const FIGURES_MAX: usize = STREAMS_MAX;

/// These screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/streams", list).at(Section::Delivery, "split", Word("streams")),
        Screen::form("/w/{workspace}/streams", add_sent),
        Screen::page("/w/{workspace}/streams.csv", csv),
        Screen::page("/w/{workspace}/streams/{id}", one),
        Screen::form("/w/{workspace}/streams/{id}", change_sent),
    ]
}

fn list_path(workspace: &Workspace) -> String {
    format!("/w/{}/streams", workspace.name)
}

fn path(workspace: &Workspace, id: i64) -> String {
    format!("{}/{}", list_path(workspace), Noun::Stream.show(id))
}

/// What each stream did in the last thirty days, by its id as a text.
async fn lately<P>(who: &Member<P>, app: &App) -> Result<BTreeMap<String, Figures>, StoreError> {
    let now = app.now();
    let period = Span::Month.period(now, who.zone.whole_hours(now) * HOUR_US);
    let at_once = Period { step: Step::Total, ..period };
    let by = Selection::by(By::Stream);
    let (found, _) = sums(&app.store, who.workspace.id, (&at_once, &by), (None, FIGURES_MAX)).await?;
    Ok(found.into_iter().map(|sums| (sums.group, Figures::of(&sums.of))).collect())
}

/// What a stream sent, what arrived and what came back, each with its mail.
fn counts<P>(who: &Member<P>, stream: &Stream, figures: Option<&Figures>) -> Vec<Count> {
    let count = |label, n: i64, status: &str| Count {
        label,
        digits: number::whole(who.page.words.locale, n),
        href: Narrowed {
            stream: stream.name.to_string(),
            status: status.to_owned(),
            range: Span::Month.facts().0.to_owned(),
            ..Narrowed::default()
        }
        .href(&who.workspace),
    };
    let of = |metric: fn(&Figures) -> i64| figures.map_or(0, metric);
    vec![
        count(Word("stream-sent"), of(|of| of.accepted), ""),
        count(Word("stream-delivered"), of(|of| of.delivered), Status::Delivered.as_str()),
        count(Word("stream-bounced"), of(|of| of.bounced), Status::Bounced.as_str()),
    ]
}

fn class_word(class: Class) -> Word {
    match class {
        Class::Transactional => Word("stream-transactional"),
        Class::Marketing => Word("stream-marketing"),
    }
}

fn switches(on: Switches) -> Vec<Switch> {
    let switch = |name, on, label, about| Switch { name, label, about, on };
    vec![
        switch("opens", on.opens, Word("stream-opens"), Word("stream-opens-about")),
        switch("clicks", on.clicks, Word("stream-clicks"), Word("stream-clicks-about")),
        switch("text", on.text, Word("stream-text"), Word("stream-text-about")),
        switch("reading", on.reading, Word("stream-reading"), Word("stream-reading-about")),
    ]
}

fn tracks(words: Words, on: Switches) -> String {
    let named: Vec<_> =
        switches(on).iter().filter(|switch| switch.on).map(|switch| words.word(switch.label)).collect();
    if named.is_empty() { words.t("stream-tracks-nothing") } else { named.join(", ") }
}

async fn list(
    who: Member<SeeDomains>,
    State(app): State<Arc<App>>,
    Query(edge): Query<Edge>,
) -> Result<Response, Refused> {
    show(&list_page(who, &app, &edge, (&New::default(), None)).await?)
}

async fn list_page<P>(
    who: Member<P>,
    app: &App,
    edge: &Edge,
    (typed, mistake): (&New, Option<Word>),
) -> Result<Streams, StoreError> {
    let (page, path, words) = (edge.page(Noun::Stream), list_path(&who.workspace), who.page.words);
    let snapshot = app.directory.snapshot();
    let _turn = app.list_turns.take(who.workspace.id).await;
    let figures = lately(&who, app).await?;
    let rows = page.of_descending(snapshot.streams(who.workspace.id).iter().rev(), |stream| stream.id);
    let paged = Paged::of(page, rows, &format!("{path}?"), |stream| Noun::Stream.show(stream.id));
    let row = |stream: &Arc<Stream>| Row {
        href: self::path(&who.workspace, stream.id),
        name: stream.name.to_string(),
        class: class_word(stream.class),
        tracks: tracks(words, stream.tracking),
        counts: counts(&who, stream, figures.get(&stream.id.to_string())),
    };
    let class = |class: Class| Choice {
        value: class.as_str().to_owned(),
        label: words.word(class_word(class)),
        chosen: typed.class == class.as_str(),
    };
    Ok(Streams {
        rows: paged.rows.into_iter().map(row).collect(),
        before: paged.before,
        after: paged.after,
        may_change: who.role.may(Permission::ChangeDomains),
        name: typed.name.clone(),
        mistake,
        classes: [Class::Transactional, Class::Marketing].map(class).into(),
        page: Frame { here: path.clone(), ..who.page },
        path,
    })
}

/// The streams with what each did in the last thirty days.
async fn csv(who: Member<SeeDomains>, State(app): State<Arc<App>>) -> Result<Response, Refused> {
    let _turn = app.list_turns.take(who.workspace.id).await;
    let (figures, snapshot) = (lately(&who, &app).await?, app.directory.snapshot());
    let head = line(&["id", "name", "class", "tracking", "sent", "delivered", "bounced", "created"]);
    let of = |stream: &Arc<Stream>| {
        let figures = figures.get(&stream.id.to_string());
        let count = |metric: fn(&Figures) -> i64| figures.map_or(0, metric).to_string();
        vec![
            Noun::Stream.show(stream.id),
            stream.name.to_string(),
            stream.class.as_str().to_owned(),
            stream.tracking.to_string(),
            count(|of| of.accepted),
            count(|of| of.delivered),
            count(|of| of.bounced),
            rfc3339(At(stream.created_us)),
        ]
    };
    let lines = snapshot.streams(who.workspace.id).iter().map(of);
    Ok(download("streams", std::iter::once(head).chain(lines).collect()))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct New {
    name: String,
    class: String,
}

async fn add_sent(
    who: Member<ChangeDomains>,
    State(app): State<Arc<App>>,
    Posted(new): Posted<New>,
) -> Result<Response, Refused> {
    let mistake = match add(&who, &app, &new).await? {
        Ok(id) => return Ok(redirect(&path(&who.workspace, id))),
        Err(mistake) => mistake,
    };
    show_again(&list_page(who, &app, &Edge::default(), (&new, Some(mistake))).await?)
}

/// Makes a stream; gives its id, or what is wrong.
async fn add(who: &Member<ChangeDomains>, app: &App, new: &New) -> Result<Result<i64, Word>, Refused> {
    let (name, class) = (new.name.trim(), Class::parse(&new.class).unwrap_or(Class::Transactional));
    if !name_ok(name) {
        return Ok(Err(Word("stream-mistake-name")));
    }
    if app.directory.snapshot().streams(who.workspace.id).len() >= STREAMS_MAX {
        return Ok(Err(Word("stream-mistake-many")));
    }
    let made = (name, class, class.tracking());
    let (id, write) = stream_made((&app.mint, app.now()), who.workspace.id, made);
    let change = Change {
        action: Action::StreamAdded,
        object: Noun::Stream.show(id),
        before: None,
        after: Some(json!({ "name": name, "class": class.as_str() })),
    };
    let committed = who.commit(app, write, change).await?;
    app.directory.reload(&app.store).await?;
    Ok(committed.map(|_| id).ok_or(Word("stream-mistake-taken")))
}

/// A path's stream, if it is the workspace's.
fn existing<P>(who: &Member<P>, app: &App, named: &Named) -> Result<Arc<Stream>, Refused> {
    let id = named.id(Noun::Stream)?;
    app.directory.snapshot().stream_by_id(who.workspace.id, id).cloned().ok_or(Refused::NotFound)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Told {
    saved: Option<String>,
}

async fn one(
    who: Member<SeeDomains>,
    State(app): State<Arc<App>>,
    named: Named,
    Query(told): Query<Told>,
) -> Result<Response, Refused> {
    let stream = existing(&who, &app, &named)?;
    let (words, path) = (who.page.words, path(&who.workspace, stream.id));
    let figures = lately(&who, &app).await?;
    let lasts = lasting(words, life(&app.settings, stream.class));
    let header = match stream.class {
        Class::Transactional => Word("stream-header-none"),
        Class::Marketing => Word("stream-header-unsubscribe"),
    };
    show(&Shown {
        list: list_path(&who.workspace),
        name: stream.name.to_string(),
        class: class_word(stream.class),
        about: match stream.class {
            Class::Transactional => Word("stream-transactional-about"),
            Class::Marketing => Word("stream-marketing-about"),
        },
        saved: told.saved.is_some(),
        counts: counts(&who, &stream, figures.get(&stream.id.to_string())),
        switches: switches(stream.tracking),
        facts: vec![
            (Word("stream-header"), words.word(header)),
            (Word("stream-lasts"), lasts),
            (Word("stream-id"), Noun::Stream.show(stream.id)),
            (Word("stream-added"), time::date(words.locale, &who.zone, At(stream.created_us))),
        ],
        may_change: who.role.may(Permission::ChangeDomains),
        page: Frame { here: path.clone(), ..who.page },
        path,
    })
}

/// What is ticked: a box that is not sends nothing.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Ticked {
    opens: Option<String>,
    clicks: Option<String>,
    text: Option<String>,
    reading: Option<String>,
}

async fn change_sent(
    who: Member<ChangeDomains>,
    State(app): State<Arc<App>>,
    named: Named,
    Posted(ticked): Posted<Ticked>,
) -> Result<Response, Refused> {
    let stream = existing(&who, &app, &named)?;
    let tracking = Switches {
        opens: ticked.opens.is_some(),
        clicks: ticked.clicks.is_some(),
        text: ticked.text.is_some(),
        reading: ticked.reading.is_some(),
    };
    let change = Change {
        action: Action::StreamChanged,
        object: Noun::Stream.show(stream.id),
        before: Some(json!({ "tracking": stream.tracking.to_string() })),
        after: Some(json!({ "tracking": tracking.to_string() })),
    };
    let write = track_rows(app.now(), (who.workspace.id, stream.id), tracking);
    let committed = who.commit(&app, write, change).await?;
    app.directory.reload(&app.store).await?;
    committed.ok_or(Refused::NotFound)?;
    Ok(redirect(&format!("{}?saved=1", path(&who.workspace, stream.id))))
}
