//! What browsers get: the first start, signing in and out, forged forms, sessions that are over.

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures_util::StreamExt;
use store::{Query, Write};

use super::guard;
use crate::feature::person::permission::{Needs, Permission, Role};
use crate::feature::person::sign_in::{From, begin_first};
use crate::feature::person::{self, permission};
use crate::http::endpoint::Method;
use crate::testing::{Answer, Harness, on_both};

pub(crate) const PASSWORD: &str = "a horse in the rain";

/// A browser, as far as it matters: it keeps cookies, and says where a form comes from.
#[derive(Default)]
pub(crate) struct Browser {
    cookies: RefCell<BTreeMap<String, String>>,
}

impl Browser {
    /// Of a new member of a workspace who is signed in.
    pub(crate) async fn of_member(harness: &Harness, workspace: i64, role: Role) -> Browser {
        Browser::of_member_called(harness, (workspace, role), role.as_str()).await
    }

    /// The same, under another name than the role's.
    pub(crate) async fn of_member_called(
        harness: &Harness,
        (workspace, role): (i64, Role),
        name: &str,
    ) -> Browser {
        let (app, now) = (&harness.app, harness.app.now());
        let email = format!("{name}{workspace}@people.example");
        let made = (email.as_str(), name, "unused");
        let id = person::person_add(&app.store, (&app.mint, now), made, (workspace, role))
            .await
            .expect("a person");
        let from = From { address: None, agent: "test", former: None };
        let token = begin_first(app, now, id, &from).await.expect("a session");
        let browser = Browser::default();
        browser.cookies.borrow_mut().insert("pr_session".into(), token);
        browser
    }

    pub async fn ask(&self, harness: &Harness, method: Method, path: &str) -> Answer {
        match method {
            Method::Get => self.get(harness, path).await,
            _ => self.post(harness, path, &[]).await,
        }
    }

    pub(crate) async fn get(&self, harness: &Harness, path: &str) -> Answer {
        let request = Request::get(path).header("accept", "text/html");
        self.send(harness, request, Body::empty()).await
    }

    /// A request of one's own making.
    pub(crate) async fn ask_as(&self, harness: &Harness, request: axum::http::request::Builder) -> Answer {
        self.send(harness, request, Body::empty()).await
    }

    /// With the token that our pages have.
    pub(crate) async fn post(&self, harness: &Harness, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token();
        let fields: Vec<_> = fields.iter().copied().chain([("form_token", token.as_str())]).collect();
        self.post_as(harness, (path, "same-origin"), &fields).await
    }

    /// Sends a list's form, and then what the page that asks how sure one is would send; gives that page and the last answer.
    pub(crate) async fn sure(
        &self,
        harness: &Harness,
        path: &str,
        fields: &[(&str, &str)],
    ) -> (String, Answer) {
        let asked = text(&self.post(harness, path, fields).await);
        let answer = self.agree(harness, &asked).await;
        (asked, answer)
    }

    /// Sends the form of a page that asks how sure one is.
    pub(crate) async fn agree(&self, harness: &Harness, asked: &str) -> Answer {
        let form = asked.split("<section class=\"sheet pad stack\">").nth(1).expect("a question");
        let form = form.split("</form>").next().unwrap_or_default();
        let value = |part: &str| {
            let value = part.split('"').next().unwrap_or_default();
            [("&#38;", "&"), ("&#34;", "\""), ("&#60;", "<"), ("&#62;", ">"), ("&#39;", "'")]
                .iter()
                .fold(value.to_owned(), |text, (from, to)| text.replace(from, to))
        };
        let path = value(form.split("action=\"").nth(1).unwrap_or_else(|| panic!("nothing to do: {asked}")));
        let hidden = form.split("<input type=\"hidden\" name=\"").skip(1);
        let hidden =
            hidden.map(|part| (value(part), value(part.split("value=\"").nth(1).unwrap_or_default())));
        let fields: Vec<_> = hidden.filter(|(name, _)| name != "form_token").collect();
        let mut fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        fields.push(("sure", "yes"));
        if form.contains("name=\"typed\"") {
            let named = fields.iter().find(|(name, _)| *name == "named").expect("a number").1;
            fields.push(("typed", named));
        }
        self.post(harness, &path, &fields).await
    }

