//! All sprints, and the brief of one.

use axum::{
    Extension, Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect},
};
use domain::{
    Currency, Day, DayRange,
    sprint::{Brief, Channel, Kpi, Offer, SprintStage},
};
use sprint::{FieldError, SprintError};

use super::desk::{Desk, after, context, sprint_of, told};
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    problem::Problem,
    view,
    views::{BriefPage, BriefView, Choice, Mistake, SprintLine, SprintsPage, SprintsView},
};

/// A form as it came: names may repeat.
pub type Pairs = Vec<(String, String)>;

/// The value of a field; empty where it is missing.
pub fn field<'p>(pairs: &'p Pairs, name: &str) -> &'p str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
}

/// All values of a field.
pub fn all<'p>(pairs: &'p Pairs, name: &str) -> Vec<&'p str> {
    pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
}

/// Non-empty lines of a field.
pub fn lines(pairs: &Pairs, name: &str) -> Vec<String> {
    field(pairs, name).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// `GET /sprints`
pub async fn list(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let rows = sprint::sprints::list(&desk.ctx).await?;
    let blocked = rows.iter().find(|row| row.stage != SprintStage::Signed).map(|row| {
        format!(
            "Sprint {} “{}” has no signed post-mortem. Sign it first; an owner may go on without, with a reason.",
            row.number, row.title
        )
    });
    let rows = rows
        .iter()
        .map(|row| SprintLine {
            href: page_of(row.number, row.stage),
            number: row.number,
            title: row.title.clone(),
            stage: row.stage.label().into(),
            tone: match row.stage {
                SprintStage::Live => "accent",
                SprintStage::Signed => "good",
                _ => "line",
            },
            flight: row.brief.as_ref().map_or("not set".into(), |brief| flight(brief.flight)),
            by: row.created_by.clone(),
        })
        .collect();
    let view = SprintsView { blocked: blocked.unwrap_or_default(), rows };
    html::page(&SprintsPage { frame: desk.frame(Nav::None, "Sprints"), view })
}

/// Where work on a sprint goes on.
pub fn page_of(number: i64, stage: SprintStage) -> String {
    let page = match stage {
        SprintStage::Brief => "brief",
        SprintStage::Concepts => "concepts",
        SprintStage::Studio => "studio",
        SprintStage::Launch => "launch",
        SprintStage::Live => "review",
        SprintStage::PostMortem | SprintStage::Signed => "post-mortem",
    };
    format!("/sprints/{number}/{page}")
}

/// A flight as people read it.
pub fn flight(range: DayRange) -> String {
    format!("{} to {}", view::day(range.from), view::day(range.to))
}

/// `POST /sprints`: an owner may begin over an unsigned post-mortem, with a reason.
pub async fn create(State(app): State<App>, Extension(who): Extension<Who>, Form(form): Form<Pairs>) -> Page {
    let ctx = context(&app, &who).await?;
    let reason = Some(field(&form, "reason")).filter(|reason| !reason.is_empty() && who.can_own());
    match sprint::sprints::create(&ctx, field(&form, "title"), reason).await {
        Ok(row) => {
            Ok(html::done(&format!("/sprints/{}/brief", row.number), "The sprint has begun. Its brief comes first."))
        }
        Err(error) => told(error.into(), "/sprints"),
    }
}

/// `GET /sprints/{n}/brief`
pub async fn brief(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    headers: HeaderMap,
) -> Page {
    let (desk, row) = Desk::of(&app, &who, &headers, number).await?;
    let brief = match &row.brief {
        Some(brief) => brief.clone(),
        None => {
            let mut brief = sprint::brief::from_toml(&sprint::brief::template(&desk.ctx))?;
            brief.title = row.title.clone();
            brief
        }
    };
    let mut view = view_of(&brief, &desk, number, row.stage);
    view.carried = sprint::sprints::open_actions(&desk.ctx)
        .await?
        .into_iter()
        .map(|action| (action.text, format!("{}, by {}", action.owner, view::day(action.due_on))))
        .collect();
    html::page(&BriefPage { frame: desk.frame(Nav::Brief, "Brief"), view })
}

fn view_of(brief: &Brief, desk: &Desk, number: i64, stage: SprintStage) -> BriefView {
    let currency = desk.ctx.brand.currency;
    let editable = stage < SprintStage::Live && desk.who.can_edit();
    BriefView {
        editable,
        locked: match stage {
            stage if stage >= SprintStage::Live => "The sprint is live: its brief is what it was launched with.".into(),
            _ => "Your role reads briefs; an editor writes them.".into(),
        },
        action: format!("/sprints/{number}/brief"),
        toml_href: format!("/sprints/{number}/brief.toml"),
        title: brief.title.clone(),
        objective: brief.objective.clone(),
        kpis: Kpi::ALL.iter().map(|kpi| Choice::new(kpi.as_str(), kpi.label(), *kpi == brief.kpi)).collect(),
        guardrail: brief.guardrail.clone(),
        audience: brief.audience.clone(),
        flight_from: brief.flight.from.to_string(),
        flight_to: brief.flight.to.to_string(),
        budget: domain::Money::new(brief.budget_minor, currency).to_decimal(),
        budget_label: format!("Ad budget, {currency}"),
        channels: Channel::ALL
            .iter()
            .map(|channel| Choice::new(channel.as_str(), channel.label(), brief.channels.contains(channel)))
            .collect(),
        concept_count: brief.concept_count.to_string(),
        pick_count: brief.pick_count.to_string(),
        products: brief.products.join("\n"),
        facts: brief.facts.join("\n"),
        offers: brief.offers.iter().map(offer_line).collect::<Vec<_>>().join("\n"),
        banned_words: brief.banned_words.join("\n"),
        landing_url: brief.landing_url.clone(),
        ..BriefView::default()
    }
}

fn offer_line(offer: &Offer) -> String {
    let percent = offer.percent_off.map(|percent| percent.to_string()).unwrap_or_default();
    format!("{} | {} | {percent} | {}", offer.label, offer.code.as_deref().unwrap_or_default(), offer.ends_on)
}

/// `POST /sprints/{n}/brief`
pub async fn save(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    headers: HeaderMap,
    Form(form): Form<Pairs>,
) -> Page {
    let (desk, row) = Desk::of(&app, &who, &headers, number).await?;
    let (brief, mut faults) = read_brief(&form, desk.ctx.brand.currency);
    if faults.is_empty() {
        match sprint::brief::save(&desk.ctx, row.id, brief.clone()).await {
            Ok(_) if field(&form, "then") == "concepts" => {
                return match super::concepts::propose(&app, &desk.ctx, row.id, number).await {
                    Ok(drafted) => Ok(html::done(
                        &format!("/sprints/{number}/concepts"),
                        &format!(
                            "The brief is saved and {} drafted.",
                            view::plural(drafted.concepts.len() as i64, "concept is", "concepts are")
                        ),
                    )),
                    Err(problem) => told(problem, &format!("/sprints/{number}/concepts")),
                };
            }
            Ok(_) => return Ok(html::done(&format!("/sprints/{number}/brief"), "The brief is saved.")),
            Err(SprintError::Invalid(found)) => faults = found,
            Err(error) => return told(error.into(), &format!("/sprints/{number}/brief")),
        }
    }
    let mut view = view_of(&brief, &desk, number, row.stage);
    view.problems = faults.into_iter().map(|fault| Mistake { field: fault.field, message: fault.message }).collect();
    for (name, slot) in [
        ("flight_from", &mut view.flight_from),
        ("flight_to", &mut view.flight_to),
        ("budget", &mut view.budget),
        ("offers", &mut view.offers),
    ] {
        *slot = field(&form, name).to_owned();
    }
    html::page_with(StatusCode::UNPROCESSABLE_ENTITY, &BriefPage { frame: desk.frame(Nav::Brief, "Brief"), view })
}

/// The seed of a sprint's concepts: its number, so that drafting again gives the same sheet for the same data.
pub fn seed(number: i64) -> u64 {
    number.unsigned_abs()
}

fn read_brief(form: &Pairs, currency: Currency) -> (Brief, Vec<FieldError>) {
    let mut faults = Vec::new();
    let mut fault = |field: &str, message: String| faults.push(FieldError { field: field.into(), message });
    let epoch = Day::from_epoch_days(0);
    let mut day = |name: &str, label: &str| match Day::parse(field(form, name)) {
        Ok(day) => day,
        Err(_) => {
            fault(name, format!("{label} is missing or no day; write it as 2026-11-05."));
            epoch
        }
    };
    let flight = DayRange {
        from: day("flight_from", "The first day of the flight"),
        to: day("flight_to", "The last day of the flight"),
    };
    let budget_minor = match minor(field(form, "budget"), currency) {
        Some(minor) => minor,
        None => {
            fault(
                "budget_minor",
                format!("The budget `{}` is not an amount; write it as 7000 or 7000.50.", field(form, "budget")),
            );
            0
        }
    };
    let mut offers = Vec::new();
    for line in lines(form, "offers") {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        match parts.as_slice() {
            [label, code, percent, ends_on] if Day::parse(ends_on).is_ok() => offers.push(Offer {
                label: (*label).to_owned(),
                code: Some((*code).to_owned()).filter(|code| !code.is_empty()),
                percent_off: percent.trim_end_matches('%').trim().parse().ok(),
                ends_on: Day::parse(ends_on).unwrap_or(epoch),
            }),
            _ => fault(
                "offers",
                format!(
                    "The offer `{line}` is not `label | code | percent off | last day`, e.g. 10% off refills | REFILL10 | 10 | 2026-11-30."
                ),
            ),
        }
    }
    let brief = Brief {
        title: field(form, "title").into(),
        objective: field(form, "objective").into(),
        kpi: field(form, "kpi").parse().unwrap_or(Kpi::NetRevenue),
        guardrail: field(form, "guardrail").into(),
        audience: field(form, "audience").into(),
        products: lines(form, "products"),
        offers,
        channels: all(form, "channels").into_iter().filter_map(|channel| channel.parse().ok()).collect(),
        budget_minor,
        currency,
        flight,
        banned_words: lines(form, "banned_words"),
        landing_url: field(form, "landing_url").into(),
        facts: lines(form, "facts"),
        concept_count: field(form, "concept_count").parse().unwrap_or(0),
        pick_count: field(form, "pick_count").parse().unwrap_or(0),
        carried_actions: Vec::new(),
    };
    (brief, faults)
}

/// An amount as people type it, in minor units: `7000`, `7,000.50`.
pub fn minor(text: &str, currency: Currency) -> Option<i64> {
    let text: String = text.chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '\'')).collect();
    let micros = domain::decimal::parse_micros(&text, domain::decimal::DecimalMark::Point).ok()?;
    Some(domain::Money::from_micros(i128::from(micros), currency).minor)
}

/// `GET /sprints/{n}/brief.toml`
pub async fn toml(State(app): State<App>, Extension(who): Extension<Who>, Path(number): Path<i64>) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let text = row.brief.as_ref().map_or_else(|| sprint::brief::template(&ctx), sprint::brief::to_toml);
    let name = format!("attachment; filename=\"brief-{number}.toml\"");
    Ok((
        [(header::CONTENT_TYPE, "application/toml; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)],
        text,
    )
        .into_response())
}

/// `POST /sprints/{n}/brief.toml`
pub async fn paste_toml(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let saved = match sprint::brief::from_toml(field(&form, "toml")) {
        Ok(brief) => sprint::brief::save(&ctx, row.id, brief).await,
        Err(error) => Err(error),
    };
    after(saved, &format!("/sprints/{number}/brief"), "The brief is saved.")
}

/// `GET /sprints/{n}`: where work on it goes on.
pub async fn go(State(app): State<App>, Path(number): Path<i64>) -> Result<Redirect, Problem> {
    let row = sprint_of(&app, number).await?;
    Ok(Redirect::to(&page_of(number, row.stage)))
}
