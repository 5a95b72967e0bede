//! What every page has, whatever it shows: words, theme, nonce, and, inside a workspace, the frame with its navigation.

use crate::asset::{Assets, assets};
use crate::words::{Locale, Word, Words};

/// Which colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    /// As the browser's system has it.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Theme> {
        Theme::ALL.into_iter().find(|theme| theme.as_str() == text)
    }

    /// Its name in the menu.
    #[must_use]
    pub fn word(self) -> Word {
        match self {
            Theme::System => Word("theme-system"),
            Theme::Light => Word("theme-light"),
            Theme::Dark => Word("theme-dark"),
        }
    }
}

/// The hidden field that proves that a form is ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hidden(pub String);

impl Hidden {
    /// Its name in forms.
    pub const NAME: &str = "form_token";
}

/// What every template is given as `page`.
pub struct Page {
    pub words: Words,
    pub theme: Theme,
    /// For scripts, and for elements with htmx's attributes.
    pub nonce: String,
    pub hidden: Hidden,
    /// The page's own path and query, to come back to.
    pub here: String,
    /// None on pages for people who are not signed in.
    pub inside: Option<Inside>,
}

/// Who is signed in, where, and where else they can go.
#[derive(Clone)]
pub struct Inside {
    pub person: String,
    pub email: String,
    pub initials: String,
    pub role: Word,
    pub workspace: Place,
    /// Whether nothing of it is accepted and nothing leaves.
    pub suspended: bool,
    /// What became of rows that were chosen, when the address says it.
    pub done: Option<String>,
    /// Every workspace that the person may enter, this one too.
    pub workspaces: Vec<Place>,
    pub sections: Vec<Section>,
    /// What a person's own pages have behind their path, so that this frame stays round them: `?at=default`.
    pub at: String,
}

/// What stands for a workspace where people see it who may not know this product.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Brand {
    pub title: String,
    pub initials: String,
    /// Where its logo is loaded from, if it has one.
    pub logo: Option<String>,
}

/// A workspace in the switcher.
#[derive(Clone)]
pub struct Place {
    pub title: String,
    pub initials: String,
    /// Where its logo is loaded from, if it has one.
    pub logo: Option<String>,
    pub href: String,
    pub here: bool,
}

/// Entries of the navigation under one heading.
#[derive(Clone)]
pub struct Section {
    pub heading: Option<Word>,
    pub entries: Vec<Entry>,
}

/// An entry of the navigation.
#[derive(Clone)]
pub struct Entry {
    pub href: String,
    pub icon: &'static str,
    pub label: Word,
    pub here: bool,
    /// The letter that leads to it after `g`; empty when none does.
    pub key: &'static str,
}

impl Page {
    #[must_use]
    pub fn assets(&self) -> &'static Assets {
        assets()
    }

    #[must_use]
    pub fn locales(&self) -> [Locale; 4] {
        Locale::ALL
    }

    #[must_use]
    pub fn themes(&self) -> [Theme; 3] {
        Theme::ALL
    }
}

impl Inside {
    /// The entries of a phone's bar: the first five.
    pub fn first_entries(&self) -> impl Iterator<Item = &Entry> {
        self.sections.iter().flat_map(|section| &section.entries).take(5)
    }
}
