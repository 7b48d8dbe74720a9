//! Cohorts: the units first exposed on a day, per arm, and what they brought within their window.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{Day, sprint::Kpi};
use lake::Snapshot;
use serde::{Deserialize, Serialize};
use stats::experiment::ArmSums;
use store::measure_exposures::Exposure;

use crate::{Arm, MeasureError, Plan};

/// Days before the first exposure whose revenue is the covariate.
pub(crate) const PAST_DAYS: i32 = 90;

/// Days of orders fetched at a time, so that a long history is never in memory at once.
const FETCH_DAYS: i32 = 60;

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// What the units first exposed on a day brought so far, per arm. Money is in major units of the currency.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Cohort {
    /// Units that count.
    pub units: u64,
    /// Units seen in both arms: excluded, counted here.
    pub mixed: u64,
    /// Units that bought.
    pub buyers: u64,
    /// Orders within the window.
    pub orders: u64,
    /// Units cut at the cap.
    pub capped: u64,
    /// Σ value of the units: net revenue within the window, refunds and cancellations taken off, cut at the cap.
    pub value: f64,
    /// Σ value².
    pub value_sq: f64,
    /// Σ revenue of the 90 days before the first exposure.
    pub past: f64,
    /// Σ of its squares.
    pub past_sq: f64,
    /// Σ value × past.
    pub value_past: f64,
    /// Σ refunded and cancelled.
    pub refunds: f64,
    /// Σ of its squares per unit.
    pub refunds_sq: f64,
    /// Σ net revenue less goods at their catalogue cost.
    pub margin: f64,
    /// Σ of its squares per unit.
    pub margin_sq: f64,
    /// Units that unsubscribed.
    pub unsubscribed: u64,
}

impl Cohort {
    /// The sums of two disjoint cohorts.
    pub fn plus(&self, other: &Cohort) -> Cohort {
        Cohort {
            units: self.units + other.units,
            mixed: self.mixed + other.mixed,
            buyers: self.buyers + other.buyers,
            orders: self.orders + other.orders,
            capped: self.capped + other.capped,
            value: self.value + other.value,
            value_sq: self.value_sq + other.value_sq,
            past: self.past + other.past,
            past_sq: self.past_sq + other.past_sq,
            value_past: self.value_past + other.value_past,
            refunds: self.refunds + other.refunds,
            refunds_sq: self.refunds_sq + other.refunds_sq,
            margin: self.margin + other.margin,
            margin_sq: self.margin_sq + other.margin_sq,
            unsubscribed: self.unsubscribed + other.unsubscribed,
        }
    }

    /// What the judge reads.
    pub fn sums(&self) -> ArmSums {
        ArmSums {
            covariate: self.past,
            covariate_sq: self.past_sq,
            value_covariate: self.value_past,
            ..ArmSums::of_values(self.units, self.value, self.value_sq)
        }
    }
}

/// One order of a known customer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Purchase {
    pub customer: String,
    pub ts_ms: i64,
    /// Gross less discount, refund and return.
    pub net_micros: i64,
    pub refund_micros: i64,
    /// Goods at their catalogue cost; 0 where unknown.
    pub goods_micros: i64,
}

/// Reads the cohorts of a change (or of the global holdout) from its exposures and the orders of a snapshot.
pub(crate) async fn read_cohorts(
    snapshot: &Snapshot,
    exposures: &[Exposure],
    signals: &[(String, String)],
    kpi: Kpi,
    plan: &Plan,
) -> Result<BTreeMap<(Day, Arm), Cohort>, MeasureError> {
    let Some(first) = exposures.iter().map(|exposure| exposure.day).min() else { return Ok(BTreeMap::new()) };
    let units: HashSet<&str> = exposures.iter().map(|exposure| exposure.unit.as_str()).collect();
    let from = if plan.adjusts_for_past { first.plus(-PAST_DAYS) } else { first };
    let purchases = purchases_of(snapshot, from, snapshot.today(), kpi, &|customer| units.contains(customer)).await?;
    Ok(tally(exposures, signals, &purchases, plan))
}

