//! What is ordered, and how it is answered.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{ANN, captured, check, id_of, number, order, received, sent, verdict, with};
use crate::testing::{DOMAIN, Harness, on_both};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_be_mailed_gets_the_same_answer_and_nothing_is_kept() {
    on_both(async |harness: &Harness| {
        harness.post("/suppressions", &json!({ "email": "gone@people.example" })).await;
        let (good, _) = sent(harness, &order(ANN)).await;
        let names = |body: &Value| body.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        let cases = [
            ("gone@people.example", "suppressed", "policy"),
            ("not an address", "rejected", "invalid_address"),
        ];
        for (to, status, reason) in cases {
            let answer = harness.post("/codes", &order(to)).await;
            let made = answer.json();
            assert_eq!((answer.status, names(&made)), (200, names(&good)), "{to}: {made}");
            let email = made["email_id"].as_str().expect("an id");
            let shown = harness.get(&format!("/emails/{email}")).await.json();
            let recipient = &shown["recipients"][0];
            assert_eq!(
                (&recipient["status"], &recipient["reason"]),
                (&json!(status), &json!(reason)),
                "{to}"
            );
            let kept =
                number(harness, format!("SELECT count(*) FROM content WHERE id = {}", id_of(&made))).await;
            assert_eq!(kept, 0, "{to}: the code is nowhere");
            assert_eq!(verdict(&check(harness, to, "123456").await), ("invalid", Some(4)), "{to}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_again_under_a_key_is_answered_again() {
    on_both(async |harness: &Harness| {
        let headers = [("idempotency-key", "k"), ("content-type", "application/json")];
        let asked =
            async |body: &Value| harness.ask_with(("POST", "/codes"), &headers, body.to_string()).await;
        let first = asked(&order(ANN)).await;
        let code = received(harness, &first.json()).await;
        let again = asked(&order(ANN)).await;
        assert_eq!((again.status, &again.bytes), (200, &first.bytes), "though it is too soon for another");
        assert_eq!(again.header("idempotent-replayed"), "true");
        let other = asked(&order("bob@people.example")).await;
        assert_eq!((other.status, &other.json()["name"]), (409, &json!("invalid_idempotent_request")));
        let at_once = [("idempotency-key", "at once"), ("content-type", "application/json")];
        let bob = order("bob@people.example").to_string();
        let many =
            join_all((0..10).map(|_| harness.ask_with(("POST", "/codes"), &at_once, bob.clone()))).await;
        assert!(many.iter().all(|answer| answer.bytes == many[0].bytes), "one code, told ten times");
        assert_eq!(number(harness, "SELECT count(*) FROM message".into()).await, 2);
        assert_eq!(verdict(&check(harness, ANN, &code).await).0, "valid", "the first code still opens");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_says_what_codes_are_like() {
    on_both(async |harness: &Harness| {
        let template = json!({
            "name": "t", "key": "door", "publish": true, "locale": "en", "subject": "{{ code }} opens",
            "text": "{{ code }} opens the {{ place }} for {{ expires_minutes }} minutes",
            "locales": { "es": { "subject": "{{ code }} abre", "text": "{{ code }} abre {{ place }}" } },
        });
        let published = harness.post("/templates", &template).await;
        assert_eq!(published.status, 201, "{}", published.json());
        let profile = json!({
            "name": "door", "alphabet": "letters", "length": 8, "expires_s": 90, "attempts": 2, "resend_after_s": 15,
            "template": "door", "from": format!("door@{DOMAIN}"),
        });
        let made = harness.post("/code-profiles", &profile).await;
        assert_eq!(made.status, 201, "{}", made.json());
        let path = format!("/code-profiles/{}", made.json()["id"].as_str().expect("an id"));
        let body = json!({ "to": ANN, "purpose": "door", "profile": "door", "locale": "es-AR", "data": { "place": "sótano" } });
        let (answer, code) = sent(harness, &body).await;
        assert_eq!((code.len(), &answer["attempts"]), (8, &json!(2)));
        let mail = captured(harness, &answer).await;
        assert!(mail.to_string().contains(&format!("{code} abre sótano")), "{mail}");
        let typed = json!({ "to": ANN, "purpose": "door", "code": code.to_lowercase() });
        let nothing = json!({ "to": ANN, "purpose": "door", "code": "BBBBBBBB" });
        let checked = harness.post("/codes/check", &nothing).await.json();
        assert_eq!(verdict(&checked), ("invalid", Some(1)), "by the profile it was made with");
        assert_eq!(harness.post("/codes/check", &typed).await.json()["valid"], true);

        let missing = json!({ "to": ANN, "purpose": "door2", "profile": "door" });
        let refused = harness.post("/codes", &missing).await.json();
        assert_eq!(refused["errors"][0]["pointer"], "/data/place", "the template asks for more: {refused}");
        let changed = harness.ask("PATCH", &path, &json!({ "length": 10, "template": "", "name": "default" })).await;
        assert_eq!((changed.status, &changed.json()["attempts"]), (200, &json!(2)), "{}", changed.json());
        let (answer, code) = sent(harness, &json!({ "to": "bob@people.example", "purpose": "x" })).await;
        assert_eq!((code.len(), &answer["attempts"]), (10, &json!(2)), "now it is what nobody needs to name");
        assert_eq!(harness.post("/code-profiles", &json!({ "name": "default" })).await.status, 409);
        assert_eq!(harness.ask("DELETE", &path, &json!({})).await.status, 200);
        assert_eq!(harness.get(&path).await.status, 404);
        let refused = harness.post("/codes", &json!({ "to": ANN, "purpose": "x" })).await.json();
        assert_eq!(refused["errors"][0]["pointer"], "/from", "nobody says who sends: {refused}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gallery_has_a_template_for_codes() {
    on_both(async |harness: &Harness| {
        let used = harness.post("/templates/gallery/sign-in-code/use", &json!({ "publish": true })).await;
        assert_eq!(used.status, 201, "{}", used.json());
        let own = json!({ "template": "sign-in-code", "locale": "zh-CN", "data": { "product": "Acme" } });
        let (made, code) = sent(harness, &with(order(ANN), &own)).await;
        let email = made["email_id"].as_str().expect("an id");
        let listed = harness.get(&format!("/emails/{email}")).await.json()["subject"].to_string();
        assert!(listed.contains("••••••") && !listed.contains(&code), "{listed}");
        assert_eq!(verdict(&check(harness, ANN, &code).await).0, "valid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_told_with_its_place_and_nothing_is_sent() {
    on_both(async |harness: &Harness| {
        let long = "a".repeat(10_000);
        let cases = [
            ("/codes", json!({}), "/to"),
            ("/codes", with(order(ANN), &json!({ "to": "a@b.example, c@d.example" })), "/to"),
            ("/codes", with(order(ANN), &json!({ "to": "a@b.example\r\nBcc: c@d.example" })), "/to"),
            ("/codes", with(order(ANN), &json!({ "to": long })), "/to"),
            ("/codes", with(order(ANN), &json!({ "to": [ANN] })), "/to"),
            ("/codes", with(order(ANN), &json!({ "purpose": "Log in" })), "/purpose"),
            ("/codes", with(order(ANN), &json!({ "purpose": long })), "/purpose"),
            ("/codes", with(order(ANN), &json!({ "from": "x\r\nBcc: y@z.example" })), "/from"),
            ("/codes", with(order(ANN), &json!({ "profile": "none" })), "/profile"),
            ("/codes", with(order(ANN), &json!({ "template": "none" })), "/template"),
            ("/codes", with(order(ANN), &json!({ "context": { "ip": "300.1.1.1" } })), "/context/ip"),
            ("/codes", with(order(ANN), &json!({ "data": { "product": 7 } })), "/data/product"),
            ("/codes", with(order(ANN), &json!({ "data": { "product": long } })), "/data/product"),
            ("/codes/check", json!({}), "/code"),
            ("/codes/check", json!({ "to": ANN, "purpose": "login", "code": 123_456 }), "/code"),
            ("/codes/check", json!({ "to": ANN, "purpose": "login", "code": "- -" }), "/code"),
            ("/codes/check", json!({ "to": ANN, "purpose": "login", "code": long }), "/code"),
            ("/codes/check", json!({ "to": ANN, "code": "123456" }), "/purpose"),
            ("/code-profiles", json!({}), "/name"),
            ("/code-profiles", json!({ "name": "a b" }), "/name"),
            ("/code-profiles", json!({ "name": "a", "length": 5 }), "/length"),
            ("/code-profiles", json!({ "name": "a", "length": 11 }), "/length"),
            ("/code-profiles", json!({ "name": "a", "expires_s": 59 }), "/expires_s"),
            ("/code-profiles", json!({ "name": "a", "attempts": 11 }), "/attempts"),
            ("/code-profiles", json!({ "name": "a", "resend_after_s": i64::MAX }), "/resend_after_s"),
            ("/code-profiles", json!({ "name": "a", "alphabet": "emoji" }), "/alphabet"),
            ("/code-profiles", json!({ "name": "a", "from": "nobody" }), "/from"),
        ];
        for (path, body, pointer) in cases {
            let answer = harness.post(path, &body).await;
            let told = answer.json();
            let pointers = told["errors"].as_array().expect("errors").iter().map(|error| &error["pointer"]);
            assert_eq!(answer.status, 422, "{path} {body}: {told}");
            assert!(pointers.collect::<Vec<_>>().contains(&&json!(pointer)), "{path} {body}: {told}");
            assert!(told.to_string().len() < 3_000, "the answer to a long request is short");
        }
        let stranger = with(order(ANN), &json!({ "from": "me@elsewhere.example" }));
        let refused = harness.post("/codes", &stranger).await;
        assert!(refused.status == 403 || refused.status == 200, "captured mail may be anybody's");
        for id in ["cod_nonsense", "msg_0000000000001", "cod_0000000000001", "'; DROP TABLE code; --"] {
            let answer = harness.post("/codes/check", &json!({ "id": id, "code": "123456" })).await.json();
            assert_eq!(verdict(&answer), ("invalid", Some(4)), "{id}: {answer}");
        }
        let marked = with(
            order("bob@people.example"),
            &json!({ "data": { "product": "<b>{{ code }}</b>\r\nBcc: x@y.example" } }),
        );
        let (made, code) = sent(harness, &marked).await;
        let mail = captured(harness, &made).await;
        let html = mail["html"].as_str().expect("HTML");
        assert!(html.contains("&lt;b&gt;{{ code }}&lt;/b&gt;") || html.contains("{{ code }}"), "{html}");
        assert!(!mail["headers"].to_string().contains("\"Bcc\""), "{mail}");
        assert!(!mail["subject"].as_str().unwrap_or_default().contains(&code), "{mail}");
    })
    .await;
}
