//! The recursion: the density of the score, at each look, of the runs that have not stopped.
//!
//! With information I₁ < I₂ < … the score S_k = Z_k √I_k has independent increments N(θΔ, Δ), Δ = I_k − I_{k−1}
//! (canonical joint distribution, Jennison & Turnbull 2000, section 3.1). The density of those still running is carried from look
//! to look by numerical integration over the continuation region (Armitage, McPherson & Rowe 1969; J&T chapter 19).
//! Two choices differ from J&T's grid: Gauss-Legendre points, which need about 50 a look where Simpson's rule needs 200;
//! and only the density under θ = 0 is carried, since that under any drift is the same times exp(θs − θ²I/2).

use super::quadrature::{self, MAX_POINTS};
use crate::normal;

/// Looks that add less than this share to the information so far are not told apart from the one before.
pub(super) const LEAST_STEP: f64 = 1e-3;
/// A region is cut here (standard errors): what lies beyond has no weight.
const FAR: f64 = 12.0;

/// The runs still going after one look: points of the score and, at each, the mass under no effect.
#[derive(Debug, Clone, Default)]
struct Grid {
    scores: Vec<f64>,
    masses: Vec<f64>,
}

/// One look that can stop: its information and the region (z scale) in which the run goes on.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub information: f64,
    pub lower: f64,
    pub upper: f64,
    grid: Grid,
}

/// The looks so far. Call [`Path::approach`] with the next look's information, ask for the boundary there, then
/// [`Path::close`] it with its region.
#[derive(Debug, Clone, Default)]
pub(super) struct Path {
    stages: Vec<Stage>,
    next: f64,
}

impl Path {
    /// Prepares the next look. `information` must exceed the last look's.
    pub fn approach(&mut self, information: f64) {
        self.next = information;
        let Some(last) = self.stages.len().checked_sub(1) else { return };
        let (before, now) = self.stages.split_at_mut(last);
        let stage = &mut now[0];
        let previous = before.last();
        let scale = stage.information.sqrt();
        let variance_in = stage.information - previous.map_or(0.0, |p| p.information);
        let variance_out = information - stage.information;
        let width = (variance_in * variance_out / (variance_in + variance_out)).sqrt();
        let (low, high) = (stage.lower.max(-FAR) * scale, stage.upper.min(FAR) * scale);
        if high <= low {
            stage.grid = Grid::default();
            return;
        }
        let (centre, half) = ((low + high) / 2.0, (high - low) / 2.0);
        let points = (std::f64::consts::PI * half / width).ceil().clamp(24.0, MAX_POINTS as f64);
        let rule = quadrature::rule(points as usize);
        let scores: Vec<f64> = rule.nodes.iter().map(|x| centre + half * x).collect();
        let mass = |(&s, w): (&f64, &f64)| half * w * density(previous, s, variance_in);
        let mut masses: Vec<f64>;
        // Without futility everything is symmetric, and half the work.
        if centre == 0.0 && before.iter().all(|s| s.lower == -s.upper) {
            let left = scores.len() / 2;
            masses = scores.iter().zip(&rule.weights).take(left).map(mass).collect();
            masses.extend_from_within(..);
            masses[left..].reverse();
        } else {
            masses = scores.iter().zip(&rule.weights).map(mass).collect();
        }
        stage.grid = Grid { scores, masses };
    }

    /// Boundary z at the look approached with `exit_above(z, drift)` = `probability`; +∞ when nothing may be spent.
    pub fn boundary_above(&self, probability: f64, drift: f64) -> f64 {
        if probability.is_nan() || probability <= 0.0 {
            return f64::INFINITY;
        }
        let scale = self.next.sqrt();
        let Some(last) = self.stages.last() else {
            return normal::upper_quantile(probability.min(1.0)) + drift * scale;
        };
        let points: Vec<(f64, f64)> = last.weighted(drift).collect();
        // The boundary on the score's scale hardly moves.
        let start = if last.upper.is_finite() { last.upper * last.information.sqrt() } else { 3.0 * scale };
        solve(&points, drift * (self.next - last.information), self.next - last.information, probability, start) / scale
    }

    /// Boundary z with `exit_below(z, drift)` = `probability`; −∞ when nothing may be spent, +∞ when even all may be.
    pub fn boundary_below(&self, probability: f64, drift: f64) -> f64 {
        if probability.is_nan() || probability <= 0.0 {
            return f64::NEG_INFINITY;
        }
        let scale = self.next.sqrt();
        let Some(last) = self.stages.last() else {
            return normal::quantile(probability.min(1.0)) + drift * scale;
        };
        // The mirror of `boundary_above`.
        let points: Vec<(f64, f64)> = last.weighted(drift).map(|(s, mass)| (-s, mass)).rev().collect();
        if points.iter().map(|(_, mass)| mass).sum::<f64>() <= probability {
            return f64::INFINITY;
        }
        let start = if last.lower.is_finite() {
            -last.lower * last.information.sqrt()
        } else {
            2.0 * scale - drift * self.next
        };
        let step = self.next - last.information;
        -solve(&points, -drift * step, step, probability, start) / scale
    }

