//! Golden tables.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn to_three(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 0.000_55, "{actual:.5} is not {expected}");
}

/// Jennison & Turnbull (2000), tables 2.1 and 2.3, alpha = .05.
#[test]
fn classical_constants() {
    let pocock = [1.960, 2.178, 2.289, 2.361, 2.413, 2.453, 2.485, 2.512, 2.535, 2.555];
    let obrien_fleming = [1.960, 1.977, 2.004, 2.024, 2.040, 2.053, 2.063, 2.072, 2.080, 2.087];
    for looks in 1..=10 {
        to_three(Boundaries::classical_pocock(0.05, looks).unwrap().0, pocock[looks - 1]);
        to_three(Boundaries::classical_obrien_fleming(0.05, looks).unwrap().0, obrien_fleming[looks - 1]);
    }
    to_three(Boundaries::classical_obrien_fleming(0.05, 30).unwrap().0, 2.145);
    to_three(Boundaries::classical_pocock(0.05, 30).unwrap().0, 2.731);
}

/// R gsDesign, `sfLDOF`, K = 5; the K = 30 end as measured with the peers.
#[test]
fn lan_demets_obrien_fleming() {
    let five = Boundaries::equally_spaced(0.05, Spending::ObrienFleming, 5).unwrap();
    for (z, expected) in five.z().iter().zip([4.877, 3.357, 2.680, 2.290, 2.031]) {
        to_three(*z, expected);
    }
    let thirty = Boundaries::equally_spaced(0.05, Spending::ObrienFleming, 30).unwrap();
    to_three(thirty.z()[29], 2.143);
    assert!((thirty.power(0.0) - 0.05).abs() < 1e-8, "{}", thirty.power(0.0));
}

/// R gsDesign 3: `gsDesign()` (K = 3, one-sided .025, beta .1, `sfHSD(-4)` above, `sfHSD(-2)` below, non-binding): bounds
/// 3.01 2.55 2.00 and -0.24 0.94 2.00, sample size 1.070 times that of the fixed test.
#[test]
fn futility_as_published() {
    let above = Spending::HwangShihDeCani { gamma: -4.0 };
    let below = Spending::HwangShihDeCani { gamma: -2.0 };
    let futility = Futility::for_power(0.05, above, 0.1, below, 3).unwrap();
    let fixed = crate::normal::upper_quantile(0.025) + crate::normal::upper_quantile(0.1);
    assert!(((futility.drift / fixed).powi(2) - 1.070).abs() < 6e-4, "{}", (futility.drift / fixed).powi(2));
    let design = Design {
        spending: above,
        first_stop: 0.0,
        planned_information: Some(3.0),
        futility: Some(futility),
        ..Design::default()
    };
    let looks = [(1.0, 3.01, -0.24), (2.0, 2.55, 0.94), (3.0, 2.00, 2.00)];
    let mut monitor = Monitor::new(&design).unwrap();
    for (information, upper, lower) in looks {
        let reading = monitor.read(&look(0.0, information, information / 3.0)).unwrap();
        assert!((reading.boundary - upper).abs() < 0.005, "{reading:?}");
        assert!((reading.futility_boundary.unwrap() - lower).abs() < 0.005, "{reading:?}");
        assert_eq!(reading.futile, information > 1.5, "{reading:?}");
    }
    assert_eq!(monitor.outcome().decision, Decision::Inconclusive, "futility is shown, not acted on");
    let stopping = Design { stop_for_futility: true, ..design };
    let outcome = analyse(&stopping, &[look(0.0, 1.0, 1.0 / 3.0), look(0.0, 2.0, 2.0 / 3.0)]).unwrap();
    assert_eq!((outcome.decision, outcome.stopped_look), (Decision::Futile, Some(2)));
}

/// A look at `z` standard errors.
fn look(z: f64, information: f64, time: f64) -> Look {
    let standard_error = 1.0 / information.sqrt();
    Look { estimate: z * standard_error, standard_error, information: Some(information), spending_time: Some(time) }
}

fn shares(steps: &[f64]) -> Vec<f64> {
    let total: f64 = steps.iter().sum();
    let mut sum = 0.0;
    steps
        .iter()
        .map(|step| {
            sum += step;
            sum / total
        })
        .collect()
}

