//! Mail that is tracked, from the API to a server that receives it, and back through the links in it.

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

use super::inbox::Client;
use super::judge::Asked;
use super::networks::Networks;
use super::reclassify::{Extent, Reclassified, reclassify};
use super::token::{Bearer, Purpose};
use crate::feature::access::Class;
use crate::id::Noun;
use crate::testing::{Answer, DOMAIN, Database, Harness};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const BASE: &str = "https://track.example";
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
struct World {
    harness: Harness,
    received: mpsc::UnboundedReceiver<String>,
    _dns: ScriptedDns,
}

/// A message as its recipient has it.
struct Mail {
    raw: String,
    delivery: i64,
    links: Vec<String>,
}

impl World {
    async fn start(database: Database) -> World {
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
    async fn mail(&mut self, extra: Value) -> Mail {
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

    async fn ask(&self, method: &str, url: &str, agent: &str) -> Answer {
        let path = url.strip_prefix(BASE).unwrap_or_else(|| panic!("{url} is not ours"));
        let mut request = Request::builder().method(method).uri(path).header("user-agent", agent);
        request = request.header("x-forwarded-for", "192.0.2.7");
        let mut request = request.body(Body::empty()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 1))));
        self.harness.send(request).await
    }

    /// The data of a delivery's first `count` events of that name, once they are there.
    async fn events(&self, name: &str, delivery: i64, count: usize) -> Vec<Value> {
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

    async fn counted(&self, metric: &'static str) -> i64 {
        static SUM: Query = Query::new(
            "case",
            "SELECT CAST(COALESCE(sum(n), 0) AS BIGINT) FROM counter WHERE dimension = 'workspace' AND metric = :metric",
        );
        let rows = self.harness.app.store.read(&SUM, &[("metric", metric.into())]).await.expect("a sum");
        rows[0].int(0).expect("a number")
    }
}

fn said(event: &Value) -> (&str, Vec<&str>) {
    let reasons = event["reasons"].as_array().map_or(&[][..], Vec::as_slice);
    (event["verdict"].as_str().unwrap_or_default(), reasons.iter().filter_map(Value::as_str).collect())
}

#[tokio::test]
async fn a_person_opens_and_clicks_and_both_are_told() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut world = World::start(database).await;
        let mail = world.mail(json!({})).await;
        for field in [
            "List-Unsubscribe: ",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "List-Id: <marketing.app.example>",
            "Feedback-ID: marketing:default:marketing:postrider",
        ] {
            assert!(mail.raw.contains(field), "{field} is missing:\n{}", mail.raw);
        }
        let signed =
            mail.raw.split("\r\nFrom:").next().unwrap_or_default().to_lowercase().replace("\r\n ", "");
        assert!(signed.contains("list-unsubscribe:list-unsubscribe:list-unsubscribe-post"), "{signed}");
        assert!(
            mail.raw.contains("\r\nhttps://shop.example"),
            "the text part is not rewritten unless asked for"
        );
        let click = world.ask("GET", &mail.links[0], BROWSER).await;
        assert_eq!((click.status, click.header("location")), (302, "https://shop.example/a?b=1&c=2"));
        assert!(click.header("cache-control").contains("no-store"));
        let event = &world.events("email.clicked", mail.delivery, 1).await[0];
        assert_eq!(said(event), ("person", vec![]), "{event}");
        assert_eq!(event["url"], "https://shop.example/a?b=1&c=2");
        assert_eq!(
            (&event["link_id"], &event["link"], &event["first"]),
            (&json!("buy"), &json!(0), &json!(true))
        );
        assert!(!event.to_string().contains("192.0.2.7"), "an event outlives the address: {event}");

        let open = pixel(&world, mail.delivery);
        let got = world.ask("GET", &open, BROWSER).await;
        assert_eq!((got.status, got.bytes.len(), got.header("content-type")), (200, 43, "image/gif"));
        assert!(
            mail.raw.replace("=\r\n", "").replace("=3D", "=").contains(&open),
            "the pixel is in the mail"
        );
        world.ask("GET", &open, BROWSER).await;
        let opens = world.events("email.opened", mail.delivery, 2).await;
        let firsts = opens.iter().filter(|event| event["first"] == json!(true)).count();
        assert_eq!((said(&opens[0]), firsts), (("person", vec![]), 1));
        for (metric, n) in
            [("opened", 2), ("opened_first", 1), ("clicked", 1), ("clicked_first", 1), ("opened_machine", 0)]
        {
            assert_eq!(world.counted(metric).await, n, "{metric}");
        }
        world.harness.end().await;
    }
}

