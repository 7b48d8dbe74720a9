//! The daily review: at most five lines, each to accept or to dismiss with a reason.

use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    http::HeaderMap,
};
use domain::{Day, sprint::SprintStage};
use serde::Deserialize;
use sprint::review::{ReviewView as Review, SeriesDay, Severity};

use super::{
    desk::{Desk, after, context, sprint_of},
    evidence,
    sprints::{Pairs, field},
};
use crate::{
    App,
    auth::access::Who,
    chart,
    frame::Nav,
    html::{self, Page},
    problem::Problem,
    view,
    views::{Choice, MerDay, ReviewLine, ReviewPage, ReviewView},
};

/// Which morning.
#[derive(Deserialize)]
pub struct Morning {
    #[serde(default)]
    day: String,
}

/// `GET /sprints/{n}/review`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Query(morning): Query<Morning>,
    headers: HeaderMap,
) -> Page {
    let (desk, row) = Desk::of(&app, &who, &headers, number).await?;
    let reviews = sprint::review::list(&desk.ctx, row.id).await?;
    let base = format!("/sprints/{number}/review");
    let live = row.stage == SprintStage::Live;
    let mut view = ReviewView {
        heading: "Review".into(),
        lede: "Every morning of the flight, at most five lines. “Nothing to do” is one.".into(),
        can_edit: who.can_edit() && row.stage < SprintStage::Signed,
        can_run: who.can_edit() && live,
        run_href: format!("{base}/run"),
        decide_href: format!("{base}/decide"),
        ..ReviewView::default()
    };
    let shown = reviews.iter().find(|review| review.doc.day.to_string() == morning.day).or(reviews.first());
    match shown {
        Some(review) => {
            fill(&mut view, review, number);
            view.days = reviews
                .iter()
                .map(|each| {
                    Choice::new(each.doc.day.to_string(), view::weekday(each.doc.day), each.doc.day == review.doc.day)
                })
                .collect();
        }
        None => {
            view.is_empty = true;
            (view.empty_title, view.empty_text) = if live {
                ("No morning was reviewed yet".into(), "Import yesterday’s reports, then press “Review today”.".into())
            } else {
                (
                    "Nothing is live yet".into(),
                    "The first review comes the morning after the launch is switched on.".into(),
                )
            };
            (view.empty_href, view.empty_action) = if live {
                ("/data".into(), "Import files…".into())
            } else {
                (format!("/sprints/{number}/launch"), "Open Launch".into())
            };
        }
    }
    if !view.is_empty {
        let series = match sprint::review::series(&desk.ctx, row.id).await {
            Ok(series) => series,
            Err(sprint::SprintError::Refused(_)) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        draw(&mut view, &desk, &series);
    }
    html::page(&ReviewPage { frame: desk.frame(Nav::Review, "Review"), view })
}

fn fill(view: &mut ReviewView, review: &Review, number: i64) {
    let doc = &review.doc;
    view.day = doc.day.to_string();
    view.heading = format!("Review of {}", view::weekday(doc.day));
    let figures: Vec<String> = doc
        .figures
        .iter()
        .map(|figure| {
            if figure.expected.is_empty() {
                format!("{} {}", figure.label, figure.value)
            } else {
                format!("{} {} ({})", figure.label, figure.value, figure.expected)
            }
        })
        .collect();
    view.lede = format!("Day {} of {}. {}", doc.flight_day, doc.flight_days, figures.join(" · "));
    view.lines = doc
        .lines
        .iter()
        .enumerate()
        .map(|(i, line)| {
            let decision = review.decisions.iter().rev().find(|decision| decision.line_key == line.key);
            let mut text = line.cause.clone().unwrap_or_default();
            if line.is_provisional {
                text.push_str(" Rests on days that may still be restated.");
            }
            ReviewLine {
                key: line.key.clone(),
                title: line.sentence.clone(),
                text: text.trim().to_owned(),
                tone: match line.severity {
                    Severity::Act => "bad",
                    Severity::Watch => "warn",
                    Severity::Fine => "good",
                },
                suggestion: line.action.clone(),
                evidence: if line.evidence.is_empty() {
                    String::new()
                } else {
                    evidence::of_review("line", number, doc.day, &line.key)
                },
                decided: decision
                    .map(|d| {
                        format!(
                            "{} by {}{}",
                            if d.accepted { "Accepted" } else { "Dismissed" },
                            d.actor,
                            if d.reason.is_empty() { ".".into() } else { format!(": {}", d.reason) }
                        )
                    })
                    .unwrap_or_default(),
                open: decision.is_none() && line.severity != Severity::Fine,
                dialog: format!("dismiss-{}", i + 1),
            }
        })
        .collect();
    view.unchecked = doc
        .not_checked
        .iter()
        .map(|skipped| {
            (
                format!("{}.", view::capital(&skipped.check.replace('_', " "))),
                skipped.why.trim_start_matches("Not checked:").trim().to_owned(),
            )
        })
        .collect();
    if doc.held_back > 0 {
        view.unchecked.push((
            view::plural(doc.held_back as i64, "line was held back.", "lines were held back."),
            "It comes up again tomorrow if it still holds.".into(),
        ));
    }
}

fn draw(view: &mut ReviewView, desk: &Desk, series: &[SeriesDay]) {
    view.chart_title = "Net revenue per unit of ad spend by day, against its expected range".into();
    view.band_label = "where 49 days of 50 lie".into();
    view.chart_note =
        "Net revenue of the shop, not what platforms claim, divided by the ad spend of all platforms.".into();
    view.no_chart = "The chart needs orders and ad reports of the same days.".into();
    if series.len() < 2 {
        return;
    }
    let points: Vec<chart::BandPoint> = series
        .iter()
        .map(|day| {
            let (low, _, high) = day.expected.unwrap_or((day.mer, day.mer, day.mer));
            chart::BandPoint { label: day.day.0.strftime("%-d %b").to_string(), actual: Some(day.mer), low, high }
        })
        .collect();
    view.chart = chart::band(&points, &view.chart_title, "");
    let round = |x: f64| (x * 1000.0).round() / 1000.0;
    view.series = serde_json::json!({
        "x": series.iter().map(|day| i64::from(day.day.epoch_days()) * 86_400).collect::<Vec<_>>(),
        "low": series.iter().map(|day| day.expected.map(|e| round(e.0))).collect::<Vec<_>>(),
        "expected": series.iter().map(|day| day.expected.map(|e| round(e.1))).collect::<Vec<_>>(),
        "high": series.iter().map(|day| day.expected.map(|e| round(e.2))).collect::<Vec<_>>(),
        "actual": series.iter().map(|day| round(day.mer)).collect::<Vec<_>>(),
        "unit": "",
        "labels": {"low": "Lower end", "high": "Upper end", "expected": "Expected", "actual": "MER"},
    })
    .to_string();
    view.table = series
        .iter()
        .rev()
        .map(|day| MerDay {
            day: view::weekday(day.day),
            net: desk.money(day.net.minor),
            spend: desk.money(day.spend.minor),
            mer: view::ratio(day.mer),
            range: day.expected.map_or("too little history".into(), |(low, _, high)| {
                format!("{} to {}", view::ratio(low), view::ratio(high))
            }),
        })
        .collect();
}

/// `POST /sprints/{n}/review/run`
pub async fn run(State(app): State<App>, Extension(who): Extension<Who>, Path(number): Path<i64>) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    after(sprint::review::run(&ctx, row.id).await, &format!("/sprints/{number}/review"), "This morning is reviewed.")
}

/// `POST /sprints/{n}/review/decide`
pub async fn decide(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let day = Day::parse(field(&form, "day"))
        .map_err(|_| Problem::invalid("The day of the review is missing. Reload the page."))?;
    let accepted = field(&form, "accepted") == "1";
    let decided =
        sprint::review::decide(&ctx, row.id, day, field(&form, "line"), accepted, field(&form, "reason")).await;
    let text =
        if accepted { "Accepted. It becomes an action in the post-mortem." } else { "Dismissed, with your reason." };
    after(decided, &format!("/sprints/{number}/review?day={day}"), text)
}
