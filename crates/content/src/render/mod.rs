//! Rendering a published template.
//!
//! Guarantees
//! 1. A rendering reads nothing but the template and the data, and ends within the [`Limits`], each of which has its name.
//! 2. Every variable that misses the schema is told at once, with a JSON pointer; a field that is used, is absent and has
//!    no default is an error with a pointer, not an empty place.
//! 3. What comes from the data is escaped in HTML. Subject and preheader are one line without control characters.

mod budget;
pub(crate) mod filters;
mod locale;
mod moment;
mod place;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use minijinja::value::{Serde, Value as Dynamic};
use minijinja::{Environment, Error, ErrorKind};
use serde_json::{Map, Value};

use crate::compiled::{Body, Compiled, Parts, chain};
use crate::limits::{Limit, Limits};
use crate::problem::{Place, Problem};
use crate::schema::Schema;
use crate::text;
use budget::Bounded;

/// A mail's parts, rendered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rendered {
    pub subject: Option<String>,
    pub preheader: Option<String>,
    /// With the preheader in it.
    pub html: Option<String>,
    pub text: Option<String>,
}

/// Why nothing was rendered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The data: every field that is wrong.
    Data(Vec<Wrong>),
    Limit(Limit),
    /// The template, with this data.
    Template(Problem),
}

/// One wrong field of the data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// JSON pointer into the data (RFC 6901).
    pub pointer: String,
    pub missing: bool,
    pub reason: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Data(wrong) => match wrong.first() {
                Some(first) => write!(f, "{}: {}", first.pointer, first.reason),
                None => f.write_str("the data is wrong"),
            },
            Failure::Limit(limit) => limit.fmt(f),
            Failure::Template(problem) => problem.fmt(f),
        }
    }
}

/// A published template, ready to be rendered any number of times.
pub struct Program {
    engine: Environment<'static>,
    schema: Option<Schema>,
    theme: Dynamic,
    locale: String,
    /// What each locale has; the default's is under "".
    parts: BTreeMap<String, Has>,
    limits: Limits,
    size: usize,
}

/// Which parts a locale has of its own.
#[derive(Clone, Copy, Default)]
struct Has {
    subject: bool,
    preheader: bool,
    body: Option<HasBody>,
}

#[derive(Clone, Copy)]
struct HasBody {
    html: bool,
    text: bool,
    text_made: bool,
}

impl Program {
    /// Makes a published template ready.
    ///
    /// # Errors
    /// What this version of the engine does not take: never what [`crate::publish`] gave.
    pub fn load(compiled: &Compiled, limits: &Limits) -> Result<Program, Problem> {
        let mut program = Program {
            engine: filters::engine(limits),
            schema: compiled.schema.as_ref().map(Schema::new).transpose()?,
            theme: Dynamic::from(Serde(&compiled.theme)),
            locale: compiled.locale.clone(),
            parts: BTreeMap::new(),
            limits: *limits,
            size: 0,
        };
        program.add("", &compiled.main)?;
        for (locale, parts) in &compiled.locales {
            program.add(locale, parts)?;
        }
        Ok(program)
    }

    /// Octets of its templates: about what it takes in memory.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    fn add(&mut self, locale: &str, parts: &Parts) -> Result<(), Problem> {
        let body = parts.body.as_ref();
        let fields = [
            ("subject", &parts.subject),
            ("preheader", &parts.preheader),
            ("html", body.map_or(&None, |body| &body.html)),
            ("text", body.map_or(&None, |body| &body.text)),
        ];
        for (field, source) in fields {
            let Some(source) = source else { continue };
            self.size += source.len() * 3;
            self.engine.add_template_owned(format!("{locale}/{field}"), source.clone()).map_err(|error| {
                let line = error.line().unwrap_or(0);
                let place = Place { field: field.into(), locale: locale.into(), part: String::new(), line };
                Problem { place, reason: error.detail().unwrap_or("this cannot be read").to_owned() }
            })?;
        }
        let has_body = |body: &Body| HasBody {
            html: body.html.is_some(),
            text: body.text.is_some(),
            text_made: body.text_made,
        };
        let has = Has {
            subject: parts.subject.is_some(),
            preheader: parts.preheader.is_some(),
            body: body.map(has_body),
        };
        self.parts.insert(locale.to_owned(), has);
        Ok(())
    }

    /// Renders for `locale`; an empty one is the default.
    ///
    /// # Errors
    /// A [`Failure`].
    pub fn render(&self, locale: &str, data: &Map<String, Value>) -> Result<Rendered, Failure> {
        let given: usize = data.iter().map(|(name, value)| name.len() + octets(value)).sum();
        let room = self.limits.data_bytes_max.checked_sub(given).ok_or(Failure::Limit(Limit::Data))?;
        let mut data = data.clone();
        if let Some(schema) = &self.schema {
            let wrong = schema.complete(&mut data, room).map_err(Failure::Limit)?;
            if !wrong.is_empty() {
                return Err(Failure::Data(wrong));
            }
        }
        let mut run =
            Run { program: self, locale, context: self.context(locale, &data), data: &data, written: 0 };
        let subject = run.field("subject", |has| has.subject)?.map(|(text, _)| one_line(&text));
        let preheader = run.field("preheader", |has| has.preheader)?.map(|(text, _)| one_line(&text));
        let html = run.field("html", |has| has.body.is_some_and(|body| body.html))?.map(|(html, _)| html);
        let text = run.field("text", |has| has.body.is_some_and(|body| body.text))?;
        let text = text.map(|(text, has)| match has.body.is_some_and(|body| body.text_made) {
            true => text::tidy(&text),
            false => text,
        });
        let html = html.map(|html| with_preheader(html, preheader.as_deref()));
        Ok(Rendered { subject, preheader, html, text })
    }

    fn context(&self, locale: &str, data: &Map<String, Value>) -> Dynamic {
        // What the template may rely on comes last, so that no variable stands before it.
        let own = [("theme", self.theme.clone()), ("locale", Dynamic::from(self.shown(locale)))];
        let given = data.iter().map(|(name, value)| (name.as_str(), Dynamic::from(Serde(value))));
        Dynamic::from(given.chain(own).collect::<BTreeMap<_, _>>())
    }

    /// The locale by whose rules numbers and dates are written.
    fn shown<'l>(&'l self, locale: &'l str) -> &'l str {
        match (locale.is_empty(), self.locale.is_empty()) {
            (false, _) => locale,
            (true, false) => &self.locale,
            (true, true) => "en",
        }
    }
}

