//! `postrider domains …`: the names that mail is sent from, and the DNS records that prove them.

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use net::resolver::Resolver;
use serde_json::{Value, json};
use store::StoreError;

use super::ListArgs;
use super::answer::Answer;
use super::tool::{Tool, moment};
use crate::feature::domain::Status;
use crate::feature::domain::admin::{self, DomainAddError, ListedDomain, PublishedKey};
use crate::feature::domain::check::{self, FindingState};
use crate::feature::event::By;
use crate::http::page::Page;
use crate::id::Noun;
use crate::settings::Settings;

/// Domains of a workspace among which a name is looked for.
const SEARCHED_MAX: i64 = 10_000;

#[derive(Subcommand)]
pub(super) enum DomainsCommand {
    /// Add a domain and make its DKIM keys.
    #[command(
        after_help = "Example:\n  postrider domains add app.example\n  postrider domains add app.example --vouched"
    )]
    Add(AddArgs),
    /// List a workspace's domains, newest first.
    #[command(after_help = "Example:\n  postrider domains list --workspace default")]
    List(ListArgs),
    /// Show where a domain stands, and the DNS records to publish for it.
    #[command(after_help = "Example:\n  postrider domains show app.example")]
    Show(OneArgs),
    /// Look whether the records are in the DNS; when they are, mail may leave under the name.
    #[command(after_help = "Example:\n  postrider domains verify app.example")]
    Verify(OneArgs),
    /// Delete a domain and its keys; no more mail is accepted from it.
    #[command(after_help = "Example:\n  postrider domains delete app.example")]
    Delete(OneArgs),
}

#[derive(Args)]
pub(super) struct AddArgs {
    /// The domain's name.
    name: String,
    /// You answer for it: mail may leave under the name at once, whatever the DNS says.
    #[arg(long)]
    vouched: bool,
    /// Make no DKIM keys: for mail that another server signs. Only with --vouched, since keys are what verifies.
    #[arg(long, requires = "vouched")]
    unsigned: bool,
    #[arg(long, default_value = "default")]
    workspace: String,
}

#[derive(Args)]
pub(super) struct OneArgs {
    /// The domain's name, or its id (dom_…).
    domain: String,
    #[arg(long, default_value = "default")]
    workspace: String,
}

pub(super) async fn run(settings: Settings, command: DomainsCommand) -> anyhow::Result<Answer> {
    let tool = match command {
        DomainsCommand::Add(_) => Tool::open_or_make(&settings).await?,
        DomainsCommand::List(_)
        | DomainsCommand::Show(_)
        | DomainsCommand::Verify(_)
        | DomainsCommand::Delete(_) => Tool::open(&settings).await?,
    };
    let answer = match command {
        DomainsCommand::Add(args) => add(&tool, &args).await,
        DomainsCommand::List(args) => list(&tool, &args).await,
        DomainsCommand::Show(args) => show(&tool, &args).await,
        DomainsCommand::Verify(args) => verify(&tool, &settings, &args).await,
        DomainsCommand::Delete(args) => delete(&tool, &args).await,
    };
    tool.close().await;
    answer
}

/// The workspace's domain of that name or id.
pub(super) async fn find(tool: &Tool, workspace: i64, text: &str) -> anyhow::Result<ListedDomain> {
    let found = match Noun::Domain.read(text) {
        Some(id) => admin::domain_find(&tool.store, workspace, id).await?,
        None => {
            let name = mail::Domain::parse(text).context("the domain's name")?;
            let all = admin::domain_list(&tool.store, workspace, Page::first(SEARCHED_MAX)).await?;
            all.into_iter().find(|domain| domain.name == name.as_str())
        }
    };
    found.with_context(|| {
        format!("the workspace has no domain {text}: `postrider domains list` shows those it has")
    })
}

async fn add(tool: &Tool, args: &AddArgs) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(&args.workspace).await?.id;
    let name = mail::Domain::parse(&args.name).context("the domain's name")?;
    let status = if args.vouched { Status::Vouched } else { Status::Pending };
    let made = if args.unsigned {
        let made = admin::domain_add_unsigned(
            &tool.store,
            (&tool.mint, tool.now, By::Operator),
            workspace,
            &name,
            status,
        );
        made.await.map_err(DomainAddError::from)
    } else {
        admin::domain_add(&tool.store, (&tool.mint, tool.now, By::Operator), workspace, &name, status).await
    };
    let id = match made {
        Ok(id) => id,
        Err(DomainAddError::Store(StoreError::Conflict(_))) => {
            anyhow::bail!("workspace {} has the domain {name} already", args.workspace)
        }
        Err(error) => return Err(error.into()),
    };
    let domain = find(tool, workspace, &Noun::Domain.show(id)).await?;
    described(tool, workspace, &domain).await
}

