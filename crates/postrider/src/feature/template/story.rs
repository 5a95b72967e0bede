//! Templates over the API, and the mail that is made of them.

use serde_json::{Value, json};

use crate::testing::{Answer, Database, Harness, on_both};

fn pointers(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    let mut pointers: Vec<_> =
        errors.iter().map(|error| error["pointer"].as_str().unwrap_or_default().to_owned()).collect();
    pointers.sort();
    pointers
}

fn welcome() -> Value {
    json!({
        "name": "Welcome mail", "key": "welcome", "locale": "en",
        "subject": "Welcome, {{ name }}", "html": "<p>{{ t.hi }} {{ name }}</p><a href=\"{{ url }}\">Go</a>",
        "strings": { "hi": "Hi" },
        "locales": { "es": { "subject": "Te damos la bienvenida, {{ name }}", "strings": { "hi": "Hola" } } },
        "schema": {
            "required": ["name", "url"],
            "properties": { "name": { "type": "string" }, "url": { "type": "string" }, "n": { "type": "integer" } },
        },
        "sample": { "name": "Ann", "url": "https://a.example/" },
    })
}

fn mail(template: &Value) -> Value {
    json!({ "from": "Acme <hello@app.example>", "to": "ann@example.org", "template": template })
}

#[tokio::test]
async fn a_template_is_drafted_published_and_sent() {
    on_both(async |harness: &Harness| {
        let made = harness.post("/templates", &welcome()).await;
        assert_eq!((made.status, &made.json()["version"]), (201, &Value::Null), "{:?}", made.json());
        let id = made.json()["id"].as_str().expect("an id").to_owned();
        let data = json!({ "name": "<Bob>", "url": "https://b.example/" });
        let early = harness.post("/emails", &mail(&json!({ "id": id, "variables": data }))).await;
        assert_eq!((early.status, pointers(&early)), (422, vec!["/template/id".into()]));

        assert_eq!(harness.post("/templates/welcome/publish", &json!({})).await.json()["version"], 1);
        for (named, locale, subject, text) in [
            ("welcome", json!(null), "Welcome, <Bob>", "Hi <Bob>"),
            (&*id, json!("es-MX"), "Te damos la bienvenida, <Bob>", "Hola <Bob>"),
        ] {
            let template = json!({ "id": named, "locale": locale, "variables": data });
            let sent = harness.post("/emails", &mail(&template)).await;
            assert_eq!(sent.status, 200, "{:?}", sent.json());
            let shown =
                harness.get(&format!("/emails/{}", sent.json()["id"].as_str().expect("an id"))).await.json();
            assert_eq!(shown["subject"], subject);
            assert!(shown["html"].as_str().expect("html").contains("&lt;Bob&gt;"), "{shown}");
            let words = shown["text"].as_str().expect("a text").replace("\r\n", "\n");
            assert_eq!(words.trim_end(), format!("{text}\n\nGo <https://b.example/>"));
        }
        let own = json!({ "id": "welcome", "variables": data });
        let mut request = mail(&own);
        request["subject"] = json!("Mine");
        let sent = harness.post("/emails/batch", &json!([request, mail(&own)])).await.json();
        let subject = async |n: usize| {
            let id = sent["data"][n]["id"].as_str().expect("an id").to_owned();
            harness.get(&format!("/emails/{id}")).await.json()["subject"].clone()
        };
        assert_eq!((subject(0).await, subject(1).await), (json!("Mine"), json!("Welcome, <Bob>")));
    })
    .await;
}

#[tokio::test]
async fn a_wrong_variable_refuses_the_send_with_its_pointer() {
    on_both(async |harness: &Harness| {
        let mut template = welcome();
        template["publish"] = json!(true);
        assert_eq!(harness.post("/templates", &template).await.json()["version"], 1);
        let cases = [
            (json!({ "id": "welcome" }), vec!["/template/variables/name", "/template/variables/url"]),
            (
                json!({ "id": "welcome", "variables": { "name": 1, "url": "u", "n": "x" } }),
                vec!["/template/variables/n", "/template/variables/name"],
            ),
            (json!({ "id": "none" }), vec!["/template/id"]),
            (json!({ "id": "welcome", "version": 2 }), vec!["/template/id"]),
            (json!({}), vec!["/template/id"]),
            (json!({ "id": "welcome", "variables": 7 }), vec!["/template/variables"]),
        ];
        for (template, expected) in cases {
            let refused = harness.post("/emails", &mail(&template)).await;
            assert_eq!(
                (refused.status, pointers(&refused)),
                (422, expected.iter().map(ToString::to_string).collect()),
                "{template}"
            );
        }
        let data = json!({ "name": "A", "url": "u" });
        let mut both = mail(&json!({ "id": "welcome", "variables": data }));
        both["html"] = json!("<p>");
        both["from"] = json!("nobody");
        assert_eq!(pointers(&harness.post("/emails", &both).await), ["/from", "/html"]);
        let batch =
            json!([mail(&json!({ "id": "welcome", "variables": data })), mail(&json!({ "id": "welcome" }))]);
        let refused = harness.post("/emails/batch", &batch).await;
        assert_eq!(pointers(&refused), ["/1/template/variables/name", "/1/template/variables/url"]);
        assert_eq!(harness.get("/emails").await.json()["data"], json!([]), "nothing was sent");
    })
    .await;
}

