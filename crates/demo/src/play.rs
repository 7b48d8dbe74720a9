//! The steps of a sprint, each through its use case, with the world answering.

use domain::{Day, DayRange, InstantMs, SprintId, sprint::Brief};
use intake::Intake;
use lake::Lake;
use simulate::{LaunchedConcept, World};
use sprint::{Context, brief, concepts, launch, postmortem, qa, review, sprints, studio};
use store::{Store, drafts};

use crate::{
    DemoError,
    morning::{self, Imported},
    plan::{APPROVER, EDITOR, LEAD, REASONS},
    state::DemoState,
};

/// A stage with the people of the demo on it.
pub(crate) struct Stage {
    pub(crate) intake: Intake,
    pub(crate) world: World,
    pub(crate) state: DemoState,
    /// The day up to which files were imported.
    pub(crate) imported_to: Option<Day>,
}

impl Stage {
    /// Somebody acts on `day` at `hour`:`minute`.
    pub(crate) async fn at(&self, day: Day, (hour, minute): (i64, i64), actor: &str) -> Result<Context, DemoError> {
        let now = self.instant(day, (hour, minute));
        Ok(Context::load(self.store().clone(), self.lake().clone(), now, actor).await?)
    }

    /// A moment of a day at the brand.
    pub(crate) fn instant(&self, day: Day, (hour, minute): (i64, i64)) -> InstantMs {
        InstantMs(day.start_in(&self.world.config().zone).0 + (hour * 60 + minute) * 60_000)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.intake.store
    }

    fn lake(&self) -> &Lake {
        &self.intake.lake
    }

    /// Lets the world run until `day` begins, and imports what it exported.
    pub(crate) async fn morning_of(&mut self, day: Day) -> Result<Imported, DemoError> {
        let yesterday = day.plus(-1);
        self.live_until(yesterday).await?;
        self.state.yesterday = self.state.yesterday.max(yesterday);
        let now = self.instant(day, (7, 0));
        let imported = match self.imported_to {
            None => morning::history(&self.intake, &self.world, now).await?,
            Some(last) => morning::news(&self.intake, &self.world, last.plus(1), now).await?,
        };
        self.imported_to = Some(yesterday);
        Ok(imported)
    }

    /// Imports what visitors did on the days from `from` until `day` begins.
    pub(crate) async fn events_since(&self, from: Day, day: Day) -> Result<Imported, DemoError> {
        let range = DayRange { from, to: day.plus(-1) };
        morning::events(&self.intake, &self.world, range, self.instant(day, (7, 30))).await
    }

    /// Day 1: brief, concepts, picks.
    pub(crate) async fn first_day(&self, day: Day, brief: Brief, seed: u64) -> Result<SprintId, DemoError> {
        let ctx = self.at(day, (9, 5), LEAD).await?;
        let sprint = sprints::create(&ctx, &brief.title, None).await?.id;
        let ctx = self.at(day, (9, 40), LEAD).await?;
        brief::save(&ctx, sprint, brief).await?;
        let ctx = self.at(day, (10, 0), LEAD).await?;
        let sheet = concepts::propose(&ctx, sprint, seed).await?;
        let wanted = REASONS.len();
        // The first of each third: the strongest, and two further down, as teams do.
        let step = (sheet.concepts.len() / wanted.max(1)).max(1);
        for (index, reason) in REASONS.iter().take(wanted).enumerate() {
            let ctx = self.at(day, (10, 25 + 5 * index as i64), LEAD).await?;
            concepts::pick(&ctx, sheet.concepts[index * step].id, reason).await?;
        }
        Ok(sprint)
    }

    /// Days 2 to 4: drafts by the composer, a few edits, approval.
    pub(crate) async fn copy_days(&self, day_two: Day, sprint: SprintId) -> Result<(), DemoError> {
        let ctx = self.at(day_two, (9, 30), EDITOR).await?;
        studio::generate(&ctx, sprint, &studio::Engine::Composer, &|_| {}).await?;
        let all = drafts::of_sprint(self.store(), sprint).await?;
        for (index, draft) in all.iter().enumerate() {
            let ctx = self.at(day_two.plus(2), (14, 3 * index as i64), APPROVER).await?;
            if draft.spot_check {
                studio::spot_check(&ctx, draft.id).await?;
            }
            studio::approve(&ctx, draft.id).await?;
        }
        Ok(())
    }

