//! The pages: one module each, with its view model, its template and its handlers.

pub mod account;
pub mod ads;
pub mod board;
pub mod concepts;
pub mod data;
pub mod demo;
pub mod desk;
pub mod evidence;
pub mod help;
pub mod jobs;
pub mod launch;
pub mod library;
pub mod map;
pub mod measure;
pub mod post_mortem;
pub mod recommend;
pub mod replay;
pub mod review;
pub mod settings;
pub mod sprints;
pub mod studio;
pub mod today;

use crate::{auth::access::Access, routes::Routes};

/// All routes of the pages.
pub fn routes(routes: Routes) -> Routes {
    let routes =
        settings::routes(recommend::routes(measure::routes(library::routes(map::routes(data::routes(routes))))));
    routes
        .get("/welcome", Access::Public, account::welcome)
        .post("/welcome", Access::Public, account::make_owner)
        .get("/login", Access::Public, account::login)
        .post("/login", Access::Public, account::sign_in)
        .post("/logout", Access::VIEW, account::sign_out)
        .get("/invite/{token}", Access::Public, account::invitation)
        .post("/invite/{token}", Access::Public, account::accept)
        .get("/help/errors", Access::Public, help::errors)
        .get("/", Access::VIEW, today::show)
        .post("/today/segment", Access::EDIT, today::segment)
        .get("/evidence", Access::VIEW, evidence::show)
        .get("/jobs/{id}", Access::VIEW, jobs::show)
        .post("/demo/next-day", Access::EDIT, demo::next_day)
        .get("/board", Access::VIEW, board::show)
        .post("/board/{id}/move", Access::EDIT, concepts::move_card)
        .get("/concepts/{id}", Access::VIEW, concepts::sheet)
        .get("/sprints", Access::VIEW, sprints::list)
        .post("/sprints", Access::EDIT, sprints::create)
        .get("/sprints/{n}", Access::VIEW, sprints::go)
        .get("/sprints/{n}/brief", Access::VIEW, sprints::brief)
        .post("/sprints/{n}/brief", Access::EDIT, sprints::save)
        .get("/sprints/{n}/brief.toml", Access::VIEW, sprints::toml)
        .post("/sprints/{n}/brief.toml", Access::EDIT, sprints::paste_toml)
        .get("/sprints/{n}/concepts", Access::VIEW, concepts::show)
        .get("/sprints/{n}/concepts/compare", Access::VIEW, concepts::compare)
        .post("/sprints/{n}/concepts/draft", Access::EDIT, concepts::draft)
        .post("/sprints/{n}/concepts/pick", Access::EDIT, concepts::pick)
        .post("/sprints/{n}/concepts/redraw", Access::EDIT, concepts::redraw)
        .post("/sprints/{n}/concepts/own", Access::EDIT, concepts::own)
        .post("/sprints/{n}/concepts/vote", Access::EDIT, concepts::vote)
        .get("/replay", Access::VIEW, replay::show)
        .post("/replay/run", Access::EDIT, replay::run)
        .get("/ads", Access::VIEW, ads::show)
        .post("/ads", Access::EDIT, ads::change)
        .upload("/ads/learn", Access::EDIT, crate::api::MAX_ADS_BYTES, ads::learn)
        .get("/sprints/{n}/studio", Access::VIEW, studio::show)
        .post("/sprints/{n}/studio/generate", Access::EDIT, studio::generate)
        .post("/drafts/{id}/save", Access::EDIT, studio::save)
        .post("/drafts/{id}/approve", Access::APPROVE, studio::approve)
        .post("/drafts/{id}/withdraw", Access::APPROVE, studio::withdraw)
        .get("/drafts/{id}/prompt", Access::VIEW, studio::prompt)
        .post("/drafts/{id}/paste", Access::EDIT, studio::paste)
        .get("/drafts/{id}/history", Access::VIEW, studio::history)
        .post("/drafts/{id}/revert/{number}", Access::EDIT, studio::revert)
        .get("/sprints/{n}/launch", Access::VIEW, launch::show)
        .post("/sprints/{n}/launch/budget", Access::EDIT, launch::budget)
        .post("/sprints/{n}/launch/export", Access::APPROVE, launch::export)
        .post("/sprints/{n}/launch/live", Access::APPROVE, launch::go_live)
        .post("/sprints/{n}/launch/kill/{id}", Access::APPROVE, launch::kill)
        .get("/sprints/{n}/launch/files/{name}", Access::VIEW, launch::file)
        .get("/sprints/{n}/review", Access::VIEW, review::show)
        .post("/sprints/{n}/review/run", Access::EDIT, review::run)
        .post("/sprints/{n}/review/decide", Access::EDIT, review::decide)
        .get("/sprints/{n}/post-mortem", Access::VIEW, post_mortem::show)
        .post("/sprints/{n}/post-mortem/draft", Access::EDIT, post_mortem::draft)
        .post("/sprints/{n}/post-mortem/save", Access::EDIT, post_mortem::save)
        .post("/sprints/{n}/post-mortem/actions", Access::EDIT, post_mortem::add_action)
        .post("/sprints/{n}/post-mortem/actions/{id}", Access::EDIT, post_mortem::set_done)
        .post("/sprints/{n}/post-mortem/sign", Access::APPROVE, post_mortem::sign)
}
