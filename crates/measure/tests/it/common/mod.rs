//! A brand with a store and a lake of its own, and orders to put into it.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use domain::{
    Currency, Day, DayRange, InstantMs,
    facts::{Order, OrderKind, OrderLine},
};
use lake::{Lake, OrderFact};
use store::{Store, brand::Brand};

pub struct World {
    _folder: tempfile::TempDir,
    pub store: Store,
    pub lake: Lake,
}

pub const ZONE: &str = "Europe/Berlin";

pub fn zone() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get(ZONE).unwrap()
}

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Five in the morning at the brand.
pub fn morning(day: Day) -> InstantMs {
    InstantMs(day.start_in(&zone()).0 + 5 * 3_600_000)
}

pub fn flight(from: Day, days: i32) -> DayRange {
    DayRange { from, to: from.plus(days - 1) }
}

pub async fn world_on(store: Store) -> World {
    let folder = tempfile::tempdir().unwrap();
    let mut tx = store.begin().await.unwrap();
    let brand = Brand { time_zone: ZONE.into(), ..Brand::default() };
    store::brand::set(&mut tx, &brand).await.unwrap();
    tx.commit().await.unwrap();
    let lake = Lake::open(store.clone(), &format!("file://{}", folder.path().display())).unwrap();
    World { _folder: folder, store, lake }
}

pub async fn worlds() -> Vec<World> {
    let mut all = Vec::new();
    for store in store::testing::stores().await {
        all.push(world_on(store).await);
    }
    all
}

/// One order: id, customer, when, euros, refunded euros.
#[derive(Clone)]
pub struct Sale {
    pub id: String,
    pub customer: String,
    pub at: InstantMs,
    pub euros: i64,
    pub refunded: i64,
}

impl World {
    /// Records orders; ids in `revised` replace what stood there.
    pub async fn sell(&self, sales: &[Sale], revised: &[&str]) {
        let sales: Vec<(Sale, &str)> = sales.iter().map(|sale| (sale.clone(), "Germany")).collect();
        self.sell_in(&sales, revised).await;
    }

    /// The same, each order to a country.
    pub async fn sell_in(&self, sales: &[(Sale, &str)], revised: &[&str]) {
        let mut tx = self.store.begin().await.unwrap();
        let first = store::seq::allocate(&mut tx, sales.len() as i64).await.unwrap();
        let orders: Vec<Order> = sales.iter().map(|(sale, country)| order(sale, country)).collect();
        let keys: Vec<String> = sales.iter().map(|(sale, _)| format!("t:{}", sale.id)).collect();
        let facts: Vec<OrderFact> = orders
            .iter()
            .enumerate()
            .map(|(index, order)| OrderFact {
                seq: first + index as i64,
                source: "t",
                fact_key: &keys[index],
                customer_id: Some(&sales[index].0.customer),
                day: order.placed_at.day_in(&zone()),
                order,
            })
            .collect();
        self.lake.write_orders(&mut tx, &facts, InstantMs(1)).await.unwrap();
        let gone: Vec<(String, i64)> = facts
            .iter()
            .filter(|fact| revised.contains(&fact.order.order_id.as_str()))
            .map(|fact| (fact.fact_key.to_owned(), fact.seq))
            .collect();
        store::files::supersede(&mut tx, "order_lines", &gone).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn order(sale: &Sale, country: &str) -> Order {
    Order {
        order_id: sale.id.clone(),
        kind: OrderKind::Sale,
        placed_at: sale.at,
        customer_key: None,
        currency: Currency::parse("EUR").unwrap(),
        country: Some(country.into()),
        discount_micros: 0,
        discount_code: None,
        shipping_micros: 0,
        tax_micros: 0,
        refunded_micros: sale.refunded * 1_000_000,
        is_cancelled: false,
        marks: Default::default(),
        lines: vec![OrderLine {
            product_id: "tea".into(),
            title: "Tea".into(),
            quantity: 1,
            unit_price_micros: sale.euros * 1_000_000,
            is_product: true,
        }],
    }
}

/// A number in [0, 1) from two numbers, for sales that look random and are the same every time.
pub fn draw(a: u64, b: u64) -> f64 {
    let mut x = a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    x ^= x >> 31;
    x = x.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x ^= x >> 29;
    x = x.wrapping_mul(0xA24B_AED4_963E_E407);
    x ^= x >> 32;
    (x >> 11) as f64 / (1u64 << 53) as f64
}
