use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A policy evaluated on its own log is worth what it earned, by every estimator.
    #[test]
    fn own_log(rewards in prop::collection::vec(0.0..50.0_f64, 2..60), p in 0.05..1.0_f64) {
        let chances = vec![p; rewards.len()];
        let log = Logged { rewards: &rewards, propensities: &chances, target: &chances };
        let mean = rewards.iter().sum::<f64>() / rewards.len() as f64;
        let model = Modelled { of_logged: &vec![mean; rewards.len()], of_target: &vec![mean; rewards.len()] };
        let e = evaluate(&log, Some(&model), 0.05).expect("evaluation");
        for value in [e.ipw.value, e.snipw.value, e.dr.expect("model").value, e.dm.expect("model").value, e.logged.value] {
            prop_assert!((value - mean).abs() < 1e-9);
        }
        prop_assert!((e.effective_rows - rewards.len() as f64).abs() < 1e-6);
        prop_assert!(e.ipw.low <= mean && mean <= e.ipw.high);
        prop_assert!(e.gain.value.abs() < 1e-9);
    }

    /// SNIPW stays within the rewards, whatever the weights; adding a constant to rewards adds it to the estimate.
    #[test]
    fn self_normalised_is_steady(
        rows in prop::collection::vec((0.0..10.0_f64, 0.01..1.0_f64, 0.0..1.0_f64), 2..40)
    ) {
        let rewards: Vec<f64> = rows.iter().map(|r| r.0).collect();
        let propensities: Vec<f64> = rows.iter().map(|r| r.1).collect();
        let target: Vec<f64> = rows.iter().map(|r| r.2).collect();
        let log = Logged { rewards: &rewards, propensities: &propensities, target: &target };
        let e = evaluate(&log, None, 0.05).expect("evaluation");
        let largest = rewards.iter().fold(0.0_f64, |l, r| l.max(*r));
        prop_assert!((-1e-9..=largest + 1e-9).contains(&e.snipw.value));
        let raised: Vec<f64> = rewards.iter().map(|r| r + 7.0).collect();
        let up = evaluate(&Logged { rewards: &raised, ..log }, None, 0.05).expect("evaluation");
        prop_assert!((up.snipw.value - e.snipw.value - 7.0).abs() < 1e-9);
    }
}

#[test]
fn by_hand() {
    // Two actions logged evenly, only the second one pays; the target always takes the second.
    let log = Logged { rewards: &[0.0, 1.0, 0.0, 1.0], propensities: &[0.5; 4], target: &[0.0, 1.0, 0.0, 1.0] };
    let e = evaluate(&log, None, 0.05).expect("evaluation");
    assert_eq!((e.ipw.value, e.snipw.value, e.logged.value), (1.0, 1.0, 0.5));
    assert_eq!((e.effective_rows, e.max_weight, e.mean_weight), (2.0, 2.0, 1.0));
    assert_eq!(e.gain.value, 0.5);
}

#[test]
fn wrong_input_is_named() {
    let ok = Logged { rewards: &[1.0, 0.0], propensities: &[0.5, 0.5], target: &[0.5, 0.5] };
    let refused = |log: Logged<'_>| evaluate(&log, None, 0.05).expect_err("refused").to_string();
    assert!(refused(Logged { propensities: &[0.5, 0.0], ..ok }).starts_with("row 2: propensity is 0"));
    assert!(refused(Logged { target: &[1.5, 0.5], ..ok }).starts_with("row 1: target is 1.5"));
    assert!(refused(Logged { rewards: &[f64::NAN, 0.5], ..ok }).starts_with("row 1: reward is NaN"));
    assert!(refused(Logged { target: &[0.5], ..ok }).contains("1 values of target"));
    assert_eq!(evaluate(&Logged { target: &[0.0, 0.0], ..ok }, None, 0.05), Err(PolicyError::NoOverlap));
    assert_eq!(evaluate(&ok, None, 1.5), Err(PolicyError::Alpha(1.5)));
    assert_eq!(
        evaluate(&Logged { rewards: &[], propensities: &[], target: &[] }, None, 0.05),
        Err(PolicyError::TooFew(0))
    );
}

/// Rare clicks: the skewness-corrected interval covers where the plain one lies too low.
#[test]
fn interval_of_rare_clicks() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut hall, mut plain) = (0, 0);
    for _ in 0..400 {
        let values: Vec<f64> = (0..400)
            .map(|_| if rng.random::<f64>() < 0.03 { if rng.random::<f64>() < 0.3 { 5.0 } else { 0.5 } } else { 0.0 })
            .collect();
        let truth = 0.03 * (0.3 * 5.0 + 0.7 * 0.5);
        let e = mean_interval(&values, 0.05);
        hall += usize::from(e.low <= truth && truth <= e.high);
        plain += usize::from((e.value - truth).abs() <= 1.96 * e.se);
    }
    assert!(hall > plain && hall >= 365, "{hall} {plain}");
    let flat = mean_interval(&[2.0, 2.0, 2.0], 0.05);
    assert_eq!((flat.low, flat.high, flat.se), (2.0, 2.0, 0.0));
}

/// Two contexts, two actions, logged with a preference: DR finds what the target is worth, DM by a wrong model does not.
#[test]
fn doubly_robust_finds_the_truth() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let (rows, mut covered) = (600, 0);
    for _ in 0..60 {
        let (mut contexts, mut taken, mut rewards, mut propensities, mut target) =
            (vec![], vec![], vec![], vec![], vec![]);
        for _ in 0..rows {
            let x = if rng.random::<bool>() { 1.0 } else { -1.0 };
            let likes = if x > 0.0 { 0.8 } else { 0.3 };
            let action = usize::from(rng.random::<f64>() < likes);
            let pays = if action == 1 { 0.3 + 0.2 * x } else { 0.25 };
            contexts.push(x);
            taken.push(action);
            rewards.push(f64::from(u8::from(rng.random::<f64>() < pays)));
            propensities.push(if action == 1 { likes } else { 1.0 - likes });
            target.push(if action == 1 { 0.9 } else { 0.1 });
        }
        let data = RewardData { contexts: &contexts, columns: 1, taken: &taken, actions: 2, rewards: &rewards };
        let (of_logged, of_target) =
            cross_fit(&data, 3, |_, action| if action == 1 { 0.9 } else { 0.1 }).expect("model");
        let log = Logged { rewards: &rewards, propensities: &propensities, target: &target };
        let model = Modelled { of_logged: &of_logged, of_target: &of_target };
        let dr = evaluate(&log, Some(&model), 0.05).expect("evaluation").dr.expect("model");
        let truth = 0.9 * 0.3 + 0.1 * 0.25;
        covered += usize::from(dr.low <= truth && truth <= dr.high);
    }
    // 4 standard errors below 95 % of 60.
    assert!(covered >= 50, "{covered}");
}
