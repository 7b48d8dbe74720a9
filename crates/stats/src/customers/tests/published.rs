//! Published fits on published data, read in place.

use std::path::PathBuf;

use super::*;

fn data(name: &str) -> Option<String> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) => {
            eprintln!("skipped: {}: {error}", path.display());
            None
        }
    }
}

/// x, tx, T, purchases in the holdout, mean repeat spend.
fn cdnow() -> Option<Vec<(History, f64, f64)>> {
    let text = data("cdnow/cdnow_cbs.csv")?;
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().expect("number")).collect();
        (History { x: cells[1] as u32, tx: cells[2], t: cells[3] }, cells[4], cells[5])
    });
    Some(rows.collect())
}

fn near(got: f64, want: f64, within: f64) {
    assert!((got - want).abs() <= within, "{got} is not {want} ± {within}");
}

fn params_near(fit: &Fit, want: [f64; 4], within: f64) {
    for (param, want) in fit.params.iter().zip(want) {
        assert!((param.value - want).abs() <= within, "{}: {} is not {want}", param.name, param.value);
        assert!(param.se.is_some_and(|se| se > 0.0 && se < param.value), "{param:?}");
    }
}

/// Fader, Hardie & Lee (2005), table 2 and section 4, and the peers' figures for the second 39 weeks.
#[test]
fn cdnow_fits_and_forecasts() {
    let Some(rows) = cdnow() else { return };
    let base = Base::new(rows.iter().map(|row| row.0), 0.0).expect("base");
    let cases = [
        (Kind::BG_NBD, [0.2426, 4.4136, 0.7929, 2.4259], -9582.43, [1653.4, 0.6256, 0.7855]),
        (Kind::Pareto, [0.5533, 10.5777, 0.6062, 11.6689], -9594.98, [1665.5, 0.6302, 0.7545]),
    ];
    for (kind, params, log_likelihood, [sum, correlation, mae]) in cases {
        let fit = fit(&base, kind).expect("fit");
        near(fit.log_likelihood, log_likelihood, 0.005);
        params_near(&fit, params, 6e-4);
        let met = accuracy(rows.iter().map(|row| (fit.model.expected(&row.0, 39.0), row.1))).expect("rows");
        near(met.actual, 1882.0, 0.0);
        near(met.predicted, sum, 0.1);
        near(met.correlation.expect("varies"), correlation, 5e-5);
        near(met.mae, mae, 5e-5);
        let forecast = fit.base_forecast(&base, 39.0);
        near(forecast.purchases, met.predicted, 1e-3);
        assert!(forecast.low > 1350.0 && forecast.high < 2000.0 && forecast.high > 1800.0, "{forecast:?}");
    }
    let modified = fit(&base, Kind::Dropout { k: 1, modified: true }).expect("fit");
    params_near(&modified, [0.5248, 6.1831, 0.8914, 1.6140], 6e-4);
}

#[test]
fn cdnow_spend() {
    let Some(rows) = cdnow() else { return };
    let spenders = rows.iter().filter(|row| row.0.x > 0).map(|row| Spender { x: row.0.x, mean: row.2 });
    let fit = fit_spend(spenders).expect("fit");
    assert_eq!(fit.customers, 946);
    near(fit.log_likelihood, -4055.92, 0.005);
    near(fit.spend.p, 6.2496, 2e-3);
    near(fit.spend.q, 3.7442, 1e-3);
    near(fit.spend.gamma, 15.4435, 1e-2);
}

/// Grocery log of the BTYDplus package, calibrated to the end of 2006; log-likelihoods of the peers' own formulas.
#[test]
fn grocery_is_bought_every_second_event() {
    let Some(text) = data("grocery/groceryElog.csv") else { return };
    let day = |text: &str| domain::Day::parse(text).expect("day");
    let zero = day("1970-01-01");
    let mut log: Vec<Purchase> = text
        .lines()
        .skip(1)
        .map(|line| {
            let (customer, date) = line.split_once(',').expect("two columns");
            Purchase { customer: customer.parse().expect("id"), day: day(date).days_since(zero), amount: 1.0 }
        })
        .collect();
    let records = summarise(&mut log, day("2006-12-31").days_since(zero), 7.0).expect("records");
    assert_eq!(records.records.len(), 1525);
    assert_eq!(records.records.iter().map(|r| r.holdout).sum::<u32>(), 3389);
    let base = records.base().expect("base");
    for (k, modified, want) in [
        (1, false, -15_836.57),
        (2, false, -15_054.17),
        (1, true, -15_781.94),
        (2, true, -14_978.21),
        (3, true, -14_996.85),
    ] {
        near(fit(&base, Kind::Dropout { k, modified }).expect("fit").log_likelihood, want, 0.01);
    }
    let best = fit_best_k(&base, true, 6).expect("fit");
    assert_eq!(best.kind, Kind::Dropout { k: 2, modified: true });
    params_near(&best, [1.3292, 2.8125, 0.4247, 0.7900], 1e-3);
}
