//! `postrider workspaces …`: tenants, whose mail, keys and domains are apart.

use anyhow::{bail, ensure};
use clap::{Args, Subcommand};
use serde_json::json;
use store::StoreError;

use super::answer::Answer;
use super::tool::Tool;
use crate::feature::access::admin::{name_ok, workspace_add};
use crate::feature::access::{self, Workspace};
use crate::id::Noun;
use crate::settings::Settings;

#[derive(Subcommand)]
pub(super) enum WorkspacesCommand {
    /// Make a workspace with its streams `transactional` and `marketing`.
    #[command(after_help = "Example:\n  postrider workspaces create shop")]
    Create(CreateArgs),
    /// List all workspaces.
    #[command(after_help = "Example:\n  postrider workspaces list")]
    List,
}

#[derive(Args)]
pub(super) struct CreateArgs {
    /// Lowercase letters, digits, `-` and `_`.
    name: String,
}

pub(super) async fn run(settings: Settings, command: WorkspacesCommand) -> anyhow::Result<Answer> {
    let tool = match command {
        WorkspacesCommand::Create(_) => Tool::open_or_make(&settings).await?,
        WorkspacesCommand::List => Tool::open(&settings).await?,
    };
    let answer = match command {
        WorkspacesCommand::Create(args) => create(&tool, &args.name).await,
        WorkspacesCommand::List => list(&tool).await,
    };
    tool.close().await;
    answer
}

async fn create(tool: &Tool, name: &str) -> anyhow::Result<Answer> {
    ensure!(name_ok(name), "a workspace's name is 1 to 64 lowercase letters, digits, - or _");
    match workspace_add(&tool.store, &tool.mint, tool.now, name).await {
        Ok(id) => {
            let text = format!(
                "Made the workspace {name}. `postrider keys create NAME --workspace {name}` makes its first key."
            );
            Ok(Answer::new(text, json!({ "id": Noun::Workspace.show(id), "name": name })))
        }
        Err(StoreError::Conflict(_)) => bail!("there is a workspace {name} already"),
        Err(error) => Err(error.into()),
    }
}

async fn list(tool: &Tool) -> anyhow::Result<Answer> {
    let workspaces = access::workspaces(&tool.store).await?;
    let row = |one: &Workspace| vec![Noun::Workspace.show(one.id), one.name.to_string()];
    let value = |one: &Workspace| json!({ "id": Noun::Workspace.show(one.id), "name": one.name });
    Ok(Answer::list("workspaces", &workspaces, (&["ID", "NAME"], "There are no workspaces."), row, value))
}
