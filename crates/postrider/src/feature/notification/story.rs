//! Mail that comes by SMTP with wishes, a server that refuses, puts off or takes it, and what the sender then gets.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use net::listen::{Admissions, Stopper, stopper};
use queue::{Entry, Lane, QueueKey};
use serde_json::json;
use store::{Query, Write};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::delay;
use crate::feature::egress::settle::{self, Conclusion, Leased};
use crate::feature::sending::rows;
use crate::id::{self, Noun};
use crate::intake::smtp::{self, PortTls};
use crate::testing::{Database, Harness};

/// A transaction as the scripted server saw it.
#[derive(Debug)]
struct Got {
    mail: String,
    rcpt: String,
    content: String,
}

/// A server that refuses `gone@…`, puts `busy@…` off, and takes everything else.
struct Peer {
    address: SocketAddr,
    got: mpsc::UnboundedReceiver<Got>,
}

impl Peer {
    /// `offers` are further lines of its reply to EHLO.
    async fn start(offers: &'static str) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (tell, got) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let tell = tell.clone();
                // A client that breaks off ends only its own conversation.
                tokio::spawn(async move { drop(converse(stream, offers, tell).await) });
            }
        });
        Peer { address, got }
    }

    /// The next transaction that it takes.
    async fn next(&mut self) -> Got {
        self.got.recv().await.expect("the server runs")
    }
}

async fn converse(stream: TcpStream, offers: &str, tell: mpsc::UnboundedSender<Got>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mx.peer.example ESMTP\r\n").await?;
    let mut got = Got { mail: String::new(), rcpt: String::new(), content: String::new() };
    let (mut line, mut in_body) = (String::new(), false);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let said = line.trim_end();
        let reply = match said {
            "." if in_body => {
                in_body = false;
                let (mail, rcpt) = (got.mail.clone(), got.rcpt.clone());
                drop(tell.send(Got { mail, rcpt, content: std::mem::take(&mut got.content) }));
                "250 2.0.0 taken".to_owned()
            }
            _ if in_body => {
                got.content.push_str(&line);
                continue;
            }
            "DATA" => {
                in_body = true;
                "354 go on".to_owned()
            }
            "QUIT" => "221 2.0.0 bye".to_owned(),
            _ if said.starts_with("EHLO") => format!("250-mx.peer.example\r\n{offers}250 8BITMIME"),
            _ if said.starts_with("MAIL") => {
                got.mail = said.to_owned();
                "250 2.1.0 fine".to_owned()
            }
            _ if said.starts_with("RCPT TO:<gone@") => "550 5.1.1 no such user here".to_owned(),
            _ if said.starts_with("RCPT TO:<busy@") => "451 4.7.1 greylisted, try again later".to_owned(),
            _ => {
                got.rcpt = said.to_owned();
                "250 2.1.5 fine".to_owned()
            }
        };
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
}

/// An application that hands over mail by SMTP.
struct Client {
    stream: BufReader<TcpStream>,
    /// The listener ends with it.
    _stopper: Stopper,
}

impl Client {
    async fn connect(harness: &Harness) -> Client {
        let (stopper, stop) = stopper();
        let any = "127.0.0.1:0".parse().expect("an address");
        let listener = smtp::bind(any, &Admissions::new(10, 10)).expect("a port");
        let address = listener.address();
        tokio::spawn(smtp::serve(harness.app.clone(), listener, PortTls::StartTls, stop));
        let stream = BufReader::new(TcpStream::connect(address).await.expect("a connection"));
        let mut client = Client { stream, _stopper: stopper };
        client.reply("220").await;
        client.say("EHLO app.example", "250").await;
        let login = format!("\0any\0{}", harness.key);
        let login = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, login);
        client.say(&format!("AUTH PLAIN {login}"), "235").await;
        client
    }

    /// Sends one message to one recipient; gives its id.
    async fn send(&mut self, mail: &str, rcpt: &str) -> String {
        self.say(&format!("MAIL FROM:{mail}"), "250").await;
        self.say(&format!("RCPT TO:{rcpt}"), "250").await;
        self.say("DATA", "354").await;
        let said = self.say("From: ann@app.example\r\nSubject: Hello\r\n\r\nthe body\r\n.", "250").await;
        said.rsplit(' ').next().expect("an id").to_owned()
    }

    async fn say(&mut self, words: &str, code: &str) -> String {
        self.stream.write_all(format!("{words}\r\n").as_bytes()).await.expect("it is written");
        self.reply(code).await
    }

    async fn reply(&mut self, code: &str) -> String {
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).await.expect("a reply");
            assert!(line.starts_with(code), "{code} is wanted: {line}");
            if line.as_bytes().get(3) == Some(&b' ') {
                return line.trim_end().to_owned();
            }
        }
    }
}

