//! Past ads of an account with planted effects: what a return on ad spend owes to angle, people, channel, offer and format,
//! what is the ad's alone, and what is luck. Names and files are as people write them; tags are wrong now and then.

use std::fmt::Write;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal, Poisson};

/// Factors with their levels, in the order in which a prediction takes them: angle, people, channel, offer, format.
pub const LEVELS: [&[&str]; 5] = [
    &["social_proof", "gift", "craft", "education", "urgency", "convenience", "novelty", "value"],
    &["strangers", "visitors", "customers", "lapsed"],
    &["meta", "google"],
    &["full price", "discount", "free shipping"],
    &["still", "video", "carousel", "text"],
];
/// Standard deviation of a level's planted effect on the log return, by factor.
pub const EFFECT_SD: [f64; 5] = [0.25, 0.2, 0.1, 0.15, 0.15];
/// Standard deviation of what is an ad's alone.
pub const OWN_SD: f64 = 0.15;
/// Share of tags that whoever confirmed them got wrong.
const WRONG: f64 = 0.05;
/// Value of a sale and cost of one at the account's mean return, major units.
const SALE: (f64, f64) = (48.0, 19.0);

/// An ad with what it truly is and what its platform reported.
#[derive(Debug, Clone, PartialEq)]
pub struct PlantedAd {
    /// Its name, in the account's pattern.
    pub name: String,
    /// Levels as tagged, in the order of [`LEVELS`].
    pub tags: [&'static str; 5],
    /// Quarter since the first, counted from 0: ads of one quarter are siblings.
    pub quarter: u32,
    /// Spend, major units.
    pub spend: f64,
    /// Sales the platform claims.
    pub sales: f64,
    /// Their value, major units.
    pub value: f64,
    /// The true log return against the mean ad, the ad's own part included.
    pub true_effect: f64,
}

/// An account whose effects are drawn once; ads are drawn from it.
#[derive(Debug, Clone)]
pub struct Account {
    effects: Vec<Vec<f64>>,
    rng: ChaCha8Rng,
}

impl Account {
    /// Draws the effects.
    pub fn new(seed: u64) -> Account {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x05EE_DAD5);
        let effects = LEVELS
            .iter()
            .zip(EFFECT_SD)
            .map(|(levels, sd)| levels.iter().map(|_| sd * standard(&mut rng)).collect())
            .collect();
        Account { effects, rng }
    }

    /// Ads of a quarter, as many as asked for. The account's return as a whole drifts from quarter to quarter.
    pub fn ads(&mut self, count: usize, quarter: u32) -> Vec<PlantedAd> {
        let drift = (0.3 * standard(&mut self.rng)).exp();
        (0..count).map(|at| self.ad(at, quarter, drift)).collect()
    }

    /// An ad that is what `tags` say, in the order of [`LEVELS`], in a quarter in which the whole account's return is
    /// multiplied by `drift`. A tag that is no level counts as the first.
    pub fn one(&mut self, tags: [&str; 5], quarter: u32, drift: f64) -> PlantedAd {
        let level = |factor: usize| LEVELS[factor].iter().position(|level| *level == tags[factor]).unwrap_or(0);
        let at = self.rng.random_range(0..100_000);
        self.ad_of(std::array::from_fn(level), at, quarter, drift)
    }

    fn ad(&mut self, at: usize, quarter: u32, drift: f64) -> PlantedAd {
        let mut levels = [0; 5];
        for (factor, level) in levels.iter_mut().enumerate() {
            *level = self.rng.random_range(0..LEVELS[factor].len());
        }
        // Search ads are text.
        if LEVELS[2][levels[2]] == "google" {
            levels[4] = 3;
        }
        self.ad_of(levels, at, quarter, drift)
    }

    fn ad_of(&mut self, levels: [usize; 5], at: usize, quarter: u32, drift: f64) -> PlantedAd {
        let planted: f64 = levels.iter().enumerate().map(|(factor, level)| self.effects[factor][*level]).sum();
        let true_effect = planted + OWN_SD * standard(&mut self.rng);
        let spend = 150.0 + 1_250.0 * self.rng.random::<f64>();
        let mean = spend / SALE.1 * drift * true_effect.exp();
        let sales = Poisson::new(mean.max(0.01)).map_or(0.0, |law| law.sample(&mut self.rng));
        let tags = std::array::from_fn(|factor| {
            let wrong = factor != 2 && self.rng.random::<f64>() < WRONG;
            let level = if wrong { self.rng.random_range(0..LEVELS[factor].len()) } else { levels[factor] };
            LEVELS[factor][level]
        });
        let name = format!("{} | {} | v{at}", LEVELS[4][levels[4]], LEVELS[0][levels[0]].replace('_', " "));
        PlantedAd { name, tags, quarter, spend, sales, value: sales * SALE.0, true_effect }
    }
}

