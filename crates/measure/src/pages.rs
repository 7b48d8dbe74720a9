//! What pages and other modules ask of the ledger.

use domain::{ChangeId, Day, SprintId, sprint::ResultWord};
use serde::Serialize;
use store::{
    Store,
    changes::ChangeStatus,
    measure_readings::{self as readings, Reading},
    measure_tasks::{self as tasks, Cost, Task},
    measure_verdicts::{self as verdicts, DecisionRow, Notice, VerdictRow},
};

use crate::{
    ASK_DAYS, Cohort, Entry, Findings, KEEP_DAYS, MOST_KEEPS, MeasureError, Plan,
    decision::plan_of,
    judge::LookNote,
    ledger::{entry, list, off_on},
};

/// One change with everything recorded about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Detail {
    /// The entry.
    pub entry: Entry,
    /// What was declared before the start.
    pub plan: Plan,
    /// What the last verdict rests on.
    pub findings: Option<Findings>,
    /// Every verdict, oldest first.
    pub verdicts: Vec<VerdictRow>,
    /// Every decision, in order.
    pub decisions: Vec<DecisionRow>,
    /// What each day's units came to, per arm.
    pub cohorts: Vec<Reading<Cohort>>,
    /// Looks that were taken.
    pub looks: Vec<(Day, u32)>,
    /// What it cost.
    pub costs: Vec<Cost>,
    /// What is or was left to do outside.
    pub tasks: Vec<Task>,
}

/// Everything about one change on a day.
///
/// # Errors
/// There is none with this id, or the database refused.
pub async fn detail(store: &Store, id: ChangeId, today: Day) -> Result<Detail, MeasureError> {
    let entry = entry(store, id, today).await?;
    Ok(Detail {
        plan: plan_of(&entry.change),
        findings: entry.verdict.as_ref().and_then(findings),
        verdicts: verdicts::of_change(store, id).await?,
        decisions: verdicts::decisions(store, Some(id)).await?,
        cohorts: cohorts_of(store, id).await?,
        looks: looks_of(store, id).await?,
        costs: tasks::costs(store, id).await?,
        tasks: tasks::of_change(store, id).await?,
        entry,
    })
}

/// The last reading of every day and arm of a change.
///
/// # Errors
/// The database refused.
pub async fn cohorts_of(store: &Store, id: ChangeId) -> Result<Vec<Reading<Cohort>>, MeasureError> {
    Ok(readings::latest(store, &id.to_string()).await?)
}

/// The looks that were taken at a change: on which day, and up to which day of first exposure (1-based).
///
/// # Errors
/// The database refused.
pub async fn looks_of(store: &Store, id: ChangeId) -> Result<Vec<(Day, u32)>, MeasureError> {
    let looks = readings::looks::<LookNote>(store, &id.to_string()).await?;
    Ok(looks.into_iter().map(|(day, look)| (day, look.index)).collect())
}

/// What a verdict rests on.
pub fn findings(verdict: &VerdictRow) -> Option<Findings> {
    serde_json::from_value(verdict.doc.clone()).ok()
}

/// A question to an owner: off on its day, or kept unproven with a cap?
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ask {
    /// The change.
    pub entry: Entry,
    /// The day on which it goes off if nobody answers.
    pub off_on: Day,
    /// The day by which it should become decidable at the pace so far; none where that is too far away to wait for.
    pub decidable_on: Option<Day>,
    /// What it cost a day so far, millionths: the measure for a cap.
    pub cost_a_day_micros: i64,
}

/// Changes that wait for their owner: not yet provable, money expected, and their day at most a week away.
///
/// # Errors
/// The database refused.
pub async fn asks(store: &Store, today: Day) -> Result<Vec<Ask>, MeasureError> {
    let mut asks = Vec::new();
    for entry in list(store, today).await? {
        let (change, off_on) = (&entry.change, off_on(&entry.change));
        let is_near = today >= off_on.plus(-ASK_DAYS) && today < off_on;
        let Some(verdict) = entry.verdict.as_ref().filter(|_| is_near && change.status == ChangeStatus::Running) else {
            continue;
        };
        let expects = verdict.net_micros.is_some_and(|net| net > 0);
        if entry.result != ResultWord::NotYetProvable || !expects || change.keeps >= MOST_KEEPS {
            continue;
        }
        let days = today.days_since(change.starts_on).max(1);
        asks.push(Ask {
            off_on,
            decidable_on: decidable_on(verdict, change.starts_on, days, off_on),
            cost_a_day_micros: verdict.cost_micros / i64::from(days),
            entry,
        });
    }
    Ok(asks)
}

