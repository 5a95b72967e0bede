//! What replies mean: the samples of every rule, suppression, and the verdict.

use std::collections::HashSet;

use super::*;

/// `stage: 550-5.1.1 text`, the stage being RCPT when none is given; `\n` stands between lines.
fn sample(text: &str) -> (Stage, Reply) {
    let stages = [
        ("greeting: ", Stage::Greeting),
        ("ehlo: ", Stage::Ehlo),
        ("auth: ", Stage::Auth),
        ("mail: ", Stage::Mail),
        ("data: ", Stage::Data),
        ("body: ", Stage::Body),
    ];
    let found =
        stages.iter().find_map(|(prefix, stage)| text.strip_prefix(prefix).map(|rest| (*stage, rest)));
    let (stage, text) = found.unwrap_or((Stage::Rcpt, text));
    let (code, text) = text.split_at(3);
    let code = code.parse().unwrap();
    let text = text[1..]
        .replace("\\n", "\n")
        .replace(&format!("\n{code}-"), "\n")
        .replace(&format!("\n{code} "), "\n");
    let reply = match EnhancedStatus::split(&text) {
        Some((status, rest)) => Reply::new(code, (status.0, status.1, status.2), rest.to_owned()),
        None => Reply::bare(code, text),
    };
    (stage, reply)
}

fn of(text: &str) -> Classified {
    let (stage, reply) = sample(text);
    classify(stage, &reply, None)
}

