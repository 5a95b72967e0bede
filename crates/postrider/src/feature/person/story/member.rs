//! Members: who may make whom what, and that a workspace keeps an owner.

use crate::console::story::{Browser, audited, set_up, text};
use crate::feature::person::permission::Role;
use crate::id::Noun;
use crate::testing::{Harness, on_both};

const USERS: &str = "/w/default/users";

/// The id of the member with this name, by the forms of the page that somebody who may change them sees.
async fn id_of(harness: &Harness, browser: &Browser, name: &str) -> String {
    let page = text(&browser.get(harness, USERS).await);
    let row = page.split("<tr>").find(|row| row.contains(&format!("<strong>{name}</strong>")));
    let id = row.and_then(|row| row.split("/users/").nth(1)).and_then(|rest| rest.split('/').next());
    id.unwrap_or_else(|| panic!("{name} cannot be changed: {page}")).to_owned()
}

async fn role(harness: &Harness, browser: &Browser, (id, role): (&str, &str)) -> u16 {
    browser.post(harness, &format!("{USERS}/{id}/role"), &[("role", role)]).await.status
}

async fn remove(harness: &Harness, browser: &Browser, id: &str) -> u16 {
    browser.post(harness, &format!("{USERS}/{id}/remove"), &[("sure", "yes")]).await.status
}

#[tokio::test]
async fn nobody_gives_or_takes_what_is_above_their_role() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let workspace = harness.workspace();
        let admin = Browser::of_member(harness, workspace, Role::Admin).await;
        let seller = Browser::of_member(harness, workspace, Role::Seller).await;
        let (ann, sold) = (id_of(harness, &owner, "Ann Owner").await, id_of(harness, &admin, "seller").await);
        for (id, wanted) in [(&sold, "owner"), (&sold, "emperor"), (&ann, "seller")] {
            assert_eq!(role(harness, &admin, (id, wanted)).await, 422, "{id} {wanted}");
        }
        assert_eq!(remove(harness, &admin, &ann).await, 422);
        let fields = [("email", "eve@people.example"), ("role", "owner")];
        assert_eq!(admin.post(harness, "/w/default/users/invitations", &fields).await.status, 422);
        assert_eq!(role(harness, &admin, (&sold, "admin")).await, 303);
        assert_eq!(seller.get(harness, USERS).await.status, 200, "at once");
        assert_eq!(remove(harness, &admin, &sold).await, 303);
        assert_eq!(seller.get(harness, "/w/default/").await.status, 404);
        assert_eq!(seller.get(harness, "/").await.header("location"), "/me", "the account stays");
        assert!(text(&seller.get(harness, "/me").await).contains("Your account"));
        assert_eq!(role(harness, &owner, (&Noun::Person.show(7), "seller")).await, 404);
        let told = audited(harness).await;
        assert_eq!(told[told.len() - 2..], ["member.role_changed", "member.removed"]);
    })
    .await;
}

#[tokio::test]
async fn a_workspace_keeps_an_owner_whoever_leaves_at_once() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let ann = id_of(harness, &owner, "Ann Owner").await;
        assert_eq!(role(harness, &owner, (&ann, "admin")).await, 422, "the last one");
        assert_eq!(remove(harness, &owner, &ann).await, 422);
        let second = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let bea = id_of(harness, &owner, "owner").await;
        let (one, other) =
            tokio::join!(role(harness, &owner, (&bea, "seller")), role(harness, &second, (&ann, "seller")));
        // Each demotes the other, and one of them comes first. The other is refused, or is asked to sign in when it is no owner
        // any more by the time its form is read.
        assert!([one, other].contains(&303), "{one} {other}");
        let left = [&owner, &second];
        let mut owners = 0;
        for browser in left {
            owners += usize::from(browser.get(harness, USERS).await.status == 200);
        }
        assert_eq!(owners, 1);
    })
    .await;
}
