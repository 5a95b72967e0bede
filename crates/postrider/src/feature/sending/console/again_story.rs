//! A message sent again, shown to who has no account, shown with its pictures, and the list as a file.

use mail::At;
use serde_json::json;
use store::{Query, Write};

use crate::console::story::{Browser, audited, text};
use crate::feature::event::By;
use crate::feature::person::permission::Role;
use crate::feature::quota::admin::{quota_rows, suspension_rows};
use crate::feature::quota::{Beyond, Quota};
use crate::testing::{Harness, on_both};

async fn sent(harness: &Harness, subject: &str, html: &str) -> String {
    let mail = json!({
        "from": "me@app.example", "to": "ann@good.example", "subject": subject, "html": html,
        "attachments": [{
            "filename": "logo.png", "content": "AAEC", "content_type": "image/png", "content_id": "logo",
        }],
    });
    let answer = harness.post("/emails", &mail).await.json();
    answer["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test]
async fn a_message_is_sent_again_as_a_new_one_and_the_log_knows_by_whom() {
    on_both(async |harness: &Harness| {
        let id = sent(harness, "First", "<p>Hello</p>").await;
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        let path = format!("/w/default/activity/{id}");
        assert!(text(&marketer.get(harness, &path).await).contains(&format!("{path}/again")));
        let again = marketer.post(harness, &format!("{path}/again"), &[("to", "bob@good.example")]).await;
        let new = again.header("location").to_owned();
        assert!(new.ends_with("?told=again") && !new.contains(&id), "{new}");
        let page = text(&marketer.get(harness, &new).await);
        assert!(page.contains("bob@good.example") && page.contains("First"), "{page}");
        let source = |path: &str| format!("{}/source", path.split('?').next().unwrap_or_default());
        let (one, two) =
            (marketer.get(harness, &source(&path)).await, marketer.get(harness, &source(&new)).await);
        let field = |text: &str| text.lines().find(|line| line.starts_with("Message-ID:")).map(str::to_owned);
        assert_ne!(field(&text(&one)), field(&text(&two)), "a Message-ID of its own");
        assert_eq!(text(&two).matches("Message-ID:").count(), 1);
        for (to, told) in [("no address", "no-address"), ("", "no-address")] {
            let wrong = marketer.post(harness, &format!("{path}/again"), &[("to", to)]).await;
            assert_eq!(wrong.header("location"), format!("{path}?told={told}"));
        }
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        assert_eq!(
            seller.post(harness, &format!("{path}/again"), &[("to", "x@y.example")]).await.status,
            403
        );
        assert!(audited(harness).await.contains(&"email.sent_again".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_sent_twice_sends_once_and_is_answered_the_same_on_both() {
    on_both(async |harness: &Harness| {
        let id = sent(harness, "First", "<p>Hello</p>").await;
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        let path = format!("/w/default/activity/{id}");
        let drawn = async || {
            let page = text(&marketer.get(harness, &path).await);
            let once = page.split("name=\"once\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
            once.expect("when the form was made").to_owned()
        };
        let click = async |once: &str, to: &str| {
            let answer =
                marketer.post(harness, &format!("{path}/again"), &[("to", to), ("once", once)]).await;
            answer.header("location").to_owned()
        };
        let mails = async || harness.get("/emails").await.json()["data"].as_array().expect("a list").len();
        let once = drawn().await;
        let (one, two) = tokio::join!(click(&once, "bob@good.example"), click(&once, "bob@good.example"));
        assert!(one.ends_with("?told=again") && !one.contains(&id), "{one}");
        assert_eq!((&two, &click(&once, "Bob@good.example").await), (&one, &one));
        assert_eq!(mails().await, 2, "one more than there was");
        assert_eq!(audited(harness).await.iter().filter(|did| *did == "email.sent_again").count(), 1);
        // From the same page to somebody else, and from a new one to the same, is meant.
        for (once, to) in [(&once, "cy@good.example"), (&drawn().await, "bob@good.example")] {
            assert_ne!(click(once, to).await, one, "{to}");
        }
        assert_eq!(mails().await, 4);
    })
    .await;
}

#[tokio::test]
async fn who_may_send_no_more_this_month_or_nothing_at_all_is_told_so_on_both() {
    on_both(async |harness: &Harness| {
        let id = sent(harness, "First", "<p>Hello</p>").await;
        harness.settled().await;
        harness.counted().await;
        let (app, workspace) = (&harness.app, harness.workspace());
        let decided = async |write: Write| {
            app.store.write(write).await.expect("stored");
            app.directory.reload(&app.store).await.expect("readable");
        };
        let marketer = Browser::of_member(harness, workspace, Role::Marketer).await;
        let path = format!("/w/default/activity/{id}");
        let click = async |once: &str| {
            let fields = [("to", "bob@good.example"), ("once", once)];
            let answer = marketer.post(harness, &format!("{path}/again"), &fields).await;
            answer.header("location").to_owned()
        };
        let by = (app.now(), By::Operator);
        let quota = Quota { monthly: 2, beyond: Beyond::Refuse };
        decided(quota_rows(by, workspace, Some(quota))).await;
        let last = click("1").await;
        assert!(last.ends_with("?told=again"), "{last}");
        assert_eq!(click("1").await, last, "what the first click used up is not missing to the second");
        assert_eq!(click("2").await, format!("{path}?told=quota-used"));
        decided(quota_rows(by, workspace, None)).await;
        decided(suspension_rows(by, workspace, true)).await;
        assert_eq!(click("3").await, format!("{path}?told=suspended"));
        for (told, said) in
            [("quota-used", "not sent again: this month"), ("suspended", "not sent again: this workspace")]
        {
            let page = text(&marketer.get(harness, &format!("{path}?told={told}")).await);
            assert!(page.contains(said), "{told}: {page}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_sent_again_is_tracked_as_it_was_and_not_as_its_stream_is_on_both() {
    on_both(async |harness: &Harness| {
        let streams = harness.get("/streams").await.json();
        let id = streams["data"].as_array().expect("streams").iter().find(|one| one["name"] == "transactional");
        let path = format!("/streams/{}", id.expect("the stream")["id"].as_str().expect("an id"));
        let (on, off) = (json!({ "opens": true, "clicks": true }), json!({ "opens": false, "clicks": false }));
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        for (stream, asked, wanted) in [(&on, &off, [0, 0]), (&off, &on, [1, 1]), (&on, &json!({}), [1, 1])] {
            assert_eq!(harness.ask("PATCH", &path, &json!({ "tracking": stream })).await.status, 200);
            let html = "<html><body><a href=\"https://shop.example\">a</a></body></html>";
            let mail = json!({
                "from": "me@app.example", "to": "ann@good.example", "subject": "s", "html": html, "tracking": asked,
            });
            let id = harness.post("/emails", &mail).await.json()["id"].as_str().expect("an id").to_owned();
            let again = format!("/w/default/activity/{id}/again");
            assert_eq!(marketer.post(harness, &again, &[("to", "ann@good.example")]).await.status, 303);
            harness.settled().await;
            let captured = harness.get("/captured").await.json();
            for one in &captured["data"].as_array().expect("a list")[..2] {
                let one = format!("/captured/{}/raw", one["id"].as_str().expect("an id"));
                let raw = text(&harness.get(&one).await).replace("=\r\n", "");
                let ours = ["o", "c"].map(|letter| raw.matches(&format!("track.example/t/{letter}/")).count());
                assert_eq!(ours, wanted, "{stream} {asked}: {raw}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn files_that_a_message_leads_to_stay_as_long_as_when_it_was_new_on_both() {
    static SOON: Query = Query::new("soon", "UPDATE attachment_link SET expires_us = :soon");
    on_both(async |harness: &Harness| {
        let mail = json!({
            "from": "me@app.example", "to": "ann@good.example", "subject": "s", "text": "t",
            "attachments": [{ "filename": "a.txt", "content": "AAEC", "link": true }],
        });
        let id = harness.post("/emails", &mail).await.json()["id"].as_str().expect("an id").to_owned();
        let ends = async || {
            let links = harness.get(&format!("/emails/{id}/links")).await.json();
            links["data"][0]["expires_at"].as_str().unwrap_or_else(|| panic!("{links}")).to_owned()
        };
        let new = ends().await;
        let mut write = Write::default();
        write.step(&SOON, vec![("soon", (harness.app.now().0 + 3_600_000_000).into())]);
        harness.app.store.write(write).await.expect("stored");
        assert!(ends().await < new, "it ends within the hour");
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        let again = format!("/w/default/activity/{id}/again");
        assert_eq!(marketer.post(harness, &again, &[("to", "bob@good.example")]).await.status, 303);
        assert!(ends().await >= new, "{}", ends().await);
    })
    .await;
}

#[tokio::test]
async fn a_link_for_support_shows_one_message_without_its_content_until_it_ends() {
    on_both(async |harness: &Harness| {
        let id = sent(harness, "<b>Order</b>", "<p>what it says</p>").await;
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        let path = format!("/w/default/activity/{id}");
        let made = developer.post(harness, &format!("{path}/share"), &[]).await;
        assert_eq!(made.header("location"), format!("{path}?told=shared"), "the token is on the page alone");
        let page = text(&developer.get(harness, made.header("location")).await);
        let token = page.split("/support/").nth(1).and_then(|rest| rest.split('<').next()).expect("a token");
        let nobody = Browser::default();
        let page = nobody.get(harness, &format!("/support/{token}")).await;
        assert_eq!((page.status, page.header("x-robots-tag")), (200, "noindex, nofollow"));
        assert_eq!(page.header("cache-control"), "no-store");
        let said = text(&page);
        assert!(said.contains("ann@good.example") && said.contains("&#60;b&#62;Order"), "{said}");
        assert!(
            !said.contains("what it says") && !said.contains("<form") && !said.contains("/w/default"),
            "{said}"
        );

        let (seal, until) = token.split_once('.').expect("an end");
        let later = format!("{seal}.{}", until.parse::<i64>().expect("seconds") + 1);
        for forged in [later.as_str(), seal, "none", "..", &format!("{seal}.x")] {
            assert_eq!(nobody.get(harness, &format!("/support/{forged}")).await.status, 404, "{forged}");
        }
        let message = crate::id::Noun::Message.read(&id).expect("an id");
        let over = At(harness.app.now().0 - 2_000_000);
        let old = super::support::seal(&harness.app, (harness.workspace(), message), over);
        assert_eq!(nobody.get(harness, &format!("/support/{old}")).await.status, 404, "it has ended");
        let other = harness.new_workspace("other").await;
        let foreign = super::support::seal(&harness.app, (other, message), At(i64::MAX / 2));
        assert_eq!(nobody.get(harness, &format!("/support/{foreign}")).await.status, 404);
        assert!(audited(harness).await.contains(&"email.shared".to_owned()));

        let end = format!("{path}/share/end");
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        assert_eq!(seller.post(harness, &end, &[("until", until)]).await.status, 403);
        assert!(!text(&seller.get(harness, &path).await).contains("/support/"));
        developer.post(harness, &end, &[("until", until)]).await;
        assert_eq!(nobody.get(harness, &format!("/support/{token}")).await.status, 404, "ended");
        assert!(!text(&developer.get(harness, &path).await).contains("/support/"));
        assert!(audited(harness).await.contains(&"email.share_ended".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn one_link_too_many_is_refused_and_ends_no_other() {
    static ADD: Query = Query::new(
        "add",
        "INSERT INTO support_link (message_id, until_s, workspace_id) VALUES (:message, :until, :workspace)",
    );
    on_both(async |harness: &Harness| {
        let id = sent(harness, "Order", "<p>x</p>").await;
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        let path = format!("/w/default/activity/{id}");
        let message = crate::id::Noun::Message.read(&id).expect("an id");
        let soon = harness.app.now().0 / 1_000_000 + 60;
        let mut write = Write::default();
        for n in 0..50 {
            let workspace = harness.workspace().into();
            let params =
                vec![("message", message.into()), ("until", (soon + n).into()), ("workspace", workspace)];
            write.step(&ADD, params);
        }
        harness.app.store.write(write).await.expect("written");
        let oldest = super::support::seal(&harness.app, (harness.workspace(), message), At(soon * 1_000_000));
        let refused = developer.post(harness, &format!("{path}/share"), &[]).await;
        assert_eq!(refused.header("location"), format!("{path}?told=shared-full"));
        let page = text(&developer.get(harness, refused.header("location")).await);
        assert!(page.contains("No link was made") && page.matches("/support/").count() >= 50, "{page}");
        assert_eq!(Browser::default().get(harness, &format!("/support/{oldest}")).await.status, 200);
        assert!(!audited(harness).await.contains(&"email.shared".to_owned()));
        let soon = soon.to_string();
        developer.post(harness, &format!("{path}/share/end"), &[("until", &soon)]).await;
        let made = developer.post(harness, &format!("{path}/share"), &[]).await;
        assert_eq!(made.header("location"), format!("{path}?told=shared"));
    })
    .await;
}

#[tokio::test]
async fn a_preview_has_the_mails_own_pictures_and_the_list_is_a_file() {
    on_both(async |harness: &Harness| {
        let id = sent(harness, "=1+1", "<img src=\"cid:logo\"><img src=\"cid:other\">").await;
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let preview = text(&owner.get(harness, &format!("/w/default/activity/{id}/preview")).await);
        assert!(preview.contains("data:image/png;base64,AAEC") && preview.contains("cid:other"), "{preview}");
        for n in 0..3 {
            sent(harness, &format!("more {n}"), "<p>x</p>").await;
        }
        let file = owner.get(harness, "/w/default/activity.csv").await;
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        let lines = text(&file);
        assert_eq!(lines.lines().count(), 5, "{lines}");
        assert!(lines.contains(",\"'=1+1\",") && lines.contains(&id), "{lines}");
        let none = text(&owner.get(harness, "/w/default/activity.csv?status=bounced").await);
        assert_eq!(none.lines().count(), 1);
    })
    .await;
}