/// The pixel's URL, made again: a token is the same at every making.
fn pixel(world: &World, delivery: i64) -> String {
    url(world, Purpose::Open, delivery)
}

fn url(world: &World, purpose: Purpose, delivery: i64) -> String {
    let bearer = Bearer { workspace: world.harness.workspace(), delivery, link: 0, class: Class::Marketing };
    super::url::plain(BASE, &world.harness.app.tracking.secrets(), purpose, bearer)
}

#[tokio::test]
async fn a_scanner_is_told_from_a_person() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut world = World::start(database).await;
        let mail = world.mail(json!({})).await;
        world.ask("GET", &mail.links[0], BROWSER).await;
        let before = world.events("email.clicked", mail.delivery, 1).await;
        assert_eq!(said(&before[0]), ("person", vec![]));
        for link in &mail.links[1..3] {
            world.ask("GET", link, BROWSER).await;
        }
        world.ask("GET", &url(&world, Purpose::Trap, mail.delivery), BROWSER).await;
        let overturned = world.events("email.reclassified", mail.delivery, 1).await;
        assert_eq!(said(&overturned[0]), ("machine", vec!["burst", "trap"]), "{}", overturned[0]);
        let clicks = world.events("email.clicked", mail.delivery, 3).await;
        let machines =
            clicks.iter().filter(|event| said(event) == ("machine", vec!["burst", "trap"])).count();
        assert_eq!(machines, 2, "{clicks:?}");
        assert_eq!((world.counted("clicked").await, world.counted("clicked_first").await), (0, 0));
        assert_eq!(
            (world.counted("clicked_machine").await, world.counted("clicked_machine_first").await),
            (3, 1)
        );

        let other = world.mail(json!({ "to": "bob@good.example" })).await;
        let head = world.ask("HEAD", &other.links[0], BROWSER).await;
        assert_eq!((head.status, head.bytes.len()), (302, 0));
        world.ask("GET", &pixel(&world, other.delivery), "python-requests/2.32").await;
        assert_eq!(
            said(&world.events("email.clicked", other.delivery, 1).await[0]),
            ("machine", vec!["head"])
        );
        assert_eq!(
            said(&world.events("email.opened", other.delivery, 1).await[0]),
            ("machine", vec!["program_agent"])
        );
        world.harness.end().await;
    }
}

#[tokio::test]
async fn a_token_that_was_tampered_with_leads_nowhere() {
    let mut world = World::start(Database::Sqlite).await;
    let mail = world.mail(json!({})).await;
    let other = world.mail(json!({ "to": "bob@good.example" })).await;
    let token = |link: &str| link.split(['/', '?']).nth(5).expect("a token").to_owned();
    let link = &mail.links[0];
    let wrong = [
        link.replace("shop.example", "evil.example"),
        link.replace("https%3A", "http%3A")
            .replace("https:", "http:")
            .replace("http://track", "https://track"),
        link.replace(&token(link), &token(&other.links[1])),
        link.replace("/t/c/", "/t/o/"),
        link.replace("/t/c/", "/t/u/"),
        link.split('?').next().unwrap_or_default().to_owned(),
        format!("{BASE}/t/c/"),
        format!("{BASE}/t/o/{}", "A".repeat(52)),
    ];
    for url in wrong {
        let answer = world.ask("GET", &url, BROWSER).await;
        assert_eq!((answer.status, answer.header("location")), (404, ""), "{url}");
    }
    assert_eq!(world.ask("POST", link, BROWSER).await.status, 405);
    world.harness.end().await;
}

