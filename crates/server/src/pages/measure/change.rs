//! One change: what it is, how it is read, what the judge says, what was decided, and the two decisions.

use std::collections::BTreeMap;

use axum::{
    Extension, Form,
    extract::{Path, State},
    http::HeaderMap,
};
use domain::{ChangeId, Day, sprint::ResultWord};
use measure::{Ask, Cohort, Detail, KEEP_DAYS, Keep, MOST_KEEPS, Split, off_on};
use store::changes::ChangeStatus;

use super::{course, ledger, say};
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    pages::{
        desk::{Desk, told},
        sprints::{Pairs, field, minor},
    },
    problem::Problem,
    view,
    views::{Badge, ChangePage, ChangePageView, Fact, Stat},
};

/// The change in the address.
///
/// # Errors
/// It is no id.
pub fn id_of(text: &str) -> Result<ChangeId, Problem> {
    text.parse().map_err(|_| Problem::not_found("such change"))
}

/// Everything about a change, or that there is none.
async fn detail_of(app: &App, text: &str, today: Day) -> Result<Detail, Problem> {
    let id = id_of(text)?;
    if store::changes::get(app.store(), id).await?.is_none() {
        return Err(Problem::not_found("such change"));
    }
    Ok(measure::detail(app.store(), id, today).await?)
}

/// `GET /measure/changes/{id}`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let today = desk.ctx.today();
    let detail = detail_of(&app, &id, today).await?;
    let ask =
        measure::asks(app.store(), today).await?.into_iter().find(|ask| ask.entry.change.id == detail.entry.change.id);
    let looks = measure::course(app.store(), &detail.entry, today).await?;
    let mut view = fill(&desk, &detail, ask.as_ref(), today);
    course::daily(&mut view, &desk, &detail);
    course::z(&mut view, &desk, &looks);
    course::compared(&mut view, &desk, &detail);
    schedule(&mut view, &detail, today);
    met(&mut view, &desk, &detail);
    if let Some(look) = looks.last() {
        let is_bad = look.srm_p < 0.001;
        view.srm_tone = if is_bad { "bad" } else { "good" };
        view.srm = Fact::noted(
            "Are the arms as large as they should be?",
            if is_bad { "No: do not believe the result." } else { "Yes." },
            format!("Test of the arms’ sizes over all looks: p = {:.3}; below 0.001 is an alarm.", look.srm_p),
        );
    } else {
        view.srm_tone = "good";
        view.srm =
            Fact::noted("Are the arms as large as they should be?", "Not tested yet.", "It is at the first look.");
    }
    html::page(&ChangePage { frame: desk.frame(Nav::Ledger, &detail.entry.change.name), view })
}

