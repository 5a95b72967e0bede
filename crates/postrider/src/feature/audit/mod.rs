//! Who changed what: a row in the transaction of each change that a person makes; read by `console` alone.
//!
//! Guarantee: what a person changed in the console is in the log, or was not changed.
//!
//! Not here: what programs do (`event`).

pub mod console;
mod read;
#[cfg(test)]
mod story;

use mail::At;
use serde_json::Value;
use store::{Migration, Row, Store, StoreError, Write, query};

use crate::id::Mint;

pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 23,
    name: "audit: who changed what",
    sql: include_str!("migrations/0023_audit.sql"),
    postgres: None,
}];

query!(AUDIT_ADD, "queries/audit_add.sql");
query!(AUDIT_OF, "queries/audit_of.sql");

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
    // Bulk actions, and mail sent again or shown to who has no account.
    QueueCancelled,
    EmailSentAgain,
    EmailShared,
    EmailShareEnded,
    // People.
    PasswordChanged,
    SessionEnded,
    OtherSessionsEnded,
    SecondFactorOn,
    SecondFactorOff,
    RecoveryCodesMade,
    PersonInvited,
    InvitationRevoked,
    PersonJoined,
    RoleChanged,
    MemberRemoved,
    PasswordReset,
    PasskeyAdded,
    PasskeyRemoved,
    SecondFactorRequired,
    OidcConnected,
    OidcDisconnected,
    // Templates.
    TemplateMade,
    TemplateChanged,
    TemplatePublished,
    TemplateTested,
    TemplateRemoved,
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
    // What templates are made of.
    ImageAdded,
    ImageRemoved,
    PartMade,
    PartChanged,
    PartRemoved,
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
            Action::QueueCancelled => "queue.cancelled",
            Action::EmailSentAgain => "email.sent_again",
            Action::EmailShared => "email.shared",
            Action::EmailShareEnded => "email.share_ended",
            // People.
            Action::PasswordChanged => "person.password_changed",
            Action::SessionEnded => "session.ended",
            Action::OtherSessionsEnded => "session.others_ended",
            Action::SecondFactorOn => "second_factor.turned_on",
            Action::SecondFactorOff => "second_factor.turned_off",
            Action::RecoveryCodesMade => "second_factor.recovery_codes_made",
            Action::PersonInvited => "person.invited",
            Action::InvitationRevoked => "invitation.revoked",
            Action::PersonJoined => "person.joined",
            Action::RoleChanged => "member.role_changed",
            Action::MemberRemoved => "member.removed",
            Action::PasswordReset => "person.password_reset",
            Action::PasskeyAdded => "passkey.added",
            Action::PasskeyRemoved => "passkey.removed",
            Action::SecondFactorRequired => "workspace.second_factor_set",
            Action::OidcConnected => "oidc.connected",
            Action::OidcDisconnected => "oidc.disconnected",
            Action::TemplateMade => "template.made",
            Action::TemplateChanged => "template.changed",
            Action::TemplatePublished => "template.published",
            Action::TemplateTested => "template.tested",
            Action::TemplateRemoved => "template.removed",
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
            Action::ImageAdded => "image.added",
            Action::ImageRemoved => "image.removed",
            Action::PartMade => "template_part.made",
            Action::PartChanged => "template_part.changed",
            Action::PartRemoved => "template_part.removed",
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

/// Octets of what was there before, and after, at most. Reason: the log is read many entries at a time.
const VALUE_OCTETS_MAX: usize = 4_096;

/// A value as it is stored; of one that is too long only that it was.
fn kept(value: Value) -> String {
    let text = value.to_string();
    if text.len() <= VALUE_OCTETS_MAX { text } else { r#"{"too_long":true}"#.to_owned() }
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
        ("before", entry.before.map(kept).into()),
        ("after", entry.after.map(kept).into()),
        ("address", entry.address.to_owned().into()),
    ];
    write.step(&AUDIT_ADD, params);
}

/// Entries about one object that are read.
const OF_OBJECT_MAX: i64 = 200;

/// Something that was done to an object.
pub struct Done {
    pub person: i64,
    pub after: Value,
}

/// What was done to an object of a workspace from some moment on, newest first: as much as one page may tell.
///
/// # Errors
/// As [`Store::read`].
pub async fn done_to(
    store: &Store,
    workspace: i64,
    (action, object): (Action, &str),
    since: At,
) -> Result<Vec<Done>, StoreError> {
    let params = [
        ("workspace", workspace.into()),
        ("since", crate::id::floor(since).into()),
        ("action", action.as_str().into()),
        ("object", object.to_owned().into()),
        ("limit", OF_OBJECT_MAX.into()),
    ];
    let done = |row: &Row| {
        let after = row.text_or_null(1)?.and_then(|text| serde_json::from_str(text).ok());
        Ok(Done { person: row.int(0)?, after: after.unwrap_or_default() })
    };
    store.read(&AUDIT_OF, &params).await?.iter().map(done).collect()
}
