//! Launch: checks that block with their mends, the budget, the export, the ledger.

use axum::{
    Extension, Form,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::IntoResponse,
};
use domain::{ChangeId, Day, sprint::SprintStage};
use sprint::{
    launch::{ChannelBudget, Export, Plan},
    qa::{Check, Report, Status},
};
use store::changes::ChangeStatus;

use super::{
    desk::{Desk, after, context, sprint_of, told},
    sprints::{Pairs, field, minor},
    studio::audit,
};
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    problem::Problem,
    view,
    views::{BudgetView, ChangeView, FileView, GateView, LaunchPage, LaunchView},
};

/// `GET /sprints/{n}/launch`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    headers: HeaderMap,
) -> Page {
    let (desk, row) = Desk::of(&app, &who, &headers, number).await?;
    let frame = desk.frame(Nav::Launch, "Launch");
    let base = format!("/sprints/{number}/launch");
    let live = row.stage >= SprintStage::Live;
    let mut view = LaunchView {
        verdict: "Checks, budget and files, once there is copy.".into(),
        budget_href: format!("{base}/budget"),
        export_href: format!("{base}/export"),
        live_href: format!("{base}/live"),
        studio_href: format!("/sprints/{number}/studio"),
        can_edit: !live && who.can_edit(),
        can_export: !live && who.can_approve(),
        can_go_live: !live && who.can_approve(),
        can_kill: who.can_approve(),
        today: desk.ctx.today().to_string(),
        ..LaunchView::default()
    };
    let report = match sprint::qa::run(&desk.ctx, row.id).await {
        Ok(report) => report,
        Err(sprint::SprintError::Refused(why)) => {
            view.verdict = why;
            return html::page(&LaunchPage { frame, view });
        }
        Err(error) => return Err(error.into()),
    };
    fill_checks(&mut view, &report, number);
    let stored = sprint::launch::stored(&desk.ctx, row.id).await?;
    if let Some((launch, files)) = &stored {
        view.files = files
            .iter()
            .map(|file| FileView {
                name: file.name.clone(),
                href: format!("{base}/files/{}", crate::auth::cookies::encode(&file.name)),
                size: format!("{} kB", view::count((file.content.len() as i64 + 1_023) / 1_024)),
            })
            .collect();
        view.exported = format!(
            "Exported by {} on {}. Everything in it is paused.",
            launch.exported_by,
            desk.at(launch.exported_at)
        );
        if let Some(day) = launch.live_on {
            view.verdict = format!("Live since {}. {}", view::day(day), view.verdict);
        }
    }
    if let Some(brief) = &row.brief {
        let picked = store::concepts::picked(app.store(), row.id).await?.len();
        let plan = sprint::launch::plan(&desk.ctx, row.id, brief, picked).await?;
        let money = |minor: i64| view::money(minor, desk.ctx.brand.currency);
        for budget in &plan.channels {
            let (key, label) = (budget.channel.as_str(), budget.channel.label());
            let decimal = |minor: i64| domain::Money::new(minor, desk.ctx.brand.currency).to_decimal();
            view.budgets.push(BudgetView {
                key: format!("daily-{key}"),
                label: format!("{label}, a day"),
                hint: "on the campaign".into(),
                value: decimal(budget.daily_minor),
            });
            view.budgets.push(BudgetView {
                key: format!("least-{key}"),
                label: format!("{label}, at least"),
                hint: "a concept and day".into(),
                value: decimal(budget.min_daily_per_concept_minor),
            });
        }
        view.budget_sum = format!(
            "{} days make {} of {} in the brief.",
            brief.flight.len_days(),
            view::money(plan.total(brief).minor, desk.ctx.brand.currency),
            money(brief.budget_minor)
        );
    }
    view.changes = measure::of_sprint(app.store(), row.id, desk.ctx.today())
        .await
        .map_err(sprint::SprintError::from)?
        .iter()
        .map(|entry| change(&entry.change, number))
        .collect();
    html::page(&LaunchPage { frame, view })
}

