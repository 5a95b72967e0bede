//! `/code-profiles`: what an application's codes are like.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use mail::Mailbox;
use mail::date::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::profile::{self, ATTEMPTS, Alphabet, Bound, EXPIRES, LENGTH, Profile, RESEND_AFTER, Stored};
use crate::app::App;
use crate::feature::template::key_ok;
use crate::http::auth::FullKey;
use crate::http::endpoint::{Deleted, Endpoint, Method, Shown};
use crate::http::error::{ApiError, Code, Mistakes};
use crate::http::json::{Json, Params};
use crate::http::page::{List, PageParams};
use crate::id::Noun;

/// Octets of a sender.
const FROM_MAX: usize = 1_000;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(Method::Get, "/code-profiles", list)
            .summary("List the profiles of codes, newest first.")
            .query::<PageParams>()
            .answers::<List<ProfileBody>>(200),
        Endpoint::new(Method::Post, "/code-profiles", create)
            .summary("Make a profile; one named `default` takes the place of the built-in one.")
            .takes::<ProfileRequest>()
            .answers::<ProfileBody>(201),
        Endpoint::new(Method::Get, "/code-profiles/{id}", one)
            .summary("Show a profile.")
            .answers::<ProfileBody>(200),
        Endpoint::new(Method::Patch, "/code-profiles/{id}", change)
            .summary("Change a profile, for codes that are sent from now on.")
            .takes::<ProfileRequest>()
            .answers::<ProfileBody>(200),
        Endpoint::new(Method::Delete, "/code-profiles/{id}", delete)
            .summary("Remove a profile. Codes that were sent with it can still be checked.")
            .answers::<Deleted>(200),
    ]
}

/// What codes are like. A field that is absent keeps its value; a new profile's has its default.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = NewCodeProfile)]
#[serde(default)]
pub struct ProfileRequest {
    /// By this name requests ask for it: 1 to 64 letters, digits, `.`, `-` and `_`.
    #[schema(required, example = "shop")]
    name: Option<String>,
    /// `digits` (the default), or `letters`: twenty consonants, none of which looks like another or like a digit.
    alphabet: Option<String>,
    /// Letters of a code, 6 to 10; 6 when nothing is said.
    length: Option<i64>,
    /// Seconds for which a code opens, 60 to 3,600; 600 when nothing is said.
    expires_s: Option<i64>,
    /// Wrong checks within that time, 1 to 10; 5 when nothing is said.
    attempts: Option<i64>,
    /// Seconds until another code may be sent, 15 to 3,600; 60 when nothing is said.
    resend_after_s: Option<i64>,
    /// A published template's id or key; empty: that of the request, or the built-in text.
    template: Option<String>,
    /// Who sends; empty: the request says it.
    from: Option<String>,
}

/// A profile, as it is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = CodeProfile)]
pub struct ProfileBody {
    /// Always `code_profile`.
    object: &'static str,
    id: String,
    name: String,
    alphabet: &'static str,
    length: i64,
    expires_s: i64,
    attempts: i64,
    resend_after_s: i64,
    template: Option<String>,
    from: Option<String>,
    created_at: String,
}

impl ProfileBody {
    fn of(stored: Stored) -> ProfileBody {
        let profile = stored.profile;
        ProfileBody {
            object: "code_profile",
            id: Noun::CodeProfile.show(stored.id),
            name: profile.name,
            alphabet: profile.alphabet.as_str(),
            length: profile.length,
            expires_s: profile.expires_s,
            attempts: profile.attempts,
            resend_after_s: profile.resend_after_s,
            template: profile.template,
            from: profile.author,
            created_at: rfc3339(stored.created),
        }
    }
}

