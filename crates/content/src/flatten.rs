//! One text of a template, its layout, its partials, its strings and its theme.
//!
//! Layouts (`extends`, `block`, `super()`) and partials (`include`) are put in where they are named, so that what is
//! published is complete, and a rendering looks nothing up. What is left are expressions, conditions and loops over data.
//!
//! Guarantee: depth and size are bounded before they are reached; a part that includes itself is a problem, not a loop.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::limits::{Limit, Limits};
use crate::problem::{Place, Problem, line_of};
use crate::source::{Library, PartKind};
use crate::tags::{Kind, Piece, pieces};

/// Parts within parts. Reason: a layout with a header with a button is three.
const NESTING_MAX: usize = 12;
/// Parts and blocks put in, all in all. Reason: parts that name each other twice would double at every level.
const PLACED_MAX: usize = 500;
/// Octets of parts that are read for one field. Reason: a part that is a comment puts in nothing, however often it is named.
const READ_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Problems of one field that are told. Reason: those beyond say nothing new.
const TOLD_MAX: usize = 50;

/// What a template may name.
pub(crate) struct Names<'a> {
    pub library: &'a Library,
    pub strings: BTreeMap<&'a str, &'a str>,
    pub theme: &'a Map<String, Value>,
    pub limits: &'a Limits,
    /// Whether theme values are put into HTML.
    pub markup: bool,
}

/// A template in one piece, and where each stretch of it comes from.
#[derive(Default)]
pub(crate) struct Flat<'a> {
    pub text: String,
    origins: Vec<Origin>,
    /// Each part's name and source.
    parts: Vec<(String, &'a str)>,
}

struct Origin {
    /// From here on in the flat text …
    at: usize,
    /// … it comes from this part, …
    part: usize,
    /// … from this offset on.
    offset: usize,
}

impl Flat<'_> {
    /// Where an offset of the flat text comes from.
    pub(crate) fn place(&self, field: &Place, offset: usize) -> Place {
        let last = self.origins.partition_point(|origin| origin.at <= offset).checked_sub(1);
        let Some(origin) = last.map(|index| &self.origins[index]) else { return field.clone() };
        let (part, text) = &self.parts[origin.part];
        let line = line_of(text, origin.offset + (offset - origin.at));
        Place { part: part.clone(), line, ..field.clone() }
    }

    fn mark(&mut self, part: usize, offset: usize) {
        self.origins.push(Origin { at: self.text.len(), part, offset });
    }
}

/// Puts everything in its place.
pub(crate) fn flatten<'a>(
    field: &Place,
    source: &'a str,
    names: &'a Names<'a>,
    problems: &mut Vec<Problem>,
) -> Flat<'a> {
    let (flat, path) = (Flat::default(), Vec::new());
    let most = problems.len() + TOLD_MAX;
    let mut work = Flattener { names, field, problems, most, flat, path, placed: 0, read: 0, full: false };
    work.template(String::new(), source);
    work.flat
}

struct Flattener<'n, 'p> {
    names: &'n Names<'n>,
    field: &'p Place,
    problems: &'p mut Vec<Problem>,
    /// So many problems are told.
    most: usize,
    flat: Flat<'n>,
    /// The parts that are being put in, outermost first.
    path: Vec<String>,
    placed: usize,
    /// Octets of the parts that were cut.
    read: usize,
    /// Something is too large: the rest is left out.
    full: bool,
}

/// A part that was cut into pieces.
struct Cut<'a> {
    index: usize,
    pieces: Vec<Piece<'a>>,
    /// For the piece that opens a block, the one that closes it.
    ends: BTreeMap<usize, usize>,
}

/// A block's own words: of which part, and which of its pieces.
#[derive(Clone, Copy)]
struct Body {
    cut: usize,
    from: usize,
    to: usize,
}

/// A chain of templates, each extending the next, and the bodies of each block, most special first.
struct Chain<'a> {
    cuts: Vec<Cut<'a>>,
    blocks: BTreeMap<&'a str, Vec<Body>>,
}

