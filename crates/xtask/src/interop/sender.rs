//! The clients, each with its own idea of SMTP or of our API.

use std::path::PathBuf;

use anyhow::Result;

use crate::command::{command, run_quietly};
use crate::place;
use crate::product::Instance;

/// A client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    Swaks,
    Smtplib,
    Nodemailer,
    ResendNode,
    ResendPython,
}

/// Every client.
pub const SENDERS: [Sender; 5] =
    [Sender::Swaks, Sender::Smtplib, Sender::Nodemailer, Sender::ResendNode, Sender::ResendPython];

impl Sender {
    pub fn name(self) -> &'static str {
        match self {
            Self::Swaks => "swaks",
            Self::Smtplib => "Python's smtplib",
            Self::Nodemailer => "nodemailer",
            Self::ResendNode => "the Resend SDK for Node",
            Self::ResendPython => "the Resend SDK for Python",
        }
    }

    /// Sends one message; the client's own verdict on the answer counts.
    pub fn send(self, instance: &Instance, from: &str, to: &str, subject: &str) -> Result<()> {
        let script = |name: &str| place::interop_scripts().join(name).to_string_lossy().into_owned();
        let (key, mail) = (instance.api_key()?, [from, to, subject]);
        let mut client = match self {
            Self::Swaks => command("swaks"),
            Self::Smtplib | Self::ResendPython => command(place::python()),
            Self::Nodemailer | Self::ResendNode => command("node"),
        };
        match self {
            Self::Swaks => client.args(swaks(instance.smtp(), key, mail)),
            Self::Smtplib => client.args([&script("send_smtplib.py"), instance.smtp(), key]).args(mail),
            Self::ResendPython => client.args([&script("send_resend.py"), instance.http(), key]).args(mail),
            Self::Nodemailer => client
                .arg(script("send_nodemailer.mjs"))
                .arg(modules())
                .args([instance.smtp(), key])
                .args(mail),
            Self::ResendNode => {
                client.arg(script("send_resend.mjs")).arg(modules()).args([instance.http(), key]).args(mail)
            }
        };
        run_quietly(&mut client).map(drop)
    }
}

fn modules() -> PathBuf {
    place::interop_installed().join("node")
}

fn swaks(address: &str, key: &str, [from, to, subject]: [&str; 3]) -> Vec<String> {
    let subject = format!("Subject: {subject}");
    let arguments = [
        "--server",
        address,
        "--tls-optional",
        "--auth",
        "PLAIN",
        "--auth-user",
        "postrider",
        "--auth-password",
        key,
        "--from",
        from,
        "--to",
        to,
        "--header",
        &subject,
        "--body",
        "Plain text.\n..dots\n",
        "--timeout",
        "30",
    ];
    arguments.map(str::to_owned).to_vec()
}
