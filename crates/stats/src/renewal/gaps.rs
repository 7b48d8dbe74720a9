//! What one unit has done.

/// Times between the purchases of one unit, as far as the model needs them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaps {
    /// Number of gaps: purchase days less one.
    pub n: u32,
    /// Their sum in days.
    pub sum: f64,
    /// Sum of their logarithms.
    pub sum_ln: f64,
    /// Days from the last purchase to the day of the forecast, at least 1.
    pub silence: u32,
}

impl Gaps {
    /// From the days of purchases (any order, several a day count once) before the day `cut`; none without any.
    pub fn before(days: &[i32], cut: i32) -> Option<Gaps> {
        let mut days: Vec<i32> = days.iter().copied().filter(|day| *day < cut).collect();
        days.sort_unstable();
        days.dedup();
        let last = *days.last()?;
        let mut out = Gaps { n: 0, sum: 0.0, sum_ln: 0.0, silence: cut.abs_diff(last) };
        for pair in days.windows(2) {
            let gap = f64::from(pair[1].abs_diff(pair[0]));
            out.n += 1;
            out.sum += gap;
            out.sum_ln += gap.ln();
        }
        Some(out)
    }
}

/// A unit to forecast with what it belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// What it has done.
    pub gaps: Gaps,
    /// Its product or category, by a number of the caller.
    pub item: Option<u32>,
    /// Its customer's band, see [`bands`].
    pub band: Option<u32>,
}

/// Bands of customers by how often they buy anything: the number of the band, 0 the rarest, of each pair of (purchases,
/// days since the first). Rates are shrunk towards the common one by the weight of one purchase.
pub fn bands(customers: &[(u32, u32)], count: u32) -> Vec<u32> {
    let (purchases, days) =
        customers.iter().fold((0.0, 0.0), |(p, d), c| (p + f64::from(c.0), d + f64::from(c.1.max(1))));
    let usual = if purchases > 0.0 { days / purchases } else { 1.0 };
    // The first purchase starts the clock and says nothing of the rate.
    let rate = |c: &(u32, u32)| f64::from(c.0.max(1)) / (f64::from(c.1) + usual);
    let mut sorted: Vec<f64> = customers.iter().map(rate).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len().max(1) as f64;
    let band = |c: &(u32, u32)| {
        let below = sorted.partition_point(|other| *other < rate(c)) as f64;
        ((below / n * f64::from(count)) as u32).min(count.saturating_sub(1))
    };
    customers.iter().map(band).collect()
}
