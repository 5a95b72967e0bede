//! A person's own page: profile, password, sessions; and what is removed when it means nothing any more.

use mail::At;
use store::Query;

use crate::console::story::{Browser, PASSWORD, audited, set_up, text};
use crate::feature::person::permission::Role;
use crate::retention::{Cuts, remove};
use crate::testing::{Harness, on_both};

const EMAIL: &str = "ann@people.example";
const HOME: &str = "/w/default/";
const NEW: &str = "a horse in the snow";

async fn signed_in(harness: &Harness, password: &str) -> Browser {
    let browser = Browser::default();
    assert_eq!(browser.sign_in(harness, EMAIL, password).await.status, 303);
    browser
}

#[tokio::test]
async fn a_profile_is_what_its_person_says() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let page = text(&owner.get(harness, "/me").await);
        assert!(
            page.contains("value=\"Ann Owner\"")
                && page.contains("<option value=\"America/Sao_Paulo\" selected>")
        );
        let nameless = owner.post(harness, "/me/profile", &[("name", " ")]).await;
        assert!(nameless.status == 422 && text(&nameless).contains("Write your name"));
        let fields = [("name", "Ana <b>"), ("language", "es"), ("zone", "Europe/Madrid"), ("theme", "dark")];
        let saved = owner.post(harness, "/me/profile", &fields).await;
        assert_eq!(saved.header("location"), "/me?at=default&done=profile");
        let page = text(&owner.get(harness, "/me?at=default&done=profile").await);
        assert!(page.contains("Ana &#60;b&#62;") && page.contains("Guardado."), "{page}");
        assert!(page.contains("<html lang=\"es\" data-theme=\"dark\">"));
        assert!(text(&owner.get(harness, HOME).await).contains("Europe/Madrid"));
        owner.post(harness, "/me/profile", &[("name", "Ana"), ("zone", "Mars/Olympus")]).await;
        assert!(text(&owner.get(harness, "/me").await).contains("<option value=\"UTC\" selected>"));
    })
    .await;
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_all_other_sessions() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let (other, before) =
            (signed_in(harness, PASSWORD).await, owner.cookie("pr_session").expect("a session"));
        for (old, new) in [("another horse", NEW), (PASSWORD, "short")] {
            let fields = [("old", old), ("password", new)];
            assert_eq!(owner.post(harness, "/me/password", &fields).await.status, 422, "{old} {new}");
        }
        assert_eq!(other.get(harness, HOME).await.status, 200);
        let fields = [("old", PASSWORD), ("password", NEW)];
        let changed = owner.post(harness, "/me/password", &fields).await;
        assert_eq!(changed.header("location"), "/me?at=default&done=password");
        assert_ne!(owner.cookie("pr_session"), Some(before.clone()));
        assert_eq!(owner.get(harness, HOME).await.status, 200, "with its new session");
        assert_eq!(other.get(harness, HOME).await.status, 303);
        owner.keep("pr_session", &before);
        assert_eq!(owner.get(harness, HOME).await.status, 303, "the old token opens nothing");
        assert_eq!(Browser::default().sign_in(harness, EMAIL, PASSWORD).await.status, 422);
        signed_in(harness, NEW).await;
        assert!(audited(harness).await.contains(&"person.password_changed".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_session_is_seen_and_ended_by_its_person_alone() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let (lost, third) = (signed_in(harness, PASSWORD).await, signed_in(harness, PASSWORD).await);
        let page = text(&owner.get(harness, "/me").await);
        let paths: Vec<_> = page
            .split("action=\"/me/sessions/ses_")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(paths.len(), 2, "its own has no button");
        let path = format!("/me/sessions/ses_{}", paths[1]);
        let stranger = Browser::of_member(harness, harness.workspace(), Role::Admin).await;
        assert_eq!(stranger.post(harness, &path, &[]).await.status, 404);
        assert_eq!(lost.get(harness, HOME).await.status, 200);
        let ended = owner.post(harness, &path, &[]).await;
        assert_eq!(ended.header("location"), "/me?at=default&done=session");
        assert_eq!(owner.post(harness, &path, &[]).await.status, 404, "over already");
        assert_eq!((lost.get(harness, HOME).await.status, third.get(harness, HOME).await.status), (303, 200));
        owner.post(harness, "/me/sessions/end", &[]).await;
        assert_eq!(
            (owner.get(harness, HOME).await.status, third.get(harness, HOME).await.status),
            (200, 303)
        );
        assert_eq!(stranger.get(harness, HOME).await.status, 200, "others' sessions stay");
    })
    .await;
}

#[tokio::test]
async fn a_token_that_somebody_planted_is_not_the_one_that_signing_in_gives() {
    on_both(async |harness: &Harness| {
        set_up(harness).await;
        let attacker = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        let planted = attacker.cookie("pr_session").expect("a session");
        let victim = Browser::default();
        victim.keep("pr_session", &planted);
        let fields = [("email", EMAIL), ("password", PASSWORD), ("next", "/")];
        assert_eq!(victim.post(harness, "/login", &fields).await.status, 303);
        assert_ne!(victim.cookie("pr_session"), Some(planted));
        assert_eq!(attacker.get(harness, HOME).await.status, 303, "the former session is over");
        let nonsense = "0".repeat(64);
        let other = Browser::default();
        other.keep("pr_session", &nonsense);
        other.post(harness, "/login", &fields).await;
        assert_ne!(other.cookie("pr_session"), Some(nonsense));
    })
    .await;
}

#[tokio::test]
async fn attempts_and_sessions_that_are_over_go_by_themselves() {
    on_both(async |harness: &Harness| {
        static LEFT: Query = Query::new(
            "left",
            "SELECT (SELECT count(*) FROM sign_in_attempt), (SELECT count(*) FROM session)",
        );
        set_up(harness).await;
        Browser::default().sign_in(harness, "eve@people.example", "a guess").await;
        let store = &harness.app.store;
        for (days, wanted) in [(0, (2, 1)), (2, (0, 1)), (15, (0, 0))] {
            let later = At(harness.app.now().0 + days * 24 * 3_600 * 1_000_000);
            remove(store, Cuts::of(later, 30, 90), harness.app.epoch).await.expect("removed");
            let rows = store.read(&LEFT, &[]).await.expect("readable");
            let left = (rows[0].int(0).expect("a count"), rows[0].int(1).expect("a count"));
            assert_eq!(left, wanted, "after {days} days");
        }
    })
    .await;
}
