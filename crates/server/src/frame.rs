//! What stands around every page: navigation, brand, sprint, person.

use domain::{Day, DayRange, InstantMs, sprint::SprintStage};
use jiff::tz::TimeZone;
use store::{brand::Brand, sprints::SprintRow};

use crate::{auth::access::Who, view};

/// A page of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nav {
    /// What the brand made, and what must be decided.
    Today,
    /// Concepts by stage.
    Board,
    /// The team's value stream.
    Map,
    /// The sprint's brief.
    Brief,
    /// Twenty ideas, three picks.
    Concepts,
    /// Copy.
    Studio,
    /// Checks and exports.
    Launch,
    /// Every morning.
    Review,
    /// What was learnt.
    PostMortem,
    /// What made money that would not have been made anyway.
    Earned,
    /// All changes.
    Ledger,
    /// What is off, and what that saved.
    Killed,
    /// Whether the judge can be trusted.
    Judge,
    /// Before the start.
    Plan,
    /// What the miners were worth.
    Replay,
    /// What is recommended, by which model.
    Recommend,
    /// One customer or product, model by model.
    Workbench,
    /// A merchandiser's rules.
    Rules,
    /// Prompts.
    Library,
    /// Imports and gates.
    Data,
    /// Past ads and forecasts.
    Ads,
    /// Brand, people, keys.
    Settings,
    /// No entry of the navigation.
    None,
}

/// A link of the navigation.
#[derive(Debug, Clone)]
pub struct NavLink {
    /// Address.
    pub href: String,
    /// Text.
    pub label: &'static str,
    /// Icon.
    pub icon: &'static str,
    /// The letter after `g`.
    pub key: char,
    /// It is this page.
    pub active: bool,
    /// Where the sprint stands with it: `done`, `now`, `next`, or empty.
    pub step: &'static str,
}

/// Links under a heading.
#[derive(Debug, Clone)]
pub struct NavGroup {
    /// Heading; empty for the first.
    pub label: &'static str,
    /// Links.
    pub links: Vec<NavLink>,
}

/// The sprint in the top bar.
#[derive(Debug, Clone)]
pub struct SprintBadge {
    /// Its number.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// `Day 8 of 14`, or its stage before and after.
    pub day: String,
}

/// The bar of a demo.
#[derive(Debug, Clone)]
pub struct DemoBar {
    /// Today in the demo, `Thu 12 Nov`.
    pub today: String,
}

/// A note from the page before.
#[derive(Debug, Clone)]
pub struct Flash {
    /// `good`, `bad` or `plain`.
    pub tone: String,
    /// Text.
    pub text: String,
}

/// Everything the layout shows.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Title of the page.
    pub title: String,
    /// Groups of the navigation.
    pub groups: Vec<NavGroup>,
    /// Brand's name.
    pub brand: String,
    /// Its initials.
    pub initials: String,
    /// The current sprint.
    pub sprint: Option<SprintBadge>,
    /// Until when data was imported.
    pub data_as_of: String,
    /// Person's name.
    pub person: String,
    /// Their e-mail address.
    pub actor: String,
    /// Their initials.
    pub person_initials: String,
    /// Their role.
    pub role: &'static str,
    /// May they write, approve, own.
    pub can_edit: bool,
    /// May they approve.
    pub can_approve: bool,
    /// May they manage.
    pub can_own: bool,
    /// Token for forms.
    pub csrf: String,
    /// A note from the page before.
    pub flash: Option<Flash>,
    /// The demo's bar.
    pub demo: Option<DemoBar>,
    /// Version of the assets.
    pub v: &'static str,
}

/// What the frame is made of, read once a page.
#[derive(Debug, Clone)]
pub struct Context {
    /// The brand.
    pub brand: Brand,
    /// Its time zone.
    pub zone: TimeZone,
    /// The newest sprint.
    pub sprint: Option<SprintRow>,
    /// Now.
    pub now: InstantMs,
    /// Today in the brand's time zone.
    pub today: Day,
}

impl Frame {
    /// The frame of a page. `data_as_of` is what the page's numbers know of.
    pub fn new(context: &Context, who: &Who, nav: Nav, title: &str, demo: bool) -> Frame {
        let stage = context.sprint.as_ref().map(|sprint| sprint.stage);
        let number = context.sprint.as_ref().map(|sprint| sprint.number);
        Frame {
            title: title.to_owned(),
            groups: groups(nav, number, stage),
            brand: context.brand.name.clone(),
            initials: view::initials(&context.brand.name),
            sprint: context.sprint.as_ref().map(|sprint| badge(sprint, context.today)),
            data_as_of: String::new(),
            person: who.name.clone(),
            actor: who.actor.clone(),
            person_initials: view::initials(&who.name),
            role: who.role.map_or("", |role| role.as_str()),
            can_edit: who.can_edit(),
            can_approve: who.can_approve(),
            can_own: who.can_own(),
            csrf: who.csrf.clone(),
            flash: None,
            demo: demo.then(|| DemoBar { today: view::weekday(context.today) }),
            v: crate::assets::version(),
        }
    }

