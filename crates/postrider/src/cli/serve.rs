//! `dev` and `serve`: opens everything, runs until told to end, and drains.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use net::guard::Reach;
use net::listen::{Stop, stopper};
use net::resolver::Resolver;
use net::tls::{ClientTls, Files, ServerTls};
use net::web::Web;
use queue::{Config, RetrySchedule, Scheduler};
use store::{Durability, Location, Options, Role, Store};
use tokio::signal::unix::{SignalKind, signal};

use super::ports::Ports;
use super::{Mode, Place, ServeArgs, read_settings};
use crate::app::App;
use crate::console::live;
use crate::directory::Directory;
use crate::feature::attachment::{download, fetch};
use crate::feature::egress::{Egress, signing::Signing};
use crate::feature::event::{By, tail};
use crate::feature::image::under_way::UnderWay;
use crate::feature::lint::filter::SCORED_AT_ONCE;
use crate::feature::person::oidc::issuer::Oidc;
use crate::feature::sending::parcel;
use crate::feature::tracking::{self, Tracking};
use crate::feature::webhook::{self, Webhooks};
use crate::feature::{
    access, alert, code, domain, egress, monitor, notification, person, quota, search, stats, suppression,
};
use crate::health::Health;
use crate::id::Mint;
use crate::room::Room;
use crate::settings::{DatabaseUrl, LogFormat, Settings};
use crate::starts::Starts;
use crate::steady::begun_again;
use crate::turns::Turns;
use crate::{changes, files, retention, schema};

/// Octets of content just accepted that wait in memory for their first attempt.
const PARCELS_BYTES: usize = 64 << 20;
/// How long what is under way may take after a signal to end. Reason: process managers kill after 90 s at the latest.
const DRAIN_WAIT: Duration = Duration::from_secs(60);
/// How long clients may take after a signal to finish what they are handing over. Reason: a client that is at work needs a moment, and
/// some managers of containers kill after ten seconds.
const CLIENTS_WAIT: Duration = Duration::from_secs(5);

pub(super) fn run(mode: Mode, place: &Place, args: &ServeArgs, json: bool) -> anyhow::Result<()> {
    let given = [("--http", "http.listen", &args.http), ("--smtp", "smtp.listen", &args.smtp)];
    let options: Vec<_> =
        given.iter().filter_map(|(option, path, value)| Some((*option, *path, value.as_deref()?))).collect();
    let settings = read_settings(mode, place, &options)?;
    start_log(&settings);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    runtime.block_on(serve(mode, settings, json))
}

fn start_log(settings: &Settings) {
    let level = settings.log.level.as_str();
    let filter =
        tracing_subscriber::EnvFilter::new(format!("{level},hickory_proto=error,hickory_resolver=error"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log.format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().init(),
    }
}

/// The store of `settings`, opened as `role`.
pub(super) async fn open_store(settings: &Settings, role: Role) -> anyhow::Result<Store> {
    let options = Options {
        location: location(settings, "postrider.db"),
        durability: Durability::Full,
        role,
        event_table: Some("event"),
        readers_max: settings.database.connections_max as usize,
        committers: settings.database.committers as usize,
        statements: schema::STATEMENTS,
        migrations: schema::migrations(),
    };
    Ok(Store::open(options).await?)
}

pub(super) async fn open_search(settings: &Settings) -> anyhow::Result<Store> {
    let options = Options {
        location: location(settings, "search.db"),
        durability: Durability::Rebuildable,
        role: Role::Server,
        event_table: None,
        readers_max: 4,
        committers: 1,
        statements: schema::SEARCH_STATEMENTS,
        migrations: search::MIGRATIONS,
    };
    Ok(Store::open(options).await?)
}

fn location(settings: &Settings, file: &str) -> Location {
    match &settings.database.url {
        DatabaseUrl::Embedded => Location::Sqlite { file: settings.node.data_dir.join(file) },
        DatabaseUrl::Postgres(url) => Location::Postgres { url: url.expose().to_owned() },
    }
}

/// The data directory, for nobody but its owner.
pub(super) fn make_data_dir(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| format!("making the data directory {}", path.display()))
}

async fn serve(mode: Mode, settings: Settings, json: bool) -> anyhow::Result<()> {
    make_data_dir(&settings.node.data_dir)?;
    let _lock = lock_data_dir(&settings.node.data_dir)?;
    files::raise();
    let app = Arc::new(open(settings).await?);
    let first = first_start(mode, &app).await?;
    let ports = Ports::bind(&app)?;
    let (no_more, clients) = stopper();
    let (stopper, stop) = stopper();
    // Before anything can be leased.
    egress::admin::reload(&app).await?;
    ports.announce((mode, first.as_ref()), person::setup::path(&app).await?.as_deref(), json)?;
    ports.start(&app, clients);
    start_work(&app, &stop);
    wait_for_signal().await?;
    tracing::info!("ending: what is under way is finished, in both directions, and nothing begins any more");
    app.egress.drain(&app);
    no_more.stop();
    if tokio::time::timeout(CLIENTS_WAIT, no_more.all_ended()).await.is_err() {
        tracing::warn!("ending while clients are under way: who gets no answer may hand its mail over again");
    }
    app.health.close();
    stopper.stop();
    drain(&app).await;
    Ok(())
}

