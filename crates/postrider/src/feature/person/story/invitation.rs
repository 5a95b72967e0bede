//! Invitations: told by mail, taken once, over, and for nobody else.

use store::{Query, StoreError, Write};

use crate::console::story::{Browser, PASSWORD, audited, set_up, text};
use crate::feature::person::invitation::New;
use crate::feature::person::of_session;
use crate::feature::person::permission::Role;
use crate::testing::{Answer, DOMAIN, Database, Harness, on_both};

const USERS: &str = "/w/default/users";
const BOB: &str = "bob@people.example";

async fn invites(harness: &Harness, browser: &Browser, (email, role): (&str, &str)) -> Answer {
    let fields = [("email", email), ("role", role), ("language", "es")];
    browser.post(harness, "/w/default/users/invitations", &fields).await
}

/// The path of the link on the page that answers an invitation.
fn link(answer: &Answer) -> String {
    let page = text(answer);
    let link = page.split("/invitation/").nth(1).and_then(|rest| rest.split('<').next());
    format!("/invitation/{}", link.unwrap_or_else(|| panic!("no link: {page}")))
}

async fn accepts(harness: &Harness, browser: &Browser, link: &str) -> Answer {
    browser.get(harness, link).await;
    browser.post(harness, link, &[("name", "Bob <b>"), ("password", PASSWORD), ("zone", "UTC")]).await
}

/// Looks for a letter's token wherever a message is shown, while the letter is kept to be tried again.
async fn untold(harness: &Harness, owner: &Browser, (id, token): (&str, &str)) {
    static KEPT: Query =
        Query::new("kept", "SELECT m.reverse_path FROM message m JOIN content c ON c.id = m.id");
    let kept = harness.app.store.read(&KEPT, &[]).await.expect("readable");
    let paths: Vec<_> = kept.iter().map(|row| row.text(0).expect("a path").to_owned()).collect();
    assert_eq!(paths, [""], "what bounces goes to nobody");
    for of_it in ["", "/raw", "/links", "/events", "/attempts", "/recipients"] {
        let told = text(&harness.get(&format!("/emails/{id}{of_it}")).await);
        assert!(!told.contains(token), "{of_it} tells the link: {told}");
    }
    let page = format!("/w/default/activity/{id}");
    for tab in ["timeline", "preview", "phone", "text", "headers", "source", "request", "webhooks"] {
        let told = text(&owner.get(harness, &format!("{page}?tab={tab}")).await);
        assert!(told.contains("bob@people.example") && !told.contains(token), "{tab} tells the link: {told}");
    }
    for alone in ["preview", "source"] {
        assert_eq!(owner.get(harness, &format!("{page}/{alone}")).await.status, 404, "{alone}");
    }
    let again = owner.post(harness, &format!("{page}/again"), &[("to", "eve@people.example")]).await;
    assert_eq!(again.header("location"), format!("{page}?told=gone"));
}

