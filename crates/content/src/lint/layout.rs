//! What a page is made of: language, tables, widths.

use std::ops::Range;

use super::finding::{Field, Findings};
use super::rules::Rule;
use super::tag::{Tag, pixels};

/// The widest that fits into a mailbox, in pixels.
const WIDTH_MAX_PX: f32 = 640.0;

/// What was seen of the page.
#[derive(Default)]
pub(super) struct Layout {
    lang: bool,
    /// Tables that are open or were, without a role; a cell of headings shows that one holds data.
    table: Option<Range<usize>>,
    data: bool,
}

impl Layout {
    pub(super) fn tag(&mut self, tag: &Tag) {
        let lang = ["lang", "xml:lang"].iter().find_map(|name| tag.attribute(name));
        self.lang |= lang.is_some_and(|lang| !lang.trim().is_empty());
        self.data |= tag.is(&["th", "caption"]);
        if tag.name == "table" && tag.attribute("role").is_none() {
            self.table.get_or_insert_with(|| tag.at.clone());
        }
    }

    pub(super) fn end(self, scheme: bool, findings: &mut Findings) {
        if !self.lang {
            findings.whole(Rule::LangMissing, Field::Html, "");
        }
        if !scheme {
            findings.whole(Rule::DarkScheme, Field::Html, "");
        }
        if let Some(at) = self.table.filter(|_| !self.data) {
            findings.add(Rule::TableRole, Field::Html, at, "");
        }
    }
}

pub(super) fn check(tag: &Tag, findings: &mut Findings) {
    if !tag.is(&["table", "td", "th", "div", "img", "body", "center"]) || tag.style("max-width").is_some() {
        return;
    }
    let declared = [tag.attribute("width"), tag.style("width"), tag.style("min-width")];
    let wide = declared.into_iter().flatten().filter_map(pixels).find(|width| *width > WIDTH_MAX_PX);
    if let Some(width) = wide {
        findings.add(Rule::WidthFixed, Field::Html, tag.at.clone(), &format!("{width:.0} px"));
    }
}

/// Whether a meta element says which schemes of colours a mail is made for.
pub(super) fn names_scheme(tag: &Tag) -> bool {
    let name = tag.attribute("name").unwrap_or_default().to_ascii_lowercase();
    tag.name == "meta" && matches!(name.as_str(), "color-scheme" | "supported-color-schemes")
}
