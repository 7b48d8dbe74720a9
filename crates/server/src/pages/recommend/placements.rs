//! Where recommendations stand, what followed, and what the ledger says of it.

use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    http::HeaderMap,
};
use measure::Entry;
use personalize::{
    Placement,
    placements::{self as places, Baseline, PlacementState, Settings},
    results::{self, Line},
};
use serde::Deserialize;

use super::{say::chosen as said_of_choice, tabs};
use crate::{
    App,
    auth::access::Who,
    chart,
    frame::Nav,
    html::{self, Page},
    pages::{
        desk::{Desk, told},
        measure::say,
    },
    problem::Problem,
    view,
    views::{ArmLine, Badge, Choice, PlacementCard, PlacementsPage, PlacementsView, Tab},
};

/// The days that are counted.
#[derive(Deserialize)]
pub struct Days {
    days: Option<i32>,
}

const CHOICES: [i32; 3] = [7, 28, 90];

/// `GET /recommend/placements`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Query(ask): Query<Days>,
    headers: HeaderMap,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let days = ask.days.filter(|days| CHOICES.contains(days)).unwrap_or(28);
    let lines = results::results(app.lake(), days, app.now()).await?;
    let ledger = measure::list(app.store(), desk.ctx.today()).await?;
    let states = places::list(app.store()).await?;
    let service = app.recommendations().await?;
    let scale = scale(&states, &ledger);
    let card = |state: &PlacementState| {
        let of_place: Vec<&Line> = lines.iter().filter(|line| line.placement == state.placement.as_str()).collect();
        let entry = state.change.and_then(|id| ledger.iter().find(|entry| entry.change.id == id));
        let mut card = card(&desk, state, &of_place, entry, scale);
        if let Some(chosen) = service.chosen(state.placement) {
            card.text = format!("{} {}", card.text, said_of_choice(&chosen));
        }
        card
    };
    let tab = |each: &i32| Tab {
        href: format!("/recommend/placements?days={each}"),
        label: format!("{each} days"),
        count: String::new(),
        on: *each == days,
    };
    let view = PlacementsView {
        tabs: tabs("/recommend/placements"),
        lede: "Where recommendations stand, what followed, and what of it would not have happened anyway.".into(),
        problem: String::new(),
        days: CHOICES.iter().map(tab).collect(),
        columns: ["Answers", "Visitors", "Clicked", "Added", "Bought", "Revenue", "Margin"].map(str::to_owned).to_vec(),
        cards: states.iter().map(card).collect(),
        can_set: who.can_approve(),
        note: "Clicked counts answers with a click, added counts products within a day, bought within a week of being \
               shown. Revenue is of the products shown; margin takes off what is known of their cost. These columns say \
               what happened. What would not have happened anyway is said by the holdout alone."
            .into(),
    };
    html::page(&PlacementsPage { frame: desk.frame(Nav::Recommend, "Placements"), view })
}

/// One scale for all ranges, so that zero stands in the same place.
fn scale(states: &[PlacementState], ledger: &[Entry]) -> (f64, f64) {
    let nets = states.iter().filter_map(|state| {
        let id = state.change?;
        say::net_of(ledger.iter().find(|entry| entry.change.id == id)?)
    });
    nets.fold((0.0, 0.0), |(low, high): (f64, f64), net| (low.min(net[0] as f64), high.max(net[2] as f64)))
}

fn card(
    desk: &Desk,
    state: &PlacementState,
    lines: &[&Line],
    entry: Option<&Entry>,
    scale: (f64, f64),
) -> PlacementCard {
    let placement = state.placement;
    let set = state.settings.clone().unwrap_or(Settings { is_on: false, ..Settings::default() });
    let name = placement.label().to_owned();
    let holdout = trimmed(set.holdout_permille as f64 / 10.0);
    let (baseline, chosen) = match &set.baseline {
        Baseline::BestSellers => ("best_sellers", String::new()),
        Baseline::Chosen { products } => ("chosen", products.join(", ")),
        Baseline::Nothing => ("nothing", String::new()),
    };
    let sees = match baseline {
        "chosen" => "the products chosen by hand",
        "nothing" => "what the shop showed before",
        _ => "best-sellers",
    };
    let mut card = PlacementCard {
        word: placement.as_str().into(),
        name: name.clone(),
        state: Badge { text: "Off".into(), tone: "line", title: String::new() },
        text: match (&state.settings, set.is_on) {
            (None, _) => "Nobody has switched it on; whoever asks for it gets best-sellers.".into(),
            (Some(_), false) => "Switched off; whoever asks for it gets best-sellers.".into(),
            _ => format!(
                "{}; {holdout}\u{a0}% of the visitors see {sees} instead. Orders count for {}.",
                view::plural(set.items as i64, "product", "products"),
                view::plural(i64::from(set.window_days), "day", "days")
            ),
        },
        arms: arms(desk, lines, sees),
        none: if set.is_on {
            "It is on, and nothing was asked for in these days. Look whether the shop’s pages ask for it; the API \
             reference shows how."
                .into()
        } else {
            "Nothing was asked for in these days.".into()
        },
        is_on: set.is_on,
        items: set.items.to_string(),
        holdout,
        window: set.window_days.to_string(),
        baselines: [
            ("best_sellers", "Best-sellers, the same for everybody"),
            ("chosen", "These products, chosen by hand"),
            ("nothing", "Nothing: what the shop showed before"),
        ]
        .map(|(key, label)| Choice::new(key, label, key == baseline))
        .to_vec(),
        chosen,
        ..PlacementCard::default()
    };
    if let Some(entry) = entry {
        let net = say::net_of(entry);
        let verdict = say::verdict(entry.result);
        let range = net.map(|net| say::range(desk, net)).unwrap_or_default();
        let ends = net.map(|net| net.map(|micros| micros as f64));
        card.state = say::state(entry, desk.ctx.today());
        if !set.is_on {
            card.state = Badge { text: "Off".into(), tone: "line", title: String::new() };
        }
        card.change_href = format!("/measure/changes/{}", entry.change.id);
        card.grade = say::grade(&entry.change);
        card.net = say::middle(desk, net);
        card.svg =
            ends.map(|net| chart::on_scale(net, scale, verdict.tone == "good", &name, &range)).unwrap_or_default();
        card.range = range;
        card.verdict = verdict;
        card.verdict_text = say::decision(desk, entry);
    }
    card
}

