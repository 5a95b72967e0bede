//! A client that submits over SMTP, as the product answers it.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use net::listen::{Admissions, Listener, Stopper, stopper};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::smtp::{self, PortTls};
use crate::feature::access::Scope;
use crate::http::{self, HttpTls, Paths};
use crate::testing::{DOMAIN, Database, Harness};

struct Client(BufReader<TcpStream>);

/// A port of `harness` to which keys may be told in clear; it serves as long as the stopper is kept.
fn port(harness: &Harness) -> (SocketAddr, Stopper) {
    let listener = smtp::bind(([127, 0, 0, 1], 0).into(), &Admissions::new(9, 9)).expect("a port");
    let address = listener.address();
    let (stopper, stop) = stopper();
    tokio::spawn(smtp::serve(harness.app.clone(), listener, PortTls::StartTls, stop));
    (address, stopper)
}

impl Client {
    /// A session that `key` opened.
    async fn connect(address: SocketAddr, key: &str) -> Client {
        let mut client = Client(BufReader::new(TcpStream::connect(address).await.expect("somebody listens")));
        assert!(client.hear().await.starts_with("220"));
        client.say("EHLO client.example").await;
        let credentials = STANDARD.encode(format!("\0any\0{key}"));
        assert!(client.say(&format!("AUTH PLAIN {credentials}")).await.starts_with("235"));
        client
    }

    /// Says something, and hears the last line of the reply.
    async fn say(&mut self, words: &str) -> String {
        self.0.write_all(format!("{words}\r\n").as_bytes()).await.expect("the server listens");
        self.hear().await
    }

    async fn hear(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.expect("the server answers");
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.trim_end().to_owned();
            }
        }
    }

    /// Hands over a short message; gives the reply to its end, or to what was refused before.
    async fn send(&mut self, reverse_path: &str, author: &str) -> String {
        for command in [&*format!("MAIL FROM:<{reverse_path}>"), "RCPT TO:<ann@x.example>", "DATA"] {
            let reply = self.say(command).await;
            if !reply.starts_with(['2', '3']) {
                return reply;
            }
        }
        self.say(&format!("From: {author}\r\nSubject: s\r\n\r\ntext\r\n.")).await
    }

    async fn submit(&mut self, message: &str) -> String {
        self.submit_as(&format!("me@{DOMAIN}"), message).await
    }

    async fn submit_as(&mut self, reverse_path: &str, message: &str) -> String {
        for command in [format!("MAIL FROM:<{reverse_path}>"), "RCPT TO:<ann@example.org>".into()] {
            assert!(self.say(&command).await.starts_with("250"), "{command}");
        }
        assert!(self.say("DATA").await.starts_with("354"));
        self.say(&format!("{message}\r\n.")).await
    }
}

/// A message whose header section, the empty line included, has so many octets.
fn message_with_header_of(octets: usize) -> String {
    let mut message = format!("From: me@{DOMAIN}\r\nDate: now\r\nMessage-ID: <m@{DOMAIN}>\r\n");
    while message.len() + 200 < octets {
        message.push_str(&format!("X-Filling: {:e>80}\r\n", ""));
    }
    let name = "X-Last: ";
    let rest = octets - message.len() - name.len() - 4;
    message.push_str(&format!("{name}{:e>rest$}\r\n\r\nbody", ""));
    message
}

