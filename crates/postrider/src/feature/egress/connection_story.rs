//! Connections that end otherwise than well: their task panics, their peer leaves, the server ends.

use std::sync::{Arc, Mutex};

use queue::{Action, Entry, Lane, QueueKey};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::amends;
use super::cancel::waiting;
use super::settle::{self, Conclusion, Leased, Settlement, Waiting};
use crate::id::Noun;
use crate::testing::{DOMAIN, Database, Harness};

/// Sends to one recipient; gives the message's path and id.
async fn sent(harness: &Harness) -> (String, i64) {
    let email = json!({ "from": format!("me@{DOMAIN}"), "to": "ann@x.example", "subject": "s", "text": "t" });
    let sent = harness.post("/emails", &email).await.json();
    let shown = sent["id"].as_str().expect("an id");
    (format!("/emails/{shown}"), Noun::Message.read(shown).expect("a message's id"))
}

/// How a server's end of a connection behaves.
enum Manner {
    Good,
    /// Falls silent when a recipient is named, and tells that.
    Stalls(Arc<Notify>),
    /// Closes after a message.
    Leaves,
    /// Refuses a message with the code and with the words of its subject, which it keeps.
    Quotes(&'static str, Arc<Mutex<String>>),
}

async fn converse(stream: TcpStream, manner: Manner) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mx.example ESMTP\r\n").await?;
    let (mut line, mut in_body) = (String::new(), false);
    while stream.read_line(&mut line).await? > 0 {
        let said = std::mem::take(&mut line);
        if let (true, Manner::Stalls(named)) = (said.starts_with("RCPT"), &manner) {
            named.notify_one();
            std::future::pending::<()>().await;
        }
        if let (true, Manner::Quotes(_, heard), Some(subject)) =
            (in_body, &manner, said.strip_prefix("Subject: "))
        {
            *heard.lock().expect("whole") = subject.trim_end().to_owned();
        }
        if in_body && said != ".\r\n" {
            continue;
        }
        let ended = in_body;
        in_body = said.starts_with("DATA");
        if let (true, Manner::Quotes(reply, heard)) = (ended, &manner) {
            let quoted = format!("{reply} {}\r\n", heard.lock().expect("whole"));
            stream.write_all(quoted.as_bytes()).await?;
            continue;
        }
        stream.write_all(if in_body { b"354 go on\r\n" } else { b"250 2.0.0 fine\r\n" }).await?;
        if let (true, Manner::Leaves) = (ended, &manner) {
            break;
        }
    }
    Ok(())
}

/// A harness whose mail all goes to a server; its first connection is as `first` says, the others are good.
async fn sending_to(database: Database, first: Manner) -> Harness {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let server = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        let mut first = Some(first);
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, first.take().unwrap_or(Manner::Good)));
        }
    });
    Harness::start(database, &[("delivery.next_hop", &server)]).await
}

#[tokio::test]
async fn a_delivery_goes_out_although_the_task_that_had_it_panicked() {
    for database in [Database::Sqlite, Database::Postgres] {
        let stalled = Arc::new(Notify::new());
        let harness = sending_to(database, Manner::Stalls(stalled.clone())).await;
        let (path, message) = sent(&harness).await;
        stalled.notified().await;
        let entries = waiting(&harness.app.store, harness.workspace(), message).await.expect("entries");
        let delivery = entries[0].1.delivery;
        let app = harness.app.clone();
        let task = tokio::spawn(async move {
            let _amends = amends::in_hand(&app, delivery);
            tokio::task::yield_now().await;
            panic!("on purpose");
        });
        assert!(task.await.expect_err("no result").is_panic());
        harness.settled().await;
        let email = harness.get(&path).await.json();
        assert_eq!(email["last_event"], "delivered", "on {database:?}");
        harness.end().await;
    }
}

#[tokio::test]
async fn an_outcome_is_stored_although_the_task_that_made_its_notification_panicked() {
    for database in [Database::Sqlite, Database::Postgres] {
        let stalled = Arc::new(Notify::new());
        let harness = sending_to(database, Manner::Stalls(stalled.clone())).await;
        let (path, message) = sent(&harness).await;
        stalled.notified().await;
        let entries = waiting(&harness.app.store, harness.workspace(), message).await.expect("entries");
        let (key, entry) = entries[0].clone();
        let settlement = Settlement {
            leased: Leased { key, entry, parcel: None },
            conclusion: Conclusion::Delivered,
            attempt: None,
            words: None,
            at: harness.app.now(),
            captured: None,
        };
        let app = harness.app.clone();
        let task = tokio::spawn(async move {
            let outcome = Waiting::begin(&app, settlement);
            let _amends = settle::telling(&app, &outcome);
            panic!("on purpose");
        });
        assert!(task.await.expect_err("no result").is_panic());
        harness.settled().await;
        assert_eq!(harness.get(&path).await.json()["last_event"], "delivered", "on {database:?}");
        let attempts = harness.get(&format!("{path}/attempts")).await.json();
        assert_eq!(attempts["data"], json!([]), "it was not sent again");
        while harness.app.egress.unsettled() > 0 {
            tokio::task::yield_now().await;
        }
        harness.end().await;
    }
}

