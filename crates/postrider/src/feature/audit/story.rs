//! The audit log in the console: of this workspace, in words, by person and action, and as a table.

use crate::console::story::{Browser, set_up, text};
use crate::feature::person::permission::Role;
use crate::testing::{Harness, on_both};

const AUDIT: &str = "/w/default/audit";

#[tokio::test]
async fn changes_are_told_in_words_to_those_who_may_read_them() {
    on_both(async |harness: &Harness| {
        let other = harness.new_workspace("other").await;
        let stranger = Browser::of_member(harness, other, Role::Owner).await;
        stranger.post(harness, "/w/other/suppressions", &[("emails", "theirs@x.example")]).await;
        let admin = Browser::of_member(harness, harness.workspace(), Role::Admin).await;
        admin.post(harness, "/w/default/keys", &[("name", "=shop <b>"), ("scope", "full")]).await;
        admin.post(harness, "/w/default/suppressions", &[("emails", "gone@x.example")]).await;

        let page = text(&admin.get(harness, AUDIT).await);
        for told in ["Made an API key", "Suppressed an address", "=shop &#60;b&#62;", "gone@x.example"] {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert!(!page.contains("theirs@x.example") && !page.contains("Set up the installation</td>"));
        assert!(!page.contains("Signed in</td>"), "who runs the installation reads that");

        let keys = text(&admin.get(harness, &format!("{AUDIT}?action=api_key.made")).await);
        assert!(keys.contains("=shop") && !keys.contains("gone@x.example"));
        let nobody = text(&admin.get(harness, &format!("{AUDIT}?person=per_0000000000007")).await);
        assert!(nobody.contains("No entry"));

        let csv = admin.get(harness, &format!("{AUDIT}.csv?action=api_key.made")).await;
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
        let lines = text(&csv);
        assert!(lines.starts_with("time,person,email,action,object,before,after,address\r\n"), "{lines}");
        assert!(lines.contains("api_key.made") && !lines.contains("suppression"), "{lines}");
        for role in [Role::Developer, Role::Marketer, Role::Seller] {
            let browser = Browser::of_member(harness, harness.workspace(), role).await;
            assert_eq!(browser.get(harness, AUDIT).await.status, 403, "{role:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_log_goes_on_behind_its_first_page_and_its_operator_reads_all_of_it() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        for n in 0..52 {
            let emails = format!("gone{n}@x.example");
            owner.post(harness, "/w/default/suppressions", &[("emails", &emails)]).await;
        }
        let first = text(&owner.get(harness, AUDIT).await);
        assert!(first.contains("gone51@x.example") && !first.contains("gone0@x.example"));
        let next = first.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        let next = next.expect("a second page").replace("&#38;", "&");
        let second = text(&owner.get(harness, &next).await);
        assert!(second.contains("gone0@x.example") && !second.contains("gone51@x.example"), "{next}");
        assert!(second.contains("Set up the installation") && second.contains("Signed in</td>"));
    })
    .await;
}
