#![allow(clippy::unwrap_used)]
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::*;
use crate::experiment::{ArmSums, Metric, UnitFigures};

/// Days of normal values with the given means, the same number of units in every arm; the covariate explains
/// `correlation`² of the variance.
fn days(seed: u64, means: &[f64], units: u32, last: u32, correlation: f64) -> Vec<DayReading> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut arms = vec![ArmSums::default(); means.len()];
    (1..=last)
        .map(|day| {
            for (arm, mean) in arms.iter_mut().zip(means) {
                for _ in 0..units {
                    let (x, e): (f64, f64) = (StandardNormal.sample(&mut rng), StandardNormal.sample(&mut rng));
                    let noise = correlation * x + (1.0 - correlation * correlation).sqrt() * e;
                    arm.add(UnitFigures { value: mean + noise, denominator: 0.0, covariate: x });
                }
            }
            DayReading { day, arms: arms.clone() }
        })
        .collect()
}

#[test]
fn a_clear_win_is_called_after_a_week_and_stays() {
    let days = days(1, &[5.0, 5.5], 100, 30, 0.0);
    let at = |n: usize| judge_experiment(&Design::default(), &days[..n]).unwrap();
    assert_eq!(at(6).arms[0].decision, Decision::Running);
    assert!(matches!(at(6).warnings[..], [Warning::MinimumRun { days: 6, min_days: 7 }]));
    let (early, late) = (at(12), at(30));
    let (early, late) = (&early.arms[0], &late.arms[0]);
    assert_eq!((early.decision, early.stopped_look), (Decision::Won, late.stopped_look));
    assert_eq!(early.result, late.result, "later days do not change what was decided");
    assert_eq!(late.looks.len(), 30);
    assert!(late.looks[..6].iter().all(|look| look.boundary.is_none() && look.z.is_some()));
    let report = late.result.unwrap();
    assert!(report.ci_low.unwrap() > 0.0 && report.lift_low.unwrap() > 0.0 && report.p_value < 0.05);
    assert!((report.lift.unwrap() - 0.1).abs() < 0.05 && (report.estimate - 0.5).abs() < 0.25, "{report:?}");
    assert_eq!(at(30).headline().unwrap().arm, 1);
}

#[test]
fn a_loss_and_no_effect() {
    let lost = judge_experiment(&Design::default(), &days(2, &[5.0, 4.5], 100, 30, 0.0)).unwrap();
    assert_eq!(lost.arms[0].decision, Decision::Lost);
    assert!(lost.arms[0].result.unwrap().ci_high.unwrap() < 0.0);
    let nothing = days(3, &[5.0, 5.0], 100, 30, 0.0);
    let open = judge_experiment(&Design::default(), &nothing).unwrap();
    assert_eq!((open.arms[0].decision, open.arms[0].stopped_look), (Decision::Inconclusive, Some(30)));
    let stops = Design { stops_for_futility: true, ..Design::default() };
    let futile = judge_experiment(&stops, &nothing).unwrap();
    assert_eq!(futile.arms[0].decision, Decision::Futile, "{:?}", futile.arms[0].looks.last());
}

/// Three treatments, one of them better, one clearly worse: Holm's shares grow as arms are decided.
#[test]
fn several_arms_step_down() {
    let reading = judge_experiment(&Design::default(), &days(4, &[5.0, 5.4, 5.0, 4.5], 60, 30, 0.0)).unwrap();
    let said: Vec<_> = reading.arms.iter().map(|arm| (arm.arm, arm.decision)).collect();
    assert_eq!(said, [(1, Decision::Won), (2, Decision::Inconclusive), (3, Decision::Lost)]);
    assert_eq!(reading.arms[1].alpha, 0.05, "two arms are decided, all of the error is left for the third");
    assert!(reading.arms.iter().all(|arm| (0.05 / 3.0 - 1e-12..=0.05).contains(&arm.alpha)));
    let result = reading.arms[0].result.unwrap();
    assert!(result.p_adjusted >= result.p_value && result.p_adjusted < 0.05);
    assert_eq!(reading.headline().unwrap().arm, 1);
}

#[test]
fn the_covariate_saves_what_it_explains() {
    let design = Design { use_covariate: true, ..Design::default() };
    let days = days(5, &[5.0, 5.1], 100, 14, 0.8);
    let (plain, adjusted) =
        (judge_experiment(&Design::default(), &days).unwrap(), judge_experiment(&design, &days).unwrap());
    let saved = adjusted.arms[0].variance_saved.unwrap();
    assert!((saved - 0.64).abs() < 0.06, "{saved}");
    let width = |r: &Reading| r.arms[0].looks[13].ci_high.unwrap() - r.arms[0].looks[13].ci_low.unwrap();
    assert!((width(&adjusted) / width(&plain) - (1.0 - saved).sqrt()).abs() < 1e-6);
}

#[test]
fn nothing_to_compare_has_an_answer() {
    let empty = judge_experiment(&Design::default(), &[]).unwrap();
    assert_eq!((empty.arms[0].decision, empty.arms[0].result), (Decision::Running, None));
    let one = [DayReading { day: 30, arms: vec![ArmSums::of_values(100, 50.0, 90.0), ArmSums::default()] }];
    let one = judge_experiment(&Design::default(), &one).unwrap();
    assert_eq!((one.arms[0].decision, one.arms[0].result), (Decision::Inconclusive, None));
    assert!(one.warnings.iter().any(|w| matches!(w, Warning::EmptyArm { arm: 1, units: 0 })));
    let flat = [DayReading { day: 8, arms: vec![ArmSums::of_values(100, 0.0, 0.0); 2] }];
    let flat = judge_experiment(&Design::default(), &flat).unwrap();
    let report = flat.arms[0].result.unwrap();
    assert_eq!(
        (flat.arms[0].decision, report.estimate, report.ci_low, report.lift),
        (Decision::Running, 0.0, None, None)
    );
    let codes: Vec<_> = flat.warnings.iter().map(Warning::code).collect();
    assert_eq!(codes, ["partial_week", "no_variance", "no_lift"]);
}

