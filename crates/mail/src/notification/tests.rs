//! Notifications as they leave.

use super::*;
use crate::{Headers, Return};

const ORIGINAL: &[u8] = b"From: ann@app.example\r\nSubject: s\r\n\r\nbody\r\n";

fn text<'t>(change: impl FnOnce(&mut Notification<'t>, &mut About<'t>)) -> String {
    let [from, to, recipient] = ["postmaster@mx.example", "ann@app.example", "bob@x.example"]
        .map(|text| &*Box::leak(Box::new(address(text))));
    let mut notification = Notification {
        from,
        to,
        host: "mx.example",
        date: At(1_795_284_789_000_000),
        message_id: "msg_1@mx.example",
        seed: 7,
        envid: None,
        arrival: At(1_795_284_700_000_000),
        outcome: Outcome::Failed(Cause::Refused),
        about: &[],
        returned: Returned::of(ORIGINAL, None, true),
    };
    let mut about = About {
        recipient,
        orcpt: None,
        status: EnhancedStatus(5, 1, 1),
        remote: Some("mx.x.example"),
        diagnostic: Some(Diagnostic::Replied("550 5.1.1 no such user")),
    };
    change(&mut notification, &mut about);
    let about = match notification.about {
        [] => &[about],
        several => several,
    };
    let octets = compose(&Notification { about, ..notification });
    let headers = Headers::scan(&octets).expect("it reads");
    let names: Vec<_> = headers.fields().map(|field| field.name.to_owned()).take(8).collect();
    let all =
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"];
    assert_eq!(names, all);
    String::from_utf8(octets).expect("text")
}

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

