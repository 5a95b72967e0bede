//! One message: the verdict, its recipients, what may be done, and the chosen tab.

use std::collections::HashMap;
use std::sync::Arc;

use ::console::format::{number, time};
use ::console::screen::message::{Action, Again, Body, Fact, Link, Message, Recipient, Verdict};
use ::console::screen::overview::{Range, Status as Shown};
use ::console::words::{Word, Words};
use axum::extract::{Path, State};
use axum::response::Response;
use mail::{Address, At};
use serde::Deserialize;
use serde_json::Value;
use store::StoreError;

use super::again::is_sendable;
use super::timeline::Sight;
use super::{content, existing, handed, path_of, support, timeline, verdict};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::refusal::Refused;
use crate::console::screen::{Member, show};
use crate::console::shell::home;
use crate::feature::event::read::events_of_message;
use crate::feature::person::permission::need::SeeFigures;
use crate::feature::person::permission::{Permission, Role};
use crate::feature::sending::read::{Status, Stored, StoredRecipient, recipient_list};
use crate::feature::suppression::admin::{Listed as Suppression, suppression_find};
use crate::feature::webhook::console::of_message;
use crate::http::page::{From, Page};
use crate::id::Noun;

/// Recipients of which the verdict is made: as many as the API shows.
pub(super) const RECIPIENTS_MAX: i64 = 1_000;
/// Events of which it is looked whom they were told.
const EVENTS_MAX: i64 = 100;
/// Recipients of a page.
const ROWS: usize = 50;

/// What of the message is wanted.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    tab: String,
    /// The recipients behind this delivery.
    after: String,
    /// What came of a form.
    told: String,
}

/// A choice of what is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Timeline,
    Content(content::View),
    /// How it was handed over.
    Request,
    /// Whom it was told.
    Webhooks,
}

impl Tab {
    fn parse(text: &str) -> Tab {
        match text {
            "preview" => Tab::Content(content::View::Preview { phone: false }),
            "phone" => Tab::Content(content::View::Preview { phone: true }),
            "text" => Tab::Content(content::View::Text),
            "headers" => Tab::Content(content::View::Headers),
            "source" => Tab::Content(content::View::Source),
            "request" => Tab::Request,
            "webhooks" => Tab::Webhooks,
            _ => Tab::Timeline,
        }
    }

    /// What a role needs to open it.
    fn needs(self) -> Permission {
        match self {
            Tab::Timeline => Permission::SeeFigures,
            Tab::Content(_) | Tab::Request => Permission::SeeContent,
            Tab::Webhooks => Permission::SteerWebhooks,
        }
    }
}

