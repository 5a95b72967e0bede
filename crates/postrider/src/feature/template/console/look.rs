//! A mail made of a draft, and what is to be said of it: what blocks, what to look at, what is right.

use ::console::draw::initials;
use ::console::format::number;
use ::console::screen::template::{Advice, Look, Place};
use ::console::words::{Word, Words};
use content::lint::{Field, Rule, Severity};
use content::{Failure, Problem, Rendered, Source, Wrong};
use serde_json::{Map, Value};

use super::super::api::preview::{loaded, rendered};
use super::super::api::version::judged;
use super::lint_words::title;
use crate::app::App;
use crate::feature::access::Workspace;
use crate::feature::lint::{self, Finding, advice};
use crate::http::error::ApiError;

/// Why there is no mail.
pub(super) enum Unmade {
    /// The source: it could not be published either.
    Source(Vec<Problem>),
    /// The source with this data.
    Data(Failure),
}

/// The mail that a source makes of its sample, as the API publishes and renders it.
///
/// # Errors
/// The database does not answer; the work broke.
pub(super) async fn mail(
    (app, workspace): (&App, i64),
    source: &Source,
    locale: &str,
    variables: Map<String, Value>,
) -> Result<Result<Rendered, Unmade>, ApiError> {
    let compiled = match judged(app, workspace, source).await? {
        Ok(compiled) => compiled,
        Err(problems) => return Ok(Err(Unmade::Source(problems))),
    };
    let program = loaded((app, workspace), compiled).await?;
    Ok(rendered((app, workspace), &program, locale, variables).await?.map_err(Unmade::Data))
}

/// What the editor shows of a source in one of its languages.
///
/// # Errors
/// As [`mail`].
pub(super) async fn look(
    (app, workspace): (&App, &Workspace),
    words: Words,
    source: &Source,
    variant: &str,
) -> Result<Look, ApiError> {
    let seeing = Seeing { words, source, variant };
    let made = mail((app, workspace.id), source, variant, source.sample.clone()).await?;
    let (shown, advice, made) = match made {
        Err(Unmade::Source(problems)) => (Rendered::default(), seeing.problems(&problems), false),
        Err(Unmade::Data(failure)) => (Rendered::default(), seeing.failure(&failure), false),
        Ok(mail) => {
            let look = lint::Look {
                subject: mail.subject.clone().unwrap_or_default(),
                preheader: mail.preheader.clone(),
                html: mail.html.clone(),
                text: mail.text.clone(),
                marketing: None,
            };
            let found = advice((app, workspace.id), || look, None).await?;
            let advice = seeing.advice(&found, mail.html.as_deref().map_or(0, str::len));
            (mail, advice, true)
        }
    };
    Ok(Look {
        made,
        subject: shown.subject.unwrap_or_default(),
        preheader: shown.preheader.unwrap_or_default(),
        from: workspace.sender().to_owned(),
        initials: initials(workspace.sender()),
        text: shown.text,
        summary: summary(words, &advice),
        advice,
    })
}

/// How many of which grade.
fn summary(words: Words, advice: &[Advice]) -> String {
    let of = |grade: Word| advice.iter().filter(|one| one.grade == grade).count();
    let (blocking, stopping) = (of(Word("template-blocks")), of(Word("template-should-not")));
    let looking = of(Word("template-look-at")) + of(Word("template-could"));
    match (blocking, stopping, looking) {
        (0, 0, 0) => words.t("template-summary-fine"),
        (0, 0, n) => words.t1("template-summary-look", "n", n),
        (0, stop, n) => words.t2("template-summary-stop", ("stop", stop), ("n", n)),
        (n, _, _) => words.t1("template-summary-blocked", "n", n),
    }
}

/// A source in one language, told in another.
pub(super) struct Seeing<'a> {
    pub words: Words,
    pub source: &'a Source,
    pub variant: &'a str,
}

