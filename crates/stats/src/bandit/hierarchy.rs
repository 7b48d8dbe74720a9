//! What is believed of every arm in every segment.

use rand::Rng;
use rand_distr::{Beta, Distribution as _, StandardNormal};

use crate::customers::ln_gamma;

/// What was seen of one arm in one segment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cell {
    /// Exposures, discounted for rewards that have not come yet.
    pub n: f64,
    /// Sum of rewards.
    pub sum: f64,
    /// Sum of their squares.
    pub sum_sq: f64,
}

/// Trials that the common rate of all arms is worth to each arm: enough to keep the first day's luck small.
const ARM_PRIOR: f64 = 20.0;

/// Beliefs with partial pooling over segments: arm `a` is worth μₐ on the whole and θₐₛ around it in segment s, with a
/// spread between segments that is itself learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct Hierarchy {
    cells: Vec<Vec<Cell>>,
    belief: Belief,
}

#[derive(Debug, Clone, PartialEq)]
enum Belief {
    /// Rates: θ ~ Beta(μκ, (1−μ)κ). Grid of concentrations κ with posterior weights, and for each the pseudo-counts
    /// (successes, failures) of every arm's μ.
    Rates { grid: Vec<(f64, f64)>, arms: Vec<Vec<(f64, f64)>> },
    /// Money: θ ~ N(μ, τ²). Grid of τ² with weights, and for each (mean, variance) of every arm's μ.
    Means { variance: f64, grid: Vec<(f64, f64)>, arms: Vec<Vec<(f64, f64)>> },
}

impl Hierarchy {
    /// From `cells[segment][arm]`, rewards 0 or 1.
    pub fn of_rates(cells: Vec<Vec<Cell>>) -> Hierarchy {
        let arms = cells.first().map_or(0, Vec::len);
        let (n, sum) = totals(&cells);
        // A rate of 0 or 1 has no spread to learn from.
        let rate = ((sum + 0.5) / (n + 1.0)).clamp(1e-6, 1.0 - 1e-6);
        let mut grid = Vec::new();
        let mut of_arms = Vec::new();
        for step in 0..16 {
            let kappa = 3.0 * 10f64.powf(f64::from(step) / 3.0);
            let pseudo: Vec<(f64, f64)> = (0..arms)
                .map(|arm| {
                    let (mut yes, mut no) = (ARM_PRIOR * rate, ARM_PRIOR * (1.0 - rate));
                    for segment in &cells {
                        let cell = segment[arm];
                        // Many trials in one segment say little about the others: at most κ+1 trials' worth.
                        let worth = (kappa + 1.0) / (kappa + cell.n.max(1.0));
                        yes += worth * cell.sum;
                        no += worth * (cell.n - cell.sum).max(0.0);
                    }
                    (yes, no)
                })
                .collect();
            let mut ln = 0.0;
            for (arm, (yes, no)) in pseudo.iter().enumerate() {
                let mu = yes / (yes + no);
                for segment in &cells {
                    let cell = segment[arm];
                    ln += ln_beta(mu * kappa + cell.sum, (1.0 - mu) * kappa + (cell.n - cell.sum).max(0.0))
                        - ln_beta(mu * kappa, (1.0 - mu) * kappa);
                }
            }
            grid.push((kappa, ln));
            of_arms.push(pseudo);
        }
        normalise(&mut grid);
        Hierarchy { cells, belief: Belief::Rates { grid, arms: of_arms } }
    }