#[test]
fn every_rule_decides_its_samples_and_leaves_strangers_alone() {
    let mut wrong = Vec::new();
    for rule in rules() {
        assert!(!rule.samples.is_empty() && !rule.strangers.is_empty(), "{} proves nothing", rule.name);
        let others = rule.samples.iter().filter(|text| of(text).rule != rule.name);
        wrong.extend(others.map(|text| format!("{} takes a sample of {}: {text}", of(text).rule, rule.name)));
        let taken = rule.strangers.iter().filter(|text| {
            let (stage, reply) = sample(text);
            let status = reply.status.or_else(|| status_within(&reply.text));
            rule.matches(stage, reply.code, status, &Searchable::of(&reply.text))
        });
        wrong.extend(taken.map(|text| format!("{} takes a stranger: {text}", rule.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_is_in_order() {
    let mut names = HashSet::new();
    for rule in rules() {
        assert!(names.insert(rule.name), "{} stands twice", rule.name);
        for needle in rule.any_of.iter().chain(rule.none_of) {
            assert_eq!(*needle, needle.to_ascii_lowercase(), "{}", rule.name);
            assert!(needle.len() >= 4, "{}: {needle:?} is too short to mean something", rule.name);
        }
        // A needle that holds another one never decides.
        for needle in rule.any_of {
            let held = rule.any_of.iter().filter(|other| needle.contains(**other)).count();
            assert_eq!(held, 1, "{}: {needle:?} is idle", rule.name);
        }
    }
}

#[test]
fn every_class_has_a_name_of_its_own() {
    let names: HashSet<_> = BounceClass::ALL.iter().map(|class| class.name()).collect();
    assert_eq!(names.len(), BounceClass::ALL.len());
    assert!(BounceClass::ALL.iter().all(|class| BounceClass::parse(class.name()) == Some(*class)));
    assert_eq!(BounceClass::parse("soft"), None);
}

#[test]
fn only_a_permanent_reply_about_the_address_suppresses_it() {
    let cases: &[(&str, bool)] = &[
        ("550 5.1.1 <ann@x.org>: Recipient address rejected: User unknown in virtual mailbox table", true),
        ("550 5.1.1 The email account that you tried to reach does not exist.", true),
        ("550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", true),
        ("550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).", true),
        ("550 No such user", true),
        ("551 5.1.6 moved", true),
        // Transient, or about somebody or something else.
        ("450 4.1.1 <ann@x.org>: Recipient address rejected: User unknown in local recipient table", false),
        ("450 4.1.1 <ann@x.org>: Recipient address rejected: unverified address", false),
        ("mail: 550 5.1.1 user unknown", false),
        ("mail: 550 No such user", false),
        ("data: 550 5.1.1 user unknown", false),
        ("body: 550 5.1.1 user unknown", false),
        ("550 5.1.1 Sender unknown", false),
        ("550 5.1.1 <a@x.org> sender address rejected: user unknown", false),
        ("550 5.1.1 does your domain exist?", false),
        ("550 5.1.8 <a@x.org>: Sender address rejected: Domain not found", false),
        ("550 5.1.1 Message blocked as spam, no such user would want it", false),
        ("550 5.1.1 your IP address is blacklisted, unknown user", false),
        ("550 5.7.1 User unknown to our policy", false),
        ("554 5.7.1 Service unavailable; user unknown; blocked using zen.spamhaus.org", false),
        ("554 policy violation by user", false),
        ("550 5.1.10 Recipient address has null MX", false),
        ("550 5.2.1 The email account that you tried to reach is inactive.", false),
        ("552 5.2.2 mailbox full", false),
        ("550 Requested action not taken: mailbox unavailable", false),
        ("550 5.1.0 Address rejected", false),
        ("550 go away", false),
        ("550 Too many invalid recipients", false),
        ("554 5.7.1 <ann@x.org>: Relay access denied", false),
        ("greeting: 550 5.1.1 user unknown", false),
    ];
    for (text, suppress) in cases {
        assert_eq!(of(text).suppress, *suppress, "{text:?} by {}", of(text).rule);
    }
}

#[test]
fn the_basic_code_decides_whether_to_try_again() {
    let cases: &[(&str, Verdict, Option<&str>)] = &[
        ("250 2.1.5 Ok", Verdict::Accepted, None),
        ("data: 354 go ahead", Verdict::Accepted, None),
        ("data: 250 what?", Verdict::TryLater, Some("unknown")),
        ("354 what?", Verdict::TryLater, Some("unknown")),
        ("auth: 235 2.7.0 welcome", Verdict::Accepted, None),
        ("421 5.7.32 not aligned", Verdict::TryLater, Some("auth")),
        ("550 4.2.2 mailbox full", Verdict::Refused, Some("quota")),
        ("450 hm", Verdict::TryLater, Some("unknown")),
        ("550 hm", Verdict::Refused, Some("unknown")),
        ("552 4.5.3 too many recipients", Verdict::TryLater, Some("toomanyrcpt")),
        ("554 5.7.1 blocked using zen.spamhaus.org", Verdict::Refused, Some("block.ip")),
        // Before MAIL nothing is said about a message.
        ("greeting: 554 5.7.1 blocked using zen.spamhaus.org", Verdict::TryLater, Some("block.ip")),
        ("greeting: 554 no SMTP service here", Verdict::TryLater, Some("transient.remote")),
        ("auth: 535 5.7.8 bad credentials", Verdict::TryLater, Some("relay.config")),
    ];
    for (text, verdict, class) in cases {
        let got = of(text);
        assert_eq!(
            (got.verdict, got.class.map(BounceClass::name)),
            (*verdict, *class),
            "{text:?} by {}",
            got.rule
        );
    }
}

#[test]
fn a_status_inside_the_text_is_found() {
    let status = |text| status_within(text).map(|s| s.to_string());
    assert_eq!(status("sorry, no mailbox here by that name. (#5.1.1)").as_deref(), Some("5.1.1"));
    assert_eq!(status("#5.1.0 Address rejected.").as_deref(), Some("5.1.0"));
    assert_eq!(status("ticket #12, see #5.1.1."), Some("5.1.1".into()));
    assert_eq!(status("no. 5.1.1"), None);
}

proptest::proptest! {
    #[test]
    fn any_reply_is_classified(code in 200_u16..600, text in "\\PC{0,200}") {
        for stage in [Stage::Connect, Stage::StartTls, Stage::Mail, Stage::Rcpt, Stage::Body] {
            let got = classify(stage, &Reply::bare(code, text.clone()), None);
            proptest::prop_assert_eq!(got.class.is_none(), got.verdict == Verdict::Accepted);
            proptest::prop_assert!(!got.suppress || got.class == Some(BounceClass::HardRecipient));
        }
    }
}
