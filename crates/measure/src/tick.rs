//! Everything the calendar does: readings that are due, verdicts, kill days, reminders. Idempotent: it may be called at any
//! time and any number of times, and killed anywhere.

use std::collections::BTreeMap;

use domain::{
    ChangeId, Day, InstantMs,
    sprint::{BaselineGrade, Kpi, ResultWord},
};
use futures::stream::{self, StreamExt as _};
use lake::{Lake, Snapshot};
use serde::{Deserialize, Serialize};
use stats::shrink::{Lift, Prior};
use store::{
    Store,
    changes::{self, ChangeRow, ChangeStatus},
    measure_exposures::{self as exposures, GLOBAL},
    measure_readings::{self as readings, Reading, Written},
    measure_tasks as tasks,
    measure_verdicts::{self as verdicts, VerdictRow},
    settings,
};

use crate::{
    Arm, Cohort, Findings, MeasureError, Plan, Split, cost,
    decision::{self, Step, plan_of},
    judge::{self, Judged, Look, LookNote, Observed, Randomised, before_after, counterfactual, randomised},
    ledger::off_on,
    read::{by_block, by_region, daily, read_cohorts},
    split,
};

/// Days after a change is closed and its last window is over in which late facts are still read.
pub const LATE_DAYS: i32 = 14;

/// Changes that are read at the same time.
const READ_TOGETHER: usize = 4;

const LAST_READ: &str = "measure.last_read";
const GLOBAL_READING: &str = "measure.global_reading";

/// What a tick did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TickReport {
    /// Changes that were read; 0 where nothing new was known.
    pub read: u64,
    /// Days and arms that late facts re-opened.
    pub reopened: u64,
    /// What the calendar did, by name.
    pub steps: Vec<(ChangeId, String, Step)>,
    /// Changes that could not be read, and why. They are off on their day all the same.
    pub failed: Vec<(ChangeId, String)>,
}

/// The lake as it was last read, and on which day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct LastRead {
    day: Day,
    as_of_seq: i64,
}

/// What everything always on made together, against the global holdout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GlobalReading {
    /// The day it was read.
    pub day: Day,
    /// The word on all of it.
    pub word: ResultWord,
    /// How it was found.
    pub findings: Findings,
}

/// Does what is due at `now`: reads each change once a day and whenever new facts came in, carries out verdicts and
/// kill days, reminds. One transaction per change and part, so that a crash loses nothing and repeats nothing.
///
/// # Errors
/// The store refused. A change that cannot be read is reported, not an error.
pub async fn tick(lake: &Lake, now: InstantMs) -> Result<TickReport, MeasureError> {
    let store = lake.store();
    let today = now.day_in(&store::brand::get_or_default(store).await?.zone()?);
    let mut report = TickReport::default();
    let all = changes::list(store).await?;
    let due: Vec<&ChangeRow> = all.iter().filter(|change| is_read(change, today)).collect();
    if !due.is_empty() {
        let snapshot = lake.snapshot(now).await?;
        let mark = LastRead { day: today, as_of_seq: snapshot.as_of_seq() };
        if settings::get::<LastRead>(store, LAST_READ).await? != Some(mark) {
            read_all(&snapshot, store, &due, &all, now, &mut report).await?;
            if report.failed.is_empty() {
                let mut tx = store.begin().await?;
                settings::set(&mut tx, LAST_READ, &mark).await?;
                tx.commit().await?;
            }
        }
    }
    report.steps = calendar(store, now, &report.failed).await?;
    Ok(report)
}

/// The calendar alone, without reading: what the last verdicts and the date ask for. A change that could not be read has
/// one more day before its day closes it; it is served to nobody meanwhile.
pub(crate) async fn calendar(
    store: &Store,
    now: InstantMs,
    unread: &[(ChangeId, String)],
) -> Result<Vec<(ChangeId, String, Step)>, MeasureError> {
    let today = now.day_in(&store::brand::get_or_default(store).await?.zone()?);
    let mut steps = Vec::new();
    for change in changes::list(store).await? {
        let waits = today == off_on(&change) && unread.iter().any(|(id, _)| *id == change.id);
        if !change.status.is_served() || waits {
            continue;
        }
        let mut tx = store.begin().await?;
        let step = decision::step(&mut tx, change.id, now, today).await?;
        tx.commit().await?;
        steps.extend(step.map(|step| (change.id, change.name, step)));
    }
    Ok(steps)
}

