//! What web analytics sees: sessions of those who consent, and purchases as long as tracking works.

use domain::{Day, facts::AdPlatform};
use rand_chacha::ChaCha8Rng;

use crate::{
    order::{Channel, Order},
    rng::{Stream, between, poisson, stream},
    season,
    world::World,
};

/// Share of orders whose buyer let analytics count them.
pub const CONSENT: f64 = 0.8;
/// Share of ad clicks that end as a counted session.
const CLICK_TO_SESSION: f64 = 0.62;

/// One row: a day of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunnelRow {
    pub day: u32,
    pub channel: Channel,
    pub sessions: u32,
    pub views: u32,
    pub add_to_carts: u32,
    pub checkouts: u32,
    pub purchases: u32,
    pub revenue_minor: i64,
}

/// Widens purchases up to sessions so that every step is at least the next one.
fn steps(rng: &mut ChaCha8Rng, sessions: u32, purchases: u32) -> (u32, u32, u32, u32) {
    let part = |rng: &mut ChaCha8Rng, of: u32, share: f64| poisson(rng, f64::from(of) * share);
    let checkouts = (purchases + part(rng, sessions, 0.018)).max(purchases);
    let add_to_carts = checkouts + part(rng, sessions, 0.045);
    let sessions = sessions.max(add_to_carts + 1);
    let depth = between(rng, 1.1, 1.4);
    let views = add_to_carts + part(rng, sessions, depth);
    (sessions, views, add_to_carts, checkouts)
}

impl World {
    /// Writes the rows of the day out of its orders and ad rows (`ad_rows_at` is where the day's ad rows begin).
    pub(crate) fn count_funnel(&mut self, day: Day, index: u32, orders: &[Order], ad_rows_at: usize) {
        let scale = self.config.size.factor() * season::growth(self.age_days(index), self.config.days);
        let demand = season::demand_index(day).sqrt() * scale;
        let newsletter = if matches!(day.0.weekday(), jiff::civil::Weekday::Tuesday | jiff::civil::Weekday::Thursday) {
            2.1
        } else {
            0.6
        };
        let mut channels: Vec<(Channel, f64)> = vec![
            (Channel::Organic, 620.0 * demand),
            (Channel::Direct, 400.0 * demand),
            (Channel::Referral, 70.0 * demand),
            (Channel::Email, 170.0 * newsletter * scale),
        ];
        for row in &self.ad_rows[ad_rows_at..] {
            channels.push((Channel::Ad(row.ad), f64::from(row.clicks) * CLICK_TO_SESSION));
        }
        for (at, concept) in self.concepts.iter().enumerate() {
            if concept.mails_on(day) {
                channels.push((Channel::ConceptEmail(at as u16), 90.0 * scale));
            }
        }
        for (channel, mean) in channels {
            let seen = orders.iter().filter(|order| order.channel == channel && order.is_tracked && !order.is_test);
            let (purchases, revenue_minor) =
                seen.fold((0u32, 0i64), |(count, sum), order| (count + 1, sum + order.total_minor()));
            let mut rng = stream(self.config.seed, Stream::Funnel, u64::from(index), self.channel_key(channel));
            let luck = between(&mut rng, 0.94, 1.06);
            let sessions = poisson(&mut rng, mean * luck);
            if sessions == 0 && purchases == 0 {
                continue;
            }
            let (sessions, views, add_to_carts, checkouts) = steps(&mut rng, sessions, purchases);
            self.funnel.push(FunnelRow {
                day: index,
                channel,
                sessions,
                views,
                add_to_carts,
                checkouts,
                purchases,
                revenue_minor,
            });
        }
    }

    /// A stable number for a channel's random stream.
    fn channel_key(&self, channel: Channel) -> u64 {
        match channel {
            Channel::Organic => 1,
            Channel::Direct => 2,
            Channel::Referral => 3,
            Channel::Email => 4,
            Channel::Ad(ad) => self.ads[ad as usize].ad_id,
            Channel::ConceptEmail(concept) => {
                crate::rng::text_key(&self.concepts[usize::from(concept)].launched.utm_content)
            }
        }
    }

    /// Source, medium, campaign and content of a channel, as its links are tagged.
    pub(crate) fn utm(&self, channel: Channel) -> [&str; 4] {
        match channel {
            Channel::Organic => ["google", "organic", "(organic)", "(not set)"],
            Channel::Direct => ["(direct)", "(none)", "(direct)", "(not set)"],
            Channel::Referral => ["feinschmecker.example", "referral", "(referral)", "(not set)"],
            Channel::Email => ["newsletter", "email", "weekly", "(not set)"],
            Channel::Ad(ad) => {
                let ad = &self.ads[ad as usize];
                let [source, medium] = match ad.platform {
                    AdPlatform::Meta => ["facebook", "paid"],
                    AdPlatform::Google => ["google", "cpc"],
                };
                [source, medium, &ad.utm_campaign, &ad.utm_content]
            }
            Channel::ConceptEmail(concept) => {
                let state = &self.concepts[usize::from(concept)];
                ["newsletter", "email", &state.utm_campaign, &state.launched.utm_content]
            }
        }
    }
}
