//! From a body as it is written to HTML as it is mailed: MJML is laid out, styles are inlined.
//!
//! Guarantee: expressions pass through untouched (`mask`). Conditional comments, media queries and `:hover` rules stay.

use css_inline::CSSInliner;
use mrml::prelude::parser::{Error, ParserOptions};
use mrml::prelude::render::RenderOptions;

use crate::flatten::Flat;
use crate::mask::{Masked, mask};
use crate::problem::{Place, Problem};
use crate::source::BodyKind;

/// Elements within elements. Reason: the readers of MJML and HTML go down by calling themselves.
const DEPTH_MAX: usize = 200;

/// Makes HTML of a flat body.
pub(crate) fn html_of(kind: BodyKind, flat: &Flat<'_>, field: &Place) -> Result<String, Vec<Problem>> {
    let html = match kind {
        BodyKind::Html => flat.text.clone(),
        BodyKind::Mjml => laid_out(flat, field)?,
    };
    inlined(&html, |offset| match kind {
        BodyKind::Html => flat.place(field, offset),
        // Its lines are not those of the source any more.
        BodyKind::Mjml => field.clone(),
    })
}

fn laid_out(flat: &Flat<'_>, field: &Place) -> Result<String, Vec<Problem>> {
    let place = |offset| flat.place(field, offset);
    let masked = masked(&flat.text, place)?;
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

const LOST: &str =
    "this expression would get lost: move it into a text, or into the value of an attribute that is kept";

fn masked(text: &str, place: impl Fn(usize) -> Place) -> Result<Masked<'_>, Vec<Problem>> {
    let mut problems = Vec::new();
    let masked =
        mask(text, |offset, why| problems.push(Problem { place: place(offset), reason: why.into() }));
    if let Some(offset) = too_deep(&masked.text) {
        let reason = format!("elements are nested deeper than {DEPTH_MAX}");
        problems.push(Problem { place: place(masked.origin(offset)), reason });
    }
    if problems.is_empty() { Ok(masked) } else { Err(problems) }
}

/// Where more elements are open than may be; what is never closed counts, as a reader may nest it.
fn too_deep(markup: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, _) in markup.match_indices('<') {
        let rest = &markup[at + 1..];
        if rest.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_void(rest) {
            depth += 1;
        }
        if depth > DEPTH_MAX {
            return Some(at);
        }
    }
    None
}

fn is_void(rest: &str) -> bool {
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
    let void = ["br", "hr", "img", "meta", "link", "input", "wbr", "col", "area", "base", "source"];
    void.iter().any(|name| rest[..end].eq_ignore_ascii_case(name))
        || rest.find('>').is_some_and(|close| rest[..close].ends_with('/'))
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
    // What has no styles stays as it is written, octet by octet.
    if !html.to_ascii_lowercase().contains("<style") {
        return Ok(html.to_owned());
    }
    let masked = masked(html, &place)?;
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