impl ProfileRequest {
    /// Lays what was said over a profile.
    fn over(self, mut profile: Profile) -> Result<Profile, ApiError> {
        let mut mistakes = Mistakes::default();
        profile.name = self.name.unwrap_or(profile.name);
        if !key_ok(&profile.name) {
            let rule = "a name is 1 to 64 letters, digits, dots, hyphens and underscores";
            mistakes.add("/name", Code::InvalidValue, rule);
        }
        if let Some(text) = self.alphabet {
            match Alphabet::parse(&text) {
                Some(alphabet) => profile.alphabet = alphabet,
                None => mistakes.add("/alphabet", Code::InvalidValue, "either digits or letters"),
            }
        }
        let numbers = [
            (LENGTH, self.length, &mut profile.length),
            (EXPIRES, self.expires_s, &mut profile.expires_s),
            (ATTEMPTS, self.attempts, &mut profile.attempts),
            (RESEND_AFTER, self.resend_after_s, &mut profile.resend_after_s),
        ];
        for (bound, said, number) in numbers {
            *number = said.unwrap_or(*number);
            if !bound.takes(*number) {
                mistakes.add(format!("/{}", bound.name), Code::InvalidValue, rule(&bound));
            }
        }
        if let Some(template) = self.template {
            // An id looks like a key.
            if !template.is_empty() && !key_ok(&template) {
                mistakes.add("/template", Code::InvalidValue, "a template's id or key");
            }
            profile.template = Some(template).filter(|template| !template.is_empty());
        }
        if let Some(from) = self.from {
            let wrong = Mailbox::parse(&from).err().filter(|_| !from.is_empty());
            if let Some(wrong) = wrong {
                mistakes.add("/from", Code::InvalidFromAddress, wrong.to_string());
            } else if from.len() > FROM_MAX {
                mistakes.add("/from", Code::InvalidFromAddress, format!("longer than {FROM_MAX} octets"));
            }
            profile.author = Some(from).filter(|from| !from.is_empty());
        }
        mistakes.none_or(profile)
    }
}

fn rule(bound: &Bound) -> String {
    let Bound { unit, least, most, default, because, .. } = bound;
    format!("{least} to {most} {unit}; usually {default}: {because}")
}

async fn list(
    who: FullKey,
    State(app): State<Arc<App>>,
    Params(params): Params<PageParams>,
) -> Result<Answer<List<ProfileBody>>, ApiError> {
    let page = params.read(Noun::CodeProfile)?;
    let rows = profile::profile_list(&app.store, who.workspace, page).await?;
    Ok(Answer(List::of(page, rows, |one| Noun::CodeProfile.show(one.id), ProfileBody::of)))
}

async fn create(
    who: FullKey,
    State(app): State<Arc<App>>,
    Json(request, _): Json<ProfileRequest>,
) -> Result<(StatusCode, Answer<ProfileBody>), ApiError> {
    if request.name.is_none() {
        return Err(ApiError::field("/name", Code::MissingRequiredField, "a profile has a name"));
    }
    let profile = request.over(Profile::built_in(""))?;
    let id = profile::profile_add(&app.store, (&app.mint, app.now()), who.workspace, &profile).await?;
    Ok((StatusCode::CREATED, Answer(ProfileBody::of(existing(&app, &who, id).await?))))
}

async fn existing(app: &App, who: &FullKey, id: i64) -> Result<Stored, ApiError> {
    let found = profile::profile_one(&app.store, who.workspace, id).await?;
    found.ok_or_else(|| ApiError::not_found("code profile"))
}

async fn one(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Answer<ProfileBody>, ApiError> {
    let id = shown.id(Noun::CodeProfile, "code profile")?;
    Ok(Answer(ProfileBody::of(existing(&app, &who, id).await?)))
}

async fn change(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Json(request, _): Json<ProfileRequest>,
) -> Result<Answer<ProfileBody>, ApiError> {
    let id = shown.id(Noun::CodeProfile, "code profile")?;
    let mut stored = existing(&app, &who, id).await?;
    stored.profile = request.over(stored.profile)?;
    profile::profile_change(&app.store, who.workspace, &stored).await?;
    Ok(Answer(ProfileBody::of(existing(&app, &who, id).await?)))
}

async fn delete(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Answer<Deleted>, ApiError> {
    let id = shown.id(Noun::CodeProfile, "code profile")?;
    existing(&app, &who, id).await?;
    profile::profile_remove(&app.store, who.workspace, id).await?;
    Ok(Deleted::of("code_profile", shown.0))
}
