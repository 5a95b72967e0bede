//! The audit log as people read it: filtered by person and action, a page at a time or as a table to keep.
//!
//! Guarantees
//! 1. Read only: there is no form.
//! 2. A workspace's log holds its own lines. Who runs the installation reads those of no workspace there, too: signing in, and what
//!    people change of their own accounts.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::console::format::time::moment;
use ::console::page::Page as Frame;
use ::console::screen::activity::Choice;
use ::console::screen::audit::{Audit, Change, Row};
use ::console::words::{Word, Words};
use axum::extract::State;
use axum::response::Response;
use mail::date::rfc3339;
use serde::Deserialize;
use serde_json::Value;
use store::StoreError;

use super::read::{Listed, Wanted, audit_list};
use crate::app::App;
use crate::console::asked::Query;
use crate::console::paging::{Edge, Paged};
use crate::console::refusal::Refused;
use crate::console::screen::{Member, Screen, Section, show};
use crate::console::shell::escaped;
use crate::console::table::paged;
use crate::feature::access::Workspace;
use crate::feature::person::member::member_list;
use crate::feature::person::permission::need::SeeAudit;
use crate::http::csv::{cut, page};
use crate::http::page::{From, Page};
use crate::id::Noun;

/// People to choose from.
const PEOPLE_MAX: i64 = 200;

/// This slice's screens.
#[must_use]
pub fn screens() -> Vec<Screen> {
    vec![
        Screen::page("/w/{workspace}/audit", list).at(Section::Workspace, "scroll-text", Word("audit")),
        Screen::page("/w/{workspace}/audit.csv", csv),
    ]
}

/// Every action in words, by its text.
const WORDS: &[(&str, Word)] = &[
    ("installation.set_up", Word("audit-installation-set-up")),
    ("person.signed_in", Word("audit-person-signed-in")),
    ("person.signed_out", Word("audit-person-signed-out")),
    ("person.changed", Word("audit-person-changed")),
    ("email.cancelled", Word("audit-email-cancelled")),
    ("domain.added", Word("audit-domain-added")),
    ("domain.looked_up", Word("audit-domain-looked-up")),
    ("domain.changed", Word("audit-domain-changed")),
    ("domain.removed", Word("audit-domain-removed")),
    ("api_key.made", Word("audit-key-made")),
    ("api_key.revoked", Word("audit-key-revoked")),
    ("suppression.added", Word("audit-address-suppressed")),
    ("suppression.lifted", Word("audit-suppression-lifted")),
    ("queue.held", Word("audit-queue-held")),
    ("queue.released", Word("audit-queue-released")),
    ("queue.retried", Word("audit-queue-retried")),
    ("workspace.made", Word("audit-workspace-made")),
    ("workspace.quota_set", Word("audit-quota-set")),
    ("workspace.suspended", Word("audit-workspace-suspended")),
    ("workspace.resumed", Word("audit-workspace-resumed")),
    // People.
    ("person.password_changed", Word("audit-password-changed")),
    ("session.ended", Word("audit-session-ended")),
    ("session.others_ended", Word("audit-sessions-ended")),
    ("second_factor.turned_on", Word("audit-second-on")),
    ("second_factor.turned_off", Word("audit-second-off")),
    ("second_factor.recovery_codes_made", Word("audit-codes-made")),
    ("person.invited", Word("audit-person-invited")),
    ("invitation.revoked", Word("audit-invitation-revoked")),
    ("person.joined", Word("audit-person-joined")),
    ("member.role_changed", Word("audit-role-changed")),
    ("member.removed", Word("audit-member-removed")),
    ("person.password_reset", Word("audit-password-reset")),
    ("passkey.added", Word("audit-passkey-added")),
    ("passkey.removed", Word("audit-passkey-removed")),
    ("workspace.second_factor_set", Word("audit-second-required")),
    ("oidc.connected", Word("audit-oidc-connected")),
    ("oidc.disconnected", Word("audit-oidc-disconnected")),
    ("queue.cancelled", Word("audit-queue-cancelled")),
    ("email.sent_again", Word("audit-email-sent-again")),
    ("email.share_ended", Word("audit-email-share-ended")),
    ("email.shared", Word("audit-email-shared")),
    ("email.sent", Word("audit-email-sent")),
    ("capture.emptied", Word("audit-capture-emptied")),
    ("stream.added", Word("audit-stream-added")),
    ("stream.changed", Word("audit-stream-changed")),
    ("template.made", Word("audit-template-made")),
    ("template.changed", Word("audit-template-changed")),
    ("template.published", Word("audit-template-published")),
    ("template.tested", Word("audit-template-tested")),
    ("template.removed", Word("audit-template-removed")),
    ("webhook.added", Word("audit-webhook-added")),
    ("webhook.changed", Word("audit-webhook-changed")),
    ("webhook.removed", Word("audit-webhook-removed")),
    ("webhook.replayed", Word("audit-webhook-replayed")),
    ("webhook.rotated", Word("audit-webhook-rotated")),
    ("webhook.tested", Word("audit-webhook-tested")),
    ("workspace.changed", Word("audit-workspace-changed")),
    ("image.added", Word("audit-image-added")),
    ("image.removed", Word("audit-image-removed")),
    ("template_part.made", Word("audit-part-made")),
    ("template_part.changed", Word("audit-part-changed")),
    ("template_part.removed", Word("audit-part-removed")),
];

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    person: String,
    action: String,
    after: Option<String>,
    before: Option<String>,
}

