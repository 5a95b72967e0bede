//! Rows chosen in lists: nothing happens before the number was named, and then to those rows alone; lists as files.

use store::Write;

use super::story::{Browser, audited, text};
use crate::feature::access::Scope;
use crate::feature::access::keys::{Grant, key_add, key_list};
use crate::feature::event::By;
use crate::feature::person::permission::Role;
use crate::feature::suppression::Reason;
use crate::feature::suppression::admin::{Suppress, suppress};
use crate::feature::webhook::State;
use crate::feature::webhook::admin::{Wish, webhook_add};
use crate::http::page::Page;
use crate::id::Noun;
use crate::testing::{Harness, on_both};

#[tokio::test]
async fn chosen_keys_are_revoked_after_their_number_was_named_on_both() {
    on_both(async |harness: &Harness| {
        let (store, mint, now) = (&harness.app.store, &harness.app.mint, harness.app.now());
        let workspace = harness.workspace();
        let grant = |name| Grant {
            workspace,
            name,
            scope: Scope::Sending,
            domain: None,
            role: None,
            by: By::Operator,
        };
        let one = key_add(store, mint, now, grant("one")).await.expect("a key").id;
        let two = key_add(store, mint, now, grant("two")).await.expect("a key").id;
        key_add(store, mint, now, grant("three")).await.expect("a key");
        let other = harness.new_workspace("other").await;
        let foreign = Grant { workspace: other, ..grant("foreign") };
        let foreign = Noun::Key.show(key_add(store, mint, now, foreign).await.expect("a key").id);
        let owner = Browser::of_member(harness, workspace, Role::Owner).await;
        let before = key_list(store, workspace, Page::first(50)).await.expect("keys").len();

        let path = "/w/default/keys/chosen";
        let none = text(&owner.post(harness, path, &[("act", "revoke")]).await);
        assert!(none.contains("Nothing is chosen") && !none.contains("value=\"yes\""), "{none}");
        let (one, two) = (Noun::Key.show(one), Noun::Key.show(two));
        let mut fields = vec![("chosen", &*one), ("chosen", &*two), ("chosen", &*foreign)];
        let asked = text(&owner.post(harness, path, &fields).await);
        assert!(asked.contains("Revoke 2 keys?") && asked.matches("name=\"chosen\"").count() == 3, "{asked}");
        let left = async || {
            let keys = key_list(store, workspace, Page::first(50)).await.expect("keys");
            keys.into_iter().map(|key| key.name).collect::<Vec<_>>()
        };
        assert_eq!(left().await.len(), before, "nobody was sure");
        fields.push(("sure", "yes"));
        owner.post(harness, path, &fields).await;
        let names = left().await;
        assert!(names.len() == before - 2 && names.contains(&"three".to_owned()), "{names:?}");
        assert_eq!(key_list(store, other, Page::first(50)).await.expect("keys").len(), 1);
        assert_eq!(audited(harness).await[1..], ["api_key.revoked", "api_key.revoked"]);
        let asked = text(&owner.post(harness, path, &[("all", "yes")]).await);
        assert!(asked.contains(&format!("Revoke {} keys?", before - 2)), "{asked}");
    })
    .await;
}

