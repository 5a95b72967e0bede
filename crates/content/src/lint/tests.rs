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

/// For every rule what it finds, and what is near to it and fine.
fn cases() -> Vec<(&'static str, Given, Given)> {
    [running(), styles(), sizes(), images(), links(), whole(), subjects(), looks()]
        .into_iter()
        .flatten()
        .collect()
}

fn running() -> Vec<(&'static str, Given, Given)> {
    use Given::{Body, Head};
    vec![
        ("script", Body("<script>x()</script>"), Body("<!-- <script>x()</script> -->")),
        ("event-handler", Body("<p onClick='x()'>a</p>"), Body("<p on-sale='1' o='2'>a</p>")),
        (
            "script-link",
            Body("<a href=' java\nscript:x()'>a</a>"),
            Body("<a href='https://x.example/?javascript:x'>a</a>"),
        ),
        (
            "embed",
            Body("<iframe src='https://x.example'></iframe>"),
            Body("<!--[if mso]><object></object><![endif]-->"),
        ),
        (
            "meta-refresh",
            Head("<meta http-equiv=Refresh content='0;url=x'>"),
            Head("<meta http-equiv=Content-Type>"),
        ),
        ("form", Body("<form action='https://x.example'></form>"), Body("<p class='form'>a</p>")),
        ("media", Body("<video src='https://x.example/a.mp4'></video>"), Body("<p>video</p>")),
        (
            "stylesheet-link",
            Head("<link rel='stylesheet' href='https://x.example/a.css'>"),
            Head("<link rel='icon' href='https://x.example/a.ico'>"),
        ),
    ]
}

fn styles() -> Vec<(&'static str, Given, Given)> {
    use Given::{Body, Head};
    let long = |lines: usize| {
        Given::Page(page(&format!("<style>{}</style>", ".a { margin: 0 }\n".repeat(lines)), WORDS))
    };
    vec![
        (
            "css-breaks",
            Body("<div style='display: FLEX'>a</div>"),
            Body("<div style='display:block'>a</div>"),
        ),
        (
            "css-breaks",
            Head("<style>@import url(x)</style>"),
            Head("<style>@media print { a { margin: 0 } }</style>"),
        ),
        (
            "css-breaks",
            Body("<p style='margin: var(--a)'>a</p>"),
            Body("<p style='background:url(var(a))'>a</p>"),
        ),
        ("css-breaks", Body("<svg></svg>"), Body("<span></span>")),
        (
            "css-ignored",
            Head("<style>a { transform: rotate(1deg) }</style>"),
            Head("<style>a { transform: none }</style>"),
        ),
        (
            "css-ignored",
            Head("<style>a::before { margin: 0 }</style>"),
            Head("<style>a:hover { margin: 0 }</style>"),
        ),
        (
            "css-ignored",
            Head("<style>a { width: calc(1px + 1px) }</style>"),
            Head("<style>/* calc(1px) */</style>"),
        ),
        ("style-in-body", Body("<style>a { margin: 0 }</style>"), Head("<style>a { margin: 0 }</style>")),
        ("style-too-long", long(1_000), long(100)),
    ]
}

fn sizes() -> Vec<(&'static str, Given, Given)> {
    let long = |kilobytes: usize| Given::Page(page("", &WORDS.repeat(kilobytes * 1024 / WORDS.len())));
    let deep = |depth: usize| Given::Page(page("", &format!("{}{WORDS}", "<b>".repeat(depth))));
    vec![
        ("clipped", long(104), long(95)),
        ("nearly-clipped", long(95), long(80)),
        ("html-too-long", long(HTML_MAX_BYTES / 1024 + 1), long(80)),
        ("html-unreadable", deep(100_000), deep(500)),
        ("image-heavy", Given::Image(400 * 1024), Given::Image(200 * 1024)),
        ("images-heavy", Given::Image(2 * 1024 * 1024), Given::Image(400 * 1024)),
    ]
}

fn images() -> Vec<(&'static str, Given, Given)> {
    use Given::{Body, Only};
    const FINE: Given = Given::Body("<img src='https://x.example/a.png' width=9 alt='A'>");
    vec![
        (
            "alt-missing",
            Body("<img src='https://x.example/a.png' width=9>"),
            Body("<img src='https://x.example/a.png' width=1>"),
        ),
        (
            "alt-missing",
            Body("<img src='https://x.example/a.png' width=9>"),
            Body("<img alt='' src='cid:a' width=9>"),
        ),
        ("image-broken", Body("<img src='/a.png' width=9 alt='A'>"), FINE),
        ("image-broken", Body("<img width=9 alt='A'>"), FINE),
        ("image-insecure", Body("<img src='http://x.example/a.png' width=9 alt='A'>"), FINE),
        ("image-insecure", Body("<table role=none background='http://x.example/a.png'></table>"), FINE),
        ("image-data", Body("<img src='data:image/png;base64,AAAA' width=9 alt='A'>"), FINE),
        (
            "image-svg",
            Body("<img src='https://x.example/a.SVG?1' width=9 alt='A'>"),
            Body("<img src='https://x.example/svg' width=9 alt='A'>"),
        ),
        (
            "image-size-missing",
            Body("<img src='cid:a' alt='A'>"),
            Body("<img src='cid:a' alt='A' style='width:9px'>"),
        ),
        ("image-only", Only("<img src='cid:a' width=600 alt='A'><p>Sale</p>"), Only("<p>Sale</p>")),
        (
            "image-only",
            Only("<img src='cid:a' width=600 alt='A'><p>您的订单</p>"),
            Only(
                "<img src='cid:a' width=600 alt='A'><p>您的订单已经发货，预计星期一上午十点到十二点之间送达，请留意</p>",
            ),
        ),
        (
            "image-one-colour",
            Body("<img src='https://x.example/logo-black.png' width=9 alt='A'>"),
            Body("<img src='https://x.example/blackbird.png' width=9 alt='A'>"),
        ),
    ]
}

