//! The studio: copy per concept and channel, checks beside every line, a person approves each ad.

use std::collections::BTreeMap;

use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    http::HeaderMap,
};
use domain::{DraftId, sprint::SprintStage};
use serde::Deserialize;
use sprint::studio::{DraftView as Draft, WHOLE};
use writer::limits;

use super::{
    desk::{Desk, after, context, told},
    jobs,
    sprints::{Pairs, field},
};
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    problem::{Code, Problem, sentence},
    view,
    views::{Choice, DraftView, EditLine, GroupView, HistorySheet, PromptSheet, SlotView, StudioPage, StudioView, Tab},
};

/// Which concept is shown.
#[derive(Deserialize)]
pub struct Shown {
    #[serde(default)]
    concept: String,
}

/// `GET /sprints/{n}/studio`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Page {
    let (desk, row) = Desk::of(&app, &who, &headers, number).await?;
    let frame = desk.frame(Nav::Studio, "Studio");
    let open = row.stage < SprintStage::Live;
    let model = crate::model::get(app.store()).await?;
    let mut models = vec![Choice::new("composer", "Composer, no model", model.is_none())];
    if let Some(model) = model {
        models.push(Choice::new("model", model.model.clone(), true));
    }
    let job = jobs::latest(&app, jobs::DRAFT, &row.id.to_string()).await?;
    let mut view = StudioView {
        can_generate: open && who.can_edit(),
        can_edit: open && who.can_edit(),
        generate_href: format!("/sprints/{number}/studio/generate"),
        models,
        job: job.filter(|job| job.running || job.failed),
        ..StudioView::default()
    };
    let studio = match sprint::studio::view(&desk.ctx, row.id).await {
        Ok(studio) => studio,
        Err(sprint::SprintError::Refused(why)) => {
            view.can_generate = false;
            view.empty_title = "Picks come first".into();
            view.empty_text = why;
            (view.empty_href, view.empty_action) = (format!("/sprints/{number}/concepts"), "Open Concepts".into());
            return html::page(&StudioPage { frame, view });
        }
        Err(error) => return Err(error.into()),
    };
    if studio.drafts.is_empty() {
        view.empty_title = "No copy yet".into();
        view.empty_text = "The composer writes a clean skeleton from counted facts and your brief; a model writes it fuller. Either way the checks come first and you last.".into();
        return html::page(&StudioPage { frame, view });
    }
    let mut concepts: Vec<(String, &str, usize, usize)> = Vec::new();
    for draft in &studio.drafts {
        let id = draft.draft.concept_id.to_string();
        let approved = usize::from(draft.draft.approved_by.is_some());
        match concepts.iter_mut().find(|concept| concept.0 == id) {
            Some(concept) => {
                concept.2 += approved;
                concept.3 += 1;
            }
            None => concepts.push((id, &draft.concept_title, approved, 1)),
        }
    }
    let current = concepts
        .iter()
        .find(|concept| concept.0 == shown.concept)
        .or(concepts.first())
        .map(|concept| concept.0.clone())
        .unwrap_or_default();
    view.concepts = concepts
        .iter()
        .map(|(id, title, approved, all)| Tab {
            href: format!("/sprints/{number}/studio?concept={id}"),
            label: (*title).to_owned(),
            count: format!("{approved}/{all}"),
            on: *id == current,
        })
        .collect();
    view.progress =
        format!("{} of {} approved", studio.approved, view::plural(studio.drafts.len() as i64, "ad", "ads"));
    if studio.missing > 0 {
        view.progress.push_str(&format!(", {} still to draft", studio.missing));
    }
    if studio.spot_checks_open > 0 {
        view.progress.push_str(&format!(", {} to be read word by word", studio.spot_checks_open));
    }
    view.drafts = studio
        .drafts
        .iter()
        .filter(|draft| draft.draft.concept_id.to_string() == current)
        .map(|draft| one(&desk, draft, open))
        .collect();
    html::page(&StudioPage { frame, view })
}

