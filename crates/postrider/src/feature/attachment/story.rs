//! Files that are uploaded, fetched, refused: told to the whole product on both databases.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail::At;
use net::scripted_dns::ScriptedDns;
use serde_json::{Value, json};
use store::Query;

use crate::feature::access::Scope;
use crate::retention::forget_files;
use crate::testing::{Answer, Database, Harness, on_both};

const DAY_US: i64 = 86_400_000_000;

fn email(attachments: &Value) -> Value {
    json!({
        "from": "hello@app.example", "to": "ann@example.org", "subject": "s", "text": "t", "html": "<p>h</p>",
        "attachments": attachments,
    })
}

async fn upload(harness: &Harness, filename: &str, content: &[u8]) -> Answer {
    harness.post("/attachments", &json!({ "filename": filename, "content": STANDARD.encode(content) })).await
}

fn id(answer: &Answer) -> String {
    let body = answer.json();
    body["id"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
}

/// The wrong fields, and the first one's sentence.
fn wrong(answer: &Answer) -> (Vec<String>, String) {
    let body = answer.json();
    let errors = body["errors"].as_array().unwrap_or_else(|| panic!("{body}"));
    let text = |error: &Value, field: &str| error[field].as_str().expect("a text").to_owned();
    let first = errors.first().map_or_else(|| text(&body, "message"), |error| text(error, "message"));
    (errors.iter().map(|error| text(error, "pointer")).collect(), first)
}

/// What was sent, as it is kept.
async fn raw(harness: &Harness, sent: &Answer) -> String {
    assert_eq!(sent.status, 200, "{}", sent.json());
    let raw = harness.get(&format!("/emails/{}/raw", id(sent))).await;
    String::from_utf8(raw.bytes.to_vec()).expect("ASCII")
}

async fn count(harness: &Harness, sql: &'static str) -> i64 {
    let rows = harness.app.store.read(&Query::new("case", sql), &[]).await.expect("a count");
    rows[0].int(0).expect("a number")
}

#[tokio::test]
async fn a_file_is_uploaded_once_and_named_by_many_emails() {
    on_both(async |harness: &Harness| {
        let made = upload(harness, "Übersicht.pdf", b"%PDF-1").await;
        assert_eq!(made.status, 201);
        let body = made.json();
        for (field, value) in [
            ("object", json!("attachment")),
            ("filename", json!("Übersicht.pdf")),
            ("content_type", json!("application/pdf")),
            ("size", json!(6)),
            ("sha256", json!("21af8e71c8703196df7fe1ff901869a88fe64c07bbaa83d838efb45a52b4f303")),
        ] {
            assert_eq!(body[field], value, "{field}");
        }
        assert_eq!(id(&upload(harness, "Übersicht.pdf", b"%PDF-1").await), id(&made), "the same again");
        let named = upload(harness, "other.pdf", b"%PDF-1").await;
        assert_ne!(id(&named), id(&made), "another name is another file");
        assert_eq!(count(harness, "SELECT count(*) FROM attachment_content").await, 1, "of the same octets");

        // As it is, the type from the header.
        let headers = [("content-type", "text/csv")];
        let path = "/attachments?filename=%E5%B9%B4.csv";
        let plain = harness.ask_with(("POST", path), &headers, "a;b").await;
        assert_eq!((&plain.json()["filename"], &plain.json()["content_type"]), (&json!("年.csv"), &json!("text/csv")));

        let files = json!([{ "id": id(&made) }, { "id": id(&plain), "filename": "b.csv" }, { "id": id(&named), "content_id": "x" }]);
        let sent = raw(harness, &harness.post("/emails", &email(&files)).await).await;
        for part in [
            "filename*=UTF-8''%C3%9Cbersicht.pdf\r\n\r\nJVBERi0x\r\n",
            "Content-Type: text/csv\r\n",
            "filename=\"b.csv\"\r\n\r\nYTti\r\n",
            "Content-ID: <x>\r\nContent-Disposition: inline;\r\n filename=\"other.pdf\"\r\n",
        ] {
            assert!(sent.contains(part), "{part}: {sent}");
        }
        let batch = json!([email(&files), email(&json!([{ "id": id(&made) }]))]);
        let sent = harness.post("/emails/batch", &batch).await.json();
        assert_eq!(sent["data"].as_array().map(Vec::len), Some(2), "{sent}");

        let removed = harness.ask("DELETE", &format!("/attachments/{}", id(&made)), &json!({})).await;
        assert_eq!((removed.status, &removed.json()["deleted"]), (200, &json!(true)));
        assert_eq!(harness.get(&format!("/attachments/{}", id(&made))).await.status, 404);
        let sent = harness.post("/emails", &email(&files)).await;
        assert_eq!((sent.status, wrong(&sent).0), (422, vec!["/attachments/0/id".to_owned()]));
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_at_its_field() {
    on_both(async |harness: &Harness| {
        let kept = id(&upload(harness, "a.pdf", b"pdf").await);
        let program = STANDARD.encode(b"\x7fELF\x02\x01\x01");
        let cases = [
            (json!({}), "content"),
            (json!({ "content": "aGk=", "id": kept }), ""),
            (json!({ "content": "aGk=", "path": "https://x.example/" }), ""),
            (json!({ "id": "fil_0000000000000" }), "id"),
            (json!({ "id": "msg_0000000000000" }), "id"),
            (json!({ "path": "ftp://x.example/a" }), "path"),
            (json!({ "content": "aGk=", "filename": "a.pdf.exe" }), "filename"),
            (json!({ "content": "aGk=", "filename": "a.EXE. ." }), "filename"),
            (json!({ "content": "aGk=", "filename": "a\u{202e}fdp.scr" }), "filename"),
            (json!({ "content": "aGk=", "content_type": "application/x-msdownload" }), "content_type"),
            (json!({ "content": program, "filename": "a.pdf" }), "content"),
            (json!({ "id": kept, "filename": "a.js" }), "filename"),
        ];
        for (file, field) in cases {
            let sent = harness.post("/emails", &email(&json!([file]))).await;
            let pointer = if field.is_empty() {
                "/attachments/0".to_owned()
            } else {
                format!("/attachments/0/{field}")
            };
            assert_eq!((sent.status, wrong(&sent).0), (422, vec![pointer]), "{file}");
        }
        for (body, fields) in [
            (json!({}), vec!["/filename", "/content"]),
            (json!({ "filename": "a.vbs", "content": "aGk=" }), vec!["/filename"]),
            (
                json!({ "filename": "a\nb", "content_type": "x", "content": "" }),
                vec!["/filename", "/content_type"],
            ),
        ] {
            let refused = harness.post("/attachments", &body).await;
            assert_eq!(
                (refused.status, wrong(&refused).0),
                (422, fields.into_iter().map(str::to_owned).collect())
            );
        }
        assert_eq!(count(harness, "SELECT count(*) FROM message").await, 0);
        assert_eq!(count(harness, "SELECT count(*) FROM attachment").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_workspace_has_its_quota_and_what_nobody_names_is_forgotten() {
    for database in [Database::Sqlite, Database::Postgres] {
        let settings = [("attachments.quota_bytes", "1048576"), ("attachments.file_max_bytes", "600000")];
        let harness = Harness::start(database, &settings).await;
        let (first, second) = (vec![1; 600_000], vec![2; 500_000]);
        let old = id(&upload(&harness, "a.bin", &first).await);
        assert_eq!(wrong(&upload(&harness, "b.bin", &[0; 600_001]).await).0, ["/content"]);
        let full = upload(&harness, "b.bin", &second).await;
        assert_eq!((full.status, &full.json()["name"]), (422, &json!("limit_reached")));
        let again = upload(&harness, "c.bin", &first).await;
        assert_eq!(again.status, 201, "the same octets take no more");
        let other = harness.new_workspace("other").await;
        let key = format!("Bearer {}", harness.key_of(other, Scope::Sending).await);
        let headers = [("authorization", key.as_str())];
        let theirs =
            harness.ask_with(("POST", "/attachments?filename=b.bin"), &headers, second.clone()).await;
        assert_eq!(theirs.status, 201, "each has its own");

        let now = net::clock::now();
        let in_days = |days: i64| At(now.0 + days * DAY_US);
        let (store, workspace) = (&harness.app.store, harness.workspace());
        let file = super::kept::one(store, workspace, crate::id::Noun::Attachment.read(&old).expect("an id"));
        let file = file.await.expect("it reads").expect("it is there");
        super::kept::used(store, in_days(50), workspace, &file).await.expect("its use is written");
        forget_files(store, in_days(100), 90).await.expect("files are forgotten");
        assert_eq!(harness.get(&format!("/attachments/{old}")).await.status, 200, "it was named since");
        let gone = harness.get(&format!("/attachments/{}", id(&again))).await;
        assert_eq!(gone.status, 404);
        assert_eq!(
            count(&harness, "SELECT count(*) FROM attachment_content").await,
            1,
            "one has the octets yet"
        );
        forget_files(store, in_days(141), 90).await.expect("files are forgotten");
        assert_eq!(count(&harness, "SELECT count(*) FROM attachment_content").await, 0);
        assert_eq!(upload(&harness, "b.bin", &second).await.status, 201, "there is room again");
        harness.end().await;
    }
}

/// A server with files, and how often it was asked.
async fn server() -> (SocketAddr, Arc<AtomicUsize>) {
    let asked: Arc<AtomicUsize> = Arc::default();
    let counted = asked.clone();
    let answer = move |uri: Uri, headers: HeaderMap| {
        let counted = counted.clone();
        async move {
            counted.fetch_add(1, Ordering::SeqCst);
            given(uri.path(), &headers).await
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    (address, asked)
}

async fn given(path: &str, headers: &HeaderMap) -> Response {
    let to = |place: &str| (StatusCode::FOUND, [(header::LOCATION, place.to_owned())]).into_response();
    match path {
        "/files/Gr%C3%BC%C3%9Fe.pdf" => {
            ([(header::CONTENT_TYPE, "application/x-own")], "pdf").into_response()
        }
        "/moved" => to("/files/Gr%C3%BC%C3%9Fe.pdf"),
        "/round" => to("/round"),
        "/away" => to("file:///etc/passwd"),
        "/nowhere" => StatusCode::FOUND.into_response(),
        "/zipped" => ([(header::CONTENT_ENCODING, "gzip")], "x").into_response(),
        "/big" => vec![0_u8; 70_000].into_response(),
        "/silent" => std::future::pending().await,
        "/program.pdf" => "#!/bin/sh\n".into_response(),
        "/keyless" if headers.contains_key("authorization") => StatusCode::BAD_REQUEST.into_response(),
        "/keyless" => "plain".into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

#[tokio::test]
async fn a_file_is_fetched_from_its_url_before_the_email_is_taken() {
    on_both(async |harness: &Harness| {
        let (address, asked) = server().await;
        let url = |path: &str| format!("http://{address}{path}");
        let files = json!([
            { "path": url("/files/Gr%C3%BC%C3%9Fe.pdf") },
            { "path": url("/moved"), "content_type": "application/pdf", "filename": "b.pdf" },
            { "path": url("/keyless"), "content_id": "k" },
        ]);
        let sent = raw(harness, &harness.post("/emails", &email(&files)).await).await;
        for part in [
            "Content-Type: application/x-own\r\n",
            "filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf\r\n\r\ncGRm\r\n",
            "Content-Type: application/pdf\r\n",
            "filename=\"b.pdf\"\r\n\r\ncGRm\r\n",
            "Content-ID: <k>\r\n",
        ] {
            assert!(sent.contains(part), "{part}: {sent}");
        }
        let before = asked.load(Ordering::SeqCst);
        let same = json!([{ "path": url("/files/Gr%C3%BC%C3%9Fe.pdf") }, { "path": url("/files/Gr%C3%BC%C3%9Fe.pdf") }]);
        let batch = json!([email(&same), email(&same)]);
        assert_eq!(harness.post("/emails/batch", &batch).await.status, 200);
        assert_eq!(asked.load(Ordering::SeqCst) - before, 1, "an equal URL is fetched once");
    })
    .await;
}

#[tokio::test]
async fn a_url_that_gives_no_file_refuses_the_email_with_its_reason() {
    let settings = [("attachments.file_max_bytes", "65536"), ("attachments.urls_max", "9")];
    let harness = Harness::start(Database::Sqlite, &settings).await;
    let (address, _) = server().await;
    let cases = [
        ("/away", "the server redirects: the URL must begin with https://"),
        ("/nowhere", "the server redirects to nowhere"),
        ("/round", "the server redirects more than 3 times"),
        ("/zipped", "the server compresses the file without being asked to"),
        ("/big", "the file has more than 65536 octets"),
        ("/none", "the server answered 404"),
    ];
    for (path, why) in cases {
        let files = json!([{ "content": "aGk=" }, { "path": format!("http://{address}{path}") }]);
        let sent = harness.post("/emails", &email(&files)).await;
        assert_eq!(
            (sent.status, wrong(&sent)),
            (422, (vec!["/attachments/1/path".into()], why.into())),
            "{path}"
        );
    }
    let disguised = json!([{ "path": format!("http://{address}/program.pdf") }]);
    assert_eq!(wrong(&harness.post("/emails", &email(&disguised)).await).0, ["/attachments/0/content"]);
    let many: Vec<_> = (0..10).map(|n| json!({ "path": format!("http://{address}/{n}") })).collect();
    let sent = harness.post("/emails", &email(&json!(many))).await;
    assert!(wrong(&sent).1.contains("10 different URLs"), "{}", wrong(&sent).1);
    harness.end().await;
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for() {
    let harness = Harness::start(Database::Sqlite, &[("attachments.fetch_timeout_s", "1")]).await;
    let (address, _) = server().await;
    let files = json!([{ "path": format!("http://{address}/silent") }]);
    let sent = harness.post("/emails", &email(&files)).await;
    assert_eq!((sent.status, wrong(&sent).0), (422, vec!["/attachments/0/path".to_owned()]));
    assert!(wrong(&sent).1.ends_with("within 1 s"), "{}", wrong(&sent).1);
    harness.end().await;
}

#[tokio::test]
async fn no_url_leads_into_our_own_networks() {
    let script = "private.example. A 10.0.0.1\nmetadata.example. A 169.254.169.254\nmapped.example. AAAA ::ffff:127.0.0.1\n\
                  alias.example. CNAME private.example.\n";
    let dns = ScriptedDns::start(script).await.expect("a DNS server");
    let resolvers = dns.address().to_string();
    let settings = [("webhooks.allow_private", "false"), ("dns.resolvers", resolvers.as_str())];
    let harness = Harness::start(Database::Sqlite, &settings).await;
    for url in [
        "https://private.example/a",
        "https://metadata.example/",
        "https://mapped.example/",
        "https://alias.example/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::ffff:10.0.0.1]/",
        "http://8.8.8.8/",
        "file:///etc/passwd",
        "https://user:pw@8.8.8.8/",
        "https://0x7f.1/",
        "gopher://8.8.8.8/",
    ] {
        let sent = harness.post("/emails", &email(&json!([{ "path": url }]))).await;
        assert_eq!((sent.status, wrong(&sent).0), (422, vec!["/attachments/0/path".to_owned()]), "{url}");
    }
    harness.end().await;
}

#[tokio::test]
async fn files_that_many_emails_name_take_no_more_than_a_body_could() {
    let harness = Harness::start(Database::Sqlite, &[("http.body_max_bytes", "262144")]).await;
    let kept = id(&upload(&harness, "a.bin", &[7; 100_000]).await);
    let batch = |emails: usize| json!(vec![email(&json!([{ "id": kept }])); emails]);
    assert_eq!(harness.post("/emails/batch", &batch(1)).await.status, 200);
    let refused = harness.post("/emails/batch", &batch(2)).await;
    assert_eq!((refused.status, &refused.json()["name"]), (413, &json!("payload_too_large")));
    harness.end().await;
}

#[tokio::test]
async fn an_invitation_is_one_to_calendars() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    let calendar = STANDARD.encode("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n");
    for (disposition, mixed) in [(None, false), (Some("attachment"), true)] {
        let file = json!({
            "content": calendar, "filename": "invite.ics", "content_type": "text/calendar; method=REQUEST",
            "disposition": disposition,
        });
        let sent = raw(&harness, &harness.post("/emails", &email(&json!([file]))).await).await;
        assert_eq!(sent.contains("multipart/mixed"), mixed, "{sent}");
        assert!(sent.contains("Content-Type: text/calendar; method=REQUEST"), "{sent}");
    }
    harness.end().await;
}

/// What a recipient gets who asks for a path of ours.
async fn follow(harness: &Harness, verb: &str, path: &str) -> Answer {
    harness.send(Request::builder().method(verb).uri(path).body(Body::empty()).expect("a request")).await
}

#[tokio::test]
async fn a_large_file_is_kept_and_the_email_leads_to_it() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = Harness::start(database, &[("attachments.link_above_bytes", "1000")]).await;
        let evil = "<b>\"ü\".html";
        let kept = id(&upload(&harness, "kept.pdf", b"pdf").await);
        let files = json!([
            { "content": STANDARD.encode("<script>1</script>"), "filename": evil, "link": true },
            { "content": STANDARD.encode([7; 1_200]), "filename": "large.bin" },
            { "content": STANDARD.encode([7; 1_200]), "filename": "carried.bin", "link": false },
            { "content": STANDARD.encode([7; 1_200]), "filename": "shown.png", "content_id": "c" },
            { "id": kept, "link": true },
        ]);
        let mut email = email(&files);
        email["html"] = json!("<html><body>h</body></html>");
        let sent = harness.post("/emails", &email).await;
        let mail = raw(&harness, &sent).await;
        assert!(
            mail.contains("carried.bin") && mail.contains("shown.png") && !mail.contains("large.bin\""),
            "{mail}"
        );

        let shown = harness.get(&format!("/emails/{}", id(&sent))).await.json();
        let (html, text) = (shown["html"].as_str().expect("html"), shown["text"].as_str().expect("a text"));
        assert!(
            html.ends_with("</p></body></html>")
                && html.contains(">&lt;b&gt;&quot;ü&quot;.html</a> (18 B · ≤ "),
            "{html}"
        );
        assert!(text.contains("large.bin (1.2 kB · ≤ "), "{text}");
        let paths: Vec<_> =
            text.split("https://track.example").skip(1).map(|rest| rest.split_whitespace().next()).collect();
        let paths: Vec<_> = paths.into_iter().flatten().collect();
        assert_eq!(paths.len(), 3, "{text}");
        assert!(paths.iter().all(|path| path.starts_with("/a/") && html.contains(path)), "{html}");

        let asked = follow(&harness, "HEAD", paths[0]).await;
        assert_eq!((asked.status, asked.header("content-length"), asked.bytes.len()), (200, "18", 0));
        let mut commits = harness.app.store.commits();
        let got = follow(&harness, "GET", paths[0]).await;
        assert_eq!((got.status, &*got.bytes), (200, b"<script>1</script>".as_slice()));
        for (header, value) in [
            ("content-type", "application/octet-stream"),
            ("x-content-type-options", "nosniff"),
            (
                "content-disposition",
                "attachment; filename=\"<b>___.html\"; filename*=UTF-8''%3Cb%3E%22%C3%BC%22.html",
            ),
        ] {
            assert_eq!(got.header(header), value);
        }
        let links = loop {
            let links = harness.get(&format!("/emails/{}/links", id(&sent))).await.json();
            if links["data"][0]["downloads"] == 1 {
                break links;
            }
            commits.changed().await.expect("the store is open");
        };
        assert_eq!(links["data"].as_array().map(Vec::len), Some(3), "{links}");
        assert_eq!(
            (&links["data"][2]["filename"], &links["data"][2]["downloads"]),
            (&json!("kept.pdf"), &json!(0))
        );

        // Neither an upload's end nor its retention ends a link; its own time does.
        let store = &harness.app.store;
        let later = |days: i64| At(net::clock::now().0 + days * DAY_US);
        harness.ask("DELETE", &format!("/attachments/{kept}"), &json!({})).await;
        forget_files(store, later(20), 10).await.expect("files are forgotten");
        assert_eq!(&*follow(&harness, "GET", paths[2]).await.bytes, b"pdf");
        static EXPIRE: Query = Query::new("case", "UPDATE attachment_link SET expires_us = 1");
        let mut write = store::Write::default();
        write.step(&EXPIRE, vec![]);
        store.write(write).await.expect("the links expire");
        let gone = follow(&harness, "GET", paths[0]).await;
        assert_eq!((gone.status, gone.header("content-type")), (410, "text/html; charset=utf-8"));
        forget_files(store, later(1), 90).await.expect("files are forgotten");
        assert_eq!(count(&harness, "SELECT count(*) FROM attachment_content").await, 0);
        harness.end().await;
    }
}

#[tokio::test]
async fn no_token_but_ours_leads_to_a_file() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    let file = json!([{ "content": "aGk=", "filename": "a.txt", "link": true }]);
    let sent = harness.post("/emails", &email(&file)).await;
    let shown = harness.get(&format!("/emails/{}", id(&sent))).await.json();
    let (_, path) =
        shown["text"].as_str().expect("a text").split_once("https://track.example/a/").expect("a link");
    let token = path.trim();
    assert_eq!(follow(&harness, "GET", &format!("/a/{token}")).await.status, 200);
    let other = if token.starts_with('A') { "B" } else { "A" };
    for path in [
        format!("/a/{other}{}", &token[1..]),
        format!("/a/{token}A"),
        "/a/x".into(),
        format!("/t/o/{token}"),
        format!("/t/u/{token}"),
        format!("/a/..%2f{token}"),
        "/a/https:%2f%2fevil.example%2f".into(),
    ] {
        assert_eq!(follow(&harness, "GET", &path).await.status, 404, "{path}");
    }
    assert_eq!(follow(&harness, "POST", &format!("/a/{token}")).await.status, 405);
    for (file, field) in [
        (json!({ "content": "aGk=", "link": true }), "filename"),
        (json!({ "content": "aGk=", "filename": "a.png", "content_id": "a", "link": true }), "link"),
        (json!({ "content": "aGk=", "filename": "a.exe", "link": true }), "filename"),
    ] {
        let linked = json!({ "content": "aGk=", "filename": "first.txt", "link": true });
        let sent = harness
            .post("/emails", &email(&json!([linked, file, { "content": "eA==", "filename": "" }])))
            .await;
        let pointers = [format!("/attachments/1/{field}"), "/attachments/2/filename".into()];
        assert_eq!((sent.status, wrong(&sent).0), (422, pointers.to_vec()), "{file}");
    }
    harness.end().await;
}

#[tokio::test]
async fn a_workspace_without_room_gets_no_link_and_its_email_is_not_taken() {
    on_both_with(&[("attachments.quota_bytes", "1048576")], async |harness: &Harness| {
        let file = |octet: u8| json!([{ "content": STANDARD.encode(vec![octet; 600_000]), "filename": "a", "link": true }]);
        assert_eq!(harness.post("/emails", &email(&file(1))).await.status, 200);
        assert_eq!(harness.post("/emails", &email(&file(1))).await.status, 200, "the same octets");
        let refused = harness.post("/emails", &email(&file(2))).await;
        assert_eq!((refused.status, wrong(&refused).0), (422, vec!["/attachments".to_owned()]));
        assert_eq!(count(harness, "SELECT count(*) FROM message").await, 2);
        assert_eq!(count(harness, "SELECT count(*) FROM attachment_link").await, 2);
    })
    .await;
}

/// Tells a story on both databases, with settings.
async fn on_both_with(settings: &[(&'static str, &str)], story: impl AsyncFn(&Harness)) {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = Harness::start(database, settings).await;
        story(&harness).await;
        harness.end().await;
    }
}
