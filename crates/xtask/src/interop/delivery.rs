//! Every client sends through a server that delivers to a real Postfix and to aiosmtpd; what arrives there carries valid signatures.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::clock::wait_for;
use crate::command::{command, run_quietly};
use crate::http::Api;
use crate::interop::sender::{SENDERS, Sender};
use crate::interop::signature::Records;
use crate::interop::{ARRIVAL_LIMIT, SENDER_DOMAIN, signature};
use crate::place::Scratch;
use crate::postfix::Postfix;
use crate::product::{Database, Instance, Settings};
use crate::receiver::Receiver;
use crate::setup::is_root;
use crate::tally::Tally;

/// A system user that owns nothing, into whose mailbox Postfix delivers; it never delivers as root.
const MAILBOX_USER: &str = "nobody";
const MAILBOX_USER_ID: u32 = 65534;

/// A receiving server: its name, its domain, the folder where its mail appears.
struct Place {
    name: &'static str,
    domain: &'static str,
    folder: PathBuf,
}

pub fn run(tally: &mut Tally) -> Result<()> {
    let scratch = Scratch::new("delivery")?;
    let receiver = Receiver::start(&scratch, true)?;
    let mut places =
        vec![Place { name: "aiosmtpd", domain: "aiosmtpd.example", folder: receiver.kept().to_path_buf() }];
    let mut routes = route("aiosmtpd.example", receiver.port);
    let postfix = if is_root() { Some(mailbox_server(&scratch)?) } else { None };
    if let Some((postfix, folder)) = &postfix {
        routes += &route("postfix.example", postfix.port());
        places.push(Place { name: "Postfix", domain: "postfix.example", folder: folder.clone() });
    } else {
        println!("skipped: Postfix as a receiver, which takes root");
    }
    let text = format!("[smtp]\nauth_without_tls_on_loopback = true\n\n{routes}");
    let prepared = Settings { text, database: Database::Sqlite, mode: "serve" }.prepare(&scratch)?;
    prepared.add_domain(SENDER_DOMAIN, true)?;
    let instance = prepared.start()?;
    let records =
        signature::records(&mut Api::connect(instance.http(), instance.api_key()?)?, SENDER_DOMAIN)?;
    for sender in SENDERS {
        for place in &places {
            check(tally, &scratch, &instance, (sender, place), &records);
        }
    }
    Ok(())
}

fn check(
    tally: &mut Tally,
    scratch: &Scratch,
    instance: &Instance,
    (sender, place): (Sender, &Place),
    records: &Records,
) {
    let name = format!("{} through us to {}", sender.name(), place.name);
    let arrived = arrived(instance, sender, place);
    tally.record(&name, &arrived.as_ref().map(drop).map_err(|error| anyhow::anyhow!("{error:#}")));
    if let Ok(message) = arrived {
        tally.record(
            &format!("{name}: signatures valid for dkimpy"),
            &signature::dkimpy(scratch, &message, records),
        );
        if is_root() {
            tally.record(
                &format!("{name}: signatures valid for OpenDKIM"),
                &signature::opendkim(scratch, &message, records),
            );
        }
    }
}

/// Sends, and returns the file that appears at the receiver.
fn arrived(instance: &Instance, sender: Sender, place: &Place) -> Result<PathBuf> {
    let subject = format!("delivered from {sender:?} to {}", place.name);
    let sent = format!("sender@{SENDER_DOMAIN}");
    sender.send(instance, &sent, &format!("inbox@{}", place.domain), &subject)?;
    wait_for("the message at the receiver", ARRIVAL_LIMIT, || {
        let entries = fs::read_dir(&place.folder).into_iter().flatten().flatten();
        let holds = |path: &PathBuf| {
            fs::read(path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(&subject))
        };
        Ok(entries.map(|entry| entry.path()).find(holds))
    })
}

fn route(domain: &str, port: u16) -> String {
    format!("[[route]]\ndomain = \"{domain}\"\nnext_hop = \"127.0.0.1:{port}\"\ntls = \"none\"\n\n")
}

/// A Postfix that delivers into a mail folder, and the subfolder where new mail appears.
fn mailbox_server(scratch: &Scratch) -> Result<(Postfix, PathBuf)> {
    let base = scratch.folder("mailboxes")?;
    run_quietly(command("chown").arg(MAILBOX_USER).arg(&base))?;
    let settings = format!(
        "virtual_mailbox_domains = postfix.example\nvirtual_mailbox_base = {}\nvirtual_mailbox_maps = static:inbox/\n\
         virtual_uid_maps = static:{MAILBOX_USER_ID}\nvirtual_gid_maps = static:{MAILBOX_USER_ID}\n",
        base.display()
    );
    let postfix = Postfix::start(scratch, &settings).context("Postfix as a receiver")?;
    Ok((postfix, Path::new(&base).join("inbox/new")))
}
