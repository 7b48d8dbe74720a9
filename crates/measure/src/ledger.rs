//! Entries of the ledger and what may be done with them.

use domain::{
    ChangeId, ConceptId, Day, DayRange, InstantMs, SprintId,
    sprint::{BaselineGrade, Kpi, ResultWord},
};
use serde::Serialize;
use store::{
    Store, Tx,
    changes::{self, ChangeRow, ChangeStatus},
};

use crate::MeasureError;

/// Days after its start by which a change has won, is off, or is kept by an owner who reads *unproven* on it.
pub const KILL_AFTER_DAYS: i32 = 30;

/// A change that is to go live.
#[derive(Debug, Clone, PartialEq)]
pub struct NewChange<'a> {
    /// The sprint it came out of.
    pub sprint: SprintId,
    /// The concept it carries out.
    pub concept: ConceptId,
    /// Name, usually the concept's title.
    pub name: &'a str,
    /// What it is, e.g. `ads`, `email`.
    pub kind: &'a str,
    /// The figure in money that judges it.
    pub primary_metric: Kpi,
    /// How sure its baseline is.
    pub baseline_grade: BaselineGrade,
    /// What the baseline is, in a sentence.
    pub baseline_note: &'a str,
    /// First and last day of its flight.
    pub flight: DayRange,
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

    /// The concept it carries out.
    pub fn concept(&self) -> ConceptId {
        self.row.concept
    }

    /// The day by which it has won, is off, or is kept.
    pub fn kill_on(&self) -> Day {
        self.row.kill_on
    }

    /// The entry as it stands in the ledger.
    pub fn row(&self) -> &ChangeRow {
        &self.row
    }
}

/// An entry of the ledger with what may be said of it on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// As it stands in the ledger.
    pub change: ChangeRow,
    /// What may be said of its result.
    pub result: ResultWord,
    /// The kill day has come and it is still running: somebody must decide.
    pub is_overdue: bool,
}

/// Writes a change into the ledger, in the transaction that exports it. The kill day is its start + 30 days.
/// Registering a running change again moves its dates; one that was switched off stays off.
///
/// # Errors
/// The flight ends before it begins, the change was killed or has ended, or the database refused.
pub async fn register(tx: &mut Tx, new: &NewChange<'_>, at: InstantMs, by: &str) -> Result<Registered, MeasureError> {
    if new.flight.to < new.flight.from {
        return Err(MeasureError::Refused(format!(
            "`{}` cannot run from {} to {}: put the last day after the first.",
            new.name, new.flight.from, new.flight.to
        )));
    }
    let row = ChangeRow {
        id: ChangeId::derive(at, &[&new.concept.to_string(), new.kind]),
        sprint: new.sprint,
        concept: new.concept,
        name: new.name.to_owned(),
        kind: new.kind.to_owned(),
        primary_metric: new.primary_metric.as_str().to_owned(),
        baseline_grade: new.baseline_grade,
        baseline_note: new.baseline_note.to_owned(),
        starts_on: new.flight.from,
        ends_on: new.flight.to,
        kill_on: new.flight.from.plus(KILL_AFTER_DAYS),
        status: ChangeStatus::Running,
        registered_at: at,
        registered_by: by.to_owned(),
        closed_at: None,
        closed_by: None,
        closed_reason: None,
    };
    Ok(Registered { row: changes::insert(tx, &row).await? })
}

/// The registered changes of a sprint, e.g. to export a launch again.
///
/// # Errors
/// The database refused.
pub async fn registered_of(store: &Store, sprint: SprintId) -> Result<Vec<Registered>, MeasureError> {
    Ok(changes::of_sprint(store, sprint).await?.into_iter().map(|row| Registered { row }).collect())
}

/// The whole ledger on a day, newest first.
///
/// # Errors
/// The database refused.
pub async fn list(store: &Store, today: Day) -> Result<Vec<Entry>, MeasureError> {
    Ok(changes::list(store).await?.into_iter().map(|change| said(change, today)).collect())
}

/// The ledger of one sprint on a day.
///
/// # Errors
/// The database refused.
pub async fn of_sprint(store: &Store, sprint: SprintId, today: Day) -> Result<Vec<Entry>, MeasureError> {
    Ok(changes::of_sprint(store, sprint).await?.into_iter().map(|change| said(change, today)).collect())
}

/// One entry on a day.
///
/// # Errors
/// There is none with this id, or the database refused.
pub async fn entry(store: &Store, id: ChangeId, today: Day) -> Result<Entry, MeasureError> {
    match changes::get(store, id).await? {
        Some(change) => Ok(said(change, today)),
        None => Err(MeasureError::Refused(format!("There is no change {id} in the ledger."))),
    }
}

