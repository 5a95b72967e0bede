//! Pictures of the mails by Chromium, wide and narrow, light and dark; and what it finds that people could not read.

use std::path::Path;

use anyhow::{Context, Result};

use crate::command::{command, find_program, run_lines};
use crate::place::{self, Scratch};

/// Takes them; tells whether everything can be read. The findings are printed.
pub fn take(scratch: &Scratch, out: &Path) -> Result<bool> {
    let chromium =
        find_program("chromium").context("chromium is missing: as root, this command installs it")?;
    let mut node = command("node");
    node.arg(place::interop_scripts().join("gallery/look.mjs"))
        .arg(place::interop_installed().join("gallery"));
    node.arg(chromium).arg(scratch.folder("chromium")?).arg(out.join("html")).arg(out.join("pictures"));
    run_lines(&mut node, |_| {})
}
