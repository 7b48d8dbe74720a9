//! What every use case is given.

use domain::{Day, InstantMs, Money, SprintId, sprint::SprintStage};
use jiff::tz::TimeZone;
use lake::Lake;
use store::{Store, Tx, activity, brand::Brand};

use crate::SprintError;

/// Who does something, when, and with what. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Context {
    /// Durable state.
    pub store: Store,
    /// History.
    pub lake: Lake,
    /// The brand.
    pub brand: Brand,
    /// The brand's time zone.
    pub zone: TimeZone,
    /// The instant it is.
    pub now: InstantMs,
    /// Name of the person or program that acts.
    pub actor: String,
}

impl Context {
    /// Reads the brand and puts the rest together.
    ///
    /// # Errors
    /// The brand cannot be read or its time zone is unknown.
    pub async fn load(store: Store, lake: Lake, now: InstantMs, actor: &str) -> Result<Context, SprintError> {
        let brand = store::brand::get_or_default(&store).await?;
        let zone = brand.zone()?;
        Ok(Context { store, lake, brand, zone, now, actor: actor.to_owned() })
    }

    /// The same at another instant or for another person.
    pub fn at(&self, now: InstantMs, actor: &str) -> Context {
        Context { now, actor: actor.to_owned(), ..self.clone() }
    }

    /// Today in the brand's time zone.
    pub fn today(&self) -> Day {
        self.now.day_in(&self.zone)
    }

    /// An amount of minor units in the brand's currency.
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.brand.currency)
    }

    /// Millionths rounded once to the brand's minor units.
    pub fn money_from_micros(&self, micros: i64) -> Money {
        Money::from_micros(i128::from(micros), self.brand.currency)
    }

    /// Records what the actor did, in the transaction that does it.
    ///
    /// # Errors
    /// The database refused.
    pub async fn record(
        &self,
        tx: &mut Tx,
        (sprint, stage): (Option<SprintId>, Option<SprintStage>),
        verb: &str,
        subject: &str,
        detail: &str,
    ) -> Result<(), SprintError> {
        let new = activity::NewActivity { at: self.now, actor: &self.actor, sprint, stage, verb, subject, detail };
        activity::record(tx, &new).await?;
        Ok(())
    }
}
