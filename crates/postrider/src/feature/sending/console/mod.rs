//! Activity and Message: which mail there is, and everything that is known of one.
//!
//! Guarantees
//! 1. Every query names the workspace; another's message is as if it did not exist.
//! 2. What a mail says is shown only to those who may see it, and a mail's HTML only under a policy of its own that lets
//!    nothing run and nothing load (`content`).
//! 3. What a person changes here is in the audit log, in the same transaction (`act`).

mod act;
mod activity;
mod again;
#[cfg(test)]
mod again_story;
mod chosen;
#[cfg(test)]
mod chosen_story;
mod content;
mod file;
mod handed;
mod message;
mod pictures;
#[cfg(test)]
mod story;
mod support;
#[cfg(test)]
mod support_story;
#[cfg(test)]
mod tabs_story;
mod timeline;
mod verdict;

use ::console::words::Word;

pub use activity::{Narrowed, recipients};
pub use verdict::words_of;

use crate::app::App;
use crate::console::refusal::Refused;
use crate::console::screen::{Screen, Section};
use crate::console::shell::home;
use crate::feature::access::Workspace;
use crate::feature::sending::read::{Stored, email_one};
use crate::id::Noun;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    let list = Screen::page("/w/{workspace}/activity", activity::list);
    vec![
        list.at(Section::First, "activity", Word("activity")),
        Screen::page("/w/{workspace}/activity.csv", file::csv),
        Screen::form("/w/{workspace}/activity/cancel", chosen::cancel),
        Screen::form("/w/{workspace}/activity/again", chosen::again),
        Screen::page("/w/{workspace}/live/activity", activity::follow),
        Screen::page("/w/{workspace}/activity/{email}", message::message),
        Screen::page("/w/{workspace}/activity/{email}/preview", content::preview),
        Screen::page("/w/{workspace}/activity/{email}/source", content::source),
        Screen::form("/w/{workspace}/activity/{email}/cancel", act::cancel),
        Screen::form("/w/{workspace}/activity/{email}/lift", act::lift),
        Screen::form("/w/{workspace}/activity/{email}/retry", act::retry),
        Screen::form("/w/{workspace}/activity/{email}/again", again::send),
        Screen::form("/w/{workspace}/activity/{email}/share", support::share),
        Screen::form("/w/{workspace}/activity/{email}/share/end", support::end),
        Screen::page("/support/{token}", support::shared),
    ]
}

/// The page of a message.
fn path_of(workspace: &Workspace, message: i64) -> String {
    format!("{}activity/{}", home(workspace), Noun::Message.show(message))
}

/// A path's message, if it is the workspace's.
pub(crate) async fn existing(app: &App, workspace: i64, shown: &str) -> Result<Stored, Refused> {
    let message = Noun::Message.read(shown).ok_or(Refused::NotFound)?;
    email_one(&app.store, workspace, message).await?.ok_or(Refused::NotFound)
}
