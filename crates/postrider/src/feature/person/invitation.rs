//! Invitations into a workspace: made, told by mail, taken once, revoked.
//!
//! Guarantees
//! 1. A token is 256 random bits, stored as its SHA-256; it opens until [`LIFE`] is over, once.
//! 2. Nobody offers a role above their own.
//! 3. A mail of an invitation is kept as a one-time code is: shown to nobody but its recipient, not tracked.
//! 4. Who has an account joins with it, signed in; who has none makes one with the invited address, and no other.

use std::sync::Arc;
use std::time::Duration;

use ::console::screen::invitation::Letter;
use bytes::Bytes;
use content::image::Format;
use mail::{Address, At, Mailbox};
use store::{Row, Store, StoreError, Write, query};

use super::letter::{self, Post};
use super::oidc::identity::Identity;
use super::permission::Role;
use super::sign_in::{self, From, Shown};
use super::{PERSON_ADD, Person, account, random_token};
use crate::app::App;
use crate::feature::access::{Workspace, digest_of};
use crate::feature::audit::{self, Action};
use crate::feature::image::kept;
use crate::feature::sending::Refusal;
use crate::feature::sending::accept::accept_with;
use crate::feature::sending::examine::Examined;
use crate::id::Noun;

query!(INVITATION_PUT, "queries/invitation_put.sql");
query!(INVITATION_LIST, "queries/invitation_list.sql");
query!(INVITATION_BY_TOKEN, "queries/invitation_by_token.sql");
query!(INVITATION_TAKE, "queries/invitation_take.sql");
query!(INVITATION_REVOKE, "queries/invitation_revoke.sql");
query!(MEMBER_OF_EMAIL, "queries/member_of_email.sql");
query!(MEMBER_JOIN, "queries/member_join.sql");

/// How long an invitation opens.
pub const LIFE: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Invitations of one workspace at once. Reason: a team is asked within a day; what is more is mail to strangers.
const OPEN_MAX: i64 = 100;
/// The local part of its author where the inviter's own domain may not send.
const AUTHOR: &str = "invitations";

/// An invitation that is open, or over and not removed yet.
pub struct Listed {
    pub id: i64,
    pub email: String,
    pub role: Role,
    pub expires: At,
    /// The name of who asked.
    pub by: String,
}

/// The invitations of a workspace, the newest first: [`OPEN_MAX`] at most.
///
/// # Errors
/// As [`Store::read`].
pub async fn invitation_list(store: &Store, workspace: i64) -> Result<Vec<Listed>, StoreError> {
    let read = |row: &Row| {
        Ok(Listed {
            id: row.int(0)?,
            email: row.text(1)?.to_owned(),
            role: super::role(row.text(2)?)?,
            expires: At(row.int(3)?),
            by: row.text(4)?.to_owned(),
        })
    };
    store.read(&INVITATION_LIST, &[("workspace", workspace.into())]).await?.iter().map(read).collect()
}

/// Whether somebody with this address, folded, is a member already.
///
/// # Errors
/// As [`Store::read`].
pub async fn is_member(store: &Store, workspace: i64, email: &str) -> Result<bool, StoreError> {
    let params = [("workspace", workspace.into()), ("email", email.to_owned().into())];
    Ok(!store.read(&MEMBER_OF_EMAIL, &params).await?.is_empty())
}

/// A new invitation.
pub struct New<'n> {
    pub id: i64,
    /// What its link ends with: this is the only moment at which it is known.
    pub token: String,
    pub workspace: &'n Workspace,
    pub email: Address,
    pub role: Role,
    /// Who asks.
    pub by: &'n Person,
}