    /// Day 5: checks, export, and the ads are switched on; the world hears of it.
    pub(crate) async fn launch_day(&mut self, day: Day, sprint: SprintId) -> Result<(), DemoError> {
        let ctx = self.at(day, (10, 0), LEAD).await?;
        if let launch::Export::Blocked(report) = launch::export(&ctx, sprint).await? {
            let first =
                report.checks.iter().find(|check| check.status == qa::Status::Block).map(|check| check.message.clone());
            return Err(DemoError::Refused(format!("the launch is blocked: {}", first.unwrap_or_default())));
        }
        let ctx = self.at(day, (11, 0), LEAD).await?;
        let launched = launch::go_live(&ctx, sprint, day).await?;
        let row = sprints::get(&ctx, sprint).await?;
        let brief = sprints::brief_of(&row)?;
        for concept in switched_on(self.store(), sprint, &launched.document, brief).await? {
            self.state.launches.push((day.plus(-1), concept.clone()));
            self.world.launch(concept);
        }
        Ok(())
    }

    /// A morning's review; every other line is accepted, the rest dismissed, with reasons. Returns how many ask for an
    /// action.
    pub(crate) async fn review(&self, day: Day, sprint: SprintId, decide: bool) -> Result<usize, DemoError> {
        let ctx = self.at(day, (9, 0), LEAD).await?;
        let view = review::run(&ctx, sprint).await?;
        if decide {
            for (index, line) in view.doc.lines.iter().enumerate() {
                let (accepted, reason) =
                    if index % 2 == 0 { (true, "Done this morning.") } else { (false, "We watch it one more day.") };
                review::decide(&ctx, sprint, view.doc.day, &line.key, accepted, reason).await?;
            }
        }
        Ok(view.doc.lines.iter().filter(|line| line.severity == review::Severity::Act).count())
    }

    /// The last day: the post-mortem is drafted, gets an action of its own, and is signed.
    pub(crate) async fn last_day(&self, day: Day, sprint: SprintId) -> Result<Closed, DemoError> {
        let ctx = self.at(day, (15, 0), LEAD).await?;
        let drafted = postmortem::draft(&ctx, sprint).await?;
        let doc = &drafted.document;
        let own = postmortem::NewAction {
            text: "Ask ten customers who came over the winner what made them click".into(),
            owner: EDITOR.into(),
            due_on: day.plus(9),
        };
        let kept = doc.actions.iter().map(|action| postmortem::NewAction {
            text: action.text.clone(),
            owner: if action.owner.is_empty() { LEAD.into() } else { action.owner.clone() },
            due_on: action.due_on,
        });
        let words = postmortem::Words {
            summary: doc.summary.clone(),
            keep: doc.keep.clone(),
            stop: doc.stop.clone(),
            try_next: doc.try_next.clone(),
            actions: kept.chain([own]).collect(),
        };
        let ctx = self.at(day, (15, 40), LEAD).await?;
        postmortem::save(&ctx, sprint, &words).await?;
        let ctx = self.at(day, (16, 0), LEAD).await?;
        let signed = postmortem::sign(&ctx, sprint).await?;
        Ok(Closed { headline: signed.document.headline.clone() })
    }
}

impl Stage {
    /// Begins the next sprint; returns how many open actions its brief carries.
    pub(crate) async fn begin_next(&self, day: Day) -> Result<usize, DemoError> {
        let (spec, currency) = (self.world.brand(), self.world.config().currency);
        let next = crate::plan::brief(crate::plan::Story::Second, spec, currency, day);
        let ctx = self.at(day, (9, 0), LEAD).await?;
        let row = sprints::create(&ctx, &next.title, None).await?;
        brief::save(&ctx, row.id, next).await?;
        let row = sprints::get(&ctx, row.id).await?;
        Ok(sprints::brief_of(&row)?.carried_actions.len())
    }
}

/// A sprint's launched concepts as the simulated platforms see them: the budget split evenly over the concepts.
pub(crate) async fn switched_on(
    store: &Store,
    sprint: SprintId,
    launched: &launch::LaunchDoc,
    brief: &Brief,
) -> Result<Vec<LaunchedConcept>, DemoError> {
    let per_concept = launched.plan.daily_minor() / launched.concepts.len().max(1) as i64;
    let picked = store::concepts::picked(store, sprint).await?;
    let concept = |row: &store::concepts::ConceptRow| LaunchedConcept {
        channels: brief.channels.clone(),
        ..LaunchedConcept::of(&row.concept, &brief.title, per_concept, brief.flight)
    };
    Ok(picked.iter().map(concept).collect())
}

/// What a signed sprint came to.
pub(crate) struct Closed {
    /// Its headline.
    pub(crate) headline: String,
}
