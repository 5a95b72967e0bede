//! The console's words: Fluent messages by language, compiled in.
//!
//! Guarantees
//! 1. Every language has the same messages with the same placeholders, each is used, and each that is used exists: `tests`.
//! 2. Numbers in a message are grouped as its language does.
//!
//! A message is asked for by a literal: `words.t("id")`, or with values `t1`, `t2`, `tn`; one that is chosen by code is a
//! [`Word`]. The tests look for these, so an id is never put together.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::format::number;

#[cfg(test)]
mod tests;

/// A language of the console.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Locale {
    En,
    Es,
    PtBr,
    ZhCn,
}

impl Locale {
    pub const ALL: [Locale; 4] = [Locale::En, Locale::Es, Locale::PtBr, Locale::ZhCn];

    /// As in `lang` and in folders: BCP 47.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Locale::En => "en",
            Locale::Es => "es",
            Locale::PtBr => "pt-BR",
            Locale::ZhCn => "zh-CN",
        }
    }

    /// Its name in itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Locale::En => "English",
            Locale::Es => "Español",
            Locale::PtBr => "Português (Brasil)",
            Locale::ZhCn => "简体中文",
        }
    }

    #[must_use]
    pub fn parse(tag: &str) -> Option<Locale> {
        Locale::ALL.into_iter().find(|locale| locale.tag() == tag)
    }

    /// The first language of `Accept-Language` that we speak, by its quality; any region of it will do.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Locale> {
        let mut best: Option<(f32, Locale)> = None;
        for part in header.split(',').take(20) {
            let mut fields = part.split(';').map(str::trim);
            let tag = fields.next().unwrap_or_default().to_ascii_lowercase();
            let quality = fields.find_map(|field| field.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            let language = tag.split('-').next().unwrap_or_default();
            let ours = |locale: &Locale| locale.tag().split('-').next() == Some(language);
            let Some(locale) = Locale::ALL.into_iter().find(ours) else { continue };
            if quality > 0.0 && best.is_none_or(|(before, _)| quality > before) {
                best = Some((quality, locale));
            }
        }
        best.map(|(_, locale)| locale)
    }
}

type Bundle = FluentBundle<FluentResource>;

macro_rules! files {
    ($language:literal, $($feature:literal)*) => {
        &[$(include_str!(concat!("../locales/", $language, "/", $feature, ".ftl"))),*]
    };
}

/// The files of each language: a feature's name is added in this one place.
macro_rules! features {
    ($($feature:literal)*) => {
        fn sources(locale: Locale) -> &'static [&'static str] {
            match locale {
                Locale::En => files!("en", $($feature)*),
                Locale::Es => files!("es", $($feature)*),
                Locale::PtBr => files!("pt-BR", $($feature)*),
                Locale::ZhCn => files!("zh-CN", $($feature)*),
            }
        }
    };
}
features!(
    "core" "activity" "domain" "key" "message" "nav" "person" "refusal" "overview" "queue" "status" "suppression" "verdict" "workspace"
    "usage" "live" "palette"
    // People.
    "account" "people" "audit" "password" "oidc"
    // Templates.
    "template" "gallery" "lint"
    "steps" "webhook" "capture" "stream" "setting"
    // What templates are made of.
    "image" "part"
    // What is told by mail.
    "alert"
);

fn bundle(locale: Locale) -> Bundle {
    let language: LanguageIdentifier = locale.tag().parse().expect("invariant: our tags are well-formed");
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Marks of direction would be counted as letters in attributes and titles; all four languages run the same way.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match locale {
        Locale::En => |value, _| grouped(Locale::En, value),
        Locale::Es => |value, _| grouped(Locale::Es, value),
        Locale::PtBr => |value, _| grouped(Locale::PtBr, value),
        Locale::ZhCn => |value, _| grouped(Locale::ZhCn, value),
    }));
    for source in sources(locale) {
        let resource = FluentResource::try_new((*source).to_owned());
        let resource = resource.unwrap_or_else(|(_, mistakes)| {
            panic!("invariant: the files of {} are tested: {mistakes:?}", locale.tag())
        });
        bundle.add_resource(resource).expect("invariant: an id stands in one file only, as the tests see");
    }
    bundle
}

fn grouped(locale: Locale, value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(number::whole(locale, number.value as i64)),
        _ => None,
    }
}

/// What stands in a message for a placeholder.
pub trait Filling {
    fn filling(&self) -> FluentValue<'_>;
}

impl Filling for str {
    fn filling(&self) -> FluentValue<'_> {
        FluentValue::String(Cow::Borrowed(self))
    }
}

impl Filling for String {
    fn filling(&self) -> FluentValue<'_> {
        self.as_str().filling()
    }
}

impl Filling for i64 {
    fn filling(&self) -> FluentValue<'_> {
        FluentValue::from(*self)
    }
}

impl Filling for usize {
    fn filling(&self) -> FluentValue<'_> {
        FluentValue::from(*self)
    }
}

impl<T: Filling + ?Sized> Filling for &T {
    fn filling(&self) -> FluentValue<'_> {
        (**self).filling()
    }
}

/// A message that code chooses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Word(pub &'static str);

impl AsRef<Word> for Word {
    fn as_ref(&self) -> &Word {
        self
    }
}

/// The words of one language.
#[derive(Clone, Copy)]
pub struct Words {
    pub locale: Locale,
    bundle: &'static Bundle,
}

impl Words {
    #[must_use]
    pub fn of(locale: Locale) -> Words {
        static BUNDLES: LazyLock<[Bundle; 4]> = LazyLock::new(|| Locale::ALL.map(bundle));
        let [en, es, pt_br, zh_cn] = &*BUNDLES;
        let bundle = match locale {
            Locale::En => en,
            Locale::Es => es,
            Locale::PtBr => pt_br,
            Locale::ZhCn => zh_cn,
        };
        Words { locale, bundle }
    }

    /// The message of this id.
    #[must_use]
    pub fn t(&self, id: &str) -> String {
        self.message(id, None)
    }

    /// With one value.
    pub fn t1(&self, id: &str, name: &str, value: impl Filling) -> String {
        let mut args = FluentArgs::with_capacity(1);
        args.set(name, value.filling());
        self.message(id, Some(&args))
    }

    /// With two, each a name and a value.
    pub fn t2(
        &self,
        id: &str,
        (name, value): (&str, impl Filling),
        (other, second): (&str, impl Filling),
    ) -> String {
        let mut args = FluentArgs::with_capacity(2);
        args.set(name, value.filling());
        args.set(other, second.filling());
        self.message(id, Some(&args))
    }

    /// With as many as it takes.
    pub fn tn(&self, id: &str, values: &[(&str, &dyn Filling)]) -> String {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set(*name, value.filling());
        }
        self.message(id, Some(&args))
    }

    /// What code chose.
    pub fn word(&self, word: impl AsRef<Word>) -> String {
        self.message(word.as_ref().0, None)
    }

    /// What code chose, with one value.
    pub fn word1(&self, word: Word, name: &str, value: impl Filling) -> String {
        self.t1(word.0, name, value)
    }

    fn message(&self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        // The tests make both impossible; a page without a word is better than none.
        let Some(pattern) = self.bundle.get_message(id).and_then(|message| message.value()) else {
            return id.to_owned();
        };
        self.bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned()
    }
}