async fn start(database: Database, peer: &Peer, policy: &str) -> Harness {
    let next_hop = peer.address.to_string();
    let settings = [
        ("delivery.next_hop", next_hop.as_str()),
        ("delivery.notifications", policy),
        ("smtp.auth_without_tls_on_loopback", "true"),
        ("hostname", "mx.app.example"),
    ];
    Harness::start(database, &settings).await
}

/// All messages, newest first: how each stands and what made it.
async fn emails(harness: &Harness) -> Vec<(String, String, serde_json::Value)> {
    let mut all = Vec::new();
    for email in harness.get("/emails").await.json()["data"].as_array().expect("a list") {
        let path = format!("/emails/{}", email["id"].as_str().expect("an id"));
        let email = harness.get(&path).await.json();
        let text = |name: &str| email[name].as_str().unwrap_or_default().to_owned();
        all.push((text("last_event"), text("origin"), email));
    }
    all
}

#[tokio::test]
async fn a_failure_comes_back_once_as_mail_of_our_own_signed_and_shown() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut peer = Peer::start("").await;
        let harness = start(database, &peer, "asked").await;
        let mut client = Client::connect(&harness).await;
        let rcpt = "<gone@x.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;Gone@X.example";
        let sent = client.send("<ann@app.example> RET=FULL ENVID=id-7", rcpt).await;
        let got = peer.next().await;
        assert_eq!((got.mail.as_str(), got.rcpt.as_str()), ("MAIL FROM:<>", "RCPT TO:<ann@app.example>"));
        let wanted = [
            "DKIM-Signature: ",
            "From: Mail Delivery System <postmaster@mx.app.example>\r\n",
            "Original-Envelope-Id: id-7\r\n",
            "Original-Recipient: rfc822; Gone@X.example\r\nFinal-Recipient: rfc822; gone@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
            "Remote-MTA: dns; 127.0.0.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user here\r\n",
            "Content-Type: message/rfc822\r\n",
            "\r\nthe body\r\n",
        ];
        for part in wanted {
            assert!(got.content.contains(part), "{part} in {} on {database:?}", got.content);
        }
        harness.settled().await;
        let all = emails(&harness).await;
        let shown: Vec<_> = all.iter().map(|(event, origin, _)| (event.as_str(), origin.as_str())).collect();
        assert_eq!(shown, [("delivered", "notification"), ("bounced", "smtp")]);
        assert_eq!(all[1].2["id"], sent.as_str());
        assert_eq!(all[0].2["notification_of"], all[1].2["recipients"][0]["id"]);
        harness.end().await;
    }
}

