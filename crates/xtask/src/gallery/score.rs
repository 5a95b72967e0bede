//! What SpamAssassin and rspamd think of the mails, as far as they are installed.
//!
//! Guarantees: neither asks anybody: SpamAssassin runs its local tests only, rspamd is one of our own whose name server does not
//! exist and whose modules that ask others are off; it listens on a socket in our directory, and ends with us.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::child::{Running, Signal, Start};
use crate::clock::wait_for;
use crate::command::{command, find_program, run_quietly};
use crate::gallery::mail::Mail;
use crate::place::Scratch;
use crate::setup::is_root;

/// rspamd compiles its patterns when it starts for the first time.
const START_LIMIT: Duration = Duration::from_secs(180);
/// The host that is said to have handed the mails over: from the addresses for documentation (RFC 5737).
const CLIENT: [&str; 2] = ["mail.app.example", "192.0.2.25"];
/// Modules of rspamd that ask others, or that know nothing yet.
const OFF: [&str; 11] = [
    "rbl",
    "hfilter",
    "fuzzy_check",
    "surbl",
    "phishing",
    "asn",
    "rspamd_update",
    "greylist",
    "ratelimit",
    "neural",
    "dkim_signing",
];

/// Scores by the mail's file.
#[derive(Default)]
pub struct Scores {
    pub spamassassin: BTreeMap<String, f64>,
    pub rspamd: BTreeMap<String, f64>,
}

/// Asks whoever is installed; what they say in full is kept in `out`.
pub fn all(scratch: &Scratch, mails: &[Mail], out: &Path) -> Result<Scores> {
    let mut scores = Scores::default();
    if find_program("spamassassin").is_some() {
        scores.spamassassin = spamassassin(scratch, mails, out)?;
    }
    if find_program("rspamd").is_some() && find_program("rspamc").is_some() {
        scores.rspamd = rspamd(scratch, mails, out)?;
    }
    Ok(scores)
}

/// One process reads all mails, since most of its time goes into reading its rules.
fn spamassassin(scratch: &Scratch, mails: &[Mail], out: &Path) -> Result<BTreeMap<String, f64>> {
    let preferences = scratch.path().join("spamassassin.cf");
    // What it learnt elsewhere on this machine must not count.
    fs::write(
        &preferences,
        "use_bayes 0\nadd_header all Status _YESNO_, score=_SCORE_ tests=_TESTSSCORES(,)_\n",
    )?;
    let mut program = command("spamassassin");
    program.args(["-L", "-t", "-p"]).arg(&preferences);
    program.args(mails.iter().map(|mail| out.join("eml").join(format!("{}.eml", mail.file()))));
    let told = run_quietly(program.env("HOME", scratch.path()))?;
    fs::write(out.join("scores/spamassassin.txt"), &told)?;
    Ok(spamassassin_read(&told, mails))
}

/// The score stands in a field on top of the mail, whose recipient tells which one it is.
fn spamassassin_read(told: &str, mails: &[Mail]) -> BTreeMap<String, f64> {
    let mut scores = BTreeMap::new();
    let mut last = None;
    for line in told.lines() {
        if let Some(status) = line.strip_prefix("X-Spam-Status:") {
            let score = status.split("score=").nth(1).and_then(|rest| rest.split([' ', ',']).next());
            last = score.and_then(|score| score.parse::<f64>().ok());
        } else if let Some(to) = line.strip_prefix("To:")
            && let Some(mail) = mails.iter().find(|mail| to.contains(&mail.to()))
            && let Some(score) = last.take()
        {
            scores.insert(mail.file(), score);
        }
    }
    scores
}

fn rspamd(scratch: &Scratch, mails: &[Mail], out: &Path) -> Result<BTreeMap<String, f64>> {
    let (_rspamd, socket) = start(scratch)?;
    let mut scores = BTreeMap::new();
    for mail in mails {
        let mut client = command("rspamc");
        client.arg("-h").arg(&socket).args(["--json", "--helo", CLIENT[0], "--hostname", CLIENT[0]]);
        client.args(["-i", CLIENT[1], "-F", &mail.from, "-r", &mail.to()]);
        let told = run_quietly(client.arg(out.join("eml").join(format!("{}.eml", mail.file()))))?;
        fs::write(out.join("scores").join(format!("{}.rspamd.json", mail.file())), &told)?;
        let told: Value = serde_json::from_str(&told).with_context(|| format!("not JSON: {told}"))?;
        scores.insert(mail.file(), told["score"].as_f64().context("rspamd told no score")?);
    }
    Ok(scores)
}

/// Starts an rspamd with Debian's rules; gives the socket at which it answers.
fn start(scratch: &Scratch) -> Result<(Running, PathBuf)> {
    let local = scratch.folder("rspamd")?;
    let settings = scratch.folder("rspamd/local.d")?;
    let socket = local.join("socket");
    fs::write(
        settings.join("worker-normal.inc"),
        format!("bind_socket = \"{} mode=0600\";\n", socket.display()),
    )?;
    for worker in ["controller", "proxy"] {
        fs::write(settings.join(format!("worker-{worker}.inc")), "enabled = false;\n")?;
    }
    for module in OFF {
        fs::write(settings.join(format!("{module}.conf")), "enabled = false;\n")?;
    }
    let names = "dns { nameserver = [\"127.0.0.1:9\"]; timeout = 0.05s; retransmits = 1; }\n";
    fs::write(settings.join("options.inc"), names)?;
    fs::write(settings.join("logging.inc"), "type = \"console\";\nlevel = \"warning\";\n")?;
    let log = scratch.path().join("rspamd.log");
    let program = find_program("rspamd").context("rspamd is missing")?;
    let mut start = Start::new(program, Signal::Term, None).args(["-f"]);
    if is_root() {
        // Its workers would become another user, who cannot enter our directory.
        start = start.args(["-i"]);
    }
    for variable in ["LOCAL_CONFDIR", "DBDIR", "RUNDIR", "LOGDIR"] {
        start = start.args(["--var".to_owned(), format!("{variable}={}", local.display())]);
    }
    let mut running = start.log_to(&log)?.spawn()?;
    wait_for("rspamd's start", START_LIMIT, || {
        if running.ended()?.is_some() {
            bail!("rspamd ended at its start:\n{}", fs::read_to_string(&log).unwrap_or_default());
        }
        Ok(std::os::unix::net::UnixStream::connect(&socket).ok())
    })?;
    Ok((running, socket))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_belongs_to_the_mail_below_it() {
        let mail = |name: &str| Mail {
            name: name.into(),
            locale: "en",
            subject: String::new(),
            from: String::new(),
            html: String::new(),
            text: String::new(),
            raw: Vec::new(),
        };
        let told = "X-Spam-Status: No, score=-0.1 tests=A=0.1,\n\tB=-0.2\nTo: <a.en@example.com>\n\nTo: b.en@example.com\n\
                    X-Spam-Status: No, score=2.5 tests=none\nFrom: x\nTo: b.en@example.com\n";
        let scores = spamassassin_read(told, &[mail("a"), mail("b"), mail("c")]);
        assert_eq!(scores, BTreeMap::from([("a.en".to_owned(), -0.1), ("b.en".to_owned(), 2.5)]));
    }
}
