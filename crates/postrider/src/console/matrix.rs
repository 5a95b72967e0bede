//! Who sees what: tried for every screen of the list, with everybody for whom it differs.

use bytes::Bytes;
use content::{Part, PartKind};
use serde_json::json;
use store::Write;

use super::screen::Access;
use super::screens;
use super::story::Browser;
use crate::feature::access::Scope;
use crate::feature::access::keys::{Grant, key_add};
use crate::feature::capture::CAPTURED;
use crate::feature::domain::Status;
use crate::feature::domain::admin::domain_add_unsigned;
use crate::feature::egress;
use crate::feature::event::By;
use crate::feature::image;
use crate::feature::person;
use crate::feature::person::invitation::New;
use crate::feature::person::permission::Role;
use crate::feature::suppression::Reason;
use crate::feature::suppression::admin::{Suppress, suppression_add, suppression_find};
use crate::feature::template;
use crate::feature::webhook::admin::{Wish, webhook_add};
use crate::feature::webhook::attempts_api::tried;
use crate::http::endpoint::Method;
use crate::id::Noun;
use crate::testing::{Harness, on_both};

/// An id of a workspace for each path that has one: what stands before it, and the id.
async fn ids(harness: &Harness, workspace: i64) -> Vec<(&'static str, String)> {
    let (store, mint, now) = (&harness.app.store, &harness.app.mint, harness.app.now());
    let name = mail::Domain::parse("shared.example").expect("a domain");
    let made = (&**mint, now, By::Operator);
    let domain = domain_add_unsigned(store, made, workspace, &name, Status::Pending).await.expect("a domain");
    let grant =
        Grant { workspace, name: "k", scope: Scope::Sending, domain: None, role: None, by: By::Operator };
    let key = key_add(store, mint, now, grant).await.expect("a key").id;
    let address = mail::Address::parse("gone@people.example").expect("an address");
    let new = Suppress {
        workspace,
        stream: 0,
        address: &address,
        reason: Reason::Manual,
        by: By::Operator,
        evidence: None,
    };
    suppression_add(store, &harness.app.suppressions, (mint, now), vec![new]).await.expect("suppressed");
    let found = suppression_find(store, workspace, &address).await.expect("readable");
    let scope = egress::admin::Scope { workspace: Some(workspace), ..Default::default() };
    let hold = egress::admin::hold_add(store, (mint, now), &scope, "r").await.expect("a hold");
    let (member, invitation) = people(harness, workspace).await;
    // Templates.
    let source = content::Source::default();
    let new = template::admin::New { workspace, key: "k", name: "n", draft: &source };
    let template = template::admin::template_add(store, (mint, now), new).await.expect("a template");
    // Set-up, webhooks, capture, streams.
    let wish = Wish { url: "http://127.0.0.1:1/".into(), events: vec!["*".into()], ..Wish::default() };
    let webhook = webhook_add(store, (mint, now), workspace, &wish).await.expect("an endpoint");
    harness.app.webhooks.reload(store).await.expect("endpoints");
    let endpoint = harness.app.webhooks.endpoint(webhook).expect("an endpoint");
    let (mut write, sample) = (Write::default(), "email.delivered".to_owned());
    let (attempt, _) = tried(&harness.app, &endpoint, sample, &mut write).await;
    let (captured, text) = (mint.next(now), || "me@app.example".to_owned().into());
    let values = [
        captured.into(),
        workspace.into(),
        1.into(),
        1.into(),
        text(),
        text(),
        text(),
        text(),
        now.0.into(),
        Bytes::new().into(),
    ];
    write.row(&CAPTURED, values);
    store.write(write).await.expect("an attempt, and a captured mail");
    let stream = harness.app.directory.snapshot().streams(workspace)[0].id;
    let (part, picture) = made_of(harness, workspace).await;
    vec![
        ("/images/", Noun::Image.show(picture)),
        ("/parts/", Noun::TemplatePart.show(part)),
        ("/templates/", Noun::Template.show(template)),
        ("/capture/", Noun::Captured.show(captured)),
        ("/streams/", Noun::Stream.show(stream)),
        ("/attempts/", Noun::WebhookAttempt.show(attempt.id)),
        ("/webhooks/", Noun::Webhook.show(webhook)),
        ("/domains/", Noun::Domain.show(domain)),
        ("/keys/", Noun::Key.show(key)),
        ("/suppressions/", Noun::Suppression.show(found[0].id)),
        ("/queue/holds/", Noun::Hold.show(hold)),
        // People.
        ("/me/sessions/", Noun::Session.show(7)),
        ("/me/passkeys/", Noun::Passkey.show(7)),
        ("/users/", Noun::Person.show(member)),
        ("/users/invitations/", Noun::Invitation.show(invitation)),
    ]
}

/// What templates of a workspace are made of: a part and an image.
async fn made_of(harness: &Harness, workspace: i64) -> (i64, i64) {
    let (store, made) = (&harness.app.store, (&*harness.app.mint, harness.app.now()));
    let part = Part { kind: PartKind::Partial, name: "foot".into(), text: "f".into() };
    let part = template::parts::part_add(store, made, workspace, &part).await.expect("a part");
    let content = Bytes::from_static(b"GIF89a\x01\0\x01\0\0\0\0");
    let (picture, write) =
        image::kept::rows(made, &image::New::of(workspace, "a", content).expect("an image"));
    store.write(write).await.expect("stored");
    (part, picture)
}