#[test]
fn planned_units_and_traffic_that_does_not_fit() {
    let mut uneven = days(6, &[5.0, 5.0], 100, 8, 0.0);
    for day in &mut uneven {
        day.arms[1].units += u64::from(day.day) * 30;
        day.arms[1].value += f64::from(day.day) * 150.0;
        day.arms[1].value_sq += f64::from(day.day) * 780.0;
    }
    let design = Design { planned_units: Some(2000.0), ..Design::default() };
    let reading = judge_experiment(&design, &uneven).unwrap();
    assert!(reading.srm_p < 0.01 && matches!(reading.warnings[0], Warning::SampleRatio { .. }), "{}", reading.srm_p);
    assert!(!reading.is_trustworthy());
    let fraction = reading.arms[0].looks[7].information_fraction;
    assert!((fraction - 1840.0 / 4000.0).abs() < 1e-9, "{fraction}");
    let planned_so = Design { shares: vec![100.0, 130.0], ..Design::default() };
    assert!(judge_experiment(&planned_so, &uneven).unwrap().srm_p > 0.1);
    // Twice the planned units by day 20: that was the last look.
    let design = Design { planned_units: Some(400.0), ..Design::default() };
    let done = judge_experiment(&design, &days(7, &[5.0, 5.0], 100, 8, 0.0)).unwrap();
    assert_eq!((done.arms[0].decision, done.arms[0].stopped_look), (Decision::Inconclusive, Some(7)));
}

#[test]
fn bad_days_and_designs_are_refused() {
    let good = days(8, &[5.0, 5.0], 5, 3, 0.0);
    let mut turned = good.clone();
    turned.swap(0, 2);
    assert!(judge_experiment(&Design::default(), &turned).is_err());
    let mut other = good.clone();
    other[1].arms.pop();
    assert!(judge_experiment(&Design::default(), &other).is_err());
    for design in [
        Design { alpha: 0.0, ..Design::default() },
        Design { horizon_days: 0, ..Design::default() },
        Design { shares: vec![1.0], ..Design::default() },
        Design { planned_units: Some(f64::NAN), ..Design::default() },
    ] {
        assert!(judge_experiment(&design, &good).is_err());
    }
    let late = judge_experiment(&Design { horizon_days: 2, ..Design::default() }, &good).unwrap();
    assert_eq!(late.arms[0].looks.len(), 2);
    assert!(late.warnings.iter().any(|w| matches!(w, Warning::BeyondHorizon { days: 1, horizon_days: 2 })));
}

/// Ratio metric end to end: units with one to three orders, the treatment's orders are dearer by a tenth.
#[test]
fn a_ratio_metric_is_judged() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let mut arms = vec![ArmSums::default(); 2];
    let days: Vec<DayReading> = (1..=14)
        .map(|day| {
            for (arm, price) in arms.iter_mut().zip([50.0, 55.0]) {
                for _ in 0..200 {
                    let orders = f64::from(rng.random_range(1..4));
                    arm.add(UnitFigures {
                        value: orders * price * (0.5 + rng.random::<f64>()),
                        denominator: orders,
                        covariate: 0.0,
                    });
                }
            }
            DayReading { day, arms: arms.clone() }
        })
        .collect();
    let design = Design { metric: Metric::Ratio, ..Design::default() };
    let reading = judge_experiment(&design, &days).unwrap();
    let report = reading.arms[0].result.unwrap();
    assert_eq!(reading.arms[0].decision, Decision::Won);
    assert!((report.lift.unwrap() - 0.1).abs() < 0.04, "{report:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn turning_the_arms_turns_the_word(seed in 0u64..1000, shift in -0.4..0.4f64) {
        let days = days(seed, &[5.0, 5.0 + shift], 20, 15, 0.3);
        let turned: Vec<DayReading> =
            days.iter().map(|d| DayReading { day: d.day, arms: vec![d.arms[1], d.arms[0]] }).collect();
        let design = Design { horizon_days: 15, ..Design::default() };
        let (a, b) = (judge_experiment(&design, &days).unwrap(), judge_experiment(&design, &turned).unwrap());
        let (a, b) = (&a.arms[0], &b.arms[0]);
        let mirrored = match a.decision {
            Decision::Won => Decision::Lost,
            Decision::Lost => Decision::Won,
            other => other,
        };
        prop_assert_eq!(b.decision, mirrored);
        let (x, y) = (a.result.unwrap(), b.result.unwrap());
        prop_assert!((x.estimate + y.estimate).abs() < 1e-6 && (x.p_value - y.p_value).abs() < 1e-6);
        prop_assert!((x.ci_low.unwrap() + y.ci_high.unwrap()).abs() < 1e-6);
        // Absolute and relative never contradict each other.
        if let (Some(low), Some(ci_low)) = (x.lift_low, x.ci_low) {
            prop_assert_eq!(low > 0.0, ci_low > 0.0);
        }
    }
}
