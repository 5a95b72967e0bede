//! Images told to the whole product on both databases: uploaded by people and programs, shown to anybody, kept from harm.

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{New, kept};
use crate::console::story::{Browser, audited, text};
use crate::feature::access::admin::workspace_logo;
use crate::feature::person::permission::Role;
use crate::testing::{Harness, on_both};

const LIST: &str = "/w/default/templates/images";

/// The least that is a GIF of this size, with `mark` behind it.
fn gif(width: u16, mark: &str) -> Vec<u8> {
    [b"GIF89a", &width.to_le_bytes()[..], &40_u16.to_le_bytes(), b"\0\0\0", mark.as_bytes()].concat()
}

/// The path in the first URL of an image on a page.
fn shown(page: &str) -> String {
    let at = page.find("/i/").expect("an image");
    page[at..at + 35].to_owned()
}

#[tokio::test]
async fn an_image_is_uploaded_used_shown_and_deleted() {
    on_both(async |harness: &Harness| {
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        assert!(text(&marketer.get(harness, LIST).await).contains("No image yet"));
        let added = marketer.upload(harness, LIST, ("Spring <b>.gif", &gif(60, "spring"))).await;
        assert_eq!((added.status, added.header("location")), (303, "/w/default/templates/images?told=added"));
        let again = marketer.upload(harness, LIST, ("other.gif", &gif(60, "spring"))).await;
        assert_eq!(again.header("location"), "/w/default/templates/images?told=same");
        let page = text(&marketer.get(harness, LIST).await);
        assert!(page.contains("Spring &#60;b&#62;.gif") && page.contains("60 × 40"), "{page}");
        assert!(page.contains("No template") && !page.contains("other.gif"), "{page}");
        let path = shown(&page);

        let source = json!({ "name": "Sale", "key": "sale", "subject": "s",
            "html": format!("<img src=\"https://t.example{path}\">"), "publish": true });
        assert_eq!(harness.post("/templates", &source).await.status, 201);
        let page = text(&marketer.get(harness, LIST).await);
        assert!(page.contains("1 template or part") && page.contains(">Sale</a>"), "{page}");

        let image = Browser::default().get(harness, &path).await;
        assert_eq!((image.status, &image.bytes[..]), (200, &gif(60, "spring")[..]));
        for (name, value) in [
            ("content-type", "image/gif"),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
        ] {
            assert_eq!(image.header(name), value);
        }
        let tag = image.header("etag").to_owned();
        let known = Request::get(&path).header("if-none-match", tag).body(Body::empty());
        let known = harness.send(known.expect("a request")).await;
        assert_eq!((known.status, known.bytes.len()), (304, 0));

        let from = page.find("/w/default/templates/images/img_").expect("a form");
        let remove = page[from..].split('"').next().expect("its path").to_owned();
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        assert_eq!(seller.post(harness, &remove, &[]).await.status, 403);
        assert_eq!(marketer.post(harness, &remove, &[]).await.status, 303);
        assert_eq!(Browser::default().get(harness, &path).await.status, 200, "nobody was sure");
        assert_eq!(marketer.post(harness, &remove, &[("sure", "yes")]).await.status, 303);
        assert_eq!(Browser::default().get(harness, &path).await.status, 404);
        let mut told = audited(harness).await;
        told.retain(|action| action.starts_with("image."));
        assert_eq!(told, ["image.added", "image.removed"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_image_is_told_why_and_nothing_is_kept() {
    on_both(async |harness: &Harness| {
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        let large = [gif(1, ""), vec![0; super::OCTETS_MAX]].concat();
        let larger = vec![0; super::console::FORM_OCTETS_MAX + 1];
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let table: [(&str, &[u8], &str); 5] = [
            ("a.png", svg, "This is no PNG"),
            ("", b"", "Choose a file first"),
            ("a.gif", &large, "The image is larger than"),
            ("a.gif", &larger, "The image is larger than"),
            (
                "a.gif",
                &[b"GIF89a\xff\xff\xff\xff".as_slice(), b"\0\0\0"].concat(),
                "more than 16,000,000 pixels",
            ),
        ];
        for (name, content, told) in table {
            for path in [LIST.to_owned(), format!("{LIST}/pick")] {
                let answer = marketer.upload(harness, &path, (name, content)).await;
                let page = text(&answer);
                assert!(answer.status == 422 && page.contains(told), "{told}: {page}");
            }
        }
        let forged = marketer.upload_as(harness, (LIST, "wrong"), ("a.gif", &gif(1, ""))).await;
        assert_eq!(forged.status, 403);
        assert!(text(&marketer.get(harness, LIST).await).contains("No image yet"));
        for path in ["/i/", "/i/..", &format!("/i/{}", "0".repeat(32)), &format!("/i/{}", "A".repeat(32))] {
            assert_eq!(harness.get(path).await.status, 404, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_program_keeps_an_image_and_gets_its_url() {
    on_both(async |harness: &Harness| {
        let body = json!({ "filename": "a.gif", "content": STANDARD.encode(gif(7, "")) });
        let made = harness.post("/images", &body).await;
        let image = made.json();
        assert_eq!(
            (made.status, &image["width"], &image["content_type"]),
            (201, &json!(7), &json!("image/gif"))
        );
        let url = image["url"].as_str().expect("a URL");
        let path = &url[url.find("/i/").expect("its path")..];
        assert!(url.starts_with("http"), "{url}");
        assert_eq!(harness.get(path).await.header("content-type"), "image/gif");
        assert_eq!(harness.post("/images", &body).await.json()["id"], image["id"], "the same octets");
        let refused = harness.post("/images", &json!({ "content": STANDARD.encode("<svg/>") })).await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!("/content")));
        let id = image["id"].as_str().expect("an id");
        assert_eq!(harness.ask("DELETE", &format!("/images/{id}"), &json!({})).await.status, 200);
        assert_eq!(harness.get(path).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn many_slow_readers_of_one_image_keep_nobody_from_another() {
    on_both(async |harness: &Harness| {
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        let large = [gif(1, ""), vec![0; super::OCTETS_MAX - 13]].concat();
        for (name, content) in [("large.gif", large), ("small.gif", gif(2, "small"))] {
            assert_eq!(marketer.upload(harness, LIST, (name, &content)).await.status, 303);
        }
        let page = text(&marketer.get(harness, LIST).await);
        let small = shown(&page);
        let large = shown(&page[page.rfind("/i/").expect("an image")..]);
        let mut slow = Vec::new();
        for n in 0..40 {
            let begun = harness.begin(Request::get(&large).body(Body::empty()).expect("a request")).await;
            assert_eq!(begun.status(), 200, "reader {n}");
            slow.push(begun);
        }
        assert_eq!(Browser::default().get(harness, &small).await.status, 200);
        assert_eq!(Browser::default().get(harness, &large).await.bytes.len(), super::OCTETS_MAX);
    })
    .await;
}

#[tokio::test]
async fn a_logo_is_an_image_that_is_there() {
    on_both(async |harness: &Harness| {
        let (store, workspace) = (&harness.app.store, harness.workspace());
        for n in 0..8 {
            let new = New::of(workspace, "a.gif", gif(64, &n.to_string()).into()).expect("an image");
            let (id, write) = kept::rows((&harness.app.mint, harness.app.now()), &new);
            store.write(write).await.expect("kept");
            let one = kept::one(store, workspace, id).await.expect("readable").expect("the image");
            let (set, gone) = tokio::join!(
                store.write(workspace_logo(workspace, Some(&one.token))),
                store.write(kept::remove_rows(workspace, id)),
            );
            let there = kept::one(store, workspace, id).await.expect("readable").is_some();
            assert_eq!((set.is_ok(), gone.is_ok()), (there, !there), "one of both: {n}");
        }
    })
    .await;
}
