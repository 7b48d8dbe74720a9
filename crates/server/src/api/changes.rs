//! The ledger for programs: read it, decide, and ask which arm a unit gets.

use axum::{
    Extension,
    extract::{Path, Query, State},
};
use domain::Day;
use measure::{Keep, Unit};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{Answer, Body, json};
use crate::{
    App,
    auth::access::Who,
    pages::{
        desk::context,
        measure::change::{confirm_off, id_of, keep_unproven, switch_off},
    },
    problem::Problem,
};

/// Which changes.
#[derive(Deserialize, IntoParams)]
pub struct Filter {
    /// `running`, `won`, `killed` or `ended`; all where it is left out.
    state: Option<String>,
}

/// The ledger: every change with its baseline, its last verdict and what may be said of it, newest first.
#[utoipa::path(get, path = "/api/v1/changes", tag = "changes", params(Filter),
    responses((status = 200, description = "Changes", body = serde_json::Value)))]
pub async fn list(State(app): State<App>, Extension(who): Extension<Who>, Query(filter): Query<Filter>) -> Answer {
    let today = context(&app, &who).await?.today();
    let mut all = measure::list(app.store(), today).await?;
    if let Some(state) = filter.state.as_deref() {
        all.retain(|entry| entry.change.status.as_str() == state);
    }
    json(&all)
}

/// What made money that would not have been made anyway: the proven, and apart from it the unproven and the lost.
#[utoipa::path(get, path = "/api/v1/earned", tag = "changes",
    responses((status = 200, description = "Sums and a line per change", body = serde_json::Value)))]
pub async fn earned(State(app): State<App>, Extension(who): Extension<Who>) -> Answer {
    let today = context(&app, &who).await?.today();
    json(&measure::earned(app.store(), today).await?)
}

/// One change with its plan, verdicts, decisions, readings, costs and open tasks.
#[utoipa::path(get, path = "/api/v1/changes/{id}", tag = "changes", params(("id" = String, Path, description = "Change id")),
    responses((status = 200, description = "The change", body = serde_json::Value), (status = 404, description = "No such change", body = crate::problem::ProblemBody)))]
pub async fn get(State(app): State<App>, Extension(who): Extension<Who>, Path(id): Path<String>) -> Answer {
    let id = existing(&app, &id).await?;
    let today = context(&app, &who).await?.today();
    json(&measure::detail(app.store(), id, today).await?)
}

/// Every verdict of a change, oldest first.
#[utoipa::path(get, path = "/api/v1/changes/{id}/verdicts", tag = "changes", params(("id" = String, Path, description = "Change id")),
    responses((status = 200, description = "Verdicts", body = serde_json::Value), (status = 404, description = "No such change", body = crate::problem::ProblemBody)))]
pub async fn verdicts(State(app): State<App>, Extension(who): Extension<Who>, Path(id): Path<String>) -> Answer {
    let id = existing(&app, &id).await?;
    let today = context(&app, &who).await?.today();
    json(&measure::detail(app.store(), id, today).await?.verdicts)
}

async fn existing(app: &App, text: &str) -> Result<domain::ChangeId, Problem> {
    let id = id_of(text)?;
    match store::changes::get(app.store(), id).await? {
        Some(_) => Ok(id),
        None => Err(Problem::not_found("such change")),
    }
}

/// What a person decides.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decide {
    /// Off from now on.
    Off {
        /// Why.
        reason: String,
    },
    /// Kept although nothing is proven.
    KeepUnproven {
        /// Why.
        reason: String,
        /// What it may cost from now on, minor units of the brand's currency.
        cost_cap_minor: i64,
        /// The day on which it becomes decidable, `2026-12-31`.
        decidable_on: String,
    },
    /// An instruction was carried out: it is off there.
    Confirm {
        /// The place that the instruction names.
        target: String,
    },
}

/// Decides on a change: off, kept unproven, or an instruction confirmed.
#[utoipa::path(post, path = "/api/v1/changes/{id}/decide", tag = "changes", params(("id" = String, Path, description = "Change id")), request_body = Decide,
    responses((status = 200, description = "Whether anything changed", body = serde_json::Value), (status = 409, description = "The ledger's rules forbid it", body = crate::problem::ProblemBody)))]
pub async fn decide(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Body(decide): Body<Decide>,
) -> Answer {
    let id = existing(&app, &id).await?;
    let changed = match decide {
        Decide::Off { reason } => switch_off(&app, &who, id, &reason).await?,
        Decide::Confirm { target } => confirm_off(&app, &who, id, &target).await?,
        Decide::KeepUnproven { reason, cost_cap_minor, decidable_on } => {
            let currency = store::brand::get_or_default(app.store()).await?.currency;
            let day = Day::parse(&decidable_on)
                .map_err(|_| Problem::invalid(format!("`decidable_on` is `{decidable_on}`; write 2026-12-31.")))?;
            let keep = Keep {
                cost_cap_micros: domain::Money::new(cost_cap_minor, currency).to_micros(),
                decidable_on: day,
                reason: &reason,
            };
            keep_unproven(&app, &who, id, keep).await?;
            true
        }
    };
    json(&json!({ "changed": changed }))
}

/// Whom a change meets. Pseudonyms only: never an address or a name.
#[derive(Deserialize, ToSchema)]
pub struct Meet {
    /// Pseudonym of the customer, where known.
    #[serde(default)]
    customer: Option<String>,
    /// Id that the caller drew for the device.
    #[serde(default)]
    device: Option<String>,
    /// The unit meets it now: counts from this moment, arm baseline included.
    #[serde(default)]
    expose: bool,
}

/// Which arm a unit gets, and that it met it. Serve the baseline wherever this fails.
#[utoipa::path(post, path = "/api/v1/changes/{id}/assign", tag = "changes", params(("id" = String, Path, description = "Change id")), request_body = Meet,
    responses((status = 200, description = "`arm`, `serve_change`, why, and whether the exposure is news", body = serde_json::Value), (status = 404, description = "No such change", body = crate::problem::ProblemBody)))]
pub async fn assign(State(app): State<App>, Path(id): Path<String>, Body(meet): Body<Meet>) -> Answer {
    let id = existing(&app, &id).await?;
    let unit = match (meet.device.as_deref(), meet.customer.as_deref()) {
        (Some(device), Some(customer)) => Unit::device(device)?.known_as(customer)?,
        (Some(device), None) => Unit::device(device)?,
        (None, Some(customer)) => Unit::customer(customer)?,
        (None, None) => return Err(Problem::invalid("Say whom: give `customer`, `device`, or both.")),
    };
    let now = app.now();
    let assignment = measure::assign(app.store(), id, &unit, now).await?;
    let mut is_news = false;
    if meet.expose {
        let mut tx = app.store().begin().await?;
        is_news = measure::expose(&mut tx, &assignment, now).await?;
        tx.commit().await?;
    }
    json(&json!({
        "change": id,
        "arm": assignment.arm(),
        "serve_change": assignment.serves_change(),
        "why": assignment.why(),
        "exposed": is_news,
    }))
}
