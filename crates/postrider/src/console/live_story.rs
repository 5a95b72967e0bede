//! Live pages: what they are told, whom they belong to, and when they end.

use serde_json::json;

use super::live::STREAMS_OF_PERSON_MAX;
use super::story::{Browser, text};
use crate::feature::access::Scope;
use crate::feature::person::permission::Role;
use crate::testing::{Database, Harness, on_both};

async fn sent(harness: &Harness, subject: &str) {
    let mail = json!({ "from": "me@app.example", "to": "ann@good.example", "subject": subject, "text": "t" });
    assert_eq!(harness.post("/emails", &mail).await.status, 200);
}

#[tokio::test]
async fn a_live_page_is_told_of_mail_in_its_own_words_and_of_no_other_workspace() {
    on_both(async |harness: &Harness| {
        let other = harness.new_workspace("other").await;
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        sent(harness, "first").await;
        let page = text(&seller.get(harness, "/w/default/").await);
        assert!(page.contains("hx-sse:connect=\"/w/default/live/overview?range=30d\""), "{page}");
        let page = text(&seller.get(harness, "/w/default/activity?status=delivered").await);
        assert!(page.contains("hx-sse:connect=\"/w/default/live/activity?status=delivered\""), "{page}");
        let page = text(&seller.get(harness, "/w/default/activity?q=ann").await);
        assert!(!page.contains("hx-sse:connect"), "what the index finds is not live");

        let stranger = Browser::of_member(harness, other, Role::Owner).await;
        let mut theirs = stranger.follow(harness, "/w/other/live/overview").await;
        let mut overview = seller.follow(harness, "/w/default/live/overview").await;
        let mut activity = seller.follow(harness, "/w/default/live/activity?status=delivered").await;
        sent(harness, "<b>bold</b> & new").await;
        assert!(
            overview.says("&#60;b&#62;bold").await && !overview.text.contains("<b>"),
            "{}",
            overview.text
        );
        assert!(activity.says("<tr data-id=\"msg_").await, "{}", activity.text);
        assert!(overview.says("hx-target=\"#tiles\"").await, "the figures follow");
        harness.domain(other, "other.example").await;
        let key = format!("Bearer {}", harness.key_of(other, Scope::Full).await);
        let headers = [("authorization", &*key), ("content-type", "application/json")];
        let mail =
            json!({ "from": "me@other.example", "to": "x@good.example", "subject": "own", "text": "t" });
        harness.ask_with(("POST", "/emails"), &headers, mail.to_string()).await;
        assert!(theirs.says("own</a>").await && !theirs.text.contains("bold"), "{}", theirs.text);
    })
    .await;
}

#[tokio::test]
async fn a_list_is_live_and_a_file_whatever_its_workspace_is_called_on_both() {
    on_both(async |harness: &Harness| {
        for name in ["activity", "activity-2", "live"] {
            let workspace = harness.new_workspace(name).await;
            harness.domain(workspace, &format!("{name}.example")).await;
            let key = format!("Bearer {}", harness.key_of(workspace, Scope::Full).await);
            let headers = [("authorization", &*key), ("content-type", "application/json")];
            let from = format!("me@{name}.example");
            let mail = json!({ "from": from, "to": "ann@good.example", "subject": "s", "text": "t" });
            let sent = harness.ask_with(("POST", "/emails"), &headers, mail.to_string()).await;
            assert_eq!(sent.status, 200, "{}", sent.json());
            let seller = Browser::of_member(harness, workspace, Role::Seller).await;
            let page = text(&seller.get(harness, &format!("/w/{name}/activity?stream=transactional")).await);
            let live = format!("/w/{name}/live/activity?stream=transactional");
            assert!(page.contains(&format!("hx-sse:connect=\"{live}\"")), "{live}");
            drop(seller.follow(harness, &live).await);
            let file = format!("/w/{name}/activity.csv?stream=transactional");
            assert!(page.contains(&format!("href=\"{file}\"")), "{file}");
            assert_eq!(seller.get(harness, &file).await.status, 200, "{file}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_live_page_ends_with_its_session_and_a_person_has_a_bounded_number() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    let browser = Browser::of_member(&harness, harness.workspace(), Role::Seller).await;
    let mut open = Vec::new();
    for _ in 0..STREAMS_OF_PERSON_MAX {
        open.push(browser.follow(&harness, "/w/default/live/activity").await);
    }
    let full = browser.follow(&harness, "/w/default/live/activity").await.ends().await;
    assert!(full.contains("as many tabs") && full.contains("event: over"), "{full}");
    assert_eq!(browser.post(&harness, "/sign-out", &[]).await.status, 303);
    let last = open.pop().expect("one is open").ends().await;
    assert!(last.contains("signed out") && last.contains("event: over"), "{last}");
    drop(open);
    harness.end().await;
}
