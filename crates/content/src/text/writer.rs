//! Lines of text out of what is told of tags and texts.

use super::{attribute, entity};
use crate::track::UNSUBSCRIBE;

/// An expression of a template is hidden between these; private characters that no mail needs.
pub(super) const HIDDEN_START: char = '\u{f0000}';
pub(super) const HIDDEN_END: char = '\u{f0001}';
/// Lists within lists whose numbers are kept.
const LISTS_MAX: usize = 16;
/// Links within links whose addresses are kept: HTML knows none.
const LINKS_MAX: usize = 4;

pub(super) struct Writer {
    pub out: String,
    /// Whether hidden expressions are to be kept.
    template: bool,
    /// Line ends owed before the next word.
    newlines: usize,
    /// Line ends that were paid before the condition that stands at the end of `out`: what begins within it owes less.
    paid: usize,
    space: bool,
    /// The numbers of the lists that are open; none for one with dashes.
    lists: Vec<Option<usize>>,
    links: Vec<Link>,
    /// The name of an element that is left out, and how many of its name are open.
    hidden: Option<(String, usize)>,
    preformatted: bool,
}

struct Link {
    href: String,
    /// Where its words begin.
    from: usize,
}

impl Writer {
    pub(super) fn new(template: bool) -> Writer {
        Writer {
            out: String::new(),
            template,
            newlines: 0,
            paid: 0,
            space: false,
            lists: Vec::new(),
            links: Vec::new(),
            hidden: None,
            preformatted: false,
        }
    }

