//! `postrider backup`: a copy of the database while the server writes to it.
//!
//! Guarantees: FILE appears only when the copy is whole and was checked; it is readable by its owner only, because it
//! holds mail and private keys; a file that is there is never overwritten.

use std::io::IsTerminal;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::answer::Answer;
use super::tool::Tool;
use crate::schema;
use crate::settings::Settings;

pub(super) const HELP: &str = "PostgreSQL is backed up by its own pg_dump.\n\n\
Example:\n  postrider backup /var/backups/postrider-monday.db";

#[derive(Args)]
pub(super) struct BackupArgs {
    /// Where the copy goes; must not exist.
    file: PathBuf,
}

pub(super) async fn run(settings: Settings, args: BackupArgs) -> anyhow::Result<Answer> {
    let tool = Tool::open(&settings).await?;
    let result = copy(&tool, &args.file).await;
    tool.close().await;
    let bytes = result?;
    let file = args.file.display().to_string();
    let text = format!("Copied {} MB to {file}, and checked them.", bytes.div_ceil(1 << 20));
    Ok(Answer::new(text, json!({ "file": file, "bytes": bytes })))
}

async fn copy(tool: &Tool, file: &Path) -> anyhow::Result<u64> {
    ensure!(!file.exists(), "{} exists: a backup never overwrites", file.display());
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part);
    let made = made.with_context(|| format!("making {}", part.display()))?;
    let result = fill(tool, &part).await;
    let result = result.and_then(|()| {
        made.sync_all()?;
        std::fs::rename(&part, file)?;
        Ok(std::fs::metadata(file)?.len())
    });
    if result.is_err() {
        // Half a copy is of no use; why there is no whole one is told by the error.
        drop(std::fs::remove_file(&part));
    }
    result
}

async fn fill(tool: &Tool, part: &Path) -> anyhow::Result<()> {
    let bar = bar("copying", "{percent} %, {eta} to go");
    let copying = bar.clone();
    let progress = move |done, all| {
        copying.set_length(all);
        copying.set_position(done);
    };
    tool.store.backup(part, progress).await?;
    bar.finish_and_clear();
    inspected(part).await
}

/// Checks a whole database file.
pub(super) async fn inspected(file: &Path) -> anyhow::Result<()> {
    let bar = spinner("checking");
    let own = file.to_owned();
    let checking = tokio::task::spawn_blocking(move || store::inspect_backup(&own, schema::migrations()));
    let result = checking.await.context("the check ended by a panic")?;
    bar.finish_and_clear();
    result.with_context(|| file.display().to_string())
}

/// A bar on standard error when that is a terminal; else nothing.
pub(super) fn bar(what: &'static str, figures: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = format!("{{msg}} {{wide_bar}} {figures}");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style).with_message(what)
}

/// As [`bar`], for what has no measure.
fn spinner(what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner().with_message(what);
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}
