//! Programs that run beside us: started so that they cannot outlive us, ended by their process id.
//!
//! Guarantees: a child gets its signal when this process dies, even by SIGKILL; dropping the handle ends the child, first politely,
//! then by SIGKILL. Not here: programs that are only waited for (`command`).

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::clock::wait_for;
use crate::command::find_program;

/// How long a child may take to end by itself after a polite signal.
const PATIENCE: Duration = Duration::from_secs(20);

/// A signal by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ask to end.
    Term,
    /// Ask to end without waiting for clients (PostgreSQL's fast shutdown).
    Interrupt,
    /// End at once, with no chance to tidy up.
    Kill,
}

impl Signal {
    fn name(self) -> &'static str {
        match self {
            Self::Term => "TERM",
            Self::Interrupt => "INT",
            Self::Kill => "KILL",
        }
    }
}

/// Stands beside a child and signals it when our end of the pipe closes without a word, that is when we died. The kernel's own
/// means, a signal at the parent's death, is lost when a child changes its user, as mail servers do.
const GUARD: &str = "read word || kill -$1 $2";

/// A running program.
pub struct Running {
    name: String,
    child: Child,
    guard: Child,
    stop: Signal,
}

/// Describes a program to start.
pub struct Start {
    command: Command,
    name: String,
    stop: Signal,
}

impl Start {
    /// `program` will get `stop` when it shall end or when we die. `user` is a system user to run as, which takes root.
    pub fn new(program: impl AsRef<OsStr>, stop: Signal, user: Option<&str>) -> Self {
        let program = program.as_ref();
        let name = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
        let mut command = match user.and(find_program("setpriv")) {
            Some(setpriv) => crate::command::command(setpriv),
            None => crate::command::command(program),
        };
        if let Some(user) = user {
            command.args(["--reuid", user, "--regid", user, "--clear-groups", "--"]).arg(program);
        }
        Self { command, name, stop }
    }

    pub fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, arguments: I) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn current_dir(mut self, path: &Path) -> Self {
        self.command.current_dir(path);
        self
    }

    /// Sends both outputs to a new file.
    pub fn log_to(mut self, path: &Path) -> Result<Self> {
        let file = std::fs::File::options().create(true).append(true).open(path)?;
        self.command.stdout(file.try_clone()?).stderr(file);
        Ok(self)
    }

    /// Errors go to a new file; the output is read by [`Running::line`].
    pub fn errors_to(mut self, path: &Path) -> Result<Self> {
        let file = std::fs::File::options().create(true).append(true).open(path)?;
        self.command.stdout(Stdio::piped()).stderr(file);
        Ok(self)
    }

    pub fn spawn(mut self) -> Result<Running> {
        let child = self.command.spawn().with_context(|| format!("cannot start {}", self.name))?;
        let guarded = ["-c", GUARD, "guard", self.stop.name(), &child.id().to_string()].map(str::to_owned);
        let mut guard = Command::new("sh");
        // A group of its own, so that what ends our group leaves it its work.
        guard
            .args(guarded)
            .process_group(0)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .stdout(Stdio::null());
        let guard = guard.spawn()?;
        Ok(Running { name: self.name, child, guard, stop: self.stop })
    }
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal; a child that has ended already is left alone.
    pub fn signal(&mut self, signal: Signal) -> Result<()> {
        if self.child.try_wait()?.is_none() {
            signal_send(self.child.id(), signal)?;
        }
        Ok(())
    }

    /// How the child ended, if it has.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until the child ends by itself; leaves it running when `limit` passes.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let what = format!("the end of {}", self.name);
        wait_for(&what, limit, || Ok(self.child.try_wait()?))
    }

    /// Asks the child to end, and insists after a while.
    pub fn stop(&mut self) -> Result<()> {
        self.signal(self.stop)?;
        if self.wait(PATIENCE).is_err() {
            eprintln!("{} does not end; killing it", self.name);
            self.child.kill()?;
            self.child.wait()?;
        }
        if let Some(mut pipe) = self.guard.stdin.take() {
            pipe.write_all(b"done\n")?;
        }
        self.guard.wait()?;
        Ok(())
    }

    /// The first line of the child's output, which must have been started with [`Start::errors_to`].
    pub fn line(&mut self, limit: Duration) -> Result<String> {
        let output = self.child.stdout.take().context("the output of this child is not read")?;
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut lines = BufReader::new(output).lines();
            // The receiver may have given up; the rest is read all the same, so that the child never blocks on its output.
            let _ = sender.send(lines.next());
            lines.for_each(drop);
        });
        match receiver.recv_timeout(limit) {
            Ok(Some(line)) => Ok(line?),
            Ok(None) => bail!("{} ended without a line", self.name),
            Err(_) => bail!("{} said nothing within {} s", self.name, limit.as_secs()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("cannot end {}: {error:#}", self.name);
        }
    }
}

/// Sends a signal to one process. The shell's own `kill` does it, as the standard library has none without `unsafe`.
pub fn signal_send(id: u32, signal: Signal) -> Result<()> {
    Command::new("sh")
        .arg("-c")
        .arg(format!("kill -{} {id}", signal.name()))
        .stderr(Stdio::null())
        .status()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_child_is_gone() {
        let child = Start::new("sleep", Signal::Term, None).args(["60"]).spawn().unwrap();
        let id = child.id();
        drop(child);
        assert!(!Path::new(&format!("/proc/{id}")).exists());
    }

    #[test]
    fn the_first_line_is_read_and_silence_ends() {
        let scratch = crate::place::Scratch::new("child-test").unwrap();
        let log = scratch.path().join("log");
        let start = |script: &str| {
            let start = Start::new("sh", Signal::Term, None).args(["-c", script]);
            start.errors_to(&log).unwrap().spawn().unwrap()
        };
        assert_eq!(start("echo ready; echo more").line(PATIENCE).unwrap(), "ready");
        assert!(start("exec sleep 60").line(Duration::from_millis(20)).is_err());
        assert!(start("exit 3").line(PATIENCE).is_err());
    }
}
