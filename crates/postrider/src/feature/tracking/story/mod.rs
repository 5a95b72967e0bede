//! Mail that is tracked, from the API to a server that receives it, and back through the links in it.

mod world;

use serde_json::json;

use super::inbox::Client;
use super::judge::Asked;
use super::networks::Networks;
use super::reclassify::{Extent, Reclassified, reclassify};
use super::token::{Bearer, Purpose};
use crate::feature::access::Class;
use crate::testing::{Answer, DOMAIN, Database};
use world::{BASE, BROWSER, Mail, World, pixel, said, url};

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

async fn set_host(world: &World, path: &str, host: &str) -> Answer {
    world.harness.ask("PATCH", path, &json!({ "tracking_host": host })).await
}

/// PostgreSQL holds no NUL in a text. No link of ours has one any more; a token that was made before is good all the same.
#[tokio::test]
async fn a_click_that_no_database_takes_holds_up_no_other() {
    for database in [Database::Sqlite, Database::Postgres] {
        let mut world = World::start(database).await;
        let mail = world.mail(json!({ "html": "<a href=\"https://shop.example/&#0;x\">n</a><a href=\"https://shop.example/\">b</a>" })).await;
        assert!(mail.raw.contains("shop.example/&#0;x"), "it is left as it is: {}", mail.raw);
        let app = &world.harness.app;
        let bearer = Bearer {
            workspace: world.harness.workspace(),
            delivery: mail.delivery,
            link: 0,
            class: Class::Marketing,
        };
        let target = ("nul", "https://shop.example/\0x");
        let old = crate::feature::tracking::url::click(BASE, &app.tracking.secrets(), bearer, target);
        let links = mail.links.iter().filter(|link| link.starts_with(BASE)).collect::<Vec<_>>();
        for url in [&old, links[0], &old] {
            assert_eq!(world.ask("GET", url, BROWSER).await.status, 302, "{url}");
        }
        let clicks = world.events("email.clicked", mail.delivery, 1).await;
        assert!(clicks.iter().any(|event| event["url"] == "https://shop.example/"), "{clicks:?}");
        world.harness.end().await;
    }
}
