//! The first start: the first owner's account.

use askama::Template;

use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/setup.html")]
pub struct Setup {
    pub page: Page,
    pub code: String,
    pub name: String,
    pub email: String,
    pub workspace: String,
    pub mistakes: Mistakes,
}

/// What is wrong with each field.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Mistakes {
    pub name: Option<Word>,
    pub email: Option<Word>,
    pub password: Option<Word>,
    pub workspace: Option<Word>,
}

impl Mistakes {
    #[must_use]
    pub fn none(&self) -> bool {
        *self == Mistakes::default()
    }
}
