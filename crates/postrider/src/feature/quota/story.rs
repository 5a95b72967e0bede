//! What a host decides about a client: quotas that refuse or tell, suspension, and the screen that sets them.

use serde_json::json;
use store::{Query, Write};

use super::admin::{quota_rows, suspension_rows};
use super::{Beyond, Quota};
use crate::console::story::{Browser, audited, text};
use crate::feature::access::Scope as KeyScope;
use crate::feature::egress;
use crate::feature::egress::admin::{Scope, hold_add, hold_remove};
use crate::feature::event::By;
use crate::feature::person::permission::Role;
use crate::testing::{Answer, Harness, on_both};

async fn send(harness: &Harness, to: &[&str]) -> Answer {
    let mail = json!({ "from": "me@app.example", "to": to, "subject": "s", "text": "t" });
    harness.post("/emails", &mail).await
}

async fn decided(harness: &Harness, write: Write) {
    harness.app.store.write(write).await.expect("stored");
    harness.app.directory.reload(&harness.app.store).await.expect("readable");
    egress::admin::reload(&harness.app).await.expect("readable");
}

/// A browser of who runs the installation.
async fn operator(harness: &Harness) -> Browser {
    let browser = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
    static RUNS_IT: Query = Query::new("runs it", "UPDATE person SET operator = 1");
    let mut write = Write::default();
    write.step(&RUNS_IT, vec![]);
    harness.app.store.write(write).await.expect("stored");
    browser
}