fn any_spending() -> impl Strategy<Value = Spending> {
    prop_oneof![
        Just(Spending::ObrienFleming),
        Just(Spending::Pocock),
        (-6.0..3.0f64).prop_map(|gamma| Spending::HwangShihDeCani { gamma })
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever information comes when, exactly alpha is spent, and after each look exactly what the clock allowed.
    #[test]
    fn alpha_is_spent_exactly(
        spending in any_spending(),
        alpha in 0.01..0.2f64,
        steps in prop::collection::vec((0.02..1.0f64, 0.02..1.0f64), 1..9),
        reached in 0.3..3.0f64,
    ) {
        let information: Vec<f64> = shares(&steps.iter().map(|s| s.0).collect::<Vec<_>>()).iter().map(|i| i * reached).collect();
        let mut times = shares(&steps.iter().map(|s| s.1).collect::<Vec<_>>());
        *times.last_mut().unwrap() = 1.0;
        let boundaries = Boundaries::by_spending(alpha, spending, &information, &times).unwrap();
        let spent = boundaries.exits(0.0).cumulative();
        for (time, spent) in times.iter().zip(spent) {
            prop_assert!((spent - 2.0 * spending.spent(alpha / 2.0, *time)).abs() < 1e-7, "{spent} at {time}");
        }
        let (weak, strong) = (boundaries.power(1.0), boundaries.power(2.0));
        prop_assert!(alpha < weak && weak < strong && (boundaries.power(-2.0) - strong).abs() < 1e-9);
    }

    /// Stage-wise inference: at a boundary the p-value is what has been spent; intervals hold the estimate, and leave 0
    /// out exactly when the run is decided; all is mirrored with the arms, and scaled with the unit.
    #[test]
    fn inference_is_consistent(
        spending in any_spending(),
        steps in prop::collection::vec(0.05..1.0f64, 2..7),
        stop in 0usize..7,
        excess in prop_oneof![Just(1e-9), -1.0..2.0f64],
        unit in 0.01..100.0f64,
    ) {
        let times = shares(&steps);
        let stop = stop % times.len();
        let design = Design { spending, first_stop: 0.0, ..Design::default() };
        let boundaries = Boundaries::by_spending(0.05, spending, &times, &times).unwrap();
        let z = boundaries.z()[stop] + excess;
        prop_assume!(boundaries.z()[stop] < 7.0);
        let looks: Vec<Look> = times.iter().enumerate().map(|(k, &t)| look(if k < stop { 0.0 } else { z }, t, t)).collect();
        let outcome = analyse(&design, &looks).unwrap();
        let at = outcome.stopped_look.unwrap() - 1;
        let p = outcome.p_value.unwrap();
        if excess == 1e-9 {
            prop_assert!((p - outcome.readings[stop].alpha_spent).abs() < 1e-6, "{p}");
        }
        prop_assert!(outcome.ci_low < outcome.estimate && outcome.estimate < outcome.ci_high, "{outcome:?}");
        if excess != 1e-9 {
            prop_assert_eq!(outcome.decision == Decision::Won, outcome.ci_low > 0.0);
            prop_assert_eq!(outcome.decision == Decision::Won, p < 0.05);
        }
        let mirrored: Vec<Look> = looks.iter().map(|l| Look { estimate: -l.estimate, ..*l }).collect();
        let mirrored = analyse(&design, &mirrored).unwrap();
        prop_assert_eq!(mirrored.stopped_look, outcome.stopped_look);
        prop_assert_eq!((mirrored.estimate, mirrored.ci_low, mirrored.p_value), (-outcome.estimate, -outcome.ci_high, Some(p)));
        let scaled: Vec<Look> = looks
            .iter()
            .map(|l| Look { estimate: l.estimate * unit, standard_error: l.standard_error * unit, ..*l })
            .collect();
        let scaled = analyse(&design, &scaled).unwrap();
        prop_assert!((scaled.estimate / unit - outcome.estimate).abs() < 1e-6 * (1.0 + outcome.estimate.abs()));
        prop_assert!(at <= stop || excess < 0.0);
    }

    /// Any numbers at all: no panic, no decision without evidence.
    #[test]
    fn nonsense_decides_nothing(
        looks in prop::collection::vec(
            (prop::num::f64::ANY, prop::num::f64::ANY, prop::option::of(prop::num::f64::ANY), prop::option::of(prop::num::f64::ANY)), 0..6),
        planned in prop::option::of(prop::num::f64::ANY),
    ) {
        let futility = Some(Futility { beta: 0.1, spending: Spending::Pocock, drift: 3.0 });
        let design = Design { planned_information: planned, futility, ..Design::default() };
        let looks: Vec<Look> = looks
            .into_iter()
            .map(|(estimate, standard_error, information, spending_time)| Look { estimate, standard_error, information, spending_time })
            .collect();
        if let Ok(outcome) = analyse(&design, &looks)
            && matches!(outcome.decision, Decision::Won | Decision::Lost)
        {
            prop_assert!(outcome.p_value.is_some_and(|p| p <= 0.05 + 1e-6));
        }
    }
}

/// Nothing happens in the first week; on day 7 what could have been spent is; a horizon reached with hardly any traffic
/// still spends it all; a look without a standard error spends nothing.
#[test]
fn week_horizon_and_empty_looks() {
    let design = Design::default();
    let day = |day: f64, z: f64| look(z, day * 100.0, day / 30.0);
    let mut monitor = Monitor::new(&design).unwrap();
    for d in 1..7 {
        let reading = monitor.read(&day(f64::from(d), 50.0)).unwrap();
        assert!(reading.boundary.is_infinite() && reading.ci_high.is_infinite(), "{reading:?}");
    }
    assert!(!monitor.has_ended());
    let seventh = monitor.read(&day(7.0, 50.0)).unwrap();
    assert!(seventh.boundary > 4.3 && seventh.boundary < 4.6, "{seventh:?}");
    assert_eq!(monitor.outcome().decision, Decision::Won);

    let empty = Look { standard_error: 0.0, estimate: 0.0, information: Some(800.0), spending_time: Some(8.0 / 30.0) };
    let outcome = analyse(&design, &[day(7.0, 0.0), empty, look(1.99, 801.0, 1.0)]).unwrap();
    assert_eq!(outcome.readings[1].z, None);
    assert_eq!(outcome.readings[1].alpha_spent, outcome.readings[0].alpha_spent);
    assert_eq!(outcome.readings[2].alpha_spent, 0.05);
    assert_eq!(outcome.decision, Decision::Won, "{outcome:?}");
    let stale = analyse(&design, &[day(20.0, 1.0), look(1.0, 2000.0, 1.0)]).unwrap();
    assert!(stale.readings[1].boundary > 1.95 && stale.readings[1].alpha_spent == 0.05, "{stale:?}");
    assert_eq!(analyse(&design, &[]).unwrap().p_value, None);
    let nothing = Look { estimate: f64::NAN, standard_error: f64::NAN, information: None, spending_time: Some(1.0) };
    assert_eq!(analyse(&design, &[nothing]).unwrap().decision, Decision::Inconclusive);
}

/// While it runs: the interval may be read daily, and the p-value is the level at which the run would have stopped by now.
#[test]
fn running_is_honest() {
    let design = Design { first_stop: 0.0, ..Design::default() };
    let looks: Vec<Look> = (1..=10).map(|k| look(2.0, f64::from(k) * 10.0, f64::from(k) / 30.0)).collect();
    let outcome = analyse(&design, &looks).unwrap();
    assert_eq!((outcome.decision, outcome.stopped_look), (Decision::Running, None));
    let p = outcome.p_value.unwrap();
    assert!(p > 0.05 && p < 1.0, "{p}");
    let at_p = analyse(&Design { alpha: p * 1.001, ..design }, &looks).unwrap();
    assert_eq!(at_p.stopped_look, Some(10));
    assert!(outcome.ci_low < 0.0 && outcome.ci_high > outcome.estimate);
}

#[test]
fn impossible_requests_are_refused() {
    assert!(Boundaries::equally_spaced(0.0, Spending::Pocock, 3).is_err());
    assert!(Boundaries::equally_spaced(0.05, Spending::Pocock, 0).is_err());
    assert!(Boundaries::fixed(&[2.0, 2.0], &[1.0, 1.0]).is_err());
    assert!(Boundaries::fixed(&[2.0], &[1.0, 2.0]).is_err());
    let one = Boundaries::fixed(&[1.959_963_985], &[1.0]).unwrap();
    assert!((one.drift_for_power(0.8).unwrap() - 2.8016).abs() < 1e-4);
    assert!(one.drift_for_power(0.01).is_err());
    assert!(one.exits(0.0).expected(&[]).is_nan());
    let no_axis = Look { spending_time: None, ..look(1.0, 1.0, 1.0) };
    assert!(matches!(analyse(&Design::default(), &[no_axis]), Err(SequentialError::NoAxis { look: 1 })));
    assert!(Monitor::new(&Design { alpha: f64::NAN, ..Design::default() }).is_err());
    for (beta, drift) in [(f64::NAN, 3.0), (0.2, f64::NAN), (0.2, -1.0), (1.0, 3.0)] {
        let futility = Some(Futility { beta, spending: Spending::Pocock, drift });
        assert!(Monitor::new(&Design { futility, ..Design::default() }).is_err());
    }
    // Numbers at the edge of what a double holds: no panic.
    for (small, large) in [(1e-320, 1e300), (1e-300, 1e-299), (5e-324, 1e-323)] {
        for look_at in [small, large] {
            let looks = [
                Look { information: Some(small), ..look(1.0, 1.0, 0.5) },
                Look { information: Some(look_at), ..look(1.0, 1.0, 1.0) },
            ];
            let futility = Some(Futility { beta: 0.1, spending: Spending::Pocock, drift: 3.0 });
            assert!(analyse(&Design { futility, first_stop: 0.0, ..Design::default() }, &looks).is_ok());
        }
    }
}

/// Two looks at any spacing against a plain sum over the first look's distribution, with steps of 1/2000.
#[test]
fn the_recursion_against_plain_integration() {
    use crate::normal::{cdf, pdf};
    for (first, b1, b2) in [(0.05, 2.5, 2.0), (0.5, 2.8, 1.98), (0.97, 2.1, 2.05)] {
        let rho = f64::sqrt(first);
        let spread = f64::sqrt(1.0 - first);
        let steps = 2000;
        let width = 2.0 * b1 / f64::from(steps);
        let inside = (0..steps).map(|k| -b1 + (f64::from(k) + 0.5) * width);
        let later: f64 = inside.map(|z| pdf(z) * width * 2.0 * cdf((rho * z - b2) / spread)).sum();
        let exits = Boundaries::fixed(&[b1, b2], &[first, 1.0]).unwrap().exits(0.0);
        assert!((exits.above[1] + exits.below[1] - later).abs() < 1e-6, "{exits:?} {later}");
        assert!((exits.above[0] - cdf(-b1)).abs() < 1e-14);
    }
}
