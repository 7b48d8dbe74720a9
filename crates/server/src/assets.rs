//! The built UI, taken into the binary (release) or read from disk (debug).

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

#[derive(rust_embed::RustEmbed)]
#[folder = "../../ui/dist/"]
#[allow_missing = true]
struct Dist;

/// `GET /assets/{*path}`
pub async fn show(Path(path): Path<String>) -> Response {
    let Some(file) = Dist::get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    // Pages name assets with `?v=` and a hash of their content, so a copy may be kept for ever.
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, file.data.into_owned()).into_response()
}

/// Changes whenever the built UI changes; pages append it to the addresses of assets.
pub fn version() -> &'static str {
    static VERSION: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    VERSION.get_or_init(|| {
        let mut hash = blake3::Hasher::new();
        for name in ["app.css", "app.js", "theme.js", "icons.svg"] {
            if let Some(file) = Dist::get(name) {
                hash.update(&file.data);
            }
        }
        hash.finalize().to_hex()[..10].to_owned()
    })
}
