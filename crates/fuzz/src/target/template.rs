//! Templates that are published, rendered and made a text of.
//!
//! Properties: publishing gives a program or at least one problem; rendering ends within its limits; subject and preheader are one
//! line.

use content::{Failure, Library, Limits, Program, Source, publish};
use serde_json::{Map, json};

use super::{fields, text};
use crate::{Target, kind};

pub(super) const TARGET: Target = Target {
    name: "template",
    check,
    tokens: &[
        "{{ x }}",
        "{{ x|upper }}",
        "{{ list|join(', ') }}",
        "{{ n|money('EUR') }}",
        "{{ t.hi }}",
        "{{ theme.color.brand }}",
        "{% for a in list %}",
        "{% endfor %}",
        "{% if x %}",
        "{% else %}",
        "{% endif %}",
        "{% set a = 1 %}",
        "{% raw %}",
        "{% endraw %}",
        "{% include 'foot' %}",
        "{% extends 'page' %}",
        "{% block body %}",
        "{% endblock %}",
        "{#",
        "#}",
        "{{ range(10) }}",
        "{{ '",
        "loop.index",
        "<p class=\"a\">",
        "<style>.a { color: red }</style>",
        "<mjml><mj-body><mj-section><mj-column><mj-text>",
        "</mj-text></mj-column></mj-section></mj-body></mjml>",
        "<a href=\"{{ x }}\">",
        "</p>",
        "\u{1f}",
    ],
    input_max: 2_000,
    rounds: 600,
};

/// A value with what would begin an element, end an attribute, or begin a header.
const MARKUP: &str = "<i>&\"'\r\nX: y";

fn check(input: &[u8]) -> u64 {
    let [subject, preheader, plain, body] = fields(input).map(text);
    let name = if body.trim_start().starts_with("<mjml") { "mjml" } else { "html" };
    let mut source = json!({ "subject": subject, "preheader": preheader, "strings": { "hi": "hi" } });
    source[name] = json!(body);
    if !plain.is_empty() {
        source["text"] = json!(plain);
    }
    let source: Source = serde_json::from_value(source).expect("a source");
    let limits =
        Limits { steps_max: 5_000, output_bytes_max: 64 * 1024, work_max: 64 * 1024, ..Limits::default() };
    let compiled = match publish(&source, &Library::default(), &limits) {
        Ok(compiled) => compiled,
        Err(problems) => {
            assert!(!problems.is_empty());
            return kind(
                problems
                    .iter()
                    .map(|problem| problem.reason.chars().take(20).collect::<String>())
                    .collect::<Vec<_>>(),
            );
        }
    };
    let program = Program::load(&compiled, &limits).expect("what is published can be loaded");
    let data: Map<_, _> =
        json!({ "x": MARKUP, "n": 7, "list": ["a", "b"] }).as_object().cloned().expect("an object");
    match program.render("en", &data) {
        Ok(mail) => {
            for line in [&mail.subject, &mail.preheader].into_iter().flatten() {
                assert!(!line.contains(['\r', '\n']), "{line:?}");
            }
            let octets =
                mail.html.as_ref().map_or(0, String::len) + mail.text.as_ref().map_or(0, String::len);
            // The preheader's padding and what escaping adds come on top.
            assert!(octets <= 8 * 64 * 1024, "{octets}");
            kind((1, octets / 100, mail.html.is_some(), mail.text.is_some()))
        }
        Err(Failure::Data(_)) => kind(2),
        Err(Failure::Limit(limit)) => kind((3, limit.as_str())),
        Err(Failure::Template(_)) => kind(4),
    }
}
