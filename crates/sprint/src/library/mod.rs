//! The prompt library: templates with immutable versions, and what became of the drafts they made.

mod markdown;
mod sample;

use std::collections::BTreeMap;

use domain::{
    ConceptId, InstantMs, PromptId, SprintId,
    sprint::{ResultWord, SprintStage},
};
use serde::Serialize;
use store::{drafts, prompts, sprints};
use writer::prompt::{BUILT_IN, BUILT_IN_NAME, BUILT_IN_VERSION, Template};

use crate::{
    Context, SprintError,
    studio::{Piece, diff, kept_percent},
    verdict,
};

/// The template a sprint's drafts are made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chosen {
    /// Name.
    pub name: String,
    /// Version.
    pub version: u32,
    /// The template's text.
    pub body: String,
}

impl Chosen {
    /// As the writer takes it.
    pub fn as_template(&self) -> Template<'_> {
        Template { name: &self.name, version: self.version, source: &self.body }
    }
}

/// What became of the drafts a version made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Drafts with at least one slot group made by it.
    pub drafts: usize,
    /// Of them, how many are approved as they stand now.
    pub approved: usize,
    /// Texts that people left unchanged, in percent, on average over these drafts; `None` without any.
    pub kept_percent: Option<u32>,
}

/// What the judge decided on a concept whose drafts a version made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// Title of the concept.
    pub title: String,
    /// The judge's word: won, lost or futile.
    pub word: ResultWord,
    /// `won, +8 % [1, 15], shrunk`, with what it was held against.
    pub words: String,
}

/// A version with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionView {
    /// The version.
    #[serde(flatten)]
    pub version: prompts::Version,
    /// What became of its drafts.
    pub usage: Usage,
    /// What the judge decided on concepts it wrote for, newest first. Open ones are left out: they teach nothing yet.
    pub judged: Vec<Judged>,
    /// `won`, `lost`, `won 2 of 3`: what these come to; empty where nothing is decided.
    pub label: String,
}

/// What verdicts come to, as a label: a pattern that won is called so only by the judge's word.
fn label(judged: &[Judged]) -> String {
    let won = judged.iter().filter(|one| one.word == ResultWord::Won).count();
    match (won, judged.len()) {
        (_, 0) => String::new(),
        (won, all) if won == all => "won".into(),
        (0, _) => "lost".into(),
        (won, all) => format!("won {won} of {all}"),
    }
}

/// A template with its versions, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PromptView {
    /// The template.
    #[serde(flatten)]
    pub prompt: prompts::Prompt,
    /// Its versions.
    pub versions: Vec<VersionView>,
}

