//! What needs somebody is told by mail: to whom, when, and how often.

use store::{Query, Write};

use super::work::look;
use crate::console::story::Browser;
use crate::feature::person::permission::Role;
use crate::feature::webhook::admin::{Wish, webhook_add};
use crate::testing::{Database, Harness};

/// Where nobody answers: mail waits, and is not captured.
const LEAVES: (&str, &str) = ("delivery.next_hop", "127.0.0.1:1");

static OFF: Query = Query::new("off", "UPDATE webhook SET state = 'disabled', reason = 'dead'");
static ON: Query = Query::new("on", "UPDATE webhook SET state = 'enabled', reason = NULL");
static A_DAY_LATER: Query = Query::new("a_day_later", "UPDATE alert SET told_us = told_us - 86400000000");

async fn change(harness: &Harness, query: &'static Query) {
    let mut write = Write::default();
    write.step(query, vec![]);
    harness.app.store.write(write).await.expect("changed");
    harness.app.webhooks.reload(&harness.app.store).await.expect("endpoints");
}

/// Recipients and subjects of the mail there is, oldest first.
async fn mails(harness: &Harness) -> Vec<String> {
    let list = harness.get("/emails").await.json();
    let mails = list["data"].as_array().expect("a list").iter().rev();
    let told = |mail: &serde_json::Value| {
        let to = mail["to"][0]
            .as_str()
            .expect("a recipient")
            .split(|c: char| c.is_ascii_digit())
            .next()
            .expect("a name");
        format!("{to}: {}", mail["subject"].as_str().expect("a subject"))
    };
    mails.map(told).collect()
}

async fn dead_webhook(harness: &Harness) {
    let wish = Wish { url: "http://127.0.0.1:1/hook".into(), events: vec!["*".into()], ..Wish::default() };
    let made = (&*harness.app.mint, harness.app.now());
    webhook_add(&harness.app.store, made, harness.workspace(), &wish).await.expect("an endpoint");
    change(harness, &OFF).await;
}

#[tokio::test]
async fn what_begins_and_what_is_over_is_told_once_to_those_who_want_it_on_both() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &Harness::start(database, &[LEAVES]).await;
        let workspace = harness.workspace();
        let owner = Browser::of_member(harness, workspace, Role::Owner).await;
        let developer = Browser::of_member(harness, workspace, Role::Developer).await;
        let marketer = Browser::of_member(harness, workspace, Role::Marketer).await;
        marketer.post(harness, "/me/alerts", &[("to", "on")]).await;
        look(&harness.app).await.expect("a look");
        assert_eq!(mails(harness).await, [""; 0], "nothing needs anybody");

        dead_webhook(harness).await;
        // Two processes that look at the same moment.
        let (one, other) = tokio::join!(look(&harness.app), look(&harness.app));
        one.and(other).expect("two looks");
        let began = "owner: default: An endpoint was switched off";
        assert_eq!(mails(harness).await, [began], "a marketer may not see it, a developer did not ask");
        look(&harness.app).await.expect("a look");
        change(harness, &ON).await;
        look(&harness.app).await.expect("a look");
        assert_eq!(mails(harness).await.len(), 1, "one a day");

        change(harness, &A_DAY_LATER).await;
        look(&harness.app).await.expect("a look");
        look(&harness.app).await.expect("a look");
        assert_eq!(mails(harness).await[1..], ["owner: default: over again"]);

        owner.post(harness, "/me/alerts", &[("to", "off")]).await;
        developer.post(harness, "/me/alerts", &[("to", "on")]).await;
        change(harness, &A_DAY_LATER).await;
        change(harness, &OFF).await;
        look(&harness.app).await.expect("a look");
        assert_eq!(mails(harness).await[2..], ["developer: default: An endpoint was switched off"]);
    }
}

#[tokio::test]
async fn nothing_is_told_by_mail_that_would_be_captured_and_it_is_told_after_a_restart() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = Harness::start(database, &[]).await;
        let _owner = Browser::of_member(&harness, harness.workspace(), Role::Owner).await;
        dead_webhook(&harness).await;
        look(&harness.app).await.expect("a look");
        assert_eq!(mails(&harness).await, [""; 0]);
        let harness = harness.restarted(&[LEAVES]).await;
        look(&harness.app).await.expect("a look");
        assert_eq!(mails(&harness).await.len(), 1);
        let harness = harness.restarted(&[LEAVES]).await;
        look(&harness.app).await.expect("a look");
        assert_eq!(mails(&harness).await.len(), 1, "and not again");
        harness.end().await;
    }
}
