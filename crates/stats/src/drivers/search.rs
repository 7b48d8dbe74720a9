//! The search for the smallest explanation.

use std::collections::BTreeMap;

use super::{
    Leaves,
    lattice::{Cuboid, Slice, cuboids},
};
use crate::{MAD_TO_SIGMA, median};

/// Deviations that share a factor to within this much are no cause: everything moves by a percent or two.
const SPREAD_FLOOR: f64 = 0.02;
/// Groups of leaves by size in which the spread is measured.
const SIZE_GROUPS: usize = 12;
/// Evidence that a slice needs beyond what describing it costs (natural logarithm units).
const MARGIN: f64 = 6.0;

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// Most dimensions of a cause.
    pub max_dims: usize,
    /// Most causes.
    pub max_causes: usize,
}

impl Default for Search {
    fn default() -> Search {
        Search { max_dims: 3, max_causes: 8 }
    }
}

/// A slice that deviates from what was expected of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// Dimension → value.
    pub slice: BTreeMap<String, String>,
    /// Share of the overall change that it explains; other causes' part of common leaves is not counted twice.
    /// 1 = all, above 1 or negative where others pull the other way; NaN where nothing changed overall.
    pub explained: f64,
    /// How much its share of the whole differs from the expected one: its term of the Jensen-Shannon divergence
    /// (Bhagwan et al. 2014, eq. 5).
    pub surprise: f64,
    /// Actual figure (for ratios: the ratio).
    pub actual: f64,
    /// Expected figure (for ratios: the ratio).
    pub expected: f64,
    /// Leaves in it.
    pub leaves: usize,
    /// Log-likelihood that it gained beyond its cost: how sure it is.
    pub evidence: f64,
}

/// The smallest set of slices that explains the change, the most evident first. Empty where nothing deviates beyond the
/// leaves' own scatter. Deterministic; about (dimensions choose up to 3) passes over the rows.
pub fn explain(leaves: &Leaves, search: &Search) -> Vec<Cause> {
    let (mut deviations, mut weights) = deviations(leaves);
    let mut lattice = cuboids(leaves, search.max_dims.max(1), &deviations, &weights);
    let spread: Vec<f64> = weights.iter().map(|weight| if *weight > 0.0 { weight.powf(-0.5) } else { 0.0 }).collect();
    let mut taken = vec![false; leaves.len()];
    let mut causes = Vec::new();
    while causes.len() < search.max_causes {
        let Some((slice, evidence)) = best(&lattice) else { break };
        let cuboid = &lattice[slice.cuboid];
        let rows: Vec<usize> = (0..leaves.len()).filter(|row| cuboid.key(leaves, *row) == slice.key).collect();
        causes.push(describe(leaves, cuboid, slice, &rows, &taken, evidence));
        take_out(leaves, &mut lattice, &rows, &mut deviations, &mut weights, &spread);
        rows.iter().for_each(|row| taken[*row] = true);
    }
    causes
}

/// Deviation of each leaf and its weight (1 / variance); leaves without figures weigh nothing.
fn deviations(leaves: &Leaves) -> (Vec<f64>, Vec<f64>) {
    let size = |row: usize| (leaves.actual[row].abs() + leaves.expected[row].abs()) / 2.0;
    let deviations: Vec<f64> = (0..leaves.len())
        .map(|row| if size(row) > 0.0 { (leaves.actual[row] - leaves.expected[row]) / size(row) } else { 0.0 })
        .collect();
    let mut order: Vec<usize> = (0..leaves.len()).filter(|row| size(*row) > 0.0).collect();
    let mut weights = vec![0.0; leaves.len()];
    if order.is_empty() {
        return (deviations, weights);
    }
    // A sample in order of size is enough to measure the spread.
    let step = order.len().div_ceil(60_000);
    order = order.into_iter().step_by(step).collect();
    order.sort_by(|a, b| size(*a).total_cmp(&size(*b)).then(a.cmp(b)));
    let groups = SIZE_GROUPS.min(order.len().div_ceil(20)).max(1);
    let mut points: Vec<(f64, f64)> = Vec::with_capacity(groups);
    for group in order.chunks(order.len().div_ceil(groups)) {
        let distances: Vec<f64> = group.iter().map(|row| deviations[*row].abs()).collect();
        let spread = (median(&distances).unwrap_or(0.0) * MAD_TO_SIGMA).max(SPREAD_FLOOR);
        points.push((size(group[group.len() / 2]).ln(), spread.ln()));
    }
    let (level, slope) = robust_line(&points);
    for (row, weight) in weights.iter_mut().enumerate() {
        if size(row) > 0.0 {
            let spread = (level + slope * size(row).ln()).exp().clamp(SPREAD_FLOOR, 2.0);
            *weight = spread.powi(-2);
        }
    }
    (deviations, weights)
}

