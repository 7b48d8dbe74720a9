//! What the pages show: plain structs that templates read, made by `pages` out of what use cases answer.
//!
//! Text arrives here ready to read (units, currency, dates), so templates decide about looks only, and a page can be
//! looked at in every state without a database (`cargo run -p server --example gallery`).
#![allow(missing_docs, reason = "fields are named for the template that reads them; the struct says what it is")]

use askama::Template;

use crate::frame::Frame;

/// A page per line: the frame around it, its view and its template. Stands before the modules that use it.
macro_rules! pages {
    ($($(#[$doc:meta])* $page:ident($view:ty) = $path:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Template)]
        #[template(path = $path)]
        pub struct $page {
            pub frame: Frame,
            pub view: $view,
        }
    )*};
}

pub mod concepts;
pub mod data;
pub mod launch;
pub mod learn;
pub mod library;
pub mod map;
pub mod measure;
pub mod recommend;
pub mod replay;
pub mod settings;
pub mod studio;
pub mod team;
pub mod today;

pub use concepts::*;
pub use data::*;
pub use launch::*;
pub use learn::*;
pub use library::*;
pub use map::*;
pub use measure::*;
pub use recommend::*;
pub use replay::*;
pub use settings::*;
pub use studio::*;
pub use team::*;
pub use today::*;

/// An option of a select, a checkbox or a filter.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    pub key: String,
    pub label: String,
    pub on: bool,
}

impl Choice {
    /// An option.
    pub fn new(key: impl Into<String>, label: impl Into<String>, on: bool) -> Choice {
        Choice { key: key.into(), label: label.into(), on }
    }
}

/// A filter or tab with how many things stand behind it.
#[derive(Debug, Clone, Default)]
pub struct Tab {
    pub href: String,
    pub label: String,
    pub count: String,
    pub on: bool,
}

/// A figure with its label and a note.
#[derive(Debug, Clone, Default)]
pub struct Stat {
    pub label: String,
    pub value: String,
    pub note: String,
    /// Address of its rows; empty where there are none to show.
    pub href: String,
}

/// Long work as a page shows it.
#[derive(Debug, Clone, Default)]
pub struct JobView {
    pub id: String,
    pub title: String,
    pub count: String,
    pub note: String,
    pub href: String,
    pub done: i64,
    pub total: i64,
    pub running: bool,
    pub failed: bool,
}

/// A check with its state (`pass`, `warn`, `block`) and its mend.
#[derive(Debug, Clone, Default)]
pub struct GateView {
    pub name: String,
    pub state: &'static str,
    pub lines: Vec<String>,
    pub href: String,
    pub action: String,
    pub tone: &'static str,
    pub word: String,
}

pages! {
    /// Today.
    TodayPage(TodayView) = "today.html";
    /// Board.
    BoardPage(BoardView) = "board.html";
    /// Workflow map.
    MapPage(MapView) = "map.html";
    /// All sprints.
    SprintsPage(SprintsView) = "sprints.html";
    /// Brief.
    BriefPage(BriefView) = "brief.html";
    /// Concepts.
    ConceptsPage(ConceptsView) = "concepts.html";
    /// Studio.
    StudioPage(StudioView) = "studio.html";
    /// Launch.
    LaunchPage(LaunchView) = "launch.html";
    /// Review.
    ReviewPage(ReviewView) = "review.html";
    /// Post-mortem.
    PostMortemPage(PostMortemView) = "post_mortem.html";
    /// Library.
    LibraryPage(LibraryView) = "library.html";
    /// Data.
    DataPage(DataView) = "data.html";
    /// Kinds of orders and their rules.
    OrdersPage(OrdersView) = "data_orders.html";
    /// Settings.
    SettingsPage(SettingsView) = "settings.html";
}

/// Progress of long work, a fragment that replaces itself.
#[derive(Template)]
#[template(path = "parts/job.html")]
pub struct JobFragment {
    pub job: JobView,
}
