//! The log as the endpoints read it: a page is read and made ready once, however many endpoints of a workspace stand at
//! the same place.
//!
//! Guarantee: memory holds [`PAGES_MAX`] pages; an endpoint that reads elsewhere reads the database.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use store::StoreError;
use tokio::sync::OnceCell;

use super::ready::{Ready, ready};
use crate::app::App;
use crate::feature::event::merged::events_merged;
use crate::feature::event::read::Cursor;

/// Events of one page, of all writers together.
pub const PAGE_EVENTS: usize = 128;
/// Pages kept: what endpoints that keep up read within the same moment.
const PAGES_MAX: usize = 64;

/// Part of the log.
pub struct Page {
    pub events: Vec<Arc<Ready>>,
    /// Where the next one begins.
    pub next: Cursor,
}

type Cell = Arc<OnceCell<Arc<Page>>>;

/// The pages read last.
#[derive(Default)]
pub struct Feed {
    pages: Mutex<VecDeque<((i64, Cursor), Cell)>>,
}

impl Feed {
    /// The page of a workspace that begins after `cursor`, which is behind `heads`.
    ///
    /// # Errors
    /// As [`store::Store::read`].
    pub async fn page(
        &self,
        app: &App,
        workspace: i64,
        (cursor, heads): (&Cursor, &Cursor),
    ) -> Result<Arc<Page>, StoreError> {
        let cell = self.cell((workspace, cursor.clone()));
        let read = async || {
            let mut next = cursor.clone();
            let limit = (PAGE_EVENTS / heads.0.len().max(1)).max(1);
            let events = events_merged(&app.store, workspace, &mut next, (heads, limit)).await?;
            let events = ready(app, workspace, events).await?;
            Ok(Arc::new(Page { events, next }))
        };
        cell.get_or_try_init(read).await.cloned()
    }

    fn cell(&self, place: (i64, Cursor)) -> Cell {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, cell)) = pages.iter().rev().find(|(known, _)| *known == place) {
            return cell.clone();
        }
        if pages.len() >= PAGES_MAX {
            pages.pop_front();
        }
        let cell = Cell::default();
        pages.push_back((place, cell.clone()));
        cell
    }
}