fn links() -> Vec<(&'static str, Given, Given)> {
    use Given::Body;
    vec![
        ("link-empty", Body("<a href=''>a</a>"), Body("<a name='x'>a</a>")),
        ("link-empty", Body("<a href='#'>a</a>"), Body("<a href='#top'>a</a>")),
        (
            "link-broken",
            Body("<a href='https:///a'>a</a>"),
            Body("<a href='https://x.example:8443/a b'>a</a>"),
        ),
        (
            "link-broken",
            Body("<a href='https://x y.example/'>a</a>"),
            Body("<a href='https://bücher.example/'>a</a>"),
        ),
        ("link-broken", Body("<a href='https:x.example/'>a</a>"), Body("<a href='mailto:a@x.example'>a</a>")),
        ("link-relative", Body("<a href='www.x.example/a'>a</a>"), Body("<a href='tel:+1'>a</a>")),
        ("link-relative", Body("<a href='//x.example/a'>a</a>"), Body("<a href='HTTPS://x.example/a'>a</a>")),
        ("link-scheme", Body("<a href='ftp://x.example/a'>a</a>"), Body("<a href='sms:1'>a</a>")),
        (
            "link-private",
            Body("<a href='http://localhost:3000/'>a</a>"),
            Body("<a href='https://localhost.example/'>a</a>"),
        ),
        (
            "link-private",
            Body("<a href='https://192.168.1.1/'>a</a>"),
            Body("<a href='https://x.example/192.168.1.1'>a</a>"),
        ),
        (
            "link-private",
            Body("<a href='https://[::1]/'>a</a>"),
            Body("<a href='https://x.example/?[::1]'>a</a>"),
        ),
        (
            "link-private",
            Body("<a href='https://crm.internal/'>a</a>"),
            Body("<a href='https://internal.example/'>a</a>"),
        ),
        (
            "link-insecure",
            Body("<a href='http://x.example/'>a</a>"),
            Body("<a href='https://x.example/?u=http://y.example'>a</a>"),
        ),
        (
            "link-by-address",
            Body("<a href='https://8.8.8.8/'>a</a>"),
            Body("<a href='https://8.example/'>a</a>"),
        ),
        (
            "link-deceptive",
            Body("<a href='https://evil.example/'><b>https://bank.example/login</b></a>"),
            Body("<a href='https://login.bank.example/'>www.bank.example</a>"),
        ),
        (
            "link-deceptive",
            Body("<a href='https://bank.example@evil.example/'>a</a>"),
            Body("<a href='https://x.example/@me'>a</a>"),
        ),
        (
            "link-deceptive",
            Body("<a href='https://evil.example/'>bank.com</a>"),
            Body("<a href='https://x.example/'>Node.js</a>"),
        ),
        (
            "link-deceptive",
            Body("<a href='https://abank.com/'>bank.com</a>"),
            Body("<a href='https://x.example/'>Go to bank.com now</a>"),
        ),
        (
            "link-shortener",
            Body("<a href='https://bit.ly/x'>a</a>"),
            Body("<a href='https://habit.lyon.example/x'>a</a>"),
        ),
        (
            "link-wordless",
            Body("<a href='https://x.example/'><img src='cid:a' width=9 alt=''></a>"),
            Body("<a href='https://x.example/'><img src='cid:a' width=9 alt='Home'></a>"),
        ),
    ]
}

