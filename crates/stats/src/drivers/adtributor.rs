//! Adtributor: the floor. One dimension at a time, elements by surprise until they explain enough.

use std::collections::BTreeMap;

use super::{Cause, Leaves, search::surprise};

/// Share of the change that the elements of a dimension must explain together (paper: 67 %).
const ENOUGH: f64 = 0.67;
/// Share that each element must explain on its own (paper: 10 %).
const EACH: f64 = 0.1;

/// The most surprising dimension's elements that explain the change (Bhagwan et al., NSDI 2014, algorithm 1). A cause
/// always has one dimension; empty where no dimension explains enough.
pub fn adtributor(leaves: &Leaves) -> Vec<Cause> {
    let (all_actual, all_expected): (f64, f64) = (leaves.actual.iter().sum(), leaves.expected.iter().sum());
    let change = all_actual - all_expected;
    if change == 0.0 || !change.is_finite() {
        return Vec::new();
    }
    let mut best: Option<(f64, Vec<Cause>)> = None;
    for (dim, codes) in leaves.codes.iter().enumerate() {
        let mut sums = vec![(0.0, 0.0, 0usize, 0.0); leaves.values[dim].len()];
        for (row, code) in codes.iter().enumerate() {
            let own = &mut sums[*code as usize];
            own.0 += leaves.actual[row];
            own.1 += leaves.expected[row];
            own.2 += 1;
            own.3 += leaves.per.get(row).copied().unwrap_or(0.0);
        }
        let mut elements: Vec<(f64, usize)> = sums
            .iter()
            .enumerate()
            .map(|(code, (actual, expected, ..))| (surprise(expected / all_expected, actual / all_actual), code))
            .collect();
        elements.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let (mut explained, mut total, mut chosen) = (0.0, 0.0, Vec::new());
        for (surprise, code) in elements {
            let (actual, expected, count, per) = sums[code];
            let own = (actual - expected) / change;
            if own <= EACH {
                continue;
            }
            explained += own;
            total += surprise;
            let unit = if per != 0.0 { per } else { 1.0 };
            chosen.push(Cause {
                slice: BTreeMap::from([(leaves.dims[dim].clone(), leaves.values[dim][code].clone())]),
                explained: own,
                surprise,
                actual: actual / unit,
                expected: expected / unit,
                leaves: count,
                evidence: 0.0,
            });
            if explained > ENOUGH {
                break;
            }
        }
        if explained > ENOUGH && best.as_ref().is_none_or(|(most, _)| total > *most) {
            best = Some((total, chosen));
        }
    }
    best.map(|(_, chosen)| chosen).unwrap_or_default()
}
