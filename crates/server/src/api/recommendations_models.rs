//! Models: training, state, contests, exports.

use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderValue, header},
    response::IntoResponse,
};
use personalize::{Placement, export::Per, placements, train};
use serde::Deserialize;
use serde_json::json;
use store::jobs;
use utoipa::{IntoParams, ToSchema};

use super::{Answer, Body, json};
use crate::{App, auth::access::Who, problem::Problem};

/// Work units of training by a click: about five minutes of one core.
const BUDGET: u64 = 300;

/// What serves, what was trained, and what the data supports.
#[utoipa::path(get, path = "/api/v1/recommendations/models", tag = "recommendations",
    responses((status = 200, description = "`status` and the newest `models`", body = serde_json::Value)))]
pub async fn list(State(app): State<App>) -> Answer {
    let models = store::recommend_models::list(app.store(), 50).await?;
    json(&json!({ "status": app.recommendations().await?.status(), "models": models }))
}

/// How to train.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Train {
    /// Name of the model; the best there is where it is left out.
    model: Option<String>,
    /// Work units that tuning may spend; one is about a second of one core.
    budget: Option<u64>,
    /// Only train: the present model goes on serving, e.g. for a contest.
    keep_active: bool,
}

/// Trains on everything known by now, as a job; the new model serves from its end on.
#[utoipa::path(post, path = "/api/v1/recommendations/train", tag = "recommendations", request_body = Train,
    responses((status = 200, description = "`job`", body = serde_json::Value)))]
pub async fn train(State(app): State<App>, Extension(who): Extension<Who>, Body(train): Body<Train>) -> Answer {
    let options = train::Options {
        model: train.model,
        budget: train.budget.unwrap_or(BUDGET),
        threads: threads(),
        activate: !train.keep_active,
    };
    let mut tx = app.store().begin().await?;
    let job = jobs::begin(&mut tx, "recommend_train", "", app.now(), &who.actor).await?;
    tx.commit().await?;
    let (task, by) = (app.clone(), who.actor.clone());
    tokio::spawn(async move {
        let done = train_now(&task, &options, &by).await;
        let outcome = done.as_ref().map_err(|problem| problem.message.as_str());
        if let Err(error) = jobs::finish(task.store(), job, outcome, task.now()).await {
            tracing::error!(%error, "a finished training could not be recorded");
        }
    });
    json(&json!({ "job": job }))
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

async fn train_now(app: &App, options: &train::Options, by: &str) -> Result<serde_json::Value, Problem> {
    let service = app.recommendations().await?;
    let report =
        train::train(app.lake(), service.data_dir(), options, app.now(), by, &|step| tracing::info!(step, "training"))
            .await?;
    service.refresh().await?;
    serde_json::to_value(&report).map_err(Problem::internal)
}

/// What to do about a contest.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Contest {
    /// Half of those who get recommendations on a placement get them from this model.
    Begin {
        /// The placement's word.
        placement: String,
        /// Version of the challenger.
        version: i64,
    },
    /// Ends all contests.
    End {
        /// The challenger becomes the active model.
        take: bool,
    },
}

/// Lets two models compete, each with half of a placement's visitors, as a change of the ledger; or ends it.
#[utoipa::path(post, path = "/api/v1/recommendations/contest", tag = "recommendations", request_body = Contest,
    responses((status = 200, description = "`change`", body = serde_json::Value), (status = 409, description = "Not possible now", body = crate::problem::ProblemBody)))]
pub async fn contest(State(app): State<App>, Extension(who): Extension<Who>, Body(contest): Body<Contest>) -> Answer {
    let (now, mut tx) = (app.now(), app.store().begin().await?);
    let change = match contest {
        Contest::Begin { placement, version } => {
            let placement: Placement = placement.parse().map_err(|_| Problem::not_found("such placement"))?;
            Some(placements::begin_contest(&mut tx, app.store(), placement, version, now, &who.actor).await?)
        }
        Contest::End { take } => {
            placements::end_contest(&mut tx, app.store(), take, now, &who.actor).await?;
            None
        }
    };
    tx.commit().await?;
    app.recommendations().await?.refresh().await?;
    json(&json!({ "change": change }))
}

/// What to export.
#[derive(Deserialize, IntoParams)]
pub struct Export {
    /// `customer` or `product`.
    per: String,
    /// Products of each, 1 to 20; 5 where it is left out.
    top: Option<usize>,
}

/// The best products per customer (by pseudonym) or per product, as CSV for tools that pull.
#[utoipa::path(get, path = "/api/v1/recommendations/export.csv", tag = "recommendations", params(Export),
    responses((status = 200, description = "CSV", body = String)))]
pub async fn export(State(app): State<App>, Query(export): Query<Export>) -> Answer {
    let per: Per = export.per.parse().map_err(|_| Problem::invalid("`per` is `customer` or `product`."))?;
    let top = export.top.unwrap_or(5).clamp(1, 20);
    let (service, now) = (app.recommendations().await?.clone(), app.now());
    let made = tokio::task::spawn_blocking(move || {
        let mut out = Vec::new();
        personalize::export::write(&service, per, top, now, &|key| key.to_owned(), &mut out).map(|_| out)
    });
    let csv = made.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"))], csv).into_response())
}

/// Units of a product that are there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stock {
    /// Id of the product.
    product: String,
    /// Units; 0 takes it out of the very next answer.
    stock_units: i64,
}

/// Says how much of a product is there, between two exports of the catalogue.
#[utoipa::path(put, path = "/api/v1/stock", tag = "recommendations", request_body = Stock,
    responses((status = 200, description = "Recorded", body = serde_json::Value), (status = 404, description = "No such product", body = crate::problem::ProblemBody)))]
pub async fn stock(State(app): State<App>, Body(stock): Body<Stock>) -> Answer {
    let mut tx = app.store().begin().await?;
    let found = store::products::find(&mut tx, [stock.product.as_str()]).await?.remove(&stock.product);
    let (mut product, origin) = found.ok_or_else(|| Problem::not_found("such product"))?;
    product.stock_units = Some(stock.stock_units);
    let seq = store::seq::allocate(&mut tx, 1).await?;
    store::products::insert(&mut tx, origin, &[(seq, product)]).await?;
    tx.commit().await?;
    app.recommendations().await?.refresh().await?;
    json(&json!({ "product": stock.product, "stock_units": stock.stock_units }))
}