impl<'n> Flattener<'n, '_> {
    /// A template with everything that it extends.
    fn template(&mut self, name: String, source: &'n str) {
        let mut chain = Chain { cuts: Vec::new(), blocks: BTreeMap::new() };
        let (mut name, mut source) = (name, source);
        let mut seen = BTreeSet::new();
        loop {
            let Some(cut) = self.cut(name.clone(), source) else { return };
            let parent = self.parent(&cut);
            chain.cuts.push(cut);
            chain.note_blocks();
            let Some((offset, layout)) = parent else { break };
            let Some(part) = self.names.library.find(PartKind::Layout, layout) else {
                return self.problem(chain.last(), offset, format!("there is no layout named {layout}"));
            };
            if !seen.insert(layout) || chain.cuts.len() > NESTING_MAX {
                return self.problem(chain.last(), offset, format!("the layout {layout} extends itself"));
            }
            (name, source) = (format!("layout {layout}"), &part.text);
        }
        let last = chain.cuts.len() - 1;
        let body = Body { cut: last, from: 0, to: chain.cuts[last].pieces.len() };
        self.emit(&chain, body, None);
    }

    fn cut(&mut self, name: String, source: &'n str) -> Option<Cut<'n>> {
        self.flat.parts.push((name, source));
        let index = self.flat.parts.len() - 1;
        if self.too_many(index) {
            return None;
        }
        self.read += source.len();
        if source.len() > self.names.limits.template_bytes_max || self.read > READ_BYTES_MAX {
            self.full = true;
            self.problem(index, 0, Limit::Template.to_string());
            return None;
        }
        let pieces = match pieces(source) {
            Ok(pieces) => pieces,
            Err(unclosed) => {
                self.problem(index, unclosed.0, "this bracket is not closed".into());
                return None;
            }
        };
        let mut ends = BTreeMap::new();
        let mut open = Vec::new();
        for (n, piece) in pieces.iter().enumerate() {
            match piece.statement() {
                Some(("block", _)) => open.push(n),
                Some(("endblock", _)) => match open.pop() {
                    Some(start) => drop(ends.insert(start, n)),
                    None => self.problem(index, piece.offset, "endblock without block".into()),
                },
                _ => {}
            }
        }
        for start in open {
            self.problem(index, pieces[start].offset, "the block has no endblock".into());
        }
        Some(Cut { index, pieces, ends })
    }

    /// Counts what is put in; true when it is enough.
    fn too_many(&mut self, index: usize) -> bool {
        self.placed += 1;
        if self.placed > PLACED_MAX && !self.full {
            self.full = true;
            self.problem(index, 0, format!("more than {PLACED_MAX} parts and blocks are put in"));
        }
        self.full
    }

    /// The layout that a template extends, and where it says so.
    fn parent<'s>(&mut self, cut: &Cut<'s>) -> Option<(usize, &'s str)> {
        let blank = |piece: &&Piece<'_>| match piece.kind {
            Kind::Text => piece.inner.trim().is_empty(),
            Kind::Comment => true,
            Kind::Expression | Kind::Statement | Kind::Raw => false,
        };
        let first = cut.pieces.iter().find(|piece| !blank(piece))?;
        let (_, rest) = first.statement().filter(|(word, _)| *word == "extends")?;
        let name = quoted(rest);
        if name.is_none() {
            self.problem(cut.index, first.offset, "a layout is named by a quoted text".into());
        }
        name.map(|name| (first.offset, name))
    }

    fn problem(&mut self, part: usize, offset: usize, reason: String) {
        if self.problems.len() >= self.most {
            self.full = true;
            return;
        }
        let (name, text) = &self.flat.parts[part];
        let place = Place { part: name.clone(), line: line_of(text, offset), ..self.field.clone() };
        self.problems.push(Problem { place, reason });
    }

    /// Writes a body; `of` is the block that it is, and how special.
    fn emit(&mut self, chain: &Chain<'_>, body: Body, of: Option<(&str, usize)>) {
        let cut = &chain.cuts[body.cut];
        let mut n = body.from;
        while n < body.to && !self.full {
            let piece = cut.pieces[n];
            n += 1;
            match (piece.kind, piece.statement()) {
                (Kind::Comment, _) => {}
                (_, Some(("extends", _))) => {
                    if self.parent(cut).is_none_or(|(offset, _)| offset != piece.offset) {
                        self.problem(cut.index, piece.offset, "extends must come first".into());
                    }
                }
                (_, Some(("block", name))) => {
                    let name = name.split_whitespace().next().unwrap_or_default();
                    self.block(chain, name, 0);
                    n = cut.ends.get(&(n - 1)).map_or(body.to, |end| end + 1);
                }
                (_, Some(("endblock", _))) => {}
                (_, Some(("include", rest))) => self.include(cut.index, piece, rest),
                (_, Some((word @ ("import" | "from" | "macro" | "call"), _))) => {
                    let why = format!("{word} does not exist here: use include, and with for its variables");
                    self.problem(cut.index, piece.offset, why);
                }
                (Kind::Expression, _) => self.expression(chain, cut, piece, of),
                (Kind::Text | Kind::Raw | Kind::Statement, _) => self.write(cut.index, piece),
            }
        }
    }

    fn block(&mut self, chain: &Chain<'_>, name: &str, level: usize) {
        if let Some(body) = chain.blocks.get(name).and_then(|bodies| bodies.get(level)) {
            if self.too_many(chain.cuts[body.cut].index) {
                return;
            }
            // A block within itself would never end; within another of its name it is the more special one again.
            if self.path.len() > NESTING_MAX {
                return self.problem(chain.cuts[body.cut].index, 0, format!("the block {name} is in itself"));
            }
            self.path.push(format!("block {name}"));
            self.emit(chain, *body, Some((name, level)));
            self.path.pop();
        }
    }

    fn include(&mut self, index: usize, piece: Piece<'_>, rest: &str) {
        let Some(name) = quoted(rest) else {
            return self.problem(
                index,
                piece.offset,
                "a partial is named by a quoted text, and nothing after".into(),
            );
        };
        let Some(part) = self.names.library.find(PartKind::Partial, name) else {
            return self.problem(index, piece.offset, format!("there is no partial named {name}"));
        };
        let label = format!("partial {name}");
        if self.path.contains(&label) || self.path.len() > NESTING_MAX {
            return self.problem(index, piece.offset, format!("the partial {name} includes itself"));
        }
        self.path.push(label.clone());
        self.template(label, &part.text);
        self.path.pop();
    }

    fn expression(&mut self, chain: &Chain<'_>, cut: &Cut<'_>, piece: Piece<'_>, of: Option<(&str, usize)>) {
        let index = cut.index;
        if piece.inner == "super()" {
            return match of {
                Some((name, level)) => self.block(chain, name, level + 1),
                None => self.problem(index, piece.offset, "super() is for blocks".into()),
            };
        }
        if let Some(name) = named(piece.inner, "t.") {
            let label = format!("string {name}");
            return match self.names.strings.get(name).copied() {
                Some(_) if self.path.contains(&label) || self.path.len() > NESTING_MAX => {
                    self.problem(index, piece.offset, format!("the string {name} is in itself"));
                }
                Some(text) => {
                    self.path.push(label.clone());
                    self.template(label, text);
                    self.path.pop();
                }
                None => self.problem(index, piece.offset, format!("this locale has no string {name}")),
            };
        }
        if let Some(path) = named(piece.inner, "theme.") {
            return match scalar(self.names.theme, path) {
                Some(value) => self.theme(index, piece.offset, &value),
                None => self.problem(index, piece.offset, format!("the theme has no {path}")),
            };
        }
        self.write(index, piece);
    }

    fn theme(&mut self, index: usize, offset: usize, value: &str) {
        let mut escaped = String::new();
        let value = match self.names.markup {
            true => {
                crate::text::escape_into(&mut escaped, value);
                &escaped
            }
            false => value,
        };
        self.put(index, offset, value);
    }

    fn write(&mut self, index: usize, piece: Piece<'_>) {
        self.put(index, piece.offset, piece.whole);
    }

    fn put(&mut self, index: usize, offset: usize, text: &str) {
        if self.flat.text.len() + text.len() > self.names.limits.template_bytes_max {
            self.full = true;
            return self.problem(index, offset, Limit::Template.to_string());
        }
        self.flat.mark(index, offset);
        self.flat.text.push_str(text);
    }
}

