//! One try at one delivery: what was said, what it means, as it will be stored.

use std::sync::Arc;

use mail::classify::{BounceClass, Classified, RULES_VERSION, Stage, Verdict, classify};
use mail::{At, EnhancedStatus, Reply};
use net::tls::TlsInfo;
use queue::Suspension;
use smtp::client::{self, FailureKind, Phase, RecipientOutcome, SessionFailure, TransactionOutcome};

/// The record of an attempt.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub started: At,
    pub duration_us: i64,
    pub site: Arc<str>,
    /// Name and address of the server that was called; empty when none was reached.
    pub peer: String,
    /// `TLSv1.3 TLS_AES_256_GCM_SHA384 verified`; none in clear.
    pub tls: Option<String>,
    /// The server tells senders what becomes of what it takes: then that is not ours to do.
    pub peer_notifies: bool,
    pub finding: Finding,
    /// The SMTP conversation with its timings, a line a line.
    pub conversation: String,
}

/// In place of what a peer said of a mail with a code.
const UNQUOTED: &str = "(its words are not kept)";

impl Attempt {
    /// Without what the peer said once it had the message, for it may quote the subject, and in it a code: replies' codes and
    /// enhanced statuses stay, in the finding and in the conversation. What it means was decided before.
    #[must_use]
    pub fn unquoted(mut self) -> Attempt {
        if self.finding.stage == Stage::Body && self.finding.is_a_reply() {
            self.finding.reply.text = UNQUOTED.into();
        }
        self.conversation = unquoted(&self.conversation);
        self
    }
}

/// A conversation without a peer's words behind the message, which is the line `C: (4096 octets)`.
fn unquoted(conversation: &str) -> String {
    let mut kept = String::with_capacity(conversation.len());
    let mut sent = false;
    for line in conversation.split_inclusive('\n') {
        let (offset, said) = line.split_once(' ').unwrap_or(("", line));
        match said.strip_prefix("S: ") {
            Some(reply) if sent => kept.push_str(&format!("{offset} S: {}\n", bare(reply.trim_end()))),
            Some(_) | None => kept.push_str(line),
        }
        sent |= said.starts_with("C: (") && said.trim_end().ends_with(" octets)");
    }
    kept
}

/// Code and enhanced status of a line of a reply, if it has them.
fn bare(line: &str) -> String {
    let Some((code, rest)) = line.split_at_checked(3).filter(|(code, _)| code.parse::<u16>().is_ok()) else {
        return UNQUOTED.to_owned();
    };
    let (mark, words) = rest.split_at_checked(1).unwrap_or((" ", ""));
    let mark = if mark == "-" { '-' } else { ' ' };
    let status = EnhancedStatus::split(words).map(|(status, _)| format!("{status} ")).unwrap_or_default();
    format!("{code}{mark}{status}{UNQUOTED}")
}

/// What was answered, and what that means.
#[derive(Clone, Debug)]
pub struct Finding {
    pub stage: Stage,
    pub reply: Reply,
    pub classified: Classified,
    /// The connection broke between the final dot and its reply: the peer may have the message.
    pub ambiguous: bool,
}

/// How a message ended whose transaction did not: why, and what its recipients knew by then.
pub struct Broke {
    pub finding: Finding,
    pub known: Vec<Option<RecipientOutcome>>,
}

/// Tries at which a server that refuses EHLO is taken for ill, mail that needs more than HELO offers waiting for its
/// recovery. Reason: they span two and a half hours; a server that is merely old does not change, and the sender should
/// hear of it the same day.
const EHLO_REFUSED_MAX: u16 = 5;

/// The same, and no more waiting.
fn for_good(reply: Reply) -> Reply {
    let status = reply.status.map(|EnhancedStatus(_, subject, detail)| EnhancedStatus(5, subject, detail));
    Reply { code: 554, status, ..reply }
}

impl Finding {
    /// From a peer's reply.
    #[must_use]
    pub fn from_reply(stage: Stage, reply: Reply) -> Finding {
        let classified = classify(stage, &reply, None);
        Finding { stage, reply, classified, ambiguous: false }
    }

