//! Ready templates, compiled in: `gallery/README.md` says what one is made of.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::source::{Source, Variant};

/// The files of one entry.
pub struct Entry {
    pub name: &'static str,
    template: &'static str,
    body: &'static str,
    /// English first: it is the default.
    languages: [(&'static str, &'static str); 4],
}

macro_rules! entries {
    ($($name:literal),* $(,)?) => {
        /// Every entry, by name.
        pub const ENTRIES: &[Entry] = &[$(Entry {
            name: $name,
            template: include_str!(concat!("../gallery/", $name, "/template.json")),
            body: include_str!(concat!("../gallery/", $name, "/body.mjml")),
            languages: [
                ("en", include_str!(concat!("../gallery/", $name, "/en.json"))),
                ("es", include_str!(concat!("../gallery/", $name, "/es.json"))),
                ("pt-BR", include_str!(concat!("../gallery/", $name, "/pt-BR.json"))),
                ("zh-CN", include_str!(concat!("../gallery/", $name, "/zh-CN.json"))),
            ],
        }),*];
    };
}

entries!["password-reset"];

/// What lists show of an entry.
#[derive(Deserialize, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub struct About {
    pub name: String,
    pub title: String,
    pub description: String,
    pub category: String,
    /// The stream that fits: `transactional` or `marketing`.
    pub stream: String,
    pub schema: Value,
    pub sample: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    subject: String,
    preheader: String,
    strings: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    sample: Map<String, Value>,
}

/// The entry of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.name == name)
}

impl Entry {
    /// What lists show.
    #[must_use]
    pub fn about(&self) -> About {
        serde_json::from_str(self.template).expect("invariant: a test reads every entry")
    }

    /// The languages that it is written in.
    pub fn locales(&self) -> impl Iterator<Item = &'static str> {
        self.languages.iter().map(|(locale, _)| *locale)
    }

    /// The sample in one of its languages.
    #[must_use]
    pub fn sample(&self, locale: &str) -> Map<String, Value> {
        let mut sample = self.about().sample;
        sample.extend(self.language(locale).map(|language| language.sample).unwrap_or_default());
        sample
    }

    fn language(&self, locale: &str) -> Option<Language> {
        let (_, text) = self.languages.iter().find(|(of, _)| *of == locale)?;
        Some(serde_json::from_str(text).expect("invariant: a test reads every entry"))
    }

    /// The template that is made of it.
    #[must_use]
    pub fn source(&self) -> Source {
        let about = self.about();
        let variant = |locale| {
            let language = self.language(locale).expect("invariant: the entry has this language");
            Variant {
                subject: Some(language.subject),
                preheader: Some(language.preheader),
                strings: language.strings,
                ..Variant::default()
            }
        };
        Source {
            locale: "en".into(),
            main: Variant { mjml: Some(self.body.to_owned()), ..variant("en") },
            locales: self.locales().skip(1).map(|locale| (locale.to_owned(), variant(locale))).collect(),
            schema: Some(about.schema),
            sample: about.sample,
            ..Source::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Library, Limits, Program, publish};

    #[test]
    fn every_entry_is_complete_and_renders_in_every_language() {
        let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/gallery")).unwrap();
        let folders = folders.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
        let folders: BTreeSet<_> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
        assert_eq!(ENTRIES.iter().map(|entry| entry.name.to_owned()).collect::<BTreeSet<_>>(), folders);
        for entry in ENTRIES {
            let about = entry.about();
            assert_eq!(about.name, entry.name);
            let source = entry.source();
            for (locale, variant) in &source.locales {
                let names = |variant: &Variant| variant.strings.keys().cloned().collect::<Vec<_>>();
                assert_eq!(names(variant), names(&source.main), "{} in {locale}", entry.name);
            }
            let compiled = publish(&source, &Library::default(), &Limits::default());
            let compiled = compiled.unwrap_or_else(|problems| panic!("{}: {problems:#?}", entry.name));
            let program = Program::load(&compiled, &Limits::default()).unwrap();
            for locale in entry.locales() {
                let rendered = program.render(locale, &entry.sample(locale));
                let rendered =
                    rendered.unwrap_or_else(|failure| panic!("{} in {locale}: {failure}", entry.name));
                let html = rendered.html.unwrap();
                assert!(html.contains(&format!("lang=\"{locale}\"")), "{} in {locale}", entry.name);
                for part in [&rendered.subject.unwrap(), &html, &rendered.text.unwrap()] {
                    assert!(!part.is_empty() && !part.contains("{{") && !part.contains("{%"), "{part}");
                }
            }
        }
    }
}