fn one(desk: &Desk, item: &Draft, open: bool) -> DraftView {
    let draft = &item.draft;
    let id = draft.id.to_string();
    let blocked = item.findings.iter().filter(|finding| finding.blocks()).count();
    let mut made: Vec<String> = item.parts.iter().map(|part| part.provenance.model.clone()).collect();
    made.dedup();
    let edits = item.edits.len() as i64;
    let mut provenance = format!("{}, {}.", view::capital(&made.join(" and ")), desk.at(draft.made_at));
    if edits > 0 {
        provenance.push_str(&format!(" {} by people.", view::plural(edits, "change", "changes")));
    }
    if let Some(by) = &draft.approved_by {
        provenance.push_str(&format!(" Approved by {by}."));
    }
    if draft.spot_check && draft.spot_checked_by.is_none() {
        provenance.push_str(" Please read this one word by word.");
    }
    let base = format!("/drafts/{id}");
    let can_approve = open && desk.who.can_approve() && draft.approved_by.is_none();
    DraftView {
        channel: item.channel_label.into(),
        variant: format!("ad {}", draft.variant),
        provenance,
        groups: groups(item, open && desk.who.can_edit()),
        blocked,
        blocked_text: format!(
            "{} {}",
            view::plural(blocked as i64, "check", "checks"),
            if blocked == 1 { "blocks" } else { "block" }
        ),
        approved: draft.approved_by.clone().unwrap_or_default(),
        can_approve,
        can_withdraw: open && desk.who.can_approve() && draft.approved_by.is_some(),
        note: match (blocked, desk.who.can_approve()) {
            (0, true) => String::new(),
            (0, false) => "An approver or owner approves.".into(),
            _ => "It can be approved once no check blocks.".into(),
        },
        rejected: item
            .parts
            .iter()
            .flat_map(|part| part.rejected.iter().map(|rejected| (rejected.text.clone(), rejected.reason.clone())))
            .collect(),
        save_href: format!("{base}/save"),
        approve_href: format!("{base}/approve"),
        withdraw_href: format!("{base}/withdraw"),
        prompt_href: format!("{base}/prompt"),
        paste_href: format!("{base}/paste"),
        paste_id: format!("paste-{id}"),
        history_href: format!("{base}/history"),
        id,
    }
}

/// The slots of a draft in the order of its channel, with an empty line where one more is wanted.
fn groups(item: &Draft, writable: bool) -> Vec<GroupView> {
    let draft = &item.draft;
    let mut groups = Vec::new();
    for rule in limits::rules(draft.channel) {
        let texts: Vec<&str> =
            draft.texts.iter().filter(|text| text.slot == rule.slot).map(|text| text.text.as_str()).collect();
        let wanted = if writable && texts.len() < rule.want.min(rule.max) { texts.len() + 1 } else { texts.len() };
        let name = view::capital(&writer::check::slot_words(rule.slot));
        let about = |at: Option<usize>| {
            item.findings
                .iter()
                .filter(|finding| finding.slot == rule.slot && finding.index == at)
                .map(|finding| format!("{} {}", finding.message, finding.mend).trim().to_owned())
                .collect::<Vec<_>>()
        };
        let slots = (0..wanted)
            .map(|at| {
                let text = texts.get(at).copied().unwrap_or_default();
                let used = limits::length(draft.channel, text);
                let mut findings = if at < texts.len() { about(Some(at)) } else { Vec::new() };
                if at == 0 {
                    findings.extend(about(None));
                }
                SlotView {
                    key: format!("{}.{at}", rule.slot),
                    label: if rule.max > 1 { format!("{name} {}", at + 1) } else { name.clone() },
                    text: text.to_owned(),
                    used,
                    limit: rule.hard_limit,
                    over: used > rule.hard_limit,
                    findings,
                }
            })
            .collect::<Vec<_>>();
        if !slots.is_empty() {
            groups.push(GroupView { label: name, slots });
        }
    }
    let known: Vec<&str> = limits::rules(draft.channel).iter().map(|rule| rule.slot).collect();
    let mut rest: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for text in draft.texts.iter().filter(|text| !known.contains(&text.slot.as_str())) {
        rest.entry(&text.slot).or_default().push(&text.text);
    }
    for (slot, texts) in rest {
        let name = view::capital(&writer::check::slot_words(slot));
        let slots = texts
            .iter()
            .enumerate()
            .map(|(at, text)| SlotView {
                key: format!("{slot}.{at}"),
                label: format!("{name} {}", at + 1),
                text: (*text).to_owned(),
                used: text.chars().count(),
                ..SlotView::default()
            })
            .collect();
        groups.push(GroupView { label: name, slots });
    }
    groups
}

