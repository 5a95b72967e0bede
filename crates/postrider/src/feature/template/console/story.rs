//! Templates in the console: written, looked at, tested, published, taken back, and nothing lost or run on the way.

use serde_json::json;

use crate::console::story::{Browser, audited, text};
use crate::feature::person::permission::Role;
use crate::testing::{Answer, DOMAIN, Harness, on_both};

const LIST: &str = "/w/default/templates";
const HTML: &str = "<p>Hello {{ name }}, {{ t.bye }}</p><img src=\"http://a.example/a.png\">";

/// Makes a template; gives its path.
async fn made(harness: &Harness, browser: &Browser, fields: &[(&str, &str)]) -> String {
    let made = browser.post(harness, LIST, fields).await;
    let (path, told) = made.header("location").split_once('?').expect("a page of its own");
    assert_eq!((made.status, told), (303, "told=made"));
    path.to_owned()
}

/// When the draft on a page was stored, as its form says.
fn seen(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"seen\" value=\"").expect("a form");
    rest.split('"').next().expect("a moment").to_owned()
}

/// The form of the template `hello`, with `changes` over what it says.
fn form<'f>(seen: &'f str, changes: &[(&'static str, &'f str)]) -> Vec<(&'static str, &'f str)> {
    let mut fields = vec![
        ("variant", ""),
        ("seen", seen),
        ("name", "Hello"),
        ("key", "hello"),
        ("locale", "en"),
        ("subject", "Hi {{ name }}"),
        ("kind", "html"),
        ("body", HTML),
        ("t.bye", "see you"),
        ("sample", "{\"name\":\"<script>alert(1)</script>\"}"),
        ("schema", ""),
        ("theme", "{}"),
    ];
    for (name, value) in changes {
        fields.retain(|(field, _)| field != name);
        fields.push((name, value));
    }
    fields
}

/// A template `hello` with the form's content; its path.
async fn hello(harness: &Harness, browser: &Browser) -> String {
    let path = made(harness, browser, &[("name", "Hello"), ("key", "hello"), ("from", "")]).await;
    let before = seen(&text(&browser.get(harness, &path).await));
    let saved = browser.post(harness, &path, &form(&before, &[])).await;
    assert_eq!(saved.header("location"), format!("{path}?locale=&told=saved"), "{}", text(&saved));
    path
}

fn sandboxed(answer: &Answer) -> bool {
    let policy = answer.header("content-security-policy");
    policy.starts_with("sandbox; default-src 'none'; ") && !policy.contains("script")
}

