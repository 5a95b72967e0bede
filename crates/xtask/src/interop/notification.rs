//! A mailbox that a foreign server refuses, and the notification that its sender then gets, read by a foreign mail program.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::clock::wait_for;
use crate::command::{command, run_quietly};
use crate::interop::{ARRIVAL_LIMIT, SENDER_DOMAIN};
use crate::place::{self, Scratch};
use crate::product::{Database, Instance, Settings};
use crate::receiver::Receiver;
use crate::tally::Tally;

/// What the receiver refuses.
const REFUSED: &str = "refused@aiosmtpd.example";
/// The sender's own name for the transaction.
const ENVID: &str = "order-7";

pub fn run(tally: &mut Tally) -> Result<()> {
    let scratch = Scratch::new("notification")?;
    let receiver = Receiver::start(&scratch, true)?;
    let text = format!(
        "[smtp]\nauth_without_tls_on_loopback = true\n\n\
         [[route]]\ndomain = \"*\"\nnext_hop = \"127.0.0.1:{}\"\ntls = \"none\"\n",
        receiver.port
    );
    let prepared = Settings { text, database: Database::Sqlite, mode: "serve" }.prepare(&scratch)?;
    prepared.add_domain(SENDER_DOMAIN, true)?;
    let instance = prepared.start()?;
    let read = refused(&instance, &receiver).and_then(|message| read(&message));
    tally.record("a refusal comes back as a notification that Python's email package reads", &read);
    Ok(())
}

fn sender() -> String {
    format!("sender@{SENDER_DOMAIN}")
}

/// Sends to the mailbox that is refused, and returns the notification's file.
fn refused(instance: &Instance, receiver: &Receiver) -> Result<PathBuf> {
    let mut client = command(place::python());
    client.arg(place::interop_scripts().join("send_with_wishes.py"));
    client.args([instance.smtp(), instance.api_key()?, &sender(), REFUSED, ENVID]);
    run_quietly(&mut client)?;
    wait_for("the notification at the sender's server", ARRIVAL_LIMIT, || {
        let entries = fs::read_dir(receiver.kept()).into_iter().flatten().flatten();
        let is_report = |path: &PathBuf| {
            fs::read(path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains("multipart/report"))
        };
        Ok(entries.map(|entry| entry.path()).find(is_report))
    })
}

fn read(message: &PathBuf) -> Result<()> {
    let script = place::interop_scripts().join("read_notification.py");
    let mut reader = command(place::python());
    reader.arg(script).arg(message).args([&sender(), REFUSED, ENVID]);
    run_quietly(&mut reader).map(drop)
}
