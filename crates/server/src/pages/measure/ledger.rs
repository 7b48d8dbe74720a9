//! The ledger: everything registered, what waits for an owner, and what a person has to switch off on a platform.

use axum::{
    Extension,
    extract::{Query, State},
    http::HeaderMap,
};
use domain::Day;
use measure::{Ask, Entry, Task, off_on};
use serde::Deserialize;
use store::changes::ChangeStatus;

use super::say;
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    pages::desk::Desk,
    view,
    views::{AskLine, ChangeLine, LedgerLine, LedgerPage, LedgerView, Tab, TaskLine},
};

/// Which changes.
#[derive(Deserialize)]
pub struct Filter {
    #[serde(default)]
    state: String,
}

const STATES: [(&str, &str); 6] = [
    ("", "All"),
    ("running", "Running"),
    ("kept", "Kept unproven"),
    ("won", "Won"),
    ("off", "Off"),
    ("ended", "Ended"),
];

fn is_in(entry: &Entry, state: &str) -> bool {
    let change = &entry.change;
    match state {
        "running" => change.status == ChangeStatus::Running && change.kept_until.is_none(),
        "kept" => change.status == ChangeStatus::Running && change.kept_until.is_some(),
        "won" => change.status == ChangeStatus::Won,
        "off" => change.status == ChangeStatus::Killed,
        "ended" => change.status == ChangeStatus::Ended,
        _ => true,
    }
}

/// `GET /measure/changes`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Query(filter): Query<Filter>,
    headers: HeaderMap,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let today = desk.ctx.today();
    let all = measure::list(app.store(), today).await?;
    let asks = measure::asks(app.store(), today).await?;
    let mut tasks = measure::open_instructions(app.store()).await?;
    tasks.extend(measure::open_clean_up(app.store()).await?);
    let earned = measure::earned(app.store(), today).await?;
    let tab = |(state, label): &(&str, &str)| {
        let count = all.iter().filter(|entry| is_in(entry, state)).count();
        let href = if state.is_empty() { "/measure/changes".into() } else { format!("/measure/changes?state={state}") };
        Tab { href, label: (*label).into(), count: count.to_string(), on: *state == filter.state }
    };
    let view = LedgerView {
        lede: format!(
            "{}: {} proven, net of cost. Everything AI-made stands here before it goes live, with its baseline and the \
             day it goes off.",
            view::plural(all.len() as i64, "change", "changes"),
            if earned.proven.changes == 0 {
                "nothing".to_owned()
            } else {
                let sum = &earned.proven;
                let net = [sum.low_micros, sum.micros, sum.high_micros];
                format!("{} ({})", say::signed(&desk, sum.micros), say::range(&desk, net))
            }
        ),
        is_empty: all.is_empty(),
        filters: STATES.iter().map(tab).filter(|tab| tab.count != "0" || tab.on).collect(),
        asks: asks.iter().map(|ask| ask_line(&desk, ask, today)).collect(),
        tasks: tasks.iter().map(|task| task_line(&desk, task)).collect(),
        lines: all.iter().filter(|entry| is_in(entry, &filter.state)).map(|entry| line(&desk, entry, today)).collect(),
        can_confirm: who.can_edit(),
    };
    html::page(&LedgerPage { frame: desk.frame(Nav::Ledger, "Ledger"), view })
}

fn ask_line(desk: &Desk, ask: &Ask, today: Day) -> AskLine {
    let change = &ask.entry.change;
    AskLine {
        href: format!("/measure/changes/{}", change.id),
        name: change.name.clone(),
        owner: if change.owner.is_empty() { "nobody".into() } else { change.owner.clone() },
        question: "Off, or keep it unproven?".into(),
        text: ask_text(desk, ask),
        off_on: format!(
            "{}, in {}",
            view::weekday(ask.off_on),
            view::plural(i64::from(ask.off_on.days_since(today)), "day", "days")
        ),
    }
}

/// What an owner must know to answer.
pub fn ask_text(desk: &Desk, ask: &Ask) -> String {
    let net = say::net_of(&ask.entry);
    let expects = net.map_or_else(String::new, |net| {
        format!("So far {} net, range {}.", say::signed(desk, net[1]), say::range(desk, net))
    });
    let when = match ask.decidable_on {
        Some(day) => format!(" At this pace it becomes decidable about {}.", view::weekday(day)),
        None => " At this pace it does not become decidable in time to wait for it.".into(),
    };
    let cost = format!(" It costs {} a day.", say::money(desk, ask.cost_a_day_micros));
    format!("{expects}{when}{cost}")
}

/// An instruction to a person.
pub fn task_line(desk: &Desk, task: &Task) -> TaskLine {
    let is_person = task.kind == "person";
    TaskLine {
        href: format!("/measure/changes/{}", task.change),
        confirm_href: if is_person { format!("/measure/changes/{}/confirm", task.change) } else { String::new() },
        target: task.target.clone(),
        text: task.text.clone(),
        since: match &task.last_error {
            Some(error) => format!("Waiting since {}; the last try failed: {error}", desk.at(task.made_at)),
            None if !is_person => format!(
                "Waiting since {} for the program that cleans up; `fortnight serve --clean-up` names it.",
                desk.at(task.made_at)
            ),
            None => format!("Waiting since {}.", desk.at(task.made_at)),
        },
        done: match (task.done_at, &task.done_by) {
            (Some(at), by) => format!("Done {} by {}", desk.at(at), by.as_deref().unwrap_or("fortnight")),
            _ => String::new(),
        },
    }
}

fn line(desk: &Desk, entry: &Entry, today: Day) -> LedgerLine {
    let change = &entry.change;
    let net = say::net_of(entry);
    LedgerLine {
        line: ChangeLine {
            href: format!("/measure/changes/{}", change.id),
            name: change.name.clone(),
            note: say::note(entry),
            grade: say::grade(change),
            net: say::middle(desk, net),
            range: net.map(|net| say::range(desk, net)).unwrap_or_default(),
            verdict: say::verdict(entry.result),
            ..ChangeLine::default()
        },
        state: say::state(entry, today),
        starts: view::day(change.starts_on),
        off_on: match change.status {
            ChangeStatus::Running => view::day(off_on(change)),
            ChangeStatus::Won => "stays".into(),
            _ => "off".into(),
        },
        metric: metric(&change.primary_metric),
    }
}

/// The metric's label.
pub fn metric(word: &str) -> String {
    word.parse::<domain::sprint::Kpi>().map_or_else(|_| word.to_owned(), |kpi| kpi.label().to_owned())
}
