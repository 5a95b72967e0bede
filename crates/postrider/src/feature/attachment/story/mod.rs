//! Files that are uploaded, fetched, refused: told to the whole product on both databases.

mod fetched;
mod linked;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail::At;
use serde_json::{Value, json};
use store::Query;

use crate::feature::access::Scope;
use crate::feature::attachment::kept;
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
        let file = kept::one(store, workspace, crate::id::Noun::Attachment.read(&old).expect("an id"));
        let file = file.await.expect("it reads").expect("it is there");
        kept::used(store, in_days(50), workspace, &file).await.expect("its use is written");
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
