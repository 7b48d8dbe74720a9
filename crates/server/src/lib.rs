//! HTTP: JSON API, web pages.
//!
//! **Architecture invariant:** no business rule lives here. A handler reads its input, calls one use case and renders
//! what comes back. Identity, roles and CSRF are checked in [`auth::guard`] and nowhere else; every route names who may
//! call it where it is added ([`routes::Routes`]), and a test walks them all as everybody.
//!
//! **API boundary:** [`App`] is put together by the binary (store, lake, clock, randomness), [`router`] serves it.

mod api;
pub mod app;
mod assets;
pub mod auth;
pub mod chart;
pub mod frame;
mod headers;
mod health;
pub mod html;
pub mod live;
mod metrics;
pub mod model;
pub mod pages;
pub mod problem;
mod recommendations;
pub mod routes;
mod snippet;
pub mod view;
pub mod views;

pub use app::{App, Clock, Config, Random, system_random};

use std::time::Instant;

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::problem::{Code, Problem};

/// The whole server.
pub fn router(app: App) -> Router {
    let (_, guarded) = table(app.clone());
    Router::new()
        .merge(guarded)
        .route("/assets/{*path}", get(assets::show))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .route("/storefront.js", get(snippet::script))
        .fallback(async || Problem::new(Code::NotFound, "There is nothing at this address."))
        // As one: each call of `layer` would copy all that lies under it once more for every request.
        .layer((CatchPanicLayer::new(), CompressionLayer::new(), middleware::from_fn_with_state(app.clone(), edge)))
        .with_state(app)
}

/// What every answer goes through: a page for a browser where something failed, the counters, the security headers.
async fn edge(State(app): State<App>, request: Request, next: Next) -> Response {
    let reader = html::Reader::of(request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let start = Instant::now();
    let mut response = html::for_reader(reader, next.run(request).await);
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    app.metrics().observe(route, &method, response.status().as_u16(), start.elapsed());
    headers::add(response.headers_mut());
    response
}

/// Serves on a listener until `stopped` ends; requests under way are finished first.
///
/// # Errors
/// The listener failed.
pub async fn serve(
    listener: tokio::net::TcpListener,
    app: App,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    // What a stopped server left at work is told as stopped; with PostgreSQL another server may still be at it.
    if app.store().backend() == store::Backend::Sqlite
        && let Err(error) = store::jobs::fail_orphans(app.store(), app.now()).await
    {
        tracing::warn!(%error, "interrupted work could not be marked");
    }
    let served = axum::serve(listener, router(app.clone())).with_graceful_shutdown(stopped).await;
    // What was shown in the last moments is written before the process ends.
    if let Some(service) = app.opened_recommendations() {
        service.flush().await;
    }
    served
}

/// Assets with the security headers and nothing else: what the gallery of pages needs.
pub fn static_router() -> Router {
    Router::new().route("/assets/{*path}", get(assets::show)).layer(middleware::from_fn(headers::secure))
}

/// Every guarded route with who may call it, and the router that serves them.
pub fn table(app: App) -> (Vec<routes::Route>, Router<App>) {
    let routes = routes::Routes::new(app);
    api::routes(pages::routes(routes)).finish()
}
