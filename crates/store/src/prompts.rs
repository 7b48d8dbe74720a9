//! The prompt library: templates, their immutable versions, and the version a sprint uses.

use domain::{InstantMs, PromptId, SprintId};
use serde::Serialize;

use crate::{Result, Row, Store, StoreError, Tx, Value};

/// A template (all its versions).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Prompt {
    /// Id.
    pub id: PromptId,
    /// Unique name.
    pub name: String,
    /// Labels, sorted.
    pub labels: Vec<String>,
    /// When it was made.
    pub made_at: InstantMs,
}

/// One immutable version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// The template.
    pub prompt_id: PromptId,
    /// 1-based.
    pub version: u32,
    /// The template's text.
    pub body: String,
    /// What changed and why.
    pub note: String,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub made_at: InstantMs,
}

fn prompt(row: &Row) -> Result<Prompt> {
    Ok(Prompt {
        id: row.parse("id")?,
        name: row.text("name")?,
        labels: row.json("labels")?,
        made_at: row.instant("made_at")?,
    })
}

fn version(row: &Row) -> Result<Version> {
    Ok(Version {
        prompt_id: row.parse("prompt_id")?,
        version: row.int("version")? as u32,
        body: row.text("body")?,
        note: row.text("note")?,
        author: row.text("author")?,
        made_at: row.instant("made_at")?,
    })
}

/// Makes a template, unless one of that name is there; returns the one that stands then.
///
/// # Errors
/// The database refused.
pub async fn ensure(tx: &mut Tx, new: &Prompt) -> Result<Prompt> {
    let sql = "INSERT INTO prompts (id, name, labels, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING";
    tx.execute(sql, &[Value::text(new.id), (&new.name).into(), Value::json(&new.labels), new.made_at.into()]).await?;
    let sql = "SELECT id, name, labels, made_at FROM prompts WHERE name = $1";
    match tx.fetch_one(sql, &[(&new.name).into()]).await? {
        Some(row) => prompt(&row),
        None => Err(StoreError::NotFound(format!("prompt `{}`", new.name))),
    }
}

/// All templates by name.
///
/// # Errors
/// The database refused.
pub async fn all(store: &Store) -> Result<Vec<Prompt>> {
    store.fetch("SELECT id, name, labels, made_at FROM prompts ORDER BY name", &[]).await?.iter().map(prompt).collect()
}

/// Writes a template's labels.
///
/// # Errors
/// The database refused.
pub async fn set_labels(tx: &mut Tx, id: PromptId, labels: &[String]) -> Result<()> {
    tx.execute("UPDATE prompts SET labels = $2 WHERE id = $1", &[Value::text(id), Value::json(labels)]).await?;
    Ok(())
}

/// The versions of a template, oldest first.
///
/// # Errors
/// The database refused.
pub async fn versions(store: &Store, id: PromptId) -> Result<Vec<Version>> {
    let sql = "SELECT prompt_id, version, body, note, author, made_at FROM prompt_versions WHERE prompt_id = $1 ORDER BY version";
    store.fetch(sql, &[Value::text(id)]).await?.iter().map(version).collect()
}

/// As [`versions`], inside a transaction.
///
/// # Errors
/// The database refused.
pub async fn versions_in(tx: &mut Tx, id: PromptId) -> Result<Vec<Version>> {
    let sql = "SELECT prompt_id, version, body, note, author, made_at FROM prompt_versions WHERE prompt_id = $1 ORDER BY version";
    tx.fetch(sql, &[Value::text(id)]).await?.iter().map(version).collect()
}

/// Adds a version; where the newest has the same text, that one is returned and nothing is written.
///
/// # Errors
/// The database refused.
pub async fn add_version(
    tx: &mut Tx,
    id: PromptId,
    body: &str,
    note: &str,
    author: &str,
    at: InstantMs,
) -> Result<Version> {
    let newest = "SELECT prompt_id, version, body, note, author, made_at FROM prompt_versions WHERE prompt_id = $1 \
                  ORDER BY version DESC LIMIT 1";
    let last = tx.fetch_one(newest, &[Value::text(id)]).await?.as_ref().map(version).transpose()?;
    if let Some(last) = last.as_ref().filter(|last| last.body == body) {
        return Ok(last.clone());
    }
    let new = Version {
        prompt_id: id,
        version: last.map_or(1, |last| last.version + 1),
        body: body.to_owned(),
        note: note.to_owned(),
        author: author.to_owned(),
        made_at: at,
    };
    let sql =
        "INSERT INTO prompt_versions (prompt_id, version, body, note, author, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let params = [Value::text(id), new.version.into(), body.into(), note.into(), author.into(), at.into()];
    tx.execute(sql, &params).await?;
    Ok(new)
}

/// Chooses the version a sprint's drafts are made with.
///
/// # Errors
/// There is no such version, or the database refused.
pub async fn choose(
    tx: &mut Tx,
    sprint: SprintId,
    id: PromptId,
    version: u32,
    actor: &str,
    at: InstantMs,
) -> Result<()> {
    let exists = "SELECT version FROM prompt_versions WHERE prompt_id = $1 AND version = $2";
    if tx.fetch_one(exists, &[Value::text(id), version.into()]).await?.is_none() {
        return Err(StoreError::NotFound(format!("version {version} of that prompt")));
    }
    let sql = "INSERT INTO prompt_choices (sprint_id, prompt_id, version, actor, at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (sprint_id) DO UPDATE SET prompt_id = excluded.prompt_id, version = excluded.version, \
               actor = excluded.actor, at = excluded.at";
    tx.execute(sql, &[Value::text(sprint), Value::text(id), version.into(), actor.into(), at.into()]).await?;
    Ok(())
}

/// The template and version a sprint uses, if one was chosen.
///
/// # Errors
/// The database refused.
pub async fn chosen(store: &Store, sprint: SprintId) -> Result<Option<(Prompt, Version)>> {
    let sql = "SELECT p.id, p.name, p.labels, p.made_at FROM prompt_choices c JOIN prompts p ON p.id = c.prompt_id \
               WHERE c.sprint_id = $1";
    let Some(row) = store.fetch_one(sql, &[Value::text(sprint)]).await? else { return Ok(None) };
    let template = prompt(&row)?;
    let sql = "SELECT v.prompt_id, v.version, v.body, v.note, v.author, v.made_at FROM prompt_choices c \
               JOIN prompt_versions v ON v.prompt_id = c.prompt_id AND v.version = c.version WHERE c.sprint_id = $1";
    let row = store.fetch_one(sql, &[Value::text(sprint)]).await?;
    let row = row.ok_or_else(|| StoreError::NotFound(format!("the chosen version of `{}`", template.name)))?;
    Ok(Some((template, version(&row)?)))
}
