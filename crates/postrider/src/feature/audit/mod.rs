//! Who changed what: a row in the transaction of each change that a person makes.
//!
//! Guarantee: what a person changed in the console is in the log, or was not changed.
//!
//! Not here: what programs do (`event`).

use mail::At;
use serde_json::Value;
use store::{Migration, Write, query};

use crate::id::Mint;

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 23,
    name: "audit: who changed what",
    sql: include_str!("migrations/0023_audit.sql"),
    postgres: None,
}];

query!(AUDIT_ADD, "queries/audit_add.sql");

/// What was done. The text of each never changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    InstallationSetUp,
    PersonSignedIn,
    PersonSignedOut,
    PersonChanged,
    EmailCancelled,
    DomainAdded,
    DomainLookedUp,
    DomainChanged,
    DomainRemoved,
    KeyMade,
    KeyRevoked,
    AddressSuppressed,
    SuppressionLifted,
    QueueHeld,
    QueueReleased,
    QueueRetried,
    WorkspaceMade,
    WorkspaceQuotaSet,
    WorkspaceSuspended,
    WorkspaceResumed,
    // What is sent and steered from set-up, webhooks, capture and streams.
    EmailSent,
    WebhookAdded,
    WebhookChanged,
    WebhookRotated,
    WebhookTested,
    WebhookReplayed,
    WebhookRemoved,
    CaptureEmptied,
    StreamAdded,
    StreamChanged,
    WorkspaceChanged,
}

impl Action {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Action::InstallationSetUp => "installation.set_up",
            Action::PersonSignedIn => "person.signed_in",
            Action::PersonSignedOut => "person.signed_out",
            Action::PersonChanged => "person.changed",
            Action::EmailCancelled => "email.cancelled",
            Action::DomainAdded => "domain.added",
            Action::DomainLookedUp => "domain.looked_up",
            Action::DomainChanged => "domain.changed",
            Action::DomainRemoved => "domain.removed",
            Action::KeyMade => "api_key.made",
            Action::KeyRevoked => "api_key.revoked",
            Action::AddressSuppressed => "suppression.added",
            Action::SuppressionLifted => "suppression.lifted",
            Action::QueueHeld => "queue.held",
            Action::QueueReleased => "queue.released",
            Action::QueueRetried => "queue.retried",
            Action::WorkspaceMade => "workspace.made",
            Action::WorkspaceQuotaSet => "workspace.quota_set",
            Action::WorkspaceSuspended => "workspace.suspended",
            Action::WorkspaceResumed => "workspace.resumed",
            Action::EmailSent => "email.sent",
            Action::WebhookAdded => "webhook.added",
            Action::WebhookChanged => "webhook.changed",
            Action::WebhookRotated => "webhook.rotated",
            Action::WebhookTested => "webhook.tested",
            Action::WebhookReplayed => "webhook.replayed",
            Action::WebhookRemoved => "webhook.removed",
            Action::CaptureEmptied => "capture.emptied",
            Action::StreamAdded => "stream.added",
            Action::StreamChanged => "stream.changed",
            Action::WorkspaceChanged => "workspace.changed",
        }
    }
}

/// One change.
pub struct Entry<'e> {
    /// None: the installation.
    pub workspace: Option<i64>,
    pub person: i64,
    /// From where it was asked for.
    pub address: &'e str,
    pub action: Action,
    /// The text form of an id, or a name.
    pub object: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// Adds the entry to the change itself.
pub fn note(write: &mut Write, (mint, now): (&Mint, At), entry: Entry<'_>) {
    let params = vec![
        ("id", mint.next(now).into()),
        ("workspace", entry.workspace.into()),
        ("person", entry.person.into()),
        ("now", now.0.into()),
        ("action", entry.action.as_str().into()),
        ("object", entry.object.into()),
        ("before", entry.before.map(|value| value.to_string()).into()),
        ("after", entry.after.map(|value| value.to_string()).into()),
        ("address", entry.address.to_owned().into()),
    ];
    write.step(&AUDIT_ADD, params);
}
