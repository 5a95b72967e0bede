//! Emails: which, newest first.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use mail::{Address, Domain, date};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::shown::{object, stream_name};
use crate::app::App;
use crate::directory::Snapshot;
use crate::feature::search::query::{Field, Mistake, Query};
use crate::feature::sending::control::tag_ok;
use crate::feature::sending::list::{Filter, Found, Listed, email_found, email_list, these};
use crate::feature::sending::read::Status;
use crate::http::auth::FullKey;
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::Params;
use crate::http::page::{List, Page, PageParams};
use crate::id::Noun;

/// Which emails are listed. A page looks at some thousands of emails at most: when few of them fit, it is shorter than
/// `limit`, even empty, with `has_more` and `next` to go on. What `q`, `to`, `from`, `domain`, `tag` and `subject` ask for
/// is found at once, however many emails there are, within about a second of its acceptance.
#[derive(Deserialize, IntoParams, Clone, Default)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct EmailFilter {
    /// What to look for in recipients, authors, subjects, tags, Message-IDs and peers' replies; all of it must hold. An
    /// address, `@domain`, words (`invo*` for the start of one), `tag:name:value`, `<message-id>`, or `to:`, `from:`,
    /// `subject:`, `reply:` before a value.
    pub q: Option<String>,
    /// Emails of which a recipient stands so: `scheduled`, `queued`, `delivery_delayed`, `delivered`, `bounced`,
    /// `failed`, `suppressed`, `rejected`, `canceled`.
    #[serde(alias = "last_event")]
    pub status: Option<String>,
    /// Emails to this address.
    pub to: Option<String>,
    /// Emails whose author has this address.
    pub from: Option<String>,
    /// Emails to a recipient of this domain.
    pub domain: Option<String>,
    /// Emails with these words in the subject, of which the last may be the start of one.
    pub subject: Option<String>,
    /// Emails with this tag, `name:value`.
    pub tag: Option<String>,
    /// Emails of this stream.
    pub stream: Option<String>,
    /// Emails accepted at this time (RFC 3339) or later.
    pub since: Option<String>,
    /// Emails accepted before this time.
    pub until: Option<String>,
    /// Entries of the page, 1 to 1,000; 20 when nothing is said.
    pub limit: Option<String>,
    /// Entries that come after the one with this id.
    pub after: Option<String>,
    /// Entries that come before the one with this id.
    pub before: Option<String>,
}

impl EmailFilter {
    fn read(self, snapshot: &Snapshot, workspace: i64) -> Result<(Option<Query>, Filter, Page), ApiError> {
        let mut mistakes = Mistakes::default();
        let EmailFilter {
            q,
            status,
            to,
            from,
            domain,
            subject,
            tag,
            stream,
            since,
            until,
            limit,
            after,
            before,
        } = self;
        let page = PageParams { limit, after, before }.read_into(Noun::Message, &mut mistakes);
        let mut wrong = |name: &str, why: String| mistakes.add(name, Code::InvalidValue, why);
        let status = status.and_then(|text| {
            let known = Status::ALL.into_iter().find(|status| status.as_str() == text);
            known.or_else(|| {
                wrong("status", format!("one of {}", Status::ALL.map(Status::as_str).join(", ")));
                None
            })
        });
        let mut address = |name: &str, text: Option<String>| {
            let read = Address::parse(text?.trim()).map(|address| address.folded());
            read.map_err(|error| wrong(name, error.to_string())).ok()
        };
        let (recipient, author) = (address("to", to), address("from", from));
        let domain = domain.and_then(|text| {
            let read = Domain::parse(text.trim());
            read.map_err(|error| wrong("domain", error.to_string())).ok()
        });
        let tag = tag.and_then(|text| match text.split_once(':') {
            Some((name, value)) if tag_ok(name) && tag_ok(value) => Some((name.to_owned(), value.to_owned())),
            _ => {
                wrong("tag", "a tag looks like name:value".into());
                None
            }
        });
        let stream = stream.and_then(|name| {
            let found = snapshot.stream(workspace, &name).map(|stream| stream.id);
            if found.is_none() {
                wrong("stream", "there is no such stream".into());
            }
            found
        });
        let mut moment = |name: &str, text: Option<String>| {
            date::parse_rfc3339(&text?).map_err(|error| wrong(name, error.to_string())).ok()
        };
        let (since, until) = (moment("since", since), moment("until", until));
        let filter = Filter { status, tag, stream, since, until };
        let people = (recipient.as_deref(), author.as_deref(), domain.as_ref());
        let sought = sought((q.as_deref(), subject.as_deref()), people, &filter, &mut mistakes);
        mistakes.none_or((sought, filter, page))
    }
}

