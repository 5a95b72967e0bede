//! Codes that are sent, typed in, guessed at, and over.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use store::{Query, Write};

use super::{ANN, captured, check, go_by, id_of, number, order, received, sent, verdict, with, wrong};
use crate::retention::{self, Cuts};
use crate::testing::{Database, Harness, on_both};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_goes_out_first_and_opens_once() {
    on_both(async |harness: &Harness| {
        let body =
            with(order(&format!("Ann <{ANN}>")), &json!({ "locale": "es", "data": { "product": "Acme" } }));
        let (made, code) = sent(harness, &body).await;
        assert_eq!((code.len(), &made["attempts"]), (6, &json!(5)));
        let message = id_of(&made);
        assert_eq!(
            number(harness, format!("SELECT lane FROM delivery WHERE message_id = {message}")).await,
            0
        );

        let left = verdict(&check(harness, ANN, &wrong(&code)).await).1;
        assert_eq!(left, Some(4));
        let other = json!({ "to": ANN, "purpose": "reset", "code": code });
        assert_eq!(harness.post("/codes/check", &other).await.json()["status"], "invalid", "another purpose");
        let spaced = format!(" {}-{} ", &code[..3], &code[3..]);
        let right = check(harness, "ANN@People.Example", &spaced).await;
        assert_eq!(right["valid"], true, "{right}");
        assert_eq!(right["attempts_left"], Value::Null);
        let again = check(harness, ANN, &code).await;
        assert_eq!((&again["valid"], verdict(&again)), (&json!(false), ("used", Some(3))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_stands_in_its_mail_and_nowhere_else() {
    on_both(async |harness: &Harness| {
        // No time or id has such letters by chance.
        harness.post("/code-profiles", &json!({ "name": "letters", "alphabet": "letters" })).await;
        let body = with(order(ANN), &json!({ "profile": "letters" })).to_string();
        let key = [("idempotency-key", "one"), ("content-type", "application/json")];
        let answer = harness.ask_with(("POST", "/codes"), &key, body).await;
        let made = answer.json();
        let mail = captured(harness, &made).await;
        let code = received(harness, &made).await;
        let raw = mail.to_string();
        assert!(
            raw.contains(&format!("{code} is your code")),
            "its recipient reads it in the subject: {raw}"
        );
        assert!(raw.contains("Auto-Submitted"), "{raw}");

        let email = made["email_id"].as_str().expect("an id");
        let shown = harness.get(&format!("/emails/{email}")).await.json();
        assert_eq!(shown["subject"], "•••••• is your code");
        assert_eq!((&shown["origin"], &shown["last_event"]), (&json!("code"), &json!("delivered")));
        assert_eq!((&shown["html"], &shown["text"]), (&Value::Null, &Value::Null));
        assert_eq!(shown["content_stored"], false);
        assert_eq!(harness.get(&format!("/emails/{email}/raw")).await.status, 404);
        let message = id_of(&made);
        let kept = number(harness, format!("SELECT count(*) FROM content WHERE id = {message}")).await;
        assert_eq!(kept, 0, "erased with the outcome");

        harness.indexed().await;
        let paths =
            ["/events?limit=1000", "/emails", "/captured", &format!("/emails/{email}/attempts"), "/metrics"];
        for path in paths {
            let text = String::from_utf8_lossy(&harness.get(path).await.bytes).into_owned();
            assert!(!text.contains(&code), "{path}: {text}");
        }
        let found = harness.get(&format!("/emails?q={code}")).await.json();
        assert_eq!(found["data"], json!([]));
        for sql in ["SELECT answer FROM idempotency", "SELECT subject FROM message", "SELECT data FROM event"]
        {
            for row in harness.app.store.read(&Query::new("case", sql), &[]).await.expect("rows") {
                assert!(!row.text_or_null(0).expect("a text").unwrap_or_default().contains(&code), "{sql}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_guesses_at_once_are_five() {
    on_both(async |harness: &Harness| {
        let (_, code) = sent(harness, &order(ANN)).await;
        let guesses = (0..50).map(|n| {
            let guess = format!("{:06}", (code.parse::<u32>().expect("digits") + n + 1) % 1_000_000);
            async move { check(harness, ANN, &guess).await }
        });
        let answers = join_all(guesses).await;
        let mut counts = BTreeMap::new();
        for answer in &answers {
            *counts.entry(verdict(answer).0).or_insert(0) += 1;
        }
        assert_eq!(counts, BTreeMap::from([("exhausted", 45), ("invalid", 5)]));
        let late = check(harness, ANN, &code).await;
        assert_eq!(verdict(&late), ("exhausted", Some(0)), "nor is the right one looked at");
        let wait = late["retry_after"].as_i64().expect("seconds");
        assert!((590..=600).contains(&wait), "{wait}");
        let resend = harness.post("/codes", &order(ANN)).await;
        assert_eq!(resend.status, 429, "a code that could not be checked is not sent");

        static ATTEMPTS: Query = Query::new("attempts", "UPDATE code_attempt SET at_us = at_us - 600000000");
        let mut write = Write::default();
        write.step(&ATTEMPTS, vec![]);
        harness.app.store.write(write).await.expect("time goes by for the checks alone");
        assert_eq!(verdict(&check(harness, ANN, &code).await).0, "valid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_right_checks_at_once_one_opens() {
    on_both(async |harness: &Harness| {
        let (_, code) = sent(harness, &order(ANN)).await;
        let answers = join_all((0..20).map(|_| check(harness, ANN, &code))).await;
        let opened = answers.iter().filter(|answer| answer["valid"] == true).count();
        assert_eq!(opened, 1, "{answers:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_without_a_code_answers_as_one_with_a_code() {
    on_both(async |harness: &Harness| {
        let (_, code) = sent(harness, &order(ANN)).await;
        let (guess, commits) = (wrong(&code), || harness.app.store.work());
        for n in 0..7 {
            if n == 3 {
                go_by(harness, 300).await;
            }
            let before = commits();
            let known = check(harness, ANN, &guess).await;
            let between = commits();
            let unknown = check(harness, "nobody@people.example", &guess).await;
            let after = commits();
            let (mut one, mut other) = (known.clone(), unknown.clone());
            // The second was asked a moment later.
            for answer in [&mut one, &mut other] {
                answer["retry_after"] = json!(answer["retry_after"].is_number());
            }
            assert_eq!(one, other, "check {n}");
            assert_eq!(verdict(&known).1, Some((4 - n).max(0)), "check {n}");
            assert_eq!(between.writes - before.writes, after.writes - between.writes, "the same work");
        }
        go_by(harness, 301).await;
        let freed =
            [check(harness, ANN, &guess).await, check(harness, "nobody@people.example", &guess).await];
        assert_eq!(freed.each_ref().map(verdict), [("invalid", Some(2)); 2], "three are too old");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_sent_again_is_another_and_checks_count_on() {
    on_both(async |harness: &Harness| {
        let (first, old) = sent(harness, &order(ANN)).await;
        check(harness, ANN, &wrong(&old)).await;
        let early = harness.post("/codes", &order(ANN)).await;
        let told = early.json();
        assert_eq!((early.status, &told["name"]), (429, &json!("rate_limit_exceeded")), "{told}");
        let wait = told["retry_after"].as_i64().expect("seconds");
        assert!((50..=60).contains(&wait) && early.header("retry-after") == wait.to_string(), "{told}");
        let elsewhere = with(order(ANN), &json!({ "purpose": "reset" }));
        assert_eq!(harness.post("/codes", &elsewhere).await.status, 200, "another purpose waits for itself");

        go_by(harness, 61).await;
        let (second, new) = sent(harness, &order(ANN)).await;
        assert_ne!(first["id"], second["id"]);
        // One of a million pairs is the same by chance.
        if old != new {
            assert_eq!(
                verdict(&check(harness, ANN, &old).await),
                ("invalid", Some(3)),
                "the old one is worthless"
            );
        }
        let by = async |id: &Value, code: &str| {
            let body = json!({ "id": id, "code": code });
            harness.post("/codes/check", &body).await.json()
        };
        assert_eq!(by(&first["id"], &new).await["status"], "invalid", "the old one's id, too");
        let both = json!({ "to": ANN, "purpose": "login", "id": first["id"], "code": new });
        assert_eq!(harness.post("/codes/check", &both).await.json()["status"], "invalid");
        assert_eq!(by(&second["id"], &new).await["status"], "valid");
        let soon = harness.post("/codes", &order(ANN)).await;
        assert_eq!(soon.status, 200, "who used one need not wait for the next");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_expires_and_is_forgotten() {
    on_both(async |harness: &Harness| {
        let (_, code) = sent(harness, &order(ANN)).await;
        go_by(harness, 600).await;
        assert_eq!(verdict(&check(harness, ANN, &wrong(&code)).await).0, "invalid", "as if there were none");
        assert_eq!(verdict(&check(harness, ANN, &code).await).0, "expired", "told to who has it");
        let kept = async |table: &str| number(harness, format!("SELECT count(*) FROM {table}")).await;
        let remove = async |hours: i64| {
            let now = mail::At(harness.app.now().0 + hours * 3_600_000_000);
            retention::remove(&harness.app.store, Cuts::of(now, 30, 90), harness.app.epoch)
                .await
                .expect("removed");
        };
        remove(20).await;
        assert_eq!((kept("code").await, kept("code_attempt").await, kept("code_count").await), (1, 2, 4));
        remove(25).await;
        assert_eq!((kept("code").await, kept("code_attempt").await, kept("code_count").await), (0, 0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_opens_after_a_restart() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = Harness::start(database, &[]).await;
        let (_, code) = sent(&harness, &order(ANN)).await;
        let harness = harness.restarted(&[]).await;
        assert_eq!(verdict(&check(&harness, ANN, &code).await).0, "valid", "on {database:?}");
        harness.end().await;
    }
}
