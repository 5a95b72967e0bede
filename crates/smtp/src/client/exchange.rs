//! One transaction's commands and replies: [RSET] MAIL RCPT… DATA, message, reply.
//!
//! With PIPELINING up to [`PIPELINED_MAX`] commands wait for their replies, DATA among them (RFC 2920 §3.1); without it,
//! one. Both are the same machine with another window.
//!
//! Guarantees
//! 1. `answered <= sent <= answered + window`; a command that cannot succeed any more is not sent.
//! 2. A recipient's outcome is written once. When the exchange is complete every recipient has one.
//! 3. A 354 that came although every recipient was refused is answered by a lone dot, so that the next command is not
//!    taken for a message.

use super::offer::Offer;
use super::reply::Misbehaviour;
use super::{PIPELINED_MAX, Phase, RecipientOutcome, Stage, Transaction};
use mail::xtext;
use mail::{Body, ForwardPath, Notify, Reply, Return};

#[derive(Debug)]
pub(super) struct Exchange {
    transaction: Transaction,
    offer: Offer,
    /// RSET stands first: the last transaction did not end.
    reset: bool,
    /// Those recipients that are offered to the peer, in order.
    offered: Vec<usize>,
    outcomes: Vec<Option<RecipientOutcome>>,
    sent: usize,
    answered: usize,
    /// Recipients that the peer took.
    taken: usize,
    mail: Mail,
    step: Step,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mail {
    Unanswered,
    Taken,
    Refused,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Commands,
    /// The driver writes the message.
    Body,
    /// The final dot was written.
    Final,
    /// A dot was written after a 354 that nobody needs; its reply decides nothing.
    LoneDot,
    Complete {
        reset: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Command {
    Reset,
    Mail,
    Rcpt(usize),
    Data,
}

/// What a reply leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Progress {
    More,
    SendBody,
    /// Every recipient has its outcome; whether RSET must precede the next transaction.
    Complete {
        reset: bool,
    },
    /// Every recipient has its outcome, and the connection is of no more use.
    Over,
}

impl Exchange {
    pub(super) fn new(transaction: Transaction, offer: Offer, reset: bool) -> Exchange {
        let recipients = &transaction.envelope.forward_paths;
        let lacking = lacking(&transaction, &offer);
        let mut outcomes = Vec::with_capacity(recipients.len());
        let mut offered = Vec::with_capacity(recipients.len());
        for (index, recipient) in recipients.iter().enumerate() {
            let own = recipient.address.needs_smtputf8() && !offer.smtputf8;
            let reply = lacking.clone().or_else(|| own.then(|| needs_smtputf8(&offer)));
            if reply.is_none() {
                offered.push(index);
            }
            outcomes.push(reply.map(|reply| RecipientOutcome { stage: Stage::Capabilities, reply }));
        }
        let step = if offered.is_empty() { Step::Complete { reset } } else { Step::Commands };
        Exchange {
            transaction,
            offer,
            reset,
            offered,
            outcomes,
            sent: 0,
            answered: 0,
            taken: 0,
            mail: Mail::Unanswered,
            step,
        }
    }

    pub(super) fn phase(&self) -> Phase {
        match self.step {
            Step::Commands => match self.command(self.answered) {
                Command::Reset => Phase::Reset,
                Command::Mail => Phase::Mail,
                Command::Rcpt(_) => Phase::Rcpt,
                Command::Data => Phase::Data,
            },
            Step::Body => Phase::Body,
            Step::Final | Step::LoneDot => Phase::Final,
            Step::Complete { .. } => Phase::Ready,
        }
    }

    pub(super) fn progress(&self) -> Progress {
        match self.step {
            Step::Commands | Step::Body | Step::Final | Step::LoneDot => Progress::More,
            Step::Complete { reset } => Progress::Complete { reset },
        }
    }

    /// One for each recipient as far as it is known.
    pub(super) fn into_outcomes(self) -> Vec<Option<RecipientOutcome>> {
        self.outcomes
    }

    pub(super) fn body_written(&mut self) {
        if self.step == Step::Body {
            self.step = Step::Final;
        }
    }

    // Commands

    fn command(&self, index: usize) -> Command {
        let first = usize::from(self.reset);
        match index.checked_sub(first) {
            None => Command::Reset,
            Some(0) => Command::Mail,
            Some(n) => self.offered.get(n - 1).map_or(Command::Data, |recipient| Command::Rcpt(*recipient)),
        }
    }

    /// The next command to be written, if one may be written now.
    pub(super) fn write_next(&mut self, out: &mut Vec<u8>) -> bool {
        let window = if self.offer.pipelining { PIPELINED_MAX } else { 1 };
        let all_sent = self.sent == self.offered.len() + 2 + usize::from(self.reset);
        if self.step != Step::Commands || all_sent || self.sent - self.answered >= window {
            return false;
        }
        let command = self.command(self.sent);
        let in_vain = match command {
            Command::Reset | Command::Mail => false,
            Command::Rcpt(_) => self.mail == Mail::Refused,
            Command::Data => self.mail == Mail::Refused || (self.answered == self.sent && self.taken == 0),
        };
        if in_vain {
            return false;
        }
        match command {
            Command::Reset => out.extend_from_slice(b"RSET\r\n"),
            Command::Mail => self.write_mail(out),
            Command::Rcpt(index) => {
                write_rcpt(&self.transaction.envelope.forward_paths[index], &self.offer, out)
            }
            Command::Data => out.extend_from_slice(b"DATA\r\n"),
        }
        self.sent += 1;
        true
    }

    fn write_mail(&self, out: &mut Vec<u8>) {
        let envelope = &self.transaction.envelope;
        out.extend_from_slice(b"MAIL FROM:<");
        out.extend_from_slice(envelope.reverse_path.as_str().as_bytes());
        out.push(b'>');
        if self.offer.size {
            out.extend_from_slice(b" SIZE=");
            out.extend_from_slice(self.transaction.size_bytes.to_string().as_bytes());
        }
        if envelope.body == Body::EightBitMime {
            out.extend_from_slice(b" BODY=8BITMIME");
        }
        let offered = || self.offered.iter().map(|index| &envelope.forward_paths[*index].address);
        if message_needs_smtputf8(&self.transaction) || offered().any(mail::Address::needs_smtputf8) {
            out.extend_from_slice(b" SMTPUTF8");
        }
        if self.offer.dsn {
            match envelope.ret {
                Some(Return::Full) => out.extend_from_slice(b" RET=FULL"),
                Some(Return::Headers) => out.extend_from_slice(b" RET=HDRS"),
                None => {}
            }
            if let Some(envid) = &envelope.envid {
                out.extend_from_slice(b" ENVID=");
                xtext::encode(envid, out);
            }
        }
        out.extend_from_slice(b"\r\n");
    }

    // Replies

    /// Takes the reply to the oldest command; `reply` gives it when it has to be kept. Writes a lone dot to `out` if
    /// one is owed.
    pub(super) fn answer(
        &mut self,
        code: u16,
        reply: impl Fn() -> Reply,
        out: &mut Vec<u8>,
    ) -> Result<Progress, Misbehaviour> {
        if code == 421 {
            self.settle(self.stage(), &reply);
            return Ok(Progress::Over);
        }
        match self.step {
            Step::Commands => self.command_answered(code, &reply, out),
            Step::Body if code >= 400 => {
                self.settle(Stage::Body, &reply);
                Ok(Progress::Over)
            }
            Step::Final if !(300..400).contains(&code) => {
                self.settle(Stage::Body, &reply);
                Ok(self.complete(code >= 400))
            }
            Step::LoneDot => Ok(self.complete(code >= 400)),
            Step::Body | Step::Final | Step::Complete { .. } => Err(Misbehaviour::Unexpected(code)),
        }
    }

    fn command_answered(
        &mut self,
        code: u16,
        reply: &impl Fn() -> Reply,
        out: &mut Vec<u8>,
    ) -> Result<Progress, Misbehaviour> {
        let command = self.command(self.answered);
        self.answered += 1;
        match (command, code) {
            (Command::Reset, 200..300) => {}
            (Command::Mail, 200..300) => self.mail = Mail::Taken,
            (Command::Mail, 400..) => {
                self.mail = Mail::Refused;
                self.settle(Stage::Mail, reply);
            }
            // After a refused MAIL the replies to what was pipelined behind it say nothing new.
            (Command::Rcpt(_), 200..) if self.mail == Mail::Refused => {}
            (Command::Rcpt(_), 200..300) => self.taken += 1,
            (Command::Rcpt(index), 400..) => {
                self.outcomes[index] = Some(RecipientOutcome { stage: Stage::Rcpt, reply: reply() });
            }
            (Command::Data, 354) if self.taken > 0 => {
                self.step = Step::Body;
                return Ok(Progress::SendBody);
            }
            (Command::Data, 354) => {
                out.extend_from_slice(b".\r\n");
                self.step = Step::LoneDot;
            }
            (Command::Data, 400..) => {
                self.settle(Stage::Data, reply);
                return Ok(self.complete(self.mail == Mail::Taken));
            }
            (Command::Reset | Command::Mail | Command::Rcpt(_) | Command::Data, code) => {
                return Err(Misbehaviour::Unexpected(code));
            }
        }
        Ok(Progress::More)
    }

    /// To be called when nothing more was written: the exchange is complete if no reply is owed.
    pub(super) fn rest(&mut self) -> Progress {
        if self.step == Step::Commands && self.answered == self.sent {
            return self.complete(self.mail == Mail::Taken);
        }
        self.progress()
    }

    fn complete(&mut self, reset: bool) -> Progress {
        self.step = Step::Complete { reset };
        Progress::Complete { reset }
    }

    fn stage(&self) -> Stage {
        match self.step {
            Step::Commands => match self.command(self.answered) {
                Command::Reset | Command::Mail => Stage::Mail,
                Command::Rcpt(_) => Stage::Rcpt,
                Command::Data => Stage::Data,
            },
            Step::Body | Step::Final | Step::LoneDot | Step::Complete { .. } => Stage::Body,
        }
    }

    /// The reply is for everybody who has none.
    fn settle(&mut self, stage: Stage, reply: &impl Fn() -> Reply) {
        for outcome in self.outcomes.iter_mut().filter(|outcome| outcome.is_none()) {
            *outcome = Some(RecipientOutcome { stage, reply: reply() });
        }
    }
}

/// Why the peer cannot take this message for anybody.
fn lacking(transaction: &Transaction, offer: &Offer) -> Option<Reply> {
    if transaction.envelope.body == Body::EightBitMime && !offer.eight_bit {
        let text = "The receiving server does not take 8-bit messages (8BITMIME)";
        return Some(if offer.unsaid { unsaid() } else { Reply::new(554, (5, 6, 3), text) });
    }
    if message_needs_smtputf8(transaction) && !offer.smtputf8 {
        return Some(needs_smtputf8(offer));
    }
    if offer.size_max_bytes > 0 && transaction.size_bytes > offer.size_max_bytes {
        return Some(Reply::new(
            552,
            (5, 3, 4),
            "The message is larger than the receiving server takes (SIZE)",
        ));
    }
    None
}

fn message_needs_smtputf8(transaction: &Transaction) -> bool {
    let envelope = &transaction.envelope;
    envelope.smtputf8 || envelope.reverse_path.address().is_some_and(mail::Address::needs_smtputf8)
}

fn needs_smtputf8(offer: &Offer) -> Reply {
    let text = "The receiving server does not take internationalized addresses (SMTPUTF8)";
    if offer.unsaid { unsaid() } else { Reply::new(553, (5, 6, 7), text) }
}

/// A server that refuses EHLO may be ill; a sound one of today knows it.
fn unsaid() -> Reply {
    Reply::new(
        451,
        (4, 6, 3),
        "The receiving server refused EHLO, so it is not known to take more than plain mail",
    )
}

fn write_rcpt(recipient: &ForwardPath, offer: &Offer, out: &mut Vec<u8>) {
    out.extend_from_slice(b"RCPT TO:<");
    out.extend_from_slice(recipient.address.as_str().as_bytes());
    out.push(b'>');
    if offer.dsn {
        if let Some(notify) = recipient.notify {
            write_notify(notify, out);
        }
        // RFC 6533 §3: beyond ASCII only where SMTPUTF8 is offered. It is text from outside, so its form is checked
        // again: a blank or a line end in it would be another parameter or another command.
        let sendable = |byte: u8| byte.is_ascii_graphic() || (offer.smtputf8 && !byte.is_ascii());
        if let Some(orcpt) = recipient.orcpt.as_ref().filter(|orcpt| orcpt.bytes().all(sendable)) {
            out.extend_from_slice(b" ORCPT=");
            out.extend_from_slice(orcpt.as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn write_notify(notify: Notify, out: &mut Vec<u8>) {
    let (success, failure, delay) = match notify {
        Notify::On { success: false, failure: false, delay: false } => return,
        Notify::Never => return out.extend_from_slice(b" NOTIFY=NEVER"),
        Notify::On { success, failure, delay } => (success, failure, delay),
    };
    let mut mark: &[u8] = b" NOTIFY=";
    for (wanted, word) in [(success, "SUCCESS"), (failure, "FAILURE"), (delay, "DELAY")] {
        if wanted {
            out.extend_from_slice(mark);
            out.extend_from_slice(word.as_bytes());
            mark = b",";
        }
    }
}
