//! The cases: size of the messages, sessions at once, whether a session stays for the next message.

use crate::bench::relay::load::Measured;
use crate::bench::relay::peer::Server;

/// One kind of work.
pub struct Case {
    pub name: &'static str,
    /// Bytes of the body.
    pub size: u32,
    pub sessions: u32,
    pub connection: Connection,
}

/// Whether a session carries one message or many.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    Persistent,
    PerMessage,
}

/// Every case, in the order of the report.
pub fn all() -> Vec<Case> {
    let case = |name, size, sessions, connection| Case { name, size, sessions, connection };
    vec![
        case("4k-20-persistent", 4096, 20, Connection::Persistent),
        case("4k-100-persistent", 4096, 100, Connection::Persistent),
        case("4k-20-reconnect", 4096, 20, Connection::PerMessage),
        case("50k-20-persistent", 51200, 20, Connection::Persistent),
        case("50k-100-persistent", 51200, 100, Connection::Persistent),
    ]
}

impl Case {
    /// How many messages are sent: for either server enough to run for some seconds, as a rate needs, and not so many that the slower
    /// takes minutes. So the faster one gets more of them, which is no favour: its queue and its database grow larger.
    pub fn messages(&self, server: Server, quick: bool) -> u32 {
        let full = match (server, self.size > 10_000) {
            (Server::Postfix, _) => 10_000,
            (Server::Postrider, false) => 100_000,
            (Server::Postrider, true) => 40_000,
        };
        if quick { full / 3 } else { full }
    }
}

/// What was measured of one case, round by round.
#[derive(Clone, Default)]
pub struct Result {
    pub postfix: Vec<Measured>,
    pub postrider: Vec<Measured>,
}

impl Result {
    pub fn of(&mut self, server: Server) -> &mut Vec<Measured> {
        match server {
            Server::Postfix => &mut self.postfix,
            Server::Postrider => &mut self.postrider,
        }
    }
}
