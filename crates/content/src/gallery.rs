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

entries![
    "abandoned-cart",
    "account-created",
    "activity-digest",
    "application-error",
    "holiday",
    "invoice",
    "legal-notice",
    "order-confirmation",
    "order-review",
    "password-reset",
    "payslip",
    "price-drop",
    "profile-completion",
    "receipt",
    "shipping",
    "sign-in-code",
    "statement",
    "suspicious-login",
    "welcome",
    "win-back",
];

/// What bodies share: put in where a line names it, so that the template that is made of an entry is complete.
const SHARED: [(&str, &str); 6] = [
    ("{% include 'head' %}", include_str!("../gallery/head.mjml")),
    ("{% include 'top' %}", include_str!("../gallery/top.mjml")),
    ("{% include 'items' %}", include_str!("../gallery/items.mjml")),
    ("{% include 'sums' %}", include_str!("../gallery/sums.mjml")),
    ("{% include 'foot' %}", include_str!("../gallery/foot.mjml")),
    ("{% include 'foot-marketing' %}", include_str!("../gallery/foot-marketing.mjml")),
];

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

    /// The body with what it shares with others.
    fn whole_body(&self) -> String {
        let mut out = String::with_capacity(self.body.len() + 8 * 1024);
        for line in self.body.split_inclusive('\n') {
            let shared = SHARED.iter().find(|(name, _)| *name == line.trim());
            out.push_str(shared.map_or(line, |(_, text)| text));
        }
        out
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
            main: Variant { mjml: Some(self.whole_body()), ..variant("en") },
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
    use crate::track::UNSUBSCRIBE;
    use crate::{Library, Limits, Program, Rendered, publish};

    fn program(entry: &Entry) -> Program {
        let compiled = publish(&entry.source(), &Library::default(), &Limits::default());
        let compiled = compiled.unwrap_or_else(|problems| panic!("{}: {problems:#?}", entry.name));
        Program::load(&compiled, &Limits::default()).unwrap()
    }

    fn rendered(program: &Program, entry: &Entry, locale: &str, sample: &Map<String, Value>) -> Rendered {
        let rendered = program.render(locale, sample);
        rendered.unwrap_or_else(|failure| panic!("{} in {locale}: {failure}", entry.name))
    }

    #[test]
    fn every_entry_is_complete() {
        let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/gallery")).unwrap();
        let folders = folders.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
        let folders: BTreeSet<_> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
        assert_eq!(ENTRIES.iter().map(|entry| entry.name.to_owned()).collect::<BTreeSet<_>>(), folders);
        for entry in ENTRIES {
            assert_eq!(entry.about().name, entry.name);
            let source = entry.source();
            for (locale, variant) in &source.locales {
                let names = |variant: &Variant| variant.strings.keys().cloned().collect::<Vec<_>>();
                assert_eq!(names(variant), names(&source.main), "{} in {locale}", entry.name);
            }
        }
    }

    #[test]
    fn every_variable_is_described_and_required_or_has_a_default() {
        fn check(schema: &Value, at: &str) {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            for (name, property) in schema["properties"].as_object().unwrap() {
                let at = format!("{at}/{name}");
                assert!(property["description"].is_string() && property.get("type").is_some(), "{at}");
                let has_default = property.get("default").is_some();
                assert_ne!(required.contains(&Value::from(name.as_str())), has_default, "{at}");
                if property["items"]["type"] == "object" {
                    check(&property["items"], &at);
                }
            }
        }
        for entry in ENTRIES {
            check(&entry.about().schema, entry.name);
        }
    }

    #[test]
    fn every_sample_renders_in_every_language() {
        for entry in ENTRIES {
            let program = program(entry);
            for locale in entry.locales() {
                let rendered = rendered(&program, entry, locale, &entry.sample(locale));
                let html = rendered.html.unwrap();
                assert!(html.contains(&format!("lang=\"{locale}\"")), "{} in {locale}", entry.name);
                for part in [&rendered.subject.unwrap(), &html, &rendered.text.unwrap()] {
                    assert!(!part.is_empty() && !part.contains("{{") && !part.contains("{%"), "{part}");
                }
            }
        }
    }

    #[test]
    fn every_entry_renders_with_no_more_than_it_requires() {
        for entry in ENTRIES {
            let required = entry.about().schema["required"].clone();
            let program = program(entry);
            for locale in entry.locales() {
                let mut sample = entry.sample(locale);
                sample.retain(|name, _| required.as_array().unwrap().contains(&Value::from(name.as_str())));
                rendered(&program, entry, locale, &sample);
            }
        }
    }

    #[test]
    fn who_may_leave_is_told_how_in_both_parts() {
        for entry in ENTRIES {
            let marketing = entry.about().stream == "marketing";
            let program = program(entry);
            for locale in entry.locales() {
                let rendered = rendered(&program, entry, locale, &entry.sample(locale));
                for part in [rendered.html.unwrap(), rendered.text.unwrap()] {
                    assert_eq!(part.contains(UNSUBSCRIBE), marketing, "{} in {locale}", entry.name);
                }
            }
        }
    }
}
