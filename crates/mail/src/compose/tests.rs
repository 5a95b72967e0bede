//! Drafts and the messages they become; random drafts and octets that are read back.

use proptest::prelude::*;

use super::*;
use crate::Address;
use crate::header::parse_mailboxes;

fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

fn draft<'a>(from: &'a Mailbox, to: &'a [Mailbox]) -> Draft<'a> {
    Draft {
        from,
        reply_to: &[],
        to,
        cc: &[],
        subject: "Hello",
        date: At(1_795_284_789_000_000),
        message_id: "m1@example.org",
        text: Some("Hi.\n"),
        html: None,
        attachments: &[],
        headers: &[],
        seed: 7,
    }
}

fn text(draft: &Draft<'_>) -> String {
    String::from_utf8(compose(draft).unwrap()).unwrap()
}

#[test]
fn a_plain_message_is_as_short_as_it_can_be() {
    let (from, to) = (mailbox("Jörg <j@example.org>"), [mailbox("ann@example.net")]);
    let expected = "From: =?UTF-8?B?SsO2cmc=?= <j@example.org>\r\n\
        To: ann@example.net\r\n\
        Subject: Hello\r\n\
        Date: Sat, 21 Nov 2026 18:13:09 +0000\r\n\
        Message-ID: <m1@example.org>\r\n\
        X-Foo: bar\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: 7bit\r\n\
        \r\n\
        Hi.\r\n";
    assert_eq!(text(&Draft { headers: &[("X-Foo", "bar")], ..draft(&from, &to) }), expected);
}

/// The media types in the order of the message.
fn outline(message: &str) -> Vec<String> {
    let types = message.lines().filter_map(|line| line.strip_prefix("Content-Type: "));
    types.map(|kind| kind.split(';').next().unwrap().to_owned()).collect()
}

