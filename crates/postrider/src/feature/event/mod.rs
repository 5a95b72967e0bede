//! The event log: every fact once, in order, in the transaction that made it true.
//!
//! Guarantees
//! 1. An event is committed with what it tells of, or not at all.
//! 2. Within one writer, ids grow in the order of commit: a reader who remembers the last id of each writer misses
//!    nothing, also when a backup was restored meanwhile.
//!
//! Not here: what a delivery's events mean (`sending`, `egress`), statistics (`stats`).

pub mod api;
pub mod merged;
pub mod others;
pub mod read;
pub mod restored;
#[cfg(test)]
mod story;
pub mod tail;

use mail::At;
use serde_json::Value as Json;
use store::{Form, Kind, Migration, Special, Statement, Value, Write, query};

use crate::id::Noun;
use crate::retention::Aged;

query!(EVENT_EDGE, "queries/event_edge.sql");
query!(EVENT_AGE, "queries/event_age.sql");

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 6,
    name: "event: the log",
    sql: include_str!("migrations/0006_event.sql"),
    postgres: None,
}];

pub static EVENT_AGED: Aged = Aged { edge: &EVENT_EDGE, delete: &EVENT_AGE, page: 1_000 };

/// Appends to the log; the committer gives the id.
pub static EVENT: Statement = Statement {
    name: "event",
    columns: &[
        ("id", Kind::Int),
        ("workspace_id", Kind::Int),
        ("name", Kind::Text),
        ("at_us", Kind::Int),
        ("message_id", Kind::Int),
        ("delivery_id", Kind::Int),
        ("attempt_id", Kind::Int),
        ("data", Kind::Text),
    ],
    form: Form::Insert,
    special: Special::EventId,
};

/// Everything that can happen. The text is the API's name and never changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Name {
    EmailScheduled,
    EmailQueued,
    EmailDeferred,
    EmailDelivered,
    EmailBounced,
    EmailFailed,
    EmailSuppressed,
    EmailRejected,
    EmailCanceled,
    EmailRescheduled,
    DomainCreated,
    DomainVerified,
    DomainDeleted,
    SuppressionAdded,
    SuppressionRemoved,
    WorkspaceCreated,
    StreamCreated,
    KeyCreated,
    KeyRevoked,
    QueueHeld,
    QueueReleased,
    QueueRetried,
    DatabaseRestored,
    EmailOpened,
    EmailClicked,
    EmailRead,
    EmailUnsubscribed,
    EmailReclassified,
    StreamChanged,
    DomainChanged,
    TrackingSecretAdded,
    WebhookDisabled,
    WorkspaceChanged,
}

impl Name {
    pub const ALL: [Name; 33] = [
        Name::EmailScheduled,
        Name::EmailQueued,
        Name::EmailDeferred,
        Name::EmailDelivered,
        Name::EmailBounced,
        Name::EmailFailed,
        Name::EmailSuppressed,
        Name::EmailRejected,
        Name::EmailCanceled,
        Name::EmailRescheduled,
        Name::DomainCreated,
        Name::DomainVerified,
        Name::DomainDeleted,
        Name::SuppressionAdded,
        Name::SuppressionRemoved,
        Name::WorkspaceCreated,
        Name::StreamCreated,
        Name::KeyCreated,
        Name::KeyRevoked,
        Name::QueueHeld,
        Name::QueueReleased,
        Name::QueueRetried,
        Name::DatabaseRestored,
        Name::EmailOpened,
        Name::EmailClicked,
        Name::EmailRead,
        Name::EmailUnsubscribed,
        Name::EmailReclassified,
        Name::StreamChanged,
        Name::DomainChanged,
        Name::TrackingSecretAdded,
        Name::WebhookDisabled,
        Name::WorkspaceChanged,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Name::EmailScheduled => "email.scheduled",
            Name::EmailQueued => "email.queued",
            Name::EmailDeferred => "email.deferred",
            Name::EmailDelivered => "email.delivered",
            Name::EmailBounced => "email.bounced",
            Name::EmailFailed => "email.failed",
            Name::EmailSuppressed => "email.suppressed",
            Name::EmailRejected => "email.rejected",
            Name::EmailCanceled => "email.canceled",
            Name::EmailRescheduled => "email.rescheduled",
            Name::DomainCreated => "domain.created",
            Name::DomainVerified => "domain.verified",
            Name::DomainDeleted => "domain.deleted",
            Name::SuppressionAdded => "suppression.added",
            Name::SuppressionRemoved => "suppression.removed",
            Name::WorkspaceCreated => "workspace.created",
            Name::StreamCreated => "stream.created",
            Name::KeyCreated => "api_key.created",
            Name::KeyRevoked => "api_key.revoked",
            Name::QueueHeld => "queue.held",
            Name::QueueReleased => "queue.released",
            Name::QueueRetried => "queue.retried",
            Name::DatabaseRestored => "database.restored",
            Name::EmailOpened => "email.opened",
            Name::EmailClicked => "email.clicked",
            Name::EmailRead => "email.read",
            Name::EmailUnsubscribed => "email.unsubscribed",
            Name::EmailReclassified => "email.reclassified",
            Name::DomainChanged => "domain.changed",
            Name::StreamChanged => "stream.changed",
            Name::TrackingSecretAdded => "tracking_secret.added",
            Name::WebhookDisabled => "webhook.disabled",
            Name::WorkspaceChanged => "workspace.changed",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Name> {
        Name::ALL.into_iter().find(|name| name.as_str() == text)
    }
}

/// An event about a delivery.
pub struct OfDelivery {
    pub workspace: i64,
    pub message: i64,
    pub delivery: i64,
    /// The attempt that led to it: an attempt is found through its event.
    pub attempt: Option<i64>,
    /// JSON with what else there is to know.
    pub data: Option<String>,
}

/// Adds to `write` an event about a delivery.
pub fn note_delivery(write: &mut Write, now: At, name: Name, of: OfDelivery) {
    let values = [
        Value::Null,
        of.workspace.into(),
        name.as_str().into(),
        now.0.into(),
        of.message.into(),
        of.delivery.into(),
        of.attempt.into(),
        of.data.into(),
    ];
    write.row(&EVENT, values);
}

/// Who changes something in a workspace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// An application, by its key.
    Key(i64),
    /// Whoever runs commands, or the first start.
    Operator,
    /// Somebody in the console.
    Person(i64),
    /// What became of a delivery.
    Delivery(i64),
}

impl By {
    fn show(self) -> String {
        match self {
            By::Key(id) => Noun::Key.show(id),
            By::Person(id) => Noun::Person.show(id),
            By::Operator => "operator".to_owned(),
            By::Delivery(id) => Noun::Delivery.show(id),
        }
    }
}

/// Adds to `write` an event about a change: `data` is a JSON object that tells what was changed; who did it joins it as
/// `by`.
pub fn note_change(write: &mut Write, (now, by): (At, By), workspace: i64, name: Name, mut data: Json) {
    data["by"] = by.show().into();
    note(write, now, workspace, name, Some(data.to_string()));
}

/// Adds to `write` an event about the workspace itself.
pub fn note(write: &mut Write, now: At, workspace: i64, name: Name, data: Option<String>) {
    let values = [
        Value::Null,
        workspace.into(),
        name.as_str().into(),
        now.0.into(),
        Value::Null,
        Value::Null,
        Value::Null,
        data.into(),
    ];
    write.row(&EVENT, values);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_itself() {
        for name in Name::ALL {
            assert_eq!(Name::parse(name.as_str()), Some(name));
        }
        assert_eq!(Name::parse("email.unknown"), None);
    }
}
