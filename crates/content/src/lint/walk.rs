//! One pass through the HTML: each rule that looks at elements or texts is asked on the way.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lol_html::html_content::{Element, TextChunk, TextType};
use lol_html::{HtmlRewriter, MemorySettings, Settings, doc_text, element, end_tag};

use super::clients::Styles;
use super::colour::{Ink, Inks};
use super::finding::{Field, Findings};
use super::image::Images;
use super::layout::Layout;
use super::link::{Leading, Links};
use super::rules::Rule;
use super::tag::Tag;
use super::{active, layout};
use crate::text::decoded;

/// The longest HTML that is looked at: as long as a rendering may be. Reason: mailboxes cut it at a twentieth of this.
pub const HTML_MAX_BYTES: usize = 2 * 1024 * 1024;
/// What the parser may hold, most of it for elements that are open: some ten thousand.
pub const MEMORY_MAX: usize = 2 * 1024 * 1024;
/// Nothing was closed since the last event.
const NONE: usize = usize::MAX;

/// What the whole of a document showed.
#[derive(Default)]
pub(super) struct Seen {
    /// What people read.
    pub words: String,
    pub links: Links,
    pub images: Images,
    /// The parser gave up.
    pub broken: bool,
}

/// An element that is open.
struct Open {
    name: String,
    ink: Ink,
    /// Where it stands.
    at: std::ops::Range<usize>,
    leading: Option<Leading>,
}

struct Walk<'f> {
    findings: &'f mut Findings,
    open: Vec<Open>,
    /// The depths of the links among them.
    leading: Vec<usize>,
    seen: Seen,
    styles: Styles,
    inks: Inks,
    layout: Layout,
    /// A style sheet that is being read, with its offset.
    sheet: Option<(usize, String)>,
}

/// Looks at every element and text.
pub(super) fn walk(html: &str, images: &[(&str, u64)], findings: &mut Findings) -> Seen {
    if html.len() > HTML_MAX_BYTES {
        findings.whole(Rule::HtmlTooLong, Field::Html, "");
        return Seen { broken: true, ..Seen::default() };
    }
    let walk = RefCell::new(Walk {
        findings,
        open: Vec::new(),
        leading: Vec::new(),
        seen: Seen { images: Images::known(images), ..Seen::default() },
        styles: Styles::default(),
        inks: Inks::default(),
        layout: Layout::default(),
        sheet: None,
    });
    let read = read(html, &walk);
    let mut walk = walk.into_inner();
    walk.close(0);
    if !read {
        walk.findings.whole(Rule::HtmlUnreadable, Field::Html, "");
        walk.seen.broken = true;
        return walk.seen;
    }
    walk.styles.end(walk.findings);
    walk.seen.images.end(&walk.seen.words, walk.findings);
    walk.layout.end(walk.styles.scheme, walk.findings);
    walk.seen
}

fn read(html: &str, walk: &RefCell<Walk<'_>>) -> bool {
    // The depth to which elements were closed since the last event: a handler of an end may borrow nothing.
    let closed = Rc::new(Cell::new(NONE));
    let settings = Settings::new()
        .append_element_content_handler(element!("*", |element| {
            let mut walk = walk.borrow_mut();
            walk.close(closed.replace(NONE));
            if walk.element(element) {
                let (depth, closed) = (walk.open.len() - 1, closed.clone());
                element.on_end_tag(end_tag!(move |_| {
                    closed.set(closed.get().min(depth));
                    Ok(())
                }))?;
            }
            Ok(())
        }))
        .append_document_content_handler(doc_text!(|chunk| {
            let mut walk = walk.borrow_mut();
            walk.close(closed.replace(NONE));
            walk.text(chunk);
            Ok(())
        }));
    let memory = MemorySettings::new().with_max_allowed_memory_usage(MEMORY_MAX);
    let settings = settings.with_memory_settings(memory).with_strict(false);
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    rewriter.write(html.as_bytes()).and_then(|()| rewriter.end()).is_ok()
}

impl Walk<'_> {
    /// Closes all elements from a depth on.
    fn close(&mut self, depth: usize) {
        while self.open.len() > depth
            && let Some(open) = self.open.pop()
        {
            if let Some(leading) = open.leading {
                self.leading.pop();
                self.seen.links.close(leading, open.at, self.findings);
            }
            if let Some((offset, css)) = self.sheet.take() {
                self.styles.sheet(&css, offset, self.findings);
            }
        }
    }

    /// Asks about an element; whether it was put among the open ones.
    fn element(&mut self, element: &mut Element<'_, '_>) -> bool {
        let tag = Tag::of(element);
        let inherited = self.open.last().map(|open| open.ink).unwrap_or_default();
        let ink = inherited.within(&tag);
        active::check(&tag, self.findings);
        layout::check(&tag, self.findings);
        self.layout.tag(&tag);
        self.styles.tag(&tag, self.findings);
        self.styles.scheme |= layout::names_scheme(&tag);
        self.seen.images.tag(&tag, self.findings);
        // The body is the document's second element at most.
        if tag.name == "style" && self.open.iter().take(2).any(|open| open.name == "body") {
            self.findings.add(Rule::StyleInBody, Field::Html, tag.at.clone(), "");
        }
        // The words of an image are those of the link around it.
        if let Some(alt) = tag.attribute("alt").filter(|_| tag.name == "img") {
            self.lead(alt);
        }
        let leading = self.seen.links.open(&tag, self.findings);
        if !element.can_have_content() {
            return false;
        }
        if leading.is_some() {
            self.leading.push(self.open.len());
        }
        self.open.push(Open { name: tag.name, ink, at: tag.at, leading });
        true
    }

    /// Words go to the link that they are in: the innermost.
    fn lead(&mut self, words: &str) {
        let innermost = self.leading.last().and_then(|depth| self.open.get_mut(*depth)?.leading.as_mut());
        if let Some(leading) = innermost {
            leading.say(words);
        }
    }

    fn text(&mut self, chunk: &TextChunk<'_>) {
        let text = chunk.as_str();
        match chunk.text_type() {
            TextType::Data => {}
            TextType::RawText if self.open.last().is_some_and(|open| open.name == "style") => {
                let start = chunk.source_location().bytes().start;
                self.sheet.get_or_insert_with(|| (start, String::new())).1.push_str(text);
                return;
            }
            _ => return,
        }
        let Some((ink, at)) = self.open.last().map(|open| (open.ink, open.at.clone())) else {
            self.seen.words.push_str(&decoded(text));
            return;
        };
        if ink.hidden || text.trim().is_empty() {
            self.seen.words.push(' ');
            return;
        }
        let text = decoded(text);
        self.seen.words.push_str(&text);
        self.seen.words.push(' ');
        self.lead(&text);
        self.inks.text(&ink, &text, &at, self.findings);
    }
}