#[tokio::test]
async fn a_header_section_up_to_the_limit_is_taken_and_goes_out_and_a_longer_one_is_refused() {
    // The default, above which what is added to the message makes it, and one of an operator's own.
    for (limit, settings) in [(262_144, vec![]), (20_000, vec![("smtp.header_max_bytes", "20000")])] {
        let settings = [settings, vec![("smtp.auth_without_tls_on_loopback", "true")]].concat();
        let harness = Harness::start(Database::Sqlite, &settings).await;
        let (address, _stopper) = port(&harness);
        let mut client = Client::connect(address, &harness.key).await;
        let refused = client.submit(&message_with_header_of(limit + 1)).await;
        assert_eq!(refused, format!("552 5.3.4 the header section is longer than {limit} octets"));
        let taken = client.submit(&message_with_header_of(limit)).await;
        assert!(taken.starts_with("250 2.0.0 Ok: queued as msg_"), "{taken}");
        harness.settled().await;
        let emails = harness.get("/emails").await.json();
        assert_eq!(emails["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(emails["data"][0]["last_event"], "delivered");
        harness.end().await;
    }
}

#[tokio::test]
async fn a_dangerous_file_is_refused_unless_the_settings_say_otherwise() {
    for (looked_at, refused) in
        [("true", "554 5.7.0 a file is not taken: .exe is refused: a Windows program"), ("false", "250")]
    {
        let settings = [("smtp.auth_without_tls_on_loopback", "true"), ("attachments.check_smtp", looked_at)];
        let harness = Harness::start(Database::Sqlite, &settings).await;
        let (address, _stopper) = port(&harness);
        let mut client = Client::connect(address, &harness.key).await;
        let message = |name: &str| {
            format!(
                "From: me@{DOMAIN}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ntext\r\n--x\r\n\
                 Content-Disposition: attachment; filename=\"{name}\"\r\n\r\noctets\r\n--x--\r\n"
            )
        };
        assert!(client.submit(&message("a.pdf")).await.starts_with("250"));
        let reply = client.submit(&message("a.pdf.exe")).await;
        assert!(reply.starts_with(refused), "{reply}");
        harness.end().await;
    }
}

#[tokio::test]
async fn a_key_of_one_domain_writes_and_gets_returns_as_no_other() {
    let settings = [("smtp.auth_without_tls_on_loopback", "true")];
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = Harness::start(database, &settings).await;
        harness.domain(harness.workspace(), "other.example").await;
        let domains = harness.get("/domains").await.json();
        let own = domains["data"].as_array().expect("domains").iter().find(|domain| domain["name"] == DOMAIN);
        let body = json!({ "name": "shop", "permission": "sending_access", "domain_id": own.expect("it is there")["id"] });
        let token =
            harness.post("/api-keys", &body).await.json()["token"].as_str().expect("a key").to_owned();

        let (address, _stopper) = port(&harness);
        let mut client = Client::connect(address, &token).await;
        let cases = [
            ("me@app.example", "me@app.example", "250"),
            ("returns@mail.app.example", "me@app.example", "250"),
            ("", "me@app.example", "250"),
            ("me@app.example", "me@other.example", "550"),
            ("me@other.example", "me@app.example", "550"),
            ("me@foreign.example", "me@app.example", "550"),
        ];
        for (reverse_path, author, expected) in cases {
            let reply = client.send(reverse_path, author).await;
            assert!(reply.starts_with(expected), "{reverse_path} for {author}: {reply}");
        }

        for (author, status) in [("me@app.example", 200), ("me@other.example", 401)] {
            let mail = json!({ "from": author, "to": "ann@x.example", "subject": "s", "text": "t" });
            let bearer = format!("Bearer {token}");
            let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
            let answer = harness.ask_with(("POST", "/emails"), &headers, mail.to_string()).await;
            assert_eq!(answer.status, status, "{author}");
            let refused = answer.json()["name"] == "restricted_api_key";
            assert_eq!(refused, status == 401, "{author}");
        }
        harness.end().await;
    }
}

#[tokio::test]
async fn large_messages_that_arrive_at_once_share_a_room_and_no_workspace_takes_all_of_it() {
    const LARGE: usize = 400_000;
    let settings = [
        ("smtp.auth_without_tls_on_loopback", "true"),
        ("smtp.message_max_bytes", "524288"),
        ("smtp.messages_max_bytes", "1048576"),
    ];
    let harness = Harness::start(Database::Sqlite, &settings).await;
    let other = harness.new_workspace("other").await;
    harness.domain(other, "other.example").await;
    let other_key = harness.key_of(other, Scope::Sending).await;
    let (address, _stopper) = port(&harness);
    let header = format!("From: me@{DOMAIN}\r\n\r\n");
    let line = format!("{:e>998}\r\n", "");
    let large = format!("{header}{}", line.repeat(LARGE / line.len()));

    let mut first = Client::connect(address, &harness.key).await;
    first.say(&format!("MAIL FROM:<me@{DOMAIN}>")).await;
    first.say("RCPT TO:<ann@example.org>").await;
    // Its reply says that the chunk was read.
    first.0.write_all(format!("BDAT {}\r\n{large}", large.len()).as_bytes()).await.expect("it listens");
    assert!(first.hear().await.starts_with("250"));

    let mut second = Client::connect(address, &harness.key).await;
    let reply = second.submit(&large).await;
    assert_eq!(reply, "452 4.3.1 Too much mail arrives at once: try again");
    let small = second.submit(&format!("{header}text")).await;
    assert!(small.starts_with("250"), "a small one, in the same session: {small}");
    let mut third = Client::connect(address, &other_key).await;
    let reply = third.submit_as("me@other.example", &large.replace(DOMAIN, "other.example")).await;
    assert!(reply.starts_with("250"), "another workspace's: {reply}");

    assert!(first.say("BDAT 0 LAST").await.starts_with("250"));
    first.say("RSET").await;
    let reply = second.submit(&large).await;
    assert!(reply.starts_with("250"), "once there is room: {reply}");
    harness.end().await;
}

#[tokio::test]
async fn what_was_taken_is_answered_again_when_it_could_not_be_taken_any_more() {
    // Whose domain it is, is asked of mail that leaves.
    let settings = [("smtp.auth_without_tls_on_loopback", "true"), ("delivery.next_hop", "127.0.0.1:1")];
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = Harness::start(database, &settings).await;
        let (address, _stopper) = port(&harness);
        let mut client = Client::connect(address, &harness.key).await;
        let message =
            |key: &str| format!("From: me@{DOMAIN}\r\nX-Postrider-Idempotency-Key: {key}\r\n\r\ntext");
        let taken = client.submit(&message("one")).await;
        assert!(taken.starts_with("250 2.0.0 Ok: queued as msg_"), "{taken}");
        let domains = harness.get("/domains").await.json();
        let id = domains["data"][0]["id"].as_str().expect("a domain").to_owned();
        assert_eq!(harness.ask("DELETE", &format!("/domains/{id}"), &json!({})).await.status, 200);
        assert_eq!(client.submit(&message("one")).await, taken);
        let refused = client.submit(&message("two")).await;
        assert!(refused.starts_with("550 5.7.1"), "{refused}");
        let other = client.submit(&format!("{} more", message("one"))).await;
        assert!(other.starts_with("550 5.7.1"), "another message under that key: {other}");
        harness.end().await;
    }
}

