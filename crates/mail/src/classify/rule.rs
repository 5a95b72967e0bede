//! One rule of the table: when it applies, and the replies that prove it.

use super::search::Searchable;
use super::{BounceClass, Stage};
use crate::EnhancedStatus;

/// Any third number of an enhanced status.
pub(super) const ANY: u16 = u16::MAX;

/// All conditions must hold; an empty list is no condition.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Shown with each event; unique.
    pub name: &'static str,
    pub class: BounceClass,
    pub stages: Stages,
    /// Basic codes.
    pub codes: &'static [u16],
    /// Second and third number of the enhanced status. The first is left out: it often contradicts the basic code.
    pub status: &'static [(u16, u16)],
    /// One of them is in the lowered text.
    pub any_of: &'static [&'static str],
    /// None of them is.
    pub none_of: &'static [&'static str],
    /// Replies that this rule decides. A stage other than RCPT stands before: `mail: 550 …`.
    pub samples: &'static [&'static str],
    /// Replies that look alike and that this rule must leave alone.
    pub strangers: &'static [&'static str],
}

/// Which replies a rule looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stages {
    Any,
    /// Greeting to AUTH.
    BeforeMail,
    /// MAIL: about the sender.
    Sender,
    /// RCPT and after.
    Recipient,
    /// At any stage, 4yz only.
    Transient,
}

/// What most rules leave as it is.
pub(super) const RULE: Rule = Rule {
    name: "",
    class: BounceClass::Unknown,
    stages: Stages::Any,
    codes: &[],
    status: &[],
    any_of: &[],
    none_of: &[],
    samples: &[],
    strangers: &[],
};

impl Rule {
    pub(super) fn matches(
        &self,
        stage: Stage,
        code: u16,
        status: Option<EnhancedStatus>,
        text: &Searchable,
    ) -> bool {
        let holds = |needle: &&str| text.holds(needle);
        self.stages.hold(stage, code)
            && (self.codes.is_empty() || self.codes.contains(&code))
            && (self.status.is_empty() || status.is_some_and(|status| self.has_status(status)))
            && (self.any_of.is_empty() || self.any_of.iter().any(holds))
            && !self.none_of.iter().any(holds)
    }

    fn has_status(&self, EnhancedStatus(_, subject, detail): EnhancedStatus) -> bool {
        self.status.iter().any(|(s, d)| *s == subject && (*d == detail || *d == ANY))
    }
}

impl Stages {
    fn hold(self, stage: Stage, code: u16) -> bool {
        match self {
            Stages::Any => true,
            Stages::BeforeMail => {
                matches!(
                    stage,
                    Stage::Connect | Stage::Greeting | Stage::Ehlo | Stage::StartTls | Stage::Auth
                )
            }
            Stages::Sender => stage == Stage::Mail,
            Stages::Recipient => matches!(stage, Stage::Rcpt | Stage::Data | Stage::Body),
            Stages::Transient => code < 500,
        }
    }
}
