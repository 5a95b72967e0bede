//! Two-factor sign-in: set up, asked for, never twice with one code, turned off.

use store::Query;

use crate::console::story::{Browser, PASSWORD, audited, set_up, text};
use crate::feature::person::totp;
use crate::testing::{Harness, on_both};

const PAGE: &str = "/me/second-factor";
const EMAIL: &str = "ann@people.example";

/// The code of the present period, or one so many later.
async fn code(harness: &Harness, later: i64) -> String {
    static SECRET: Query = Query::new("secret", "SELECT secret FROM second_factor");
    let rows = harness.app.store.read(&SECRET, &[]).await.expect("readable");
    let secret = rows[0].blob(0).expect("a secret");
    totp::code(&secret, totp::step(harness.app.now()) + later)
}

/// The owner with a second factor, who used the code of the present period; gives the recovery codes, too.
async fn with_second_factor(harness: &Harness) -> (Browser, Vec<String>) {
    let owner = set_up(harness).await;
    let offered = owner.post(harness, PAGE, &[("password", PASSWORD)]).await;
    assert_eq!((offered.status, offered.header("location")), (303, "/me/second-factor?at=default"));
    let code = code(harness, 0).await;
    let on = owner.post(harness, "/me/second-factor/on", &[("code", &code)]).await;
    assert_eq!(on.status, 200, "{}", text(&on));
    let page = text(&on);
    let codes = page.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next()).expect("codes");
    (owner, codes.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect())
}

/// A browser whose password was right; gives where it is sent.
async fn half_way(harness: &Harness) -> (Browser, String) {
    let browser = Browser::default();
    let answer = browser.sign_in(harness, EMAIL, PASSWORD).await;
    assert_eq!(answer.status, 303);
    let onward = answer.header("location").to_owned();
    (browser, onward)
}

async fn shows(harness: &Harness, browser: &Browser, code: &str) -> u16 {
    browser.post(harness, "/login/code", &[("code", code), ("next", "/")]).await.status
}

#[tokio::test]
async fn a_second_factor_is_on_after_its_first_code_and_its_key_is_shown_before_that_only() {
    on_both(async |harness: &Harness| {
        let owner = set_up(harness).await;
        assert!(text(&owner.get(harness, PAGE).await).contains("Not set up"));
        let wrong = owner.post(harness, PAGE, &[("password", "another horse")]).await;
        assert!(wrong.status == 422 && text(&wrong).contains("not your present password"));
        owner.post(harness, PAGE, &[("password", PASSWORD)]).await;
        let offer = text(&owner.get(harness, PAGE).await);
        assert!(
            offer.contains("class=\"qr\"") && offer.contains("otpauth://totp/Postrider:ann@people.example")
        );
        let (free, onward) = half_way(harness).await;
        assert_eq!(onward, "/", "an offer asks for nothing yet");
        let guess = owner.post(harness, "/me/second-factor/on", &[("code", "12345")]).await;
        assert!(guess.status == 422 && text(&guess).contains("This code is wrong"));
        let first = code(harness, 0).await;
        let on = owner.post(harness, "/me/second-factor/on", &[("code", &first)]).await;
        assert!(text(&on).contains("Your recovery codes") && text(&on).contains("10 recovery codes"));
        let page = text(&owner.get(harness, PAGE).await);
        assert!(!page.contains("otpauth") && !page.contains("Your recovery codes"), "shown once");
        assert_eq!(owner.post(harness, PAGE, &[("password", PASSWORD)]).await.status, 303);
        assert!(!text(&owner.get(harness, PAGE).await).contains("otpauth"), "no new key while one is on");
        assert!(audited(harness).await.contains(&"second_factor.turned_on".to_owned()));
        drop(free);
    })
    .await;
}

#[tokio::test]
async fn there_is_no_session_before_the_second_step_and_no_code_opens_twice() {
    on_both(async |harness: &Harness| {
        let (_, recovery) = with_second_factor(harness).await;
        assert_eq!(recovery.len(), 10);
        let (browser, onward) = half_way(harness).await;
        assert_eq!((onward.as_str(), browser.cookie("pr_session")), ("/login/code?next=/", None));
        assert!(browser.get(harness, "/w/default/").await.header("location").starts_with("/login"));
        assert!(text(&browser.get(harness, "/login/code").await).contains("One step more"));
        assert_eq!(shows(harness, &browser, "000000").await, 422);
        let (first, next) = (code(harness, 0).await, code(harness, 1).await);
        assert_eq!(shows(harness, &browser, &first).await, 422, "it turned the factor on already");
        let awaited = browser.cookie("pr_awaited").expect("a token");
        assert_eq!(shows(harness, &browser, &next).await, 303);
        assert_eq!(browser.get(harness, "/w/default/").await.status, 200);
        assert_eq!(browser.cookie("pr_awaited"), None);

        let (thief, _) = half_way(harness).await;
        assert_eq!(shows(harness, &thief, &next).await, 422, "the code that was just used");
        assert_eq!(shows(harness, &thief, &recovery[0].to_uppercase()).await, 303, "a recovery code");
        let (again, _) = half_way(harness).await;
        assert_eq!(shows(harness, &again, &recovery[0]).await, 422, "once");
        let stale = Browser::default();
        stale.get(harness, "/login").await;
        stale.keep("pr_awaited", &awaited);
        let answer = stale.post(harness, "/login/code", &[("code", &recovery[1])]).await;
        assert_eq!(answer.header("location"), "/login", "the password's token opens once, too");
    })
    .await;
}

#[tokio::test]
async fn guesses_at_codes_are_bounded_and_wait_also_for_the_right_one() {
    on_both(async |harness: &Harness| {
        let (_, recovery) = with_second_factor(harness).await;
        let (browser, _) = half_way(harness).await;
        for n in 0..5 {
            assert_eq!(shows(harness, &browser, "000000").await, 422, "{n}");
        }
        assert_eq!(shows(harness, &browser, &recovery[0]).await, 429);
        assert_eq!(shows(harness, &half_way(harness).await.0, &code(harness, 1).await).await, 429);
    })
    .await;
}

#[tokio::test]
async fn it_is_turned_off_with_password_and_code_only() {
    on_both(async |harness: &Harness| {
        let (owner, recovery) = with_second_factor(harness).await;
        let (used, right) = (code(harness, 0).await, code(harness, 1).await);
        let off = "/me/second-factor/off";
        for (password, code) in [("another horse", &*right), (PASSWORD, &used), (PASSWORD, "")] {
            assert_eq!(owner.post(harness, off, &[("password", password), ("code", code)]).await.status, 422);
        }
        let fields = [("password", PASSWORD), ("code", &*recovery[0])];
        let made = text(&owner.post(harness, "/me/second-factor/codes", &fields).await);
        assert!(
            made.contains("Your recovery codes") && !made.contains(&recovery[1]),
            "others in their place"
        );
        let old = [("password", PASSWORD), ("code", &*recovery[1])];
        assert_eq!(owner.post(harness, off, &old).await.status, 422);
        let gone = owner.post(harness, off, &[("password", PASSWORD), ("code", &right)]).await;
        assert_eq!(gone.header("location"), "/me?at=default&done=second-off");
        let (free, onward) = half_way(harness).await;
        assert_eq!((onward.as_str(), free.get(harness, "/w/default/").await.status), ("/", 200));
        let told = audited(harness).await;
        for action in ["second_factor.recovery_codes_made", "second_factor.turned_off"] {
            assert!(told.contains(&action.to_owned()), "{action}");
        }
    })
    .await;
}
