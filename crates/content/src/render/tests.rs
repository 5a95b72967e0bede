//! What templates do, and what hostile ones get.

use serde_json::{Value, json};

use crate::{Failure, Library, Limit, Limits, Part, PartKind, Program, Rendered, Source, publish};

fn source(value: &Value) -> Source {
    serde_json::from_value(value.clone()).expect("a source")
}

fn rendered(template: &Value, locale: &str, data: &Value) -> Result<Rendered, Failure> {
    let compiled = publish(&source(template), &library(), &Limits::default());
    let compiled = compiled.unwrap_or_else(|problems| panic!("{template}: {problems:#?}"));
    let program = Program::load(&compiled, &Limits::default()).expect("what was published loads");
    program.render(locale, data.as_object().expect("an object"))
}

fn library() -> Library {
    let part = |kind, name: &str, text: &str| Part { kind, name: name.into(), text: text.into() };
    Library {
        parts: vec![
            part(PartKind::Layout, "page", "<mjml><mj-body>{% block body %}{% endblock %}</mj-body></mjml>"),
            part(
                PartKind::Partial,
                "rows",
                "{% for row in rows %}<mj-text>{{ row.name }}</mj-text>{% endfor %}",
            ),
            part(PartKind::Theme, "dark", r##"{"color":{"brand":"#123456"},"own":{"size":"20px"}}"##),
        ],
    }
}

/// Renders a subject with the data that the tables use.
fn line(template: &str, data: &Value) -> Result<String, Failure> {
    let template = json!({ "subject": template, "text": "x" });
    rendered(&template, "", data).map(|rendered| rendered.subject.unwrap_or_default())
}

#[test]
fn mjml_is_laid_out_inlined_and_has_a_text() {
    let template = json!({
        "subject": "For {{ name }}",
        "preheader": "{{ rows|length }} rows\nfor you",
        "mjml": "{% extends 'page' %}{% block body %}<mj-section><mj-column>{% include 'rows' %}\
                 <mj-button href=\"{{ url }}?a=1&amp;b={{ name|urlencode }}\" background-color=\"{{ theme.color.brand }}\">Go</mj-button>\
                 {% if theme.own.size %}<mj-text><p class=\"big\">{{ name }}</p></mj-text>{% endif %}\
                 </mj-column></mj-section><mj-raw><style>.big { font-size: {{ theme.own.size }} } a:hover { color: red }</style></mj-raw>{% endblock %}",
        "theme": "dark",
    });
    let data = json!({ "name": "<Ann & Co>", "url": "https://a.example/", "rows": [{ "name": "One" }, { "name": "Two" }] });
    let mail = rendered(&template, "", &data).expect("it renders");
    let html = mail.html.expect("html");
    assert_eq!(mail.subject.as_deref(), Some("For <Ann & Co>"));
    assert_eq!(mail.preheader.as_deref(), Some("2 rows for you"));
    for part in [
        "One",
        "Two",
        "https://a.example/?a=1&amp;b=%3CAnn%20%26%20Co%3E",
        "#123456",
        "&lt;Ann &amp; Co&gt;",
        "a:hover",
        "font-size: 20px",
        "<!--[if mso",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    assert!(html.contains("2 rows for you&#847;") && !html.contains("{{"), "{html}");
    assert_eq!(
        mail.text.as_deref(),
        Some("One\nTwo\n\nGo <https://a.example/?a=1&b=%3CAnn%20%26%20Co%3E>\n\n<Ann & Co>\n")
    );
}

#[test]
fn html_without_styles_is_kept_octet_by_octet() {
    let html = "<P>{{ a }}<br>\n<td bgcolor=red>&nbsp;<!-- x --></P>";
    let mail =
        rendered(&json!({ "subject": "s", "html": html }), "", &json!({ "a": 1 })).expect("it renders");
    assert_eq!(mail.html, Some(html.replace("{{ a }}", "1")));
    let styled = "<html><head><style>p { color: red } @media (max-width:600px) { p { color: blue } }</style></head>\
                  <body><p>{{ a }}</p><table>{% for x in y %}<tr><td>{{ x }}</td></tr>{% endfor %}</table></body></html>";
    let mail = rendered(&json!({ "subject": "s", "html": styled }), "", &json!({ "a": 1, "y": [2, 3] }))
        .expect("it renders");
    let html = mail.html.expect("html");
    assert!(html.contains("<p style=\"color: red") && html.contains("@media"), "{html}");
    assert!(html.contains("<tr><td>2</td></tr><tr><td>3</td></tr>"), "{html}");
}

#[test]
fn a_locale_has_what_is_its_own_and_the_rest_of_its_chain() {
    let template = json!({
        "locale": "en", "subject": "Hello {{ n|number }}", "html": "<p>{{ t.hi }} {{ locale }}</p>", "strings": { "hi": "Hi" },
        "locales": {
            "pt": { "subject": "Olá {{ n|number }}", "strings": { "hi": "Oi" } },
            "pt-BR": { "preheader": "já" },
            "de": { "html": "<p>Tag</p>", "text": "Tag!" },
        },
    });
    let cases = [
        ("", "Hello 1,234.5", "<p>Hi en</p>", "Hi en\n"),
        ("en-GB", "Hello 1,234.5", "<p>Hi en-GB</p>", "Hi en-GB\n"),
        ("pt-PT", "Olá 1\u{a0}234,5", "<p>Oi pt-PT</p>", "Oi pt-PT\n"),
        ("pt-BR", "Olá 1.234,5", "<p>Oi pt-BR</p>", "Oi pt-BR\n"),
        ("de-AT", "Hello 1.234,5", "<p>Tag</p>", "Tag!"),
        ("xx", "Hello 1,234.5", "<p>Hi xx</p>", "Hi xx\n"),
    ];
    for (locale, subject, html, text) in cases {
        let mail = rendered(&template, locale, &json!({ "n": 1234.5 })).expect("it renders");
        assert_eq!((mail.subject.as_deref(), mail.text.as_deref()), (Some(subject), Some(text)), "{locale}");
        assert!(mail.html.expect("html").ends_with(html), "{locale}");
    }
}

#[test]
fn filters_write_what_mail_needs() {
    let data = json!({
        "n": 3, "price": 1999, "when": "2026-12-01T15:04:00Z", "list": ["b", "a"], "name": "ann",
        "items": [{ "p": 1, "ok": true }, { "p": 2, "ok": false }], "none": null,
    });
    let cases = [
        ("{{ price|money('EUR', minor=true) }} {{ n|money('usd') }}", "€19.99 $3.00"),
        ("{{ n }} {{ n|plural(one='file', other='files') }}", "3 files"),
        (
            "{{ when|date }} {{ when|time }} {{ when|datetime('short', offset='+09:00') }}",
            "December 1, 2026 3:04 PM 12/2/2026 12:04 AM",
        ),
        (
            "{{ list|sort|join(', ') }} {{ items|join('+', attribute='p') }} {{ items|selectattr('ok')|length }}",
            "a, b 1+2 1",
        ),
        (
            "{{ name|title }} {{ name|upper|replace('N', 'M') }} {{ missing|default('none') }}[{{ none }}]",
            "Ann AMM none[]",
        ),
        (
            "{% set x = concat(name, '/', n) %}{{ x }} {{ name ~ '!' }} {{ 'a b&ü'|urlencode }}",
            "ann/3 ann! a%20b%26%C3%BC",
        ),
        (
            "{% for row in items|batch(1) %}{{ row|length }}{% endfor %} {{ items|sum(attribute='p') + 1 }}",
            "11 4",
        ),
        (
            "{% if missing is defined %}x{% else %}-{% endif %} {{ 'yes' if n > 2 }} {{ 0.256|percent(1) }}",
            "- yes 25.6%",
        ),
        (
            "{{ items|selectattr('p', 'ge', 2)|length }} {{ 4 is divisibleby(2) }} {{ 4 is divisibleby(0) }}",
            "1 True False",
        ),
        ("{% for x in range(3) %}{{ loop.index }}{{ ',' if not loop.last }}{% endfor %}", "1,2,3"),
        ("a\r\nBcc: x@y.example\0\u{2028}b \t c\u{7}", "a Bcc: x@y.example b c"),
        ("{{ '<b>' }} {{ '<b>'|e }}", "<b> &lt;b&gt;"),
    ];
    for (template, expected) in cases {
        assert_eq!(line(template, &data), Ok(expected.to_owned()), "{template}");
    }
}

#[test]
fn a_missing_field_has_a_pointer() {
    let data = json!({ "user": { "name": "x" }, "items": [{ "a": 1 }, {}] });
    let cases = [
        ("{{ nobody }}", "/nobody"),
        ("{{ user.mail }}", "/user/mail"),
        ("{{ user['mail'] }}", "/user/mail"),
        ("{{ user.mail.host }}", "/user/mail"),
        ("{{ nobody|upper }}", "/nobody"),
        ("{% for x in nothing %}{% endfor %}", "/nothing"),
        ("{% for item in items %}{{ item.a }}{% endfor %}", "/items"),
        ("{% if nobody %}{% endif %}", "/nobody"),
        ("{{ user.mail|money('EUR') }}", "/user/mail"),
    ];
    for (template, pointer) in cases {
        let Err(Failure::Data(wrong)) = line(template, &data) else {
            panic!("{template}: {:?}", line(template, &data))
        };
        assert_eq!((wrong[0].pointer.as_str(), wrong[0].missing), (pointer, true), "{template}");
    }
}

#[test]
fn a_hostile_template_gets_a_name_for_what_it_wanted() {
    let long = json!({ "x": "y".repeat(150_000), "list": (0..5_000).collect::<Vec<_>>(), "n": 9 });
    let loops = "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor %}{% endfor %}";
    let nested = format!("{}x{}", "{% if true %}".repeat(100), "{% endif %}".repeat(100));
    let cases: &[(&str, Result<Limit, &str>)] = &[
        (loops, Ok(Limit::Steps)),
        ("{% for a in range(10 * 1000 * 1000) %}{% endfor %}", Err("range gives 1000 numbers at most")),
        (
            "{{ range(-9223372036854775807, 9223372036854775807)|length }}",
            Err("range gives 1000 numbers at most"),
        ),
        ("{% for a in range(1000) %}{{ x }}{% endfor %}", Ok(Limit::Output)),
        ("{% for a in range(1000) %}{% set b = x|upper %}{% endfor %}", Ok(Limit::Work)),
        ("{% for a in range(1000) %}{% set b = list|sort %}{% endfor %}", Ok(Limit::Work)),
        ("{% set a = x|replace('y', x) %}", Ok(Limit::Work)),
        ("{{ list|join(x) }}", Ok(Limit::Work)),
        ("{{ list|select('in', list)|length }}", Ok(Limit::Work)),
        ("{{ list|map('default', x)|list|length }}", Ok(Limit::Work)),
        ("{{ list|groupby(x)|length }}", Ok(Limit::Work)),
        ("{{ x|number }}", Err("this is not a number")),
        ("{{ x|date }}", Err("a time looks like")),
        ("{% set a = concat(x, x, x, x, x, x, x, x) %}{% set b = concat(a, a, a, a) %}", Ok(Limit::Work)),
        ("{{ list }}", Err("a sequence is not a text: choose a field of it, or use join")),
        ("{{ list|map('nothing')|list|length }}", Err("unknown filter")),
        ("{{ x.__class__ }}", Err("")),
        ("{{ x['__init__'] }}", Err("")),
        (&nested, Err("x")),
    ];
    for (template, expected) in cases {
        let got = line(template, &long);
        match expected {
            Ok(limit) => assert_eq!(got, Err(Failure::Limit(*limit)), "{template}"),
            Err("x") => assert_eq!(got.as_deref(), Ok("x")),
            Err(words) => {
                let told = got.expect_err("refused").to_string();
                assert!(told.contains(words), "{template}: {told}");
            }
        }
    }
    let data = json!({ "x": "y".repeat(300_000) });
    assert_eq!(line("{{ x }}", &data), Err(Failure::Limit(Limit::Data)));
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(line("{{ n|length }}", &json!({ "n": deep })).as_deref(), Ok("1"));
}

#[test]
fn what_a_value_holds_stays_a_value() {
    let data = json!({ "x": "{{ secret }}{% for a in b %}<script>\r\nBcc: a@b.example", "theme": { "color": 1 }, "locale": "de" });
    let template = json!({ "subject": "{{ x }}", "preheader": "{{ x }}", "html": "<a title=\"{{ x }}\">{{ theme.color.brand }}</a>" });
    let mail = rendered(&template, "", &data).expect("it renders");
    assert_eq!(mail.subject.as_deref(), Some("{{ secret }}{% for a in b %}<script> Bcc: a@b.example"));
    let html = mail.html.expect("html");
    assert!(
        html.contains("title=\"{{ secret }}{% for a in b %}&lt;script&gt;") && html.contains("#1d4ed8"),
        "{html}"
    );
}

#[test]
fn every_problem_of_a_source_is_told_at_once() {
    let template = json!({
        "locale": "en_US", "theme": "none", "schema": { "type": "nothing" },
        "subject": "{{ x", "preheader": "{{ 2 ** 3 }}",
        "mjml": "<mjml>\n<mj-body>\n<mj-section {{ x }}></mj-section></mj-body></mjml>",
        "locales": {
            "es": { "mjml": "<mjml><mj-body><mj-section>\n<mj-nonsense /></mj-section></mj-body></mjml>" },
            "fr": { "html": "<p>{{ t.none }}\n{% include 'none' %}" },
            "it": { "text": "\n{{ x.pop() }}" },
        },
    });
    let problems = publish(&source(&template), &library(), &Limits::default()).expect_err("nothing is right");
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    for expected in [
        "locales (en_US): a locale looks like pt-BR",
        "theme: there is no theme named none",
        "subject, line 1: this bracket is not closed",
        "preheader, line 1: ** does not exist here",
        "mjml, line 3: an expression in a tag must stand within an attribute's value, in quotes",
        "mjml (es), line 2: there is no element mj-nonsense",
        "html (fr), line 1: this locale has no string none",
        "html (fr), line 2: there is no partial named none",
        "text (it), line 2: only range() and concat() can be called",
    ] {
        assert!(told.iter().any(|one| one == expected), "{expected} is not in {told:#?}");
    }
    let empty = publish(&Source::default(), &library(), &Limits::default()).expect_err("it is empty");
    assert_eq!(empty.len(), 2, "{empty:?}");
    let deep = format!("<mjml><mj-body><mj-raw>{}</mj-raw></mj-body></mjml>", "<div>".repeat(100_000));
    let deep = publish(&source(&json!({ "subject": "s", "mjml": deep })), &library(), &Limits::default());
    assert!(deep.expect_err("too deep")[0].reason.contains("nested deeper"), "a reader must not fall over");
}

#[test]
fn what_would_take_long_or_much_to_publish_is_refused() {
    let mjml = |head: &str, body: &str| {
        let body = format!(
            "<mjml><mj-head>{head}</mj-head><mj-body><mj-section><mj-column>{body}</mj-column></mj-section></mj-body></mjml>"
        );
        json!({ "subject": "s", "mjml": body })
    };
    let all = format!("<mj-attributes><mj-all font-family='{}'/></mj-attributes>", "a".repeat(100_000));
    let rules: String = (0..2_000).map(|n| format!("p{{a{n}:{n}}}")).collect();
    let cases = [
        (mjml("", &"<mj-text />".repeat(30_000)), "more elements than mail can hold"),
        (mjml(&all, &"<mj-text/>".repeat(1_000)), "too many attributes for so many elements"),
        (
            mjml("", &"<mj-carousel-image src='a'/>".repeat(300)),
            "more pictures in carousels than can be laid out",
        ),
        (mjml("", &format!("<mj-raw>{}</mj-raw>", "<div><!--</-->".repeat(30_000))), "nested deeper"),
        (
            json!({ "subject": "s", "html": format!("<style>{rules}</style>{}", "<p></p>".repeat(10_000)) }),
            "too many styles",
        ),
        (
            json!({ "subject": "s", "html": format!("<style>p{{}}</style>{}", "<div/>".repeat(60_000)) }),
            "nested deeper",
        ),
        (
            json!({ "subject": "s", "html": "{{theme.a}}".repeat(20_000), "theme": { "a": "x".repeat(400_000) } }),
            "template_bytes_max",
        ),
        (json!({ "subject": "{{a**b}}".repeat(60_000), "text": "x" }), "** does not exist here"),
        (json!({ "subject": "s", "html": "<a href={{ url }}>x</a>" }), "in quotes"),
    ];
    for (template, why) in cases {
        let problems =
            publish(&source(&template), &library(), &Limits::default()).expect_err("it is refused");
        assert!(problems.iter().any(|one| one.reason.contains(why)), "{why}: {:?}", problems.first());
    }
    let locales: serde_json::Map<_, _> =
        (0..40).map(|n| (format!("x-{n}"), json!({ "strings": { "a": "b" } }))).collect();
    let many = json!({ "subject": "s", "html": format!("{{{{ t.a }}}}{}", "x".repeat(400_000)), "strings": { "a": "" }, "locales": locales });
    let problems =
        publish(&source(&many), &library(), &Limits::default()).expect_err("together they are too long");
    assert!(problems.iter().any(|one| one.reason.contains("all locales together")), "{:?}", problems.first());
}
