//! The HTTP surface.

use std::sync::Arc;

use net::listen::Stop;

use crate::app::App;

/// Serves until `stop`.
pub async fn serve(_app: Arc<App>, _listener: tokio::net::TcpListener, _stop: Stop) {}
