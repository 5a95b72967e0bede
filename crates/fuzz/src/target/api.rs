//! What clients hand to the platform: control headers, bodies of requests, searches, ids and cursors.
//!
//! Properties
//! 1. A control header is understood or refuses the message, and none is left after the edit.
//! 2. A request that is refused says where, in the places that it has; a field that nobody knows changes nothing.
//! 3. A search without quotes has the same meaning with blanks around it.
//! 4. What is read as an id, a page or a cursor is shown as it was, or at least reads back.

use mail::{At, Edit, Headers, edited_prefix};
use postrider::feature::event::read::Cursor;
use postrider::feature::search::query::{QUERY_MAX, Query};
use postrider::feature::sending::api::request::EmailRequest;
use postrider::feature::sending::control::{self, JSON_MAX, tag_ok};
use postrider::http::json;
use postrider::http::page::{LIMIT_MAX, PageParams};
use postrider::id::Noun;
use serde_json::Value;

use crate::{Target, kind, target};

pub(super) const CONTROL: Target = Target {
    name: "control",
    check: control,
    tokens: &[
        "X-Postrider-Stream: news\r\n",
        "X-Postrider-Tags: a=b, c\r\n",
        "x-postrider-metadata: {\"a\":1}\r\n",
        "X-Postrider-Schedule: 2026-12-01T09:00:00Z\r\n",
        "X-Postrider-Expires: 2026-12-01T09:00:00Z\r\n",
        "X-Postrider-Idempotency-Key: k\r\n",
        "X-Postrider-",
        "{\"a\":",
        "[[[[",
        "\r\n ",
        "=",
        ",",
        "\u{f6}",
    ],
    input_max: 3_000,
    rounds: 1_500,
};

fn control(input: &[u8]) -> u64 {
    let Ok(headers) = Headers::scan(input) else { return kind("unread") };
    let ours = |headers: &Headers<'_>| {
        headers.fields().filter(|field| field.name.to_ascii_lowercase().starts_with("x-postrider-")).count()
    };
    let edit = Edit { remove: control::REMOVED, now: At(0), message_id: "m@x.test" };
    if let Some(prefix) = edited_prefix(&headers, &edit) {
        assert_eq!(ours(&Headers::scan(&prefix).expect("an edited message can be scanned")), 0);
    } else {
        assert_eq!(ours(&headers), 0);
    }
    let read = control::read(&headers);
    if let Ok(control) = &read {
        let said = [
            ("stream", control.stream.is_some()),
            ("tags", control.options.tags.is_some()),
            ("metadata", control.options.metadata.is_some()),
            ("schedule", control.options.scheduled.is_some()),
            ("expires", control.options.expires.is_some()),
            ("idempotency-key", control.idempotency_key.is_some()),
        ];
        let counts = said.map(|(name, _)| headers.count(&format!("X-Postrider-{name}")));
        assert_eq!(counts.map(|count| count > 0), said.map(|(_, said)| said));
        assert_eq!(counts.iter().sum::<usize>(), ours(&headers), "one that nobody knows was passed over");
        if let Some(tags) = &control.options.tags {
            let Ok(Value::Object(tags)) = serde_json::from_str(tags) else { panic!("{tags}") };
            assert!(tags.iter().all(|(name, value)| tag_ok(name) && value.as_str().is_some_and(tag_ok)));
        }
        if let Some(metadata) = &control.options.metadata {
            assert!(matches!(serde_json::from_str(metadata), Ok(Value::Object(_))), "{metadata}");
        }
        assert!(control.idempotency_key.as_ref().is_none_or(|key| (1..=JSON_MAX).contains(&key.len())));
    }
    kind((
        ours(&headers).min(9),
        read.map_err(|why| why.to_string().len()).map(|control| format!("{control:?}").len() / 8),
    ))
}

pub(super) const EMAIL_REQUEST: Target = Target {
    name: "email_request",
    check: email_request,
    tokens: &[
        "{\"from\":\"Ann <a@b.test>\"}",
        "\"to\":",
        "\"cc\":[",
        "{\"email\":\"a@b.test\",\"name\":\"A\"}",
        "\"subject\":\"s\"",
        "\"attachments\":[{\"filename\":\"a.pdf\",\"content\":\"aGk=\"}]",
        "\"content\":[104,105]",
        "\"headers\":{\"X-A\":\"b\"}",
        "\"tags\":[{\"name\":\"a\",\"value\":\"b\"}]",
        "\"metadata\":{}",
        "\"replyTo\":",
        "\"scheduled_at\":\"in 1 hour\"",
        "null",
        "true",
        "1e999",
        "-1",
        "\\u0000",
        "\\ud800",
        "[[[[[[[[",
        ",",
        ":",
        "{",
        "}",
        "[",
        "]",
        "\"",
    ],
    input_max: 3_000,
    rounds: 1_500,
};

