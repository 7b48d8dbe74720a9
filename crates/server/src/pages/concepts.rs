//! Concepts: twenty ideas out of the data, exactly as many picked as the brief says.

use std::collections::BTreeMap;

use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use domain::{
    ConceptId,
    sprint::{Angle, Concept, SprintStage},
};
use serde::Deserialize;
use store::concepts::{ConceptRow, ConceptState};

use super::{
    desk::{Desk, context, sprint_of, told},
    evidence, jobs,
    sprints::{Pairs, all, field, seed},
};
use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    html::{self, Page},
    problem::Problem,
    view,
    views::{Choice, ComparePage, ConceptCard, ConceptSheet, ConceptsPage, ConceptsView, EvidenceView, Tab},
};

/// What is filtered by.
#[derive(Deserialize)]
pub struct Filter {
    #[serde(default)]
    angle: String,
}

/// `GET /sprints/{n}/concepts`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Query(filter): Query<Filter>,
    headers: HeaderMap,
) -> Page {
    let (desk, row) = Desk::of(&app, &who, &headers, number).await?;
    let (concepts, sheet) = sprint::concepts::list(&desk.ctx, row.id).await?;
    let before_launch = row.stage < SprintStage::Live;
    let pick_count = row.brief.as_ref().map_or(3, |brief| brief.pick_count);
    let picked = concepts.iter().filter(|row| row.state == ConceptState::Picked).count();
    let angle: Option<Angle> = filter.angle.parse().ok();
    let base = format!("/sprints/{number}/concepts");
    let mut view = ConceptsView {
        bets: format!("Bets: of {}, expect none or one to win.", words(pick_count)),
        can_draft: before_launch && who.can_edit() && row.brief.is_some(),
        can_pick: before_launch && who.can_edit() && angle.is_none(),
        comparable: !concepts.is_empty(),
        pick_count,
        picked_text: format!("{picked} of {pick_count} picked"),
        pick_href: format!("{base}/pick"),
        draft_href: format!("{base}/draft"),
        compare_href: format!("{base}/compare"),
        brief_href: format!("/sprints/{number}/brief"),
        brief_missing: row.brief.is_none(),
        heading: "Concepts".into(),
        ..ConceptsView::default()
    };
    if concepts.is_empty() {
        let orders = sprint::today::read(&desk.ctx).await?.is_some();
        view.data_missing = !orders;
        (view.empty_title, view.empty_text) = match (row.brief.is_some(), orders) {
            (false, _) => ("First the brief".into(), "Concepts are drafted from your data for a brief: what shall be different, for whom, with which budget.".into()),
            (true, false) => ("No orders yet".into(), "Concepts come out of what people bought. Import your orders first.".into()),
            (true, true) => ("Ready to draft".into(), "Fortnight searches your data for opportunities, counts the people in each, and writes a card for every one worth a bet.".into()),
        };
    } else {
        view.heading = format!("{}, pick {pick_count}", view::plural(concepts.len() as i64, "concept", "concepts"));
        let mut counts: BTreeMap<Angle, i64> = BTreeMap::new();
        for row in &concepts {
            *counts.entry(row.concept.angle).or_default() += 1;
        }
        view.filters.push(Tab {
            href: base.clone(),
            label: "All".into(),
            count: concepts.len().to_string(),
            on: angle.is_none(),
        });
        for (each, count) in counts {
            let href = format!("{base}?angle={}", each.as_str());
            view.filters.push(Tab {
                href,
                label: each.label().into(),
                count: count.to_string(),
                on: angle == Some(each),
            });
        }
        view.cards = concepts
            .iter()
            .filter(|row| angle.is_none_or(|angle| row.concept.angle == angle))
            .map(|row| card(&desk, row))
            .collect();
    }
    ideas(&desk, &row, &mut view, before_launch && who.can_edit()).await?;
    view.job = jobs::latest(&app, jobs::CONCEPTS, &row.id.to_string()).await?.filter(|job| job.running || job.failed);
    view.model = crate::model::get(app.store()).await?.map(|model| model.model.clone()).unwrap_or_default();
    if let Some(mut sheet) = sheet {
        for card in &mut view.cards {
            card.before = sheet.before.remove(&card.id).unwrap_or_default();
            if !card.before.is_empty() {
                card.expect.clone_from(&card.before);
            }
        }
        view.wish = [sheet.wish.take(), sheet.written_by.take()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        if let Some(alike) = &sheet.alike {
            view.measured = format!(
                "{}, {} led by a discount, {} with a customer’s own words. Most alike, {:.2} of at most {:.2}: “{}” and “{}”.",
                view::plural(sheet.insights as i64, "distinct insight", "distinct insights"),
                sheet.discount_led,
                sheet.quoted,
                alike.similarity,
                sprint::concepts::MAX_SIMILARITY,
                alike.titles[0],
                alike.titles[1]
            );
        }
        let until = sheet.data_until.map(|day| format!("Data ends on {}.", view::day(day))).unwrap_or_default();
        view.note = [sheet.shortfall, until].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
        view.silent =
            sheet.silences.into_iter().map(|silence| (format!("{}.", silence.miner.label()), silence.reason)).collect();
    }
    html::page(&ConceptsPage { frame: desk.frame(Nav::Concepts, "Concepts"), view })
}

/// What is offered around the cards: another draw after a wish, an own idea, the silent vote.
async fn ideas(
    desk: &Desk,
    row: &store::sprints::SprintRow,
    view: &mut ConceptsView,
    may: bool,
) -> Result<(), Problem> {
    let base = format!("/sprints/{}/concepts", row.number);
    view.redraw_href = format!("{base}/redraw");
    view.own_href = format!("{base}/own");
    view.vote_href = format!("{base}/vote");
    view.segments = sprint::concepts::segments().into_iter().map(str::to_owned).collect();
    view.angles = sprint::ads::ANGLES.iter().map(|angle| Choice::new(angle.as_str(), angle.label(), false)).collect();
    let standing = sprint::concepts::vote::standing(&desk.ctx, row.id, &voter(&desk.who)).await?;
    view.can_vote = may && standing.is_open && desk.who.id.is_some();
    view.can_open_vote = may && !standing.is_open && !view.cards.is_empty();
    view.can_close_vote = standing.is_open && desk.who.can_own();
    for card in &mut view.cards {
        card.voted = standing.mine.contains(&card.id);
        if let Some(names) = standing.names.get(&card.id) {
            card.votes = format!("{}: {}", view::plural(names.len() as i64, "vote", "votes"), names.join(", "));
        }
    }
    view.vote_text = match (standing.is_open, standing.is_closed) {
        (true, _) => format!(
            "Silent vote: {} of {} handed in{}. Names show once everybody has, or an owner closes it.",
            standing.handed_in,
            standing.voters,
            if standing.mine_in { ", you among them" } else { "" }
        ),
        (_, true) => format!("The silent vote is closed ({}).", standing.closed_by.unwrap_or_default()),
        _ => String::new(),
    };
    Ok(())
}

/// How a person is told apart in a silent vote.
pub(crate) fn voter(who: &Who) -> String {
    who.id.map_or_else(|| who.actor.clone(), |id| id.to_string())
}

/// `POST /sprints/{n}/concepts/redraw`
pub async fn redraw(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let to = format!("/sprints/{number}/concepts");
    if let Some(begun) = with_model(&app, &ctx, &who, &row, (&form, Some(field(&form, "wish").to_owned()))).await? {
        return Ok(begun);
    }
    match sprint::concepts::redraw(&ctx, row.id, field(&form, "wish")).await.map_err(Problem::from) {
        Ok(drafted) => {
            let wish = drafted.sheet.wish.unwrap_or_default();
            let text = format!(
                "{} drawn; what was picked stays. {wish}",
                view::plural(drafted.concepts.len() as i64, "other concept is", "other concepts are")
            );
            Ok(html::done(&to, text.trim()))
        }
        Err(problem) => told(problem, &to),
    }
}

/// `POST /sprints/{n}/concepts/own`
pub async fn own(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let to = format!("/sprints/{number}/concepts");
    let text = |name: &str| field(&form, name).to_owned();
    let idea = sprint::concepts::Idea {
        title: text("title"),
        hook: text("hook"),
        insight: text("insight"),
        why_now: text("why-now"),
        segment: text("segment"),
        product: text("product"),
        angle: text("angle"),
        with_offer: !field(&form, "offer").is_empty(),
    };
    match sprint::concepts::add_own(&ctx, row.id, &idea).await.map_err(Problem::from) {
        Ok((concept, sized)) => Ok(html::done(&to, &format!("“{}” is on the sheet, {}.", concept.title, sized.told()))),
        Err(problem) => told(problem, &to),
    }
}

/// `POST /sprints/{n}/concepts/vote`: opens the silent vote, hands in, or (owners) closes it.
pub async fn vote(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let to = format!("/sprints/{number}/concepts");
    let done = match field(&form, "do") {
        "open" => sprint::concepts::vote::open(&ctx, row.id).await.map(|()| "The silent vote is open."),
        "close" if who.can_own() => {
            sprint::concepts::vote::close(&ctx, row.id).await.map(|()| "The vote is closed; names show now.")
        }
        "close" => Err(sprint::SprintError::refused("Only an owner closes a vote before everybody has voted.")),
        _ if who.id.is_none() => Err(sprint::SprintError::refused("A vote is a person’s: sign in to hand one in.")),
        _ => {
            let wanted = all(&form, "vote").into_iter().filter_map(|id| id.parse().ok()).collect();
            let handed = sprint::concepts::vote::hand_in(&ctx, row.id, &voter(&who), &wanted).await;
            handed.map(|standing| match standing.is_closed {
                true => "Your votes are in, and so are everybody’s: names show now.",
                false => "Your votes are in. Nobody sees them before the vote is closed.",
            })
        }
    };
    match done.map_err(Problem::from) {
        Ok(text) => Ok(html::done(&to, text)),
        Err(problem) => told(problem, &to),
    }
}

fn words(n: u32) -> String {
    match n {
        1 => "one".into(),
        2 => "two".into(),
        3 => "three".into(),
        4 => "four".into(),
        5 => "five".into(),
        n => n.to_string(),
    }
}

/// A concept as its card shows it.
pub fn card(desk: &Desk, row: &ConceptRow) -> ConceptCard {
    let Concept {
        id, title, insight, hook, segment, pool, effort, angle, channels, hypothesis, evidence: list, ..
    } = &row.concept;
    ConceptCard {
        id: id.to_string(),
        position: row.position.to_string(),
        title: title.clone(),
        insight: insight.clone(),
        why_now: row.concept.why_now.clone(),
        hook: hook.clone(),
        segment: segment.clone(),
        people: view::count(pool.people),
        past_revenue: format!("{} so far", desk.money(pool.past_revenue_minor)),
        effort: effort.label().split(':').next().unwrap_or_default().to_owned(),
        angle: angle.label().into(),
        tags: channels.iter().map(|channel| channel.label().to_owned()).collect(),
        hypothesis: hypothesis.clone(),
        before: String::new(),
        expect: sprint::concepts::face(&row.concept, None).expect,
        brought_by: row.concept.brought_by.clone().unwrap_or_default(),
        voted: false,
        votes: String::new(),
        evidence: if list.is_empty() { String::new() } else { evidence::of_concept(*id, 0) },
        href: format!("/concepts/{id}"),
        picked: row.state == ConceptState::Picked,
        killed: row.state == ConceptState::Killed,
        reason: row.reason.clone().unwrap_or_default(),
    }
}

/// Drafts concepts behind the data gate: data that carries no concept is refused, with what would mend it.
///
/// # Errors
/// The gate is closed, or the use case refused.
pub async fn propose(
    app: &App,
    ctx: &sprint::Context,
    id: domain::SprintId,
    number: i64,
) -> Result<sprint::concepts::Drafted, Problem> {
    let intake =
        intake::Intake::open(ctx.store.clone(), ctx.lake.clone(), &app.config().data_dir, app.random()).await?;
    intake::require_concepts(&intake, ctx.now).await?;
    Ok(sprint::concepts::propose(ctx, id, seed(number)).await?)
}

/// Begins drawing with the model where the form asks for it and one is set up; a reload finds the work again.
async fn with_model(
    app: &App,
    ctx: &sprint::Context,
    who: &Who,
    row: &store::sprints::SprintRow,
    (form, wish): (&Pairs, Option<String>),
) -> Result<Option<Response>, Problem> {
    let to = format!("/sprints/{}/concepts", row.number);
    let ("model", Some(model)) = (field(form, "by"), crate::model::get(app.store()).await?) else { return Ok(None) };
    if jobs::latest(app, jobs::CONCEPTS, &row.id.to_string()).await?.is_some_and(|job| job.running) {
        return Ok(Some(html::go(&to, "plain", "Drawing is under way already.")));
    }
    let intake =
        intake::Intake::open(ctx.store.clone(), ctx.lake.clone(), &app.config().data_dir, app.random()).await?;
    intake::require_concepts(&intake, ctx.now).await?;
    let model = match llm::connect(&model.config()) {
        Ok(model) => model,
        Err(error) => return told(Problem::new(crate::problem::Code::ModelFailed, error.to_string()), &to).map(Some),
    };
    let engine = sprint::studio::Engine::with_model(ctx, row.id, model).await?;
    jobs::concepts(app, ctx.clone(), (row.id, seed(row.number), wish), engine, &who.actor).await?;
    Ok(Some(html::go(&to, "plain", "Drawing has begun. You may leave this page.")))
}

/// `POST /sprints/{n}/concepts/draft`
pub async fn draft(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let to = format!("/sprints/{number}/concepts");
    if let Some(begun) = with_model(&app, &ctx, &who, &row, (&form, None)).await? {
        return Ok(begun);
    }
    match propose(&app, &ctx, row.id, number).await {
        Ok(drafted) => Ok(html::done(
            &to,
            &format!(
                "{} drafted from your data.",
                view::plural(drafted.concepts.len() as i64, "concept is", "concepts are")
            ),
        )),
        Err(problem) => told(problem, &to),
    }
}

/// `POST /sprints/{n}/concepts/pick`: the ticked ones are picked, the others put back; each with its reason.
pub async fn pick(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Form(form): Form<Pairs>,
) -> Page {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, number).await?;
    let to = format!("/sprints/{number}/concepts");
    match try_pick(&ctx, &row, &form).await {
        Ok((picked, wanted)) if picked == wanted => {
            Ok(html::done(&to, "The picks are saved. Copy comes next, in the studio."))
        }
        Ok((picked, wanted)) => Ok(html::go(&to, "plain", &format!("{picked} of {wanted} picked so far."))),
        Err(problem) => told(problem, &to),
    }
}

