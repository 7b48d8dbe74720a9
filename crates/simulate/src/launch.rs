//! Concepts that are switched on in the simulated store, and what they truly do.

use domain::{
    Day, DayRange,
    sprint::{Angle, Channel, Concept},
};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::{
    ads::slug,
    rng::{Stream, between, stream, text_key},
};

/// A concept as it is switched on. From `from` on, the world produces its ad rows, web-analytics rows and orders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaunchedConcept {
    /// The marker by which everything is led back to the concept.
    pub utm_content: String,
    /// Campaign name, as launched; its slug is `utm_campaign`.
    pub campaign: String,
    /// Ad set or ad group name.
    pub ad_group: String,
    /// Ad name; should hold `utm_content`.
    pub ad_name: String,
    /// Angle: audiences tire of angles, not only of ads.
    pub angle: Angle,
    /// Audience: free text, the other key of fatigue.
    pub segment: String,
    /// SKUs it is about; unknown ones are ignored.
    pub product_ids: Vec<String>,
    /// Channels; the budget is split evenly over the paid ones.
    pub channels: Vec<Channel>,
    /// Daily budget over all paid channels, minor units.
    pub daily_budget_minor: i64,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// The true incremental share of the orders attributed to it (−1 to 1); `None` draws it from the seed: most
    /// concepts do nothing or little, some harm.
    pub incremental_share: Option<f64>,
}

impl LaunchedConcept {
    /// A picked concept as it is switched on: its `utm_content`, angle, segment, products and channels; the ad's name
    /// carries the marker, the incremental share is drawn.
    pub fn of(concept: &Concept, campaign: &str, daily_budget_minor: i64, flight: DayRange) -> LaunchedConcept {
        let utm_content = concept.id.utm_content();
        LaunchedConcept {
            campaign: campaign.to_owned(),
            ad_group: concept.title.clone(),
            ad_name: format!("{} | {utm_content}", concept.title),
            utm_content,
            angle: concept.angle,
            segment: concept.segment.clone(),
            product_ids: concept.product_ids.clone(),
            channels: concept.channels.clone(),
            daily_budget_minor,
            from: flight.from,
            to: flight.to,
            incremental_share: None,
        }
    }
}

/// What a concept truly did in a range of days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConceptTruth {
    /// Its marker.
    pub utm_content: String,
    /// Incremental share of attributed orders, −1 to 1.
    pub incremental_share: f64,
    /// Ad spend, minor units.
    pub spend_minor: i64,
    /// Impressions.
    pub impressions: i64,
    /// Clicks.
    pub clicks: i64,
    /// Orders that came over its links, whether or not it caused them.
    pub attributed_orders: i64,
    /// Their net revenue (gross less discounts less refunds so far), minor units.
    pub attributed_net_minor: i64,
    /// Orders it caused less orders it cost.
    pub incremental_orders: i64,
    /// Their net revenue at the time of the order (refunds left out), minor units.
    pub incremental_net_minor: i64,
    /// Later orders of customers it won: caused as well, not attributed.
    pub follow_on_orders: i64,
    /// Conversions the platforms claim so far, hundredths.
    pub claimed_centi: i64,
    /// Value the platforms claim so far, minor units.
    pub claimed_value_minor: i64,
    /// Purchases that web analytics saw under its `utm_content`.
    pub ga4_purchases: i64,
    /// Their revenue, minor units.
    pub ga4_revenue_minor: i64,
}

/// A running concept.
#[derive(Debug, Clone)]
pub(crate) struct ConceptState {
    pub launched: LaunchedConcept,
    /// Indexes of its products.
    pub products: Vec<u16>,
    /// Indexes of its ads.
    pub ads: Vec<u32>,
    /// `utm_campaign` of its links.
    pub utm_campaign: String,
    pub incremental_share: f64,
    /// Attributed orders a euro of effective spend brings, relative to an always-on ad.
    pub appeal: f64,
    /// Orders and net revenue it cost, by day.
    pub lost: Vec<(u32, i64)>,
}

impl ConceptState {
    pub fn draw(seed: u64, launched: LaunchedConcept, products: Vec<u16>, ads: Vec<u32>) -> ConceptState {
        let mut rng = stream(seed, Stream::Concept, text_key(&launched.utm_content), 0);
        let luck = rng.random::<f64>();
        let size = rng.random::<f64>();
        let drawn = match luck {
            l if l < 0.45 => 0.0,
            l if l < 0.75 => 0.05 + 0.2 * size,
            l if l < 0.88 => 0.4 + 0.35 * size,
            _ => -0.08 - 0.2 * size,
        };
        let appeal = between(&mut rng, 0.7, 1.35);
        let incremental_share = launched.incremental_share.unwrap_or(drawn).clamp(-1.0, 1.0);
        let utm_campaign = slug(&launched.campaign);
        ConceptState { launched, products, ads, utm_campaign, incremental_share, appeal, lost: Vec::new() }
    }

    /// Whether the concept runs on a day.
    pub fn runs_on(&self, day: Day) -> bool {
        self.launched.from <= day && day <= self.launched.to
    }

    /// Whether its e-mail goes out: on the first day and a week later.
    pub fn mails_on(&self, day: Day) -> bool {
        let mailed = self.launched.channels.contains(&Channel::Email);
        mailed && self.runs_on(day) && day.days_since(self.launched.from) % 7 == 0
    }
}
