//! What a reply means. Fields: the stage as a digit, the code, the text.
//!
//! Properties
//! 1. The basic code decides about accepted, later and refused; only a permanent reply to RCPT about the recipient
//!    suppresses; what no rule knows never does.
//! 2. Neither case nor an address in the text changes the finding: `spam@example.org` is no verdict.

use mail::classify::{BounceClass, Classified, Stage, Verdict, classify, rules};
use mail::{EnhancedStatus, Reply};

use crate::{Target, kind, target};

pub(super) const TARGET: Target = Target {
    name: "classify",
    check,
    tokens: &[
        "550",
        "450",
        "552",
        "5.1.1 ",
        "4.7.1 ",
        "(#5.1.1)",
        "user unknown",
        "no such user",
        "mailbox full",
        "too many recipients",
        "blocked using zen.spamhaus.org",
        "sender address rejected",
        "does not exist",
        "<ann@x.org>",
        "greylisted, try later",
        "policy",
        "spam",
        "\n",
        "\u{130}\u{df}",
    ],
    input_max: target::INPUT_MAX,
    rounds: 2_000,
};

const STAGES: [Stage; 9] = [
    Stage::Connect,
    Stage::Greeting,
    Stage::Ehlo,
    Stage::StartTls,
    Stage::Auth,
    Stage::Mail,
    Stage::Rcpt,
    Stage::Data,
    Stage::Body,
];

fn check(input: &[u8]) -> u64 {
    let [stage, code, text] = target::fields(input);
    let stage = STAGES[usize::from(stage.first().copied().unwrap_or(b'6').wrapping_sub(b'0')) % STAGES.len()];
    let code = 200 + target::text(code).parse::<u16>().unwrap_or(550).wrapping_sub(200) % 400;
    let text = target::text(text);
    let found = of(stage, code, &text);
    holds(stage, code, found);
    for other in [
        text.to_ascii_uppercase(),
        text.to_ascii_lowercase(),
        format!("{text} <user-unknown.spam@blocked.example>"),
        text.replace('\n', " abuse@policy.example\n"),
    ] {
        assert_eq!(of(stage, code, &other), found, "{other:?}");
    }
    kind((found.rule, found.verdict, stage))
}

fn of(stage: Stage, code: u16, text: &str) -> Classified {
    // As the client reads it: the status of the first line is the reply's.
    let (first, more) = text.split_at(text.find('\n').unwrap_or(text.len()));
    let reply = match EnhancedStatus::split(first) {
        Some((status, rest)) => Reply::new(code, (status.0, status.1, status.2), format!("{rest}{more}")),
        None => Reply::bare(code, text.to_owned()),
    };
    classify(stage, &reply, None)
}

/// By the book of the module, apart from its table.
fn holds(stage: Stage, code: u16, found: Classified) {
    let accepted = match stage {
        Stage::Data => code == 354,
        Stage::Auth => code == 235,
        _ => (200..300).contains(&code),
    };
    assert_eq!(accepted, found.class.is_none());
    assert_eq!(accepted, found.verdict == Verdict::Accepted);
    if found.suppress {
        assert_eq!((stage, found.class), (Stage::Rcpt, Some(BounceClass::HardRecipient)));
        assert!(code >= 500 && found.verdict == Verdict::Refused, "{code}");
        assert!(rules().any(|rule| rule.name == found.rule), "unknown never suppresses");
    }
    assert_eq!(found.rule == "no-rule", found.class == Some(BounceClass::Unknown));
    if found.verdict == Verdict::Refused {
        assert!(
            code >= 500 && matches!(stage, Stage::Mail | Stage::Rcpt | Stage::Data | Stage::Body),
            "{code} {stage:?}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "left == right")]
    fn a_suppression_for_a_reply_to_the_message_is_seen() {
        let found = of(Stage::Rcpt, 550, "5.1.1 user unknown");
        assert!(found.suppress);
        holds(Stage::Rcpt, 550, found);
        holds(Stage::Body, 550, found);
    }
}
