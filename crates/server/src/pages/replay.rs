//! Replay: what the miners would have sized, fortnight by fortnight, against what those customers then did.

use axum::{Extension, extract::State, http::HeaderMap};
use sprint::replay::{self, Calibration, FORTNIGHT_DAYS, FORTNIGHTS, Ratio, Replay};
use store::jobs::{self, JobState};

use super::{
    desk::{Desk, context, told},
    jobs::view_of,
};
use crate::{
    App,
    auth::access::Who,
    chart,
    frame::Nav,
    html::{self, Page},
    problem::{Code, Problem},
    view,
    views::{ReplayLine, ReplayPage, ReplayView},
};

/// The kind of these jobs.
pub const JOB: &str = "replay";

/// `GET /replay`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let newest = jobs::latest(app.store(), JOB, "").await?.filter(|job| job.state != JobState::Done);
    let mut shown = ReplayView {
        is_empty: true,
        can_edit: who.can_edit(),
        job: newest.as_ref().map(view_of),
        ..ReplayView::default()
    };
    if let Some((made_at, replay)) = replay::newest(&desk.ctx).await? {
        fill(&mut shown, &desk, &replay);
        shown.standing = format!("{} Made {}.", shown.standing, desk.at(made_at));
    }
    html::page(&ReplayPage { frame: desk.frame(Nav::Replay, "Replay"), view: shown })
}

fn fill(shown: &mut ReplayView, desk: &Desk, replay: &Replay) {
    let days = replay.fortnights.len() as i32 * FORTNIGHT_DAYS;
    let heard = || replay.miners.iter().filter(|one| one.heard > 0);
    let rows: Vec<chart::RatioRow> = heard()
        .filter_map(|one| {
            let Ratio { ratio, low, high, .. } = one.of_people?;
            Some(chart::RatioRow { label: one.miner.label().to_owned(), text: ratio_text(one), low, ratio, high })
        })
        .collect();
    shown.is_empty = false;
    shown.standing = format!(
        "{} from {} to {}, each on a snapshot of its first day.",
        view::plural(replay.fortnights.len() as i64, "fortnight", "fortnights"),
        view::day(replay.until.plus(-days)),
        view::day(replay.until.plus(-1)),
    );
    shown.error = match (replay.error_as_sized, replay.error_calibrated) {
        (Some(plain), Some(learnt)) => format!(
            "As sized the miners were off by a factor of {:.2}; with what the fortnights before had taught, by {:.2}.",
            plain.exp(),
            learnt.exp()
        ),
        _ => String::new(),
    };
    shown.chart = chart::ratios(&rows, "Bought over expected, by miner");
    shown.lines = heard().map(|one| line(one, desk)).collect();
    shown.silent = replay
        .miners
        .iter()
        .filter(|one| one.heard == 0)
        .map(|one| (one.miner.label().to_owned(), replay::sentence(one, desk.ctx.brand.currency)))
        .collect();
}

fn line(one: &Calibration, desk: &Desk) -> ReplayLine {
    ReplayLine {
        label: one.miner.label().to_owned(),
        sentence: replay::sentence(one, desk.ctx.brand.currency),
        cells: [
            one.heard.to_string(),
            view::count(one.opportunities as i64),
            view::count(one.people),
            view::count(one.expected_people.round() as i64),
            view::count(one.bought),
            view::count(one.comparable.round() as i64),
            ratio_text(one),
            format!("× {:.2}", one.loudness),
        ],
    }
}

fn ratio_text(one: &Calibration) -> String {
    one.of_people.map_or_else(
        || "–".to_owned(),
        |Ratio { ratio, low, high, .. }| match high > 99.0 {
            true => format!("{ratio:.2} (too few to say)"),
            false => format!("{ratio:.2} ({low:.2}–{high:.2})"),
        },
    )
}

/// `POST /replay/run`
pub async fn run(State(app): State<App>, Extension(who): Extension<Who>) -> Page {
    match begin(&app, &who).await {
        Ok(()) => Ok(html::done("/replay", "Replay has begun. This page shows how far it is.")),
        Err(problem) => told(problem, "/replay"),
    }
}

async fn begin(app: &App, who: &Who) -> Result<(), Problem> {
    if jobs::latest(app.store(), JOB, "").await?.is_some_and(|job| job.state == JobState::Running) {
        return Err(Problem::new(Code::Conflict, "A Replay is at work already; wait for its end."));
    }
    let ctx = context(app, who).await?;
    // Too little history is said at once, not by a job.
    let plan = replay::plan(&ctx, FORTNIGHTS).await?;
    let mut tx = app.store().begin().await?;
    let id = jobs::begin(&mut tx, JOB, "", app.now(), &who.actor).await?;
    tx.commit().await?;
    let app = app.clone();
    tokio::spawn(async move {
        let outcome = async {
            let all = plan.days.len() as i64;
            let mut done = Vec::with_capacity(plan.days.len());
            for day in &plan.days {
                let note = format!("The fortnight from {}", view::day(*day));
                jobs::progress(app.store(), id, done.len() as i64, all, &note, app.now()).await?;
                done.push(replay::fortnight(&ctx, *day).await?);
            }
            replay::save(&ctx, &replay::conclude(plan.until, done)).await?;
            Ok::<_, Problem>(serde_json::json!({ "fortnights": all }))
        }
        .await;
        let outcome = outcome.as_ref().map_err(|problem| problem.message.as_str());
        if let Err(error) = jobs::finish(app.store(), id, outcome, app.now()).await {
            tracing::error!(%error, "the end of a job was not written");
        }
    });
    Ok(())
}
