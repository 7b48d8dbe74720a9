//! Always-on ads: what runs, how people answer, and what the platforms claim of it.

use domain::{Day, facts::AdPlatform, sprint::Angle};

use crate::rng::text_key;

/// Meta claims this many orders for one it caused (clicks and views of the same people, counted by several ads).
pub const META_OVERCLAIM: f64 = 1.7;
/// Google claims this many orders for one it caused.
pub const GOOGLE_OVERCLAIM: f64 = 1.35;
/// Days after which a claimed conversion is no longer restated.
pub const RESTATED_DAYS: i32 = 28;
/// Loss of response for each time everybody in the audience has seen the angle.
pub const FATIGUE_RATE: f64 = 0.17;
/// Share of an audience's exposure that it still remembers a day later.
pub(crate) const MEMORY: f64 = 0.955;

/// Response that is left at a frequency (times the audience has seen the angle and still remembers): exponential decay.
pub fn fatigue(frequency: f64) -> f64 {
    (-FATIGUE_RATE * frequency.max(0.0)).exp()
}

/// Spend after diminishing returns: the first euro counts in full, `cap_minor` is never exceeded.
pub fn effective_spend(spend_minor: f64, cap_minor: f64) -> f64 {
    if cap_minor <= 0.0 { 0.0 } else { cap_minor * (1.0 - (-spend_minor.max(0.0) / cap_minor).exp()) }
}

/// Permille of the final claim that a platform shows `age_days` days after the ad day; 1000 from
/// [`RESTATED_DAYS`] on.
pub fn claimed_permille(age_days: i32) -> i64 {
    if age_days >= RESTATED_DAYS {
        return 1_000;
    }
    (1_000.0 * (1.0 - 0.42 * (-f64::from(age_days.max(0)) / 7.0).exp())) as i64
}

/// What an ad does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Role {
    /// Wins new customers at this cost each, minor units, before fatigue and saturation.
    Prospecting { cost_per_order_minor: f64 },
    /// Found by people who search the brand: their orders would have come anyway.
    BrandSearch,
    /// Shown to people who were about to order.
    Retargeting,
    /// A launched concept, by index.
    Concept(u16),
}

/// A place in the account where one creative runs at a time.
pub(crate) struct Slot {
    pub platform: AdPlatform,
    pub campaign: &'static str,
    pub ad_group: &'static str,
    pub segment: &'static str,
    pub angle: Angle,
    pub role: Role,
    /// Daily budget of the demo scale before growth, minor units.
    pub budget_minor: f64,
    pub creative: &'static str,
    /// Days until a new creative takes over; 0 for never.
    pub refresh_days: u32,
}

