//! Header sections, texts and mailboxes as the world writes them.

use super::*;
use crate::{Address, AddressError};

/// Name and value, or display name and address.
type Pairs = &'static [(&'static str, &'static str)];

fn shown(headers: &Headers<'_>) -> Vec<(String, String)> {
    headers.fields().map(|f| (f.name.to_owned(), String::from_utf8_lossy(f.value).into_owned())).collect()
}

#[test]
fn a_message_is_split_into_fields_and_body() {
    let cases: &[(&str, Pairs, &str, bool)] = &[
        ("", &[], "", false),
        ("\r\nhello\r\n", &[], "hello\r\n", true),
        ("A: 1\r\nb:2\r\n\r\nhello", &[("A", " 1"), ("b", "2")], "hello", true),
        ("A: 1\r\n 2\r\n\t3\r\n\r\n", &[("A", " 1\r\n 2\r\n\t3")], "", true),
        ("A : 1\r\n\r\nx", &[("A", " 1")], "x", true),
        ("A:\r\n\r\nx", &[("A", "")], "x", true),
        ("A: 1\r\n", &[("A", " 1")], "", false),
        ("A: 1\r\nno field\r\nB: 2\r\n", &[("A", " 1")], "no field\r\nB: 2\r\n", false),
        ("just text", &[], "just text", false),
        (" continuation of nothing\r\nA: 1\r\n", &[], " continuation of nothing\r\nA: 1\r\n", false),
        (": no name\r\n", &[], ": no name\r\n", false),
        ("Ä: 1\r\n", &[], "Ä: 1\r\n", false),
        ("A: 1\r\n \r\nB: 2\r\n\r\nx", &[("A", " 1\r\n "), ("B", " 2")], "x", true),
    ];
    for (message, fields, body, separated) in cases {
        let headers = Headers::scan(message.as_bytes()).unwrap();
        let expected: Vec<_> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        assert_eq!(shown(&headers), expected, "{message:?}");
        assert_eq!(String::from_utf8_lossy(headers.body()), *body, "{message:?}");
        assert_eq!(headers.is_separated(), *separated, "{message:?}");
    }
}

#[test]
fn a_header_section_that_readers_could_split_differently_is_refused() {
    let cases: &[(&str, HeaderError)] = &[
        ("A: 1\nBcc: 2\r\n\r\n", HeaderError::BareLineEnd { line: 1 }),
        ("A: 1\r\nB: 2\rC: 3\r\n\r\n", HeaderError::BareLineEnd { line: 2 }),
        ("A: 1\r\r\n\r\n", HeaderError::BareLineEnd { line: 1 }),
        ("A: 1\n\r\n\r\n", HeaderError::BareLineEnd { line: 1 }),
        ("A: 1\0\r\n\r\n", HeaderError::Nul),
    ];
    for (message, error) in cases {
        assert_eq!(Headers::scan(message.as_bytes()).unwrap_err(), *error, "{message:?}");
    }
}

#[test]
fn a_header_section_has_a_largest_size_and_a_largest_number_of_lines() {
    let message = b"A: 1\r\nB: 2\r\n\r\nbody that is not counted";
    assert!(Headers::scan_within(message, 14).is_ok());
    assert_eq!(Headers::scan_within(message, 13).unwrap_err(), HeaderError::TooLong { max: 13 });
    assert_eq!(
        Headers::scan(&b"x".repeat(HEADER_MAX_BYTES + 1)).unwrap_err(),
        HeaderError::TooLong { max: HEADER_MAX_BYTES }
    );
    assert_eq!(
        Headers::scan(&b"A:\r\n".repeat(HEADER_LINES_MAX + 1)).unwrap_err(),
        HeaderError::TooManyLines
    );
    assert!(Headers::scan(&[b"A:\r\n".repeat(HEADER_LINES_MAX - 1), b"\r\n".to_vec()].concat()).is_ok());
}

#[test]
fn fields_are_found_whatever_their_case() {
    let message = b"Received: a\r\nSUBJECT: one\r\n two\r\nreceived: b\r\n\r\n";
    let headers = Headers::scan(message).unwrap();
    assert_eq!(headers.count("Received"), 2);
    assert_eq!(headers.field_unfolded("subject").as_deref(), Some(&b"one two"[..]));
    assert_eq!(headers.find("Date"), None);
    assert_eq!(&message[headers.find("Subject").unwrap().range], b"SUBJECT: one\r\n two\r\n");
    assert!(matches!(headers.field_unfolded("received"), Some(Cow::Borrowed(b"a"))));
}

