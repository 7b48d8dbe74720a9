//! Silent votes on a sprint's concepts.

use domain::{ConceptId, InstantMs, SprintId};

use crate::{Result, Store, Tx, Value};

/// A round of votes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Since when.
    pub opened_at: InstantMs,
    /// Who opened it.
    pub opened_by: String,
    /// When it was closed; votes are secret before.
    pub closed_at: Option<InstantMs>,
    /// Who closed it.
    pub closed_by: Option<String>,
}

/// One vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// For which concept.
    pub concept: ConceptId,
    /// Whose: an account's id.
    pub voter: String,
    /// Their name.
    pub name: String,
}

/// The round of a sprint.
///
/// # Errors
/// The database refused.
pub async fn round(tx: &mut Tx, sprint: SprintId) -> Result<Option<Round>> {
    let sql = "SELECT opened_at, opened_by, closed_at, closed_by FROM concept_vote_rounds WHERE sprint_id = $1";
    let row = tx.fetch_one(sql, &[Value::text(sprint)]).await?;
    row.map(|row| {
        Ok(Round {
            opened_at: row.instant("opened_at")?,
            opened_by: row.text("opened_by")?,
            closed_at: row.opt_int("closed_at")?.map(InstantMs),
            closed_by: row.opt_text("closed_by")?,
        })
    })
    .transpose()
}

/// Opens a round; earlier votes of the sprint are gone.
///
/// # Errors
/// The database refused.
pub async fn open(tx: &mut Tx, sprint: SprintId, by: &str, at: InstantMs) -> Result<()> {
    for table in ["concept_votes", "concept_ballots", "concept_vote_rounds"] {
        tx.execute(&format!("DELETE FROM {table} WHERE sprint_id = $1"), &[Value::text(sprint)]).await?;
    }
    let sql = "INSERT INTO concept_vote_rounds (sprint_id, opened_at, opened_by) VALUES ($1, $2, $3)";
    tx.execute(sql, &[Value::text(sprint), at.into(), by.into()]).await?;
    Ok(())
}

/// Closes the round, if it is open.
///
/// # Errors
/// The database refused.
pub async fn close(tx: &mut Tx, sprint: SprintId, by: &str, at: InstantMs) -> Result<bool> {
    let sql =
        "UPDATE concept_vote_rounds SET closed_at = $2, closed_by = $3 WHERE sprint_id = $1 AND closed_at IS NULL";
    Ok(tx.execute(sql, &[Value::text(sprint), at.into(), by.into()]).await? > 0)
}

/// Hands in a person's votes; what they handed in before is replaced.
///
/// # Errors
/// The database refused.
pub async fn hand_in(
    tx: &mut Tx,
    sprint: SprintId,
    (voter, name): (&str, &str),
    concepts: &[ConceptId],
    at: InstantMs,
) -> Result<()> {
    for table in ["concept_votes", "concept_ballots"] {
        let sql = format!("DELETE FROM {table} WHERE sprint_id = $1 AND voter = $2");
        tx.execute(&sql, &[Value::text(sprint), voter.into()]).await?;
    }
    let rows: Vec<Vec<Value>> = concepts
        .iter()
        .map(|concept| vec![Value::text(sprint), Value::text(concept), voter.into(), name.into(), at.into()])
        .collect();
    let columns = ["sprint_id", "concept_id", "voter", "name", "at"];
    tx.insert_many("concept_votes", &columns, &rows, "ON CONFLICT DO NOTHING").await?;
    let sql = "INSERT INTO concept_ballots (sprint_id, voter, name, at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, &[Value::text(sprint), voter.into(), name.into(), at.into()]).await?;
    Ok(())
}

/// All votes of a sprint. Whoever shows them asks first whether the round is closed.
///
/// # Errors
/// The database refused.
pub async fn all(tx: &mut Tx, sprint: SprintId) -> Result<Vec<Vote>> {
    let sql = "SELECT concept_id, voter, name FROM concept_votes WHERE sprint_id = $1 ORDER BY name, voter, concept_id";
    let rows = tx.fetch(sql, &[Value::text(sprint)]).await?;
    rows.iter()
        .map(|row| Ok(Vote { concept: row.parse("concept_id")?, voter: row.text("voter")?, name: row.text("name")? }))
        .collect()
}

/// Ids and names of those who handed in, by name.
///
/// # Errors
/// The database refused.
pub async fn ballots(tx: &mut Tx, sprint: SprintId) -> Result<Vec<(String, String)>> {
    let sql = "SELECT voter, name FROM concept_ballots WHERE sprint_id = $1 ORDER BY name, voter";
    let rows = tx.fetch(sql, &[Value::text(sprint)]).await?;
    rows.iter().map(|row| Ok((row.text("voter")?, row.text("name")?))).collect()
}

/// Ids of the accounts that may vote: those that may write and are not switched off.
///
/// # Errors
/// The database refused.
pub async fn electorate(store: &Store) -> Result<Vec<String>> {
    let users = crate::users::list(store).await?;
    let may = |user: &&crate::users::UserRow| {
        user.disabled_at.is_none() && user.password_hash.is_some() && user.role >= crate::users::Role::Editor
    };
    Ok(users.iter().filter(may).map(|user| user.id.to_string()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn votes_are_replaced_by_their_voter_and_gone_with_a_new_round() {
        for store in crate::testing::stores().await {
            let mut tx = store.begin().await.expect("begin");
            let sprint = crate::sprints::create(&mut tx, "s", InstantMs(1), "ann", None).await.expect("sprint").id;
            let concept = |name: &str| ConceptId::derive(InstantMs(1), &[name]);
            assert_eq!(round(&mut tx, sprint).await.expect("read"), None);
            open(&mut tx, sprint, "ann", InstantMs(2)).await.expect("open");
            hand_in(&mut tx, sprint, ("u1", "Ann"), &[concept("a"), concept("b")], InstantMs(3)).await.expect("in");
            hand_in(&mut tx, sprint, ("u1", "Ann"), &[concept("c")], InstantMs(4)).await.expect("in");
            hand_in(&mut tx, sprint, ("u2", "Bo"), &[], InstantMs(4)).await.expect("in");
            let votes = all(&mut tx, sprint).await.expect("all");
            assert_eq!(votes.iter().map(|vote| vote.concept).collect::<Vec<_>>(), [concept("c")]);
            assert_eq!(ballots(&mut tx, sprint).await.expect("ballots").len(), 2);
            assert!(close(&mut tx, sprint, "ann", InstantMs(5)).await.expect("close"));
            assert!(!close(&mut tx, sprint, "bo", InstantMs(6)).await.expect("close"));
            assert_eq!(round(&mut tx, sprint).await.expect("read").expect("round").closed_by.as_deref(), Some("ann"));
            open(&mut tx, sprint, "ann", InstantMs(7)).await.expect("open");
            assert!(all(&mut tx, sprint).await.expect("all").is_empty());
            tx.commit().await.expect("commit");
        }
    }
}
