//! Checking a code: counted first, then compared, then used.
//!
//! Three moments, two transactions: the check is counted and what is stored is read; the hashes are compared in memory; a code
//! that was right is used, and its check counts no longer. What is killed after the first has cost a check; after the second, the
//! code.

use mail::At;
use store::{Committed, Row, StoreError, query};

use super::issue::Context;
use super::limit::{Counter, Limit, next_hour};
use super::profile::Profile;
use super::secret::{Keys, Mac, SALT_BYTES};
use crate::http::error::ApiError;

query!(ATTEMPT, "queries/attempt.sql");
query!(STANDING, "queries/standing.sql");
query!(USE, "queries/use.sql");
query!(ATTEMPT_UNDO, "queries/attempt_undo.sql");
query!(SUBJECT, "queries/subject.sql");

const USED: &str = "the code was used at the same moment";

/// What a check is about.
pub struct Question<'a> {
    pub subject: Vec<u8>,
    /// The code that it must be, if the request says so.
    pub id: Option<i64>,
    /// As it was typed, put into the form in which codes are made.
    pub code: &'a str,
    pub network: Option<String>,
}

/// What a check led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Valid,
    /// It is another, or there is none.
    Invalid,
    /// It was the right one.
    Expired,
    /// It was the right one, and opened before.
    Used,
    /// Nothing was compared.
    Exhausted,
}

impl Verdict {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Valid => "valid",
            Verdict::Invalid => "invalid",
            Verdict::Expired => "expired",
            Verdict::Used => "used",
            Verdict::Exhausted => "exhausted",
        }
    }
}

/// A verdict, and how often one may try on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Checked {
    pub verdict: Verdict,
    pub attempts_left: i64,
    /// When there is another try, if there is none.
    pub free_at: Option<At>,
}

/// The subject of a code by its id; somebody else's, or one that was replaced, has that of nobody.
///
/// # Errors
/// As [`store::Store::read`].
pub async fn subject_of(cx: &Context<'_>, shown: &str, id: i64) -> Result<Vec<u8>, StoreError> {
    let params = [("id", id.into()), ("workspace", cx.who.workspace.into())];
    let rows = cx.app.store.read(&SUBJECT, &params).await?;
    let nobody = || cx.app.codes.keys.subject_of_nobody(cx.who.workspace, shown).to_vec();
    rows.first().map_or_else(|| Ok(nobody()), |row| Ok(row.blob(0)?.to_vec()))
}

/// Checks a code. `profile` says how many checks an address has that has no code.
///
/// # Errors
/// Too many checks come from the network, or with the key; as [`store::Store::write`].
pub async fn check(
    cx: &Context<'_>,
    profile: &Profile,
    question: &Question<'_>,
) -> Result<Checked, ApiError> {
    let attempt = cx.app.mint.next(cx.now);
    let (counted, standing) = count(cx, profile, question, attempt).await?;
    let verdict = match counted {
        true => standing.judge(&cx.app.codes.keys, cx.now, question),
        false => Verdict::Exhausted,
    };
    let verdict = match (verdict, &standing.code) {
        (Verdict::Valid, Some(code)) => use_up(cx, code.id, attempt).await?,
        (other, _) => other,
    };
    let left = standing.attempts_max - standing.counted;
    let free_at = (left <= 0).then(|| At(standing.oldest.0.saturating_add(standing.life_us)));
    Ok(Checked { verdict, attempts_left: left.max(0), free_at })
}

