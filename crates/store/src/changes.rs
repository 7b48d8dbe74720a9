//! The ledger of changes: everything AI-made that went live.

use domain::{ChangeId, ConceptId, Day, InstantMs, SprintId, sprint::BaselineGrade};

use crate::{Result, Row, Store, StoreError, Tx, Value};

/// Whether a change is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeStatus {
    /// It may be live.
    Running,
    /// It earned its place and stays.
    Won,
    /// It was switched off, by somebody or by the calendar.
    Killed,
    /// Its time is over.
    Ended,
}

impl ChangeStatus {
    const ALL: [ChangeStatus; 4] =
        [ChangeStatus::Running, ChangeStatus::Won, ChangeStatus::Killed, ChangeStatus::Ended];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeStatus::Running => "running",
            ChangeStatus::Won => "won",
            ChangeStatus::Killed => "killed",
            ChangeStatus::Ended => "ended",
        }
    }

    /// Whether anybody may get it: it runs or has won.
    pub fn is_served(self) -> bool {
        matches!(self, ChangeStatus::Running | ChangeStatus::Won)
    }
}

impl std::str::FromStr for ChangeStatus {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        ChangeStatus::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| text.to_owned())
    }
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ChangeRow {
    /// Id.
    pub id: ChangeId,
    /// What registers it again: `concept:<id>:<kind>`, or a module's own key.
    pub key: String,
    /// The sprint it came out of, if it did.
    pub sprint: Option<SprintId>,
    /// The concept it carries out, if it does.
    pub concept: Option<ConceptId>,
    /// Name.
    pub name: String,
    /// Why it should earn money, in a sentence.
    pub hypothesis: String,
    /// Who answers for it.
    pub owner: String,
    /// What it is, e.g. `ads`.
    pub kind: String,
    /// The money figure it is judged by.
    pub primary_metric: String,
    /// How sure its baseline is.
    pub baseline_grade: BaselineGrade,
    /// What the baseline is, in a sentence.
    pub baseline_note: String,
    /// First day it may be live.
    pub starts_on: Day,
    /// Last day of its flight.
    pub ends_on: Day,
    /// Day on which its owner looks at it.
    pub review_on: Day,
    /// Day by which it has won, is off, or is kept by an owner.
    pub kill_on: Day,
    /// Whether it is served.
    pub status: ChangeStatus,
    /// It has no end of its own: it keeps its holdout and pools months.
    pub is_always_on: bool,
    /// What else was declared before the start; `measure::Plan`.
    pub plan: serde_json::Value,
    /// Salt of its assignment.
    pub salt: String,
    /// Thousandths of its units that get it; the others are its holdout.
    pub treated_permille: i64,
    /// Changes of one layer never meet in a unit.
    pub layer: Option<String>,
    /// First of the layer's thousand slots that is its own.
    pub slot_from: i64,
    /// The slot behind its last.
    pub slot_to: i64,
    /// `here`, or the platform on which only a person can switch it off.
    pub lives_on: String,
    /// The change whose win it tests again.
    pub retest_of: Option<ChangeId>,
    /// The day a person says it really went live, where that is on a platform.
    pub live_on: Option<Day>,
    /// Since when an owner keeps it unproven.
    pub kept_from: Option<Day>,
    /// Until when; on that day it is off unless it has won.
    pub kept_until: Option<Day>,
    /// What it may cost meanwhile, millionths.
    pub kept_cap_micros: Option<i64>,
    /// How often it was kept: at most twice.
    pub keeps: i64,
    /// When it was registered.
    pub registered_at: InstantMs,
    /// By whom.
    pub registered_by: String,
    /// When it was killed or ended.
    pub closed_at: Option<InstantMs>,
    /// By whom.
    pub closed_by: Option<String>,
    /// Why.
    pub closed_reason: Option<String>,
}

const COLUMNS: &str = "id, change_key, sprint_id, concept_id, name, hypothesis, owner, kind, primary_metric, \
                       baseline_grade, baseline_note, starts_on, ends_on, review_on, kill_on, status, is_always_on, \
                       plan, salt, treated_permille, layer, slot_from, slot_to, lives_on, retest_of, live_on, kept_from, \
                       kept_until, kept_cap_micros, keeps, registered_at, registered_by, closed_at, closed_by, \
                       closed_reason";

/// Everything that may be declared anew while a change has not begun.
const DECLARED: [&str; 20] = [
    "name",
    "hypothesis",
    "owner",
    "primary_metric",
    "baseline_grade",
    "baseline_note",
    "starts_on",
    "ends_on",
    "review_on",
    "kill_on",
    "is_always_on",
    "plan",
    "treated_permille",
    "layer",
    "slot_from",
    "slot_to",
    "lives_on",
    "retest_of",
    "registered_at",
    "registered_by",
];

