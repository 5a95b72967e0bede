//! A published template: complete, immutable, as it is stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What publishing makes of a source.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Compiled {
    /// The locale of the default parts; empty when the source names none.
    pub locale: String,
    pub main: Parts,
    /// What differs, by locale.
    pub locales: BTreeMap<String, Parts>,
    /// For conditions on `theme`.
    pub theme: Map<String, Value>,
    /// JSON Schema of the variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
}

/// The parts of one locale; what is absent is taken from the next one of its chain.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Parts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preheader: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

/// A body: HTML, text, or both.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The text was made of the HTML.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub text_made: bool,
}

/// `pt-BR`, then `pt`: the locales in which something for `locale` is looked for, before the default.
pub(crate) fn chain(locale: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(locale), |locale| locale.rfind('-').map(|at| &locale[..at]))
        .filter(|l| !l.is_empty())
}

/// A locale is letters and digits in groups of at most 8, with `-` between (BCP 47).
pub(crate) fn is_locale(text: &str) -> bool {
    let group = |group: &str| {
        (1..=8).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    text.len() <= 35 && text.split('-').all(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_falls_back_to_what_is_less_special() {
        for (locale, expected) in [
            ("pt-BR", vec!["pt-BR", "pt"]),
            ("zh-Hans-CN", vec!["zh-Hans-CN", "zh-Hans", "zh"]),
            ("en", vec!["en"]),
            ("", vec![]),
        ] {
            assert_eq!(chain(locale).collect::<Vec<_>>(), expected);
        }
        for (text, good) in
            [("pt-BR", true), ("en", true), ("", false), ("en_US", false), ("-", false), ("a b", false)]
        {
            assert_eq!(is_locale(text), good, "{text}");
        }
    }
}