    /// Says until when data is known.
    pub fn as_of(mut self, text: impl Into<String>) -> Frame {
        self.data_as_of = text.into();
        self
    }

    /// All links, for the palette and the phone's drawer.
    pub fn links(&self) -> impl Iterator<Item = &NavLink> {
        self.groups.iter().flat_map(|group| &group.links)
    }

    /// The link for a letter.
    pub fn link(&self, key: &char) -> Option<&NavLink> {
        self.links().find(|link| link.key == *key)
    }
}

/// The days of a sprint: the fortnight that ends with its flight, longer only where the flight is.
pub fn sprint_days(flight: DayRange) -> DayRange {
    DayRange { from: flight.from.min(flight.to.plus(-13)), to: flight.to }
}

/// What a sprint's badge says: the day while it is live, its stage otherwise.
fn badge(sprint: &SprintRow, today: Day) -> SprintBadge {
    let days = sprint.brief.as_ref().map(|brief| sprint_days(brief.flight));
    let day = match (sprint.stage, days) {
        (SprintStage::Live, Some(days)) => {
            let length = days.len_days();
            format!("Day {} of {length}", (today.days_since(days.from) + 1).clamp(1, length.max(1)))
        }
        (stage, _) => stage.label().to_owned(),
    };
    SprintBadge { number: sprint.number, title: sprint.title.clone(), day }
}

/// The navigation. Links of the sprint lead to the newest one; without a sprint they lead to where one is started.
pub fn groups(nav: Nav, sprint: Option<i64>, stage: Option<SprintStage>) -> Vec<NavGroup> {
    let of_sprint = |page: &str| sprint.map_or_else(|| "/sprints".to_owned(), |n| format!("/sprints/{n}/{page}"));
    let link = |page: Nav, href: String, label, icon, key| NavLink {
        href,
        label,
        icon,
        key,
        active: page == nav,
        step: step(page, stage),
    };
    vec![
        NavGroup {
            label: "",
            links: vec![
                link(Nav::Today, "/".into(), "Today", "sunrise", 't'),
                link(Nav::Board, "/board".into(), "Board", "square-kanban", 'b'),
            ],
        },
        NavGroup {
            label: "This sprint",
            links: vec![
                link(Nav::Brief, of_sprint("brief"), "Brief", "file-text", 'r'),
                link(Nav::Concepts, of_sprint("concepts"), "Concepts", "lightbulb", 'c'),
                link(Nav::Studio, of_sprint("studio"), "Studio", "pen-line", 's'),
                link(Nav::Launch, of_sprint("launch"), "Launch", "rocket", 'l'),
                link(Nav::Review, of_sprint("review"), "Review", "activity", 'v'),
                link(Nav::PostMortem, of_sprint("post-mortem"), "Post-mortem", "clipboard-check", 'p'),
            ],
        },
        NavGroup {
            label: "Measure",
            links: vec![
                link(Nav::Earned, "/measure".into(), "Earned", "coins", 'a'),
                link(Nav::Ledger, "/measure/changes".into(), "Ledger", "book-open-check", 'g'),
                link(Nav::Killed, "/measure/killed".into(), "Killed", "power-off", 'k'),
                link(Nav::Plan, "/measure/plan".into(), "Plan", "gauge", 'n'),
                link(Nav::Replay, "/replay".into(), "Replay", "history", 'y'),
                link(Nav::Judge, "/measure/health".into(), "Judge’s health", "heart-pulse", 'h'),
            ],
        },
        NavGroup {
            label: "Personalise",
            links: vec![
                link(Nav::Recommend, "/recommend".into(), "Recommendations", "sparkles", 'o'),
                link(Nav::Workbench, "/recommend/workbench".into(), "Workbench", "microscope", 'w'),
                link(Nav::Rules, "/recommend/rules".into(), "Rules", "list-ordered", 'u'),
            ],
        },
        NavGroup {
            label: "How we work",
            links: vec![
                link(Nav::Map, "/map".into(), "Map", "workflow", 'm'),
                link(Nav::Library, "/library".into(), "Library", "library", 'i'),
            ],
        },
        NavGroup {
            label: "Brand",
            links: vec![
                link(Nav::Data, "/data".into(), "Data", "database", 'd'),
                link(Nav::Ads, "/ads".into(), "Past ads", "tag", 'f'),
                link(Nav::Settings, "/settings".into(), "Settings", "settings", 'e'),
            ],
        },
    ]
}

/// Where the sprint stands with a page's stage.
fn step(page: Nav, stage: Option<SprintStage>) -> &'static str {
    let of_page = match page {
        Nav::Brief => SprintStage::Brief,
        Nav::Concepts => SprintStage::Concepts,
        Nav::Studio => SprintStage::Studio,
        Nav::Launch => SprintStage::Launch,
        Nav::Review => SprintStage::Live,
        Nav::PostMortem => SprintStage::PostMortem,
        _ => return "",
    };
    match stage {
        None => "",
        Some(now) if of_page < now => "done",
        Some(now) if of_page == now => "now",
        Some(_) => "next",
    }
}