impl Asked {
    /// Action and person that are wanted; what makes no sense is no filter.
    fn action(&self) -> Option<&'static str> {
        WORDS.iter().find(|(text, _)| *text == self.action).map(|(text, _)| *text)
    }

    fn person(&self) -> Option<i64> {
        Noun::Person.read(&self.person)
    }

    fn wanted(&self, who: &Member<SeeAudit>) -> Wanted {
        Wanted {
            workspace: who.workspace.id,
            installation: who.person.operator,
            person: self.person(),
            action: self.action(),
        }
    }

    fn page(&self) -> Page {
        Edge { after: self.after.clone(), before: self.before.clone() }.page(Noun::AuditEntry)
    }

    /// The filter as an address has it, without the place in the list.
    fn query(&self) -> String {
        format!("person={}&action={}", escaped(&self.person), escaped(&self.action))
    }
}

async fn list(
    who: Member<SeeAudit>,
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let (path, words) = (format!("/w/{}/audit", who.workspace.name), who.page.words);
    let page = asked.page();
    let _turn = app.list_turns.take(who.workspace.id).await;
    let rows = audit_list(&app.store, &asked.wanted(&who), page).await?;
    let paged =
        Paged::of(page, rows, &format!("{path}?{}&", asked.query()), |one| Noun::AuditEntry.show(one.id));
    show(&Audit {
        rows: paged.rows.into_iter().map(|one| row(&who, one)).collect(),
        before: paged.before,
        after: paged.after,
        people: people(&who, &app, &asked).await?,
        actions: actions(words, &asked),
        narrowed: asked.person().is_some() || asked.action().is_some(),
        csv: format!("{path}.csv?{}", asked.query()),
        page: Frame { here: format!("{path}?{}", asked.query()), ..who.page },
        path,
    })
}

fn row(who: &Member<SeeAudit>, one: Listed) -> Row {
    let words = who.page.words;
    Row {
        datetime: rfc3339(one.at),
        when: moment(words.locale, &who.zone, one.at),
        person: one.person.map_or_else(|| words.t("audit-person-gone"), |(name, _)| name),
        action: action_in_words(words, &one.action),
        href: href(&who.workspace, &one.object),
        object: one.object,
        changes: changes(one.before.as_ref(), one.after.as_ref()),
        address: one.address,
    }
}

/// One that this program does not know was written by a newer one: as it stands.
fn action_in_words(words: Words, action: &str) -> String {
    let known = WORDS.iter().find(|(text, _)| *text == action);
    known.map_or_else(|| action.to_owned(), |(_, word)| words.word(word))
}

/// Where an object is seen.
fn href(workspace: &Workspace, object: &str) -> Option<String> {
    let is = |noun: Noun| noun.read(object).is_some();
    let path = match () {
        () if is(Noun::Domain) => format!("domains/{object}"),
        () if is(Noun::Message) => format!("activity/{object}"),
        () if is(Noun::Key) => "keys".to_owned(),
        () if is(Noun::Hold) => "queue".to_owned(),
        () if is(Noun::Template) => format!("templates/{object}"),
        () if is(Noun::TemplatePart) => format!("templates/parts/{object}"),
        () if is(Noun::Image) => "templates/images".to_owned(),
        () if is(Noun::Person) || is(Noun::Invitation) => "users".to_owned(),
        () => return None,
    };
    Some(format!("/w/{}/{path}", workspace.name))
}

