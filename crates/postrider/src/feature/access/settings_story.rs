//! Settings in the console.

use crate::console::story::{Browser, audited, text};
use crate::feature::person::permission::Role;
use crate::testing::{Harness, on_both};

#[tokio::test]
async fn a_workspace_is_called_as_its_people_want() {
    on_both(async |harness: &Harness| {
        let admin = Browser::of_member(harness, harness.workspace(), Role::Admin).await;
        let settings = "/w/default/settings";
        let page = text(&admin.get(harness, settings).await);
        for said in ["retention.content_days", "delivery.next_hop", "<strong>capture</strong>"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        for (title, status) in [("", 422), (&*"x".repeat(61), 422), ("Tide <&> Water", 303)] {
            assert_eq!(admin.post(harness, settings, &[("title", title)]).await.status, status, "{title}");
        }
        let page = text(&admin.get(harness, settings).await);
        assert!(page.contains("value=\"Tide &#60;&#38;&#62; Water\"") && !page.contains("<&>"), "{page}");
        assert_eq!(audited(harness).await, ["person.signed_in", "workspace.changed"]);
    })
    .await;
}
