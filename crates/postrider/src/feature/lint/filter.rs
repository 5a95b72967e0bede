//! Asking the operator's spam filters.

use std::time::Duration;

use mail::compose::{Draft, compose};
use mail::{Address, Mailbox};
use serde::Serialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::{Look, rspamd, spamd};
use crate::app::App;

/// Mails that are scored at once. Reason: a filter beside the server takes its processors.
static ASKING: Semaphore = Semaphore::const_new(2);
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

/// The score of every filter that is set.
pub(super) async fn scores(app: &App, look: &Look, asked: &Asked) -> Vec<Score> {
    let settings = &app.settings.spam;
    let mut scores = Vec::new();
    if settings.rspamd.is_none() && settings.spamassassin.is_none() {
        return scores;
    }
    let raw = match composed(app, look, asked) {
        Ok(raw) => bytes::Bytes::from(raw),
        Err(why) => {
            let failed = |filter| told(filter, Err(why.clone()));
            return [
                settings.rspamd.as_ref().map(|_| failed("rspamd")),
                settings.spamassassin.map(|_| failed("spamassassin")),
            ]
            .into_iter()
            .flatten()
            .collect();
        }
    };
    let _place = ASKING.acquire().await.expect("invariant: the semaphore is never closed");
    if let Some(base) = &settings.rspamd {
        scores.push(told("rspamd", rspamd::ask(app, base, raw.clone(), settings.answer_timeout).await));
    }
    if let Some(address) = settings.spamassassin {
        scores.push(told("spamassassin", spamd::ask(address, &raw, settings.answer_timeout).await));
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

/// The mail as it would be sent.
fn composed(app: &App, look: &Look, asked: &Asked) -> Result<Vec<u8>, String> {
    let now = app.now();
    let id = format!("{}@{}", now.0, app.hostname);
    let draft = Draft {
        from: &asked.from,
        reply_to: &[],
        to: std::slice::from_ref(&asked.to),
        cc: &[],
        subject: &look.subject,
        date: now,
        message_id: &id,
        text: look.text.as_deref(),
        html: look.html.as_deref(),
        attachments: &[],
        headers: &[],
        seed: now.0.unsigned_abs(),
    };
    let told = |errors: Vec<_>| errors.first().map_or_else(String::new, ToString::to_string);
    compose(&draft).map_err(|errors| format!("the mail cannot be composed: {}", told(errors)))
}
