//! Who sees what: tried for every screen of the list, with everybody for whom it differs.

use super::screen::Access;
use super::screens;
use super::story::Browser;
use crate::feature::person::permission::Role;
use crate::http::endpoint::Method;
use crate::testing::{Harness, on_both};

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
        for screen in screens() {
            let path = screen.path.replace("{workspace}", "default");
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
            if let Access::Member(permission) = screen.access {
                assert_eq!(
                    stranger.ask(harness, screen.method, &path).await.status,
                    404,
                    "{named} of a stranger"
                );
                for (role, browser) in &members {
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
