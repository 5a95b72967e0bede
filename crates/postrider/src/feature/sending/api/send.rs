//! `POST /emails` and `POST /emails/batch`.

use std::fmt;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use mail::At;
use memchr::memmem;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserializer, Serialize};
use utoipa::ToSchema;

use super::asked::{Asked, answer, rendered, replayed};
use super::attached;
use super::request::EmailRequest;
use super::submission::{Context, submission};
use super::templated::Templates;
use super::text::Texts;
use super::together::Together;
use crate::app::App;
use crate::feature::attachment::referred::Files;
use crate::feature::sending::accept::{Outcome, accept};
use crate::feature::sending::examine::{Examined, examine, scan};
use crate::feature::sending::idempotency::{Answer, Once};
use crate::feature::sending::{Accepted, AcceptedDelivery, Fate, Origin, Sender};
use crate::http::auth::SendingKey;
use crate::http::error::{ApiError, Code, FieldErrorBody, Mistakes};
use crate::http::json::{self, Octets};
use crate::id::Noun;
use crate::room::Place;

/// Emails of one batch at most. Reason: they are one transaction, which others wait for.
const BATCH_MAX: usize = 1_000;
/// Recipients of all emails of one batch. Reason: each is a row of that transaction, and in memory until it ends.
const BATCH_RECIPIENTS_MAX: usize = 50_000;

/// An email that was taken.
#[derive(Serialize, ToSchema)]
pub struct SentEmail {
    #[schema(example = "msg_0123456789abc")]
    pub id: String,
    /// Always `email`.
    pub object: &'static str,
    /// `queued` or `scheduled`, as its first recipient that is sent to; otherwise that of its first recipient.
    pub status: &'static str,
    pub recipients: Vec<SentRecipient>,
}

/// What became of one recipient.
#[derive(Serialize, ToSchema)]
pub struct SentRecipient {
    #[schema(example = "dlv_0123456789abc")]
    pub id: String,
    pub email: String,
    /// `queued`, `scheduled`, `suppressed` or `rejected`.
    pub status: &'static str,
    /// Why it is not sent.
    pub reason: Option<&'static str>,
}

/// Emails that were taken together.
#[derive(Serialize, ToSchema)]
pub struct SentBatch {
    /// In the order of the request, without those in `errors`.
    pub data: Vec<SentEmail>,
    /// With `x-batch-validation: permissive`: the emails that were not taken.
    pub errors: Vec<BatchError>,
}

/// Why one email of a batch was not taken.
#[derive(Serialize, ToSchema, Clone)]
pub struct BatchError {
    /// Its place in the request, from 0.
    pub index: usize,
    pub name: &'static str,
    pub message: String,
    pub errors: Vec<FieldErrorBody>,
}

impl SentEmail {
    fn of(accepted: &Accepted) -> SentEmail {
        let recipients: Vec<_> = accepted.deliveries.iter().map(SentRecipient::of).collect();
        let sent =
            accepted.deliveries.iter().position(|one| matches!(one.fate, Fate::Queued | Fate::Scheduled));
        let status = recipients.get(sent.unwrap_or(0)).map_or("queued", |one| one.status);
        SentEmail { id: Noun::Message.show(accepted.message), object: "email", status, recipients }
    }
}

impl SentRecipient {
    fn of(delivery: &AcceptedDelivery) -> SentRecipient {
        let (status, reason) = match delivery.fate {
            Fate::Queued => ("queued", None),
            Fate::Scheduled => ("scheduled", None),
            Fate::NotSent { suppressed: true, reason } => ("suppressed", Some(reason)),
            Fate::NotSent { suppressed: false, reason } => ("rejected", Some(reason)),
        };
        SentRecipient {
            id: Noun::Delivery.show(delivery.id),
            email: delivery.recipient.clone(),
            status,
            reason,
        }
    }
}

