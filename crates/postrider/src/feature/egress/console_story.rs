//! Holding and releasing in the console, and that only the workspace's own mail is meant.

use serde_json::json;
use store::{Query, Write};

use crate::console::story::{Browser, audited, text};
use crate::feature::egress::admin::{Scope, hold_add};
use crate::feature::person::permission::Role;
use crate::id::Noun;
use crate::testing::{DOMAIN, Harness, on_both};

const QUEUE: &str = "/w/default/queue";

async fn send(harness: &Harness, to: &str) -> String {
    let mail = json!({ "from": format!("me@{DOMAIN}"), "to": to, "subject": "s", "text": "t" });
    let sent = harness.post("/emails", &mail).await.json();
    format!("/emails/{}", sent["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn mail_is_held_seen_and_released_on_both() {
    on_both(async |harness: &Harness| {
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        let empty = text(&developer.get(harness, QUEUE).await);
        assert!(empty.contains("Nothing waits") && !empty.contains("Release"));
        for (fields, said) in [
            ([("domain", "x.example"), ("reason", " ")], "Say why"),
            ([("domain", "no domain"), ("reason", "r")], "no domain name"),
        ] {
            let wrong = developer.post(harness, &format!("{QUEUE}/hold"), &fields).await;
            assert!(wrong.status == 422 && text(&wrong).contains(said), "{said}");
        }
        let fields = [("domain", "X.example"), ("reason", "their server <b>loses</b> mail")];
        let held = developer.post(harness, &format!("{QUEUE}/hold"), &fields).await;
        assert_eq!(held.header("location"), QUEUE);
        let (waits, leaves) = (send(harness, "ann@x.example").await, send(harness, "bob@y.example").await);
        let last_event = async |path: &str| harness.get(path).await.json()["last_event"].clone();
        while last_event(&leaves).await != "delivered" {
            tokio::task::yield_now().await;
        }
        assert_eq!(last_event(&waits).await, "queued");
        let page = text(&developer.get(harness, QUEUE).await);
        for said in ["x.example", "Mail to x.example", "their server &#60;b&#62;loses", "#i-pause"] {
            assert!(page.contains(said), "{said}");
        }
        assert!(!page.contains("y.example"));
        let release = page.split("action=\"").find(|rest| rest.contains("/release\"")).expect("a form");
        let release = release.split('"').next().expect("a path").to_owned();
        let asked = text(&developer.post(harness, &release, &[]).await);
        assert!(asked.contains("Release 1 delivery?") && asked.contains("Mail to x.example"), "{asked}");
        assert_eq!(last_event(&waits).await, "queued", "nobody was sure");
        let chosen = [("act", "cancel"), ("chosen", "transactional:x.example"), ("chosen", "x:y.example")];
        let asked = text(&developer.post(harness, &format!("{QUEUE}/chosen"), &chosen).await);
        assert!(asked.contains("Cancel 1 delivery?"), "{asked}");
        assert_eq!(developer.post(harness, &release, &[("sure", "yes")]).await.header("location"), QUEUE);
        harness.settled().await;
        assert_eq!(last_event(&waits).await, "delivered");
        assert_eq!(
            developer.post(harness, &release, &[("sure", "yes")]).await.status,
            404,
            "released already"
        );
        let retried = developer
            .post(harness, &format!("{QUEUE}/retry"), &[("domain", "x.example"), ("sure", "yes")])
            .await;
        assert_eq!(retried.header("location"), format!("{QUEUE}?retried=0"));
        assert_eq!(audited(harness).await[1..], ["queue.held", "queue.released"], "nothing was there to try");
    })
    .await;
}

#[tokio::test]
async fn what_the_operator_holds_is_told_and_only_the_operator_ends_it() {
    on_both(async |harness: &Harness| {
        let (app, now) = (&harness.app, harness.app.now());
        let made = (&*app.mint, now);
        let id =
            hold_add(&app.store, made, &Scope::default(), "a tenant named Mallory").await.expect("a hold");
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let page = text(&owner.get(harness, QUEUE).await);
        assert!(page.contains("The operator of this installation holds it") && !page.contains("Mallory"));
        let release = format!("{QUEUE}/holds/{}/release", crate::id::Noun::Hold.show(id));
        assert_eq!(owner.post(harness, &release, &[]).await.status, 404);
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        let seen = text(&seller.get(harness, QUEUE).await);
        assert!(seen.contains("All mail") && !seen.contains("Hold mail") && !seen.contains("Try now"));
        assert_eq!(seller.post(harness, &format!("{QUEUE}/hold"), &[("reason", "r")]).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_queue_is_cancelled_after_its_number_was_seen_and_nothing_else() {
    on_both(async |harness: &Harness| {
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        let fields = [("reason", "r")];
        developer.post(harness, &format!("{QUEUE}/hold"), &fields).await;
        let mut waits = Vec::new();
        for to in ["a@x.example", "b@x.example", "c@y.example"] {
            waits.push(send(harness, to).await);
        }
        let both = json!({
            "from": format!("me@{DOMAIN}"), "to": ["d@x.example", "d@y.example"], "subject": "s", "text": "t",
        });
        harness.post("/emails", &both).await;
        let page = text(&developer.get(harness, &format!("{QUEUE}/cancel?domain=x.example")).await);
        assert!(page.contains("Cancel 3 deliveries?"), "{page}");
        let path = format!("{QUEUE}/cancel");
        let unsure = developer.post(harness, &path, &[("domain", "x.example")]).await;
        assert_eq!(unsure.header("location"), QUEUE);
        let sure = [("domain", "x.example"), ("sure", "yes")];
        let done = developer.post(harness, &path, &sure).await;
        assert_eq!(done.header("location"), format!("{QUEUE}?cancelled=3"));
        let again = developer.post(harness, &path, &sure).await;
        assert_eq!(again.header("location"), format!("{QUEUE}?cancelled=0"));
        let last_event = async |path: &str| harness.get(path).await.json()["last_event"].clone();
        assert_eq!(last_event(&waits[0]).await, "canceled");
        assert_eq!(last_event(&waits[2]).await, "queued");
        let file = developer.get(harness, &format!("{QUEUE}.csv")).await;
        let file = text(&file);
        assert!(
            file.contains("y.example,transactional,2,0,false,held,") && !file.contains("x.example"),
            "{file}"
        );
        assert_eq!(audited(harness).await[1..], ["queue.held", "queue.cancelled"]);
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        assert_eq!(marketer.post(harness, &path, &sure).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn chosen_queues_are_counted_once_and_what_came_after_the_question_stays() {
    on_both(async |harness: &Harness| {
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        developer.post(harness, &format!("{QUEUE}/hold"), &[("reason", "r")]).await;
        for to in ["a@x.example", "b@x.example", "c@y.example", "d@z.example"] {
            send(harness, to).await;
        }
        let path = format!("{QUEUE}/chosen");
        let row = |domain: &str| format!("transactional:{domain}");
        let (x, y) = (row("x.example"), row("y.example"));
        let fields =
            [("chosen", &*x), ("chosen", &*y), ("chosen", &*x), ("chosen", "nonsense"), ("act", "cancel")];
        let asked = text(&developer.post(harness, &path, &fields).await);
        assert!(asked.contains("Cancel 3 deliveries?"), "{asked}");
        // An id tells the millisecond: that of the question is over once its page was shown.
        developer.get(harness, QUEUE).await;
        let later = send(harness, "e@x.example").await;
        let done = developer.agree(harness, &asked).await;
        assert_eq!(done.header("location"), format!("{QUEUE}?done=3&of=3"));
        let email = harness.get(&later).await.json();
        assert_eq!(email["last_event"], "queued", "it came after the question");
        let (asked, done) = developer.sure(harness, &path, &[("all", "yes"), ("act", "cancel")]).await;
        assert!(asked.contains("Cancel 2 deliveries?"), "{asked}");
        assert!(text(&developer.get(harness, done.header("location")).await).contains("Done: 2."));
    })
    .await;
}

/// Deliveries of the workspace that were put off to the far future, so many, to so many domains.
async fn put_off(harness: &Harness, (first, n, domains): (i64, i64, i64)) {
    static PUT_OFF: Query = Query::new(
        "put_off",
        "INSERT INTO delivery (id, workspace_id, message_id, lane, domain, forward_path, field, state, due_us, expires_us, attempts)
         WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < :n)
         SELECT :first + n, :workspace, n, 1, 'd' || (n % :domains) || '.example', 'a@x.example', 'to', 'due', 4000000000000000, 4000000000000001, 1
         FROM one",
    );
    let mut write = Write::default();
    let of = [("first", first), ("n", n), ("domains", domains), ("workspace", harness.workspace())];
    write.step(&PUT_OFF, of.map(|(name, value)| (name, value.into())).into());
    harness.app.store.write(write).await.expect("it is stored");
}

/// How many of the workspace's deliveries are due now.
async fn due(harness: &Harness) -> i64 {
    static DUE: Query =
        Query::new("due", "SELECT count(*) FROM delivery WHERE state = 'due' AND due_us <= :now");
    let rows = harness.app.store.read(&DUE, &[("now", harness.app.now().0.into())]).await.expect("a count");
    rows[0].int(0).expect("a number")
}

#[tokio::test]
async fn more_than_one_call_tries_is_tried_in_steps_and_what_was_done_is_said() {
    on_both(async |harness: &Harness| {
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        developer.post(harness, &format!("{QUEUE}/hold"), &[("reason", "r")]).await;
        put_off(harness, (0, 10_502, 1)).await;
        let retry = format!("{QUEUE}/retry");
        let (asked, done) = developer.sure(harness, &retry, &[("domain", "d0.example")]).await;
        assert!(asked.contains("Try 10,000 deliveries now?"), "{asked}");
        assert!(asked.contains("There may be more than these 10,000"), "{asked}");
        assert_eq!(done.header("location"), format!("{QUEUE}?retried=10000&more=yes"));
        assert_eq!(due(harness).await, 10_000);
        let said = text(&developer.get(harness, done.header("location")).await);
        assert!(said.contains("10,000 deliveries are due now. There may be more that match."), "{said}");
        let steps = audited(harness).await.iter().filter(|action| *action == "queue.retried").count();
        assert_eq!(steps, 20, "a transaction is 500 of them at most");
        let chosen = [("act", "retry"), ("chosen", "transactional:d0.example")];
        let (asked, done) = developer.sure(harness, &format!("{QUEUE}/chosen"), &chosen).await;
        assert!(asked.contains("Try 502 deliveries now?") && !asked.contains("There may be more"), "{asked}");
        assert_eq!(done.header("location"), format!("{QUEUE}?done=502&of=502"));
    })
    .await;
}

#[tokio::test]
async fn a_message_is_tried_before_all_that_waits_for_its_domain() {
    static LAST: Query = Query::new(
        "last",
        "UPDATE delivery SET attempts = 1, due_us = 4000000000000000 WHERE message_id = :message RETURNING id",
    );
    on_both(async |harness: &Harness| {
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        developer.post(harness, &format!("{QUEUE}/hold"), &[("reason", "r")]).await;
        put_off(harness, (0, 10_001, 1)).await;
        let sent = send(harness, "ann@d0.example").await;
        let shown = sent.rsplit('/').next().expect("an id").to_owned();
        let message = Noun::Message.read(&shown).expect("an id");
        let mut write = Write::default();
        write.step_expecting(1, "it waits", &LAST, vec![("message", message.into())]);
        harness.app.store.write(write).await.expect("it is put off");
        let page = format!("/w/default/activity/{shown}");
        let delivery = Noun::Delivery.show(crate::id::delivery(message, 0));
        let tried = developer.post(harness, &format!("{page}/retry"), &[("delivery", &delivery)]).await;
        assert_eq!(tried.header("location"), format!("{page}?told=retried-part"));
        assert_eq!(due(harness).await, 10_001, "one more than a call does: it went first");
        let tried = developer.post(harness, &format!("{page}/retry"), &[("delivery", &delivery)]).await;
        assert_eq!(
            (tried.header("location"), due(harness).await),
            (&*format!("{page}?told=retried"), 10_002)
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_named_of_many_queues_is_cancelled() {
    on_both(async |harness: &Harness| {
        let developer = Browser::of_member(harness, harness.workspace(), Role::Developer).await;
        developer.post(harness, &format!("{QUEUE}/hold"), &[("reason", "r")]).await;
        put_off(harness, (0, 600, 300)).await;
        send(harness, "zoe@z.example").await;
        let asked = text(&developer.get(harness, &format!("{QUEUE}/cancel?domain=d7.example")).await);
        assert!(asked.contains("Cancel 2 deliveries?"), "{asked}");
        let all = text(&developer.get(harness, &format!("{QUEUE}/cancel")).await);
        assert!(all.contains("Cancel 601 deliveries?") && !all.contains("There may be more"), "{all}");
        let done = developer.agree(harness, &asked).await;
        assert_eq!(done.header("location"), format!("{QUEUE}?cancelled=2"));
        let fields = [("all", "yes"), ("act", "cancel")];
        let (asked, done) = developer.sure(harness, &format!("{QUEUE}/chosen"), &fields).await;
        assert!(asked.contains("Cancel 599 deliveries?") && !asked.contains("There may be more"), "{asked}");
        assert_eq!(done.header("location"), format!("{QUEUE}?done=599&of=599"));
        let none = text(&developer.get(harness, &format!("{QUEUE}/cancel")).await);
        assert!(none.contains("Cancel 0 deliveries?"), "{none}");
        put_off(harness, (600, 10_001, 1)).await;
        let more = text(&developer.get(harness, &format!("{QUEUE}/cancel")).await);
        assert!(more.contains("10,000 deliveries wait. They are never sent then."), "{more}");
        assert!(more.contains("There may be more than these 10,000"), "{more}");
        let done = developer.agree(harness, &more).await;
        assert_eq!(done.header("location"), format!("{QUEUE}?cancelled=10000&more=yes"));
    })
    .await;
}
