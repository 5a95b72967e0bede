//! A part by itself as a mail: what it leaves open is filled in, so that there is something to see.
//!
//! Guarantees
//! 1. What is wrong with the part stays wrong: only what a template would give is made up.
//! 2. The work ends: what data lacks is made up [`ROUNDS`] times at most.

use ::console::words::Words;
use content::names::{Block, names};
use content::{Failure, Library, Part, PartKind, Problem, Rendered, Source, ThemeChoice, Variant, gallery};
use serde_json::{Map, Value};

use super::super::super::api::preview::{loaded, rendered};
use super::super::super::api::version::judged_with;
use super::super::super::parts::library;
use super::super::look::Unmade;
use crate::app::App;
use crate::http::error::ApiError;

/// How often what the data lacks is made up. Reason: what stands in a condition or a loop is asked for when its data is there.
const ROUNDS: usize = 4;
/// The ready template in which a theme is shown.
const SHOWN_IN: &str = "welcome";

/// The mail that shows a part as it is typed, beside the workspace's others as they are stored.
///
/// # Errors
/// The database does not answer; the work broke.
pub(super) async fn mail(
    (app, workspace): (&App, i64),
    words: Words,
    part: &Part,
) -> Result<Result<Rendered, Unmade>, ApiError> {
    let mut library = library(&app.store, workspace).await?;
    replace(&mut library, part);
    let (source, mut data) = source(words, part);
    let locale = words.locale.tag();
    let compiled = match judged_with(app, workspace, &source, library).await? {
        Ok(compiled) => compiled,
        Err(problems) => return Ok(Err(Unmade::Source(problems))),
    };
    let program = loaded((app, workspace), compiled).await?;
    let mut made = rendered((app, workspace), &program, locale, data.clone()).await?;
    for _ in 0..ROUNDS {
        let Err(Failure::Data(wrong)) = &made else { break };
        for one in wrong.iter().filter(|one| one.missing) {
            make_up(&mut data, &one.pointer);
        }
        made = rendered((app, workspace), &program, locale, data.clone()).await?;
    }
    Ok(made.map_err(Unmade::Data))
}

/// Whether a problem is one of the part itself, and on which line of it.
pub(super) fn own_line(part: &Part, problem: &Problem) -> Option<usize> {
    (problem.place.part == format!("{} {}", part.kind.as_str(), part.name)).then_some(problem.place.line)
}

fn replace(library: &mut Library, part: &Part) {
    library.parts.retain(|other| (other.kind, &other.name) != (part.kind, &part.name));
    library.parts.push(part.clone());
}

/// The template that shows a part, and its data.
fn source(words: Words, part: &Part) -> (Source, Map<String, Value>) {
    if part.kind == PartKind::Theme {
        let entry = gallery::find(SHOWN_IN).unwrap_or(&gallery::ENTRIES[0]);
        let theme = ThemeChoice::Named(part.name.clone());
        return (Source { theme, ..entry.source() }, entry.sample(words.locale.tag()));
    }
    let is_mjml = part.text.contains("<mj");
    let text = words.t("part-sample-text");
    let body = match part.kind {
        PartKind::Layout => layout(part, &text, is_mjml),
        PartKind::Partial | PartKind::Theme => partial(part, &text, is_mjml),
    };
    let (html, mjml) = if is_mjml { (None, Some(body)) } else { (Some(body), None) };
    let named = names(&part.text).strings.into_iter();
    let strings = named.map(|name| (name.clone(), name)).collect();
    let subject = Some(part.name.clone());
    let main = Variant { subject, html, mjml, strings, ..Variant::default() };
    (Source { locale: words.locale.tag().to_owned(), main, ..Source::default() }, Map::new())
}

/// A template that extends a layout, and fills what the layout leaves empty.
fn layout(part: &Part, text: &str, is_mjml: bool) -> String {
    let mut body = format!("{{% extends \"{}\" %}}", part.name);
    for Block { name, offset, .. } in names(&part.text).blocks.into_iter().filter(|block| block.empty) {
        let before = part.text.get(..offset).unwrap_or_default();
        let inside = |tag: &str| {
            let (open, close) = (format!("<{tag}"), format!("</{tag}"));
            before.matches(&open).count() > before.matches(&close).count()
        };
        let fill = if !is_mjml {
            if inside("title") { text.to_owned() } else { format!("<p>{text}</p>") }
        } else if ["mj-text", "mj-title", "mj-preview", "mj-button"].into_iter().any(inside) {
            text.to_owned()
        } else if inside("mj-head") {
            String::new()
        } else if inside("mj-column") {
            format!("<mj-text>{text}</mj-text>")
        } else {
            section(&format!("<mj-text>{text}</mj-text>"))
        };
        body.push_str(&format!("{{% block {name} %}}{fill}{{% endblock %}}"));
    }
    body
}