#[tokio::test]
async fn a_version_stays_as_it_was_published() {
    on_both(async |harness: &Harness| {
        let part = json!({ "kind": "partial", "name": "foot", "body": "<p>Old</p>" });
        let foot = harness.post("/template-parts", &part).await;
        assert_eq!(foot.status, 201, "{:?}", foot.json());
        let foot = format!("/template-parts/{}", foot.json()["id"].as_str().expect("an id"));
        let source =
            json!({ "name": "n", "subject": "One", "html": "<b>1</b>{% include 'foot' %}", "publish": true });
        assert_eq!(harness.post("/templates", &source).await.json()["version"], 1);
        assert_eq!(harness.ask("PATCH", &foot, &json!({ "body": "<p>New</p>" })).await.status, 200);
        let changed =
            harness.ask("PATCH", "/templates/n", &json!({ "subject": "Two", "publish": true })).await;
        assert_eq!((changed.status, &changed.json()["version"]), (200, &json!(2)), "{:?}", changed.json());
        for (version, subject, html) in [(1, "One", "<b>1</b><p>Old</p>"), (2, "Two", "<b>1</b><p>New</p>")] {
            let rendered = harness.post("/templates/n/render", &json!({ "version": version })).await.json();
            assert_eq!((&rendered["subject"], &rendered["html"]), (&json!(subject), &json!(html)));
            let shown = harness.get(&format!("/templates/n?version={version}")).await.json();
            assert_eq!((&shown["subject"], &shown["version"]), (&json!(subject), &json!(version)));
        }
        let versions = harness.get("/templates/n/versions").await.json();
        assert_eq!(
            (&versions["data"][0]["version"], &versions["data"][1]["version"]),
            (&json!(2), &json!(1))
        );
        assert_eq!(harness.ask("DELETE", &foot, &json!({})).await.status, 200);
        let lost = harness.post("/templates/n/publish", &json!({})).await;
        assert_eq!((lost.status, pointers(&lost)), (422, vec!["/html".into()]));
        assert_eq!(harness.post("/templates/n/render", &json!({ "version": 2 })).await.status, 200);
        assert_eq!(harness.get("/templates/n?version=3").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_previewed_changed_copied_and_deleted() {
    on_both(async |harness: &Harness| {
        assert_eq!(harness.post("/templates", &welcome()).await.status, 201);
        assert_eq!(harness.post("/templates", &welcome()).await.status, 409);
        let preview = harness.post("/templates/welcome/render", &json!({ "locale": "es" })).await.json();
        assert_eq!(preview["subject"], "Te damos la bienvenida, Ann");
        let missing = harness.post("/templates/welcome/render", &json!({ "variables": {} })).await;
        assert_eq!(
            (missing.status, pointers(&missing)),
            (422, vec!["/variables/name".into(), "/variables/url".into()])
        );

        let copy = harness.post("/templates/welcome/duplicate", &json!({})).await;
        assert_eq!(
            (copy.status, &copy.json()["key"], &copy.json()["name"]),
            (201, &json!("welcome-copy"), &json!("Welcome mail (copy)"))
        );
        let patch =
            json!({ "html": "{{ x\n", "text": "{% set a = a ~ a %}", "schema": null, "locales": null });
        assert_eq!(harness.ask("PATCH", "/templates/welcome-copy", &patch).await.status, 200);
        let shown = harness.get("/templates/welcome-copy").await.json();
        assert_eq!(
            (&shown["schema"], &shown["locales"], &shown["strings"]["hi"]),
            (&json!(null), &json!({}), &json!("Hi"))
        );
        let refused = harness.post("/templates/welcome-copy/publish", &json!({})).await;
        assert_eq!((refused.status, pointers(&refused)), (422, vec!["/html".into(), "/text".into()]));
        let taken = harness.ask("PATCH", "/templates/welcome-copy", &json!({ "key": "welcome" })).await;
        assert_eq!(taken.status, 409);

        let list = harness.get("/templates?limit=1").await.json();
        assert_eq!((&list["data"][0]["key"], &list["has_more"]), (&json!("welcome-copy"), &json!(true)));
        assert_eq!(harness.ask("DELETE", "/templates/welcome-copy", &json!({})).await.status, 200);
        assert_eq!(harness.get("/templates/welcome-copy").await.status, 404);
        for (body, expected) in [
            (json!({}), vec!["/name"]),
            (json!({ "name": "a\nb", "key": "a b" }), vec!["/key", "/name"]),
            (
                json!({ "name": "x", "html": 7, "locales": { "es": { "subject": [] } } }),
                vec!["/html", "/locales/es/subject"],
            ),
            (json!({ "name": "x", "publish": true }), vec!["/html", "/subject"]),
        ] {
            let refused = harness.post("/templates", &body).await;
            assert_eq!(
                (refused.status, pointers(&refused)),
                (422, expected.iter().map(ToString::to_string).collect()),
                "{body}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_template_comes_from_the_gallery_or_from_an_export() {
    on_both(async |harness: &Harness| {
        let gallery = harness.get("/templates/gallery").await.json();
        let name = gallery["data"][0]["name"].as_str().expect("a name").to_owned();
        let used = harness.post(&format!("/templates/gallery/{name}/use"), &json!({ "publish": true })).await;
        assert_eq!((used.status, &used.json()["version"]), (201, &json!(1)), "{:?}", used.json());
        let sent = harness
            .post(
                "/emails",
                &mail(&json!({ "id": name, "locale": "zh-CN", "variables": gallery["data"][0]["sample"] })),
            )
            .await;
        assert_eq!(sent.status, 200, "{:?}", sent.json());
        assert_eq!(harness.post("/templates/gallery/none/use", &json!({})).await.status, 404);

        let mut export = harness.get(&format!("/templates/{name}/export")).await.json();
        export["subject"] = json!("Changed");
        let again = harness.post("/templates/import", &export).await.json();
        assert_eq!(
            (&again["id"], &again["subject"], &again["version"]),
            (&used.json()["id"], &json!("Changed"), &json!(1))
        );
        export["key"] = json!("second");
        let second = harness.post("/templates/import", &export).await;
        assert_eq!((second.status, &second.json()["key"]), (200, &json!("second")), "{:?}", second.json());
        assert_eq!(harness.get("/templates/second/export").await.json(), export);
    })
    .await;
}

#[tokio::test]
async fn a_text_is_made_of_html_unless_it_is_declined() {
    on_both(async |harness: &Harness| {
        for (text, expected) in [(json!(null), json!("Hi Ann\n")), (json!(""), json!(null)), (json!("Own"), json!("Own"))] {
            let mut request = json!({ "from": "hello@app.example", "to": "a@example.org", "subject": "s", "html": "<p>Hi&nbsp;Ann</p>" });
            request["text"] = text.clone();
            let sent = harness.post("/emails", &request).await.json();
            let shown = harness.get(&format!("/emails/{}", sent["id"].as_str().expect("an id"))).await.json();
            let got = shown["text"].as_str().map(|text| text.replace("\r\n", "\n").replace('\u{a0}', " "));
            assert_eq!(got.as_deref().map(str::trim_end), expected.as_str().map(str::trim_end), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_emails_of_a_request_take_so_much_memory_and_name_so_many_templates() {
    for database in [Database::Sqlite, Database::Postgres] {
        let settings = [("http.body_max_bytes", "1048576"), ("http.bodies_max_bytes", "4194304")];
        let harness = Harness::start(database, &settings).await;
        let long = json!({
            "name": "long", "key": "long", "locale": "en", "subject": "s", "text": "t", "publish": true,
            "html": format!("{{% for a in range(1000) %}}{}{{% endfor %}}", "x".repeat(900)),
        });
        let made = harness.post("/templates", &long).await;
        assert_eq!(made.status, 201, "{}", made.json());
        let batch = |emails: usize| json!(vec![mail(&json!({ "id": "long" })); emails]);
        let refused = harness.post("/emails/batch", &batch(10)).await;
        assert_eq!(
            (refused.status, refused.header("retry-after").is_empty()),
            (503, false),
            "{}",
            refused.json()
        );
        let why = refused.json()["message"].as_str().expect("a sentence").to_owned();
        assert!(why.starts_with("/2: ") && why.contains("send fewer in one request"), "{why}");
        let headers = [("content-type", "application/json"), ("x-batch-validation", "permissive")];
        let some = harness.ask_with(("POST", "/emails/batch"), &headers, batch(10).to_string()).await.json();
        assert_eq!(
            (some["data"].as_array().map(Vec::len), some["errors"][0]["index"].as_u64()),
            (Some(2), Some(2))
        );
        let again = harness.post("/emails/batch", &batch(2)).await;
        assert_eq!(again.status, 200, "the room was given back: {}", again.json());

        let naming =
            |count: usize| -> Value { (0..count).map(|n| mail(&json!({ "id": format!("t{n}") }))).collect() };
        let refused = harness.post("/emails/batch", &naming(51)).await;
        assert_eq!((refused.status, pointers(&refused)), (422, vec![String::new()]));
        assert_eq!(
            pointers(&harness.post("/emails/batch", &naming(50)).await).len(),
            50,
            "none of them exists"
        );
        harness.end().await;
    }
}
