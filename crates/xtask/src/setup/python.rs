//! Python packages, in an environment of their own under the target directory.

use std::fs;

use anyhow::Result;

use crate::command::{command, run_quietly};
use crate::{place, setup};

pub fn install() -> Result<()> {
    let list = place::interop_scripts().join("requirements.txt");
    let wanted = fs::read_to_string(&list)?;
    let environment = place::interop_installed().join("venv");
    let stamp = environment.join("installed.txt");
    if setup::is_installed(&stamp, &wanted) {
        return Ok(());
    }
    println!("installing Python packages into {}", environment.display());
    run_quietly(command("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = command(place::python());
    run_quietly(pip.args(["-m", "pip", "install", "--quiet", "--no-input", "-r"]).arg(&list))?;
    Ok(fs::write(stamp, wanted)?)
}
