//! Files that emails lead to, and who follows.

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail::At;
use serde_json::json;
use store::Query;

use super::{DAY_US, count, email, id, raw, upload, wrong};
use crate::retention::forget_files;
use crate::testing::{Answer, Database, Harness};

/// What a recipient gets who asks for a path of ours.
async fn follow(harness: &Harness, verb: &str, path: &str) -> Answer {
    harness.send(Request::builder().method(verb).uri(path).body(Body::empty()).expect("a request")).await
}

/// The paths of the links in a text.
fn paths_in(text: &str) -> Vec<&str> {
    text.split("https://track.example").skip(1).filter_map(|rest| rest.split_whitespace().next()).collect()
}

/// A browser saves what it got, under its name, and runs nothing of it.
fn harmless(got: &Answer) {
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
        let paths = paths_in(text);
        assert_eq!(paths.len(), 3, "{text}");
        assert!(paths.iter().all(|path| path.starts_with("/a/") && html.contains(path)), "{html}");

        let asked = follow(&harness, "HEAD", paths[0]).await;
        assert_eq!((asked.status, asked.header("content-length"), asked.bytes.len()), (200, "18", 0));
        let mut commits = harness.app.store.commits();
        let got = follow(&harness, "GET", paths[0]).await;
        assert_eq!((got.status, &*got.bytes), (200, b"<script>1</script>".as_slice()));
        harmless(&got);
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
