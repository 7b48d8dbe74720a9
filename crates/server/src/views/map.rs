//! The workflow map, to read and to edit.

use askama::Template;

use super::Stat;
use crate::frame::Frame;

/// A stage as it is read: today's figures, the redesign's, and how painful it is.
#[derive(Debug, Clone, Default)]
pub struct StageLine {
    pub name: String,
    pub note: String,
    pub how: String,
    pub hours: String,
    pub elapsed: String,
    pub waiting: String,
    pub cost: String,
    pub people: String,
    /// 1 to 5; the template draws as many marks.
    pub pain: u8,
    /// `3 h · 0.5 d`, empty where the stage stays.
    pub then: String,
    pub is_bottleneck: bool,
}

/// A stage of the last sprint as its activity says.
#[derive(Debug, Clone, Default)]
pub struct MeasuredLine {
    pub name: String,
    pub hours: String,
    pub elapsed: String,
    pub people: String,
    pub actions: String,
}

/// The workflow map.
#[derive(Debug, Clone, Default)]
pub struct MapView {
    /// Nobody saved a map yet: these are the built-in template's figures.
    pub is_template: bool,
    pub headline: String,
    pub stats: Vec<Stat>,
    pub today_svg: String,
    pub today_line: String,
    pub redesign_svg: String,
    pub redesign_line: String,
    pub painful: Vec<(String, String)>,
    pub stages: Vec<StageLine>,
    pub measured_of: String,
    pub measured: Vec<MeasuredLine>,
    pub saved: String,
}

/// One number of a stage in the form.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub name: &'static str,
    pub label: &'static str,
    pub value: String,
    pub problem: String,
}

/// A stage in the form. `key` follows the stage when it moves, so that the keyboard's place does too.
#[derive(Debug, Clone, Default)]
pub struct StageForm {
    pub key: String,
    pub position: usize,
    pub name: String,
    pub name_problem: String,
    pub note: String,
    pub how: String,
    pub today: Vec<Cell>,
    pub then: Vec<Cell>,
    pub is_first: bool,
    pub is_last: bool,
}

/// The map's form.
#[derive(Debug, Clone, Default)]
pub struct MapFormView {
    pub stages: Vec<StageForm>,
    pub currency: String,
    pub problems: Vec<String>,
    /// What the last button did, for people who do not see it.
    pub said: String,
    pub can_add: bool,
    pub only_one: bool,
}

/// The map's form as a page.
#[derive(Template)]
#[template(path = "map_edit.html")]
pub struct MapEditPage {
    pub frame: Frame,
    pub view: MapFormView,
}