pub(super) async fn one(
    who: SendingKey,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Octets(body): Octets,
) -> Result<Response, ApiError> {
    let asked = Asked::read(&who, ("emails", ""), &headers, &body)?;
    let (now, workspace) = (app.now(), who.workspace);
    let read = async {
        let named = Named {
            templates: Templates::named_in(&app, who.workspace, &[&*body]).await?,
            files: Files::named_in(&app, who.workspace, &[&*body]).await?,
        };
        let request: EmailRequest = json::parse(&body)?;
        let advice = if request.lint == Some(true) { Advice::Asked } else { Advice::Unasked };
        let (own, sender) = (app.clone(), sender(&who));
        let (room, together) = (named.files.room(), Together::of(body.len() + named.files.octets()));
        let judge = move |named: &Named| {
            let snapshot = own.directory.snapshot();
            let texts = Texts::default();
            let cx = Context { app: &own, snapshot: &snapshot, sender: &sender, now, texts, together };
            examined(&cx, named, request)
        };
        Ok::<_, ApiError>((named.judge((&app, workspace), advice, judge).await??, room))
    };
    match read.await {
        Ok((examined, _room)) => {
            let render = |accepted: &[Accepted]| rendered(&accepted.first().map(SentEmail::of));
            hand_over(&app, asked, vec![examined], Arc::new(render)).await
        }
        Err(error) => asked.replay_or(&app, error).await,
    }
}

/// Whether some email of a request asks to be looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Advice {
    Unasked,
    /// Or may be.
    Asked,
}

impl Advice {
    /// In a body that is not read yet; a name may be written with escapes.
    fn mentioned(body: &[u8]) -> Advice {
        let has = |word: &[u8]| memmem::find(body, word).is_some();
        if has(b"lint") || has(b"\\u") { Advice::Asked } else { Advice::Unasked }
    }
}

/// What the emails of a request name, looked up.
#[derive(Default)]
struct Named {
    templates: Templates,
    files: Files,
}

impl Named {
    /// Judges emails with what they name at hand; where templates are to be rendered or advice is asked for, on a thread that may
    /// take its time.
    ///
    /// # Errors
    /// It panicked.
    async fn judge<T: Send + 'static>(
        self,
        (app, workspace): (&App, i64),
        advice: Advice,
        judge: impl FnOnce(&Named) -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        if self.templates.is_empty() && advice == Advice::Unasked {
            return Ok(judge(&self));
        }
        Ok(app.programs.rendering.run(workspace, move || judge(&self)).await?)
    }
}

/// Who hands over with a key.
fn sender(who: &SendingKey) -> Sender {
    Sender { workspace: who.workspace, origin: Origin::Api, key: Some(who.key.clone()) }
}

/// Judges an email that names neither a template nor a file, as one of the API's.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn judged_alone(
    app: &App,
    now: At,
    sender: &Sender,
    request: EmailRequest,
) -> Result<Examined, ApiError> {
    let snapshot = app.directory.snapshot();
    let (texts, together) = (Texts::default(), Together::of(0));
    let cx = Context { app, snapshot: &snapshot, sender, now, texts, together };
    examined(&cx, &Named::default(), request)
}

/// Judges a request and what it asks to be sent, its template rendered and its files in their places; or tells everything that is
/// wrong with all of them.
fn examined(cx: &Context<'_>, named: &Named, mut request: EmailRequest) -> Result<Examined, ApiError> {
    let filled = named.templates.fill(&mut request);
    let attached = attached::fill(&named.files, &mut request);
    let submission = match (filled, attached, submission(cx, &request)) {
        (Ok(made_from), Ok(()), Ok(mut submission)) => {
            submission.options.made_from = made_from;
            submission
        }
        (filled, attached, judged) => {
            let wrong = [filled.err(), attached.err(), judged.err()];
            let wrong = wrong.into_iter().flatten().flatten().collect();
            return Err(ApiError::invalid(wrong));
        }
    };
    let content = submission.content.clone();
    let room = cx.together.room(&cx.app.bodies, cx.sender.workspace, content.len())?;
    let headers = scan(cx.app, &content)?;
    Ok(examine(cx.app, cx.snapshot, cx.now, submission, &headers)?.holding(room))
}