/// The range narrows with the root of the days while the middle stays a day's rate: the day on which its lower end would
/// leave zero, were the middle true.
fn decidable_on(verdict: &VerdictRow, starts_on: Day, days: i32, off_on: Day) -> Option<Day> {
    let (low, mid) = (verdict.net_low_micros? as f64, verdict.net_micros? as f64);
    if mid <= 0.0 {
        return None;
    }
    let needed = f64::from(days) * ((mid - low) / mid).powi(2);
    let day = (needed < 10_000.0).then(|| starts_on.plus(needed.ceil() as i32).max(off_on.plus(1)))?;
    (day.days_since(off_on) <= KEEP_DAYS).then_some(day)
}

/// A change that is off, and what that saved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Killed {
    /// The change.
    pub entry: Entry,
    /// Why.
    pub reason: String,
    /// Who or what switched it off.
    pub by: String,
    /// Cost that another 30 days at its pace would have booked, millionths.
    pub saved_cost_micros: i64,
    /// Net money that another 30 days at its pace would have lost, millionths: low, middle, high; only where the judge
    /// could say anything. Negative where it would have earned. Cost is part of it.
    pub saved_net_micros: Option<[i64; 3]>,
    /// Places outside where it is not confirmed off yet.
    pub open_tasks: usize,
}

/// Everything that was killed, newest first, and what that saved over the 30 days after, at the pace it had.
///
/// # Errors
/// The database refused.
pub async fn killed(store: &Store, today: Day) -> Result<Vec<Killed>, MeasureError> {
    let open = tasks::open(store).await?;
    let costs = tasks::sums(store).await?;
    let zone = store::brand::get_or_default(store).await?.zone()?;
    let mut all = Vec::new();
    for entry in list(store, today).await? {
        let change = &entry.change;
        let (ChangeStatus::Killed, Some(closed_at)) = (change.status, change.closed_at) else { continue };
        let days = closed_at.day_in(&zone).days_since(change.starts_on);
        let month = |micros: i64| if days > 0 { micros.saturating_mul(30) / i64::from(days) } else { 0 };
        let net = entry.verdict.as_ref().filter(|_| days > 0).and_then(|verdict| {
            Some([-month(verdict.net_high_micros?), -month(verdict.net_micros?), -month(verdict.net_low_micros?)])
        });
        all.push(Killed {
            reason: change.closed_reason.clone().unwrap_or_default(),
            by: change.closed_by.clone().unwrap_or_default(),
            saved_cost_micros: month(costs.get(&change.id).copied().unwrap_or(0)),
            saved_net_micros: net,
            open_tasks: open.iter().filter(|task| task.change == change.id).count(),
            entry,
        });
    }
    all.sort_by_key(|killed| std::cmp::Reverse(killed.entry.change.closed_at));
    Ok(all)
}

/// What a decided or finished change teaches: for the prompt library and the concept scorer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lesson {
    /// The change, its sprint and concept among it.
    pub entry: Entry,
    /// What is known.
    pub word: ResultWord,
    /// The lift to learn from: shrunk over the brand's past changes.
    pub lift: Option<f64>,
    /// As it was observed.
    pub observed_lift: Option<f64>,
    /// An owner keeps it unproven: never a win.
    pub is_kept_unproven: bool,
}

/// What every change with a verdict teaches, newest first; nothing of grade D is called won or lost.
///
/// # Errors
/// The database refused.
pub async fn lessons(store: &Store, today: Day) -> Result<Vec<Lesson>, MeasureError> {
    let lesson = |entry: Entry| {
        let found = findings(entry.verdict.as_ref()?);
        Some(Lesson {
            word: entry.result,
            lift: found.as_ref().and_then(|found| found.shrunk_lift),
            observed_lift: found.as_ref().and_then(|found| found.lift),
            is_kept_unproven: entry.change.kept_until.is_some() && entry.result == ResultWord::NotYetProvable,
            entry,
        })
    };
    Ok(list(store, today).await?.into_iter().filter_map(lesson).collect())
}

/// What the changes of a sprint teach.
///
/// # Errors
/// The database refused.
pub async fn verdicts_of(store: &Store, sprint: SprintId, today: Day) -> Result<Vec<Lesson>, MeasureError> {
    let mut all = lessons(store, today).await?;
    all.retain(|lesson| lesson.entry.change.sprint == Some(sprint));
    Ok(all)
}

/// What people were told since a day, newest first.
///
/// # Errors
/// The database refused.
pub async fn notices(store: &Store, since: Day) -> Result<Vec<Notice>, MeasureError> {
    Ok(verdicts::notices(store, since).await?)
}
