//! Codes over the API: asked for, received, typed in, guessed at.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use store::{Query, Write};

use crate::id::Noun;
use crate::retention::{self, Cuts};
use crate::testing::{DOMAIN, Database, Harness, on_both};

const ANN: &str = "ann@people.example";

fn order(to: &str) -> Value {
    json!({ "to": to, "purpose": "login", "from": format!("Acme <login@{DOMAIN}>") })
}

fn with(mut body: Value, more: &Value) -> Value {
    body.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
    body
}

/// Asks for a code; gives the answer, and the code that the mailbox got.
async fn sent(harness: &Harness, body: &Value) -> (Value, String) {
    let answer = harness.post("/codes", body).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let made = answer.json();
    let code = received(harness, &made).await;
    (made, code)
}

/// The code in the mail that was captured.
async fn received(harness: &Harness, made: &Value) -> String {
    let mail = captured(harness, made).await;
    let text = mail["text"].as_str().unwrap_or_else(|| panic!("{mail}"));
    let is_code =
        |word: &&str| word.len() >= 6 && word.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    text.split_whitespace().find(is_code).unwrap_or_else(|| panic!("no code in {text}")).to_owned()
}

async fn captured(harness: &Harness, made: &Value) -> Value {
    harness.settled().await;
    let list = harness.get("/captured?limit=1000").await.json();
    let ours =
        list["data"].as_array().expect("a list").iter().find(|mail| mail["email_id"] == made["email_id"]);
    let id = ours.unwrap_or_else(|| panic!("{made} is not in {list}"))["id"].as_str().expect("an id");
    harness.get(&format!("/captured/{id}")).await.json()
}