fn fill(desk: &Desk, detail: &Detail, ask: Option<&Ask>, today: Day) -> ChangePageView {
    let entry = &detail.entry;
    let change = &entry.change;
    let found = detail.findings.as_ref();
    let net = say::net_of(entry);
    let is_served = change.status.is_served();
    let cost: i64 = detail.costs.iter().map(|cost| cost.micros).sum();
    let day_off = off_on(change);
    let can_keep = ask.is_some() && desk.who.can_approve();
    let mut view = ChangePageView {
        id: change.id.to_string(),
        name: change.name.clone(),
        hypothesis: if change.hypothesis.is_empty() {
            "No hypothesis was written down.".into()
        } else {
            change.hypothesis.clone()
        },
        state: say::state(entry, today),
        grade: say::grade(change),
        verdict: say::verdict(entry.result),
        is_randomised: change.baseline_grade == domain::sprint::BaselineGrade::A && !change.is_always_on,
        can_kill: is_served && desk.who.can_approve(),
        can_keep,
        can_confirm: desk.who.can_edit(),
        currency: desk.ctx.brand.currency.code().to_owned(),
        ask: ask.map(|ask| ledger::ask_text(desk, ask)).unwrap_or_default(),
        kill_text: match change.lives_on.as_str() {
            "here" => "From this moment everybody gets the baseline. It is not registered again.".into(),
            place => format!(
                "From this moment nobody is served it here. It lives on {place}: a person has to switch it off there, and confirms it."
            ),
        },
        keep_first: day_off.plus(1).to_string(),
        keep_last: day_off.plus(KEEP_DAYS).to_string(),
        keep_until: ask.and_then(|ask| ask.decidable_on).unwrap_or(day_off.plus(30)).to_string(),
        keep_hint: match ask.and_then(|ask| ask.decidable_on) {
            Some(day) => format!("At the pace so far about {}. At most {} days more.", view::weekday(day), KEEP_DAYS),
            None => format!("At the pace so far not within {KEEP_DAYS} days: it will most likely go off then."),
        },
        keep_cap: ask
            .map(|ask| {
                let days = ask.decidable_on.map_or(30, |day| day.days_since(today)).max(1);
                let micros = i128::from(ask.cost_a_day_micros) * i128::from(days);
                domain::Money::from_micros(micros, desk.ctx.brand.currency).to_decimal()
            })
            .unwrap_or_default(),
        no_keep: no_keep(detail, today),
        cost_sum: say::money(desk, cost),
        ..ChangePageView::default()
    };
    (view.verdict_title, view.verdict_text) = in_words(desk, detail);
    view.method = found.map(|found| found.method.clone()).unwrap_or_default();
    view.notes = notes(detail);
    let stat =
        |label: &str, value: String, note: String| Stat { label: label.into(), value, note, href: String::new() };
    view.stats = vec![
        stat(
            "Net money beyond baseline",
            say::middle(desk, net),
            net.map_or_else(|| "Nothing can be said yet".into(), |net| say::range(desk, net)),
        ),
        stat(
            "Lift, observed",
            found.and_then(|found| found.lift).map_or_else(|| "–".into(), view::change),
            match found {
                Some(found) if found.lift.is_some() => {
                    let end = |end: Option<f64>| end.map_or_else(|| "open".to_owned(), view::change);
                    let expect = found.shrunk_lift.map(|lift| format!("; to be expected {}", view::change(lift)));
                    format!("{} to {}{}", end(found.lift_low), end(found.lift_high), expect.unwrap_or_default())
                }
                _ => "No lift was read".into(),
            },
        ),
        stat("It cost", say::money(desk, cost), "Taken off the net money.".into()),
        stat(
            "Off by",
            if change.status == ChangeStatus::Running { view::weekday(day_off) } else { "–".into() },
            say::decision(desk, entry),
        ),
    ];
    view.facts = vec![
        Fact::new("Owner", if change.owner.is_empty() { "Nobody" } else { &change.owner }),
        Fact::new("Kind", view::capital(&change.kind)),
        Fact::noted("Compared with", change.baseline_note.clone(), view.grade.title.clone()),
        Fact::noted(
            "Runs",
            format!("{} to {}", view::day(change.starts_on), view::day(change.ends_on)),
            if change.is_always_on { "Always on: it keeps its holdout and pools months." } else { "" },
        ),
        Fact::new("To be looked at", view::day(change.review_on)),
        Fact::new("Kill day", view::day(change.kill_on)),
        Fact::new(
            "Lives on",
            if change.lives_on == "here" { "Fortnight: switched with one click" } else { &change.lives_on },
        ),
        Fact::noted("Registered", desk.at(change.registered_at), format!("by {}", change.registered_by)),
    ];
    if let Some(of) = change.retest_of {
        view.facts.push(Fact::new("Re-test of", of.to_string()));
    }
    view.plan = declared(desk, detail);
    view.costs = costs(desk, detail);
    view.decisions = detail
        .decisions
        .iter()
        .rev()
        .map(|decision| {
            let kind = match decision.kind.as_str() {
                "stays" => "Stays".to_owned(),
                "off" => "Off".into(),
                "went_live" => "Went live".into(),
                "keep_unproven" => match (decision.cost_cap_micros, decision.decidable_on) {
                    (Some(cap), Some(day)) => {
                        format!("Kept unproven until {}, for at most {}", view::day(day), say::money(desk, cap))
                    }
                    _ => "Kept unproven".into(),
                },
                other => view::capital(other),
            };
            [kind, desk.at(decision.at), format!("by {}", decision.actor), decision.reason.clone()]
        })
        .collect();
    view.tasks = detail.tasks.iter().map(|task| ledger::task_line(desk, task)).collect();
    view
}

/// On which days a switched change is on.
fn schedule(view: &mut ChangePageView, detail: &Detail, today: Day) {
    for (from, to, is_on) in measure::schedule(&detail.entry.change) {
        let days = if from == to { view::weekday(from) } else { format!("{} to {}", view::day(from), view::day(to)) };
        let tone = match is_on {
            true if (from..=to).contains(&today) => "good",
            true => "accent",
            false => "line",
        };
        let text = format!("{} {days}", if is_on { "On" } else { "Off" });
        view.schedule.push(Badge { tone, text, title: String::new() });
    }
}