#[test]
fn encoded_words_are_shown_decoded() {
    let cases: &[(&[u8], &str)] = &[
        (b"plain", "plain"),
        ("schön".as_bytes(), "schön"),
        (b"=?UTF-8?Q?sch=C3=B6n?=", "schön"),
        (b"=?utf-8?b?c2Now7Zu?= und =?ISO-8859-1?q?gr=FCn?=", "schön und grün"),
        (b"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        (b"=?utf-8?Q?a_?=  x =?utf-8?Q?b?=", "a   x b"),
        (b"=?utf-8?Q?=C3?= =?utf-8?Q?=B6?=", "ö"),
        (b"=?windows-1252?Q?=80_=93x=94?=", "€ “x”"),
        (b"=?utf-8*de?Q?ja?=", "ja"),
        (b"=?koi8-r?Q?=C1?=", "=?koi8-r?Q?=C1?="),
        (b"=?utf-8?Q?a?= =?koi8-r?Q?b?=", "a =?koi8-r?Q?b?="),
        (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        (b"=?utf-8?Q?open", "=?utf-8?Q?open"),
        (b"=?utf-8?B?c2Now7Zu", "=?utf-8?B?c2Now7Zu"),
        (b"=?utf-8?B?!!!?=x", "x"),
        (b"=?utf-8?Q?a=0D=0ABcc:_x?=", "a  Bcc: x"),
        (b"=?utf-8?Q?=ZZ=?=", "=ZZ="),
        (b"\xff\xfe", "\u{fffd}\u{fffd}"),
    ];
    for (written, shown) in cases {
        assert_eq!(decode_text(written), *shown, "{:?}", String::from_utf8_lossy(written));
    }
    assert_eq!(decode_text("ö".repeat(TEXT_MAX_BYTES).as_bytes()).len(), TEXT_MAX_BYTES);
}

#[test]
fn address_lists_as_the_world_writes_them() {
    let cases: &[(&str, Result<Pairs, MailboxError>)] = &[
        ("", Ok(&[])),
        ("a@x.org", Ok(&[("", "a@x.org")])),
        ("<a@x.org>", Ok(&[("", "a@x.org")])),
        ("Ann B. <a@x.org>", Ok(&[("Ann B.", "a@x.org")])),
        ("\"B, Ann \\\"Q\\\"\" <a@x.org>, b@x.org", Ok(&[("B, Ann \"Q\"", "a@x.org"), ("", "b@x.org")])),
        ("=?utf-8?q?J=C3=B6rg?= <j@x.org>", Ok(&[("Jörg", "j@x.org")])),
        ("friends: a@x.org, Bob <b@x.org>;", Ok(&[("", "a@x.org"), ("Bob", "b@x.org")])),
        ("undisclosed-recipients:;", Ok(&[])),
        ("a@x.org (Ann (the first)), , b@x.org", Ok(&[("", "a@x.org"), ("", "b@x.org")])),
        ("(note) Ann <a@x.org> (work)", Ok(&[("Ann", "a@x.org")])),
        ("<@r.org,@s.org:a@x.org>", Ok(&[("", "a@x.org")])),
        ("\"a b\"@x.org", Ok(&[("", "\"a b\"@x.org")])),
        ("Ann < \"a b\"@x.org >", Ok(&[("Ann", "\"a b\"@x.org")])),
        ("Ann <a@x.org> x", Err(MailboxError::Syntax)),
        ("Ann <a@x.org", Err(MailboxError::Syntax)),
        ("\"Ann <a@x.org>", Err(MailboxError::Syntax)),
        ("(Ann <a@x.org>", Err(MailboxError::Syntax)),
        ("a@x.org>", Err(MailboxError::Syntax)),
        ("<a@x.org><b@x.org>", Err(MailboxError::Syntax)),
        ("Ann", Err(MailboxError::Address(AddressError::Incomplete))),
        ("Ann <>", Err(MailboxError::Address(AddressError::Incomplete))),
        ("a@x.org b@x.org", Err(MailboxError::Address(AddressError::LocalPart))),
    ];
    for (text, expected) in cases {
        let list = parse_mailboxes(text.as_bytes());
        let shown: Result<Vec<_>, _> = list
            .as_ref()
            .map(|l| l.iter().map(|m| (m.name.as_deref().unwrap_or(""), m.address.as_str())).collect());
        assert_eq!(shown.as_deref().map_err(|e| **e), *expected, "{text:?}");
    }
    let many = "a@x.org,".repeat(MAILBOXES_MAX + 1);
    assert_eq!(parse_mailboxes(many.as_bytes()), Err(MailboxError::TooMany));
}

#[test]
fn an_api_field_holds_exactly_one_mailbox() {
    let parse = Mailbox::parse;
    assert_eq!(parse("Acme <a@acme.com>").unwrap().name.as_deref(), Some("Acme"));
    assert_eq!(parse("a@acme.com").unwrap().name, None);
    assert_eq!(parse("a@acme.com, b@acme.com"), Err(MailboxError::NotOne));
    assert_eq!(parse(""), Err(MailboxError::NotOne));
    assert_eq!(parse("Acme\r\nBcc: x@y.z <a@acme.com>"), Err(MailboxError::Control));
}

#[test]
fn a_message_has_one_author() {
    let author =
        |message: &str| Headers::scan(message.as_bytes()).unwrap().author().map(|m| m.address.to_string());
    assert_eq!(author("From: Ann <a@x.org>\r\n\r\n"), Ok("a@x.org".into()));
    assert_eq!(author("To: a@x.org\r\n\r\n"), Err(FromError::Missing));
    assert_eq!(author("From: a@x.org\r\nFROM: b@x.org\r\n\r\n"), Err(FromError::SeveralFields { count: 2 }));
    assert_eq!(author("From: a@x.org, b@x.org\r\n\r\n"), Err(FromError::SeveralAddresses { count: 2 }));
    assert_eq!(author("From: friends:;\r\n\r\n"), Err(FromError::NoAddress));
    assert_eq!(author("From: Ann <a@x.org\r\n\r\n"), Err(FromError::Malformed(MailboxError::Syntax)));
}

#[test]
fn text_is_folded_and_encoded_and_comes_back() {
    let long = "word ".repeat(40);
    let unbroken = "x".repeat(2_000);
    let umlauts = "grüße ".repeat(60);
    let texts = [
        "",
        "Hello",
        "two  spaces",
        "=?not a word?=",
        "=?utf-8?Q?a?=",
        "Grüße",
        "日本語の件名はとても長いことがあります",
        &long,
        &unbroken,
        &umlauts,
    ];
    for text in texts {
        let mut out = Vec::new();
        write_text(&mut out, "Subject", text).unwrap();
        out.extend_from_slice(b"\r\n");
        let headers = Headers::scan(&out).unwrap();
        assert_eq!(
            headers.text("subject").as_deref(),
            Some(text.trim()),
            "{}",
            String::from_utf8_lossy(&out)
        );
        assert!(out.split(|b| *b == b'\n').all(|line| line.len() <= 77 && line.is_ascii()), "{text:?}");
    }
}

#[test]
fn no_value_can_start_another_field() {
    for value in ["a\r\nBcc: x", "a\nb", "a\rb", "a\0b", "a\tb", "a\u{7f}", "a\u{85}b"] {
        assert_eq!(
            write_text(&mut Vec::new(), "Subject", value),
            Err(HeaderValueError::Control),
            "{value:?}"
        );
        let mailbox = Mailbox { name: Some(value.into()), address: Address::parse("a@x.org").unwrap() };
        assert_eq!(
            write_mailboxes(&mut Vec::new(), "To", &[mailbox]),
            Err(HeaderValueError::Control),
            "{value:?}"
        );
    }
    assert_eq!(check_name("X-Foo"), Ok(()));
    assert_eq!(check_name(""), Err(HeaderNameError::Length));
    assert_eq!(check_name(&"x".repeat(HEADER_NAME_MAX + 1)), Err(HeaderNameError::Length));
    for name in ["X Foo", "X:", "X\r", "Ä"] {
        assert_eq!(check_name(name), Err(HeaderNameError::Character), "{name:?}");
    }
}

#[test]
fn mailboxes_are_written_as_they_are_read() {
    let names =
        [None, Some("Ann"), Some("B, Ann \"Q\" \\"), Some("Jörg Müller"), Some("=?x?="), Some("a  b")];
    let mut list: Vec<_> = (0..30)
        .map(|n| Mailbox {
            name: names[n % names.len()].map(str::to_owned),
            address: Address::parse(&format!("user{n}@example.org")).unwrap(),
        })
        .collect();
    list[4].name = Some("日本語 ".repeat(30).trim().to_owned());
    list[5].name = Some("long name ".repeat(30).trim().to_owned());
    let mut out = Vec::new();
    write_mailboxes(&mut out, "Reply-To", &list).unwrap();
    assert!(out.split(|b| *b == b'\n').all(|line| line.len() <= 77), "{}", String::from_utf8_lossy(&out));
    out.extend_from_slice(b"\r\n");
    assert_eq!(Headers::scan(&out).unwrap().mailboxes("reply-to").unwrap(), list);
}
