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
    pub notice: Option<Word>,
    pub mistake: Option<Word>,
}