#[tokio::test]
async fn each_sender_hears_what_was_asked_for_and_nobody_else_does() {
    // What is asked for, of which server, and the action that is told, if one is.
    let cases = [
        ("asked", "<ann@app.example>", "<gone@x.example>", None),
        ("asked", "<ann@app.example>", "<gone@x.example> NOTIFY=NEVER", None),
        ("asked", "<ann@app.example>", "<gone@x.example> NOTIFY=SUCCESS,DELAY", None),
        ("asked", "<>", "<gone@x.example> NOTIFY=FAILURE", None),
        ("asked", "<ann@app.example>", "<bob@x.example> NOTIFY=FAILURE", None),
        ("asked", "<ann@app.example>", "<bob@x.example> NOTIFY=SUCCESS", Some("relayed")),
        ("always", "<ann@app.example>", "<gone@y.example>", Some("failed")),
        ("always", "<ann@app.example>", "<gone@y.example> NOTIFY=NEVER", None),
        ("always", "<>", "<gone@y.example>", None),
        ("never", "<ann@app.example>", "<gone@x.example> NOTIFY=FAILURE", None),
    ];
    for (database, offers) in
        [(Database::Sqlite, ""), (Database::Postgres, ""), (Database::Sqlite, "250-DSN\r\n")]
    {
        for policy in ["asked", "always", "never"] {
            let mut peer = Peer::start(offers).await;
            let harness = start(database, &peer, policy).await;
            let mut client = Client::connect(&harness).await;
            for (_, mail, rcpt, action) in cases.iter().filter(|case| case.0 == policy) {
                client.send(mail, rcpt).await;
                harness.settled().await;
                let relayed_by_peer = !offers.is_empty() && *action == Some("relayed");
                let mut told = Vec::new();
                while let Ok(got) = peer.got.try_recv() {
                    if got.rcpt.starts_with("RCPT TO:<ann@app.example>") {
                        told.push(got.content);
                    }
                }
                let wanted = action.filter(|_| !relayed_by_peer);
                assert_eq!(told.len(), usize::from(wanted.is_some()), "{policy} {rcpt} {offers:?}");
                let action = wanted.map(|action| format!("Action: {action}\r\n")).unwrap_or_default();
                assert!(told.iter().all(|content| content.contains(&action)), "{told:?}");
                // An address that a reply suppressed would not be tried a second time.
                harness.ask("DELETE", "/suppressions/gone@x.example", &json!({})).await;
                harness.ask("DELETE", "/suppressions/gone@y.example", &json!({})).await;
            }
            harness.end().await;
        }
    }
}

#[tokio::test]
async fn a_delay_is_told_once_and_only_while_it_lasts() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut peer = Peer::start("").await;
        let harness = start(database, &peer, "asked").await;
        let mut client = Client::connect(&harness).await;
        client.send("<ann@app.example>", "<busy@x.example> NOTIFY=DELAY").await;
        client.send("<ann@app.example>", "<bob@x.example> NOTIFY=DELAY").await;
        assert!(peer.next().await.rcpt.contains("bob@x.example"));
        harness.settled().await;
        let now = harness.app.now();
        delay::look(&harness.app, now).await.expect("a look");
        let late = now.after(Duration::from_secs(4 * 3_600 + 1));
        for _ in 0..2 {
            delay::look(&harness.app, late).await.expect("a look");
        }
        let got = peer.next().await;
        for part in ["Action: delayed\r\n", "Will-Retry-Until: ", "451 4.7.1 greylisted", "busy@x.example"] {
            assert!(got.content.contains(part), "{part} in {}", got.content);
        }
        let origins: Vec<_> = emails(&harness).await.into_iter().map(|(_, origin, _)| origin).collect();
        assert_eq!(origins, ["notification", "smtp", "smtp"], "one was told, once");
        harness.end().await;
    }
}

#[tokio::test]
async fn a_recipient_who_may_not_be_mailed_counts_as_a_failure() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut peer = Peer::start("").await;
        let harness = start(database, &peer, "asked").await;
        let suppressed = json!({ "email": "no@x.example", "reason": "complaint" });
        assert_eq!(harness.post("/suppressions", &suppressed).await.status, 201);
        let mut client = Client::connect(&harness).await;
        client.send("<ann@app.example>", "<no@x.example>").await;
        client.send("<ann@app.example>", "<no@x.example> NOTIFY=FAILURE").await;
        let got = peer.next().await;
        for part in
            ["Action: failed\r\nStatus: 5.7.1\r\n", "X-Postrider; previous_complaint", "Subject: Hello\r\n"]
        {
            assert!(got.content.contains(part), "{part} in {}", got.content);
        }
        harness.settled().await;
        assert_eq!(emails(&harness).await.len(), 3);
        harness.end().await;
    }
}