#[test]
fn a_failure_says_what_who_and_why_in_words_and_in_fields() {
    let text = text(|notification, about| {
        notification.envid = Some("id 7");
        about.orcpt = Some("rfc822;B+2Bob@X.example");
    });
    let wanted = [
        "From: Mail Delivery System <postmaster@mx.example>\r\n",
        "Subject: Your message was not delivered\r\n",
        "\r\n    bob@x.example\r\n\r\nwas refused, and will not be tried again. The server mx.x.example said:",
        "\r\n    550 5.1.1 no such user\r\n",
        "Reporting-MTA: dns; mx.example\r\nOriginal-Envelope-Id: id 7\r\nArrival-Date: Sat, 21 Nov 2026 18:11:40 +0000\r\n\r\n",
        "Original-Recipient: rfc822; B+ob@X.example\r\nFinal-Recipient: rfc822; bob@x.example\r\nAction: failed\r\n",
        "Status: 5.1.1\r\nRemote-MTA: dns; mx.x.example\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n",
        "text/rfc822-headers\r\nContent-Transfer-Encoding: 7bit\r\n\r\nFrom: ann@app.example\r\nSubject: s\r\n\r\n--=_report_",
    ];
    for part in wanted {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
    assert!(text.is_ascii() && !text.contains("body"));
}

#[test]
fn several_recipients_share_a_report_and_its_words_stay_short() {
    for (recipients, named) in [(2, 2), (NAMED_MAX, NAMED_MAX), (1_000, NAMED_MAX)] {
        let addresses: Vec<_> = (0..recipients).map(|n| address(&format!("n{n}@x.example"))).collect();
        let diagnostic = Some(Diagnostic::Found("previous_complaint"));
        let status = EnhancedStatus(5, 7, 1);
        let about: Vec<_> = addresses
            .iter()
            .map(|recipient| About { recipient, orcpt: None, status, remote: None, diagnostic })
            .collect();
        let text = text(|notification, _| {
            notification.outcome = Outcome::Failed(Cause::NotSent);
            notification.about = &about;
        });
        assert_eq!(text.matches("\r\n    n").count(), named);
        let more = format!("    and {} more", recipients - named);
        assert_eq!(text.contains(&more), recipients > named);
        for n in 0..recipients {
            let group = format!(
                "\r\n\r\nFinal-Recipient: rfc822; n{n}@x.example\r\nAction: failed\r\nStatus: 5.7.1\r\n"
            );
            assert!(text.contains(&group), "{group}");
        }
        assert_eq!(text.matches("Reporting-MTA").count(), 1);
        assert!(text.len() < 4_000 + 250 * recipients, "{}", text.len());
    }
}

#[test]
fn every_outcome_has_its_action_and_its_words() {
    let cases = [
        (Outcome::Failed(Cause::Expired), "failed", "in the time that it had"),
        (Outcome::Failed(Cause::NoServer), "failed", "domain of the address does not exist or takes no mail"),
        (Outcome::Failed(Cause::NotSent), "failed", "was not sent"),
        (Outcome::Failed(Cause::Ours), "failed", "on our side"),
        (Outcome::Delayed { until: At(1_795_300_000_000_000) }, "delayed", "It is tried until Sat, 21 Nov"),
        (Outcome::Relayed, "relayed", "does not report"),
        (Outcome::Delivered, "delivered", "was delivered."),
    ];
    for (outcome, action, words) in cases {
        let text = text(|notification, _| notification.outcome = outcome);
        assert!(
            text.contains(&format!("Action: {action}\r\n")) && text.contains(words),
            "{outcome:?}\n{text}"
        );
        let retried = matches!(outcome, Outcome::Delayed { .. });
        assert_eq!(text.contains("Will-Retry-Until: Sat, 21 Nov 2026 22:26:40 +0000\r\n"), retried);
    }
}

#[test]
fn nothing_that_others_said_becomes_a_field_or_a_part() {
    let hostile = "550 no\r\nBcc: eve@evil.example\n\n--=_report_0000000000000007--\r\n\u{85}\u{2028}x\0";
    let long = "x".repeat(10_000);
    for words in [hostile, &long] {
        for diagnostic in [Diagnostic::Replied(words), Diagnostic::Found(words)] {
            let text = text(|notification, about| {
                about.diagnostic = Some(diagnostic);
                about.remote = Some("mx\r\nAction: delivered");
                notification.envid = Some("a\r\nStatus: 2.0.0");
                about.orcpt = Some("rfc822;a\r\nX: y");
            });
            for line in text.split("\r\n") {
                assert!(line.len() <= 998 && !line.contains(['\r', '\n', '\0']));
                let begun = ["Bcc", "Action: delivered", "Status: 2", "X: y", "\u{85}"];
                assert!(!begun.iter().any(|field| line.starts_with(field)), "{line}");
            }
            assert_eq!(text.matches("\r\n--=_report_").count(), 4, "three parts and an end");
        }
    }
}

#[test]
fn a_boundary_that_the_message_holds_is_not_used() {
    let content = b"Subject: s\r\n\r\n--=_report_0000000000000007\r\n--=_report_0000000000000008--\r\n";
    let text = text(|notification, _| notification.returned = Returned::Full(content));
    assert!(text.contains("boundary=\"=_report_0000000000000009\""));
}

#[test]
fn addresses_beyond_ascii_are_written_in_ascii() {
    let recipient = address("j\u{f6}r+g@b\u{fc}cher.example");
    let text = text(|_, about| {
        about.recipient = &recipient;
        about.orcpt = Some("utf-8;j\u{f6}rg\\x{2B}@x.example");
    });
    assert!(text.contains("Original-Recipient: utf-8; j\\x{F6}rg\\x{2B}@x.example\r\n"), "{text}");
    assert!(text.contains("Final-Recipient: utf-8; j\\x{F6}r\\x{2B}g@xn--bcher-kva.example\r\n"), "{text}");
    assert!(text.is_ascii());
}

#[test]
fn what_is_returned_follows_the_wish_within_bounds() {
    let (full, header) = (Some(Return::Full), Some(Return::Headers));
    let large = [ORIGINAL, &vec![b'x'; RETURNED_FULL_MAX_BYTES]].concat();
    let wide = format!("Subject: s\r\n{}\r\n", "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n".repeat(2_000))
        .into_bytes();
    let cases: &[(&[u8], Option<Return>, bool, Returned<'_>)] = &[
        (ORIGINAL, full, true, Returned::Full(ORIGINAL)),
        (ORIGINAL, full, false, Returned::Header(&ORIGINAL[..35])),
        (ORIGINAL, header, true, Returned::Header(&ORIGINAL[..35])),
        (ORIGINAL, None, true, Returned::Header(&ORIGINAL[..35])),
        (&large, full, true, Returned::Header(&large[..35])),
        (b"\r\nbody\r\n", None, true, Returned::Nothing),
    ];
    for (content, asked, failed, wanted) in cases {
        assert!(Returned::of(content, *asked, *failed) == *wanted, "{asked:?} {failed}");
    }
    let Returned::Header(cut) = Returned::of(&wide, None, true) else { panic!("a header") };
    assert!(cut.len() <= RETURNED_HEADER_MAX_BYTES && cut.ends_with(b"y\r\n"));
}

#[test]
fn octets_beyond_ascii_are_returned_so_that_they_arrive() {
    let cases: &[(&str, &str, bool)] = &[
        ("Subject: s\r\n\r\nb\u{f6}dy\r\n", "message/rfc822\r\nContent-Transfer-Encoding: 8bit", true),
        ("Subject: \u{f6}\r\n\r\nbody\r\n", "message/global\r\nContent-Transfer-Encoding: base64", false),
    ];
    for (content, part, eight_bit) in cases {
        let text = text(|notification, _| {
            notification.returned = Returned::of(content.as_bytes(), Some(Return::Full), true)
        });
        assert!(text.contains(part), "{text}");
        let declared = text.split("\r\n\r\n").next().is_some_and(|head| head.contains("8bit"));
        assert_eq!((declared, !text.is_ascii()), (*eight_bit, *eight_bit));
    }
    let text =
        text(|notification, _| notification.returned = Returned::Header("Subject: \u{f6}\r\n".as_bytes()));
    assert!(text.contains("message/global-headers\r\nContent-Transfer-Encoding: base64") && text.is_ascii());
}
