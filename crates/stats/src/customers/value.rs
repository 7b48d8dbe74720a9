//! What a customer will be worth, with a range.

use statrs::function::beta::beta_reg;

use super::{base::History, forecast::Model, spend::Spend};

/// Terms on which future money is counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueTerms {
    /// How far ahead, in units of time.
    pub horizon: f64,
    /// Continuous discount rate per unit of time (ln(1.10)/52 for 10 % a year in weeks); 0 for none.
    pub discount: f64,
    /// Share of revenue that is margin, 1 for revenue itself.
    pub margin: f64,
}

/// Discounted value of a customer's future purchases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// Expected value. Infinite where the spend model has no mean (q ≤ 1 and no purchases known).
    pub mean: f64,
    /// 5 % of such customers are worth less. Most customers of most shops never come back, so this is often 0.
    pub low: f64,
    /// 5 % of such customers are worth more.
    pub high: f64,
    /// Chance that the customer buys at all within the horizon.
    pub chance: f64,
}

/// Value of one customer: `mean_spend` over the `history.x` repeat purchases.
///
/// The mean is Σ (expected purchases in a step) · e^(−discount · time) · expected spend (Fader, Hardie & Lee 2005, JMR).
/// The range is that of the sum of a random number of purchases of random size: given X = m the spend is
/// (γ+x·mean) times a beta-prime(p·m, q+p·x) variable. Discounting scales the range as it scales the mean.
pub fn value(model: &Model, spend: &Spend, history: &History, mean_spend: f64, terms: &ValueTerms) -> Value {
    let x = history.x;
    let known = if x > 0 && mean_spend.is_finite() { mean_spend } else { 0.0 };
    let known_x = if known > 0.0 { x } else { 0 };
    let each = spend.expected(known_x, known) * terms.margin;
    let at_least = model.at_least(history, terms.horizon);
    let purchases: f64 = at_least.iter().skip(1).sum();
    let kept = kept_share(model, history, terms);
    let chance = at_least.get(1).copied().unwrap_or(0.0);
    let shape = spend.q + spend.p * f64::from(known_x);
    let scale = (spend.gamma + known * f64::from(known_x)) * terms.margin * kept;
    // P(spend ≤ s · scale)
    let cdf = |s: f64| {
        let share = s / (1.0 + s);
        let mut sum = 1.0 - chance;
        for m in 1..at_least.len() {
            let exactly = at_least[m] - at_least.get(m + 1).copied().unwrap_or(0.0);
            if exactly > 1e-12 {
                sum += exactly * beta_reg(spend.p * m as f64, shape, share);
            }
        }
        sum
    };
    let quantile = |want: f64| {
        if 1.0 - chance >= want {
            return 0.0;
        }
        let mut high = 1.0;
        while cdf(high) < want && high < 1e12 {
            high *= 4.0;
        }
        let mut low = 0.0;
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if cdf(middle) < want {
                low = middle
            } else {
                high = middle
            }
            if high - low < 1e-7 * high {
                break;
            }
        }
        0.5 * (low + high)
    };
    Value {
        mean: if purchases > 0.0 { purchases * kept * each } else { 0.0 },
        low: quantile(0.05) * scale,
        high: quantile(0.95) * scale,
        chance,
    }
}

/// What discounting leaves of a purchase on average: purchases spread over the horizon as the model expects.
fn kept_share(model: &Model, history: &History, terms: &ValueTerms) -> f64 {
    const STEPS: usize = 24;
    if terms.discount == 0.0 || terms.horizon.is_nan() || terms.horizon <= 0.0 {
        return 1.0;
    }
    let step = terms.horizon / STEPS as f64;
    let (mut before, mut kept) = (0.0, 0.0);
    for i in 1..=STEPS {
        let until = model.expected(history, step * i as f64);
        kept += (until - before) * (-terms.discount * step * (i as f64 - 0.5)).exp();
        before = until;
    }
    if before > 0.0 { kept / before } else { 1.0 }
}