/// Writes an entry. Registering the same key again declares it anew, its id and salt kept.
///
/// **The rule of the caller:** only while it is running and has not begun; see [`by_key`].
///
/// # Errors
/// [`StoreError::Conflict`] when that change is not running any more; or the database refused.
pub async fn insert(tx: &mut Tx, change: &ChangeRow) -> Result<ChangeRow> {
    let places: Vec<String> = (1..=35).map(|place| format!("${place}")).collect();
    let again: Vec<String> = DECLARED.iter().map(|column| format!("{column} = excluded.{column}")).collect();
    let sql = format!(
        "INSERT INTO changes ({COLUMNS}) VALUES ({}) ON CONFLICT (change_key) DO UPDATE SET {} \
         WHERE changes.status = 'running' RETURNING {COLUMNS}",
        places.join(", "),
        again.join(", ")
    );
    let params = [
        Value::text(change.id),
        (&change.key).into(),
        change.sprint.map(|id| id.to_string()).into(),
        change.concept.map(|id| id.to_string()).into(),
        (&change.name).into(),
        (&change.hypothesis).into(),
        (&change.owner).into(),
        (&change.kind).into(),
        (&change.primary_metric).into(),
        change.baseline_grade.as_str().into(),
        (&change.baseline_note).into(),
        change.starts_on.into(),
        change.ends_on.into(),
        change.review_on.into(),
        change.kill_on.into(),
        change.status.as_str().into(),
        change.is_always_on.into(),
        Value::json(&change.plan),
        (&change.salt).into(),
        change.treated_permille.into(),
        change.layer.clone().into(),
        change.slot_from.into(),
        change.slot_to.into(),
        (&change.lives_on).into(),
        change.retest_of.map(|id| id.to_string()).into(),
        change.live_on.into(),
        change.kept_from.into(),
        change.kept_until.into(),
        change.kept_cap_micros.into(),
        change.keeps.into(),
        change.registered_at.into(),
        (&change.registered_by).into(),
        change.closed_at.map(|at| at.0).into(),
        change.closed_by.clone().into(),
        change.closed_reason.clone().into(),
    ];
    match tx.fetch_one(&sql, &params).await? {
        Some(row) => read(&row),
        None => Err(StoreError::Conflict(format!(
            "`{}` was switched off or has won; a change that is decided is not registered again",
            change.name
        ))),
    }
}

/// The whole ledger, newest first.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn list(store: &Store) -> Result<Vec<ChangeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM changes ORDER BY registered_at DESC, id");
    store.fetch(&sql, &[]).await?.iter().map(read).collect()
}

/// The changes of a sprint in the order of their registration.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn of_sprint(store: &Store, sprint: SprintId) -> Result<Vec<ChangeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM changes WHERE sprint_id = $1 ORDER BY registered_at, id");
    store.fetch(&sql, &[Value::text(sprint)]).await?.iter().map(read).collect()
}

/// An entry by id.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn get(store: &Store, id: ChangeId) -> Result<Option<ChangeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM changes WHERE id = $1");
    store.fetch_one(&sql, &[Value::text(id)]).await?.as_ref().map(read).transpose()
}

/// The same inside a transaction; on PostgreSQL the row is locked, so that what is decided on it holds.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn get_in(tx: &mut Tx, id: ChangeId) -> Result<Option<ChangeRow>> {
    let lock = if matches!(tx, Tx::Postgres(_)) { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT {COLUMNS} FROM changes WHERE id = $1{lock}");
    tx.fetch_one(&sql, &[Value::text(id)]).await?.as_ref().map(read).transpose()
}

/// The entry that was registered under a key.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn by_key(tx: &mut Tx, key: &str) -> Result<Option<ChangeRow>> {
    let lock = if matches!(tx, Tx::Postgres(_)) { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT {COLUMNS} FROM changes WHERE change_key = $1{lock}");
    tx.fetch_one(&sql, &[key.into()]).await?.as_ref().map(read).transpose()
}

/// The slots of a layer that running and won changes hold, by their first.
///
/// # Errors
/// The database refused.
pub async fn slots_of(tx: &mut Tx, layer: &str) -> Result<Vec<(ChangeId, i64, i64)>> {
    let sql = "SELECT id, slot_from, slot_to FROM changes WHERE layer = $1 AND status IN ('running', 'won') \
               ORDER BY slot_from";
    let rows = tx.fetch(sql, &[layer.into()]).await?;
    rows.iter().map(|row| Ok((row.parse("id")?, row.int("slot_from")?, row.int("slot_to")?))).collect()
}