#[tokio::test]
async fn an_outcome_that_was_stored_with_its_answer_lost_is_not_stored_twice_after_a_panic() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = sending_to(database, Manner::Good).await;
        let (_, message) = sent(&harness).await;
        harness.settled().await;
        let delivery = crate::id::delivery(message, 0);
        let now = harness.app.now();
        let key = QueueKey {
            workspace: harness.workspace(),
            lane: Lane::Transactional,
            domain: "x.example".into(),
        };
        let entry = Entry { delivery, message, due: now, expires: now, attempts: 0 };
        let settlement = Settlement {
            leased: Leased { key, entry, parcel: None },
            conclusion: Conclusion::Failed("signing"),
            attempt: None,
            words: None,
            at: now,
            captured: None,
        };
        let app = harness.app.clone();
        let task = tokio::spawn(async move {
            let outcome = Waiting::begin(&app, settlement);
            let _amends = settle::telling(&app, &outcome);
            panic!("on purpose");
        });
        assert!(task.await.expect_err("no result").is_panic());
        while harness.app.egress.unsettled() > 0 {
            tokio::task::yield_now().await;
        }
        let events = harness.get("/events?limit=1000").await.json().to_string();
        assert!(events.contains("email.delivered") && !events.contains("email.failed"), "{events}");
        harness.end().await;
    }
}

#[tokio::test]
async fn a_connection_that_its_peer_closed_leaves_nothing_behind() {
    let harness = sending_to(Database::Sqlite, Manner::Leaves).await;
    sent(&harness).await;
    harness.settled().await;
    while harness.app.egress.view(|scheduler, _| scheduler.depth().connections) > 0 {
        tokio::task::yield_now().await;
    }
    assert!(harness.app.egress.lock().idle.is_empty());
    harness.end().await;
}

#[tokio::test]
async fn an_action_whose_task_panicked_is_done_again() {
    let harness = Harness::start(Database::Sqlite, &[]).await;
    let app = harness.app.clone();
    let task = tokio::spawn(async move {
        // A domain that is none: the answer is noted.
        let _amends = amends::answering(&app, &Action::Resolve { domain: "no domain".into() });
        panic!("on purpose");
    });
    assert!(task.await.expect_err("no result").is_panic());
    while harness.app.egress.sites.reason("no domain").is_none() {
        tokio::task::yield_now().await;
    }
    harness.end().await;
}

#[tokio::test]
async fn a_server_that_ends_calls_nobody_any_more() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a listener");
    let server = listener.local_addr().expect("an address").to_string();
    let harness = Harness::start(Database::Sqlite, &[("delivery.next_hop", &server)]).await;
    harness.app.egress.drain(&harness.app);
    sent(&harness).await;
    while harness.app.egress.view(|scheduler, _| scheduler.depth().connections) == 0 {
        tokio::task::yield_now().await;
    }
    // Enough turns for a connection to be begun, were it begun.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let called = listener.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(called, Err(std::io::ErrorKind::WouldBlock));
    harness.end().await;
}

#[tokio::test]
async fn a_peer_that_quotes_a_code_is_not_quoted() {
    for (database, reply, outcome) in [
        (Database::Sqlite, "250 2.0.0 taken:", "delivered"),
        (Database::Sqlite, "550 5.7.1 refused:", "bounced"),
        (Database::Postgres, "550 5.7.1 refused:", "bounced"),
    ] {
        let heard = Arc::new(Mutex::new(String::new()));
        let harness = sending_to(database, Manner::Quotes(reply, heard.clone())).await;
        let order = json!({ "to": "ann@x.example", "purpose": "login", "from": format!("login@{DOMAIN}") });
        let made = harness.post("/codes", &order).await.json();
        harness.settled().await;
        let subject = heard.lock().expect("whole").clone();
        let code: String = subject.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(code.len(), 6, "the peer has it: {subject}");
        let email = made["email_id"].as_str().expect("an id");
        assert_eq!(harness.get(&format!("/emails/{email}")).await.json()["last_event"], outcome);
        for path in
            [format!("/emails/{email}"), format!("/emails/{email}/attempts"), "/events?limit=1000".into()]
        {
            let text = String::from_utf8_lossy(&harness.get(&path).await.bytes).into_owned();
            assert!(!text.contains(&code), "{path}: {text}");
        }
        let attempts = harness.get(&format!("/emails/{email}/attempts")).await.json().to_string();
        assert!(attempts.contains(&format!("{} (its words", &reply[..9])), "its codes are kept: {attempts}");
        harness.end().await;
    }
}
