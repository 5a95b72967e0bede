//! Files that emails lead to, and who follows.

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail::At;
use serde_json::json;
use store::Query;

use super::{DAY_US, count, email, id, raw, upload, wrong};
use crate::feature::attachment::download::{PIECE_BYTES, STREAMS_OF_LINK_MAX, STREAMS_OF_WORKSPACE_MAX};
use crate::feature::attachment::kept::CONTENTS_MAX;
use crate::id::Noun;
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

#[tokio::test]
async fn a_link_outlives_the_last_moment_at_which_its_email_may_arrive() {
    on_both_with(&[], async |harness: &Harness| {
        let days = |days: i64| net::clock::now().0 + days * DAY_US;
        let at = |us: i64| mail::date::rfc3339(At(us));
        let mut email = email(&json!([{ "content": "aGk=", "filename": "a.txt", "link": true }]));
        email["scheduled_at"] = json!(at(days(200)));
        let sent = harness.post("/emails", &email).await;
        assert_eq!(sent.status, 200, "{}", sent.json());
        let expires = async || count(harness, "SELECT expires_us FROM attachment_link").await;
        let life = harness.app.settings.delivery.expires_after_transactional.as_micros() as i64;
        let planned = expires().await;
        assert!((days(229) + life..days(231) + life).contains(&planned), "{planned}");
        let path = format!("/emails/{}", id(&sent));
        let moved =
            async |to: i64| harness.ask("PATCH", &path, &json!({ "scheduled_at": at(to) })).await.status;
        assert_eq!(moved(days(300)).await, 200);
        let later = expires().await;
        assert!((days(329) + life..days(331) + life).contains(&later), "{later}");
        assert_eq!((moved(days(10)).await, expires().await), (200, later), "what was promised stays");
    })
    .await;
}

#[tokio::test]
async fn a_request_has_only_so_many_links() {
    on_both_with(&[], async |harness: &Harness| {
        let of = |links: usize| {
            email(&json!(vec![json!({ "content": "aGk=", "filename": "a.txt", "link": true }); links]))
        };
        let batch = |last: usize| json!([of(100), of(90), of(last)]);
        let refused = harness.post("/emails/batch", &batch(11)).await;
        assert_eq!((refused.status, wrong(&refused).0), (422, vec!["/2/attachments/10/link".to_owned()]));
        assert_eq!(harness.post("/emails/batch", &batch(10)).await.status, 200);
        assert_eq!(count(harness, "SELECT count(*) FROM attachment_link").await, 200);
    })
    .await;
}

#[tokio::test]
async fn a_workspace_keeps_only_so_many_different_files() {
    static FILL: Query = Query::split(
        "case",
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < :max)
         INSERT INTO attachment_content SELECT i, :workspace, CAST(CAST(i AS TEXT) AS BLOB), 1, 1, x'01' FROM n",
        "INSERT INTO attachment_content (id, workspace_id, sha256, size, brought_us, bytes)
         SELECT i, :workspace, convert_to(i::text, 'UTF8'), 1, 1, 'x' FROM generate_series(2, :max::bigint) i",
    );
    on_both_with(&[], async |harness: &Harness| {
        let file = |text: &str| json!([{ "content": STANDARD.encode(text), "filename": "a", "link": true }]);
        let mut write = store::Write::default();
        write.step(
            &FILL,
            vec![("workspace", harness.workspace().into()), ("max", (CONTENTS_MAX as i64).into())],
        );
        harness.app.store.write(write).await.expect("they are kept");
        assert_eq!(harness.post("/emails", &email(&file("the last"))).await.status, 200);
        let refused = harness.post("/emails", &email(&file("one more"))).await;
        assert_eq!((refused.status, wrong(&refused).0), (422, vec!["/attachments".to_owned()]));
        assert_eq!(
            harness.post("/emails", &email(&file("the last"))).await.status,
            200,
            "what it has already"
        );
        assert_eq!(super::upload(harness, "b", b"one more").await.status, 422);
    })
    .await;
}

#[tokio::test]
async fn a_file_comes_in_pieces_and_so_many_are_on_their_way() {
    on_both_with(&[], async |harness: &Harness| {
        let large: Vec<u8> = (0..PIECE_BYTES * 2 + 7).map(|n| (n % 251) as u8).collect();
        let files: Vec<_> = [&large[..], &large[..PIECE_BYTES], b""]
            .iter()
            .map(|octets| json!({ "content": STANDARD.encode(octets), "filename": "a.bin", "link": true }))
            .collect();
        let sent = harness.post("/emails", &email(&json!(files))).await;
        let shown = harness.get(&format!("/emails/{}", id(&sent))).await.json();
        let paths = paths_in(shown["text"].as_str().expect("a text"));
        for (path, octets) in paths.iter().zip([&large[..], &large[..PIECE_BYTES], b""]) {
            let got = follow(harness, "GET", path).await;
            assert_eq!(got.header("content-length"), octets.len().to_string());
            assert!(got.status == 200 && got.bytes == octets, "{} of {}", got.bytes.len(), octets.len());
        }
        let links = harness.get(&format!("/emails/{}/links", id(&sent))).await.json();
        let link =
            Noun::AttachmentLink.read(links["data"][0]["id"].as_str().expect("an id")).expect("a link's id");
        let (workspace, app) = (harness.workspace(), &harness.app);
        for (room, whose, max, others) in [
            (&app.downloads_of_links, link, STREAMS_OF_LINK_MAX, 200),
            (&app.downloads, workspace, STREAMS_OF_WORKSPACE_MAX, 503),
        ] {
            let mut taken = room.place(whose);
            taken.grow(max).expect("nobody else gets a file");
            let refused = follow(harness, "GET", paths[0]).await;
            assert_eq!((refused.status, refused.header("retry-after").is_empty()), (503, false));
            assert_eq!(follow(harness, "GET", paths[1]).await.status, others);
        }
        assert_eq!(follow(harness, "GET", paths[0]).await.status, 200);
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