/// What the index is asked: all that it knows of.
fn sought(
    (q, subject): (Option<&str>, Option<&str>),
    (recipient, author, domain): (Option<&str>, Option<&str>, Option<&Domain>),
    filter: &Filter,
    mistakes: &mut Mistakes,
) -> Option<Query> {
    let mut wrong =
        |name: &str, mistake: Mistake| mistakes.add(name, Code::InvalidValue, mistake.to_string());
    let query = q.and_then(|q| Query::parse(q).map_err(|mistake| wrong("q", mistake)).ok());
    let tag = filter.tag.as_ref().map(|(name, value)| format!("{name}:{value}"));
    let fields = [
        (Field::Recipient, recipient),
        (Field::Author, author),
        (Field::Domain, domain.map(Domain::as_str)),
        (Field::Tag, tag.as_deref()),
        (Field::Subject, subject),
    ];
    let fields: Vec<_> = fields.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
    Query::narrowed(query, &fields).map_err(|mistake| wrong("subject", mistake)).ok().flatten()
}

/// An email as a list shows it.
#[derive(Serialize, ToSchema)]
pub struct ListedEmail {
    pub id: String,
    /// Always `email`.
    pub object: &'static str,
    pub from: String,
    /// The first 50 recipients at most, over to, cc and bcc.
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub recipient_count: i64,
    pub subject: String,
    pub created_at: String,
    /// How it stands: what is still open first, then what went wrong.
    pub last_event: &'static str,
    pub scheduled_at: Option<String>,
    pub stream: String,
    pub message_id: String,
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub tags: Value,
}

impl ListedEmail {
    fn of(snapshot: &Snapshot, workspace: i64, email: Listed) -> ListedEmail {
        let in_field = |wanted: &[&str]| {
            let fields = email.people.first.iter().filter(|(field, _)| wanted.contains(&field.as_str()));
            fields.map(|(_, address)| address.clone()).collect()
        };
        ListedEmail {
            id: Noun::Message.show(email.id),
            object: "email",
            to: in_field(&["to", "envelope"]),
            cc: in_field(&["cc"]),
            bcc: in_field(&["bcc"]),
            recipient_count: email.people.count,
            last_event: Status::overall(email.people.standing.iter().copied()).as_str(),
            from: email.author,
            subject: email.subject,
            created_at: date::rfc3339(email.created),
            scheduled_at: email.scheduled.map(date::rfc3339),
            stream: stream_name(snapshot, workspace, email.stream),
            message_id: email.message_id,
            tags: object(email.tags.as_deref()),
        }
    }
}

pub(super) async fn list(
    who: FullKey,
    State(app): State<Arc<App>>,
    Params(filter): Params<EmailFilter>,
) -> Result<Answer<List<ListedEmail>>, ApiError> {
    let (page, found) = find(&app, who.workspace, filter).await?;
    let snapshot = app.directory.snapshot();
    let next = found.next.map(|id| Noun::Message.show(id));
    let show = |email| ListedEmail::of(&snapshot, who.workspace, email);
    Ok(Answer(List::until(page, found.emails, next, show)))
}

/// The page of a workspace's emails that a filter asks for, in the direction of the page.
///
/// # Errors
/// What is wrong in the filter, and as [`email_list`].
pub async fn find(app: &App, workspace: i64, filter: EmailFilter) -> Result<(Page, Found), ApiError> {
    let (sought, filter, page) = filter.read(&app.directory.snapshot(), workspace)?;
    let _turn = app.list_turns.take(workspace).await;
    let found = match sought {
        Some(sought) => {
            let stores = (&app.store, &app.search);
            email_found(stores, app.now(), workspace, (&sought, &filter), page).await?
        }
        None => email_list(&app.store, app.now(), workspace, &filter, page).await?,
    };
    Ok((page, found))
}

/// Those of some messages that a filter leaves, newest first; what only the index knows (`q` and its kin) is not asked.
///
/// # Errors
/// What is wrong in the filter, and as [`email_list`].
pub async fn among(
    app: &App,
    workspace: i64,
    filter: EmailFilter,
    messages: &[i64],
) -> Result<Vec<Listed>, ApiError> {
    let (_, filter, _) = filter.read(&app.directory.snapshot(), workspace)?;
    Ok(these(&app.store, app.now(), workspace, &filter, messages).await?)
}