/// The changes that run or have won, as this transaction sees them, in the order of their registration.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn served_in(tx: &mut Tx) -> Result<Vec<ChangeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM changes WHERE status IN ('running', 'won') ORDER BY registered_at, id");
    tx.fetch(&sql, &[]).await?.iter().map(read).collect()
}

/// Switches a change off with one UPDATE, whether it runs or has won. Returns whether it was served.
///
/// # Errors
/// The database refused.
pub async fn kill(tx: &mut Tx, id: ChangeId, at: InstantMs, by: &str, reason: &str) -> Result<bool> {
    let sql = "UPDATE changes SET status = 'killed', closed_at = $2, closed_by = $3, closed_reason = $4 \
               WHERE id = $1 AND status IN ('running', 'won')";
    Ok(tx.execute(sql, &[Value::text(id), at.into(), by.into(), reason.into()]).await? > 0)
}

/// A running change has won. Returns whether it was running.
///
/// # Errors
/// The database refused.
pub async fn win(tx: &mut Tx, id: ChangeId) -> Result<bool> {
    let sql = "UPDATE changes SET status = 'won' WHERE id = $1 AND status = 'running'";
    Ok(tx.execute(sql, &[Value::text(id)]).await? > 0)
}

/// An owner keeps a running change unproven. Returns whether it was running and kept less than `most` times.
///
/// # Errors
/// The database refused.
pub async fn keep(tx: &mut Tx, id: ChangeId, from: Day, until: Day, cap_micros: i64, most: i64) -> Result<bool> {
    let sql = "UPDATE changes SET kept_from = $2, kept_until = $3, kept_cap_micros = $4, keeps = keeps + 1 \
               WHERE id = $1 AND status = 'running' AND keeps < $5";
    let params = [Value::text(id), from.into(), until.into(), cap_micros.into(), most.into()];
    Ok(tx.execute(sql, &params).await? > 0)
}

/// The day a change really went live; its dates follow. Only while it runs and nobody said so before.
///
/// # Errors
/// The database refused.
pub async fn set_live(tx: &mut Tx, id: ChangeId, live: Day, review: Day, kill: Day) -> Result<bool> {
    let sql = "UPDATE changes SET live_on = $2, starts_on = $2, review_on = $3, kill_on = $4 \
               WHERE id = $1 AND status = 'running' AND live_on IS NULL";
    Ok(tx.execute(sql, &[Value::text(id), live.into(), review.into(), kill.into()]).await? > 0)
}

/// Closes a running change with one UPDATE. Returns whether it was running.
///
/// # Errors
/// The database refused.
pub async fn close(
    tx: &mut Tx,
    id: ChangeId,
    status: ChangeStatus,
    at: InstantMs,
    by: &str,
    reason: &str,
) -> Result<bool> {
    let sql = "UPDATE changes SET status = $2, closed_at = $3, closed_by = $4, closed_reason = $5 \
               WHERE id = $1 AND status = 'running'";
    let params = [Value::text(id), status.as_str().into(), at.into(), by.into(), reason.into()];
    Ok(tx.execute(sql, &params).await? > 0)
}

/// Ends every running change of a sprint. Returns which.
///
/// # Errors
/// The database refused.
pub async fn end_sprint(tx: &mut Tx, sprint: SprintId, at: InstantMs, by: &str, reason: &str) -> Result<Vec<ChangeId>> {
    let sql = "UPDATE changes SET status = 'ended', closed_at = $2, closed_by = $3, closed_reason = $4 \
               WHERE sprint_id = $1 AND status = 'running' RETURNING id";
    let rows = tx.fetch(sql, &[Value::text(sprint), at.into(), by.into(), reason.into()]).await?;
    rows.iter().map(|row| row.parse("id")).collect()
}

