//! The rows behind a number: its query, run again on its snapshot, and whether it still says the same.

use axum::{
    Extension,
    extract::{Query, State},
};
use domain::{ConceptId, Day, sprint::Evidence};
use serde::Deserialize;

use super::desk::{context, sprint_of};
use crate::{
    App,
    auth::{access::Who, cookies::encode},
    html::{self, Page},
    problem::Problem,
    view,
    views::EvidenceSheet,
};

/// Most rows that a sheet shows.
const MOST_ROWS: usize = 200;

/// Which number is meant. There is no way to hand in a query.
#[derive(Deserialize)]
pub struct Which {
    of: String,
    #[serde(default)]
    sprint: i64,
    #[serde(default)]
    day: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    i: usize,
}

/// Address of a concept's evidence.
pub fn of_concept(id: ConceptId, i: usize) -> String {
    format!("/evidence?of=concept&key={id}&i={i}")
}

/// Address of the evidence of a review's line or figure.
pub fn of_review(kind: &str, sprint: i64, day: Day, key: &str) -> String {
    format!("/evidence?of={kind}&sprint={sprint}&day={day}&key={}", encode(key))
}

/// Address of the evidence of a post-mortem's row.
pub fn of_post_mortem(kind: &str, sprint: i64, key: &str) -> String {
    format!("/evidence?of={kind}&sprint={sprint}&key={}", encode(key))
}

/// Address of the evidence of a figure of Today.
pub fn of_today(key: &str) -> String {
    format!("/evidence?of=today&key={}", encode(key))
}

/// `GET /evidence`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, Query(which): Query<Which>) -> Page {
    let ctx = context(&app, &who).await?;
    let missing = || Problem::not_found("such number");
    let list = find(&app, &ctx, &which).await?.ok_or_else(missing)?;
    let evidence = list.into_iter().nth(which.i).ok_or_else(missing)?;
    let snapshot = app.lake().snapshot_at(evidence.as_of_seq, evidence.as_of).await?;
    let table = snapshot.query(&evidence.sql).await?;
    let same = sprint::evidence::verify(app.lake(), &evidence).await;
    let rows = table.rows.iter().take(MOST_ROWS).map(|row| row.iter().map(cell).collect()).collect();
    html::page(&EvidenceSheet {
        title: view::capital(&evidence.name.replace('_', " ")),
        as_of: format!(
            "As of {}, fact {}. {}",
            view::instant(evidence.as_of, &ctx.zone),
            view::count(evidence.as_of_seq),
            if table.len() > MOST_ROWS {
                format!("The first {MOST_ROWS} of {} rows.", view::count(table.len() as i64))
            } else {
                view::plural(table.len() as i64, "row.", "rows.")
            }
        ),
        columns: table.columns.clone(),
        rows,
        sql: evidence.sql.clone(),
        matches: same.is_ok(),
        same: match same {
            Ok(()) => "Run again just now: the same values as shown.".into(),
            Err(error) => error.to_string(),
        },
    })
}

fn cell(value: &lake::Value) -> (String, bool) {
    match value {
        lake::Value::Null => ("–".into(), false),
        lake::Value::Bool(yes) => (if *yes { "yes" } else { "no" }.into(), false),
        lake::Value::Int(n) => (view::count(*n), true),
        lake::Value::Float(x) => (format!("{x:.4}").trim_end_matches('0').trim_end_matches('.').to_owned(), true),
        lake::Value::Text(text) => (text.clone(), false),
        lake::Value::Day(day) => (view::day(*day), false),
    }
}

async fn find(app: &App, ctx: &sprint::Context, which: &Which) -> Result<Option<Vec<Evidence>>, Problem> {
    let key = which.key.as_str();
    Ok(match which.of.as_str() {
        "concept" => {
            let id: ConceptId = key.parse().map_err(|_| Problem::not_found("such concept"))?;
            store::concepts::get(app.store(), id).await?.map(|row| row.concept.evidence)
        }
        "line" | "figure" => {
            let sprint = sprint_of(app, which.sprint).await?;
            let reviews = sprint::review::list(ctx, sprint.id).await?;
            let doc = reviews.into_iter().map(|review| review.doc).find(|doc| doc.day.to_string() == which.day);
            doc.and_then(|doc| match which.of.as_str() {
                "line" => doc.lines.into_iter().find(|line| line.key == key).map(|line| line.evidence),
                _ => doc.figures.into_iter().find(|figure| figure.key == key).map(|figure| figure.evidence),
            })
        }
        "score" | "result" => {
            let sprint = sprint_of(app, which.sprint).await?;
            let doc = sprint::postmortem::get(ctx, sprint.id).await?.map(|stored| stored.document);
            doc.and_then(|doc| match which.of.as_str() {
                "score" => doc.scorecard.into_iter().find(|row| row.key == key).map(|row| row.evidence),
                _ => doc.concepts.into_iter().find(|row| row.concept_id.to_string() == key).map(|row| row.evidence),
            })
        }
        "today" => super::today::evidence(ctx, key).await?,
        _ => None,
    })
}
