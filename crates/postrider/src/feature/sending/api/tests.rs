//! Stories about `/emails`, told to the whole product on both databases.

use std::time::Duration;

use mail::date;
use serde_json::{Value, json};

use crate::feature::access::Scope;
use crate::testing::{Answer, Database, Harness, on_both};

fn email() -> Value {
    json!({ "from": "Acme <hello@app.example>", "to": ["ann@example.org"], "subject": "Hi", "text": "It works." })
}

fn with(changes: Value) -> Value {
    let mut email = email();
    let Value::Object(changes) = changes else { panic!("an object") };
    email.as_object_mut().expect("an object").extend(changes);
    email
}

/// Name, and the wrong fields' pointers, sorted.
fn wrong(answer: &Answer) -> (String, Vec<String>) {
    let body = answer.json();
    let errors = body["errors"].as_array().expect("errors").clone();
    let mut pointers: Vec<String> =
        errors.iter().map(|error| error["pointer"].as_str().expect("a pointer").to_owned()).collect();
    pointers.sort();
    (body["name"].as_str().expect("a name").to_owned(), pointers)
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    answer.json()["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn an_email_is_taken_delivered_and_shown() {
    on_both(async |harness: &Harness| {
        let request = with(json!({
            "to": ["Ann <ann@example.org>", {"email": "bob@example.org", "name": "Bob"}, "no address"],
            "cc": "cy@example.org", "bcc": ["dan@example.org"], "reply_to": "help@app.example",
            "subject": "Grüße", "html": "<p>Hi</p>", "tags": [{"name": "kind", "value": "welcome"}],
            "metadata": {"user": 7}, "headers": {"X-Entity-Ref-ID": "42"},
            "attachments": [{"filename": "a.txt", "content": "aGk="}],
        }));
        let answer = harness.post("/emails", &request).await;
        let id = id(&answer);
        let statuses: Vec<_> = answer.json()["recipients"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                (one["email"].as_str().unwrap().to_owned(), one["status"].clone(), one["reason"].clone())
            })
            .collect();
        let queued = |address: &str| (address.to_owned(), json!("queued"), json!(null));
        assert_eq!(
            statuses,
            [
                queued("ann@example.org"),
                queued("bob@example.org"),
                ("no address".to_owned(), json!("rejected"), json!("invalid_address")),
                queued("cy@example.org"),
                queued("dan@example.org"),
            ]
        );
        harness.settled().await;

        let shown = harness.get(&format!("/v1/emails/{id}")).await.json();
        for (field, value) in [
            ("from", json!("Acme <hello@app.example>")),
            ("to", json!(["Ann <ann@example.org>", "Bob <bob@example.org>"])),
            ("cc", json!(["cy@example.org"])),
            ("bcc", json!(["dan@example.org"])),
            ("reply_to", json!(["help@app.example"])),
            ("subject", json!("Grüße")),
            ("html", json!("<p>Hi</p>")),
            ("text", json!("It works.")),
            ("tags", json!({"kind": "welcome"})),
            ("metadata", json!({"user": 7})),
            ("stream", json!("transactional")),
            ("last_event", json!("failed")),
            ("message_id", json!(format!("{id}@app.example"))),
        ] {
            assert_eq!(shown[field], value, "{field}");
        }
        let raw = harness.get(&format!("/emails/{id}/raw")).await;
        let raw = String::from_utf8(raw.bytes.to_vec()).unwrap();
        assert!(raw.contains("X-Entity-Ref-ID: 42\r\n") && !raw.contains("dan@"), "{raw}");
        let events = harness.get(&format!("/emails/{id}/events")).await.json();
        let count = |name: &str| {
            events["data"].as_array().unwrap().iter().filter(|event| event["type"] == name).count()
        };
        assert_eq!((count("email.queued"), count("email.rejected"), count("email.delivered")), (4, 1, 4));
        let attempts = harness.get(&format!("/emails/{id}/attempts?limit=3")).await.json();
        assert_eq!((attempts["data"].as_array().unwrap().len(), &attempts["has_more"]), (3, &json!(true)));
        let recipients = harness.get(&format!("/emails/{id}/recipients?limit=2")).await.json();
        assert_eq!(recipients["data"][0]["status"], "delivered");
        let after = recipients["next"].as_str().unwrap();
        let rest = harness.get(&format!("/emails/{id}/recipients?limit=2&after={after}")).await.json();
        assert_eq!(rest["data"][0]["reason"], "invalid_address");
    })
    .await;
}