fn change(row: &store::changes::ChangeRow, number: i64) -> ChangeView {
    let (state, tone) = match row.status {
        ChangeStatus::Running => ("Running", "accent"),
        ChangeStatus::Won => ("Won", "good"),
        ChangeStatus::Killed => ("Switched off", "bad"),
        ChangeStatus::Ended => ("Ended", "line"),
    };
    ChangeView {
        id: row.id.to_string(),
        name: row.name.clone(),
        metric: view::capital(&row.primary_metric.replace('_', " ")),
        baseline: format!("{}: {}", row.baseline_grade.as_str(), row.baseline_note),
        starts: view::day(row.starts_on),
        kill: view::day(row.kill_on),
        state: state.into(),
        tone,
        kill_href: if row.status.is_served() {
            format!("/sprints/{number}/launch/kill/{}", row.id)
        } else {
            String::new()
        },
        dialog: format!("kill-{}", row.id),
    }
}

/// Checks of one name and state are one line with up to five places.
fn fill_checks(view: &mut LaunchView, report: &Report, number: i64) {
    let mut gates: Vec<(String, Status, Vec<&Check>)> = Vec::new();
    for check in &report.checks {
        match gates.iter_mut().find(|(name, status, _)| name == check.name && *status == check.status) {
            Some((_, _, checks)) => checks.push(check),
            None => gates.push((check.name.to_owned(), check.status, vec![check])),
        }
    }
    view.gates = gates
        .into_iter()
        .map(|(name, status, checks)| {
            let mut lines: Vec<String> = checks
                .iter()
                .take(5)
                .map(|check| match status {
                    Status::Pass => check.message.clone(),
                    _ => format!("{}: {} {}", check.place, check.message, check.mend),
                })
                .collect();
            lines.dedup();
            if checks.len() > 5 {
                lines.push(format!("And {} more.", checks.len() - 5));
            }
            let page = match checks.first() {
                Some(check) if check.draft.is_some() => "studio",
                Some(check) if check.place == "Budget" => "",
                _ => "brief",
            };
            let mends = status != Status::Pass && !page.is_empty();
            GateView {
                name: match name.as_str() {
                    "utm" => "UTM tags with the concept’s mark".into(),
                    "https" => "HTTPS addresses".into(),
                    name => view::capital(&name.replace('_', " ")),
                },
                state: match status {
                    Status::Pass => "pass",
                    Status::Warn => "warn",
                    Status::Block => "block",
                },
                lines,
                href: if mends { format!("/sprints/{number}/{page}") } else { String::new() },
                action: if page == "studio" { "Open in Studio".into() } else { "Open the brief".into() },
                ..GateView::default()
            }
        })
        .collect();
    view.blocked = view.gates.iter().filter(|gate| gate.state == "block").count();
    view.passed =
        format!("{} of {} pass", view.gates.iter().filter(|gate| gate.state == "pass").count(), view.gates.len());
    view.blocked_text = format!(
        "{} the launch.",
        match view.blocked {
            1 => "1 check blocks".into(),
            n => format!("{n} checks block"),
        }
    );
    view.verdict = match (view.blocked, report.count(Status::Warn)) {
        (0, 0) => "All checks pass.".into(),
        (0, n) => format!(
            "Nothing blocks; {} worth a look.",
            if n == 1 { "one thing is".into() } else { format!("{n} things are") }
        ),
        _ => view.blocked_text.clone(),
    };
}