/// A member of a workspace, who invited somebody.
async fn people(harness: &Harness, workspace: i64) -> (i64, i64) {
    let (app, now) = (&harness.app, harness.app.now());
    let browser = Browser::of_member_called(harness, (workspace, Role::Seller), "member").await;
    let token = browser.cookie("pr_session").expect("a session");
    let member = person::of_session(&app.store, now, &token).await.expect("readable").expect("a person");
    let snapshot = app.directory.snapshot();
    let place = snapshot.workspaces.get(&workspace).expect("a workspace");
    let asked = mail::Address::parse("asked@people.example").expect("an address");
    let new = New::of(app, now, (&member, place), (asked, Role::Seller));
    app.store.write(new.rows(now)).await.expect("an invitation");
    (member.id, new.id)
}

fn with_id(path: &str, ids: &[(&str, String)]) -> String {
    let attempt = ids.iter().find(|(before, _)| *before == "/attempts/").map_or("", |(_, id)| id);
    let path = &path.replace("{attempt}", attempt);
    let id = ids.iter().find(|(before, _)| path.contains(&format!("{before}{{id}}")));
    id.map_or_else(|| path.to_owned(), |(_, id)| path.replace("{id}", id))
}

#[tokio::test]
async fn a_screen_opens_for_those_who_may_and_nobody_else() {
    on_both(async |harness: &Harness| {
        let other = harness.new_workspace("other").await;
        let mut members = Vec::new();
        for role in Role::ALL {
            let browser = Browser::of_member(harness, harness.workspace(), role).await;
            members.push((role, browser));
        }
        let stranger = Browser::of_member(harness, other, Role::Owner).await;
        let nobody = Browser::default();
        let (own, foreign) = (ids(harness, harness.workspace()).await, ids(harness, other).await);
        let mail =
            json!({ "from": "me@app.example", "to": "ann@good.example", "subject": "s", "html": "<p>t</p>" });
        let email = harness.post("/emails", &mail).await.json()["id"].as_str().expect("an id").to_owned();
        for screen in screens() {
            let theirs = screen.path.replace("{workspace}", "other").replace("{email}", &email);
            if screen.path.contains("{email}") {
                let status = stranger.ask(harness, screen.method, &theirs).await.status;
                assert_eq!(status, 404, "{theirs} with an email of another workspace");
            }
            let path = screen.path.replace("{workspace}", "default").replace("{email}", &email);
            let path = path.replace("{token}", &"0".repeat(64));
            let path = with_id(&path, &own).replace("{name}", "other");
            assert!(!path.contains('{'), "{path}: give the test an example of its ids");
            if screen.access == Access::Open {
                continue;
            }
            let named = format!("{:?} {path}", screen.method);
            let turned_away = nobody.ask(harness, screen.method, &path).await;
            assert!(
                turned_away.status == 303 && turned_away.header("location").starts_with("/login"),
                "{named}"
            );
            if screen.access == Access::Operator {
                for (role, browser) in members.iter() {
                    let status = browser.ask(harness, screen.method, &path).await.status;
                    assert_eq!(status, 404, "{named} as {role:?}, who does not run the installation");
                }
            }
            if let Access::Member(permission) = screen.access {
                assert_eq!(
                    stranger.ask(harness, screen.method, &path).await.status,
                    404,
                    "{named} of a stranger"
                );
                for (role, browser) in &members {
                    if screen.path.contains("{id}") && role.may(permission) {
                        let path = with_id(&screen.path.replace("{workspace}", "default"), &foreign);
                        let status = browser.ask(harness, screen.method, &path).await.status;
                        assert_eq!(status, 404, "{named} with an id of another workspace as {role:?}");
                    }
                    let status = browser.ask(harness, screen.method, &path).await.status;
                    match (role.may(permission), screen.method) {
                        (false, _) => assert_eq!(status, 403, "{named} as {role:?}"),
                        (true, Method::Get) => assert_eq!(status, 200, "{named} as {role:?}"),
                        // The form is empty: what is said about it is its story's.
                        (true, _) => assert!(status < 500 && status != 404, "{named} as {role:?}: {status}"),
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_belongs_to_another_workspace_is_not_there_for_any_role() {
    on_both(async |harness: &Harness| {
        let other = harness.new_workspace("other").await;
        harness.domain(other, "other.example").await;
        let key = format!("Bearer {}", harness.key_of(other, Scope::Full).await);
        let headers = [("authorization", &*key), ("content-type", "application/json")];
        let mail = json!({ "from": "me@other.example", "to": "ann@good.example", "subject": "s", "html": "<p>t</p>" });
        let sent = harness.ask_with(("POST", "/emails"), &headers, mail.to_string()).await.json();
        let email = sent["id"].as_str().expect("an id").to_owned();
        let mut tried = 0;
        for role in Role::ALL {
            let browser = Browser::of_member(harness, harness.workspace(), role).await;
            for screen in screens().into_iter().filter(|screen| screen.path.contains("{email}")) {
                let path = screen.path.replace("{workspace}", "default").replace("{email}", &email);
                let status = browser.ask(harness, screen.method, &path).await.status;
                let wanted = if screen.opens_for(role) { 404 } else { 403 };
                assert_eq!(status, wanted, "{:?} {path} as {role:?}", screen.method);
                let theirs = screen.path.replace("{workspace}", "other").replace("{email}", &email);
                assert_eq!(browser.ask(harness, screen.method, &theirs).await.status, 404, "{theirs}");
                tried += 1;
            }
        }
        assert!(tried > 0);
    })
    .await;
}
