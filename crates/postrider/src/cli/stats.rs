//! `postrider stats …`: whether the statistics are what happened.

use anyhow::Context;
use clap::{Args, Subcommand};
use mail::{At, date};
use serde_json::{Value, json};

use super::answer::{Answer, table};
use super::tool::{Names, Tool, moment};
use crate::feature::stats::recount::{Difference, Extent, Recount, mend, recount};
use crate::id::Noun;
use crate::settings::Settings;

/// Differences that are shown.
const SHOWN_MAX: usize = 100;

#[derive(Subcommand)]
pub(super) enum StatsCommand {
    /// Count the log again and compare; ends with code 1 when a counter is wrong and is not mended.
    #[command(after_help = "Example:\n  postrider stats recount --from 2026-12-01T00:00:00Z --json")]
    Recount(RecountArgs),
}

#[derive(Args)]
pub(super) struct RecountArgs {
    /// From the first hour that begins at this time or later, RFC 3339.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Hours that begin before this time.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Make the counters what the log tells.
    #[arg(long)]
    mend: bool,
}

pub(super) async fn run(settings: Settings, command: StatsCommand) -> anyhow::Result<Answer> {
    let StatsCommand::Recount(args) = command;
    let tool = Tool::open(&settings).await?;
    let answer = count_again(&tool, &args).await;
    tool.close().await;
    answer
}

async fn count_again(tool: &Tool, args: &RecountArgs) -> anyhow::Result<Answer> {
    let time = |given: &Option<String>, usual: At| match given {
        Some(text) => date::parse_rfc3339(text).with_context(|| format!("{text} is no time (RFC 3339)")),
        None => Ok(usual),
    };
    let extent =
        Extent { from: time(&args.from, Extent::ALL.from)?, until: time(&args.to, Extent::ALL.until)? };
    let done = recount(&tool.store, extent).await?;
    if args.mend {
        mend(&tool.store, &done.differences).await?;
    }
    let names = tool.names().await?;
    let mut answer = Answer::new(words(&done, args.mend, &names), told(&done, args.mend));
    answer.succeeded = args.mend || done.differences.is_empty();
    Ok(answer)
}

fn words(done: &Recount, mended: bool, names: &Names) -> String {
    let mut lines = vec![match done.differences.len() {
        0 => format!("{} counters equal the recount.", done.counters),
        wrong if mended => format!("{wrong} of {} counters were wrong and are mended.", done.counters),
        wrong => format!("{wrong} counters differ from the recount; {} were compared.", done.counters),
    }];
    if done.from.0 > 0 {
        lines.push(format!("Compared from {} on: of earlier hours events are gone.", moment(done.from)));
    }
    if done.left_out > 0 {
        lines.push(format!("{} hours were left out: some of their messages are gone.", done.left_out));
    }
    if !done.differences.is_empty() {
        let header = ["WORKSPACE", "HOUR", "BY", "STREAM", "KEY", "METRIC", "COUNTED", "RECOUNTED"];
        let row = |one: &Difference| {
            vec![
                names.of(one.workspace),
                moment(one.hour),
                one.dimension.as_str().to_owned(),
                Noun::Stream.show(one.stream),
                one.key.clone(),
                one.metric.clone(),
                one.counted.to_string(),
                one.recounted.to_string(),
            ]
        };
        let rows: Vec<_> = done.differences.iter().take(SHOWN_MAX).map(row).collect();
        lines.push(table(&header, &rows, ""));
    }
    lines.join("\n")
}

fn told(done: &Recount, mended: bool) -> Value {
    let one = |one: &Difference| {
        json!({
            "workspace_id": Noun::Workspace.show(one.workspace), "hour": date::rfc3339(one.hour),
            "dimension": one.dimension.as_str(), "stream_id": Noun::Stream.show(one.stream), "key": one.key,
            "metric": one.metric, "counted": one.counted, "recounted": one.recounted,
        })
    };
    json!({
        "from": date::rfc3339(done.from), "counters": done.counters, "hours_left_out": done.left_out,
        "differences": done.differences.len(), "mended": mended,
        "first_differences": done.differences.iter().take(SHOWN_MAX).map(one).collect::<Vec<_>>(),
    })
}