/// Why a running change cannot be kept now.
fn no_keep(detail: &Detail, today: Day) -> String {
    let change = &detail.entry.change;
    let day = off_on(change);
    if change.status != ChangeStatus::Running {
        return String::new();
    }
    if change.keeps >= MOST_KEEPS {
        return format!("It was kept and renewed: on {} it is off unless it has won.", view::weekday(day));
    }
    let asks_on = day.plus(-measure::ASK_DAYS);
    if today < asks_on {
        return format!(
            "From {} on its owner is asked, if nothing is proven and money is expected.",
            view::weekday(asks_on)
        );
    }
    format!("It goes off on {}.", view::weekday(day))
}

/// The verdict in words, always with its range.
fn in_words(desk: &Desk, detail: &Detail) -> (String, String) {
    let entry = &detail.entry;
    let net = say::net_of(entry);
    let money = net.map(|net| (say::signed(desk, net[1]), say::range(desk, net)));
    let title = match (entry.result, &money) {
        (ResultWord::NotTested, _) => "It has not run, so there is nothing to judge.".into(),
        (_, None) => "Too little was read to say anything about money.".into(),
        (ResultWord::Won, Some((mid, range))) => {
            format!("It made {mid} that would not have been made anyway ({range}).")
        }
        (ResultWord::Lost, Some((mid, range))) => {
            format!("It cost more than it brought: {mid} against its baseline ({range}).")
        }
        (ResultWord::Futile, Some((mid, range))) => {
            format!("What it set out to earn is out of reach: {mid} so far ({range}).")
        }
        (ResultWord::NotYetProvable, Some((mid, range))) => {
            format!("Not proven: {mid} was seen, and anything from {range} fits.")
        }
    };
    let mut text = String::new();
    if let Some(found) = &detail.findings {
        text = format!("{}. {} taken.", found.method, view::plural(found.looks as i64, "look was", "looks were"));
        if found.units[1] > 0 {
            text.push_str(&format!(
                " {} met the change, {} the baseline.",
                view::plural(found.units[1] as i64, "unit", "units"),
                view::count(found.units[0] as i64)
            ));
        }
        if let Some(p) = found.p_value {
            text.push_str(&match p {
                p if p < 0.001 => {
                    " By chance alone so much would be seen less than once in a thousand times.".to_owned()
                }
                p => format!(" By chance alone so much would be seen {:.0} times in a hundred.", (p * 100.0).max(1.0)),
            });
        }
        if let Some(least) = found.certifiable_lift {
            text.push_str(&format!(" This baseline can certify effects from about {}.", view::percent(least)));
        }
    }
    (title, text)
}

fn notes(detail: &Detail) -> Vec<Badge> {
    let Some(found) = &detail.findings else { return Vec::new() };
    let mut notes: Vec<Badge> = Vec::new();
    for breach in &found.breaches {
        notes.push(Badge { tone: "bad", text: format!("A guardrail is broken: {breach}."), title: String::new() });
    }
    for note in &found.notes {
        notes.push(Badge { tone: "warn", text: note.clone(), title: String::new() });
    }
    if found.mixed > 0 && !found.notes.iter().any(|note| note.contains("both arms")) {
        let text = format!("{} in both arms are left out.", view::plural(found.mixed as i64, "unit", "units"));
        notes.push(Badge { tone: "line", text, title: String::new() });
    }
    notes
}