/// Whether a change is read on a day: from its start until late facts can no longer matter.
fn is_read(change: &ChangeRow, today: Day) -> bool {
    if today <= change.starts_on {
        return false;
    }
    let grace = plan_of(change).window_days + LATE_DAYS;
    let closed = change.closed_at.map(|at| Day::from_epoch_days((at.0 / 86_400_000) as i32));
    match change.status {
        ChangeStatus::Running => true,
        ChangeStatus::Won => change.is_always_on || today <= off_on(change).plus(grace),
        ChangeStatus::Killed | ChangeStatus::Ended => {
            closed.is_some_and(|closed| closed >= change.starts_on && today <= closed.plus(grace))
        }
    }
}

async fn read_all(
    snapshot: &Snapshot,
    store: &Store,
    due: &[&ChangeRow],
    all: &[ChangeRow],
    now: InstantMs,
    report: &mut TickReport,
) -> Result<(), MeasureError> {
    let past = &past_lifts(store).await?;
    let mut reads = Vec::with_capacity(due.len());
    for change in due {
        reads.push(read_one(snapshot, store, change, all, past, now));
    }
    // A few at a time: a read waits for its queries, then for its arithmetic, and has a transaction of its own.
    let mut outcomes = stream::iter(reads).buffered(READ_TOGETHER);
    while let Some((id, outcome)) = outcomes.next().await {
        match outcome {
            Ok(reopened) => {
                report.read += 1;
                report.reopened += reopened;
            }
            Err(MeasureError::Store(error)) => return Err(error.into()),
            Err(error) => report.failed.push((id, error.to_string())),
        }
    }
    if due.iter().any(|change| change.is_always_on) {
        report.reopened += read_global(snapshot, store, now).await?;
    }
    Ok(())
}

async fn read_one(
    snapshot: &Snapshot,
    store: &Store,
    change: &ChangeRow,
    all: &[ChangeRow],
    past: &[(ChangeId, Lift)],
    now: InstantMs,
) -> (ChangeId, Result<u64, MeasureError>) {
    let outcome = match change.baseline_grade {
        BaselineGrade::A => read_randomised(snapshot, store, change, past, now).await,
        _ => read_unrandomised(snapshot, store, change, all, past, now).await.map(|()| 0),
    };
    (change.id, outcome)
}

/// The brand's past lifts, from which the next one is shrunk: winners' observed lifts hold at half.
async fn past_lifts(store: &Store) -> Result<Vec<(ChangeId, Lift)>, MeasureError> {
    let lift = |verdict: &VerdictRow| {
        let found: Findings = serde_json::from_value(verdict.doc.clone()).ok()?;
        let lift = Lift { observed: found.lift?, standard_error: found.lift_error? };
        (verdict.grade != BaselineGrade::D && lift.is_usable()).then_some((verdict.change, lift))
    };
    Ok(verdicts::latest(store).await?.iter().filter_map(lift).collect())
}

fn shrink(findings: &mut Findings, own: ChangeId, past: &[(ChangeId, Lift)]) {
    let (Some(observed), Some(standard_error)) = (findings.lift, findings.lift_error) else { return };
    let others: Vec<Lift> = past.iter().filter(|(id, _)| *id != own).map(|(_, lift)| *lift).collect();
    findings.shrunk_lift = Prior::learn(&others).shrink(Lift { observed, standard_error }).map(|shrunk| shrunk.lift);
}

