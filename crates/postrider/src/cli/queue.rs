//! `postrider queue …`: what waits and why, and what an operator may do about it.

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use queue::Lane;
use serde_json::{Value, json};

use super::answer::{Answer, table};
use super::tool::{Names, Tool, moment};
use crate::feature::access;
use crate::feature::egress::admin::{self, Hold, Scope};
use crate::feature::egress::attempts::{Listed as Attempt, attempts_of_delivery};
use crate::feature::egress::inspect::{self, DeliveryLine, Of, QueueLine};
use crate::id::Noun;
use crate::settings::Settings;

#[derive(Subcommand)]
pub(super) enum QueueCommand {
    /// List the queues, longest first: how much waits, when something happens next, why it waits.
    #[command(after_help = "Example:\n  postrider queue list --domain example.org")]
    List(ListArgs),
    /// Show a delivery, or all deliveries of a message, with every attempt and what the peer said.
    #[command(
        after_help = "Example:\n  postrider queue show msg_01kbn5p8w2c00\n  postrider queue show dlv_01kbn5p8w2c01"
    )]
    Show(ShowArgs),
    /// Stop mail from going out; it waits, and does not expire, until it is released.
    #[command(
        after_help = "Example:\n  postrider queue hold --domain example.org --reason 'their server loses mail'"
    )]
    Hold(ChangeArgs),
    /// List the holds in force.
    #[command(after_help = "Example:\n  postrider queue holds")]
    Holds,
    /// End a hold.
    #[command(after_help = "Example:\n  postrider queue release hld_01kbn5p8w2c00 --reason 'they mended it'")]
    Release(ReleaseArgs),
    /// Try now what waits for its next attempt; what its sender scheduled for later stays as it is.
    #[command(
        after_help = "Example:\n  postrider queue retry --domain example.org --reason 'their server is back'"
    )]
    Retry(ChangeArgs),
}

#[derive(Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pick: Pick,
    /// How many queues are shown.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
}

#[derive(Args)]
pub(super) struct ShowArgs {
    /// A message's or a delivery's id.
    id: String,
    /// Only if it belongs to this workspace.
    #[arg(long)]
    workspace: Option<String>,
}

/// Which queues; what is not given matches all.
#[derive(Args)]
pub(super) struct Pick {
    /// Only of this workspace.
    #[arg(long)]
    workspace: Option<String>,
    /// Only to this recipient domain.
    #[arg(long)]
    domain: Option<String>,
    /// Only of this lane: code, transactional, automation or campaign.
    #[arg(long, value_parser = lane)]
    lane: Option<Lane>,
}

#[derive(Args)]
pub(super) struct ChangeArgs {
    #[command(flatten)]
    pick: Pick,
    /// Everything, when neither workspace nor domain nor lane is given.
    #[arg(long)]
    all: bool,
    /// Why: it is kept with the event, for whoever asks later.
    #[arg(long)]
    reason: String,
}

#[derive(Args)]
pub(super) struct ReleaseArgs {
    /// The hold's id, as `queue holds` shows it.
    hold: String,
    /// Why: it is kept with the event, for whoever asks later.
    #[arg(long)]
    reason: String,
}

fn lane(name: &str) -> Result<Lane, String> {
    let names = Lane::ALL.map(Lane::as_str).join(", ");
    Lane::parse(name).ok_or_else(|| format!("the lanes are {names}"))
}

pub(super) async fn run(settings: Settings, command: QueueCommand) -> anyhow::Result<Answer> {
    let tool = Tool::open(&settings).await?;
    let answer = match command {
        QueueCommand::List(args) => list(&tool, &args).await,
        QueueCommand::Show(args) => show(&tool, &args).await,
        QueueCommand::Hold(args) => hold(&tool, &args).await,
        QueueCommand::Holds => holds(&tool).await,
        QueueCommand::Release(args) => release(&tool, &args).await,
        QueueCommand::Retry(args) => retry(&tool, &args).await,
    };
    tool.close().await;
    answer
}

impl Pick {
    async fn scope(&self, tool: &Tool) -> anyhow::Result<Scope> {
        let workspace = tool.workspace_or_all(self.workspace.as_deref()).await?;
        let domain = self.domain.as_deref().map(mail::Domain::parse).transpose();
        let domain = domain.context("--domain")?;
        Ok(Scope {
            workspace: workspace.map(|workspace| workspace.id),
            domain: domain.map(|domain| domain.as_str().to_owned()),
            lane: self.lane,
        })
    }
}

