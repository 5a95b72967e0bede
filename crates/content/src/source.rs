//! What people write: a template's source, and the workspace's library of parts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A template as it is written.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Source {
    /// The locale of the fields below, such as `en` or `pt-BR`; empty when nothing is said.
    pub locale: String,
    #[serde(flatten)]
    pub main: Variant,
    /// What differs in other locales, by name; a field that is absent is taken from the next of pt-BR, pt, default.
    pub locales: BTreeMap<String, Variant>,
    pub theme: ThemeChoice,
    /// JSON Schema (2020-12) of the variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// Variables for previews.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub sample: Map<String, Value>,
}

/// What may differ by locale.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Variant {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preheader: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mjml: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Texts that bodies name as `t.NAME`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub strings: BTreeMap<String, String>,
}

/// In which language a body is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BodyKind {
    Html,
    Mjml,
}

impl BodyKind {
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            BodyKind::Html => "html",
            BodyKind::Mjml => "mjml",
        }
    }
}

impl Variant {
    /// The body, and in which language it is.
    #[must_use]
    pub fn body(&self) -> Option<(BodyKind, &str)> {
        let mjml = self.mjml.as_deref().map(|text| (BodyKind::Mjml, text));
        mjml.or_else(|| self.html.as_deref().map(|text| (BodyKind::Html, text)))
    }
}

/// Colours, fonts and the logo of a template.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ThemeChoice {
    /// A theme of the library.
    Named(String),
    /// Written here, laid over the default.
    Written(Map<String, Value>),
}

impl Default for ThemeChoice {
    fn default() -> ThemeChoice {
        ThemeChoice::Written(Map::new())
    }
}

/// What a part of the library is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartKind {
    /// What a template extends.
    Layout,
    /// What a template includes.
    Partial,
    /// A JSON object of colours, fonts and the like.
    Theme,
}

impl PartKind {
    pub const ALL: [PartKind; 3] = [PartKind::Layout, PartKind::Partial, PartKind::Theme];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PartKind::Layout => "layout",
            PartKind::Partial => "partial",
            PartKind::Theme => "theme",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<PartKind> {
        PartKind::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A part of the library.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    pub kind: PartKind,
    pub name: String,
    pub text: String,
}

/// What templates of a workspace may name.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Library {
    pub parts: Vec<Part>,
}

impl Library {
    #[must_use]
    pub fn find(&self, kind: PartKind, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.kind == kind && part.name == name)
    }
}

/// The theme over which others are laid: every name that the gallery uses has a value in it.
#[must_use]
pub fn theme_default() -> Map<String, Value> {
    let theme = json!({
        "color": {
            "brand": "#1d4ed8", "on_brand": "#ffffff", "background": "#f3f4f6", "surface": "#ffffff",
            "text": "#111827", "muted": "#4b5563", "border": "#e5e7eb", "success": "#047857", "danger": "#b91c1c",
        },
        "dark": {
            "background": "#0f131a", "surface": "#1a202b", "text": "#f3f4f6", "muted": "#a7b0bd", "border": "#374151",
            "success": "#34d399", "danger": "#fca5a5",
        },
        "font": {
            "body": "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
            "code": "ui-monospace, Menlo, Consolas, monospace",
        },
        "logo": { "url": "", "alt": "", "width": "140px", "link": "" },
        "company": { "name": "", "address": "" },
    });
    match theme {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Lays `over` upon `base`, object by object.
pub(crate) fn lay(base: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (name, value) in over {
        match (base.get_mut(name), value) {
            (Some(Value::Object(under)), Value::Object(over)) => lay(under, over),
            _ => {
                base.insert(name.clone(), value.clone());
            }
        }
    }
}