impl<'n> New<'n> {
    #[must_use]
    pub fn of(
        app: &App,
        now: At,
        by: (&'n Person, &'n Workspace),
        (email, role): (Address, Role),
    ) -> New<'n> {
        New { id: app.mint.next(now), token: random_token(), workspace: by.1, email, role, by: by.0 }
    }

    /// Its rows. The write conflicts where there are as many as there may be, and where one to a role above that of who asks is open.
    #[must_use]
    pub fn rows(&self, now: At) -> Write {
        let params = vec![
            ("id", self.id.into()),
            ("workspace", self.workspace.id.into()),
            ("email", self.email.folded().into()),
            ("role", self.role.as_str().into()),
            ("digest", digest_of(&self.token).to_vec().into()),
            ("person", self.by.id.into()),
            ("expires", now.after(LIFE).0.into()),
            ("most", OPEN_MAX.into()),
            ("now", now.0.into()),
            ("gives", self.gives().into()),
        ];
        let mut write = super::in_turn();
        write.step_expecting(
            1,
            "there are as many invitations as there may be, or one from above",
            &INVITATION_PUT,
            params,
        );
        write
    }

    /// The roles that who asks may give, each between commas: an invitation to one above them is not theirs to replace.
    fn gives(&self) -> String {
        let own = self.by.role(self.workspace.id);
        let given = Role::ALL.into_iter().filter(|role| own.is_some_and(|own| own.gives(*role)));
        given.map(|role| format!(",{},", role.as_str())).collect()
    }

    /// The mailbox of who asks; a name that no header takes is left out.
    fn inviter(&self) -> Option<Mailbox> {
        let address = Address::parse(&self.by.email).ok()?;
        Some(Mailbox { name: Some(self.by.name.clone()), address })
    }
}

/// Whether a mail went with an invitation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    ByMail,
    /// No domain of the workspace may send, the mail would be captured, the address is suppressed, or it is not taken now: the link has to be handed over.
    NotByMail,
}

