//! A person's own page: how they are called and shown pages, their password, and where they are signed in.

use askama::Template;

use super::key::Choice;
use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/account.html")]
pub struct Account {
    pub page: Page,
    /// What the paths of forms end with, so that the frame stays.
    pub at: String,
    pub email: String,
    pub name: String,
    pub languages: Vec<Choice>,
    pub zones: Vec<Choice>,
    pub themes: Vec<Choice>,
    pub mistakes: Mistakes,
    /// Whether a second factor is on.
    pub second_factor: bool,
    /// Whether mail of what needs somebody is wanted.
    pub alerts: bool,
    pub passkeys: Vec<Passkey>,
    /// Whether there can be passkeys where the console is reached.
    pub passkeys_here: bool,
    /// The account at an issuer, where people may sign in with one.
    pub oidc: Option<Elsewhere>,
    pub sessions: Vec<Session>,
    /// What was just done.
    pub notice: Option<Word>,
}

/// What is wrong with each field.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Mistakes {
    pub name: Option<Word>,
    pub old: Option<Word>,
    pub password: Option<Word>,
    pub passkey: Option<Word>,
}

/// A key pair of an authenticator.
pub struct Passkey {
    pub id: String,
    pub name: String,
    pub since: String,
    /// None: never.
    pub used: Option<String>,
}

/// Accounts that an issuer keeps.
pub struct Elsewhere {
    /// What people know it by.
    pub issuer: String,
    pub connected: Option<Connected>,
    pub mistake: Option<String>,
}

/// The account there that is the person's.
pub struct Connected {
    /// Empty: the issuer told none.
    pub email: String,
    pub since: String,
    /// None: never.
    pub used: Option<String>,
}

/// Where the person is signed in.
pub struct Session {
    pub id: String,
    /// The browser in words.
    pub agent: String,
    pub icon: &'static str,
    pub address: String,
    pub since: String,
    pub used: String,
    /// The one that asks.
    pub here: bool,
}