#[tokio::test]
async fn many_who_may_not_be_mailed_make_one_report() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut peer = Peer::start("").await;
        let harness = start(database, &peer, "asked").await;
        let mut client = Client::connect(&harness).await;
        client.say("MAIL FROM:<ann@app.example> RET=FULL", "250").await;
        for n in 0..50 {
            let suppressed = json!({ "email": format!("no{n}@x.example"), "reason": "complaint" });
            assert_eq!(harness.post("/suppressions", &suppressed).await.status, 201);
            let rcpt = format!("RCPT TO:<no{n}@x.example> NOTIFY=FAILURE ORCPT=rfc822;First{n}@x.example");
            client.say(&rcpt, "250").await;
        }
        client.say("RCPT TO:<bob@x.example> NOTIFY=FAILURE", "250").await;
        client.say("DATA", "354").await;
        client.say("From: ann@app.example\r\nSubject: Hello\r\n\r\nthe body\r\n.", "250").await;
        harness.settled().await;
        let got = [peer.next().await, peer.next().await];
        let report = got.iter().find(|got| got.rcpt == "RCPT TO:<ann@app.example>").expect("a report");
        for n in 0..50 {
            let group = format!(
                "\r\n\r\nOriginal-Recipient: rfc822; First{n}@x.example\r\nFinal-Recipient: rfc822; no{n}@x.example\r\n"
            );
            assert!(report.content.contains(&group), "{group} in {}", report.content);
        }
        assert!(!report.content.contains("bob@x.example"), "who was mailed did not fail");
        assert_eq!(report.content.matches("the body\r\n").count(), 1);
        let all = emails(&harness).await;
        let origins: Vec<_> = all.iter().map(|(_, origin, _)| origin.as_str()).collect();
        assert_eq!(origins, ["notification", "smtp"], "on {database:?}");
        assert_eq!(all[0].2["notification_of"], all[1].2["recipients"][0]["id"], "the first of them");
        harness.end().await;
    }
}

#[tokio::test]
async fn what_the_capture_mailbox_took_was_delivered() {
    for database in [Database::Sqlite, Database::Postgres] {
        let settings = [("smtp.auth_without_tls_on_loopback", "true")];
        let harness = Harness::start(database, &settings).await;
        let mut client = Client::connect(&harness).await;
        client.send("<ann@app.example>", "<bob@x.example> NOTIFY=SUCCESS").await;
        harness.settled().await;
        let captured = harness.get("/captured").await.json();
        let subjects: Vec<_> =
            captured["data"].as_array().expect("a list").iter().map(|one| one["subject"].clone()).collect();
        assert_eq!(subjects, ["Your message was delivered", "Hello"]);
        harness.end().await;
    }
}

#[tokio::test]
async fn an_outcome_is_stored_although_the_id_of_its_notification_is_taken() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut peer = Peer::start("").await;
        let harness = start(database, &peer, "asked").await;
        let mut client = Client::connect(&harness).await;
        // As after a start with a clock that is behind: ids come in a row, and some were given out before.
        let ahead = harness.app.now().after(Duration::from_secs(3_600));
        let message = harness.app.mint.next(ahead) + 1;
        let notification = id::delivery(message, 0) + 1;
        let mut write = Write::default();
        rows::content(&mut write, notification, &Bytes::from_static(b"another"));
        harness.app.store.write(write).await.expect("it is stored");
        client.send("<ann@app.example>", "<gone@x.example> NOTIFY=FAILURE").await;
        assert!(peer.next().await.content.contains("Action: failed\r\n"), "on {database:?}");
        harness.settled().await;
        assert_eq!(emails(&harness).await.len(), 2, "the message, and one notification");
        harness.end().await;
    }
}