/// `POST /sprints/{n}/launch/budget`
pub async fn budget(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let to = format!("/sprints/{number}/launch");
    let Some(brief) = &row.brief else { return told(Problem::invalid("The sprint has no brief yet."), &to) };
    let picked = store::concepts::picked(app.store(), row.id).await?.len();
    let plan = sprint::launch::plan(&ctx, row.id, brief, picked).await?;
    let mut channels = Vec::new();
    for budget in plan.channels {
        let key = budget.channel.as_str();
        let read = |name: String| {
            let text = field(&form, &name);
            minor(text, ctx.brand.currency)
                .ok_or_else(|| Problem::invalid(format!("`{text}` is not an amount; write it as 250 or 250.50.")))
        };
        let amounts = read(format!("daily-{key}")).and_then(|daily| Ok((daily, read(format!("least-{key}"))?)));
        match amounts {
            Ok((daily_minor, min_daily_per_concept_minor)) => {
                channels.push(ChannelBudget { channel: budget.channel, daily_minor, min_daily_per_concept_minor });
            }
            Err(problem) => return told(problem, &to),
        }
    }
    after(sprint::launch::set_plan(&ctx, row.id, &Plan { channels }).await, &to, "The budget is saved.")
}

/// `POST /sprints/{n}/launch/export`: registers the concepts and writes the files, or says what blocks.
pub async fn export(State(app): State<App>, Extension(who): Extension<Who>, Path(number): Path<i64>) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let to = format!("/sprints/{number}/launch");
    match sprint::launch::export(&ctx, row.id).await {
        Ok(Export::Done { files, .. }) => {
            audit(&app, &who, "launch.export", &row.title).await?;
            Ok(html::done(
                &to,
                &format!(
                    "{} written, each concept registered with its kill day.",
                    view::plural(files.len() as i64, "file is", "files are")
                ),
            ))
        }
        Ok(Export::Blocked(report)) => {
            let n = report.count(Status::Block) as i64;
            Ok(html::go(
                &to,
                "bad",
                &format!(
                    "Nothing was exported: {} {}.",
                    view::plural(n, "check", "checks"),
                    if n == 1 { "blocks" } else { "block" }
                ),
            ))
        }
        Err(error) => told(error.into(), &to),
    }
}

/// `GET /sprints/{n}/launch/files/{name}`
pub async fn file(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path((number, name)): Path<(i64, String)>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let files = sprint::launch::stored(&ctx, row.id).await?.map(|(_, files)| files).unwrap_or_default();
    let file = files.into_iter().find(|file| file.name == name).ok_or_else(|| Problem::not_found("such file"))?;
    let kind = if file.name.ends_with(".csv") { "text/csv; charset=utf-8" } else { "text/plain; charset=utf-8" };
    let disposition = format!("attachment; filename=\"{}\"", file.name.replace('"', ""));
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], file.content)
        .into_response())
}

/// `POST /sprints/{n}/launch/live`
pub async fn go_live(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let to = format!("/sprints/{number}/launch");
    let Ok(day) = Day::parse(field(&form, "live_on")) else {
        return told(Problem::invalid("Say since which day it is live, as 2026-11-05."), &to);
    };
    let done = sprint::launch::go_live(&ctx, row.id, day).await;
    if done.is_ok() {
        audit(&app, &who, "launch.live", &row.title).await?;
    }
    after(done, &to, "It is live. The first review comes tomorrow morning.")
}

/// `POST /sprints/{n}/launch/kill/{id}`
pub async fn kill(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path((number, id)): Path<(i64, String)>,
    Form(form): Form<Pairs>,
) -> Page {
    let id: ChangeId = id.parse().map_err(|_| Problem::not_found("such change"))?;
    let to = format!("/sprints/{number}/launch");
    let reason = field(&form, "reason");
    if reason.is_empty() {
        return told(Problem::invalid("Say why it is switched off."), &to);
    }
    let mut tx = app.store().begin().await?;
    let was_running =
        measure::kill(&mut tx, id, app.now(), &who.name, reason).await.map_err(sprint::SprintError::from)?;
    store::audit::record(&mut tx, app.now(), &who.actor, "change.kill", &id.to_string(), reason).await?;
    tx.commit().await?;
    match was_running {
        true => Ok(html::done(&to, "It is switched off here. Pause it on the ad platform too.")),
        false => Ok(html::go(&to, "plain", "It was off already.")),
    }
}