    /// From `cells[segment][arm]`, rewards any number (money): means are taken as normal with the pooled variance of
    /// all cells, which a few hundred exposures per cell justify.
    pub fn of_means(cells: Vec<Vec<Cell>>) -> Hierarchy {
        let arms = cells.first().map_or(0, Vec::len);
        let (n, sum) = totals(&cells);
        let square: f64 = cells.iter().flatten().map(|cell| cell.sum_sq).sum();
        let mean = if n > 0.0 { sum / n } else { 0.0 };
        // Within and between together: too wide rather than too narrow, and never 0.
        let variance = if n > 1.0 { (square / n - mean * mean).max(1e-12) } else { 1.0 };
        let mut grid = Vec::new();
        let mut of_arms = Vec::new();
        for step in 0..14 {
            // Spread between segments from a thousandth of the spread between exposures to a third of it.
            let tau2 = variance * 1e-6 * 10f64.powf(f64::from(step) * 0.4);
            let mut ln = 0.0;
            let of: Vec<(f64, f64)> = (0..arms)
                .map(|arm| {
                    let prior = ARM_PRIOR / variance;
                    let (mut precision, mut weighted) = (prior, prior * mean);
                    for cell in cells.iter().map(|segment| segment[arm]).filter(|cell| cell.n > 0.0) {
                        let spread = tau2 + variance / cell.n;
                        precision += 1.0 / spread;
                        weighted += cell.sum / cell.n / spread;
                    }
                    let mu = weighted / precision;
                    for cell in cells.iter().map(|segment| segment[arm]).filter(|cell| cell.n > 0.0) {
                        let spread = tau2 + variance / cell.n;
                        ln -= 0.5 * (spread.ln() + (cell.sum / cell.n - mu).powi(2) / spread);
                    }
                    (mu, 1.0 / precision)
                })
                .collect();
            grid.push((tau2, ln));
            of_arms.push(of);
        }
        normalise(&mut grid);
        Hierarchy { cells, belief: Belief::Means { variance, grid, arms: of_arms } }
    }

    /// One draw of what every arm is worth in a segment; segments beyond the known ones are new: they are drawn around
    /// the arms' common worth.
    pub fn draw(&self, segment: usize, rng: &mut impl Rng) -> Vec<f64> {
        let own = |arm: usize| self.cells.get(segment).map_or_else(Cell::default, |cells| cells[arm]);
        match &self.belief {
            Belief::Rates { grid, arms } => {
                let place = pick(grid, rng);
                let kappa = grid[place].0;
                arms[place]
                    .iter()
                    .enumerate()
                    .map(|(arm, (yes, no))| {
                        let mu = beta(*yes, *no, rng);
                        let cell = own(arm);
                        beta(mu * kappa + cell.sum, (1.0 - mu) * kappa + (cell.n - cell.sum).max(0.0), rng)
                    })
                    .collect()
            }
            Belief::Means { variance, grid, arms } => {
                let place = pick(grid, rng);
                let tau2 = grid[place].0;
                arms[place]
                    .iter()
                    .enumerate()
                    .map(|(arm, (mu, spread))| {
                        let mu = mu + spread.sqrt() * normal(rng);
                        let cell = own(arm);
                        let precision = 1.0 / tau2 + cell.n / variance;
                        (mu / tau2 + cell.sum / variance) / precision + normal(rng) / precision.sqrt()
                    })
                    .collect()
            }
        }
    }

    /// Chance of every arm to be the best in a segment, by `draws` draws. Ties go to the first.
    pub fn best(&self, segment: usize, draws: usize, rng: &mut impl Rng) -> Vec<f64> {
        let arms = self.cells.first().map_or(0, Vec::len);
        let mut wins = vec![0.0; arms];
        for _ in 0..draws.max(1) {
            let worth = self.draw(segment, rng);
            let mut best = 0;
            for arm in 1..arms {
                if worth[arm] > worth[best] {
                    best = arm;
                }
            }
            if let Some(wins) = wins.get_mut(best) {
                *wins += 1.0 / draws.max(1) as f64;
            }
        }
        wins
    }
}

fn totals(cells: &[Vec<Cell>]) -> (f64, f64) {
    cells.iter().flatten().fold((0.0, 0.0), |(n, sum), cell| (n + cell.n, sum + cell.sum))
}

/// From log weights to shares.
fn normalise(grid: &mut [(f64, f64)]) {
    let top = grid.iter().fold(f64::NEG_INFINITY, |top, (_, ln)| top.max(*ln));
    let total: f64 = grid.iter().map(|(_, ln)| (ln - top).exp()).sum();
    grid.iter_mut().for_each(|(_, ln)| *ln = (*ln - top).exp() / total);
}

fn pick(grid: &[(f64, f64)], rng: &mut impl Rng) -> usize {
    let mut left = uniform(rng);
    grid.iter()
        .position(|(_, share)| {
            left -= share;
            left < 0.0
        })
        .unwrap_or(grid.len() - 1)
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

fn uniform(rng: &mut impl Rng) -> f64 {
    rand::RngExt::random(rng)
}

fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// A draw of Beta(a, b); its mean where the parameters are no parameters.
fn beta(a: f64, b: f64, rng: &mut impl Rng) -> f64 {
    match Beta::new(a.max(1e-9), b.max(1e-9)) {
        Ok(beta) => beta.sample(rng),
        Err(_) => a / (a + b),
    }
}