fn declared(desk: &Desk, detail: &Detail) -> Vec<Fact> {
    let (plan, change) = (&detail.plan, &detail.entry.change);
    let spending = match plan.spending {
        measure::Spending::Obf => "O’Brien-Fleming: almost nothing early, almost all at the end",
        measure::Spending::Pocock => "Pocock: evenly over the looks",
        measure::Spending::Hsd => "Hwang-Shih-DeCani: in between",
    };
    let mut facts = vec![
        Fact::new("Metric", ledger::metric(&change.primary_metric)),
        Fact::noted(
            "Window",
            view::plural(i64::from(plan.window_days), "day", "days"),
            "Orders within it count for a unit, counted from its first meeting.",
        ),
        Fact::new(
            "Outlier cap",
            plan.cap_micros.map_or_else(|| "None".into(), |cap| format!("{} a unit", say::money(desk, cap))),
        ),
        Fact::noted("Allowed error", view::percent(plan.alpha), spending),
        Fact::noted(
            "Horizon",
            format!("{} of first meetings", view::plural(i64::from(plan.horizon_days()), "day", "days")),
            "Then the windows are over on the kill day.",
        ),
        Fact::new("Margin kept", format!("{} of net revenue", view::percent(plan.margin_permille as f64 / 1000.0))),
        Fact::new("Stops when futile", if plan.stops_for_futility { "Yes" } else { "No" }),
        Fact::new(
            "Guardrails",
            if plan.guardrails.is_empty() {
                "None".to_owned()
            } else {
                plan.guardrails
                    .iter()
                    .map(|rail| match rail.kind {
                        measure::GuardrailKind::Unsubscribe => {
                            format!("{} at most {} more", view::capital(rail.kind.label()), view::percent(rail.most))
                        }
                        _ => format!(
                            "{} at most {} worse",
                            view::capital(rail.kind.label()),
                            say::per_unit(desk, rail.most)
                        ),
                    })
                    .collect::<Vec<_>>()
                    .join("; ")
            },
        ),
    ];
    if detail.entry.change.baseline_grade == domain::sprint::BaselineGrade::A {
        let share = change.treated_permille as f64 / 1000.0;
        let layer = change.layer.as_ref().map(|layer| format!("In layer “{layer}”, where changes never meet."));
        facts.push(Fact::noted(
            "Gets it",
            format!("{} of units; the rest is the baseline", view::percent(share)),
            layer.unwrap_or_default(),
        ));
    }
    match &plan.split {
        Some(Split::Regions { treated, controls }) => {
            facts.push(Fact::noted("Gets it", treated.join(", "), "Nobody else may get it while it runs."));
            facts.push(Fact::new("Compared with", controls.join(", ")));
        }
        Some(Split::Periods { block_days }) => facts.push(Fact::noted(
            "Gets it",
            format!("Everybody, on half of the blocks of {}", view::plural(i64::from(*block_days), "day", "days")),
            "Which blocks is drawn by a hash; nobody chooses.",
        )),
        None => {}
    }
    if let Some(predicted) = plan.predicted {
        let net = [predicted.low_micros, predicted.micros, predicted.high_micros];
        facts.push(Fact::noted("Expected to earn", say::signed(desk, net[1]), say::range(desk, net)));
    }
    facts
}

/// Costs by kind, so that a month of ads is one line.
fn costs(desk: &Desk, detail: &Detail) -> Vec<[String; 4]> {
    let mut kinds: BTreeMap<&str, Vec<&measure::Cost>> = BTreeMap::new();
    for cost in &detail.costs {
        kinds.entry(&cost.kind).or_default().push(cost);
    }
    let line = |(kind, costs): (&&str, &Vec<&measure::Cost>)| {
        let days = costs.iter().map(|cost| cost.day);
        let days = match (days.clone().min(), days.max()) {
            (Some(from), Some(to)) if from == to => view::weekday(from),
            (Some(from), Some(to)) => format!("{} to {}", view::weekday(from), view::weekday(to)),
            _ => String::new(),
        };
        let note = &costs[0].note;
        let is_one = costs.iter().all(|cost| cost.note == *note);
        let note = if is_one { note.clone() } else { view::plural(costs.len() as i64, "booking", "bookings") };
        let micros = costs.iter().map(|cost| cost.micros).sum();
        [view::capital(kind), days, note, say::money(desk, micros)]
    };
    kinds.iter().map(line).collect()
}

/// Units per arm, over all days.
fn met(view: &mut ChangePageView, desk: &Desk, detail: &Detail) {
    let arm = |word: &str| {
        let of_arm = detail.cohorts.iter().filter(|reading| reading.arm == word);
        of_arm.fold(Cohort::default(), |sum, reading| sum.plus(&reading.doc))
    };
    let (baseline, change) = (arm("baseline"), arm("change"));
    view.exposures_note = match baseline.units + change.units {
        0 if detail.entry.change.baseline_grade == domain::sprint::BaselineGrade::A => {
            "Nobody was recorded yet.".into()
        }
        0 if matches!(detail.plan.split, Some(Split::Regions { .. })) => {
            "No unit is drawn here: regions that get it are held against regions that do not.".into()
        }
        0 if detail.plan.split.is_some() => {
            "No unit is drawn here: days on which it is on are held against days on which it is off.".into()
        }
        0 => "No unit is drawn here: the brand’s daily revenue is held against what it would have been.".into(),
        _ => "Units count from their first meeting; revenue is net, within the window, of all days so far.".into(),
    };
    if baseline.units + change.units == 0 {
        return;
    }
    for (label, cohort) in [("The change", change), ("Baseline", baseline)] {
        let per = if cohort.units > 0 { cohort.value / cohort.units as f64 } else { 0.0 };
        view.exposures.push(vec![
            label.into(),
            view::count(cohort.units as i64),
            view::count(cohort.buyers as i64),
            say::money(desk, (cohort.value * 1e6) as i64),
            say::per_unit(desk, per),
        ]);
    }
}