#[tokio::test]
async fn every_wrong_field_is_told_at_once() {
    on_both(async |harness: &Harness| {
        let request = json!({
            "from": "nobody", "to": ["x", "y"], "cc": [], "reply_to": "z", "stream": "none",
            "tags": {"a b": "c"}, "headers": {"Bcc": "x@y.example", "X-Postrider-Stream": "s"},
            "scheduled_at": "soon", "attachments": [{"path": "ftp://x.example/a.pdf"}, {"filename": "b"}],
            "recipients": [],
        });
        let answer = harness.post("/emails", &request).await;
        let expected = [
            "/attachments/0/path",
            "/attachments/1/content",
            "/from",
            "/headers/Bcc",
            "/headers/X-Postrider-Stream",
            "/html",
            "/recipients",
            "/reply_to",
            "/scheduled_at",
            "/stream",
            "/subject",
            "/tags/a b",
            "/to/0",
            "/to/1",
        ];
        assert_eq!((answer.status, wrong(&answer).1), (422, expected.map(str::to_owned).to_vec()));

        let cases = [
            (json!({"from": "nobody"}), 422, "invalid_from_address"),
            (json!({"from": null}), 422, "missing_required_field"),
            (json!({"to": []}), 422, "missing_required_field"),
            (json!({"to": 7}), 422, "validation_error"),
            (json!({"amp": "<p>"}), 422, "not_available_yet"),
            (json!({"attachments": [{"content": "*"}]}), 422, "validation_error"),
            (json!({"attachments": [{"content": "", "filename": ""}]}), 422, "invalid_attachment"),
            (json!({"expires_at": "2020-01-01T00:00:00Z"}), 422, "validation_error"),
        ];
        for (change, status, name) in cases {
            let answer = harness.post("/emails", &with(change.clone())).await;
            assert_eq!((answer.status, wrong(&answer).0.as_str()), (status, name), "{change}");
        }
        assert_eq!(harness.get("/emails").await.json()["data"], json!([]), "nothing was stored");
    })
    .await;
}

#[tokio::test]
async fn no_text_can_start_a_header_of_its_own() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    for evil in ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b"] {
        let cases = [
            (json!({"subject": evil}), "/subject"),
            (json!({"from": {"email": "hello@app.example", "name": evil}}), "/from"),
            (json!({"from": format!("{evil} <hello@app.example>")}), "/from"),
            (json!({"to": ["ok@example.org", {"email": "ann@example.org", "name": evil}]}), "/to/1"),
            (json!({"to": ["ok@example.org", format!("{evil}@example.org")]}), "/to/1"),
            (json!({"cc": format!("{evil} <c@example.org>")}), "/cc"),
            (json!({"bcc": ["ok@example.org", evil]}), "/bcc/1"),
            (json!({"reply_to": [{"email": "r@example.org", "name": evil}]}), "/reply_to/0"),
            (json!({"headers": {"X-Test": evil}}), "/headers/X-Test"),
            (json!({"headers": {evil: "x"}}), "/headers/"),
            (json!({"attachments": [{"content": "", "filename": evil}]}), "/attachments/0/filename"),
            (
                json!({"attachments": [{"content": "", "filename": "f", "content_type": evil}]}),
                "/attachments/0/content_type",
            ),
            (
                json!({"attachments": [{"content": "", "filename": "f", "content_id": evil}]}),
                "/attachments/0/content_id",
            ),
            (json!({"tags": {"kind": evil}}), "/tags/kind"),
            (json!({"tags": [{"name": evil, "value": "x"}]}), "/tags/0"),
        ];
        for (change, pointer) in cases {
            let answer = harness.post("/emails", &with(change.clone())).await;
            let pointers = wrong(&answer).1;
            assert_eq!((answer.status, pointers.len()), (422, 1), "{change}");
            assert!(pointers[0].starts_with(pointer), "{change}: {pointers:?}");
        }
    }
    harness.end().await;
}

