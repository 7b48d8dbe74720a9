//! The post-mortem: numbers from data, words from people, signed.

use axum::{
    Extension, Form,
    extract::{Path, State},
    http::HeaderMap,
};
use domain::{ActionId, Day, sprint::SprintStage};
use sprint::postmortem::{NewAction, PostMortemDoc, Words};

use super::{
    desk::{Desk, after, context, sprint_of, told},
    evidence,
    sprints::{Pairs, field, flight, lines},
    studio::audit,
};
use crate::{
    App,
    auth::access::Who,
    chart,
    frame::Nav,
    html::{self, Page},
    problem::Problem,
    view,
    views::{ActionView, ConceptResult, Passage, PostMortemPage, PostMortemView, ScoreRow},
};

/// `GET /sprints/{n}/post-mortem`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    headers: HeaderMap,
) -> Page {
    let (desk, row) = Desk::of(&app, &who, &headers, number).await?;
    let base = format!("/sprints/{number}/post-mortem");
    let stored = sprint::postmortem::get(&desk.ctx, row.id).await?;
    let signed = row.stage == SprintStage::Signed;
    let began = matches!(row.stage, SprintStage::Live | SprintStage::PostMortem);
    let mut view = PostMortemView {
        status: "Drafted from data, edited and signed by people.".into(),
        can_draft: began && who.can_edit(),
        can_edit: !signed && stored.is_some() && who.can_edit(),
        can_sign: !signed && stored.is_some() && who.can_approve(),
        can_act: signed && who.can_edit(),
        draft_href: format!("{base}/draft"),
        save_href: format!("{base}/save"),
        sign_href: format!("{base}/sign"),
        action_href: format!("{base}/actions"),
        ..PostMortemView::default()
    };
    match &stored {
        None => {
            view.is_empty = true;
            (view.empty_title, view.empty_text) = if began {
                ("Not drafted yet".into(), "Press “Draft from the data”: spend, orders and revenue per concept, the scorecard and the time per stage are read, and a first text is written.".into())
            } else {
                (
                    "The flight has not begun".into(),
                    "Once the sprint is live its numbers can be read and the draft waits here.".into(),
                )
            };
        }
        Some(stored) => {
            fill(&mut view, &desk, &stored.document, number);
            view.status = match (&stored.signed_by, stored.signed_at) {
                (Some(by), Some(at)) => format!("Signed by {by} on {}. It cannot be changed.", desk.at(at)),
                _ => format!(
                    "Draft of {}, not signed. {}",
                    desk.at(stored.drafted_at),
                    if stored.document.is_provisional { "Orders of the last days may still be restated." } else { "" }
                ),
            };
            if signed {
                view.actions = store::actions::of_sprint(app.store(), row.id)
                    .await?
                    .iter()
                    .map(|action| ActionView {
                        text: action.text.clone(),
                        owner: action.owner.clone(),
                        due: view::day(action.due_on),
                        done: action.done,
                        href: format!("{base}/actions/{}", action.id),
                    })
                    .collect();
            }
        }
    }
    html::page(&PostMortemPage { frame: desk.frame(Nav::PostMortem, "Post-mortem"), view })
}

fn fill(view: &mut PostMortemView, desk: &Desk, doc: &PostMortemDoc, number: i64) {
    view.compared = format!(
        "{} {} beside {} ({}). {}",
        doc.headline,
        flight(doc.window),
        flight(doc.before),
        doc.before_label,
        doc.caution
    );
    view.against = view::capital(&doc.before_label);
    view.scores = doc
        .scorecard
        .iter()
        .map(|row| ScoreRow {
            label: row.label.clone(),
            note: row.note.clone(),
            now: row.now.clone(),
            before: row.before.clone(),
            change: match (row.now_value, row.before_value) {
                (Some(now), Some(before)) if before.abs() > f64::EPSILON => view::change(now / before - 1.0),
                _ => "–".into(),
            },
            href: if row.evidence.is_empty() {
                String::new()
            } else {
                evidence::of_post_mortem("score", number, &row.key)
            },
        })
        .collect();
    view.bets = format!(
        "Bets: of {}, expect none or one to win. A result without a baseline is not called a win.",
        doc.concepts.len()
    );
    view.concepts = doc
        .concepts
        .iter()
        .map(|result| ConceptResult {
            name: result.title.clone(),
            note: result.sentence.clone(),
            spend: desk.money(result.spend_minor),
            orders: view::count(result.orders),
            revenue: desk.money(result.revenue_minor),
            claimed: view::count(result.sessions),
            result: result.result.label().into(),
            href: if result.evidence.is_empty() {
                String::new()
            } else {
                evidence::of_post_mortem("result", number, &result.concept_id.to_string())
            },
        })
        .collect();
    view.time_note = doc.time_sentence.clone();
    let bars: Vec<chart::Bar> = doc
        .stages
        .iter()
        .map(|stage| chart::Bar {
            label: stage.stage.clone(),
            value: stage.days,
            text: format!("{} d", view::decimal(stage.days)),
            quiet: false,
        })
        .collect();
    view.time_svg = chart::bars(&bars, "Days per stage");
    view.times = doc
        .stages
        .iter()
        .map(|stage| (stage.stage.clone(), view::decimal(stage.days), stage.steps.to_string()))
        .collect();
    view.actions = doc
        .actions
        .iter()
        .map(|action| ActionView {
            text: action.text.clone(),
            owner: action.owner.clone(),
            due: view::day(action.due_on),
            done: action.done,
            href: String::new(),
        })
        .collect();
    view.text_note = if doc.is_edited {
        "A person’s words.".into()
    } else {
        "Drafted from the numbers above. Make it yours.".into()
    };
    // Who only reads needs no instructions for typing.
    let can_edit = view.can_edit;
    let passage = |key: &str, label: &str, text: String| {
        let label = if can_edit { label } else { label.split(", one a line").next().unwrap_or(label) };
        Passage { key: key.into(), label: label.into(), text }
    };
    view.sections = vec![
        passage("summary", "What we learnt", doc.summary.clone()),
        passage("keep", "Do again, one a line", doc.keep.join("\n")),
        passage("stop", "Do not do again, one a line", doc.stop.join("\n")),
        passage("try_next", "Try next, one a line", doc.try_next.join("\n")),
        passage(
            "actions",
            "Actions, one a line: what | who | by when",
            doc.actions
                .iter()
                .map(|action| format!("{} | {} | {}", action.text, action.owner, action.due_on))
                .collect::<Vec<_>>()
                .join("\n"),
        ),
    ];
    if !can_edit {
        view.sections.pop();
    }
}

