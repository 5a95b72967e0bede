//! What needs somebody is told by mail: to whom, when, and how often.

use serde_json::json;
use store::{Query, Write};

use super::work::look;
use crate::console::story::{Browser, text};
use crate::feature::event::By;
use crate::feature::person::permission::Role;
use crate::feature::quota;
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
        let began = "owner: default needs you";
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
        assert_eq!(mails(harness).await[2..], ["developer: default needs you"]);
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

#[tokio::test]
async fn that_a_quota_refuses_is_told_although_it_refuses_on_both() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &Harness::start(database, &[LEAVES]).await;
        let workspace = harness.workspace();
        let _owner = Browser::of_member(harness, workspace, Role::Owner).await;
        let quota = quota::Quota { monthly: 1, beyond: quota::Beyond::Refuse };
        let write = quota::admin::quota_rows((harness.app.now(), By::Operator), workspace, Some(quota));
        harness.app.store.write(write).await.expect("a quota");
        harness.app.directory.reload(&harness.app.store).await.expect("readable");
        let mail = json!({ "from": "me@app.example", "to": "ann@x.example", "subject": "one", "text": "t" });
        assert_eq!(harness.post("/emails", &mail).await.status, 200);
        assert_eq!(harness.post("/emails", &mail).await.status, 429);
        harness.counted().await;
        look(&harness.app).await.expect("a look");
        assert_eq!(mails(harness).await, ["ann@x.example: one", "owner: default needs you"]);
        assert_eq!(harness.post("/emails", &mail).await.status, 429, "letters make no room");
    }
}

static LOST: Query = Query::new(
    "lost",
    "UPDATE domain SET status = 'verified', verified_us = 1, checked_us = 1, findings = 'missing s._domainkey.app.example'",
);
static FOUND: Query = Query::new("found", "UPDATE domain SET findings = 'found s._domainkey.app.example'");
static OPERATOR: Query =
    Query::new("operator", "UPDATE person SET operator = 1 WHERE email LIKE 'developer%'");

#[tokio::test]
async fn a_domain_whose_records_are_gone_is_told_to_those_who_may_change_domains_and_when_it_is_over_on_both()
{
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &Harness::start(database, &[LEAVES]).await;
        let workspace = harness.workspace();
        let admin = Browser::of_member(harness, workspace, Role::Admin).await;
        let marketer = Browser::of_member(harness, workspace, Role::Marketer).await;
        for one in [&admin, &marketer] {
            one.post(harness, "/me/alerts", &[("to", "on")]).await;
        }
        change(harness, &LOST).await;
        look(&harness.app).await.expect("a look");
        assert_eq!(mails(harness).await, ["admin: default needs you"], "a marketer changes no domain");
        let page = text(&admin.get(harness, "/w/default/").await);
        assert!(
            page.contains("Records of a domain no longer hold") && page.contains("app.example"),
            "{page}"
        );
        assert!(!text(&marketer.get(harness, "/w/default/").await).contains("no longer hold"));
        change(harness, &FOUND).await;
        change(harness, &A_DAY_LATER).await;
        look(&harness.app).await.expect("a look");
        look(&harness.app).await.expect("a look");
        assert_eq!(mails(harness).await[1..], ["admin: default: over again"]);
        assert!(!text(&admin.get(harness, "/w/default/").await).contains("no longer hold"));
    }
}

#[tokio::test]
async fn a_disk_that_fills_up_is_told_to_the_operators_before_mail_is_refused_on_both() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &Harness::start(database, &[LEAVES, ("disk.free_min_bytes", "1048576")]).await;
        let workspace = harness.workspace();
        let owner = Browser::of_member(harness, workspace, Role::Owner).await;
        let operator = Browser::of_member(harness, workspace, Role::Developer).await;
        change(harness, &OPERATOR).await;
        look(&harness.app).await.expect("a look");
        assert_eq!(mails(harness).await, [""; 0], "there is room");
        harness.app.health.pretend(1_500_000);
        look(&harness.app).await.expect("a look");
        look(&harness.app).await.expect("a look");
        let told = mails(harness).await;
        assert!(told.len() == 1 && told[0].starts_with("developer: Postrider on "), "once: {told:?}");
        let page = text(&operator.get(harness, "/w/default/").await);
        assert!(page.contains("The disk is nearly full") && page.contains("1 MB are free"), "{page}");
        assert!(!text(&owner.get(harness, "/w/default/").await).contains("nearly full"));
        harness.app.health.pretend(u64::MAX);
        change(harness, &A_DAY_LATER).await;
        look(&harness.app).await.expect("a look");
        look(&harness.app).await.expect("a look");
        let told = mails(harness).await;
        assert!(told.len() == 2 && told[1].ends_with(": over again"), "{told:?}");
    }
}
