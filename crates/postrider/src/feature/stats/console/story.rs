//! Figures in the console: numbers lead to rows, files are no formulas, and what is not there is not shown.

use serde_json::json;

use crate::console::story::{Browser, text};
use crate::feature::person::permission::Role;
use crate::testing::{Harness, on_both};

async fn sent(harness: &Harness, to: &str, tag: &str) {
    let mail = json!({
        "from": "me@app.example", "to": to, "subject": "s", "text": "t",
        "tags": [{ "name": "kind", "value": tag }],
    });
    assert_eq!(harness.post("/emails", &mail).await.status, 200);
}

#[tokio::test]
async fn usage_tells_figures_apart_and_leads_to_their_mail() {
    on_both(async |harness: &Harness| {
        sent(harness, "ann@good.example", "receipt").await;
        sent(harness, "ann@gmail.com", "letter").await;
        harness.settled().await;
        harness.counted().await;
        let browser = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        let overview = text(&browser.get(harness, "/w/default/").await);
        assert!(overview.contains("data-plot="), "{overview}");
        assert!(
            overview.contains("/w/default/activity?status=delivered&#38;from="),
            "a step leads to its mail"
        );
        for (by, group) in [
            ("tag", "kind:receipt"),
            ("provider", "Gmail"),
            ("domain", "good.example"),
            ("stream", "transactional"),
            ("key", "default"),
        ] {
            let page = text(&browser.get(harness, &format!("/w/default/usage?range=24h&by={by}")).await);
            assert!(page.contains(group), "by {by}: {page}");
        }
        let one = browser.get(harness, "/w/default/usage?by=tag&of=kind:receipt").await;
        assert!(one.status == 200 && text(&one).contains("kind:receipt"), "{}", text(&one));
        assert!(
            text(&one).contains("activity?status=delivered&#38;tag=kind%3Areceipt&#38;range="),
            "{}",
            text(&one)
        );
        let stream = text(&browser.get(harness, "/w/default/usage?by=stream").await);
        let of = stream.split("by=stream&#38;of=").skip(1).filter_map(|rest| rest.split('"').next());
        let of = of.into_iter().find(|of| of.starts_with("str")).expect("a stream");
        let stream = text(&browser.get(harness, &format!("/w/default/usage?by=stream&of={of}")).await);
        assert!(stream.contains("activity?status=delivered&#38;stream=transactional&#38;range="), "{stream}");
        let domain = text(&browser.get(harness, "/w/default/usage?by=domain&of=good.example").await);
        assert!(!domain.contains("activity?status=") && domain.contains("activity?from="), "{domain}");
        for odd in ["/w/default/usage?range=x&by=y&of=z", "/w/default/usage?by=key&of=%00"] {
            assert_eq!(browser.get(harness, odd).await.status, 200, "{odd}");
        }
        let file = browser.get(harness, "/w/default/usage.csv?by=tag").await;
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        assert!(text(&file).contains(",kind:receipt,1,"), "{}", text(&file));
        let months = text(&browser.get(harness, "/w/default/consumption.csv").await);
        assert!(
            months.starts_with("month,key,accepted,delivered\r\n") && months.contains(",,2,"),
            "{months}"
        );
    })
    .await;
}

#[tokio::test]
async fn who_may_not_suppress_is_not_offered_it_and_nothing_happens_unasked() {
    on_both(async |harness: &Harness| {
        let path = "/w/default/usage/suppress-invalid";
        let seller = Browser::of_member(harness, harness.workspace(), Role::Seller).await;
        assert_eq!(seller.post(harness, path, &[("sure", "yes")]).await.status, 403);
        let marketer = Browser::of_member(harness, harness.workspace(), Role::Marketer).await;
        let unsure = marketer.post(harness, path, &[("range", "7d")]).await;
        assert_eq!(unsure.header("location"), "/w/default/usage?range=7d&by=");
        let done = marketer.post(harness, path, &[("range", "7d"), ("sure", "yes")]).await;
        assert_eq!(done.header("location"), "/w/default/usage?range=7d&by=&told=0");
    })
    .await;
}