#[tokio::test]
async fn only_a_post_unsubscribes_and_mail_that_must_come_still_comes() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut world = World::start(database).await;
        let mail = world.mail(json!({})).await;
        let page =
            mail.links.iter().find(|link| link.contains("/t/u/")).expect("the link in the body").clone();
        let field = mail.raw.split("List-Unsubscribe: <").nth(1).and_then(|rest| rest.split('>').next());
        assert_eq!(field, Some(page.as_str()));
        for method in ["GET", "HEAD"] {
            assert_eq!(world.ask(method, &page, BROWSER).await.status, 200);
        }
        assert_eq!(
            world.harness.get("/suppressions").await.json()["data"],
            json!([]),
            "looking changes nothing"
        );
        let spanish = [("accept-language", "es"), ("authorization", "")];
        let path = page.strip_prefix(BASE).expect("ours");
        let asked = world.harness.ask_with(("GET", path), &spanish, "").await;
        let html = String::from_utf8(asked.bytes.to_vec()).expect("UTF-8");
        assert!(html.contains("lang=\"es\"") && html.contains("<form method=\"post\">"), "{html}");
        let one_click = "List-Unsubscribe=One-Click";
        for _ in 0..2 {
            let left = world.harness.ask_with(("POST", path), &[("authorization", "")], one_click).await;
            assert_eq!(left.status, 200);
        }
        let told = world.events("email.unsubscribed", mail.delivery, 1).await;
        assert_eq!(
            (told.len(), &told[0]["scope"], &told[0]["method"]),
            (1, &json!("stream"), &json!("one_click"))
        );
        let refused = json!({ "from": format!("me@{DOMAIN}"), "to": "Ann@good.example", "subject": "s", "text": "t", "stream": "marketing" });
        let sent = world.harness.post("/emails", &refused).await.json();
        assert_eq!(sent["recipients"][0]["reason"], "unsubscribed", "{sent}");
        let still = world.mail(json!({ "stream": "transactional" })).await;
        assert!(still.raw.contains("Auto-Submitted: auto-generated") && !still.raw.contains("track.example"));
        assert_eq!(
            world.harness.ask("DELETE", "/suppressions/ann@good.example", &json!({})).await.status,
            200
        );
        world.mail(json!({})).await;
        world.harness.end().await;
    }
}

#[tokio::test]
async fn who_leaves_all_marketing_leaves_streams_that_come_later() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut world = World::start(database).await;
        let mail = world.mail(json!({})).await;
        let page = url(&world, Purpose::Unsubscribe, mail.delivery);
        let path = page.strip_prefix(BASE).expect("ours");
        let form = [("content-type", "application/x-www-form-urlencoded")];
        assert_eq!(world.harness.ask_with(("POST", path), &form, "scope=marketing").await.status, 200);
        world.harness.post("/streams", &json!({ "name": "later", "class": "marketing" })).await;
        world.harness.post("/streams", &json!({ "name": "bills", "class": "transactional" })).await;
        let reason = async |stream: &str| {
            let mail = json!({ "from": format!("me@{DOMAIN}"), "to": "ann@good.example", "subject": "s", "text": "t",
                "stream": stream, "scheduled_at": "in 1 hour" });
            world.harness.post("/emails", &mail).await.json()["recipients"][0]["reason"].clone()
        };
        for (stream, wanted) in
            [("later", json!("unsubscribed")), ("marketing", json!("unsubscribed")), ("bills", json!(null))]
        {
            assert_eq!(reason(stream).await, wanted, "{stream}");
        }
        let list = world.harness.get("/suppressions").await.json();
        assert_eq!(
            (&list["data"][0]["scope"], &list["data"][0]["stream_id"]),
            (&json!("marketing"), &json!(null))
        );
        world.harness.end().await;
    }
}

#[tokio::test]
async fn a_message_and_its_stream_say_what_is_tracked() {
    let mut world = World::start(Database::Sqlite).await;
    let ours = |mail: &Mail| {
        ['o', 'c', 'r'].map(|letter| {
            mail.raw.replace("=\r\n", "").matches(&format!("track.example/t/{letter}/")).count()
        })
    };
    assert_eq!(ours(&world.mail(json!({})).await), [1, 3, 0]);
    assert_eq!(ours(&world.mail(json!({ "tracking": { "opens": false } })).await), [0, 3, 0]);
    let all = json!({ "opens": true, "clicks": true, "text": true, "reading": true });
    assert_eq!(ours(&world.mail(json!({ "tracking": all, "stream": "transactional" })).await), [1, 4, 1]);
    assert_eq!(ours(&world.mail(json!({ "stream": "transactional" })).await), [0, 0, 0]);
    let streams = world.harness.get("/streams").await.json();
    let id = streams["data"].as_array().expect("streams").iter().find(|one| one["name"] == "transactional");
    let path = format!("/streams/{}", id.expect("the stream")["id"].as_str().expect("an id"));
    let changed = world.harness.ask("PATCH", &path, &json!({ "tracking": { "opens": true } })).await.json();
    assert_eq!(
        changed["tracking"],
        json!({ "opens": true, "clicks": false, "text": false, "reading": false })
    );
    assert_eq!(ours(&world.mail(json!({ "stream": "transactional" })).await), [1, 0, 0]);
    world.harness.end().await;
}

