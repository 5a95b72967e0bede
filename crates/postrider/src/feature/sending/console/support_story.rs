//! What somebody without an account learns by a link for support.

use serde_json::{Value, json};
use store::{Query, Value as Param, Write};

use crate::console::story::{Browser, text};
use crate::feature::person::permission::Role;
use crate::id::Noun;
use crate::testing::{Harness, on_both};

async fn sent(harness: &Harness, to: Value) -> String {
    let mut mail = json!({ "from": "me@app.example", "subject": "Order", "text": "t" });
    mail.as_object_mut().expect("an object").extend(to.as_object().cloned().unwrap_or_default());
    let answer = harness.post("/emails", &mail).await.json();
    answer["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// Makes a link to a message; gives its path, or what was told instead.
async fn link(harness: &Harness, developer: &Browser, id: &str) -> Result<String, String> {
    let made = developer.post(harness, &format!("/w/default/activity/{id}/share"), &[]).await;
    let told = made.header("location");
    if !told.ends_with("?told=shared") {
        return Err(text(&developer.get(harness, told).await));
    }
    let page = text(&developer.get(harness, told).await);
    let token = page.split("/support/").nth(1).and_then(|rest| rest.split('<').next());
    Ok(format!("/support/{}", token.expect("a token")))
}

#[tokio::test]
async fn who_has_a_link_is_told_of_the_suppression_list_as_members_are_on_both() {
    on_both(async |harness: &Harness| {
        let suppressed = json!({ "email": "ann@good.example" });
        assert!(harness.post("/suppressions", &suppressed).await.status < 300);
        let id = sent(harness, json!({ "to": "Ann@good.example" })).await;
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        let path = link(harness, &developer, &id).await.expect("a link");
        let (listed, mailable) = ("The address is on the suppression list", "may still be mailed");
        let own = format!("/w/default/activity/{id}");
        let both = async || {
            let outside = text(&Browser::default().get(harness, &path).await);
            [outside, text(&developer.get(harness, &own).await)]
        };
        for page in both().await {
            assert!(page.contains(listed) && !page.contains(mailable), "{page}");
        }
        let all = harness.get("/suppressions").await.json();
        let one = format!("/suppressions/{}", all["data"][0]["id"].as_str().expect("an id"));
        assert!(harness.ask("DELETE", &one, &json!({})).await.status < 300);
        for page in both().await {
            assert!(page.contains(mailable) && !page.contains(listed), "{page}");
        }
    })
    .await;
}
