//! `fortnight demo --headless`: one sprint from brief to signed post-mortem, and what it truly did beside what it says.

use std::path::Path;

use domain::{Day, DayRange};
use lake::Lake;
use serde::Serialize;
use simulate::{ConceptTruth, Truth};
use store::Store;

use crate::{
    DemoError, JudgedChange,
    fill::{SPRINT_DAYS, stage},
    morning::Imported,
    plan::{self, Story},
    state::DemoState,
};

/// What a played sprint came to.
#[derive(Debug, Clone, Serialize)]
pub struct Played {
    /// Seed of the world.
    pub seed: u64,
    /// The sprint's days.
    pub days: DayRange,
    /// The import of two years.
    pub history: Imported,
    /// Concepts drafted.
    pub concepts: usize,
    /// Concepts launched.
    pub launched: usize,
    /// Drafts approved.
    pub drafts: usize,
    /// Review lines that asked for an action, over the mornings of the flight.
    pub review_actions: usize,
    /// The post-mortem's first sentence.
    pub headline: String,
    /// Action items the next brief carries in.
    pub carried_actions: usize,
    /// What the world knows of all days: the importers' figures must equal it.
    pub truth: Truth,
    /// What the concepts truly did, which no report can say.
    pub concept_truths: Vec<ConceptTruth>,
    /// The changes of the ledger: what the judge says beside the truth.
    pub judged: Vec<JudgedChange>,
}

/// Plays one sprint in an empty store and begins the next, which carries the open actions.
///
/// # Errors
/// The store holds something already, or a step failed.
pub async fn play(
    store: &Store,
    lake: &Lake,
    data_dir: &Path,
    (seed, small): (u64, bool),
    day_one: Day,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Played, DemoError> {
    if store::seq::latest(store).await? > 0 {
        return Err(DemoError::Refused("This data folder holds a brand already; a demo needs an empty one.".into()));
    }
    say("Simulating and importing two years of a brand");
    let mut stage = stage(store, lake, data_dir, DemoState::new(seed, day_one, small)).await?;
    let last = day_one.plus(SPRINT_DAYS);
    stage.register_programmes(day_one, last).await?;
    let history = stage.morning_of(day_one).await?;
    stage.judge(day_one).await?;
    let (spec, currency) = (stage.world.brand(), stage.world.config().currency);
    say("Day 1: brief and concepts");
    let sprint = stage.first_day(day_one, plan::brief(Story::First, spec, currency, day_one), seed).await?;
    let concepts = store::concepts::list(store, sprint).await?.len();
    say("Days 2 to 4: copy");
    stage.copy_days(day_one.plus(1), sprint).await?;
    let drafts = store::drafts::of_sprint(store, sprint).await?.len();
    say("Day 5: launch");
    stage.launch_day(day_one.plus(4), sprint).await?;
    let mut review_actions = 0;
    for day in 6..SPRINT_DAYS {
        say(&format!("Day {}: review", day + 1));
        stage.morning_of(day_one.plus(day)).await?;
        review_actions += stage.review(day_one.plus(day), sprint, true).await?;
    }
    say("The morning after: post-mortem");
    stage.morning_of(last).await?;
    stage.judge(last).await?;
    let closed = stage.last_day(last, sprint).await?;
    say("The next sprint begins");
    let next = stage.begin_next(last.plus(1)).await?;
    let mut tx = store.begin().await?;
    stage.state.save(&mut tx).await?;
    tx.commit().await?;
    let span = stage.world.span();
    let judged = stage.judged().await?;
    Ok(Played {
        seed,
        days: DayRange { from: day_one, to: last.plus(-1) },
        history,
        concepts,
        launched: stage.state.launches.len(),
        drafts,
        review_actions,
        headline: closed.headline,
        carried_actions: next,
        truth: stage.world.truth(span),
        concept_truths: stage.world.concept_truths(span),
        judged,
    })
}
