//! `postrider workspaces …`: tenants, whose mail, keys and domains are apart.

use anyhow::{bail, ensure};
use clap::{Args, Subcommand};
use serde_json::json;
use store::StoreError;

use super::answer::Answer;
use super::tool::Tool;
use crate::feature::access::admin::{name_ok, workspace_add};
use crate::feature::access::{self, Workspace};
use crate::feature::event::By;
use crate::feature::quota::admin::{quota_rows, suspension_rows, told};
use crate::feature::quota::{Beyond, MONTHLY_MAX, Quota};
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
    /// Say how many deliveries a workspace may have accepted in a month (UTC).
    #[command(after_help = "Example:\n  postrider workspaces quota shop --monthly 50000 --refuse\n  \
                            postrider workspaces quota shop --none")]
    Quota(QuotaArgs),
    /// Accept nothing more from a workspace, and hold what waits.
    #[command(after_help = "Example:\n  postrider workspaces suspend shop")]
    Suspend(NamedArgs),
    /// Accept mail from a suspended workspace again, and let go what was held.
    #[command(after_help = "Example:\n  postrider workspaces resume shop")]
    Resume(NamedArgs),
}

#[derive(Args)]
pub(super) struct NamedArgs {
    /// The workspace's name.
    name: String,
}

#[derive(Args)]
pub(super) struct QuotaArgs {
    /// The workspace's name.
    name: String,
    /// Deliveries a month.
    #[arg(long, required_unless_present = "none", conflicts_with = "none", value_parser = clap::value_parser!(i64).range(1..=MONTHLY_MAX))]
    monthly: Option<i64>,
    /// Refuse what lies beyond until the next month; otherwise it is accepted, and shown.
    #[arg(long, requires = "monthly")]
    refuse: bool,
    /// As many as it likes.
    #[arg(long)]
    none: bool,
}

#[derive(Args)]
pub(super) struct CreateArgs {
    /// Lowercase letters, digits, `-` and `_`.
    name: String,
}

pub(super) async fn run(settings: Settings, command: WorkspacesCommand) -> anyhow::Result<Answer> {
    let tool = match command {
        WorkspacesCommand::Create(_) => Tool::open_or_make(&settings).await?,
        WorkspacesCommand::List
        | WorkspacesCommand::Quota(_)
        | WorkspacesCommand::Suspend(_)
        | WorkspacesCommand::Resume(_) => Tool::open(&settings).await?,
    };
    let answer = match command {
        WorkspacesCommand::Create(args) => create(&tool, &args.name).await,
        WorkspacesCommand::List => list(&tool).await,
        WorkspacesCommand::Quota(args) => quota(&tool, &args).await,
        WorkspacesCommand::Suspend(args) => suspend(&tool, &args.name, true).await,
        WorkspacesCommand::Resume(args) => suspend(&tool, &args.name, false).await,
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

async fn quota(tool: &Tool, args: &QuotaArgs) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(&args.name).await?.id;
    let beyond = if args.refuse { Beyond::Refuse } else { Beyond::Tell };
    let quota = args.monthly.map(|monthly| Quota { monthly, beyond });
    tool.store.write(quota_rows((tool.now, By::Operator), workspace, quota)).await?;
    let text = match quota {
        Some(quota) => format!("{} may have {} deliveries a month accepted.", args.name, quota.monthly),
        None => format!("{} may send as much as it likes.", args.name),
    };
    Ok(Answer::new(text, json!({ "name": args.name, "quota": quota.map(told) })))
}

async fn suspend(tool: &Tool, name: &str, suspended: bool) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(name).await?.id;
    match tool.store.write(suspension_rows((tool.now, By::Operator), workspace, suspended)).await {
        Ok(_) | Err(StoreError::Conflict(_)) => {
            let state = if suspended { "suspended" } else { "not suspended" };
            let text = format!("The workspace {name} is {state}.");
            Ok(Answer::new(text, json!({ "name": name, "suspended": suspended })))
        }
        Err(error) => Err(error.into()),
    }
}

async fn list(tool: &Tool) -> anyhow::Result<Answer> {
    let workspaces = access::workspaces(&tool.store).await?;
    let row = |one: &Workspace| {
        let quota = one.quota.map_or_else(|| "none".to_owned(), |quota| quota.monthly.to_string());
        let state = if one.suspended.is_some() { "suspended" } else { "sending" };
        vec![Noun::Workspace.show(one.id), one.name.to_string(), state.to_owned(), quota]
    };
    let value = |one: &Workspace| {
        json!({
            "id": Noun::Workspace.show(one.id), "name": one.name, "suspended": one.suspended.is_some(),
            "quota": one.quota.map(told),
        })
    };
    let header = ["ID", "NAME", "STATE", "QUOTA"];
    Ok(Answer::list("workspaces", &workspaces, (&header, "There are no workspaces."), row, value))
}
