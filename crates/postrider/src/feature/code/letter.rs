//! The mail that carries a code: a template's text, or the built-in one, and how the mail is called where it is listed.
//!
//! Guarantee: the subject under which rows, events and the index know the mail does not hold the code. It is rendered a second
//! time with another code; where that makes a difference, that code's place is blotted out.

use std::sync::Arc;

use content::{Limits, Program, Source, publish};
use serde_json::{Map, Value};
use store::StoreError;

use super::profile::{Alphabet, Profile};
use crate::feature::template::api::preview::told;
use crate::http::error::ApiError;

const BUILT_IN: &str = include_str!("letter.json");
/// Stands for a letter of a code.
const BLOT: &str = "•";

/// The built-in text, in four languages.
///
/// # Errors
/// `Broken`: this program does not read its own text.
pub fn built_in() -> Result<Program, StoreError> {
    let broken = |reason: String| StoreError::Broken { query: "letter.json".into(), reason };
    let source: Source = serde_json::from_str(BUILT_IN).map_err(|error| broken(error.to_string()))?;
    let limits = Limits::default();
    let compiled = publish(&source, &content::Library::default(), &limits);
    let compiled = compiled.map_err(|problems| broken(format!("{problems:?}")))?;
    Program::load(&compiled, &limits).map_err(|problem| broken(problem.to_string()))
}

/// A mail's parts.
pub struct Letter {
    pub subject: String,
    /// The subject where others than the recipient read it.
    pub known_as: String,
    pub html: Option<String>,
    pub text: Option<String>,
}

/// In which language, with what beside the code.
pub struct Wording {
    pub program: Arc<Program>,
    pub locale: String,
    pub data: Map<String, Value>,
}

impl Wording {
    /// The mail for a code of this profile.
    ///
    /// # Errors
    /// What of the data, or of the template with it, is wrong.
    pub fn letter(&self, profile: &Profile, code: &str) -> Result<Letter, ApiError> {
        let rendered = self.rendered(profile, code)?;
        let other = another(profile.alphabet, code);
        let subject = rendered.subject.unwrap_or_default();
        let otherwise = self.rendered(profile, &other)?.subject.unwrap_or_default();
        let known_as = blotted(&subject, &otherwise, &other);
        let made = rendered.html.as_deref().filter(|_| rendered.text.is_none()).map(content::text_of);
        Ok(Letter { subject, known_as, text: rendered.text.or(made), html: rendered.html })
    }

    fn rendered(&self, profile: &Profile, code: &str) -> Result<content::Rendered, ApiError> {
        let mut variables = self.data.clone();
        variables.insert("code".to_owned(), code.into());
        variables.insert("expires_minutes".to_owned(), (profile.expires_s + 59).div_euclid(60).into());
        let rendered = self.program.render(&self.locale, &variables);
        rendered.map_err(|failure| ApiError::invalid(told(&failure, "/data", "/template")))
    }
}

/// A code as long as `code`, and not `code`.
fn another(alphabet: Alphabet, code: &str) -> String {
    let repeated = |letter: char| letter.to_string().repeat(code.len());
    let mut all = alphabet.letters().chars().map(repeated);
    all.find(|other| other != code).unwrap_or_default()
}

/// A subject without what changes with the code; `otherwise` is the one for the code `other`.
fn blotted(subject: &str, otherwise: &str, other: &str) -> String {
    if subject == otherwise {
        return subject.to_owned();
    }
    let without = otherwise.replace(other, &BLOT.repeat(other.len()));
    // The template writes the code in a way of its own.
    if without == otherwise { BLOT.repeat(other.len()) } else { without }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(locale: &str, product: &str) -> Letter {
        let (program, profile) = (Arc::new(built_in().unwrap()), Profile::built_in("x"));
        let data = serde_json::json!({ "product": product, "code": "000000" });
        let (locale, data) = (locale.to_owned(), data.as_object().unwrap().clone());
        Wording { program, locale, data }.letter(&profile, "482916").unwrap()
    }

    #[test]
    fn the_built_in_text_speaks_four_languages_and_falls_back() {
        let cases = [
            ("", "482916 is your code for Acme", "It works once, for 10 minutes."),
            ("fr", "482916 is your code for Acme", "Tell it to nobody."),
            ("es-MX", "482916 es tu código de Acme", "durante 10 minutos"),
            ("pt-BR", "482916 é o seu código de Acme", "por 10 minutos"),
            ("zh-CN", "482916 是您的Acme验证码", "10 分钟内有效"),
        ];
        for (locale, subject, words) in cases {
            let letter = letter(locale, "Acme");
            assert_eq!(letter.subject, subject, "{locale}");
            for part in [letter.html.unwrap(), letter.text.unwrap()] {
                assert!(part.contains("482916") && part.contains(words), "{locale}: {part}");
                assert!(!part.contains("000000"), "what the data says does not count: {part}");
                assert!(!part.contains("http"), "a code's mail has no links: {part}");
            }
        }
        assert_eq!(letter("en", "").subject, "482916 is your code");
    }

    #[test]
    fn a_subject_is_listed_without_the_code() {
        let blot = "••••••";
        let cases = [
            ("Your code", "Your code", "Your code".to_owned()),
            ("482916 is it", "000000 is it", format!("{blot} is it")),
            ("482-916 is it", "000-000 is it", blot.to_owned()),
            ("482916 or 482916?", "000000 or 000000?", format!("{blot} or {blot}?")),
            ("482916", "000000", blot.to_owned()),
        ];
        for (subject, otherwise, listed) in cases {
            assert_eq!(blotted(subject, otherwise, "000000"), listed);
        }
        assert_eq!(letter("en", "Acme").known_as, format!("{blot} is your code for Acme"));
        assert_ne!(another(Alphabet::Digits, "000000"), "000000");
    }
}
