//! Making and sending a code.

use std::sync::Arc;
use std::time::Duration;

use mail::compose::{Draft, compose};
use mail::date::rfc3339;
use mail::{Address, At, Body, Envelope, Mailbox, ReversePath};
use store::{Committed, StoreError, Write, query};

use super::api::{CodeBody, CodeRequest};
use super::letter::{Letter, Wording};
use super::limit::{Counter, Limit, next_hour};
use super::order::{Order, profile};
use super::profile::Profile;
use super::secret::{self, Mac};
use crate::app::App;
use crate::feature::sending::accept::accept_with;
use crate::feature::sending::api::asked::{Asked, rendered};
use crate::feature::sending::examine::{Examined, examine, scan};
use crate::feature::sending::idempotency::{Once, answered, claim};
use crate::feature::sending::{MadeFrom, Options, Origin, Recipient, RecipientField, Sender, Submission};
use crate::feature::template::admin::Named;
use crate::http::auth::SendingKey;
use crate::http::error::{ApiError, Code, Mistakes};
use crate::id::Noun;

query!(PUT, "queries/put.sql");
query!(FREE, "queries/free.sql");
query!(WAIT, "queries/wait.sql");

/// The stream that codes belong to.
const STREAM: &str = "transactional";

const ANSWERED: &str = "this key was used before";
const COOLING: &str = "a code was sent a moment ago: wait before another is sent in its place";
const GUESSED: &str = "there were as many wrong checks as may be: another code could not be checked either";

/// Who asks, and when.
pub struct Context<'a> {
    pub app: &'a Arc<App>,
    pub who: &'a SendingKey,
    pub now: At,
}

/// What a request led to: its answer.
pub enum Outcome {
    Made(String),
    Replayed { status: u16, answer: String },
}

/// Makes a code and sends it.
///
/// # Errors
/// Nothing was made: a field is wrong, the sender may not send, or there were too many.
pub async fn issue(cx: &Context<'_>, request: CodeRequest, asked: &Asked) -> Result<Outcome, ApiError> {
    let (app, workspace) = (cx.app, cx.who.workspace);
    let profile = profile(app, workspace, request.profile.as_deref()).await?;
    let order = Order::read(&request, &profile)?;
    let named = request.template.as_deref().or(profile.template.as_deref()).map(Named::read);
    let program = match &named {
        Some(named) => {
            Some(app.programs.fetch(&app.store, workspace, (named, None)).await?.ok_or_else(|| {
                let why = "there is no such published template in this workspace";
                ApiError::field("/template", Code::InvalidValue, why)
            })?)
        }
        None => None,
    };
    let code = secret::code(profile.alphabet, usize::try_from(profile.length).unwrap_or(0), secret::chance);
    let wording = Wording {
        program: program.as_ref().map_or(&app.codes.letter, |ready| &ready.program).clone(),
        locale: request.locale.unwrap_or_default(),
        data: request.data.unwrap_or_default().0,
    };
    let letter = letter(app, (workspace, &profile), wording, &code).await?;
    let subject = app.codes.keys.subject(workspace, &order.to.folded, &order.purpose);
    let message = app.mint.message(cx.now, 1);
    let made = CodeBody {
        id: Noun::Code.show(app.mint.next(cx.now)),
        object: "code",
        email_id: Noun::Message.show(message),
        expires_at: rfc3339(cx.now.after(profile.life())),
        resend_at: rfc3339(cx.now.after(profile.cooling())),
        attempts: profile.attempts,
    };
    let mut write = super::write();
    let answer = rendered(&made);
    once(&mut write, cx.now, asked, &answer);
    conditions(cx, &mut write, (&order, &profile), &subject);
    put(cx, &mut write, &profile, New { shown: &made.id, subject: &subject, code: &code });
    let made_from = program.map(|ready| ready.made_from());
    let submission = submission(cx, (order, letter), (&profile, made_from), message)?;
    match accept_with(app, cx.now, write, submission).await? {
        Ok(Committed::Stored { .. }) => Ok(Outcome::Made(answer)),
        Ok(Committed::Guarded) => Err(ApiError::unavailable("the code was not stored")),
        Err(StoreError::Conflict(why)) if why == ANSWERED => replay(app, asked).await,
        Err(StoreError::Conflict(why)) => Err(refusal(cx, (&subject, &profile), why).await?),
        Err(error) => Err(error.into()),
    }
}

/// The mail, made where templates are rendered.
async fn letter(
    app: &App,
    (workspace, profile): (i64, &Profile),
    wording: Wording,
    code: &str,
) -> Result<Letter, ApiError> {
    let (profile, code) = (profile.clone(), code.to_owned());
    app.programs.rendering.run(workspace, move || wording.letter(&profile, &code)).await?
}

/// The idempotency record goes first: what was answered is answered again, whatever has changed since.
fn once(write: &mut Write, now: At, asked: &Asked, answer: &str) {
    if let Some((digest, fingerprint)) = asked.once {
        let answer = answer.to_owned();
        let once = Once { digest, fingerprint, status: 200, answer: Arc::new(move |_| answer.clone()) };
        claim(write, now, &once, ANSWERED);
    }
}

async fn replay(app: &App, asked: &Asked) -> Result<Outcome, ApiError> {
    let gone = || ApiError::unavailable("the key's record has just expired");
    let (digest, fingerprint) = asked.once.ok_or_else(gone)?;
    let (status, answer) = answered(app, digest, fingerprint).await?.ok_or_else(gone)?;
    Ok(Outcome::Replayed { status, answer })
}

