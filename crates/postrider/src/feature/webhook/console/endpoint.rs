//! One endpoint: how it stands, what it is told, and the attempts, narrowed as the address says.

use std::sync::Arc;

use ::console::Page as Frame;
use ::console::format::{number, time};
use ::console::screen::activity::Choice;
use ::console::screen::webhook::{Attempt, Nothing, Webhook};
use ::console::words::Word;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use mail::At;
use mail::date::rfc3339;
use serde::Deserialize;

use super::super::kept::{Kept, Verdict, Wanted, attempts, attempts_wanted};
use super::super::{Endpoint, Reason, State as Standing};
use super::act::Again;
use super::list::{events, health, took};
use super::{existing, list_path, path, sign, verdict_sign};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::Refused;
use crate::console::screen::{Member, Named, show, show_again};
use crate::console::shell::escaped;
use crate::feature::event::Name;
use crate::feature::person::permission::need::SteerWebhooks;
use crate::id::Noun;

/// Attempts of a page that is narrowed; one that is not is as long as every list's.
const ROWS: usize = 50;
/// Characters of an answer that a line shows.
const ANSWER_SHOWN: usize = 80;

/// What of the attempts is wanted.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    verdict: String,
    event: String,
    after: Option<String>,
    before: Option<String>,
    /// What came of a form.
    told: String,
}

impl Asked {
    fn wanted(&self) -> Wanted {
        let verdict = match &*self.verdict {
            "delivered" => Some(Verdict::Delivered),
            "failed" => Some(Verdict::Failed),
            "given_up" => Some(Verdict::GivenUp),
            _ => None,
        };
        Wanted { verdict, event: Name::parse(&self.event).map(|name| name.as_str().to_owned()) }
    }
}

pub(super) async fn one(
    who: Member<SteerWebhooks>,
    State(app): State<Arc<App>>,
    named: Named,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let webhook = existing(&who, &app, &named)?;
    show(&page(who, &app, &webhook, &asked).await?)
}

/// The endpoint with a secret that was just made.
pub(super) async fn with_secret(
    who: Member<SteerWebhooks>,
    app: &App,
    webhook: &Endpoint,
    secret: String,
) -> Result<Response, Refused> {
    let shown = page(who, app, webhook, &Asked::default()).await?;
    show(&Webhook { secret: Some(secret), ..shown })
}

/// The endpoint with what was wrong with a time to tell again.
pub(super) async fn again(
    who: Member<SteerWebhooks>,
    app: &App,
    webhook: &Endpoint,
    (again, mistake): (Again, Word),
) -> Result<Response, Refused> {
    let shown = page(who, app, webhook, &Asked::default()).await?;
    let (since, until) = (again.since, again.until);
    Ok(show_again(&Webhook { since, until, since_mistake: Some(mistake), ..shown })?.into_response())
}

/// What is said after a form was sent, by the word in the address.
fn told(text: &str) -> Option<Word> {
    Some(match text {
        "changed" => Word("webhook-told-changed"),
        "paused" => Word("webhook-told-paused"),
        "resumed" => Word("webhook-told-resumed"),
        "replayed" => Word("webhook-told-replayed"),
        "too-many" => Word("webhook-told-too-many"),
        _ => return None,
    })
}

/// A page of attempts, and the addresses of those beside it.
struct Listed {
    kept: Vec<Kept>,
    newer: Option<String>,
    older: Option<String>,
    none: Nothing,
}

async fn listed(app: &App, webhook: &Endpoint, asked: &Asked, path: &str) -> Result<Listed, Refused> {
    let (of, wanted) = ((webhook.workspace, webhook.id), asked.wanted());
    let shown = |kept: &Kept| Noun::WebhookAttempt.show(kept.id);
    if !wanted.narrows() {
        let page = Edge { after: asked.after.clone(), before: asked.before.clone() };
        let page = page.page(Noun::WebhookAttempt);
        let rows = attempts(&app.store, of, page).await?.into_iter().map(|(_, kept)| kept).collect();
        let paged = Paged::of(page, rows, &format!("{path}?"), shown);
        return Ok(Listed { kept: paged.rows, newer: paged.before, older: paged.after, none: Nothing::Yet });
    }
    let below = asked.after.as_deref().and_then(|text| Noun::WebhookAttempt.read(text));
    let (kept, looked) = attempts_wanted(&app.store, of, &wanted, (below.unwrap_or(i64::MAX), ROWS)).await?;
    let narrowed = format!("{path}?verdict={}&event={}", escaped(&asked.verdict), escaped(&asked.event));
    Ok(Listed {
        kept,
        newer: below.map(|_| narrowed.clone()),
        none: if looked.is_some() { Nothing::SoFar } else { Nothing::Left },
        older: looked.map(|id| format!("{narrowed}&after={}", Noun::WebhookAttempt.show(id))),
    })
}

