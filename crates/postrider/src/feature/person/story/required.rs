//! A workspace that requires a second factor: of whom, from when on, and who decides it.

use store::Query;

use crate::console::story::{Browser, PASSWORD, audited, set_up, text};
use crate::feature::person::permission::Role;
use crate::feature::person::totp;
use crate::testing::{Harness, on_both};

const REQUIRE: &str = "/w/default/users/second-factor";
const HOME: &str = "/w/default/";

/// Sets the second factor of whoever is signed in up; only one person of a test does.
async fn sets_up(harness: &Harness, browser: &Browser) {
    static SECRET: Query = Query::new("secret", "SELECT secret FROM second_factor WHERE state = 'offered'");
    let offered = browser.post(harness, "/me/second-factor", &[("password", PASSWORD)]).await;
    assert_eq!(offered.status, 303);
    let rows = harness.app.store.read(&SECRET, &[]).await.expect("readable");
    let secret = rows[0].blob(0).expect("a secret");
    let code = totp::code(&secret, totp::step(harness.app.now()));
    let on = browser.post(harness, "/me/second-factor/on", &[("code", &code)]).await;
    assert_eq!(on.status, 200, "{}", text(&on));
}

/// A member who joined by an invitation, and so has a password.
async fn joins(harness: &Harness, owner: &Browser, role: &str) -> Browser {
    let email = format!("{role}@people.example");
    let fields = [("email", &*email), ("role", role), ("language", "en")];
    let page = text(&owner.post(harness, "/w/default/users/invitations", &fields).await);
    let link = page.split("/invitation/").nth(1).and_then(|rest| rest.split('<').next()).expect("a link");
    let (browser, link) = (Browser::default(), format!("/invitation/{link}"));
    browser.get(harness, &link).await;
    let joined =
        browser.post(harness, &link, &[("name", role), ("password", PASSWORD), ("zone", "UTC")]).await;
    assert_eq!(joined.status, 303);
    browser
}

#[tokio::test]
async fn who_has_no_second_factor_is_led_to_one_before_anything_else() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let other = harness.new_workspace("other").await;
        let bob = joins(harness, &owner, "developer").await;
        assert_eq!(bob.get(harness, HOME).await.status, 200);
        let before = owner.post(harness, REQUIRE, &[("wanted", "required")]).await;
        assert_eq!(before.header("location"), "/me/second-factor?at=default", "their own first");
        assert_eq!(bob.get(harness, HOME).await.status, 200, "nothing changed");
        sets_up(harness, &owner).await;
        assert_eq!(
            owner.post(harness, REQUIRE, &[("wanted", "required")]).await.header("location"),
            "/w/default/users"
        );
        assert_eq!(owner.get(harness, HOME).await.status, 200, "this session has shown one");

        for path in [HOME, "/w/default/keys", "/w/default/audit", "/w/default/activity.csv"] {
            let led = bob.get(harness, path).await;
            assert_eq!((led.status, led.header("location")), (303, "/me/second-factor?at=default"), "{path}");
        }
        let sent = bob.post(harness, "/w/default/keys", &[("name", "k"), ("scope", "full")]).await;
        assert_eq!(sent.header("location"), "/me/second-factor?at=default", "a form changes nothing");
        let page = text(&bob.get(harness, "/me/second-factor?at=default").await);
        assert!(page.contains("Tidewater &#60;Supply&#62; requires a second factor"), "{page}");
        let stranger = Browser::of_member(harness, other, Role::Owner).await;
        assert_eq!(stranger.get(harness, HOME).await.status, 404, "who is no member learns nothing");
        assert_eq!(stranger.get(harness, "/w/other/").await.status, 200, "the other workspace wants none");

        sets_up(harness, &bob).await;
        assert_eq!(bob.get(harness, HOME).await.status, 200);
        let page = text(&bob.get(harness, "/me/second-factor?at=default").await);
        assert!(!page.contains("requires a second factor"));
        assert!(audited(harness).await.contains(&"workspace.second_factor_set".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn an_owner_alone_decides_it_and_takes_it_back() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        sets_up(harness, &owner).await;
        let admin = joins(harness, &owner, "admin").await;
        assert_eq!(admin.post(harness, REQUIRE, &[("wanted", "required")]).await.status, 403);
        assert!(!text(&admin.get(harness, "/w/default/users").await).contains(REQUIRE));
        assert!(text(&owner.get(harness, "/w/default/users").await).contains(REQUIRE));
        owner.post(harness, REQUIRE, &[("wanted", "required")]).await;
        assert_eq!(admin.get(harness, HOME).await.status, 303);
        owner.post(harness, REQUIRE, &[("wanted", "nonsense")]).await;
        assert_eq!(admin.get(harness, HOME).await.status, 303, "nothing changed");
        owner.post(harness, REQUIRE, &[("wanted", "optional")]).await;
        assert_eq!(admin.get(harness, HOME).await.status, 200);
    })
    .await;
}