#[tokio::test]
async fn webhooks_are_paused_resumed_and_removed_together_on_both() {
    on_both(async |harness: &Harness| {
        let (store, now, workspace) = (&harness.app.store, harness.app.now(), harness.workspace());
        let mut ids = Vec::new();
        for port in 1..=3 {
            let url = format!("http://127.0.0.1:{port}/");
            let wish = Wish { url, events: vec!["*".into()], enabled: port < 3, ..Wish::default() };
            let made = webhook_add(store, (&harness.app.mint, now), workspace, &wish).await;
            ids.push(made.expect("an endpoint"));
        }
        harness.app.webhooks.reload(store).await.expect("endpoints");
        let developer = Browser::of_member(harness, workspace, Role::Developer).await;
        let path = "/w/default/webhooks/chosen";
        let states = || {
            let state = |id: &i64| harness.app.webhooks.endpoint(*id).map(|one| one.state == State::Enabled);
            ids.iter().map(state).collect::<Vec<_>>()
        };
        // Which are there and enabled, after each act upon everything.
        let (on, off) = (Some(true), Some(false));
        for (act, named, after) in [
            ("resume", "Resume 1 webhooks?", [on, on, on]),
            ("pause", "Pause 3 webhooks?", [off, off, off]),
            ("remove", "Remove 3 webhooks?", [None, None, None]),
        ] {
            let before = states();
            let asked = text(&developer.post(harness, path, &[("all", "yes"), ("act", act)]).await);
            assert!(asked.contains(named), "{act}: {asked}");
            assert_eq!(states(), before, "{act}: nobody was sure");
            developer.post(harness, path, &[("all", "yes"), ("act", act), ("sure", "yes")]).await;
            assert_eq!(states(), after, "{act}");
        }
        let marketer = Browser::of_member(harness, workspace, Role::Marketer).await;
        assert_eq!(marketer.post(harness, path, &[("all", "yes"), ("act", "remove")]).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn who_complained_is_let_be_mailed_again_by_few_wherever_it_stands_on_both() {
    on_both(async |harness: &Harness| {
        let (app, workspace) = (&harness.app, harness.workspace());
        let mut write = Write::default();
        for (address, reason) in [
            ("loud@x.example", Reason::Complaint),
            ("left@x.example", Reason::Unsubscribed),
            ("old@x.example", Reason::HardBounce),
        ] {
            let address = mail::Address::parse(address).expect("an address");
            let new = Suppress {
                workspace,
                stream: 0,
                address: &address,
                reason,
                by: By::Operator,
                evidence: None,
            };
            suppress(&mut write, &app.mint, app.now(), new);
        }
        app.store.write(write).await.expect("suppressed");
        let path = "/w/default/suppressions";
        let lift = format!("{path}/lift");
        let marketer = Browser::of_member(harness, workspace, Role::Marketer).await;
        let page = text(&marketer.get(harness, path).await);
        assert_eq!(page.matches("name=\"chosen\"").count(), 1, "the bounce alone: {page}");
        let admin = Browser::of_member(harness, workspace, Role::Admin).await;
        let page = text(&admin.get(harness, path).await);
        assert_eq!(page.matches("name=\"chosen\"").count(), 3, "{page}");
        // By its own button, by its address, and with all: it stays.
        let own = page.split("action=\"").find(|rest| rest.contains("loud@x.example")).expect("a form");
        let own = own.split('"').next().expect("a path").to_owned();
        assert_eq!(marketer.post(harness, &own, &[("sure", "yes")]).await.status, 403);
        for fields in [
            [("emails", "loud@x.example left@x.example"), ("sure", "")],
            [("all", "yes"), ("reason", "complaint")],
        ] {
            let asked = text(&marketer.post(harness, &lift, &fields).await);
            assert!(asked.contains("Nothing is chosen"), "{asked}");
        }
        let asked = text(&marketer.post(harness, &lift, &[("all", "yes")]).await);
        assert!(asked.contains("Lift 1 suppressions?"), "{asked}");
        marketer.post(harness, &lift, &[("all", "yes"), ("sure", "yes")]).await;
        let page = text(&admin.get(harness, path).await);
        assert!(
            page.contains("loud@x.example")
                && page.contains("left@x.example")
                && !page.contains("old@x.example")
        );
        let asked = text(&admin.post(harness, &lift, &[("all", "yes"), ("q", "LEFT@x.example")]).await);
        assert!(asked.contains("Lift 1 suppressions?"), "the filter holds: {asked}");
        admin.post(harness, &lift, &[("all", "yes"), ("sure", "yes")]).await;
        assert!(text(&admin.get(harness, path).await).contains("Nobody is suppressed"));
    })
    .await;
}

#[tokio::test]
async fn lists_are_taken_away_as_files_on_both() {
    on_both(async |harness: &Harness| {
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        owner.post(harness, "/w/default/keys", &[("name", "=shop"), ("scope", "full")]).await;
        for (file, head, line) in [
            ("keys", "id,name,begins_with,scope,domain,last_used,created", "\"'=shop\",pr_"),
            ("webhooks", "id,endpoint,state,reason,events,failing_since,created", ""),
            (
                "streams",
                "id,name,class,tracking,sent,delivered,bounced,created",
                ",transactional,transactional,",
            ),
            ("domains", "id,domain,status,last_look,verified,link_host,added", ",app.example,vouched,"),
            ("templates", "id,key,name,live_version,created,changed", ""),
            ("users", "id,name,email,role,second_factor,last_used", ",owner,owner"),
        ] {
            let path = format!("/w/default/{file}.csv");
            let answer = owner.get(harness, &path).await;
            assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8", "{file}");
            let table = text(&answer);
            assert!(table.starts_with(&format!("{head}\r\n")) && table.contains(line), "{table}");
        }
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        for file in ["keys", "webhooks", "domains", "users"] {
            assert_eq!(seller.get(harness, &format!("/w/default/{file}.csv")).await.status, 403, "{file}");
        }
    })
    .await;
}