/// `POST /sprints/{n}/studio/generate`: begins a job; a reload finds it again.
pub async fn generate(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = super::desk::sprint_of(&app, number).await?;
    let to = format!("/sprints/{number}/studio");
    if jobs::latest(&app, jobs::DRAFT, &row.id.to_string()).await?.is_some_and(|job| job.running) {
        return Ok(html::go(&to, "plain", "Drafting is under way already."));
    }
    if let Err(error) = sprint::studio::view(&ctx, row.id).await {
        return told(error.into(), &to);
    }
    let engine = match (field(&form, "model"), crate::model::get(app.store()).await?) {
        ("model", Some(model)) => match llm::connect(&model.config()) {
            Ok(model) => sprint::studio::Engine::with_model(&ctx, row.id, model).await?,
            Err(error) => return told(Problem::new(Code::ModelFailed, sentence(&error.to_string())), &to),
        },
        _ => sprint::studio::Engine::Composer,
    };
    jobs::draft(&app, ctx, row.id, engine, &who.actor).await?;
    Ok(html::go(&to, "plain", "Drafting has begun. You may leave this page."))
}

async fn home_of(app: &App, id: &str) -> Result<(DraftId, String), Problem> {
    let missing = || Problem::not_found("such draft");
    let id: DraftId = id.parse().map_err(|_| missing())?;
    let mut tx = app.store().begin_read().await?;
    let draft = store::drafts::get(&mut tx, id).await?;
    drop(tx);
    let sprint = store::sprints::get(app.store(), draft.sprint_id).await?.ok_or_else(missing)?;
    Ok((id, format!("/sprints/{}/studio?concept={}", sprint.number, draft.concept_id)))
}

/// `POST /drafts/{id}/save`: every changed line is an edit of its own in the history.
pub async fn save(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let (id, to) = home_of(&app, &id).await?;
    match write(&ctx, id, &form).await {
        Ok(0) => Ok(html::go(&to, "plain", "Nothing was changed.")),
        Ok(n) => Ok(html::done(&to, &format!("{} saved and checked.", view::plural(n, "line is", "lines are")))),
        Err(problem) => told(problem, &to),
    }
}

async fn write(ctx: &sprint::Context, id: DraftId, form: &Pairs) -> Result<i64, Problem> {
    let current = sprint::studio::draft(ctx, id).await?.draft.texts;
    let mut changes: Vec<(&str, usize, &str)> = Vec::new();
    for (key, value) in form {
        let Some((slot, at)) = key.rsplit_once('.') else { continue };
        let Ok(at) = at.parse::<usize>() else { continue };
        let before = current.iter().filter(|text| text.slot == slot).nth(at).map(|text| text.text.as_str());
        let (value, old) = (value.trim(), before.unwrap_or_default().trim());
        if value.replace("\r\n", "\n") != old {
            changes.push((slot, at, value));
        }
    }
    // From the last place on: taking one out moves those behind it.
    changes.sort_by_key(|change| std::cmp::Reverse(change.1));
    for (slot, at, text) in &changes {
        sprint::studio::edit(ctx, id, slot, *at, text).await?;
    }
    Ok(changes.len() as i64)
}

