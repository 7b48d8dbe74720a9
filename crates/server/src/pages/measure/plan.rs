//! Before the start: what this traffic can prove, and what could be asked instead.

use axum::{
    Extension, Form,
    extract::{Query, State},
    http::HeaderMap,
};
use measure::{Outlook, PlanChoice, Question, Traffic};
use serde::Deserialize;

use super::{say, split};
use crate::{
    App,
    auth::access::Who,
    chart::{self, CoursePoint, RefLine},
    frame::Nav,
    html::{self, Page},
    pages::desk::{Desk, told},
    problem::Problem,
    view,
    views::{PlanOption, PlanPage, PlanView, Stat, Tab},
};

/// The question as it is typed; percentages as people write them.
#[derive(Deserialize, Default, Clone)]
pub struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    units: String,
    #[serde(default)]
    mean: String,
    #[serde(default)]
    sd: String,
    #[serde(default)]
    conversion: String,
    #[serde(default)]
    lift: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    chosen: String,
}

fn number(name: &str, text: &str) -> Result<f64, Problem> {
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '%' | '+')).collect();
    let value: f64 = plain
        .parse()
        .map_err(|_| Problem::invalid(format!("“{name}” is `{text}`; write a number such as 200 or 2.7.")))?;
    if !value.is_finite() {
        return Err(Problem::invalid(format!("“{name}” is `{text}`; write a number such as 200 or 2.7.")));
    }
    Ok(value)
}

impl Asked {
    fn question(&self) -> Result<Question, Problem> {
        let days = number("Days", &self.days)?;
        if !(7.0..=90.0).contains(&days) {
            return Err(Problem::invalid(
                "“Days” must be 7 to 90: a whole week at least, and not longer than a quarter.",
            ));
        }
        let conversion = match self.conversion.trim() {
            "" => None,
            text => Some(number("Share of units that buy", text)? / 100.0),
        };
        Ok(Question {
            units_per_arm_per_day: number("Units per arm and day", &self.units)?,
            mean: number("Net revenue per unit", &self.mean)?,
            sd: number("Standard deviation", &self.sd)?,
            conversion: conversion.filter(|share| *share > 0.0 && *share < 1.0),
            lift: number("True lift", &self.lift)? / 100.0,
            days: days.round() as u32,
        })
    }

    fn of(traffic: &Traffic) -> Asked {
        let short = |x: f64| if x.abs() >= 100.0 { format!("{x:.0}") } else { format!("{x:.2}") };
        Asked {
            from: traffic.key.into(),
            unit: traffic.unit.into(),
            units: short(traffic.units_per_day / 2.0),
            mean: format!("{:.4}", traffic.mean),
            sd: format!("{:.4}", traffic.sd),
            conversion: format!("{:.2}", traffic.conversion * 100.0),
            lift: "15".into(),
            days: "30".into(),
            chosen: String::new(),
        }
    }
}

/// `GET /measure/plan`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let traffic = measure::traffic(app.lake(), app.now()).await?;
    if asked.from == split::KEY {
        let mut view = PlanView {
            can_choose: who.can_approve(),
            tabs: tabs(&traffic, split::KEY),
            days: if asked.days.trim().is_empty() { "28".into() } else { asked.days.trim().to_owned() },
            ..PlanView::default()
        };
        split::fill(&mut view, &app, &desk).await?;
        return html::page(&PlanPage { frame: desk.frame(Nav::Plan, "Plan"), view });
    }
    let own = traffic.iter().find(|each| each.key == asked.from).or_else(|| traffic.first());
    let is_typed = asked.from == "typed";
    let mut view = PlanView {
        currency: desk.ctx.brand.currency.code().to_owned(),
        can_choose: who.can_approve(),
        tabs: tabs(&traffic, if is_typed { "typed" } else { own.map_or("typed", |own| own.key) }),
        choices: measure::choices(app.store()).await?.iter().map(choice).collect(),
        ..PlanView::default()
    };
    let asked = match own {
        Some(own) if !is_typed => {
            view.source = format!("{}.", own.source);
            Asked::of(own)
        }
        _ => {
            view.source = "As typed.".into();
            let (lift, days) = (asked.lift.clone(), asked.days.clone());
            let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
            Asked { lift: or(lift, "15"), days: or(days, "30"), ..asked }
        }
    };
    view.unit = if asked.unit.is_empty() { "unit".into() } else { asked.unit.clone() };
    if !asked.units.is_empty() {
        match answer(&asked).await {
            Ok((question, outlook)) => fill(&mut view, &desk, &question, &outlook),
            Err(problem) => view.problem = problem.message,
        }
    }
    (view.units, view.mean, view.sd) = (asked.units, asked.mean, asked.sd);
    (view.conversion, view.lift, view.days) = (asked.conversion, asked.lift, asked.days);
    html::page(&PlanPage { frame: desk.frame(Nav::Plan, "Plan"), view })
}

/// Boundaries take a moment to compute: not on the thread that serves others.
async fn answer(asked: &Asked) -> Result<(Question, Outlook), Problem> {
    let question = asked.question()?;
    let work = tokio::task::spawn_blocking(move || measure::outlook(&question));
    Ok((question, work.await.map_err(Problem::internal)??))
}

fn tabs(traffic: &[Traffic], on: &str) -> Vec<Tab> {
    let tab = |key: &str, label: &str| Tab {
        href: format!("/measure/plan?from={key}"),
        label: label.to_owned(),
        count: String::new(),
        on: key == on,
    };
    let own = traffic.iter().map(|each| tab(each.key, if each.key == "visitors" { "Visitors" } else { "Customers" }));
    own.chain([tab("typed", "Typed"), tab(split::KEY, "Regions or days")]).collect()
}