    /// From how a message to one recipient ended, which had been tried `before` times; and whether the connection takes
    /// another. What the recipient already knew counts more than that the connection broke afterwards.
    #[must_use]
    pub fn of_message(ended: Result<TransactionOutcome, Broke>, before: u16) -> (Finding, bool) {
        match ended {
            Ok(TransactionOutcome { recipients, reusable }) => {
                let silent =
                    || Finding::from_break(Phase::Ready, "the peer answered for no recipient".into());
                let outcome = recipients.into_iter().next();
                (outcome.map_or_else(silent, |outcome| Finding::of_outcome(outcome, before)), reusable)
            }
            Err(Broke { finding, known }) => {
                let known = known.into_iter().next().flatten();
                (known.map_or(finding, |outcome| Finding::of_outcome(outcome, before)), false)
            }
        }
    }

    fn of_outcome(RecipientOutcome { stage, reply }: RecipientOutcome, before: u16) -> Finding {
        match stage {
            // Our own reply, made because the peer lacks an extension: to the queue it is as if the peer had said so.
            client::Stage::Capabilities if reply.is_transient() && before >= EHLO_REFUSED_MAX => {
                Finding::from_reply(Stage::Mail, for_good(reply))
            }
            client::Stage::Capabilities | client::Stage::Mail => Finding::from_reply(Stage::Mail, reply),
            client::Stage::Rcpt => Finding::from_reply(Stage::Rcpt, reply),
            client::Stage::Data => Finding::from_reply(Stage::Data, reply),
            client::Stage::Body => Finding::from_reply(Stage::Body, reply),
        }
    }

    /// From something that no server said: the network, the DNS, ourselves. Tried again later.
    #[must_use]
    pub fn local(stage: Stage, class: BounceClass, rule: &'static str, text: String) -> Finding {
        let classified = Classified {
            class: Some(class),
            rule,
            version: RULES_VERSION,
            verdict: Verdict::TryLater,
            suppress: false,
        };
        Finding { stage, reply: Reply::new(451, (4, 4, 2), text), classified, ambiguous: false }
    }

    /// From a session that cannot go on.
    #[must_use]
    pub fn from_failure(failure: &SessionFailure) -> Finding {
        let stage = stage_of(failure.phase);
        let finding = match &failure.kind {
            FailureKind::Refused(reply)
            | FailureKind::TlsRefused(reply)
            | FailureKind::AuthRefused(reply) => Finding::from_reply(stage, reply.clone()),
            FailureKind::PeerMisbehaved(what) => {
                Finding::local(stage, BounceClass::Protocol, "peer-misbehaved", what.to_string())
            }
            FailureKind::TlsNotOffered
            | FailureKind::TlsFailed
            | FailureKind::AuthNotOffered
            | FailureKind::AuthNeedsTls => {
                Finding::local(stage, BounceClass::TransientRemote, "session", failure.kind.to_string())
            }
        };
        Finding { ambiguous: failure.phase == Phase::Final, ..finding }
    }

    /// From a connection that broke or was too slow.
    #[must_use]
    pub fn from_break(phase: Phase, text: String) -> Finding {
        let finding = Finding::local(stage_of(phase), BounceClass::TransientNet, "network", text);
        Finding { ambiguous: phase == Phase::Final, ..finding }
    }

    /// Whether a server said it, rather than we found it.
    #[must_use]
    pub fn is_a_reply(&self) -> bool {
        !matches!(self.classified.rule, "network" | "dns" | "session" | "peer-misbehaved")
    }

    /// What the reply says about the path rather than about the message.
    #[must_use]
    pub fn suspends(&self) -> Option<Suspension> {
        match self.classified.class {
            Some(BounceClass::Rate) => Some(Suspension::Slowed),
            Some(BounceClass::BlockIp) => Some(Suspension::Blocked),
            Some(_) | None => (self.reply.code == 421).then_some(Suspension::Slowed),
        }
    }

    /// The class's name; `accepted` when there is nothing to explain.
    #[must_use]
    pub fn class(&self) -> &'static str {
        self.classified.class.map_or("accepted", BounceClass::name)
    }
}

fn stage_of(phase: Phase) -> Stage {
    match phase {
        Phase::Greeting => Stage::Greeting,
        Phase::Hello => Stage::Ehlo,
        Phase::StartTls | Phase::Handshake => Stage::StartTls,
        Phase::Auth => Stage::Auth,
        Phase::Ready | Phase::Reset | Phase::Mail => Stage::Mail,
        Phase::Rcpt => Stage::Rcpt,
        Phase::Data => Stage::Data,
        Phase::Body | Phase::Final => Stage::Body,
        Phase::Quit | Phase::Closed => Stage::Connect,
    }
}

