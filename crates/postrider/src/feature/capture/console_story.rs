//! The capture mailbox in the console: looked through, read as a file, emptied.

use serde_json::json;

use crate::console::story::{Browser, audited, text};
use crate::feature::person::permission::Role;
use crate::testing::{DOMAIN, Database, Harness, on_both};

const MAILBOX: &str = "/w/default/capture";

#[tokio::test]
async fn what_was_kept_is_found_looked_at_and_emptied() {
    on_both(async |harness: &Harness| {
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        assert!(text(&developer.get(harness, MAILBOX).await).contains("appears here within moments"));
        for (to, subject) in [("ann@x.example", "<script>alert(1)</script>"), ("bob@y.example", "Other")] {
            let mail = json!({ "from": format!("me@{DOMAIN}"), "to": to, "subject": subject, "text": "t" });
            assert_eq!(harness.post("/emails", &mail).await.status, 200);
        }
        harness.settled().await;
        let page = text(&developer.get(harness, MAILBOX).await);
        assert!(page.contains("&#60;script&#62;alert(1)") && !page.contains("<script>alert"), "{page}");
        for (query, ann, bob) in
            [("?q=ANN", true, false), ("?q=other", false, true), ("?q=%3Cb%3E", false, false)]
        {
            let page = text(&developer.get(harness, &format!("{MAILBOX}{query}")).await);
            let has = |what: &str| page.contains(what);
            assert_eq!((has("ann@x.example"), has("bob@y.example")), (ann, bob), "{query}");
        }
        let page = text(&developer.get(harness, &format!("{MAILBOX}?q=other")).await);
        assert!(page.contains("?tab=preview\""), "it leads to the message's preview");
        let source = page.split("href=\"").find(|rest| rest.contains("/source\"")).expect("a link");
        let source = source.split('"').next().expect("an address").to_owned();
        let file = developer.get(harness, &source).await;
        assert!(text(&file).contains("DKIM-Signature") && text(&file).contains("Subject: Other"));
        assert!(file.header("content-disposition").starts_with("attachment;"));

        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        assert!(!text(&marketer.get(harness, MAILBOX).await).contains("Empty the mailbox"));
        assert_eq!(marketer.post(harness, MAILBOX, &[("sure", "yes")]).await.status, 403);
        assert_eq!(
            developer.post(harness, MAILBOX, &[]).await.header("location"),
            MAILBOX,
            "nobody was sure"
        );
        let emptied = developer.post(harness, MAILBOX, &[("sure", "yes")]).await;
        assert_eq!(emptied.header("location"), format!("{MAILBOX}?emptied=2"));
        let page = text(&developer.get(harness, emptied.header("location")).await);
        assert!(page.contains("2 captured messages were deleted"), "{page}");
        assert_eq!(developer.get(harness, &source).await.status, 404);
        assert_eq!(audited(harness).await.iter().filter(|done| *done == "capture.emptied").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn it_stands_in_the_navigation_where_mail_is_captured() {
    for (next_hop, stands) in [("capture", true), ("mx", false)] {
        let harness = Harness::start(Database::Sqlite, &[("delivery.next_hop", next_hop)]).await;
        let owner = Browser::of_member(&harness, harness.workspace(), Role::Owner).await;
        let home = text(&owner.get(&harness, "/w/default/").await);
        assert_eq!(home.contains("href=\"/w/default/capture\""), stands, "{next_hop}");
        let page = text(&owner.get(&harness, MAILBOX).await);
        assert_eq!(page.contains("delivery.next_hop"), !stands, "{next_hop}: it says how to get one");
        harness.end().await;
    }
}