pub(super) async fn batch(
    who: SendingKey,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Octets(body): Octets,
) -> Result<Response, ApiError> {
    let validation = Validation::read(&headers)?;
    let asked = Asked::read(&who, ("batch", validation.as_str()), &headers, &body)?;
    let (submissions, errors, _room) = match read_batch(&app, &who, &body, validation).await {
        Ok(read) => read,
        Err(error) => return asked.replay_or(&app, error).await,
    };
    let render = move |accepted: &[Accepted]| {
        rendered(&SentBatch { data: accepted.iter().map(SentEmail::of).collect(), errors: errors.clone() })
    };
    if submissions.is_empty() {
        return Ok(answer(StatusCode::OK, render(&[]), false));
    }
    hand_over(&app, asked, submissions, Arc::new(render)).await
}

/// What becomes of a batch in which something is wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Validation {
    /// Nothing is sent.
    Strict,
    /// What is right is sent.
    Permissive,
}

impl Validation {
    fn as_str(self) -> &'static str {
        match self {
            Validation::Strict => "strict",
            Validation::Permissive => "permissive",
        }
    }

    fn read(headers: &HeaderMap) -> Result<Validation, ApiError> {
        match headers.get("x-batch-validation").map(HeaderValue::as_bytes) {
            None | Some(b"strict") => Ok(Validation::Strict),
            Some(b"permissive") => Ok(Validation::Permissive),
            Some(_) => {
                Err(ApiError::field("x-batch-validation", Code::InvalidValue, "either strict or permissive"))
            }
        }
    }
}

async fn read_batch(
    app: &Arc<App>,
    who: &SendingKey,
    body: &Bytes,
    validation: Validation,
) -> Result<(Vec<Examined>, Vec<BatchError>, Option<Arc<Place>>), ApiError> {
    let mut named = Named::default();
    if Templates::mentioned(body) || Files::mentioned(body) {
        let emails = emails_of(body)?;
        named.templates = Templates::named_in(app, who.workspace, &emails).await?;
        named.files = Files::named_in(app, who.workspace, &emails).await?;
    }
    let (own, sender, body, workspace) = (app.clone(), sender(who), body.clone(), who.workspace);
    let (room, advice) = (named.files.room(), Advice::mentioned(&body));
    let judge = move |named: &Named| {
        let snapshot = own.directory.snapshot();
        let together = Together::of(body.len() + named.files.octets());
        let (now, texts) = (own.now(), Texts::default());
        let cx = Context { app: &own, snapshot: &snapshot, sender: &sender, now, texts, together };
        judged(cx, named, &body)
    };
    let Judged { submissions, refused, .. } = named.judge((app, workspace), advice, judge).await??;
    if validation == Validation::Strict && !refused.is_empty() {
        return Err(all_as_one(refused));
    }
    let errors = refused.into_iter().map(|(index, error)| batch_error(index, &error)).collect();
    Ok((submissions, errors, room))
}

/// Judges the emails of a batch, one by one.
fn judged(mut cx: Context<'_>, named: &Named, body: &[u8]) -> Result<Judged, ApiError> {
    let mut judged = Judged::default();
    let read = in_one_pass(body, &mut |email| judged.take(examined(&cx, named, email)));
    if read.is_err() {
        judged = Judged::default();
        cx.together = Together::of(body.len() + named.files.octets());
        for email in emails_of(body)? {
            judged.take(json::parse(email).and_then(|email| examined(&cx, named, email)));
        }
    }
    Ok(judged)
}

