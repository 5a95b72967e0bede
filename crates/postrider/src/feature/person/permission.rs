//! Who may do what: one table, for people by their role and for programs by their key's scope.
//!
//! Guarantees
//! 1. Nothing else decides: a screen names a [`Permission`], an API key's authority asks the same table.
//! 2. `docs/permissions.md` is this table, printed by a test.

use crate::feature::access::Scope;

/// What a person is in a workspace.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Role {
    Owner,
    Admin,
    Developer,
    Marketer,
    Seller,
}

impl Role {
    pub const ALL: [Role; 5] = [Role::Owner, Role::Admin, Role::Developer, Role::Marketer, Role::Seller];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Admin => "admin",
            Role::Developer => "developer",
            Role::Marketer => "marketer",
            Role::Seller => "seller",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == text)
    }

    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        permission.row().roles.contains(&self)
    }
}

impl Role {
    /// Whether it may all that a scope may.
    #[must_use]
    pub fn holds(self, scope: Scope) -> bool {
        Permission::ALL.iter().all(|permission| self.may(*permission) || !scope.may(*permission))
    }

    /// Whether a member of this role may give another, and take it: one that is not above their own, if they may steer people at
    /// all.
    #[must_use]
    pub fn gives(self, other: Role) -> bool {
        let place = |role: Role| Role::ALL.iter().position(|one| *one == role);
        self.may(Permission::SteerPeople) && place(self) <= place(other)
    }
}

impl Scope {
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        permission.row().scopes.contains(&self)
    }
}

/// A line of the table.
struct Row {
    about: &'static str,
    roles: &'static [Role],
    scopes: &'static [Scope],
}

/// A permission as a type, so that a handler's first argument names it.
pub trait Needs: Send + Sync + 'static {
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($name:ident: $about:literal, [$($role:ident)*], [$($scope:ident)*];)*) => {
        /// Something that not everybody may do.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        pub enum Permission { $(#[doc = $about] $name),* }

        impl Permission {
            pub const ALL: &'static [Permission] = &[$(Permission::$name),*];

            /// What it lets somebody do, in English.
            #[must_use]
            pub fn about(self) -> &'static str {
                self.row().about
            }

            fn row(self) -> Row {
                match self {
                    $(Permission::$name => Row {
                        about: $about,
                        roles: &[$(Role::$role),*],
                        scopes: &[$(Scope::$scope),*],
                    }),*
                }
            }
        }

        /// The permissions as types.
        pub mod need {
            $(#[doc = $about] pub struct $name;
            impl super::Needs for $name {
                const PERMISSION: super::Permission = super::Permission::$name;
            })*
        }
    };
}

permissions! {
    SeeFigures: "see figures, and the list of mail without its content", [Owner Admin Developer Marketer Seller], [Full];
    SeeContent: "see what a mail says", [Owner Admin Developer Marketer], [Full];
    SendMail: "send mail, and send mail again", [Owner Admin Developer Marketer], [Full Sending];
    SteerQueue: "hold, release, retry and cancel what waits", [Owner Admin Developer], [Full];
    SeeSuppressions: "see who may not be mailed", [Owner Admin Developer Marketer Seller], [Full];
    ChangeSuppressions: "decide who may not be mailed", [Owner Admin Developer Marketer], [Full];
    LiftComplaints: "let those be mailed again who complained or unsubscribed", [Owner Admin], [Full];
    SeeTemplates: "see templates", [Owner Admin Developer Marketer Seller], [Full];
    ChangeTemplates: "write and publish templates", [Owner Admin Developer Marketer], [Full];
    SeeDomains: "see domains and streams", [Owner Admin Developer Marketer], [Full];
    ChangeDomains: "add, change and remove domains and streams", [Owner Admin Developer], [Full];
    SteerWebhooks: "see and change webhooks, and replay events", [Owner Admin Developer], [Full];
    SteerKeys: "see, make and revoke API keys", [Owner Admin Developer], [Full];
    SteerPeople: "see and invite people, and change their roles", [Owner Admin], [];
    RequireSecondFactor: "require two-factor sign-in of everybody", [Owner], [];
    SeeAudit: "see who changed what", [Owner Admin], [];
    EmptyCapture: "empty the capture mailbox", [Owner Admin Developer], [Full];
    ChangeWorkspace: "change the workspace's settings", [Owner Admin], [];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> String {
        let mut text = String::from(
            "# Permissions\n\nWho may do what in a workspace. Printed from `feature/person/permission.rs` by its test.\n\n\
             A key may what its scope and the role of the person who made it, as it was then, both may; a key that makes another \
             gives no more. Those of the command line, and those made before keys kept a role, are bound by their scope alone, and so are the keys that they make.\n\n\
             | | owner | admin | developer | marketer | seller | key: full | key: sending |\n|---|---|---|---|---|---|---|---|\n",
        );
        for permission in Permission::ALL {
            let yes = |may: bool| if may { " ✓ |" } else { " |" };
            let roles: String = Role::ALL.iter().map(|role| yes(role.may(*permission))).collect();
            let scopes: String =
                [Scope::Full, Scope::Sending].iter().map(|scope| yes(scope.may(*permission))).collect();
            text.push_str(&format!("| {} |{roles}{scopes}\n", permission.about()));
        }
        text.push_str(
            "\nThe operator of the installation is a mark on a person, and opens no workspace of which the person is no member.\n\n\
             A workspace that requires two factors is entered by a session in which both were shown: a password or an account at an \
             issuer and a code, a passkey, or an issuer that counts as both (`docs/oidc.md`).\n",
        );
        text
    }

    #[test]
    fn the_documentation_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, table()).expect("written");
        }
        assert_eq!(std::fs::read_to_string(path).expect("docs/permissions.md"), table(), "run with UPDATE=1");
    }

    #[test]
    fn nobody_gives_more_than_they_have() {
        for giver in Role::ALL {
            for given in Role::ALL.into_iter().filter(|role| giver.gives(*role)) {
                let more = Permission::ALL.iter().find(|one| given.may(**one) && !giver.may(**one));
                assert_eq!(more, None, "{giver:?} gives {given:?}");
            }
        }
        assert!(Role::Owner.gives(Role::Owner) && !Role::Admin.gives(Role::Owner));
        assert!(Role::Admin.gives(Role::Admin) && !Role::Developer.gives(Role::Seller));
    }

    #[test]
    fn an_owner_may_everything_and_a_seller_changes_nothing() {
        assert!(Permission::ALL.iter().all(|permission| Role::Owner.may(*permission)));
        let seller = Permission::ALL.iter().filter(|permission| Role::Seller.may(**permission));
        assert_eq!(
            seller.copied().collect::<Vec<_>>(),
            [Permission::SeeFigures, Permission::SeeSuppressions, Permission::SeeTemplates]
        );
    }
}