/// Counts a check, unless there were as many as there may be; and reads what is stored, in the same transaction.
async fn count(
    cx: &Context<'_>,
    profile: &Profile,
    question: &Question<'_>,
    attempt: i64,
) -> Result<(bool, Standing), ApiError> {
    let (app, workspace) = (cx.app, cx.who.workspace);
    let mut write = super::write();
    let (keys, mint, settings) = (&app.codes.keys, &*app.mint, &app.settings.codes);
    let counter = Counter { keys, mint, settings, workspace, now: cx.now };
    if let Some(network) = &question.network {
        counter.count(&mut write, Limit::Checks, network);
    }
    counter.count(&mut write, Limit::KeyChecks, &cx.who.key.id.to_string());
    let life = i64::try_from(profile.life().as_micros()).unwrap_or(i64::MAX);
    let params = vec![
        ("subject", question.subject.clone().into()),
        ("now", cx.now.0.into()),
        ("life", life.into()),
        ("attempts_max", profile.attempts.into()),
        ("workspace", workspace.into()),
        ("id", attempt.into()),
    ];
    // Counted before it is read: the count that is read holds this check.
    write.step(&ATTEMPT, params.clone()).step(&STANDING, params);
    let answers = match app.store.write(write).await {
        Ok(Committed::Stored { answers }) => answers,
        Ok(Committed::Guarded) => return Err(ApiError::unavailable("the check was not counted")),
        Err(StoreError::Conflict(why)) if Limit::ALL.iter().any(|limit| limit.why() == why) => {
            return Err(ApiError::too_many(why, super::issue::whole_seconds(next_hour(cx.now))));
        }
        Err(error) => return Err(error.into()),
    };
    let [.., attempt, standing] = answers.as_slice() else {
        return Err(ApiError::unavailable("the check was not counted"));
    };
    let standing = standing
        .first()
        .map(Standing::read)
        .transpose()?
        .ok_or_else(|| StoreError::Broken { query: "STANDING".into(), reason: "gave no row".into() })?;
    Ok((!attempt.is_empty(), standing))
}

/// What is stored about a subject, the check under way included.
#[derive(Clone, Debug)]
struct Standing {
    code: Option<Kept>,
    attempts_max: i64,
    life_us: i64,
    counted: i64,
    /// When the first of those that count was made.
    oldest: At,
}

/// A code as it is kept.
#[derive(Clone, Debug)]
struct Kept {
    id: i64,
    live: bool,
    salt: Vec<u8>,
    hash: Vec<u8>,
    expires: At,
}

impl Standing {
    fn read(row: &Row) -> Result<Standing, StoreError> {
        let kept = |id: i64| {
            Ok::<_, StoreError>(Kept {
                id,
                live: row.text(1)? == "live",
                salt: row.blob(2)?.to_vec(),
                hash: row.blob(3)?.to_vec(),
                expires: At(row.int(4)?),
            })
        };
        Ok(Standing {
            code: row.int_or_null(0)?.map(kept).transpose()?,
            attempts_max: row.int(5)?,
            life_us: row.int(6)?,
            counted: row.int(7)?,
            oldest: At(row.int_or_null(8)?.unwrap_or_default()),
        })
    }

    /// Computes and compares in any case, also where there is no code.
    fn judge(&self, keys: &Keys, now: At, question: &Question<'_>) -> Verdict {
        const NONE: (&[u8], &[u8]) = (&[0; SALT_BYTES], &[0; size_of::<Mac>()]);
        let (salt, hash) = self.code.as_ref().map_or(NONE, |code| (&code.salt, &code.hash));
        let fits = keys.fits((&question.subject, salt, hash), question.code);
        match &self.code {
            Some(code) if fits && question.id.is_none_or(|id| id == code.id) => {
                match (code.live, now < code.expires) {
                    (false, _) => Verdict::Used,
                    (true, true) => Verdict::Valid,
                    (true, false) => Verdict::Expired,
                }
            }
            Some(_) | None => Verdict::Invalid,
        }
    }
}

/// Uses a code up; of several at once one does.
async fn use_up(cx: &Context<'_>, code: i64, attempt: i64) -> Result<Verdict, StoreError> {
    let mut write = super::write();
    let params = vec![("id", code.into()), ("workspace", cx.who.workspace.into()), ("now", cx.now.0.into())];
    write.step_expecting(1, USED, &USE, params);
    write.step(&ATTEMPT_UNDO, vec![("attempt", attempt.into())]);
    match cx.app.store.write(write).await {
        Ok(_) => Ok(Verdict::Valid),
        Err(StoreError::Conflict(why)) if why == USED => Ok(Verdict::Used),
        Err(error) => Err(error),
    }
}