fn said(change: ChangeRow, today: Day) -> Entry {
    let never_ran = match change.status {
        ChangeStatus::Running | ChangeStatus::Ended => today < change.starts_on,
        ChangeStatus::Killed => {
            change.closed_at.is_some_and(|at| at.0 < i64::from(change.starts_on.epoch_days()) * 86_400_000)
        }
    };
    let result = if never_ran { ResultWord::NotTested } else { ResultWord::NotYetProvable };
    let is_overdue = change.status == ChangeStatus::Running && today >= change.kill_on;
    Entry { change, result, is_overdue }
}

/// Whether a change may be live on a day: it runs and its start has come.
///
/// # Errors
/// The database refused.
pub async fn is_live(store: &Store, id: ChangeId, today: Day) -> Result<bool, MeasureError> {
    let change = changes::get(store, id).await?;
    Ok(change.is_some_and(|change| change.status == ChangeStatus::Running && today >= change.starts_on))
}

/// Switches a change off with one UPDATE. Returns false when it was off already.
///
/// # Errors
/// No reason is given, or the database refused.
pub async fn kill(tx: &mut Tx, id: ChangeId, at: InstantMs, by: &str, reason: &str) -> Result<bool, MeasureError> {
    if reason.trim().is_empty() {
        return Err(MeasureError::Refused(
            "Say in a few words why it is switched off; the post-mortem quotes it.".into(),
        ));
    }
    Ok(changes::close(tx, id, ChangeStatus::Killed, at, by, reason.trim()).await?)
}

/// Ends every running change of a sprint, e.g. when its post-mortem is signed. Returns how many.
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
    Ok(changes::end_sprint(tx, sprint, at, by, reason).await?)
}

#[cfg(test)]
mod tests {
    use store::Value;

    use super::*;

    async fn scene(store: &Store) -> (SprintId, ConceptId) {
        let mut tx = store.begin().await.expect("begin");
        let sprint = store::sprints::create(&mut tx, "s", InstantMs(1), "ann", None).await.expect("sprint").id;
        let concept = ConceptId::derive(InstantMs(1), &["c"]);
        let sql = "INSERT INTO concepts (id, sprint_id, position, idea_key, doc, state) VALUES ($1, $2, 1, 'k', '{}', 'open')";
        tx.execute(sql, &[Value::text(concept), Value::text(sprint)]).await.expect("concept");
        tx.commit().await.expect("commit");
        (sprint, concept)
    }

    #[tokio::test]
    async fn a_change_lives_until_it_is_killed_and_says_what_is_known() {
        for store in store::testing::stores().await {
            let (sprint, concept) = scene(&store).await;
            let from = Day::parse("2026-03-02").expect("day");
            let new = NewChange {
                sprint,
                concept,
                name: "Refill in time",
                kind: "ads",
                primary_metric: Kpi::NetRevenue,
                baseline_grade: BaselineGrade::C,
                baseline_note: "the same days before, with season",
                flight: DayRange { from, to: from.plus(13) },
            };
            let at = InstantMs(i64::from(from.plus(-1).epoch_days()) * 86_400_000);
            let mut tx = store.begin().await.expect("begin");
            let registered = register(&mut tx, &new, at, "ann").await.expect("register");
            tx.commit().await.expect("commit");
            assert_eq!(registered.kill_on(), from.plus(30));
            assert!(!is_live(&store, registered.id(), from.plus(-1)).await.expect("read"));
            assert!(is_live(&store, registered.id(), from).await.expect("read"));
            let on = |day| entry(&store, registered.id(), day);
            assert_eq!(on(from.plus(-1)).await.expect("read").result, ResultWord::NotTested);
            assert_eq!(on(from.plus(3)).await.expect("read").result, ResultWord::NotYetProvable);
            assert!(on(from.plus(30)).await.expect("read").is_overdue);

            let mut tx = store.begin().await.expect("begin");
            let later = at.plus_days(4);
            assert!(kill(&mut tx, registered.id(), later, "bob", " ").await.is_err());
            assert!(kill(&mut tx, registered.id(), later, "bob", "too dear").await.expect("kill"));
            assert!(register(&mut tx, &new, later, "ann").await.is_err(), "off stays off");
            tx.commit().await.expect("commit");
            assert!(!is_live(&store, registered.id(), from.plus(4)).await.expect("read"));
            assert_eq!(list(&store, from.plus(4)).await.expect("read").len(), 1);
        }
    }
}
