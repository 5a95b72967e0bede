//! Postfix's smtp-source, which sends as fast as it gets answers.

use anyhow::Result;

use crate::bench::relay::peer::SENDER_DOMAIN;
use crate::child::{Running, Signal, Start};
use crate::command::find_program;

/// What is sent, and how.
#[derive(Clone, Copy)]
pub struct Work {
    /// Bytes of the body.
    pub size: u32,
    /// Sessions at once.
    pub sessions: u32,
    /// Whether a session carries many messages, or one.
    pub persistent: bool,
}

/// Starts sending to a port.
pub fn source(work: &Work, messages: u32, port: u16) -> Result<Running> {
    let mut arguments = vec!["-4".to_owned()];
    if work.persistent {
        arguments.push("-d".to_owned());
    }
    let pairs = [("-s", work.sessions), ("-m", messages), ("-l", work.size)];
    arguments.extend(pairs.into_iter().flat_map(|(option, figure)| [option.to_owned(), figure.to_string()]));
    let sender = format!("sender@{SENDER_DOMAIN}");
    arguments
        .extend(["-f", &sender, "-t", "recipient@sink.example", "-M", "source.example"].map(str::to_owned));
    arguments.push(format!("127.0.0.1:{port}"));
    let program = find_program("smtp-source").unwrap_or_else(|| "smtp-source".into());
    Start::new(program, Signal::Term, None).args(arguments).spawn()
}
