//! Rows chosen in lists: nothing happens before the number was named, and then to those rows alone; lists as files.

use mail::{At, Domain};
use store::{StoreError, Write};

use super::session::SESSION;
use super::story::{Browser, audited, text};
use super::watch::Watch;
use crate::feature::access::Scope;
use crate::feature::access::keys::{Grant, key_add, key_list};
use crate::feature::domain::Status;
use crate::feature::domain::admin::{domain_add, domain_delete, domain_list};
use crate::feature::event::By;
use crate::feature::person::member::{member_list, remove_rows};
use crate::feature::person::permission::{Permission, Role};
use crate::feature::suppression::Reason;
use crate::feature::suppression::admin::{Suppress, suppress};
use crate::feature::template::admin::template_list;
use crate::feature::webhook::State;
use crate::feature::webhook::admin::{Wish, change_rows, switch_rows, webhook_add};
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
        let fields = [("chosen", &*one), ("chosen", &*two), ("chosen", &*foreign)];
        let asked = text(&owner.post(harness, path, &fields).await);
        assert!(asked.contains("Revoke 2 keys?") && asked.matches("name=\"chosen\"").count() == 2, "{asked}");
        let left = async || {
            let keys = key_list(store, workspace, Page::first(50)).await.expect("keys");
            keys.into_iter().map(|key| key.name).collect::<Vec<_>>()
        };
        assert_eq!(left().await.len(), before, "nobody was sure");
        let done = owner.agree(harness, &asked).await;
        assert_eq!(done.header("location"), "/w/default/keys?done=2&of=2");
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
            ("resume", "Resume 1 webhook?", [on, on, on]),
            ("pause", "Pause 3 webhooks?", [off, off, off]),
            ("remove", "Remove 3 webhooks?", [None, None, None]),
        ] {
            let before = states();
            let asked = text(&developer.post(harness, path, &[("all", "yes"), ("act", act)]).await);
            assert!(asked.contains(named), "{act}: {asked}");
            assert_eq!(states(), before, "{act}: nobody was sure");
            developer.post(harness, path, &[("all", "yes"), ("act", act), ("sure", "yes")]).await;
            assert_eq!(states(), before, "{act}: nobody named how much all is");
            if act == "remove" {
                let chosen = ids.iter().map(|id| Noun::Webhook.show(*id)).collect::<Vec<_>>();
                let chosen = chosen.iter().map(|id| ("chosen", &**id));
                for typed in ["", "2"] {
                    let fields = [("act", act), ("sure", "yes"), ("typed", typed)];
                    let wrong = chosen.clone().chain(fields).collect::<Vec<_>>();
                    let wrong = developer.post(harness, path, &wrong).await;
                    assert!(wrong.status == 422 && text(&wrong).contains("Type 3 to remove"), "{typed:?}");
                    assert_eq!(states(), before, "nobody typed how many they are: {typed:?}");
                }
            }
            developer.agree(harness, &asked).await;
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
        let (asked, _) = marketer.sure(harness, &lift, &[("all", "yes")]).await;
        assert!(asked.contains("Lift 1 suppression?"), "{asked}");
        let page = text(&admin.get(harness, path).await);
        assert!(
            page.contains("loud@x.example")
                && page.contains("left@x.example")
                && !page.contains("old@x.example")
        );
        let asked = text(&admin.post(harness, &lift, &[("all", "yes"), ("q", "LEFT@x.example")]).await);
        assert!(asked.contains("Lift 1 suppression?"), "the filter holds: {asked}");
        admin.sure(harness, &lift, &[("all", "yes")]).await;
        assert!(text(&admin.get(harness, path).await).contains("Nobody is suppressed"));
    })
    .await;
}

