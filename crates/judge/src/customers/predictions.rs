//! A forecast per customer as a file.

use std::collections::HashMap;

use domain::Day;
use stats::customers::{Fit, Records, Spend, ValueTerms, value};

use super::Args;
use crate::JudgeError;

/// The file's bytes: one row per customer, forecasts for `horizon` units of time after the day `end`.
pub(super) fn predictions(
    args: &Args,
    records: &Records,
    fit: &Fit,
    spend: Option<&Spend>,
    horizon: f64,
    names: &[String],
    end: Day,
) -> Result<Vec<u8>, JudgeError> {
    let terms = ValueTerms { horizon, discount: args.discount.ln_1p() / 365.25 * args.unit.days(), margin: 1.0 };
    let day = |units: f64| {
        let days = (units * args.unit.days()).ceil();
        // A date a century away is no date.
        if days < 36_525.0 { end.plus(days as i32).to_string() } else { String::new() }
    };
    let mut out = csv::Writer::from_writer(Vec::new());
    let put = |out: &mut csv::Writer<Vec<u8>>, cells: &[String]| {
        out.write_record(cells).map_err(|error| JudgeError::Invalid(error.to_string()))
    };
    let mut header = "customer,repeat_purchases,p_alive,expected_purchases,purchases_low,purchases_high,\
                      next_purchase_chance,next_purchase_early,next_purchase_median,next_purchase_late"
        .split(',')
        .map(str::to_owned)
        .collect::<Vec<_>>();
    if spend.is_some() {
        header.extend(["expected_spend", "value", "value_low", "value_high"].map(str::to_owned));
    }
    put(&mut out, &header)?;
    let mut known: HashMap<(u32, u64, u64), Vec<String>> = HashMap::new();
    for record in &records.records {
        let h = &record.history;
        let mut cells = vec![names.get(record.customer as usize).cloned().unwrap_or_default()];
        cells.extend_from_slice(known.entry((h.x, h.tx.to_bits(), h.t.to_bits())).or_insert_with(|| {
            let at_least = fit.model.at_least(h, horizon);
            let next = fit.model.next(h);
            // The smallest m with P(X ≤ m) ≥ share.
            let count = |share: f64| {
                let above = |m: usize| at_least.get(m + 1).copied().unwrap_or(0.0);
                (0..at_least.len()).find(|&m| 1.0 - above(m) >= share).unwrap_or(0).to_string()
            };
            vec![
                h.x.to_string(),
                format!("{:.4}", fit.model.alive(h)),
                format!("{:.4}", fit.model.expected(h, horizon)),
                count(0.1),
                count(0.9),
                format!("{:.4}", next.chance),
                day(next.early),
                day(next.median),
                day(next.late),
            ]
        }));
        if let Some(spend) = spend {
            let v = value(&fit.model, spend, h, record.mean_spend, &terms);
            let each = record.spender().map_or(spend.expected(0, 0.0), |s| spend.expected(s.x, s.mean));
            cells.extend([each, v.mean, v.low, v.high].map(|amount| format!("{amount:.2}")));
        }
        put(&mut out, &cells)?;
    }
    out.into_inner().map_err(|error| JudgeError::Invalid(error.to_string()))
}