pub(super) async fn message(
    who: Member<SeeFigures>,
    State(app): State<Arc<App>>,
    Path((_, shown)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let (now, workspace, tab) = (app.now(), who.workspace.id, Tab::parse(&asked.tab));
    let email = existing(&app, workspace, &shown).await?;
    content::allowed(&app, &who, tab.needs()).await?;
    let at_once = Page::first(RECIPIENTS_MAX);
    let all = recipient_list(&app.store, now, (workspace, email.id), at_once).await?;
    // What is still open first, then what went wrong: the order of the statuses.
    let principal = all.iter().min_by_key(|one| one.status);
    let suppressions = suppressions_of(&app, workspace, principal).await?;
    let path = path_of(&who.workspace, email.id);
    let view = View { words: who.page.words, zone: &who.zone, path: &path, role: who.role };
    let body = view.body(&app, (&who, &email), tab, &all).await?;
    let rows = match Noun::Delivery.read(&asked.after) {
        Some(id) => {
            let page = Page { limit: ROWS as i64, from: From::After(id) };
            recipient_list(&app.store, now, (workspace, email.id), page).await?
        }
        None => Vec::new(),
    };
    let rows = if rows.is_empty() { &all } else { &rows };
    let links = view.links(&app, (&who, &email), asked.told == "shared").await?;
    let behind = rows.get(ROWS - 1).filter(|_| rows.len() > ROWS);
    show(&Message {
        list: format!("{}activity", home(&who.workspace)),
        id: Noun::Message.show(email.id),
        subject: email.subject.clone(),
        notice: told(&asked.told),
        verdict: view.verdict(&email, principal, &all, &suppressions),
        again: principal
            .filter(|_| is_sendable(&email) && who.role.may(Permission::SendMail))
            .map(|one| Again { to: one.address.clone(), once: now.0.to_string() }),
        share: who.role.may(Permission::SeeContent),
        links,
        path: path.clone(),
        actions: view.actions(&all, principal, &suppressions),
        recipients: rows.iter().take(ROWS).map(|one| view.recipient(one)).collect(),
        first: (!asked.after.is_empty()).then(|| path.clone()),
        next: behind.map(|last| format!("{path}?after={}", Noun::Delivery.show(last.id))),
        tabs: view.tabs(tab),
        body,
        zone: who.zone.name().to_owned(),
        facts: view.facts(&app, workspace, &email),
        tags: tags(&email, who.role),
        page: who.page,
    })
}

/// Why a recipient is not mailed, if so.
pub(super) async fn suppressions_of(
    app: &App,
    workspace: i64,
    one: Option<&StoredRecipient>,
) -> Result<Vec<Suppression>, StoreError> {
    match one.map(|one| Address::parse(&one.address)) {
        Some(Ok(address)) => suppression_find(&app.store, workspace, &address).await,
        Some(Err(_)) | None => Ok(Vec::new()),
    }
}

/// What is said after a form was sent, by the word in the address.
fn told(text: &str) -> Option<Word> {
    Some(match text {
        "cancelled" => Word("told-cancelled"),
        "nothing-waits" => Word("told-nothing-waits"),
        "under-way" => Word("told-under-way"),
        "lifted" => Word("told-lifted"),
        "not-lifted" => Word("told-not-lifted"),
        "retried" => Word("told-retried"),
        "retried-part" => Word("told-retried-part"),
        "unshared" => Word("told-unshared"),
        "shared-full" => Word("told-shared-full"),
        "shared-blind" => Word("told-shared-blind"),
        "again" => Word("told-again"),
        "not-sent" => Word("told-not-sent"),
        "quota-used" => Word("told-quota-used"),
        "suspended" => Word("told-suspended"),
        "no-address" => Word("told-no-address"),
        "gone" => Word("told-gone"),
        _ => return None,
    })
}

/// Names and values of tags; those of metadata too, for those who may see what mail says.
fn tags(email: &Stored, role: Role) -> Vec<(String, String)> {
    let metadata = email.metadata.as_deref().filter(|_| role.may(Permission::SeeContent));
    let parts = [email.tags.as_deref(), metadata];
    let objects = parts.into_iter().flatten().filter_map(|text| serde_json::from_str(text).ok());
    let pairs = objects.flat_map(|object: serde_json::Map<String, Value>| object);
    pairs
        .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect()
}

/// How it is written.
pub(super) struct View<'v> {
    pub(super) words: Words,
    pub(super) zone: &'v time::Zone,
    pub(super) path: &'v str,
    pub(super) role: Role,
}

