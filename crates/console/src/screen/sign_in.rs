//! Sign in.

use askama::Template;

use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/sign_in.html")]
pub struct SignIn {
    pub page: Page,
    pub email: String,
    /// Where to after it.
    pub next: String,
    /// Whether there can be passkeys where the console is reached.
    pub passkeys: bool,
    /// What people know the issuer by, where they may sign in with an account there.
    pub oidc: Option<String>,
    pub notice: Option<Word>,
    pub mistake: Option<String>,
}
