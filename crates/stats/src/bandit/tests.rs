use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::*;

fn floors(arms: usize) -> Floors {
    Floors::new(arms, 0, 0.1, 0.02).expect("floors")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is believed, shares are shares and nobody falls below the floor.
    #[test]
    fn floors_hold(chances in prop::collection::vec(prop_oneof![Just(0.0), Just(f64::NAN), 0.0..1e9_f64], 2..20), u in 0.0..1.0_f64) {
        let floors = floors(chances.len());
        let shares = floors.shares(&chances);
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        for (arm, share) in shares.iter().enumerate() {
            prop_assert!(*share >= floors.of(arm) - 1e-12);
        }
        let (arm, share) = choose(&shares, u).expect("an arm");
        prop_assert!((share - shares[arm]).abs() < 1e-9);
    }

    /// Batches in any order and any pieces make the same belief.
    #[test]
    fn feedback_in_any_order(seed: u64, events in prop::collection::vec((0_usize..3, 0_usize..3, 0_i32..9, any::<bool>()), 0..80)) {
        let fill = |events: &[(usize, usize, i32, bool)]| {
            let mut bandit = Bandit::new(Scale::Rate, floors(3), 3);
            for &(segment, arm, day, pays) in events {
                bandit.expose(segment, arm, day, 1).expect("known");
                if pays {
                    bandit.reward(segment, arm, day, 1.0).expect("known");
                }
            }
            bandit.believe(9, &DelayCurve::immediate())
        };
        let mut reversed = events.clone();
        reversed.reverse();
        let (a, b) = (fill(&events), fill(&reversed));
        prop_assert_eq!(&a, &b);
        let rng = || ChaCha8Rng::seed_from_u64(seed);
        prop_assert_eq!(a.best(1, 50, &mut rng()), b.best(1, 50, &mut rng()));
    }
}

#[test]
fn choices_follow_the_shares() {
    let shares = [0.1, 0.2, 0.7];
    let mut counts = [0; 3];
    for i in 0..1000 {
        counts[choose(&shares, f64::from(i) / 1000.0).expect("an arm").0] += 1;
    }
    assert!(counts.iter().zip([100, 200, 700]).all(|(got, want): (&i32, i32)| (got - want).abs() <= 1), "{counts:?}");
    assert_eq!(choose(&[], 0.5), None);
    assert_eq!(choose(&[0.5, 0.0], 1.0).map(|c| c.0), Some(0));
}

#[test]
fn wrong_input_is_named() {
    assert!(matches!(Floors::new(1, 0, 0.1, 0.02), Err(BanditError::Arms { .. })));
    assert!(matches!(Floors::new(3, 3, 0.1, 0.02), Err(BanditError::Arms { .. })));
    assert!(matches!(Floors::new(3, 0, 0.1, 0.0), Err(BanditError::Value { .. })));
    assert!(matches!(Floors::new(60, 0, 0.1, 0.02), Err(BanditError::Floors(_))));
    let mut bandit = Bandit::new(Scale::Rate, floors(2), 1);
    assert!(matches!(bandit.expose(1, 0, 0, 1), Err(BanditError::Unknown { name: "segment", .. })));
    assert!(matches!(bandit.reward(0, 2, 0, 1.0), Err(BanditError::Unknown { name: "arm", .. })));
    assert!(matches!(bandit.reward(0, 1, 0, 0.5), Err(BanditError::Value { .. })));
    assert!(DelayCurve::learn([(3, 2)], 7, 1.0).is_err());
    let mut linear = Linear::new(floors(2), 2, 10.0).expect("bandit");
    assert!(linear.learn(0, &[1.0], 1.0).is_err() && linear.learn(0, &[1.0, f64::NAN], 1.0).is_err());
}

