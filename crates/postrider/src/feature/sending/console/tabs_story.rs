//! A message's tabs beside its content: how it was handed over, and whom its events were told.

use serde_json::json;

use crate::console::story::{Browser, text};
use crate::feature::person::permission::Role;
use crate::feature::webhook::admin::{Wish, webhook_add};
use crate::testing::{DOMAIN, Harness, on_both};

async fn sent(harness: &Harness) -> String {
    let mail = json!({
        "from": format!("me@{DOMAIN}"), "to": ["ann@good.example"], "cc": ["bob@good.example"],
        "subject": "Tab", "text": "the text", "html": "<p>the html</p>", "tags": { "order": "7" },
    });
    let id = harness.post("/emails", &mail).await.json()["id"].as_str().expect("an id").to_owned();
    harness.settled().await;
    id
}

#[tokio::test]
async fn how_a_message_was_handed_over_is_shown_without_a_secret_on_both() {
    on_both(async |harness: &Harness| {
        let id = sent(harness).await;
        let path = format!("/w/default/activity/{id}?tab=request");
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        let page = text(&developer.get(harness, &path).await);
        for said in [
            "HTTP, to the API",
            "POST /emails HTTP/1.1",
            "Authorization: Bearer pr_",
            "the text",
            "the html",
            "ann@good.example",
            "bob@good.example",
            "&#34;order&#34;: &#34;7&#34;",
            "Not kept",
            "Made again of what is stored",
            &id,
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        let page = text(&marketer.get(harness, &path).await);
        assert!(page.contains("Bearer pr_…") && !page.contains("Key begins with"), "{page}");
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        assert_eq!(seller.get(harness, &path).await.status, 403);
        assert!(
            !text(&seller.get(harness, &format!("/w/default/activity/{id}")).await).contains("tab=request")
        );
    })
    .await;
}

#[tokio::test]
async fn whom_a_messages_events_were_told_is_shown_by_endpoint_on_both() {
    on_both(async |harness: &Harness| {
        let (store, now) = (&harness.app.store, harness.app.now());
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        let none = sent(harness).await;
        let tab = |id: &str| format!("/w/default/activity/{id}?tab=webhooks");
        let page = text(&developer.get(harness, &tab(&none)).await);
        assert!(page.contains("No webhook asked for it"), "{page}");
        for (port, event) in [(1, "email.delivered"), (2, "email.clicked")] {
            let url = format!("http://127.0.0.1:{port}/hook");
            let wish = Wish { url, events: vec![event.into()], ..Wish::default() };
            webhook_add(store, (&harness.app.mint, now), harness.workspace(), &wish)
                .await
                .expect("an endpoint");
        }
        harness.app.webhooks.reload(store).await.expect("endpoints");
        let id = sent(harness).await;
        let page = loop {
            let page = text(&developer.get(harness, &tab(&id)).await);
            if page.contains("/attempts/") {
                break page;
            }
            tokio::task::yield_now().await;
        };
        assert!(page.contains("http://127.0.0.1:1/hook") && page.contains("email.delivered"), "{page}");
        assert!(!page.contains("127.0.0.1:2"), "it asked for no event that happened: {page}");
        let attempt = page.split("href=\"").find(|rest| rest.contains("/attempts/")).expect("a link");
        let attempt = attempt.split('"').next().expect("a path");
        assert_eq!(developer.get(harness, attempt).await.status, 200);
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        assert_eq!(marketer.get(harness, &tab(&id)).await.status, 403);
    })
    .await;
}
