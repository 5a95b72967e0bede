//! Each rule by its cases, what is endless, the gallery, and the page about lint.

mod cases;

use std::collections::BTreeSet;

use super::*;
use crate::gallery;
use crate::{Library, Limits, Program, publish, text_of};

/// What differs from a mail in which nothing is to be mended.
#[derive(Clone, Debug)]
enum Given {
    /// Stands in the body, before its words.
    Body(&'static str),
    /// Stands in the body, with no other words.
    Only(&'static str),
    Head(&'static str),
    Page(String),
    Subject(&'static str),
    Preheader(&'static str),
    Text(Option<&'static str>),
    /// In a marketing stream.
    Marketing(&'static str),
    /// With an image of this many octets.
    Image(u64),
}

const WORDS: &str =
    "<p>Your parcel is on its way. It should arrive on Monday, between ten and twelve o'clock.</p>";

fn page(head: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><title>Parcel</title><meta name=\"color-scheme\" content=\"light dark\">\
         {head}</head><body>{body}</body></html>"
    )
}

fn report(given: &Given) -> Report {
    let usual = page("", WORDS);
    let html = match given {
        Given::Body(body) | Given::Marketing(body) => page("", &format!("{body}{WORDS}")),
        Given::Only(body) => page("", body),
        Given::Head(head) => page(head, WORDS),
        Given::Page(html) => html.clone(),
        Given::Subject(_) | Given::Preheader(_) | Given::Text(_) => usual,
        Given::Image(_) => page("", &format!("<img src=\"cid:a\" alt=\"A parcel\" width=\"300\">{WORDS}")),
    };
    let made = text_of(&html);
    let text = if let Given::Text(text) = given { *text } else { Some(made.as_str()) };
    let images = match given {
        Given::Image(bytes) => vec![("cid:a", *bytes)],
        _ => vec![],
    };
    lint(&Mail {
        subject: if let Given::Subject(subject) = given { subject } else { "Your parcel is on its way" },
        preheader: Some(if let Given::Preheader(text) = given { text } else { "It arrives on Monday." }),
        html: Some(&html),
        text,
        marketing: Some(matches!(given, Given::Marketing(_))),
        images: &images,
    })
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_well_made_mail_gets_no_advice() {
    assert_eq!(codes(&report(&Given::Body(""))), Vec::<&str>::new());
}

#[test]
fn every_rule_finds_what_it_is_for_and_nothing_near_to_it() {
    let cases = cases::cases();
    let mut mistakes = Vec::new();
    for (code, wrong, fine) in &cases {
        let (bad, good) = (codes(&report(wrong)), codes(&report(fine)));
        if !bad.contains(code) {
            mistakes.push(format!("{code} is not found in {wrong:.300?}: {bad:?}"));
        }
        if good.contains(code) {
            mistakes.push(format!("{code} is found in {fine:.300?}"));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    let tried: BTreeSet<_> = cases.iter().map(|(code, _, _)| *code).collect();
    let all: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.facts().0).collect();
    assert_eq!(all.difference(&tried).collect::<Vec<_>>(), Vec::<&&str>::new(), "a rule without a case");
    assert_eq!(all.len(), Rule::ALL.len(), "two rules with one code");
}

#[test]
fn a_finding_says_where_it_is() {
    let html = page("", &format!("\n  é<a\nhref='#'>x</a>{WORDS}"));
    let report = lint(&Mail {
        subject: "s",
        preheader: Some("p"),
        html: Some(&html),
        text: Some(&text_of(&html)),
        ..Mail::default()
    });
    let found = &report.findings[0];
    assert_eq!((found.code, found.severity, found.field), ("link-empty", Severity::Error, Field::Html));
    assert_eq!((found.line, found.column, found.snippet.as_str()), (2, 4, "<a href='#'>"));
    let css = page("<style>\n\n a { position:absolute }</style>", WORDS);
    let report = lint(&Mail { subject: "s", html: Some(&css), ..Mail::default() });
    let found = report.findings.iter().find(|finding| finding.code == "css-breaks").expect("a finding");
    assert_eq!((found.line, found.column, found.snippet.as_str()), (3, 6, "position"));
    assert!(found.reason.starts_with("position: absolute (Gmail, Outlook"), "{}", found.reason);
}

#[test]
fn what_is_endless_takes_one_pass_and_is_told_in_short() {
    let long = "x".repeat(1_000_000);
    let hostile = [
        "<img>".repeat(30_000),
        "<b>".repeat(300_000),
        "</b>".repeat(100_000),
        "<b></i>".repeat(100_000),
        "<a href='".repeat(100_000),
        "<a href='#'>".repeat(80_000),
        "<p style='color:#777;background:#777'>x".repeat(30_000),
        format!("<a href='{long}'>{long}</a>"),
        format!("<p style='{}'>", "a:b;".repeat(50_000)),
        format!("<p style='{}'>", "a:(".repeat(100_000)),
        format!("<p {}>", "onx=1 ".repeat(100_000)),
        format!("<style>{}</style>", "{".repeat(100_000)),
        format!("<style>{}</style>", "a:hover::b".repeat(100_000)),
        format!("<style>{}</style>", "/*".repeat(100_000)),
        format!("<style>{}x{}</style>", " ".repeat(1_000_000), "/**/".repeat(250_000)),
        format!("<style>{}</style>", " /**/".repeat(400_000)),
        format!("<p style='width:{}'>", "calc(".repeat(50_000)),
        "{{".repeat(100_000),
        "{{}}".repeat(50_000),
        "*|".repeat(100_000),
        format!("*|{}", "A".repeat(1_000_000)),
        "<!--".repeat(300_000),
        "<![CDATA[".repeat(100_000),
        "&#".repeat(100_000),
        "\0<\u{fffd}".repeat(100_000),
    ];
    for html in &hostile {
        for mail in [
            Mail {
                subject: "s",
                html: Some(html),
                text: Some("x"),
                marketing: Some(true),
                ..Mail::default()
            },
            Mail { subject: html, preheader: Some(html), text: Some(html), ..Mail::default() },
        ] {
            let report = lint(&mail);
            assert!(report.findings.len() <= Rule::ALL.len() * OF_A_RULE_MAX);
            assert!(
                report
                    .findings
                    .iter()
                    .all(|finding| finding.snippet.len() < 200 && finding.reason.len() < 400)
            );
        }
    }
    let many = report(&Given::Page("<img>".repeat(1_000)));
    assert!(many.left_out > 1_000, "{}", many.left_out);
}

#[test]
fn every_entry_of_the_gallery_is_clean() {
    for entry in gallery::ENTRIES {
        let compiled =
            publish(&entry.source(), &Library::default(), &Limits::default()).expect("it publishes");
        let program = Program::load(&compiled, &Limits::default()).expect("it loads");
        for locale in entry.locales() {
            let mail = program.render(locale, &entry.sample(locale)).expect("it renders");
            let report = lint(&Mail {
                subject: mail.subject.as_deref().unwrap_or_default(),
                preheader: mail.preheader.as_deref(),
                html: mail.html.as_deref(),
                text: mail.text.as_deref(),
                marketing: Some(entry.about().stream == "marketing"),
                images: &[],
            });
            let bad: Vec<_> =
                report.findings.iter().filter(|finding| finding.severity < Severity::Hint).collect();
            assert!(bad.is_empty(), "{} in {locale}: {bad:#?}", entry.name);
        }
    }
}

#[test]
fn the_page_about_lint_lists_every_code() {
    let mut table = String::from("| code | severity | reason | fix |\n|---|---|---|---|\n");
    for rule in Rule::ALL {
        let (code, severity, reason, fix) = rule.facts();
        let severity = format!("{severity:?}").to_lowercase();
        // A bar in a cell would end it, and a tag would be markup.
        let cell = |text: &str| text.replace('|', "\\|").replace('<', "&lt;");
        table.push_str(&format!("| `{code}` | {severity} | {} | {} |\n", cell(reason), cell(fix)));
    }
    let page = include_str!("../../../../../docs/lint.md");
    assert!(page.contains(&table), "docs/lint.md must hold this table:\n{table}");
}