#[tokio::test]
async fn a_request_under_one_key_happens_once() {
    on_both(async |harness: &Harness| {
        let ask = async |key: &str, email: &Value| {
            harness.ask_with(("POST", "/emails"), &[("idempotency-key", key)], email.to_string()).await
        };
        let same = email();
        let (first, second) = tokio::join!(ask("order-7", &same), ask("order-7", &same));
        assert_eq!((first.status, &first.bytes), (200, &second.bytes), "two at the same time");
        let replays = [&first, &second].map(|answer| answer.header("idempotent-replayed").to_owned());
        assert!(replays.contains(&"true".to_owned()) && replays.contains(&String::new()), "{replays:?}");
        let again = ask("order-7", &email()).await;
        assert_eq!((again.header("idempotent-replayed"), &again.bytes), ("true", &first.bytes));

        let other = ask("order-7", &with(json!({"subject": "other"}))).await;
        assert_eq!((other.status, wrong(&other).0.as_str()), (409, "invalid_idempotent_request"));
        let invalid = ask("order-7", &with(json!({"from": "nobody"}))).await;
        assert_eq!(invalid.status, 409);
        let long = ask(&"k".repeat(257), &email()).await;
        assert_eq!((long.status, wrong(&long).0.as_str()), (400, "invalid_idempotency_key"));
        assert_eq!(harness.get("/emails").await.json()["data"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_batch_is_all_or_what_is_right() {
    on_both(async |harness: &Harness| {
        let file = json!({"attachments": [{"filename": "a", "content": [104, 105]}]});
        let batch = json!([email(), with(json!({"from": "x", "subject": null})), with(file)]);
        let strict = harness.post("/emails/batch", &batch).await;
        let pointers = vec!["/1/from".to_owned(), "/1/subject".to_owned()];
        assert_eq!((strict.status, wrong(&strict)), (422, ("invalid_from_address".into(), pointers)));
        assert_eq!(harness.get("/emails").await.json()["data"], json!([]), "nothing was sent");

        let headers = [("x-batch-validation", "permissive"), ("idempotency-key", "b")];
        let ask = async || harness.ask_with(("POST", "/emails/batch"), &headers, batch.to_string()).await;
        let permissive = ask().await;
        let body = permissive.json();
        assert_eq!((permissive.status, body["data"].as_array().unwrap().len()), (200, 2));
        assert_eq!(
            (&body["errors"][0]["index"], &body["errors"][0]["name"]),
            (&json!(1), &json!("invalid_from_address"))
        );
        let again = ask().await;
        assert_eq!((again.header("idempotent-replayed"), &again.bytes), ("true", &permissive.bytes));
        assert_eq!(harness.get("/emails").await.json()["data"].as_array().unwrap().len(), 2);

        for (wrong_batch, status) in [(json!([]), 422), (json!({}), 422), (json!(vec![email(); 1_001]), 422)]
        {
            assert_eq!(harness.post("/emails/batch", &wrong_batch).await.status, status);
        }
        // So many emails of nothing must not be made before they are counted.
        let many = format!("[{}{{}}]", "{},".repeat(200_000));
        assert_eq!(harness.ask_with(("POST", "/emails/batch"), &[], many).await.status, 422);
    })
    .await;
}

#[tokio::test]
async fn the_recipients_of_emails_that_are_taken_at_once_are_kept_apart() {
    on_both(async |harness: &Harness| {
        let batch = |name: &str| -> Value {
            let email = |n: usize| {
                let to = (0..=n % 4).map(|one| format!("{name}-{n}-{one}@example.org"));
                with(json!({ "to": to.collect::<Vec<_>>() }))
            };
            (0..40).map(email).collect()
        };
        let (one, two) = (batch("one"), batch("two"));
        let answers = tokio::join!(harness.post("/emails/batch", &one), harness.post("/emails/batch", &two));
        harness.settled().await;
        for (given, answer) in [(one, answers.0.json()), (two, answers.1.json())] {
            for (email, sent) in given.as_array().unwrap().iter().zip(answer["data"].as_array().unwrap()) {
                let path = format!("/emails/{}", sent["id"].as_str().unwrap());
                let recipients = harness.get(&format!("{path}/recipients")).await.json();
                let shown = recipients["data"].as_array().unwrap().iter();
                assert_eq!(shown.map(|one| one["email"].clone()).collect::<Value>(), email["to"]);
                let attempts = harness.get(&format!("{path}/attempts")).await.json();
                let count = attempts["data"].as_array().unwrap().len();
                assert_eq!(count, email["to"].as_array().unwrap().len());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_scheduled_email_can_be_moved_and_cancelled() {
    on_both(async |harness: &Harness| {
        let later = with(json!({"scheduled_at": "in 1 hour", "to": ["a@example.org", "b@example.org"]}));
        let answer = harness.post("/emails", &later).await;
        assert_eq!(answer.json()["status"], "scheduled");
        let path = format!("/emails/{}", id(&answer));
        let when = date::rfc3339(harness.app.now().after(Duration::from_secs(7_200)));
        let moved = harness.ask("PATCH", &path, &json!({"scheduled_at": when})).await;
        assert_eq!(moved.status, 200, "{:?}", moved.json());
        let shown = harness.get(&path).await.json();
        assert_eq!((&shown["scheduled_at"], &shown["last_event"]), (&json!(when), &json!("scheduled")));

        let cancelled = harness.post(&format!("{path}/cancel"), &json!({})).await;
        assert_eq!((cancelled.status, cancelled.json()["object"].as_str()), (200, Some("email")));
        let shown = harness.get(&path).await.json();
        assert_eq!(shown["last_event"], "canceled");
        assert_eq!(shown["recipients"][1]["status"], "canceled");
        for (method, path) in [("POST", format!("{path}/cancel")), ("PATCH", path.clone())] {
            let again = harness.ask(method, &path, &json!({"scheduled_at": "in 1 hour"})).await;
            assert_eq!((again.status, wrong(&again).0.as_str()), (409, "conflict"));
        }
        let events = harness.get(&format!("{path}/events")).await.json();
        let names: Vec<_> =
            events["data"].as_array().unwrap().iter().map(|event| event["type"].clone()).collect();
        let twice = |name: &str| vec![json!(name); 2];
        assert_eq!(
            names,
            [twice("email.scheduled"), twice("email.rescheduled"), twice("email.canceled")].concat()
        );
    })
    .await;
}

#[tokio::test]
async fn an_email_that_a_recipient_has_is_not_moved_for_the_others() {
    on_both(async |harness: &Harness| {
        let changes = [
            ("state = 'done', disposition = 'delivered', finished_us = due_us", 409),
            ("state = 'done', disposition = 'bounced', reason = 'hard.domain', finished_us = due_us", 409),
            ("attempts = 1", 409),
            ("state = 'done', disposition = 'suppressed', finished_us = due_us", 200),
        ];
        for (change, status) in changes {
            let later = json!({"scheduled_at": "in 1 hour", "to": ["a@example.org", "b@example.org"]});
            let answer = harness.post("/emails", &with(later)).await;
            let path = format!("/emails/{}", id(&answer));
            let first = format!("UPDATE delivery SET {change} WHERE id = (SELECT max(id) FROM delivery)");
            let mut write = store::Write::default();
            write.step(Box::leak(Box::new(store::Query::composed("case", first))), vec![]);
            harness.app.store.write(write).await.expect("one recipient is ahead");
            let before = harness.get(&path).await.json()["scheduled_at"].clone();
            let moved = harness.ask("PATCH", &path, &json!({"scheduled_at": "in 2 hours"})).await;
            assert_eq!(moved.status, status, "{change}: {}", moved.json());
            if status == 409 {
                assert!(moved.json().to_string().contains("was attempted already"), "{}", moved.json());
                assert_eq!(harness.get(&path).await.json()["scheduled_at"], before, "{change}");
                let cancelled = harness.post(&format!("{path}/cancel"), &json!({})).await;
                assert_eq!(cancelled.status, 200, "{change}: what waits can be cancelled");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_moved_to_now_is_delivered() {
    on_both(async |harness: &Harness| {
        let answer = harness.post("/emails", &with(json!({"scheduled_at": "in 1 hour"}))).await;
        let path = format!("/emails/{}", id(&answer));
        assert_eq!(harness.ask("PATCH", &path, &json!({"scheduled_at": "in 0 seconds"})).await.status, 200);
        harness.settled().await;
        assert_eq!(harness.get(&path).await.json()["last_event"], "delivered");
        let late = harness.post(&format!("{path}/cancel"), &json!({})).await;
        assert_eq!(late.status, 409);
    })
    .await;
}

#[tokio::test]
async fn emails_are_found_by_what_they_are() {
    on_both(async |harness: &Harness| {
        for (n, to) in ["ann@example.org", "bob@example.org", "ann@example.org"].iter().enumerate() {
            let tags = json!({"n": n.to_string(), "kind": "x"});
            let stream = if n == 2 { "marketing" } else { "transactional" };
            let request = with(json!({"to": to, "tags": tags, "stream": stream, "subject": n.to_string()}));
            id(&harness.post("/emails", &request).await);
        }
        harness.post("/emails", &with(json!({"scheduled_at": "in 1 day", "subject": "3"}))).await;
        harness.settled().await;
        harness.indexed().await;
        let cases: &[(&str, &[&str])] = &[
            ("", &["3", "2", "1", "0"]),
            ("to=ANN@example.org", &["3", "2", "0"]),
            ("from=hello@app.example&limit=1", &["3"]),
            ("from=other@app.example", &[]),
            ("tag=n:1", &["1"]),
            ("tag=kind:x", &["2", "1", "0"]),
            ("tag=kind:X", &[]),
            ("domain=Example.org&limit=2", &["3", "2"]),
            ("domain=example.com", &[]),
            ("to=ann@example.org&status=scheduled", &["3"]),
            ("stream=marketing", &["2"]),
            ("status=scheduled", &["3"]),
            ("last_event=delivered", &["2", "1", "0"]),
            ("until=2020-01-01T00:00:00Z", &[]),
            ("since=2020-01-01T00:00:00Z&stream=marketing", &["2"]),
        ];
        for (filter, expected) in cases {
            let body = harness.get(&format!("/emails?{filter}")).await.json();
            let got: Vec<_> = body["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["subject"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(got, *expected, "{filter}");
        }
        let page = harness.get("/emails?limit=2").await.json();
        let next =
            harness.get(&format!("/emails?limit=2&after={}", page["next"].as_str().unwrap())).await.json();
        assert_eq!((&next["data"][0]["subject"], &next["has_more"]), (&json!("1"), &json!(false)));
        let back = harness
            .get(&format!("/emails?limit=2&before={}", next["data"][0]["id"].as_str().unwrap()))
            .await
            .json();
        assert_eq!(back["data"], page["data"]);
        let wrong_filter = harness
            .get("/emails?status=x&to=y&tag=z&stream=s&since=t&limit=0&after=u&domain=_&subject=!")
            .await;
        let names = ["after", "domain", "limit", "since", "status", "stream", "subject", "tag", "to"];
        let names = names.map(str::to_owned).to_vec();
        assert_eq!((wrong_filter.status, wrong(&wrong_filter).1), (422, names));
    })
    .await;
}

#[tokio::test]
async fn an_email_is_found_however_its_addresses_are_spelled() {
    on_both(async |harness: &Harness| {
        let request = with(json!({"from": "J\u{d6}RG@app.example", "to": "Rene\u{301}E@example.org"}));
        id(&harness.post("/emails", &request).await);
        harness.settled().await;
        harness.indexed().await;
        for filter in [
            "to=ren%C3%A9e@example.org",
            "to=RENE%CC%81E@example.org",
            "q=ren%C3%A9e@example.org",
            "from=j%C3%B6rg@app.example",
            "q=from:jo%CC%88rg@app.example",
        ] {
            let body = harness.get(&format!("/emails?{filter}")).await.json();
            assert_eq!(body["data"].as_array().map(Vec::len), Some(1), "{filter}: {body}");
        }
    })
    .await;
}

#[tokio::test]
async fn emails_are_found_by_what_people_type() {
    on_both(async |harness: &Harness| {
        for (n, to) in ["ann@example.org", "bob@example.org", "ann@example.org"].iter().enumerate() {
            let subject = format!("Invoice {n}");
            let stream = if n == 2 { "marketing" } else { "transactional" };
            let request = json!({"to": to, "tags": {"kind": "bill"}, "stream": stream, "subject": subject});
            id(&harness.post("/emails", &with(request)).await);
        }
        harness.settled().await;
        harness.indexed().await;
        let cases: &[(&str, &[&str])] = &[
            ("q=ann@example.org", &["Invoice 2", "Invoice 0"]),
            ("q=ann@example.org&limit=1", &["Invoice 2"]),
            ("q=ann@example.org&stream=transactional", &["Invoice 0"]),
            ("q=invo", &["Invoice 2", "Invoice 1", "Invoice 0"]),
            ("q=tag:kind:bill%20bob@example.org&status=delivered", &["Invoice 1"]),
            ("q=nobody@example.org", &[]),
            ("subject=invoice%20", &["Invoice 2", "Invoice 1", "Invoice 0"]),
            ("subject=INV&stream=marketing", &["Invoice 2"]),
            ("q=bob@example.org&subject=invoice&tag=kind:bill", &["Invoice 1"]),
            ("subject=bill", &[]),
        ];
        for (filter, expected) in cases {
            let body = harness.get(&format!("/emails?{filter}")).await.json();
            let subjects =
                body["data"].as_array().unwrap().iter().map(|one| one["subject"].as_str().unwrap());
            assert_eq!(subjects.collect::<Vec<_>>(), *expected, "{filter}");
        }
        let first = harness.get("/emails?q=invoice&limit=2").await.json();
        assert_eq!(first["has_more"], json!(true));
        let last = first["data"][1]["id"].as_str().unwrap();
        let second = harness.get(&format!("/emails?q=invoice&limit=2&after={last}")).await.json();
        assert_eq!(second["data"][0]["subject"], json!("Invoice 0"));
        assert_eq!(second["has_more"], json!(false));
        let back = harness.get(&format!("/emails?q=invoice&limit=1&before={last}")).await.json();
        assert_eq!((&back["data"][0], &back["has_more"]), (&first["data"][0], &json!(false)));
        for query in ["q=", "q=!"] {
            assert_eq!(harness.get(&format!("/emails?{query}")).await.status, 422, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_opens_what_it_is_for_and_nothing_else() {
    on_both(async |harness: &Harness| {
        let mine = format!("/emails/{}", id(&harness.post("/emails", &email()).await));
        let ask = async |path: (&str, &str), key: &str, body: &Value| {
            let bearer = format!("Bearer {key}");
            let answer = harness.ask_with(path, &[("authorization", &bearer)], body.to_string()).await;
            (answer.status, answer.json()["name"].as_str().unwrap_or_default().to_owned())
        };
        let sending = harness.key_of(harness.workspace(), Scope::Sending).await;
        assert_eq!(ask(("POST", "/emails"), &sending, &email()).await.0, 200);
        assert_eq!(ask(("GET", &mine), &sending, &json!({})).await, (401, "restricted_api_key".into()));
        assert_eq!(ask(("GET", &mine), "pr_nothing", &json!({})).await, (403, "invalid_api_key".into()));
        let none = harness.ask_with(("GET", &mine), &[("authorization", "Basic eA==")], "").await;
        assert_eq!((none.status, wrong(&none).0.as_str()), (401, "missing_api_key"));

        let other = harness.new_workspace("other").await;
        let foreign = harness.key_of(other, Scope::Full).await;
        for (method, path) in [
            ("GET", mine.clone()),
            ("GET", format!("{mine}/raw")),
            ("GET", format!("{mine}/events")),
            ("GET", format!("{mine}/attempts")),
            ("GET", format!("{mine}/recipients")),
            ("POST", format!("{mine}/cancel")),
            ("PATCH", mine.clone()),
        ] {
            let answer = ask((method, &path), &foreign, &json!({"scheduled_at": "in 1 hour"})).await;
            assert_eq!(answer, (404, "not_found".into()), "{method} {path}");
        }
        let wrong_noun = mine.replace("msg_", "dlv_");
        assert_eq!(harness.get(&wrong_noun).await.status, 404);
        assert_eq!(harness.ask("DELETE", &mine, &json!({})).await.status, 405);
    })
    .await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
    let harness = Harness::start(Database::Sqlite, &[("http.body_max_bytes", "65536")]).await;
    let answer = harness.post("/emails", &with(json!({"text": "x".repeat(70_000)}))).await;
    assert_eq!((answer.status, wrong(&answer).0.as_str()), (413, "payload_too_large"));
    harness.end().await;
}

#[tokio::test]
async fn a_body_of_many_tiny_elements_is_refused_at_the_list() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    let many = vec!["\"\""; 1_000_000].join(",");
    let cases = [
        ("/emails", format!(r#"{{"to":[{many}]}}"#), "/to"),
        ("/emails", format!(r#"{{"tags":[{many}]}}"#), "/tags/0"),
        ("/emails/batch", format!(r#"[{{"cc":[{many}]}}]"#), "/0/cc"),
        ("/emails/batch", format!("[{many}]"), ""),
        ("/suppressions/batch/add", format!(r#"{{"emails":[{many}]}}"#), "/emails"),
    ];
    for (path, body, pointer) in cases {
        let answer = harness.ask_with(("POST", path), &[("content-type", "application/json")], body).await;
        assert_eq!((answer.status, wrong(&answer).1), (422, vec![pointer.to_owned()]), "{path} {pointer}");
    }
    harness.end().await;
}

#[tokio::test]
async fn a_page_looks_at_so_many_emails_and_says_where_to_go_on() {
    on_both(async |harness: &Harness| {
        let first = harness.post("/emails", &with(json!({"stream": "marketing", "subject": "old"}))).await;
        assert_eq!(first.status, 200);
        let batch: Vec<_> = (0..1_000).map(|_| with(json!({"scheduled_at": "in 1 day"}))).collect();
        for _ in 0..3 {
            assert_eq!(harness.post("/emails/batch", &json!(batch)).await.status, 200);
        }
        harness.indexed().await;
        for filter in ["stream=marketing", "stream=marketing&domain=example.org"] {
            let page = harness.get(&format!("/emails?{filter}")).await.json();
            assert_eq!((&page["data"], &page["has_more"]), (&json!([]), &json!(true)), "{filter}");
            let next = page["next"].as_str().expect("a place");
            let page = harness.get(&format!("/emails?{filter}&after={next}")).await.json();
            assert_eq!(
                (&page["data"][0]["subject"], &page["has_more"]),
                (&json!("old"), &json!(false)),
                "{filter}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn mail_that_ended_otherwise_than_delivered_is_found_however_rare_it_is() {
    on_both(async |harness: &Harness| {
        let blocked = json!({"emails": ["a@blocked.example", "b@blocked.example"]});
        assert_eq!(harness.post("/suppressions/batch/add", &blocked).await.status, 200);
        let mut ids = Vec::new();
        for (subject, stream) in
            [("first", "transactional"), ("second", "marketing"), ("third", "transactional")]
        {
            let wish = json!({
                "to": ["a@blocked.example", "b@blocked.example"], "subject": subject, "stream": stream,
            });
            ids.push(id(&harness.post("/emails", &with(wish)).await));
        }
        let batch: Vec<_> = (0..1_000).map(|_| with(json!({"scheduled_at": "in 1 day"}))).collect();
        for _ in 0..4 {
            assert_eq!(harness.post("/emails/batch", &json!(batch)).await.status, 200);
        }
        let [first, second, third] = ids.as_slice() else { panic!("three") };
        let cases: [(String, &[&str], bool); 7] = [
            ("limit=2".to_owned(), &["third", "second"], true),
            (format!("limit=2&after={second}"), &["first"], false),
            (format!("limit=2&before={first}"), &["third", "second"], false),
            (format!("limit=1&before={first}"), &["second"], true),
            (format!("before={third}"), &[], false),
            ("stream=transactional".to_owned(), &["third", "first"], false),
            ("until=2001-01-01T00:00:00Z".to_owned(), &[], false),
        ];
        for (how, subjects, more) in cases {
            let page = harness.get(&format!("/emails?status=suppressed&{how}")).await.json();
            let shown: Vec<_> =
                page["data"].as_array().expect("emails").iter().map(|one| &one["subject"]).collect();
            assert_eq!((json!(shown), &page["has_more"]), (json!(subjects), &json!(more)), "{how}");
        }
        for status in ["bounced", "failed", "rejected", "canceled"] {
            let page = harness.get(&format!("/emails?status={status}")).await.json();
            assert_eq!((&page["data"], &page["has_more"]), (&json!([]), &json!(false)), "{status}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_looks_at_so_many_deliveries_and_says_where_to_go_on() {
    on_both(async |harness: &Harness| {
        let first = harness.post("/emails", &with(json!({"stream": "marketing", "subject": "old"}))).await;
        assert_eq!(first.status, 200);
        let to: Vec<_> = (0..1_000).map(|n| format!("r{n}@example.org")).collect();
        let batch: Vec<_> = (0..50).map(|_| with(json!({"to": to, "scheduled_at": "in 1 day"}))).collect();
        assert_eq!(harness.post("/emails/batch", &json!(batch)).await.status, 200);
        assert_eq!(harness.post("/emails", &email()).await.status, 200);
        harness.indexed().await;
        for (filter, shown) in
            [("limit=1000", 51), ("stream=marketing", 0), ("stream=marketing&domain=example.org", 0)]
        {
            let page = harness.get(&format!("/emails?{filter}")).await.json();
            let count = page["data"].as_array().expect("emails").len();
            assert_eq!((count, &page["has_more"]), (shown, &json!(true)), "{filter}");
            let next = page["next"].as_str().expect("a place");
            let page = harness.get(&format!("/emails?{filter}&after={next}")).await.json();
            let subject = &page["data"][0]["subject"];
            assert_eq!((subject, &page["has_more"]), (&json!("old"), &json!(false)), "{filter}");
        }
        let old = id(&first);
        let page = harness.get(&format!("/emails?stream=marketing&before={old}")).await.json();
        assert_eq!((&page["data"], &page["has_more"]), (&json!([]), &json!(true)), "backwards, too");
    })
    .await;
}