impl<'a> Chain<'a> {
    fn last(&self) -> usize {
        self.cuts.last().map_or(0, |cut| cut.index)
    }

    /// Takes in the blocks of the template that was added last.
    fn note_blocks(&mut self) {
        let cut = self.cuts.len() - 1;
        for (start, end) in &self.cuts[cut].ends {
            if let Some((_, name)) = self.cuts[cut].pieces[*start].statement() {
                let name = name.split_whitespace().next().unwrap_or_default();
                self.blocks.entry(name).or_default().push(Body { cut, from: start + 1, to: *end });
            }
        }
    }
}

/// The text of `"name"` or `'name'`, if there is nothing else.
pub(crate) fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let name = text[1..].strip_suffix(quote)?;
    (!name.contains(quote)).then_some(name)
}

/// What follows `prefix`, if it is a name or names with dots.
pub(crate) fn named<'t>(inner: &'t str, prefix: &str) -> Option<&'t str> {
    let name = inner.strip_prefix(prefix)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}

fn scalar(theme: &Map<String, Value>, path: &str) -> Option<String> {
    let (mut names, mut map) = (path.split('.').peekable(), theme);
    while let Some(name) = names.next() {
        match (map.get(name)?, names.peek()) {
            (Value::Object(inner), Some(_)) => map = inner,
            (Value::String(text), None) => return Some(text.clone()),
            (Value::Number(number), None) => return Some(number.to_string()),
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Part, theme_default};

    fn library(parts: &[(&str, &str)]) -> Library {
        let part = |(name, text): &(&str, &str)| {
            let (kind, name) = name.split_once(' ').unwrap();
            Part { kind: PartKind::parse(kind).unwrap(), name: name.into(), text: (*text).into() }
        };
        Library { parts: parts.iter().map(part).collect() }
    }

    fn flat(source: &str, parts: &[(&str, &str)], limits: &Limits) -> Result<String, Vec<String>> {
        let (library, theme) = (library(parts), theme_default());
        let strings = BTreeMap::from([("hi", "Hi {{ name }}"), ("loop", "{{ t.loop }}")]);
        let names = Names { library: &library, strings, theme: &theme, limits, markup: true };
        let mut problems = Vec::new();
        let place = Place { field: "html".into(), ..Place::default() };
        let flat = flatten(&place, source, &names, &mut problems);
        match problems.is_empty() {
            true => Ok(flat.text),
            false => Err(problems.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn layouts_partials_strings_and_theme_are_put_in() {
        let base = (
            "layout base",
            "<{% block a %}A{% endblock %}|{% block b %}B{% block c %}C{% endblock %}{% endblock %}>",
        );
        let middle = ("layout middle", "{% extends 'base' %}{% block a %}m{{ super() }}{% endblock %}");
        let cases: &[(&str, &str)] = &[
            ("x{# no #}y", "xy"),
            ("{% extends 'base' %}", "<A|BC>"),
            ("{% extends \"base\" %}{% block a %}1{% endblock %} {% block c %}3{% endblock c %}", "<1|B3>"),
            ("\n{% extends 'middle' %}{% block a %}[{{ super() }}]{% endblock %}", "<[mA]|BC>"),
            ("{% if x %}{% include 'foot' %}{% endif %}", "{% if x %}foot {{ y }}{% endif %}"),
            ("{{ t.hi }} {{t.hi}}", "Hi {{ name }} Hi {{ name }}"),
            (
                "{{ theme.color.brand }} {{ theme.font.body }}",
                "#1d4ed8 -apple-system, &#39;Segoe UI&#39;, Roboto, Helvetica, Arial, sans-serif",
            ),
            ("{{ theme.color.brand|upper }}", "{{ theme.color.brand|upper }}"),
            ("{% raw %}{{ t.hi }}{% endraw %}", "{% raw %}{{ t.hi }}{% endraw %}"),
        ];
        for (source, expected) in cases {
            let got = flat(source, &[base, middle, ("partial foot", "foot {{ y }}")], &Limits::default());
            assert_eq!(got.as_deref(), Ok(*expected), "{source}");
        }
    }

    #[test]
    fn what_cannot_be_put_in_is_told_with_its_place() {
        let half = "0123456789".repeat(150);
        let half = half.as_str();
        let parts = [
            ("partial a", "\n{% include 'b' %}"),
            ("partial b", "{% include 'a' %}"),
            ("layout self", "{% extends 'self' %}"),
            ("layout nest", "{% block a %}{% endblock %}"),
            ("partial bad", "x\n\n{{ y"),
            ("partial double", "{% include 'half' %}{% include 'half' %}"),
            ("partial half", half),
            ("partial many", ""),
        ];
        let many = "{% include 'many' %}".repeat(501);
        let cases: &[(&str, &str)] = &[
            ("{% include 'a' %}", "html, partial b, line 1: the partial a includes itself"),
            ("{% extends 'self' %}", "html, layout self, line 1: the layout self extends itself"),
            ("x\n{% include 'none' %}", "html, line 2: there is no partial named none"),
            ("{% extends 'none' %}", "html, line 1: there is no layout named none"),
            ("{% include name %}", "html, line 1: a partial is named by a quoted text, and nothing after"),
            ("{% extends name %}", "html, line 1: a layout is named by a quoted text"),
            ("x{% extends 'nest' %}", "html, line 1: extends must come first"),
            (
                "{% extends 'nest' %}{% block a %}{% block a %}{% endblock %}{% endblock %}",
                "html, line 1: the block a is in itself",
            ),
            ("{% include 'bad' %}", "html, partial bad, line 3: this bracket is not closed"),
            ("{{ t.none }}", "html, line 1: this locale has no string none"),
            ("{{ t.loop }}", "html, string loop, line 1: the string loop is in itself"),
            ("{{ theme.color }}", "html, line 1: the theme has no color"),
            (
                "{% macro x() %}",
                "html, line 1: macro does not exist here: use include, and with for its variables",
            ),
            ("{% endblock %}", "html, line 1: endblock without block"),
            ("{% block x %}", "html, line 1: the block has no endblock"),
            ("{{ super() }}", "html, line 1: super() is for blocks"),
            (&many, "html, partial many, line 1: more than 500 parts and blocks are put in"),
            (
                &"{% include 'double' %}".repeat(5),
                "html, partial half, line 1: the template is longer than template_bytes_max",
            ),
        ];
        let limits = Limits { template_bytes_max: 12_000, ..Limits::default() };
        let colours = "{{theme.font.body}}".repeat(600);
        let got = flat(&colours, &parts, &limits).expect_err("it would be four times as long");
        assert!(got[0].ends_with("longer than template_bytes_max"), "{got:?}");
        let comment = format!("{{# {} #}}", "x".repeat(100_000));
        let got =
            flat(&"{% include 'long' %}".repeat(400), &[("partial long", &comment)], &Limits::default());
        assert!(got.expect_err("it reads 40 MB").len() == 1);
        let got = flat(&"{{ t.none }}".repeat(1_000), &parts, &limits);
        assert_eq!(got.expect_err("nothing is right").len(), TOLD_MAX);
        for (source, expected) in cases {
            let got = flat(source, &parts, &limits);
            assert_eq!(got.map_err(|problems| problems[0].clone()), Err((*expected).to_owned()), "{source}");
        }
    }
}
