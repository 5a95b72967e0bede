//! `postrider keys …`: the keys with which applications send.

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use serde_json::json;

use super::ListArgs;
use super::answer::Answer;
use super::domains;
use super::tool::{Tool, moment};
use crate::feature::access::Scope;
use crate::feature::access::keys::{Grant, ListedKey, key_add, key_list, key_revoke};
use crate::feature::event::By;
use crate::id::Noun;
use crate::settings::Settings;

#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// Make a key; it is shown this once.
    #[command(after_help = "Example:\n  postrider keys create shop --scope sending --domain app.example")]
    Create(CreateArgs),
    /// List a workspace's keys, newest first, and when each was last used.
    #[command(after_help = "Example:\n  postrider keys list --workspace default")]
    List(ListArgs),
    /// Revoke a key: it opens nothing any more.
    #[command(after_help = "Example:\n  postrider keys revoke key_01kbn5p8w2c00")]
    Revoke(RevokeArgs),
}

#[derive(Args)]
pub(super) struct CreateArgs {
    /// What it is for, in your words.
    name: String,
    #[arg(long, default_value = "default")]
    workspace: String,
    /// What it may do: `full` is everything in its workspace, `sending` is to hand over mail.
    #[arg(long, default_value = "full", value_parser = scope)]
    scope: Scope,
    /// Let it send from this domain only.
    #[arg(long)]
    domain: Option<String>,
}

#[derive(Args)]
pub(super) struct RevokeArgs {
    /// The key's id, as `keys list` shows it.
    id: String,
    #[arg(long, default_value = "default")]
    workspace: String,
}

fn scope(name: &str) -> Result<Scope, String> {
    Scope::parse(name).ok_or_else(|| "the scopes are full and sending".to_owned())
}

pub(super) async fn run(settings: Settings, command: KeysCommand) -> anyhow::Result<Answer> {
    let tool = match command {
        KeysCommand::Create(_) => Tool::open_or_make(&settings).await?,
        KeysCommand::List(_) | KeysCommand::Revoke(_) => Tool::open(&settings).await?,
    };
    let answer = match command {
        KeysCommand::Create(args) => create(&tool, &args).await,
        KeysCommand::List(args) => list(&tool, &args).await,
        KeysCommand::Revoke(args) => revoke(&tool, &args).await,
    };
    tool.close().await;
    answer
}

async fn create(tool: &Tool, args: &CreateArgs) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(&args.workspace).await?.id;
    let domain = match &args.domain {
        Some(name) => Some(domains::find(tool, workspace, name).await?.id),
        None => None,
    };
    let (name, scope) = (&*args.name, args.scope);
    let grant = Grant { workspace, name, scope, domain, role: None, by: By::Operator };
    let key = key_add(&tool.store, &tool.mint, tool.now, grant).await?;
    let id = Noun::Key.show(key.id);
    let text = format!("{}\n\nThis is shown once. `postrider keys revoke {id}` ends it.", key.text);
    Ok(Answer::new(text, json!({ "id": id, "key": key.text })))
}

async fn list(tool: &Tool, args: &ListArgs) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(&args.workspace).await?.id;
    let keys = key_list(&tool.store, workspace, args.page()).await?;
    let row = |key: &ListedKey| {
        let used = key.last_used.map_or_else(|| "never".to_owned(), moment);
        let domain = key.domain.map_or_else(|| "any".to_owned(), |id| Noun::Domain.show(id));
        let begins = format!("{}…", key.shown);
        vec![
            Noun::Key.show(key.id),
            key.name.clone(),
            begins,
            key.scope.clone(),
            domain,
            moment(key.created),
            used,
        ]
    };
    let value = |key: &ListedKey| {
        json!({
            "id": Noun::Key.show(key.id), "name": key.name, "shown": key.shown, "scope": key.scope,
            "domain_id": key.domain.map(|id| Noun::Domain.show(id)), "created_at": mail::date::rfc3339(key.created),
            "last_used_at": key.last_used.map(mail::date::rfc3339),
        })
    };
    let header = ["ID", "NAME", "BEGINS", "SCOPE", "DOMAIN", "CREATED", "LAST USED"];
    Ok(Answer::list("keys", &keys, (&header, "There are no keys."), row, value))
}

async fn revoke(tool: &Tool, args: &RevokeArgs) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(&args.workspace).await?.id;
    let id = Noun::Key.read(&args.id).with_context(|| format!("{} is no id of a key (key_…)", args.id))?;
    let revoked = key_revoke(&tool.store, (tool.now, By::Operator), workspace, id).await?;
    ensure!(revoked, "workspace {} has no key {} in force", args.workspace, args.id);
    Ok(Answer::new(format!("Revoked: {}.", args.id), json!({ "id": args.id, "revoked": true })))
}
