//! The types of buyers and how common they are.

use std::collections::{BTreeMap, HashMap};

use statrs::function::gamma::{gamma_ur, ln_gamma};

use super::{Gaps, RenewalError, Unit};

/// Mean gaps per factor of the range that the data span.
const MEANS: usize = 26;
/// Shapes of the gamma distribution: bursts, memoryless, regular, clockwork.
const SHAPES: [f64; 4] = [0.7, 1.0, 2.0, 4.0];
/// Chances to be gone after a purchase.
const LEAVES: [f64; 3] = [0.0, 0.1, 0.3];
/// Units that are enough to learn how common the types are.
const ENOUGH: usize = 15_000;
/// Units of one product or band that are enough.
const ENOUGH_OF_ONE: usize = 2_000;
const ROUNDS: usize = 60;
/// Units that everybody's types are worth to a product or band.
const PRIOR_UNITS: f64 = 20.0;
/// A product or band with fewer units has no types of its own.
pub(super) const OWN_TYPES: usize = 30;

/// The model: types of buyers with their shares among everybody, per item and per band.
#[derive(Debug, Clone)]
pub struct Renewal {
    /// (mean gap in days, shape), means outermost.
    pub(super) kinds: Vec<(f64, f64)>,
    /// survival[kind][t]: chance that a gap is longer than t − ½ days.
    pub(super) survival: Vec<Vec<f64>>,
    /// Shares among everybody; types are kinds × leaves, leaves innermost.
    pub(super) everyone: Vec<f64>,
    pub(super) items: HashMap<u32, Vec<f64>>,
    pub(super) bands: HashMap<u32, Vec<f64>>,
    /// Longest horizon that can be asked for.
    pub(super) horizon: u32,
    /// Per kind: k ln(k/m) − ln Γ(k).
    constants: Vec<f64>,
}

impl Renewal {
    /// Learns from all units up to the day of the forecast. `longest_horizon`: days ahead that will be asked for.
    ///
    /// # Errors
    /// No units, a history that cannot be, or nobody who bought twice.
    pub fn fit(units: &[Unit], longest_horizon: u32) -> Result<Renewal, RenewalError> {
        let mut longest = 0.0_f64;
        for (place, Unit { gaps, .. }) in units.iter().enumerate() {
            let Gaps { n, sum, sum_ln, silence } = *gaps;
            if silence == 0 || sum < f64::from(n) || !sum.is_finite() || !sum_ln.is_finite() || (n == 0 && sum > 0.0) {
                return Err(RenewalError::Gaps { place: place + 1, n, sum, silence });
            }
            longest = longest.max(sum + f64::from(silence));
        }
        if units.is_empty() {
            return Err(RenewalError::Empty);
        }
        if units.iter().all(|unit| unit.gaps.n == 0) {
            return Err(RenewalError::NoRepeats);
        }
        let mut model = Renewal::with_types(longest, units, longest_horizon);
        // Every so-manieth unit of all: no random numbers, the same answer every time.
        let every: Vec<&Unit> = units.iter().collect();
        let sample = thin(&every, ENOUGH);
        let flat = vec![1.0 / model.types() as f64; model.types()];
        model.everyone = model.learn(&sample, &flat, PRIOR_UNITS, ROUNDS);
        model.items = model.by_key(units, |unit| unit.item);
        model.bands = model.by_key(units, |unit| unit.band);
        Ok(model)
    }

    /// Shares of the types for every key with enough units.
    fn by_key(&self, units: &[Unit], key: impl Fn(&Unit) -> Option<u32>) -> HashMap<u32, Vec<f64>> {
        let mut of: BTreeMap<u32, Vec<&Unit>> = BTreeMap::new();
        for unit in units {
            if let Some(key) = key(unit) {
                of.entry(key).or_default().push(unit);
            }
        }
        let learn = |units: &[&Unit]| self.learn(&thin(units, ENOUGH_OF_ONE), &self.everyone, PRIOR_UNITS, ROUNDS / 4);
        of.into_iter().filter(|(_, units)| units.len() >= OWN_TYPES).map(|(key, units)| (key, learn(&units))).collect()
    }

