//! Programs that are waited for: their output shown, or returned when it is wanted.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Looks a program up in `PATH` and in the administrators' folders, which a user's `PATH` often lacks.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|candidate| candidate.is_file())
}

/// A command ready to be completed and run.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let program = program.as_ref();
    let found = program.to_str().filter(|name| !name.contains('/')).and_then(find_program);
    let mut command = found.map_or_else(|| Command::new(program), Command::new);
    command.stdin(Stdio::null());
    command
}

/// Runs a command, its output shown; an error if it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let what = describe(command);
    let status = command.status().with_context(|| format!("cannot run {what}"))?;
    if !status.success() {
        bail!("{what}: {status}");
    }
    Ok(())
}

/// Runs a command in silence; its output belongs to the error if it fails.
pub fn run_quietly(command: &mut Command) -> Result<String> {
    let what = describe(command);
    let output = command.output().with_context(|| format!("cannot run {what}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{what}: {}\n{text}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(text)
}

/// Runs a command, showing each line of its output and handing it to `each`; tells whether the command succeeded.
pub fn run_lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    read_lines(command, |line| {
        println!("{line}");
        each(line);
    })
}

/// Runs a command, handing each line of its output to `each` as it comes; tells whether the command succeeded.
pub fn read_lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    let what = describe(command);
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot run {what}"))?;
    let output = child.stdout.take().expect("invariant: the output was piped above");
    for line in BufReader::new(output).lines() {
        each(&line?);
    }
    Ok(child.wait()?.success())
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_was_run_and_what_it_said() {
        let error = run_quietly(command("sh").args(["-c", "echo why; exit 3"])).unwrap_err().to_string();
        assert!(error.contains("exit 3") && error.contains("why"), "{error}");
    }

    #[test]
    fn lines_are_handed_over_in_order() {
        let mut lines = Vec::new();
        assert!(
            run_lines(command("sh").args(["-c", "echo a; echo b"]), |line| lines.push(line.to_owned()))
                .unwrap()
        );
        assert_eq!(lines, ["a", "b"]);
    }
}