#[tokio::test]
async fn a_domain_has_a_host_of_its_own_in_its_links() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut world = World::start(database).await;
        let list = world.harness.get("/domains").await.json();
        let path = format!("/domains/{}", list["data"][0]["id"].as_str().expect("an id"));
        for wrong in ["t.evil.example", "evilapp.example", "no host"] {
            assert_eq!(
                set_host(&world, &path, wrong).await.json()["errors"][0]["pointer"],
                "/tracking_host",
                "{wrong}"
            );
        }
        let shown = set_host(&world, &path, "t.app.example").await.json();
        assert_eq!(shown["tracking_host"], "t.app.example");
        assert!(
            shown["records"].as_array().expect("records").iter().any(|one| one["type"] == "CNAME"),
            "{shown}"
        );
        let mail = world.mail(json!({})).await;
        assert!(mail.links[0].starts_with("https://t.app.example/t/c/"), "{}", mail.links[0]);
        assert_eq!(set_host(&world, &path, "").await.json()["tracking_host"], json!(null));
        assert!(world.mail(json!({})).await.links[0].starts_with(BASE));
        world.harness.end().await;
    }
}

async fn set_host(world: &World, path: &str, host: &str) -> Answer {
    world.harness.ask("PATCH", path, &json!({ "tracking_host": host })).await
}

#[tokio::test]
async fn newer_knowledge_judges_old_facts_again_and_the_counters_follow() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut world = World::start(database).await;
        let mail = world.mail(json!({})).await;
        world.ask("GET", &mail.links[0], BROWSER).await;
        world.events("email.clicked", mail.delivery, 1).await;
        let app = &world.harness.app;
        // The address is forgotten; its network is enough.
        crate::retention::forget_addresses(&app.store, mail::At(app.now().0 + 1))
            .await
            .expect("addresses go");
        let scanner = Networks::read("scanner 192.0.2.0/24").expect("networks");
        for (networks, overturned, counted) in
            [(&scanner, 1, [0, 1]), (&scanner, 0, [0, 1]), (&Networks::built_in(), 1, [1, 0])]
        {
            let done = reclassify(&app.store, app.now(), Extent::All, networks).await.expect("judged");
            assert_eq!(done, Reclassified { deliveries: 1, overturned });
            assert_eq!([world.counted("clicked").await, world.counted("clicked_machine").await], counted);
        }
        let done = reclassify(&app.store, app.now(), Extent::Outdated, &scanner).await.expect("judged");
        assert_eq!(done, Reclassified::default(), "these rules judged it already");
        world.harness.end().await;
    }
}

#[tokio::test]
async fn the_time_of_reading_is_told_with_what_it_is_worth() {
    let mut world = World::start(Database::Sqlite).await;
    let mail = world.mail(json!({ "tracking": { "reading": true } })).await;
    let app = &world.harness.app;
    let led = world.ask("GET", &url(&world, Purpose::Reading, mail.delivery), BROWSER).await;
    assert!(led.status == 302 && led.header("location").ends_with("&s=1"), "{}", led.header("location"));
    let later = mail::At(app.now().0 + 60_000_000);
    app.tracking.gather_readings(app, later, false);
    let unclear = world.events("email.read", mail.delivery, 1).await;
    assert_eq!((&unclear[0]["seconds"], &unclear[0]["quality"]), (&json!(null), &json!("unclear")));
    let bearer = Bearer {
        workspace: world.harness.workspace(),
        delivery: mail.delivery,
        link: 0,
        class: Class::Marketing,
    };
    let client = |agent: &str| Client { asked: Asked::Get, agent: agent.into(), address: None };
    let (_, key) = app.tracking.begin(app, bearer, client(BROWSER));
    let now = app.now();
    for step in 1..=3_u8 {
        app.tracking.step(mail::At(now.0 + i64::from(step) * 2_000_001), mail.delivery, key, step);
    }
    app.tracking.gather_readings(app, mail::At(now.0 + 60_000_000), false);
    let (answer, _) = app.tracking.begin(app, bearer, client("GoogleImageProxy"));
    assert_eq!(answer, super::reading::Answer::Image, "nobody waits behind a proxy");
    let told = world.events("email.read", mail.delivery, 3).await;
    let worth: Vec<_> = told
        .iter()
        .map(|event| (event["seconds"].as_i64(), event["quality"].as_str().unwrap_or_default()))
        .collect();
    for wanted in [(None, "unclear"), (Some(6), "measured"), (None, "not_measurable")] {
        assert!(worth.contains(&wanted), "{wanted:?} in {worth:?}");
    }
    assert_eq!(
        (
            world.counted("read").await,
            world.counted("read_measured").await,
            world.counted("read_seconds").await
        ),
        (3, 1, 6)
    );
    world.harness.end().await;
}