impl ChangeArgs {
    async fn scope(&self, tool: &Tool) -> anyhow::Result<Scope> {
        let scope = self.pick.scope(tool).await?;
        ensure!(
            self.all || scope != Scope::default(),
            "say which mail: --workspace, --domain, --lane, or --all for everything"
        );
        Ok(scope)
    }
}

async fn list(tool: &Tool, args: &ListArgs) -> anyhow::Result<Answer> {
    let scope = args.pick.scope(tool).await?;
    let names = tool.names().await?;
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for line in inspect::queues(&tool.store, tool.now, &scope, args.limit.into()).await? {
        let reason = inspect::reason(&tool.store, &line.key).await?;
        let (row, value) = queue_line(tool, &names, &line, reason);
        rows.push(row);
        values.push(value);
    }
    let header = ["WORKSPACE", "LANE", "DOMAIN", "WAITING", "DUE", "NEXT", "WHY"];
    Ok(Answer::new(table(&header, &rows, "Nothing waits."), json!({ "queues": values })))
}

fn queue_line(
    tool: &Tool,
    names: &Names,
    line: &QueueLine,
    reason: Option<(String, String)>,
) -> (Vec<String>, Value) {
    let (class, reply) = reason.unzip();
    let workspace = names.of(line.key.workspace);
    let lane = line.key.lane.as_str();
    let next = if line.next_due <= tool.now { "now".to_owned() } else { moment(line.next_due) };
    let why = [class.clone(), reply.clone()].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let value = json!({
        "workspace": workspace, "lane": lane, "domain": &*line.key.domain, "waiting": line.deliveries,
        "due": line.due, "next_due_at": mail::date::rfc3339(line.next_due), "class": class, "reply": reply,
    });
    let row = vec![
        workspace,
        lane.to_owned(),
        line.key.domain.to_string(),
        line.deliveries.to_string(),
        line.due.to_string(),
        next,
        why,
    ];
    (row, value)
}

async fn show(tool: &Tool, args: &ShowArgs) -> anyhow::Result<Answer> {
    let of = match (Noun::Message.read(&args.id), Noun::Delivery.read(&args.id)) {
        (Some(id), _) => Of::Message(id),
        (None, Some(id)) => Of::Delivery(id),
        (None, None) => anyhow::bail!("{} is no id of a message (msg_…) or delivery (dlv_…)", args.id),
    };
    let workspace = tool.workspace_or_all(args.workspace.as_deref()).await?;
    let deliveries = inspect::deliveries(&tool.store, workspace.map(|one| one.id), of).await?;
    ensure!(!deliveries.is_empty(), "there is no {}", args.id);
    let names = tool.names().await?;
    let (mut parts, mut values) = (Vec::new(), Vec::new());
    for delivery in &deliveries {
        let attempts =
            attempts_of_delivery(&tool.store, (delivery.workspace, delivery.message), delivery.id).await?;
        parts.push(told(&names, delivery, &attempts));
        values.push(value_of(&names, delivery, &attempts));
    }
    Ok(Answer::new(parts.join("\n\n"), json!({ "deliveries": values })))
}

fn told(names: &Names, delivery: &DeliveryLine, attempts: &[Attempt]) -> String {
    let standing = match (&delivery.disposition, delivery.finished) {
        (Some(disposition), Some(at)) => format!("{disposition} at {}", moment(at)),
        (Some(disposition), None) => disposition.clone(),
        (None, _) => format!("due {}, expires {}", moment(delivery.due), moment(delivery.expires)),
    };
    let mut lines = vec![
        format!("{}  {}", Noun::Delivery.show(delivery.id), standing),
        format!("  message    {}", Noun::Message.show(delivery.message)),
        format!("  recipient  {}", delivery.recipient),
        format!("  workspace  {}, lane {}", names.of(delivery.workspace), delivery.lane.as_str()),
        format!(
            "  attempts   {}, starts of the server that ended under it {}",
            delivery.attempts, delivery.recoveries
        ),
    ];
    let because = [&delivery.reason, &delivery.reply].into_iter().flatten().cloned().collect::<Vec<_>>();
    if !because.is_empty() {
        lines.push(format!("  because    {}", because.join(": ")));
    }
    for attempt in attempts {
        let doubt = if attempt.ambiguous { ", broken before the answer: it may have been taken" } else { "" };
        lines.push(format!(
            "  attempt {} at {}: {} at {} by {} ({}, rule {}{doubt})",
            attempt.number,
            moment(attempt.started),
            attempt.verdict,
            attempt.stage,
            if attempt.peer.is_empty() { &attempt.site } else { &attempt.peer },
            attempt.class,
            attempt.rule,
        ));
        lines.extend(attempt.conversation.lines().map(|line| format!("    {line}")));
    }
    lines.join("\n")
}

