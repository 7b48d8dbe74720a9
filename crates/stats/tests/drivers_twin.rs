//! The small twin of `soak_drivers`, and the laws of the search.
#![allow(clippy::unwrap_used)]

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use stats::drivers::{
    DriverError, Leaves, LeavesBuilder, Search, adtributor, explain,
    synthetic::{Faults, Score, fault},
};

#[test]
fn planted_causes_are_found_and_the_floor_is_beaten() {
    let (mut own, mut floor) = (Score::default(), Score::default());
    for seed in 0..12 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (leaves, truth) = fault(&Faults::default(), &mut rng).unwrap();
        let found = explain(&leaves, &Search::default());
        assert_eq!(found, explain(&leaves, &Search::default()), "the same answer every time");
        own.add(&found, &truth);
        floor.add(&adtributor(&leaves), &truth);
    }
    // The soak's .99 less four standard errors of about 24 causes.
    assert!(own.f1() > 0.85, "{own:?}");
    assert!(own.f1() > 2.0 * floor.f1(), "{own:?} {floor:?}");
}

fn shop(change: impl Fn(&str, &str, &str) -> f64) -> Leaves {
    let mut builder = LeavesBuilder::new(&["country", "device", "channel"]).unwrap();
    for (c, country) in ["de", "fr", "it", "es"].iter().enumerate() {
        for (d, device) in ["phone", "desktop", "tablet"].iter().enumerate() {
            for (k, channel) in ["search", "social", "email", "direct"].iter().enumerate() {
                let usual = 100.0 * (c + 1) as f64 * (d + 2) as f64 / (k + 1) as f64;
                let noise = 1.0 + 0.03 * (((c * 31 + d * 17 + k * 7) % 11) as f64 - 5.0) / 5.0;
                builder
                    .push([*country, device, channel], usual * noise * change(country, device, channel), usual)
                    .unwrap();
            }
        }
    }
    builder.build()
}

#[test]
fn the_smallest_explanation_has_the_right_number_of_dimensions() {
    let one = explain(&shop(|country, _, _| if country == "fr" { 0.5 } else { 1.0 }), &Search::default());
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].slice.get("country").map(String::as_str), Some("fr"));
    assert_eq!(one[0].slice.len(), 1);
    assert!((one[0].explained - 1.0).abs() < 0.1 && one[0].surprise > 0.0 && one[0].actual < one[0].expected);
    let two = explain(
        &shop(|country, device, _| if country == "fr" && device == "phone" { 2.0 } else { 1.0 }),
        &Search::default(),
    );
    assert_eq!(two.len(), 1);
    assert_eq!(two[0].slice.len(), 2);
    assert_eq!(explain(&shop(|_, _, _| 1.0), &Search::default()), []);
}

#[test]
fn a_ratio_is_explained_by_its_own_change_and_not_by_traffic() {
    let build = |change: &dyn Fn(&str) -> f64, traffic: &dyn Fn(&str) -> f64| {
        let mut builder = LeavesBuilder::new(&["country", "page"]).unwrap();
        for (c, country) in ["de", "fr", "it", "es", "pl"].iter().enumerate() {
            for page in 0..12 {
                let sessions = 1_000.0 + 70.0 * f64::from(page);
                let orders = sessions * (0.02 + 0.01 * c as f64);
                let noise = 1.0 + 0.02 * (f64::from((page * 7 + c as i32 * 3) % 5) - 2.0) / 2.0;
                let (actual_orders, actual_sessions) =
                    (orders * noise * change(country) * traffic(country), sessions * traffic(country));
                let name = format!("p{page}");
                builder.push_ratio([*country, &name], (actual_orders, actual_sessions), (orders, sessions)).unwrap();
            }
        }
        builder.build()
    };
    let moved = build(&|_| 1.0, &|country| if country == "de" { 3.0 } else { 1.0 });
    assert_eq!(explain(&moved, &Search::default()), []);
    assert!(moved.mix < -0.001, "more visitors where fewer buy: {}", moved.mix);
    let worse = build(&|country| if country == "it" { 0.6 } else { 1.0 }, &|_| 1.0);
    let found = explain(&worse, &Search::default());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].slice.get("country").map(String::as_str), Some("it"));
    assert!((found[0].expected - 0.04).abs() < 1e-3 && (found[0].actual - 0.024).abs() < 1e-3, "{found:?}");
}

#[test]
fn adtributor_by_hand() {
    // By hand, after the formulas of Bhagwan et al. 2014, section 3: forecast 100, actual 50; data centre x falls from 94
    // to 24 (explains 140 %), y rises from 6 to 26.
    let mut builder = LeavesBuilder::new(&["centre", "advertiser"]).unwrap();
    for (centre, advertiser, expected, actual) in
        [("x", "a1", 47.0, 23.0), ("x", "a3", 47.0, 1.0), ("y", "a1", 3.0, 1.0), ("y", "a3", 3.0, 25.0)]
    {
        builder.push([centre, advertiser], actual, expected).unwrap();
    }
    let found = adtributor(&builder.build());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].slice.get("centre").map(String::as_str), Some("x"));
    assert!((found[0].explained - 1.4).abs() < 1e-12, "{found:?}");
    // .5·(.94·ln(2·.94/1.42) + .48·ln(2·.48/1.42))
    assert!((found[0].surprise - 0.037_93).abs() < 1e-4, "{found:?}");
}

#[test]
fn what_cannot_be_searched_has_an_answer() {
    assert_eq!(LeavesBuilder::new(&[]).unwrap_err(), DriverError::NoDimension);
    assert_eq!(LeavesBuilder::new(&["a"; 13]).unwrap_err(), DriverError::TooManyDimensions(13));
    let mut builder = LeavesBuilder::new(&["a", "b"]).unwrap();
    assert_eq!(builder.push(["x"], 1.0, 1.0).unwrap_err(), DriverError::Width { got: 1, want: 2 });
    assert!(builder.push(["x", "y"], f64::NAN, 1.0).is_err());
    let mut empty = builder.build();
    assert_eq!(explain(&empty, &Search::default()), []);
    assert_eq!(adtributor(&empty), []);
    empty = shop(|_, _, _| 0.0);
    // Everything fell to nothing: no slice is more to blame than another, but something is said or nothing, no panic.
    assert!(explain(&empty, &Search::default()).len() <= 8);
    let mut zeros = LeavesBuilder::new(&["a"]).unwrap();
    for k in 0..30 {
        zeros.push([if k % 2 == 0 { "x" } else { "y" }], 0.0, 0.0).unwrap();
    }
    assert_eq!(explain(&zeros.build(), &Search::default()), []);
    let mut negative = LeavesBuilder::new(&["a"]).unwrap();
    for k in 0..40 {
        let name = format!("v{}", k % 4);
        negative.push([name.as_str()], if k % 4 == 1 { 5.0 } else { -10.0 }, -10.0).unwrap();
    }
    assert!(explain(&negative.build(), &Search::default()).len() <= 1);
}
