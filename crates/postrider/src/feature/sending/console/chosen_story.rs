//! Activity by the list: nothing happens before its number was named, and then to those messages alone.

use mail::Address;
use serde_json::json;
use store::{Query, Write};

use crate::console::story::{Browser, audited, text};
use crate::feature::event::By;
use crate::feature::person::permission::Role;
use crate::feature::suppression::Reason;
use crate::feature::suppression::admin::{Suppress, suppress};
use crate::id::Noun;
use crate::testing::{Harness, on_both};

static FORGET: Query = Query::new("forget", "DELETE FROM content WHERE id = :id");
static CODE: Query = Query::new("code", "UPDATE message SET origin = 'code' WHERE id = :id");
static MOVE: Query = Query::new("move", "UPDATE message SET workspace_id = :to WHERE id = :id");
const LIST: &str = "/w/default/activity";

async fn sent(harness: &Harness, to: &str, subject: &str) -> String {
    let to: Vec<_> = to.split(' ').collect();
    let mail = json!({ "from": "me@app.example", "to": to, "subject": subject, "text": "t" });
    let answer = harness.post("/emails", &mail).await.json();
    answer["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn status(harness: &Harness, id: &str) -> String {
    let email = harness.get(&format!("/emails/{id}")).await.json();
    email["last_event"].as_str().expect("a status").to_owned()
}

#[tokio::test]
async fn what_waits_is_cancelled_by_rows_and_by_the_filter_and_what_came_later_stays_on_both() {
    on_both(async |harness: &Harness| {
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        developer.post(harness, "/w/default/queue/hold", &[("reason", "r")]).await;
        let mut ids = Vec::new();
        for subject in ["one", "two", "three"] {
            ids.push(sent(harness, "ann@x.example", subject).await);
        }
        let page = text(&developer.get(harness, LIST).await);
        assert_eq!(page.matches("name=\"chosen\"").count(), 3, "{page}");
        let path = format!("{LIST}/cancel");
        let foreign = sent(harness, "ann@x.example", "foreign").await;
        let mut write = Write::default();
        let (id, other) =
            (Noun::Message.read(&foreign).expect("an id"), harness.new_workspace("other").await);
        write.step(&MOVE, vec![("id", id.into()), ("to", other.into())]);
        harness.app.store.write(write).await.expect("moved");
        let none = text(&developer.post(harness, &path, &[("chosen", &foreign)]).await);
        assert!(none.contains("Nothing is chosen"), "{none}");
        let fields = [("chosen", &*ids[0]), ("chosen", &*ids[0]), ("chosen", &*foreign), ("chosen", "x")];
        let (asked, done) = developer.sure(harness, &path, &fields).await;
        assert!(asked.contains("Cancel 1 message?") && asked.contains("ann@x.example · one"), "{asked}");
        assert_eq!(done.header("location"), format!("{LIST}?done=1&of=1"));
        assert_eq!(
            (status(harness, &ids[0]).await, status(harness, &ids[1]).await),
            both("canceled", "queued")
        );
        // Whoever is sure of a filter without having been asked is asked.
        let unasked = text(&developer.post(harness, &path, &[("all", "yes"), ("sure", "yes")]).await);
        assert!(unasked.contains("Cancel 2 messages?"), "{unasked}");
        let asked = text(&developer.post(harness, &path, &[("all", "yes"), ("status", "queued")]).await);
        let later = sent(harness, "ann@x.example", "later").await;
        let done = developer.agree(harness, &asked).await;
        assert_eq!(done.header("location"), format!("{LIST}?status=queued&done=2&of=2"));
        assert_eq!(
            (status(harness, &ids[2]).await, status(harness, &later).await),
            both("canceled", "queued")
        );
        let page = text(&developer.get(harness, done.header("location")).await);
        assert!(page.contains("Done: 2."), "{page}");
        // What was cancelled meanwhile is not counted.
        let asked = text(&developer.post(harness, &path, &[("chosen", &*later)]).await);
        developer.post(harness, &format!("{LIST}/{later}/cancel"), &[]).await;
        let done = developer.agree(harness, &asked).await;
        assert_eq!(done.header("location"), format!("{LIST}?done=0&of=1"));
        assert_eq!(
            audited(harness).await[1..],
            ["queue.held", "email.cancelled", "email.cancelled", "email.cancelled", "email.cancelled"]
        );
        for role in [Role::Marketer, Role::Seller] {
            let other = Browser::of_member(harness, harness.workspace(), role).await;
            assert_eq!(other.post(harness, &path, &[("all", "yes")]).await.status, 403, "{role:?}");
        }
    })
    .await;
}

fn both(one: &str, other: &str) -> (String, String) {
    (one.to_owned(), other.to_owned())
}

#[tokio::test]
async fn what_is_over_is_sent_again_once_however_often_the_form_is_sent_on_both() {
    on_both(async |harness: &Harness| {
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        developer.post(harness, "/w/default/queue/hold", &[("reason", "r")]).await;
        sent(harness, "ann@x.example", "lone").await;
        sent(harness, "ann@x.example bob@x.example", "two people").await;
        developer.sure(harness, &format!("{LIST}/cancel"), &[("all", "yes")]).await;
        let path = format!("{LIST}/again");
        let mails = async || harness.get("/emails").await.json()["data"].as_array().expect("a list").len();
        let asked = text(&marketer.post(harness, &path, &[("all", "yes")]).await);
        assert!(asked.contains("Send 1 message again?") && asked.contains("lone"), "{asked}");
        assert_eq!(mails().await, 2, "nobody was sure");
        let done = marketer.agree(harness, &asked).await;
        assert_eq!(done.header("location"), format!("{LIST}?done=1&of=1"));
        let twice = marketer.agree(harness, &asked).await;
        assert_eq!((twice.header("location"), mails().await), (&*format!("{LIST}?done=1&of=1"), 3));
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        assert_eq!(seller.post(harness, &path, &[("all", "yes")]).await.status, 403);
        assert!(text(&marketer.post(harness, &path, &[("all", "yes")]).await).contains("2 are left out"));
        assert!(!text(&seller.get(harness, LIST).await).contains("name=\"chosen\""));
    })
    .await;
}

async fn suppressed(harness: &Harness, address: &str) {
    let address = Address::parse(address).expect("an address");
    let (workspace, app) = (harness.workspace(), &harness.app);
    let reason = Reason::HardBounce;
    let new = Suppress { workspace, stream: 0, address: &address, reason, by: By::Operator, evidence: None };
    let mut write = Write::default();
    suppress(&mut write, &app.mint, app.now(), new);
    app.store.write(write).await.expect("suppressed");
    app.suppressions.add(workspace, &address.folded());
}

#[tokio::test]
async fn what_would_not_be_mailed_is_neither_named_nor_sent_again_on_both() {
    on_both(async |harness: &Harness| {
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        developer.post(harness, "/w/default/queue/hold", &[("reason", "r")]).await;
        let mut ids = Vec::new();
        for (to, subject) in [
            ("ann@x.example", "good"),
            ("ben@x.example", "late"),
            ("gone@x.example", "bounced"),
            ("ann@x.example", "a code"),
            ("ann@x.example", "erased"),
        ] {
            ids.push(sent(harness, to, subject).await);
        }
        developer.sure(harness, &format!("{LIST}/cancel"), &[("all", "yes")]).await;
        suppressed(harness, "Gone@x.example").await;
        let mut write = Write::default();
        for (query, id) in [(&CODE, &ids[3]), (&FORGET, &ids[4])] {
            write.step(query, vec![("id", Noun::Message.read(id).expect("an id").into())]);
        }
        harness.app.store.write(write).await.expect("changed");
        let path = format!("{LIST}/again");
        let rows: Vec<_> = ids.iter().map(|id| ("chosen", &**id)).collect();
        for fields in [vec![("all", "yes")], rows] {
            let asked = text(&developer.post(harness, &path, &fields).await);
            assert!(asked.contains("Send 2 messages again?") && asked.contains("3 are left out"), "{asked}");
            for left in ["bounced", "a code", "erased"] {
                assert!(!asked.contains(&format!("· {left}<")), "{left}: {asked}");
            }
        }
        let asked = text(&developer.post(harness, &path, &[("chosen", &*ids[2])]).await);
        assert!(asked.contains("Nothing is chosen") && asked.contains("One is left out"), "{asked}");
        // Who is suppressed after the question is left out as well, and not counted.
        let asked = text(&developer.post(harness, &path, &[("all", "yes")]).await);
        suppressed(harness, "ben@x.example").await;
        let done = developer.agree(harness, &asked).await;
        assert_eq!(done.header("location"), format!("{LIST}?done=1&of=2"));
        let all = harness.get("/emails").await.json();
        assert_eq!(all["data"].as_array().expect("a list").len(), 6, "no row of mail that never leaves");
    })
    .await;
}
