//! A domain's life in the console, with a DNS that answers from a script.

use super::story::{with_dns, zone};
use crate::console::story::{Browser, audited, text};
use crate::feature::person::permission::Role;
use crate::testing::Database;

#[tokio::test]
async fn a_domain_is_added_copied_verified_and_removed_on_both() {
    for database in [Database::Sqlite, Database::Postgres] {
        let (harness, dns) = with_dns(database).await;
        let developer = Browser::of_member(&harness, harness.workspace(), Role::Developer).await;
        let list = "/w/default/domains";
        let wrong = developer.post(&harness, list, &[("name", "no domain <b>")]).await;
        assert_eq!(wrong.status, 422);
        assert!(text(&wrong).contains("no domain name") && text(&wrong).contains("no domain &#60;b&#62;"));

        let added = developer.post(&harness, list, &[("name", " Mail.Example ")]).await;
        assert_eq!(added.status, 303, "{}", text(&added));
        let path = added.header("location").to_owned();
        let page = text(&developer.get(&harness, &path).await);
        for said in ["Waiting for DNS", "._domainkey.mail.example", "v=DKIM1;", "_dmarc.mail.example"] {
            assert!(page.contains(said), "{said}");
        }
        let api = format!("/domains/{}", path.rsplit('/').next().expect("an id"));
        let records = zone(&harness.get(&api).await.json());

        let first = records.split(' ').next().expect("a name");
        dns.rewrite(&format!("{first} TXT v=DKIM1;p=SOMEBODYELSE\n"));
        assert_eq!(developer.post(&harness, &format!("{path}/check"), &[]).await.header("location"), path);
        let page = text(&developer.get(&harness, &path).await);
        for said in ["Another value", "p=SOMEBODYELSE", "Not there yet", "Looked up just now"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        dns.rewrite(&records);
        developer.post(&harness, &format!("{path}/check"), &[]).await;
        let page = text(&developer.get(&harness, &path).await);
        assert!(page.contains("Mail may leave under this name") && !page.contains("SOMEBODYELSE"));
        let again = developer.post(&harness, list, &[("name", "mail.example")]).await;
        assert!(again.status == 422 && text(&again).contains("has this domain already"));

        for (host, said) in [("other.example", "this domain or a name below it"), ("no host", "no host name")]
        {
            let foreign = developer.post(&harness, &format!("{path}/tracking"), &[("host", host)]).await;
            assert!(foreign.status == 422 && text(&foreign).contains(said), "{host}");
        }
        developer.post(&harness, &format!("{path}/tracking"), &[("host", "go.mail.example")]).await;
        let page = text(&developer.get(&harness, &path).await);
        assert!(page.contains("CNAME") && page.contains("value=\"go.mail.example\""));

        let unsure = developer.post(&harness, &format!("{path}/remove"), &[("typed", "mail")]).await;
        assert!(unsure.status == 422 && text(&unsure).contains("not the domain’s name"));
        let gone = developer.post(&harness, &format!("{path}/remove"), &[("typed", "mail.example")]).await;
        assert_eq!(gone.header("location"), list);
        assert_eq!(developer.get(&harness, &path).await.status, 404);
        let done =
            ["added", "looked_up", "looked_up", "changed", "removed"].map(|done| format!("domain.{done}"));
        assert_eq!(audited(&harness).await[1..], done);
        harness.end().await;
    }
}

#[tokio::test]
async fn who_may_not_change_a_domain_sees_it_without_buttons() {
    let (harness, _dns) = with_dns(Database::Sqlite).await;
    let marketer = Browser::of_member(&harness, harness.workspace(), Role::Marketer).await;
    let list = text(&marketer.get(&harness, "/w/default/domains").await);
    assert!(list.contains("app.example") && !list.contains("Add domain"));
    let path = list.split("href=\"").find(|rest| rest.contains("/domains/dom_")).expect("a link");
    let path = path.split('"').next().expect("an address").to_owned();
    let page = text(&marketer.get(&harness, &path).await);
    assert!(page.contains("Vouched for") && !page.contains("Check now") && !page.contains("Remove domain"));
    for change in ["check", "tracking", "remove"] {
        assert_eq!(marketer.post(&harness, &format!("{path}/{change}"), &[]).await.status, 403, "{change}");
    }
    harness.end().await;
}
