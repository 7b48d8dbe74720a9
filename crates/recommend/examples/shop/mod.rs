//! Order exports as baskets: Online Retail in place, or a simulated shop's own export files.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::{BufRead, BufReader, Cursor},
    path::PathBuf,
};

use domain::{Currency, Day, facts::Fact};
use formats::{FileKind, ReadOptions, Source, open};
use recommend::{
    Catalogue,
    basket::{Baskets, Line},
};
use simulate::{Config, World};

/// A shop's order lines with what is known of its products.
#[derive(Default)]
pub struct Shop {
    pub catalogue: Catalogue,
    /// Title of every item.
    pub titles: Vec<String>,
    /// Category of every item, by number; Online Retail has none, the last word of a title stands in for it.
    pub categories: Vec<u32>,
    pub lines: Vec<Line>,
    /// Units of each line.
    pub units: Vec<u32>,
    customers: HashMap<String, u32>,
    orders: HashSet<String>,
}

impl Shop {
    /// Paid product lines of known customers; an order that is in two files counts once.
    fn read(&mut self, source: Source, input: impl BufRead + Send + 'static) -> Vec<domain::facts::Product> {
        let options = ReadOptions { currency: Currency::parse("GBP").ok(), ..ReadOptions::default() };
        let mut products = Vec::new();
        let reader = open(source, input, &options).unwrap();
        for fact in reader.filter_map(Result::ok).map(|row| row.fact) {
            let order = match fact {
                Fact::Order(order) => order,
                Fact::Product(product) => {
                    products.push(product);
                    continue;
                }
                _ => continue,
            };
            let Some(key) = order.customer_key.clone().filter(|_| !order.is_cancelled) else { continue };
            if !self.orders.insert(order.order_id.clone()) {
                continue;
            }
            let paid =
                order.lines.iter().filter(|line| line.is_product && line.quantity > 0 && line.unit_price_micros > 0);
            for line in paid {
                let next = self.customers.len() as u32;
                let customer = *self.customers.entry(key.clone()).or_insert(next);
                let item = self.catalogue.intern(&line.product_id);
                if item as usize == self.titles.len() {
                    self.titles.push(line.title.clone());
                }
                let value = line.amount_micros() as f64 / 1e6;
                let time_s = order.placed_at.0.div_euclid(1_000);
                self.units.push(line.quantity as u32);
                self.lines.push(Line { customer, time_s, item, value: value as f32 });
            }
        }
        products
    }

    fn number_categories(&mut self, word: impl Fn(usize, &str) -> String) {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        for (item, title) in self.titles.iter().enumerate() {
            let next = numbers.len() as u32;
            self.categories.push(*numbers.entry(word(item, title)).or_insert(next));
        }
    }

    pub fn baskets(&self) -> Baskets {
        Baskets::new(self.lines.clone())
    }
}

/// Online Retail, the named years in order of time; none where the files are not there.
pub fn online_retail(years: &[&str]) -> Option<Shop> {
    let mut shop = Shop::default();
    for years in years {
        let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/online_retail"))
            .join(format!("online_retail_{years}.csv.gz"));
        let Ok(file) = File::open(&path) else {
            eprintln!("skipped: {} is not there", path.display());
            return None;
        };
        shop.read(Source::Transactions, BufReader::new(flate2::read::GzDecoder::new(file)));
    }
    shop.number_categories(|_, title| title.split_whitespace().last().unwrap_or_default().to_owned());
    Some(shop)
}

/// Two years of the simulator's shop, read from the export files that it writes.
pub fn simulated(seed: u64) -> Shop {
    let mut world = World::new(Config::demo(seed, Day::parse("2026-11-23").unwrap()));
    world.run_until(world.config().last_day());
    let mut shop = Shop::default();
    let mut category_of: HashMap<String, String> = HashMap::new();
    for file in world.exports(world.span()).into_iter().filter(|file| file.source == Source::Shopify) {
        let header: Vec<String> = String::from_utf8_lossy(&file.bytes)
            .trim_start_matches('\u{feff}')
            .lines()
            .next()
            .unwrap_or_default()
            .split(',')
            .map(str::to_owned)
            .collect();
        let kind = formats::recognise(&header).map(|recognised| recognised.kind);
        if matches!(kind, Some(FileKind::ShopifyOrders | FileKind::ShopifyProducts)) {
            for product in shop.read(Source::Shopify, Cursor::new(file.bytes)) {
                category_of.insert(product.product_id, product.category.unwrap_or_default());
            }
        }
    }
    let names: Vec<String> =
        (0..shop.catalogue.len()).map(|item| shop.catalogue.name(item as u32).to_owned()).collect();
    shop.number_categories(|item, _| category_of.get(&names[item]).cloned().unwrap_or_default());
    shop
}
