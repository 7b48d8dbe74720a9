//! The judge's pages: earned, ledger, one change, killed, health, plan.

pub mod change;
mod course;
mod earned;
mod health;
mod killed;
mod ledger;
mod plan;
pub(crate) mod say;
mod split;

use crate::{auth::access::Access, routes::Routes};

/// The routes of these pages.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/measure", Access::VIEW, earned::show)
        .get("/measure/changes", Access::VIEW, ledger::show)
        .get("/measure/changes/{id}", Access::VIEW, change::show)
        .post("/measure/changes/{id}/off", Access::APPROVE, change::off)
        .post("/measure/changes/{id}/keep", Access::APPROVE, change::keep)
        .post("/measure/changes/{id}/confirm", Access::EDIT, change::confirm)
        .get("/measure/killed", Access::VIEW, killed::show)
        .get("/measure/health", Access::VIEW, health::show)
        .post("/measure/health/check", Access::EDIT, health::check)
        .get("/measure/plan", Access::VIEW, plan::show)
        .post("/measure/plan/choose", Access::APPROVE, plan::choose)
        .post("/measure/plan/split", Access::APPROVE, split::register)
}
