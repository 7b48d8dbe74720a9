//! A day of the ad accounts: spend, answers, claims; and of the concepts that run in them.

use domain::facts::AdPlatform;
use rand::RngExt;

use crate::{
    ads::{Ad, AdRow, GOOGLE_OVERCLAIM, MEMORY, META_OVERCLAIM, Role, SLOTS, effective_spend, fatigue},
    day::Today,
    order::{Channel, Order},
    rng::{Stream, chance, gamma, poisson, stream, text_key},
    season,
    world::World,
};

/// People in an always-on audience at the demo scale.
const AUDIENCE: f64 = 52_000.0;
/// People in a concept's audience at the demo scale.
const CONCEPT_AUDIENCE: f64 = 30_000.0;
/// Attributed orders of a concept cost this much each, minor units, before fatigue and saturation.
const CONCEPT_COST_PER_ORDER_MINOR: f64 = 1_650.0;

/// What an ad did in a day, before orders are known.
struct Spent {
    spend_minor: i64,
    /// Mean of the orders it brings.
    mean_orders: f64,
}

impl World {
    /// Runs the always-on ads; returns how many new customers each ad wins.
    pub(crate) fn run_ads(&mut self, today: &Today<'_>) -> Vec<(u32, u32)> {
        for frequency in self.frequency.values_mut() {
            *frequency *= MEMORY;
        }
        let mut won = Vec::new();
        for (at, slot) in SLOTS.iter().enumerate() {
            let ad = self.running(at, today.index);
            let growth =
                season::growth(self.age_days(today.index), self.config.days) * season::demand_index(today.day).sqrt();
            let budget_minor = slot.budget_minor * self.config.size.factor() * growth;
            let spent = self.spend(today, ad, budget_minor, AUDIENCE);
            if let Role::Prospecting { .. } = slot.role {
                let key = self.ads[ad as usize].ad_id;
                let mut rng = stream(self.config.seed, Stream::AdDay, u64::from(today.index), key ^ 1);
                let count = poisson(&mut rng, spent.mean_orders);
                if count > 0 {
                    won.push((ad, count));
                }
            }
        }
        won
    }

    /// The ad that runs in a slot; a new creative finds the audience half rested.
    fn running(&mut self, at: usize, index: u32) -> u32 {
        let slot = &SLOTS[at];
        let generation = match slot.refresh_days {
            0 => 0,
            days => (index + 11 * at as u32) / days,
        };
        match self.slots[at] {
            Some((ad, running)) if running == generation => ad,
            _ => {
                let ad = self.ads.len() as u32;
                self.ads.push(Ad::of_slot(slot, generation));
                self.slots[at] = Some((ad, generation));
                if let Some(frequency) = self.frequency.get_mut(&(slot.angle, slot.segment.to_owned())) {
                    *frequency *= 0.4;
                }
                ad
            }
        }
    }

    /// Spends a day's budget on an ad and writes its row; orders and claims are filled in by
    /// [`World::settle_ads`].
    fn spend(&mut self, today: &Today<'_>, ad_index: u32, budget_minor: f64, audience: f64) -> Spent {
        let ad = &self.ads[ad_index as usize];
        let mut rng = stream(self.config.seed, Stream::AdDay, u64::from(today.index), ad.ad_id);
        let factor = today.trouble.cost_factor([&ad.name, &ad.ad_group, &ad.campaign]);
        let mut spend = budget_minor * gamma(&mut rng, 160.0, 1.0);
        let (cpm_minor, click_rate) = match (ad.platform, ad.role) {
            (AdPlatform::Meta, Role::Retargeting) => (1_350.0, 0.021),
            (AdPlatform::Meta, _) => (940.0, 0.0135),
            (AdPlatform::Google, Role::BrandSearch) => (7_800.0, 0.21),
            (AdPlatform::Google, _) => (3_600.0, 0.052),
        };
        // Everybody buys media before Christmas.
        let cpm_minor = cpm_minor * (0.85 + 0.2 * season::demand_index(today.day)) * gamma(&mut rng, 90.0, 1.0);
        if factor > 1.0 && !matches!(ad.role, Role::Prospecting { .. } | Role::Concept(_)) {
            spend *= factor;
        }
        let impressions = spend / cpm_minor * 1_000.0;
        let seen = self.frequency.entry((ad.angle, ad.segment.clone())).or_insert(0.0);
        let answer = fatigue(*seen);
        let reached = audience * self.config.size.factor();
        *seen += impressions / reached;
        let clicks = poisson(&mut rng, impressions * click_rate * answer / factor.sqrt());
        let demand = 0.55 + 0.45 * season::demand_index(today.day);
        let effective = effective_spend(spend, 2.2 * budget_minor.max(1.0));
        let mean_orders = match ad.role {
            Role::Prospecting { cost_per_order_minor } => effective / cost_per_order_minor,
            Role::Concept(concept) => {
                effective * self.concepts[usize::from(concept)].appeal / CONCEPT_COST_PER_ORDER_MINOR
            }
            Role::BrandSearch | Role::Retargeting => 0.0,
        } * answer
            * demand
            / factor;
        let row = AdRow {
            day: today.index,
            ad: ad_index,
            impressions: impressions as u32,
            clicks: clicks.min(impressions as u32),
            spend_minor: spend as i64,
            orders: 0,
            revenue_minor: 0,
            claimed_centi: 0,
            claimed_value_minor: 0,
        };
        let spend_minor = row.spend_minor;
        self.ad_rows.push(row);
        Spent { spend_minor, mean_orders }
    }