/// One server for one data directory: the lock goes with the process, however it ends.
pub(super) fn lock_data_dir(path: &Path) -> anyhow::Result<std::fs::File> {
    let file =
        std::fs::File::create(path.join("lock")).context("making the lock file of the data directory")?;
    file.try_lock()
        .with_context(|| format!("another Postrider serves the data directory {}", path.display()))?;
    Ok(file)
}

/// Everything that a running process has, opened and read.
pub(crate) async fn open(settings: Settings) -> anyhow::Result<App> {
    let store = open_store(&settings, Role::Server).await?;
    let search = open_search(&settings).await?;
    let now = net::clock::now();
    let starts = Starts::begin(&store, now).await?;
    let mint = Arc::new(Mint::after(&store, now, 0).await?);
    if access::workspaces(&store).await?.is_empty() {
        access::admin::workspace_add(&store, &mint, now, access::DEFAULT_WORKSPACE).await?;
    }
    let directory = Directory::default();
    directory.reload(&store).await?;
    let suppressions = suppression::Filter::empty();
    suppressions.load(&store, 0).await?;
    let hostname: Arc<str> = match &settings.node.hostname {
        Some(name) => name.as_str().into(),
        None => system_hostname().into(),
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let scheduler = Scheduler::new(queue_config(&settings), net::clock::random_u64());
    let resolver = Resolver::new(&settings.dns.resolvers, settings.dns.timeout)?;
    let client_tls = ClientTls::new()?;
    let reach = if settings.webhooks.allow_private { Reach::Anywhere } else { Reach::Public };
    let webhooks = Webhooks::open(&store, settings.webhooks.requests_max as usize).await?;
    let [bodies_max, incoming_max] = [settings.http.bodies_max_bytes, settings.smtp.messages_max_bytes]
        .map(|octets| usize::try_from(octets).unwrap_or(usize::MAX));
    Ok(App {
        tracking: Tracking::open(&settings, &store, now).await?,
        web: Web::new(resolver.clone(), client_tls.clone(), reach),
        webhooks,
        codes: code::Codes::open(&store).await?,
        egress: Egress::new(scheduler, Signing::start(threads).context("starting the signing threads")?),
        oidc: Oidc::of(&settings, &resolver, &client_tls)?,
        resolver,
        server_tls: server_tls(&settings, &hostname)?,
        client_tls,
        people: person::People::default(),
        quotas: quota::Ledger::default(),
        health: Health::new(&settings.node.data_dir, settings.disk.free_min_bytes),
        parcels: parcel::Cache::new(PARCELS_BYTES),
        programs: crate::feature::template::programs::Programs::default(),
        epoch: starts.epoch(),
        key_use: access::usage::KeyUse::default(),
        counters: monitor::Counters::default(),
        list_turns: Turns::new(settings.database.connections_max as usize / 2),
        bodies: Room::new(bodies_max, bodies_max / 2),
        incoming: Room::new(incoming_max, incoming_max / 2),
        fetches: Room::new(fetch::FETCHES_MAX, fetch::FETCHES_OF_WORKSPACE_MAX),
        scoring: Turns::new(SCORED_AT_ONCE),
        downloads: Room::new(download::STREAMS_MAX, download::STREAMS_OF_WORKSPACE_MAX),
        downloads_of_links: Room::new(download::STREAMS_MAX, download::STREAMS_OF_LINK_MAX),
        images: UnderWay::default(),
        dangers: content::danger::Rules::new(&settings.attachments.blocked, &settings.attachments.allowed),
        followers: Room::new(tail::FOLLOWERS_MAX, tail::FOLLOWERS_OF_WORKSPACE_MAX),
        watchers: Room::new(live::STREAMS_MAX, live::STREAMS_OF_PERSON_MAX),
        watched: Room::new(live::STREAMS_MAX, live::STREAMS_OF_WORKSPACE_MAX),
        smtp_ports: std::sync::OnceLock::new(),
        months: crate::feature::stats::months::Months::default(),
        starts,
        hostname,
        store,
        search,
        mint,
        directory,
        suppressions,
        settings,
    })
}

pub(super) fn system_hostname() -> String {
    let name = rustix::system::uname();
    let name = name.nodename().to_string_lossy().to_lowercase();
    if name.is_empty() { "localhost".to_owned() } else { name }
}

fn queue_config(settings: &Settings) -> Config {
    let delivery = &settings.delivery;
    let seconds = |duration: Duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    Config {
        deliveries_in_memory_max: settings.queue.deliveries_in_memory_max as usize,
        sources: u16::try_from(delivery.source_addresses.len().max(1)).unwrap_or(u16::MAX),
        limits: egress::sites::limits(delivery),
        connections_max: files::for_delivery(settings, files::open_max()),
        retry: RetrySchedule {
            first_s: seconds(delivery.retry_wait_first),
            max_s: seconds(delivery.retry_wait_max),
        },
        ..Config::default()
    }
}

fn server_tls(settings: &Settings, hostname: &str) -> anyhow::Result<ServerTls> {
    let files = |certificate: &Option<PathBuf>, key: &Option<PathBuf>| {
        Some(Files { certificate: certificate.clone()?, key: key.clone()? })
    };
    let default = match files(&settings.tls.certificate, &settings.tls.key) {
        Some(files) => files,
        None => {
            ServerTls::self_made(&settings.node.data_dir, &[hostname.to_owned(), "localhost".to_owned()])?
        }
    };
    let hosts = settings.tls_hosts.iter();
    let hosts = hosts.filter_map(|host| Some((host.name.to_string(), files(&host.certificate, &host.key)?)));
    Ok(ServerTls::with_hosts(default, hosts.collect())?)
}

/// What a first start makes, for people to begin with.
pub(super) struct First {
    pub(super) key: String,
    pub(super) domain: String,
}

/// The first start of a data directory makes a key; in `dev` also a domain with DKIM keys, so that the very first
/// message is signed.
async fn first_start(mode: Mode, app: &Arc<App>) -> anyhow::Result<Option<First>> {
    let now = net::clock::now();
    // One that was revoked counts: whoever revoked all keys did not ask for a new one.
    if access::keys::any_key(&app.store).await? {
        return Ok(None);
    }
    let snapshot = app.directory.snapshot();
    let workspace =
        snapshot.workspace_by_name(access::DEFAULT_WORKSPACE).context("the default workspace is missing")?;
    let grant = access::keys::Grant {
        workspace: workspace.id,
        name: "first key",
        scope: access::Scope::Full,
        domain: None,
        role: None,
        by: By::Operator,
    };
    let key = access::keys::key_add(&app.store, &app.mint, now, grant).await?;
    let domain = "app.example";
    if mode == Mode::Dev {
        let name = mail::Domain::parse(domain)?;
        let vouched = domain::Status::Vouched;
        let made = (&app.mint, now, By::Operator);
        domain::admin::domain_add(&app.store, made, workspace.id, &name, vouched).await?;
    }
    app.directory.reload(&app.store).await?;
    Ok(Some(First { key: key.text, domain: domain.to_owned() }))
}

/// What goes on beside the ports.
fn start_work(app: &Arc<App>, stop: &Stop) {
    keep(app, stop, "tracking", tracking::work::run);
    keep(app, stop, "driver", egress::driver::run);
    keep(app, stop, "changes", changes::follow);
    keep(app, stop, "search", search::work::run);
    keep(app, stop, "statistics", stats::follow::run);
    keep(app, stop, "retention", retention::run);
    keep(app, stop, "domains", domain::work::run);
    keep(app, stop, "delays", notification::delay::run);
    keep(app, stop, "webhooks", webhook::work::run);
    keep(app, stop, "alerts", alert::work::run);
    keep(app, stop, "health", |app, stop| async move { app.health.watch(stop).await });
    keep(app, stop, "key use", |app, stop| async move {
        app.key_use.write(&app.store, stop).await;
    });
}

/// Has a task run until `stop`, whatever panics.
fn keep<T>(
    app: &Arc<App>,
    stop: &Stop,
    task: &'static str,
    run: impl Fn(Arc<App>, Stop) -> T + Send + 'static,
) where
    T: Future<Output = ()> + Send + 'static,
{
    let (app, stop) = (app.clone(), stop.clone());
    tokio::spawn(begun_again(task, move || run(app.clone(), stop.clone())));
}

async fn wait_for_signal() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Lets what is under way end, writes down that nothing was in flight, and closes the database.
async fn drain(app: &Arc<App>) {
    const LOOK_EVERY: Duration = Duration::from_millis(20);
    let clock = net::clock::Stopwatch::start();
    while app.egress.under_way() + app.webhooks.under_way() > 0 && clock.elapsed() < DRAIN_WAIT {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    tracking::work::finish(app).await;
    let left = app.egress.under_way();
    if left == 0 {
        if let Err(error) = app.starts.end(&app.store, net::clock::now()).await {
            tracing::warn!(%error, "the clean end could not be written down");
        }
    } else {
        tracing::warn!(left, "ending while deliveries are under way: they will be tried again");
    }
    app.search.close().await;
    app.store.close().await;
}
