//! From a purchase log to histories.

use super::base::{Base, CustomerError, History};
use super::spend::Spender;

/// One purchase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Purchase {
    /// Who bought, as a number the caller chose.
    pub customer: u32,
    /// Day number on any calendar, e.g. days since 1970.
    pub day: i32,
    /// What was paid; purchases of one day are added up. NaN where it is not known.
    pub amount: f64,
}

/// One customer of a log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Record {
    /// Who.
    pub customer: u32,
    /// What they did until the end of calibration.
    pub history: History,
    /// Sum of ln(time between purchases) until then.
    pub ln_gaps: f64,
    /// Mean spend of the repeat purchases until then; of the first purchase where there is no other.
    pub mean_spend: f64,
    /// Purchases after the end of calibration, to the end of the log.
    pub holdout: u32,
    /// Spend of those.
    pub holdout_spend: f64,
}

impl Record {
    /// For the spend model: none without a repeat purchase or without a positive mean spend.
    pub fn spender(&self) -> Option<Spender> {
        let is_known = self.history.x > 0 && self.mean_spend > 0.0 && self.mean_spend.is_finite();
        is_known.then_some(Spender { x: self.history.x, mean: self.mean_spend })
    }
}

/// A log as histories.
#[derive(Debug, Clone, PartialEq)]
pub struct Records {
    /// Customers who first bought by the end of calibration, by number.
    pub records: Vec<Record>,
    /// Customers who came later and are left out.
    pub later: u64,
    /// Last day of the log.
    pub last_day: i32,
    /// Time from the end of calibration to the last day, in units.
    pub holdout: f64,
}

impl Records {
    /// Sufficient statistics of them.
    ///
    /// # Errors
    /// As [`Base::new`].
    pub fn base(&self) -> Result<Base, CustomerError> {
        Base::new(self.records.iter().map(|r| r.history), self.records.iter().map(|r| r.ln_gaps).sum())
    }
}

/// Cuts a log at the end of day `calibration_end`. Purchases of one customer on one day count as one; time is counted
/// in units of `unit_days` days from the day of the first purchase, as the papers do. The order of purchases does not
/// matter; the slice is sorted in place.
///
/// # Errors
/// The log is empty or begins after the end of calibration, or the unit is not positive.
pub fn summarise(purchases: &mut [Purchase], calibration_end: i32, unit_days: f64) -> Result<Records, CustomerError> {
    if !(unit_days > 0.0 && unit_days.is_finite()) {
        let want = "a unit of time has more than 0 days";
        return Err(CustomerError::Argument { name: "unit", value: unit_days, want });
    }
    // Stable, so that amounts of one day are added in the order of the log.
    purchases.sort_by_key(|p| (p.customer, p.day));
    let last_day = purchases.iter().map(|p| p.day).max().ok_or(CustomerError::Empty)?;
    let mut out = Records {
        records: Vec::new(),
        later: 0,
        last_day,
        holdout: f64::from((last_day - calibration_end).max(0)) / unit_days,
    };
    for of_one in purchases.chunk_by(|l, r| l.customer == r.customer) {
        let first = of_one[0].day;
        if first > calibration_end {
            out.later += 1;
            continue;
        }
        out.records.push(record(of_one, first, calibration_end, unit_days));
    }
    if out.records.is_empty() { Err(CustomerError::Empty) } else { Ok(out) }
}

fn record(of_one: &[Purchase], first: i32, calibration_end: i32, unit_days: f64) -> Record {
    let mut last = first;
    let (mut x, mut ln_gaps, mut repeat, mut initial) = (0_u32, 0.0, 0.0, 0.0);
    let (mut holdout, mut holdout_spend) = (0, 0.0);
    for of_day in of_one.chunk_by(|l, r| l.day == r.day) {
        let day = of_day[0].day;
        let amount: f64 = of_day.iter().map(|p| p.amount).sum();
        if day == first {
            initial = amount;
        } else if day <= calibration_end {
            x += 1;
            ln_gaps += (f64::from(day - last) / unit_days).ln();
            repeat += amount;
            last = day;
        } else {
            holdout += 1;
            holdout_spend += amount;
        }
    }
    let history =
        History { x, tx: f64::from(last - first) / unit_days, t: f64::from(calibration_end - first) / unit_days };
    let mean_spend = if x > 0 { repeat / f64::from(x) } else { initial };
    Record { customer: of_one[0].customer, history, ln_gaps, mean_spend, holdout, holdout_spend }
}
