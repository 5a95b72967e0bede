//! A whole Postrider in one test: everything real, on a database of its own, with capture as the next hop.

use std::process::Command;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request};
use axum::response::Response;
use net::listen::{Stopper, stopper};
use serde_json::Value;
use store::Query;
use tower::ServiceExt;

use crate::app::App;
use crate::feature::access::keys::{Grant, key_add};
use crate::feature::access::{DEFAULT_WORKSPACE, Scope, admin::workspace_add};
use crate::feature::domain::{Status, admin::domain_add};
use crate::feature::event::By;
use crate::feature::search::work::Indexer;
use crate::feature::stats::follow::Follower;
use crate::settings::Written;
use crate::test_store::{Dir, postgres_url, unique};
use crate::{cli, feature, http};

/// The domain from which the default workspace may send.
pub const DOMAIN: &str = "app.example";

/// Which database a story runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// A Postrider that runs.
pub struct Harness {
    pub app: Arc<App>,
    /// A key with the scope `full` in the default workspace.
    pub key: String,
    router: Router,
    stopper: Stopper,
    /// Kept for its end: the directory and the database go with it.
    place: Place,
}

/// What a request got.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// A header's value; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("an ASCII header"))
    }
}

/// Tells a story on SQLite, then on PostgreSQL.
pub async fn on_both(story: impl AsyncFn(&Harness)) {
    for database in [Database::Sqlite, Database::Postgres] {
        let harness = Harness::start(database, &[]).await;
        story(&harness).await;
        harness.end().await;
    }
}

