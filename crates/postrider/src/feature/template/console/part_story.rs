//! Layouts, partials and themes in the console: made, seen in a sample, named by templates, kept while they are.

use serde_json::json;

use crate::console::story::{Browser, audited, text};
use crate::feature::person::permission::Role;
use crate::testing::{Harness, on_both};

const LIST: &str = "/w/default/templates/parts";

/// Makes a part; gives its path.
async fn made(harness: &Harness, browser: &Browser, kind: &str, name: &str) -> String {
    let made = browser.post(harness, LIST, &[("kind", kind), ("name", name)]).await;
    let (path, told) = made.header("location").split_once('?').expect("a page of its own");
    assert_eq!((made.status, told), (303, "told=made"));
    path.to_owned()
}

async fn seen(harness: &Harness, browser: &Browser, path: &str) -> String {
    let page = text(&browser.get(harness, path).await);
    let (_, rest) = page.split_once("name=\"seen\" value=\"").expect("a form");
    rest.split('"').next().expect("a moment").to_owned()
}

#[tokio::test]
async fn a_layout_is_made_seen_used_and_deleted_only_when_nothing_names_it() {
    on_both(async |harness: &Harness| {
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        assert!(text(&marketer.get(harness, LIST).await).contains("No layout or part yet"));
        let path = made(harness, &marketer, "layout", "base").await;
        let page = text(&marketer.get(harness, &path).await);
        assert!(page.contains("It can be used") && page.contains("{% extends &#34;base&#34; %}"), "{page}");
        let shown = marketer.get(harness, &format!("{path}/preview")).await;
        assert!(shown.header("content-security-policy").starts_with("sandbox; default-src 'none'"));
        assert!(text(&shown).contains("Here is what a template says"), "{}", text(&shown));

        let before = seen(harness, &marketer, &path).await;
        let body = "<p>Top {{ name }}</p>{% block main %}{% endblock %}<script>alert(1)</script>";
        let form = [("seen", &*before), ("name", "base"), ("body", body)];
        let typed = marketer.post(harness, &format!("{path}/preview"), &form).await;
        assert!(text(&typed).contains("Top name"), "what a template would send: {}", text(&typed));
        assert!(marketer.post(harness, &path, &form).await.header("location").ends_with("?told=saved"));
        let stale = marketer.post(harness, &path, &form).await;
        assert!(stale.status == 409 && text(&stale).contains("Nothing of yours is lost"));

        let source = json!({ "name": "Hi", "key": "hi", "subject": "s",
            "html": "{% extends 'base' %}{% block main %}hello{% endblock %}" });
        assert_eq!(harness.post("/templates", &source).await.status, 201);
        let list = text(&marketer.get(harness, LIST).await);
        assert!(list.contains("1 template or part") && list.contains(">Hi</a>"), "{list}");
        let kept = marketer.post(harness, &format!("{path}/remove"), &[("sure", "yes")]).await;
        assert!(kept.header("location").ends_with("?told=used"), "{}", kept.header("location"));
        let before = seen(harness, &marketer, &path).await;
        let other = [("seen", &*before), ("name", "other"), ("body", body)];
        let renamed = marketer.post(harness, &path, &other).await;
        assert!(renamed.status == 422 && text(&renamed).contains("Its name does not change"));

        let gone = made(harness, &marketer, "partial", "foot").await;
        let removed = marketer.post(harness, &format!("{gone}/remove"), &[("sure", "yes")]).await;
        assert_eq!(removed.header("location"), "/w/default/templates/parts?told=removed");
        let mut told = audited(harness).await;
        told.retain(|action| action.starts_with("template_part."));
        let done = ["made", "changed", "made", "removed"].map(|done| format!("template_part.{done}"));
        assert_eq!(told, done);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_part_is_told_and_not_stored() {
    on_both(async |harness: &Harness| {
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        let path = made(harness, &marketer, "theme", "night").await;
        let taken = marketer.post(harness, LIST, &[("kind", "theme"), ("name", "night")]).await;
        assert!(taken.status == 422 && text(&taken).contains("with the name night already"));
        let unnamed = marketer.post(harness, LIST, &[("kind", "layout"), ("name", "a b")]).await;
        assert!(unnamed.status == 422 && text(&unnamed).contains("A name is 1 to 64"));
        let before = seen(harness, &marketer, &path).await;
        let form = [("seen", &*before), ("name", "night"), ("body", "[1]"), ("part", "save")];
        let wrong = marketer.post(harness, &path, &form).await;
        assert!(wrong.status == 422 && text(&wrong).contains("A theme is a JSON object"), "{}", text(&wrong));
        assert_eq!(seen(harness, &marketer, &path).await, before);

        let path = made(harness, &marketer, "partial", "foot").await;
        let form = [("name", "foot"), ("body", "<p>\n{% include 'gone' %}</p>")];
        let look = text(&marketer.post(harness, &format!("{path}/look"), &form).await);
        assert!(look.contains("foot, line 2") && look.contains("there is no partial named gone"), "{look}");
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        assert_eq!(seller.post(harness, &format!("{path}/remove"), &[]).await.status, 403);
        assert!(!text(&seller.get(harness, &path).await).contains("data-save"));
    })
    .await;
}
