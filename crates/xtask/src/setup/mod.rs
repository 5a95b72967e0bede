//! `cargo xtask setup`: what the tests need beyond Rust; and what the gallery's pictures and scores need.
//!
//! Guarantees: idempotent, and quick when nothing is missing; no service of the system is left running; nothing but
//! Debian packages is installed outside the target directory. Without root it installs none and names what is missing.

mod debian;
mod node;
mod python;

use anyhow::Result;

use crate::place;

/// Whether we may install packages and run programs as other users.
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

pub fn run() -> Result<()> {
    debian::install(&debian::TESTS)?;
    python::install()?;
    console_scripts()?;
    node::install(&place::interop_scripts(), &place::interop_installed().join("node"))
}

/// What `cargo xtask screens` needs: the browser, and letters of every language. Without root it goes on with what there is.
pub fn console() -> Result<()> {
    if let Err(error) = debian::install(&debian::GALLERY[..4]) {
        if is_root() {
            return Err(error);
        }
        eprintln!("{error:#}");
    }
    console_scripts()
}

fn console_scripts() -> Result<()> {
    node::install(&place::interop_scripts().join("console"), &place::interop_installed().join("console"))
}

/// What `cargo xtask gallery` needs. Without root it goes on with what there is.
pub fn gallery() -> Result<()> {
    if let Err(error) = debian::install(&debian::GALLERY) {
        if is_root() {
            return Err(error);
        }
        eprintln!("{error:#}");
    }
    node::install(&place::interop_scripts().join("gallery"), &place::interop_installed().join("gallery"))
}

/// Tells whether `stamp` says that what `wanted` describes is installed.
fn is_installed(stamp: &std::path::Path, wanted: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|installed| installed == wanted)
}
