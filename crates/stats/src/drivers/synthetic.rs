//! Faults with known causes, after the generator of Kalander (arXiv 2205.10004, section V): leaves from a Weibull
//! distribution, some empty, forecasts off by noise, and slices whose leaves are scaled down on one side.

use std::collections::BTreeMap;

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal, Weibull};

use super::{DriverError, Leaves, LeavesBuilder};

/// What faults to make.
#[derive(Debug, Clone, PartialEq)]
pub struct Faults {
    /// Values of each dimension.
    pub sizes: Vec<usize>,
    /// Causes at once, from and to.
    pub causes: (usize, usize),
    /// Dimensions of a cause, from and to.
    pub dims: (usize, usize),
    /// Relative error of the forecasts, up to.
    pub noise: f64,
    /// Share of empty leaves, up to.
    pub empty: f64,
    /// Severity (the noise is added to it, so that a fault is no noise), from and to.
    pub severity: (f64, f64),
    /// Standard deviation of the severity between the leaves of a cause, up to.
    pub deviation: f64,
}

impl Default for Faults {
    /// 3,840 leaves, 1–3 causes of 1–3 dimensions; noise, severity and deviation of the paper's data set S.
    fn default() -> Faults {
        Faults {
            sizes: vec![10, 12, 8, 4],
            causes: (1, 3),
            dims: (1, 3),
            noise: 0.25,
            empty: 0.25,
            severity: (0.2, 1.0),
            deviation: 0.1,
        }
    }
}

/// A slice, as [`super::Cause::slice`].
pub type Slice = BTreeMap<String, String>;

/// Makes one fault: the leaves and the slices that caused it. Causes never overlap.
///
/// # Errors
/// There is no dimension or there are too many.
pub fn fault(faults: &Faults, rng: &mut impl Rng) -> Result<(Leaves, Vec<Slice>), DriverError> {
    let names: Vec<String> = (0..faults.sizes.len()).map(|dim| format!("d{}", dim + 1)).collect();
    let mut builder = LeavesBuilder::new(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let between = |rng: &mut dyn FnMut() -> f64, (from, to): (f64, f64)| from + (to - from) * rng();
    let mut uniform = || rng.random::<f64>();
    let empty = faults.empty * uniform();
    let noise = faults.noise * uniform();
    let shape = between(&mut uniform, (0.5, 1.0));
    let pick = |uniform: &mut dyn FnMut() -> f64, (from, to): (usize, usize)| {
        from + ((uniform() * (to - from + 1) as f64) as usize).min(to - from)
    };
    let mut slices: Vec<Vec<Option<usize>>> = Vec::new();
    let mut scales: Vec<(f64, f64)> = Vec::new();
    let count = pick(&mut uniform, faults.causes);
    while slices.len() < count {
        let dims = pick(&mut uniform, faults.dims).clamp(1, faults.sizes.len());
        let mut slice: Vec<Option<usize>> = vec![None; faults.sizes.len()];
        while slice.iter().flatten().count() < dims {
            let dim = pick(&mut uniform, (0, faults.sizes.len() - 1));
            slice[dim] = Some(pick(&mut uniform, (0, faults.sizes[dim].max(1) - 1)));
        }
        let is_apart = |other: &Vec<Option<usize>>| {
            other.iter().zip(&slice).any(|(a, b)| matches!((a, b), (Some(a), Some(b)) if a != b))
        };
        if slices.iter().all(is_apart) {
            slices.push(slice);
            scales.push((between(&mut uniform, faults.severity) + noise, faults.deviation * uniform()));
        } else if uniform() < 0.01 {
            // No room left for one more that is apart.
            break;
        }
    }
    let mut rows: Vec<(Vec<usize>, f64, f64)> = Vec::new();
    let total: usize = faults.sizes.iter().product();
    let law = Weibull::new(100.0, shape).ok();
    for place in 0..total {
        let mut rest = place;
        let codes: Vec<usize> = faults
            .sizes
            .iter()
            .map(|size| {
                let code = rest % size;
                rest /= size;
                code
            })
            .collect();
        let is_empty = rng.random::<f64>() < empty;
        let value = if is_empty { 0.0 } else { law.map_or(100.0, |law| law.sample(rng)) };
        let z: f64 = StandardNormal.sample(rng);
        let other = (value * (1.0 + noise * z)).max(0.0);
        let (actual, expected) = if rng.random::<bool>() { (value, other) } else { (other, value) };
        rows.push((codes, actual, expected));
    }
    // As in the paper: the fault goes the way the forecasts err anyway.
    let is_down = rows.iter().map(|(_, actual, expected)| actual - expected).sum::<f64>() <= 0.0;
    for (codes, actual, expected) in &mut rows {
        let hit =
            slices.iter().position(|slice| slice.iter().zip(codes.iter()).all(|(s, c)| s.is_none_or(|s| s == *c)));
        let Some((severity, deviation)) = hit.map(|place| scales[place]) else { continue };
        let z: f64 = StandardNormal.sample(rng);
        let left = (1.0 - severity - deviation * z).max(0.0);
        if is_down {
            *actual = *expected * left;
        } else {
            *expected = *actual * left;
        }
    }
    for (codes, actual, expected) in &rows {
        let names: Vec<String> = codes.iter().map(|code| format!("v{code}")).collect();
        builder.push(names.iter().map(String::as_str), *actual, *expected)?;
    }
    let truth = slices.iter().map(|slice| {
        let own = slice.iter().enumerate().filter_map(|(dim, code)| code.map(|code| (dim, code)));
        own.map(|(dim, code)| (names[dim].clone(), format!("v{code}"))).collect()
    });
    Ok((builder.build(), truth.collect()))
}

/// Counts of causes found, over faults.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Score {
    /// Found and true.
    pub hits: u32,
    /// Found and not true.
    pub wrong: u32,
    /// True and not found.
    pub missed: u32,
}

impl Score {
    /// Compares what was found with the truth.
    pub fn add(&mut self, found: &[super::Cause], truth: &[Slice]) {
        let hits = found.iter().filter(|cause| truth.contains(&cause.slice)).count() as u32;
        self.hits += hits;
        self.wrong += found.len() as u32 - hits;
        self.missed += (truth.len() as u32).saturating_sub(hits);
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        let hits = f64::from(self.hits);
        if self.hits == 0 { 0.0 } else { 2.0 * hits / (2.0 * hits + f64::from(self.wrong + self.missed)) }
    }
}
