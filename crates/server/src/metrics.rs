//! Counters in the Prometheus text format, of our own: a handful of numbers does not need an exporter.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    sync::Mutex,
    time::Duration,
};

use axum::{
    extract::State,
    http::{Method, header},
    response::IntoResponse,
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

/// Requests by route, then by method and status.
type Requests = BTreeMap<String, HashMap<(Method, u16), Series>>;

/// What was counted.
#[derive(Default)]
pub struct Metrics {
    requests: Mutex<Requests>,
}

impl Metrics {
    /// Counts a request. Routes are named by their pattern, so ids do not multiply the series.
    pub fn observe(&self, route: &str, method: &Method, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !requests.contains_key(route) {
            requests.insert(route.to_owned(), HashMap::new());
        }
        let Some(of_route) = requests.get_mut(route) else { return };
        let series = of_route.entry((method.clone(), status)).or_default();
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
        for (route, of_route) in requests {
            let mut of_route: Vec<_> = of_route.into_iter().collect();
            of_route.sort_by(|((a, one), _), ((b, other), _)| (a.as_str(), one).cmp(&(b.as_str(), other)));
            for ((method, status), series) in of_route {
                write(&mut out, &format!("route=\"{route}\",method=\"{method}\",status=\"{status}\""), &series);
            }
        }
        out
    }
}

fn write(out: &mut String, labels: &str, series: &Series) {
    for (bucket, bound) in series.buckets.iter().zip(BOUNDS_S) {
        let _ = writeln!(out, "fortnight_http_request_seconds_bucket{{{labels},le=\"{bound}\"}} {bucket}");
    }
    let _ = writeln!(out, "fortnight_http_request_seconds_bucket{{{labels},le=\"+Inf\"}} {}", series.count);
    let _ = writeln!(out, "fortnight_http_request_seconds_sum{{{labels}}} {:.6}", series.sum_s);
    let _ = writeln!(out, "fortnight_http_request_seconds_count{{{labels}}} {}", series.count);
}

/// `GET /metrics`
pub async fn show(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics().text())
}
