//! Pages that are told what happens: the event log as frames of a page's parts, over Server-Sent Events.
//!
//! Guarantees
//! 1. A browser gets at most a frame a second, and a frame shows at most [`MAILS_MAX`] messages; of the rest it says how many.
//!    Who is far behind goes on at the newest event.
//! 2. A stream ends when its session does, or when the role may not any more: it is looked at every few seconds, and looking is no use
//!    of the session.
//! 3. A person has a bounded number of streams, and so have those of a workspace; who wants one more is told why.
//!
//! Not here: what a frame shows (each slice's `console`).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::response::sse::{Event as Sent, Sse};
use axum::response::{IntoResponse, Response};
use console::screen::live::Note;
use console::words::{Word, Words};
use futures_util::stream;
use net::listen::Stop;
use tokio::sync::watch;

use super::refusal::Refused;
use super::screen::Member;
use super::watch::Watch;
use crate::app::App;
use crate::changes::LOOK_EVERY;
use crate::feature::event::read::{Cursor, Event, events_of_workspace, newest};
use crate::feature::event::tail::HEARTBEAT;
use crate::feature::person::permission::Needs;
use crate::http::Api;
use crate::id::Noun;
use crate::room::{Full, Place};

/// Streams at once. Reason: each reads the log once a second while something happens.
pub const STREAMS_MAX: usize = 300;
/// Streams of one person at once. Reason: more tabs than anybody looks at.
pub const STREAMS_OF_PERSON_MAX: usize = 8;
/// Streams of one workspace at once. Reason: a third of all, so that a large team leaves others theirs.
pub const STREAMS_OF_WORKSPACE_MAX: usize = 100;
/// Messages of a frame. Reason: what the eye can follow in a second.
pub const MAILS_MAX: usize = 10;
/// Events of a frame at most: who is farther behind goes on at the newest.
const EVENTS_MAX: usize = 1_000;
/// The shortest time from one frame to the next.
const FRAME_EVERY: Duration = Duration::from_secs(1);

/// Messages that something happened to since the last frame.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct Mails {
    /// The newest, newest first.
    pub shown: Vec<i64>,
    /// How many more there were; none when nobody counted.
    pub more: Option<usize>,
}

impl Mails {
    fn of(events: &[Event], skipped: bool) -> Mails {
        let mut all: Vec<i64> = events.iter().filter_map(|event| event.message).collect();
        all.sort_unstable_by(|one, other| other.cmp(one));
        all.dedup();
        let more = all.len().saturating_sub(MAILS_MAX);
        all.truncate(MAILS_MAX);
        Mails { shown: all, more: (!skipped).then_some(more) }
    }

    /// What is said of those that are not shown.
    #[must_use]
    pub fn note(&self, words: Words) -> String {
        match self.more {
            None => words.t("live-many-more"),
            Some(0) => String::new(),
            Some(more) => words.t1("live-more", "n", more),
        }
    }
}

/// What a page shows of what happened.
pub trait Frames: Send + 'static {
    /// The parts of the page that change; none when none does. Called at least every second, with or without news.
    fn frame(
        &mut self,
        app: &App,
        mails: Mails,
    ) -> impl Future<Output = Result<Option<String>, Refused>> + Send;
}

/// What every stream needs beside its authority.
pub struct Following {
    pub app: Arc<App>,
    stop: Stop,
    last: Option<Cursor>,
}

impl FromRequestParts<Api> for Following {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Following, Infallible> {
        let last = parts.headers.get("last-event-id").and_then(|value| value.to_str().ok());
        Ok(Following {
            app: Arc::from_ref(api),
            stop: Stop::from_ref(api),
            last: last.and_then(Cursor::parse),
        })
    }
}

