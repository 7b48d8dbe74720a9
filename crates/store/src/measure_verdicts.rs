//! Verdicts are the judge's, decisions are people's or the calendar's; notices say what people were told.

use domain::{ChangeId, Day, InstantMs, sprint::BaselineGrade};
use serde::Serialize;

use crate::{Result, Row, Store, Tx, Value};

/// What the judge says of a change on a day. Amounts are millionths of the brand's currency, after what it cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerdictRow {
    /// The change.
    pub change: ChangeId,
    /// The day it is said.
    pub day: Day,
    /// `won`, `lost`, `futile` or `not_yet_provable`.
    pub word: String,
    /// Grade of the baseline it rests on.
    pub grade: BaselineGrade,
    /// Lower end of the net money it made, if anything can be said.
    pub net_low_micros: Option<i64>,
    /// Its middle.
    pub net_micros: Option<i64>,
    /// Upper end.
    pub net_high_micros: Option<i64>,
    /// What it cost until then.
    pub cost_micros: i64,
    /// No further reading changes it.
    pub is_final: bool,
    /// When it was said.
    pub made_at: InstantMs,
    /// How it was found: method, numbers, reasons.
    pub doc: serde_json::Value,
}

const VERDICT: &str =
    "change_id, day, word, grade, net_low_micros, net_micros, net_high_micros, cost_micros, is_final, made_at, doc";

/// Writes the verdict of a day; a final one of that day stands.
///
/// # Errors
/// The database refused.
pub async fn put(tx: &mut Tx, verdict: &VerdictRow) -> Result<bool> {
    let sql = format!(
        "INSERT INTO change_verdicts ({VERDICT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (change_id, day) DO UPDATE SET word = excluded.word, grade = excluded.grade, \
         net_low_micros = excluded.net_low_micros, net_micros = excluded.net_micros, \
         net_high_micros = excluded.net_high_micros, cost_micros = excluded.cost_micros, is_final = excluded.is_final, \
         made_at = excluded.made_at, doc = excluded.doc WHERE change_verdicts.is_final = 0"
    );
    let params = [
        Value::text(verdict.change),
        verdict.day.into(),
        (&verdict.word).into(),
        verdict.grade.as_str().into(),
        verdict.net_low_micros.into(),
        verdict.net_micros.into(),
        verdict.net_high_micros.into(),
        verdict.cost_micros.into(),
        verdict.is_final.into(),
        verdict.made_at.into(),
        Value::json(&verdict.doc),
    ];
    Ok(tx.execute(&sql, &params).await? > 0)
}

/// Every verdict on a change, oldest first.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn of_change(store: &Store, change: ChangeId) -> Result<Vec<VerdictRow>> {
    let sql = format!("SELECT {VERDICT} FROM change_verdicts WHERE change_id = $1 ORDER BY day");
    store.fetch(&sql, &[Value::text(change)]).await?.iter().map(read).collect()
}

/// The newest verdict on a change, inside a transaction.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn latest_in(tx: &mut Tx, change: ChangeId) -> Result<Option<VerdictRow>> {
    let sql = format!("SELECT {VERDICT} FROM change_verdicts WHERE change_id = $1 ORDER BY day DESC LIMIT 1");
    tx.fetch_one(&sql, &[Value::text(change)]).await?.as_ref().map(read).transpose()
}

/// The newest verdict on every change that has one.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn latest(store: &Store) -> Result<Vec<VerdictRow>> {
    let columns: Vec<String> = VERDICT.split(", ").map(|column| format!("v.{column}")).collect();
    let sql = format!(
        "SELECT {} FROM change_verdicts v JOIN (SELECT change_id, MAX(day) AS day FROM change_verdicts GROUP BY change_id) l \
         ON v.change_id = l.change_id AND v.day = l.day ORDER BY v.day DESC, v.change_id",
        columns.join(", ")
    );
    store.fetch(&sql, &[]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<VerdictRow> {
    Ok(VerdictRow {
        change: row.parse("change_id")?,
        day: row.day("day")?,
        word: row.text("word")?,
        grade: row.parse("grade")?,
        net_low_micros: row.opt_int("net_low_micros")?,
        net_micros: row.opt_int("net_micros")?,
        net_high_micros: row.opt_int("net_high_micros")?,
        cost_micros: row.int("cost_micros")?,
        is_final: row.flag("is_final")?,
        made_at: row.instant("made_at")?,
        doc: row.json("doc")?,
    })
}

/// A decision on a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionRow {
    /// The change.
    pub change: ChangeId,
    /// 1 for the first.
    pub number: i64,
    /// When.
    pub at: InstantMs,
    /// The day of that at the brand.
    pub day: Day,
    /// Who: a person, or the calendar.
    pub actor: String,
    /// `stays`, `off`, `keep_unproven` or `went_live`.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// What it may cost until then.
    pub cost_cap_micros: Option<i64>,
    /// The day on which it becomes decidable.
    pub decidable_on: Option<Day>,
}