    /// Ends the look approached: the run goes on for z in (`lower`, `upper`).
    pub fn close(&mut self, lower: f64, upper: f64) {
        self.stages.push(Stage { information: self.next, lower, upper, grid: Grid::default() });
    }

    /// The looks closed so far.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// P(stopped above at look `index`, 0-based) under `drift`.
    pub fn stopped_above(&self, index: usize, drift: f64) -> f64 {
        let stage = &self.stages[index];
        exit_above(self.before(index), stage.information, stage.upper, drift)
    }

    /// P(stopped below at look `index`, 0-based) under `drift`.
    pub fn stopped_below(&self, index: usize, drift: f64) -> f64 {
        let stage = &self.stages[index];
        exit_below(self.before(index), stage.information, stage.lower, drift)
    }

    /// P(still running before look `index`, then Z > `z` there): for looks closed or approached.
    pub fn above_at(&self, index: usize, information: f64, z: f64, drift: f64) -> f64 {
        exit_above(self.before(index), information, z, drift)
    }

    fn before(&self, index: usize) -> Option<&Stage> {
        index.checked_sub(1).map(|i| &self.stages[i])
    }
}

impl Stage {
    /// Points with their mass under `drift`.
    fn weighted(&self, drift: f64) -> impl DoubleEndedIterator<Item = (f64, f64)> {
        let constant = -0.5 * drift * drift * self.information;
        self.grid
            .scores
            .iter()
            .zip(&self.grid.masses)
            .map(move |(&s, &mass)| (s, if drift == 0.0 { mass } else { mass * (drift * s + constant).exp() }))
    }
}

fn exit_above(last: Option<&Stage>, information: f64, z: f64, drift: f64) -> f64 {
    let Some(last) = last else { return normal::sf(z - drift * information.sqrt()) };
    let variance = information - last.information;
    let shift = drift * variance - z * information.sqrt();
    let inverse = 1.0 / variance.sqrt();
    last.weighted(drift).map(|(s, mass)| mass * normal::cdf((s + shift) * inverse)).sum()
}

fn exit_below(last: Option<&Stage>, information: f64, z: f64, drift: f64) -> f64 {
    let Some(last) = last else { return normal::cdf(z - drift * information.sqrt()) };
    let variance = information - last.information;
    let shift = drift * variance - z * information.sqrt();
    let inverse = 1.0 / variance.sqrt();
    last.weighted(drift).map(|(s, mass)| mass * normal::sf((s + shift) * inverse)).sum()
}

/// Density at score `s` of the runs that came through `previous`.
fn density(previous: Option<&Stage>, s: f64, variance: f64) -> f64 {
    let inverse = 1.0 / variance.sqrt();
    let Some(previous) = previous else { return normal::pdf(s * inverse) * inverse };
    let half = -0.5 * inverse * inverse;
    // Beyond nine standard deviations a step has no weight; the scores are sorted.
    let reach = 9.0 * variance.sqrt();
    let grid = &previous.grid;
    let from = grid.scores.partition_point(|&u| u < s - reach);
    let to = grid.scores.partition_point(|&u| u <= s + reach);
    let sum: f64 = grid.scores[from..to]
        .iter()
        .zip(&grid.masses[from..to])
        .map(|(u, mass)| {
            let gap = s - u;
            mass * (half * gap * gap).exp()
        })
        .sum();
    sum * normal::pdf(0.0) * inverse
}

/// The score b with Σ mass · P(s + N(`mean`, `variance`) > b) = `probability`, for points sorted by s: Newton on the logarithm
/// (which is concave), kept inside a bracket.
fn solve(points: &[(f64, f64)], mean: f64, variance: f64, probability: f64, start: f64) -> f64 {
    let deviation = variance.sqrt();
    let inverse = 1.0 / deviation;
    let (first, last) = (points.first().map_or(0.0, |p| p.0), points.last().map_or(0.0, |p| p.0));
    let (mut low, mut high) = (first + mean - 40.0 * deviation, last + mean + 40.0 * deviation);
    let mut bound = if start > low && start < high { start } else { 0.5 * (low + high) };
    for _ in 0..100 {
        let (mut tail, mut slope) = (0.0, 0.0);
        // From more than nine standard deviations below nothing comes.
        for (s, mass) in points.iter().rev() {
            let x = (s + mean - bound) * inverse;
            if x < -9.0 {
                break;
            }
            tail += mass * normal::cdf(x);
            slope += mass * normal::pdf(x);
        }
        if tail > probability {
            low = bound;
        } else {
            high = bound;
        }
        let step = (tail / probability).ln() * tail / (slope * inverse);
        let is_inside = step.is_finite() && (low..=high).contains(&(bound + step));
        bound = if is_inside { bound + step } else { (low + high) / 2.0 };
        // Newton squares the error: what is left after such a step is beyond the digits of a double.
        if (is_inside && step.abs() < 1e-6 * deviation) || high - low < 1e-12 * deviation {
            break;
        }
    }
    bound
}
