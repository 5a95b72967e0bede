//! `postrider tracking …`: verdicts and secrets of what recipients do.

use clap::{Args, Subcommand};
use serde_json::json;

use super::answer::Answer;
use super::tool::Tool;
use crate::feature::tracking::networks_of;
use crate::feature::tracking::reclassify::{Extent, reclassify};
use crate::feature::tracking::secret::rotate;
use crate::settings::Settings;

#[derive(Subcommand)]
pub(super) enum TrackingCommand {
    /// Judge anew who was a person and who a machine, by the rules of this version and the networks of the settings.
    #[command(after_help = "Example:\n  postrider tracking reclassify --all")]
    Reclassify(ReclassifyArgs),
    /// Make a new secret for tokens; those in mail that was sent stay good.
    #[command(after_help = "Example:\n  postrider tracking rotate")]
    Rotate,
}

#[derive(Args)]
pub(super) struct ReclassifyArgs {
    /// Also what these rules judged already: for when the networks have changed.
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(settings: Settings, command: TrackingCommand) -> anyhow::Result<Answer> {
    let tool = Tool::open(&settings).await?;
    let answer = match command {
        TrackingCommand::Reclassify(args) => judge_anew(&tool, &settings, &args).await,
        TrackingCommand::Rotate => new_secret(&tool).await,
    };
    tool.close().await;
    answer
}

async fn judge_anew(tool: &Tool, settings: &Settings, args: &ReclassifyArgs) -> anyhow::Result<Answer> {
    let networks = networks_of(settings.tracking.networks_file.as_deref())?;
    let extent = if args.all { Extent::All } else { Extent::Outdated };
    let done = reclassify(&tool.store, tool.now, extent, &networks).await?;
    let text =
        format!("Judged {} deliveries anew; {} verdicts are now another.", done.deliveries, done.overturned);
    Ok(Answer::new(text, json!({ "deliveries": done.deliveries, "overturned": done.overturned })))
}

async fn new_secret(tool: &Tool) -> anyhow::Result<Answer> {
    let number = rotate(&tool.store, tool.now).await?;
    Ok(Answer::new(format!("Secret {number} signs from now on."), json!({ "number": number })))
}
