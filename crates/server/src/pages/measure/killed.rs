//! What is off, and what that saved.

use axum::{Extension, extract::State, http::HeaderMap};
use measure::Killed;

use super::say;
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    pages::desk::Desk,
    view,
    views::{KilledLine, KilledPage, KilledView, Stat},
};

/// `GET /measure/killed`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let killed = measure::killed(app.store(), desk.ctx.today()).await?;
    let saved = measure::saved(&killed);
    let stat =
        |label: &str, value: String, note: String| Stat { label: label.into(), value, note, href: String::new() };
    let by_calendar = killed.iter().filter(|one| one.by == measure::CALENDAR).count();
    let view = KilledView {
        headline: "Killed, and what that saved".into(),
        lede: "By day 30 a change has won, is off, or is kept as unproven. Switching off is not failing: it is what keeps \
               noise from costing money."
            .into(),
        stats: vec![
            stat(
                "Net saved in the 30 days after",
                if saved.read > 0 { say::signed(&desk, saved.net_micros[1]) } else { "Unknown".into() },
                if saved.read > 0 {
                    format!("{}; {} had a reading", say::range(&desk, saved.net_micros), saved.read)
                } else {
                    "None had a reading of money.".into()
                },
            ),
            stat("Cost not booked any more", say::money(&desk, saved.cost_micros), "Part of the net figure.".into()),
            stat(
                "Off",
                view::plural(saved.changes as i64, "change", "changes"),
                format!("{by_calendar} by the calendar, {} by people", saved.changes - by_calendar),
            ),
        ],
        lines: killed.iter().map(|one| line(&desk, one)).collect(),
    };
    html::page(&KilledPage { frame: desk.frame(Nav::Killed, "Killed"), view })
}

fn line(desk: &Desk, one: &Killed) -> KilledLine {
    let change = &one.entry.change;
    KilledLine {
        href: format!("/measure/changes/{}", change.id),
        name: change.name.clone(),
        note: say::note(&one.entry),
        when: change.closed_at.map(|at| view::day(at.day_in(&desk.ctx.zone))).unwrap_or_default(),
        why: format!("{} ({})", one.reason, one.by),
        grade: say::grade(change),
        verdict: say::verdict(one.entry.result),
        cost: say::money(desk, one.saved_cost_micros),
        saved: say::middle(desk, one.saved_net_micros),
        range: one.saved_net_micros.map(|net| say::range(desk, net)).unwrap_or_default(),
        open: match one.open_tasks {
            0 => String::new(),
            1 => "Still to be switched off in one place outside.".into(),
            n => format!("Still to be switched off in {n} places outside."),
        },
    }
}
