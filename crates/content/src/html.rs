//! From a body as it is written to HTML as it is mailed: MJML is laid out, styles are inlined.
//!
//! Guarantee: expressions pass through untouched (`mask`). Conditional comments, media queries and `:hover` rules stay.

use css_inline::CSSInliner;
use mrml::prelude::parser::{Error, ParserOptions};
use mrml::prelude::render::RenderOptions;

use crate::depth::{DEPTH_MAX, elements};
use crate::flatten::Flat;
use crate::mask::{BARE, Masked, bare_expression, mask};
use crate::problem::{Place, Problem};
use crate::source::BodyKind;

/// Elements of one body. Reason: each becomes a kilobyte when MJML is laid out; the longest digests have some hundred.
const MJML_ELEMENTS_MAX: usize = 2_500;
const HTML_ELEMENTS_MAX: usize = 20_000;
/// Pictures of carousels: each is told of all others in the styles.
const CAROUSEL_IMAGES_MAX: usize = 24;
/// Octets that may be written to lay out MJML, if each element takes all attributes that are set for all.
const ATTRIBUTES_WORK_MAX: usize = 16 * 1024 * 1024;
/// Octets of styles times elements. Reason: each rule is compared with each element, and each element may get all of them.
const STYLES_WORK_MAX: usize = 24 * 1024 * 1024;
/// Declarations of all styles. Reason: each of an element is compared with its others.
const DECLARATIONS_MAX: usize = 3_000;

/// Makes HTML of a flat body.
pub(crate) fn html_of(kind: BodyKind, flat: &Flat<'_>, field: &Place) -> Result<String, Vec<Problem>> {
    match kind {
        BodyKind::Html => inlined(&flat.text, |offset| flat.place(field, offset)),
        // Its lines are not those of the source any more.
        BodyKind::Mjml => inlined(&laid_out(flat, field)?, |_| field.clone()),
    }
}

fn laid_out(flat: &Flat<'_>, field: &Place) -> Result<String, Vec<Problem>> {
    let place = |offset| flat.place(field, offset);
    let (masked, elements) = masked(&flat.text, BodyKind::Mjml, place)?;
    let attributes = between(&masked.text, "<mj-attributes", "</mj-attributes");
    let pictures = masked.text.matches("<mj-carousel-image").count();
    let too_much = [
        (elements > MJML_ELEMENTS_MAX, "more elements than mail can hold"),
        (pictures > CAROUSEL_IMAGES_MAX, "more pictures in carousels than can be laid out"),
        (
            attributes.saturating_mul(elements) > ATTRIBUTES_WORK_MAX,
            "too many attributes for so many elements",
        ),
    ];
    if let Some((_, why)) = too_much.iter().find(|(is, _)| *is) {
        return Err(vec![Problem { place: field.clone(), reason: (*why).into() }]);
    }
    let unknown = unknown_elements(&masked.text);
    if !unknown.is_empty() {
        let problem = |(at, name)| Problem {
            place: place(masked.origin(at)),
            reason: format!("there is no element {name}"),
        };
        return Err(unknown.into_iter().map(problem).collect());
    }
    let root = mrml::parse_with_options(&masked.text, &ParserOptions::default()).map_err(|error| {
        let place = position(&error).map_or_else(|| field.clone(), |at| place(masked.origin(at)));
        vec![Problem { place, reason: told(&error) }]
    })?;
    let options = RenderOptions { fonts: std::collections::HashMap::new(), ..RenderOptions::default() };
    let html = root.element.render(&options).map_err(|error| {
        vec![Problem { place: field.clone(), reason: format!("the MJML cannot be laid out: {error}") }]
    })?;
    masked.unmask(&html, |offset| Problem { place: place(offset), reason: LOST.into() })
}

/// Elements of MJML that do not exist: the reader takes them for HTML.
fn unknown_elements(markup: &str) -> Vec<(usize, &str)> {
    const KNOWN: &str = " accordion accordion-element accordion-text accordion-title all attributes body breakpoint button \
        carousel carousel-image class column divider font group head hero image navbar navbar-link preview raw section \
        social social-element spacer style table text title wrapper ";
    let names = markup.match_indices("<mj-").map(|(at, _)| {
        let rest = &markup[at + 1..];
        (at, &rest[..rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len())])
    });
    names.filter(|(_, name)| !KNOWN.contains(&format!(" {} ", &name[3..]))).take(20).collect()
}

