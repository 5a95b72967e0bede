//! Mail that leaves: found through MX records, over a real connection, to servers that answer as servers do.

use std::net::SocketAddr;

use net::scripted_dns::ScriptedDns;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::testing::{DOMAIN, Database, Harness};

/// A server that refuses `gone@…` for good, `evil@…` in hostile words, puts `busy@…` off, and takes everybody else's mail.
pub(crate) async fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that breaks off ends only its own conversation.
            tokio::spawn(async move { drop(converse(stream).await) });
        }
    });
    address
}

/// What a server says that hopes for a page which believes it: markup, ends of attributes, terminal escapes, letters that turn the
/// direction of text.
pub(crate) const EVIL: &str = "550 5.1.1 </pre></blockquote><script>alert(1)</script>\"'><img src=x onerror=alert(2)> \u{1b}[31mred\u{1b}[0m \u{202e}moc.elpmaxe\u{202c}\u{2066}\u{7}";

async fn converse(stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mx.good.example ESMTP\r\n").await?;
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
                "250 2.0.0 taken"
            }
            _ if in_body => continue,
            "DATA" => {
                in_body = true;
                "354 go on"
            }
            "QUIT" => "221 2.0.0 bye",
            _ if said.starts_with("RCPT TO:<gone@") => "550 5.1.1 no such user here",
            _ if said.starts_with("RCPT TO:<evil@") => EVIL,
            _ if said.starts_with("RCPT TO:<busy@") => "451 4.7.1 greylisted, try again later",
            _ => "250 2.0.0 fine",
        };
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
}

const ZONE: &str = "good.example      MX 10 mx.good.example
                    mx.good.example   A 127.0.0.1
                    plain.example     A 127.0.0.1
                    refuses.example   MX 0 .
                    broken.example    SERVFAIL";

/// Its servers fail.
const UNKNOWN_NOW: &str = "broken.example";

/// Sends a message; gives what became of it once the queue has come to it, and why.
async fn fate(harness: &Harness, to: &str) -> (String, String) {
    let mail = json!({ "from": format!("me@{DOMAIN}"), "to": to, "subject": "s", "text": "t" });
    let sent = harness.post("/emails", &mail).await.json();
    let path = format!("/emails/{}", sent["id"].as_str().expect("an id"));
    loop {
        let email = harness.get(&path).await.json();
        // A domain that DNS does not know about now stays queued: then the look-up's failure is what came of it.
        let waits = domain_of(to) == UNKNOWN_NOW && harness.app.egress.sites.reason(UNKNOWN_NOW).is_some();
        if waits || email["last_event"] != "queued" {
            let recipients = harness.get(&format!("{path}/recipients")).await.json();
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            return (text(&email["last_event"]), text(&recipients["data"][0]["reason"]));
        }
        tokio::task::yield_now().await;
    }
}

fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

#[tokio::test]
async fn each_recipient_gets_what_its_domain_and_its_server_say() {
    for database in [Database::Sqlite, Database::Postgres] {
        let dns = ScriptedDns::start(ZONE).await.expect("a DNS server");
        let server = server().await;
        let settings = [
            ("delivery.next_hop", "mx"),
            ("delivery.mx_on_loopback", "true"),
            ("delivery.mx_port", &server.port().to_string()),
            ("dns.resolvers", &dns.address().to_string()),
        ];
        let harness = Harness::start(database, &settings).await;
        let cases = [
            ("ann@good.example", "delivered", ""),
            ("ann@plain.example", "delivered", ""),
            ("busy@good.example", "delivery_delayed", "greylist"),
            ("gone@good.example", "bounced", "hard.recipient"),
            ("gone@good.example", "suppressed", "previous_bounce"),
            ("ann@refuses.example", "bounced", "hard.domain"),
            ("ann@nowhere.example", "bounced", "hard.domain"),
            ("ann@broken.example", "queued", ""),
        ];
        for (to, last_event, reason) in cases {
            let found = fate(&harness, to).await;
            assert_eq!(found, (last_event.to_owned(), reason.to_owned()), "{to} on {database:?}");
        }
        harness.end().await;
    }
}

#[tokio::test]
async fn an_mx_that_leads_to_this_machine_is_not_called() {
    let dns = ScriptedDns::start(ZONE).await.expect("a DNS server");
    let server = server().await;
    let settings = [
        ("delivery.next_hop", "mx"),
        ("delivery.mx_port", &server.port().to_string()),
        ("dns.resolvers", &dns.address().to_string()),
    ];
    let harness = Harness::start(Database::Sqlite, &settings).await;
    let (last_event, reason) = fate(&harness, "ann@good.example").await;
    assert_eq!((last_event.as_str(), reason.as_str()), ("delivery_delayed", "transient.net"));
    harness.end().await;
}
