//! What the editor's form says, put upon a template.
//!
//! Guarantees
//! 1. A field that cannot be read leaves what is stored, and is told.
//! 2. What the form has no field for stays: other languages, parts of another kind.

use std::collections::BTreeMap;

use ::console::screen::template::{Draft, Text};
use ::console::words::{Word, Words};
use content::{Source, ThemeChoice, Variant};
use mail::At;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::admin::Template;
use super::language_name;
use super::new::named;

/// Before a string's name in the name of its field.
const STRING: &str = "t.";

/// The editor's form.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Edited {
    /// The language that is written: a locale, or empty for the default.
    pub variant: String,
    /// When what it began with was stored, and what it is saved over all the same.
    seen: String,
    over: String,
    /// What a script asks for: `save` or `look`; empty: a page.
    pub part: String,
    pub dark: String,
    pub images: String,
    name: String,
    key: String,
    locale: String,
    subject: String,
    preheader: String,
    kind: String,
    body: String,
    text: String,
    sample: String,
    schema: String,
    theme: String,
    string_name: String,
    string_text: String,
    /// Strings, each under its name.
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

/// Browsers send the ends of lines as CRLF.
pub(super) fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// An empty field is nothing, unless an empty text is what was stored.
fn kept(before: Option<&String>, typed: &str) -> Option<String> {
    (!typed.is_empty() || before.is_some_and(String::is_empty)).then(|| lines(typed))
}

impl Edited {
    /// Whether it is about what is stored.
    pub(super) fn is_about(&self, stored: &Template) -> bool {
        let moment = if self.over.is_empty() { &self.seen } else { &self.over };
        *moment == shown(stored.updated)
    }

    /// Whether the template has the language.
    pub(super) fn is_of(&self, source: &Source) -> bool {
        self.variant.is_empty() || source.locales.contains_key(&self.variant)
    }

    /// Puts what was typed upon the template; gives what could not be read.
    pub(super) fn lay(&self, words: Words, template: &mut Template) -> Vec<String> {
        let mut mistakes = Vec::new();
        match named(words, &self.name, Some(self.key.trim())) {
            Ok((name, key)) => (template.name, template.key) = (name, key),
            Err(wrong) => mistakes.push(wrong),
        }
        let draft = &mut template.draft;
        self.locale.trim().clone_into(&mut draft.locale);
        let variant = match &*self.variant {
            "" => &mut draft.main,
            other => draft.locales.entry(other.to_owned()).or_default(),
        };
        self.lay_variant(variant);
        let mut wrong = |part: Word, why: String| {
            mistakes.push(words.t2("template-mistake-json", ("part", words.word(part)), ("why", why)));
        };
        match read::<Map<String, Value>>(&self.sample) {
            Ok(sample) => draft.sample = sample.unwrap_or_default(),
            Err(why) => wrong(Word("template-sample"), why),
        }
        match read::<Value>(&self.schema) {
            Ok(schema) => draft.schema = schema,
            Err(why) => wrong(Word("template-schema"), why),
        }
        match read::<ThemeChoice>(&self.theme) {
            Ok(theme) => draft.theme = theme.unwrap_or_default(),
            Err(why) => wrong(Word("template-theme"), why),
        }
        mistakes
    }

    fn lay_variant(&self, variant: &mut Variant) {
        variant.subject = kept(variant.subject.as_ref(), &self.subject);
        variant.preheader = kept(variant.preheader.as_ref(), &self.preheader);
        variant.text = kept(variant.text.as_ref(), &self.text);
        if self.kind == "html" {
            variant.html = kept(variant.html.as_ref(), &self.body);
            variant.mjml = None;
        } else {
            // With both, MJML is what counts, and the HTML is not in the form.
            if variant.mjml.is_none() {
                variant.html = None;
            }
            variant.mjml = kept(variant.mjml.as_ref(), &self.body);
        }
        let typed = self.rest.iter().filter_map(|(field, text)| Some((field.strip_prefix(STRING)?, text)));
        let new = Some((self.string_name.trim(), &self.string_text)).filter(|(name, _)| !name.is_empty());
        for (name, text) in typed.chain(new) {
            match kept(variant.strings.get(name), text) {
                Some(text) => drop(variant.strings.insert(name.to_owned(), text)),
                None => drop(variant.strings.remove(name)),
            }
        }
    }

    /// The form again, as it was typed where it could not be read.
    pub(super) fn restore(self, draft: &mut Draft) {
        (draft.name, draft.key, draft.seen) = (self.name, self.key, self.seen);
        (draft.sample, draft.schema, draft.theme) = (self.sample, self.schema, self.theme);
    }
}

