//! What needs somebody, as a letter: what began, and what is over.

use askama::Template;

use super::invitation;
use crate::words::{Word, Words};

/// The letter, in its reader's language.
#[derive(Template)]
#[template(path = "mail/alert.html")]
pub struct Letter {
    pub words: Words,
    /// The workspace, or the installation.
    pub workspace: String,
    /// Whether the workspace's logo comes with it, under the id [`Letter::LOGO`].
    pub logo: bool,
    pub began: Vec<Line>,
    pub over: Vec<Line>,
    /// Why they get it.
    pub why: Word,
    /// Where it is switched off; none while nobody said where browsers reach us.
    pub own: Option<String>,
}

/// The same letter without markup.
#[derive(Template)]
#[template(path = "mail/alert.txt")]
struct Plain<'l> {
    letter: &'l Letter,
}

/// A thing that needs somebody, or did.
pub struct Line {
    pub title: String,
    /// Which one, where there may be several.
    pub which: String,
    /// What to do; empty of what is over.
    pub text: String,
    pub link: Option<String>,
}

impl Letter {
    /// As an invitation's.
    pub const LOGO: &str = invitation::Letter::LOGO;

    /// Says that there is something, and not what: it stands in lists that others see.
    #[must_use]
    pub fn subject(&self) -> String {
        let id = if self.began.is_empty() { Word("alert-subject-over") } else { Word("alert-subject") };
        self.words.word1(id, "workspace", &self.workspace)
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
            (Locale::En, "Tide <b> needs you", "Over again"),
            (Locale::Es, "Tide <b> requiere su atención", "Resuelto"),
            (Locale::PtBr, "Tide <b> precisa da sua atenção", "Resolvido"),
            (Locale::ZhCn, "Tide <b> 需要您处理", "已恢复"),
        ];
        for (locale, subject, over) in table {
            let line = |title: &str, link: Option<&str>| Line {
                title: title.into(),
                which: "https://hooks.example/<i>".into(),
                text: "Mend it.".into(),
                link: link.map(str::to_owned),
            };
            let letter = Letter {
                words: Words::of(locale),
                why: Word("alert-why"),
                workspace: "Tide <b>".into(),
                logo: true,
                began: vec![line("It fails", Some("https://mail.example/w/tide/"))],
                over: vec![line("It failed", None)],
                own: Some("https://mail.example/me".into()),
            };
            let (html, text) = letter.parts().expect("a letter");
            assert_eq!(letter.subject(), subject);
            assert!(!html.contains("<b>") && !html.contains("<i>"), "{html}");
            assert!(html.contains(&format!("cid:{}", Letter::LOGO)), "{html}");
            for part in [&html, &text] {
                for wanted in
                    ["It fails", "It failed", over, "https://mail.example/w/tide/", "https://mail.example/me"]
                {
                    assert!(part.contains(wanted), "{wanted}: {part}");
                }
            }
            assert!(text.contains("https://hooks.example/<i>"), "{text}");
        }
    }
}
