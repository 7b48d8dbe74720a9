//! `sprint drafts`, `sprint draft`, `sprint prompt`, `sprint paste`, `sprint edit`, `sprint approve`.

use std::{io::IsTerminal as _, path::Path};

use domain::{DraftId, SprintId};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use llm::{ModelConfig, Provider};
use sprint::{
    Context,
    studio::{self, DraftView, Engine, Generated, StudioView},
};
use writer::limits;

use crate::{
    args,
    failure::Failure,
    output::{Output, count, paragraph, row, table},
    wire,
};

/// Drafts what is missing and lists all drafts.
pub(super) async fn drafts(ctx: &Context, id: SprintId, args: &args::Drafts, out: Output) -> Result<(), Failure> {
    let engine = engine(ctx, id, args).await?;
    let bar = ProgressBar::no_length();
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    let moved = bar.clone();
    let progress = move |step: studio::Progress| {
        moved.set_length(step.total as u64);
        moved.set_position(step.done as u64);
        moved.set_message(step.group);
    };
    let made = studio::generate(ctx, id, &engine, &progress).await;
    bar.finish_and_clear();
    let made = made?;
    let view = studio::view(ctx, id).await?;
    let object = serde_json::json!({ "generated": made, "studio": view });
    out.put(&object, |_| list(&view, &made));
    Ok(())
}

/// The composer, or the model that the flags name.
pub(in crate::commands) async fn engine(ctx: &Context, id: SprintId, args: &args::Drafts) -> Result<Engine, Failure> {
    let Some(model) = args.model.as_deref().map(str::trim).filter(|model| !model.is_empty()) else {
        return Ok(Engine::Composer);
    };
    let mend = |message: String| Failure::input("model", message);
    let Some((provider, name)) = model.split_once(':') else {
        return Err(mend(format!("--model `{model}` is not of the form PROVIDER:NAME, e.g. ollama:llama3.2")));
    };
    let provider: Provider = provider.parse().map_err(|error: llm::LlmError| mend(error.to_string()))?;
    let mut config = ModelConfig::new(provider, name);
    config.base_url = args.model_url.clone();
    config.api_key = std::env::var("FORTNIGHT_MODEL_KEY").ok();
    let model = llm::connect(&config).map_err(|error| mend(error.to_string()))?;
    Ok(Engine::with_model(ctx, id, model).await?)
}

fn list(view: &StudioView, made: &Generated) -> String {
    let mut rows = vec![row(["draft", "concept", "channel", "texts", "checks", "approved by"])];
    for (index, draft) in view.drafts.iter().enumerate() {
        rows.push(row([
            &(index + 1).to_string(),
            &draft.concept_title,
            draft.channel_label,
            &draft.draft.texts.len().to_string(),
            &findings(draft),
            draft.draft.approved_by.as_deref().unwrap_or(""),
        ]));
    }
    let mut text = table(&rows);
    let groups = count(made.groups_made as u64, "slot group");
    text.push_str(&format!("\n{groups} written now, {} found finished.", made.groups_known));
    if made.groups_from_model > 0 {
        text.push_str(&format!(" {} with a model's texts.", count(made.groups_from_model as u64, "slot group")));
    }
    text.push('\n');
    if let Some(note) = &made.note {
        text.push_str(&paragraph("", "", note));
    }
    if view.spot_checks_open > 0 {
        let numbers: Vec<String> = (1usize..)
            .zip(&view.drafts)
            .filter(|(_, draft)| draft.draft.spot_check && draft.draft.spot_checked_by.is_none())
            .map(|(number, _)| number.to_string())
            .collect();
        text.push_str(&format!(
            "To be read word by word: draft {}; then `fortnight sprint approve {} --read`.\n",
            numbers.join(", "),
            numbers.join(" ")
        ));
    }
    text
}

fn findings(draft: &DraftView) -> String {
    let blocks = draft.findings.iter().filter(|finding| finding.blocks()).count();
    match (blocks, draft.findings.len()) {
        (0, 0) => "passed".into(),
        (0, n) => format!("{n} to look at"),
        (n, _) => format!("{n} block"),
    }
}

/// A draft by the number that [`drafts`] printed.
async fn numbered(ctx: &Context, id: SprintId, number: usize) -> Result<DraftView, Failure> {
    let mut view = studio::view(ctx, id).await?;
    let all = view.drafts.len();
    match number.checked_sub(1).filter(|index| *index < all) {
        Some(index) => Ok(view.drafts.swap_remove(index)),
        None => {
            let known = if all == 0 { "no drafts yet".to_owned() } else { format!("drafts 1 to {all}") };
            Err(Failure::input("not_found", format!("There is no draft {number}; there are {known}.")))
        }
    }
}

/// One draft, text by text.
pub(super) async fn one(ctx: &Context, id: SprintId, number: usize, out: Output) -> Result<(), Failure> {
    let view = numbered(ctx, id, number).await?;
    out.put(&view, |view| full(view, number));
    Ok(())
}