/// One rendering under way.
struct Run<'p> {
    program: &'p Program,
    locale: &'p str,
    context: Dynamic,
    data: &'p Map<String, Value>,
    written: usize,
}

impl Run<'_> {
    /// Renders a part by the first locale that has it. A body's text goes with its HTML: both come from one locale.
    fn field(&mut self, field: &str, wanted: impl Fn(Has) -> bool) -> Result<Option<(String, Has)>, Failure> {
        let mut locales = chain(self.locale).chain([""]);
        let found = locales.find_map(|locale| {
            let has = *self.program.parts.get(locale)?;
            let ends = matches!(field, "html" | "text") && has.body.is_some();
            (wanted(has) || ends).then_some((locale, has))
        });
        let Some((locale, has)) = found.filter(|(_, has)| wanted(*has)) else { return Ok(None) };
        let name = format!("{locale}/{field}");
        let place = || Place { field: field.into(), locale: locale.into(), ..Place::default() };
        let template =
            self.program.engine.get_template(&name).map_err(|error| self.failed(&error, place()))?;
        let mut out = Bounded::new(self.program.limits.output_bytes_max - self.written);
        let result = template.render_captured_to(self.context.clone(), &mut out);
        if let Err(error) = result.map(drop) {
            return Err(if out.full { Failure::Limit(Limit::Output) } else { self.failed(&error, place()) });
        }
        self.written += out.text.len();
        // The engine writes whole texts, one after the other.
        let text = String::from_utf8(out.text).map_err(|_| Failure::Limit(Limit::Output))?;
        Ok(Some((text, has)))
    }

    fn failed(&self, error: &Error, mut place: Place) -> Failure {
        let limit = match error.kind() {
            ErrorKind::OutOfFuel => Some(Limit::Steps),
            _ => budget::limit_of(error),
        };
        if let Some(limit) = limit {
            return Failure::Limit(limit);
        }
        let undefined = error.kind() == ErrorKind::UndefinedError
            || error.detail().is_some_and(|detail| detail.ends_with("is undefined"));
        if undefined && let Some(wrong) = place::missing(error, self.data) {
            return Failure::Data(vec![wrong]);
        }
        place.line = error.line().unwrap_or(0);
        Failure::Template(Problem {
            place,
            reason: error.detail().map_or_else(|| error.kind().to_string(), str::to_owned),
        })
    }
}

/// About how many octets a value has as JSON: each counts eight at least, for it takes memory.
pub(crate) fn octets(value: &Value) -> usize {
    8 + match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(list) => list.iter().map(octets).sum(),
        Value::Object(map) => map.iter().map(|(name, value)| name.len() + octets(value)).sum(),
    }
}

/// A text as a header field may hold it: runs of spaces and line ends are one space, control characters are gone.
fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in
        text.split(|c: char| c.is_ascii_whitespace() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}'))
    {
        let start = out.len();
        if start > 0 {
            out.push(' ');
        }
        out.extend(word.chars().filter(|c| !c.is_control()));
        if out.len() == start + usize::from(start > 0) {
            out.truncate(start);
        }
    }
    out
}

/// Puts the preheader where mailboxes look for it and people do not see it.
fn with_preheader(html: String, preheader: Option<&str>) -> String {
    let Some(preheader) = preheader.filter(|text| !text.is_empty()) else { return html };
    // Spaces that take no room keep the first words of the body out of the preview.
    const PADDING: &str = "&#847;&zwnj;&nbsp;";
    let mut hidden = String::from("<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">");
    text::escape_into(&mut hidden, preheader);
    let shown = preheader.chars().count();
    hidden.extend(std::iter::repeat_n(PADDING, 100_usize.saturating_sub(shown)));
    hidden.push_str("</div>");
    let mut out = html;
    let at = text::start_of_body(&out);
    out.insert_str(at, &hidden);
    out
}
