//! What serves, what the data carries, how well it foresees, and which versions there are.

use axum::{
    Extension, Form,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::IntoResponse as _,
};
use measure::Entry;
use personalize::{
    Placement, Status,
    export::Per,
    gate::Gate,
    placements::{self as places, PlacementState},
    quality::Quality,
    results::{self, Line},
    train::FOLDER,
};
use serde::Deserialize;
use store::{
    jobs::JobState,
    recommend_models::{self as models, ModelRow, ModelState},
};

use super::{say, tabs, train::JOB};
use crate::{
    App,
    auth::access::Who,
    chart::{self, CoursePoint, RefLine},
    frame::Nav,
    html::{self, Page},
    pages::{
        desk::{Desk, told},
        jobs,
        measure::say as judge,
    },
    problem::Problem,
    view,
    views::{
        ChartView, Choice, ConditionLine, ContestView, Fact, MemberLine, RecommendPage, RecommendView, Stat,
        TrainedLine,
    },
};

/// Versions that the page lists.
const MOST_VERSIONS: i64 = 20;
/// Days over which a contest's answers are counted.
const CONTEST_DAYS: i32 = 28;

/// `GET /recommend`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let service = app.recommendations().await?;
    let status = service.status();
    let rows = models::list(app.store(), MOST_VERSIONS).await?;
    let all = places::list(app.store()).await?;
    let newest = store::jobs::latest(app.store(), JOB, "").await?.filter(|job| job.state != JobState::Done);
    let mut view = RecommendView {
        tabs: tabs("/recommend"),
        lede: "Each visitor is shown what fits them, learnt from your own orders and events.".into(),
        is_new: rows.is_empty(),
        job: newest.as_ref().map(jobs::view_of),
        can_train: who.can_edit(),
        can_serve: who.can_approve(),
        can_export: who.can_edit() && status.meta.is_some(),
        ..RecommendView::default()
    };
    if !rows.is_empty() {
        fill(&mut view, &desk, &status, &service.members(), &all);
        view.quality = quality(&desk, &rows);
        let kept = |row: &ModelRow| service.data_dir().join(FOLDER).join(&row.file).exists();
        view.versions = rows.iter().map(|row| version(&desk, row, who.can_approve() && kept(row))).collect();
        view.contests = contests(&app, &desk, &all, &status).await?;
        let is_candidate = |row: &&ModelRow| row.state != ModelState::Active && kept(row);
        view.challengers = rows.iter().filter(is_candidate).map(|row| challenger(&desk, row)).collect();
        let is_free = |state: &&PlacementState| state.contest.is_none() && is_on(state);
        view.placements = all
            .iter()
            .filter(is_free)
            .map(|state| Choice::new(state.placement.as_str(), state.placement.label(), false))
            .collect();
        view.can_contest = who.can_approve() && !view.challengers.is_empty() && !view.placements.is_empty();
    }
    html::page(&RecommendPage { frame: desk.frame(Nav::Recommend, "Recommendations"), view })
}

fn is_on(state: &PlacementState) -> bool {
    state.settings.as_ref().is_some_and(|settings| settings.is_on)
}

