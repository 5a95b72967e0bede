//! `postrider people …`: the operator's way to let somebody in again.
//!
//! Guarantee: no password is set or shown here; a link is made by which the person sets their own.

use anyhow::Context;
use clap::{Args, Subcommand};
use mail::Address;
use serde_json::json;
use store::Write;

use super::answer::Answer;
use super::tool::Tool;
use crate::feature::audit::{self, Action};
use crate::feature::person::reset::{self, Told};
use crate::feature::person::{random_token, second_factor};
use crate::id::Noun;
use crate::settings::Settings;

#[derive(Subcommand)]
pub(super) enum PeopleCommand {
    /// Make a link by which somebody sets a new password within an hour.
    #[command(after_help = "Example:\n  postrider people password ann@example.com")]
    Password(NamedArgs),
    /// Turn off the second factor of somebody who lost it, and remove their passkeys.
    #[command(after_help = "Example:\n  postrider people second-factor-off ann@example.com")]
    SecondFactorOff(NamedArgs),
}

#[derive(Args)]
pub(super) struct NamedArgs {
    /// The address with which the person signs in.
    address: String,
}

pub(super) async fn run(settings: Settings, command: PeopleCommand) -> anyhow::Result<Answer> {
    let tool = Tool::open(&settings).await?;
    let answer = match command {
        PeopleCommand::Password(args) => password(&tool, &settings, &args.address).await,
        PeopleCommand::SecondFactorOff(args) => second_factor_off(&tool, &args.address).await,
    };
    tool.close().await;
    answer
}

async fn person(tool: &Tool, address: &str) -> anyhow::Result<Told> {
    let email = Address::parse(address).map_err(|_| anyhow::anyhow!("{address} is no email address"))?;
    let found = reset::of_email(&tool.store, &email.folded()).await?;
    found.with_context(|| format!("nobody signs in as {address}"))
}

async fn password(tool: &Tool, settings: &Settings, address: &str) -> anyhow::Result<Answer> {
    let person = person(tool, address).await?;
    let (token, mut write) = (random_token(), Write::default());
    reset::row(&mut write, (&tool.mint, tool.now), person.id, &token);
    tool.store.write(write).await?;
    let http = || format!("http://{}", settings.http.listen);
    let origin = settings.console.url.as_ref().map_or_else(http, |url| url.origin().to_owned());
    let link = reset::link(&origin, &token);
    let text = format!("Whoever opens this link within an hour sets the password of {address}:\n{link}");
    Ok(Answer::new(text, json!({ "person": Noun::Person.show(person.id), "link": link })))
}

async fn second_factor_off(tool: &Tool, address: &str) -> anyhow::Result<Answer> {
    let person = person(tool, address).await?;
    let mut write = Write::default();
    second_factor::lost(&mut write, person.id);
    let entry = audit::Entry {
        workspace: None,
        person: person.id,
        address: "",
        action: Action::SecondFactorOff,
        object: Noun::Person.show(person.id),
        before: None,
        after: Some(json!({ "by": "the operator" })),
    };
    audit::note(&mut write, (&tool.mint, tool.now), entry);
    tool.store.write(write).await?;
    let text = format!("{address} signs in with the password alone.");
    Ok(Answer::new(text, json!({ "person": Noun::Person.show(person.id) })))
}