impl Seeing<'_> {
    /// What cannot be published, each thing once: what a language takes from the default is wrong there.
    pub(super) fn problems(&self, problems: &[Problem]) -> Vec<Advice> {
        let of_default = |problem: &Problem| {
            let place = content::Place { locale: String::new(), ..problem.place.clone() };
            Problem { place, reason: problem.reason.clone() }
        };
        let told = |one: &&Problem| one.place.locale.is_empty() || !problems.contains(&of_default(one));
        problems.iter().filter(told).map(|one| self.problem(one)).collect()
    }

    /// One thing that cannot be published.
    fn problem(&self, problem: &Problem) -> Advice {
        let place = &problem.place;
        let name = self.words.word(field_word(&place.field));
        let language =
            super::language_name(if place.locale.is_empty() { &self.source.locale } else { &place.locale });
        let mut title = match (&*language, place.line) {
            ("", 0) => name,
            ("", line) => self.words.t2("template-at", ("part", name), ("line", line)),
            (language, 0) => format!("{name} · {language}"),
            (language, line) => {
                format!("{} · {language}", self.words.t2("template-at", ("part", name), ("line", line)))
            }
        };
        if !place.part.is_empty() {
            title = format!("{title} · {}", place.part);
        }
        let field = form_field(&place.field).filter(|_| place.locale == self.variant);
        let line = if place.part.is_empty() { place.line } else { 0 };
        Advice {
            class: "bou",
            icon: "circle-x",
            grade: Word("template-blocks"),
            title,
            text: problem.reason.clone(),
            foreign: true,
            place: field.map(|field| self.place(field, line)),
        }
    }

    /// What this data does not make a mail with.
    fn failure(&self, failure: &Failure) -> Vec<Advice> {
        let of = |title: String, text: String, place| Advice {
            class: "bou",
            icon: "circle-x",
            grade: Word("template-blocks"),
            title,
            text,
            foreign: true,
            place,
        };
        match failure {
            Failure::Data(wrong) => wrong.iter().map(|one| self.wrong(one, of)).collect(),
            Failure::Limit(limit) => {
                vec![of(self.words.t("template-limit"), limit.to_string(), None)]
            }
            Failure::Template(problem) => {
                let advice = self.problem(problem);
                // Its line is one of the finished HTML.
                let place = advice.place.map(|place| self.place(place.field, 0));
                vec![Advice { place, ..advice }]
            }
        }
    }

    fn wrong(&self, wrong: &Wrong, of: impl Fn(String, String, Option<Place>) -> Advice) -> Advice {
        let name = wrong.pointer.trim_start_matches('/').replace('/', ".");
        let title = match wrong.missing {
            true => self.words.t1("template-data-missing", "name", &name),
            false => self.words.t1("template-data-wrong", "name", &name),
        };
        let sample = serde_json::to_string_pretty(&self.source.sample).unwrap_or_default();
        let last = wrong.pointer.rsplit('/').next().unwrap_or_default();
        let line = line_with(&sample, &format!("\"{last}\":")).unwrap_or(0);
        of(title, wrong.reason.clone(), Some(self.place("sample", line)))
    }

    fn place(&self, field: &'static str, line: usize) -> Place {
        let label = match line {
            0 => self.words.t("template-go"),
            line => self.words.t1("template-go-line", "line", line),
        };
        Place { field, line, label }
    }

    /// What the lint says, worst first, and that the rest is right.
    fn advice(&self, found: &lint::Advice, html_octets: usize) -> Vec<Advice> {
        let mut list: Vec<_> = found.findings.iter().map(|one| self.finding(one)).collect();
        let codes: std::collections::HashSet<_> = found.findings.iter().map(|one| one.code).collect();
        let all = Rule::ALL.len();
        let size = number::octets(self.words.locale, html_octets as u64);
        list.push(Advice {
            class: "ok",
            icon: "circle-check",
            grade: Word("template-passes"),
            title: self.words.t2("template-pass", ("n", all - codes.len()), ("all", all)),
            text: self.words.t1("template-size", "size", size),
            foreign: false,
            place: None,
        });
        list
    }

    fn finding(&self, found: &Finding) -> Advice {
        let (class, icon, grade) = match found.severity {
            Severity::Error => ("bou", "circle-x", Word("template-should-not")),
            Severity::Warning => ("def", "triangle-alert", Word("template-look-at")),
            Severity::Hint => ("non", "info", Word("template-could")),
        };
        let text = format!("{}. {}.", begun(&found.reason), begun(&found.fix));
        let place = match found.field {
            Field::Subject => Some(self.place("subject", 0)),
            Field::Preheader => Some(self.place("preheader", 0)),
            Field::Text => None,
            Field::Html => self.line_of(&found.snippet).map(|line| self.place("body", line)),
        };
        let title = self.words.word(title(found.code));
        Advice { class, icon, grade, title, text, foreign: true, place }
    }

    /// The line of the source on which something stands that is in the finished HTML; none where the source says it otherwise.
    fn line_of(&self, snippet: &str) -> Option<usize> {
        let own = self.source.locales.get(self.variant).unwrap_or(&self.source.main);
        let (_, body) = own.body()?;
        let first = snippet.lines().next().unwrap_or_default().trim_end_matches('…').trim();
        (!first.is_empty()).then(|| line_with(body, first)).flatten()
    }
}

/// The first line that holds something, from 1.
fn line_with(text: &str, wanted: &str) -> Option<usize> {
    text.lines().position(|line| line.contains(wanted)).map(|line| line + 1)
}

/// A sentence's beginning.
fn begun(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a field of a source is called.
pub(super) fn field_word(field: &str) -> Word {
    match field {
        "subject" => Word("template-subject"),
        "preheader" => Word("template-preheader"),
        "html" => Word("template-html"),
        "mjml" => Word("template-mjml"),
        "text" => Word("template-text"),
        "schema" => Word("template-schema"),
        "theme" => Word("template-theme"),
        "sample" => Word("template-sample"),
        _ => Word("template-languages"),
    }
}

/// The form's field for a field of a source.
fn form_field(field: &str) -> Option<&'static str> {
    match field {
        "subject" => Some("subject"),
        "preheader" => Some("preheader"),
        "html" | "mjml" => Some("body"),
        "text" => Some("text"),
        "schema" => Some("schema"),
        "theme" => Some("theme"),
        "sample" => Some("sample"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_the_html_is_found_in_the_source_where_it_is_the_same() {
        let html = "<p>\n <img src=\"a.png\">\n</p>".to_owned();
        let main = content::Variant { html: Some(html), ..content::Variant::default() };
        let source = Source { main, ..Source::default() };
        let words = Words::of(::console::words::Locale::En);
        let seeing = Seeing { words, source: &source, variant: "" };
        assert_eq!(seeing.line_of("<img src=\"a.png\">"), Some(2));
        assert_eq!((seeing.line_of("<img src=\"b.png\">"), seeing.line_of("")), (None, None));
        assert_eq!(begun("élan"), "Élan");
    }
}