async fn read_randomised(
    snapshot: &Snapshot,
    store: &Store,
    change: &ChangeRow,
    past: &[(ChangeId, Lift)],
    now: InstantMs,
) -> Result<u64, MeasureError> {
    let (plan, scope, today) = (plan_of(change), change.id.to_string(), snapshot.today());
    let exposed = exposures::of_scope(store, &scope).await?;
    let signals = exposures::signals(store, &scope).await?;
    let cohorts = read_cohorts(snapshot, &exposed, &signals, kpi_of(change), &plan).await?;
    let costs = cost::ad_spend(snapshot, change).await?;
    let looks: Vec<(Day, LookNote)> = readings::looks(store, &scope).await?;
    let days = by_day(&cohorts);
    let mut judged = randomised(&Randomised {
        plan: &plan,
        treated: change.treated_permille as f64 / 1000.0,
        starts_on: change.starts_on,
        today,
        is_pooled: change.is_always_on || (change.keeps > 0 && today > change.kill_on),
        pooled_alpha: if change.is_always_on { plan.alpha } else { plan.alpha / 2.0 },
        cohorts: &days,
        looks: &looks,
        may_look: matches!(change.status, ChangeStatus::Running | ChangeStatus::Ended),
    });
    shrink(&mut judged.findings, change.id, past);
    let mut tx = store.begin().await?;
    cost::book_ads(&mut tx, change.id, &costs, now).await?;
    let reopened = put_cohorts(&mut tx, &scope, &cohorts, &plan, snapshot, now).await?;
    if let Some((day, look)) = &judged.look {
        readings::put_look(&mut tx, &scope, *day, look).await?;
    }
    put_verdict(&mut tx, change, &plan, judged, today, now).await?;
    tx.commit().await?;
    Ok(reopened)
}

/// Writes what differs; returns how many days whose windows were over were re-opened by late facts.
async fn put_cohorts(
    tx: &mut store::Tx,
    scope: &str,
    cohorts: &BTreeMap<(Day, Arm), Cohort>,
    plan: &Plan,
    snapshot: &Snapshot,
    now: InstantMs,
) -> Result<u64, MeasureError> {
    let mut reopened = 0;
    for ((day, arm), cohort) in cohorts {
        let reading = Reading {
            scope: scope.to_owned(),
            day: *day,
            arm: arm.as_str().to_owned(),
            revision: 0,
            as_of_seq: snapshot.as_of_seq(),
            read_at: now,
            doc: *cohort,
        };
        let was_over = *day < plan.last_ripe_day(snapshot.today());
        let written = readings::put(tx, &reading).await?;
        reopened += u64::from(written == Written::Revised && was_over);
    }
    Ok(reopened)
}

fn by_day(cohorts: &BTreeMap<(Day, Arm), Cohort>) -> Vec<(Day, [Cohort; 2])> {
    let mut days: BTreeMap<Day, [Cohort; 2]> = BTreeMap::new();
    for ((day, arm), cohort) in cohorts {
        days.entry(*day).or_default()[usize::from(*arm == Arm::Change)] = *cohort;
    }
    days.into_iter().collect()
}

fn kpi_of(change: &ChangeRow) -> Kpi {
    change.primary_metric.parse().unwrap_or(Kpi::NetRevenue)
}

/// The day of the one look at a change that is not randomised.
fn due_on(change: &ChangeRow, today: Day) -> Day {
    match change.kept_until {
        Some(until) if today > change.kill_on => until,
        _ if change.is_always_on => change.kill_on,
        _ => change.ends_on.plus(1).min(change.kill_on),
    }
}

