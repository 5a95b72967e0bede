//! The cases, and how many messages each takes.

use crate::bench::relay::load::Measured;
use crate::bench::relay::peer::Server;
use crate::bench::relay::source::Work;

/// One kind of work.
pub struct Case {
    pub name: &'static str,
    pub work: Work,
}

/// Every case, in the order of the report.
pub fn all() -> Vec<Case> {
    let case = |name, size, sessions, persistent| Case { name, work: Work { size, sessions, persistent } };
    vec![
        case("4k-20-persistent", 4096, 20, true),
        case("4k-100-persistent", 4096, 100, true),
        case("4k-20-reconnect", 4096, 20, false),
        case("50k-20-persistent", 51200, 20, true),
        case("50k-100-persistent", 51200, 100, true),
    ]
}

impl Case {
    /// How many messages are sent: for either server enough to run for some seconds, as a rate needs, and not so many that the slower
    /// takes minutes. So the faster one gets more of them, which is no favour: its queue and its database grow larger.
    pub fn messages(&self, server: Server, quick: bool) -> u32 {
        let full = match (server, self.work.size > 10_000) {
            (Server::Postfix, _) => 10_000,
            (Server::Postrider | Server::Bare, false) => 100_000,
            (Server::Postrider | Server::Bare, true) => 40_000,
        };
        if quick { full / 3 } else { full }
    }
}

/// What was measured of one case, round by round.
#[derive(Clone, Default)]
pub struct Result {
    /// Messages per second from the source straight into the sink: what no server can exceed.
    pub harness_per_s: f64,
    pub postfix: Vec<Measured>,
    pub postrider: Vec<Measured>,
    pub bare: Vec<Measured>,
}

impl Result {
    pub fn of(&mut self, server: Server) -> &mut Vec<Measured> {
        match server {
            Server::Postfix => &mut self.postfix,
            Server::Postrider => &mut self.postrider,
            Server::Bare => &mut self.bare,
        }
    }
}
