//! `postrider restore`: puts a backup in the place of the database.
//!
//! Guarantees
//! 1. Nothing is touched before the backup was checked, nor while a server has the data directory.
//! 2. What was there is kept beside it under another name. At every moment the directory holds the old database or the
//!    new one, whole.
//! 3. Event ids that were given out after the backup was made are not given out again, and readers are told.
//! 4. Nothing goes out by itself: what was delivered after the backup was made is due again in it, so everything is held
//!    until somebody releases it. Both are so before the backup gets its name: a crash never leaves one that is not held.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::json;

use super::answer::Answer;
use super::backup::{bar, inspected};
use super::serve::{lock_data_dir, make_data_dir};
use super::tool::Tool;
use crate::feature::access;
use crate::feature::egress::admin::{Scope, hold_add};
use crate::feature::event::restored;
use crate::id::Noun;
use crate::settings::{DatabaseUrl, Settings};

pub(super) const HELP: &str = "What was delivered after the backup was made is due again in it, so all mail is held until \
`postrider queue release`; --send-at-once leaves that out. With PostgreSQL: stop the servers, run pg_restore, then \
`postrider restore` without a file.\n\n\
Example:\n  postrider restore /var/backups/postrider-monday.db --replace";

/// The database's name in a data directory.
const DATABASE_FILE: &str = "postrider.db";
/// Octets copied at once.
const BLOCK: usize = 1 << 20;

#[derive(Args)]
pub(super) struct RestoreArgs {
    /// A file that `postrider backup` made; none when a PostgreSQL dump was restored by `pg_restore`.
    file: Option<PathBuf>,
    /// There is a database already: keep it aside under another name.
    #[arg(long)]
    replace: bool,
    /// Do not hold mail afterwards: what was delivered since the backup is sent again.
    #[arg(long)]
    send_at_once: bool,
}

pub(super) async fn run(settings: Settings, args: RestoreArgs) -> anyhow::Result<Answer> {
    let dir = settings.node.data_dir.clone();
    make_data_dir(&dir)?;
    // Held to the end, so that no server starts in between.
    let lock = lock_data_dir(&dir).context("stop the server first")?;
    let (file, aside, held) = match (settings.database.url == DatabaseUrl::Embedded, &args.file) {
        (true, Some(file)) => {
            let (aside, held) = put_in_place(&settings, file, &args).await?;
            (file.display().to_string(), aside, held)
        }
        (false, None) => {
            forget_search_index(&dir)?;
            let held = make_safe(&settings, args.send_at_once).await?;
            ("the PostgreSQL database".to_owned(), None, held)
        }
        (true, None) => bail!("name the file that `postrider backup` made"),
        (false, Some(_)) => bail!(
            "the settings name a PostgreSQL server: restore its dump with pg_restore, then run \
             `postrider restore` without a file"
        ),
    };
    drop(lock);
    Ok(told(&file, aside.as_deref(), held.as_deref()))
}

/// The place in which what was there is kept, and the hold.
async fn put_in_place(
    settings: &Settings,
    file: &Path,
    args: &RestoreArgs,
) -> anyhow::Result<(Option<PathBuf>, Option<String>)> {
    let dir = &settings.node.data_dir;
    let place = dir.join(DATABASE_FILE);
    ensure!(
        args.replace || !place.exists(),
        "there is a database at {}: --replace keeps it aside and takes the backup",
        place.display()
    );
    inspected(file).await?;
    let apart = dir.join("restoring");
    let (new, held) = prepared(settings, &apart, file, args.send_at_once).await?;
    let aside = set_aside(&place)?;
    std::fs::rename(&new, &place).context("putting the backup in its place")?;
    forget_search_index(dir)?;
    sync(dir)?;
    std::fs::remove_dir_all(&apart).with_context(|| format!("removing {}", apart.display()))?;
    Ok((aside, held))
}