fn section(inner: &str) -> String {
    format!("<mj-section background-color=\"#ffffff\"><mj-column>{inner}</mj-column></mj-section>")
}

/// A template that includes a partial where its elements may stand.
fn partial(part: &Part, text: &str, is_mjml: bool) -> String {
    let include = format!("{{% include \"{}\" %}}", part.name);
    let has = |tags: &[&str]| tags.iter().any(|tag| part.text.contains(tag));
    if !is_mjml || has(&["<mjml"]) {
        return include;
    }
    if !has(&["<mj-text", "<mj-image", "<mj-button", "<mj-column", "<mj-section"])
        && has(&["<mj-attributes", "<mj-style", "<mj-font", "<mj-title", "<mj-preview", "<mj-breakpoint"])
    {
        let body = section(&format!("<mj-text>{text}</mj-text>"));
        return format!("<mjml><mj-head>{include}</mj-head><mj-body>{body}</mj-body></mjml>");
    }
    let body = if has(&["<mj-section", "<mj-wrapper", "<mj-hero"]) {
        include
    } else if has(&["<mj-column", "<mj-group"]) {
        format!("<mj-section>{include}</mj-section>")
    } else {
        section(&include)
    };
    format!("<mjml><mj-body>{body}</mj-body></mjml>")
}

/// Puts a value where data lacks one: its own name.
fn make_up(data: &mut Map<String, Value>, pointer: &str) {
    let mut names = pointer.split('/').skip(1).peekable();
    let mut map = data;
    while let Some(name) = names.next() {
        if names.peek().is_none() {
            map.entry(name).or_insert_with(|| name.into());
            return;
        }
        let inner = map.entry(name).or_insert_with(|| Map::new().into());
        if !inner.is_object() {
            *inner = Map::new().into();
        }
        let Some(object) = inner.as_object_mut() else { return };
        map = object;
    }
}

#[cfg(test)]
mod tests {
    use ::console::words::Locale;
    use content::{Limits, publish};

    use super::*;

    fn shown(kind: PartKind, text: &str) -> Result<(), Vec<Problem>> {
        let part = Part { kind, name: "own".into(), text: text.into() };
        let (source, _) = source(Words::of(Locale::En), &part);
        let mut library = Library::default();
        replace(&mut library, &part);
        publish(&source, &library, &Limits::default()).map(drop)
    }

    #[test]
    fn whatever_part_it_is_there_is_a_mail_that_shows_it() {
        let starters = [
            (PartKind::Layout, include_str!("layout.mjml")),
            (
                PartKind::Layout,
                "<html><title>{% block title %}{% endblock %}</title>{% block a %}{% endblock %}</html>",
            ),
            (
                PartKind::Layout,
                "<mjml><mj-body><mj-section><mj-column>{% block a %} {% endblock %}</mj-column></mj-section></mj-body></mjml>",
            ),
            (PartKind::Partial, include_str!("partial.mjml")),
            (PartKind::Partial, "<mj-text>{{ t.hello }}</mj-text>"),
            (PartKind::Partial, "<mj-column><mj-text>x</mj-text></mj-column>"),
            (PartKind::Partial, "<mj-attributes><mj-all color=\"#111111\" /></mj-attributes>"),
            (PartKind::Partial, "<p>{{ name }}</p>"),
            (PartKind::Theme, "{\"color\":{\"brand\":\"#aa0000\"}}"),
        ];
        for (kind, text) in starters {
            assert_eq!(shown(kind, text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_part_stays_wrong_and_has_its_line() {
        let wrong =
            shown(PartKind::Layout, "<p>\n{% include 'gone' %}</p>").expect_err("it names what is not there");
        let part = Part { kind: PartKind::Layout, name: "own".into(), text: String::new() };
        assert_eq!(own_line(&part, &wrong[0]), Some(2));
    }

    #[test]
    fn what_data_lacks_gets_its_own_name() {
        let mut data = Map::new();
        for pointer in ["/name", "/order/number", "/order/total", "/name/first"] {
            make_up(&mut data, pointer);
        }
        let wanted = serde_json::json!({
            "name": { "first": "first" }, "order": { "number": "number", "total": "total" },
        });
        assert_eq!(Value::Object(data), wanted);
    }
}