/// What became of the emails of a batch that were read.
#[derive(Default)]
struct Judged {
    submissions: Vec<Examined>,
    recipients: usize,
    /// With its place.
    refused: Vec<(usize, ApiError)>,
}

impl Judged {
    fn take(&mut self, judged: Result<Examined, ApiError>) {
        let place = self.submissions.len() + self.refused.len();
        match judged {
            Ok(examined) if self.recipients + examined.submission.recipients.len() > BATCH_RECIPIENTS_MAX => {
                let why =
                    format!("the emails of a batch have at most {BATCH_RECIPIENTS_MAX} recipients together");
                self.refused.push((place, ApiError::field("/to", Code::InvalidValue, why)));
            }
            Ok(examined) => {
                self.recipients += examined.submission.recipients.len();
                self.submissions.push(examined);
            }
            Err(error) => self.refused.push((place, error)),
        }
    }
}

/// Gives `each` the emails of a batch, one by one: what is in memory at once is one of them, and what became of the others.
/// The usual case costs one pass.
///
/// # Errors
/// That something is wrong: then [`emails_of`] finds out what.
fn in_one_pass(body: &[u8], each: &mut dyn FnMut(EmailRequest)) -> serde_json::Result<()> {
    struct Emails<'e>(&'e mut dyn FnMut(EmailRequest));
    impl<'de> Visitor<'de> for Emails<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "1 to {BATCH_MAX} emails")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
            let mut count = 0;
            while let Some(email) = seq.next_element()? {
                count += 1;
                if count > BATCH_MAX {
                    break;
                }
                (self.0)(email);
            }
            if (1..=BATCH_MAX).contains(&count) {
                Ok(())
            } else {
                Err(A::Error::invalid_length(count, &self))
            }
        }
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    reader.deserialize_seq(Emails(each))?;
    reader.end()
}

/// The emails of a batch as they were written.
fn emails_of(body: &[u8]) -> Result<Vec<&[u8]>, ApiError> {
    let (emails, count) = json::elements(body, BATCH_MAX)?;
    let wrong = |code, why: String| Err(ApiError::field("", code, why));
    match count {
        0 => wrong(Code::MissingRequiredField, "a batch needs an email".into()),
        1..=BATCH_MAX => Ok(emails),
        more => {
            wrong(Code::InvalidValue, format!("a batch has at most {BATCH_MAX} emails, this one has {more}"))
        }
    }
}

/// Every mistake of every email, with its place; a refusal that is about no field keeps its name.
fn all_as_one(refused: Vec<(usize, ApiError)>) -> ApiError {
    let mut fields = Mistakes::default();
    let mut whole = None;
    for (index, error) in refused {
        if error.errors.is_empty() {
            let detail = format!("/{index}: {}", error.detail);
            whole.get_or_insert(ApiError { detail, ..error });
            continue;
        }
        for field in error.errors {
            fields.add(format!("/{index}{}", field.pointer), field.code, field.message);
        }
    }
    match whole {
        Some(error) => ApiError { errors: fields.0, ..error },
        None => ApiError::invalid(fields.0),
    }
}

fn batch_error(index: usize, error: &ApiError) -> BatchError {
    let body = error.body("");
    BatchError { index, name: body.name, message: body.message, errors: body.errors }
}

async fn hand_over(
    app: &Arc<App>,
    asked: Asked,
    submissions: Vec<Examined>,
    render: Answer,
) -> Result<Response, ApiError> {
    let once = asked.once.map(|(digest, fingerprint)| Once {
        digest,
        fingerprint,
        status: StatusCode::OK.as_u16(),
        answer: render.clone(),
    });
    match accept(app, app.now(), submissions, once).await {
        Ok(Outcome::Accepted(accepted)) => Ok(answer(StatusCode::OK, render(&accepted), false)),
        Ok(Outcome::Replayed { status, answer }) => Ok(replayed(status, answer)),
        Err(refusal) => asked.replay_or(app, refusal.into()).await,
    }
}
