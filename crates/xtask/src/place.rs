//! Where things are: the checkout, the target directory, and the scratch directory of one run.
//!
//! Guarantees: a scratch directory is new, belongs to this run alone, and is removed when dropped.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail};

/// The root of the checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("invariant: this crate lies two folders below the root").to_path_buf()
}

/// Cargo's target directory, as the caller chose it.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where the packages of other languages are installed.
pub fn interop_installed() -> PathBuf {
    target().join("interop")
}

/// The scripts that drive foreign clients and receivers.
pub fn interop_scripts() -> PathBuf {
    root().join("interop")
}

/// The Python of the tests' own environment.
pub fn python() -> PathBuf {
    interop_installed().join("venv/bin/python")
}

/// A directory of one run.
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Makes a directory that other system users may enter, as Postfix and PostgreSQL run under their own.
    ///
    /// It lies on a real disk: `TMPDIR` if set, else the system's place for larger temporary files, since the usual one
    /// is often held in memory, where a flush costs nothing and measures nothing.
    pub fn new(name: &str) -> Result<Self> {
        let base = std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from("/var/tmp"), PathBuf::from);
        remove_orphans(&base);
        let path = (0..u32::MAX)
            .map(|n| base.join(format!("postrider-{name}-{}-{n}", std::process::id())))
            .find(|path| !path.exists())
            .expect("invariant: fewer scratch directories than numbers");
        fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        Ok(Self { path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A new directory inside.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if std::env::var_os("XTASK_KEEP").is_some() {
            eprintln!("kept: {}", self.path.display());
        } else if let Err(error) = fs::remove_dir_all(&self.path) {
            eprintln!("cannot remove {}: {error}", self.path.display());
        }
    }
}

/// Removes the directories of runs that were killed.
fn remove_orphans(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(rest) = name.strip_prefix("postrider-") else { continue };
        let id = rest.rsplit('-').nth(1).and_then(|id| id.parse::<u32>().ok());
        if id.is_some_and(|id| !Path::new(&format!("/proc/{id}")).exists()) {
            // Another run may remove it in the same moment.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Ports below those that the system gives to outgoing connections, which come and go by the thousand during a run.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A free port of the loopback address, for programs that cannot say which one they took. Never twice the same in this run;
/// another program may take it before its user does, and that run then fails at once.
pub fn free_port() -> Result<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in PORTS {
        let turn = std::process::id().wrapping_mul(97).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let offset =
            u16::try_from(turn % u32::from(PORTS.end - PORTS.start)).context("a port has 16 bits")?;
        let port = PORTS.start + offset;
        if std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port on 127.0.0.1")
}
