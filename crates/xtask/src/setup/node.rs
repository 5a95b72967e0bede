//! npm packages, as the committed lock file names them, under the target directory. No package's install script runs.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::command::{command, run_quietly};
use crate::setup;

/// Installs what the lock file in `scripts` names into `folder`.
pub fn install(scripts: &Path, folder: &Path) -> Result<()> {
    let wanted = fs::read_to_string(scripts.join("package-lock.json"))?;
    let stamp = folder.join("installed.json");
    if setup::is_installed(&stamp, &wanted) {
        return Ok(());
    }
    println!("installing npm packages into {}", folder.display());
    fs::create_dir_all(folder)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(scripts.join(file), folder.join(file))?;
    }
    let mut npm = command("npm");
    run_quietly(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder))?;
    Ok(fs::write(stamp, wanted)?)
}
