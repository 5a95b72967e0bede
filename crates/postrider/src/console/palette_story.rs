//! Search and jump: what the role may open, of the own workspace alone, escaped.

use axum::http::Request;
use serde_json::json;

use super::story::{Browser, text};
use crate::feature::person::permission::Role;
use crate::testing::{Harness, on_both};

#[tokio::test]
async fn search_finds_pages_mail_and_domains_that_the_role_may_open() {
    on_both(async |harness: &Harness| {
        let other = harness.new_workspace("other").await;
        harness.domain(other, "secret.example").await;
        let mail = json!({
            "from": "me@app.example", "to": "ann@good.example", "subject": "<b>Order</b> shipped", "text": "t",
        });
        let sent = harness.post("/emails", &mail).await.json();
        let id = sent["id"].as_str().expect("an id").to_owned();
        harness.indexed().await;
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        let found = async |browser: &Browser, q: &str| text(&browser.get(harness, &format!("/w/default/find?q={q}")).await);
        let page = found(&developer, "order").await;
        assert!(page.contains("&#60;b&#62;Order") && !page.contains("<b>Order") && page.contains(&id), "{page}");
        assert!(found(&developer, &id).await.contains(&format!("/w/default/activity/{id}")), "by id");
        assert!(found(&developer, "app.exa").await.contains("/w/default/domains/dom_"), "a domain");
        assert!(found(&developer, "supp").await.contains("href=\"/w/default/suppressions\""), "a page");
        assert!(!found(&seller, "app.exa").await.contains("/domains/dom_"), "a seller sees no domains");
        assert!(!found(&seller, "keys").await.contains("role=\"option\" aria-selected=\"false\" id=\"found-1\" href=\"/w/default/keys\""));
        assert!(!found(&developer, "secret").await.contains("secret.example<"), "another workspace's");
        for odd in ["%3C%22", "*", "to:", "a%00"] {
            let page = developer.get(harness, &format!("/w/default/find?q={odd}")).await;
            assert_eq!(page.status, 200, "{odd}");
        }
        let part = Request::get("/w/default/find?q=queue").header("hx-request", "true");
        let part = text(&developer.ask_as(harness, part).await);
        assert!(part.contains("role=\"option\"") && !part.contains("<html"), "{part}");
    })
    .await;
}
