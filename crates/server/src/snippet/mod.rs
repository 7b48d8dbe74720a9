//! The storefront's script: what a shop page loads. Plain, without cookies of its own, under 3 kB.

mod example;

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};

pub use example::shop;

/// The script as it is written, with how to use it in its first comment.
const SOURCE: &str = include_str!("storefront.js");

/// The script as it is served: without the comment and the indentation.
static SERVED: LazyLock<String> = LazyLock::new(|| {
    let code = SOURCE.split_once("*/").map_or(SOURCE, |(_, code)| code);
    code.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
});

/// `GET /storefront.js`: for pages of every origin.
pub async fn script() -> impl axum::response::IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
    ];
    (headers, SERVED.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_small_and_sets_no_cookie() {
        assert!(SERVED.len() < 3_000, "{} bytes", SERVED.len());
        assert!(!SOURCE.contains("document.cookie") && SOURCE.contains("credentials: 'omit'"));
        assert!(SERVED.starts_with("(function () {") && SERVED.ends_with("})();"), "{}", &SERVED[..40]);
        assert!(!SERVED.contains("innerHTML"), "what products are called is never taken for markup");
    }
}