fn fill(
    view: &mut RecommendView,
    desk: &Desk,
    status: &Status,
    members: &[(&'static str, f32)],
    all: &[PlacementState],
) {
    let serving = all.iter().filter(|state| is_on(state)).count();
    let n = |count: u64| view::count(i64::try_from(count).unwrap_or(i64::MAX));
    let stat = |label: &str, value: String, note: String| Stat { label: label.into(), value, note, ..Stat::default() };
    let Some(meta) = &status.meta else {
        view.headline = "Best-sellers serve".into();
        view.gate_text =
            "The model in service cannot be read, so best-sellers serve. The server’s log says why; train \
                          again to mend it."
                .into();
        view.quality.none = "Nothing was examined.".into();
        return;
    };
    let Gate { open, conditions } = &meta.gate;
    view.gate_open = *open;
    view.headline = match open {
        true => format!("Version {} serves {serving} of {} placements", status.model_version, Placement::ALL.len()),
        false => "Best-sellers serve, the same for everybody".into(),
    };
    view.gate_text = match open {
        true => "Checked at every training, on what was known then.".into(),
        false => "Personalising would be guesswork, so every placement shows best-sellers and says so.".into(),
    };
    let line = |condition: &personalize::gate::Condition| ConditionLine {
        what: condition.what.clone(),
        there: n(condition.there),
        needed: format!(
            "{} {}",
            if condition.what.starts_with("per cent") { "at most" } else { "at least" },
            n(condition.needed)
        ),
        holds: condition.holds,
        mend: condition.mend.clone(),
    };
    view.conditions = conditions.iter().map(line).collect();
    let counts = &meta.counts;
    view.stats = vec![
        stat(
            "Orders",
            n(counts.orders),
            format!("{} customers, {} of them more than once", n(counts.customers), n(counts.repeat_customers)),
        ),
        stat("Sessions of visits", n(counts.sessions), "from events of the storefront".into()),
        stat("Products", n(counts.items), format!("{} in five sessions or more", n(counts.items_with_support))),
        stat(
            "Answers since the start",
            n(status.answers),
            match status.dropped {
                0 => "all of them recorded".into(),
                lost => format!("{} records could not be written", n(lost)),
            },
        ),
    ];
    view.facts = vec![
        Fact::noted(
            "Model",
            format!("{}, version {}", status.model, status.model_version),
            say::model(&status.model).1,
        ),
        Fact::new("Trained", desk.at(meta.trained_at)),
        Fact::noted(
            "Rules",
            match status.rules_version {
                0 => "the built-in ones".to_owned(),
                version => format!("version {version}"),
            },
            "they decide what may be shown, and what comes first",
        ),
        Fact::new(
            "In memory",
            format!("{} products, {} visitors", n(status.products as u64), n(status.visitors as u64)),
        ),
    ];
    view.members = members.iter().filter(|_| *open).map(|(name, weight)| member(name, *weight)).collect();
}

fn member(name: &str, weight: f32) -> MemberLine {
    let percent = (weight * 100.0).round().clamp(0.0, 100.0) as u32;
    MemberLine {
        name: say::model_name(name),
        text: say::model(name).1.into(),
        share: view::percent(f64::from(weight)),
        percent,
    }
}

fn quality_of(row: &ModelRow) -> Option<Quality> {
    serde_json::from_value(row.metrics.get("quality")?.clone()).ok()
}

fn quality(desk: &Desk, rows: &[ModelRow]) -> ChartView {
    let known: Vec<(&ModelRow, Quality)> = rows.iter().rev().filter_map(|row| Some((row, quality_of(row)?))).collect();
    let title = format!("How often the next product was among the {}", personalize::quality::AT);
    let label = |row: &ModelRow| view::weekday(row.trained_at.day_in(&desk.ctx.zone));
    let points: Vec<CoursePoint> = known
        .iter()
        .map(|(row, found)| CoursePoint { label: label(row), mid: Some(found.hit_rate * 100.0), range: None })
        .collect();
    let best = RefLine {
        values: known.iter().map(|(_, found)| Some(found.best_sellers_hit_rate * 100.0)).collect(),
        is_limit: false,
    };
    let text = match (known.first(), known.last()) {
        (Some((_, first)), Some((_, last))) => {
            format!("From {} to {}", view::percent(first.hit_rate), view::percent(last.hit_rate))
        }
        _ => String::new(),
    };
    let row = |(row, found): &(&ModelRow, Quality)| {
        vec![
            desk.at(row.trained_at),
            row.version.to_string(),
            view::percent(found.hit_rate),
            view::percent(found.best_sellers_hit_rate),
            view::count(found.pairs as i64),
        ]
    };
    ChartView {
        svg: chart::course(&points, &[best], &title, &text, |value| format!("{}\u{a0}%", view::decimal(value))),
        note: "Each version was examined on the newest tenth of the sessions, by a copy that had not seen them.".into(),
        none: match known.len() {
            0 => "No version was examined: that takes 200 sessions.".into(),
            _ => "The second training makes a line of it.".into(),
        },
        columns: ["Trained", "Version", "The model", "Best-sellers", "Questions"].map(str::to_owned).to_vec(),
        rows: known.iter().map(row).collect(),
        title,
    }
}

fn version(desk: &Desk, row: &ModelRow, can_serve: bool) -> TrainedLine {
    let counts = row.metrics.get("counts");
    let count = |key: &str| counts.and_then(|counts| counts.get(key)).and_then(serde_json::Value::as_i64).unwrap_or(0);
    TrainedLine {
        version: row.version,
        state: say::state(row.state),
        model: row.metrics.get("model").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned(),
        trained: format!("{}, by {}", desk.at(row.trained_at), row.trained_by),
        learnt: view::plural(count("orders") + count("sessions"), "order or session", "orders and sessions"),
        quality: quality_of(row).map_or_else(|| "–".to_owned(), |found| view::percent(found.hit_rate)),
        size: view::bytes(u64::try_from(row.size_bytes).unwrap_or(0)),
        can_serve: can_serve && matches!(row.state, ModelState::Ready | ModelState::Retired),
    }
}

fn challenger(desk: &Desk, row: &ModelRow) -> Choice {
    let day = view::weekday(row.trained_at.day_in(&desk.ctx.zone));
    Choice::new(row.version.to_string(), format!("Version {}, {day}", row.version), false)
}

async fn contests(
    app: &App,
    desk: &Desk,
    all: &[PlacementState],
    status: &Status,
) -> Result<Vec<ContestView>, Problem> {
    let running: Vec<_> = all.iter().filter_map(|state| Some((state.placement, state.contest?))).collect();
    if running.is_empty() {
        return Ok(Vec::new());
    }
    let ledger = measure::list(app.store(), desk.ctx.today()).await?;
    let lines = results::results(app.lake(), CONTEST_DAYS, app.now()).await?;
    let contest = |(placement, id): (Placement, domain::ChangeId)| {
        let entry = ledger.iter().find(|entry| entry.change.id == id)?;
        Some(contest_view(desk, placement, entry, &lines, status))
    };
    Ok(running.into_iter().filter_map(contest).collect())
}

fn contest_view(desk: &Desk, placement: Placement, entry: &Entry, lines: &[Line], status: &Status) -> ContestView {
    let net = judge::net_of(entry);
    let challenger = status.challenger.map_or_else(|| "Another version".into(), |version| format!("Version {version}"));
    let of_place = lines.iter().filter(|line| {
        line.placement == placement.as_str()
            && line.arm == "change"
            && [Some(status.model_version), status.challenger].contains(&Some(line.model_version))
    });
    let line = |line: &Line| {
        [
            format!("Version {}", line.model_version),
            view::count(line.answers as i64),
            view::percent(line.click_rate),
            view::count(line.purchases as i64),
            judge::per_unit(desk, line.revenue_per_unit_micros as f64 / 1e6),
        ]
    };
    ContestView {
        text: format!("{challenger} against version {} on: {}", status.model_version, placement.label().to_lowercase()),
        href: format!("/measure/changes/{}", entry.change.id),
        net: judge::middle(desk, net),
        range: net.map(|net| judge::range(desk, net)).unwrap_or_default(),
        grade: judge::grade(&entry.change),
        verdict: judge::verdict(entry.result),
        lines: of_place.map(line).collect(),
    }
}

/// A version by its number.
#[derive(Deserialize)]
pub struct Version {
    #[serde(default)]
    version: i64,
}

/// `POST /recommend/serve`: another version serves from the next answer on.
pub async fn serve(State(app): State<App>, Extension(who): Extension<Who>, Form(ask): Form<Version>) -> Page {
    let done = async {
        let service = app.recommendations().await?;
        let row = models::get(app.store(), ask.version).await?;
        let row = row.ok_or_else(|| Problem::invalid("There is no such version."))?;
        if !service.data_dir().join(FOLDER).join(&row.file).exists() {
            return Err(Problem::invalid("The file of this version was cleared away; train again."));
        }
        let mut tx = app.store().begin().await?;
        models::promote(&mut tx, ask.version, ModelState::Active).await?;
        let what = format!("version {}", ask.version);
        store::audit::record(&mut tx, app.now(), &who.actor, "recommend.serve", &what, "").await?;
        tx.commit().await?;
        Ok::<_, Problem>(service.refresh().await?)
    };
    match done.await {
        Ok(()) => Ok(html::done("/recommend", &format!("Version {} serves.", ask.version))),
        Err(problem) => told(problem, "/recommend"),
    }
}

/// What a contest begins with.
#[derive(Deserialize)]
pub struct Contest {
    #[serde(default)]
    placement: String,
    #[serde(default)]
    version: i64,
}

/// `POST /recommend/contest`
pub async fn begin_contest(State(app): State<App>, Extension(who): Extension<Who>, Form(ask): Form<Contest>) -> Page {
    let done = async {
        let placement: Placement =
            ask.placement.parse().map_err(|_| Problem::invalid("Choose one of the placements in the list."))?;
        let mut tx = app.store().begin().await?;
        places::begin_contest(&mut tx, app.store(), placement, ask.version, app.now(), &who.name).await?;
        tx.commit().await?;
        Ok::<_, Problem>(app.recommendations().await?.refresh().await?)
    };
    match done.await {
        Ok(()) => Ok(html::done("/recommend", "The two versions share the placement from now on.")),
        Err(problem) => told(problem, "/recommend"),
    }
}

/// How a contest ends.
#[derive(Deserialize)]
pub struct End {
    #[serde(default)]
    take: String,
}

/// `POST /recommend/contest/end`
pub async fn end_contest(State(app): State<App>, Extension(who): Extension<Who>, Form(end): Form<End>) -> Page {
    let take = end.take == "yes";
    let done = async {
        let mut tx = app.store().begin().await?;
        places::end_contest(&mut tx, app.store(), take, app.now(), &who.name).await?;
        tx.commit().await?;
        Ok::<_, Problem>(app.recommendations().await?.refresh().await?)
    };
    match done.await {
        Ok(()) if take => Ok(html::done("/recommend", "The challenger serves everywhere.")),
        Ok(()) => Ok(html::done("/recommend", "The version before goes on serving.")),
        Err(problem) => told(problem, "/recommend"),
    }
}

/// Of whom.
#[derive(Deserialize)]
pub struct Export {
    #[serde(default)]
    per: String,
}

/// `GET /recommend/export.csv`: the best five per customer (by pseudonym) or per product.
pub async fn export(State(app): State<App>, Query(ask): Query<Export>) -> Page {
    let per: Per = ask.per.parse().map_err(|_| Problem::invalid("`per` is `customer` or `product`."))?;
    let (service, now) = (app.recommendations().await?.clone(), app.now());
    let made = tokio::task::spawn_blocking(move || {
        let mut out = Vec::new();
        personalize::export::write(&service, per, 5, now, &|key| key.to_owned(), &mut out).map(|_| out)
    });
    let csv = made.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    let name = format!("attachment; filename=\"recommendations-per-{}.csv\"", ask.per);
    let name = HeaderValue::from_str(&name).map_err(Problem::internal)?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], csv).into_response())
}