/// The fields that were given, or are others than before.
fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
    let object = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    let text = |value: Option<&Value>| match value {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.is_empty() => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    };
    let (old, new) = (object(before), object(after));
    let fields: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let one = |field: &String| {
        let (before, after) = (text(old.get(field)), text(new.get(field)));
        (before != after).then(|| Change { field: field.clone(), before, after })
    };
    fields.into_iter().filter_map(one).collect()
}

async fn people(who: &Member<SeeAudit>, app: &App, asked: &Asked) -> Result<Vec<Choice>, Refused> {
    let every = Choice {
        value: String::new(),
        label: who.page.words.t("audit-person-any"),
        here: asked.person().is_none(),
    };
    let first = Page { limit: PEOPLE_MAX, from: From::Start };
    let mut members = member_list(&app.store, who.workspace.id, first).await?;
    members.sort_by(|one, other| one.name.cmp(&other.name));
    let choice = |one: crate::feature::person::member::Listed| {
        let value = Noun::Person.show(one.id);
        Choice { here: value == asked.person, value, label: one.name }
    };
    Ok(std::iter::once(every).chain(members.into_iter().map(choice)).collect())
}

fn actions(words: Words, asked: &Asked) -> Vec<Choice> {
    let here = asked.action();
    let every = Choice { value: String::new(), label: words.t("audit-action-any"), here: here.is_none() };
    let choice = |(text, word): &(&str, Word)| Choice {
        value: (*text).to_owned(),
        label: words.word(word),
        here: here == Some(text),
    };
    std::iter::once(every).chain(WORDS.iter().map(choice)).collect()
}

const HEAD: [&str; 8] = ["time", "person", "email", "action", "object", "before", "after", "address"];

/// Everything that the filter leaves, as a table to keep; the texts of actions and times are those of programs.
async fn csv(who: Member<SeeAudit>, State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Response {
    let (name, wanted) = (format!("audit-{}", who.workspace.name), asked.wanted(&who));
    paged((&who, &app), &name, &HEAD, move |app, from| {
        let wanted = wanted.clone();
        async move { lines(&app, &wanted, from).await }
    })
}

async fn lines(
    app: &App,
    wanted: &Wanted,
    from: From,
) -> Result<(Vec<Vec<String>>, Option<From>), StoreError> {
    let _turn = app.list_turns.take(wanted.workspace).await;
    let mut found = audit_list(&app.store, wanted, page(from)).await?;
    let next = cut(from, &mut found, |one| one.id);
    Ok((found.into_iter().map(line).collect(), next))
}

fn line(one: Listed) -> Vec<String> {
    let value = |value: Option<Value>| value.map_or_else(String::new, |value| value.to_string());
    let (name, email) = one.person.unwrap_or_default();
    let (before, after) = (value(one.before), value(one.after));
    vec![rfc3339(one.at), name, email, one.action, one.object, before, after, one.address]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_action_has_its_words() {
        let source = include_str!("mod.rs");
        let texts = source.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next());
        let written: BTreeSet<&str> = texts.collect();
        let known: BTreeSet<&str> = WORDS.iter().map(|(text, _)| *text).collect();
        assert_eq!(written, known);
    }

    #[test]
    fn a_change_is_shown_by_the_fields_that_differ() {
        let shown = |before: Option<Value>, after: Option<Value>| {
            let changes = changes(before.as_ref(), after.as_ref());
            let text = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            let line = |one: Change| format!("{} {} {}", one.field, text(one.before), text(one.after));
            changes.into_iter().map(line).collect::<Vec<_>>().join(", ")
        };
        let role = |role: &str| Some(json!({ "role": role, "name": "Ann" }));
        assert_eq!(shown(role("seller"), role("admin")), "role seller admin");
        assert_eq!(shown(None, role("admin")), "name - Ann, role - admin");
        assert_eq!(shown(Some(json!({ "zone": "" })), Some(json!({ "n": 3 }))), "n - 3");
        assert_eq!(shown(Some(json!("odd")), None), "");
    }
}
