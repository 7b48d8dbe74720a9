//! Entries of the ledger: how a change gets in, and what is said of it.

use std::collections::BTreeMap;

use domain::{
    ChangeId, ConceptId, Day, DayRange, InstantMs, SprintId,
    sprint::{BaselineGrade, Kpi, ResultWord},
};
use serde::Serialize;
use store::{
    Store, Tx,
    changes::{self, ChangeRow, ChangeStatus},
    measure_verdicts::{self as verdicts, VerdictRow},
};

use crate::{
    KILL_AFTER_DAYS, MeasureError, Plan, Split,
    decision::{self, plan_of},
    split,
};

/// Where a change comes from; it can be registered again under the same origin until it has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// A concept of a sprint.
    Concept(SprintId, ConceptId),
    /// Any other module, under a key of its own, e.g. `recommendations:home`.
    Module(&'a str),
}

/// Where a change is switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LivesOn<'a> {
    /// Here: every serving asks for an [`crate::Assignment`], so that switching it off is one UPDATE.
    Here,
    /// On a platform that only a person can switch, e.g. `Meta`: switching it off becomes an instruction to a person.
    Platform(&'a str),
}

/// A slice of a layer: changes of one layer never meet in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerSlice<'a> {
    /// Name of the layer.
    pub name: &'a str,
    /// Thousandths of the units that it takes.
    pub permille: i64,
}

/// A change that is to go live. Start from [`NewChange::new`] and set what differs.
#[derive(Debug, Clone, PartialEq)]
pub struct NewChange<'a> {
    /// Where it comes from.
    pub origin: Origin<'a>,
    /// Name, usually the concept's title.
    pub name: &'a str,
    /// Why it should earn money, in a sentence.
    pub hypothesis: &'a str,
    /// Who answers for it; empty for whoever registers it.
    pub owner: &'a str,
    /// What it is, e.g. `ads`, `email`, `description`, `flow`, `recommender`, `prompt`.
    pub kind: &'a str,
    /// The figure in money that judges it.
    pub primary_metric: Kpi,
    /// How sure its baseline is.
    pub baseline_grade: BaselineGrade,
    /// What the baseline is, in a sentence.
    pub baseline_note: &'a str,
    /// First and last day of its flight. A first day in the past is today: what ran before it was declared does not count.
    pub flight: DayRange,
    /// Day on which its owner looks at it; the day after the flight where not given, at most the kill day.
    pub review_on: Option<Day>,
    /// It has no end of its own: it keeps its holdout and pools months.
    pub is_always_on: bool,
    /// Thousandths of its units that get it; the others are its holdout. 1000 where the baseline is not a holdout.
    pub treated_permille: i64,
    /// The layer it shares.
    pub layer: Option<LayerSlice<'a>>,
    /// Where it is switched.
    pub lives_on: LivesOn<'a>,
    /// The change whose win it tests again.
    pub retest_of: Option<ChangeId>,
    /// What else is declared before the start.
    pub plan: Plan,
}

