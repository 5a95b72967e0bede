//! What a text of a template, or a part of one, names: layouts, partials, blocks, strings.
//!
//! Guarantee: it finds what publishing puts in, and may find more: what stands where it has no effect. A text that cannot be cut names
//! nothing; it cannot be published either.

use std::collections::BTreeSet;

use crate::flatten::{named, quoted};
use crate::source::{PartKind, Source, ThemeChoice, Variant};
use crate::tags::{Kind, Piece, pieces};

/// The names in a text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Names {
    /// Parts, by kind and name.
    pub parts: BTreeSet<(&'static str, String)>,
    /// Blocks that it has, or fills, in their order.
    pub blocks: Vec<Block>,
    /// Strings that it asks for as `t.NAME`.
    pub strings: BTreeSet<String>,
}

/// A block of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    pub name: String,
    /// Where it begins.
    pub offset: usize,
    /// Whether nothing is in it but blanks.
    pub empty: bool,
}

/// What a text names.
#[must_use]
pub fn names(text: &str) -> Names {
    let mut found = Names::default();
    let pieces = pieces(text).unwrap_or_default();
    for (index, piece) in pieces.iter().enumerate() {
        let part = |kind: PartKind, rest: &str| quoted(rest).map(|name| (kind.as_str(), name.to_owned()));
        match piece.statement() {
            Some(("extends", rest)) => found.parts.extend(part(PartKind::Layout, rest)),
            Some(("include", rest)) => found.parts.extend(part(PartKind::Partial, rest)),
            Some(("block", rest)) => {
                let blank = |piece: &&Piece<'_>| piece.kind == Kind::Text && piece.inner.trim().is_empty();
                let next = pieces[index + 1..].iter().find(|piece| !blank(piece));
                let empty = next.and_then(Piece::statement).is_some_and(|(word, _)| word == "endblock");
                let name = rest.split_whitespace().next().map(str::to_owned);
                found.blocks.extend(name.map(|name| Block { name, offset: piece.offset, empty }));
            }
            Some(_) => {}
            None if piece.kind == Kind::Expression => {
                found.strings.extend(named(piece.inner, "t.").map(str::to_owned));
            }
            None => {}
        }
    }
    found
}

/// The parts that a source names in any of its languages, by kind and name.
#[must_use]
pub fn parts_of(source: &Source) -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    if let ThemeChoice::Named(name) = &source.theme {
        found.insert((PartKind::Theme.as_str(), name.clone()));
    }
    for variant in std::iter::once(&source.main).chain(source.locales.values()) {
        for text in texts(variant) {
            found.append(&mut names(text).parts);
        }
    }
    found
}

fn texts(variant: &Variant) -> impl Iterator<Item = &str> {
    let Variant { subject, preheader, html, mjml, text, strings } = variant;
    let fields = [subject, preheader, html, mjml, text];
    fields.into_iter().filter_map(|field| field.as_deref()).chain(strings.values().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_is_found_and_nothing_else() {
        let text = "{% extends 'base' %}{% block main %}{{ t.hello }}{%- include \"foot\" -%}{{ name }}\
            {% endblock %}{# {% include 'comment' %} #}{% raw %}{% include 'raw' %}{% endraw %}{% include name %}";
        let found = names(text);
        assert_eq!(found.parts, [("layout", "base".into()), ("partial", "foot".into())].into());
        assert_eq!(found.blocks, [Block { name: "main".into(), offset: 20, empty: false }]);
        assert_eq!(found.strings, ["hello".to_owned()].into());
        let blocks = names("a{% block b %} {% endblock %}{% block c %}").blocks;
        let wanted = [("b", 1, true), ("c", 29, false)];
        let wanted = wanted.map(|(name, offset, empty)| Block { name: name.into(), offset, empty });
        assert_eq!(blocks, wanted);
        assert_eq!(names("{% include 'a' "), Names::default());
    }

    #[test]
    fn a_source_names_parts_in_each_language_and_string() {
        let variant = |html: &str| Variant { html: Some(html.into()), ..Variant::default() };
        let mut source = Source { main: variant("{% extends 'a' %}"), ..Source::default() };
        source.main.strings.insert("s".into(), "{% include 'c' %}".into());
        source.locales.insert("es".into(), variant("{% extends 'b' %}"));
        source.theme = ThemeChoice::Named("night".into());
        let wanted = [("layout", "a"), ("layout", "b"), ("partial", "c"), ("theme", "night")];
        assert_eq!(parts_of(&source), wanted.map(|(kind, name)| (kind, name.to_owned())).into());
    }
}
