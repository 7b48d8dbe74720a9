//! Decisions: a person's, or the calendar's where nobody took one. Verdicts are the judge's and stand elsewhere.

use domain::{ChangeId, Day, InstantMs, SprintId, sprint::ResultWord};
use serde::Serialize;
use store::{
    Tx,
    changes::{self, ChangeRow, ChangeStatus},
    measure_tasks as tasks,
    measure_verdicts::{self as verdicts, DecisionRow, Notice, VerdictRow},
};

use crate::{
    MeasureError, Plan,
    ledger::{HERE, found, off_on},
};

/// How often an unproven change may be kept: once, and renewed once.
pub const MOST_KEEPS: i64 = 2;

/// The furthest a change may be kept at a time, in days behind the day it would be off.
pub const KEEP_DAYS: i32 = 60;

/// Days before its day on which an owner is asked.
pub const ASK_DAYS: i32 = 7;

/// Who acts when nobody did.
pub const CALENDAR: &str = "the calendar";

/// An owner keeps a change that is not yet provable. It is never called or counted as a win.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep<'a> {
    /// What it may cost from now on, millionths of the currency; beyond that it goes off by itself.
    pub cost_cap_micros: i64,
    /// The day on which it becomes decidable; without a win it is off on that day.
    pub decidable_on: Day,
    /// Why.
    pub reason: &'a str,
}

/// What the calendar did to a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It has won and stays.
    Stays,
    /// It is off, for this reason.
    Off(String),
    /// Somebody was reminded.
    Reminded,
}

pub(crate) fn plan_of(change: &ChangeRow) -> Plan {
    serde_json::from_value(change.plan.clone()).unwrap_or_default()
}

#[expect(clippy::too_many_arguments, reason = "a row has as many columns")]
pub(crate) async fn record(
    tx: &mut Tx,
    change: ChangeId,
    at: InstantMs,
    day: Day,
    actor: &str,
    kind: &str,
    reason: &str,
    keep: Option<Keep<'_>>,
) -> Result<(), MeasureError> {
    let row = DecisionRow {
        change,
        number: 0,
        at,
        day,
        actor: actor.to_owned(),
        kind: kind.to_owned(),
        reason: reason.to_owned(),
        cost_cap_micros: keep.map(|keep| keep.cost_cap_micros),
        decidable_on: keep.map(|keep| keep.decidable_on),
    };
    Ok(verdicts::decide(tx, &row).await?)
}

/// Switches a change off with one UPDATE, whether it runs or has won; what is left to do outside becomes tasks in the
/// same transaction. Returns false when it was off already.
///
/// # Errors
/// No reason is given, or the database refused.
pub async fn kill(tx: &mut Tx, id: ChangeId, at: InstantMs, by: &str, reason: &str) -> Result<bool, MeasureError> {
    if reason.trim().is_empty() {
        return Err(MeasureError::Refused(
            "Say in a few words why it is switched off; the post-mortem quotes it.".into(),
        ));
    }
    let today = at.day_in(&store::brand::get_in(tx).await?.zone()?);
    off(tx, id, at, today, by, reason.trim()).await
}

async fn off(
    tx: &mut Tx,
    id: ChangeId,
    at: InstantMs,
    today: Day,
    by: &str,
    reason: &str,
) -> Result<bool, MeasureError> {
    if !changes::kill(tx, id, at, by, reason).await? {
        return Ok(false);
    }
    record(tx, id, at, today, by, "off", reason, None).await?;
    let change = found(changes::get_in(tx, id).await?, id)?;
    leave_tasks(tx, &change, at).await?;
    let text = format!("“{}” is off: {reason}", change.name);
    verdicts::notify(tx, &Notice { change: id, kind: "off".into(), day: today, text }, at).await?;
    Ok(true)
}

