//! A lost password: the page on which somebody asks for a link, the letter that brings it, the page to which it leads.

use askama::Template;

use crate::page::Page;
use crate::words::{Word, Words};

/// Asking for a link.
#[derive(Template)]
#[template(path = "screen/password_lost.html")]
pub struct Lost {
    pub page: Page,
    pub state: Asking,
}

/// How far somebody came.
pub enum Asking {
    /// What was typed, and why it was not heard.
    Form { email: String, mistake: Option<Word> },
    /// Whether somebody has the address is not told.
    Sent { email: String },
    /// No letter can be written: what the operator types in its place.
    Operator { command: String },
}

/// Where the link leads.
#[derive(Template)]
#[template(path = "screen/password_new.html")]
pub struct New {
    pub page: Page,
    pub state: Setting,
}

/// What whoever follows the link can do.
pub enum Setting {
    /// It was used, or is too old.
    Over,
    Open {
        path: String,
        email: String,
        mistake: Option<Word>,
    },
}

/// The letter, in the language of the person.
#[derive(Template)]
#[template(path = "mail/password.html")]
pub struct Letter {
    pub words: Words,
    pub name: String,
    pub email: String,
    pub link: String,
    /// For how many minutes the link opens.
    pub minutes: i64,
}

/// The same letter without markup.
#[derive(Template)]
#[template(path = "mail/password.txt")]
struct Plain<'l> {
    letter: &'l Letter,
}

impl Letter {
    #[must_use]
    pub fn subject(&self) -> String {
        self.words.t("password-mail-subject")
    }

    fn intro(&self) -> String {
        self.words.t2("password-mail-intro", ("name", &self.name), ("email", &self.email))
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
            (Locale::En, "Set a new password", "60 minutes"),
            (Locale::Es, "Elegir una contraseña nueva", "60 minutos"),
            (Locale::PtBr, "Definir uma nova senha", "60 minutos"),
            (Locale::ZhCn, "设置新密码", "60 分钟"),
        ];
        for (locale, set, minutes) in table {
            let letter = Letter {
                words: Words::of(locale),
                name: "Ann <b>".into(),
                email: "ann@people.example".into(),
                link: "https://mail.example/password/00ff".into(),
                minutes: 60,
            };
            let (html, text) = letter.parts().expect("a letter");
            assert!(html.contains("Ann &#60;b&#62;") && !html.contains("<b>"), "{html}");
            assert!(html.contains("href=\"https://mail.example/password/00ff\""), "{html}");
            for part in [&html, &text] {
                assert!(
                    part.contains(set) && part.contains(minutes) && part.contains(&letter.link),
                    "{part}"
                );
            }
            assert!(text.contains("Ann <b>"), "{text}");
        }
    }
}