#[tokio::test]
async fn a_quota_refuses_what_lies_beyond_whole_messages_and_nothing_else() {
    on_both(async |harness: &Harness| {
        let (now, workspace) = (harness.app.now(), harness.workspace());
        assert_eq!(send(harness, &["before@good.example"]).await.status, 200);
        harness.settled().await;
        harness.counted().await;
        let quota = Quota { monthly: 3, beyond: Beyond::Refuse };
        decided(harness, quota_rows((now, By::Operator), workspace, Some(quota))).await;
        let three = send(harness, &["a@good.example", "b@good.example", "c@good.example"]).await;
        assert_eq!((three.status, three.json()["name"].as_str()), (429, Some("monthly_quota_exceeded")));
        assert!(
            three.json()["message"].as_str().expect("a text").contains("quota of 3 deliveries"),
            "{}",
            three.json()
        );
        assert_eq!(send(harness, &["a@good.example", "b@good.example"]).await.status, 200, "room for two");
        assert_eq!(send(harness, &["c@good.example"]).await.status, 429, "none for a fourth");

        let lenient = Quota { monthly: 3, beyond: Beyond::Tell };
        decided(harness, quota_rows((now, By::Operator), workspace, Some(lenient))).await;
        assert_eq!(send(harness, &["c@good.example"]).await.status, 200);
        decided(harness, quota_rows((now, By::Operator), workspace, None)).await;
        assert_eq!(send(harness, &["d@good.example"]).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_stored_takes_no_room() {
    on_both(async |harness: &Harness| {
        let quota = Quota { monthly: 2, beyond: Beyond::Refuse };
        decided(harness, quota_rows((harness.app.now(), By::Operator), harness.workspace(), Some(quota)))
            .await;
        let mail = json!({ "from": "me@app.example", "to": "a@good.example", "subject": "s", "text": "t" });
        let headers = [
            ("authorization", &*format!("Bearer {}", harness.key)),
            ("content-type", "application/json"),
            ("idempotency-key", "one"),
        ];
        for _ in 0..2 {
            let answer = harness.ask_with(("POST", "/emails"), &headers, mail.to_string()).await;
            assert_eq!(answer.status, 200, "sent once, and answered again");
        }
        assert_eq!(send(harness, &["b@good.example"]).await.status, 200, "the second had used nothing");
        assert_eq!(send(harness, &["c@good.example"]).await.status, 429);
        let answer = harness.ask_with(("POST", "/emails"), &headers, mail.to_string()).await;
        assert_eq!(answer.status, 200, "what was accepted before is told, whatever is left of the quota");
    })
    .await;
}

#[tokio::test]
async fn what_a_suspended_workspace_has_waiting_waits_and_then_leaves() {
    on_both(async |harness: &Harness| {
        let (app, now, workspace) = (&harness.app, harness.app.now(), harness.workspace());
        let made = (&*app.mint, now);
        let good = Scope { workspace: Some(workspace), domain: Some("good.example".into()), lane: None };
        let hold = hold_add(&app.store, made, &good, "the client's own").await.expect("a hold");
        egress::admin::reload(app).await.expect("readable");
        let waiting = send(harness, &["ann@good.example"]).await.json()["id"].clone();
        let other = harness.new_workspace("other").await;
        harness.domain(other, "other.example").await;
        // However many holds another has: this one's suspension is in force.
        for n in 0..20 {
            let scope = Scope { workspace: Some(other), domain: Some(format!("d{n}.example")), lane: None };
            hold_add(&app.store, made, &scope, "r").await.expect("a hold");
        }
        decided(harness, suspension_rows((now, By::Operator), workspace, true)).await;
        assert!(hold_remove(&app.store, now, hold, "the client lets go").await.expect("stored"));
        egress::admin::reload(app).await.expect("readable");

        let key = format!("Bearer {}", harness.key_of(other, KeyScope::Full).await);
        let headers = [("authorization", &*key), ("content-type", "application/json")];
        let mail =
            json!({ "from": "me@other.example", "to": "bob@good.example", "subject": "s", "text": "t" });
        let sent = harness.ask_with(("POST", "/emails"), &headers, mail.to_string()).await.json();
        let path = format!("/emails/{}", sent["id"].as_str().expect("an id"));
        let mut commits = app.store.commits();
        while harness.ask_with(("GET", &path), &headers, String::new()).await.json()["last_event"]
            != "delivered"
        {
            commits.changed().await.expect("the store is open");
        }
        let path = format!("/emails/{}", waiting.as_str().expect("an id"));
        assert_eq!(
            harness.get(&path).await.json()["last_event"],
            "queued",
            "the other's left, this one's waits"
        );

        decided(harness, suspension_rows((now, By::Operator), workspace, false)).await;
        harness.settled().await;
        assert_eq!(harness.get(&path).await.json()["last_event"], "delivered");
    })
    .await;
}

#[tokio::test]
async fn a_suspended_workspace_sends_nothing_and_loses_nothing() {
    on_both(async |harness: &Harness| {
        let (now, other) = (harness.app.now(), harness.new_workspace("other").await);
        decided(harness, suspension_rows((now, By::Operator), other, true)).await;
        assert_eq!(send(harness, &["a@good.example"]).await.status, 200, "the others go on");
        harness.settled().await;
        let held = json!({ "from": "me@app.example", "to": "b@good.example", "subject": "s", "text": "t",
                           "scheduled_at": "in 1 hour" });
        let id = harness.post("/emails", &held).await.json()["id"].as_str().expect("an id").to_owned();
        decided(harness, suspension_rows((now, By::Operator), harness.workspace(), true)).await;
        let refused = send(harness, &["c@good.example"]).await;
        assert_eq!((refused.status, refused.json()["name"].as_str()), (403, Some("workspace_suspended")));
        assert_eq!(harness.get(&format!("/emails/{id}")).await.status, 200, "it may be looked at");
        let again = harness.app.store.write(suspension_rows((now, By::Operator), other, true)).await;
        assert!(again.is_err(), "it was suspended already");
        decided(harness, suspension_rows((now, By::Operator), harness.workspace(), false)).await;
        assert_eq!(send(harness, &["c@good.example"]).await.status, 200);
        harness.settled().await;
    })
    .await;
}

#[tokio::test]
async fn the_operator_makes_bounds_and_suspends_workspaces_and_nobody_else_sees_them() {
    on_both(async |harness: &Harness| {
        let owner = Browser::of_member(harness, harness.workspace(), Role::Admin).await;
        assert_eq!(owner.get(harness, "/workspaces").await.status, 404);
        assert_eq!(owner.post(harness, "/workspaces", &[("name", "mine")]).await.status, 404);
        assert!(!text(&owner.get(harness, "/w/default/").await).contains("href=\"/workspaces\""));

        let host = operator(harness).await;
        assert!(text(&host.get(harness, "/w/default/").await).contains("href=\"/workspaces\""));
        for (name, said) in
            [("Big Shop", "1 to 64 lowercase"), ("default", "There is a workspace of this name")]
        {
            let wrong = host.post(harness, "/workspaces", &[("name", name)]).await;
            assert!(wrong.status == 422 && text(&wrong).contains(said), "{name}");
        }
        host.post(harness, "/workspaces", &[("name", "client"), ("title", "Client <b>One</b>")]).await;
        let page = text(&host.get(harness, "/workspaces").await);
        assert!(page.contains("Client &#60;b&#62;One") && !page.contains("<b>One"), "{page}");
        assert_eq!(host.get(harness, "/w/client/").await.status, 200, "who makes it owns it");

        for monthly in ["0", "-1", "1.5", "10.000,50", "1,00,0", "many", "1000000000001"] {
            let wrong = host.post(harness, "/workspaces/client/quota", &[("monthly", monthly)]).await;
            assert_eq!(wrong.status, 422, "{monthly}");
        }
        host.post(harness, "/workspaces/client/quota", &[("monthly", "50,000"), ("beyond", "refuse")]).await;
        let page = text(&host.get(harness, "/workspaces").await);
        assert!(page.contains("max=\"50000\"") && page.contains("refuse until next month"));
        host.post(harness, "/workspaces/client/suspend", &[]).await;
        assert!(
            !text(&host.get(harness, "/workspaces").await).contains("/workspaces/client/resume"),
            "nobody was sure"
        );
        host.post(harness, "/workspaces/client/suspend", &[("sure", "yes")]).await;
        assert!(text(&host.get(harness, "/workspaces").await).contains("/workspaces/client/resume"));
        let said = text(&host.get(harness, "/w/client/").await).contains("This workspace is suspended");
        assert!(said && !text(&host.get(harness, "/w/default/").await).contains("is suspended"));
        host.post(harness, "/workspaces/client/resume", &[("sure", "yes")]).await;
        assert_eq!(host.post(harness, "/workspaces/nobody/suspend", &[("sure", "yes")]).await.status, 404);
        let wanted = ["workspace.made", "workspace.quota_set", "workspace.suspended", "workspace.resumed"];
        assert_eq!(audited(harness).await[2..], wanted);
    })
    .await;
}

#[tokio::test]
async fn many_workspaces_stand_on_pages_with_what_each_sent_on_both() {
    on_both(async |harness: &Harness| {
        for n in 0..60 {
            harness.new_workspace(&format!("client-{n:02}")).await;
        }
        assert_eq!(send(harness, &["a@good.example"]).await.status, 200);
        harness.settled().await;
        harness.counted().await;
        let host = operator(harness).await;
        let first = text(&host.get(harness, "/workspaces").await);
        assert!(first.matches("class=\"stamped\"").count() == 50 && first.contains("client-49"), "{first}");
        let next = first.split("href=\"").find(|rest| rest.contains("after=")).expect("a link");
        let second = text(&host.get(harness, next.split('"').next().expect("a path")).await);
        let at = second.find("default</span>").expect("the first workspace");
        assert!(second.contains("client-50") && !second.contains("client-49"), "{second}");
        assert!(
            second[at..].contains("Accepted this month</span> 1</td>"),
            "what was sent: {}",
            &second[at..]
        );
        let sent_to = second.split("action=\"").find(|rest| rest.starts_with("/workspaces/client-55/quota"));
        let sent_to = sent_to.and_then(|rest| rest.split('"').next()).expect("a form");
        let wrong = text(&host.post(harness, sent_to, &[("monthly", "many")]).await);
        assert!(wrong.contains("client-55") && !wrong.contains("client-49"), "the same page: {wrong}");
        let done = host.post(harness, sent_to, &[("monthly", "7")]).await;
        assert!(done.header("location").starts_with("/workspaces?after=ws"), "{}", done.header("location"));
        let back = second.split("href=\"").find(|rest| rest.contains("before=")).expect("a link");
        let back = text(&host.get(harness, back.split('"').next().expect("a path")).await);
        assert!(back.contains("client-00") && back.contains("client-49"), "{back}");
    })
    .await;
}