/// A connection that said `words` and heard something in answer, if it asks for one.
async fn connection(address: SocketAddr, words: &str, answered: bool) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("somebody listens");
    stream.write_all(words.as_bytes()).await.expect("it listens");
    if answered {
        assert_ne!(stream.read(&mut [0; 4_096]).await.expect("it answers"), 0, "{words}");
    }
    stream
}

#[tokio::test]
async fn whoever_has_no_mail_to_hand_over_keeps_the_end_waiting_no_longer() {
    const PATIENCE: Duration = Duration::from_secs(20);
    let settings = [("smtp.auth_without_tls_on_loopback", "true"), ("http.header_timeout_s", "60")];
    let harness = Harness::start(Database::Sqlite, &settings).await;
    let (stopper, stop) = stopper();
    let (app, admissions) = (&harness.app, Admissions::new(9, 9));
    let listener = || Listener::bind(([127, 0, 0, 1], 0).into(), admissions.clone()).expect("a port");
    let [clear, implicit] = [PortTls::StartTls, PortTls::Implicit].map(|tls| {
        let listener = listener();
        let address = listener.address();
        tokio::spawn(smtp::serve(app.clone(), listener, tls, stop.clone()));
        address
    });
    let [plain, https] = [HttpTls::Clear, HttpTls::Https].map(|tls| {
        let listener = listener();
        let address = listener.address();
        let router = http::router(app.clone(), Paths::All, stop.clone());
        tokio::spawn(http::serve(app.clone(), router, (listener, tls), stop.clone()));
        address
    });
    drop(stop);
    let follow =
        format!("GET /events/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", harness.key);
    let _waiting = [
        connection(clear, "EHLO a\r\n", true).await,
        connection(clear, "EHLO a\r\nAUTH LOGIN\r\n", true).await,
        connection(clear, "EHLO a\r\nSTARTTLS\r\n", true).await,
        connection(implicit, "", false).await,
        connection(plain, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n", true).await,
        connection(plain, &follow, true).await,
        connection(https, "", false).await,
    ];
    stopper.stop();
    tokio::time::timeout(PATIENCE, stopper.all_ended()).await.expect("nobody has anything to finish");
    harness.end().await;
}