    /// Fills the day's ad rows with the orders that came, and with what the platform will claim of them.
    pub(crate) fn settle_ads(&mut self, index: u32, orders: &[Order], ad_rows_at: usize) {
        let paid: i64 = orders.iter().map(Order::total_minor).sum();
        let mean_order_minor = if orders.is_empty() { 4_000 } else { paid / orders.len() as i64 };
        for row in &mut self.ad_rows[ad_rows_at..] {
            for order in orders.iter().filter(|order| order.channel == Channel::Ad(row.ad)) {
                row.orders += 1;
                row.revenue_minor += order.total_minor();
            }
            let ad = &self.ads[row.ad as usize];
            let ratio = if ad.platform == AdPlatform::Meta { META_OVERCLAIM } else { GOOGLE_OVERCLAIM };
            let mut rng = stream(self.config.seed, Stream::Claims, u64::from(index), ad.ad_id);
            let extra = poisson(&mut rng, f64::from(row.orders) * (ratio - 1.0));
            let claimed = i64::from(row.orders + extra);
            let fraction = if ad.platform == AdPlatform::Google && claimed > 0 { rng.random_range(0..30) } else { 0 };
            row.claimed_centi = claimed * 100 - fraction;
            let noise = 850 + rng.random_range(0..300);
            row.claimed_value_minor = row.revenue_minor + i64::from(extra) * mean_order_minor * noise / 1_000;
        }
    }

    /// Runs the concepts that are on: their ads spend, some of the day's orders come over their links, and as many as
    /// their truth says would not have come without them.
    pub(crate) fn run_concepts(&mut self, today: &Today<'_>, orders: &mut Vec<Order>) {
        for at in 0..self.concepts.len() {
            let concept = &self.concepts[at];
            if !concept.runs_on(today.day) {
                continue;
            }
            let share = concept.incremental_share;
            let key = text_key(&concept.launched.utm_content);
            let mut rng = stream(self.config.seed, Stream::ConceptDay, u64::from(today.index), key);
            let mut flows: Vec<(Channel, f64)> = Vec::new();
            if concept.mails_on(today.day) {
                flows.push((Channel::ConceptEmail(at as u16), 4.0 * concept.appeal * self.config.size.factor()));
            }
            for ad in concept.ads.clone() {
                let budget_minor = self.ads[ad as usize].budget_minor;
                let spent = self.spend(today, ad, budget_minor, CONCEPT_AUDIENCE);
                if spent.spend_minor > 0 {
                    flows.push((Channel::Ad(ad), spent.mean_orders));
                }
            }
            let slow = if today.trouble.site_is_slow { 0.55 } else { 1.0 };
            for (channel, mean) in flows {
                let attributed = poisson(&mut rng, mean * slow);
                for _ in 0..attributed {
                    if share > 0.0 && chance(&mut rng, share) {
                        let mut order = self.incremental_order(today, at, channel);
                        order.concept = Some(at as u16);
                        order.is_incremental = true;
                        orders.push(order);
                    } else {
                        self.claim_existing(&mut rng, orders, at as u16, channel);
                    }
                }
                if share < 0.0 {
                    for _ in 0..poisson(&mut rng, -share * mean) {
                        let free: Vec<usize> = (0..orders.len()).filter(|&nth| orders[nth].concept.is_none()).collect();
                        if !free.is_empty() {
                            let order = orders.remove(*crate::rng::pick(&mut rng, &free));
                            self.concepts[at].lost.push((today.index, order.gross_minor() - order.discount_minor));
                        }
                    }
                }
            }
        }
    }

    /// An order nobody would have placed: two of three by new customers.
    fn incremental_order(&mut self, today: &Today<'_>, concept: usize, channel: Channel) -> Order {
        self.won += 1;
        let key = (1 << 31) | self.won;
        let mut rng = stream(self.config.seed, Stream::Order, u64::from(key), 0);
        let state = &self.concepts[concept];
        let product = (!state.products.is_empty()).then(|| *crate::rng::pick(&mut rng, &state.products));
        let known = self.customers.len();
        if known > 50 && chance(&mut rng, 0.35) {
            let customer = rng.random_range(0..known) as u32;
            let mut order = self.order(&mut rng, today, Some(customer), Some(channel), product);
            order.is_first = false;
            return order;
        }
        let order = self.first_order(&mut rng, today, key, channel, product);
        if let Some(customer) = self.customers.last_mut() {
            customer.concept = Some(concept as u16);
        }
        order
    }

    /// An order that would have come anyway comes over the concept's link.
    fn claim_existing(&self, rng: &mut rand_chacha::ChaCha8Rng, orders: &mut [Order], concept: u16, channel: Channel) {
        let free: Vec<usize> =
            (0..orders.len()).filter(|&nth| orders[nth].concept.is_none() && orders[nth].customer.is_some()).collect();
        if !free.is_empty() {
            let order = &mut orders[*crate::rng::pick(rng, &free)];
            order.channel = channel;
            order.concept = Some(concept);
        }
    }
}
