//! What every page handler starts from: the use cases' context, the frame, and how their answers become pages.

use axum::{http::HeaderMap, response::Response};
use domain::InstantMs;
use sprint::SprintError;
use store::sprints::SprintRow;

use crate::{
    App,
    auth::access::Who,
    frame::{Context, Frame, Nav},
    html::{self, Page},
    problem::{Code, Problem},
    view,
};

/// A person at the desk: who asks, when, about which sprint.
pub struct Desk {
    /// What use cases are given.
    pub ctx: sprint::Context,
    /// Who asks.
    pub who: Who,
    /// The sprint the page is about; the current one where the address names none.
    pub sprint: Option<SprintRow>,
    flash: Option<crate::frame::Flash>,
    demo: bool,
}

impl Desk {
    /// A desk about the current sprint.
    ///
    /// # Errors
    /// The database refused.
    pub async fn open(app: &App, who: &Who, headers: &HeaderMap) -> Result<Desk, Problem> {
        let ctx = sprint::Context::load(app.store().clone(), app.lake().clone(), app.now(), &who.name).await?;
        let sprint = sprint::sprints::current(&ctx).await?;
        let sprint = match sprint {
            Some(sprint) => Some(sprint),
            None => sprint::sprints::list(&ctx).await?.into_iter().next(),
        };
        Ok(Desk { ctx, who: who.clone(), sprint, flash: html::flash(headers), demo: app.config().demo })
    }

    /// A desk about a sprint by its number.
    ///
    /// # Errors
    /// There is no such sprint, or the database refused.
    pub async fn of(app: &App, who: &Who, headers: &HeaderMap, number: i64) -> Result<(Desk, SprintRow), Problem> {
        let mut desk = Desk::open(app, who, headers).await?;
        let sprint = store::sprints::by_number(app.store(), number).await?;
        let sprint = sprint.ok_or_else(|| Problem::not_found(&format!("sprint {number}")))?;
        desk.sprint = Some(sprint.clone());
        Ok((desk, sprint))
    }

    /// The frame of a page.
    pub fn frame(&self, nav: Nav, title: &str) -> Frame {
        let context = Context {
            brand: self.ctx.brand.clone(),
            zone: self.ctx.zone.clone(),
            sprint: self.sprint.clone(),
            now: self.ctx.now,
            today: self.ctx.today(),
        };
        let mut frame = Frame::new(&context, &self.who, nav, title, self.demo);
        frame.flash = self.flash.clone();
        frame
    }

    /// Money rounded to whole units.
    pub fn money(&self, minor: i64) -> String {
        view::money_round(minor, self.ctx.brand.currency)
    }

    /// An instant in the brand's time zone.
    pub fn at(&self, at: InstantMs) -> String {
        view::instant(at, &self.ctx.zone)
    }
}

/// The context of a use case that a form calls.
///
/// # Errors
/// The brand cannot be read.
pub async fn context(app: &App, who: &Who) -> Result<sprint::Context, Problem> {
    Ok(sprint::Context::load(app.store().clone(), app.lake().clone(), app.now(), &who.name).await?)
}

/// A sprint by the number in the address.
///
/// # Errors
/// There is none, or the database refused.
pub async fn sprint_of(app: &App, number: i64) -> Result<SprintRow, Problem> {
    let sprint = store::sprints::by_number(app.store(), number).await?;
    sprint.ok_or_else(|| Problem::not_found(&format!("sprint {number}")))
}

/// After a form: says what was done on a page, or what the rules forbid; faults of ours stay faults.
///
/// # Errors
/// The use case failed for another reason than its rules.
pub fn after<T>(result: Result<T, SprintError>, to: &str, text: &str) -> Page {
    match result.map_err(Problem::from) {
        Ok(_) => Ok(html::done(to, text)),
        Err(problem) => told(problem, to),
    }
}

/// Says a refusal on a page instead of answering with an error page.
///
/// # Errors
/// It is no refusal but a fault.
pub fn told(problem: Problem, to: &str) -> Result<Response, Problem> {
    match problem.code {
        Code::Conflict | Code::Invalid | Code::DataNotReady | Code::LaunchBlocked | Code::ModelFailed => {
            Ok(html::go(to, "bad", &problem.message))
        }
        _ => Err(problem),
    }
}
