//! `postrider suppressions …`: addresses that may not be mailed.

use anyhow::Context;
use clap::{Args, Subcommand};
use mail::Address;
use serde_json::json;

use super::ListArgs;
use super::answer::Answer;
use super::tool::{Tool, moment};
use crate::feature::event::By;
use crate::feature::suppression::admin::{
    Listed, Suppress, lift_those, suppression_add, suppression_list, suppression_of,
};
use crate::feature::suppression::{Filter, Reason};
use crate::id::Noun;
use crate::settings::Settings;

#[derive(Subcommand)]
pub(super) enum SuppressionsCommand {
    /// Suppress addresses: nothing is sent to them, whoever asks.
    #[command(after_help = "Example:\n  postrider suppressions add ann@example.org --reason unsubscribed")]
    Add(AddArgs),
    /// Lift every suppression of addresses.
    #[command(after_help = "Example:\n  postrider suppressions remove ann@example.org")]
    Remove(RemoveArgs),
    /// List suppressions, newest first, with what caused them.
    #[command(after_help = "Example:\n  postrider suppressions list --limit 20")]
    List(ListArgs),
}

#[derive(Args)]
pub(super) struct AddArgs {
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Why: hard_bounce, complaint, unsubscribed or manual.
    #[arg(long, default_value = "manual", value_parser = reason)]
    reason: Reason,
    #[arg(long, default_value = "default")]
    workspace: String,
}

#[derive(Args)]
pub(super) struct RemoveArgs {
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
    #[arg(long, default_value = "default")]
    workspace: String,
}

fn reason(name: &str) -> Result<Reason, String> {
    let names = Reason::ALL.map(Reason::as_str).join(", ");
    Reason::parse(name).ok_or_else(|| format!("the reasons are {names}"))
}

pub(super) async fn run(settings: Settings, command: SuppressionsCommand) -> anyhow::Result<Answer> {
    let tool = match command {
        SuppressionsCommand::Add(_) => Tool::open_or_make(&settings).await?,
        SuppressionsCommand::Remove(_) | SuppressionsCommand::List(_) => Tool::open(&settings).await?,
    };
    let answer = match command {
        SuppressionsCommand::Add(args) => add(&tool, &args).await,
        SuppressionsCommand::Remove(args) => remove(&tool, &args).await,
        SuppressionsCommand::List(args) => list(&tool, &args).await,
    };
    tool.close().await;
    answer
}

/// Every address, or the first that is none.
fn parsed(texts: &[String]) -> anyhow::Result<Vec<Address>> {
    texts.iter().map(|text| Address::parse(text).with_context(|| text.clone())).collect()
}

async fn add(tool: &Tool, args: &AddArgs) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(&args.workspace).await?.id;
    let addresses = parsed(&args.addresses)?;
    let new = addresses.iter().map(|address| Suppress {
        workspace,
        stream: 0,
        address,
        reason: args.reason,
        by: By::Operator,
        evidence: None,
    });
    // The server's memory follows by the event; a command has none.
    suppression_add(&tool.store, &Filter::empty(), (&tool.mint, tool.now), new.collect()).await?;
    let text = match addresses.as_slice() {
        [one] => format!("Suppressed: {one}."),
        more => format!("Suppressed: {} addresses.", more.len()),
    };
    Ok(Answer::new(text, json!({ "suppressed": args.addresses, "reason": args.reason.as_str() })))
}

async fn remove(tool: &Tool, args: &RemoveArgs) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(&args.workspace).await?.id;
    let addresses = parsed(&args.addresses)?;
    let found = suppression_of(&tool.store, workspace, &addresses).await?;
    let made = (tool.now, By::Operator);
    let lifted = lift_those(&tool.store, made, (workspace, found), |_, _| ()).await?.len();
    let text = match lifted {
        0 => "None of them was suppressed.".to_owned(),
        1 => "One suppression was lifted.".to_owned(),
        more => format!("{more} suppressions were lifted."),
    };
    Ok(Answer::new(text, json!({ "lifted": lifted })))
}

async fn list(tool: &Tool, args: &ListArgs) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(&args.workspace).await?.id;
    let listed = suppression_list(&tool.store, workspace, None, args.page()).await?;
    let row = |one: &Listed| {
        let evidence = one.evidence.clone().unwrap_or_default();
        vec![one.address.clone(), one.reason.clone(), moment(one.created), evidence]
    };
    let value = |one: &Listed| {
        json!({
            "id": Noun::Suppression.show(one.id), "address": one.address, "reason": one.reason,
            "stream_id": (one.stream > 0).then(|| Noun::Stream.show(one.stream)),
            "delivery_id": one.delivery.map(|id| Noun::Delivery.show(id)), "evidence": one.evidence,
            "created_at": mail::date::rfc3339(one.created),
        })
    };
    let header = ["ADDRESS", "REASON", "SINCE", "EVIDENCE"];
    Ok(Answer::list("suppressions", &listed, (&header, "Nobody is suppressed."), row, value))
}