fn standard(rng: &mut ChaCha8Rng) -> f64 {
    // Mean and deviation are constants that the law takes.
    Normal::new(0.0, 1.0).map_or(0.0, |law: Normal<f64>| law.sample(rng))
}

/// A report of Meta over the ads' quarter, one row an ad.
pub fn meta_report(ads: &[PlantedAd], first_year: i32) -> String {
    let mut text = String::from(
        "Reporting starts,Reporting ends,Account ID,Campaign name,Ad set name,Ad name,Impressions,Link clicks,Amount spent (EUR),Purchases,Purchases conversion value\n",
    );
    for ad in ads {
        let (year, month) = (first_year + (ad.quarter / 4) as i32, 3 * (ad.quarter % 4) + 1);
        let _ = writeln!(
            text,
            "{year}-{month:02}-01,{year}-{:02}-28,4400123,{} | {},{},{},{},{},{:.2},{},{:.2}",
            month + 2,
            ad.tags[1],
            ad.tags[3],
            ad.tags[1],
            ad.name,
            (ad.spend * 120.0) as i64,
            (ad.spend * 1.4) as i64,
            ad.spend,
            ad.sales,
            ad.value
        );
    }
    text
}

/// Everything an account has after some sprints: `past` ads over four quarters and three concepts a sprint on two
/// channels, two quarters after; then `fresh` ads that nobody has seen yet.
pub fn after_sprints(seed: u64, past: usize, sprints: usize, fresh: usize) -> (Vec<PlantedAd>, Vec<PlantedAd>) {
    let mut account = Account::new(seed);
    let mut known = Vec::new();
    for quarter in 0..4 {
        let count = past / 4 + usize::from((quarter as usize) < past % 4);
        known.extend(account.ads(count, quarter));
    }
    for sprint in 0..sprints {
        // Three concepts on two channels, beside each other in their quarter.
        known.extend(account.ads(6, 4 + (sprint / 3) as u32));
    }
    let fresh = account.ads(fresh, 10);
    (known, fresh)
}

#[cfg(test)]
mod tests {
    use stats::predict::{Model, PastAd, TooFew, rank_correlation};

    use super::*;

    fn past(ad: &PlantedAd) -> PastAd {
        PastAd {
            traits: ad.tags.map(|tag| Some(tag.to_owned())),
            siblings: format!("quarter {}", ad.quarter),
            spend: ad.spend,
            value: ad.value,
            sales: ad.sales,
        }
    }

    /// Bar: after 6 sprints and 60 past ads, predicted and true effects of 20 new concepts correlate by rank, > .4 on
    /// average over 20 seeds.
    #[test]
    fn after_six_sprints_and_sixty_ads_effects_are_predicted() {
        let mut sum = 0.0;
        for seed in 0..20 {
            let (known, fresh) = after_sprints(seed, 60, 6, 20);
            let ads: Vec<PastAd> = known.iter().map(past).collect();
            let model = Model::fit(&ads).expect("96 ads");
            let pairs: Vec<(f64, f64)> = fresh
                .iter()
                .filter_map(|ad| Some((model.predict(&past(ad).traits)?.log_return, ad.true_effect)))
                .collect();
            let correlation = rank_correlation(&pairs).expect("twenty");
            eprintln!("seed {seed}: {} ads, rank correlation {correlation:.2}", model.ads());
            sum += correlation;
        }
        eprintln!("mean over 20 seeds: {:.3}", sum / 20.0);
        assert!(sum / 20.0 > 0.4, "{}", sum / 20.0);
    }

    #[test]
    fn with_no_past_ads_there_is_no_number() {
        let (known, _) = after_sprints(1, 0, 0, 20);
        assert_eq!(Model::fit(&known.iter().map(past).collect::<Vec<_>>()), Err(TooFew { have: 0 }));
    }

    #[test]
    fn the_report_is_read_back_to_the_ad() {
        let (known, _) = after_sprints(2, 60, 0, 0);
        let report = std::io::Cursor::new(meta_report(&known, 2025));
        let file = formats::past_ads::read_account(report, None, &formats::ReadOptions::default()).expect("a report");
        assert_eq!((file.rows_read, file.rows_rejected, file.is_report), (60, 0, true));
        assert_eq!(file.account_ids, ["4400123"]);
        let naming = file.naming.expect("a pattern");
        assert_eq!((naming.separator.as_str(), naming.parts), (" | ", 3));
        let sales = |sum: f64, micros: i64| sum + micros as f64 / 1e6;
        let read = file.ads.iter().map(|ad| ad.conversions_micros).fold(0.0, sales);
        assert_eq!(read, known.iter().map(|ad| ad.sales).sum::<f64>());
    }
}