/// A stage as it is stored and shown.
#[must_use]
pub fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Connect => "connect",
        Stage::Greeting => "greeting",
        Stage::Ehlo => "ehlo",
        Stage::StartTls => "starttls",
        Stage::Auth => "auth",
        Stage::Mail => "mail",
        Stage::Rcpt => "rcpt",
        Stage::Data => "data",
        Stage::Body => "body",
    }
}

/// TLS as it is stored and shown.
#[must_use]
pub fn tls_text(info: TlsInfo) -> String {
    let verified = if info.peer_verified { " verified" } else { "" };
    format!("{} {}{verified}", info.version, info.cipher_suite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_refused_ehlo_hides_is_waited_for_at_the_first_tries_only() {
        let unsaid = || Reply::new(451, (4, 6, 3), "EHLO refused");
        let lacks = || Reply::new(553, (5, 6, 7), "no SMTPUTF8");
        let cases = [
            (unsaid(), 0, Verdict::TryLater, "451 4.6.3 EHLO refused"),
            (unsaid(), EHLO_REFUSED_MAX - 1, Verdict::TryLater, "451 4.6.3 EHLO refused"),
            (unsaid(), EHLO_REFUSED_MAX, Verdict::Refused, "554 5.6.3 EHLO refused"),
            (lacks(), 0, Verdict::Refused, "553 5.6.7 no SMTPUTF8"),
            (lacks(), EHLO_REFUSED_MAX, Verdict::Refused, "553 5.6.7 no SMTPUTF8"),
        ];
        for (reply, before, verdict, shown) in cases {
            let outcome = RecipientOutcome { stage: client::Stage::Capabilities, reply };
            let ended = TransactionOutcome { recipients: vec![outcome], reusable: true };
            let (finding, reusable) = Finding::of_message(Ok(ended), before);
            let found = (finding.classified.verdict, finding.reply.to_string(), reusable);
            assert_eq!(found, (verdict, shown.to_owned(), true), "after {before} tries");
            assert_eq!((finding.suspends(), finding.classified.suppress), (None, false));
        }
    }

    #[test]
    fn what_a_peer_says_behind_a_message_can_be_left_out() {
        let before =
            "1 S: 220 mx hello\n2 C: RCPT TO:<a@x>\n3 S: 250 2.1.5 a is here\n4 C: DATA\n5 S: 354 go on\n";
        let cases = [
            ("", ""),
            ("6 C: (99 octets)\n7 S: 250 2.0.0 taken: 482916\n", "7 S: 250 2.0.0 (its words are not kept)\n"),
            (
                "6 C: (99 octets)\n7 S: 550-5.7.1 no\n7 S: 550 482916\n8 C: QUIT\n",
                "7 S: 550-5.7.1 (its words are not kept)\n7 S: 550 (its words are not kept)\n8 C: QUIT\n",
            ),
            ("6 C: (99 octets)\n7 S: é482916\n", "7 S: (its words are not kept)\n"),
            ("6 C: (99 octets)\n7 S: 250\n", "7 S: 250 (its words are not kept)\n"),
        ];
        for (behind, kept) in cases {
            let body = if behind.is_empty() { "" } else { "6 C: (99 octets)\n" };
            assert_eq!(unquoted(&format!("{before}{behind}")), format!("{before}{body}{kept}"));
        }
    }

    #[test]
    fn a_reply_that_was_heard_counts_more_than_that_the_connection_broke() {
        let broke = || Finding::from_break(Phase::Final, "reset".into());
        let refused = RecipientOutcome { stage: client::Stage::Rcpt, reply: Reply::bare(550, "No") };
        let found = |known| Finding::of_message(Err(Broke { finding: broke(), known }), 0);
        let (finding, reusable) = found(vec![Some(refused)]);
        assert_eq!((finding.reply.code, finding.ambiguous, reusable), (550, false, false));
        let (finding, reusable) = found(vec![None]);
        assert_eq!((finding.reply.code, finding.ambiguous, reusable), (451, true, false));
    }
}
