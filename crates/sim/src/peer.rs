//! The receiving servers: a real server session each, behind it a character.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use mail::{At, Reply};
use smtp::server::{Action, Received, ServerConfig, ServerSession, TlsState};

use crate::chance::Chance;

/// How a server behaves until it recovers; then it is good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Character {
    Good,
    /// Refuses each recipient the first time.
    Greylists,
    /// "Try later" to everything.
    Storms,
    /// 421 after two messages.
    Tires,
    /// Takes the message's octets and never answers.
    Tarpit,
    /// Closes when the message comes.
    DropsMidData,
    /// Keeps the message, then closes without a reply.
    TakesAndDies,
    /// 552 to everything.
    Full,
    /// Knows nobody.
    KnowsNobody,
    /// Answers with what is no reply.
    Babbles,
    /// Nobody listens.
    Closed,
}

const CHARACTERS: [Character; 11] = [
    Character::Good,
    Character::Greylists,
    Character::Storms,
    Character::Tires,
    Character::Tarpit,
    Character::DropsMidData,
    Character::TakesAndDies,
    Character::Full,
    Character::KnowsNobody,
    Character::Babbles,
    Character::Closed,
];

/// One receiving server. What it keeps survives every crash of ours.
pub(crate) struct Peer {
    character: Character,
    recovers: At,
    greylisted: HashSet<String>,
}

/// What the servers have taken, by recipient.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) copies: HashMap<String, u32>,
    /// The messages as they came.
    pub(crate) contents: HashMap<String, bytes::Bytes>,
}

/// A server's end of a connection.
pub(crate) struct Visit {
    session: ServerSession,
    input: BytesMut,
    messages: u32,
    content_announced: bool,
}

/// What a server says, and whether it then closes.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) octets: Vec<u8>,
    pub(crate) closes: bool,
}

impl Peer {
    pub(crate) fn new(now: At, chance: &mut Chance) -> Peer {
        let recovers = now.after(chance.up_to(Duration::from_secs(4 * 3_600)));
        Peer { character: *chance.pick(&CHARACTERS), recovers, greylisted: HashSet::new() }
    }

    pub(crate) fn character(&self, now: At) -> Character {
        if now >= self.recovers { Character::Good } else { self.character }
    }

    pub(crate) fn greet(&self, config: &Arc<ServerConfig>) -> (Visit, Said) {
        let mut session = ServerSession::new(config.clone(), TlsState::Clear, true);
        let mut said = Said::default();
        session.greet(&mut said.octets);
        (Visit { session, input: BytesMut::new(), messages: 0, content_announced: false }, said)
    }

    /// The server reads.
    pub(crate) fn hear(
        &mut self,
        (now, chance): (At, &mut Chance),
        visit: &mut Visit,
        octets: &[u8],
        ledger: &mut Ledger,
    ) -> Said {
        let character = self.character(now);
        let mut said = Said::default();
        if visit.content_announced && character == Character::DropsMidData {
            said.closes = true;
            return said;
        }
        visit.input.extend_from_slice(octets);
        loop {
            match visit.session.advance(&mut visit.input, &mut said.octets) {
                Action::Read => break,
                Action::Accept(received) => {
                    visit.messages += 1;
                    let Some(reply) = self.judge(character, visit.messages, &received, ledger) else {
                        said.closes = character != Character::Tarpit;
                        said.octets.clear();
                        return said;
                    };
                    let leaves = reply.code == 421;
                    visit.session.accepted(&reply, &mut said.octets);
                    if leaves {
                        said.closes = true;
                        return said;
                    }
                }
                Action::Authenticate { .. } | Action::StartTls | Action::Close => {
                    said.closes = true;
                    break;
                }
            }
        }
        visit.content_announced = said.octets.windows(4).any(|four| four == b"354 ");
        if character == Character::Babbles && !said.octets.is_empty() && chance.one_in(3) {
            said.octets = b"Hello! I am a web server.\r\n".to_vec();
        }
        said
    }

    /// The reply to a message; none when the server goes or stays silent instead.
    fn judge(
        &mut self,
        character: Character,
        nth: u32,
        received: &Received,
        ledger: &mut Ledger,
    ) -> Option<Reply> {
        let recipients: Vec<String> =
            received.envelope.forward_paths.iter().map(|path| path.address.to_string()).collect();
        let new = recipients.iter().filter(|to| self.greylisted.insert((*to).clone())).count();
        match character {
            Character::Greylists if new > 0 => {
                Some(Reply::new(451, (4, 7, 1), "Greylisted, try again later"))
            }
            Character::Storms => Some(Reply::new(451, (4, 3, 2), "System not accepting messages")),
            Character::Tires if nth > 2 => {
                Some(Reply::new(421, (4, 7, 0), "Too many messages, come back later"))
            }
            Character::Full => Some(Reply::new(552, (5, 2, 2), "Mailbox full")),
            Character::KnowsNobody => Some(Reply::new(550, (5, 1, 1), "User unknown")),
            Character::Tarpit | Character::DropsMidData => None,
            Character::TakesAndDies => {
                ledger.take(recipients, received);
                None
            }
            Character::Good
            | Character::Greylists
            | Character::Tires
            | Character::Babbles
            | Character::Closed => {
                ledger.take(recipients, received);
                Some(Reply::new(250, (2, 0, 0), "Queued"))
            }
        }
    }
}

impl Ledger {
    fn take(&mut self, recipients: Vec<String>, received: &Received) {
        for to in recipients {
            *self.copies.entry(to.clone()).or_default() += 1;
            self.contents.insert(to, received.content.clone());
        }
    }
}
