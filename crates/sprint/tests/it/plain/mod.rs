//! Today's figures once more in plain Rust over the orders: no SQL, no lake.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Day,
    facts::{Order, OrderKind},
};
use jiff::tz::TimeZone;
use sprint::miners::replenishment;

fn day_of(order: &Order) -> Day {
    order.placed_at.day_in(&TimeZone::UTC)
}

fn sold(order: &Order) -> impl Iterator<Item = &domain::facts::OrderLine> {
    let counts = order.kind == OrderKind::Sale && !order.is_cancelled;
    order.lines.iter().filter(move |line| counts && line.is_product && line.quantity > 0 && line.amount_micros() > 0)
}

fn net_of(order: &Order) -> i64 {
    order.lines_micros() as i64 - order.discount_micros - order.refunded_micros
}

fn median(mut values: Vec<i64>) -> Option<f64> {
    values.sort_unstable();
    let n = values.len();
    match n {
        0 => None,
        _ if n % 2 == 1 => Some(values[n / 2] as f64),
        _ => Some((values[n / 2 - 1] + values[n / 2]) as f64 / 2.0),
    }
}

/// Net revenue of the last days, of those before, and of the same days last year.
pub fn net(orders: &[Order], today: Day, days: i32) -> (i64, i64, i64) {
    let sum = |from: Day, until: Day| {
        orders.iter().filter(|order| (from..until).contains(&day_of(order))).map(net_of).sum::<i64>()
    };
    (
        sum(today.plus(-days), today),
        sum(today.plus(-2 * days), today.plus(-days)),
        sum(today.plus(-days - 364), today.plus(-364)),
    )
}

/// People due for a reorder within days, and what they usually spend on it.
pub fn due(orders: &[Order], today: Day, days: i32) -> (i64, i64) {
    let mut pairs: BTreeMap<(&str, &str), (BTreeSet<i64>, i64)> = BTreeMap::new();
    for order in orders.iter().filter(|order| day_of(order) < today) {
        let Some(customer) = &order.customer_key else { continue };
        for line in sold(order) {
            let pair = pairs.entry((customer, &line.product_id)).or_default();
            pair.0.insert(i64::from(day_of(order).epoch_days()));
            pair.1 += line.amount_micros();
        }
    }
    let mut gaps: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    let span = |days: &BTreeSet<i64>| days.last().unwrap() - days.first().unwrap();
    for ((_, product), (days, _)) in &pairs {
        if days.len() >= 2 {
            gaps.entry(product).or_default().push(span(days) / (days.len() as i64 - 1));
        }
    }
    let usual: BTreeMap<&str, f64> = gaps
        .into_iter()
        .filter(|(_, gaps)| gaps.len() >= 30)
        .map(|(product, gaps)| (product, median(gaps).unwrap()))
        .filter(|(_, gap)| (7.0..=180.0).contains(gap))
        .collect();
    let (mut people, mut money) = (BTreeSet::new(), 0);
    let from = i64::from(today.epoch_days());
    for ((customer, product), (bought, spent)) in &pairs {
        let n = bought.len() as i64;
        let Some(gap) = usual.get(product).filter(|_| n >= 2) else { continue };
        let rhythm = (span(bought) as f64 + 2.0 * gap) / (n + 1) as f64;
        let around = (from - 7, from + i64::from(days) - 1 + 7);
        if replenishment::chance(rhythm, n, *bought.last().unwrap(), around) >= replenishment::LIKELY {
            people.insert(*customer);
            money += spent / n;
        }
    }
    (people.len() as i64, money)
}

/// People with one order who are past the longest usual gap among what was in it, and what they have spent.
pub fn once(orders: &[Order], today: Day) -> (i64, i64) {
    let mut days: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    let mut worth: BTreeMap<&str, i64> = BTreeMap::new();
    let now = i64::from(today.epoch_days());
    for order in orders.iter().filter(|order| day_of(order) < today) {
        let Some(customer) = &order.customer_key else { continue };
        *worth.entry(customer).or_default() += net_of(order);
        if sold(order).next().is_some() {
            days.entry(customer).or_default().insert(i64::from(day_of(order).epoch_days()));
        }
    }
    let mut baskets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for order in orders.iter().filter(|order| day_of(order) < today) {
        let Some(customer) = order.customer_key.as_deref() else { continue };
        let is_first = days.get(customer).and_then(BTreeSet::first) == Some(&i64::from(day_of(order).epoch_days()));
        if is_first {
            baskets.entry(customer).or_default().extend(sold(order).map(|line| line.product_id.as_str()));
        }
    }
    let mut waits: BTreeMap<&str, Vec<(i64, i64)>> = BTreeMap::new();
    for (customer, products) in &baskets {
        let mut days = days[customer].iter();
        let (first, second) = (days.next().unwrap(), days.next());
        if let Some(second) = second {
            for product in products.iter().copied().chain([""]) {
                waits.entry(product).or_default().push((*first, second - first));
            }
        }
    }
    // Of those who began a year ago where they are enough, else half a year ago, else of all.
    let gap = |waits: &[(i64, i64)]| {
        let settled = |days: i64| -> Vec<i64> {
            waits.iter().filter(|(first, _)| *first <= now - days).map(|(_, wait)| *wait).collect()
        };
        let enough = [365, 180].into_iter().map(settled).find(|waits| waits.len() >= 20);
        median(enough.unwrap_or_else(|| waits.iter().map(|(_, wait)| *wait).collect())).unwrap() as i64
    };
    let shop = gap(&waits[""]);
    let usual: BTreeMap<&str, f64> = waits
        .into_iter()
        .filter(|(product, waits)| waits.len() >= 20 && !product.is_empty())
        .map(|(product, waits)| {
            let n = waits.len() as i64;
            (product, ((n * gap(&waits) + 20 * shop) / (n + 20)) as f64)
        })
        .collect();
    let (mut people, mut money) = (0, 0);
    for (customer, products) in &baskets {
        if days[customer].len() != 1 {
            continue;
        }
        let first = *days[customer].first().unwrap() as f64;
        let longest = products.iter().filter_map(|product| usual.get(product)).copied().fold(f64::NAN, f64::max);
        if first + longest < now as f64 && first + 3.0 * longest >= now as f64 {
            people += 1;
            money += worth[customer];
        }
    }
    (people, money)
}