async fn try_pick(
    ctx: &sprint::Context,
    row: &store::sprints::SprintRow,
    form: &Pairs,
) -> Result<(usize, usize), Problem> {
    let (concepts, _) = sprint::concepts::list(ctx, row.id).await?;
    let wanted: Vec<ConceptId> = all(form, "pick").into_iter().filter_map(|id| id.parse().ok()).collect();
    let pick_count = row.brief.as_ref().map_or(3, |brief| brief.pick_count) as usize;
    if wanted.len() > pick_count {
        return Err(Problem::invalid(format!("{} are ticked; pick exactly {pick_count}.", wanted.len())));
    }
    for each in &wanted {
        if field(form, &format!("reason-{each}")).is_empty() {
            let title =
                concepts.iter().find(|row| row.concept.id == *each).map_or("it", |row| row.concept.title.as_str());
            return Err(Problem::invalid(format!("Say in a sentence why you pick “{title}”.")));
        }
    }
    for row in concepts.iter().filter(|row| row.state == ConceptState::Picked && !wanted.contains(&row.concept.id)) {
        sprint::concepts::unpick(ctx, row.concept.id).await?;
    }
    for row in concepts.iter().filter(|row| wanted.contains(&row.concept.id)) {
        let reason = field(form, &format!("reason-{}", row.concept.id));
        if row.state == ConceptState::Picked && row.reason.as_deref() == Some(reason) {
            continue;
        }
        if row.state == ConceptState::Picked {
            sprint::concepts::unpick(ctx, row.concept.id).await?;
        }
        sprint::concepts::pick(ctx, row.concept.id, reason).await?;
    }
    // Exactly as many as the brief says: work goes on in the studio.
    if wanted.len() == pick_count && row.stage == SprintStage::Concepts {
        sprint::sprints::move_to(ctx, row.id, SprintStage::Studio).await?;
    }
    Ok((wanted.len(), pick_count))
}

