//! The set-up as somebody new goes through it: with a DNS that answers from a script, and with a capture mailbox.

use crate::console::story::{Browser, audited, text};
use crate::feature::access::Scope;
use crate::feature::domain::story::{with_dns, zone};
use crate::feature::person::permission::Role;
use crate::testing::{Database, Harness, on_both};

const SETUP: &str = "/w/default/setup";

/// What the page says of its step: `Step 2 of 5`.
async fn step(browser: &Browser, harness: &Harness, path: &str) -> String {
    let page = text(&browser.get(harness, path).await);
    let (_, rest) = page.split_once("class=\"folio\">").expect("a step");
    rest.split('<').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_newcomer_goes_from_nothing_to_a_first_message_on_both() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (harness, dns) = with_dns(database).await;
        let other = harness.new_workspace("fresh").await;
        let owner = Browser::of_member(&harness, other, Role::Owner).await;
        let setup = "/w/fresh/setup";
        let home = text(&owner.get(&harness, "/w/fresh/").await);
        assert!(home.contains("href=\"/w/fresh/setup\"") && home.contains("setup?step=key"), "{home}");
        assert_eq!(step(&owner, &harness, setup).await, "Step 2 of 5");
        let another = text(&owner.get(&harness, &format!("{setup}?step=domain&domain=new")).await);
        assert!(another.contains("Which domain do you send from?"));
        let wrong = owner.post(&harness, &format!("{setup}/domain"), &[("name", "<b>")]).await;
        assert!(wrong.status == 422 && text(&wrong).contains("value=\"&#60;b&#62;\""));
        let added = owner.post(&harness, &format!("{setup}/domain"), &[("name", "mail.example")]).await;
        let at = added.header("location").to_owned();
        let page = text(&owner.get(&harness, &at).await);
        for said in ["Prove that mail.example is yours", "mail.example. IN TXT", "hx-trigger=\"every 10s\""] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert_eq!(step(&owner, &harness, setup).await, "Step 2 of 5", "it goes on where it stopped");

        let id = at.rsplit('=').next().expect("an id");
        let key = format!("Bearer {}", harness.key_of(other, Scope::Full).await);
        let api = ("GET", &*format!("/domains/{id}"));
        let shown = harness.ask_with(api, &[("authorization", &key)], "").await.json();
        let part = format!("{setup}/domains/{id}");
        let waiting = text(&owner.get(&harness, &part).await);
        assert!(waiting.contains("Not there yet") && waiting.contains("hx-get"), "{waiting}");
        dns.rewrite(&zone(&shown));
        let checked = owner.post(&harness, &format!("{setup}/check"), &[("domain", id)]).await;
        assert_eq!(checked.header("location"), at);
        let proven = text(&owner.get(&harness, &part).await);
        assert!(proven.contains("mail.example is proven") && !proven.contains("hx-get"), "{proven}");
        assert!(!proven.contains("<html") && proven.contains("step=key"), "a part, and no more");
        assert_eq!(step(&owner, &harness, setup).await, "Step 4 of 5", "there is a key already");

        let keyed = owner.post(&harness, &format!("{setup}/key"), &[("name", "shop")]).await;
        let page = text(&keyed);
        let secret = page.split("<code>pr_").nth(1).and_then(|rest| rest.split('<').next()).expect("a key");
        assert!(page.contains(&format!("Bearer pr_{secret}")), "the snippets have it");
        assert!(!text(&owner.get(&harness, &format!("{setup}?step=key")).await).contains(secret), "once");
        harness.end().await;
    }
}

#[tokio::test]
async fn the_first_message_is_seen_to_arrive_and_where_it_is_kept() {
    on_both(async |harness: &Harness| {
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let form = text(&owner.get(harness, &format!("{SETUP}?step=message")).await);
        assert!(form.contains("Nothing leaves this installation") && form.contains("hello@app.example"));
        let wrong = [("from", "nobody"), ("to", "<script>")];
        let again = owner.post(harness, &format!("{SETUP}/message"), &wrong).await;
        assert!(again.status == 422 && text(&again).contains("&#60;script&#62;"), "{}", text(&again));
        let once = form.split("name=\"once\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let once = once.expect("when the form was made");
        let right = [("from", "hello@app.example"), ("to", "ann@people.example"), ("once", once)];
        let sent = owner.post(harness, &format!("{SETUP}/message"), &right).await;
        let at = sent.header("location").to_owned();
        let twice = owner.post(harness, &format!("{SETUP}/message"), &right).await;
        assert_eq!(twice.header("location"), at, "a double click sends one");
        assert!(at.contains("step=arrival&message=msg_"), "{at}: {}", text(&sent));
        harness.settled().await;
        let page = text(&owner.get(harness, &at).await);
        for said in ["It is in the capture mailbox", "ann@people.example", "It arrived", "It works"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(!page.contains("hx-get"), "nothing more will happen");
        let message = at.rsplit('=').next().expect("an id");
        let part = text(&owner.get(harness, &format!("{SETUP}/messages/{message}")).await);
        assert!(part.contains("id=\"arrival\"") && !part.contains("<html"));
        assert_eq!(step(&owner, harness, SETUP).await, "Step 5 of 5");
        assert_eq!(audited(harness).await, ["person.signed_in", "email.sent"]);
        let raw = harness.get(&format!("/emails/{message}/raw")).await;
        assert!(text(&raw).contains("From: hello@app.example"), "{}", text(&raw));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_sent_from_a_name_that_is_not_proven() {
    let settings = [("delivery.next_hop", "mx")];
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = Harness::start(database, &settings).await;
        let fresh = harness.new_workspace("fresh").await;
        let owner = Browser::of_member(&harness, fresh, Role::Owner).await;
        let page = text(&owner.get(&harness, "/w/fresh/setup?step=message").await);
        assert!(page.contains("no domain of this workspace is proven") && !page.contains("Send it"));
        let fields = [("from", "me@else.example"), ("to", "ann@people.example")];
        let refused = owner.post(&harness, "/w/fresh/setup/message", &fields).await;
        assert!(refused.status == 422, "{}", text(&refused));
        let theirs = "/w/fresh/setup?step=arrival&message=msg_0123456789abc";
        assert_eq!(owner.get(&harness, theirs).await.status, 404);
        assert_eq!(harness.app.counters.accepted.value(), 0);
        harness.end().await;
    }
}
