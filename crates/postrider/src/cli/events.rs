//! `postrider events …`: the log of everything that happened, as it grows.

use std::io::Write;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use store::WRITER_SHIFT;

use super::answer::Answer;
use super::tool::{Names, Tool, moment};
use crate::feature::event::read::{Cursor, Event, events_after, events_of_workspace, newest};
use crate::id::Noun;
use crate::settings::Settings;

/// How often new events are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Events of one writer read at once.
const PAGE: u16 = 1_000;

#[derive(Subcommand)]
pub(super) enum EventsCommand {
    /// Show the latest events, and with --follow each new one.
    #[command(after_help = "Example:\n  postrider events tail --follow --workspace default")]
    Tail(TailArgs),
}

#[derive(Args)]
pub(super) struct TailArgs {
    /// Go on until interrupted.
    #[arg(long, short)]
    follow: bool,
    /// Only of this workspace.
    #[arg(long)]
    workspace: Option<String>,
    /// How many of the latest events are looked at before anything new.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(0..=10_000))]
    lines: u16,
}

pub(super) async fn run(settings: Settings, command: EventsCommand, json: bool) -> anyhow::Result<Answer> {
    let EventsCommand::Tail(args) = command;
    let tool = Tool::open(&settings).await?;
    let result = tail(&tool, &args, json, &mut std::io::stdout()).await;
    tool.close().await;
    // Everything was said line by line.
    result.map(|()| Answer::silent())
}

pub(super) async fn tail(
    tool: &Tool,
    args: &TailArgs,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let workspace = tool.workspace_or_all(args.workspace.as_deref()).await?;
    let whose = workspace.map(|workspace| workspace.id);
    let end = newest(&tool.store).await?;
    let mut cursor = before(&end, args.lines);
    let mut latest = pages(tool, &mut cursor, whose).await?;
    latest.sort_by_key(|event| (event.at, event.id));
    let from = latest.len().saturating_sub(args.lines.into());
    let mut said = say(tool, &latest[from..], json, out).await?;
    while said && args.follow {
        tokio::time::sleep(LOOK_EVERY).await;
        let mut new = pages(tool, &mut cursor, whose).await?;
        new.sort_by_key(|event| (event.at, event.id));
        said = say(tool, &new, json, out).await?;
    }
    Ok(())
}

/// So many events earlier, of each writer: their numbers have no gaps.
fn before(end: &Cursor, lines: u16) -> Cursor {
    let mut cursor = Cursor::default();
    for (writer, id) in &end.0 {
        cursor.advance((id - i64::from(lines)).max(writer << WRITER_SHIFT));
    }
    cursor
}

/// Everything after the cursor, of one workspace or of all.
async fn pages(tool: &Tool, cursor: &mut Cursor, workspace: Option<i64>) -> anyhow::Result<Vec<Event>> {
    let mut all = Vec::new();
    loop {
        let more = match workspace {
            Some(workspace) => {
                let page = events_of_workspace(&tool.store, cursor, workspace, usize::from(PAGE)).await?;
                all.extend(page.events);
                page.more
            }
            None => {
                let events = events_after(&tool.store, cursor, i64::from(PAGE)).await?;
                events.iter().for_each(|event| cursor.advance(event.id));
                let more = !events.is_empty();
                all.extend(events);
                more
            }
        };
        if !more {
            return Ok(all);
        }
    }
}

/// False when nobody reads any more.
async fn say(tool: &Tool, events: &[Event], json: bool, out: &mut impl Write) -> anyhow::Result<bool> {
    if events.is_empty() {
        return Ok(true);
    }
    let names = tool.names().await?;
    for event in events {
        let line = if json { value(&names, event).to_string() } else { sentence(&names, event) };
        match writeln!(out, "{line}") {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    out.flush()?;
    Ok(true)
}

fn sentence(names: &Names, event: &Event) -> String {
    let mut line = format!("{}  {:<20}  {}", moment(event.at), event.name, names.of(event.workspace));
    let message = event.message.map(|id| Noun::Message.show(id));
    let delivery = event.delivery.map(|id| Noun::Delivery.show(id));
    for word in [message, delivery, event.data.clone()].into_iter().flatten() {
        line.push_str("  ");
        line.push_str(&word);
    }
    line
}

fn value(names: &Names, event: &Event) -> Value {
    let data: Option<Value> = event.data.as_deref().and_then(|data| serde_json::from_str(data).ok());
    json!({
        "name": event.name, "at": mail::date::rfc3339(event.at), "workspace": names.of(event.workspace),
        "message_id": event.message.map(|id| Noun::Message.show(id)),
        "delivery_id": event.delivery.map(|id| Noun::Delivery.show(id)), "data": data,
    })
}