    /// Text between tags, its references undecoded.
    pub(super) fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return self.left_out(text);
        }
        let mut rest = text;
        loop {
            rest = self.plain(rest);
            let Some(c) = rest.chars().next() else { return };
            if c == HIDDEN_START && self.template {
                rest = self.expression(rest);
                continue;
            }
            let (c, taken) = match c {
                '&' => entity::decode(rest).unwrap_or((Some('&'), 1)),
                c => (Some(c), c.len_utf8()),
            };
            rest = &rest[taken..];
            match c {
                Some(c) if self.preformatted => self.verbatim(c),
                Some(' ' | '\t' | '\n' | '\r') => self.space = true,
                // Marks that only steer layout: soft hyphens, joiners that pad preheaders.
                Some('\u{ad}' | '\u{34f}' | '\u{feff}' | '\u{200b}' | '\u{200c}') | None => {}
                Some(c) => {
                    self.flush();
                    self.out.push(c);
                }
            }
        }
    }

    /// Takes the printable ASCII that stands first, which most of a text is, as it is; gives the rest.
    fn plain<'t>(&mut self, text: &'t str) -> &'t str {
        let end = text.bytes().position(|b| !b.is_ascii_graphic() || b == b'&').unwrap_or(text.len());
        let (plain, rest) = text.split_at(end);
        self.words(plain);
        rest
    }

    fn verbatim(&mut self, c: char) {
        if c == '\n' {
            self.out.push('\n');
        } else if c != '\r' {
            self.flush();
            self.out.push(c);
        }
    }

    /// What people do not see: only its statements are kept.
    pub(super) fn left_out(&mut self, text: &str) {
        if !self.template {
            return;
        }
        for part in text.split(HIDDEN_START).skip(1) {
            if let Some((sign, _)) = part.split_once(HIDDEN_END).filter(|(sign, _)| !sign.starts_with('e')) {
                self.sign(sign);
            }
        }
    }

    fn sign(&mut self, sign: &str) {
        self.out.push(HIDDEN_START);
        self.out.push_str(sign);
        self.out.push(HIDDEN_END);
    }

    /// An expression is a word; a condition or loop begins behind what is owed; the end of one is no word.
    fn expression<'t>(&mut self, text: &'t str) -> &'t str {
        let Some((sign, rest)) = text[HIDDEN_START.len_utf8()..].split_once(HIDDEN_END) else { return "" };
        let paid = self.newlines.max(self.paid);
        if !sign.starts_with('s') {
            self.flush();
        }
        self.sign(sign);
        // A loop comes by more than once, and pays each time.
        self.paid = if sign.starts_with('i') { paid } else { 0 };
        rest
    }

    /// Pays the line ends or the space that is owed.
    fn flush(&mut self) {
        if self.newlines > 0 && !self.out.is_empty() {
            self.out.extend(std::iter::repeat_n('\n', self.newlines.saturating_sub(self.paid)));
        } else if self.space && !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
        self.newlines = 0;
        self.paid = 0;
        self.space = false;
    }

    fn owe(&mut self, newlines: usize) {
        // What stands within a line leaves its spaces as they are.
        if newlines == 0 {
            return;
        }
        self.newlines = self.newlines.max(newlines);
        self.space = false;
    }

    pub(super) fn open(&mut self, name: &str, attributes: &str) {
        if let Some((hidden, open)) = &mut self.hidden {
            if hidden == name {
                *open += 1;
            }
            return;
        }
        let style = attribute(attributes, "style").unwrap_or_default();
        if name == "head" || (is_container(name) && hides(style)) {
            self.hidden = Some((name.to_owned(), 1));
            return;
        }
        match name {
            "br" => self.newlines = if self.newlines == 1 { 2 } else { self.newlines.max(1) },
            "hr" => {
                self.owe(2);
                self.words("---");
                self.owe(2);
            }
            "img" => {
                let alt = entity::decoded(attribute(attributes, "alt").unwrap_or_default());
                self.words(alt.trim());
            }
            "a" if self.links.len() < LINKS_MAX => {
                let href = entity::decoded(attribute(attributes, "href").unwrap_or_default().trim());
                self.links.push(Link { href, from: self.out.len() });
            }
            "ul" | "ol" => {
                self.owe(if self.lists.is_empty() { 2 } else { 1 });
                if self.lists.len() < LISTS_MAX {
                    self.lists.push((name == "ol").then_some(0));
                }
            }
            "li" => self.item(),
            "pre" => {
                self.owe(2);
                self.preformatted = true;
            }
            "td" | "th" => self.space = true,
            name => self.owe(newlines_around(name)),
        }
    }

    fn item(&mut self) {
        self.owe(1);
        let depth = self.lists.len().saturating_sub(1);
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{number}. ")
            }
            Some(None) | None => "- ".to_owned(),
        };
        self.flush();
        self.out.extend(std::iter::repeat_n("  ", depth));
        self.out.push_str(&mark);
    }

    /// Words that are no markup.
    fn words(&mut self, words: &str) {
        if !words.is_empty() {
            self.flush();
            self.out.push_str(words);
        }
    }

    pub(super) fn close(&mut self, name: &str) {
        if let Some((hidden, open)) = &mut self.hidden {
            if hidden == name {
                *open -= 1;
                if *open == 0 {
                    self.hidden = None;
                }
            }
            return;
        }
        match name {
            "a" => self.link(),
            "ul" | "ol" => {
                self.lists.pop();
                self.owe(if self.lists.is_empty() { 2 } else { 1 });
            }
            "pre" => {
                self.preformatted = false;
                self.owe(2);
            }
            name => self.owe(newlines_around(name)),
        }
    }

    /// The address of a link after its words, unless the words are the address.
    fn link(&mut self) {
        let Some(link) = self.links.pop() else { return };
        let shown = link.href.starts_with("http")
            || link.href.starts_with(HIDDEN_START)
            || link.href.eq_ignore_ascii_case(UNSUBSCRIBE);
        let words = self.out.get(link.from..).unwrap_or_default().trim();
        if !shown || link.href.contains(['<', '>', '\n', '\r']) || words == link.href {
            return;
        }
        // The space before the link's end belongs behind its address.
        let space = std::mem::replace(&mut self.space, !words.is_empty());
        self.flush();
        self.out.push('<');
        self.out.push_str(&link.href);
        self.out.push('>');
        self.space = space;
    }
}

fn is_container(name: &str) -> bool {
    !matches!(
        name,
        "img" | "br" | "hr" | "meta" | "link" | "input" | "wbr" | "col" | "area" | "base" | "source"
    )
}

fn hides(style: &str) -> bool {
    style.split(';').any(|declaration| {
        let mut halves = declaration.splitn(2, ':').map(str::trim);
        let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
        let value = value.split(['!', ' ']).next().unwrap_or_default();
        name.eq_ignore_ascii_case("display") && value.eq_ignore_ascii_case("none")
    })
}

fn newlines_around(name: &str) -> usize {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "blockquote" | "dl" | "figure" => 2,
        "div" | "tr" | "li" | "section" | "header" | "footer" | "article" | "main" | "nav" | "center"
        | "dt" | "dd" | "address" | "form" | "body" | "caption" => 1,
        _ => 0,
    }
}