    fn with_types(longest: f64, units: &[Unit], longest_horizon: u32) -> Renewal {
        let (low, high) = (1.5_f64.ln(), (4.0 * longest).max(30.0).ln());
        let kinds: Vec<(f64, f64)> = (0..MEANS)
            .flat_map(|i| {
                let mean = (low + (high - low) * i as f64 / (MEANS - 1) as f64).exp();
                SHAPES.map(|shape| (mean, shape))
            })
            .collect();
        let silence = units.iter().map(|unit| unit.gaps.silence).max().unwrap_or(1).min(36_500);
        let horizon = longest_horizon.clamp(1, 3_650);
        let until = (silence + horizon) as usize;
        let survival = kinds
            .iter()
            .map(|&(mean, shape)| {
                (0..=until)
                    .map(|t| if t == 0 { 1.0 } else { gamma_ur(shape, shape * (t as f64 - 0.5) / mean) })
                    .collect()
            })
            .collect();
        let constants = kinds.iter().map(|&(mean, shape)| shape * (shape / mean).ln() - ln_gamma(shape)).collect();
        Renewal { kinds, survival, everyone: vec![], items: HashMap::new(), bands: HashMap::new(), horizon, constants }
    }

    pub(super) fn types(&self) -> usize {
        self.kinds.len() * LEAVES.len()
    }

    pub(super) fn survives(&self, kind: usize, days: u32) -> f64 {
        let table = &self.survival[kind];
        table[(days as usize).min(table.len() - 1)]
    }

    /// Likelihood of a unit's gaps under every type, and of having stayed after the last purchase with them; times a
    /// constant of the unit. `each(type, kind, likelihood of gaps and of all dropouts but the last, chance to leave)`.
    pub(super) fn for_types(&self, gaps: &Gaps, mut each: impl FnMut(usize, usize, f64, f64)) {
        let n = f64::from(gaps.n);
        let ln: Vec<f64> = self
            .kinds
            .iter()
            .zip(&self.constants)
            .map(|(&(mean, shape), constant)| n * constant + (shape - 1.0) * gaps.sum_ln - shape / mean * gaps.sum)
            .collect();
        let top = ln.iter().fold(f64::NEG_INFINITY, |top, ln| top.max(*ln));
        let stays = LEAVES.map(|leaves| (1.0 - leaves).powf(n));
        for (kind, ln) in ln.into_iter().enumerate() {
            let likelihood = (ln - top).exp();
            for (place, leaves) in LEAVES.into_iter().enumerate() {
                each(kind * LEAVES.len() + place, kind, likelihood * stays[place], leaves);
            }
        }
    }

    /// Shares of the types among some units, by expectation-maximisation with a Dirichlet prior around `around` worth
    /// `prior` units.
    fn learn(&self, units: &[&Unit], around: &[f64], prior: f64, rounds: usize) -> Vec<f64> {
        let types = self.types();
        // Units with the same history are one row: most products are bought once.
        let mut rows: HashMap<(u32, u64, u64, u32), (f64, Gaps)> = HashMap::new();
        for unit in units {
            let g = unit.gaps;
            let key = (g.n, g.sum.to_bits(), g.sum_ln.to_bits(), g.silence);
            rows.entry(key).or_insert((0.0, g)).0 += 1.0;
        }
        let mut rows: Vec<(f64, Gaps)> = rows.into_values().collect();
        rows.sort_unstable_by(|l, r| {
            (l.1.n, l.1.silence)
                .cmp(&(r.1.n, r.1.silence))
                .then(l.1.sum.total_cmp(&r.1.sum))
                .then(l.1.sum_ln.total_cmp(&r.1.sum_ln))
        });
        let mut likelihoods = vec![0.0_f32; rows.len() * types];
        for ((_, gaps), of_row) in rows.iter().zip(likelihoods.chunks_mut(types)) {
            self.for_types(gaps, |kind_leave, kind, likelihood, leaves| {
                of_row[kind_leave] =
                    (likelihood * (leaves + (1.0 - leaves) * self.survives(kind, gaps.silence))) as f32;
            });
        }
        let mut shares = around.to_vec();
        for _ in 0..rounds {
            let mut next: Vec<f64> = around.iter().map(|share| share * prior).collect();
            for ((count, _), of_row) in rows.iter().zip(likelihoods.chunks(types)) {
                let total: f64 = of_row.iter().zip(&shares).map(|(l, s)| f64::from(*l) * s).sum();
                if total > 0.0 {
                    let scale = count / total;
                    next.iter_mut().zip(of_row).zip(&shares).for_each(|((n, l), s)| *n += f64::from(*l) * s * scale);
                }
            }
            let total: f64 = next.iter().sum();
            if total <= 0.0 {
                break;
            }
            next.iter_mut().for_each(|n| *n /= total);
            shares = next;
        }
        shares
    }
}

fn thin<'a>(units: &[&'a Unit], enough: usize) -> Vec<&'a Unit> {
    let step = units.len().div_ceil(enough).max(1);
    units.iter().step_by(step).copied().collect()
}
