//! `/lint`: advice on a mail that exists only in the request.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use mail::Mailbox;
use serde::Deserialize;
use utoipa::ToSchema;

use super::filter::Asked;
use super::{Advice, Look, advice};
use crate::app::App;
use crate::feature::access::Class;
use crate::http::auth::SendingKey;
use crate::http::endpoint::{Endpoint, Method};
use crate::http::error::{ApiError, Code};
use crate::http::json::Json;

#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Post, "/lint", look)
            .summary("Look at a mail without sending it: what breaks, deceives or is not shown, with reasons and fixes.")
            .takes::<LintRequest>()
            .answers::<Advice>(200),
    ]
}

/// A mail to look at.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = LintMail)]
#[serde(default)]
struct LintRequest {
    subject: String,
    /// One line that mailboxes show after the subject.
    preheader: Option<String>,
    html: Option<String>,
    /// Made of the html when nothing is said.
    text: Option<String>,
    /// The stream that it would go to; when nothing is said, how to leave is not looked for.
    stream: Option<String>,
    /// Ask the spam filters that are set for its score.
    score: bool,
    /// The sender that filters are shown.
    from: Option<String>,
}

async fn look(
    who: SendingKey,
    State(app): State<Arc<App>>,
    Json(request, _): Json<LintRequest>,
) -> Result<Answer<Advice>, ApiError> {
    let LintRequest { subject, preheader, html, text, stream, score, from } = request;
    if html.is_none() && text.is_none() {
        return Err(ApiError::field("/html", Code::MissingRequiredField, "a mail has html, text or both"));
    }
    let from = from.map(|from| {
        Mailbox::parse(&from)
            .map_err(|_| ApiError::field("/from", Code::InvalidAddress, "this is no address"))
    });
    let asked = score.then_some(Asked::of(from.transpose()?));
    let marketing = marketing(&app, who.workspace, stream.as_deref())?;
    // On the press: of a long html the text takes its time.
    let look = move || {
        let text = text.or_else(|| html.as_deref().map(content::text_of));
        Look { subject, preheader, html, text, marketing }
    };
    Ok(Answer(advice((&app, who.workspace), look, asked).await?))
}

/// Whether a stream of the workspace is one for marketing; none when none is named.
///
/// # Errors
/// There is no such stream.
pub fn marketing(app: &App, workspace: i64, stream: Option<&str>) -> Result<Option<bool>, ApiError> {
    let Some(name) = stream else { return Ok(None) };
    let snapshot = app.directory.snapshot();
    let unknown = || ApiError::field("/stream", Code::InvalidValue, "there is no such stream");
    let found = snapshot.stream(workspace, name).ok_or_else(unknown)?;
    Ok(Some(found.class == Class::Marketing))
}
