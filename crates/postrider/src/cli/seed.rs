//! `postrider seed`: a year of a shop's mail in an empty data directory, to look at and to measure.

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::json;
use store::Role;

use super::answer::Answer;
use super::backup::bar;
use super::serve::{lock_data_dir, make_data_dir, open_search, open_store};
use crate::feature::access;
use crate::seed::{OWNER, Wish, fill};
use crate::settings::Settings;

pub(super) const HELP: &str = "Every domain in it is reserved: nothing of it reaches anybody.\n\n\
Example:\n  postrider seed --data ./year";

/// Letters of the owner's password, in groups of five.
const PASSWORD_GROUPS: usize = 4;

#[derive(Args)]
pub(super) struct SeedArgs {
    /// The same number gives the same mail.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Deliveries of which there are rows.
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(100..=5_000_000))]
    deliveries: u64,
    /// About how many events of mail there are [default: as many as there would be]
    #[arg(long, value_name = "N")]
    events: Option<u64>,
}

pub(super) async fn run(settings: Settings, args: SeedArgs) -> anyhow::Result<Answer> {
    let folder = &settings.node.data_dir;
    make_data_dir(folder)?;
    let empty = std::fs::read_dir(folder).context("reading the data directory")?.next().is_none();
    ensure!(empty, "{} is not empty: a year is put into a new data directory only", folder.display());
    let _lock = lock_data_dir(folder)?;
    let store = open_store(&settings, Role::Server).await.context("opening the database")?;
    let index = open_search(&settings).await.context("opening the search index")?;
    let answer = filled((&store, &index), &settings, &args).await;
    index.close().await;
    store.close().await;
    answer
}

async fn filled(
    stores: (&store::Store, &store::Store),
    settings: &Settings,
    args: &SeedArgs,
) -> anyhow::Result<Answer> {
    let taken = !access::workspaces(stores.0).await?.is_empty();
    ensure!(!taken, "the database is not empty: a year is put into a new one only");
    let wish = Wish {
        seed: args.seed,
        deliveries: args.deliveries,
        events: args.events,
        now: net::clock::now(),
        events_days: i64::from(settings.retention.events_days),
    };
    let password = password();
    let bar = bar("living through a year", "{percent} %, {eta} to go");
    bar.set_length(100);
    let seeded = fill(stores, &wish, &password, &mut |done| bar.set_position(done)).await?;
    bar.finish_and_clear();
    let folder = settings.node.data_dir.display();
    let text = format!(
        "{} deliveries with {} events, and the counters of {} before them.\n\
         Start it with `postrider dev --data {folder}` and sign in as {OWNER}, password {password}.\n\
         The password is shown this once.",
        seeded.deliveries, seeded.events, seeded.counted
    );
    let told = json!({
        "deliveries": seeded.deliveries, "events": seeded.events, "counted_before": seeded.counted,
        "email": OWNER, "password": password, "workspace": access::DEFAULT_WORKSPACE,
    });
    Ok(Answer::new(text, told))
}

fn password() -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut bytes = [0; 5 * PASSWORD_GROUPS];
    net::clock::random_bytes(&mut bytes);
    let letters: Vec<String> = bytes
        .chunks(5)
        .map(|group| group.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect())
        .collect();
    letters.join("-")
}