fn email_request(input: &[u8]) -> u64 {
    let read = json::parse::<EmailRequest>(input);
    let value = serde_json::from_slice::<Value>(input);
    match read {
        Ok(request) => {
            let addresses = [&request.from, &request.to, &request.cc, &request.bcc, &request.reply_to];
            let counts = addresses.map(|list| list.as_ref().map_or(0, |list| list.list.len()).min(4));
            assert!(
                addresses
                    .iter()
                    .all(|list| list.as_ref().is_none_or(|list| list.array || list.list.len() == 1))
            );
            if let Ok(Value::Object(mut fields)) = value {
                fields.insert("x-unknown".into(), Value::Bool(true));
                let more = Value::Object(fields).to_string();
                assert!(
                    json::parse::<EmailRequest>(more.as_bytes()).is_ok(),
                    "a field that nobody knows: {more}"
                );
            }
            kind((
                counts,
                request.attachments.as_ref().map_or(0, |list| list.0.len()),
                request.not_available().count(),
            ))
        }
        Err(error) => {
            assert!(!error.errors.is_empty());
            for field in &error.errors {
                assert!(field.pointer.is_empty() || field.pointer.starts_with('/'), "{}", field.pointer);
                if let (Ok(value), false) = (&value, field.pointer.is_empty()) {
                    let top = field.pointer[1..].split('/').next().unwrap_or("");
                    let name = top.replace("~1", "/").replace("~0", "~");
                    assert!(value.get(&name).is_some(), "{} is not in {value}", field.pointer);
                }
            }
            kind(error.errors.iter().map(|field| field.pointer.clone()).take(4).collect::<Vec<_>>())
        }
    }
}

pub(super) const SEARCH: Target = Target {
    name: "search",
    check: search,
    tokens: &[
        "ann@example.org",
        "@example.org",
        "example.org",
        "\"<id@host>\"",
        "<id@host>",
        "tag:a:b",
        "tag:a:",
        "to:",
        "from:",
        "subject:",
        "reply:",
        "invo*",
        "5.1.1",
        "\"",
        " ",
        "\u{3000}",
        "\u{65e5}\u{672c}",
        "\u{130}",
        "\u{df}",
        "*",
    ],
    input_max: 600,
    rounds: 1_500,
};

fn search(input: &[u8]) -> u64 {
    let text = target::text(input);
    let read = Query::parse(&text);
    if text.len() > QUERY_MAX {
        assert!(read.is_err());
    } else if text.len() + 2 <= QUERY_MAX && !text.contains('"') {
        assert_eq!(Query::parse(&format!("  {text}")), read, "blanks before it");
        let (once, twice) = (Query::parse(&format!("{text} ")), Query::parse(&format!("{text}  ")));
        assert_eq!(once, twice, "blanks behind it");
    }
    // The letter that tells what each lookup is for.
    let looks =
        |query: Query| format!("{query:?}").split("(\"").map(|part| part.chars().next()).collect::<Vec<_>>();
    kind(read.map(looks).map_err(|why| why.to_string()))
}

pub(super) const IDS: Target = Target {
    name: "ids",
    check: ids,
    tokens: &[
        "msg_",
        "evt_",
        "dlv_",
        "0123456789abc",
        "7zzzzzzzzzzzz",
        "0-5",
        "1-7.64-1",
        ".",
        "-",
        "\x1f",
        "20",
        "1000",
    ],
    input_max: 200,
    rounds: 5_000,
};

const NOUNS: [Noun; 11] = [
    Noun::Workspace,
    Noun::Stream,
    Noun::Key,
    Noun::Domain,
    Noun::Message,
    Noun::Delivery,
    Noun::Attempt,
    Noun::Suppression,
    Noun::Captured,
    Noun::Hold,
    Noun::Event,
];

fn ids(input: &[u8]) -> u64 {
    let [first, second, third] = target::fields(input).map(target::text);
    let read: Vec<Noun> = NOUNS.into_iter().filter(|noun| noun.read(&first).is_some()).collect();
    assert!(read.len() <= 1, "{first} is {read:?}");
    if let [noun] = read[..] {
        let id = noun.read(&first).expect("it was read before");
        assert_eq!((noun.show(id), id >= 0), (first.clone(), true));
    }
    let cursor = Cursor::parse(&first);
    if let Some(cursor) = &cursor {
        assert_eq!(Cursor::parse(&cursor.show()).as_ref(), Some(cursor), "{first}");
    }
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let params = PageParams { limit: given(&second), after: given(&first), before: given(&third) };
    let page = params.read(Noun::Message);
    if let Ok(page) = &page {
        assert!((1..=LIMIT_MAX).contains(&page.limit) && (params.after.is_none() || params.before.is_none()));
    }
    kind((read.first().map(|noun| noun.prefix()), cursor.map(|cursor| cursor.0.len()), page.is_ok()))
}
