//! What runs, moves or is fetched: mailboxes remove it, filters refuse it.

use super::finding::{Field, Findings};
use super::rules::Rule;
use super::tag::Tag;

pub(super) fn check(tag: &Tag, findings: &mut Findings) {
    let mut tell = |rule, detail: &str| findings.add(rule, Field::Html, tag.at.clone(), detail);
    let is = |name: &str, value: &str| {
        tag.attribute(name).is_some_and(|given| given.to_ascii_lowercase().contains(value))
    };
    match tag.name.as_str() {
        "script" => tell(Rule::Script, ""),
        "iframe" | "frame" | "frameset" | "object" | "embed" | "applet" => tell(Rule::Embed, &tag.name),
        "form" | "input" | "textarea" | "select" | "button" => tell(Rule::Form, &tag.name),
        "video" | "audio" => tell(Rule::Media, &tag.name),
        "link" if is("rel", "stylesheet") => tell(Rule::StylesheetLink, ""),
        "meta" if is("http-equiv", "refresh") => tell(Rule::MetaRefresh, ""),
        _ => {}
    }
    let handler = tag.attributes.iter().find(|(name, _)| {
        name.len() > 2 && name.starts_with("on") && name.bytes().all(|b| b.is_ascii_alphabetic())
    });
    if let Some((name, _)) = handler {
        tell(Rule::EventHandler, name);
    }
}