const DECISION: &str = "change_id, number, at, day, actor, kind, reason, cost_cap_micros, decidable_on";

/// Records a decision; its number is given by the store.
///
/// # Errors
/// The database refused.
pub async fn decide(tx: &mut Tx, decision: &DecisionRow) -> Result<()> {
    let sql = format!(
        "INSERT INTO change_decisions ({DECISION}) \
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM change_decisions WHERE change_id = $1"
    );
    let params = [
        Value::text(decision.change),
        decision.at.into(),
        decision.day.into(),
        (&decision.actor).into(),
        (&decision.kind).into(),
        (&decision.reason).into(),
        decision.cost_cap_micros.into(),
        decision.decidable_on.into(),
    ];
    tx.execute(&sql, &params).await?;
    Ok(())
}

/// The decisions on a change, or on all, in their order.
///
/// # Errors
/// The database refused.
pub async fn decisions(store: &Store, change: Option<ChangeId>) -> Result<Vec<DecisionRow>> {
    let rows = match change {
        Some(change) => {
            let sql = format!("SELECT {DECISION} FROM change_decisions WHERE change_id = $1 ORDER BY number");
            store.fetch(&sql, &[Value::text(change)]).await?
        }
        None => {
            store.fetch(&format!("SELECT {DECISION} FROM change_decisions ORDER BY at, change_id, number"), &[]).await?
        }
    };
    let decision = |row: &Row| {
        Ok(DecisionRow {
            change: row.parse("change_id")?,
            number: row.int("number")?,
            at: row.instant("at")?,
            day: row.day("day")?,
            actor: row.text("actor")?,
            kind: row.text("kind")?,
            reason: row.text("reason")?,
            cost_cap_micros: row.opt_int("cost_cap_micros")?,
            decidable_on: match row.opt_text("decidable_on")? {
                Some(_) => Some(row.day("decidable_on")?),
                None => None,
            },
        })
    };
    rows.iter().map(decision).collect()
}

/// Something people were told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The change.
    pub change: ChangeId,
    /// What about, e.g. `review`, `decide`, `killed`; once each.
    pub kind: String,
    /// The day.
    pub day: Day,
    /// The sentence.
    pub text: String,
}

/// Tells people something, once. Returns whether it is new.
///
/// # Errors
/// The database refused.
pub async fn notify(tx: &mut Tx, notice: &Notice, at: InstantMs) -> Result<bool> {
    let sql = "INSERT INTO change_notices (change_id, kind, day, text, made_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (change_id, kind) DO NOTHING";
    let params =
        [Value::text(notice.change), (&notice.kind).into(), notice.day.into(), (&notice.text).into(), at.into()];
    Ok(tx.execute(sql, &params).await? > 0)
}

/// What people were told since a day, newest first.
///
/// # Errors
/// The database refused.
pub async fn notices(store: &Store, since: Day) -> Result<Vec<Notice>> {
    let sql =
        "SELECT change_id, kind, day, text FROM change_notices WHERE day >= $1 ORDER BY day DESC, change_id, kind";
    let notice = |row: &Row| {
        Ok(Notice {
            change: row.parse("change_id")?,
            kind: row.text("kind")?,
            day: row.day("day")?,
            text: row.text("text")?,
        })
    };
    store.fetch(sql, &[since.into()]).await?.iter().map(notice).collect()
}
