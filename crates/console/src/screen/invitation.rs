//! An invitation: the letter that tells of it, and the page to which its link leads.

use askama::Template;

use crate::page::{Brand, Page};
use crate::words::{Word, Words};

#[derive(Template)]
#[template(path = "screen/invitation.html")]
pub struct Invitation {
    pub page: Page,
    pub state: State,
}

/// What whoever follows the link can do.
pub enum State {
    /// It was taken, revoked, or waited for too long.
    Over,
    /// Make an account.
    New { about: About, name: String, mistakes: Mistakes },
    /// Sign in: there is an account with this address.
    Known { about: About },
    /// Join with the account that is signed in.
    Join { about: About },
    /// The account that is signed in has another address.
    Other { about: About, own: String },
}

/// Who invites whom into what.
pub struct About {
    pub token: String,
    pub by: String,
    pub workspace: Brand,
    pub role: Word,
    pub email: String,
    /// What people know the issuer by, where an account there will do.
    pub oidc: Option<String>,
}

/// What is wrong with each field.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Mistakes {
    pub name: Option<Word>,
    pub password: Option<Word>,
}

impl About {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/invitation/{}", self.token)
    }

    fn told(&self, words: &Words) -> String {
        words.t2("invitation-by", ("name", &self.by), ("role", words.word(self.role)))
    }

    fn other(&self, words: &Words, own: &str) -> String {
        words.t2("invitation-other", ("email", &self.email), ("own", own))
    }
}

/// The letter, in the language that the inviter chose.
#[derive(Template)]
#[template(path = "mail/invitation.html")]
pub struct Letter {
    pub words: Words,
    pub by: String,
    pub workspace: String,
    pub role: Word,
    pub link: String,
    /// For how many days the link opens.
    pub days: i64,
    /// Whether the mail carries the workspace's logo, as [`Letter::LOGO`].
    pub logo: bool,
}

/// The same letter without markup.
#[derive(Template)]
#[template(path = "mail/invitation.txt")]
struct Plain<'l> {
    letter: &'l Letter,
}

impl Letter {
    /// The logo's content id.
    pub const LOGO: &str = "logo";

    #[must_use]
    pub fn subject(&self) -> String {
        self.words.t2("invitation-mail-subject", ("name", &self.by), ("workspace", &self.workspace))
    }

    fn intro(&self) -> String {
        self.words.t2("invitation-mail-intro", ("name", &self.by), ("workspace", &self.workspace))
    }

    /// HTML and text.
    ///
    /// # Errors
    /// The templates' own.
    pub fn parts(&self) -> Result<(String, String), askama::Error> {
        Ok((self.render()?, Plain { letter: self }.render()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Locale;

    #[test]
    fn the_letter_speaks_four_languages_and_holds_nothing_but_text_of_others() {
        let table = [
            (Locale::En, "Ann <b> invites you to Tidewater", "Administrator", "7 days"),
            (Locale::Es, "Ann <b> le invita a Tidewater", "Administrador", "7 días"),
            (Locale::PtBr, "Ann <b> convidou você para Tidewater", "Administrador", "7 dias"),
            (Locale::ZhCn, "Ann <b> 邀请您加入 Tidewater", "管理员", "7 天"),
        ];
        for (locale, subject, role, days) in table {
            let letter = Letter {
                words: Words::of(locale),
                by: "Ann <b>".into(),
                workspace: "Tidewater".into(),
                role: Word("role-admin"),
                link: "https://mail.example/invitation/00ff".into(),
                days: 7,
                logo: locale == Locale::Es,
            };
            let (html, text) = letter.parts().expect("a letter");
            assert_eq!(letter.subject(), subject);
            assert!(html.contains("Ann &#60;b&#62;") && !html.contains("<b>"), "{html}");
            assert!(html.contains("href=\"https://mail.example/invitation/00ff\""), "{html}");
            for part in [&html, &text] {
                assert!(part.contains(role) && part.contains(days) && part.contains(&letter.link), "{part}");
            }
            assert!(text.contains("Ann <b>"), "{text}");
            assert_eq!(html.contains("<img src=\"cid:logo\" alt=\"Tidewater\""), letter.logo, "{html}");
        }
    }
}