fn choice(choice: &PlanChoice) -> [String; 3] {
    [
        format!("{}: {}", view::weekday(choice.day), label(&choice.chosen)),
        choice.text.clone(),
        format!("Chosen by {}. {}", choice.by, choice.answer),
    ]
}

fn label(key: &str) -> &'static str {
    match key {
        "denser_metric" => "Judge whether people buy, not how much",
        "longer_run" => "Run longer, up to 90 days",
        "past_purchases" => "Take out what customers bought before",
        "pooled_test" => "Pool similar changes into one test",
        "non_inferiority" => "Ask only that it does no harm",
        "bigger_effect" => "Try something bolder",
        _ => "Ask it as it is",
    }
}

fn fill(view: &mut PlanView, desk: &Desk, question: &Question, outlook: &Outlook) {
    let hundred = |power: f64| match power * 100.0 {
        p if p > 99.0 => "over 99".to_owned(),
        p if p < 1.0 => "under 1".to_owned(),
        p => format!("{p:.0}"),
    };
    let days = view::plural(i64::from(question.days), "day", "days");
    let lift = view::change(question.lift);
    view.tone = if outlook.is_answerable { "good" } else { "warn" };
    view.headline = match outlook.power {
        power if outlook.is_answerable => {
            format!("Yes: a true {lift} is found in {} of 100 runs of {days}.", hundred(power))
        }
        power if power >= 0.5 => format!(
            "Not reliably in {days} with your traffic: a true {lift} would be found in {} of 100 runs; 80 is what one can \
             rely on.",
            hundred(power)
        ),
        power => format!(
            "This cannot be answered in {days} with your traffic: a true {lift} would be found in only {} of 100 runs.",
            hundred(power)
        ),
    };
    view.answer = if outlook.is_answerable {
        "The test is read daily and stops early where it may; nothing is called a win before a full week.".into()
    } else {
        format!(
            "In the other {} it ends as “not yet provable”, although it works: it then goes off, or an owner keeps it \
             unproven. Choose first, not afterwards.",
            hundred(1.0 - outlook.power)
        )
    };
    let stat =
        |label: &str, value: String, note: String| Stat { label: label.into(), value, note, href: String::new() };
    let long = outlook.days_needed;
    view.stats = vec![
        stat(
            "Power",
            format!("{}\u{a0}%", hundred(outlook.power)),
            format!("with one look at the end {}\u{a0}%", hundred(outlook.single_look_power)),
        ),
        stat("Smallest lift found", view::change(outlook.detectable_lift), format!("in 80 of 100 runs of {days}")),
        stat(
            "Days needed",
            if long.is_finite() && long < 3_650.0 { view::count(long.ceil() as i64) } else { "over ten years".into() },
            format!("for {lift} in 80 of 100 runs"),
        ),
        stat(
            "Units per arm",
            view::count(outlook.units_per_arm.round() as i64),
            format!("{} net a unit, ± {}", say::per_unit(desk, question.mean), say::per_unit(desk, question.sd)),
        ),
    ];
    let points: Vec<CoursePoint> = outlook
        .curve
        .iter()
        .map(|(days, power)| CoursePoint { label: format!("{days} days"), mid: Some(power * 100.0), range: None })
        .collect();
    let target = RefLine { values: vec![Some(80.0); points.len()], is_limit: false };
    view.curve.title = format!("How often a true {lift} is found, by length of the run");
    let text = format!("{} of 100 runs after {days}", hundred(outlook.power));
    view.curve.svg = chart::course(&points, &[target], &view.curve.title, &text, view::decimal);
    view.curve.columns = ["Length", "Found, of 100 runs"].map(str::to_owned).to_vec();
    view.curve.rows = outlook.curve.iter().map(|(days, power)| vec![format!("{days} days"), hundred(*power)]).collect();
    let option = |instead: &measure::Instead| PlanOption {
        key: instead.key.into(),
        label: label(instead.key).into(),
        text: instead.text.clone(),
    };
    view.options = outlook.instead.iter().map(option).collect();
    view.options.push(PlanOption {
        key: "as_asked".into(),
        label: label("as_asked").into(),
        text: if outlook.is_answerable {
            "Net revenue per unit, daily looks, O’Brien-Fleming boundaries.".into()
        } else {
            format!(
                "Knowing that {} of 100 times it cannot be proven even if it is true.",
                hundred(1.0 - outlook.power)
            )
        },
    });
}

/// `POST /measure/plan/choose`
pub async fn choose(State(app): State<App>, Extension(who): Extension<Who>, Form(asked): Form<Asked>) -> Page {
    match keep(&app, &who, &asked).await {
        Ok(()) => Ok(html::done("/measure/plan", "Kept. Declare it so when the change is registered.")),
        Err(problem) => told(problem, "/measure/plan"),
    }
}

async fn keep(app: &App, who: &Who, asked: &Asked) -> Result<(), Problem> {
    let question = asked.question()?;
    let mut tx = app.store().begin().await?;
    let choice = measure::choose(&mut tx, question, &asked.chosen, app.now(), &who.name).await?;
    store::audit::record(&mut tx, app.now(), &who.actor, "plan.choose", &choice.chosen, &choice.text).await?;
    tx.commit().await?;
    Ok(())
}