/// A copy of the backup in a directory apart, where no server looks: held and moved on before it gets its name.
async fn prepared(
    settings: &Settings,
    apart: &Path,
    file: &Path,
    send_at_once: bool,
) -> anyhow::Result<(PathBuf, Option<String>)> {
    if apart.exists() {
        std::fs::remove_dir_all(apart).with_context(|| format!("removing {}", apart.display()))?;
    }
    make_data_dir(apart)?;
    let new = apart.join(DATABASE_FILE);
    copy(file, &new)?;
    inspected(&new).await?;
    let mut there = settings.clone();
    there.node.data_dir = apart.to_owned();
    let held = make_safe(&there, send_at_once).await?;
    ensure!(
        !apart.join(format!("{DATABASE_FILE}-wal")).exists(),
        "the copy at {} is still in use",
        new.display()
    );
    Ok((new, held))
}

/// Holds all mail unless it shall go at once, and sees to it that event ids that followed the backup are not given out again.
async fn make_safe(settings: &Settings, send_at_once: bool) -> anyhow::Result<Option<String>> {
    let tool = Tool::open(settings).await?;
    let done = async {
        let workspaces: Vec<i64> = access::workspaces(&tool.store).await?.iter().map(|one| one.id).collect();
        let servers = i64::from(settings.database.committers);
        restored::move_on(&tool.store, tool.now, &workspaces, servers).await?;
        if send_at_once {
            return Ok(None);
        }
        let reason = "restored from a backup";
        let id = hold_add(&tool.store, (&tool.mint, tool.now), &Scope::default(), reason).await?;
        anyhow::Ok(Some(Noun::Hold.show(id)))
    };
    let done = done.await;
    tool.close().await;
    done
}

fn told(file: &str, aside: Option<&Path>, held: Option<&str>) -> Answer {
    let mut text = format!("Restored {file}.");
    if let Some(aside) = aside {
        text.push_str(&format!("\nWhat was there is kept at {}.", aside.display()));
    }
    text.push_str(
        "\nReaders of events find `database.restored`: what followed the backup is not in the log any more.",
    );
    if let Some(held) = held {
        text.push_str(&format!(
            "\nAll mail is held: what was delivered after the backup was made is due again in it.\n\
             Look with `postrider queue list`, then `postrider queue release {held} --reason …`."
        ));
    }
    Answer::new(text, json!({ "file": file, "kept_aside": aside, "hold_id": held }))
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let mut source = File::open(from).with_context(|| from.display().to_string())?;
    let bar = bar("copying", "{bytes} of {total_bytes}, {eta} to go");
    bar.set_length(source.metadata()?.len());
    let target = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to);
    let mut target = target.with_context(|| to.display().to_string())?;
    let mut block = vec![0; BLOCK];
    loop {
        let read = source.read(&mut block)?;
        if read == 0 {
            break;
        }
        target.write_all(&block[..read])?;
        bar.inc(read as u64);
    }
    target.sync_all()?;
    bar.finish_and_clear();
    Ok(())
}

/// Renames the database and what belongs to it; the log first, so that a crash in between never leaves a database beside
/// another's log.
fn set_aside(place: &Path) -> anyhow::Result<Option<PathBuf>> {
    if !place.exists() {
        return Ok(None);
    }
    let stamp: String =
        mail::date::rfc3339(net::clock::now()).chars().filter(char::is_ascii_alphanumeric).collect();
    let named = |suffix: &str| PathBuf::from(format!("{}{suffix}", place.display()));
    let aside = named(&format!(".before-restore-{stamp}"));
    for suffix in ["-wal", "-shm", ""] {
        let (old, new) = (named(suffix), PathBuf::from(format!("{}{suffix}", aside.display())));
        if old.exists() {
            std::fs::rename(&old, &new).with_context(|| format!("keeping {} aside", old.display()))?;
        }
    }
    Ok(Some(aside))
}

/// The index tells of the database that was there; the server makes it anew from the event log.
fn forget_search_index(dir: &Path) -> anyhow::Result<()> {
    for name in ["search.db", "search.db-wal", "search.db-shm"] {
        match std::fs::remove_file(dir.join(name)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("removing {name}")),
        }
    }
    Ok(())
}

fn sync(dir: &Path) -> anyhow::Result<()> {
    File::open(dir).and_then(|dir| dir.sync_all()).with_context(|| dir.display().to_string())
}
