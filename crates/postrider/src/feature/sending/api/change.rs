//! `PATCH /emails/{id}` and `POST /emails/{id}/cancel`.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::Write;
use utoipa::ToSchema;

use super::moment;
use crate::app::App;
use crate::feature::egress::cancel::{self, Refused};
use crate::feature::sending::policy::SCHEDULE_MAX;
use crate::feature::sending::read::email_one;
use crate::http::auth::FullKey;
use crate::http::endpoint::Shown;
use crate::http::error::{ApiError, Code};
use crate::http::json::Json;
use crate::id::Noun;

/// When an email should be sent instead.
#[derive(Deserialize, ToSchema, Default)]
#[schema(as = RescheduleEmail)]
pub struct RescheduleRequest {
    /// RFC 3339, or `in 1 hour`.
    #[serde(alias = "scheduledAt")]
    #[schema(required)]
    scheduled_at: Option<String>,
}

/// An email that was changed.
#[derive(Serialize, ToSchema)]
pub struct ChangedEmail {
    pub id: String,
    /// Always `email`.
    pub object: &'static str,
}

impl ChangedEmail {
    fn of(message: i64) -> Answer<ChangedEmail> {
        Answer(ChangedEmail { id: Noun::Message.show(message), object: "email" })
    }
}

pub(super) async fn reschedule(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
    Json(request, _): Json<RescheduleRequest>,
) -> Result<Answer<ChangedEmail>, ApiError> {
    let message = existing(&app, &who, &shown).await?;
    let now = app.now();
    let Some(text) = request.scheduled_at else {
        return Err(ApiError::field("/scheduled_at", Code::MissingRequiredField, "the new time is missing"));
    };
    let due =
        moment::parse(now, &text).map_err(|why| ApiError::field("/scheduled_at", Code::InvalidValue, why))?;
    if due > now.after(SCHEDULE_MAX) {
        return Err(ApiError::field("/scheduled_at", Code::InvalidValue, "more than 366 days ahead"));
    }
    cancel::reschedule(&app, who.workspace, message, due.max(now)).await?;
    Ok(ChangedEmail::of(message))
}

pub(super) async fn cancel(
    who: FullKey,
    State(app): State<Arc<App>>,
    shown: Shown,
) -> Result<Answer<ChangedEmail>, ApiError> {
    let message = existing(&app, &who, &shown).await?;
    cancel::cancel(&app, who.workspace, message, Write::default()).await?;
    Ok(ChangedEmail::of(message))
}

async fn existing(app: &App, who: &FullKey, shown: &Shown) -> Result<i64, ApiError> {
    let message = shown.id(Noun::Message, "email")?;
    match email_one(&app.store, who.workspace, message).await? {
        Some(_) => Ok(message),
        None => Err(ApiError::not_found("email")),
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> ApiError {
        let text = refused.to_string();
        match refused {
            Refused::NothingWaits | Refused::UnderWay | Refused::Attempted | Refused::Code => {
                ApiError::conflict(text)
            }
            Refused::TooMany => ApiError::unavailable(text),
            Refused::Store(error) => error.into(),
        }
    }
}