fn whole() -> Vec<(&'static str, Given, Given)> {
    use Given::{Body, Marketing, Only, Preheader, Subject, Text};
    let long = "It arrives on Monday, and if nobody is at home, the driver leaves it with a neighbour, or takes it to the shop at the corner.";
    vec![
        ("template-left", Body("<p>Hello {{ name }}</p>"), Body("<p>Hello { { name } }</p>")),
        (
            "template-left",
            Body("<a href='https://x.example/%7B%7Bid%7D%7D'>a</a>"),
            Body("<a href='https://x.example/%7Bid%7D'>a</a>"),
        ),
        ("template-left", Subject("Hello *|FNAME|*"), Subject("Hello *|you|*")),
        ("template-left", Text(Some("{% if x %}")), Body("")),
        ("placeholder-text", Body("<p>Lorem ipsum dolor</p>"), Body("<p>Lorem</p>")),
        ("empty", Only(" <p>&nbsp;</p> "), Only("<p>a</p>")),
        ("text-missing", Text(None), Body("")),
        ("text-empty", Text(Some(" \n")), Body("")),
        (
            "text-different",
            Text(Some("Win a prize in our lottery today")),
            Text(Some("Your parcel arrives on Monday, between ten and twelve")),
        ),
        ("preheader-missing", Preheader(" "), Preheader("It arrives.")),
        ("preheader-long", Preheader(long), Preheader("It arrives.")),
        ("unsubscribe-missing", Marketing(""), Marketing("<a href='postrider:unsubscribe'>Leave</a>")),
        (
            "unsubscribe-missing",
            Marketing("<p>unsubscribed</p>"),
            Marketing("<a href='https://x.example/'>取消订阅</a>"),
        ),
        ("unsubscribe-unfilled", Body("<a href='postrider:unsubscribe'>Leave</a>"), Body("")),
    ]
}

fn subjects() -> Vec<(&'static str, Given, Given)> {
    use Given::{Preheader, Subject};
    vec![
        ("subject-missing", Subject("  "), Subject("Hi")),
        (
            "subject-long",
            Subject("Your parcel is on its way and should arrive on Monday around noon"),
            Subject("Your parcel is on its way and should arrive on Monday"),
        ),
        (
            "subject-long",
            Subject("您的订单已经发货预计星期一上午十点到十二点之间送达请您留意查收"),
            Subject("您的订单已经发货"),
        ),
        ("subject-capitals", Subject("BUY YOUR SHOES NOW"), Subject("NASA and ESA: BUY shoes")),
        ("subject-marks", Subject("Sale!!"), Subject("¡Hola! Sale!")),
        ("subject-marks", Subject("Earn $$ now"), Subject("Was $20, is $10")),
        ("subject-emoji", Subject("🎉🎉🎉🎉 Sale"), Subject("🎉 Sale")),
        ("subject-false-reply", Subject("Re: your order"), Subject("Regarding your order")),
        ("subject-false-reply", Subject("转发：订单"), Subject("订单")),
        ("subject-hidden", Subject("Pay\u{200b}pal"), Subject("A family 👨\u{200d}👩\u{200d}👧")),
        ("spam-words", Subject("You have WON a car"), Subject("Did you have wonders?")),
        ("spam-words", Preheader("Haz clic aquí"), Preheader("Haz tu pedido")),
        ("spam-words", Subject("恭喜您中奖了"), Subject("恭喜您")),
        ("urgency", Subject("ação urgente: sua conta"), Subject("Sua conta")),
    ]
}

fn looks() -> Vec<(&'static str, Given, Given)> {
    use Given::{Body, Page};
    vec![
        (
            "contrast-low",
            Body("<div style='background:#fff'><p style='color:#999'>a</p></div>"),
            Body(
                "<div style='background:#fff'><p style='color:#888;font-size:24px'>b</p><p style='color:#666'>a</p></div>",
            ),
        ),
        (
            "contrast-low",
            Body("<table role=none bgcolor=white><td><font color='#fefefe'>a</font></table>"),
            Body("<div style='background:#fff'><p style='color:#fff;display:none'>a</p></div>"),
        ),
        (
            "dark-colour-alone",
            Body("<p style='color:#333'>a</p>"),
            Body("<p style='color:#333;background:#fff url(x)'>a</p>"),
        ),
        (
            "dark-ground-alone",
            Body("<p style='background-color:#eee'>a</p>"),
            Body("<p style='background-color:#eee;color:#333'>a</p>"),
        ),
        (
            "color-scheme-missing",
            Page(format!("<html lang=en><body>{WORDS}</body></html>")),
            Page(format!(
                "<html lang=en><style>:root {{ color-scheme: light dark }}</style><body>{WORDS}</body></html>"
            )),
        ),
        (
            "lang-missing",
            Page(format!("<html><body>{WORDS}</body></html>")),
            Page(format!("<html lang=en><body>{WORDS}</body></html>")),
        ),
        (
            "table-role",
            Body("<table><tr><td>a</td></tr></table>"),
            Body("<table><tr><th>a</th></tr></table>"),
        ),
        (
            "font-tiny",
            Body("<p style='font-size:11px'>a</p>"),
            Body("<td style='font-size:0'><p style='font-size:.9em'>a</p></td>"),
        ),
        ("font-tiny", Body("<p style='font-size:8pt'>a</p>"), Body("<p style='font-size:10pt'>a</p>")),
        (
            "width-fixed",
            Body("<table role=none width=700></table>"),
            Body("<table role=none width='100%' style='max-width:700px;width:700px'></table>"),
        ),
        (
            "width-fixed",
            Body("<div style='min-width:800px'>a</div>"),
            Body("<div style='width:600px'>a</div>"),
        ),
    ]
}

#[test]
fn every_rule_finds_what_it_is_for_and_nothing_near_to_it() {
    let cases = cases();
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
    let page = include_str!("../../../../docs/lint.md");
    assert!(page.contains(&table), "docs/lint.md must hold this table:\n{table}");
}
