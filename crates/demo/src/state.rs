//! What the demo remembers between two mornings: enough to simulate the same world again.

use domain::{Day, InstantMs};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use simulate::{BrandKind, Config, Incident, LaunchedConcept, Scale, Treatment, World};
use store::{Store, Tx, settings};

use crate::{
    DemoError,
    programmes::{self, Running},
};

const KEY: &str = "demo";

/// Days of history before the first sprint begins.
pub const HISTORY_DAYS: i32 = 730;

/// The hour of the morning at which the demo's people sit down.
const MORNING_HOUR: i64 = 9;

/// The simulated world as a recipe. The same recipe gives the same world, day for day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DemoState {
    /// Seed of the world.
    pub seed: u64,
    /// Which brand.
    pub brand: BrandKind,
    /// First day of history.
    pub start: Day,
    /// The last day that lies behind the demo's people; their morning is the day after.
    pub yesterday: Day,
    /// Concepts that were switched on, with the last day that was already over then.
    pub launches: Vec<(Day, LaunchedConcept)>,
    /// Incidents planted on top of the history's.
    pub incidents: Vec<Incident>,
    /// What the shop's e-mail tool did to whom.
    #[serde(default)]
    pub treatments: Vec<Treatment>,
    /// The programmes of that tool.
    #[serde(default)]
    pub programmes: Vec<Running>,
    /// A tenth of the size, for tests.
    pub small: bool,
}

impl DemoState {
    /// A world whose history begins two years before `start_of_story`, on the eve of its first programme.
    pub fn new(seed: u64, start_of_story: Day, small: bool) -> DemoState {
        DemoState {
            seed,
            brand: BrandKind::default(),
            start: start_of_story.plus(-HISTORY_DAYS),
            yesterday: programmes::eve(start_of_story),
            launches: Vec::new(),
            incidents: Vec::new(),
            treatments: Vec::new(),
            programmes: Vec::new(),
            small,
        }
    }

    /// The morning on which the demo's people read their figures.
    pub fn now(&self, zone: &TimeZone) -> InstantMs {
        InstantMs(self.yesterday.plus(1).start_in(zone).0 + MORNING_HOUR * 3_600_000)
    }

    /// Today in the demo.
    pub fn today(&self) -> Day {
        self.yesterday.plus(1)
    }

    /// Simulates the world from its first day to yesterday.
    pub fn world(&self) -> World {
        let size = if self.small { Scale::Small } else { Scale::Demo };
        let base = Config::demo(self.seed, self.start.plus(HISTORY_DAYS));
        let config = Config { start: self.start, brand: self.brand, size, incidents: self.incidents.clone(), ..base };
        let mut world = World::new(config);
        for treatment in &self.treatments {
            world.treat(treatment.clone());
        }
        for (before, concept) in &self.launches {
            world.run_until(*before);
            world.launch(concept.clone());
        }
        world.run_until(self.yesterday);
        world
    }

    /// Writes it.
    pub(crate) async fn save(&self, tx: &mut Tx) -> Result<(), DemoError> {
        Ok(settings::set(tx, KEY, self).await?)
    }
}

/// The demo's state, `None` in a store that is no demo.
///
/// # Errors
/// The database refused.
pub async fn state(store: &Store) -> Result<Option<DemoState>, DemoError> {
    Ok(settings::get(store, KEY).await?)
}

/// The demo's clock: its morning, or `None` in a store that is no demo.
///
/// # Errors
/// The database refused.
pub async fn clock(store: &Store) -> Result<Option<InstantMs>, DemoError> {
    let zone = store::brand::get_or_default(store).await?.zone()?;
    Ok(state(store).await?.map(|state| state.now(&zone)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_gives_the_same_world_after_a_restart() {
        let day = Day::parse("2026-03-02").expect("a day");
        let mut state = DemoState::new(3, day, true);
        let before = state.world();
        state.yesterday = state.yesterday.plus(2);
        let text = serde_json::to_string(&state).expect("json");
        let again: DemoState = serde_json::from_str(&text).expect("json");
        let mut moved = before;
        moved.run_until(state.yesterday);
        assert_eq!(moved.truth(moved.span()), again.world().truth(moved.span()));
    }
}
