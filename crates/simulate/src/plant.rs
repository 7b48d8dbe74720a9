//! The incidents of the history, and what else is planted: the answer sheet for everything that looks for patterns.

use domain::DayRange;
use rand::RngExt;
use serde::Serialize;

use crate::{
    Config,
    incident::Incident,
    rng::{Stream, stream},
    world::World,
};

/// What a careful analyst should find.
#[derive(Debug, Clone, Serialize)]
pub struct Planted {
    /// Incidents, those of the history first.
    pub incidents: Vec<Incident>,
    /// SKUs bought together: if the first is in a basket, the second is added with at least this probability.
    pub pairs: Vec<(String, String, f64)>,
    /// SKUs that rise in the weeks around the end of the history.
    pub rising: Vec<String>,
    /// SKUs that fall over the last four months.
    pub falling: Vec<String>,
    /// Mean days until the same customer needs a SKU again.
    pub cycles_days: Vec<(String, u16)>,
}

/// The SKU with the most sold value by the catalogue's weights.
pub(crate) fn hero(config: &Config) -> &'static str {
    let variants = config.brand.spec().items.iter().flat_map(|item| item.variants);
    let best = variants.max_by(|a, b| (a.weight * a.price_minor as f64).total_cmp(&(b.weight * b.price_minor as f64)));
    best.map_or("", |variant| variant.sku)
}

/// The four incidents of a history of at least 200 days, none in its last 45 days.
pub(crate) fn history(config: &Config) -> Vec<Incident> {
    if config.days < 200 {
        return Vec::new();
    }
    let mut rng = stream(config.seed, Stream::Plant, 0, 0);
    let mut days = |share: f64, jitter: i32, length: i32| {
        let at = (f64::from(config.days) * share) as i32 + rng.random_range(-jitter..=jitter);
        let from = config.start.plus(at.clamp(0, config.days as i32 - 45 - length));
        DayRange { from, to: from.plus(length - 1) }
    };
    vec![
        Incident::TrackingOutage { days: days(0.34, 12, 2) },
        Incident::SiteSlow { days: days(0.46, 12, 1) },
        Incident::StockOut { product_id: hero(config).to_owned(), days: days(0.62, 12, 6) },
        Incident::CostSpike { name: "Interest stack".to_owned(), days: days(0.8, 12, 5), factor: 3.0 },
    ]
}

impl World {
    /// The answer sheet.
    pub fn planted(&self) -> Planted {
        let texts = |skus: &[&str]| skus.iter().map(|&sku| sku.to_owned()).collect();
        Planted {
            incidents: self.incidents.clone(),
            pairs: self.brand.pairs.iter().map(|&(a, b, p)| (a.to_owned(), b.to_owned(), p)).collect(),
            rising: texts(self.brand.rising),
            falling: texts(self.brand.falling),
            cycles_days: self
                .products
                .iter()
                .filter(|product| product.variant.cycle_days > 0)
                .map(|product| (product.variant.sku.to_owned(), product.variant.cycle_days))
                .collect(),
        }
    }

    /// The SKU that earns most by the catalogue's weights: what a stock-out hurts most.
    pub fn hero_product_id(&self) -> &'static str {
        hero(&self.config)
    }
}
