//! Today: the brand's own money in sentences, and what must be decided now.

use askama::Template;
use axum::{Extension, extract::State, http::HeaderMap};

use crate::{
    App,
    auth::access::Who,
    frame::{Context, Frame, Nav},
    html::{self, Page},
};

/// A piece of a sentence; with an address it is a number that opens its rows.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Text.
    pub text: String,
    /// Address of the evidence; empty for plain text.
    pub href: String,
}

/// A figure beside the headline.
#[derive(Debug, Clone, Default)]
pub struct Stat {
    /// What it is.
    pub label: String,
    /// The figure with its unit.
    pub value: String,
    /// Comparison or range.
    pub note: String,
    /// Address of its rows.
    pub href: String,
}

/// Something to decide, to watch or to know.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// What.
    pub title: String,
    /// Why, with numbers.
    pub why: String,
    /// `bad`, `warn` or empty.
    pub tone: String,
    /// Where it is decided.
    pub href: String,
    /// The button's text.
    pub action: String,
    /// Address of the rows behind it.
    pub evidence: String,
}

/// A day of the sprint's timeline.
#[derive(Debug, Clone, Default)]
pub struct DayMark {
    /// 1 to 14.
    pub number: i32,
    /// `past`, `today` or `next`.
    pub state: &'static str,
    /// What happens on it, for the tooltip.
    pub title: String,
    /// Something stands on it.
    pub mark: String,
}

/// A line under the timeline.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// Bold.
    pub label: String,
    /// The rest.
    pub text: String,
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct TodayView {
    /// There is no data yet.
    pub is_empty: bool,
    /// Which days the headline covers.
    pub period: String,
    /// Headline before the amount.
    pub headline_before: String,
    /// The amount.
    pub net: Part,
    /// Headline after it.
    pub headline_after: String,
    /// Sentences below.
    pub sentences: Vec<Vec<Part>>,
    /// Sparkline, SVG.
    pub spark: String,
    /// Days of the sparkline.
    pub spark_days: usize,
    /// Figures.
    pub stats: Vec<Stat>,
    /// Must be decided now, worst first.
    pub decide: Vec<Item>,
    /// What stands where nothing must be decided.
    pub calm: String,
    /// Worth a look.
    pub watch: Vec<Item>,
    /// Good to know.
    pub know: Vec<Item>,
    /// The sprint.
    pub sprint_title: String,
    /// Its dates.
    pub sprint_dates: String,
    /// Its days; empty where there is no sprint.
    pub days: Vec<DayMark>,
    /// Lines under the timeline.
    pub steps: Vec<Step>,
}

/// The page.
#[derive(Template)]
#[template(path = "today.html")]
pub struct TodayPage {
    /// Layout.
    pub frame: Frame,
    /// Content.
    pub view: TodayView,
}

/// `GET /`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let context = Context::read(&app).await?;
    let mut frame = Frame::new(&context, &who, Nav::Today, "Today", app.config().demo);
    frame.flash = html::flash(&headers);
    html::page(&TodayPage { frame, view: TodayView { is_empty: true, ..TodayView::default() } })
}
