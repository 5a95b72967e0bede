//! The servers that are compared, started so that they relay everything to one sink.

use anyhow::Result;

use crate::bench::relay::bare::BareRelay;
use crate::bench::relay::signer::Signer;
use crate::place::Scratch;
use crate::postfix::Postfix;
use crate::product::{Database, Instance, Settings};

/// The domain of every sender.
pub const SENDER_DOMAIN: &str = "bench.example";

/// A server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Server {
    Postfix,
    Postrider,
    /// Takes, flushes and passes on, and nothing else: what no server can do for less.
    Bare,
}

impl Server {
    pub fn name(self) -> &'static str {
        match self {
            Self::Postfix => "Postfix",
            Self::Postrider => "Postrider",
            Self::Bare => "bare relay",
        }
    }
}

/// All servers, in the order in which they take turns, or only one.
pub fn servers(only: Option<Server>) -> Vec<Server> {
    only.map_or_else(|| vec![Server::Postfix, Server::Postrider], |server| vec![server])
}

/// How a server shall run.
pub struct Relay {
    pub server: Server,
    pub database: Database,
    pub signed: bool,
}

/// A server that runs.
pub enum Started {
    Postfix(Postfix, Option<Signer>),
    Postrider(Instance),
    Bare(BareRelay),
}

impl Relay {
    /// Starts the server; everything that it takes goes to the sink.
    pub fn start(&self, scratch: &Scratch, sink_port: u16) -> Result<Started> {
        match self.server {
            Server::Postfix => {
                let signer = self.signed.then(|| Signer::start(scratch)).transpose()?;
                let milter = signer.as_ref().map_or_else(String::new, Signer::settings);
                let postfix =
                    Postfix::start(scratch, &format!("relayhost = [127.0.0.1]:{sink_port}\n{milter}"))?;
                Ok(Started::Postfix(postfix, signer))
            }
            Server::Postrider => {
                let settings = Settings::relay(sink_port, self.database);
                let prepared = settings.prepare(scratch)?;
                prepared.add_domain(SENDER_DOMAIN, self.signed)?;
                Ok(Started::Postrider(prepared.start()?))
            }
            Server::Bare => Ok(Started::Bare(BareRelay::start(scratch, sink_port)?)),
        }
    }
}

impl Started {
    pub fn port(&self) -> u16 {
        match self {
            Self::Postfix(postfix, _) => postfix.port(),
            Self::Postrider(instance) => instance.smtp_port(),
            Self::Bare(bare) => bare.port(),
        }
    }

    /// The processes from which everything that the server runs descends.
    pub fn roots(&self) -> Vec<u32> {
        match self {
            Self::Postfix(postfix, signer) => {
                std::iter::once(postfix.id()).chain(signer.as_ref().map(Signer::id)).collect()
            }
            Self::Postrider(instance) => instance.roots(),
            Self::Bare(bare) => vec![bare.id()],
        }
    }
}