/// JSON, or nothing.
fn read<T: DeserializeOwned>(text: &str) -> Result<Option<T>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text).map(Some).map_err(|error| error.to_string())
}

/// A moment in a form.
pub(super) fn shown(at: At) -> String {
    at.0.to_string()
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("invariant: it was JSON")
}

/// What the form holds of a template in one language.
pub(super) fn form(template: &Template, variant: &str) -> Draft {
    let source = &template.draft;
    let main = &source.main;
    let own = source.locales.get(variant).unwrap_or(main);
    let is_default = !source.locales.contains_key(variant);
    let body = own.body();
    let mjml = body.or_else(|| main.body()).is_none_or(|(kind, _)| kind == content::BodyKind::Mjml);
    let other = |text: &Option<String>| if is_default { None } else { text.clone() }.unwrap_or_default();
    let names = own.strings.keys().chain(main.strings.keys()).collect::<std::collections::BTreeSet<_>>();
    let text = |name: &String| Text {
        value: own.strings.get(name).cloned().unwrap_or_default(),
        original: if is_default {
            String::new()
        } else {
            main.strings.get(name).cloned().unwrap_or_default()
        },
        name: name.clone(),
    };
    Draft {
        seen: shown(template.updated),
        variant: if is_default { String::new() } else { variant.to_owned() },
        variant_name: language_name(if is_default { &source.locale } else { variant }),
        is_default,
        name: template.name.clone(),
        key: template.key.clone(),
        locale: source.locale.clone(),
        subject: own.subject.clone().unwrap_or_default(),
        preheader: own.preheader.clone().unwrap_or_default(),
        mjml,
        body: body.map(|(_, body)| body.to_owned()).unwrap_or_default(),
        text: own.text.clone().unwrap_or_default(),
        subject_else: other(&main.subject),
        preheader_else: other(&main.preheader),
        strings: names.into_iter().map(text).collect(),
        sample: pretty(&source.sample),
        schema: source.schema.as_ref().map(pretty).unwrap_or_default(),
        theme: pretty(&source.theme),
    }
}

#[cfg(test)]
mod tests {
    use ::console::words::Locale;

    use super::*;

    fn template(draft: Source) -> Template {
        let (key, name) = ("k".to_owned(), "n".to_owned());
        Template { id: 1, key, name, draft, version: None, created: At(0), updated: At(7) }
    }

    fn edited(fields: &[(&str, &str)]) -> Edited {
        let object: Map<_, _> =
            fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        serde_json::from_value(object.into()).expect("a form")
    }

    #[test]
    fn a_form_that_nobody_touched_changes_nothing() {
        let mut source = content::gallery::find("welcome").expect("an entry").source();
        source.main.text = Some(String::new());
        for variant in ["", "es", "zh-CN"] {
            let stored = template(source.clone());
            let Draft { seen, variant, name, key, locale, subject, preheader, mjml, body, text, .. } =
                form(&stored, variant);
            let Draft { strings, sample, schema, theme, .. } = form(&stored, &variant);
            let kind = if mjml { "mjml" } else { "html" };
            let mut fields = vec![
                ("variant", &*variant),
                ("seen", &seen),
                ("name", &name),
                ("key", &key),
                ("locale", &locale),
                ("subject", &subject),
                ("preheader", &preheader),
                ("kind", kind),
                ("body", &body),
                ("text", &text),
                ("sample", &sample),
                ("schema", &schema),
                ("theme", &theme),
            ];
            let strings: Vec<_> = strings
                .into_iter()
                .map(|one| (format!("t.{}", one.name), one.value.replace('\n', "\r\n")))
                .collect();
            fields.extend(strings.iter().map(|(name, value)| (&**name, &**value)));
            let edited = edited(&fields);
            let mut after = stored.clone();
            assert_eq!(edited.lay(Words::of(Locale::En), &mut after), [""; 0]);
            assert_eq!(after.draft, stored.draft, "{variant}");
            assert!(edited.is_about(&stored) && edited.is_of(&stored.draft));
        }
    }

    #[test]
    fn what_cannot_be_read_leaves_what_is_stored() {
        let mut source = Source::default();
        source.sample.insert("a".into(), 1.into());
        let mut after = template(source.clone());
        let wrong = [("name", "n"), ("key", "k"), ("sample", "{"), ("schema", "x"), ("theme", "1")];
        assert_eq!(edited(&wrong).lay(Words::of(Locale::En), &mut after).len(), 3);
        assert_eq!((after.draft.sample, after.draft.schema), (source.sample, None));
        let mut after = template(Source::default());
        let mistakes = edited(&[("name", ""), ("key", "a b")]).lay(Words::of(Locale::En), &mut after);
        assert_eq!((mistakes.len(), &*after.key), (1, "k"));
    }
}
