//! Lists as files of any length.
//!
//! Guarantees
//! 1. A page is in memory at a time.
//! 2. Whoever may not see the list any more gets no further page: the file breaks off ([`Watch`]).

use std::io;
use std::sync::Arc;

use axum::response::Response;
use futures_util::stream;
use store::StoreError;

use super::screen::Member;
use super::watch::Watch;
use crate::app::App;
use crate::feature::person::permission::Needs;
use crate::http::csv::streamed;
use crate::http::page::From;

/// A table that is read a page at a time: `read` gives a page's lines, and where the next begins.
pub fn paged<P: Needs, F>(
    (who, app): (&Member<P>, &Arc<App>),
    name: &str,
    head: &[&str],
    read: impl Fn(Arc<App>, From) -> F + Send + 'static,
) -> Response
where
    F: Future<Output = Result<(Vec<Vec<String>>, Option<From>), StoreError>> + Send,
{
    let watch = Watch::of(who, app);
    let state = (Some(From::Start), watch, app.clone(), read);
    let pages = stream::unfold(state, |(from, mut watch, app, read)| async move {
        let from = from?;
        let page = match may(&mut watch, &app).await {
            Ok(()) => read(app.clone(), from).await.map_err(io::Error::other),
            Err(error) => Err(error),
        };
        Some(match page {
            Ok((lines, next)) => (Ok(lines), (next, watch, app, read)),
            Err(error) => (Err(error), (None, watch, app, read)),
        })
    });
    streamed(name, head, pages)
}

/// Whether a file goes on.
///
/// # Errors
/// It does not; as [`Watch::holds`].
pub async fn may(watch: &mut Watch, app: &App) -> io::Result<()> {
    match watch.holds(app).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(io::Error::other("whoever asked for the table may not see it any more")),
        Err(error) => Err(io::Error::other(error)),
    }
}