/// `names` are campaign, ad set, segment and creative.
const fn meta(names: [&'static str; 4], angle: Angle, role: Role, budget_minor: f64, refresh_days: u32) -> Slot {
    let [campaign, ad_group, segment, creative] = names;
    Slot { platform: AdPlatform::Meta, campaign, ad_group, segment, angle, role, budget_minor, creative, refresh_days }
}

/// `names` are campaign, ad group, segment and creative.
const fn google(names: [&'static str; 4], angle: Angle, role: Role, budget_minor: f64) -> Slot {
    let [campaign, ad_group, segment, creative] = names;
    Slot {
        platform: AdPlatform::Google,
        campaign,
        ad_group,
        segment,
        angle,
        role,
        budget_minor,
        creative,
        refresh_days: 0,
    }
}

const fn wins(cost_per_order_minor: f64) -> Role {
    Role::Prospecting { cost_per_order_minor }
}

/// The account of every brand.
pub(crate) static SLOTS: &[Slot] = &[
    meta(
        ["Prospecting | Broad", "Broad 25-54", "broad", "Video Maker story"],
        Angle::Craft,
        wins(2_500.0),
        3_200.0,
        63,
    ),
    meta(
        ["Prospecting | Broad", "Broad 25-54", "broad", "UGC First morning"],
        Angle::SocialProof,
        wins(2_700.0),
        2_600.0,
        49,
    ),
    meta(
        ["Prospecting | Broad", "Interest stack", "interests", "Static Before after"],
        Angle::ProblemSolution,
        wins(2_900.0),
        2_400.0,
        56,
    ),
    meta(
        ["Prospecting | Lookalike", "LAL 1% buyers", "lookalike", "Carousel How to"],
        Angle::Education,
        wins(2_400.0),
        2_600.0,
        70,
    ),
    meta(
        ["Prospecting | Lookalike", "LAL 1% buyers", "lookalike", "Static New in"],
        Angle::Novelty,
        wins(2_600.0),
        2_000.0,
        42,
    ),
    meta(
        ["Retargeting | 30 days", "Cart and product viewers", "viewers", "DPA Catalogue"],
        Angle::Convenience,
        Role::Retargeting,
        1_400.0,
        0,
    ),
    meta(
        ["Retargeting | 30 days", "Past buyers", "buyers", "Static Welcome back"],
        Angle::Belonging,
        Role::Retargeting,
        1_100.0,
        84,
    ),
    google(["Brand Search", "Brand exact", "brand", "RSA Brand"], Angle::Belonging, Role::BrandSearch, 1_300.0),
    google(["Generic Search", "Category core", "category", "RSA Category core"], Angle::Value, wins(2_000.0), 3_000.0),
    google(
        ["Generic Search", "Category long tail", "long tail", "RSA Long tail"],
        Angle::Education,
        wins(2_200.0),
        1_900.0,
    ),
    google(["Generic Search", "Presents", "presents", "RSA Presents"], Angle::Gift, wins(2_600.0), 1_100.0),
    google(
        ["Performance Max", "All products", "shopping", "Asset group All products"],
        Angle::Convenience,
        wins(2_300.0),
        3_400.0,
    ),
];

/// One ad as reports show it.
#[derive(Debug, Clone)]
pub(crate) struct Ad {
    pub platform: AdPlatform,
    pub campaign_id: u64,
    pub campaign: String,
    pub ad_group_id: u64,
    pub ad_group: String,
    pub ad_id: u64,
    pub name: String,
    /// `utm_campaign` of its links.
    pub utm_campaign: String,
    /// `utm_content` of its links.
    pub utm_content: String,
    pub segment: String,
    pub angle: Angle,
    pub role: Role,
    pub budget_minor: f64,
}

/// Lower case with hyphens, as links carry names.
pub(crate) fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            out.push(character.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// An id as the platform writes one, from a name.
pub(crate) fn platform_id(platform: AdPlatform, name: &str) -> u64 {
    match platform {
        AdPlatform::Meta => 120_000_000_000_000_000 + text_key(name) % 1_000_000_000_000_000,
        AdPlatform::Google => 10_000_000_000 + text_key(name) % 89_000_000_000,
    }
}

impl Ad {
    /// The `generation`-th creative of a slot.
    pub fn of_slot(slot: &Slot, generation: u32) -> Ad {
        let name = match slot.refresh_days {
            0 => slot.creative.to_owned(),
            _ => format!("{} v{}", slot.creative, generation + 1),
        };
        Ad::named(slot.platform, slot.campaign, slot.ad_group, &name, &slug(&name), slot)
    }

    fn named(platform: AdPlatform, campaign: &str, ad_group: &str, name: &str, content: &str, slot: &Slot) -> Ad {
        Ad {
            platform,
            campaign_id: platform_id(platform, campaign),
            campaign: campaign.to_owned(),
            ad_group_id: platform_id(platform, &format!("{campaign}/{ad_group}")),
            ad_group: ad_group.to_owned(),
            ad_id: platform_id(platform, &format!("{campaign}/{ad_group}/{name}")),
            name: name.to_owned(),
            utm_campaign: slug(campaign),
            utm_content: content.to_owned(),
            segment: slot.segment.to_owned(),
            angle: slot.angle,
            role: slot.role,
            budget_minor: slot.budget_minor,
        }
    }
}

/// A day of an ad.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AdRow {
    /// Days since the first day of history.
    pub day: u32,
    /// Index into the world's ads.
    pub ad: u32,
    pub impressions: u32,
    pub clicks: u32,
    pub spend_minor: i64,
    /// Orders it really brought (or, for brand search and retargeting, stood beside).
    pub orders: u32,
    /// Their totals, minor units.
    pub revenue_minor: i64,
    /// What the platform will claim in the end: hundredths of a conversion, and their value.
    pub claimed_centi: i64,
    pub claimed_value_minor: i64,
}

impl AdRow {
    /// Claimed conversions (hundredths) and value (minor units) as an export of `as_of` shows them for `day`.
    /// Meta counts whole conversions.
    pub fn claimed_as_of(&self, platform: AdPlatform, day: Day, as_of: Day) -> (i64, i64) {
        let permille = claimed_permille(as_of.days_since(day));
        let centi = self.claimed_centi * permille / 1_000;
        let centi = if platform == AdPlatform::Meta { centi / 100 * 100 } else { centi };
        let value_minor = if centi == 0 { 0 } else { self.claimed_value_minor * permille / 1_000 };
        (centi, value_minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_grow_until_they_are_final() {
        let shown: Vec<i64> = (0..40).map(claimed_permille).collect();
        assert!(shown.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(shown[1] < 700 && shown[27] < 1_000 && shown[28] == 1_000, "{shown:?}");
    }

    #[test]
    fn spend_saturates_and_people_tire() {
        let answers: Vec<f64> = (0..20).map(|euro| effective_spend(f64::from(euro) * 1_000.0, 5_000.0)).collect();
        let gains: Vec<f64> = answers.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gains.iter().all(|&gain| gain > 0.0) && gains.windows(2).all(|pair| pair[1] < pair[0]));
        assert!((0..20).map(|n| fatigue(f64::from(n))).collect::<Vec<_>>().windows(2).all(|pair| pair[1] < pair[0]));
    }

    #[test]
    fn names_become_links() {
        assert_eq!(slug("Prospecting | Broad"), "prospecting-broad");
    }
}
