//! Debian packages: each is known by the program that it brings, so that another source of the same program will do.
//!
//! Guarantees: packages are installed with starting of services forbidden, so no system Postfix, OpenDKIM, PostgreSQL, nginx or rspamd comes up.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Result, bail};

use crate::command::{command, find_program, run_quietly};
use crate::postgres;
use crate::setup::is_root;

/// Asked by Debian's scripts before they start a service; exit code 101 forbids it.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// A package, and how its presence is seen.
pub struct Package {
    name: &'static str,
    present: fn() -> bool,
}

/// What the tests need.
pub const TESTS: [Package; 10] = [
    Package { name: "chromium", present: || find_program("chromium").is_some() },
    Package { name: "postfix", present: || find_program("smtp-source").is_some() },
    Package { name: "opendkim", present: || find_program("opendkim").is_some() },
    Package { name: "opendkim-tools", present: || find_program("opendkim-testmsg").is_some() },
    Package { name: "swaks", present: || find_program("swaks").is_some() },
    Package { name: "postgresql", present: || postgres::programs().is_some() },
    Package { name: "python3-venv", present: python_makes_environments },
    Package { name: "nodejs", present: || find_program("node").is_some() },
    Package { name: "nginx", present: || find_program("nginx").is_some() },
    Package { name: "npm", present: || find_program("npm").is_some() },
];

/// What the gallery's pictures and scores need.
pub const GALLERY: [Package; 6] = [
    Package { name: "chromium", present: || find_program("chromium").is_some() },
    Package { name: "fonts-noto-cjk", present: || Path::new("/usr/share/fonts/opentype/noto").is_dir() },
    Package { name: "nodejs", present: || find_program("node").is_some() },
    Package { name: "npm", present: || find_program("npm").is_some() },
    Package { name: "rspamd", present: || find_program("rspamd").is_some() },
    Package { name: "spamassassin", present: || find_program("spamassassin").is_some() },
];

fn python_makes_environments() -> bool {
    run_quietly(command("python3").args(["-c", "import venv, ensurepip"])).is_ok()
}

/// Installs those that are missing, as root; without it, the error names them.
pub fn install(packages: &[Package]) -> Result<()> {
    let missing = missing(packages);
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !is_root() {
        bail!("missing: {list}. As root, `apt-get install {list}` installs them; so does this command.");
    }
    println!("installing Debian packages: {list}");
    let _forbidden = ServicesForbidden::new()?;
    let apt = |arguments: &[&str]| {
        let mut apt = command("apt-get");
        run_quietly(apt.args(["-q", "-y"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update"])?;
    let mut arguments = vec!["install", "--no-install-recommends"];
    arguments.extend(&missing);
    apt(&arguments)?;
    disable_services(&missing);
    let still = self::missing(packages);
    if !still.is_empty() {
        bail!("still missing after the installation: {}", still.join(" "));
    }
    Ok(())
}

fn missing(packages: &[Package]) -> Vec<&'static str> {
    packages.iter().filter(|package| !(package.present)()).map(|package| package.name).collect()
}

/// On a machine with systemd, what was just installed must not come up at the next boot either.
fn disable_services(installed: &[&str]) {
    if Path::new("/run/systemd/system").exists() {
        for service in installed
            .iter()
            .filter(|package| ["postfix", "opendkim", "postgresql", "nginx", "rspamd"].contains(package))
        {
            if let Err(error) = run_quietly(command("systemctl").args(["disable", service])) {
                eprintln!("{service} may start at the next boot: {error:#}");
            }
        }
    }
}

/// While it lives, packages cannot start services. An administrator's own policy file is left as it is.
struct ServicesForbidden {
    ours: bool,
}

impl ServicesForbidden {
    fn new() -> Result<Self> {
        let ours = !Path::new(POLICY).exists();
        if ours {
            fs::write(POLICY, "#!/bin/sh\nexit 101\n")?;
            fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755))?;
        }
        Ok(Self { ours })
    }
}

impl Drop for ServicesForbidden {
    fn drop(&mut self) {
        if self.ours
            && let Err(error) = fs::remove_file(POLICY)
        {
            eprintln!("cannot remove {POLICY}: {error}");
        }
    }
}