/// Answers with what happens from now on, or since the stream that broke off.
///
/// # Errors
/// The database does not answer.
pub async fn follow<P: Needs, F: Frames>(
    who: &Member<P>,
    following: Following,
    parts: F,
) -> Result<Response, Refused> {
    let Following { app, stop, last } = following;
    let words = who.page.words;
    let mut places = [app.watchers.place(who.person.id), app.watched.place(who.workspace.id)];
    if places.iter_mut().any(|place| matches!(place.grow(1), Err(Full::Own | Full::All))) {
        let said = over(words, Word("live-full"));
        return Ok(Sse::new(stream::iter(said.into_iter().map(Ok::<_, Infallible>))).into_response());
    }
    let cursor = match last {
        Some(cursor) => cursor,
        None => newest(&app.store).await?,
    };
    let commits = app.store.commits();
    let watch = Watch::of(who, &app);
    let state = Stream {
        app,
        stop,
        words,
        cursor,
        commits,
        watch,
        parts,
        said: VecDeque::new(),
        over: false,
        _places: places,
    };
    let frames = stream::unfold(state, |mut state| async move {
        let sent = state.next().await?;
        Some((Ok::<_, Infallible>(sent), state))
    });
    Ok(Sse::new(frames).into_response())
}

/// A sentence, and the word that the browser is not to come back.
fn over(words: Words, why: Word) -> [Sent; 2] {
    let note = Note { note: words.word(why) }.render().unwrap_or_default();
    [Sent::default().data(note), Sent::default().event("over").data("-")]
}

struct Stream<F> {
    app: Arc<App>,
    stop: Stop,
    words: Words,
    cursor: Cursor,
    commits: watch::Receiver<u64>,
    watch: Watch,
    parts: F,
    said: VecDeque<Sent>,
    over: bool,
    /// Given back when the browser goes.
    _places: [Place; 2],
}

impl<F: Frames> Stream<F> {
    /// What is sent next; none at the end.
    async fn next(&mut self) -> Option<Sent> {
        let clock = net::clock::Stopwatch::start();
        loop {
            if let Some(sent) = self.said.pop_front() {
                return Some(sent);
            }
            if self.over {
                return None;
            }
            if !self.wait().await || self.look().await.is_err() {
                return None;
            }
            if self.said.is_empty() && clock.elapsed() >= HEARTBEAT {
                return Some(Sent::default().comment("nothing happened"));
            }
        }
    }

    /// Waits for a commit, here or elsewhere, and so long that frames are a second apart; false at the process's end.
    async fn wait(&mut self) -> bool {
        let goes_on = tokio::select! {
            () = self.stop.stopped() => false,
            () = tokio::time::sleep(LOOK_EVERY) => true,
            committed = self.commits.changed() => committed.is_ok(),
        };
        goes_on
            && tokio::select! {
                () = self.stop.stopped() => false,
                () = tokio::time::sleep(FRAME_EVERY) => true,
            }
    }

    /// Reads what happened, and makes a frame of it.
    async fn look(&mut self) -> Result<(), Refused> {
        if !self.watch.holds(&self.app).await? {
            self.over = true;
            self.said.extend(over(self.words, Word("live-over")));
            return Ok(());
        }
        // Before the look, so that a commit during it is not missed.
        self.commits.mark_unchanged();
        let workspace = self.watch.workspace();
        let page = events_of_workspace(&self.app.store, &mut self.cursor, workspace, EVENTS_MAX).await?;
        if page.more {
            self.cursor = newest(&self.app.store).await?;
        }
        let mails = Mails::of(&page.events, page.more);
        if let Some(html) = self.parts.frame(&self.app, mails).await? {
            // A line of an event ends at either sign.
            let html = html.replace('\r', " ");
            self.said.push_back(Sent::default().id(self.cursor.show()).data(html));
        }
        Ok(())
    }
}

/// How a list knows a message.
#[must_use]
pub fn mark(message: i64) -> String {
    Noun::Message.show(message)
}

#[cfg(test)]
mod tests {
    use mail::At;

    use super::*;

    #[test]
    fn a_frame_shows_a_sample_and_counts_the_rest() {
        let event = |message: i64| Event {
            id: message,
            workspace: 1,
            name: String::new(),
            at: At(0),
            message: Some(message),
            delivery: None,
            data: None,
        };
        let events: Vec<Event> = (1..=422).flat_map(|n| [event(n), event(n)]).collect();
        let mails = Mails::of(&events, false);
        assert_eq!((mails.shown.len(), mails.shown[0], mails.more), (MAILS_MAX, 422, Some(412)));
        let words = Words::of(console::words::Locale::En);
        assert_eq!(mails.note(words), "and 412 messages more");
        assert_eq!(Mails::of(&events, true).note(words), "and many more");
        assert_eq!(Mails::of(&[], false).note(words), "");
    }
}
