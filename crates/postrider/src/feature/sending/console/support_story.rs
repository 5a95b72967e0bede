//! What somebody without an account learns by a link for support: the truth, and of several recipients only those that stand in the open.

use serde_json::{Value, json};
use store::{Query, Write};

use crate::console::story::{Browser, text};
use crate::feature::person::permission::Role;
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

#[tokio::test]
async fn who_has_a_link_hears_of_no_recipient_who_is_a_secret_of_others_on_both() {
    static FIELD: Query = Query::new("field", "UPDATE delivery SET field = 'envelope'");
    static FORGET: Query = Query::new("forget", "DELETE FROM content");
    on_both(async |harness: &Harness| {
        let changed = async |query: &'static Query| {
            let mut write = Write::default();
            write.step(query, vec![]);
            harness.app.store.write(write).await.expect("changed");
        };
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        let (ann, cy, eve) = ("ann@good.example", "cy@good.example", "eve@good.example");
        let id = sent(harness, json!({ "to": ann, "cc": cy, "bcc": [eve, "bob@gone.example"] })).await;
        harness.settled().await;
        let path = link(harness, &developer, &id).await.expect("a link");
        // By SMTP it would have come with one envelope for all.
        for by_smtp in [false, true] {
            if by_smtp {
                changed(&FIELD).await;
            }
            let page = text(&Browser::default().get(harness, &path).await);
            assert!(page.contains(ann) && page.contains(cy) && page.contains("2 of 2"), "{page}");
            assert!(!page.contains("eve@") && !page.contains("gone.example"), "{page}");
            let told = ["<time datetime=", "<b>Attempt 1: "].map(|told| page.matches(told).count());
            assert_eq!(told, [4, 2], "accepted and taken, tried once, for each of two: {page}");
            let own = text(&developer.get(harness, &format!("/w/default/activity/{id}")).await);
            assert!(own.contains(eve) && own.contains("4 of 4"), "{own}");
        }
        changed(&FORGET).await;
        assert_eq!(Browser::default().get(harness, &path).await.status, 404, "nobody knows who was open");
        let refused = link(harness, &developer, &id).await.expect_err("no link");
        assert!(refused.contains("No link was made: there are several recipients"), "{refused}");

        // Who is alone knows of it, whatever the field.
        let again = format!("/w/default/activity/{}/again", sent(harness, json!({ "to": ann })).await);
        let again = developer.post(harness, &again, &[("to", eve)]).await;
        let id = again.header("location").rsplit('/').next().and_then(|last| last.split('?').next());
        let path = link(harness, &developer, id.expect("an id")).await.expect("a link");
        assert!(text(&Browser::default().get(harness, &path).await).contains(eve));
    })
    .await;
}
