//! Golden tables.
#![allow(clippy::unwrap_used)]

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
