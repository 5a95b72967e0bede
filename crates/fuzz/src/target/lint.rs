//! Mails that are looked at before they are sent.
//!
//! Properties: findings are bounded, ordered by severity, and point into their field; what a comment hides is not looked at;
//! the same mail gives the same findings.

use content::lint::{Field, Mail, OF_A_RULE_MAX, Rule, lint};

use super::{fields, text};
use crate::{Target, kind};

pub(super) const TARGET: Target = Target {
    name: "lint",
    check,
    tokens: &[
        "<html lang=en>",
        "<body style='color:#333;background:#eee'>",
        "<p style=\"font-size:9px;color:#777\">",
        "<a href='https://x.test'>https://y.test</a>",
        "<a href=\"postrider:unsubscribe\">",
        "<img src='data:image/png;base64,AA==' alt>",
        "<table width=700>",
        "<style>@media a{b:hover{c:var(d)}}",
        "</style>",
        "<!--[if mso]>",
        "<![endif]-->",
        "<script>",
        "<svg>",
        "</a>",
        "</p>",
        "display:none",
        "url(",
        "calc(",
        "/*",
        "*/",
        "{{",
        "}}",
        "*|X|*",
        "%7B%7B",
        "&#x26;",
        "Re: ",
        "!!!",
        "退订",
        "🎉",
        "\u{202e}",
        "\u{1f}",
    ],
    input_max: 4_000,
    rounds: 2_000,
};

fn check(input: &[u8]) -> u64 {
    let [subject, preheader, plain, html] = fields(input).map(text);
    let mail = Mail {
        subject: &subject,
        preheader: Some(&preheader),
        html: Some(&html),
        text: Some(&plain),
        marketing: Some(html.len() % 2 == 0),
        images: &[],
    };
    let report = lint(&mail);
    assert_eq!(report, lint(&mail));
    assert!(report.findings.len() <= Rule::ALL.len() * OF_A_RULE_MAX);
    assert!(report.findings.is_sorted_by_key(|finding| finding.severity));
    for finding in &report.findings {
        let of = match finding.field {
            Field::Subject => &subject,
            Field::Preheader => &preheader,
            Field::Html => &html,
            Field::Text => &plain,
        };
        let lines = 1 + of.matches('\n').count();
        assert!(finding.line <= lines && finding.line.min(1) == finding.column.min(1), "{finding:?}");
        assert!(!finding.snippet.contains(char::is_control), "{finding:?}");
    }
    // Nothing that stands in a comment is found in the elements of a mail.
    let hidden = format!(
        // A word first: a comment that begins with `>` is over at once.
        "<!-- x {}--><p>x</p>",
        html.replace('-', "").replace("{", "").replace("*|", "").replace('%', "")
    );
    let hidden = lint(&Mail { html: Some(&hidden), ..mail });
    let elements = ["script", "event-handler", "link-empty", "alt-missing", "css-breaks", "font-tiny"];
    assert!(!hidden.findings.iter().any(|finding| elements.contains(&finding.code)), "{hidden:?}");
    let codes: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
    kind(codes)
}
