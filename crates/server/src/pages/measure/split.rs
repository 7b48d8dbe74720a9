//! Before the start of a change that no unit is drawn for: which regions to give it to, or on which days to switch it on.

use axum::{Extension, Form, extract::State};
use domain::{Day, DayRange};
use measure::{LivesOn, NewChange, Origin, SeriesScope, Split};
use store::changes::ChangeStatus;

use super::{change::id_of, say};
use crate::{
    App,
    auth::access::Who,
    html::{self, Page},
    pages::{
        desk::{Desk, told},
        sprints::{Pairs, field},
    },
    problem::Problem,
    view,
    views::{PlanOption, PlanView, SplitPlan},
};

/// The tab's word in the address.
pub const KEY: &str = "regions";

/// What regions and switched days could prove with this brand's past.
///
/// # Errors
/// The store or the lake failed.
pub async fn fill(view: &mut PlanView, app: &App, desk: &Desk) -> Result<(), Problem> {
    let today = desk.ctx.today();
    view.source = "From what each country took, and how much your days differ.".into();
    view.split = SplitPlan {
        on: true,
        days: view.days.clone(),
        from: today.plus(1).to_string(),
        first: today.plus(1).to_string(),
        ..SplitPlan::default()
    };
    let Ok(days) = view.days.parse::<i32>() else {
        view.problem = format!("“Days” is `{}`; write a number such as 28.", view.days);
        return Ok(());
    };
    let scope = SeriesScope::default();
    let by_region = match measure::region_outlook(app.lake(), app.now(), days, &scope, &[]).await {
        Ok(outlook) => outlook,
        Err(measure::MeasureError::Refused(sentence)) => {
            view.problem = sentence;
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let split = &mut view.split;
    for choice in &by_region.choices {
        split.options.push(PlanOption {
            key: format!("r:{}", choice.treated.join("|")),
            label: format!("Give it to {}", choice.treated.join(", ")),
            text: format!(
                "Finds a true {} or more in 80 of 100 runs. These take {} of all; {} regions are compared with.",
                view::change(choice.detectable_lift),
                view::percent(choice.share),
                choice.controls.len()
            ),
        });
    }
    split.refusal = by_region.refusal.unwrap_or_default();
    split.regions = by_region
        .regions
        .iter()
        .take(40)
        .map(|region| {
            let days = view::count(region.sold_days as i64);
            let usable = if region.is_usable { "yes" } else { "too thin" };
            [region.name.clone(), say::money(desk, (region.net_a_day * 1e6) as i64), days, usable.into()]
        })
        .collect();
    for period in measure::period_outlook(app.lake(), app.now(), days, &scope).await? {
        let block = view::plural(i64::from(period.block_days), "day", "days");
        split.options.push(PlanOption {
            key: format!("p:{}", period.block_days),
            label: format!("Switch it on and off in blocks of {block}"),
            text: format!(
                "Finds a true {} or more in 80 of 100 runs: {} blocks on and {} off, drawn by a hash. Only where one block does \
                 not carry over into the next.",
                view::change(period.detectable_lift),
                period.blocks[0],
                period.blocks[1]
            ),
        });
    }
    for entry in measure::list(app.store(), today).await? {
        let change = entry.change;
        let is_waiting = change.status == ChangeStatus::Running && change.starts_on > today;
        if is_waiting && change.baseline_grade != domain::sprint::BaselineGrade::A {
            split.waiting.push([change.id.to_string(), change.name]);
        }
    }
    Ok(())
}

/// `POST /measure/plan/split`
pub async fn register(State(app): State<App>, Extension(who): Extension<Who>, Form(form): Form<Pairs>) -> Page {
    match keep(&app, &who, &form).await {
        Ok((to, text)) => Ok(html::done(&to, &text)),
        Err(problem) => told(problem, &format!("/measure/plan?from={KEY}")),
    }
}

fn split_of(text: &str) -> Result<Split, Problem> {
    match text.split_once(':') {
        Some(("r", names)) => {
            let treated = names.split('|').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
            Ok(Split::Regions { treated: treated.collect(), controls: Vec::new() })
        }
        Some(("p", days)) => match days.parse() {
            Ok(block_days) => Ok(Split::Periods { block_days }),
            Err(_) => Err(Problem::invalid("Choose one of the answers that the plan offers.")),
        },
        _ => Err(Problem::invalid("Choose one of the answers that the plan offers.")),
    }
}

async fn keep(app: &App, who: &Who, form: &Pairs) -> Result<(String, String), Problem> {
    let own: Vec<&str> = field(form, "own").split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let split = match own.is_empty() {
        true => split_of(field(form, "split"))?,
        false => Split::Regions { treated: own.iter().map(|name| (*name).to_owned()).collect(), controls: Vec::new() },
    };
    let (lake, now) = (app.lake(), app.now());
    let (registered, detectable) = match field(form, "change") {
        "" => {
            let (name, platform) = (field(form, "name"), field(form, "platform"));
            let from =
                Day::parse(field(form, "starts")).map_err(|_| Problem::invalid("Give the first day as 2026-12-31."))?;
            let days: i32 = field(form, "days").parse().map_err(|_| Problem::invalid("Give the days as a number."))?;
            if !(1..=366).contains(&days) {
                return Err(Problem::invalid("Give the days as a number, at most 30."));
            }
            if name.is_empty() || platform.is_empty() {
                return Err(Problem::invalid("Give it a name, and say where a person switches it."));
            }
            let key = format!("split:{from}:{name}");
            let new = NewChange {
                hypothesis: field(form, "hypothesis"),
                lives_on: LivesOn::Platform(platform),
                ..NewChange::new(Origin::Module(&key), name, "ads", DayRange { from, to: from.plus(days - 1) })
            };
            measure::register_split(lake, &new.split(split, ""), now, &who.name).await?
        }
        id => measure::split_change(lake, id_of(id)?, split, now, &who.name).await?,
    };
    let row = registered.row();
    let mut tx = app.store().begin().await?;
    store::audit::record(&mut tx, now, &who.actor, "change.split", &row.id.to_string(), &row.baseline_note).await?;
    tx.commit().await?;
    let text = format!(
        "Registered with a baseline of grade B. It finds a true {} or more in 80 of 100 runs.",
        view::change(detectable)
    );
    Ok((format!("/measure/changes/{}", row.id), text))
}
