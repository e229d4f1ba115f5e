//! Realtime: `/ws` and `/yjs/{document}`.

use actix_web::web::ServiceConfig;

/// Adds the WebSocket routes. Handlers take `web::Data<AppState>`.
pub fn configure(_routes: &mut ServiceConfig) {}