/// A segment with ten visitors believes what the others have learnt; one that differs by a lot of data keeps its own.
#[test]
fn small_segments_learn_from_large_ones() {
    let mut bandit = Bandit::new(Scale::Rate, floors(2), 5);
    let mut fill = |segment, arm, n: u64, wins: u64| {
        bandit.expose(segment, arm, 0, n).expect("known");
        (0..wins).for_each(|_| bandit.reward(segment, arm, 0, 1.0).expect("known"));
    };
    for segment in 0..3 {
        fill(segment, 0, 2000, 60);
        fill(segment, 1, 2000, 100 + 4 * segment as u64);
    }
    fill(3, 0, 10, 1);
    fill(3, 1, 10, 0);
    fill(4, 0, 4000, 200);
    fill(4, 1, 4000, 120);
    let belief = bandit.believe(1, &DelayCurve::immediate());
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    assert!(belief.best(0, 400, &mut rng)[1] > 0.95);
    let small = belief.best(3, 400, &mut rng)[1];
    assert!(small > 0.55, "{small}");
    assert!(belief.best(4, 400, &mut rng)[1] < 0.05);
    let new = belief.best(77, 400, &mut rng)[1];
    assert!((0.4..0.95).contains(&new), "{new}");
    assert_eq!(bandit.question(&belief, 4, 0.9, &mut rng), None, "the baseline leads: nothing to ask");
    assert_eq!(bandit.question(&belief, 0, 0.9, &mut rng).map(|q| (q.arm, q.baseline)), Some((1, 0)));
}

/// Delays with a known curve, seen only as far as the exposures' age allows: the estimate is not biased to fast.
#[test]
fn delays_are_learnt_from_young_exposures() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut seen = Vec::new();
    // Geometric delays with 30 % a day; most exposures are young.
    for i in 0..20_000_u32 {
        let age = i % 6 * (1 + i % 3);
        let mut delay = 0;
        while rng.random::<f64>() > 0.3 {
            delay += 1;
        }
        if delay <= age {
            seen.push((delay, age));
        }
    }
    let plain = seen.iter().filter(|(delay, _)| *delay == 0).count() as f64 / seen.len() as f64;
    let curve = DelayCurve::learn(seen, 14, 5.0).expect("curve");
    for k in 0..8 {
        let truth = (1.0 - 0.7_f64.powi(k + 1)) / (1.0 - 0.7_f64.powi(14));
        assert!((curve.come_by(k as u32) - truth).abs() < 0.035, "{k}: {} {truth}", curve.come_by(k as u32));
    }
    assert!(plain > 0.36, "plain shares look too fast: {plain}");
    assert_eq!(curve.come_by(30), 1.0);
}

/// One context column decides which of two arms pays: the bandit learns which, and floors stay.
#[test]
fn linear_learns_the_context() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut bandit = Linear::new(floors(3), 2, 10.0).expect("bandit");
    for _ in 0..40 {
        for _ in 0..25 {
            let context = [1.0, if rng.random::<bool>() { 1.0 } else { -1.0 }];
            let shares = bandit.shares(&context, 30, &mut rng).expect("shares");
            let (arm, share) = choose(&shares, rng.random()).expect("arm");
            assert!(share >= bandit.floors_of(arm) - 1e-12);
            let reward = match arm {
                0 => 1.0,
                1 => 1.0 + 0.8 * context[1],
                _ => 1.0 - 0.8 * context[1],
            } + rng.random_range(-1.0..1.0);
            bandit.learn(arm, &context, reward).expect("known");
        }
        bandit.refresh();
    }
    let east = bandit.shares(&[1.0, 1.0], 300, &mut rng).expect("shares");
    let west = bandit.shares(&[1.0, -1.0], 300, &mut rng).expect("shares");
    assert!(east[1] > 0.8 && west[2] > 0.8, "{east:?} {west:?}");
}

/// Money: mostly nothing, sometimes much; the arm that earns more gets more, new segments included.
#[test]
fn money_is_pooled_too() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut bandit = Bandit::new(Scale::Money, floors(2), 3);
    for segment in 0..3 {
        for arm in 0..2 {
            bandit.expose(segment, arm, 0, 3000).expect("known");
            let buyers = if arm == 0 { 90 } else { 150 };
            (0..buyers).for_each(|_| bandit.reward(segment, arm, 0, rng.random_range(20.0..120.0)).expect("known"));
        }
    }
    let belief = bandit.believe(0, &DelayCurve::immediate());
    assert!(belief.best(2, 300, &mut rng)[1] > 0.9);
    let empty = Bandit::new(Scale::Money, floors(2), 3).believe(0, &DelayCurve::immediate());
    let even = empty.best(0, 400, &mut rng)[0];
    assert!((0.35..0.65).contains(&even), "{even}");
}