/// `POST /sprints/{n}/post-mortem/draft`
pub async fn draft(State(app): State<App>, Extension(who): Extension<Who>, Path(number): Path<i64>) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    after(
        sprint::postmortem::draft(&ctx, row.id).await,
        &format!("/sprints/{number}/post-mortem"),
        "The numbers are read and a first text is written.",
    )
}

fn words(form: &Pairs) -> Result<Words, Problem> {
    let mut actions = Vec::new();
    for line in lines(form, "actions") {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        match parts.as_slice() {
            [text, owner, due] if Day::parse(due).is_ok() => {
                let due_on = Day::parse(due).map_err(|_| Problem::invalid(format!("`{due}` is no day.")))?;
                actions.push(NewAction { text: (*text).to_owned(), owner: (*owner).to_owned(), due_on });
            }
            _ => {
                return Err(Problem::invalid(format!(
                    "The action `{line}` is not `what | who | by when`, e.g. Photograph the refill | Jonas | 2026-11-30."
                )));
            }
        }
    }
    Ok(Words {
        summary: field(form, "summary").replace("\r\n", "\n"),
        keep: lines(form, "keep"),
        stop: lines(form, "stop"),
        try_next: lines(form, "try_next"),
        actions,
    })
}

/// `POST /sprints/{n}/post-mortem/save`
pub async fn save(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let to = format!("/sprints/{number}/post-mortem");
    match words(&form) {
        Ok(words) => after(sprint::postmortem::save(&ctx, row.id, &words).await, &to, "The text is saved."),
        Err(problem) => told(problem, &to),
    }
}

/// `POST /sprints/{n}/post-mortem/actions`: one more action item.
pub async fn add_action(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let to = format!("/sprints/{number}/post-mortem");
    let Some(stored) = sprint::postmortem::get(&ctx, row.id).await? else {
        return told(Problem::invalid("Draft the post-mortem first."), &to);
    };
    let Ok(due_on) = Day::parse(field(&form, "due_on")) else {
        return told(Problem::invalid("Say by which day, as 2026-11-30."), &to);
    };
    let doc = stored.document;
    let mut actions: Vec<NewAction> = doc
        .actions
        .iter()
        .map(|action| NewAction { text: action.text.clone(), owner: action.owner.clone(), due_on: action.due_on })
        .collect();
    actions.push(NewAction { text: field(&form, "text").into(), owner: field(&form, "owner").into(), due_on });
    let words = Words { summary: doc.summary, keep: doc.keep, stop: doc.stop, try_next: doc.try_next, actions };
    after(sprint::postmortem::save(&ctx, row.id, &words).await, &to, "The action is added.")
}

/// `POST /sprints/{n}/post-mortem/actions/{id}`: ticks it off, or opens it again.
pub async fn set_done(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path((number, id)): Path<(i64, String)>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let id: ActionId = id.parse().map_err(|_| Problem::not_found("such action"))?;
    let done = field(&form, "done") == "1";
    after(
        sprint::postmortem::set_done(&ctx, id, done).await,
        &format!("/sprints/{number}/post-mortem"),
        if done { "Done." } else { "Open again." },
    )
}

/// `POST /sprints/{n}/post-mortem/sign`
pub async fn sign(State(app): State<App>, Extension(who): Extension<Who>, Path(number): Path<i64>) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let signed = sprint::postmortem::sign(&ctx, row.id).await;
    if signed.is_ok() {
        audit(&app, &who, "post_mortem.sign", &row.title).await?;
    }
    after(signed, &format!("/sprints/{number}/post-mortem"), "Signed. The next sprint can begin.")
}