/// Commits an invitation with its mail, or without one where none can be sent; none when there are too many. `rows` are the
/// invitation's, and what else is committed with it.
///
/// # Errors
/// As [`Store::write`].
pub async fn invite(
    app: &Arc<App>,
    now: At,
    (new, letter): (&New<'_>, &mut Letter),
    rows: impl Fn() -> Write,
) -> Result<Option<Told>, StoreError> {
    let logo = match &new.workspace.logo {
        Some(token) => kept::content(&app.store, new.workspace.id, token).await?,
        None => None,
    };
    letter.logo = logo.is_some();
    let sent = match mail(app, now, new, (letter, logo.as_ref())).await {
        Ok(mail) => accept_with(app, now, rows(), mail).await.ok(),
        Err(_) => None,
    };
    let (told, stored) = match sent {
        Some(stored) => (Told::ByMail, stored),
        None => (Told::NotByMail, app.store.write(rows()).await),
    };
    match stored {
        Ok(_) => Ok(Some(told)),
        Err(StoreError::Conflict(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Who writes: the inviter, where their domain may send for the workspace; else the workspace, under a domain that may; else the
/// inviter again, whose mail stays here or is refused.
fn author(app: &App, workspace: &Workspace, inviter: &Mailbox) -> Mailbox {
    let snapshot = app.directory.snapshot();
    let own = snapshot.domain_for(workspace.id, &inviter.address.domain());
    if own.is_some_and(|domain| domain.status.may_send()) {
        let name = Some(workspace.sender.to_string()).filter(|name| !name.is_empty());
        return Mailbox { name: name.or_else(|| inviter.name.clone()), ..inviter.clone() };
    }
    letter::author(app, workspace, AUTHOR).unwrap_or_else(|| inviter.clone())
}

async fn mail(
    app: &App,
    now: At,
    new: &New<'_>,
    (letter, logo): (&Letter, Option<&(Format, Bytes)>),
) -> Result<Examined, Refusal> {
    let unfit = |why: String| Refusal::Unavailable(why);
    let inviter = new.inviter().ok_or_else(|| unfit("the inviter has no address".into()))?;
    let post = Post {
        workspace: new.workspace,
        from: author(app, new.workspace, &inviter),
        reply_to: Some(inviter),
        to: new.email.clone(),
        subject: letter.subject(),
        parts: letter.parts().map_err(|error| unfit(error.to_string()))?,
        logo,
        life: LIFE,
    };
    letter::examined(app, now, post).await
}

/// Takes an invitation back.
#[must_use]
pub fn revoke_rows(workspace: i64, id: i64) -> Write {
    let mut write = Write::default();
    let params = vec![("id", id.into()), ("workspace", workspace.into())];
    write.step_expecting(1, "there is no such invitation", &INVITATION_REVOKE, params);
    write
}

/// An invitation as whoever has its link sees it.
pub struct Open {
    pub id: i64,
    pub workspace: i64,
    pub email: String,
    pub role: Role,
    pub by: String,
    /// Whether somebody has this address already.
    pub known: bool,
    digest: Vec<u8>,
}

/// The invitation of a token, while it opens.
///
/// # Errors
/// As [`Store::read`].
pub async fn of_token(store: &Store, now: At, token: &str) -> Result<Option<Open>, StoreError> {
    of_digest(store, now, digest_of(token).to_vec()).await
}

/// The same, by the digest of its token.
///
/// # Errors
/// As [`Store::read`].
pub(super) async fn of_digest(store: &Store, now: At, digest: Vec<u8>) -> Result<Option<Open>, StoreError> {
    let params = [("digest", digest.clone().into()), ("now", now.0.into())];
    let rows = store.read(&INVITATION_BY_TOKEN, &params).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Open {
        id: row.int(0)?,
        workspace: row.int(1)?,
        email: row.text(2)?.to_owned(),
        role: super::role(row.text(3)?)?,
        by: row.text(5)?.to_owned(),
        known: row.int(6)? > 0,
        digest,
    }))
}

impl Open {
    /// Takes it: the write conflicts when somebody took it before, or the person is a member already.
    fn take(&self, app: &App, now: At, write: &mut Write, (person, from): (i64, &From<'_>)) {
        let params =
            vec![("id", self.id.into()), ("digest", self.digest.clone().into()), ("now", now.0.into())];
        write.step_expecting(1, "the invitation is over", &INVITATION_TAKE, params);
        let params = vec![
            ("person", person.into()),
            ("workspace", self.workspace.into()),
            ("role", self.role.as_str().into()),
        ];
        write.step_expecting(1, "the person is a member", &MEMBER_JOIN, params);
        let entry = audit::Entry {
            workspace: Some(self.workspace),
            person,
            address: &from.shown(),
            action: Action::PersonJoined,
            object: Noun::Person.show(person),
            before: None,
            after: Some(serde_json::json!({ "role": self.role.as_str(), "email": self.email })),
        };
        audit::note(write, (&app.mint, now), entry);
    }
}

/// Makes somebody who is signed in a member; false when it is too late.
///
/// # Errors
/// As [`Store::write`].
pub async fn join(
    app: &App,
    now: At,
    (open, person): (&Open, i64),
    from: &From<'_>,
) -> Result<bool, StoreError> {
    let mut write = Write::default();
    open.take(app, now, &mut write, (person, from));
    match app.store.write(write).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What somebody new says of themselves, without a mistake.
pub struct Newcomer {
    pub name: String,
    pub password: String,
    pub zone: String,
    pub locale: &'static str,
}

/// What came of making an account.
pub enum Made {
    /// The token of the first session.
    In(String),
    Late,
    Busy,
}

/// From where somebody new comes, and with which account at an issuer, if with one; and what counts as its second factor.
pub type Came<'c> = (&'c From<'c>, Option<(&'c Identity, Option<&'static str>)>);

/// Makes an account with the invited address, a member of the workspace, and begins its first session.
///
/// # Errors
/// As [`Store::write`].
pub async fn make(
    app: &App,
    now: At,
    (open, new): (&Open, Newcomer),
    (from, identity): Came<'_>,
) -> Result<Made, StoreError> {
    let Ok(hash) = app.people.hashing.make(new.password).await else { return Ok(Made::Busy) };
    let id = app.mint.next(now);
    let mut write = Write::default();
    let zone = if ::console::format::time::Zone::known(&new.zone) { new.zone } else { "UTC".to_owned() };
    let own = (&*open.email, new.name.trim(), &*hash);
    let params = super::new_person((id, now), own, (new.locale, &zone));
    write.step_expecting(1, "somebody has this address", &PERSON_ADD, params);
    open.take(app, now, &mut write, (id, from));
    let shown = match identity {
        None => Shown::Password,
        Some((identity, second)) => {
            identity.add(&mut write, now, id);
            identity.note(app, &mut write, (id, from), "the invitation");
            Shown::Issuer(second)
        }
    };
    match sign_in::begin(app, now, write, (id, from, shown)).await {
        Ok(token) => Ok(Made::In(token)),
        Err(StoreError::Conflict(_)) => Ok(Made::Late),
        Err(error) => Err(error),
    }
}

/// What is wrong with what somebody new says.
#[must_use]
pub fn mistakes(name: &str, password: &str) -> (Option<::console::Word>, Option<::console::Word>) {
    (account::name_mistake(name), account::password_mistake(password))
}
