//! What every operator's command opens: the database of the settings, as a tool beside a server that may run.
//!
//! Not here: the lock of the data directory, which only servers and `restore` take.

use std::sync::Arc;

use anyhow::{Context, bail};
use mail::At;
use store::{Role, Store};

use super::serve::{make_data_dir, open_store};
use crate::feature::access::{self, Workspace};
use crate::id::{Mint, Noun};
use crate::settings::{DatabaseUrl, Settings};

/// The database, open for a command.
pub(super) struct Tool {
    pub(super) store: Store,
    pub(super) mint: Arc<Mint>,
    pub(super) now: At,
}

impl Tool {
    /// Opens what is there.
    ///
    /// # Errors
    /// When there is nothing: a command in the wrong directory must not make a new, empty database.
    pub(super) async fn open(settings: &Settings) -> anyhow::Result<Tool> {
        let file = settings.node.data_dir.join("postrider.db");
        if settings.database.url == DatabaseUrl::Embedded && !file.exists() {
            bail!(
                "there is no database at {}: name the server's directory with --data, or its file with --config",
                file.display()
            );
        }
        Tool::open_or_make(settings).await
    }

    /// Opens what is there, or makes it with the default workspace, for commands that prepare a first start.
    pub(super) async fn open_or_make(settings: &Settings) -> anyhow::Result<Tool> {
        make_data_dir(&settings.node.data_dir)?;
        let store = open_store(settings, Role::Tool).await.context("opening the database")?;
        // Node 0 is the server's. Two commands of one millisecond need different ones.
        let node = u8::try_from(net::clock::random_u64() % 255 + 1).unwrap_or(1);
        let tool = Tool { store, mint: Arc::new(Mint::new(node)), now: net::clock::now() };
        if access::workspaces(&tool.store).await?.is_empty() {
            access::admin::workspace_add(&tool.store, &tool.mint, tool.now, access::DEFAULT_WORKSPACE)
                .await?;
        }
        Ok(tool)
    }

    /// The workspace of a name.
    pub(super) async fn workspace(&self, name: &str) -> anyhow::Result<Workspace> {
        let workspaces = access::workspaces(&self.store).await?;
        let found = workspaces.into_iter().find(|workspace| *workspace.name == *name);
        found.with_context(|| {
            format!("there is no workspace {name}: `postrider workspaces list` shows those there are")
        })
    }

    /// The workspace of a name, or none for all.
    pub(super) async fn workspace_or_all(&self, name: Option<&str>) -> anyhow::Result<Option<Workspace>> {
        match name {
            Some(name) => self.workspace(name).await.map(Some),
            None => Ok(None),
        }
    }

    /// How people know each workspace.
    pub(super) async fn names(&self) -> anyhow::Result<Names> {
        access::workspaces(&self.store).await.map(Names).map_err(Into::into)
    }

    pub(super) async fn close(self) {
        self.store.close().await;
    }
}

/// Names of workspaces.
pub(super) struct Names(Vec<Workspace>);

impl Names {
    /// The name; `all` for 0, which stands for every workspace.
    pub(super) fn of(&self, id: i64) -> String {
        if id == 0 {
            return "all".to_owned();
        }
        let found = self.0.iter().find(|workspace| workspace.id == id);
        found.map_or_else(|| Noun::Workspace.show(id), |workspace| workspace.name.to_string())
    }
}

/// Runs a command's work.
pub(super) fn block_on<T>(work: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.context("starting the runtime")?.block_on(work))
}

/// A moment as tables show it: to the second, UTC.
pub(super) fn moment(at: At) -> String {
    let text = mail::date::rfc3339(at);
    format!("{}Z", text.get(..19).unwrap_or(&text))
}
