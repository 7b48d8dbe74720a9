//! The demo's one button.

use axum::{Extension, extract::State};

use super::desk::told;
use crate::{
    App,
    auth::access::Who,
    html::{self, Page},
    problem::{Code, Problem, sentence},
    view,
};

/// `POST /demo/next-day`: the simulated world lives through today and the team imports what it exported.
pub async fn next_day(State(app): State<App>, Extension(_): Extension<Who>) -> Page {
    if !app.config().demo {
        return Err(Problem::not_found("demo here"));
    }
    match demo::next_day(app.store(), app.lake(), &app.config().data_dir).await {
        Ok(today) => Ok(html::done("/", &format!("It is {}. Yesterday’s exports are in.", view::weekday(today)))),
        Err(error) => told(Problem::new(Code::Conflict, sentence(&error.to_string())), "/"),
    }
}
