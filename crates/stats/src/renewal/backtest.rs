//! The model against simple rules on a log cut in two.

use std::collections::BTreeMap;

use super::{Gaps, Renewal, RenewalError, Unit, bands};

/// Errors on units that bought before the cut and on or after it: median absolute error in days, a forecast before the
/// cut counting as the cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backtest {
    /// Units compared.
    pub n: usize,
    /// The model.
    pub error: f64,
    /// Always the same delay after the last purchase, the best one in hindsight.
    pub fixed_delay: f64,
    /// The unit's own mean gap after the last purchase; everybody's mean gap where it has none.
    pub own_mean: f64,
    /// Share of purchases inside the 80 % range.
    pub covered: f64,
}

/// Cuts a log of (customer, item, day) at the day `cut`: learns from what lies before, forecasts the first purchase on
/// or after it. With `item` none everywhere the units are customers, else customers × items.
///
/// # Errors
/// As [`Renewal::fit`], and no unit with purchases on both sides.
pub fn backtest(log: &[(u32, Option<u32>, i32)], cut: i32) -> Result<Backtest, RenewalError> {
    let mut days: BTreeMap<(u32, Option<u32>), Vec<i32>> = BTreeMap::new();
    let mut visits: BTreeMap<u32, Vec<i32>> = BTreeMap::new();
    let mut end = cut;
    for &(customer, item, day) in log {
        days.entry((customer, item)).or_default().push(day);
        visits.entry(customer).or_default().push(day);
        end = end.max(day);
    }
    let is_by_item = log.iter().any(|row| row.1.is_some());
    let known: Vec<(u32, (u32, u32))> = visits
        .iter()
        .filter_map(|(customer, days)| {
            let first = days.iter().min().filter(|first| **first < cut)?;
            Some((*customer, (Gaps::before(days, cut)?.n, cut.abs_diff(*first))))
        })
        .collect();
    let of_customer: BTreeMap<u32, u32> = if is_by_item {
        let numbers = bands(&known.iter().map(|k| k.1).collect::<Vec<_>>(), 6);
        known.iter().map(|k| k.0).zip(numbers).collect()
    } else {
        BTreeMap::new()
    };
    let horizon = end.abs_diff(cut) + 1;
    let mut units = Vec::new();
    let mut next = Vec::new();
    for ((customer, item), days) in &days {
        let Some(gaps) = Gaps::before(days, cut) else { continue };
        units.push(Unit { gaps, item: *item, band: of_customer.get(customer).copied() });
        next.push(days.iter().copied().filter(|day| *day >= cut).min().map(|day| f64::from(day.abs_diff(cut))));
    }
    let model = Renewal::fit(&units, horizon)?;
    let targets: Vec<(&Unit, f64)> = units.iter().zip(&next).filter_map(|(u, next)| Some((u, (*next)?))).collect();
    if targets.is_empty() {
        return Err(RenewalError::NoTargets);
    }
    let (gaps, sum) = units.iter().fold((0.0, 0.0), |(n, sum), u| (n + f64::from(u.gaps.n), sum + u.gaps.sum));
    let usual = sum / gaps;
    let mut covered = 0_usize;
    let mut errors = Vec::with_capacity(targets.len());
    for (unit, day) in &targets {
        let forecast = model.next(unit, horizon);
        errors.push((forecast.day - day).abs());
        covered += usize::from(f64::from(forecast.low) <= *day && *day <= f64::from(forecast.high));
    }
    let after = |delay: f64, unit: &Unit, day: f64| ((delay - f64::from(unit.gaps.silence)).max(0.0) - day).abs();
    let fixed = (1..=400_u32)
        .map(|delay| median(targets.iter().map(|(u, day)| after(f64::from(delay), u, *day)).collect()))
        .fold(f64::INFINITY, f64::min);
    let own = |u: &Unit| if u.gaps.n > 0 { u.gaps.sum / f64::from(u.gaps.n) } else { usual };
    Ok(Backtest {
        n: targets.len(),
        error: median(errors),
        fixed_delay: fixed,
        own_mean: median(targets.iter().map(|(u, day)| after(own(u), u, *day)).collect()),
        covered: covered as f64 / targets.len() as f64,
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    values.sort_unstable_by(f64::total_cmp);
    if values.len() % 2 == 1 { values[middle] } else { 0.5 * (values[middle - 1] + values[middle]) }
}
