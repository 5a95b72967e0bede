//! What people see of mail: lists that narrow, a page that says why, and nothing of what is not theirs.

use net::scripted_dns::ScriptedDns;
use serde_json::json;

use crate::console::story::{Browser, audited, text};
use crate::feature::egress::mx_story::server;
use crate::feature::person::permission::Role;
use crate::testing::{DOMAIN, Database, Harness, on_both};

/// Sends a message; gives its id as it is shown.
async fn sent(harness: &Harness, to: &str, subject: &str) -> String {
    let email = json!({ "from": format!("me@{DOMAIN}"), "to": to, "subject": subject, "text": "t" });
    let answer = harness.post("/emails", &email).await.json();
    answer["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn activity_narrows_as_its_address_says() {
    on_both(async |harness: &Harness| {
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        let none = text(&seller.get(harness, "/w/default/activity").await);
        assert!(none.contains("No mail yet"), "{none}");
        sent(harness, "ann@good.example", "Invoice <1>").await;
        sent(harness, "bob@good.example", "Receipt").await;
        harness.settled().await;
        harness.indexed().await;
        let cases: [(&str, &[&str]); 9] = [
            ("", &["Invoice &#60;1&#62;", "Receipt"]),
            ("?q=invo", &["Invoice"]),
            ("?q=to:bob@good.example&status=delivered&range=24h", &["Receipt"]),
            ("?q=&status=&stream=transactional&range=", &["Invoice", "Receipt"]),
            ("?status=bounced", &["Nothing matches", "href=\"/w/default/activity\""]),
            ("?tag=order:7", &["Nothing matches", "order:7"]),
            ("?status=nonsense", &["This search cannot be made"]),
            ("?q=%3Cscript%3E", &["Nothing matches", "value=\"&#60;script&#62;\""]),
            ("?after=msg_0000000000001", &["Nothing matches", "rel=\"prev\""]),
        ];
        for (query, wanted) in cases {
            let page = text(&seller.get(harness, &format!("/w/default/activity{query}")).await);
            for words in ["Invoice", "Receipt", "Nothing matches", "This search cannot be made"] {
                let expected = wanted.iter().any(|wanted| wanted.starts_with(words));
                assert_eq!(page.contains(words), expected, "{query}: {words}");
            }
            wanted.iter().for_each(|wanted| assert!(page.contains(wanted), "{query}: {wanted}"));
            assert!(!page.contains("<script>"), "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_long_list_goes_both_ways() {
    on_both(async |harness: &Harness| {
        let emails: Vec<_> = (0..51)
            .map(|n| json!({ "from": format!("me@{DOMAIN}"), "to": "ann@good.example", "subject": format!("n{n}."), "text": "t" }))
            .collect();
        assert_eq!(harness.post("/emails/batch", &json!(emails)).await.status, 200);
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let first = text(&owner.get(harness, "/w/default/activity?stream=transactional").await);
        assert!(first.contains("n50.") && first.contains("n1.") && !first.contains("n0.") && !first.contains("rel=\"prev\""));
        let second = text(&owner.get(harness, &link(&first, "next")).await);
        assert!(second.contains("n0.") && !second.contains("n1.") && !second.contains("rel=\"next\""));
        let back = text(&owner.get(harness, &link(&second, "prev")).await);
        assert!(back.contains("n50.") && !back.contains("n0.") && !back.contains("rel=\"prev\""));
    })
    .await;
}

/// Where a page's pager leads.
fn link(page: &str, rel: &str) -> String {
    let (_, rest) = page.split_once(&format!("rel=\"{rel}\" href=\"")).expect("a link");
    rest.split('"').next().unwrap_or_default().replace("&#38;", "&")
}

/// Where mail goes to servers that answer as servers do.
async fn abroad(database: Database) -> (Harness, ScriptedDns) {
    let zone = "good.example MX 10 mx.good.example
                mx.good.example A 127.0.0.1";
    let dns = ScriptedDns::start(zone).await.expect("a DNS server");
    let port = server().await.port().to_string();
    let settings = [
        ("delivery.next_hop", "mx"),
        ("delivery.mx_on_loopback", "true"),
        ("delivery.mx_port", &port),
        ("dns.resolvers", &dns.address().to_string()),
    ];
    (Harness::start(database, &settings).await, dns)
}

/// Waits until an attempt was made at a message.
async fn attempted(harness: &Harness, id: &str) {
    let mut commits = harness.app.store.commits();
    while harness.get(&format!("/emails/{id}/attempts")).await.json()["data"] == json!([]) {
        commits.changed().await.expect("the store is open");
    }
}

#[tokio::test]
async fn a_page_says_why_and_what_can_be_done() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (harness, _dns) = abroad(database).await;
        let browser = Browser::of_member(&harness, harness.workspace(), Role::Developer).await;
        let gone = sent(&harness, "gone@good.example", "s").await;
        attempted(&harness, &gone).await;
        let path = format!("/w/default/activity/{gone}");
        let page = text(&browser.get(&harness, &path).await);
        for wanted in [
            "The mailbox gone@good.example does not exist",
            "550 5.1.1 no such user here",
            "Came back",
            "The address is on the suppression list",
            "RCPT TO:&#60;gone@good.example&#62;",
            "Refused by the server",
            "hard.recipient",
        ] {
            assert!(page.contains(wanted), "{wanted} on {database:?}: {page}");
        }
        let field = page.split_once("name=\"suppression\" value=\"").expect("it can be lifted").1;
        let suppression = field.split('"').next().unwrap_or_default();
        let lifted = browser.post(&harness, &format!("{path}/lift"), &[("suppression", suppression)]).await;
        assert_eq!(lifted.header("location"), format!("{path}?told=lifted"));
        let again = browser.post(&harness, &format!("{path}/lift"), &[("suppression", suppression)]).await;
        assert_eq!(again.header("location"), format!("{path}?told=not-lifted"));
        assert!(text(&browser.get(&harness, &path).await).contains("The address may still be mailed"));

        let busy = sent(&harness, "busy@good.example", "s").await;
        attempted(&harness, &busy).await;
        let path = format!("/w/default/activity/{busy}");
        let page = text(&browser.get(&harness, &path).await);
        assert!(page.contains("asks us to come again later") && page.contains("Attempt 2 comes"), "{page}");
        let field = page.split_once("name=\"delivery\" value=\"").expect("it can be tried").1;
        let delivery = field.split('"').next().unwrap_or_default();
        let foreign = browser.post(&harness, &format!("{path}/retry"), &[("delivery", &gone)]).await;
        assert_eq!(foreign.header("location"), format!("{path}?told=nothing-waits"));
        let tried = browser.post(&harness, &format!("{path}/retry"), &[("delivery", delivery)]).await;
        assert_eq!(tried.header("location"), format!("{path}?told=retried"));
        assert_eq!(audited(&harness).await, ["person.signed_in", "suppression.lifted", "queue.retried"]);
        harness.end().await;
    }
}

#[tokio::test]
async fn what_a_hostile_server_says_is_shown_and_does_nothing() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (harness, _dns) = abroad(database).await;
        let browser = Browser::of_member(&harness, harness.workspace(), Role::Developer).await;
        let evil = sent(&harness, "evil@good.example", "s").await;
        attempted(&harness, &evil).await;
        let page = text(&browser.get(&harness, &format!("/w/default/activity/{evil}")).await);
        let shown = page.matches(
            "&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#62;&#60;img src=x onerror=alert(2)&#62;",
        );
        assert!(shown.count() >= 3, "verdict, recipients and conversation on {database:?}: {page}");
        for harm in [
            "<script>alert",
            "<img",
            "</pre></blockquote>",
            "\u{1b}",
            "\u{7}",
            "\u{202e}",
            "\u{202c}",
            "\u{2066}",
        ] {
            assert!(!page.contains(harm), "{harm:?} on {database:?}: {page}");
        }
        harness.indexed().await;
        let found = text(&browser.get(&harness, "/w/default/activity?q=reply:alert").await);
        assert!(!found.contains("<script>alert"), "{found}");
        harness.end().await;
    }
}

#[tokio::test]
async fn what_waits_can_be_taken_back_once() {
    on_both(async |harness: &Harness| {
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let email = json!({
            "from": format!("me@{DOMAIN}"), "to": "ann@x.example", "subject": "s", "text": "t",
            "scheduled_at": "in 1 hour",
        });
        let id = harness.post("/emails", &email).await.json()["id"].as_str().expect("an id").to_owned();
        let path = format!("/w/default/activity/{id}");
        assert!(text(&owner.get(harness, &path).await).contains("It is to be sent later"));
        for told in ["cancelled", "nothing-waits"] {
            let answer = owner.post(harness, &format!("{path}/cancel"), &[]).await;
            assert_eq!(answer.header("location"), format!("{path}?told={told}"));
        }
        let page = text(&owner.get(harness, &path).await);
        assert!(page.contains("It was cancelled before it left") && !page.contains("/cancel\""), "{page}");
        assert_eq!(
            audited(harness).await,
            ["person.signed_in", "email.cancelled"],
            "what changed nothing is not noted"
        );
    })
    .await;
}

#[tokio::test]
async fn what_mail_says_is_for_those_who_may_and_runs_nowhere() {
    on_both(async |harness: &Harness| {
        let evil = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
        let email = json!({
            "from": format!("me@{DOMAIN}"), "to": "ann@x.example", "subject": evil, "text": evil,
            "html": format!("<p>Hello</p>{evil}<iframe src=\"javascript:alert(3)\"></iframe>"),
            "headers": { "X-Evil": evil }, "tags": [{ "name": "a", "value": "b" }], "metadata": { "k": evil },
        });
        let sent = harness.post("/emails", &email).await;
        assert_eq!(sent.status, 200, "{}", text(&sent));
        let path = format!("/w/default/activity/{}", sent.json()["id"].as_str().expect("an id"));
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        for tab in ["", "?tab=preview", "?tab=phone", "?tab=text", "?tab=headers", "?tab=source"] {
            let answer = marketer.get(harness, &format!("{path}{tab}")).await;
            let page = text(&answer);
            assert_eq!(answer.status, 200, "{tab}");
            assert!(
                !page.contains("<script>") && !page.contains("<img") && page.contains("&#60;script&#62;"),
                "{tab}"
            );
            assert!(!answer.header("content-security-policy").contains("unsafe"), "{tab}");
            let theirs = seller.get(harness, &format!("{path}{tab}")).await;
            assert_eq!(theirs.status, if tab.is_empty() { 200 } else { 403 }, "{tab}");
            let page = text(&theirs);
            assert!(
                !page.contains("Raw source") && !page.contains("Hello") && !page.contains("<dt>k</dt>"),
                "{tab}"
            );
        }
        let framed = marketer.get(harness, &format!("{path}/preview")).await;
        let policy = framed.header("content-security-policy");
        assert!(
            policy.starts_with("sandbox; default-src 'none';") && !policy.contains("script-src"),
            "{policy}"
        );
        assert!(!policy.contains("allow") && policy.contains("frame-ancestors 'self'"), "{policy}");
        assert!(text(&framed).contains("<p>Hello</p>"));
        let file = marketer.get(harness, &format!("{path}/source")).await;
        assert_eq!(file.header("content-type"), "message/rfc822");
        assert!(file.header("content-disposition").starts_with("attachment;"));
        for part in ["preview", "source"] {
            assert_eq!(seller.get(harness, &format!("{path}/{part}")).await.status, 403, "{part}");
        }
    })
    .await;
}
