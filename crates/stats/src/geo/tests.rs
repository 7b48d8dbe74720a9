#![allow(clippy::unwrap_used)]
use super::*;

/// Twelve regions that share a path with their own wiggles, without randomness.
fn panel(lift: f64) -> Vec<Vec<f64>> {
    (0..12)
        .map(|i| {
            (0..75)
                .map(|t| {
                    let common = 1.0 + 0.1 * (t as f64 / 9.0).sin() + 0.05 * ((t % 7) as f64 - 3.0);
                    let own = 0.02 * ((t * (7 + i) + 3 * i) as f64).sin();
                    let change = if i < 2 && t >= 60 { 1.0 + lift } else { 1.0 };
                    (100.0 + 50.0 * i as f64) * (common + own) * change
                })
                .collect()
        })
        .collect()
}

#[test]
fn a_planted_effect_is_found_and_none_is_not() {
    for lift in [0.0, 0.1] {
        let regions = panel(lift);
        let found = estimate(&Panel { regions: &regions, n_pre: 60 }, &[0, 1], &Options::default()).unwrap();
        assert!((found.relative_effect - lift).abs() < 0.01, "{lift} {}", found.relative_effect);
        assert!(found.relative_low <= lift && found.relative_high >= lift);
        assert_eq!(found.p_value < 0.05, lift > 0.0, "{}", found.p_value);
        assert_eq!(found.grade, Grade::B);
        let sum: f64 = found.weights.iter().map(|(_, w)| w).sum();
        assert!((sum - 1.0).abs() < 0.02, "{sum}");
    }
}

#[test]
fn few_regions_make_no_claim_at_five_percent() {
    let regions: Vec<Vec<f64>> = panel(0.3).into_iter().take(8).collect();
    let found = estimate(&Panel { regions: &regions, n_pre: 60 }, &[0], &Options::default()).unwrap();
    assert!(found.p_value >= 1.0 / 8.0 && found.ci_low == f64::NEG_INFINITY, "{found:?}");
}

#[test]
fn bad_input_is_named() {
    let mut regions = panel(0.0);
    let judge = |r: &[Vec<f64>], n_pre, treated: &[usize]| {
        estimate(&Panel { regions: r, n_pre }, treated, &Options::default()).unwrap_err()
    };
    assert_eq!(judge(&regions, 20, &[0]), GeoError::TooShort(20));
    assert_eq!(judge(&regions, 75, &[0]), GeoError::NoPost);
    assert_eq!(judge(&regions, 60, &[]), GeoError::Treated);
    assert_eq!(judge(&regions, 60, &[12]), GeoError::Treated);
    assert_eq!(judge(&regions, 60, &[0, 1, 2, 3, 4, 5, 6, 7, 8]), GeoError::TooFewControls(3));
    regions[3][4] = f64::NAN;
    assert_eq!(judge(&regions, 60, &[0]), GeoError::Missing { region: 3, day: 4 });
    regions[3] = vec![0.0; 75];
    assert_eq!(judge(&regions, 60, &[0]), GeoError::NoLevel(3));
    regions[3].pop();
    assert!(matches!(judge(&regions, 60, &[0]), GeoError::Length { region: 3, .. }));
    assert!(matches!(judge(&[], 60, &[0]), GeoError::TooShort(0)));
}

#[test]
fn markets_are_ranked_by_what_they_could_prove() {
    let options = MarketOptions { sizes: vec![1, 2], days: 14, excluded: vec![5], keep: 5 };
    let found = select_markets(&panel(0.0), &options).unwrap();
    assert_eq!(found.len(), 5);
    assert!(found.windows(2).all(|w| w[0].detectable_effect <= w[1].detectable_effect));
    assert!(found.iter().all(|c| !c.regions.contains(&5) && c.detectable_effect < 0.1));
}

#[test]
fn a_set_somebody_chose_is_weighed_and_few_regions_are_told_apart() {
    let regions = panel(0.0);
    let own = assess(&regions, &[3, 1, 1], 14).unwrap();
    assert!(own.regions == [1, 3] && own.detectable_effect < 0.1 && own.windows > 2, "{own:?}");
    assert_eq!(assess(&regions, &[12], 14).unwrap_err(), GeoError::Treated);
    assert_eq!(assess(&regions, &[0, 1, 2, 3, 4, 5, 6, 7], 14).unwrap_err(), GeoError::TooFewControls(4));
    assert_eq!(assess(&regions, &[0], 60).unwrap_err(), GeoError::TooShort(15));
    // One of twenty can be drawn in twenty ways, two of seven in 21, one of twelve in twelve.
    assert!(can_reject(1, 20, 0.05) && can_reject(2, 7, 0.05));
    assert!(!can_reject(1, 12, 0.05) && !can_reject(0, 30, 0.05) && !can_reject(3, 3, 0.05));
}
