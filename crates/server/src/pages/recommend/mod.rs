//! Recommendations: overview, placements, workbench, rules, and sessions that mislead.

mod edit;
mod fields;
mod overview;
mod placements;
mod preview;
mod rules;
mod say;
mod sessions;
mod text;
mod train;
mod workbench;

use crate::{auth::access::Access, routes::Routes, views::Tab};

/// The routes of these pages.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/recommend", Access::VIEW, overview::show)
        .post("/recommend/train", Access::EDIT, train::now)
        .post("/recommend/serve", Access::APPROVE, overview::serve)
        .post("/recommend/contest", Access::APPROVE, overview::begin_contest)
        .post("/recommend/contest/end", Access::APPROVE, overview::end_contest)
        .get("/recommend/export.csv", Access::EDIT, overview::export)
        .get("/recommend/placements", Access::VIEW, placements::show)
        .post("/recommend/placements/{placement}", Access::APPROVE, placements::set)
        .get("/recommend/workbench", Access::VIEW, workbench::show)
        .get("/recommend/rules", Access::VIEW, rules::show)
        .post("/recommend/rules/edit", Access::EDIT, rules::edit)
        .post("/recommend/rules/do", Access::EDIT, rules::act)
        .post("/recommend/rules/save", Access::EDIT, rules::save)
        .post("/recommend/rules/discard", Access::EDIT, rules::discard)
        .post("/recommend/rules/restore", Access::EDIT, rules::restore)
        .get("/recommend/sessions", Access::VIEW, sessions::show)
        .post("/recommend/sessions/exclude", Access::EDIT, sessions::exclude)
        .post("/recommend/sessions/include", Access::EDIT, sessions::include)
}

/// The tabs of the first three pages.
fn tabs(on: &str) -> Vec<Tab> {
    [
        ("/recommend", "Overview"),
        ("/recommend/placements", "Placements"),
        ("/recommend/sessions", "Sessions that mislead"),
    ]
    .into_iter()
    .map(|(href, label)| Tab { href: href.into(), label: label.into(), count: String::new(), on: href == on })
    .collect()
}
