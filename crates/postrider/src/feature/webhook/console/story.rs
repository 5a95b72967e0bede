//! Endpoints in the console, and what a customer's server made of what it was told.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::story::{Got, Receiver, attempts, mail, on_both};
use crate::console::story::{Browser, audited, text};
use crate::feature::person::permission::Role;
use crate::testing::Harness;

const LIST: &str = "/w/default/webhooks";

/// Fields of a form that makes an endpoint.
fn fields(url: &str) -> Vec<(&str, &str)> {
    vec![
        ("url", url),
        ("event:email.delivered", "on"),
        ("batch", "1"),
        ("headers", ""),
        ("message_headers", ""),
    ]
}

fn hostile(_: usize, _: &Got) -> Response {
    (StatusCode::OK, "<script>alert(1)</script>").into_response()
}

/// Makes an endpoint; gives its page and its secret.
async fn made(browser: &Browser, harness: &Harness, url: &str) -> (String, String) {
    let page = browser.post(harness, LIST, &fields(url)).await;
    assert_eq!(page.status, 200, "{}", text(&page));
    let page = text(&page);
    let secret = page.split("<code>whsec_").nth(1).and_then(|rest| rest.split('<').next()).expect("a secret");
    let path = page.split("action=\"").find(|rest| rest.contains("/state\"")).expect("a form");
    (path.split("/state").next().expect("a path").to_owned(), format!("whsec_{secret}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_is_made_told_replayed_paused_and_removed_on_both() {
    on_both(async |harness: &Harness| {
        let mut receiver = Receiver::start(hostile).await;
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        assert!(text(&developer.get(harness, LIST).await).contains("No endpoint yet"));
        let (path, secret) = made(&developer, harness, &receiver.url()).await;
        assert!(!text(&developer.get(harness, &path).await).contains(&secret), "it is shown once");

        mail(harness, "Hello").await;
        attempts(harness, path.rsplit('/').next().expect("an id"), 1).await;
        let page = text(&developer.get(harness, &path).await);
        for said in ["email.delivered", "Taken", "&#60;script&#62;alert(1)", "1 of 1 taken"] {
            assert!(page.contains(said) && !page.contains("<script>"), "{said}: {page}");
        }
        let attempt = link(&page, "/attempts/");
        let whole = text(&developer.get(harness, &attempt).await);
        for said in ["&#60;script&#62;alert(1)", "email_id", "ann@there.example", "evt_"] {
            assert!(whole.contains(said) && !whole.contains("<script>"), "{said}: {whole}");
        }
        let id = whole.split("name=\"id\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let id = id.expect("an event").to_owned();
        let again = developer.post(harness, &format!("{path}/replay"), &[("id", &id)]).await;
        assert_eq!(again.header("location"), format!("{path}?told=replayed"));
        let got = receiver.wait(2).await;
        assert_eq!(got.iter().map(|one| one.header("webhook-id")).collect::<Vec<_>>(), [&*id, &*id]);

        let range = [("since", "2020-01-01T00:00"), ("until", ""), ("event", "email.delivered")];
        developer.post(harness, &format!("{path}/replay"), &range).await;
        receiver.wait(3).await;
        let backwards = [("since", "2026-01-02T00:00"), ("until", "2026-01-01T00:00"), ("event", "")];
        let wrong = developer.post(harness, &format!("{path}/replay"), &backwards).await;
        assert!(wrong.status == 422 && text(&wrong).contains("value=\"2026-01-02T00:00\""));

        let paused = developer.post(harness, &format!("{path}/state"), &[("to", "paused")]).await;
        assert_eq!(paused.header("location"), format!("{path}?told=paused"));
        assert!(text(&developer.get(harness, LIST).await).contains("Paused"));
        developer.post(harness, &format!("{path}/state"), &[("to", "enabled")]).await;
        let rotated = text(&developer.post(harness, &format!("{path}/rotate"), &[("sure", "yes")]).await);
        assert!(rotated.contains("whsec_") && !rotated.contains(&secret));
        let kept = developer.post(harness, &format!("{path}/remove"), &[]).await;
        assert_eq!(kept.header("location"), path, "nobody was sure");
        developer.post(harness, &format!("{path}/remove"), &[("sure", "yes")]).await;
        assert_eq!(developer.get(harness, &path).await.status, 404);
        let done = ["added", "replayed", "replayed", "changed", "changed", "rotated", "removed"];
        assert_eq!(audited(harness).await[1..], done.map(|done| format!("webhook.{done}")));
    })
    .await;
}

/// The address in a page that holds `part`.
fn link(page: &str, part: &str) -> String {
    let rest =
        page.split("href=\"").find(|rest| rest.split('"').next().is_some_and(|href| href.contains(part)));
    rest.and_then(|rest| rest.split('"').next()).expect("a link").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sample_shows_what_an_endpoint_says_and_attempts_narrow() {
    on_both(async |harness: &Harness| {
        let receiver =
            Receiver::start(|_, _| (StatusCode::IM_A_TEAPOT, "no <b>tea</b>").into_response()).await;
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let (path, _) = made(&owner, harness, &receiver.url()).await;
        let sent = owner.post(harness, &format!("{path}/test"), &[("event", "email.bounced")]).await;
        let attempt = sent.header("location").to_owned();
        let page = text(&owner.get(harness, &attempt).await);
        for said in ["email.bounced", "Given up", "HTTP 418", "no &#60;b&#62;tea", "A sample", "Sample"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let cases = [
            ("", "email.bounced</a>"),
            ("?verdict=given_up&event=email.bounced", "email.bounced</a>"),
            ("?verdict=delivered", "Nothing matches"),
            ("?event=email.delivered", "Nothing matches"),
            ("?verdict=%3Cscript%3E&event=%3Cscript%3E", "email.bounced</a>"),
        ];
        for (query, wanted) in cases {
            let page = text(&owner.get(harness, &format!("{path}{query}")).await);
            assert!(page.contains(wanted) && !page.contains("<script>"), "{query}: {page}");
        }
        let other = harness.new_workspace("other").await;
        let stranger = Browser::of_member(harness, other, Role::Owner).await;
        let theirs = attempt.replace("/w/default/", "/w/other/");
        assert_eq!(stranger.get(harness, &theirs).await.status, 404);
        let page = text(&stranger.post(harness, "/w/other/webhooks", &fields(&receiver.url())).await);
        let own = link(&page, "/edit").replace("/edit", "");
        let id = attempt.rsplit('/').next().expect("an id");
        let mixed = format!("{own}/attempts/{id}");
        assert_eq!(stranger.get(harness, &mixed).await.status, 404, "an attempt of another's endpoint");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_says_everything_that_is_wrong_and_keeps_what_was_typed() {
    on_both(async |harness: &Harness| {
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let evil = "\"><script>alert(1)</script>";
        let typed = [
            ("url", evil),
            ("batch", "many"),
            ("headers", "no colon\nHost: me"),
            ("message_headers", "X Y(Z"),
        ];
        let answer = owner.post(harness, LIST, &typed).await;
        let page = text(&answer);
        assert_eq!(answer.status, 422);
        for said in
            ["cannot be called", "Tick at least one", "one field a line", "At most 20 names", "from 1 to 500"]
        {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(!page.contains("<script>") && page.contains("no colon"));
        let full = [
            ("url", "https://hooks.example/x"),
            ("all", "on"),
            ("stream:marketing", "on"),
            ("headers", "X-Token: s3cret"),
            ("message_headers", "X-Order, X-Shop"),
            ("batch", "50"),
            ("ed25519", "on"),
        ];
        let page = text(&owner.post(harness, LIST, &full).await);
        let edit = link(&page, "/edit");
        assert!(!page.contains("s3cret"), "the page of the endpoint names the fields alone");
        let form = text(&owner.get(harness, &edit).await);
        for said in [
            "X-Token: s3cret",
            "value=\"X-Order, X-Shop\"",
            "name=\"all\" value=\"on\" checked",
            "name=\"stream:marketing\" value=\"on\" checked",
        ] {
            assert!(form.to_lowercase().contains(&said.to_lowercase()), "{said}: {form}");
        }
        let changed = [("url", "https://hooks.example/y"), ("event:email.bounced", "on"), ("batch", "1")];
        let saved = owner.post(harness, &edit, &changed).await;
        assert!(saved.header("location").ends_with("?told=changed"), "{}", text(&saved));
        let shown = harness.get("/webhooks").await.json();
        assert_eq!(shown["data"][0]["events"], json!(["email.bounced"]));
        assert_eq!(shown["data"][0]["streams"], json!(null));
    })
    .await;
}
