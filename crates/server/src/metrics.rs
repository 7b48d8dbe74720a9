//! Counters in the Prometheus text format, of our own: a handful of numbers does not need an exporter.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::Mutex,
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::App;

/// Upper bounds of the latency histogram, seconds.
const BOUNDS_S: [f64; 7] = [0.005, 0.02, 0.1, 0.5, 1.0, 5.0, 30.0];

#[derive(Default, Clone)]
struct Series {
    count: u64,
    sum_s: f64,
    buckets: [u64; BOUNDS_S.len()],
}

/// Requests by route, method and status class.
#[derive(Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(String, String, u16), Series>>,
}

impl Metrics {
    fn observe(&self, route: String, method: String, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let series = requests.entry((route, method, status)).or_default();
        let seconds = took.as_secs_f64();
        series.count += 1;
        series.sum_s += seconds;
        for (bucket, bound) in series.buckets.iter_mut().zip(BOUNDS_S) {
            *bucket += u64::from(seconds <= bound);
        }
    }

    /// The text that a scraper reads.
    pub fn text(&self) -> String {
        let requests = self.requests.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let mut out = String::from("# HELP fortnight_http_request_seconds Time to answer a request.\n");
        out.push_str("# TYPE fortnight_http_request_seconds histogram\n");
        for ((route, method, status), series) in requests {
            let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
            for (bucket, bound) in series.buckets.iter().zip(BOUNDS_S) {
                let _ = writeln!(out, "fortnight_http_request_seconds_bucket{{{labels},le=\"{bound}\"}} {bucket}");
            }
            let _ = writeln!(out, "fortnight_http_request_seconds_bucket{{{labels},le=\"+Inf\"}} {}", series.count);
            let _ = writeln!(out, "fortnight_http_request_seconds_sum{{{labels}}} {:.6}", series.sum_s);
            let _ = writeln!(out, "fortnight_http_request_seconds_count{{{labels}}} {}", series.count);
        }
        out
    }
}

/// Measures every request. Routes are named by their pattern, so ids do not multiply the series.
pub async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = request.method().to_string();
    let start = Instant::now();
    let response = next.run(request).await;
    app.metrics().observe(route, method, response.status().as_u16(), start.elapsed());
    response
}

/// `GET /metrics`
pub async fn show(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics().text())
}
