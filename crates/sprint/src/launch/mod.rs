//! The launch: approved drafts become the platforms' files, everything in them paused, and every concept in them is
//! entered into the ledger in the same transaction.

mod campaign;
mod ledger;
mod links;
mod plan;
mod spend;

use std::collections::BTreeMap;

use domain::{
    ConceptId, Day, Money, SprintId,
    launch::LaunchCampaign,
    sprint::{Channel, SprintStage},
};
use measure::Registered;
use serde::{Deserialize, Serialize};
use store::{drafts, launches, sprints};

use crate::{Context, SprintError, ask::day_words, qa, studio::Desk};

pub use links::{is_tagged, slug, source_medium, tagged};
pub use plan::{ChannelBudget, Plan, plan, set_plan};

pub(crate) use campaign::{campaign, campaign_name, mails};

/// A concept as it was launched: what leads reports back to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchedConcept {
    /// The concept.
    pub concept_id: ConceptId,
    /// Its title.
    pub title: String,
    /// The mark in its links and ad names.
    pub utm_content: String,
    /// Its ledger entry.
    pub change_id: domain::ChangeId,
    /// Its channels.
    pub channels: Vec<Channel>,
}

/// What a launch consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchDoc {
    /// The concepts in the order of the sheet.
    pub concepts: Vec<LaunchedConcept>,
    /// Campaign names by channel.
    pub campaigns: Vec<(Channel, String)>,
    /// The split of the budget.
    pub plan: Plan,
    /// Budget of the flight, minor units.
    pub budget_minor: i64,
    /// Number of ads and e-mails.
    pub ads: usize,
}

/// A launch as stored.
pub type Launch = launches::Launch<LaunchDoc>;

/// What an export came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Export {
    /// Checks block it; nothing was written.
    Blocked(qa::Report),
    /// The files, the same bytes every time until a draft or the plan changes.
    Done {
        /// The launch.
        launch: Launch,
        /// Its files.
        files: Vec<launches::File>,
        /// What the checks said, warnings among it.
        report: qa::Report,
    },
}

/// Checks the sprint, registers its concepts as changes and writes its files. Once the sprint is live, the files are
/// those that went out.
///
/// # Errors
/// There is no brief or no picked concept, a draft changed while it was exported, or the store failed. A check that
/// blocks is no error but [`Export::Blocked`].
pub async fn export(ctx: &Context, sprint: SprintId) -> Result<Export, SprintError> {
    let desk = Desk::open(ctx, sprint).await?;
    let report = qa::run(ctx, sprint).await?;
    if desk.sprint.stage >= SprintStage::Live {
        return match stored(ctx, sprint).await? {
            Some((launch, files)) => Ok(Export::Done { launch, files, report }),
            None => Err(SprintError::Refused("This sprint went live without an export from here.".into())),
        };
    }
    if report.blocks() {
        return Ok(Export::Blocked(report));
    }
    let checked = drafts::of_sprint(&ctx.store, sprint).await?;
    let plan = plan::plan(ctx, sprint, &desk.brief, desk.concepts.len()).await?;
    let baseline = ledger::baseline(ctx).await?;
    let launched: Vec<ConceptId> = desk.concepts.iter().map(|concept| concept.id).collect();
    let spent = spend::by_concept(ctx, sprint, &launched).await?;
    let rate = spend::rate(ctx, &spent).await?;
    let mut tx = ctx.store.begin().await?;
    for draft in &checked {
        if drafts::get(&mut tx, draft.id).await? != *draft {
            return Err(SprintError::Refused(format!("“{}” was changed meanwhile; export again.", draft.name)));
        }
    }
    let mut registered = BTreeMap::new();
    for concept in &desk.concepts {
        let new = ledger::change(&desk, &baseline, concept);
        registered.insert(concept.id, measure::register(&mut tx, &new, ctx.now, &ctx.actor).await?);
    }
    spend::book(ctx, &mut tx, &spent, &registered, rate).await?;
    let (files, doc) = write(&desk, &plan, &checked, &registered);
    let digest = digest(&files);
    let mut launch = launches::Launch {
        sprint_id: sprint,
        document: doc,
        digest,
        exported_by: ctx.actor.clone(),
        exported_at: ctx.now,
        live_on: None,
        live_by: None,
        kill_on: None,
    };
    match launches::get_in::<LaunchDoc>(&mut tx, sprint).await? {
        Some(old) if old.digest == launch.digest && old.document == launch.document => launch = old,
        _ => {
            launches::put(&mut tx, &launch, &files).await?;
            let detail = format!("{} files", files.len());
            ctx.record(&mut tx, (Some(sprint), Some(SprintStage::Launch)), "launch.export", "launch", &detail).await?;
        }
    }
    if desk.sprint.stage < SprintStage::Launch {
        crate::sprints::advance(ctx, &mut tx, sprint, SprintStage::Launch).await?;
    }
    tx.commit().await?;
    Ok(Export::Done { launch, files, report })
}

/// The launch of a sprint and its files, if it was exported.
///
/// # Errors
/// The store failed.
pub async fn stored(ctx: &Context, sprint: SprintId) -> Result<Option<(Launch, Vec<launches::File>)>, SprintError> {
    let Some(launch) = launches::get::<LaunchDoc>(&ctx.store, sprint).await? else { return Ok(None) };
    Ok(Some((launch, launches::files(&ctx.store, sprint).await?)))
}

