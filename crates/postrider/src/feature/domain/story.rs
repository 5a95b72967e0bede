//! A domain's life over the API, with a DNS that answers from a script.

use std::sync::Arc;

use net::scripted_dns::ScriptedDns;
use serde_json::{Value, json};
use store::{Query, Write};

use super::work;
use crate::console::story::Browser;
use crate::feature::person::permission::Role;
use crate::testing::{Database, Harness};

pub(crate) async fn with_dns(database: Database) -> (Harness, ScriptedDns) {
    let dns = ScriptedDns::start("").await.expect("a DNS server");
    let resolvers = dns.address().to_string();
    (Harness::start(database, &[("dns.resolvers", &resolvers)]).await, dns)
}

/// A script in which the records of kind DKIM stand, in strings of at most 255 octets as DNS wants them.
pub(crate) fn zone(domain: &Value) -> String {
    let records = domain["records"].as_array().expect("records").iter();
    let line = |record: &Value| {
        let (name, value) = (record["name"].as_str()?, record["value"].as_str()?.replace(' ', ""));
        let strings: Vec<_> = value.as_bytes().chunks(200).map(String::from_utf8_lossy).collect();
        Some(format!("{name} TXT {}\n", strings.join(" ")))
    };
    records.filter(|record| record["record"] == "DKIM").filter_map(line).collect()
}

fn statuses(domain: &Value) -> Vec<&str> {
    let records = domain["records"].as_array().expect("records").iter();
    records.map(|record| record["status"].as_str().expect("a text")).collect()
}

#[tokio::test]
async fn a_domain_is_verified_when_its_records_stand_and_its_deletion_ends_it() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (harness, dns) = with_dns(database).await;
        let made = harness.post("/domains", &json!({ "name": "Mail.Example" })).await;
        let domain = made.json();
        assert_eq!(
            (made.status, &domain["name"], &domain["status"]),
            (201, &json!("mail.example"), &json!("pending"))
        );
        assert_eq!(statuses(&domain), ["pending", "pending", "recommended", "recommended"]);
        let path = format!("/domains/{}", domain["id"].as_str().expect("an id"));

        let looked = harness.post(&format!("{path}/verify"), &json!({})).await.json();
        assert_eq!((&looked["status"], statuses(&looked)[0]), (&json!("pending"), "pending"));

        dns.rewrite(&zone(&domain));
        harness.post(&format!("{path}/verify"), &json!({})).await;
        let verified = harness.get(&path).await.json();
        assert_eq!(verified["status"], "verified", "{verified}");
        assert_eq!(statuses(&verified), ["verified", "verified", "recommended", "recommended"]);
        let name = mail::Domain::parse("mail.example").expect("a domain");
        let known = harness.app.directory.snapshot().domain_for(harness.workspace(), &name).cloned();
        assert!(known.is_some_and(|known| known.status.may_send()), "mail may leave at once");

        assert_eq!(harness.post("/domains", &json!({ "name": "mail.example" })).await.status, 409);
        assert_eq!(harness.ask("DELETE", &path, &json!({})).await.json()["deleted"], true);
        assert_eq!(harness.get(&path).await.status, 404);
        assert!(harness.app.directory.snapshot().domain_for(harness.workspace(), &name).is_none());
        harness.end().await;
    }
}

#[tokio::test]
async fn publishing_the_records_is_enough() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (harness, dns) = with_dns(database).await;
        let domain = harness.post("/domains", &json!({ "name": "quiet.example" })).await.json();
        dns.rewrite(&zone(&domain));
        work::look(&harness.app).await.expect("the round ends");
        let path = format!("/domains/{}", domain["id"].as_str().expect("an id"));
        assert_eq!(harness.get(&path).await.json()["status"], "verified");
        harness.end().await;
    }
}

static AGED: Query = Query::new("aged", "UPDATE domain SET checked_us = 0 WHERE status = 'verified'");

#[tokio::test]
async fn a_verified_domain_loses_what_dns_denies_and_nothing_that_dns_is_silent_about() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (harness, dns) = with_dns(database).await;
        let domain = harness.post("/domains", &json!({ "name": "mail.example" })).await.json();
        let path = format!("/domains/{}", domain["id"].as_str().expect("an id"));
        let records = zone(&domain);
        let [first, second] = [0, 1].map(|n| records.lines().nth(n).expect("a record"));
        let [silent, other] = [first, second].map(|line| line.split(' ').next().expect("a name"));
        dns.rewrite(&records);
        work::look(&harness.app).await.expect("the round ends");
        let developer = Browser::of_member(&harness, harness.workspace(), Role::Developer).await;
        let page = format!("/w/default{path}");
        let all = || format!("{silent} SERVFAIL\n{other} SERVFAIL\n");
        let states = async || statuses(&harness.get(&path).await.json())[..2].join(" ");
        for (script, wanted) in [
            (all(), "verified verified"),
            (format!("{silent} SERVFAIL\n"), "verified pending"),
            (all(), "verified pending"),
            (format!("{silent} SERVFAIL\n{second}\n"), "verified verified"),
        ] {
            dns.rewrite(&script);
            // By itself, and because somebody asks: both keep the same.
            let mut write = Write::default();
            write.step(&AGED, vec![]);
            harness.app.store.write(write).await.expect("long ago");
            let known = harness.app.directory.snapshot();
            work::look(&harness.app).await.expect("the round ends");
            assert_eq!(states().await, wanted, "{script}");
            assert!(Arc::ptr_eq(&known, &harness.app.directory.snapshot()), "nothing new to load");
            developer.post(&harness, &format!("{page}/check"), &[]).await;
            assert_eq!(states().await, wanted, "asked: {script}");
        }
        dns.rewrite(&records);
        let known = harness.app.directory.snapshot();
        let mut write = Write::default();
        write.step(&AGED, vec![]);
        harness.app.store.write(write).await.expect("long ago");
        work::look(&harness.app).await.expect("the round ends");
        assert!(Arc::ptr_eq(&known, &harness.app.directory.snapshot()), "it was verified before");
        harness.end().await;
    }
}

#[tokio::test]
async fn a_name_that_is_none_is_told_by_its_field() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    for body in [json!({}), json!({ "name": "no domain" }), json!({ "name": 7 })] {
        let answer = harness.post("/domains", &body).await;
        assert_eq!((answer.status, &answer.json()["errors"][0]["pointer"]), (422, &json!("/name")), "{body}");
    }
    harness.end().await;
}
