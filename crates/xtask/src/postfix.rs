//! A Postfix of our own: Debian's package with its defaults, in directories and on ports of its own.
//!
//! Guarantees: the system's Postfix, its configuration and its queue are not touched; it listens on loopback only; it ends with its handle.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::child::{Running, Signal, Start};
use crate::clock::wait_for;
use crate::command::{command, run_quietly};
use crate::place::{Scratch, free_port};
use crate::setup::is_root;

const START_LIMIT: Duration = Duration::from_secs(30);

/// What Debian writes into a new `main.cf`, less TLS (neither side of a test offers it) and what belongs to directories.
const DEBIAN_DEFAULTS: &str = "\
compatibility_level = 3.6
smtpd_banner = $myhostname ESMTP $mail_name (Debian/GNU)
biff = no
append_dot_mydomain = no
readme_directory = no
smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination
mailbox_size_limit = 0
recipient_delimiter = +
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.example
mydestination =
alias_maps =
alias_database =
";

/// Debian's services, without the ones that hand mail to other programs. `PORT` stands for the listener.
const SERVICES: &str = "\
127.0.0.1:PORT inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";

/// A running Postfix.
pub struct Postfix {
    master: Running,
    port: u16,
}

impl Postfix {
    /// Starts with `settings`, lines of `main.cf`, on top of the defaults.
    pub fn start(scratch: &Scratch, settings: &str) -> Result<Self> {
        if !is_root() {
            bail!("Postfix changes its user, so this takes root");
        }
        let config = scratch.folder("postfix-config")?;
        let port = free_port()?;
        write_configuration(scratch, &config, port, settings)?;
        let config_text = config.to_string_lossy().into_owned();
        // It makes the folders of a new queue.
        run_quietly(command("postfix").args(["-c", &config_text, "check"]))?;
        // The master itself and not `postfix start-fg`, whose shell would get our signals in its place.
        let log = scratch.path().join("postfix-start");
        let start =
            Start::new(daemon_folder()?.join("master"), Signal::Term, None).args(["-s", "-c", &config_text]);
        let start = start.env("MAIL_CONFIG", &config).log_to(&log)?;
        let mut master = start.spawn()?;
        wait_for("Postfix's start", START_LIMIT, || {
            if master.ended()?.is_some() {
                bail!("Postfix ended at its start:\n{}", fs::read_to_string(&log).unwrap_or_default());
            }
            Ok(std::net::TcpStream::connect(("127.0.0.1", port)).ok())
        })?;
        Ok(Self { master, port })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id of the master, parent of all its others.
    pub fn id(&self) -> u32 {
        self.master.id()
    }
}

fn write_configuration(scratch: &Scratch, config: &Path, port: u16, settings: &str) -> Result<()> {
    let queue = scratch.folder("postfix-queue")?;
    let data = scratch.folder("postfix-data")?;
    run_quietly(command("chown").args(["postfix", &data.to_string_lossy()]))?;
    let directories = format!("queue_directory = {}\ndata_directory = {}\n", queue.display(), data.display());
    fs::write(config.join("main.cf"), format!("{DEBIAN_DEFAULTS}{directories}{settings}"))?;
    fs::write(config.join("master.cf"), SERVICES.replace("PORT", &port.to_string()))?;
    // Postfix asks for the maps of its libraries beside its settings, even when there is none to load.
    let maps: PathBuf = config.join("dynamicmaps.cf");
    Ok(fs::write(maps, "")?)
}

fn daemon_folder() -> Result<PathBuf> {
    Ok(run_quietly(command("postconf").args(["-d", "-h", "daemon_directory"]))?.trim().into())
}

/// The version of the installed Postfix.
pub fn version() -> String {
    let shown = run_quietly(command("postconf").args(["-d", "-h", "mail_version"]));
    shown.map_or_else(|_| "unknown".to_owned(), |version| version.trim().to_owned())
}
