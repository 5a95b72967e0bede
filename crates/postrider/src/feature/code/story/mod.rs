//! Codes over the API: asked for, received, typed in, guessed at.

mod limit;
mod opening;
mod order;

use serde_json::{Value, json};
use store::{Query, Write};

use crate::id::Noun;
use crate::testing::{DOMAIN, Harness};

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
