//! From a source to what is stored and rendered.
//!
//! Each locale's parts are put in one piece with their layout, partials, strings and theme, checked, laid out and inlined.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::check::check;
use crate::compiled::{Body, Compiled, Parts, chain, is_locale};
use crate::flatten::{Flat, Names, flatten};
use crate::html::html_of;
use crate::limits::Limits;
use crate::problem::{Place, Problem};
use crate::render::Program;
use crate::source::{BodyKind, Library, PartKind, Source, ThemeChoice, Variant, lay, theme_default};
use crate::text::text_template_of;

/// Locales of one template. Reason: each is laid out by itself.
const LOCALES_MAX: usize = 100;
/// Octets of HTML that is made for all locales. Reason: time and memory; a hundred locales of usual mail fit.
const HTML_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Problems of one template that are told.
const TOLD_MAX: usize = 200;

/// Makes a source ready for rendering.
///
/// # Errors
/// Everything that is wrong with it.
pub fn publish(source: &Source, library: &Library, limits: &Limits) -> Result<Compiled, Vec<Problem>> {
    let mut problems = Vec::new();
    check_locales(source, &mut problems);
    let theme = theme_of(source, library, &mut problems);
    let work = Work { source, library, theme: &theme, limits, html_bytes: Cell::new(0) };
    let main = work.parts("", &source.main, &mut problems);
    if main.body.is_none() {
        problems.push(problem("", "html", "a template needs mjml, html or text"));
    }
    if main.subject.is_none() {
        problems.push(problem("", "subject", "a template needs a subject"));
    }
    let locales = source.locales.iter().take(LOCALES_MAX);
    let locales =
        locales.map(|(locale, variant)| (locale.clone(), work.parts(locale, variant, &mut problems)));
    let compiled = Compiled {
        locale: source.locale.clone(),
        main,
        locales: locales.collect(),
        theme: theme.clone(),
        schema: source.schema.clone(),
    };
    if problems.is_empty()
        && let Err(problem) = Program::load(&compiled, limits)
    {
        problems.push(problem);
    }
    problems.sort();
    problems.dedup();
    if problems.is_empty() { Ok(compiled) } else { Err(problems) }
}

fn problem(locale: &str, field: &str, reason: impl Into<String>) -> Problem {
    let place = Place { field: field.into(), locale: locale.into(), ..Place::default() };
    Problem { place, reason: reason.into() }
}

fn check_locales(source: &Source, problems: &mut Vec<Problem>) {
    if source.locales.len() > LOCALES_MAX {
        problems.push(problem("", "locales", format!("at most {LOCALES_MAX} locales")));
    }
    let named = source.locales.keys().chain(Some(&source.locale).filter(|locale| !locale.is_empty()));
    for locale in named.filter(|locale| !is_locale(locale)) {
        problems.push(problem(locale, "locales", "a locale looks like pt-BR"));
    }
}

fn theme_of(source: &Source, library: &Library, problems: &mut Vec<Problem>) -> Map<String, Value> {
    let mut theme = theme_default();
    match &source.theme {
        ThemeChoice::Written(written) => lay(&mut theme, written),
        ThemeChoice::Named(name) => {
            match library.find(PartKind::Theme, name).map(|part| serde_json::from_str(&part.text)) {
                Some(Ok(Value::Object(named))) => lay(&mut theme, &named),
                Some(_) => problems.push(problem("", "theme", format!("the theme {name} is no JSON object"))),
                None => problems.push(problem("", "theme", format!("there is no theme named {name}"))),
            }
        }
    }
    theme
}

struct Work<'a> {
    source: &'a Source,
    library: &'a Library,
    theme: &'a Map<String, Value>,
    limits: &'a Limits,
    /// Octets of HTML that were made so far.
    html_bytes: Cell<usize>,
}