/// Level and slope by medians (Theil 1950, Sen 1968). Larger leaves scatter less or alike, never more; at most as
/// counts do (slope −1/2).
fn robust_line(points: &[(f64, f64)]) -> (f64, f64) {
    let mut slopes = Vec::new();
    for (place, a) in points.iter().enumerate() {
        for b in &points[place + 1..] {
            if (b.0 - a.0).abs() > 1e-9 {
                slopes.push((b.1 - a.1) / (b.0 - a.0));
            }
        }
    }
    let slope = median(&slopes).unwrap_or(0.0).clamp(-0.6, 0.0);
    let levels: Vec<f64> = points.iter().map(|(x, y)| y - slope * x).collect();
    (median(&levels).unwrap_or(SPREAD_FLOOR.ln()), slope)
}

/// The slice whose evidence exceeds its cost the most.
fn best(lattice: &[Cuboid]) -> Option<(Slice, f64)> {
    let mut best: Option<(Slice, f64)> = None;
    for (place, cuboid) in lattice.iter().enumerate() {
        let siblings = lattice.iter().filter(|other| other.dims.len() == cuboid.dims.len()).count() as f64;
        // Which layer, which cuboid of it, which cell of that, and the deviation itself to within its error.
        let cost =
            (cuboid.dims.len() as f64) * 2.0f64.ln() + siblings.ln() + (cuboid.filled.max(1) as f64).ln() + MARGIN;
        let worth = |cell: &super::lattice::Cell| cell.gain() - 0.5 * f64::from(cell.leaves.max(1)).ln() - cost;
        if let Some((key, own)) = cuboid.best(worth)
            && own > 0.0
            && best.as_ref().is_none_or(|(_, most)| own > *most + 1e-9)
        {
            best = Some((Slice { cuboid: place, key }, own));
        }
    }
    best
}

/// Takes the slice's common deviation out of its leaves, and lets them count as little as they really scatter.
fn take_out(
    leaves: &Leaves,
    lattice: &mut [Cuboid],
    rows: &[usize],
    deviations: &mut [f64],
    weights: &mut [f64],
    spread: &[f64],
) {
    let known: Vec<usize> = rows.iter().copied().filter(|row| weights[*row] > 0.0).collect();
    let weight: f64 = known.iter().map(|row| weights[*row]).sum();
    if weight <= 0.0 {
        return;
    }
    let common = known.iter().map(|row| weights[*row] * deviations[*row]).sum::<f64>() / weight;
    let own: Vec<f64> = known.iter().map(|row| ((deviations[*row] - common) / spread[*row]).abs()).collect();
    // Within a cause leaves scatter about its factor, not only about what was expected.
    let wider = (median(&own).unwrap_or(0.0) * MAD_TO_SIGMA).max(1.0);
    let changes: Vec<(f64, f64)> = known
        .iter()
        .map(|row| {
            let (old_weight, old) = (weights[*row], deviations[*row]);
            weights[*row] = old_weight.min((spread[*row] * wider).powi(-2));
            deviations[*row] = old - common;
            (weights[*row] * deviations[*row] - old_weight * old, weights[*row] - old_weight)
        })
        .collect();
    for cuboid in lattice.iter_mut() {
        for (row, (sum, weight)) in known.iter().zip(&changes) {
            let key = cuboid.key(leaves, *row);
            cuboid.add(key, *sum, *weight, 0);
        }
    }
}

fn describe(leaves: &Leaves, cuboid: &Cuboid, slice: Slice, rows: &[usize], taken: &[bool], evidence: f64) -> Cause {
    let sum = |values: &[f64]| values.iter().sum::<f64>();
    let part = |values: &[f64]| rows.iter().map(|row| values[*row]).sum::<f64>();
    let (all_actual, all_expected) = (sum(&leaves.actual), sum(&leaves.expected));
    let (actual, expected) = (part(&leaves.actual), part(&leaves.expected));
    let fresh: f64 =
        rows.iter().filter(|row| !taken[**row]).map(|row| leaves.actual[*row] - leaves.expected[*row]).sum();
    let change = all_actual - all_expected;
    let (unit, is_ratio) = if leaves.per.len() == leaves.len() { (part(&leaves.per), true) } else { (1.0, false) };
    let per = if is_ratio && unit != 0.0 { unit } else { 1.0 };
    let names = cuboid.codes(leaves, slice.key);
    Cause {
        slice: names
            .into_iter()
            .map(|(dim, code)| (leaves.dims[dim].clone(), leaves.values[dim][code as usize].clone()))
            .collect(),
        explained: if change != 0.0 { fresh / change } else { f64::NAN },
        surprise: surprise(expected / all_expected, actual / all_actual),
        actual: actual / per,
        expected: expected / per,
        leaves: rows.len(),
        evidence,
    }
}

/// Term of the Jensen-Shannon divergence of one share against another; 0 where a share makes no sense.
pub(super) fn surprise(expected: f64, actual: f64) -> f64 {
    let term = |a: f64, b: f64| if a > 0.0 { a * (2.0 * a / (a + b)).ln() } else { 0.0 };
    let is_share = |x: f64| x.is_finite() && x >= 0.0;
    if is_share(expected) && is_share(actual) { 0.5 * (term(expected, actual) + term(actual, expected)) } else { 0.0 }
}