async fn list(tool: &Tool, args: &ListArgs) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(&args.workspace).await?.id;
    let domains = admin::domain_list(&tool.store, workspace, args.page()).await?;
    let row = |domain: &ListedDomain| {
        let checked = domain.checked.map_or_else(|| "never".to_owned(), moment);
        vec![Noun::Domain.show(domain.id), domain.name.clone(), domain.status.clone(), checked]
    };
    let header = ["ID", "NAME", "STATUS", "LAST CHECKED"];
    Ok(Answer::list("domains", &domains, (&header, "There are no domains."), row, |domain| {
        value(domain, &[])
    }))
}

async fn show(tool: &Tool, args: &OneArgs) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(&args.workspace).await?.id;
    let domain = find(tool, workspace, &args.domain).await?;
    described(tool, workspace, &domain).await
}

/// Where the domain stands, and what to publish.
async fn described(tool: &Tool, workspace: i64, domain: &ListedDomain) -> anyhow::Result<Answer> {
    let keys = admin::published_keys(&tool.store, workspace, domain.id).await?;
    let standing = match Status::parse(&domain.status) {
        Some(Status::Vouched) => "You vouched for it: mail may leave under the name.",
        Some(Status::Verified) => "Its records were seen: mail may leave under the name.",
        Some(Status::Pending) | None => "Its records were not seen yet: no mail is accepted from it.",
    };
    let mut text =
        format!("{}  {}  {}\n{standing}", domain.name, Noun::Domain.show(domain.id), domain.status);
    if keys.is_empty() {
        text.push_str("\n\nIt has no DKIM keys: its mail goes out unsigned.");
    } else {
        text.push_str("\n\nPublish these TXT records:\n");
        for key in &keys {
            text.push_str(&format!("\n{}\n  {}\n", check::record_name(key, &domain.name), key.record));
        }
        text.push_str(&format!("\nThen run `postrider domains verify {}`.", domain.name));
    }
    for finding in check::read(domain.findings.as_deref().unwrap_or_default()) {
        text.push_str(&format!("\nAt the last check: {} {}", finding.name, finding.state.as_str()));
    }
    Ok(Answer::new(text, value(domain, &keys)))
}

fn value(domain: &ListedDomain, keys: &[PublishedKey]) -> Value {
    let record = |key: &PublishedKey| json!({ "name": check::record_name(key, &domain.name), "type": "TXT", "value": key.record, "algorithm": key.algorithm });
    json!({
        "id": Noun::Domain.show(domain.id), "name": domain.name, "status": domain.status,
        "created_at": mail::date::rfc3339(domain.created), "checked_at": domain.checked.map(mail::date::rfc3339),
        "verified_at": domain.verified.map(mail::date::rfc3339), "records": keys.iter().map(record).collect::<Vec<_>>(),
    })
}

async fn verify(tool: &Tool, settings: &Settings, args: &OneArgs) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(&args.workspace).await?.id;
    let domain = find(tool, workspace, &args.domain).await?;
    let resolver = Resolver::new(&settings.dns.resolvers, settings.dns.timeout)?;
    let found = check::check(&tool.store, &resolver, tool.now, (workspace, domain.id)).await?;
    let found = found.context("the domain was deleted meanwhile")?.findings;
    let verified = check::verifies(&found);
    let mut lines: Vec<String> =
        found.iter().map(|finding| format!("{:<9}  {}", finding.state.as_str(), finding.name)).collect();
    lines.push(match (verified, found.iter().any(|finding| finding.state == FindingState::Unknown)) {
        (true, _) => format!("{} is verified.", domain.name),
        (false, true) => "The DNS did not answer: try again later.".to_owned(),
        (false, false) => format!("`postrider domains show {}` shows the records to publish.", domain.name),
    });
    let findings: Vec<_> = found
        .iter()
        .map(|finding| json!({ "name": finding.name, "state": finding.state.as_str() }))
        .collect();
    let mut answer = Answer::new(lines.join("\n"), json!({ "verified": verified, "findings": findings }));
    answer.succeeded = verified;
    Ok(answer)
}

async fn delete(tool: &Tool, args: &OneArgs) -> anyhow::Result<Answer> {
    let workspace = tool.workspace(&args.workspace).await?.id;
    let domain = find(tool, workspace, &args.domain).await?;
    let deleted = admin::domain_delete(&tool.store, (tool.now, By::Operator), workspace, domain.id).await?;
    ensure!(deleted, "the domain was deleted meanwhile");
    Ok(Answer::new(
        format!("Deleted: {}.", domain.name),
        json!({ "id": Noun::Domain.show(domain.id), "deleted": true }),
    ))
}