/// `POST /drafts/{id}/approve`: what stands in the form is saved first, so nobody approves what they do not see.
pub async fn approve(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let (id, to) = home_of(&app, &id).await?;
    if let Err(problem) = write(&ctx, id, &form).await {
        return told(problem, &to);
    }
    let needs_look = sprint::studio::draft(&ctx, id).await?;
    if needs_look.draft.spot_check && needs_look.draft.spot_checked_by.is_none() {
        sprint::studio::spot_check(&ctx, id).await?;
    }
    let approved = sprint::studio::approve(&ctx, id).await;
    if approved.is_ok() {
        audit(&app, &who, "draft.approve", &id.to_string()).await?;
    }
    after(approved, &to, "Approved as it stands.")
}

/// `POST /drafts/{id}/withdraw`
pub async fn withdraw(State(app): State<App>, Extension(who): Extension<Who>, Path(id): Path<String>) -> Page {
    let ctx = context(&app, &who).await?;
    let (id, to) = home_of(&app, &id).await?;
    after(sprint::studio::withdraw(&ctx, id, "Withdrawn in the studio").await, &to, "The approval is withdrawn.")
}

/// `GET /drafts/{id}/prompt`
pub async fn prompt(State(app): State<App>, Extension(who): Extension<Who>, Path(id): Path<String>) -> Page {
    let ctx = context(&app, &who).await?;
    let (id, _) = home_of(&app, &id).await?;
    let draft = sprint::studio::draft(&ctx, id).await?;
    let prompt = sprint::studio::prompt(&ctx, id, WHOLE).await?;
    html::page(&PromptSheet {
        title: format!("{}, {}", draft.concept_title, draft.channel_label),
        about: format!(
            "Template {}, version {}, about {} tokens. No customer’s name or address is in it.",
            prompt.template,
            prompt.version,
            view::count(prompt.tokens as i64)
        ),
        text: prompt.text,
    })
}

/// `POST /drafts/{id}/paste`
pub async fn paste(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let (id, to) = home_of(&app, &id).await?;
    match sprint::studio::paste(&ctx, id, WHOLE, field(&form, "answer")).await {
        Ok(pasted) => Ok(html::done(
            &to,
            &format!(
                "{} taken, {} refused by the checks.",
                view::plural(pasted.offered.len() as i64, "line is", "lines are"),
                pasted.dropped.len()
            ),
        )),
        Err(error) => told(error.into(), &to),
    }
}

/// `GET /drafts/{id}/history`
pub async fn history(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let (id, _) = home_of(&app, &id).await?;
    let item = sprint::studio::draft(&desk.ctx, id).await?;
    let provenance = item
        .parts
        .iter()
        .map(|part| {
            format!(
                "{}: {}, {} version {}, {}.",
                sprint::studio::group_words(&part.slot_group),
                part.provenance.model,
                part.provenance.prompt,
                part.provenance.prompt_version,
                desk.at(part.made_at)
            )
        })
        .collect();
    let edits = item
        .edits
        .into_iter()
        .rev()
        .map(|edit| EditLine {
            what: format!(
                "{} {}, {}, {}",
                view::capital(&writer::check::slot_words(&edit.edit.slot)),
                edit.edit.position + 1,
                edit.edit.actor,
                desk.at(edit.edit.at)
            ),
            href: if who.can_edit() { format!("/drafts/{id}/revert/{}", edit.edit.number) } else { String::new() },
            pieces: edit.pieces,
        })
        .collect();
    html::page(&HistorySheet {
        title: format!("{}, {}", item.concept_title, item.channel_label),
        csrf: who.csrf,
        provenance,
        edits,
    })
}

/// `POST /drafts/{id}/revert/{n}`
pub async fn revert(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path((id, number)): Path<(String, u32)>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let (id, to) = home_of(&app, &id).await?;
    after(sprint::studio::revert(&ctx, id, number).await, &to, "The change is taken back.")
}

/// Writes into the audit log what matters for safety.
///
/// # Errors
/// The database refused.
pub async fn audit(app: &App, who: &Who, verb: &str, subject: &str) -> Result<(), Problem> {
    let mut tx = app.store().begin().await?;
    store::audit::record(&mut tx, app.now(), &who.actor, verb, subject, "").await?;
    tx.commit().await?;
    Ok(())
}
