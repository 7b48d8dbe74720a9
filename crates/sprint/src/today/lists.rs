//! What today asks for: to decide, to watch, good to know.

use domain::sprint::SprintStage;
use serde::Serialize;
use store::sprints::SprintRow;

use crate::{Context, SprintError, concepts, sprints};

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What it is, in a sentence.
    pub text: String,
    /// The page where it is dealt with: `brief`, `concepts`, `studio`, `launch`, `review`, `postmortem`, `ledger`, `data`.
    pub page: &'static str,
    /// The sprint it belongs to, by number.
    pub sprint: Option<i64>,
}

/// The three lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Lists {
    /// Somebody must decide.
    pub decide: Vec<Item>,
    /// Keep an eye on it.
    pub watch: Vec<Item>,
    /// Good to know.
    pub know: Vec<Item>,
}

/// Reads the lists.
///
/// # Errors
/// State or history could not be read.
pub async fn lists(ctx: &Context) -> Result<Lists, SprintError> {
    let mut lists = Lists::default();
    let rows = sprints::list(ctx).await?;
    for row in rows.iter().filter(|row| row.stage != SprintStage::Signed) {
        sprint(ctx, row, &mut lists).await?;
    }
    if rows.iter().all(|row| row.stage == SprintStage::Signed) {
        let text = "No sprint is under way. Begin the next one with its brief.";
        lists.decide.push(Item { text: text.into(), page: "brief", sprint: None });
    }
    ledger(ctx, &mut lists).await?;
    actions(ctx, &mut lists).await?;
    data(ctx, &mut lists).await?;
    Ok(lists)
}

async fn sprint(ctx: &Context, row: &SprintRow, lists: &mut Lists) -> Result<(), SprintError> {
    let item = |page: &'static str, text: String| Item { text, page, sprint: Some(row.number) };
    let name = format!("Sprint {} “{}”", row.number, row.title);
    let flight = row.brief.as_ref().map(|brief| brief.flight);
    match row.stage {
        SprintStage::Brief => lists.decide.push(item("brief", format!("{name} waits for its brief."))),
        SprintStage::Concepts => {
            let (concepts, _) = concepts::list(ctx, row.id).await?;
            let picked = concepts.iter().filter(|row| row.state == store::concepts::ConceptState::Picked).count();
            let wanted = row.brief.as_ref().map_or(3, |brief| brief.pick_count);
            lists.decide.push(item("concepts", format!("{name}: {picked} of {wanted} concepts are picked.")));
        }
        SprintStage::Studio => {
            lists.decide.push(item("studio", format!("{name}: copy waits to be edited and approved.")))
        }
        SprintStage::Launch => {
            let when = flight.map(|flight| format!("; the flight begins on {}", flight.from)).unwrap_or_default();
            lists.decide.push(item("launch", format!("{name} is ready for its launch checks{when}.")));
        }
        SprintStage::Live => {
            let Some(flight) = flight else { return Ok(()) };
            let today = ctx.today();
            if today > flight.to {
                lists.decide.push(item("postmortem", format!("{name} ended on {}: draft its post-mortem.", flight.to)));
            } else {
                let day = (today.days_since(flight.from) + 1).max(0);
                lists.watch.push(item("review", format!("{name} is live, day {day} of {}.", flight.len_days())));
            }
        }
        SprintStage::PostMortem => {
            lists
                .decide
                .push(item("postmortem", format!("{name} has an unsigned post-mortem; the next sprint waits for it.")));
        }
        SprintStage::Signed => {}
    }
    Ok(())
}

async fn ledger(ctx: &Context, lists: &mut Lists) -> Result<(), SprintError> {
    let entries = measure::list(&ctx.store, ctx.today()).await?;
    let running: Vec<_> =
        entries.iter().filter(|entry| entry.change.status == measure::ChangeStatus::Running).collect();
    for entry in running.iter().filter(|entry| entry.is_overdue) {
        let text = format!(
            "“{}” reached its kill day {} unproven: it is off unless it was kept by name.",
            entry.change.name, entry.change.kill_on
        );
        lists.decide.push(Item { text, page: "ledger", sprint: None });
    }
    for ask in measure::asks(&ctx.store, ctx.today()).await? {
        let text = format!(
            "“{}” is not yet provable: on {} it goes off unless {} keeps it, unproven, with a cost cap.",
            ask.entry.change.name, ask.off_on, ask.entry.change.owner
        );
        lists.decide.push(Item { text, page: "ledger", sprint: None });
    }
    for task in measure::open_instructions(&ctx.store).await? {
        lists.decide.push(Item { text: task.text, page: "ledger", sprint: None });
    }
    if let Some(next) = running.iter().filter(|entry| !entry.is_overdue).map(|entry| entry.change.kill_on).min() {
        let text = format!("{} changes are running; the next kill day is {next}.", running.len());
        lists.know.push(Item { text, page: "ledger", sprint: None });
    }
    Ok(())
}

async fn actions(ctx: &Context, lists: &mut Lists) -> Result<(), SprintError> {
    let today = ctx.today();
    for action in sprints::open_actions(ctx).await? {
        let item = |text: String| Item { text, page: "postmortem", sprint: None };
        let days = action.due_on.days_since(today);
        match days {
            d if d < 0 => {
                lists.decide.push(item(format!("Overdue since {}: {} ({}).", action.due_on, action.text, action.owner)))
            }
            0..=7 => lists.watch.push(item(format!("Due {}: {} ({}).", action.due_on, action.text, action.owner))),
            _ => {}
        }
    }
    Ok(())
}

async fn data(ctx: &Context, lists: &mut Lists) -> Result<(), SprintError> {
    let today = ctx.today();
    let snapshot = ctx.lake.snapshot(ctx.now).await?;
    for (what, table) in [("Orders", "order_lines"), ("Ad reports", "ad_days")] {
        let sql = format!("SELECT MAX(day) AS last_day FROM {table} WHERE day < DATE '{today}'");
        let Some(last) = snapshot.query(&sql).await?.first()?.opt_day("last_day")? else { continue };
        let age = today.days_since(last);
        let item = |text: String| Item { text, page: "data", sprint: None };
        if age > 3 {
            lists.watch.push(item(format!("{what} are as of {last}, {age} days old. Import a newer export.")));
        } else {
            lists.know.push(item(format!("{what} are as of {last}.")));
        }
    }
    Ok(())
}