#[tokio::test]
async fn somebody_new_is_invited_by_mail_and_gets_what_the_role_gives() {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = &Harness::start(database, &[("delivery.next_hop", "127.0.0.1:1")]).await;
        let owner = set_up(harness).await;
        let invited = invites(harness, &owner, (BOB, "marketer")).await;
        assert!(invited.status == 200 && text(&invited).contains("An email with the link is on its way"));
        let link = link(&invited);
        assert_eq!(link.len(), "/invitation/".len() + 64);
        let list = text(&owner.get(harness, USERS).await);
        assert!(list.contains(BOB) && !list.contains("/invitation/"), "the link is shown once");

        harness.settled().await;
        let mails = harness.get("/emails").await.json();
        assert_eq!(mails["data"][0]["subject"], "Ann Owner le invita a Tidewater <Supply>");
        assert!(mails["data"][0]["from"].as_str().expect("an author").ends_with(DOMAIN));
        let id = mails["data"][0]["id"].as_str().expect("an id").to_owned();
        let token = link.rsplit('/').next().expect("a token");
        untold(harness, &owner, (&id, token)).await;

        let bob = Browser::default();
        assert!(text(&bob.get(harness, &link).await).contains("Ann Owner invites you"));
        let short = bob.post(harness, &link, &[("name", ""), ("password", "short")]).await;
        assert!(short.status == 422 && text(&short).contains("at least 12 characters"));
        let inside = accepts(harness, &bob, &link).await;
        assert_eq!((inside.status, inside.header("location")), (303, "/w/default/"), "{}", text(&inside));
        assert_eq!(bob.get(harness, "/w/default/").await.status, 200);
        for path in ["/w/default/keys", USERS, "/w/default/audit"] {
            assert_eq!(bob.get(harness, path).await.status, 403, "{path} as a marketer");
        }
        let again = Browser::default();
        assert_eq!(again.get(harness, &link).await.status, 404, "it opened once");
        assert_eq!(accepts(harness, &again, &link).await.status, 404);
        assert!(text(&owner.get(harness, USERS).await).contains("Bob &#60;b&#62;"));
        let told = audited(harness).await;
        assert!(told.contains(&"person.invited".to_owned()) && told.contains(&"person.joined".to_owned()));
    }
}

#[tokio::test]
async fn who_reads_captured_mail_finds_no_invitation_there() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let invited = text(&invites(harness, &owner, (BOB, "admin")).await);
        assert!(invited.contains("hand over the link yourself"), "{invited}");
        harness.settled().await;
        assert_eq!(harness.get("/captured").await.json()["data"].as_array().map(Vec::len), Some(0));
    })
    .await;
}

#[tokio::test]
async fn who_has_an_account_joins_with_it_and_nobody_else_does() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let other = harness.new_workspace("other").await;
        let admin = Browser::of_member(harness, other, Role::Admin).await;
        let email = format!("admin{other}@people.example");
        let link = link(&invites(harness, &owner, (&email, "seller")).await);
        let visitor = Browser::default();
        let known = text(&visitor.get(harness, &link).await);
        assert!(known.contains(&format!("/login?next={link}")), "{known}");
        let forged = visitor.post(harness, &link, &[("name", "Eve"), ("password", PASSWORD)]).await;
        assert_eq!(forged.status, 422, "no second account with the address");
        assert!(text(&owner.get(harness, &link).await).contains("you are signed in as ann@people.example"));
        assert_eq!(owner.post(harness, &link, &[]).await.status, 422);
        assert_eq!(admin.get(harness, "/w/default/").await.status, 404);
        assert!(text(&admin.get(harness, &link).await).contains("Join"));
        let joined = admin.post(harness, &link, &[]).await;
        assert_eq!(joined.header("location"), "/w/default/");
        assert_eq!(admin.get(harness, "/w/default/").await.status, 200);
        assert_eq!(
            admin.get(harness, USERS).await.status,
            403,
            "the role of this workspace, not of the other"
        );
        assert_eq!(admin.get(harness, "/w/other/users").await.status, 200);
        let refused = invites(harness, &owner, (&email, "seller")).await;
        assert!(refused.status == 422 && text(&refused).contains("a member already"));
    })
    .await;
}

