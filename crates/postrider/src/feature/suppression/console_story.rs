//! Suppressing and lifting in the console, and that mail follows.

use serde_json::json;
use store::Query;

use crate::console::story::{Browser, audited, text};
use crate::feature::person::permission::Role;
use crate::testing::{Harness, on_both};

const LIST: &str = "/w/default/suppressions";

/// What becomes of a mail to an address.
async fn fate(harness: &Harness, to: &str) -> String {
    let mail = json!({ "from": "me@app.example", "to": to, "subject": "s", "text": "t" });
    let id = harness.post("/emails", &mail).await.json()["id"].as_str().expect("an id").to_owned();
    harness.settled().await;
    let email = harness.get(&format!("/emails/{id}")).await.json();
    email["last_event"].as_str().expect("an event").to_owned()
}

#[tokio::test]
async fn addresses_are_suppressed_found_and_lifted_on_both() {
    on_both(async |harness: &Harness| {
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        for (emails, said) in [("", "at least one address"), ("ann@people.example, ann", "ann is no email")] {
            let wrong = marketer.post(harness, LIST, &[("emails", emails)]).await;
            assert!(wrong.status == 422 && text(&wrong).contains(said), "{emails}");
        }
        assert!(text(&marketer.get(harness, LIST).await).contains("Nobody is suppressed"), "all or none");
        let added =
            marketer.post(harness, LIST, &[("emails", "Ann@People.example\nbob@people.example")]).await;
        assert_eq!(added.header("location"), LIST);
        assert_eq!(fate(harness, "ann@people.example").await, "suppressed");

        let list = text(&marketer.get(harness, LIST).await);
        assert!(list.contains("ann@people.example") && list.contains("bob@people.example"));
        let one = text(&marketer.get(harness, &format!("{LIST}?q=ANN@people.example")).await);
        assert!(one.contains("ann@people.example") && !one.contains("bob@people.example"));
        let none = text(&marketer.get(harness, &format!("{LIST}?reason=complaint")).await);
        assert!(none.contains("Nothing found") && !none.contains("bob@people.example"));

        let lift = one
            .split("action=\"")
            .find(|rest| rest.contains("/lift\"") && !rest.starts_with("/w/default/suppressions/lift"))
            .expect("a form");
        let lift = lift.split('"').next().expect("a path").to_owned();
        marketer.post(harness, &lift, &[]).await;
        assert_eq!(fate(harness, "ann@people.example").await, "suppressed", "nobody was sure");
        marketer.post(harness, &lift, &[("sure", "yes")]).await;
        assert_eq!(fate(harness, "ann@people.example").await, "delivered");
        assert_eq!(fate(harness, "bob@people.example").await, "suppressed");
        assert_eq!(audited(harness).await[1..], ["suppression.added", "suppression.lifted"]);
    })
    .await;
}

#[tokio::test]
async fn the_list_has_pages_and_a_seller_only_reads_it() {
    on_both(async |harness: &Harness| {
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let emails = (0..60).map(|n| format!("a{n:02}@people.example")).collect::<Vec<_>>().join(" ");
        owner.post(harness, LIST, &[("emails", &emails), ("scope", "marketing")]).await;
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        let first = text(&seller.get(harness, LIST).await);
        assert_eq!(first.matches("people.example</strong>").count(), 50);
        assert!(
            first.contains("all marketing") && !first.contains("/lift\"") && !first.contains("<textarea")
        );
        let next = first.split("href=\"").find(|rest| rest.contains("after=")).expect("a link");
        let next = next.split('"').next().expect("a path").to_owned();
        let second = text(&seller.get(harness, &next).await);
        assert_eq!(second.matches("people.example</strong>").count(), 10);
        assert!(second.contains("a00@<wbr>people.example") && second.contains("before="));
        assert_eq!(seller.post(harness, LIST, &[("emails", "x@people.example")]).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_list_is_lifted_after_its_number_was_seen_and_taken_away_as_a_file() {
    on_both(async |harness: &Harness| {
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let path = "/w/default/suppressions";
        let emails = "a@x.example b@x.example =cmd@x.example";
        owner.post(harness, path, &[("emails", emails)]).await;
        let file = owner.get(harness, &format!("{path}.csv")).await;
        assert!(text(&file).starts_with("email,reason,scope,evidence,since\r\n"), "{}", text(&file));
        assert!(text(&file).contains("\"'=cmd@x.example\",manual,,,"), "no formula: {}", text(&file));
        let lift = format!("{path}/lift");
        let asked = owner.post(harness, &lift, &[("emails", "a@x.example c@x.example")]).await;
        assert!(text(&asked).contains("Lift 1 suppression?"), "{}", text(&asked));
        let list = async || text(&owner.get(harness, path).await);
        assert!(list().await.contains("a@x.example"), "nothing was lifted yet");
        owner.post(harness, &lift, &[("emails", "a@x.example"), ("sure", "yes")]).await;
        assert!(!list().await.contains(">a@<wbr>x.example"));
        let asked = text(&owner.post(harness, &lift, &[("reason", "manual"), ("all", "yes")]).await);
        assert!(asked.contains("Lift 2 suppressions?"), "{asked}");
        let done = owner.agree(harness, &asked).await;
        assert_eq!(done.header("location"), format!("{path}?reason=manual&done=2&of=2"));
        assert!(list().await.contains("Nobody is suppressed"));
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        assert_eq!(seller.post(harness, &lift, &[("reason", "manual"), ("sure", "yes")]).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn what_two_lift_at_once_is_lifted_told_and_counted_once() {
    static TOLD: Query = Query::new("told", "SELECT count(*) FROM event WHERE name = 'suppression.removed'");
    on_both(async |harness: &Harness| {
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let other = Browser::of_member(harness, harness.workspace(), Role::Admin).await;
        let lift = format!("{LIST}/lift");
        for fields in [[("emails", "a@x.example b@x.example"), ("act", "")], [("all", "yes"), ("act", "")]] {
            owner.post(harness, LIST, &[("emails", "a@x.example b@x.example")]).await;
            let before =
                harness.app.store.read(&TOLD, &[]).await.expect("a count")[0].int(0).expect("a number");
            let asked = text(&owner.post(harness, &lift, &fields).await);
            assert!(asked.contains("Lift 2 suppressions?"), "{asked}");
            let both = tokio::join!(owner.agree(harness, &asked), other.agree(harness, &asked));
            let mut done = [both.0, both.1].map(|answer| answer.header("location").to_owned());
            done.sort();
            assert_eq!(done, [format!("{LIST}?done=0&of=2"), format!("{LIST}?done=2&of=2")]);
            let told =
                harness.app.store.read(&TOLD, &[]).await.expect("a count")[0].int(0).expect("a number");
            assert_eq!(told - before, 2, "each is told once");
        }
        let lines = audited(harness).await;
        assert_eq!(lines.iter().filter(|action| *action == "suppression.lifted").count(), 2, "{lines:?}");
    })
    .await;
}
