//! Users and roles: the members, who is invited, and who may what.

use askama::Template;

use super::key::Choice;
use crate::page::Page;
use crate::words::Word;

#[derive(Template)]
#[template(path = "screen/people.html")]
pub struct People {
    pub page: Page,
    /// The path of the list.
    pub path: String,
    pub rows: Vec<Member>,
    pub before: Option<String>,
    pub after: Option<String>,
    /// Whether one of them may be chosen.
    pub may_choose: bool,
    pub invitations: Vec<Invitation>,
    /// The invitation that was just made; its link is shown this once.
    pub made: Option<Made>,
    /// What was typed, and what is wrong with it.
    pub email: String,
    pub mistake: Option<Word>,
    pub roles: Vec<Choice>,
    pub languages: Vec<Choice>,
    /// Why a change was not made.
    pub refused: Option<Word>,
    pub matrix: Matrix,
    /// Whether the workspace requires a second factor, and whether the one who looks decides it.
    pub required: bool,
    pub may_require: bool,
}

/// A line of the list.
pub struct Member {
    pub id: String,
    pub name: String,
    pub email: String,
    pub initials: String,
    pub role: Word,
    /// What this member may be made; empty where the one who looks may change nothing.
    pub roles: Vec<Choice>,
    pub second_factor: bool,
    pub seen: String,
    /// The one who looks.
    pub own: bool,
}

/// Somebody who is asked in.
pub struct Invitation {
    pub id: String,
    pub email: String,
    pub role: Word,
    pub by: String,
    /// When it ends, in words; that it is over.
    pub until: String,
}

/// An invitation that was just made.
pub struct Made {
    pub email: String,
    pub link: String,
    /// Whether a mail with the link is on its way.
    pub by_mail: bool,
}

/// Who may what.
pub struct Matrix {
    pub roles: Vec<Word>,
    pub lines: Vec<(Word, Vec<bool>)>,
}