/// Grades B to D: whatever it is held against, it is judged, costed and written down alike.
async fn read_unrandomised(
    snapshot: &Snapshot,
    store: &Store,
    change: &ChangeRow,
    all: &[ChangeRow],
    past: &[(ChangeId, Lift)],
    now: InstantMs,
) -> Result<(), MeasureError> {
    let (today, plan) = (snapshot.today(), plan_of(change));
    let mut judged = match (&change.baseline_grade, &plan.split) {
        (BaselineGrade::B, Some(split)) => read_split(snapshot, change, all, &plan, split).await?,
        _ => read_observed(snapshot, store, change, all).await?,
    };
    let costs = cost::ad_spend(snapshot, change).await?;
    shrink(&mut judged.findings, change.id, past);
    let mut tx = store.begin().await?;
    cost::book_ads(&mut tx, change.id, &costs, now).await?;
    put_verdict(&mut tx, change, &plan, judged, today, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Grade B: regions against regions, or days on against days off.
async fn read_split(
    snapshot: &Snapshot,
    change: &ChangeRow,
    all: &[ChangeRow],
    declared: &Plan,
    split: &Split,
) -> Result<Judged, MeasureError> {
    let today = snapshot.today();
    let (until, alpha) = read_until(change, declared, today);
    let look = |shared_with| Look { alpha, is_due: today >= due_on(change, today), shared_with };
    let judged = match split {
        Split::Regions { treated, controls } => {
            let names: Vec<String> = treated.iter().chain(controls).cloned().collect();
            let span = (change.starts_on, until);
            let days = by_region(snapshot, &declared.scope, kpi_of(change), &names, span).await?;
            let look = look(apart(change, all, &names, until));
            let n_treated = treated.len();
            let work = tokio::task::spawn_blocking(move || judge::by_region(&days, n_treated, look));
            work.await.map_err(|error| MeasureError::Refused(format!("The judge stopped: {error}")))?
        }
        &Split::Periods { block_days } => {
            let series = daily(snapshot, &declared.scope, kpi_of(change), until).await?;
            let blocks = split::blocks(change, block_days, until);
            let round = split::blocks_a_round(change, block_days);
            match by_block(&series, change.starts_on, &blocks, (block_days, round)) {
                Some(days) => judge::by_period(&days, look(0)),
                None => Judged::open("Days on against days off", "Under four weeks of orders before its start."),
            }
        }
    };
    Ok(judged)
}

/// Other changes without a holdout that moved some of these regions, and not all alike, in the same days.
fn apart(change: &ChangeRow, all: &[ChangeRow], regions: &[String], until: Day) -> usize {
    let scope = plan_of(change).scope;
    same_days(change, all, until)
        .filter(|other| {
            let theirs = plan_of(other).scope;
            theirs.countries.iter().any(|country| regions.contains(country)) && scope.meets_products(&theirs)
        })
        .count()
}

/// The last day that is read, and the error allowed: every later look is taken at half the error of the one before.
fn read_until(change: &ChangeRow, plan: &Plan, today: Day) -> (Day, f64) {
    let is_kept = change.kept_until.is_some() && today > change.kill_on;
    let halves = if is_kept { change.keeps.clamp(1, 4) as i32 } else { 0 };
    let until = if change.is_always_on || is_kept { today.plus(-1) } else { change.ends_on.min(today.plus(-1)) };
    let until = until.min(due_on(change, today).plus(-1)).max(change.starts_on.plus(-1));
    (until, plan.alpha / 2f64.powi(halves))
}

/// Grades C and D, and B by a rule of one's own: the brand's revenue against what it would have been.
async fn read_observed(
    snapshot: &Snapshot,
    store: &Store,
    change: &ChangeRow,
    all: &[ChangeRow],
) -> Result<Judged, MeasureError> {
    let today = snapshot.today();
    let mut plan = plan_of(change);
    let until;
    (until, plan.alpha) = read_until(change, &plan, today);
    let series = daily(snapshot, &plan.scope, kpi_of(change), until).await?;
    let (row, shared) = (change.clone(), shared_with(change, all, until));
    let last = verdicts::latest_in(&mut store.begin_read().await?, change.id).await?;
    let last = last.filter(|_| row.status != ChangeStatus::Won).and_then(said);
    let work = tokio::task::spawn_blocking(move || {
        let of = Observed {
            plan: &plan,
            series: &series,
            starts_on: row.starts_on,
            until,
            is_due: today >= due_on(&row, today),
            shared_with: shared,
        };
        // The fit is the dearest thing a tick does, and after the one look nothing moves but late facts.
        let inputs = Some(of.digest());
        if let Some(last) = last.filter(|last| last.findings.inputs == inputs) {
            return last;
        }
        let mut judged = match row.baseline_grade {
            BaselineGrade::D => before_after(&of),
            _ => counterfactual(&of),
        };
        judged.findings.inputs = inputs;
        judged
    });
    work.await.map_err(|error| MeasureError::Refused(format!("The judge stopped: {error}")))
}

/// What a stored verdict said.
fn said(row: VerdictRow) -> Option<Judged> {
    let findings: Findings = serde_json::from_value(row.doc).ok()?;
    Some(Judged { word: row.word.parse().ok()?, findings, look: None })
}

/// Other unrandomised changes that moved the same revenue in the same days.
fn shared_with(change: &ChangeRow, all: &[ChangeRow], until: Day) -> usize {
    let scope = plan_of(change).scope;
    same_days(change, all, until).filter(|other| scope.meets(&plan_of(other).scope)).count()
}

/// Other changes without a random holdout that ran in the same days.
fn same_days<'a>(change: &'a ChangeRow, all: &'a [ChangeRow], until: Day) -> impl Iterator<Item = &'a ChangeRow> {
    let last = |row: &ChangeRow| {
        let closed = row.closed_at.map(|at| Day::from_epoch_days((at.0 / 86_400_000) as i32));
        closed.unwrap_or(row.ends_on).min(row.ends_on)
    };
    all.iter()
        .filter(|other| other.id != change.id && other.baseline_grade != BaselineGrade::A)
        .filter(move |other| other.starts_on <= until && last(other) >= change.starts_on)
}

async fn put_verdict(
    tx: &mut store::Tx,
    change: &ChangeRow,
    plan: &Plan,
    mut judged: Judged,
    today: Day,
    now: InstantMs,
) -> Result<(), MeasureError> {
    if change.status == ChangeStatus::Won && !change.is_always_on {
        // It stays won; late facts restate what it made.
        judged.word = ResultWord::Won;
    }
    if change.baseline_grade == BaselineGrade::D {
        judged.word = ResultWord::NotYetProvable;
    }
    let cost_micros = tasks::sum_in(tx, change.id, None).await?;
    let net = judged.net_micros(plan, cost_micros);
    let row = VerdictRow {
        change: change.id,
        day: today,
        word: judged.word.as_str().to_owned(),
        grade: change.baseline_grade,
        net_low_micros: net.map(|net| net[0]),
        net_micros: net.map(|net| net[1]),
        net_high_micros: net.map(|net| net[2]),
        cost_micros,
        is_final: matches!(judged.word, ResultWord::Won | ResultWord::Lost | ResultWord::Futile),
        made_at: now,
        doc: serde_json::to_value(&judged.findings).unwrap_or_default(),
    };
    if change.status != ChangeStatus::Running
        && let Some(last) = verdicts::latest_in(tx, change.id).await?
        && (last.word.as_str(), last.net_low_micros, last.net_micros, last.net_high_micros, last.cost_micros)
            == (row.word.as_str(), row.net_low_micros, row.net_micros, row.net_high_micros, row.cost_micros)
    {
        return Ok(());
    }
    verdicts::put(tx, &row).await?;
    Ok(())
}

/// Everything always on together: the global holdout against the rest, by net revenue within seven days.
async fn read_global(snapshot: &Snapshot, store: &Store, now: InstantMs) -> Result<u64, MeasureError> {
    let Some(holdout) = crate::assign::global_holdout(store).await? else { return Ok(0) };
    let exposed = exposures::of_scope(store, GLOBAL).await?;
    let Some(first) = exposed.iter().map(|exposure| exposure.day).min() else { return Ok(0) };
    let plan = Plan::default();
    let cohorts = read_cohorts(snapshot, &exposed, &[], Kpi::NetRevenue, &plan).await?;
    let judged = randomised(&Randomised {
        plan: &plan,
        treated: 1.0 - holdout.share,
        starts_on: first,
        today: snapshot.today(),
        is_pooled: true,
        pooled_alpha: plan.alpha,
        cohorts: &by_day(&cohorts),
        looks: &[],
        may_look: false,
    });
    let reading = GlobalReading { day: snapshot.today(), word: judged.word, findings: judged.findings };
    let mut tx = store.begin().await?;
    let reopened = put_cohorts(&mut tx, GLOBAL, &cohorts, &plan, snapshot, now).await?;
    settings::set(&mut tx, GLOBAL_READING, &reading).await?;
    tx.commit().await?;
    Ok(reopened)
}

/// The last reading of the global holdout.
///
/// # Errors
/// The database refused.
pub async fn global_reading(store: &Store) -> Result<Option<GlobalReading>, MeasureError> {
    Ok(settings::get(store, GLOBAL_READING).await?)
}