/// A number without a trailing `.0`, as an input shows it.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

fn arms(desk: &Desk, lines: &[&Line], sees: &str) -> Vec<ArmLine> {
    let arm = |arm: &str, name: &str| {
        let of_arm: Vec<&&Line> = lines.iter().filter(|line| line.arm == arm).collect();
        if of_arm.is_empty() {
            return None;
        }
        let sum = |of: fn(&Line) -> u64| view::count(of_arm.iter().map(|line| of(line)).sum::<u64>() as i64);
        let money = |of: fn(&Line) -> i64| say::money(desk, of_arm.iter().map(|line| of(line)).sum());
        let mut versions: Vec<String> =
            of_arm.iter().filter(|line| line.model_version > 0).map(|line| line.model_version.to_string()).collect();
        versions.dedup();
        let note = match (arm, versions.is_empty()) {
            ("change", false) => format!("version {}", versions.join(", ")),
            ("change", true) => String::new(),
            _ => sees.to_owned(),
        };
        let cells = vec![
            sum(|line| line.answers),
            sum(|line| line.units),
            sum(|line| line.clicks),
            sum(|line| line.adds),
            sum(|line| line.purchases),
            money(|line| line.revenue_micros),
            money(|line| line.margin_micros),
        ];
        Some(ArmLine { name: name.into(), note, cells })
    };
    [arm("change", "Recommendations"), arm("baseline", "Baseline")].into_iter().flatten().collect()
}

/// How a placement is to be set.
#[derive(Deserialize)]
pub struct Set {
    #[serde(default)]
    is_on: String,
    #[serde(default)]
    items: String,
    #[serde(default)]
    holdout: String,
    #[serde(default)]
    window: String,
    #[serde(default)]
    baseline: String,
    #[serde(default)]
    chosen: String,
}

/// `POST /recommend/placements/{placement}`
pub async fn set(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(word): Path<String>,
    Form(form): Form<Set>,
) -> Page {
    let placement: Placement = word.parse().map_err(|_| Problem::not_found("such placement"))?;
    let to = format!("/recommend/placements#{word}");
    let done = async {
        let settings = read(&form)?;
        let service = app.recommendations().await?;
        personalize::set_placement(service, placement, &settings, app.now(), &who.name).await?;
        Ok::<_, Problem>(settings.is_on)
    };
    match done.await {
        Ok(true) => Ok(html::done(&to, &format!("{} is on, and stands in the ledger.", placement.label()))),
        Ok(false) => Ok(html::done(&to, &format!("{} is off.", placement.label()))),
        Err(problem) => told(problem, "/recommend/placements"),
    }
}

fn read(form: &Set) -> Result<Settings, Problem> {
    fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, Problem> {
        let plain = text.trim().replace(',', ".");
        plain.parse().map_err(|_| Problem::invalid(format!("“{name}” is `{text}`; write a number.")))
    }
    let holdout: f64 = number("Holdout", &form.holdout)?;
    Ok(Settings {
        is_on: form.is_on == "on",
        items: number("Products", &form.items)?,
        holdout_permille: (holdout * 10.0).round() as i64,
        baseline: match form.baseline.as_str() {
            "chosen" => Baseline::Chosen {
                products: form.chosen.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect(),
            },
            "nothing" => Baseline::Nothing,
            _ => Baseline::BestSellers,
        },
        window_days: number("Days", &form.window)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_or_refused_by_name() {
        let form = |holdout: &str, baseline: &str| Set {
            is_on: "on".into(),
            items: "8".into(),
            holdout: holdout.into(),
            window: "7".into(),
            baseline: baseline.into(),
            chosen: "p1, p2 ,".into(),
        };
        let set = read(&form("12,5", "chosen")).expect("fine");
        assert_eq!((set.holdout_permille, set.items), (125, 8));
        assert_eq!(set.baseline, Baseline::Chosen { products: vec!["p1".into(), "p2".into()] });
        assert!(read(&form("ten", "")).expect_err("no number").message.contains("Holdout"));
        assert_eq!(trimmed(10.0), "10");
        assert_eq!(trimmed(12.5), "12.5");
    }
}
