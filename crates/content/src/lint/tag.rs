//! A start tag as the rules look at it.

use std::ops::Range;

use lol_html::html_content::Element;

use super::css;
use crate::text::decoded;

pub(super) struct Tag {
    /// In lower case.
    pub name: String,
    /// Names in lower case, values with their references resolved.
    pub attributes: Vec<(String, String)>,
    /// The declarations of `style`, names in lower case.
    pub style: Vec<(String, String)>,
    /// Where it stands.
    pub at: Range<usize>,
}

impl Tag {
    pub(super) fn of(element: &Element<'_, '_>) -> Tag {
        let attributes = element.attributes().iter();
        let attributes: Vec<_> =
            attributes.map(|attribute| (attribute.name(), decoded(&attribute.value()))).collect();
        let style = attributes.iter().find(|(name, _)| name == "style");
        let style = style.map_or_else(Vec::new, |(_, style)| css::declarations(style));
        Tag { name: element.tag_name(), attributes, style, at: element.source_location().bytes() }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    /// The last declaration of a property.
    pub(super) fn style(&self, property: &str) -> Option<&str> {
        self.style.iter().rev().find(|(of, _)| of == property).map(|(_, value)| value.as_str())
    }

    pub(super) fn is(&self, names: &[&str]) -> bool {
        names.contains(&self.name.as_str())
    }
}

/// The pixels of `600`, `600px` or `12pt`.
pub(super) fn pixels(value: &str) -> Option<f32> {
    let value = value.trim().trim_end_matches("!important").trim_end().to_ascii_lowercase();
    let (number, factor) = match (value.strip_suffix("px"), value.strip_suffix("pt")) {
        (Some(number), _) => (number, 1.0),
        (None, Some(number)) => (number, 4.0 / 3.0),
        (None, None) => (value.as_str(), 1.0),
    };
    number.trim().parse::<f32>().ok().filter(|number| number.is_finite()).map(|number| number * factor)
}