/// Problems of one body that are told.
const TOLD_MAX: usize = 50;

const LOST: &str =
    "this expression would get lost: move it into a text, or into the value of an attribute that is kept";

/// A text with its expressions hidden, and how many elements it has.
fn masked(
    text: &str,
    kind: BodyKind,
    place: impl Fn(usize) -> Place,
) -> Result<(Masked<'_>, usize), Vec<Problem>> {
    let mut problems = Vec::new();
    let masked = mask(text, |offset, why| {
        if problems.len() < TOLD_MAX {
            problems.push(Problem { place: place(offset), reason: why.into() });
        }
    });
    let elements = elements(&masked.text, kind).unwrap_or_else(|offset| {
        let reason = format!("elements are nested deeper than {DEPTH_MAX}, or could be");
        problems.push(Problem { place: place(masked.origin(offset)), reason });
        0
    });
    if problems.is_empty() { Ok((masked, elements)) } else { Err(problems) }
}

/// Octets that stand between two marks, all in all.
fn between(text: &str, from: &str, to: &str) -> usize {
    let behind = text.split(from).skip(1);
    behind.map(|rest| rest.find(to).unwrap_or(rest.len())).sum()
}

fn position(error: &Error) -> Option<usize> {
    match error {
        Error::UnexpectedElement { position, .. }
        | Error::UnexpectedToken { position, .. }
        | Error::MissingAttribute { position, .. }
        | Error::InvalidAttribute { position, .. }
        | Error::InvalidFormat { position, .. }
        | Error::IncludeLoaderError { position, .. } => Some(position.start),
        Error::EndOfStream { .. }
        | Error::SizeLimit { .. }
        | Error::ParserError { .. }
        | Error::NoRootNode => None,
    }
}

fn told(error: &Error) -> String {
    match error {
        Error::UnexpectedElement { .. } => "this element does not belong here".into(),
        Error::UnexpectedToken { .. } => "this does not belong here".into(),
        Error::MissingAttribute { name, .. } => format!("the attribute {name} is missing"),
        Error::InvalidAttribute { .. } => "this attribute cannot be read".into(),
        Error::InvalidFormat { .. } => "this value cannot be read".into(),
        Error::EndOfStream { .. } => "an element is not closed".into(),
        Error::SizeLimit { .. } => "the MJML is too long".into(),
        Error::ParserError { source, .. } => format!("the MJML cannot be read: {source}"),
        Error::NoRootNode => "MJML begins with <mjml>".into(),
        Error::IncludeLoaderError { .. } => "mj-include does not exist here: use {% include %}".into(),
    }
}

fn inlined(html: &str, place: impl Fn(usize) -> Place) -> Result<String, Vec<Problem>> {
    let lower = html.to_ascii_lowercase();
    // What has no styles stays as it is written, octet by octet.
    if !lower.contains("<style") {
        return bare_expression(html).map_or_else(
            || Ok(html.to_owned()),
            |offset| Err(vec![Problem { place: place(offset), reason: BARE.into() }]),
        );
    }
    let (masked, elements) = masked(html, BodyKind::Html, &place)?;
    let styles = between(&lower, "<style", "</style");
    let declarations = masked.text.matches(':').count().min(styles);
    if elements > HTML_ELEMENTS_MAX
        || declarations > DECLARATIONS_MAX
        || styles.saturating_mul(elements) > STYLES_WORK_MAX
    {
        let reason = "too many styles for so many elements: they cannot be inlined".into();
        return Err(vec![Problem { place: place(0), reason }]);
    }
    let inliner = CSSInliner::options()
        .load_remote_stylesheets(false)
        .keep_style_tags(true)
        .keep_link_tags(true)
        .remove_inlined_selectors(true)
        .build();
    let out = inliner.inline(&masked.text).map_err(|error| {
        vec![Problem { place: place(0), reason: format!("the styles cannot be inlined: {error}") }]
    })?;
    masked.unmask(&out, |offset| Problem { place: place(offset), reason: LOST.into() })
}
