use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn forecasts_are_ordered_chances(
        days in prop::collection::vec(prop::collection::vec(0_i32..120, 1..6), 2..12), horizon in 1_u32..90
    ) {
        let units: Vec<Unit> = days
            .iter()
            .enumerate()
            .filter_map(|(i, days)| Some(Unit { gaps: Gaps::before(days, 120)?, item: Some(i as u32 % 2), band: None }))
            .collect();
        match Renewal::fit(&units, 60) {
            Err(error) => prop_assert_eq!(error, RenewalError::NoRepeats),
            Ok(model) => {
                for unit in &units {
                    let next = model.next(unit, horizon);
                    prop_assert!((0.0..=1.0).contains(&next.chance), "{next:?}");
                    prop_assert!(next.low <= next.high && next.high < horizon.min(60), "{next:?}");
                    prop_assert!(f64::from(next.low) <= next.day && next.day <= f64::from(next.high), "{next:?}");
                }
            }
        }
    }
}

/// Weekly and monthly buyers, each in their product: one purchase of a product is forecast by its other buyers, and a
/// buyer with gaps of their own by those.
#[test]
fn levels_pool() {
    let mut units = Vec::new();
    let log =
        |gap: i32, shift: i32, n: i32| (0..n).map(|i| shift + gap * i + (i * 7 + shift) % 3).collect::<Vec<i32>>();
    for i in 0..60 {
        units.push(Unit { gaps: Gaps::before(&log(7, i % 7, 20), 120).expect("gaps"), item: Some(1), band: None });
        units.push(Unit { gaps: Gaps::before(&log(30, i % 30, 6), 120).expect("gaps"), item: Some(2), band: None });
    }
    let model = Renewal::fit(&units, 90).expect("model");
    let once = |item| Unit { gaps: Gaps { n: 0, sum: 0.0, sum_ln: 0.0, silence: 2 }, item, band: None };
    let (weekly, monthly) = (model.next(&once(Some(1)), 90), model.next(&once(Some(2)), 90));
    assert_eq!((weekly.level, monthly.level), (Level::Item, Level::Item));
    assert!(weekly.day < 9.0 && (12.0..36.0).contains(&monthly.day), "{weekly:?} {monthly:?}");
    assert_eq!(model.next(&once(Some(9)), 90).level, Level::Everyone);
    let regular = Gaps { n: 8, sum: 112.0, sum_ln: 8.0 * 14.0_f64.ln(), silence: 4 };
    let own = model.next(&Unit { gaps: regular, item: Some(2), band: None }, 90);
    assert!(own.level == Level::Own && (7.0..13.0).contains(&own.day), "{own:?}");
}

#[test]
fn wrong_input_is_named() {
    assert!(matches!(Renewal::fit(&[], 30), Err(RenewalError::Empty)));
    let once = Unit { gaps: Gaps::before(&[3, 3], 10).expect("gaps"), item: None, band: None };
    assert!(matches!(Renewal::fit(&[once], 30), Err(RenewalError::NoRepeats)));
    let bad = Unit { gaps: Gaps { n: 3, sum: 1.0, sum_ln: 0.0, silence: 1 }, ..once };
    assert!(matches!(Renewal::fit(&[once, bad], 30), Err(RenewalError::Gaps { place: 2, .. })));
    assert_eq!(Gaps::before(&[12], 10), None);
    assert_eq!(backtest(&[(1, None, 1), (1, None, 5), (2, None, 3)], 8), Err(RenewalError::NoTargets));
}

#[test]
fn bands_order_customers_by_rate() {
    assert_eq!(bands(&[(1, 100), (10, 100), (3, 100), (30, 100)], 4), [0, 2, 1, 3]);
    assert!(bands(&[], 4).is_empty());
}
