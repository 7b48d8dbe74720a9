//! The board: the current sprint's concepts by where they stand.

use axum::{Extension, extract::State, http::HeaderMap};
use domain::sprint::SprintStage;
use store::concepts::{ConceptRow, ConceptState};

use super::{concepts::card, desk::Desk};
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    views::{BoardPage, BoardView, Lane, Target, Ticket},
};

/// `GET /board`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let frame = desk.frame(Nav::Board, "Board");
    let Some(sprint) = desk.sprint.clone() else {
        return html::page(&BoardPage { frame, view: BoardView { start: "/sprints".into(), lanes: vec![] } });
    };
    let (concepts, _) = sprint::concepts::list(&desk.ctx, sprint.id).await?;
    if concepts.is_empty() {
        let start = super::sprints::page_of(sprint.number, sprint.stage);
        return html::page(&BoardPage { frame, view: BoardView { start, lanes: vec![] } });
    }
    let drafts = store::drafts::of_sprint(app.store(), sprint.id).await?;
    let picks = sprint.brief.as_ref().map_or(3, |brief| brief.pick_count);
    let mut lanes = [
        ("open", "Concepts", "No open idea."),
        ("picked", "Picked", "Pick with a reason; copy comes next."),
        ("studio", "Studio", "No copy in work."),
        ("launch", "Approved", "Approved copy waits here for the launch."),
        ("live", "Live", "Nothing is switched on."),
        ("killed", "Set aside", "Nothing was set aside."),
    ]
    .map(|(key, name, empty)| Lane { key: key.into(), name: name.into(), empty: empty.into(), ..Lane::default() });
    for row in &concepts {
        let mine: Vec<_> = drafts.iter().filter(|draft| draft.concept_id == row.concept.id).collect();
        let approved = mine.iter().filter(|draft| draft.approved_by.is_some()).count();
        let lane = match row.state {
            ConceptState::Open => 0,
            ConceptState::Killed => 5,
            ConceptState::Picked if sprint.stage >= SprintStage::Live => 4,
            ConceptState::Picked if mine.is_empty() => 1,
            ConceptState::Picked if approved == mine.len() => 3,
            ConceptState::Picked => 2,
        };
        let state = match lane {
            2 => format!("{approved} of {} approved", mine.len()),
            4 => "Not yet provable".into(),
            _ => String::new(),
        };
        let href = match lane {
            2..=4 => format!("/sprints/{}/studio?concept={}", sprint.number, row.concept.id),
            _ => format!("/sprints/{}/concepts#c-{}", sprint.number, row.concept.id),
        };
        lanes[lane].cards.push(ticket(&desk, row, state, href, sprint.stage));
    }
    for lane in &mut lanes {
        let n = lane.cards.len();
        lane.hint = match lane.key.as_str() {
            "picked" if sprint.stage < SprintStage::Studio => format!("{n} of {picks}"),
            "live" if n > 0 => desk.frame(Nav::Board, "").sprint.map_or(n.to_string(), |badge| badge.day),
            _ => n.to_string(),
        };
    }
    html::page(&BoardPage { frame, view: BoardView { start: String::new(), lanes: lanes.into() } })
}

fn ticket(desk: &Desk, row: &ConceptRow, state: String, href: String, stage: SprintStage) -> Ticket {
    let shown = card(desk, row);
    let target = |key: &str, name: &str| Target { key: key.into(), name: name.into() };
    let targets = match row.state {
        _ if stage >= SprintStage::Live => vec![],
        ConceptState::Open => vec![target("picked", "Picked"), target("killed", "Set aside")],
        ConceptState::Picked | ConceptState::Killed => vec![target("open", "Concepts")],
    };
    Ticket {
        title: shown.title,
        href,
        segment: shown.segment,
        angle: shown.angle,
        pool: format!("{} people, {}", shown.people, shown.past_revenue),
        tone: "line",
        state,
        move_to: format!("/board/{}/move", row.concept.id),
        targets,
    }
}