/// Somebody switched the campaigns on: the sprint is live since `day`, and its kill day is 30 days later.
///
/// # Errors
/// Nothing is exported, the sprint is live already, the day is in the future or before the export's day, or the store
/// failed.
pub async fn go_live(ctx: &Context, sprint: SprintId, day: Day) -> Result<Launch, SprintError> {
    let today = ctx.today();
    if day > today {
        let message = format!("{} is still to come; mark it as live once it is.", day_words(day));
        return Err(SprintError::Refused(message));
    }
    let mut tx = ctx.store.begin().await?;
    let row = sprints::get_in(&mut tx, sprint).await?;
    let Some(launch) = launches::get_in::<LaunchDoc>(&mut tx, sprint).await? else {
        return Err(SprintError::Refused("Nothing is exported yet. Export the launch first.".into()));
    };
    let exported_on = launch.exported_at.day_in(&ctx.zone);
    if day < exported_on {
        let message =
            format!("The launch was exported on {}; it cannot have been live before.", day_words(exported_on));
        return Err(SprintError::Refused(message));
    }
    if row.stage != SprintStage::Launch {
        return Err(SprintError::Refused("This sprint is not waiting to go live.".into()));
    }
    launches::set_live(&mut tx, sprint, day, day.plus(measure::KILL_AFTER_DAYS), &ctx.actor).await?;
    for change in measure::registered_of(&ctx.store, sprint).await? {
        if day >= change.row().starts_on {
            measure::went_live(&mut tx, change.id(), day, ctx.now, &ctx.actor).await?;
        }
    }
    crate::sprints::advance(ctx, &mut tx, sprint, SprintStage::Live).await?;
    ctx.record(&mut tx, (Some(sprint), Some(SprintStage::Live)), "launch.live", "launch", &day.to_string()).await?;
    tx.commit().await?;
    let launch = launches::get::<LaunchDoc>(&ctx.store, sprint).await?;
    launch.ok_or_else(|| SprintError::Refused("Nothing is exported yet. Export the launch first.".into()))
}

/// The files of a launch. Only registered concepts can be in them: there is no other way to get a [`Registered`] than
/// through the ledger.
fn write(
    desk: &Desk,
    plan: &Plan,
    drafts: &[drafts::Draft],
    registered: &BTreeMap<ConceptId, Registered>,
) -> (Vec<launches::File>, LaunchDoc) {
    let live: Vec<drafts::Draft> =
        drafts.iter().filter(|draft| registered.contains_key(&draft.concept_id)).cloned().collect();
    let mut files = Vec::new();
    let mut campaigns = Vec::new();
    let mut add = |channel: Channel, name: &str, csv: fn(&LaunchCampaign) -> String| {
        if let Some(campaign) = campaign(desk, plan, &live, channel) {
            files.push(launches::File { name: name.to_owned(), content: csv(&campaign) });
            campaigns.push((channel, campaign_name(desk, channel)));
        }
    };
    add(Channel::GoogleSearch, "google-ads-editor.csv", formats::launch::google_editor_csv);
    add(Channel::Meta, "meta-bulk-import.csv", formats::launch::meta_bulk_csv);
    for mail in mails(desk, &live) {
        files.push(launches::File { name: mail.file_name, content: mail.text });
    }
    let launched = |concept: &domain::sprint::Concept| {
        let channels = live.iter().filter(|draft| draft.concept_id == concept.id).map(|draft| draft.channel).collect();
        registered.get(&concept.id).map(|entry| LaunchedConcept {
            concept_id: concept.id,
            title: concept.title.clone(),
            utm_content: concept.id.utm_content(),
            change_id: entry.id(),
            channels,
        })
    };
    let concepts = desk.concepts.iter().filter_map(launched).collect();
    let budget_minor = desk.brief.budget_minor;
    (files, LaunchDoc { concepts, campaigns, plan: plan.clone(), budget_minor, ads: live.len() })
}

fn digest(files: &[launches::File]) -> String {
    let mut hash = blake3::Hasher::new();
    for file in files {
        hash.update(&(file.name.len() as u64).to_le_bytes());
        hash.update(file.name.as_bytes());
        hash.update(&(file.content.len() as u64).to_le_bytes());
        hash.update(file.content.as_bytes());
    }
    hash.finalize().to_hex().to_string()
}

/// What a person reads before the export: the plan in a sentence.
pub fn plan_words(desk: &Desk, plan: &Plan) -> String {
    let currency = desk.brief.currency;
    let parts: Vec<String> = plan
        .channels
        .iter()
        .map(|budget| format!("{} {} a day", budget.channel.label(), Money::new(budget.daily_minor, currency)))
        .collect();
    let days = crate::ask::count(i64::from(desk.brief.flight.len_days()), "day");
    match parts.is_empty() {
        true => "No paid channel: nothing is spent on ads.".to_owned(),
        false => format!("{}, {} over {days}.", crate::ask::list_words(&parts), plan.total(&desk.brief)),
    }
}