#[tokio::test]
async fn an_edit_and_a_pause_at_the_same_time_both_hold_on_both() {
    on_both(async |harness: &Harness| {
        let (store, now, workspace) = (&harness.app.store, harness.app.now(), harness.workspace());
        let wish = Wish { url: "http://127.0.0.1:1/".into(), events: vec!["*".into()], ..Wish::default() };
        let id = webhook_add(store, (&harness.app.mint, now), workspace, &wish).await.expect("an endpoint");
        harness.app.webhooks.reload(store).await.expect("endpoints");
        // As somebody saw it before it was edited by another process.
        let seen = harness.app.webhooks.endpoint(id).expect("an endpoint");
        let edited = Wish { url: "http://127.0.0.1:2/".into(), ..Wish::of(&seen) };
        store.write(change_rows(&seen, &edited)).await.expect("edited");
        store.write(switch_rows(&seen, false)).await.expect("paused");
        harness.app.webhooks.reload(store).await.expect("endpoints");
        let now = harness.app.webhooks.endpoint(id).expect("an endpoint");
        assert_eq!(now.url.as_str(), "http://127.0.0.1:2/", "the edit stays");
        assert_ne!(now.state, State::Enabled);
        assert!(matches!(store.write(switch_rows(&seen, false)).await, Err(StoreError::Conflict(_))));
    })
    .await;
}

