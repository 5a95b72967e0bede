//! Advice on mail before it is sent, and what a spam filter of the operator's would say.
//!
//! Guarantees
//! 1. Looking changes nothing: no mail is made, nothing is stored.
//! 2. All of it is done on the threads for templates, which are shared between workspaces: mail goes first. So is the wait for a
//!    filter.
//! 3. A filter is asked within a time, and its answer cut at a size; that it fails refuses nothing.
//! 4. Filters are at addresses that the operator set: the guard of customers' URLs does not hold for them.
//!
//! Not here: the rules (`content::lint`, `docs/lint.md`).

pub mod api;
pub mod filter;
mod rspamd;
mod spamd;
#[cfg(test)]
mod story;

use content::lint::{Mail, Report, lint};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::error::ApiError;

pub use filter::Score;

/// A mail that is looked at.
#[derive(Clone, Debug, Default)]
pub struct Look {
    pub subject: String,
    pub preheader: Option<String>,
    pub html: Option<String>,
    pub text: Option<String>,
    /// None when the stream is not known.
    pub marketing: Option<bool>,
}

impl Look {
    fn report(&self) -> Report {
        lint(&Mail {
            subject: &self.subject,
            preheader: self.preheader.as_deref(),
            html: self.html.as_deref(),
            text: self.text.as_deref(),
            marketing: self.marketing,
            images: &[],
        })
    }
}

/// What was found in a mail.
#[derive(Serialize, ToSchema)]
pub struct Advice {
    /// Worst first.
    pub findings: Vec<Finding>,
    /// Further findings of the same codes.
    pub left_out: usize,
    /// One of each filter that is set, when it was asked for.
    pub scores: Vec<Score>,
}

/// One thing that could be mended.
#[derive(Serialize, ToSchema)]
#[schema(as = LintFinding)]
pub struct Finding {
    /// For programs: never changes. All are in `docs/lint.md`.
    pub code: &'static str,
    /// `error`, `warning` or `hint`.
    #[schema(value_type = String)]
    pub severity: content::lint::Severity,
    /// `subject`, `preheader`, `html` or `text`.
    #[schema(value_type = String)]
    pub field: content::lint::Field,
    /// From 1; 0 when it is about the whole.
    pub line: usize,
    pub column: usize,
    /// What stands there, cut.
    pub snippet: String,
    pub reason: String,
    pub fix: String,
}

impl From<content::lint::Finding> for Finding {
    fn from(found: content::lint::Finding) -> Finding {
        let content::lint::Finding { code, severity, field, line, column, snippet, reason, fix } = found;
        Finding { code, severity, field, line, column, snippet, reason, fix }
    }
}

/// Looks at the mail that `look` makes; asks the filters that are set for its score if that is wanted.
///
/// # Errors
/// The work broke.
pub async fn advice(
    (app, workspace): (&App, i64),
    look: impl FnOnce() -> Look + Send + 'static,
    score: Option<filter::Asked>,
) -> Result<Advice, ApiError> {
    let asked = score.filter(|_| filter::are_set(app)).map(|asked| filter::Letter::of(app, asked));
    let work = move || {
        let look = look();
        (asked.map(|letter| letter.composed(&look)), look.report())
    };
    let (composed, report) = app.programs.rendering.run(workspace, work).await?;
    let scores = match composed {
        Some(raw) => filter::scores((app, workspace), raw).await,
        None => Vec::new(),
    };
    let findings = report.findings.into_iter().map(Finding::from).collect();
    Ok(Advice { findings, left_out: report.left_out, scores })
}

/// The errors of a mail, as refusals of the request that holds it: pointer and sentence.
#[must_use]
pub fn refusals(look: &Look) -> Vec<(String, String)> {
    let findings = look.report().findings.into_iter();
    let errors = findings.filter(|found| found.severity == content::lint::Severity::Error);
    errors
        .map(|found| (found.field, found))
        .map(|(field, found)| {
            let place = if found.line > 0 { format!("line {}: ", found.line) } else { String::new() };
            (pointer(field).to_owned(), format!("{place}{} ({})", found.reason, found.code))
        })
        .collect()
}

fn pointer(field: content::lint::Field) -> &'static str {
    use content::lint::Field;
    match field {
        Field::Subject => "/subject",
        Field::Preheader => "/preheader",
        Field::Html => "/html",
        Field::Text => "/text",
    }
}