fn value_of(names: &Names, delivery: &DeliveryLine, attempts: &[Attempt]) -> Value {
    let attempts: Vec<Value> = attempts
        .iter()
        .map(|attempt| {
            json!({
                "number": attempt.number, "started_at": mail::date::rfc3339(attempt.started),
                "duration_us": attempt.duration_us, "site": attempt.site, "peer": attempt.peer, "tls": attempt.tls,
                "verdict": attempt.verdict, "stage": attempt.stage, "reply": attempt.reply, "class": attempt.class,
                "rule": attempt.rule, "ambiguous": attempt.ambiguous, "conversation": attempt.conversation,
            })
        })
        .collect();
    json!({
        "id": Noun::Delivery.show(delivery.id), "message_id": Noun::Message.show(delivery.message),
        "workspace": names.of(delivery.workspace), "lane": delivery.lane.as_str(), "domain": delivery.domain,
        "recipient": delivery.recipient, "state": delivery.state, "due_at": mail::date::rfc3339(delivery.due),
        "expires_at": mail::date::rfc3339(delivery.expires), "attempts_made": delivery.attempts,
        "recoveries": delivery.recoveries, "disposition": delivery.disposition, "reason": delivery.reason,
        "reply": delivery.reply, "finished_at": delivery.finished.map(mail::date::rfc3339), "attempts": attempts,
    })
}

async fn hold(tool: &Tool, args: &ChangeArgs) -> anyhow::Result<Answer> {
    let scope = args.scope(tool).await?;
    let id = admin::hold_add(&tool.store, (&tool.mint, tool.now), &scope, &args.reason).await?;
    let (id, about) = (Noun::Hold.show(id), about(&tool.names().await?, &scope));
    let text = format!("Held: {about}. `postrider queue release {id}` lets it go.");
    Ok(Answer::new(text, json!({ "id": id, "about": about })))
}

async fn holds(tool: &Tool) -> anyhow::Result<Answer> {
    let names = tool.names().await?;
    let holds = admin::hold_list(&tool.store).await?;
    let row = |hold: &Hold| {
        let about = about(&names, &hold.scope);
        vec![Noun::Hold.show(hold.id), moment(hold.created), about, hold.reason.clone()]
    };
    let value = |hold: &Hold| {
        json!({
            "id": Noun::Hold.show(hold.id), "created_at": mail::date::rfc3339(hold.created),
            "workspace": hold.scope.workspace.map(|id| names.of(id)), "domain": hold.scope.domain,
            "lane": hold.scope.lane.map(Lane::as_str), "reason": hold.reason,
        })
    };
    let header = ["ID", "SINCE", "HOLDS", "REASON"];
    Ok(Answer::list("holds", &holds, (&header, "Nothing is held."), row, value))
}

/// What a scope matches, in words.
fn about(names: &Names, scope: &Scope) -> String {
    let mut parts = Vec::new();
    parts.extend(scope.lane.map(|lane| format!("lane {}", lane.as_str())));
    parts.extend(scope.domain.as_ref().map(|domain| format!("to {domain}")));
    parts.extend(scope.workspace.map(|id| format!("of workspace {}", names.of(id))));
    if parts.is_empty() { "all mail".to_owned() } else { format!("mail {}", parts.join(" ")) }
}

async fn release(tool: &Tool, args: &ReleaseArgs) -> anyhow::Result<Answer> {
    let id =
        Noun::Hold.read(&args.hold).with_context(|| format!("{} is no id of a hold (hld_…)", args.hold))?;
    let found = admin::hold_remove(&tool.store, tool.now, id, &args.reason).await?;
    ensure!(found, "there is no hold {}: `postrider queue holds` shows those there are", args.hold);
    Ok(Answer::new(format!("Released: {}.", args.hold), json!({ "id": args.hold, "released": true })))
}

async fn retry(tool: &Tool, args: &ChangeArgs) -> anyhow::Result<Answer> {
    let scope = args.scope(tool).await?;
    let workspaces: Vec<i64> = match scope.workspace {
        Some(workspace) => vec![workspace],
        None => access::workspaces(&tool.store).await?.iter().map(|workspace| workspace.id).collect(),
    };
    let asked = (&scope, &*args.reason);
    let deliveries = admin::retry_now(&tool.store, tool.now, &workspaces, asked).await?;
    let text = match deliveries {
        0 => "Nothing waited for a later attempt.".to_owned(),
        1 => "One delivery is due now.".to_owned(),
        more => format!("{more} deliveries are due now."),
    };
    Ok(Answer::new(text, json!({ "deliveries": deliveries })))
}
