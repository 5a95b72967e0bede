//! One try at one delivery: what was said, what it means, as it will be stored.

use std::sync::Arc;

use mail::classify::{BounceClass, Classified, RULES_VERSION, Stage, Verdict, classify};
use mail::{At, Reply};
use net::tls::TlsInfo;
use queue::Suspension;
use smtp::client::{self, FailureKind, Phase, RecipientOutcome, SessionFailure};

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
    pub finding: Finding,
    /// The SMTP conversation with its timings, a line a line.
    pub conversation: String,
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

impl Finding {
    /// From a peer's reply.
    #[must_use]
    pub fn from_reply(stage: Stage, reply: Reply) -> Finding {
        let classified = classify(stage, &reply, None);
        Finding { stage, reply, classified, ambiguous: false }
    }

    /// From a recipient's part of a transaction.
    #[must_use]
    pub fn from_outcome(outcome: RecipientOutcome) -> Finding {
        let stage = match outcome.stage {
            // Our own reply, made because the peer lacks an extension: to the queue it is as if the peer had said so.
            client::Stage::Capabilities | client::Stage::Mail => Stage::Mail,
            client::Stage::Rcpt => Stage::Rcpt,
            client::Stage::Data => Stage::Data,
            client::Stage::Body => Stage::Body,
        };
        Finding::from_reply(stage, outcome.reply)
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
