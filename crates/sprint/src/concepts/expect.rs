//! What may be expected of a concept before it ran: a band with its reason, and a figure only where enough past ads carry
//! one.

use domain::sprint::{Band, Brief, Channel, Concept, Expectation, Predicted, ResultWord};

use super::past::Past;
use crate::{ads::Labelled, miners::Opportunity};

/// People from which a pool is large enough to show anything in two weeks.
const LARGE_POOL: i64 = 100;
/// From here on a signal is among the clearer half of its miner's.
const CLEAR: f64 = 0.5;

/// What past ads make likely, where there are enough labelled ones.
#[derive(Debug, Clone, Default)]
pub struct Forecast {
    model: Option<stats::predict::Model>,
}

impl Forecast {
    /// Fits the model on labelled past ads; with fewer than it needs there is none, and no concept gets a figure.
    pub fn of(ads: &Labelled) -> Forecast {
        Forecast { model: stats::predict::Model::fit(&ads.ads).ok() }
    }

    /// The model, for whoever shows its effects.
    pub fn model(&self) -> Option<&stats::predict::Model> {
        self.model.as_ref()
    }

    /// What is likely of a concept on the first of its paid channels.
    pub fn predict(&self, concept: &Concept, brief: &Brief) -> Option<Predicted> {
        let channel = concept.channels.iter().copied().find(|channel| *channel != Channel::Email)?;
        let likely = self.model.as_ref()?.predict(&crate::ads::traits(concept, brief, channel))?;
        let (percent, low_percent, high_percent) = likely.percent();
        Some(Predicted { percent, low_percent, high_percent, past_ads: u32::try_from(likely.ads).unwrap_or(u32::MAX) })
    }
}

/// The band of a concept that was drawn from an opportunity.
pub(super) fn of_opportunity(item: &Opportunity, concept: &Concept, past: &Past) -> Expectation {
    let (people, clear) = (concept.pool.people, item.strength >= CLEAR);
    let counted = format!("{} counted people", domain::group_thousands(people.unsigned_abs()));
    let signal = if clear { "a clear signal" } else { "one of the weaker signals of its kind" };
    let won = past
        .ran
        .iter()
        .find(|ran| ran.word == ResultWord::Won && (ran.segment == concept.segment || ran.angle == concept.angle));
    let proof = match (&concept.quote, won) {
        (_, Some(_)) => Some("a win of the same kind before".to_owned()),
        (Some(quote), None) => Some(format!("{} customers' own words", quote.reviews)),
        (None, None) => None,
    };
    let (band, reason) = match (people >= LARGE_POOL, clear, proof) {
        (true, true, Some(proof)) => (Band::A, format!("{counted}, {signal} and {proof}.")),
        (false, true, Some(proof)) => (Band::B, format!("{signal} and {proof}, but only {counted}.")),
        (true, true, None) => (Band::B, format!("{counted} and {signal}; nothing has run for it yet.")),
        (true, false, Some(proof)) => (Band::B, format!("{counted} and {proof}, but {signal}.")),
        (false, true, None) => (Band::C, format!("{signal}, but only {counted} and nothing has run for it yet.")),
        (large, false, _) => {
            let few = if large { "" } else { "only " };
            (Band::C, format!("{few}{counted}, and {signal}."))
        }
    };
    Expectation { band, reason, predicted: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_labelled_ads_there_is_no_model() {
        assert!(Forecast::of(&Labelled::default()).model().is_none());
    }
}
