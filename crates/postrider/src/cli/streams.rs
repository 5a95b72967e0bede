//! `postrider streams …`: a workspace's lanes of mail of one kind.

use anyhow::{bail, ensure};
use clap::{Args, Subcommand};
use serde_json::json;
use store::StoreError;

use super::answer::Answer;
use super::tool::Tool;
use crate::feature::access::admin::{name_ok, stream_add};
use crate::feature::access::{self, Class, Stream};
use crate::feature::tracking::switches::Switches;
use crate::id::Noun;
use crate::settings::Settings;

#[derive(Subcommand)]
pub(super) enum StreamsCommand {
    /// Make a stream.
    #[command(after_help = "Example:\n  postrider streams create newsletter --class marketing")]
    Create(CreateArgs),
    /// List a workspace's streams.
    #[command(after_help = "Example:\n  postrider streams list --workspace default")]
    List(ListArgs),
}

#[derive(Args)]
pub(super) struct CreateArgs {
    /// Lowercase letters, digits, `-` and `_`.
    name: String,
    /// What it is for: `transactional` mail is expected by its recipient, `marketing` is not and gives way to it.
    #[arg(long, value_parser = class)]
    class: Class,
    /// What is tracked of its messages: opens, clicks, text, reading, separated by commas, or none [default: opens,clicks for
    /// marketing, none for transactional]
    #[arg(long, value_parser = Switches::parse)]
    tracking: Option<Switches>,
    #[arg(long, default_value = "default")]
    workspace: String,
}

#[derive(Args)]
pub(super) struct ListArgs {
    #[arg(long, default_value = "default")]
    workspace: String,
}

fn class(name: &str) -> Result<Class, String> {
    Class::parse(name).ok_or_else(|| "the classes are transactional and marketing".to_owned())
}

pub(super) async fn run(settings: Settings, command: StreamsCommand) -> anyhow::Result<Answer> {
    let tool = match command {
        StreamsCommand::Create(_) => Tool::open_or_make(&settings).await?,
        StreamsCommand::List(_) => Tool::open(&settings).await?,
    };
    let answer = match command {
        StreamsCommand::Create(args) => create(&tool, &args).await,
        StreamsCommand::List(args) => list(&tool, &args.workspace).await,
    };
    tool.close().await;
    answer
}

async fn create(tool: &Tool, args: &CreateArgs) -> anyhow::Result<Answer> {
    let (name, class) = (args.name.as_str(), args.class);
    ensure!(name_ok(name), "a stream's name is 1 to 64 lowercase letters, digits, - or _");
    let workspace = tool.workspace(&args.workspace).await?.id;
    let tracking = args.tracking.unwrap_or(class.tracking());
    match stream_add(&tool.store, (&tool.mint, tool.now), workspace, (name, class, tracking)).await {
        Ok(id) => {
            let value = json!({
                "id": Noun::Stream.show(id), "name": name, "class": class.as_str(), "tracking": tracking.to_string()
            });
            Ok(Answer::new(format!("Made the stream {name}."), value))
        }
        Err(StoreError::Conflict(_)) => bail!("workspace {} has a stream {name} already", args.workspace),
        Err(error) => Err(error.into()),
    }
}

async fn list(tool: &Tool, workspace: &str) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(workspace).await?.id;
    let mut streams = access::streams(&tool.store).await?;
    streams.retain(|stream| stream.workspace == workspace);
    let row = |one: &Stream| {
        vec![
            Noun::Stream.show(one.id),
            one.name.to_string(),
            one.class.as_str().to_owned(),
            one.tracking.to_string(),
        ]
    };
    let value = |one: &Stream| json!({ "id": Noun::Stream.show(one.id), "name": &*one.name, "class": one.class.as_str(), "tracking": one.tracking.to_string() });
    let header = ["ID", "NAME", "CLASS", "TRACKING"];
    Ok(Answer::list("streams", &streams, (&header, "There are no streams."), row, value))
}
