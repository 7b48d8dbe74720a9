//! Fills the demo brand and moves it on.

use std::path::Path;

use domain::{Day, DayRange};
use intake::Intake;
use lake::Lake;
use serde::Serialize;
use simulate::Incident;
use store::{Store, brand::Brand};

use crate::{
    DemoError, JudgedChange,
    morning::Imported,
    plan::{self, LEAD, Story},
    play::{Stage, switched_on},
    state::{self, DemoState},
};

/// Day of the live sprint on which the demo opens.
const OPENS_ON_DAY: i32 = 8;

/// Length of a sprint in days.
pub(crate) const SPRINT_DAYS: i32 = 14;

/// Days of visitors' events that a demo begins with.
const EVENT_DAYS: i32 = 21;

/// What was filled.
#[derive(Debug, Clone, Serialize)]
pub struct Filled {
    /// The demo's morning.
    pub today: Day,
    /// What the first import, two years of history, came to.
    pub history: Imported,
    /// Sprints: one signed, one live, one brief waiting.
    pub sprints: usize,
    /// Lines of this morning's review that ask for an action.
    pub to_act_on: usize,
    /// The changes of the ledger: what the judge says beside the truth.
    pub judged: Vec<JudgedChange>,
}

/// Opens the stage: brand settings, world, importers.
pub(crate) async fn stage(store: &Store, lake: &Lake, data_dir: &Path, state: DemoState) -> Result<Stage, DemoError> {
    let world = state.world();
    let spec = world.brand();
    let config = world.config();
    let brand = Brand {
        name: spec.name.into(),
        currency: config.currency,
        time_zone: config.zone.iana_name().unwrap_or("UTC").into(),
        site_url: spec.shop_url.into(),
    };
    let mut tx = store.begin().await?;
    store::brand::set(&mut tx, &brand).await?;
    tx.commit().await?;
    // A demo's pseudonyms guard nobody, so their salt may be the seed: the same seed, the same demo.
    let mut salt = [0; 32];
    salt[..8].copy_from_slice(&state.seed.to_le_bytes());
    let intake = Intake::open(store.clone(), lake.clone(), data_dir, salt).await?;
    Ok(Stage { intake, world, state, imported_to: None })
}

