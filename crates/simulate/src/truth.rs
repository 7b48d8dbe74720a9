//! What truly happened, in the definitions by which an import is judged: gross = Σ quantity × price, net = gross −
//! discounts + returns. Everything is whole minor units.

use std::collections::HashSet;

use domain::{Day, DayRange, facts::AdPlatform};
use serde::Serialize;

use crate::{launch::ConceptTruth, order::Channel, world::World};

/// Ads of one platform.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AdTruth {
    /// Rows: ad × day.
    pub rows: i64,
    /// Spend, minor units.
    pub spend_minor: i64,
    /// Impressions.
    pub impressions: i64,
    /// Clicks.
    pub clicks: i64,
    /// Conversions claimed as of the export, hundredths.
    pub claimed_centi: i64,
    /// Value claimed as of the export, minor units.
    pub claimed_value_minor: i64,
    /// Conversions the platform will claim in the end, hundredths.
    pub final_claimed_centi: i64,
    /// Orders that truly came over its ads.
    pub orders: i64,
    /// Their totals, minor units.
    pub revenue_minor: i64,
}

/// Web analytics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Ga4Truth {
    /// Rows.
    pub rows: i64,
    /// Sessions.
    pub sessions: i64,
    /// Product views.
    pub views: i64,
    /// Adds to cart.
    pub add_to_carts: i64,
    /// Checkouts.
    pub checkouts: i64,
    /// Purchases.
    pub purchases: i64,
    /// Revenue, minor units.
    pub revenue_minor: i64,
}

/// What truly happened in a range of days, as exports written at its end show it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Truth {
    /// Orders, cancelled ones included, tests (a free item) not.
    pub orders: i64,
    /// Test orders.
    pub test_orders: i64,
    /// Cancelled orders.
    pub cancelled_orders: i64,
    /// Order lines of `orders`.
    pub order_lines: i64,
    /// Units.
    pub units: i64,
    /// Distinct customers with an order; till sales without e-mail have none.
    pub customers: i64,
    /// First orders.
    pub first_orders: i64,
    /// SKUs in the catalogue.
    pub products: i64,
    /// Σ quantity × price.
    pub gross_minor: i64,
    /// Discounts, ≥ 0.
    pub discounts_minor: i64,
    /// Refunds made by the end of the range, ≤ 0.
    pub returns_minor: i64,
    /// Gross − discounts + returns.
    pub net_minor: i64,
    /// Shipping charged.
    pub shipping_minor: i64,
    /// Tax included.
    pub tax_minor: i64,
    /// Meta.
    pub meta: AdTruth,
    /// Google Ads.
    pub google: AdTruth,
    /// Web analytics.
    pub ga4: Ga4Truth,
    /// Orders lost to empty shelves and slow pages.
    pub lost_orders: i64,
}

impl Truth {
    /// Spend on all platforms, minor units.
    pub fn ad_spend_minor(&self) -> i64 {
        self.meta.spend_minor + self.google.spend_minor
    }
}

impl World {
    /// The truth of a range as exports made at the end of its last day show it.
    pub fn truth(&self, range: DayRange) -> Truth {
        let as_of = range.to.plus(1);
        let days = self.day_indexes(range);
        let end = self.day_index(range.to);
        let mut truth = Truth { products: self.products.len() as i64, ..Truth::default() };
        let mut seen = HashSet::new();
        for order in self.orders_of(&days) {
            if order.is_test {
                truth.test_orders += 1;
                continue;
            }
            truth.orders += 1;
            truth.cancelled_orders += i64::from(order.is_cancelled_by(end));
            truth.order_lines += order.lines.len() as i64;
            truth.units += order.lines.iter().map(|line| i64::from(line.quantity)).sum::<i64>();
            truth.first_orders += i64::from(order.is_first);
            truth.gross_minor += order.gross_minor();
            truth.discounts_minor += order.discount_minor;
            truth.returns_minor -= order.refunded_minor(end);
            truth.shipping_minor += order.shipping_minor;
            truth.tax_minor += order.tax_minor;
            if let Some(customer) = order.customer {
                seen.insert(customer);
            }
        }
        truth.customers = seen.len() as i64;
        truth.net_minor = truth.gross_minor - truth.discounts_minor + truth.returns_minor;
        for row in self.ad_rows.iter().filter(|row| days.contains(&row.day)) {
            let platform = self.ads[row.ad as usize].platform;
            let into = if platform == AdPlatform::Meta { &mut truth.meta } else { &mut truth.google };
            let (centi, value_minor) = row.claimed_as_of(platform, self.day_at(row.day), as_of);
            into.rows += 1;
            into.spend_minor += row.spend_minor;
            into.impressions += i64::from(row.impressions);
            into.clicks += i64::from(row.clicks);
            into.claimed_centi += centi;
            into.claimed_value_minor += value_minor;
            into.final_claimed_centi += row.claimed_centi;
            into.orders += i64::from(row.orders);
            into.revenue_minor += row.revenue_minor;
        }
        for row in self.funnel.iter().filter(|row| days.contains(&row.day)) {
            truth.ga4.rows += 1;
            truth.ga4.sessions += i64::from(row.sessions);
            truth.ga4.views += i64::from(row.views);
            truth.ga4.add_to_carts += i64::from(row.add_to_carts);
            truth.ga4.checkouts += i64::from(row.checkouts);
            truth.ga4.purchases += i64::from(row.purchases);
            truth.ga4.revenue_minor += row.revenue_minor;
        }
        truth.lost_orders = days.map(|day| i64::from(self.lost_orders[day as usize])).sum();
        truth
    }