/// What is left to do outside once a change is off.
async fn leave_tasks(tx: &mut Tx, change: &ChangeRow, at: InstantMs) -> Result<(), MeasureError> {
    if change.lives_on != HERE {
        let text = format!("Switch “{}” off on {} and confirm it here.", change.name, change.lives_on);
        tasks::add(tx, change.id, &change.lives_on, "person", &text, at).await?;
    }
    for target in plan_of(change).clean_up {
        let text = format!("Put back what “{}” replaced in {target}.", change.name);
        tasks::add(tx, change.id, &target, "machine", &text, at).await?;
    }
    Ok(())
}

/// Ends every running change of a sprint, e.g. when its post-mortem is signed. Winners stay. Returns how many ended.
///
/// # Errors
/// The database refused.
pub async fn end_sprint(
    tx: &mut Tx,
    sprint: SprintId,
    at: InstantMs,
    by: &str,
    reason: &str,
) -> Result<u64, MeasureError> {
    let today = at.day_in(&store::brand::get_in(tx).await?.zone()?);
    let ended = changes::end_sprint(tx, sprint, at, by, reason).await?;
    for id in &ended {
        record(tx, *id, at, today, by, "off", reason, None).await?;
        let change = found(changes::get_in(tx, *id).await?, *id)?;
        leave_tasks(tx, &change, at).await?;
    }
    Ok(ended.len() as u64)
}

/// An owner keeps a running change although nothing is proven, within a cost cap and until a day; once, and once more.
///
/// # Errors
/// It is not running or past its day, its verdict is not *not yet provable* with money expected, it was kept twice, the
/// cap or the day is out of range, no reason is given, or the database refused.
pub async fn keep_unproven(
    tx: &mut Tx,
    id: ChangeId,
    keep: Keep<'_>,
    at: InstantMs,
    by: &str,
) -> Result<(), MeasureError> {
    let today = at.day_in(&store::brand::get_in(tx).await?.zone()?);
    let change = found(changes::get_in(tx, id).await?, id)?;
    let verdict = verdicts::latest_in(tx, id).await?;
    may_keep(&change, verdict.as_ref(), keep, today).map_err(MeasureError::Refused)?;
    if !changes::keep(tx, id, today, keep.decidable_on, keep.cost_cap_micros, MOST_KEEPS).await? {
        return Err(MeasureError::Refused(format!("“{}” is not running any more.", change.name)));
    }
    record(tx, id, at, today, by, "keep_unproven", keep.reason.trim(), Some(keep)).await
}

/// Whether an owner may keep it, and if not, why not and what to do.
fn may_keep(change: &ChangeRow, verdict: Option<&VerdictRow>, keep: Keep<'_>, today: Day) -> Result<(), String> {
    let name = &change.name;
    let off = off_on(change);
    if change.status != ChangeStatus::Running || today >= off || today < change.starts_on {
        return Err(format!("“{name}” is not running; only a running change can be kept."));
    }
    if change.keeps >= MOST_KEEPS {
        return Err(format!("“{name}” was kept and renewed; on {off} it is off unless it has won."));
    }
    match verdict {
        Some(verdict)
            if verdict.word == ResultWord::NotYetProvable.as_str() && verdict.net_micros.is_some_and(|net| net > 0) => {
        }
        Some(verdict) if verdict.word == ResultWord::NotYetProvable.as_str() => {
            return Err(format!("“{name}” is not expected to earn money; it goes off on {off}."));
        }
        Some(_) => return Err(format!("“{name}” is decided; there is nothing to keep unproven.")),
        None => return Err(format!("“{name}” has not been read yet; decide once it has.")),
    }
    if keep.cost_cap_micros <= 0 {
        return Err("Give a cost cap above zero: beyond it the change goes off by itself.".into());
    }
    let days = keep.decidable_on.days_since(off);
    if !(1..=KEEP_DAYS).contains(&days) {
        return Err(format!(
            "The day on which it becomes decidable lies 1 to {KEEP_DAYS} days after {off}, not on {}.",
            keep.decidable_on
        ));
    }
    if keep.reason.trim().is_empty() {
        return Err("Say in a few words why it is kept.".into());
    }
    Ok(())
}

