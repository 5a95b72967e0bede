//! What happened to a message, and what was said to servers.

use std::collections::HashMap;

use ::console::format::number;
use ::console::format::time::{self, Zone};
use ::console::screen::message::{Attempt, Line, Stop, Timeline};
use ::console::screen::overview::Status as Shown;
use ::console::words::{Filling, Word, Words};
use mail::At;
use mail::date::{parse_rfc3339, rfc3339};
use serde_json::Value;
use store::StoreError;

use super::verdict;
use crate::app::App;
use crate::feature::egress::attempts::{Listed, attempt_list};
use crate::feature::event::read::{Event, events_of_message};
use crate::feature::sending::read::Status;
use crate::feature::stats::console::cause;
use crate::http::page::Page;

/// Stops that are shown.
const STOPS_MAX: usize = 500;
/// Attempts that are shown, the newest.
const ATTEMPTS_MAX: usize = 50;

/// How it is written.
pub(super) struct View<'v> {
    pub words: Words,
    pub zone: &'v Zone,
    /// Addresses of the recipients by their deliveries.
    pub names: HashMap<i64, &'v str>,
    pub sight: Sight,
}

/// How much whoever looks may see.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// What mail says too, and so the whole of a link that was clicked: it may open an account.
    Content,
    /// What became of every recipient.
    Fate,
    /// What became of those with a name, and nothing of others.
    FateOfNamed,
}

/// A link's scheme and host, without what may be a secret.
fn host_of(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return String::new() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}")
}

impl View<'_> {
    pub(super) async fn read(&self, app: &App, ids: (i64, i64)) -> Result<Timeline, StoreError> {
        let events = events_of_message(&app.store, ids, Page::first(STOPS_MAX as i64 + 1)).await?;
        let attempts = attempt_list(&app.store, ids, Page::first(ATTEMPTS_MAX as i64 + 1)).await?;
        let shown = |delivery: &i64| self.sight != Sight::FateOfNamed || self.names.contains_key(delivery);
        let stops = events.iter().take(STOPS_MAX).filter(|one| one.delivery.as_ref().is_none_or(shown));
        let tries = attempts.iter().take(ATTEMPTS_MAX).filter(|one| shown(&one.delivery));
        Ok(Timeline {
            stops: stops.map(|event| self.stop(event)).collect(),
            more: events.len() > STOPS_MAX,
            attempts: tries.map(|attempt| self.attempt(attempt)).collect(),
            more_attempts: attempts.len() > ATTEMPTS_MAX,
        })
    }

    fn stop(&self, event: &Event) -> Stop {
        let data: Value =
            event.data.as_deref().and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default();
        let text = |key: &str| data[key].as_str().map(str::to_owned);
        let url = text("url").map(|url| if self.sight == Sight::Content { url } else { host_of(&url) });
        let (class, icon, title) = match verdict::event(&event.name) {
            Some((class, icon, word)) => (class, icon, self.words.word(word)),
            None => ("", "circle-dashed", event.name.clone()),
        };
        let mut notes = Vec::new();
        let several = self.names.len() > 1;
        notes.extend(
            event.delivery.filter(|_| several).and_then(|id| Some((*self.names.get(&id)?).to_owned())),
        );
        notes.extend(text("verdict").map(|verdict| self.words.word(judged(&verdict))));
        let moment = |key: &str| parse_rfc3339(data[key].as_str()?).ok();
        if let Some(at) = moment("next_attempt_at").or_else(|| moment("scheduled_at")) {
            notes.push(self.words.t1("event-due", "at", time::moment(self.words.locale, self.zone, at)));
        }
        Stop {
            class,
            icon,
            title,
            quotes: [text("reply"), url, text("agent")].into_iter().flatten().collect(),
            notes,
            at: self.clock(event.at),
            datetime: rfc3339(event.at),
        }
    }

    /// With milliseconds: much happens within one second.
    fn clock(&self, at: At) -> String {
        let day = time::day(self.words.locale, self.zone, at);
        format!("{day} {}.{:03}", time::clock(self.zone, at), at.0.rem_euclid(1_000_000) / 1_000)
    }

    fn attempt(&self, attempt: &Listed) -> Attempt {
        let words = self.words;
        let to = self.names.get(&attempt.delivery).copied().unwrap_or_default();
        let status = match &*attempt.verdict {
            "accepted" => Status::Delivered,
            "later" => Status::DeliveryDelayed,
            _ => Status::Bounced,
        };
        let tls = attempt.tls.clone().unwrap_or_else(|| words.t("attempt-in-clear"));
        let mut notes = Vec::new();
        if !attempt.peer.is_empty() {
            notes.push(words.t2("attempt-peer", ("peer", &attempt.peer), ("tls", tls)));
        }
        if !attempt.class.is_empty() {
            let cause = cause::of_end(&attempt.class).map(|word| words.word(word));
            let cause = cause.unwrap_or_else(|| words.t("usage-cause-unknown"));
            let values: [(_, &dyn Filling); 3] =
                [("cause", &cause), ("class", &&attempt.class), ("rule", &&attempt.rule)];
            notes.push(words.tn("attempt-rule", &values));
        }
        if attempt.ambiguous {
            notes.push(words.t("attempt-ambiguous"));
        }
        Attempt {
            title: words.t2("attempt-title", ("n", attempt.number), ("to", to)),
            status: Shown::of(status.as_str()),
            at: format!(
                "{} · {}",
                self.clock(attempt.started),
                time::lapse(words.locale, attempt.duration_us)
            ),
            notes,
            lines: conversation(words, &attempt.conversation),
        }
    }
}

/// Who was taken to have opened or clicked.
fn judged(verdict: &str) -> Word {
    match verdict {
        "person" => Word("event-by-person"),
        "machine" => Word("event-by-machine"),
        _ => Word("event-by-unknown"),
    }
}

/// A conversation, a line a line, with the time since its first: connections carry several messages.
fn conversation(words: Words, text: &str) -> Vec<Line> {
    let lines = text.lines().map(|line| line.split_once(' ').unwrap_or(("", line)));
    let lines: Vec<(Option<i64>, &str)> = lines.map(|(at, said)| (at.parse().ok(), said)).collect();
    let begin = lines.first().and_then(|(at, _)| *at).unwrap_or(0);
    let after = |at: i64| format!("{} ms", number::whole(words.locale, (at - begin) / 1_000));
    lines.into_iter().map(|(at, said)| line(at.map(after).unwrap_or_default(), said)).collect()
}

/// `S: 250 2.1.0 Ok` as a line of the table.
fn line(at: String, said: &str) -> Line {
    let (side, text) = said.split_once(": ").unwrap_or(("", said));
    let (class, side) = match side {
        "S" if text.starts_with(['4', '5']) => ("sv bad", "S"),
        "S" => ("sv", "S"),
        "C" => ("c", "C"),
        _ => ("note", ""),
    };
    Line { class, at, side, text: text.to_owned() }
}