/// Fills an empty store: two years of a brand, one signed sprint, one live on day 8 with something to act on, one
/// brief waiting. `today` is the demo's day; `say` hears what is being done.
///
/// # Errors
/// The store holds something already, or a step failed.
pub async fn fill(
    store: &Store,
    lake: &Lake,
    data_dir: &Path,
    seed: u64,
    today: Day,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Filled, DemoError> {
    fill_world(store, lake, data_dir, (seed, false), today, say).await
}

/// Like [`fill`], with a world of a tenth of the size for tests when `small`.
///
/// # Errors
/// As [`fill`].
pub async fn fill_world(
    store: &Store,
    lake: &Lake,
    data_dir: &Path,
    (seed, small): (u64, bool),
    today: Day,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Filled, DemoError> {
    if store::seq::latest(store).await? > 0 {
        return Err(DemoError::Refused("This data folder holds a brand already; a demo needs an empty one.".into()));
    }
    let second = today.plus(1 - OPENS_ON_DAY);
    let first = second.plus(-SPRINT_DAYS);
    say("Simulating two years of a brand");
    let mut stage = stage(store, lake, data_dir, DemoState::new(seed, first, small)).await?;
    stage.register_programmes(first, today).await?;
    say("Importing its exports");
    let history = stage.morning_of(first).await?;
    stage.judge(first).await?;

    say("Playing the first sprint to its signature");
    let spec = stage.world.brand();
    let currency = stage.world.config().currency;
    let sprint = stage.first_day(first, plan::brief(Story::First, spec, currency, first), seed).await?;
    stage.copy_days(first.plus(1), sprint).await?;
    stage.launch_day(first.plus(4), sprint).await?;
    stage.morning_of(first.plus(9)).await?;
    stage.review(first.plus(9), sprint, true).await?;
    stage.morning_of(second.plus(-1)).await?;
    stage.judge(second.plus(-1)).await?;
    stage.last_day(second.plus(-1), sprint).await?;

    say("Playing the second sprint to its eighth day");
    stage.morning_of(second).await?;
    let sprint = stage.first_day(second, plan::brief(Story::Second, spec, currency, second), seed ^ 1).await?;
    stage.copy_days(second.plus(1), sprint).await?;
    stage.launch_day(second.plus(4), sprint).await?;
    stage.something_to_act_on(second.plus(4), today);
    stage.morning_of(today).await?;
    say("Importing what visitors did in the last weeks");
    stage.events_since(today.plus(-EVENT_DAYS), today).await?;
    stage.judge(today).await?;
    let to_act_on = stage.review(today, sprint, false).await?;

    say("Leaving a brief on the desk");
    let ctx = stage.at(today, (8, 30), LEAD).await?;
    let third = today.plus(SPRINT_DAYS - OPENS_ON_DAY + 1);
    let waiting = plan::brief(Story::Third, spec, currency, third);
    let reason = "Planned ahead: the brief waits until the live sprint is signed.";
    let row = sprint::sprints::create(&ctx, &waiting.title, Some(reason)).await?;
    sprint::brief::save(&ctx, row.id, waiting).await?;

    let mut tx = store.begin().await?;
    stage.state.save(&mut tx).await?;
    tx.commit().await?;
    let judged = stage.judged().await?;
    Ok(Filled { today, history, sprints: 3, to_act_on, judged })
}

impl Stage {
    /// Yesterday web analytics went blind and a product that a live concept shows sold out; the last concept's ads have
    /// been three times as dear for two days. The review has to find it out by itself.
    fn something_to_act_on(&mut self, live_on: Day, today: Day) {
        let Some((_, last)) = self.state.launches.last().cloned() else { return };
        let yesterday = today.plus(-1);
        let spike = DayRange { from: today.plus(-2).max(live_on.plus(1)), to: today.plus(2) };
        let mut incidents = vec![
            Incident::TrackingOutage { days: DayRange { from: yesterday, to: yesterday } },
            Incident::CostSpike { name: last.utm_content, days: spike, factor: 3.0 },
        ];
        let live = self.state.launches.iter().filter(|(_, concept)| concept.from <= yesterday && concept.to >= today);
        if let Some(product_id) = live.flat_map(|(_, concept)| &concept.product_ids).next() {
            let days = DayRange { from: yesterday, to: today.plus(2) };
            incidents.push(Incident::StockOut { product_id: product_id.clone(), days });
        }
        for incident in incidents {
            self.state.incidents.push(incident.clone());
            self.world.plant(incident);
        }
    }
}

/// *Next day ▸*: the world lives through today, the team imports what it exported; returns the new today.
///
/// # Errors
/// The store holds no demo, or an import failed.
pub async fn next_day(store: &Store, lake: &Lake, data_dir: &Path) -> Result<Day, DemoError> {
    let state = state::state(store)
        .await?
        .ok_or_else(|| DemoError::Refused("This brand is no demo; its days pass by themselves.".into()))?;
    let today = state.today();
    let imported_to = state.yesterday;
    let mut state = adopt_launches(store, state).await?;
    state.yesterday = today.plus(-1);
    let mut stage = stage(store, lake, data_dir, state).await?;
    stage.imported_to = Some(imported_to);
    stage.morning_of(today.plus(1)).await?;
    stage.events_since(today, today.plus(1)).await?;
    stage.judge(today.plus(1)).await?;
    let mut tx = store.begin().await?;
    stage.state.save(&mut tx).await?;
    tx.commit().await?;
    Ok(today.plus(1))
}

/// What visitors launched since yesterday is switched on in the world as well.
async fn adopt_launches(store: &Store, mut state: DemoState) -> Result<DemoState, DemoError> {
    for row in store::sprints::list(store).await? {
        let Some(launch) = store::launches::get::<sprint::launch::LaunchDoc>(store, row.id).await? else { continue };
        let (Some(live_on), Some(brief)) = (launch.live_on, &row.brief) else { continue };
        for concept in switched_on(store, row.id, &launch.document, brief).await? {
            if !state.launches.iter().any(|(_, known)| known.utm_content == concept.utm_content) {
                state.launches.push((live_on.max(state.yesterday).max(state.start), concept));
            }
        }
    }
    state.launches.sort_by_key(|(day, _)| *day);
    Ok(state)
}
