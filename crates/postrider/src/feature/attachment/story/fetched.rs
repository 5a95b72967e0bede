//! Files that emails name by their URLs, and the servers that have them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use net::scripted_dns::ScriptedDns;
use serde_json::json;

use super::{email, raw, wrong};
use crate::testing::{Database, Harness, on_both};

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
async fn what_is_fetched_takes_no_more_memory_than_bodies_may() {
    let settings = [("http.body_max_bytes", "65536"), ("http.bodies_max_bytes", "131072")];
    let harness = Harness::start(Database::Sqlite, &settings).await;
    let (address, _) = server().await;
    let files = json!([{ "path": format!("http://{address}/big") }]);
    let sent = harness.post("/emails", &email(&files)).await;
    assert_eq!((sent.status, wrong(&sent).0), (422, vec!["/attachments/0/path".to_owned()]));
    assert!(wrong(&sent).1.contains("no room"), "{}", wrong(&sent).1);
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