/// What the calendar does to one change on a day, in one transaction: the judge's word is carried out, its day switches
/// it off, its owner is reminded. Doing it again does nothing.
pub(crate) async fn step(tx: &mut Tx, id: ChangeId, at: InstantMs, today: Day) -> Result<Option<Step>, MeasureError> {
    let change = found(changes::get_in(tx, id).await?, id)?;
    if !change.status.is_served() || today < change.starts_on {
        return Ok(None);
    }
    let verdict = verdicts::latest_in(tx, id).await?;
    let word = verdict.as_ref().and_then(|verdict| verdict.word.parse::<ResultWord>().ok());
    let is_provable = verdict.as_ref().is_some_and(|verdict| verdict.grade != domain::sprint::BaselineGrade::D);
    let net = verdict.as_ref().and_then(|verdict| verdict.net_micros);
    if matches!(word, Some(ResultWord::Lost | ResultWord::Futile)) {
        let reason = match word {
            Some(ResultWord::Lost) => "It earned less than its baseline.",
            _ => "What it set out to earn is out of reach.",
        };
        off(tx, id, at, today, CALENDAR, reason).await?;
        return Ok(Some(Step::Off(reason.to_owned())));
    }
    if let Some(breach) =
        verdict.as_ref().and_then(crate::pages::findings).and_then(|found| found.breaches.into_iter().next())
    {
        let reason = format!("A guardrail is broken: {breach}.");
        off(tx, id, at, today, CALENDAR, &reason).await?;
        return Ok(Some(Step::Off(reason)));
    }
    if change.status == ChangeStatus::Won {
        return Ok(None);
    }
    if word == Some(ResultWord::Won) && is_provable {
        changes::win(tx, id).await?;
        record(tx, id, at, today, CALENDAR, "stays", "It earned more than its baseline.", None).await?;
        let text = format!("“{}” has won and stays.", change.name);
        verdicts::notify(tx, &Notice { change: id, kind: "won".into(), day: today, text }, at).await?;
        return Ok(Some(Step::Stays));
    }
    let day = off_on(&change);
    if today >= day {
        let reason = match (change.keeps, net) {
            (_, None) => "Its day has come and nothing could be read.",
            (_, Some(net)) if net <= 0 => "Its day has come and no money is expected of it.",
            (0, _) => "Its day has come, nothing is proven, and nobody decided to keep it.",
            _ => "The day on which it should have become decidable has come, and nothing is proven.",
        };
        off(tx, id, at, today, CALENDAR, reason).await?;
        return Ok(Some(Step::Off(reason.to_owned())));
    }
    let is_new = remind(tx, &change, net, at, today).await?;
    Ok(is_new.then_some(Step::Reminded))
}

async fn remind(
    tx: &mut Tx,
    change: &ChangeRow,
    net: Option<i64>,
    at: InstantMs,
    today: Day,
) -> Result<bool, MeasureError> {
    let mut is_new = false;
    let notice = |kind: String, text: String| Notice { change: change.id, kind, day: today, text };
    if today >= change.review_on {
        let text = format!("“{}” is to be looked at by {}.", change.name, change.owner);
        is_new |= verdicts::notify(tx, &notice("review".into(), text), at).await?;
    }
    let day = off_on(change);
    if today >= day.plus(-ASK_DAYS) && net.is_some_and(|net| net > 0) && change.keeps < MOST_KEEPS {
        let text = format!(
            "“{}” is not yet provable. On {day} it goes off unless {} keeps it, unproven, with a cost cap.",
            change.name, change.owner
        );
        is_new |= verdicts::notify(tx, &notice(format!("decide:{day}"), text), at).await?;
    }
    Ok(is_new)
}