#[tokio::test]
async fn an_invitation_ends_by_time_by_revocation_by_a_newer_one_and_with_its_inviter() {
    on_both(async |harness: &Harness| {
        static AGED: Query = Query::new("aged", "UPDATE invitation SET expires_us = :now");
        let owner = set_up(harness).await;
        let visitor = Browser::default();
        let status = async |link: &str| visitor.get(harness, link).await.status;

        let late = link(&invites(harness, &owner, (BOB, "seller")).await);
        let mut write = Write::default();
        write.step(&AGED, vec![("now", harness.app.now().0.into())]);
        harness.app.store.write(write).await.expect("written");
        assert_eq!(status(&late).await, 404, "too late");
        assert!(text(&owner.get(harness, USERS).await).contains("is over"));

        let first = link(&invites(harness, &owner, (BOB, "seller")).await);
        let second = link(&invites(harness, &owner, ("Bob@People.example", "admin")).await);
        assert_eq!((status(&first).await, status(&second).await), (404, 200), "the newest alone");
        let page = text(&owner.get(harness, USERS).await);
        let revoke = page
            .split("/users/invitations/")
            .skip(1)
            .find(|rest| !rest.starts_with("chosen"))
            .and_then(|rest| rest.split('"').next());
        let revoke = format!("{USERS}/invitations/{}", revoke.expect("a form"));
        owner.post(harness, &revoke, &[]).await;
        assert_eq!(status(&second).await, 200, "nobody was sure");
        owner.post(harness, &revoke, &[("sure", "yes")]).await;
        assert_eq!(status(&second).await, 404, "revoked");

        let admin = Browser::of_member(harness, harness.workspace(), Role::Admin).await;
        let offered = link(&invites(harness, &admin, (BOB, "admin")).await);
        assert_eq!(status(&offered).await, 200);
        let page = text(&owner.get(harness, USERS).await);
        let id = page.split("/users/per_").skip(1).map(|rest| rest.split('/').next().expect("an id"));
        let id = id.map(|id| format!("per_{id}")).next().expect("the newest member");
        let demoted = owner.post(harness, &format!("{USERS}/{id}/role"), &[("role", "seller")]).await;
        assert_eq!(demoted.status, 303);
        assert_eq!(status(&offered).await, 404, "what the inviter could give is theirs no more");
    })
    .await;
}

#[tokio::test]
async fn where_no_mail_can_leave_the_link_is_handed_over() {
    for database in [Database::Sqlite, Database::Postgres] {
        let settings = [("delivery.next_hop", "127.0.0.1:1"), ("console.url", "https://mail.example.org")];
        let harness = Harness::start(database, &settings).await;
        let other = harness.new_workspace("other").await;
        let owner = Browser::of_member(&harness, other, Role::Owner).await;
        let fields = [("email", BOB), ("role", "owner")];
        let invited = owner.post(&harness, "/w/other/users/invitations", &fields).await;
        let page = text(&invited);
        assert!(page.contains("hand over the link yourself"), "{page}");
        assert!(page.contains("<code>https://mail.example.org/invitation/"), "{page}");
        let bob = Browser::default();
        assert_eq!(accepts(&harness, &bob, &link(&invited)).await.header("location"), "/w/other/");
        harness.end().await;
    }
}

#[tokio::test]
async fn nobody_replaces_an_invitation_to_a_role_above_their_own() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let admin = Browser::of_member(harness, harness.workspace(), Role::Admin).await;
        let visitor = Browser::default();
        let offered = link(&invites(harness, &owner, (BOB, "owner")).await);
        let refused = invites(harness, &admin, ("Bob@people.example", "seller")).await;
        assert!(refused.status == 422 && text(&refused).contains("Only an owner can do this"));
        // Also where the owner's came at the same moment.
        let (app, now) = (&harness.app, harness.app.now());
        let token = admin.cookie("pr_session").expect("a session");
        let person = of_session(&app.store, now, &token).await.expect("readable").expect("a person");
        let snapshot = app.directory.snapshot();
        let place = snapshot.workspaces.get(&harness.workspace()).expect("a workspace");
        let bob = mail::Address::parse(BOB).expect("an address");
        let late = New::of(app, now, (&person, place), (bob, Role::Seller));
        assert!(matches!(app.store.write(late.rows(now)).await, Err(StoreError::Conflict(_))));
        assert_eq!(visitor.get(harness, &offered).await.status, 200, "the owner's is there");
        let again = link(&invites(harness, &owner, (BOB, "admin")).await);
        let theirs = link(&invites(harness, &admin, (BOB, "seller")).await);
        assert_eq!(visitor.get(harness, &again).await.status, 404, "what an admin gives, an admin replaces");
        assert_eq!(visitor.get(harness, &theirs).await.status, 200);
    })
    .await;
}