impl<'a> NewChange<'a> {
    /// A change that is switched here, without a holdout (grade D until said otherwise), judged by net revenue.
    pub fn new(origin: Origin<'a>, name: &'a str, kind: &'a str, flight: DayRange) -> NewChange<'a> {
        NewChange {
            origin,
            name,
            hypothesis: "",
            owner: "",
            kind,
            primary_metric: Kpi::NetRevenue,
            baseline_grade: BaselineGrade::D,
            baseline_note: "",
            flight,
            review_on: None,
            is_always_on: false,
            treated_permille: 1000,
            layer: None,
            lives_on: LivesOn::Here,
            retest_of: None,
            plan: Plan::default(),
        }
    }

    /// The same with a randomised holdout: `treated_permille` thousandths of the units get it.
    pub fn randomised(self, treated_permille: i64, baseline_note: &'a str) -> NewChange<'a> {
        NewChange { baseline_grade: BaselineGrade::A, treated_permille, baseline_note, ..self }
    }

    /// The same split by region or period; what it is compared with is said by the split.
    pub fn split(self, split: Split, baseline_note: &'a str) -> NewChange<'a> {
        let plan = Plan { split: Some(split), ..self.plan };
        NewChange { baseline_grade: BaselineGrade::B, treated_permille: 1000, baseline_note, plan, ..self }
    }

    fn key(&self) -> String {
        match self.origin {
            Origin::Concept(_, concept) => format!("concept:{concept}:{}", self.kind),
            Origin::Module(key) => key.to_owned(),
        }
    }

    fn check(&self) -> Result<(), MeasureError> {
        let refuse = |sentence: String| Err(MeasureError::Refused(sentence));
        if self.flight.to < self.flight.from {
            return refuse(format!(
                "`{}` cannot run from {} to {}: put the last day after the first.",
                self.name, self.flight.from, self.flight.to
            ));
        }
        if self.name.trim().is_empty() || self.kind.trim().is_empty() {
            return refuse("A change needs a name and a kind.".into());
        }
        if self.baseline_note.trim().is_empty() {
            return refuse(format!("Say what `{}` is compared with: nothing goes live without a baseline.", self.name));
        }
        let is_randomised = self.baseline_grade == BaselineGrade::A;
        if is_randomised && !(1..=999).contains(&self.treated_permille) {
            return refuse(format!(
                "`{}` is randomised: between 1 and 999 of 1,000 units get it, the others are its baseline.",
                self.name
            ));
        }
        if !is_randomised && self.treated_permille != 1000 {
            return refuse(format!("`{}` has a holdout, so its baseline is of grade A.", self.name));
        }
        match (&self.plan.split, self.baseline_grade) {
            (None, BaselineGrade::B) => {
                return refuse(format!(
                    "`{}` is of grade B: name its regions, or the length of its periods.",
                    self.name
                ));
            }
            (Some(split), BaselineGrade::B) => {
                if self.is_always_on || self.layer.is_some() {
                    return refuse(format!(
                        "`{}` is split by region or period, so it has an end and no layer; always on takes a holdout.",
                        self.name
                    ));
                }
                if matches!((split, self.lives_on), (Split::Regions { .. }, LivesOn::Here)) {
                    return refuse(format!(
                        "`{}` is split by region: say on which platform a person switches it on for these regions only.",
                        self.name
                    ));
                }
                split.check(self.flight.len_days(), self.plan.alpha)?;
            }
            (Some(_), _) => {
                return refuse(format!("`{}` is split by region or period, so its baseline is of grade B.", self.name));
            }
            (None, _) => {}
        }
        if self.layer.is_some_and(|layer| !(1..=1000).contains(&layer.permille) || layer.name.trim().is_empty()) {
            return refuse(format!("`{}` takes 1 to 1,000 thousandths of a named layer.", self.name));
        }
        if matches!(self.origin, Origin::Module(key) if key.trim().is_empty() || key.starts_with("concept:")) {
            return refuse(format!("`{}` needs a key of its module, e.g. `recommendations:home`.", self.name));
        }
        self.plan.check()
    }
}

/// Proof that a change stands in the ledger. There is no other way to get one than from the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Registered {
    row: ChangeRow,
}

impl Registered {
    /// Id of the entry.
    pub fn id(&self) -> ChangeId {
        self.row.id
    }

    /// The concept it carries out, if it does.
    pub fn concept(&self) -> Option<ConceptId> {
        self.row.concept
    }

    /// The day by which it has won, is off, or is kept.
    pub fn kill_on(&self) -> Day {
        self.row.kill_on
    }

    /// The entry as it stood when this was read.
    pub fn row(&self) -> &ChangeRow {
        &self.row
    }
}

/// An entry of the ledger with what may be said of it on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// As it stands in the ledger.
    pub change: ChangeRow,
    /// What may be said of its result.
    pub result: ResultWord,
    /// The judge's last verdict.
    pub verdict: Option<VerdictRow>,
    /// Its day has come and it is still running: it is off for everybody, and the next tick closes it.
    pub is_overdue: bool,
}

/// The day on which a change is off unless it has won: the kill day, or the day until which an owner keeps it.
pub fn off_on(change: &ChangeRow) -> Day {
    change.kept_until.unwrap_or(change.kill_on)
}

/// Whether a change may be served on a day by its state and its dates alone. The dates hold although no clock ran: a
/// change past its day is off before anybody closed it, and a switched one is off on its off days.
pub(crate) fn is_served(change: &ChangeRow, today: Day) -> bool {
    runs(change, today) && (change.status == ChangeStatus::Won || split::is_on(change, today))
}

/// Whether it runs, or has won and stays; a switched change on its off days too.
fn runs(change: &ChangeRow, today: Day) -> bool {
    let has_begun = today >= change.starts_on;
    match change.status {
        ChangeStatus::Won => has_begun,
        ChangeStatus::Running => has_begun && today < off_on(change),
        ChangeStatus::Killed | ChangeStatus::Ended => false,
    }
}

/// Writes a change into the ledger, in the transaction that makes it go live. The kill day is its start + 30 days.
/// Registering it again declares it anew while it has not begun; afterwards what was declared stands.
///
/// # Errors
/// It has no baseline or another figure is out of range, its layer has no room, it was switched off or has ended, or the
/// database refused.
pub async fn register(tx: &mut Tx, new: &NewChange<'_>, at: InstantMs, by: &str) -> Result<Registered, MeasureError> {
    new.check()?;
    let today = at.day_in(&store::brand::get_in(tx).await?.zone()?);
    let key = new.key();
    let old = changes::by_key(tx, &key).await?;
    if let Some(old) = &old
        && today >= old.starts_on
        && old.status.is_served()
    {
        return Ok(Registered { row: old.clone() });
    }
    // What somebody split by region or period stays so when its module declares the rest anew.
    let kept = old.as_ref().and_then(|old| plan_of(old).split.map(|split| (split, old.baseline_note.clone())));
    if let (Some((split, note)), None, BaselineGrade::C | BaselineGrade::D) =
        (kept, &new.plan.split, new.baseline_grade)
    {
        return Box::pin(register(tx, &new.clone().split(split, &note), at, by)).await;
    }
    let starts_on = new.flight.from.max(today);
    let kill_on = starts_on.plus(KILL_AFTER_DAYS);
    let ends_on = new.flight.to.max(starts_on);
    let id = old.as_ref().map_or_else(|| ChangeId::derive(at, &[&key, new.kind]), |old| old.id);
    exclude(tx, new, (starts_on, ends_on), id).await?;
    let (layer, slot_from, slot_to) = match new.layer {
        Some(layer) => {
            let from = free_slots(tx, layer, id).await?;
            (Some(layer.name.to_owned()), from, from + layer.permille)
        }
        None => (None, 0, 1000),
    };
    let (sprint, concept) = match new.origin {
        Origin::Concept(sprint, concept) => (Some(sprint), Some(concept)),
        Origin::Module(_) => (None, None),
    };
    let row = ChangeRow {
        id,
        key,
        sprint,
        concept,
        name: new.name.to_owned(),
        hypothesis: new.hypothesis.to_owned(),
        owner: if new.owner.is_empty() { by } else { new.owner }.to_owned(),
        kind: new.kind.to_owned(),
        primary_metric: new.primary_metric.as_str().to_owned(),
        baseline_grade: new.baseline_grade,
        baseline_note: new.baseline_note.to_owned(),
        starts_on,
        ends_on,
        review_on: new.review_on.unwrap_or(ends_on.plus(1)).clamp(starts_on, kill_on),
        kill_on,
        status: ChangeStatus::Running,
        is_always_on: new.is_always_on,
        plan: serde_json::to_value(split::scoped(&new.plan)).unwrap_or_default(),
        salt: id.to_string(),
        treated_permille: new.treated_permille,
        layer,
        slot_from,
        slot_to,
        lives_on: match new.lives_on {
            LivesOn::Here => HERE.to_owned(),
            LivesOn::Platform(name) => name.to_owned(),
        },
        retest_of: new.retest_of,
        live_on: None,
        kept_from: None,
        kept_until: None,
        kept_cap_micros: None,
        keeps: 0,
        registered_at: at,
        registered_by: by.to_owned(),
        closed_at: None,
        closed_by: None,
        closed_reason: None,
    };
    Ok(Registered { row: changes::insert(tx, &row).await? })
}

/// The word for changes that are switched here.
pub(crate) const HERE: &str = "here";

/// Changes of grade B that would disturb each other never run in the same days.
async fn exclude(tx: &mut Tx, new: &NewChange<'_>, (from, to): (Day, Day), own: ChangeId) -> Result<(), MeasureError> {
    let Some(split) = &new.plan.split else { return Ok(()) };
    for other in changes::served_in(tx).await? {
        let theirs = plan_of(&other);
        let last = other
            .ends_on
            .min(off_on(&other).plus(-1))
            .max(other.kept_until.map_or(other.starts_on, |day| day.plus(-1)));
        let Some(why) = theirs.split.as_ref().and_then(|theirs| split.clash(theirs)) else { continue };
        // A change that has won is everywhere: nothing is left to compare, and nothing to disturb.
        let runs_too = other.status == ChangeStatus::Running && other.starts_on <= to && last >= from;
        if other.id == own || !runs_too || !new.plan.scope.meets_products(&theirs.scope) {
            continue;
        }
        return Err(MeasureError::Refused(format!(
            "`{}` and “{}” cannot run in the same days: {why}. Start it after {last}, or choose others.",
            new.name, other.name
        )));
    }
    Ok(())
}

/// The first gap of a layer that is wide enough.
async fn free_slots(tx: &mut Tx, layer: LayerSlice<'_>, own: ChangeId) -> Result<i64, MeasureError> {
    let mut from = 0;
    for (id, taken_from, taken_to) in changes::slots_of(tx, layer.name).await? {
        if id == own {
            continue;
        }
        if taken_from - from >= layer.permille {
            break;
        }
        from = from.max(taken_to);
    }
    if from + layer.permille > 1000 {
        return Err(MeasureError::Refused(format!(
            "Layer `{}` has no room for {} thousandths: wait until one of its changes is decided, or take fewer.",
            layer.name, layer.permille
        )));
    }
    Ok(from)
}

/// A person says on which day a change on a platform really went live; its kill day is 30 days later. Once, and never
/// before its declared start. Returns false when that was said before, or it is not running.
///
/// # Errors
/// The day is still to come or before the declared start, there is no such change, or the database refused.
pub async fn went_live(tx: &mut Tx, id: ChangeId, day: Day, at: InstantMs, by: &str) -> Result<bool, MeasureError> {
    let today = at.day_in(&store::brand::get_in(tx).await?.zone()?);
    let change = found(changes::get_in(tx, id).await?, id)?;
    if change.lives_on == HERE {
        return Err(MeasureError::Refused(format!("`{}` is switched here; its start is its start.", change.name)));
    }
    if day > today || day < change.starts_on {
        return Err(MeasureError::Refused(format!(
            "`{}` was declared for {}; it went live on a day from then to today, not on {day}.",
            change.name, change.starts_on
        )));
    }
    if !runs(&change, today) {
        return Ok(false);
    }
    let kill_on = day.plus(KILL_AFTER_DAYS);
    let moved = day.days_since(change.starts_on);
    let review_on = change.review_on.plus(moved).min(kill_on);
    let is_new = changes::set_live(tx, id, day, review_on, kill_on).await?;
    if is_new {
        decision::record(tx, id, at, today, by, "went_live", &format!("Live since {day}."), None).await?;
    }
    Ok(is_new)
}

/// The registered changes of a sprint, e.g. to export a launch again.
///
/// # Errors
/// The database refused.
pub async fn registered_of(store: &Store, sprint: SprintId) -> Result<Vec<Registered>, MeasureError> {
    Ok(changes::of_sprint(store, sprint).await?.into_iter().map(|row| Registered { row }).collect())
}

/// A registered change by id, for whoever serves it.
///
/// # Errors
/// There is none with this id, or the database refused.
pub async fn registered(store: &Store, id: ChangeId) -> Result<Registered, MeasureError> {
    Ok(Registered { row: found(changes::get(store, id).await?, id)? })
}

/// The whole ledger on a day, newest first.
///
/// # Errors
/// The database refused.
pub async fn list(store: &Store, today: Day) -> Result<Vec<Entry>, MeasureError> {
    said_of(store, changes::list(store).await?, today).await
}

/// The ledger of one sprint on a day.
///
/// # Errors
/// The database refused.
pub async fn of_sprint(store: &Store, sprint: SprintId, today: Day) -> Result<Vec<Entry>, MeasureError> {
    said_of(store, changes::of_sprint(store, sprint).await?, today).await
}

/// One entry on a day.
///
/// # Errors
/// There is none with this id, or the database refused.
pub async fn entry(store: &Store, id: ChangeId, today: Day) -> Result<Entry, MeasureError> {
    let change = found(changes::get(store, id).await?, id)?;
    let verdict = verdicts::of_change(store, id).await?.pop();
    Ok(said(change, verdict, today))
}

pub(crate) fn found(row: Option<ChangeRow>, id: ChangeId) -> Result<ChangeRow, MeasureError> {
    row.ok_or_else(|| MeasureError::Refused(format!("There is no change {id} in the ledger.")))
}

async fn said_of(store: &Store, rows: Vec<ChangeRow>, today: Day) -> Result<Vec<Entry>, MeasureError> {
    let mut verdicts: BTreeMap<ChangeId, VerdictRow> =
        verdicts::latest(store).await?.into_iter().map(|verdict| (verdict.change, verdict)).collect();
    Ok(rows
        .into_iter()
        .map(|row| {
            let verdict = verdicts.remove(&row.id);
            said(row, verdict, today)
        })
        .collect())
}

fn said(change: ChangeRow, verdict: Option<VerdictRow>, today: Day) -> Entry {
    let never_ran = match change.status {
        ChangeStatus::Running | ChangeStatus::Won | ChangeStatus::Ended => today < change.starts_on,
        ChangeStatus::Killed => {
            change.closed_at.is_some_and(|at| at.0 < i64::from(change.starts_on.epoch_days()) * 86_400_000)
        }
    };
    let word = verdict.as_ref().and_then(|verdict| verdict.word.parse().ok());
    let result = if never_ran { ResultWord::NotTested } else { word.unwrap_or(ResultWord::NotYetProvable) };
    let is_overdue = change.status == ChangeStatus::Running && today >= off_on(&change);
    Entry { change, result, verdict, is_overdue }
}

/// Whether a change may be live on a day: it runs or has won, its start has come, and its day has not.
///
/// # Errors
/// The database refused.
pub async fn is_live(store: &Store, id: ChangeId, today: Day) -> Result<bool, MeasureError> {
    Ok(changes::get(store, id).await?.is_some_and(|change| is_served(&change, today)))
}