fn read(row: &Row) -> Result<ChangeRow> {
    fn opt<T: std::str::FromStr>(row: &Row, column: &str) -> Result<Option<T>> {
        if row.opt_text(column)?.is_none() { Ok(None) } else { row.parse(column).map(Some) }
    }
    let opt_day = |column: &str| if row.opt_text(column)?.is_none() { Ok(None) } else { row.day(column).map(Some) };
    Ok(ChangeRow {
        id: row.parse("id")?,
        key: row.text("change_key")?,
        sprint: opt(row, "sprint_id")?,
        concept: opt(row, "concept_id")?,
        name: row.text("name")?,
        hypothesis: row.text("hypothesis")?,
        owner: row.text("owner")?,
        kind: row.text("kind")?,
        primary_metric: row.text("primary_metric")?,
        baseline_grade: row.parse("baseline_grade")?,
        baseline_note: row.text("baseline_note")?,
        starts_on: row.day("starts_on")?,
        ends_on: row.day("ends_on")?,
        review_on: row.day("review_on")?,
        kill_on: row.day("kill_on")?,
        status: row.parse("status")?,
        is_always_on: row.flag("is_always_on")?,
        plan: row.json("plan")?,
        salt: row.text("salt")?,
        treated_permille: row.int("treated_permille")?,
        layer: row.opt_text("layer")?,
        slot_from: row.int("slot_from")?,
        slot_to: row.int("slot_to")?,
        lives_on: row.text("lives_on")?,
        retest_of: opt(row, "retest_of")?,
        live_on: opt_day("live_on")?,
        kept_from: opt_day("kept_from")?,
        kept_until: opt_day("kept_until")?,
        kept_cap_micros: row.opt_int("kept_cap_micros")?,
        keeps: row.int("keeps")?,
        registered_at: row.instant("registered_at")?,
        registered_by: row.text("registered_by")?,
        closed_at: row.opt_int("closed_at")?.map(InstantMs),
        closed_by: row.opt_text("closed_by")?,
        closed_reason: row.opt_text("closed_reason")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_kill_is_one_update_and_final() {
        for store in crate::testing::stores().await {
            let at = InstantMs(5);
            let mut tx = store.begin().await.expect("begin");
            let sprint = crate::sprints::create(&mut tx, "s", at, "ann", None).await.expect("sprint").id;
            let concept = ConceptId::derive(at, &["c"]);
            let sql = "INSERT INTO concepts (id, sprint_id, position, idea_key, doc, state) VALUES ($1, $2, 1, 'k', '{}', 'open')";
            tx.execute(sql, &[Value::text(concept), Value::text(sprint)]).await.expect("concept");
            let day = Day::parse("2026-03-02").expect("day");
            let change = ChangeRow {
                id: ChangeId::derive(at, &["c"]),
                key: "concept:c:ads".into(),
                sprint: Some(sprint),
                concept: Some(concept),
                name: "Refill in time".into(),
                hypothesis: "A reminder brings the refill forward".into(),
                owner: "ann".into(),
                kind: "ads".into(),
                primary_metric: "net revenue".into(),
                baseline_grade: BaselineGrade::C,
                baseline_note: "before and after".into(),
                starts_on: day,
                ends_on: day.plus(13),
                review_on: day.plus(14),
                kill_on: day.plus(30),
                status: ChangeStatus::Running,
                is_always_on: false,
                plan: serde_json::json!({}),
                salt: "s".into(),
                treated_permille: 1000,
                layer: None,
                slot_from: 0,
                slot_to: 1000,
                lives_on: "here".into(),
                retest_of: None,
                live_on: None,
                kept_from: None,
                kept_until: None,
                kept_cap_micros: None,
                keeps: 0,
                registered_at: at,
                registered_by: "ann".into(),
                closed_at: None,
                closed_by: None,
                closed_reason: None,
            };
            assert_eq!(insert(&mut tx, &change).await.expect("insert"), change);
            let other = ChangeRow {
                id: ChangeId::derive(at, &["d"]),
                key: "recs:home".into(),
                sprint: None,
                concept: None,
                ..change.clone()
            };
            assert_eq!(insert(&mut tx, &other).await.expect("no sprint needed"), other);
            assert!(keep(&mut tx, other.id, day, day.plus(9), 5, 1).await.expect("keep"));
            assert!(!keep(&mut tx, other.id, day, day.plus(9), 5, 1).await.expect("once only"));
            assert!(win(&mut tx, other.id).await.expect("win"));
            assert!(
                matches!(insert(&mut tx, &other).await, Err(StoreError::Conflict(_))),
                "a win is not declared anew"
            );
            assert!(kill(&mut tx, other.id, at, "bob", "it wore off").await.expect("a winner can be killed"));
            assert!(kill(&mut tx, change.id, at, "bob", "too dear").await.expect("kill"));
            assert!(!close(&mut tx, change.id, ChangeStatus::Ended, at, "bob", "over").await.expect("again"));
            assert!(matches!(insert(&mut tx, &change).await, Err(StoreError::Conflict(_))));
            tx.commit().await.expect("commit");
            let read = get(&store, change.id).await.expect("read").expect("there");
            assert_eq!((read.status, read.closed_by.as_deref()), (ChangeStatus::Killed, Some("bob")));
            assert_eq!(
                of_sprint(&store, sprint).await.expect("read").len() + 1,
                list(&store).await.expect("read").len()
            );
        }
    }
}
