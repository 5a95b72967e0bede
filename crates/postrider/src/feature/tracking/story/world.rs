//! A Postrider whose mail reaches a server, and what its recipients see and do.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use mail_parser::MessageParser;
use net::scripted_dns::ScriptedDns;
use serde_json::{Value, json};
use store::{Query, Write};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::feature::access::Class;
use crate::feature::tracking::token::{Bearer, Purpose};
use crate::id::Noun;
use crate::testing::{Answer, DOMAIN, Database, Harness};

pub(super) const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
pub(super) const BASE: &str = "https://track.example";
const ZONE: &str = "good.example MX 10 mx.good.example
                    mx.good.example A 127.0.0.1";

/// A server that takes everything and hands it over.
async fn server() -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (taken, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let taken = taken.clone();
            tokio::spawn(async move { drop(converse(stream, taken).await) });
        }
    });
    (address, received)
}

async fn converse(stream: TcpStream, taken: mpsc::UnboundedSender<String>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mx.good.example ESMTP\r\n").await?;
    let (mut line, mut body) = (String::new(), None::<String>);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let reply = match (line.trim_end(), &mut body) {
            (".", Some(text)) => {
                drop(taken.send(std::mem::take(text)));
                body = None;
                "250 2.0.0 taken"
            }
            (_, Some(text)) => {
                text.push_str(line.strip_prefix("..").map_or(line.as_str(), |_| &line[1..]));
                continue;
            }
            ("DATA", None) => {
                body = Some(String::new());
                "354 go on"
            }
            ("QUIT", None) => "221 2.0.0 bye",
            (_, None) => "250 2.0.0 fine",
        };
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
}

/// A Postrider whose mail reaches a server.
pub(super) struct World {
    pub(super) harness: Harness,
    received: mpsc::UnboundedReceiver<String>,
    _dns: ScriptedDns,
}

/// A message as its recipient has it.
pub(super) struct Mail {
    pub(super) raw: String,
    pub(super) delivery: i64,
    pub(super) links: Vec<String>,
}

impl World {
    pub(super) async fn start(database: Database) -> World {
        let dns = ScriptedDns::start(ZONE).await.expect("a DNS server");
        let (server, received) = server().await;
        let settings = [
            ("delivery.next_hop", "mx"),
            ("delivery.mx_on_loopback", "true"),
            ("delivery.mx_port", &server.port().to_string()),
            ("dns.resolvers", &dns.address().to_string()),
            ("tracking.proxies", "10.0.0.0/8"),
        ];
        World { harness: Harness::start(database, &settings).await, received, _dns: dns }
    }

    /// Sends an email; gives what the server received, an hour after it did.
    pub(super) async fn mail(&mut self, extra: Value) -> Mail {
        let html = "<html><body><h1>Grüße</h1><a href=\"https://shop.example/a?b=1&amp;c=2\" data-track-id=\"buy\">Buy</a>
            <a href=\"https://shop.example/two\">two</a><a href=\"https://shop.example/three\">three</a>
            <a href=\"mailto:help@shop.example\">help</a><a href=\"postrider:unsubscribe\">leave</a></body></html>";
        let mut body = json!({
            "from": format!("me@{DOMAIN}"), "to": "ann@good.example", "subject": "s", "html": html, "text": "https://shop.example",
            "stream": "marketing",
        });
        body.as_object_mut().expect("an object").extend(extra.as_object().cloned().unwrap_or_default());
        let sent = self.harness.post("/emails", &body).await.json();
        let shown = sent["recipients"][0]["id"].as_str().unwrap_or_else(|| panic!("{sent}"));
        let delivery = Noun::Delivery.read(shown).expect("a delivery's id");
        let raw = self.received.recv().await.expect("the server received it");
        self.harness.settled().await;
        static LATER: Query =
            Query::new("case", "UPDATE delivery SET finished_us = finished_us - 3600000000 WHERE id = :id");
        let mut write = Write::default();
        write.step(&LATER, vec![("id", delivery.into())]);
        self.harness.app.store.write(write).await.expect("an hour goes by");
        let parsed = MessageParser::default().parse(raw.as_bytes()).expect("a message");
        let html = parsed.body_html(0).expect("HTML").into_owned();
        let links = content::track::links(&html).expect("links").into_iter().map(|link| link.url).collect();
        Mail { raw, delivery, links }
    }

    pub(super) async fn ask(&self, method: &str, url: &str, agent: &str) -> Answer {
        let path = url.strip_prefix(BASE).unwrap_or_else(|| panic!("{url} is not ours"));
        let mut request = Request::builder().method(method).uri(path).header("user-agent", agent);
        request = request.header("x-forwarded-for", "192.0.2.7");
        let mut request = request.body(Body::empty()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 1))));
        self.harness.send(request).await
    }

    /// The data of a delivery's first `count` events of that name, once they are there.
    pub(super) async fn events(&self, name: &str, delivery: i64, count: usize) -> Vec<Value> {
        let shown = Noun::Delivery.show(delivery);
        let mut commits = self.harness.app.store.commits();
        loop {
            let list = self.harness.get("/events?limit=1000").await.json();
            let found: Vec<Value> = list["data"]
                .as_array()
                .expect("events")
                .iter()
                .filter(|event| event["type"] == name && event.to_string().contains(&shown))
                .map(|event| event["data"].clone())
                .collect();
            if found.len() >= count {
                return found;
            }
            commits.changed().await.expect("the store is open");
        }
    }

    pub(super) async fn counted(&self, metric: &'static str) -> i64 {
        static SUM: Query = Query::new(
            "case",
            "SELECT CAST(COALESCE(sum(n), 0) AS BIGINT) FROM counter WHERE dimension = 'all' AND metric = :metric",
        );
        self.harness.counted().await;
        let rows = self.harness.app.store.read(&SUM, &[("metric", metric.into())]).await.expect("a sum");
        rows[0].int(0).expect("a number")
    }
}

/// The verdict of an event, and its reasons.
pub(super) fn said(event: &Value) -> (&str, Vec<&str>) {
    let reasons = event["reasons"].as_array().map_or(&[][..], Vec::as_slice);
    (event["verdict"].as_str().unwrap_or_default(), reasons.iter().filter_map(Value::as_str).collect())
}

/// The pixel's URL, made again: a token is the same at every making.
pub(super) fn pixel(world: &World, delivery: i64) -> String {
    url(world, Purpose::Open, delivery)
}

pub(super) fn url(world: &World, purpose: Purpose, delivery: i64) -> String {
    let bearer = Bearer { workspace: world.harness.workspace(), delivery, link: 0, class: Class::Marketing };
    crate::feature::tracking::url::plain(BASE, &world.harness.app.tracking.secrets(), purpose, bearer)
}