impl Work<'_> {
    fn parts(&self, locale: &str, variant: &Variant, problems: &mut Vec<Problem>) -> Parts {
        let subject = self.line(locale, "subject", variant.subject.as_deref(), problems);
        let preheader = self.line(locale, "preheader", variant.preheader.as_deref(), problems);
        Parts { subject, preheader, body: self.body(locale, variant, problems) }
    }

    fn line(
        &self,
        locale: &str,
        field: &str,
        text: Option<&str>,
        problems: &mut Vec<Problem>,
    ) -> Option<String> {
        self.flat(&problem(locale, field, "").place, text?, false, problems)
    }

    /// A locale's body, if it has words of its own: a body, or strings for that of the next in its chain.
    fn body(&self, locale: &str, variant: &Variant, problems: &mut Vec<Problem>) -> Option<Body> {
        let own = variant.body().is_some() || variant.text.is_some() || !variant.strings.is_empty();
        if !own || problems.len() >= TOLD_MAX {
            return None;
        }
        let markup =
            self.fallbacks(locale).find_map(|variant| Some(variant.body()).filter(Option::is_some)).flatten();
        // A text of one's own goes with one's own body; to another's HTML a text is made.
        let text = match (variant.body(), &variant.text) {
            (_, Some(text)) => Some(text.as_str()),
            (Some(_), None) => None,
            (None, None) => self.fallbacks(locale).find_map(|variant| variant.text.as_deref()),
        };
        let before = problems.len();
        let html = markup.and_then(|(kind, body)| {
            let field = problem(locale, kind.field(), "").place;
            let names = self.names(locale, true);
            let flat = flatten(&field, body, &names, problems);
            self.examine(&flat, &field, problems);
            if problems.len() > before {
                return None;
            }
            let html = html_of(kind, &flat, &field).map_err(|found| problems.extend(found)).ok()?;
            self.fits(&html, locale, kind, problems).then_some(html)
        });
        let written =
            text.and_then(|text| self.flat(&problem(locale, "text", "").place, text, false, problems));
        let text_made = written.is_none() && html.is_some();
        let text = written.or_else(|| html.as_deref().map(text_template_of));
        (html.is_some() || text.is_some() || problems.len() > before).then_some(Body {
            html,
            text,
            text_made,
        })
    }

    /// Whether HTML is short enough to be rendered, and all of it together to be kept.
    fn fits(&self, html: &str, locale: &str, kind: BodyKind, problems: &mut Vec<Problem>) -> bool {
        self.html_bytes.set(self.html_bytes.get() + html.len());
        let why = match () {
            () if html.len() > self.limits.output_bytes_max => "the HTML is longer than output_bytes_max",
            () if self.html_bytes.get() > HTML_BYTES_MAX => "all locales together become too long",
            () => return true,
        };
        problems.push(problem(locale, kind.field(), why));
        false
    }

    /// A locale's variant, then those that it falls back to.
    fn fallbacks<'s>(&'s self, locale: &'s str) -> impl Iterator<Item = &'s Variant> {
        chain(locale).filter_map(|locale| self.source.locales.get(locale)).chain([&self.source.main])
    }

    fn names(&self, locale: &str, markup: bool) -> Names<'_> {
        let mut strings = BTreeMap::new();
        let variants: Vec<&Variant> =
            chain(locale).filter_map(|locale| self.source.locales.get(locale)).collect();
        for variant in [&self.source.main].into_iter().chain(variants.into_iter().rev()) {
            strings.extend(variant.strings.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        }
        Names { library: self.library, strings, theme: self.theme, limits: self.limits, markup }
    }

    fn flat(&self, field: &Place, text: &str, markup: bool, problems: &mut Vec<Problem>) -> Option<String> {
        let before = problems.len();
        let names = self.names(&field.locale, markup);
        let flat = flatten(field, text, &names, problems);
        self.examine(&flat, field, problems);
        (problems.len() == before).then_some(flat.text)
    }

    fn examine(&self, flat: &Flat<'_>, field: &Place, problems: &mut Vec<Problem>) {
        let mistakes = check(&flat.text).into_iter();
        problems
            .extend(mistakes.map(|(offset, reason)| Problem { place: flat.place(field, offset), reason }));
    }
}