fn full(view: &DraftView, number: usize) -> String {
    let mut text = format!("Draft {number} · {}\n", view.draft.name);
    let mut slot = "";
    let mut position = 0;
    for item in &view.draft.texts {
        if item.slot != slot {
            slot = &item.slot;
            position = 0;
            text.push_str(&format!("\n{slot}\n"));
        }
        position += 1;
        let limit = limits::rule_of(view.draft.channel, slot).map(|rule| rule.limit);
        let length = limits::length(view.draft.channel, &item.text);
        let size = limit.map_or(String::new(), |limit| format!("{length}/{limit}"));
        text.push_str(&paragraph(&format!("{position:>3} {size:>9}  "), "               ", &item.text));
    }
    let mut sources: Vec<String> = Vec::new();
    for part in &view.parts {
        let source = format!(
            "{} (prompt {} v{})",
            part.provenance.model, part.provenance.prompt, part.provenance.prompt_version
        );
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    if !sources.is_empty() {
        text.push_str(&paragraph("\nwritten by   ", "             ", &sources.join(", ")));
    }
    match &view.draft.approved_by {
        Some(name) => text.push_str(&format!("approved by  {name}\n")),
        None => text.push_str("approved by  nobody yet\n"),
    }
    for finding in &view.findings {
        let word = if finding.blocks() { "BLOCK" } else { "look" };
        text.push_str(&paragraph(&format!("{word:<5}  "), "       ", &format!("{} {}", finding.message, finding.mend)));
    }
    text
}

/// The prompt of a draft, to copy into any chat.
pub(super) async fn prompt(
    ctx: &Context,
    id: SprintId,
    number: usize,
    group: &str,
    out: Output,
) -> Result<(), Failure> {
    let draft = numbered(ctx, id, number).await?.draft.id;
    let prompt = studio::prompt(ctx, draft, group).await?;
    let object = serde_json::json!({ "prompt": prompt.text, "schema": prompt.schema });
    out.put(&object, |_| prompt.text.clone());
    Ok(())
}

/// A chat's answer into a draft.
pub(super) async fn paste(
    ctx: &Context,
    id: SprintId,
    number: usize,
    answer: &Path,
    group: &str,
    out: Output,
) -> Result<(), Failure> {
    let answer = wire::read_text(answer)?;
    let draft = numbered(ctx, id, number).await?.draft.id;
    let pasted = studio::paste(ctx, draft, group, &answer).await?;
    out.put(&pasted, |pasted| {
        let mut text = format!("{} in the draft.\n", count(pasted.offered.len() as u64, "text"));
        for dropped in &pasted.dropped {
            let line = format!("{} “{}”: {}", dropped.slot, dropped.text, dropped.reasons.join(" "));
            text.push_str(&paragraph("left out  ", "          ", &line));
        }
        text
    });
    Ok(())
}

/// One text of a draft by hand.
pub(super) async fn edit(
    ctx: &Context,
    id: SprintId,
    number: usize,
    slot: &str,
    position: usize,
    new: &str,
    out: Output,
) -> Result<(), Failure> {
    let Some(index) = position.checked_sub(1) else {
        return Err(Failure::input("not_found", "Texts of a slot are counted from 1."));
    };
    let draft = numbered(ctx, id, number).await?.draft.id;
    studio::edit(ctx, draft, slot, index, new).await?;
    let view = studio::draft(ctx, draft).await?;
    out.put(&view, |view| full(view, number));
    Ok(())
}

/// Approves drafts as they stand.
pub(super) async fn approve(
    ctx: &Context,
    id: SprintId,
    numbers: &[usize],
    all: bool,
    read: bool,
    out: Output,
) -> Result<(), Failure> {
    if numbers.is_empty() && !all {
        return Err(Failure::input("arguments", "Name the drafts to approve by number, or all of them by --all."));
    }
    let view = studio::view(ctx, id).await?;
    let chosen: Vec<usize> = if all { (1..=view.drafts.len()).collect() } else { numbers.to_vec() };
    let mut ids: Vec<DraftId> = Vec::new();
    for number in chosen {
        ids.push(numbered(ctx, id, number).await?.draft.id);
    }
    for draft in &ids {
        if read {
            studio::spot_check(ctx, *draft).await?;
        }
        studio::approve(ctx, *draft).await?;
    }
    let view = studio::view(ctx, id).await?;
    let object = serde_json::json!({
        "approved_now": ids.len(),
        "approved": view.approved,
        "drafts": view.drafts.len(),
        "spot_checks_open": view.spot_checks_open,
    });
    out.put(&object, |_| {
        let open = match view.spot_checks_open {
            0 => String::new(),
            n => format!(" {} still to be read word by word: approve with --read.", count(n as u64, "draft")),
        };
        format!("{} of {} approved.{open}", view.approved, count(view.drafts.len() as u64, "draft"))
    });
    Ok(())
}
