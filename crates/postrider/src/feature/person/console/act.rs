//! What is done to a member or an invitation, each with its line in the audit log.

use serde_json::json;
use store::{Committed, StoreError};

use crate::app::App;
use crate::console::change::Change;
use crate::console::screen::Member;
use crate::feature::audit::Action;
use crate::feature::person::invitation;
use crate::feature::person::member::{self, Listed};
use crate::feature::person::permission::Role;
use crate::feature::person::permission::need::SteerPeople;
use crate::id::Noun;

/// Gives a member another role; none when it is the last owner, or not so any more.
pub(super) async fn made(
    who: &Member<SteerPeople>,
    app: &App,
    (member, role): (&Listed, Role),
) -> Result<Option<Committed>, StoreError> {
    let change = Change {
        action: Action::RoleChanged,
        object: Noun::Person.show(member.id),
        before: Some(json!({ "role": member.role.as_str() })),
        after: Some(json!({ "role": role.as_str() })),
    };
    who.commit(app, member::role_rows(who.workspace.id, member, role), change).await
}

/// Takes a member out; none when it is the last owner, or not so any more.
pub(super) async fn removed(
    who: &Member<SteerPeople>,
    app: &App,
    member: &Listed,
) -> Result<Option<Committed>, StoreError> {
    let change = Change {
        action: Action::MemberRemoved,
        object: Noun::Person.show(member.id),
        before: Some(json!({ "email": member.email, "role": member.role.as_str() })),
        after: None,
    };
    who.commit(app, member::remove_rows(who.workspace.id, member), change).await
}

/// Ends an invitation; none when it is over already.
pub(super) async fn revoked(
    who: &Member<SteerPeople>,
    app: &App,
    one: &invitation::Listed,
) -> Result<Option<Committed>, StoreError> {
    let change = Change {
        action: Action::InvitationRevoked,
        object: Noun::Invitation.show(one.id),
        before: Some(json!({ "email": one.email, "role": one.role.as_str() })),
        after: None,
    };
    who.commit(app, invitation::revoke_rows(who.workspace.id, one.id), change).await
}