fn conditions(cx: &Context<'_>, write: &mut Write, (order, profile): (&Order, &Profile), subject: &Mac) {
    let params = vec![
        ("subject", subject.to_vec().into()),
        ("since", since(cx.now, profile.life()).0.into()),
        ("attempts_max", profile.attempts.into()),
    ];
    write.step_expecting(1, GUESSED, &FREE, params);
    let (app, workspace) = (cx.app, cx.who.workspace);
    let (keys, mint, settings) = (&app.codes.keys, &*app.mint, &app.settings.codes);
    let counter = Counter { keys, mint, settings, workspace, now: cx.now };
    if let Some(network) = &order.network {
        counter.count(write, Limit::Pair, &format!("{network} {}", order.to.folded));
        counter.count(write, Limit::Network, network);
    }
    counter.count(write, Limit::Address, &order.to.folded);
    counter.count(write, Limit::Key, &cx.who.key.id.to_string());
    counter.count(write, Limit::Workspace, "");
}

fn since(now: At, life: Duration) -> At {
    At(now.0.saturating_sub(i64::try_from(life.as_micros()).unwrap_or(i64::MAX)))
}

/// A code that is to be stored.
struct New<'a> {
    shown: &'a str,
    subject: &'a Mac,
    code: &'a str,
}

fn put(cx: &Context<'_>, write: &mut Write, profile: &Profile, new: New<'_>) {
    let salt = secret::salt();
    let hash = cx.app.codes.keys.hash(new.subject, &salt, new.code);
    let life = i64::try_from(profile.life().as_micros()).unwrap_or(i64::MAX);
    let params = vec![
        ("id", Noun::Code.read(new.shown).unwrap_or_default().into()),
        ("workspace", cx.who.workspace.into()),
        ("subject", new.subject.to_vec().into()),
        ("salt", salt.into()),
        ("hash", hash.to_vec().into()),
        ("attempts_max", profile.attempts.into()),
        ("life", life.into()),
        ("expires", cx.now.after(profile.life()).0.into()),
        ("resend", cx.now.after(profile.cooling()).0.into()),
        ("now", cx.now.0.into()),
    ];
    write.step_expecting(1, COOLING, &PUT, params);
}

/// Why there were too many, with when to try again.
async fn refusal(
    cx: &Context<'_>,
    (subject, profile): (&Mac, &Profile),
    why: String,
) -> Result<ApiError, ApiError> {
    let wait = if why == COOLING || why == GUESSED {
        let params = [
            ("subject", subject.to_vec().into()),
            ("workspace", cx.who.workspace.into()),
            ("since", since(cx.now, profile.life()).0.into()),
        ];
        let rows = cx.app.store.read(&WAIT, &params).await?;
        let row = rows.first();
        let resend = row.map(|row| row.int_or_null(0)).transpose()?.flatten().map_or(cx.now, At);
        let oldest = row.map(|row| row.int_or_null(1)).transpose()?.flatten().map_or(cx.now, At);
        if why == COOLING { resend.since(cx.now) } else { oldest.after(profile.life()).since(cx.now) }
    } else if Limit::ALL.iter().any(|limit| limit.why() == why) {
        next_hour(cx.now)
    } else {
        return Err(StoreError::Conflict(why).into());
    };
    Ok(ApiError::too_many(why, whole_seconds(wait)))
}

/// Seconds after which a wait is over.
#[must_use]
pub fn whole_seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX).max(1)
}

fn submission(
    cx: &Context<'_>,
    (order, letter): (Order, Letter),
    (profile, made_from): (&Profile, Option<MadeFrom>),
    message: i64,
) -> Result<Examined, ApiError> {
    let snapshot = cx.app.directory.snapshot();
    let stream = snapshot.stream(cx.who.workspace, STREAM).cloned();
    let stream = stream.ok_or_else(|| ApiError::conflict("the workspace has no stream transactional"))?;
    let content = content(cx.now, (&order, &letter), message)?;
    let smtputf8 = !content.is_ascii();
    let submission = Submission {
        message,
        sender: Sender { workspace: cx.who.workspace, origin: Origin::Code, key: Some(cx.who.key.clone()) },
        stream,
        envelope: Envelope {
            reverse_path: ReversePath::Mailbox(order.from.address),
            forward_paths: Vec::new(),
            body: Body::SevenBit,
            smtputf8,
            ret: None,
            envid: None,
        },
        recipients: vec![Recipient { field: RecipientField::To, path: order.to.path }],
        content: content.into(),
        trace: None,
        options: Options { expires: Some(cx.now.after(profile.life())), made_from, ..Options::default() },
    };
    let octets = submission.content.clone();
    let headers = scan(cx.app, &octets)?;
    Ok(examine(cx.app, &snapshot, cx.now, submission, &headers)?.known_as(letter.known_as))
}

fn content(now: At, (order, letter): (&Order, &Letter), message: i64) -> Result<Vec<u8>, ApiError> {
    let address: &Address = &order.from.address;
    let to: Vec<Mailbox> = order.to.mailbox.iter().cloned().collect();
    let draft = Draft {
        from: &order.from,
        reply_to: &[],
        to: &to,
        cc: &[],
        subject: &letter.subject,
        date: now,
        message_id: &format!("{}@{}", Noun::Message.show(message), address.domain_str()),
        text: letter.text.as_deref(),
        html: letter.html.as_deref(),
        attachments: &[],
        headers: &[("Auto-Submitted", "auto-generated")],
        seed: message.cast_unsigned(),
    };
    compose(&draft).map_err(|wrong| {
        let mut mistakes = Mistakes::default();
        for one in wrong {
            mistakes.add(one.pointer, Code::InvalidValue, one.mistake.to_string());
        }
        ApiError::invalid(mistakes.0)
    })
}
