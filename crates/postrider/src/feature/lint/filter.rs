//! Asking the operator's spam filters.

use std::time::Duration;

use mail::compose::{Draft, compose};
use mail::{Address, At, Mailbox};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Look, rspamd, spamd};
use crate::app::App;

/// Mails that are scored at once, half of them of one workspace. Reason: a filter beside the server takes its processors.
pub const SCORED_AT_ONCE: usize = 4;
/// Octets of a filter's answer that are read.
pub(super) const ANSWER_MAX_BYTES: usize = 256 * 1024;
/// Symbols that are told.
pub(super) const SYMBOLS_MAX: usize = 200;
/// How long a connection may take: a filter is near.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// What one filter said.
#[derive(Serialize, ToSchema, Debug, PartialEq)]
#[schema(as = SpamScore)]
pub struct Score {
    /// `rspamd` or `spamassassin`.
    filter: &'static str,
    /// Null when there is no answer.
    score: Option<f64>,
    /// From which on it is spam.
    threshold: Option<f64>,
    symbols: Vec<Symbol>,
    /// Why there is no answer.
    failed: Option<String>,
}

/// One thing that a filter found.
#[derive(Serialize, ToSchema, Debug, PartialEq)]
#[schema(as = SpamSymbol)]
pub(super) struct Symbol {
    pub name: String,
    /// Null when the filter does not say.
    pub score: Option<f64>,
    /// May be empty.
    pub description: String,
}

/// What a filter's answer holds.
#[derive(Debug, PartialEq)]
pub(super) struct Verdict {
    pub score: f64,
    pub threshold: f64,
    pub symbols: Vec<Symbol>,
}

/// From whom and to whom a scored mail seems to be.
pub struct Asked {
    pub from: Mailbox,
    pub to: Mailbox,
}

impl Asked {
    /// Of nobody in particular.
    #[must_use]
    pub fn of(from: Option<Mailbox>) -> Asked {
        let usual = |text: &str| Address::parse(text).expect("invariant: this is an address").into();
        Asked {
            from: from.unwrap_or_else(|| usual("sender@example.com")),
            to: usual("recipient@example.org"),
        }
    }
}

/// Whether there is a filter to ask.
pub(super) fn are_set(app: &App) -> bool {
    app.settings.spam.rspamd.is_some() || app.settings.spam.spamassassin.is_some()
}

/// The score of every filter that is set, for a mail as [`Letter::composed`] gives it.
pub(super) async fn scores((app, workspace): (&App, i64), composed: Result<Vec<u8>, String>) -> Vec<Score> {
    let settings = &app.settings.spam;
    let raw = composed.map(bytes::Bytes::from);
    let _turn = app.scoring.take(workspace).await;
    let mut scores = Vec::new();
    if let Some(base) = &settings.rspamd {
        let verdict = match &raw {
            Ok(raw) => rspamd::ask(app, base, raw.clone(), settings.answer_timeout).await,
            Err(why) => Err(why.clone()),
        };
        scores.push(told("rspamd", verdict));
    }
    if let Some(address) = settings.spamassassin {
        let verdict = match &raw {
            Ok(raw) => spamd::ask(address, raw, settings.answer_timeout).await,
            Err(why) => Err(why.clone()),
        };
        scores.push(told("spamassassin", verdict));
    }
    scores
}

fn told(filter: &'static str, verdict: Result<Verdict, String>) -> Score {
    match verdict {
        Ok(Verdict { score, threshold, symbols }) => {
            Score { filter, score: Some(score), threshold: Some(threshold), symbols, failed: None }
        }
        Err(failed) => {
            tracing::info!(filter, why = %failed, "a spam filter gave no score");
            Score { filter, score: None, threshold: None, symbols: Vec::new(), failed: Some(failed) }
        }
    }
}

/// What a scored mail has beside what is looked at.
pub(super) struct Letter {
    asked: Asked,
    now: At,
    id: String,
}

impl Letter {
    pub fn of(app: &App, asked: Asked) -> Letter {
        let now = app.now();
        Letter { asked, now, id: format!("{}@{}", now.0, app.hostname) }
    }

    /// The mail as it would be sent.
    pub fn composed(&self, look: &Look) -> Result<Vec<u8>, String> {
        let draft = Draft {
            from: &self.asked.from,
            reply_to: &[],
            to: std::slice::from_ref(&self.asked.to),
            cc: &[],
            subject: &look.subject,
            date: self.now,
            message_id: &self.id,
            text: look.text.as_deref(),
            html: look.html.as_deref(),
            attachments: &[],
            headers: &[],
            seed: self.now.0.unsigned_abs(),
        };
        let told = |errors: Vec<_>| errors.first().map_or_else(String::new, ToString::to_string);
        compose(&draft).map_err(|errors| format!("the mail cannot be composed: {}", told(errors)))
    }
}