    async fn post_as(
        &self,
        harness: &Harness,
        (path, site): (&str, &str),
        fields: &[(&str, &str)],
    ) -> Answer {
        let form = fields.iter().map(|(name, value)| format!("{name}={}", super::shell::escaped(value)));
        let form = form.collect::<Vec<_>>().join("&");
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site);
        self.send(harness, request, Body::from(form)).await
    }

    /// A form with a file, and the token that our pages have.
    pub(crate) async fn upload(&self, harness: &Harness, path: &str, file: (&str, &[u8])) -> Answer {
        self.upload_as(harness, (path, &self.token()), file).await
    }

    pub(crate) async fn upload_as(
        &self,
        harness: &Harness,
        (path, token): (&str, &str),
        (name, content): (&str, &[u8]),
    ) -> Answer {
        let head = format!(
            "--b\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\n{token}\r\n--b\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        let body = [head.as_bytes(), content, b"\r\n--b--\r\n"].concat();
        let request = Request::post(path)
            .header("content-type", "multipart/form-data; boundary=b")
            .header("sec-fetch-site", "same-origin");
        self.send(harness, request, Body::from(body)).await
    }

    fn cookies(&self) -> String {
        let cookies = self.cookies.borrow();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// A stream that is still to be read.
    pub(crate) async fn follow(&self, harness: &Harness, path: &str) -> Stream {
        let request = Request::get(path).header("cookie", self.cookies()).body(Body::empty());
        let response = harness.begin(request.expect("a request")).await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Stream { body: response.into_body().into_data_stream(), text: String::new() }
    }

    async fn send(&self, harness: &Harness, request: axum::http::request::Builder, body: Body) -> Answer {
        let request = request.header("cookie", self.cookies()).body(body).expect("a request");
        let answer = harness.send(request).await;
        for value in answer.headers.get_all("set-cookie") {
            let text = value.to_str().expect("a cookie");
            assert!(text.contains("HttpOnly") && text.contains("SameSite=Lax"), "{text}");
            let (name, rest) = text.split_once('=').expect("a name");
            let value = rest.split(';').next().unwrap_or_default();
            match value {
                "" => self.cookies.borrow_mut().remove(name),
                _ => self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    /// A cookie that it keeps.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    /// Has it keep a cookie.
    pub(crate) fn keep(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    fn token(&self) -> String {
        let cookies = self.cookies.borrow();
        let secret = cookies.get("pr_session").or_else(|| cookies.get("pr_form"));
        guard::hidden(secret.map_or("", String::as_str)).0
    }

    pub(crate) async fn sign_in(&self, harness: &Harness, email: &str, password: &str) -> Answer {
        self.get(harness, "/login").await;
        self.post(harness, "/login", &[("email", email), ("password", password), ("next", "/")]).await
    }
}

/// A stream of events as a browser reads it.
pub(crate) struct Stream {
    body: BodyDataStream,
    pub(crate) text: String,
}

impl Stream {
    /// Reads until it says this; false when it ends before.
    pub(crate) async fn says(&mut self, wanted: &str) -> bool {
        while !self.text.contains(wanted) {
            let Some(piece) = self.body.next().await else { return false };
            self.text.push_str(&String::from_utf8_lossy(&piece.expect("a piece")));
        }
        true
    }

    /// Reads to its end.
    pub(crate) async fn ends(mut self) -> String {
        assert!(!self.says("\0").await);
        self.text
    }
}

/// What a page says.
pub(crate) fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.bytes).into_owned()
}

/// Sets the installation up; gives the owner's browser.
pub(crate) async fn set_up(harness: &Harness) -> Browser {
    let browser = Browser::default();
    let path = person::setup::path(&harness.app).await.expect("readable").expect("nobody is there");
    assert_eq!(browser.get(harness, &path).await.status, 200);
    let code = path.split_once('=').expect("a code").1.to_owned();
    let fields = [
        ("code", &*code),
        ("name", "Ann Owner"),
        ("email", "Ann@People.example"),
        ("password", PASSWORD),
        ("workspace", "Tidewater <Supply>"),
        ("zone", "America/Sao_Paulo"),
    ];
    let made = browser.post(harness, "/setup", &fields).await;
    assert_eq!((made.status, made.header("location")), (303, "/w/default/setup"), "{}", text(&made));
    browser
}

#[tokio::test]
async fn the_first_person_becomes_the_owner_and_nobody_after() {
    on_both(async |harness: &Harness| {
        let visitor = Browser::default();
        assert_eq!(visitor.get(harness, "/").await.header("location"), "/setup");
        assert_eq!(visitor.get(harness, "/setup?code=0000").await.status, 403, "a wrong code");
        let path = person::setup::path(&harness.app).await.expect("readable").expect("nobody is there");
        visitor.get(harness, &path).await;
        let code = path.split_once('=').expect("a code").1.to_owned();
        let short =
            [("code", &*code), ("name", "Ann"), ("email", "ann"), ("password", "short"), ("workspace", "")];
        let again = visitor.post(harness, "/setup", &short).await;
        assert_eq!(again.status, 422);
        for mistake in
            ["This is no email address", "at least 12 characters", "Name the workspace", "value=\"Ann\""]
        {
            assert!(text(&again).contains(mistake), "{mistake}");
        }
        let owner = set_up(harness).await;
        let home = owner.get(harness, "/").await;
        assert_eq!(home.header("location"), "/w/default/");
        let page = owner.get(harness, "/w/default/").await;
        assert_eq!(page.status, 200);
        assert!(text(&page).contains("Tidewater &#60;Supply&#62;") && text(&page).contains("No mail yet"));
        assert!(text(&page).contains("America/Sao_Paulo"));
        assert_eq!(visitor.get(harness, &path).await.header("location"), "/", "the code is used up");
        let second = [
            ("code", &*code),
            ("name", "Eve"),
            ("email", "eve@x.example"),
            ("password", PASSWORD),
            ("workspace", "E"),
        ];
        assert_eq!(visitor.post(harness, "/setup", &second).await.status, 403);
        assert_eq!(audited(harness).await, ["installation.set_up", "person.signed_in"]);
    })
    .await;
}

/// What was done, by the audit log.
pub(crate) async fn audited(harness: &Harness) -> Vec<String> {
    static AUDITED: Query = Query::new("audited", "SELECT action FROM audit ORDER BY id");
    let rows = harness.app.store.read(&AUDITED, &[]).await.expect("readable");
    rows.iter().map(|row| row.text(0).expect("a text").to_owned()).collect()
}

#[tokio::test]
async fn people_sign_in_and_out_and_are_not_told_what_was_wrong() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let old = owner.cookies.borrow()["pr_session"].clone();
        let out = owner.post(harness, "/sign-out", &[]).await;
        assert_eq!(out.header("location"), "/login?out=1");
        owner.cookies.borrow_mut().insert("pr_session".into(), old);
        let turned_away = owner.get(harness, "/w/default/?range=7d").await;
        assert_eq!(turned_away.header("location"), "/login?next=/w/default/%3Frange%3D7d");
        let other = Browser::default();
        let wrong = other.sign_in(harness, "ann@people.example", "another horse").await;
        let unknown = other.sign_in(harness, "eve@people.example", PASSWORD).await;
        assert_eq!((wrong.status, unknown.status), (422, 422));
        let message = "do not fit together";
        assert!(text(&wrong).contains(message) && text(&unknown).contains(message));
        let inside = other.sign_in(harness, "ANN@people.example", PASSWORD).await;
        assert_eq!((inside.status, inside.header("location")), (303, "/"));
        assert_eq!(other.get(harness, "/w/default/").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn guesses_are_bounded_also_for_people_who_do_not_exist() {
    on_both(async |harness: &Harness| {
        set_up(harness).await;
        for email in ["ann@people.example", "eve@people.example"] {
            let browser = Browser::default();
            for n in 0..10 {
                assert_eq!(browser.sign_in(harness, email, "a guess").await.status, 422, "{n}");
            }
            let bounded = browser.sign_in(harness, email, PASSWORD).await;
            assert_eq!(bounded.status, 429, "the right password too");
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_not_ours_changes_nothing() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let token = owner.token();
        let foreign = guard::hidden("of another session").0;
        let cases: [(&str, &str); 4] =
            [("cross-site", &token), ("same-site", &token), ("same-origin", &foreign), ("same-origin", "")];
        for (site, token) in cases {
            let refused = owner.post_as(harness, ("/sign-out", site), &[("form_token", token)]).await;
            assert_eq!(refused.status, 403, "{site} {token}");
            assert!(text(&refused).contains("Nothing was changed"));
        }
        assert_eq!(owner.get(harness, "/w/default/").await.status, 200, "still signed in");
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    on_both(async |harness: &Harness| {
        static AGED: Query = Query::new(
            "aged",
            "UPDATE session SET used_us = used_us - :idle, created_us = created_us - :age",
        );
        let day = 24 * 3_600 * 1_000_000_i64;
        let owner = set_up(harness).await;
        for (idle, age, status) in [(13 * day, 13 * day, 200), (15 * day, 0, 303), (0, 91 * day, 303)] {
            let browser = Browser::default();
            browser.sign_in(harness, "ann@people.example", PASSWORD).await;
            let mut write = Write::default();
            write.step(&AGED, vec![("idle", idle.into()), ("age", age.into())]);
            harness.app.store.write(write).await.expect("written");
            assert_eq!(browser.get(harness, "/w/default/").await.status, status, "{idle} {age}");
        }
        drop(owner);
    })
    .await;
}

#[tokio::test]
async fn a_page_is_in_the_language_that_was_chosen_last() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let (english, spanish) = ("lang=\"en\"", "lang=\"es\"");
        assert!(text(&owner.get(harness, "/w/default/").await).contains(english));
        let sent = owner
            .post(harness, "/manner", &[("language", "es"), ("theme", "dark"), ("back", "/w/default/")])
            .await;
        assert_eq!(sent.header("location"), "/w/default/");
        let page = text(&owner.get(harness, "/w/default/").await);
        assert!(
            page.contains("<html lang=\"es\" data-theme=\"dark\">") && page.contains("Resumen"),
            "{page}"
        );
        let visitor = Browser::default();
        let request = Request::get("/login").header("accept-language", "es-MX,en;q=0.5");
        assert!(text(&visitor.send(harness, request, Body::empty()).await).contains(spanish));
        let gone = owner.get(harness, "/w/default/nothing").await;
        assert_eq!(gone.status, 404);
        let api = harness.get("/nothing").await;
        assert_eq!((api.status, api.header("content-type")), (404, "application/json"));
    })
    .await;
}

#[tokio::test]
async fn every_page_forbids_what_is_not_ours_and_holds_no_handlers() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        let mail = serde_json::json!({
            "from": "me@app.example", "to": "bob@people.example", "subject": "<script>alert(1)</script>", "text": "t",
        });
        assert_eq!(harness.post("/emails", &mail).await.status, 200);
        harness.settled().await;
        harness.counted().await;
        for path in ["/w/default/", "/w/default/?range=24h", "/w/default/nothing"] {
            let answer = owner.get(harness, path).await;
            let policy = answer.header("content-security-policy").to_owned();
            assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
            assert_eq!(answer.header("cache-control"), "no-store");
            let page = text(&answer);
            assert!(!page.contains(" style=") && !page.contains(" onclick") && !page.contains("<script>"), "{path}");
        }
        let page = text(&owner.get(harness, "/w/default/").await);
        assert!(page.contains("&#60;script&#62;alert(1)"), "the subject is shown as text");
    })
    .await;
}

#[tokio::test]
async fn who_may_not_is_told_who_may() {
    on_both(async |harness: &Harness| {
        let workspace = harness.workspace();
        Browser::of_member(harness, workspace, Role::Seller).await;
        Browser::of_member(harness, workspace, Role::Admin).await;
        let helpers =
            person::helpers(&harness.app.store, workspace, Permission::SteerKeys).await.expect("read");
        assert_eq!(helpers, ["admin"]);
        assert_eq!(permission::need::SteerKeys::PERMISSION, Permission::SteerKeys);
    })
    .await;
}

#[tokio::test]
async fn what_an_address_cannot_mean_is_refused_with_a_page() {
    on_both(async |harness: &Harness| {
        let owner = Browser::of_member(harness, harness.workspace(), Role::Owner).await;
        let twice = owner.get(harness, "/w/default/activity?status=a&status=b").await;
        let put =
            Request::put("/login").header("content-type", "application/json").header("accept-language", "es");
        let put = Browser::default().ask_as(harness, put).await;
        for (answer, status, said) in
            [(twice, 400, "makes no sense"), (put, 405, "Esta página no admite eso")]
        {
            assert_eq!((answer.status, answer.header("content-type")), (status, "text/html; charset=utf-8"));
            assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
            assert!(text(&answer).contains(said), "{}", text(&answer));
        }
        let api = harness.ask("PUT", "/emails", &serde_json::json!({})).await;
        assert_eq!((api.status, api.header("content-type")), (405, "application/json"));
    })
    .await;
}
