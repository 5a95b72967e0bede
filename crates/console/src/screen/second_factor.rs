//! The second factor: what is asked for at signing in, and the page where a person turns it on and off.

use askama::Template;

use crate::draw::Qr;
use crate::page::Page;
use crate::words::Word;

/// The second step of signing in.
#[derive(Template)]
#[template(path = "screen/second_step.html")]
pub struct SecondStep {
    pub page: Page,
    /// Where to after it.
    pub next: String,
    pub mistake: Option<Word>,
}

/// The page of the person.
#[derive(Template)]
#[template(path = "screen/second_factor.html")]
pub struct SecondFactor {
    pub page: Page,
    /// What the paths of forms end with, so that the frame stays.
    pub at: String,
    /// That the workspace round the page opens with a second factor only.
    pub required: Option<Required>,
    pub state: State,
    pub mistake: Option<Word>,
}

impl SecondFactor {
    /// Whether this session may change nothing here before the passkey is shown.
    fn needs_passkey(&self) -> bool {
        matches!(self.required, Some(Required::Passkey { .. }))
    }
}

/// What somebody does to enter a workspace of this title that requires a second factor.
pub enum Required {
    SetUp {
        title: String,
    },
    /// Sign in with the passkey that is there.
    Passkey {
        title: String,
    },
}

/// Where the person stands.
pub enum State {
    Off,
    /// Shown to an app, and not confirmed yet. The key is the text that the picture holds.
    Offered {
        qr: Option<Qr>,
        key: String,
        uri: String,
    },
    On {
        /// How many recovery codes are left.
        left: i64,
        /// Those that were just made: shown this once.
        codes: Vec<String>,
    },
}
