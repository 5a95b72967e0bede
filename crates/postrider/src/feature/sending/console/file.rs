//! The list of mail as CSV: everything that the filter leaves, however much that is.
//!
//! Guarantee: a page is in memory at a time, and each takes its turn at the database like any list. Whoever may not see the list any
//! more gets no further one.

use std::io;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use mail::date::rfc3339;

use super::activity::Narrowed;
use crate::app::App;
use crate::console::asked::Query;
use crate::console::refusal::Refused;
use crate::console::screen::Member;
use crate::console::table::may;
use crate::console::watch::Watch;
use crate::feature::person::permission::need::SeeFigures;
use crate::feature::sending::api::listed::{EmailFilter, find};
use crate::feature::sending::list::{Found, Listed};
use crate::feature::sending::read::Status;
use crate::http::csv::streamed;
use crate::http::error::ApiError;
use crate::id::Noun;

/// Messages of a page. Reason: few queries, and some hundred kilobytes.
const PAGE: &str = "500";
const HEAD: [&str; 9] =
    ["id", "accepted_at", "status", "from", "to", "recipients", "subject", "stream", "message_id"];

pub(super) async fn csv(
    who: Member<SeeFigures>,
    State(app): State<Arc<App>>,
    Query(narrowed): Query<Narrowed>,
) -> Result<Response, Refused> {
    let filter = EmailFilter {
        limit: Some(PAGE.to_owned()),
        after: None,
        before: None,
        ..narrowed.filter(app.now(), &who.zone)
    };
    let reader = Reader { app, workspace: who.workspace.id, filter };
    // A filter that cannot be read is told before the file begins.
    let (first, next) = match reader.page(None).await {
        Ok(page) => page,
        Err(error) if !error.errors.is_empty() => return Err(Refused::NotFound),
        Err(error) => return Err(error.into()),
    };
    let watch = Watch::of(&who, &reader.app);
    let rest = stream::unfold(next.map(|next| (reader, watch, next)), |state| async move {
        let (reader, mut watch, after) = state?;
        let page = match may(&mut watch, &reader.app).await {
            Ok(()) => reader.page(Some(after)).await.map_err(|error| io::Error::other(error.detail)),
            Err(error) => Err(error),
        };
        Some(match page {
            Ok((lines, next)) => (Ok(lines), next.map(|next| (reader, watch, next))),
            Err(error) => (Err(error), None),
        })
    });
    let first = stream::iter([Ok::<_, io::Error>(first)]);
    Ok(streamed("activity", &HEAD, futures_util::StreamExt::chain(first, rest)))
}

struct Reader {
    app: Arc<App>,
    workspace: i64,
    filter: EmailFilter,
}

impl Reader {
    /// A page's lines, and behind which message the next begins.
    async fn page(&self, after: Option<i64>) -> Result<(Vec<Vec<String>>, Option<i64>), ApiError> {
        let after = after.map(|id| Noun::Message.show(id));
        let filter = EmailFilter { after, ..self.filter.clone() };
        let (_, Found { emails, next }) = find(&self.app, self.workspace, filter).await?;
        Ok((emails.iter().map(|email| self.line(email)).collect(), next))
    }

    fn line(&self, email: &Listed) -> Vec<String> {
        let snapshot = self.app.directory.snapshot();
        let stream = snapshot.stream_by_id(self.workspace, email.stream);
        let to: Vec<&str> = email.people.first.iter().map(|(_, address)| &**address).collect();
        vec![
            Noun::Message.show(email.id),
            rfc3339(email.created),
            Status::overall(email.people.standing.iter().copied()).as_str().to_owned(),
            email.author.clone(),
            to.join(" "),
            email.people.count.to_string(),
            email.subject.clone(),
            stream.map(|stream| stream.name.to_string()).unwrap_or_default(),
            email.message_id.clone(),
        ]
    }
}
