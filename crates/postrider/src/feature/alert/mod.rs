//! What needs somebody, told by mail: what Overview shows under "Needs you", to those of the workspace who want it; what the
//! installation needs, to its operators.
//!
//! Guarantees
//! 1. A person is told once when something begins and once when it is over, and of one thing at most once a [`REST`].
//! 2. What was told is committed with the mail that tells it: neither a restart nor a second process tells it again.
//! 3. Nobody is told of what their role does not show them; a letter's subject, which others see in Activity, does not say what it is
//!    about.
//! 4. Nothing is told by mail that would be captured here, nor while no domain of the workspace may send: who looks at Overview
//!    sees it all the same.
//!
//! Not here: what is bad (`stats::advice`, `webhook`, `quota`), the words (the crate `console`).

#[cfg(test)]
mod story;
pub mod work;

use std::collections::HashMap;
use std::time::Duration;

use mail::At;
use store::{Migration, Row, Store, StoreError, Write, query};

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 36,
    name: "alert: who was told of what needs somebody",
    sql: include_str!("migrations/0036_alert.sql"),
    postgres: None,
}];

query!(TOLD, "queries/told.sql");
query!(TELL, "queries/tell.sql");
query!(FORGET, "queries/forget.sql");

/// Between two mails to one person about one thing.
pub const REST: Duration = Duration::from_secs(24 * 3_600);
/// What is over is remembered so long.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

/// How a thing stood when it was told last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Open,
    Over,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Over => "over",
        }
    }

    fn parse(text: &str) -> Option<State> {
        [State::Open, State::Over].into_iter().find(|state| state.as_str() == text)
    }
}

/// What a person was told of a thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told {
    pub state: State,
    pub at: At,
}

/// What there is to tell now of a thing that is there, or is not. What comes and goes within a [`REST`] is told when that is
/// over, if there is anything to tell then.
#[must_use]
pub fn due(now: At, told: Option<Told>, there: bool) -> Option<State> {
    if told.is_some_and(|told| told.at.after(REST) > now) {
        return None;
    }
    match (told.map(|told| told.state), there) {
        (None | Some(State::Over), true) => Some(State::Open),
        (Some(State::Open), false) => Some(State::Over),
        (Some(State::Open), true) | (None | Some(State::Over), false) => None,
    }
}

/// Of one workspace, by person and thing.
type AllTold = HashMap<(i64, String), Told>;

async fn told(store: &Store, workspace: i64) -> Result<AllTold, StoreError> {
    let read = |row: &Row| {
        // What a newer version wrote is taken for told.
        let state = State::parse(row.text(2)?).unwrap_or(State::Open);
        Ok(((row.int(0)?, row.text(1)?.to_owned()), Told { state, at: At(row.int(3)?) }))
    };
    store.read(&TOLD, &[("workspace", workspace.into())]).await?.iter().map(read).collect()
}

/// Puts down that a person is told of a thing: a conflict where another process told it since `seen` was read.
fn tell(write: &mut Write, now: At, (workspace, person): (i64, i64), news: (&str, State, Option<Told>)) {
    let (item, state, seen) = news;
    let params = vec![
        ("person", person.into()),
        ("workspace", workspace.into()),
        ("item", item.to_owned().into()),
        ("state", state.as_str().into()),
        ("now", now.0.into()),
        ("seen", seen.map_or(0, |told| told.at.0).into()),
    ];
    write.step_expecting(1, "it was told by another process", &TELL, params);
}

/// Forgets what was over long ago.
async fn forget(store: &Store, now: At, workspace: i64) -> Result<(), StoreError> {
    let mut write = Write::default();
    let cut = now.0.saturating_sub(i64::try_from(KEPT.as_micros()).unwrap_or(i64::MAX));
    write.step(&FORGET, vec![("workspace", workspace.into()), ("cut", cut.into())]);
    store.write(write).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_told_when_it_begins_and_ends_and_at_most_once_a_day() {
        let hours = |n: i64| At(n * 3_600_000_000);
        let told = |state, at| Some(Told { state, at: hours(at) });
        for (now, seen, there, wanted) in [
            (0, None, true, Some(State::Open)),
            (0, None, false, None),
            (100, told(State::Open, 0), true, None),
            (23, told(State::Open, 0), false, None),
            (24, told(State::Open, 0), false, Some(State::Over)),
            (23, told(State::Over, 0), true, None),
            (24, told(State::Over, 0), true, Some(State::Open)),
            (100, told(State::Over, 0), false, None),
        ] {
            assert_eq!(due(hours(now), seen, there), wanted, "{now} {seen:?} {there}");
        }
    }
}