async fn check(harness: &Harness, to: &str, code: &str) -> Value {
    let answer = harness.post("/codes/check", &json!({ "to": to, "purpose": "login", "code": code })).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

/// A status, and the checks that are left.
fn verdict(checked: &Value) -> (&str, Option<i64>) {
    (checked["status"].as_str().expect("a status"), checked["attempts_left"].as_i64())
}

/// A code that is not this one.
fn wrong(code: &str) -> String {
    code.chars().map(|digit| if digit == '1' { '2' } else { '1' }).collect()
}

/// Lets time go by for codes and checks.
async fn go_by(harness: &Harness, seconds: i64) {
    static CODES: Query =
        Query::new("codes", "UPDATE code SET expires_us = expires_us - :us, resend_us = resend_us - :us");
    static ATTEMPTS: Query = Query::new("attempts", "UPDATE code_attempt SET at_us = at_us - :us");
    static COUNTS: Query = Query::new("counts", "UPDATE code_count SET hour_us = hour_us - :us");
    let mut write = Write::default();
    for query in [&CODES, &ATTEMPTS] {
        write.step(query, vec![("us", (seconds * 1_000_000).into())]);
    }
    write.step(&COUNTS, vec![("us", (seconds / 3_600 * 3_600_000_000).into())]);
    harness.app.store.write(write).await.expect("time goes by");
}

async fn number(harness: &Harness, sql: String) -> i64 {
    let rows = harness.app.store.read(&Query::composed("case", sql), &[]).await.expect("a number");
    rows[0].int(0).expect("a number")
}

fn id_of(made: &Value) -> i64 {
    Noun::Message.read(made["email_id"].as_str().expect("an id")).expect("a message's id")
}

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
async fn so_many_codes_an_hour_for_an_address_a_network_a_key_and_a_workspace() {
    for database in [Database::Sqlite, Database::Postgres] {
        let settings = [
            ("codes.per_address_max", "3"),
            ("codes.per_network_max", "3"),
            ("codes.per_key_max", "9"),
            ("codes.per_workspace_max", "10"),
            ("codes.checks_per_network_max", "2"),
        ];
        let harness = &Harness::start(database, &settings).await;
        let from = async |to: &str, ip: &str, purpose: &str| {
            let body = with(order(to), &json!({ "purpose": purpose, "context": { "ip": ip } }));
            let answer = harness.post("/codes", &body).await;
            (answer.status, answer.json()["detail"].as_str().unwrap_or_default().to_owned())
        };
        let cases = [
            ("a@x.example", "192.0.2.1", "p1", ""),
            ("A@x.example", "192.0.2.2", "p2", "half of codes.per_address_max"),
            ("a@x.example", "203.0.113.2", "p2", ""),
            ("a@x.example", "203.0.112.2", "p3", ""),
            ("a@x.example", "198.51.100.1", "p4", "(codes.per_address_max"),
            ("b@x.example", "192.0.2.200", "p1", ""),
            ("c@x.example", "192.0.2.3", "p1", ""),
            ("d@x.example", "192.0.2.3", "p1", "per_network_max"),
            ("d@x.example", "::ffff:192.0.2.9", "p1", "per_network_max"),
            ("d@x.example", "2001:db8:1:2::1", "p1", ""),
            ("e@x.example", "2001:db8:1:3::1", "p1", ""),
            ("f@x.example", "2001:db8:1::1", "p1", ""),
            ("g@x.example", "2001:db8:1::2", "p1", "per_network_max"),
            ("g@x.example", "2001:db8:2::2", "p1", ""),
            ("h@x.example", "2001:db8:3::4", "p1", "per_key_max"),
        ];
        for (to, ip, purpose, limit) in cases {
            let (status, why) = from(to, ip, purpose).await;
            let expected = if limit.is_empty() { 200 } else { 429 };
            assert_eq!(status, expected, "{to} from {ip}: {why}");
            assert!(why.contains(limit), "{to} from {ip}: {why}");
        }
        let key = harness.key_of(harness.workspace(), crate::feature::access::Scope::Sending).await;
        let other = [("authorization", &*format!("Bearer {key}")), ("content-type", "application/json")];
        let asked =
            async |to: &str| harness.ask_with(("POST", "/codes"), &other, order(to).to_string()).await;
        assert_eq!(asked("i@x.example").await.status, 200, "another key has a count of its own");
        let full = asked("j@x.example").await.json();
        assert!(full["detail"].as_str().expect("why").contains("per_workspace_max"), "{full}");
        let left = full["retry_after"].as_i64().expect("seconds");
        assert!((1..=3_600).contains(&left), "{left}");

        let checks =
            json!({ "to": ANN, "purpose": "login", "code": "123456", "context": { "ip": "192.0.2.1" } });
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(harness.post("/codes/check", &checks).await.status);
        }
        assert_eq!(statuses, [200, 200, 429]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_with_one_key_are_counted_though_nobody_tells_addresses() {
    on_both(async |harness: &Harness| {
        let ask = async || {
            let body = json!({ "to": ANN, "purpose": "login", "code": "123456" });
            harness.post("/codes/check", &body).await
        };
        assert_eq!(ask().await.status, 200);
        static FULL: Query = Query::new("full", "UPDATE code_count SET n = :n");
        let mut write = Write::default();
        write.step(&FULL, vec![("n", i64::from(super::limit::CHECKS_PER_KEY_MAX - 1).into())]);
        harness.app.store.write(write).await.expect("many came before");
        assert_eq!(ask().await.status, 200);
        let refused = ask().await;
        let told = refused.json();
        assert_eq!((refused.status, told["retry_after"].is_number()), (429, true), "{told}");
        assert!(told["detail"].as_str().expect("why").contains("with this key"), "{told}");
        assert_eq!(
            number(harness, "SELECT count(*) FROM code_attempt".into()).await,
            2,
            "nothing was compared"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_orders_at_once_do_not_pass_a_limit() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &Harness::start(database, &[("codes.per_workspace_max", "5")]).await;
        let orders = (0..20).map(|n| async move {
            harness.post("/codes", &order(&format!("p{n}@people.example"))).await.status
        });
        let taken = join_all(orders).await.into_iter().filter(|status| *status == 200).count();
        assert_eq!(taken, 5, "on {database:?}");
        let same =
            join_all((0..20).map(|_| async { harness.post("/codes", &order(ANN)).await.status })).await;
        assert!(same.iter().all(|status| *status == 429));
        assert_eq!(
            number(harness, "SELECT count(*) FROM message".into()).await,
            5,
            "a refusal leaves nothing"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_be_mailed_gets_the_same_answer_and_nothing_is_kept() {
    on_both(async |harness: &Harness| {
        harness.post("/suppressions", &json!({ "email": "gone@people.example" })).await;
        let (good, _) = sent(harness, &order(ANN)).await;
        let names = |body: &Value| body.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        let cases = [
            ("gone@people.example", "suppressed", "policy"),
            ("not an address", "rejected", "invalid_address"),
        ];
        for (to, status, reason) in cases {
            let answer = harness.post("/codes", &order(to)).await;
            let made = answer.json();
            assert_eq!((answer.status, names(&made)), (200, names(&good)), "{to}: {made}");
            let email = made["email_id"].as_str().expect("an id");
            let shown = harness.get(&format!("/emails/{email}")).await.json();
            let recipient = &shown["recipients"][0];
            assert_eq!(
                (&recipient["status"], &recipient["reason"]),
                (&json!(status), &json!(reason)),
                "{to}"
            );
            let kept =
                number(harness, format!("SELECT count(*) FROM content WHERE id = {}", id_of(&made))).await;
            assert_eq!(kept, 0, "{to}: the code is nowhere");
            assert_eq!(verdict(&check(harness, to, "123456").await), ("invalid", Some(4)), "{to}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_again_under_a_key_is_answered_again() {
    on_both(async |harness: &Harness| {
        let headers = [("idempotency-key", "k"), ("content-type", "application/json")];
        let asked =
            async |body: &Value| harness.ask_with(("POST", "/codes"), &headers, body.to_string()).await;
        let first = asked(&order(ANN)).await;
        let code = received(harness, &first.json()).await;
        let again = asked(&order(ANN)).await;
        assert_eq!((again.status, &again.bytes), (200, &first.bytes), "though it is too soon for another");
        assert_eq!(again.header("idempotent-replayed"), "true");
        let other = asked(&order("bob@people.example")).await;
        assert_eq!((other.status, &other.json()["name"]), (409, &json!("invalid_idempotent_request")));
        let at_once = [("idempotency-key", "at once"), ("content-type", "application/json")];
        let bob = order("bob@people.example").to_string();
        let many =
            join_all((0..10).map(|_| harness.ask_with(("POST", "/codes"), &at_once, bob.clone()))).await;
        assert!(many.iter().all(|answer| answer.bytes == many[0].bytes), "one code, told ten times");
        assert_eq!(number(harness, "SELECT count(*) FROM message".into()).await, 2);
        assert_eq!(verdict(&check(harness, ANN, &code).await).0, "valid", "the first code still opens");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_says_what_codes_are_like() {
    on_both(async |harness: &Harness| {
        let template = json!({
            "name": "t", "key": "door", "publish": true, "locale": "en", "subject": "{{ code }} opens",
            "text": "{{ code }} opens the {{ place }} for {{ expires_minutes }} minutes",
            "locales": { "es": { "subject": "{{ code }} abre", "text": "{{ code }} abre {{ place }}" } },
        });
        let published = harness.post("/templates", &template).await;
        assert_eq!(published.status, 201, "{}", published.json());
        let profile = json!({
            "name": "door", "alphabet": "letters", "length": 8, "expires_s": 90, "attempts": 2, "resend_after_s": 15,
            "template": "door", "from": format!("door@{DOMAIN}"),
        });
        let made = harness.post("/code-profiles", &profile).await;
        assert_eq!(made.status, 201, "{}", made.json());
        let path = format!("/code-profiles/{}", made.json()["id"].as_str().expect("an id"));
        let body = json!({ "to": ANN, "purpose": "door", "profile": "door", "locale": "es-AR", "data": { "place": "sótano" } });
        let (answer, code) = sent(harness, &body).await;
        assert_eq!((code.len(), &answer["attempts"]), (8, &json!(2)));
        let mail = captured(harness, &answer).await;
        assert!(mail.to_string().contains(&format!("{code} abre sótano")), "{mail}");
        let typed = json!({ "to": ANN, "purpose": "door", "code": code.to_lowercase() });
        let nothing = json!({ "to": ANN, "purpose": "door", "code": "BBBBBBBB" });
        let checked = harness.post("/codes/check", &nothing).await.json();
        assert_eq!(verdict(&checked), ("invalid", Some(1)), "by the profile it was made with");
        assert_eq!(harness.post("/codes/check", &typed).await.json()["valid"], true);

        let missing = json!({ "to": ANN, "purpose": "door2", "profile": "door" });
        let refused = harness.post("/codes", &missing).await.json();
        assert_eq!(refused["errors"][0]["pointer"], "/data/place", "the template asks for more: {refused}");
        let changed = harness.ask("PATCH", &path, &json!({ "length": 10, "template": "", "name": "default" })).await;
        assert_eq!((changed.status, &changed.json()["attempts"]), (200, &json!(2)), "{}", changed.json());
        let (answer, code) = sent(harness, &json!({ "to": "bob@people.example", "purpose": "x" })).await;
        assert_eq!((code.len(), &answer["attempts"]), (10, &json!(2)), "now it is what nobody needs to name");
        assert_eq!(harness.post("/code-profiles", &json!({ "name": "default" })).await.status, 409);
        assert_eq!(harness.ask("DELETE", &path, &json!({})).await.status, 200);
        assert_eq!(harness.get(&path).await.status, 404);
        let refused = harness.post("/codes", &json!({ "to": ANN, "purpose": "x" })).await.json();
        assert_eq!(refused["errors"][0]["pointer"], "/from", "nobody says who sends: {refused}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gallery_has_a_template_for_codes() {
    on_both(async |harness: &Harness| {
        let used = harness.post("/templates/gallery/sign-in-code/use", &json!({ "publish": true })).await;
        assert_eq!(used.status, 201, "{}", used.json());
        let own = json!({ "template": "sign-in-code", "locale": "zh-CN", "data": { "product": "Acme" } });
        let (made, code) = sent(harness, &with(order(ANN), &own)).await;
        let email = made["email_id"].as_str().expect("an id");
        let listed = harness.get(&format!("/emails/{email}")).await.json()["subject"].to_string();
        assert!(listed.contains("••••••") && !listed.contains(&code), "{listed}");
        assert_eq!(verdict(&check(harness, ANN, &code).await).0, "valid");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_told_with_its_place_and_nothing_is_sent() {
    on_both(async |harness: &Harness| {
        let long = "a".repeat(10_000);
        let cases = [
            ("/codes", json!({}), "/to"),
            ("/codes", with(order(ANN), &json!({ "to": "a@b.example, c@d.example" })), "/to"),
            ("/codes", with(order(ANN), &json!({ "to": "a@b.example\r\nBcc: c@d.example" })), "/to"),
            ("/codes", with(order(ANN), &json!({ "to": long })), "/to"),
            ("/codes", with(order(ANN), &json!({ "to": [ANN] })), "/to"),
            ("/codes", with(order(ANN), &json!({ "purpose": "Log in" })), "/purpose"),
            ("/codes", with(order(ANN), &json!({ "purpose": long })), "/purpose"),
            ("/codes", with(order(ANN), &json!({ "from": "x\r\nBcc: y@z.example" })), "/from"),
            ("/codes", with(order(ANN), &json!({ "profile": "none" })), "/profile"),
            ("/codes", with(order(ANN), &json!({ "template": "none" })), "/template"),
            ("/codes", with(order(ANN), &json!({ "context": { "ip": "300.1.1.1" } })), "/context/ip"),
            ("/codes", with(order(ANN), &json!({ "data": { "product": 7 } })), "/data/product"),
            ("/codes", with(order(ANN), &json!({ "data": { "product": long } })), "/data/product"),
            ("/codes/check", json!({}), "/code"),
            ("/codes/check", json!({ "to": ANN, "purpose": "login", "code": 123_456 }), "/code"),
            ("/codes/check", json!({ "to": ANN, "purpose": "login", "code": "- -" }), "/code"),
            ("/codes/check", json!({ "to": ANN, "purpose": "login", "code": long }), "/code"),
            ("/codes/check", json!({ "to": ANN, "code": "123456" }), "/purpose"),
            ("/code-profiles", json!({}), "/name"),
            ("/code-profiles", json!({ "name": "a b" }), "/name"),
            ("/code-profiles", json!({ "name": "a", "length": 5 }), "/length"),
            ("/code-profiles", json!({ "name": "a", "length": 11 }), "/length"),
            ("/code-profiles", json!({ "name": "a", "expires_s": 59 }), "/expires_s"),
            ("/code-profiles", json!({ "name": "a", "attempts": 11 }), "/attempts"),
            ("/code-profiles", json!({ "name": "a", "resend_after_s": i64::MAX }), "/resend_after_s"),
            ("/code-profiles", json!({ "name": "a", "alphabet": "emoji" }), "/alphabet"),
            ("/code-profiles", json!({ "name": "a", "from": "nobody" }), "/from"),
        ];
        for (path, body, pointer) in cases {
            let answer = harness.post(path, &body).await;
            let told = answer.json();
            let pointers = told["errors"].as_array().expect("errors").iter().map(|error| &error["pointer"]);
            assert_eq!(answer.status, 422, "{path} {body}: {told}");
            assert!(pointers.collect::<Vec<_>>().contains(&&json!(pointer)), "{path} {body}: {told}");
            assert!(told.to_string().len() < 3_000, "the answer to a long request is short");
        }
        let stranger = with(order(ANN), &json!({ "from": "me@elsewhere.example" }));
        let refused = harness.post("/codes", &stranger).await;
        assert!(refused.status == 403 || refused.status == 200, "captured mail may be anybody's");
        for id in ["cod_nonsense", "msg_0000000000001", "cod_0000000000001", "'; DROP TABLE code; --"] {
            let answer = harness.post("/codes/check", &json!({ "id": id, "code": "123456" })).await.json();
            assert_eq!(verdict(&answer), ("invalid", Some(4)), "{id}: {answer}");
        }
        let marked = with(
            order("bob@people.example"),
            &json!({ "data": { "product": "<b>{{ code }}</b>\r\nBcc: x@y.example" } }),
        );
        let (made, code) = sent(harness, &marked).await;
        let mail = captured(harness, &made).await;
        let html = mail["html"].as_str().expect("HTML");
        assert!(html.contains("&lt;b&gt;{{ code }}&lt;/b&gt;") || html.contains("{{ code }}"), "{html}");
        assert!(!mail["headers"].to_string().contains("\"Bcc\""), "{mail}");
        assert!(!mail["subject"].as_str().unwrap_or_default().contains(&code), "{mail}");
    })
    .await;
}