impl Harness {
    /// `settings` are paths with values, as `("smtp.recipients_max", "100")`.
    pub async fn start(database: Database, settings: &[(&'static str, &str)]) -> Harness {
        Harness::open(Place::make(database), settings).await
    }

    /// Ends, and starts again on the same database with other settings.
    pub async fn restarted(self, settings: &[(&'static str, &str)]) -> Harness {
        Harness::open(self.close().await, settings).await
    }

    async fn open(place: Place, settings: &[(&'static str, &str)]) -> Harness {
        let mut written = Written::new();
        written.preset("delivery.next_hop", "capture");
        written.preset("webhooks.allow_private", "true");
        written.preset("data_dir", &place.dir.0.display().to_string());
        if let Some((url, _)) = &place.postgres {
            written.preset("database.url", url);
        }
        written.preset("tracking.url", "https://track.example");
        for (path, value) in settings {
            written.preset(path, value);
        }
        let settings = written.settings().unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let app = Arc::new(cli::serve::open(settings).await.expect("the app opens"));
        let (stopper, stop) = stopper();
        tokio::spawn(feature::egress::driver::run(app.clone(), stop.clone()));
        tokio::spawn(feature::tracking::work::run(app.clone(), stop.clone()));
        tokio::spawn(feature::webhook::work::run(app.clone(), stop.clone()));
        let router = http::router(app.clone(), http::Paths::All, stop);
        let mut harness = Harness { app, key: String::new(), router, stopper, place };
        let workspace = harness.workspace();
        let known = mail::Domain::parse(DOMAIN).expect("a domain");
        if harness.app.directory.snapshot().domain_for(workspace, &known).is_none() {
            harness.domain(workspace, DOMAIN).await;
        }
        harness.key = harness.key_of(workspace, Scope::Full).await;
        harness
    }

    /// The default workspace.
    pub fn workspace(&self) -> i64 {
        let snapshot = self.app.directory.snapshot();
        snapshot.workspace_by_name(DEFAULT_WORKSPACE).expect("the default workspace").id
    }

    /// Makes another workspace.
    pub async fn new_workspace(&self, name: &str) -> i64 {
        let now = net::clock::now();
        workspace_add(&self.app.store, &self.app.mint, now, name).await.expect("a workspace");
        self.app.directory.reload(&self.app.store).await.expect("a snapshot");
        self.app.directory.snapshot().workspace_by_name(name).expect("the new workspace").id
    }

    /// Lets a workspace send from a domain.
    pub async fn domain(&self, workspace: i64, name: &str) {
        let (mint, now) = (&self.app.mint, net::clock::now());
        let name = mail::Domain::parse(name).expect("a domain");
        domain_add(&self.app.store, (mint, now, By::Operator), workspace, &name, Status::Vouched)
            .await
            .expect("a domain");
        self.app.directory.reload(&self.app.store).await.expect("a snapshot");
    }

    /// Makes a key.
    pub async fn key_of(&self, workspace: i64, scope: Scope) -> String {
        let grant = Grant { workspace, name: "test", scope, domain: None, role: None, by: By::Operator };
        let key = key_add(&self.app.store, &self.app.mint, net::clock::now(), grant).await.expect("a key");
        self.app.directory.reload(&self.app.store).await.expect("a snapshot");
        key.text
    }

    /// Sends any request; what is answered is still to be read.
    pub async fn begin(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.expect("an answer")
    }

    /// Sends any request. What has no end is not read.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, mut body) = self.begin(request).await.into_parts();
        if parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            body = Body::empty();
        }
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes }
    }

    /// Sends a request with this harness's key and further headers.
    pub async fn ask_with(
        &self,
        (method, path): (&str, &str),
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", format!("Bearer {}", self.key));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).expect("a request")).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask_with(("GET", path), &[], Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask_with(("POST", path), &[("content-type", "application/json")], body.to_string()).await
    }

    pub async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask_with((method, path), &[("content-type", "application/json")], body.to_string()).await
    }

    /// Waits until nothing that is due now is still to be delivered, and memory knows it too.
    pub async fn settled(&self) {
        static DUE: Query =
            Query::new("due", "SELECT count(*) FROM delivery WHERE state = 'due' AND due_us <= :now");
        let mut commits = self.app.store.commits();
        loop {
            let now = [("now", net::clock::now().0.into())];
            let rows = self.app.store.read(&DUE, &now).await.expect("a count");
            if rows[0].int(0).expect("a number") == 0 {
                break;
            }
            commits.changed().await.expect("the store is open");
        }
        // The commit comes first; those who wait for it hear of it after.
        while self.app.egress.under_way() > 0 {
            tokio::task::yield_now().await;
        }
    }

    /// Waits until the index knows what the mail's log knows.
    pub async fn indexed(&self) {
        let mut indexer = Indexer::open(&self.app.store, &self.app.search).await.expect("the index");
        indexer.catch_up().await.expect("the log is indexed");
    }

    /// Waits until the statistics know what the mail's log knows.
    pub async fn counted(&self) {
        Follower::new(&self.app.store).catch_up().await.expect("the log is counted");
    }

    /// Ends everything, and removes what it left.
    pub async fn end(self) {
        drop(self.close().await);
    }

    async fn close(self) -> Place {
        self.stopper.stop();
        self.app.egress.drain(&self.app);
        self.app.search.close().await;
        self.app.store.close().await;
        self.place
    }
}

/// Where a harness keeps what it has; removed with it.
struct Place {
    dir: Dir,
    /// The URL of its database, and of the server's own.
    postgres: Option<(String, String)>,
}

impl Place {
    fn make(database: Database) -> Place {
        let name = unique();
        let dir = Dir::make(&name);
        let postgres = (database == Database::Postgres).then(|| {
            let base = postgres_url();
            let (server, _) = base.rsplit_once('/').expect("a URL that ends with a database's name");
            psql(&base, &format!("CREATE DATABASE {name}"));
            (format!("{server}/{name}"), base.clone())
        });
        Place { dir, postgres }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((url, base)) = &self.postgres {
            let (_, name) = url.rsplit_once('/').expect("made by Place::make");
            psql(base, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn psql(url: &str, words: &str) {
    let done = Command::new("psql").args([url, "-q", "-v", "ON_ERROR_STOP=1", "-c", words]).output();
    let done = done.expect("psql is installed with PostgreSQL");
    assert!(done.status.success(), "{words}: {}", String::from_utf8_lossy(&done.stderr));
}
