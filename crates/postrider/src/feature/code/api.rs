//! `/codes`: asking for a one-time code by mail, and checking it. Profiles: `profile_api`.
//!
//! Guarantees
//! 1. Whether the address is known, suppressed, or no address that could be reached: the answer to `POST /codes` is the same. What
//!    became of the mail is told at the email, and by its events.
//! 2. What is asked again under the same `Idempotency-Key` is answered as before, and no further code is sent.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::{self, Question, Verdict};
use super::issue::{self, Context, Outcome};
use super::order::{self, To};
use super::{profile_api, secret};
use crate::app::App;
use crate::feature::sending::api::asked::{Asked, answer, replayed};
use crate::feature::sending::api::metadata::Variables;
use crate::http::auth::SendingKey;
use crate::http::endpoint::{Endpoint, Method};
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::{self, Json, Octets};
use crate::id::Noun;

/// Octets of a code as somebody types it. Reason: ten letters, whatever stands between them.
const TYPED_MAX: usize = 100;

/// This slice's endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut all = vec![
        Endpoint::new(Method::Post, "/codes", send)
            .summary("Send a one-time code to an address, for a purpose.")
            .takes::<CodeRequest>()
            .answers::<CodeBody>(200),
        Endpoint::new(Method::Post, "/codes/check", verify)
            .summary("Check a code that somebody typed in; a right one is used up by it.")
            .takes::<CheckRequest>()
            .answers::<CheckBody>(200),
    ];
    all.extend(profile_api::endpoints());
    all
}

/// A code to be sent.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = SendCode)]
pub struct CodeRequest {
    /// `address`, or `Name <address>`.
    #[schema(required, example = "ann@example.org")]
    pub to: Option<String>,
    /// What it is for: it opens nothing else. Lowercase letters, digits, `.`, `_` and `-`.
    #[schema(required, example = "login")]
    pub purpose: Option<String>,
    /// What it is like; `default` when nothing is said.
    pub profile: Option<String>,
    /// The recipient's, such as `pt-BR`; the template's own when nothing is said.
    pub locale: Option<String>,
    /// What the template names beside `code` and `expires_minutes`; the built-in text knows `product`.
    #[schema(value_type = Object)]
    pub data: Option<Variables>,
    /// Who sends; the profile's when nothing is said. Its domain must be verified.
    #[schema(example = "Acme <login@app.example>")]
    pub from: Option<String>,
    /// A published template's id or key; the profile's when nothing is said, or the built-in text.
    pub template: Option<String>,
    pub context: Option<ContextRequest>,
}

/// What an application knows of whoever uses it.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = CodeContext)]
pub struct ContextRequest {
    /// The address from which the request came to the application. Only its network (/24, /48) is counted, by an hour's hash.
    #[schema(example = "192.0.2.7")]
    pub ip: Option<String>,
}

/// A code that was sent, if its address can be mailed.
#[derive(Serialize, ToSchema)]
#[schema(as = SentCode)]
pub struct CodeBody {
    #[schema(example = "cod_0123456789abc")]
    pub id: String,
    /// Always `code`.
    pub object: &'static str,
    /// The email that carries it.
    #[schema(example = "msg_0123456789abc")]
    pub email_id: String,
    /// From then on it opens nothing.
    pub expires_at: String,
    /// Until then no other is sent in its place.
    pub resend_at: String,
    /// Wrong checks that are allowed within the life of a code.
    pub attempts: i64,
}

/// A code to be checked: by address and purpose, by id, or by all of them.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = CheckCode)]
pub struct CheckRequest {
    #[schema(example = "ann@example.org")]
    pub to: Option<String>,
    #[schema(example = "login")]
    pub purpose: Option<String>,
    /// Only this one is right, though others may have been sent there since.
    pub id: Option<String>,
    /// As it was typed: blanks, hyphens and case do not matter.
    #[schema(required, example = "482 916")]
    pub code: Option<String>,
    /// The profile by which an address without a code counts its checks: the one with which codes are sent.
    pub profile: Option<String>,
    pub context: Option<ContextRequest>,
}

