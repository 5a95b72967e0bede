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

#[tokio::test]
async fn a_logo_and_a_senders_name_are_seen_where_the_workspace_is() {
    on_both(async |harness: &Harness| {
        let admin = Browser::of_member(harness, harness.workspace(), Role::Admin).await;
        let settings = "/w/default/settings";
        let injected = [("title", "Tide"), ("sender", "Tide\r\nBcc: x@y.example")];
        let wrong = admin.post(harness, settings, &injected).await;
        assert!(wrong.status == 422 && text(&wrong).contains("A sender name is one line"));
        let turned = [("title", "Tide\u{202e}"), ("sender", "")];
        let wrong = admin.post(harness, settings, &turned).await;
        assert!(wrong.status == 422 && text(&wrong).contains("none of them invisible"));
        let sender = || {
            let snapshot = harness.app.directory.snapshot();
            snapshot.workspaces.get(&harness.workspace()).expect("the workspace").sender().to_owned()
        };
        for (title, wanted) in [("Tide", "Tide"), ("billing@bank.example", "default")] {
            let called = [("title", title), ("sender", "")];
            assert_eq!(admin.post(harness, settings, &called).await.status, 303);
            assert_eq!(sender(), wanted, "mail is from no address that is not its own");
        }
        let right = [("title", "Tide"), ("sender", "Tide & Co, Ltd.")];
        assert_eq!(admin.post(harness, settings, &right).await.status, 303);

        let path = "/w/default/settings/logo";
        let gif = |width: u16| {
            [b"GIF89a".as_slice(), &width.to_le_bytes(), &64_u16.to_le_bytes(), b"\0\0\0"].concat()
        };
        for (content, said) in [(gif(640), "A logo is 32"), (b"<svg/>".to_vec(), "This is no PNG")] {
            let wrong = admin.upload(harness, path, ("logo.gif", &content)).await;
            assert!(wrong.status == 422 && text(&wrong).contains(said), "{said}");
        }
        assert_eq!(admin.upload(harness, path, ("logo.gif", &gif(64))).await.status, 303);
        let snapshot = harness.app.directory.snapshot();
        let workspace = snapshot.workspaces.get(&harness.workspace()).expect("the workspace").clone();
        let logo = workspace.logo_path().expect("a logo");
        assert_eq!((workspace.sender(), workspace.shown()), ("Tide & Co, Ltd.", "Tide"));
        let page = text(&admin.get(harness, "/w/default/").await);
        assert!(page.contains(&format!("<img class=\"logo \" src=\"{logo}\"")), "{page}");

        let images = text(&admin.get(harness, "/w/default/templates/images").await);
        assert!(images.contains("The workspace&#39;s logo") && !images.contains("/remove\""), "{images}");
        let list = harness.get("/images").await.json();
        let id = list["data"][0]["id"].as_str().expect("an id").to_owned();
        let kept = harness.ask("DELETE", &format!("/images/{id}"), &serde_json::json!({})).await;
        assert_eq!(kept.status, 409, "{}", kept.json());
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        assert_eq!(marketer.upload(harness, path, ("logo.gif", &gif(64))).await.status, 403);
        assert_eq!(admin.post(harness, &format!("{path}/remove"), &[]).await.status, 303);
        assert!(!text(&admin.get(harness, "/w/default/").await).contains(&logo));
    })
    .await;
}