/// Puts the built-in template on the shelf where it is missing. Called once when the program starts.
///
/// # Errors
/// The store failed.
pub async fn ensure_built_in(ctx: &Context) -> Result<PromptId, SprintError> {
    let mut tx = ctx.store.begin().await?;
    let new = prompts::Prompt {
        id: PromptId::derive(InstantMs(0), &[BUILT_IN_NAME]),
        name: BUILT_IN_NAME.to_owned(),
        labels: vec!["built-in".to_owned()],
        made_at: ctx.now,
    };
    let id = prompts::ensure(&mut tx, &new).await?.id;
    if prompts::versions_in(&mut tx, id).await?.is_empty() {
        prompts::add_version(&mut tx, id, BUILT_IN, "The template Fortnight comes with.", "Fortnight", ctx.now).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// All templates with their versions and evidence, by name.
///
/// # Errors
/// The store failed.
pub async fn list(ctx: &Context) -> Result<Vec<PromptView>, SprintError> {
    let (usage, mut judged) = usage(ctx).await?;
    let mut views = Vec::new();
    for prompt in prompts::all(&ctx.store).await? {
        let versions = prompts::versions(&ctx.store, prompt.id).await?;
        let view = |version: prompts::Version| {
            let key = (prompt.name.clone(), version.version);
            let judged = judged.remove(&key).unwrap_or_default();
            VersionView { usage: usage.get(&key).copied().unwrap_or_default(), label: label(&judged), judged, version }
        };
        views.push(PromptView { versions: versions.into_iter().map(view).collect(), prompt });
    }
    Ok(views)
}

/// One template by name.
///
/// # Errors
/// There is none of that name, or the store failed.
pub async fn get(ctx: &Context, name: &str) -> Result<PromptView, SprintError> {
    let found = list(ctx).await?.into_iter().find(|view| view.prompt.name == name);
    found.ok_or_else(|| SprintError::Refused(format!("The library has no template `{name}`.")))
}

/// Writes a new version of a template, or a new template; the same text again changes nothing. The text is tried on a
/// sample brief first.
///
/// # Errors
/// The name is empty, the text cannot be rendered or is too long, or the store failed.
pub async fn save(
    ctx: &Context,
    name: &str,
    labels: &[String],
    note: &str,
    body: &str,
) -> Result<prompts::Version, SprintError> {
    let name = name.trim();
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ')) {
        return Err(SprintError::Refused("A template needs a name of letters, digits, spaces, - and _.".into()));
    }
    let body = body.replace("\r\n", "\n");
    sample::try_on(&Template { name, version: 0, source: &body })?;
    let mut labels: Vec<String> =
        labels.iter().map(|label| label.trim().to_owned()).filter(|l| !l.is_empty()).collect();
    labels.sort();
    labels.dedup();
    let mut tx = ctx.store.begin().await?;
    let new = prompts::Prompt {
        id: PromptId::derive(ctx.now, &[name]),
        name: name.to_owned(),
        labels: labels.clone(),
        made_at: ctx.now,
    };
    let prompt = prompts::ensure(&mut tx, &new).await?;
    if !labels.is_empty() {
        prompts::set_labels(&mut tx, prompt.id, &labels).await?;
    }
    let version = prompts::add_version(&mut tx, prompt.id, &body, note.trim(), &ctx.actor, ctx.now).await?;
    ctx.record(&mut tx, (None, None), "prompt.save", name, &format!("version {}", version.version)).await?;
    tx.commit().await?;
    Ok(version)
}

/// A version as a Markdown file: front matter with name, version, labels, author, day and note, then the text.
///
/// # Errors
/// There is no such template or version, or the store failed.
pub async fn export(ctx: &Context, name: &str, version: u32) -> Result<String, SprintError> {
    let view = get(ctx, name).await?;
    let found = view.versions.iter().find(|known| known.version.version == version);
    let found = found.ok_or_else(|| SprintError::Refused(format!("`{name}` has no version {version}.")))?;
    Ok(markdown::write(&view.prompt, &found.version, found.version.made_at.day_in(&ctx.zone)))
}

/// Takes a Markdown file in as a new version (see [`save`]); its own version number, author and day are not believed.
///
/// # Errors
/// The file has no front matter with a name; or as [`save`].
pub async fn import(ctx: &Context, text: &str) -> Result<prompts::Version, SprintError> {
    let file = markdown::read(text).map_err(SprintError::Refused)?;
    save(ctx, &file.name, &file.labels, &file.note, &file.body).await
}

/// What changed between two versions, word by word.
///
/// # Errors
/// There is no such template or version, or the store failed.
pub async fn compare(ctx: &Context, name: &str, before: u32, after: u32) -> Result<Vec<Piece>, SprintError> {
    let view = get(ctx, name).await?;
    let body = |number: u32| {
        let found = view.versions.iter().find(|known| known.version.version == number);
        found
            .map(|known| known.version.body.as_str())
            .ok_or_else(|| SprintError::Refused(format!("`{name}` has no version {number}.")))
    };
    Ok(diff(body(before)?, body(after)?))
}

/// Chooses the version with which a sprint's drafts are made from now on.
///
/// # Errors
/// There is no such template or version, or the store failed.
pub async fn choose(ctx: &Context, sprint: SprintId, name: &str, version: u32) -> Result<(), SprintError> {
    let view = get(ctx, name).await?;
    let mut tx = ctx.store.begin().await?;
    prompts::choose(&mut tx, sprint, view.prompt.id, version, &ctx.actor, ctx.now).await?;
    let place = (Some(sprint), Some(SprintStage::Studio));
    ctx.record(&mut tx, place, "prompt.choose", name, &format!("version {version}")).await?;
    tx.commit().await?;
    Ok(())
}

/// The template of a sprint: the chosen one, else the built-in.
///
/// # Errors
/// The store failed.
pub async fn template_of(ctx: &Context, sprint: SprintId) -> Result<Chosen, SprintError> {
    Ok(match prompts::chosen(&ctx.store, sprint).await? {
        Some((prompt, version)) => Chosen { name: prompt.name, version: version.version, body: version.body },
        None => Chosen { name: BUILT_IN_NAME.into(), version: BUILT_IN_VERSION, body: BUILT_IN.into() },
    })
}

/// A template's name and a version.
type Key = (String, u32);

/// What the judge decided, by concept, newest first.
async fn decided(ctx: &Context) -> Result<Vec<(ConceptId, Judged)>, SprintError> {
    let told = |lesson: measure::Lesson| {
        let change = &lesson.entry.change;
        let (concept, word) = (change.concept?, lesson.word);
        if !verdict::is_decided(word) {
            return None;
        }
        let lift = verdict::lift(&lesson).map_or(String::new(), |lift| format!(", {lift}"));
        let words = format!("{}{lift} ({})", verdict::word(word), verdict::grade(change.baseline_grade));
        Some((concept, Judged { title: change.name.clone(), word, words }))
    };
    Ok(measure::lessons(&ctx.store, ctx.today()).await?.into_iter().filter_map(told).collect())
}

/// What became of the drafts of each template and version, and of the concepts they were for, over all sprints.
async fn usage(ctx: &Context) -> Result<(BTreeMap<Key, Usage>, BTreeMap<Key, Vec<Judged>>), SprintError> {
    let decided = decided(ctx).await?;
    let mut written: BTreeMap<Key, Vec<ConceptId>> = BTreeMap::new();
    let mut kept: BTreeMap<(String, u32), Vec<u32>> = BTreeMap::new();
    let mut usage: BTreeMap<(String, u32), Usage> = BTreeMap::new();
    for sprint in sprints::list(&ctx.store).await? {
        let parts = drafts::parts_of_sprint(&ctx.store, sprint.id).await?;
        let edits = drafts::edits_of_sprint(&ctx.store, sprint.id).await?;
        for draft in drafts::of_sprint(&ctx.store, sprint.id).await? {
            let own: Vec<drafts::Edit> = edits.iter().filter(|edit| edit.draft_id == draft.id).cloned().collect();
            let mut keys: Vec<(String, u32)> = parts
                .iter()
                .filter(|part| part.draft_id == draft.id)
                .map(|part| (part.provenance.prompt.clone(), part.provenance.prompt_version))
                .collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                written.entry(key.clone()).or_default().push(draft.concept_id);
                let entry = usage.entry(key.clone()).or_default();
                entry.drafts += 1;
                entry.approved += usize::from(draft.approved_by.is_some());
                kept.entry(key).or_default().extend(kept_percent(&draft, &own));
            }
        }
    }
    for (key, percents) in kept {
        if let Some(entry) = usage.get_mut(&key).filter(|_| !percents.is_empty()) {
            entry.kept_percent = Some(percents.iter().sum::<u32>() / percents.len() as u32);
        }
    }
    let of = |concepts: Vec<ConceptId>| {
        decided.iter().filter(|(id, _)| concepts.contains(id)).map(|(_, judged)| judged.clone()).collect()
    };
    Ok((usage, written.into_iter().map(|(key, concepts)| (key, of(concepts))).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_called_what_the_judge_decided_and_no_more() {
        let judged = |word| Judged { title: String::new(), word, words: String::new() };
        for (words, wanted) in [
            (vec![], ""),
            (vec![ResultWord::Won], "won"),
            (vec![ResultWord::Lost, ResultWord::Futile], "lost"),
            (vec![ResultWord::Won, ResultWord::Futile, ResultWord::Won], "won 2 of 3"),
        ] {
            assert_eq!(label(&words.into_iter().map(judged).collect::<Vec<_>>()), wanted);
        }
    }
}