    /// What each launched concept truly did in a range, claims as of the end of its last day.
    pub fn concept_truths(&self, range: DayRange) -> Vec<ConceptTruth> {
        (0..self.concepts.len()).map(|concept| self.concept_truth_at(concept, range)).collect()
    }

    /// What one concept truly did; `None` where no such concept was launched.
    pub fn concept_truth(&self, utm_content: &str, range: DayRange) -> Option<ConceptTruth> {
        let at = self.concepts.iter().position(|state| state.launched.utm_content == utm_content)?;
        Some(self.concept_truth_at(at, range))
    }

    fn concept_truth_at(&self, at: usize, range: DayRange) -> ConceptTruth {
        let state = &self.concepts[at];
        let as_of: Day = range.to.plus(1);
        let days = self.day_indexes(range);
        let end = days.end.saturating_sub(1);
        let mut truth = ConceptTruth {
            utm_content: state.launched.utm_content.clone(),
            incremental_share: state.incremental_share,
            spend_minor: 0,
            impressions: 0,
            clicks: 0,
            attributed_orders: 0,
            attributed_net_minor: 0,
            incremental_orders: 0,
            incremental_net_minor: 0,
            follow_on_orders: 0,
            claimed_centi: 0,
            claimed_value_minor: 0,
            ga4_purchases: 0,
            ga4_revenue_minor: 0,
        };
        let is_own_ad = |ad: u32| self.ads[ad as usize].utm_content == state.launched.utm_content;
        for row in self.ad_rows.iter().filter(|row| days.contains(&row.day) && is_own_ad(row.ad)) {
            let platform = self.ads[row.ad as usize].platform;
            let (centi, value_minor) = row.claimed_as_of(platform, self.day_at(row.day), as_of);
            truth.spend_minor += row.spend_minor;
            truth.impressions += i64::from(row.impressions);
            truth.clicks += i64::from(row.clicks);
            truth.claimed_centi += centi;
            truth.claimed_value_minor += value_minor;
        }
        for order in self.orders_of(&days) {
            let own = order.concept == Some(at as u16);
            if own {
                truth.attributed_orders += 1;
                truth.attributed_net_minor += order.net_minor(end);
            }
            if own && order.is_incremental {
                truth.incremental_orders += 1;
                truth.incremental_net_minor += order.gross_minor() - order.discount_minor;
            }
            let won = order.customer.is_some_and(|one| self.customers[one as usize].concept == Some(at as u16));
            truth.follow_on_orders += i64::from(won && !order.is_incremental);
        }
        for &(_, net_minor) in state.lost.iter().filter(|(day, _)| days.contains(day)) {
            truth.incremental_orders -= 1;
            truth.incremental_net_minor -= net_minor;
        }
        let is_own = |channel: Channel| match channel {
            Channel::Ad(ad) => is_own_ad(ad),
            Channel::ConceptEmail(concept) => usize::from(concept) == at,
            _ => false,
        };
        for row in self.funnel.iter().filter(|row| days.contains(&row.day) && is_own(row.channel)) {
            truth.ga4_purchases += i64::from(row.purchases);
            truth.ga4_revenue_minor += row.revenue_minor;
        }
        truth
    }
}