async fn page(
    who: Member<SteerWebhooks>,
    app: &App,
    webhook: &Endpoint,
    asked: &Asked,
) -> Result<Webhook, Refused> {
    let (words, path) = (who.page.words, path(&who.workspace, webhook.id));
    let _turn = app.list_turns.take(who.workspace.id).await;
    let Listed { kept, newer, older, none } = listed(app, webhook, asked, &path).await?;
    let names = || webhook.events.iter().flatten().filter_map(|name| Name::parse(name));
    let told_of: Vec<Name> =
        if webhook.events.is_some() { names().collect() } else { Name::ALL.into_iter().collect() };
    let choice = |value: &str, label: String, here: bool| Choice { value: value.to_owned(), label, here };
    let of_name = |name: &Name| choice(name.as_str(), name.as_str().to_owned(), asked.event == name.as_str());
    let any = choice("", words.t("webhook-any-event"), asked.event.is_empty());
    let verdict = |value: &str, word| choice(value, words.word(word), asked.verdict == value);
    let sample = |name: &Name| choice(name.as_str(), name.as_str().to_owned(), *name == Name::EmailDelivered);
    Ok(Webhook {
        list: list_path(&who.workspace),
        url: webhook.url.as_str().to_owned(),
        status: sign(webhook),
        why: why(&who, webhook),
        enabled: webhook.state == Standing::Enabled,
        notice: told(&asked.told),
        secret: None,
        health: health(app, words, webhook).await?,
        facts: facts(&who, app, webhook),
        attempts: kept.iter().map(|kept| attempt(&who, &path, kept)).collect(),
        none,
        newer,
        older,
        verdicts: vec![
            verdict("", Word("webhook-any-verdict")),
            verdict("delivered", Word("webhook-taken")),
            verdict("failed", Word("webhook-failed")),
            verdict("given_up", Word("webhook-given-up")),
        ],
        samples: told_of.iter().map(sample).collect(),
        events: std::iter::once(any).chain(told_of.iter().map(of_name)).collect(),
        since: String::new(),
        until: String::new(),
        zone: who.zone.name().to_owned(),
        since_mistake: None,
        page: Frame { here: path.clone(), ..who.page },
        path,
    })
}

/// What the state means.
fn why(who: &Member<SteerWebhooks>, webhook: &Endpoint) -> String {
    let words = who.page.words;
    match (webhook.state, webhook.failing_since) {
        (Standing::Enabled, None) => words.t("webhook-enabled-why"),
        (Standing::Enabled, Some(at)) => {
            words.t1("webhook-failing-why", "at", time::moment(words.locale, &who.zone, at))
        }
        (Standing::Disabled(Reason::Asked), _) => words.t("webhook-paused-why"),
        (Standing::Disabled(Reason::Gone), _) => words.t("webhook-gone-why"),
        (Standing::Disabled(Reason::Dead), _) => words.t("webhook-dead-why"),
    }
}

fn facts(who: &Member<SteerWebhooks>, app: &App, webhook: &Endpoint) -> Vec<(Word, String)> {
    let (words, snapshot) = (who.page.words, app.directory.snapshot());
    let name = |id: &i64| snapshot.stream_by_id(webhook.workspace, *id).map(|stream| stream.name.to_string());
    let streams = webhook.streams.as_ref().map(|ids| ids.iter().filter_map(name).collect::<Vec<_>>());
    let mut facts = vec![
        (Word("webhook-events"), events(words, webhook)),
        (
            Word("webhook-streams"),
            streams.map_or_else(|| words.t("webhook-streams-all"), |names| names.join(", ")),
        ),
        (Word("webhook-batch"), number::whole(words.locale, i64::try_from(webhook.batch).unwrap_or(1))),
        (Word("webhook-made"), time::moment(words.locale, &who.zone, webhook.created)),
    ];
    let names: Vec<_> = webhook.headers.iter().map(|(name, _)| name.as_str()).collect();
    if !names.is_empty() {
        facts.push((Word("webhook-headers"), names.join(", ")));
    }
    facts.extend(webhook.signer.public_key().map(|key| (Word("webhook-public-key"), key)));
    facts
}

/// An attempt as a line.
pub(super) fn attempt<P>(who: &Member<P>, path: &str, kept: &Kept) -> Attempt {
    let words = who.page.words;
    let first = kept.events.first().map(|(_, name)| name.clone()).unwrap_or_default();
    let at = At(kept.at_us);
    Attempt {
        href: format!("{path}/attempts/{}", Noun::WebhookAttempt.show(kept.id)),
        at: time::moment(words.locale, &who.zone, at),
        datetime: rfc3339(at),
        event: match kept.events.len() {
            0 | 1 => first,
            all => words.t2("overview-and-more", ("first", first), ("n", all - 1)),
        },
        status: verdict_sign(kept.verdict),
        number: kept.number.to_string(),
        http: kept.status.map_or_else(|| "–".to_owned(), |status| status.to_string()),
        took: took(words, kept.took_us),
        answer: kept.words.chars().take(ANSWER_SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect(),
        sample: kept.sample,
    }
}