/// The orders of all known customers between two days.
pub(crate) async fn past_purchases(
    snapshot: &Snapshot,
    from: Day,
    to: Day,
    kpi: Kpi,
) -> Result<Vec<Purchase>, MeasureError> {
    purchases_of(snapshot, from, to, kpi, &|_| true).await
}

async fn purchases_of(
    snapshot: &Snapshot,
    mut from: Day,
    to: Day,
    kpi: Kpi,
    is_wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<Purchase>, MeasureError> {
    let mut purchases = Vec::new();
    while from <= to {
        let until = from.plus(FETCH_DAYS - 1);
        for row in snapshot.query(&orders_sql(from, until.min(to), kpi)).await?.iter() {
            let customer = row.text("customer_id")?;
            if is_wanted(customer) {
                purchases.push(Purchase {
                    customer: customer.to_owned(),
                    ts_ms: row.int("ts_ms")?,
                    net_micros: row.int("net_micros")?,
                    refund_micros: row.int("refund_micros")?,
                    goods_micros: row.int("goods_micros")?,
                });
            }
        }
        from = until.plus(1);
    }
    Ok(purchases)
}

/// Orders of known customers between two days. An order counts as new or repeat by the customer's first order ever.
fn orders_sql(from: Day, to: Day, kpi: Kpi) -> String {
    let (join, only) = match kpi {
        Kpi::NetRevenue | Kpi::ContributionAfterAds => ("", ""),
        Kpi::NewCustomerRevenue => (FIRST, " AND l.ts_ms = f.first_ms"),
        Kpi::RepeatRevenue => (FIRST, " AND l.ts_ms > f.first_ms"),
    };
    format!(
        "SELECT l.order_id, l.customer_id, MIN(l.ts_ms) AS ts_ms, \
         SUM(l.amount_micros) - SUM(l.order_discount_micros) - SUM(l.refund_micros) AS net_micros, \
         SUM(l.refund_micros) + SUM(CASE WHEN l.kind = 'cancellation' THEN -l.amount_micros ELSE 0 END) AS refund_micros, \
         SUM(l.quantity * COALESCE(p.cost_micros, 0)) AS goods_micros \
         FROM order_lines l LEFT JOIN products p ON l.product_id = p.product_id{join} \
         WHERE l.customer_id IS NOT NULL AND l.kind IN ('sale', 'cancellation') \
         AND l.day >= DATE '{from}' AND l.day <= DATE '{to}'{only} GROUP BY l.order_id, l.customer_id"
    )
}

const FIRST: &str = " JOIN (SELECT customer_id AS c, MIN(ts_ms) AS first_ms FROM order_lines \
    WHERE customer_id IS NOT NULL AND kind = 'sale' GROUP BY customer_id) f ON l.customer_id = f.c";

/// Adds up, in the order of the exposures, so that the same facts give the same sums to the last digit.
pub(crate) fn tally(
    exposures: &[Exposure],
    signals: &[(String, String)],
    purchases: &[Purchase],
    plan: &Plan,
) -> BTreeMap<(Day, Arm), Cohort> {
    let mut of_unit: HashMap<&str, Vec<&Purchase>> = HashMap::new();
    for purchase in purchases {
        of_unit.entry(purchase.customer.as_str()).or_default().push(purchase);
    }
    let unsubscribed: HashSet<&str> =
        signals.iter().filter(|(_, kind)| kind == "unsubscribe").map(|(unit, _)| unit.as_str()).collect();
    let mut cohorts: BTreeMap<(Day, Arm), Cohort> = BTreeMap::new();
    for exposure in exposures {
        let cohort = cohorts.entry((exposure.day, Arm::of(&exposure.arm))).or_default();
        if exposure.is_mixed {
            cohort.mixed += 1;
            continue;
        }
        let bought = of_unit.get(exposure.unit.as_str()).map_or(&[][..], Vec::as_slice);
        add(cohort, exposure.at.0, bought, plan);
        cohort.unsubscribed += u64::from(unsubscribed.contains(exposure.unit.as_str()));
    }
    cohorts
}

fn add(cohort: &mut Cohort, exposed_ms: i64, bought: &[&Purchase], plan: &Plan) {
    let until = exposed_ms + i64::from(plan.window_days) * DAY_MS;
    let since = exposed_ms - i64::from(PAST_DAYS) * DAY_MS;
    let (mut net, mut refund, mut goods, mut past, mut orders) = (0i64, 0i64, 0i64, 0i64, 0u64);
    for purchase in bought {
        if (exposed_ms..until).contains(&purchase.ts_ms) {
            net += purchase.net_micros;
            refund += purchase.refund_micros;
            goods += purchase.goods_micros;
            orders += 1;
        } else if plan.adjusts_for_past && (since..exposed_ms).contains(&purchase.ts_ms) {
            past += purchase.net_micros;
        }
    }
    let cap = plan.cap_micros.unwrap_or(i64::MAX);
    let capped = net.clamp(-cap, cap);
    let (value, past, refund) = (major(capped), major(past.clamp(-cap, cap)), major(refund));
    let margin = major(capped - goods);
    cohort.units += 1;
    cohort.orders += orders;
    cohort.buyers += u64::from(orders > 0);
    cohort.capped += u64::from(capped != net);
    cohort.value += value;
    cohort.value_sq += value * value;
    cohort.past += past;
    cohort.past_sq += past * past;
    cohort.value_past += value * past;
    cohort.refunds += refund;
    cohort.refunds_sq += refund * refund;
    cohort.margin += margin;
    cohort.margin_sq += margin * margin;
}

fn major(micros: i64) -> f64 {
    micros as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use domain::InstantMs;

    use super::*;

    #[test]
    fn windows_caps_refunds_and_mixed_units() {
        let day = Day::from_epoch_days(20_000);
        let noon = 20_000 * DAY_MS + DAY_MS / 2;
        let exposure = |unit: &str, arm: &str, is_mixed| Exposure {
            scope: "c".into(),
            unit: unit.into(),
            arm: arm.into(),
            at: InstantMs(noon),
            day,
            is_mixed,
        };
        let bought = |customer: &str, after_ms: i64, net: i64, refund: i64| Purchase {
            customer: customer.into(),
            ts_ms: noon + after_ms,
            net_micros: net * 1_000_000,
            refund_micros: refund * 1_000_000,
            goods_micros: 1_000_000,
        };
        let exposures = [
            exposure("a", "change", false),
            exposure("b", "change", false),
            exposure("c", "baseline", false),
            exposure("d", "baseline", true),
        ];
        let purchases = [
            bought("a", -DAY_MS, 7, 0),
            bought("a", -91 * DAY_MS, 99, 0),
            bought("a", 0, 10, 2),
            bought("a", 7 * DAY_MS - 1, 5, 0),
            bought("a", 7 * DAY_MS, 50, 0),
            bought("b", DAY_MS, 500, 0),
            bought("d", DAY_MS, 30, 0),
        ];
        let plan = Plan { cap_micros: Some(100_000_000), ..Plan::default() };
        let signals = [("b".to_owned(), "unsubscribe".to_owned())];
        let read = tally(&exposures, &signals, &purchases, &plan);
        let change = read[&(day, Arm::Change)];
        assert_eq!((change.units, change.buyers, change.orders, change.capped, change.unsubscribed), (2, 2, 3, 1, 1));
        assert_eq!((change.value, change.value_sq, change.past, change.value_past), (115.0, 10_225.0, 7.0, 105.0));
        assert_eq!((change.refunds, change.margin), (2.0, 112.0));
        let baseline = read[&(day, Arm::Baseline)];
        assert_eq!((baseline.units, baseline.mixed, baseline.value), (1, 1, 0.0));
        assert_eq!(change.plus(&baseline).sums().units, 3);
    }
}