#[tokio::test]
async fn templates_are_removed_and_domains_looked_up_and_removed_together_on_both() {
    on_both(async |harness: &Harness| {
        let (app, workspace) = (&harness.app, harness.workspace());
        let developer = Browser::of_member(harness, workspace, Role::Developer).await;
        for key in ["first", "second"] {
            developer.post(harness, "/w/default/templates", &[("name", key), ("key", key)]).await;
        }
        let list = async || template_list(&app.store, workspace, Page::first(50)).await.expect("templates");
        assert_eq!(list().await.len(), 2);
        let path = "/w/default/templates/chosen";
        let one = Noun::Template.show(list().await[0].id);
        let foreign = Noun::Template.show(7);
        let (asked, done) =
            developer.sure(harness, path, &[("chosen", &one), ("chosen", &foreign), ("act", "remove")]).await;
        assert!(asked.contains("Remove 1 template?") && asked.contains("· second"), "{asked}");
        assert_eq!(done.header("location"), "/w/default/templates?done=1&of=1");
        assert_eq!(list().await.into_iter().map(|one| one.key).collect::<Vec<_>>(), ["first"]);
        let left = Noun::Template.show(list().await[0].id);
        for typed in ["", "2", "first"] {
            let fields = [("chosen", &*left), ("act", "remove"), ("sure", "yes"), ("typed", typed)];
            let unsure = developer.post(harness, path, &fields).await;
            let page = text(&unsure);
            assert!(unsure.status == 422 && page.contains("Type 1 to remove"), "{typed}: {page}");
            assert!(page.contains("not how many they are") && list().await.len() == 1, "{typed}: {page}");
        }
        developer.sure(harness, path, &[("all", "yes"), ("act", "remove")]).await;
        assert!(list().await.is_empty());
        let seller = Browser::of_member(harness, workspace, Role::Seller).await;
        assert_eq!(seller.post(harness, path, &[("all", "yes")]).await.status, 403);

        for name in ["one.example", "two.example"] {
            developer.post(harness, "/w/default/domains", &[("name", name)]).await;
        }
        let path = "/w/default/domains/chosen";
        let all = async || domain_list(&app.store, workspace, Page::first(50)).await.expect("domains");
        let own: Vec<String> = all().await[..2].iter().map(|one| Noun::Domain.show(one.id)).collect();
        let fields = [("chosen", &*own[0]), ("chosen", &*own[1]), ("act", "remove"), ("sure", "yes")];
        assert_eq!(developer.post(harness, path, &fields).await.status, 422, "nobody typed how many");
        assert_eq!(all().await.len(), 3);
        let many: Vec<String> = (0..11).map(|n| format!("many{n}.example")).collect();
        for name in &many {
            let (made, name) = ((&app.mint, app.now(), By::Operator), Domain::parse(name).expect("a name"));
            domain_add(&app.store, made, workspace, &name, Status::Pending).await.expect("a domain");
        }
        let asked = text(&developer.post(harness, path, &[("all", "yes"), ("act", "remove")]).await);
        assert!(many.iter().all(|name| asked.contains(&format!("<li>{name}</li>"))), "{asked}");
        for one in all().await.iter().filter(|one| one.name.starts_with("many")) {
            domain_delete(&app.store, (app.now(), By::Operator), workspace, one.id).await.expect("gone");
        }
        let fields = &fields[..3];
        let (asked, done) = developer.sure(harness, path, fields).await;
        assert!(asked.contains("Remove 2 domains?") && asked.contains("one.example"), "{asked}");
        assert_eq!(done.header("location"), "/w/default/domains?done=2&of=2");
        assert_eq!(all().await.into_iter().map(|one| one.name).collect::<Vec<_>>(), ["app.example"]);
        assert_eq!(harness.app.directory.snapshot().domain_count(workspace), 1, "also in memory");
        let (asked, done) = developer.sure(harness, path, &[("all", "yes"), ("act", "check")]).await;
        assert!(asked.contains("Check 1 domain again?"), "{asked}");
        assert_eq!(done.header("location"), "/w/default/domains?done=1&of=1");
        let told = audited(harness).await;
        let count = |name: &str| told.iter().filter(|one| *one == name).count();
        assert_eq!(
            (count("template.removed"), count("domain.removed"), count("domain.looked_up")),
            (2, 2, 1)
        );
        let marketer = Browser::of_member(harness, workspace, Role::Marketer).await;
        assert_eq!(marketer.post(harness, path, &[("all", "yes"), ("act", "remove")]).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn members_change_together_but_never_those_above_nor_the_last_owner_on_both() {
    on_both(async |harness: &Harness| {
        let workspace = harness.workspace();
        let owner = Browser::of_member(harness, workspace, Role::Owner).await;
        let admin = Browser::of_member(harness, workspace, Role::Admin).await;
        for role in [Role::Developer, Role::Seller] {
            Browser::of_member(harness, workspace, role).await;
        }
        let roles = async || {
            let members = member_list(&harness.app.store, workspace, Page::first(50)).await.expect("members");
            members.into_iter().map(|one| one.role.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(roles().await, ["seller", "developer", "admin", "owner"]);
        let path = "/w/default/users/chosen";
        let to = |role| [("all", "yes"), ("act", "role"), ("role", role)];
        let (asked, done) = admin.sure(harness, path, &to("marketer")).await;
        assert!(asked.contains("Give 2 members another role?") && asked.contains("→ Marketer"), "{asked}");
        assert_eq!(done.header("location"), "/w/default/users?done=2&of=2");
        assert_eq!(roles().await, ["marketer", "marketer", "admin", "owner"]);
        let none = text(&admin.post(harness, path, &to("owner")).await);
        assert!(none.contains("Nothing is chosen"), "an admin makes no owner: {none}");
        // Whoever names an owner all the same changes none.
        let above = member_list(&harness.app.store, workspace, Page::first(50)).await.expect("members");
        let above = Noun::Person.show(above[3].id);
        let fields = [("chosen", &*above), ("act", "remove"), ("sure", "yes")];
        admin.post(harness, path, &fields).await;
        assert_eq!(roles().await.len(), 4);
        let (asked, _) = owner.sure(harness, path, &[("all", "yes"), ("act", "remove")]).await;
        assert!(asked.contains("Take 3 members out?"), "{asked}");
        assert_eq!(roles().await, ["owner"], "the one who asks stays");
        let told = audited(harness).await;
        let count = |name: &str| told.iter().filter(|one| *one == name).count();
        assert_eq!((count("member.role_changed"), count("member.removed")), (2, 3), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn a_file_breaks_off_when_its_reader_is_taken_out_on_both() {
    on_both(async |harness: &Harness| {
        let workspace = harness.workspace();
        let seller = Browser::of_member(harness, workspace, Role::Seller).await;
        let token = seller.cookie(SESSION).expect("a session");
        let mut watch = Watch::new((&token, workspace), Permission::SeeFigures, At(0));
        assert!(watch.holds(&harness.app).await.expect("a look"));
        let members = member_list(&harness.app.store, workspace, Page::first(50)).await.expect("members");
        let one = members.into_iter().find(|one| one.role == Role::Seller).expect("the seller");
        harness.app.store.write(remove_rows(workspace, &one)).await.expect("taken out");
        let mut watch = Watch::new((&token, workspace), Permission::SeeFigures, At(0));
        assert!(!watch.holds(&harness.app).await.expect("a look"));
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