impl View<'_> {
    pub(super) fn moment(&self, at: At) -> String {
        time::moment(self.words.locale, self.zone, at)
    }

    pub(super) fn verdict(
        &self,
        email: &Stored,
        principal: Option<&StoredRecipient>,
        all: &[StoredRecipient],
        suppressions: &[Suppression],
    ) -> Verdict {
        let words = self.words;
        let status = principal.map_or(Status::Queued, |one| one.status);
        let (title, why) = verdict::words_of(status, principal.and_then(|one| one.reason.as_deref()));
        let to = principal.map_or("", |one| &one.address);
        let finished = principal.and_then(|one| one.finished);
        let at = finished.unwrap_or(email.created);
        let when = match finished {
            Some(at) => words.t2(
                "message-ended",
                ("at", self.moment(at)),
                ("after", time::lapse(words.locale, at.0 - email.created.0)),
            ),
            None => words.t1("message-accepted", "at", self.moment(at)),
        };
        let like = all.iter().filter(|one| one.status == status).count();
        Verdict {
            status: Shown::of(status.as_str()),
            when,
            title: words.word1(title, "to", to),
            why: words.word1(why, "to", to),
            reply: principal.and_then(|one| one.reply.clone()).filter(|reply| !reply.is_empty()),
            next: self.next(status, principal, suppressions),
            share: (all.len() > 1).then(|| words.t2("message-share", ("n", like), ("all", all.len()))),
            day: time::day(words.locale, self.zone, at),
            clock: time::clock(self.zone, at)[..5].to_owned(),
        }
    }

    /// What happens, or happened, after that.
    fn next(&self, status: Status, one: Option<&StoredRecipient>, suppressions: &[Suppression]) -> String {
        let words = self.words;
        let due = || self.moment(one.map_or(At(0), |one| one.due));
        match status {
            Status::Queued => words.t("next-queued"),
            Status::Scheduled => words.t1("next-scheduled", "at", due()),
            Status::DeliveryDelayed => {
                let attempts = one.map_or(0, |one| one.attempts);
                words.t2("next-retry", ("n", attempts + 1), ("at", due()))
            }
            Status::Delivered => words.t("next-delivered"),
            Status::Bounced | Status::Suppressed if !suppressions.is_empty() => words.t("next-suppressed"),
            Status::Bounced | Status::Suppressed => words.t("next-mailable"),
            Status::Failed | Status::Rejected => words.t("next-failed"),
            Status::Canceled => words.t("next-cancelled"),
        }
    }

    fn actions(
        &self,
        all: &[StoredRecipient],
        principal: Option<&StoredRecipient>,
        suppressions: &[Suppression],
    ) -> Vec<Action> {
        let (words, path) = (self.words, self.path);
        let mut actions = Vec::new();
        let waits = all.iter().any(|one| one.finished.is_none());
        let put_off = all.iter().find(|one| one.status == Status::DeliveryDelayed);
        if let Some(one) = put_off.filter(|_| self.role.may(Permission::SteerQueue)) {
            let domain = one.address.rsplit_once('@').map_or("", |(_, domain)| domain);
            actions.push(Action {
                path: format!("{path}/retry"),
                icon: "rotate-ccw",
                label: words.t1("message-retry", "domain", domain),
                field: Some(("delivery", Noun::Delivery.show(one.id))),
            });
        }
        if waits && self.role.may(Permission::SteerQueue) {
            let label = words.t("message-cancel");
            actions.push(Action { path: format!("{path}/cancel"), icon: "x", label, field: None });
        }
        let lifts = suppressions.iter().find(|one| one.lifts_for(self.role));
        if let (Some(one), Some(to)) = (lifts, principal) {
            actions.push(Action {
                path: format!("{path}/lift"),
                icon: "circle-check",
                label: words.t1("message-lift", "to", &to.address),
                field: Some(("suppression", Noun::Suppression.show(one.id))),
            });
        }
        actions
    }

    /// What the chosen tab shows.
    async fn body(
        &self,
        app: &App,
        (who, email): (&Member<SeeFigures>, &Stored),
        tab: Tab,
        all: &[StoredRecipient],
    ) -> Result<Body, Refused> {
        let of = (who.workspace.id, email.id);
        let _turn = match tab {
            Tab::Timeline => None,
            Tab::Content(_) | Tab::Request | Tab::Webhooks => Some(app.list_turns.take(of.0).await),
        };
        Ok(match tab {
            Tab::Timeline => {
                let names: HashMap<_, _> = all.iter().map(|one| (one.id, &*one.address)).collect();
                let may = self.role.may(Permission::SeeContent);
                let sight = if may { Sight::Content } else { Sight::Fate };
                let view = timeline::View { words: self.words, zone: self.zone, names, sight };
                Body::Timeline(view.read(app, of).await?)
            }
            Tab::Content(view) => content::body(self.words, email, view, self.path).await?,
            Tab::Request => handed::body(self, app, (of.0, email), all).await?,
            Tab::Webhooks => {
                let events = events_of_message(&app.store, of, Page::first(EVENTS_MAX)).await?;
                Body::Webhooks(of_message(who, app, (email.stream, &events)).await?)
            }
        })
    }

    /// The links for support that are open, for those who may make one, the newest first; whether that was `made` just now.
    async fn links<P>(
        &self,
        app: &App,
        (who, email): (&Member<P>, &Stored),
        made: bool,
    ) -> Result<Vec<Link>, Refused> {
        if !self.role.may(Permission::SeeContent) {
            return Ok(Vec::new());
        }
        let of = (who.workspace.id, email.id);
        let origin = who.visit.origin().unwrap_or_default();
        let link = |(n, until): (usize, i64)| {
            let token = support::seal(app, of, support::moment(until));
            Link {
                made: made && n == 0,
                href: format!("{origin}/support/{token}"),
                ends: self.moment(support::moment(until)),
                until: until.to_string(),
            }
        };
        Ok(support::links(app, of).await?.into_iter().enumerate().map(link).collect())
    }

    pub(super) fn recipient(&self, one: &StoredRecipient) -> Recipient {
        Recipient {
            address: one.address.clone(),
            field: one.field.clone(),
            status: Shown::of(one.status.as_str()),
            reply: one.reply.clone().unwrap_or_default(),
            attempts: number::whole(self.words.locale, one.attempts),
            at: self.moment(one.finished.unwrap_or(one.due)),
        }
    }

    /// The tabs that the role may open.
    fn tabs(&self, here: Tab) -> Vec<Range> {
        let tab = |name: &str, label| Range {
            href: if name.is_empty() { self.path.to_owned() } else { format!("{}?tab={name}", self.path) },
            label,
            here: match (Tab::parse(name), here) {
                (
                    Tab::Content(content::View::Preview { .. }),
                    Tab::Content(content::View::Preview { .. }),
                ) => true,
                (one, other) => one == other,
            },
        };
        let mut tabs = vec![tab("", Word("message-timeline"))];
        if self.role.may(Permission::SeeContent) {
            tabs.extend([
                tab("preview", Word("message-preview")),
                tab("text", Word("message-text")),
                tab("headers", Word("message-headers")),
                tab("source", Word("message-source")),
                tab("request", Word("message-request")),
            ]);
        }
        if self.role.may(Permission::SteerWebhooks) {
            tabs.push(tab("webhooks", Word("message-webhooks")));
        }
        tabs
    }

    fn facts(&self, app: &App, workspace: i64, email: &Stored) -> Vec<Fact> {
        let snapshot = app.directory.snapshot();
        let stream = snapshot.stream_by_id(workspace, email.stream);
        let plain = |label, value| Fact { label, value, mono: false };
        let mut facts = vec![
            plain(Word("message-from"), email.author.clone()),
            plain(Word("message-accepted-at"), self.moment(email.created)),
            plain(Word("activity-stream"), stream.map(|stream| stream.name.to_string()).unwrap_or_default()),
            plain(Word("message-origin"), self.words.word(origin(&email.origin))),
            plain(Word("message-size"), number::octets(self.words.locale, email.size.unsigned_abs())),
            plain(Word("message-expires"), self.moment(email.expires)),
            Fact { label: Word("message-id"), value: email.message_id.clone(), mono: true },
        ];
        if let Some(at) = email.scheduled {
            facts.insert(2, plain(Word("message-scheduled-at"), self.moment(at)));
        }
        facts
    }
}

/// How it came to us.
fn origin(name: &str) -> Word {
    match name {
        "smtp" => Word("origin-smtp"),
        "code" => Word("origin-code"),
        "notification" => Word("origin-notification"),
        _ => Word("origin-api"),
    }
}