/// Damages what is stored.
async fn damage(harness: &Harness, words: &'static Query) {
    let mut write = Write::default();
    write.step(words, Vec::new());
    harness.app.store.write(write).await.expect("it is stored");
}

#[tokio::test]
async fn a_message_that_cannot_be_read_expires_and_its_sender_hears_of_it() {
    static PACKED: Query = Query::new("packed", "UPDATE content SET encoding = 1");
    for database in [Database::Sqlite, Database::Postgres] {
        let mut peer = Peer::start("").await;
        let harness = start(database, &peer, "always").await;
        let email = json!({
            "from": "ann@app.example", "to": "bob@x.example", "subject": "s", "text": "t", "scheduled_at": "in 1 hour",
        });
        let sent = harness.post("/emails", &email).await.json();
        let message = Noun::Message.read(sent["id"].as_str().expect("an id")).expect("a message's id");
        damage(&harness, &PACKED).await;
        let (workspace, now) = (harness.workspace(), harness.app.now());
        let key = QueueKey { workspace, lane: Lane::Transactional, domain: "x.example".into() };
        let entry =
            Entry { delivery: id::delivery(message, 0), message, due: now, expires: now, attempts: 0 };
        let expired = Conclusion::Expired { class: "expired" };
        settle::without_attempt(&harness.app, Leased { key, entry, parcel: None }, expired, None);
        assert!(peer.next().await.content.contains("Status: 5.4.7\r\n"), "on {database:?}");
        harness.end().await;
    }
}

#[tokio::test]
async fn one_who_cannot_be_told_of_a_delay_keeps_nobody_else_from_hearing() {
    static TORN: Query =
        Query::new("torn", "UPDATE message SET wishes = '{' WHERE id = (SELECT min(id) FROM message)");
    for database in [Database::Sqlite, Database::Postgres] {
        let mut peer = Peer::start("").await;
        let harness = start(database, &peer, "asked").await;
        let mut client = Client::connect(&harness).await;
        for place in ["x.example", "y.example"] {
            client.send("<ann@app.example>", &format!("<busy@{place}> NOTIFY=DELAY")).await;
        }
        harness.settled().await;
        damage(&harness, &TORN).await;
        let late = harness.app.now().after(Duration::from_secs(4 * 3_600 + 1));
        delay::look(&harness.app, late).await.expect("a look");
        let told = peer.next().await.content;
        assert!(told.contains("busy@y.example"), "{told} on {database:?}");
        harness.end().await;
    }
}

#[tokio::test]
async fn of_what_must_not_leave_nobody_outside_is_told() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut peer = Peer::start("").await;
        let next_hop = peer.address.to_string();
        let told = [("delivery.notifications", "always"), ("hostname", "mx.app.example")];
        let harness = Harness::start(database, &told).await;
        let email = json!({
            "from": "me@stranger.example", "to": "bob@x.example", "subject": "s", "text": "t",
            "scheduled_at": "in 1 hour",
        });
        let sent = harness.post("/emails", &email).await.json();
        let path = format!("/emails/{}", sent["id"].as_str().expect("an id"));
        let harness = harness.restarted(&[told[0], told[1], ("delivery.next_hop", next_hop.as_str())]).await;
        assert_eq!(harness.ask("PATCH", &path, &json!({ "scheduled_at": "in 0 seconds" })).await.status, 200);
        harness.settled().await;
        let all = emails(&harness).await;
        let shown: Vec<_> = all.iter().map(|(event, origin, _)| (event.as_str(), origin.as_str())).collect();
        assert_eq!(shown, [("failed", "notification"), ("failed", "api")], "on {database:?}");
        assert!(peer.got.try_recv().is_err(), "nothing left");
        harness.end().await;
    }
}