/// What a check led to.
#[derive(Serialize, ToSchema)]
#[schema(as = CheckedCode)]
pub struct CheckBody {
    /// Always `code_check`.
    pub object: &'static str,
    /// Whether it opens. True at most once for a code.
    pub valid: bool,
    /// `valid`, `invalid`, `exhausted` (it was not looked at); to whoever has the right code, `expired` or `used`.
    pub status: &'static str,
    /// Checks that are left; none are counted when it is valid.
    pub attempts_left: Option<i64>,
    /// Seconds until another check is allowed, when none is left.
    pub retry_after: Option<u32>,
}

async fn send(
    who: SendingKey,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Octets(body): Octets,
) -> Result<Response, ApiError> {
    let asked = Asked::read(&who, ("codes", ""), &headers, &body)?;
    let cx = Context { app: &app, who: &who, now: app.now() };
    let issued = match json::parse::<CodeRequest>(&body) {
        Ok(request) => issue::issue(&cx, request, &asked).await,
        Err(error) => Err(error),
    };
    match issued {
        Ok(Outcome::Made(text)) => Ok(answer(StatusCode::OK, text, false)),
        Ok(Outcome::Replayed { status, answer }) => Ok(replayed(status, answer)),
        Err(error) => asked.replay_or(&app, error).await,
    }
}

async fn verify(
    who: SendingKey,
    State(app): State<Arc<App>>,
    Json(request, _): Json<CheckRequest>,
) -> Result<Answer<CheckBody>, ApiError> {
    let cx = Context { app: &app, who: &who, now: app.now() };
    let mut mistakes = Mistakes::default();
    let ip = request.context.as_ref().and_then(|context| context.ip.as_deref());
    let network = order::network(ip, &mut mistakes);
    let code = typed(request.code.as_deref(), &mut mistakes);
    let id = request.id.as_deref().map(|shown| (shown, Noun::Code.read(shown).unwrap_or_default()));
    let by_address = request.id.is_none() || request.to.is_some() || request.purpose.is_some();
    let named = by_address.then(|| {
        let to = To::read(request.to.as_deref(), &mut mistakes);
        (to, order::purpose(request.purpose.as_deref(), &mut mistakes))
    });
    mistakes.none_or(())?;
    let profile = order::profile(&app, who.workspace, request.profile.as_deref()).await?;
    let subject = match (named, id) {
        (Some((Some(to), purpose)), _) => {
            app.codes.keys.subject(who.workspace, &to.folded, &purpose).to_vec()
        }
        (_, Some((shown, id))) => check::subject_of(&cx, shown, id).await?,
        // Every such request has a mistake.
        (_, None) => return Err(ApiError::not_found("code")),
    };
    let question = Question { subject, id: id.map(|(_, id)| id), code: &code, network };
    let checked = check::check(&cx, &profile, &question).await?;
    let valid = checked.verdict == Verdict::Valid;
    let wait = checked.free_at.filter(|_| !valid).map(|at| issue::whole_seconds(at.since(cx.now)));
    Ok(Answer(CheckBody {
        object: "code_check",
        valid,
        status: checked.verdict.as_str(),
        attempts_left: (!valid).then_some(checked.attempts_left),
        retry_after: wait,
    }))
}

fn typed(text: Option<&str>, mistakes: &mut Mistakes) -> String {
    let text = text.unwrap_or_default();
    if text.len() > TYPED_MAX {
        mistakes.add("/code", Code::InvalidValue, format!("longer than {TYPED_MAX} octets"));
        return String::new();
    }
    let code = secret::typed(text);
    if code.is_empty() {
        mistakes.add("/code", Code::MissingRequiredField, "the code as it was typed in");
    }
    code
}