/// `POST /measure/changes/{id}/off`
pub async fn off(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Form(form): Form<Pairs>,
) -> Page {
    let id = id_of(&id)?;
    let to = format!("/measure/changes/{id}");
    match switch_off(&app, &who, id, field(&form, "reason")).await {
        Ok(true) => Ok(html::done(&to, "It is off: everybody gets the baseline.")),
        Ok(false) => Ok(html::go(&to, "plain", "It was off already.")),
        Err(problem) => told(problem, &to),
    }
}

/// Switches a change off and writes who did; false where it was off already.
///
/// # Errors
/// There is no such change, no reason is given, or the database refused.
pub async fn switch_off(app: &App, who: &Who, id: ChangeId, reason: &str) -> Result<bool, Problem> {
    if store::changes::get(app.store(), id).await?.is_none() {
        return Err(Problem::not_found("such change"));
    }
    let mut tx = app.store().begin().await?;
    let was_live = measure::kill(&mut tx, id, app.now(), &who.name, reason).await?;
    if was_live {
        store::audit::record(&mut tx, app.now(), &who.actor, "change.kill", &id.to_string(), reason).await?;
    }
    tx.commit().await?;
    Ok(was_live)
}

/// `POST /measure/changes/{id}/keep`
pub async fn keep(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Form(form): Form<Pairs>,
) -> Page {
    let id = id_of(&id)?;
    let to = format!("/measure/changes/{id}");
    let currency = store::brand::get_or_default(app.store()).await?.currency;
    let (Some(cap), Ok(until)) = (minor(field(&form, "cap"), currency), Day::parse(field(&form, "until"))) else {
        return told(Problem::invalid("Give the cap as an amount such as 250, and the day as 2026-12-31."), &to);
    };
    let keep = Keep {
        cost_cap_micros: domain::Money::new(cap, currency).to_micros(),
        decidable_on: until,
        reason: field(&form, "reason"),
    };
    match keep_unproven(&app, &who, id, keep).await {
        Ok(()) => Ok(html::done(&to, "It is kept, unproven: not called or counted as a win.")),
        Err(problem) => told(problem, &to),
    }
}

/// Keeps a change unproven and writes who did.
///
/// # Errors
/// There is no such change, the ledger's rules forbid it, or the database refused.
pub async fn keep_unproven(app: &App, who: &Who, id: ChangeId, keep: Keep<'_>) -> Result<(), Problem> {
    if store::changes::get(app.store(), id).await?.is_none() {
        return Err(Problem::not_found("such change"));
    }
    let mut tx = app.store().begin().await?;
    measure::keep_unproven(&mut tx, id, keep, app.now(), &who.name).await?;
    store::audit::record(&mut tx, app.now(), &who.actor, "change.keep", &id.to_string(), keep.reason).await?;
    tx.commit().await?;
    Ok(())
}

/// `POST /measure/changes/{id}/confirm`
pub async fn confirm(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Form(form): Form<Pairs>,
) -> Page {
    let id = id_of(&id)?;
    let to = match field(&form, "to") {
        "/measure/changes" => "/measure/changes".to_owned(),
        _ => format!("/measure/changes/{id}"),
    };
    match confirm_off(&app, &who, id, field(&form, "target")).await? {
        true => Ok(html::done(&to, "Confirmed: it is off there too.")),
        false => Ok(html::go(&to, "plain", "It was confirmed before.")),
    }
}

/// Notes that somebody did what an instruction says; false where it was confirmed before.
///
/// # Errors
/// The database refused.
pub async fn confirm_off(app: &App, who: &Who, id: ChangeId, target: &str) -> Result<bool, Problem> {
    let mut tx = app.store().begin().await?;
    let is_new = measure::confirm(&mut tx, id, target, app.now(), &who.name).await?;
    if is_new {
        store::audit::record(&mut tx, app.now(), &who.actor, "change.confirm", &id.to_string(), target).await?;
    }
    tx.commit().await?;
    Ok(is_new)
}
