//! Reads exports as an import would: through `formats`, the latest export of a fact wins.
#![allow(clippy::unwrap_used, dead_code)]

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{
    Day, Micros,
    facts::{AdDay, AdPlatform, Customer, Fact, FunnelDay, Order, OrderKind, Product},
};
use simulate::{Config, ExportFile, LaunchedConcept, World};

/// What a shop knows after importing files.
#[derive(Default)]
pub struct Shop {
    pub orders: BTreeMap<String, Order>,
    pub products: HashMap<String, Product>,
    pub customers: HashMap<String, Customer>,
    pub ad_days: HashMap<String, AdDay>,
    pub funnel: HashMap<String, FunnelDay>,
    pub rejects: Vec<String>,
}

impl Shop {
    pub fn import(&mut self, files: Vec<ExportFile>, config: &Config) {
        for file in files {
            let options = formats::ReadOptions {
                currency: Some(config.currency),
                zone: config.zone.clone(),
                ..formats::ReadOptions::default()
            };
            let name = file.name;
            let reader = formats::open(file.source, std::io::Cursor::new(file.bytes), &options)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            for row in reader {
                match row {
                    Ok(row) => self.take(row.fact),
                    Err(reject) => self.rejects.push(format!("{name}: {reject:?}")),
                }
            }
        }
    }

    fn take(&mut self, fact: Fact) {
        match fact {
            Fact::Order(order) => drop(self.orders.insert(order.order_id.clone(), order)),
            Fact::Product(product) => drop(self.products.insert(product.product_id.clone(), product)),
            Fact::Customer(customer) => drop(self.customers.insert(customer.customer_key.clone(), customer)),
            Fact::AdDay(ad) => drop(self.ad_days.insert(ad.key(), ad)),
            Fact::FunnelDay(row) => drop(self.funnel.insert(row.key(), row)),
            Fact::Event(_) | Fact::Stock(_) | Fact::Review(_) | Fact::Mail(_) => {}
        }
    }

    pub fn of(world: &World) -> Shop {
        let mut shop = Shop::default();
        shop.import(world.exports(world.span()), world.config());
        shop
    }

    /// Orders that sold something.
    pub fn sales(&self) -> impl Iterator<Item = &Order> {
        self.orders.values().filter(|order| order.kind == OrderKind::Sale)
    }

    pub fn known_customers(&self) -> usize {
        self.sales().filter_map(|order| order.customer_key.as_deref()).collect::<HashSet<_>>().len()
    }

    /// Plain rows of a platform: breakdowns are never added to totals.
    pub fn plain(&self, platform: AdPlatform) -> impl Iterator<Item = &AdDay> {
        self.ad_days.values().filter(move |ad| ad.platform == platform && ad.breakdown_dims.is_empty())
    }
}

/// Millionths to hundredths, which must be whole.
pub fn cents(micros: impl Iterator<Item = Micros>) -> i64 {
    let sum: i64 = micros.sum();
    assert_eq!(sum % 10_000, 0, "{sum} is not whole cents");
    sum / 10_000
}

pub fn today() -> Day {
    Day::parse("2026-11-23").unwrap()
}

pub fn concept(utm_content: &str, from: Day, days: i32, share: Option<f64>) -> LaunchedConcept {
    LaunchedConcept {
        utm_content: utm_content.to_owned(),
        campaign: "Sprint 12 Refills".to_owned(),
        ad_group: format!("Morning pot {utm_content}"),
        ad_name: format!("{utm_content} Morning pot A"),
        angle: domain::sprint::Angle::Convenience,
        segment: format!("segment of {utm_content}"),
        product_ids: vec!["HH-ESP-HG-1000".to_owned(), "HH-FIL-FL-250".to_owned()],
        channels: vec![
            domain::sprint::Channel::Meta,
            domain::sprint::Channel::GoogleSearch,
            domain::sprint::Channel::Email,
        ],
        daily_budget_minor: 6_000,
        from,
        to: from.plus(days - 1),
        incremental_share: share,
    }
}
