//! Keys in the console: a secret is shown once, and opens until it is revoked.

use serde_json::{Value, json};

use crate::console::story::{Browser, audited, text};
use crate::feature::person::permission::Role;
use crate::testing::{Answer, DOMAIN, Harness, on_both};

const LIST: &str = "/w/default/keys";

/// Asks the API with a key.
async fn asked_with(harness: &Harness, key: &str) -> Answer {
    let bearer = format!("Bearer {key}");
    harness.ask_with(("GET", "/domains"), &[("authorization", &bearer)], axum::body::Body::empty()).await
}

#[tokio::test]
async fn a_key_is_made_its_secret_shown_once_and_revoked_on_both() {
    on_both(async |harness: &Harness| {
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        let nameless = developer.post(harness, LIST, &[("name", "  ")]).await;
        assert!(nameless.status == 422 && text(&nameless).contains("Give the key a name"));
        let fields = [("name", "shop <b>"), ("scope", "full")];
        let made = developer.post(harness, LIST, &fields).await;
        assert_eq!((made.status, made.header("cache-control")), (200, "no-store"));
        let page = text(&made);
        let secret =
            page.split("<code>pr_").nth(1).and_then(|rest| rest.split('<').next()).expect("a secret");
        let secret = format!("pr_{secret}");
        assert_eq!(secret.len(), 35, "{secret}");
        assert_eq!(asked_with(harness, &secret).await.status, 200);

        let list = text(&developer.get(harness, LIST).await);
        assert!(!list.contains(&secret) && list.contains(&secret[..11]), "shown once, and never again");
        assert!(list.contains("shop &#60;b&#62;") && list.contains("everything in this workspace"));
        assert!(list.contains(&format!("hello@{DOMAIN}")) && list.contains("YOUR_API_KEY"));

        let revoke = list
            .split("action=\"")
            .find(|rest| rest.starts_with("/w/default/keys/key_") && rest.contains("shop"));
        let revoke = revoke.and_then(|rest| rest.split('"').next()).expect("a form").to_owned();
        developer.post(harness, &revoke, &[]).await;
        assert_eq!(asked_with(harness, &secret).await.status, 200, "nobody was sure");
        let gone = developer.post(harness, &revoke, &[("sure", "yes")]).await;
        assert_eq!(gone.header("location"), LIST);
        assert_eq!(asked_with(harness, &secret).await.status, 403, "it opens nothing any more");
        assert_eq!(developer.post(harness, &revoke, &[("sure", "yes")]).await.status, 404, "revoked already");
        assert_eq!(audited(harness).await[1..], ["api_key.made", "api_key.revoked"]);
    })
    .await;
}

#[tokio::test]
async fn a_key_may_be_for_one_domain_of_the_workspace_only() {
    on_both(async |harness: &Harness| {
        let other = harness.new_workspace("other").await;
        harness.domain(other, "theirs.example").await;
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let list = text(&owner.get(harness, LIST).await);
        assert!(!list.contains("theirs.example"));
        let choice =
            list.split("value=\"dom_").nth(1).and_then(|rest| rest.split('"').next()).expect("a domain");
        let (ours, nobodys) = (format!("dom_{choice}"), crate::id::Noun::Domain.show(7));
        let refused = owner.post(harness, LIST, &[("name", "k"), ("domain", &nobodys)]).await;
        assert!(refused.status == 422 && text(&refused).contains("no such domain"));
        let made = owner.post(harness, LIST, &[("name", "k"), ("domain", &ours)]).await;
        assert!(made.status == 200 && text(&made).contains(&format!(" {DOMAIN}</td>")));
    })
    .await;
}

/// Asks the API with a key to do something.
async fn does(harness: &Harness, key: &str, (method, path): (&str, &str), body: Value) -> Answer {
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", &*bearer), ("content-type", "application/json")];
    harness.ask_with((method, path), &headers, body.to_string()).await
}

/// A key with the scope `full` that somebody makes.
async fn full_key(harness: &Harness, browser: &Browser) -> String {
    let page = text(&browser.post(harness, LIST, &[("name", "k"), ("scope", "full")]).await);
    let rest = page.split("<code>pr_").nth(1).and_then(|rest| rest.split('<').next());
    format!("pr_{}", rest.expect("a secret"))
}

#[tokio::test]
async fn a_key_may_no_more_than_who_made_it_nor_may_a_key_that_it_makes() {
    on_both(async |harness: &Harness| {
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let (bound, free) = (full_key(harness, &developer).await, full_key(harness, &owner).await);
        let made = does(harness, &bound, ("POST", "/api-keys"), json!({ "name": "its own" })).await.json();
        let child = made["token"].as_str().expect("a key").to_owned();
        for (n, reason) in ["complaint", "unsubscribed", "manual", "hard_bounce"].into_iter().enumerate() {
            let liftable = n > 1;
            for key in [&bound, &child, &free] {
                let email = "ann@people.example";
                let added = harness.post("/suppressions", &json!({ "email": email, "reason": reason })).await;
                let id = added.json()["id"].as_str().expect("an id").to_owned();
                let wanted = if liftable || key == &free { 200 } else { 401 };
                let batch = ("POST", "/suppressions/batch/remove");
                for (how, body) in [
                    (("DELETE", &*format!("/suppressions/{id}")), json!({})),
                    (("DELETE", "/suppressions/ann@people.example"), json!({})),
                    (batch, json!({ "emails": ["eve@people.example", email] })),
                ] {
                    let answer = does(harness, key, how, body).await;
                    assert_eq!(answer.status, wanted, "{reason} {how:?}: {}", text(&answer));
                    harness.post("/suppressions", &json!({ "email": email, "reason": reason })).await;
                }
                harness.ask("DELETE", "/suppressions/ann@people.example", &json!({})).await;
            }
        }
        let list = text(&owner.get(harness, LIST).await);
        assert_eq!(list.matches("what the role of whoever made it may").count(), 2, "{list}");
    })
    .await;
}
