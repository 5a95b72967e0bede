//! Advice over the API, with filters that are scripts.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::testing::{Answer, Database, Harness, on_both};

fn codes(advice: &Value) -> Vec<&str> {
    let findings = advice["findings"].as_array().expect("findings").iter();
    findings.map(|finding| finding["code"].as_str().expect("a code")).collect()
}

fn pointers(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_mail_is_looked_at_without_being_sent() {
    on_both(async |harness: &Harness| {
        let mail = json!({
            "subject": "Re: your order", "preheader": "On its way",
            "html": "<p>Hello, your parcel is on its way.</p>\n<a href='#'>Follow it</a>",
        });
        let advice = harness.post("/lint", &mail).await;
        assert_eq!(advice.status, 200, "{:?}", advice.json());
        let advice = advice.json();
        let first = &advice["findings"][0];
        assert_eq!(codes(&advice)[..2], ["link-empty", "subject-false-reply"]);
        assert_eq!(
            (&first["severity"], &first["field"], &first["line"], &first["column"], &first["snippet"]),
            (&json!("error"), &json!("html"), &json!(2), &json!(1), &json!("<a href='#'>"))
        );
        assert_eq!((&advice["scores"], &advice["left_out"]), (&json!([]), &json!(0)));
        // How to leave is asked of mail that goes to a stream for marketing.
        for (stream, missing) in
            [(Value::Null, false), (json!("transactional"), false), (json!("marketing"), true)]
        {
            let mut mail = mail.clone();
            mail["stream"] = stream;
            let advice = harness.post("/lint", &mail).await.json();
            assert_eq!(codes(&advice).contains(&"unsubscribe-missing"), missing, "{mail}");
        }
        for (wrong, pointer) in [
            (json!({ "subject": "s" }), "/html"),
            (json!({ "html": "h", "stream": "none" }), "/stream"),
            (json!({ "html": "h", "score": true, "from": "nobody" }), "/from"),
        ] {
            let refused = harness.post("/lint", &wrong).await;
            assert_eq!((refused.status, pointers(&refused)), (422, vec![pointer.to_owned()]), "{wrong}");
        }
        assert_eq!(harness.get("/emails").await.json()["data"], json!([]), "nothing was sent");
    })
    .await;
}

#[tokio::test]
async fn an_email_with_an_error_is_refused_when_its_author_wants_that() {
    on_both(async |harness: &Harness| {
        let mail = |html: &str, lint: bool| {
            json!({ "from": "a@app.example", "to": "b@example.org", "subject": "Your order", "html": html, "lint": lint })
        };
        let bad = "<p>Hello {{ name }}</p>";
        let refused = harness.post("/emails", &mail(bad, true)).await;
        assert_eq!((refused.status, pointers(&refused)), (422, vec!["/html".to_owned()]));
        assert!(refused.json()["errors"][0]["message"].as_str().expect("a sentence").contains("template-left"));
        for (html, lint) in [(bad, false), ("<font color='#777777'>Hello</font>", true)] {
            let sent = harness.post("/emails", &mail(html, lint)).await;
            assert_eq!(sent.status, 200, "{:?}", sent.json());
        }
    })
    .await;
}

#[tokio::test]
async fn a_template_is_looked_at_in_each_language() {
    on_both(async |harness: &Harness| {
        let source = json!({
            "name": "news", "locale": "en", "subject": "News for {{ name }}", "html": "<p>{{ name }}: {{ t.hi }}</p>",
            "strings": { "hi": "hello" },
            "locales": { "es": { "subject": "¡¡¡NOTICIAS PARA TI!!!", "strings": { "hi": "hola" } } },
            "sample": { "name": "Ann" },
            "schema": { "required": ["name"], "properties": { "name": { "type": "string" } } },
        });
        assert_eq!(harness.post("/templates", &source).await.status, 201);
        let ask = async |body: Value| harness.post("/templates/news/lint", &body).await.json();
        let all = ask(json!({})).await;
        let locales: Vec<_> = all["languages"].as_array().expect("languages").iter().map(|one| &one["locale"]).collect();
        assert_eq!(locales, ["en", "es"]);
        let of = |advice: &Value, n: usize| codes(&advice["languages"][n]["advice"]).join(" ");
        assert!(!of(&all, 0).contains("subject-marks") && of(&all, 1).contains("subject-marks"), "{all}");
        let one = ask(json!({ "locale": "es", "variables": { "name": "Lorem ipsum" }, "stream": "marketing" })).await;
        assert!(of(&one, 0).contains("placeholder-text") && of(&one, 0).contains("unsubscribe-missing"), "{one}");
        let failed = ask(json!({ "locale": "en", "variables": {} })).await;
        assert!(failed["languages"][0]["failed"].as_str().expect("why").contains("name"), "{failed}");
        assert_eq!(failed["languages"][0]["advice"], Value::Null);

        let published = harness.post("/templates/news/publish", &json!({})).await;
        assert_eq!((published.status, &published.json()["version"]), (200, &json!(1)));
        assert!(of(&published.json()["lint"], 1).contains("subject-capitals"), "{:?}", published.json());
        assert_eq!(ask(json!({ "version": 1 })).await, all);
        assert_eq!(harness.post("/templates/news/lint", &json!({ "version": 2 })).await.status, 404);
    })
    .await;
}

/// Takes all turns of the default workspace at the press, until the sender is dropped.
fn busy(harness: &Harness) -> (std::sync::mpsc::Sender<()>, impl Future<Output = ()>) {
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let ended = Arc::new(Mutex::new(ended));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let wait = |_| {
        let (app, ended, workspace) = (harness.app.clone(), ended.clone(), harness.workspace());
        let wait = move || drop(ended.lock().map(|ended| ended.recv()));
        Box::pin(async move { app.programs.rendering.run(workspace, wait).await })
    };
    let mut all: Vec<_> = (0..cores).map(wait).collect();
    for one in &mut all {
        assert!(one.now_or_never().is_none(), "it has its turn, and keeps it");
    }
    (end, async { drop(join_all(all).await) })
}

/// Whether a request waits although others are answered meanwhile.
async fn waits(harness: &Harness, asking: impl Future<Output = Answer>) -> bool {
    let others = async {
        for _ in 0..20 {
            harness.get("/emails").await;
        }
    };
    tokio::select! {
        _ = asking => false,
        () = others => true,
    }
}

#[tokio::test]
async fn advice_waits_for_its_workspaces_turn_wherever_it_is_asked_for() {
    on_both(async |harness: &Harness| {
        let (end, ended) = busy(harness);
        let mail = |lint: bool| {
            json!({ "from": "a@app.example", "to": "b@example.org", "subject": "Yours", "html": "<p>Hello</p>", "lint": lint })
        };
        let batch = json!([mail(false), mail(true)]);
        assert!(waits(harness, harness.post("/emails", &mail(true))).await);
        assert!(waits(harness, harness.post("/emails/batch", &batch)).await);
        let escaped = batch.to_string().replace("lint", "\\u006cint");
        let asked = harness.ask_with(("POST", "/emails/batch"), &[("content-type", "application/json")], escaped);
        assert!(waits(harness, asked).await);
        assert!(waits(harness, harness.post("/lint", &json!({ "html": "<p>Hello</p>" }))).await);
        let mut silent = mail(false);
        silent.as_object_mut().expect("an object").remove("lint");
        for (path, body) in [("/emails", mail(false)), ("/emails/batch", json!([silent]))] {
            assert_eq!(harness.post(path, &body).await.status, 200, "who asks for none");
        }
        drop(end);
        ended.await;
        assert_eq!(harness.post("/emails", &mail(true)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_a_turn_counts_as_a_body_that_is_under_way() {
    let settings = [("http.body_max_bytes", "65536"), ("http.bodies_max_bytes", "131072")];
    let harness = Harness::start(Database::Sqlite, &settings).await;
    let mail = json!({ "subject": "s", "html": "x".repeat(40_000) });
    let (end, ended) = busy(&harness);
    let mut first = Box::pin(harness.post("/lint", &mail));
    assert!(waits(&harness, &mut first).await);
    tokio::select! {
        refused = harness.post("/lint", &mail) => assert_eq!(refused.status, 503),
        _ = waits(&harness, std::future::pending()) => panic!("there is no room for both"),
    }
    drop(end);
    ended.await;
    assert_eq!(first.await.status, 200);
    assert_eq!(harness.post("/lint", &mail).await.status, 200, "the room was given back");
    harness.end().await;
}

/// Takes one request after the other, answers all with the same octets and gives what it read.
async fn filter(answer: &'static str, end: &'static [u8]) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let address = listener.local_addr().expect("an address");
    let (told, heard) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (mut read, mut piece) = (Vec::new(), [0; 4_096]);
            while !read.ends_with(end) {
                match stream.read(&mut piece).await {
                    Ok(0) | Err(_) => break,
                    Ok(count) => read.extend_from_slice(&piece[..count]),
                }
            }
            if stream.write_all(answer.as_bytes()).await.is_err()
                || told.send(String::from_utf8_lossy(&read).into_owned()).is_err()
            {
                break;
            }
        }
    });
    (address, heard)
}

#[tokio::test]
async fn filters_that_are_set_are_asked_for_their_score() {
    let verdict = "HTTP/1.1 200 OK\r\nContent-Length: 101\r\nConnection: close\r\n\r\n\
                   {\"score\":2.5,\"required_score\":15.0,\"symbols\":{\"FROM_X\":{\"score\":2.5,\"description\":\"Unusual sender\"}}}";
    let (rspamd, mut asked_rspamd) = filter(verdict, b"the end\r\n").await;
    let (spamd, mut asked_spamd) = filter(
        "SPAMD/1.1 0 EX_OK\r\nContent-length: 11\r\nSpam: True ; 6.1 / 5.0\r\n\r\nONE,TWO\r\n",
        b"the end\r\n",
    )
    .await;
    let (mute, _asked) = filter("no filter at all\r\n", b"the end\r\n").await;
    let (rspamd, spamd) = (format!("http://{rspamd}"), spamd.to_string());
    let harness =
        Harness::start(Database::Sqlite, &[("spam.rspamd", &rspamd), ("spam.spamassassin", &spamd)]).await;
    let mail = json!({ "subject": "Hello", "text": "this is the end", "score": true, "from": "Ann <ann@app.example>" });
    let scores = harness.post("/lint", &mail).await.json()["scores"].clone();
    assert_eq!(
        scores,
        json!([
            { "filter": "rspamd", "score": 2.5, "threshold": 15.0, "failed": null,
              "symbols": [{ "name": "FROM_X", "score": 2.5, "description": "Unusual sender" }] },
            { "filter": "spamassassin", "score": 6.1, "threshold": 5.0, "failed": null,
              "symbols": [{ "name": "ONE", "score": null, "description": "" }, { "name": "TWO", "score": null, "description": "" }] },
        ])
    );
    let (http, spamc) =
        (asked_rspamd.recv().await.expect("a request"), asked_spamd.recv().await.expect("a request"));
    assert!(
        http.starts_with("POST /checkv2 HTTP/1.1\r\n") && http.contains("From: Ann <ann@app.example>\r\n"),
        "{http}"
    );
    let (head, raw) = spamc.split_once("\r\n\r\n").expect("a head");
    assert_eq!(head, format!("SYMBOLS SPAMC/1.5\r\nContent-length: {}", raw.len()));
    assert!(
        harness.post("/lint", &json!({ "text": "x" })).await.json()["scores"] == json!([]),
        "nobody wants one"
    );

    let mute = mute.to_string();
    let wrong = format!("http://{mute}");
    let harness = harness.restarted(&[("spam.rspamd", &wrong), ("spam.spamassassin", &mute)]).await;
    let advice = harness.post("/lint", &mail).await;
    assert_eq!(advice.status, 200);
    for score in advice.json()["scores"].as_array().expect("scores") {
        assert!(score["failed"].is_string() && score["score"].is_null(), "{score}");
    }
    harness.end().await;
}