#[tokio::test]
async fn a_template_is_written_tested_published_and_taken_back() {
    on_both(async |harness: &Harness| {
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        assert!(text(&marketer.get(harness, LIST).await).contains("No template yet"));
        let path = hello(harness, &marketer).await;
        let page = text(&marketer.get(harness, &format!("{path}?told=saved")).await);
        assert!(
            page.contains("The draft is saved") && page.contains("&#60;p&#62;Hello {{ name }}"),
            "{page}"
        );
        assert!(page.contains("Image without https") && page.contains("Hi &#60;script&#62;"), "{page}");
        let email = json!({ "from": format!("me@{DOMAIN}"), "to": "ann@people.example",
            "template": { "id": "hello", "variables": { "name": "Ann" } } });
        assert_eq!(harness.post("/emails", &email).await.status, 422, "nothing is published");

        let once = page.split("name=\"once\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let once = ("once", once.expect("when the form was made"));
        let fields = [
            ("to", "bob@people.example"),
            ("from", "Me <me@app.example>"),
            ("stream", "transactional"),
            once,
        ];
        let tested = marketer.post(harness, &format!("{path}/test"), &fields).await;
        let twice = marketer.post(harness, &format!("{path}/test"), &fields).await;
        assert_eq!(twice.header("location"), tested.header("location"), "a double click sends one");
        let (_, id) = tested.header("location").split_once("email=").expect("a message");
        let shown = harness.get(&format!("/emails/{id}")).await.json();
        assert_eq!(
            (&shown["subject"], &shown["to"][0]),
            (&json!("Hi <script>alert(1)</script>"), &json!("bob@people.example"))
        );
        let told = text(&marketer.get(harness, tested.header("location")).await);
        assert!(told.contains(&format!("href=\"/w/default/activity/{id}\"")), "{told}");

        let versions = format!("{path}/versions");
        let page = text(&marketer.get(harness, &versions).await);
        assert!(
            page.contains("Publish version 1") && page.contains("applications can send “hello”"),
            "{page}"
        );
        let asked = seen(&page);
        let stale = marketer.post(harness, &format!("{path}/publish"), &[("seen", "1")]).await;
        assert_eq!(stale.header("location"), format!("{versions}?told=changed"));
        let published = marketer.post(harness, &format!("{path}/publish"), &[("seen", &asked)]).await;
        assert_eq!(published.header("location"), format!("{versions}?told=published"));
        assert_eq!(harness.post("/emails", &email).await.status, 200);

        let second = form(&asked, &[("body", "<p>Second</p>"), ("subject", "Two")]);
        assert_eq!(marketer.post(harness, &path, &second).await.status, 303);
        let page = text(&marketer.get(harness, &versions).await);
        for words in ["Publish version 2", "class=\"gone\"", "class=\"new\"", "Second", ">marketer<"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let restored = marketer.post(harness, &format!("{path}/restore"), &[("version", "1")]).await;
        assert_eq!(restored.header("location"), format!("{path}?told=restored"));
        assert!(text(&marketer.get(harness, &versions).await).contains("Nothing differs"));
        let wanted = ["made", "changed", "tested", "published", "changed", "changed"]
            .map(|did| format!("template.{did}"));
        assert_eq!(audited(harness).await[1..], wanted);
    })
    .await;
}

#[tokio::test]
async fn what_is_typed_is_seen_with_its_mistakes_and_not_stored() {
    on_both(async |harness: &Harness| {
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        let path = hello(harness, &marketer).await;
        let cases = [
            (("body", "<p>{{ name }}!</p>"), "data-made=\"true\"", "checks pass"),
            (("sample", "{}"), "data-made=\"false\"", "The test data has no name"),
            (("body", "a\nb {% if %}"), "data-made=\"false\"", "HTML, line 2 · English"),
            (("sample", "{\"name\":"), "data-made=\"true\"", "Test data cannot be read"),
            (
                ("schema", "{\"properties\":{\"name\":{\"type\":\"integer\"}}}"),
                "data-made=\"false\"",
                "s name is wrong",
            ),
        ];
        for (change, made, words) in cases {
            let look = marketer.post(harness, &format!("{path}/look"), &form("0", &[change])).await;
            let page = text(&look);
            assert!(look.status == 200 && page.contains(made) && page.contains(words), "{change:?}: {page}");
        }
        let typed = form("0", &[("body", "<i>{{ name }}</i>{{ '<script>alert(2)</script>' }}")]);
        let preview = marketer.post(harness, &format!("{path}/preview"), &typed).await;
        let html = text(&preview);
        assert!(
            sandboxed(&preview) && html.contains("&lt;script&gt;alert(1)") && !html.contains("<script"),
            "{html}"
        );
        let wrong =
            marketer.post(harness, &format!("{path}/preview"), &form("0", &[("body", "{% <b> %}")])).await;
        assert!(sandboxed(&wrong) && text(&wrong).contains("No mail can be made of this"));
        let stored = marketer.get(harness, &format!("{path}/preview?images=yes")).await;
        assert!(
            sandboxed(&stored) && stored.header("content-security-policy").contains("img-src data: https:")
        );
        let none = marketer.get(harness, &format!("{path}/preview?version=1")).await;
        assert_eq!(none.status, 404);
        let page = text(&marketer.get(harness, &path).await);
        assert!(page.contains("Hello {{ name }}") && !page.contains("alert(2)"), "nothing was stored");
    })
    .await;
}

#[tokio::test]
async fn two_who_write_at_once_lose_nothing() {
    on_both(async |harness: &Harness| {
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let path = hello(harness, &marketer).await;
        let before = seen(&text(&marketer.get(harness, &path).await));
        assert_eq!(owner.post(harness, &path, &form(&before, &[("subject", "Owner's")])).await.status, 303);
        let late = marketer.post(harness, &path, &form(&before, &[("subject", "Marketer's")])).await;
        let page = text(&late);
        assert_eq!(late.status, 409);
        assert!(
            page.contains("owner saved this draft") && page.contains("value=\"Marketer&#39;s\""),
            "{page}"
        );
        let over = page.split("name=\"over\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let over = over.expect("a button").to_owned();
        let mut again = form(&before, &[("subject", "Marketer's"), ("part", "save")]);
        again.push(("over", &over));
        let saved = marketer.post(harness, &path, &again).await;
        let parts = text(&saved);
        assert!(
            saved.status == 200
                && parts.contains("data-part=\"state\" data-seen=\"")
                && !parts.contains("<nav")
        );
        let mistaken = form(&over, &[("key", "no key"), ("sample", "{")]);
        let mut mistaken = marketer.post(harness, &path, &mistaken).await;
        assert_eq!(mistaken.status, 409, "it began with the owner's");
        let now = seen(&text(&marketer.get(harness, &path).await));
        mistaken = marketer.post(harness, &path, &form(&now, &[("key", "no key"), ("sample", "{")])).await;
        let page = text(&mistaken);
        assert!(
            mistaken.status == 422
                && page.contains("An alias is 1 to 64")
                && page.contains("value=\"no key\"")
        );
        made(harness, &marketer, &[("name", "Other"), ("key", "other")]).await;
        let taken = marketer.post(harness, &path, &form(&now, &[("key", "other")])).await;
        assert!(taken.status == 422 && text(&taken).contains("alias other already"));
    })
    .await;
}

#[tokio::test]
async fn languages_copies_exports_and_the_end_of_a_template() {
    on_both(async |harness: &Harness| {
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let path = made(harness, &owner, &[("name", "<b>Welcome</b>"), ("from", "welcome")]).await;
        let list = text(&owner.get(harness, LIST).await);
        assert!(
            list.contains("&#60;b&#62;Welcome") && list.contains("zh-CN") && !list.contains("codemirror")
        );
        assert!(!list.contains("Some texts are missing"), "{list}");
        let editor = owner.get(harness, &format!("{path}?locale=es")).await;
        assert!(editor.header("content-security-policy").contains("style-src 'self' 'nonce-"));
        assert!(text(&editor).contains("codemirror") && text(&editor).contains("Español"));

        let added = owner.post(harness, &format!("{path}/languages"), &[("add", "fr_CA")]).await;
        assert_eq!(added.header("location"), format!("{path}?locale=fr-CA"));
        assert!(text(&owner.get(harness, LIST).await).contains("Some texts are missing"));
        let wrong = owner.post(harness, &format!("{path}/languages"), &[("add", "<script>")]).await;
        assert_eq!(wrong.header("location"), format!("{path}?told=language"));
        owner.post(harness, &format!("{path}/languages"), &[("remove", "fr-CA")]).await;
        assert!(!text(&owner.get(harness, &path).await).contains("fr-CA"));

        let export = owner.get(harness, &format!("{path}/export")).await;
        assert_eq!(export.header("content-disposition"), "attachment; filename=\"welcome.json\"");
        let again = owner.post(harness, &format!("{LIST}/import"), &[("text", &text(&export))]).await;
        assert!(again.status == 422 && text(&again).contains("alias welcome already"));
        let renamed = text(&export).replace("\"key\": \"welcome\"", "\"key\": \"hi\"");
        let imported = owner.post(harness, &format!("{LIST}/import"), &[("text", &renamed)]).await;
        assert!(
            imported.status == 303 && harness.get("/templates/hi").await.json()["locales"]["es"].is_object()
        );
        let broken = owner.post(harness, &format!("{LIST}/import"), &[("text", "<b>")]).await;
        assert!(broken.status == 422 && text(&broken).contains("no exported template"));

        assert!(
            owner
                .post(harness, &format!("{path}/duplicate"), &[])
                .await
                .header("location")
                .ends_with("told=copied")
        );
        assert_eq!(harness.get("/templates/welcome-copy").await.json()["version"], json!(null));
        let unsure = owner.post(harness, &format!("{path}/remove"), &[("typed", "hi")]).await;
        assert!(unsure.status == 422 && text(&unsure).contains("Type the alias"));
        let gone = owner.post(harness, &format!("{path}/remove"), &[("typed", "welcome")]).await;
        assert_eq!(gone.header("location"), format!("{LIST}?told=removed"));
        assert_eq!(owner.get(harness, &path).await.status, 404);
        let ready = owner.get(harness, &format!("{LIST}/gallery?name=receipt&locale=es")).await;
        assert!(sandboxed(&ready) && text(&ready).contains("lang=\"es\""));
    })
    .await;
}

#[tokio::test]
async fn who_only_reads_changes_nothing() {
    on_both(async |harness: &Harness| {
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        let path = hello(harness, &owner).await;
        let page = text(&seller.get(harness, &path).await);
        assert!(
            page.contains(" readonly") && !page.contains("data-save title") && !page.contains("/remove\"")
        );
        assert_eq!(seller.get(harness, &format!("{path}/preview")).await.status, 200);
        assert_eq!(seller.get(harness, &format!("{path}/versions")).await.status, 200);
        for act in
            ["", "/look", "/preview", "/publish", "/restore", "/test", "/duplicate", "/remove", "/languages"]
        {
            assert_eq!(seller.post(harness, &format!("{path}{act}"), &[]).await.status, 403, "{act}");
        }
        let refused = [("to", "nobody"), ("from", "me@stranger.example")];
        let answer = owner.post(harness, &format!("{path}/test"), &refused).await;
        assert!(answer.status == 422 && text(&answer).contains("no address to send to"), "{}", text(&answer));
    })
    .await;
}