/// `GET /concepts/{id}`: everything about a concept, in a sheet.
pub async fn sheet(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Page {
    let id: ConceptId = id.parse().map_err(|_| Problem::not_found("such concept"))?;
    let row = store::concepts::get(app.store(), id).await?.ok_or_else(|| Problem::not_found("such concept"))?;
    let desk = Desk::open(&app, &who, &headers).await?;
    let brief = store::sprints::get(app.store(), row.sprint).await?.and_then(|sprint| sprint.brief);
    let offer = row.concept.offer.and_then(|at| brief.as_ref()?.offers.get(at).map(|offer| offer.label.clone()));
    let mut rows = vec![
        ("Insight".to_owned(), row.concept.insight.clone()),
        (
            "Why now".into(),
            Some(row.concept.why_now.clone()).filter(|now| !now.is_empty()).unwrap_or_else(|| "Nobody said.".into()),
        ),
        ("Hypothesis".into(), row.concept.hypothesis.clone()),
        (
            "Pool".into(),
            format!(
                "{}, {} so far. Not a forecast.",
                view::plural(row.concept.pool.people, "person", "people"),
                desk.money(row.concept.pool.past_revenue_minor)
            ),
        ),
        (
            "Products".into(),
            if row.concept.product_titles.is_empty() {
                "The whole catalogue".into()
            } else {
                row.concept.product_titles.join(", ")
            },
        ),
        ("Offer".into(), offer.unwrap_or_else(|| "Full price".into())),
        ("Channels".into(), row.concept.channels.iter().map(|channel| channel.label()).collect::<Vec<_>>().join(", ")),
        ("Effort".into(), row.concept.effort.label().into()),
        (
            "Comes from".into(),
            match &row.concept.brought_by {
                Some(name) => format!("{name}, an own idea"),
                None => row.concept.miner.replace('_', " "),
            },
        ),
        ("Mark in links".into(), row.concept.id.utm_content()),
    ];
    if let Some(quote) = &row.concept.quote {
        rows.push((
            "Customer’s words".into(),
            format!(
                "“{}” Review {}, {} of 5 stars; {} of {} good reviews of the product say “{}”.",
                quote.words, quote.review_id, quote.rating, quote.reviews, quote.of, quote.phrase
            ),
        ));
    }
    if let (Some(reason), Some(by)) = (&row.reason, &row.decided_by) {
        rows.push((
            if row.state == ConceptState::Killed { "Set aside" } else { "Picked" }.into(),
            format!("{by}: {reason}"),
        ));
    }
    let evidence = row
        .concept
        .evidence
        .iter()
        .map(|item| EvidenceView {
            name: item.name.replace('_', " "),
            as_of: format!("As of {}, fact {}.", desk.at(item.as_of), view::count(item.as_of_seq)),
            sql: item.sql.clone(),
            values: item
                .values
                .iter()
                .map(|(key, value)| {
                    (key.replace('_', " "), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                })
                .collect(),
        })
        .collect();
    html::page(&ConceptSheet { c: card(&desk, &row), rows, evidence })
}

/// `GET /sprints/{n}/concepts/compare`
pub async fn compare(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(number): Path<i64>,
    Query(form): Query<Pairs>,
    headers: HeaderMap,
) -> Page {
    let (desk, row) = Desk::of(&app, &who, &headers, number).await?;
    let (concepts, _) = sprint::concepts::list(&desk.ctx, row.id).await?;
    let wanted = all(&form, "c");
    let cards = concepts
        .iter()
        .filter(|row| wanted.contains(&row.concept.id.to_string().as_str()))
        .take(4)
        .map(|row| card(&desk, row))
        .collect();
    html::page(&ComparePage {
        frame: desk.frame(Nav::Concepts, "Compare"),
        back: format!("/sprints/{number}/concepts"),
        cards,
    })
}

/// `POST /board/{id}/move`: what dragging a card and its menu do.
pub async fn move_card(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(form): Form<Pairs>,
) -> Result<Response, Problem> {
    let id: ConceptId = id.parse().map_err(|_| Problem::not_found("such concept"))?;
    let ctx = context(&app, &who).await?;
    let row = store::concepts::get(app.store(), id).await?.ok_or_else(|| Problem::not_found("such concept"))?;
    let reason = Some(field(&form, "reason")).filter(|reason| !reason.is_empty()).unwrap_or("Moved on the board");
    let moved = match (row.state, field(&form, "to")) {
        (ConceptState::Picked, "open") => sprint::concepts::unpick(&ctx, id).await,
        (ConceptState::Killed, "open") => sprint::concepts::reopen(&ctx, id).await,
        (ConceptState::Open, "picked") => sprint::concepts::pick(&ctx, id, reason).await,
        (ConceptState::Open, "killed") => sprint::concepts::kill(&ctx, id, reason).await,
        (_, to) => Err(sprint::SprintError::refused(match to {
            "studio" | "launch" | "live" => {
                "Cards get there by the work itself: write and approve their copy, then launch."
            }
            _ => "A card goes back to Concepts first.",
        })),
    };
    match moved.map_err(Problem::from) {
        Ok(()) => Ok(html::done("/board", "The card is moved.")),
        Err(problem) if html::is_fragment(&headers) => Err(problem),
        Err(problem) => told(problem, "/board"),
    }
}