#[test]
fn layers_come_with_what_needs_them() {
    let (from, to) = (mailbox("j@example.org"), [mailbox("ann@example.net")]);
    let pdf = Attachment { filename: Some("a.pdf"), content: b"pdf", ..Attachment::default() };
    let logo = Attachment {
        filename: Some("l.png"),
        content_id: Some("<logo>"),
        content: b"png",
        ..Attachment::default()
    };
    let (text_kind, html_kind) = ("text/plain", "text/html");
    let (mixed, alternative, related) = ("multipart/mixed", "multipart/alternative", "multipart/related");
    let (png, document) = ("image/png", "application/pdf");
    type Case<'a> = (Option<&'a str>, Option<&'a str>, &'a [Attachment<'a>], &'a [&'a str]);
    let cases: &[Case<'_>] = &[
        (None, None, &[], &[text_kind]),
        (None, Some("h"), &[], &[html_kind]),
        (Some("t"), Some("h"), &[], &[alternative, text_kind, html_kind]),
        (Some("t"), None, &[pdf], &[mixed, text_kind, document]),
        (Some("t"), None, &[logo], &[mixed, text_kind, png]),
        (None, Some("h"), &[logo], &[related, html_kind, png]),
        (
            Some("t"),
            Some("h"),
            &[pdf, logo],
            &[mixed, alternative, text_kind, related, html_kind, png, document],
        ),
    ];
    for (plain, html, attachments, expected) in cases {
        let message = text(&Draft { text: *plain, html: *html, attachments, ..draft(&from, &to) });
        assert_eq!(outline(&message), *expected);
    }
}

#[test]
fn an_invitation_stands_beside_the_texts_and_other_calendars_among_the_files() {
    let (from, to) = (mailbox("j@example.org"), [mailbox("ann@example.net")]);
    let calendar = |content_type| Attachment {
        filename: Some("invite.ics"),
        content_type: Some(content_type),
        content: "BEGIN:VCALENDAR\nMETHOD:REQUEST\nSUMMARY:Café\nEND:VCALENDAR\n".as_bytes(),
        ..Attachment::default()
    };
    let invitation = calendar("Text/Calendar; Method=REQUEST");
    let cases: &[(&[Attachment<'_>], &[&str])] = &[
        (&[invitation], &["multipart/alternative", "text/plain", "text/html", "Text/Calendar"]),
        (
            &[Attachment { place: Place::Files, ..invitation }],
            &["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "Text/Calendar"],
        ),
        (
            &[calendar("text/calendar"), invitation, calendar("application/ics")],
            &[
                "multipart/mixed",
                "multipart/alternative",
                "text/plain",
                "text/html",
                "Text/Calendar",
                "text/calendar",
                "application/ics",
            ],
        ),
    ];
    for (attachments, expected) in cases {
        let message = text(&Draft { html: Some("h"), attachments, ..draft(&from, &to) });
        assert_eq!(outline(&message), *expected);
    }
    let message = text(&Draft { attachments: &[invitation], ..draft(&from, &to) });
    let part = "Content-Type: Text/Calendar; Method=REQUEST; charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\n\
        BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Caf=C3=A9\r\nEND:VCALENDAR\r\n";
    assert!(message.contains(part), "{message}");
    let latin = text(&Draft {
        attachments: &[calendar("text/calendar;method=REPLY;charset=x")],
        ..draft(&from, &to)
    });
    assert!(latin.contains("text/calendar;method=REPLY;charset=x\r\n"), "{latin}");
}

#[test]
fn an_attachment_carries_its_name_and_its_octets() {
    let (from, to) = (mailbox("j@example.org"), [mailbox("ann@example.net")]);
    let files = [
        Attachment { filename: Some("Übersicht.pdf"), content: &[0, 255, 10], ..Attachment::default() },
        Attachment {
            content_type: Some("message/rfc822"),
            content: b"A: b\r\n\r\nc\r\n",
            ..Attachment::default()
        },
        Attachment { content_type: Some("message/rfc822"), content: b"A: b\n\nc\n", ..Attachment::default() },
        Attachment {
            content_type: Some("message/rfc822"),
            content: b"A: b\n.\nc\r\n",
            ..Attachment::default()
        },
    ];
    let message = text(&Draft { attachments: &files, ..draft(&from, &to) });
    let expected = "Content-Type: application/pdf\r\n\
        Content-Transfer-Encoding: base64\r\n\
        Content-Disposition: attachment;\r\n filename*=UTF-8''%C3%9Cbersicht.pdf\r\n\
        \r\n\
        AP8K\r\n";
    assert!(message.contains(expected), "{message}");
    assert!(
        message.contains("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n"),
        "{message}"
    );
    let encoded = "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n";
    assert_eq!(message.matches(encoded).count(), 2, "bare line ends never leave as they are: {message}");
}

#[test]
fn hidden_recipients_leave_no_empty_field() {
    let from = mailbox("j@example.org");
    let message = text(&draft(&from, &[]));
    assert!(message.contains("\r\nTo: undisclosed-recipients:;\r\n"), "{message}");
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let (from, to) = (mailbox("j@example.org"), [mailbox("ann@example.net")]);
    let files = [
        Attachment {
            filename: Some("a\r\nb"),
            content_type: Some("multipart/mixed"),
            ..Attachment::default()
        },
        Attachment { content_id: Some("a b"), ..Attachment::default() },
    ];
    let headers = [("X-Foo", "a\r\nBcc: x@y.z"), ("Bcc", "x@y.z"), ("content-type", "a/b"), ("a/b c", "x")];
    let wrong = Draft {
        subject: "a\nb",
        message_id: "a b",
        headers: &headers,
        attachments: &files,
        ..draft(&from, &to)
    };
    let got: Vec<_> = compose(&wrong).unwrap_err().into_iter().map(|e| (e.pointer, e.mistake)).collect();
    let control = Mistake::Value(HeaderValueError::Control);
    let expected = [
        ("/subject", control),
        ("/message_id", Mistake::MessageId),
        ("/headers/X-Foo", control),
        ("/headers/Bcc", Mistake::ReservedHeader),
        ("/headers/content-type", Mistake::ReservedHeader),
        ("/headers/a~1b c", Mistake::Name(HeaderNameError::Character)),
        ("/attachments/0/filename", Mistake::Filename),
        ("/attachments/0/content_type", Mistake::ContentType),
        ("/attachments/1/content_id", Mistake::ContentId),
    ];
    assert_eq!(got, expected.map(|(pointer, mistake)| (pointer.to_owned(), mistake)));

    let named = Mailbox { name: Some("a\tb".into()), address: Address::parse("a@x.org").unwrap() };
    let got = compose(&Draft { cc: &[named], subject: "a\nb", ..draft(&from, &to) }).unwrap_err();
    let got: Vec<_> = got.iter().map(ToString::to_string).collect();
    let sentence = "a header value holds no control character: no line break, tab or NUL";
    assert_eq!(got, [format!("/cc/0: {sentence}"), format!("/subject: {sentence}")]);
}

#[test]
fn a_header_section_that_nobody_would_read_is_refused() {
    let (from, to) = (mailbox("j@example.org"), [mailbox("ann@example.net")]);
    let long = "word ".repeat(header::HEADER_MAX_BYTES / 5);
    let got = compose(&Draft { headers: &[("X-Long", &long)], ..draft(&from, &to) }).unwrap_err();
    assert_eq!(got, [ComposeError { pointer: String::new(), mistake: Mistake::HeaderTooLong }]);
}

proptest! {
    #[test]
    fn what_is_composed_reads_back(
        name in "\\PC{1,40}",
        subject in "\\PC{0,200}",
        body in "(\\PC|\r|\n|\0){0,300}",
        value in "\\PC{0,2000}",
        seed in any::<u64>(),
    ) {
        let from = Mailbox { name: Some(name.clone()), address: Address::parse("j@example.org").unwrap() };
        let to = vec![from.clone(); 5];
        let file = [Attachment { filename: Some("x"), content: body.as_bytes(), ..Attachment::default() }];
        let draft = Draft {
            subject: &subject,
            text: Some(&body),
            html: Some(&body),
            attachments: &file,
            headers: &[("X-Value", &value)],
            seed,
            ..draft(&from, &to)
        };
        let message = compose(&draft).unwrap();
        let headers = Headers::scan(&message).unwrap();
        prop_assert!(headers.is_separated() && message.is_ascii());
        prop_assert_eq!(headers.text("Subject").unwrap(), subject.trim());
        prop_assert_eq!(headers.text("X-Value").unwrap(), value.trim());
        let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        prop_assert_eq!(headers.author().unwrap().name, name);
        prop_assert_eq!(headers.mailboxes("To").unwrap().len(), 5);
        prop_assert!(matches!(crate::canonical_lines(&message), std::borrow::Cow::Borrowed(_)));
        prop_assert!(message.split(|b| *b == b'\n').all(|line| line.len() <= 999));
    }

    #[test]
    fn any_octets_are_scanned_and_read_without_panic(message in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse_mailboxes(&message);
        let _ = header::decode_text(&message);
        let _ = crate::canonical_lines(&message);
        if let Ok(headers) = Headers::scan(&message) {
            let _ = (headers.author().is_ok(), headers.text("subject"));
        }
    }

    #[test]
    fn texts_near_mail_are_read_without_panic(
        fields in "((From|Subject|To|X): |[a-z]|=\\?|\\?=|utf-8|\\?[qb]\\?|[<>@,;:\"()\\\\]|\r\n |\r\n){0,80}",
    ) {
        if let Ok(headers) = Headers::scan(fields.as_bytes()) {
            let _ = (headers.author().is_ok(), headers.text("subject"), headers.mailboxes("to").is_ok());
            prop_assert!(headers.body_start() <= fields.len() && headers.fields_end() <= headers.body_start());
        }
    }
}
