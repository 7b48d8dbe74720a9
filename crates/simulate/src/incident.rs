//! Things that go wrong, planted with known truth.

use domain::{Day, DayRange};
use serde::{Deserialize, Serialize};

/// An incident. All last from a first to a last day, both included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Incident {
    /// Web analytics records next to no purchases while orders go on.
    TrackingOutage {
        /// When.
        days: DayRange,
    },
    /// A product cannot be bought.
    StockOut {
        /// SKU.
        product_id: String,
        /// When.
        days: DayRange,
    },
    /// Ads whose name, ad set or campaign contains `name` cost `factor` times as much an order.
    CostSpike {
        /// Part of an ad, ad set or campaign name; a concept's `utm_content` hits all its ads.
        name: String,
        /// When.
        days: DayRange,
        /// Factor on the cost of an order, above 1.
        factor: f64,
    },
    /// Pages load slowly: nearly half of the orders of those days are lost.
    SiteSlow {
        /// When.
        days: DayRange,
    },
}

impl Incident {
    /// When it happens.
    pub fn days(&self) -> DayRange {
        match self {
            Incident::TrackingOutage { days }
            | Incident::StockOut { days, .. }
            | Incident::CostSpike { days, .. }
            | Incident::SiteSlow { days } => *days,
        }
    }

    /// Whether it is on.
    pub fn is_on(&self, day: Day) -> bool {
        let days = self.days();
        days.from <= day && day <= days.to
    }
}

/// Every incident on a day, folded into what the day needs to know.
#[derive(Debug, Default)]
pub(crate) struct Trouble<'a> {
    pub(crate) tracking_is_out: bool,
    pub(crate) site_is_slow: bool,
    /// Names and factors of cost spikes.
    pub(crate) spikes: Vec<(&'a str, f64)>,
}

impl<'a> Trouble<'a> {
    pub(crate) fn on(incidents: &'a [Incident], day: Day) -> Trouble<'a> {
        let mut trouble = Trouble::default();
        for incident in incidents.iter().filter(|incident| incident.is_on(day)) {
            match incident {
                Incident::TrackingOutage { .. } => trouble.tracking_is_out = true,
                Incident::SiteSlow { .. } => trouble.site_is_slow = true,
                Incident::CostSpike { name, factor, .. } => trouble.spikes.push((name, *factor)),
                Incident::StockOut { .. } => {}
            }
        }
        trouble
    }

    /// The factor on an ad's cost per order.
    pub(crate) fn cost_factor(&self, names: [&str; 3]) -> f64 {
        let hits = self.spikes.iter().filter(|(name, _)| names.iter().any(|text| text.contains(name)));
        hits.map(|(_, factor)| factor.max(0.1)).product()
    }
}
