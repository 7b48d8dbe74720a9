//! One row of `(G + λI)⁻¹` at a time, without ever forming the matrix: coordinate descent on the residual.
//!
//! `A = G + λI` is symmetric, positive definite and as sparse as co-occurrence, and with rows of the input normalised to
//! sum to 1 its off-diagonal part is small against the diagonal, so a row of the inverse is local. Solving `A p = eᵢ` by
//! Gauss-Southwell steps (relax the coordinates whose residual exceeds a tolerance, as the push of Andersen, Chung &
//! Lang, *Local graph partitioning using PageRank vectors*, FOCS 2006, §3 does for random walks) touches only what
//! matters: the work does not depend on the number of items, and the answer is that of the dense closed form to within
//! the tolerance.

use super::LinearOptions;
use super::counts::Counts;
use super::rows::{Rows, Sparse, keep_largest, make_rows};
use crate::Item;

/// Room for one solve; made once per thread.
#[derive(Debug)]
pub(super) struct Solver {
    residual: Sparse,
    solution: Sparse,
    queued: Vec<bool>,
    queue: std::collections::VecDeque<Item>,
    dropped: Vec<(Item, f32)>,
}

impl Solver {
    /// Room for `items` items.
    pub(super) fn new(items: usize) -> Solver {
        Solver {
            residual: Sparse::new(items),
            solution: Sparse::new(items),
            queued: vec![false; items],
            queue: std::collections::VecDeque::new(),
            dropped: Vec::new(),
        }
    }

    /// Fills `row` with `p` such that `|eᵢ − (off_diagonal + diag(diagonal) + ridge·I) p| ≤ tolerance` everywhere, unless
    /// `max_steps` relaxations do not get there. Unordered.
    pub(super) fn row(&mut self, system: &System<'_>, item: Item, row: &mut Vec<(Item, f32)>) {
        let System { off_diagonal, diagonal, ridge, tolerance, max_steps } = *system;
        self.residual.add(item, 1.0);
        self.queue.push_back(item);
        self.queued[item as usize] = true;
        let mut steps = 0;
        while let Some(at) = self.queue.pop_front() {
            self.queued[at as usize] = false;
            let residual = self.residual.get(at);
            if residual.abs() <= tolerance {
                continue;
            }
            if steps == max_steps {
                continue;
            }
            steps += 1;
            let step = residual / (diagonal[at as usize] + ridge);
            self.solution.add(at, step);
            self.residual.add(at, -residual);
            let (items, values) = off_diagonal.row(at);
            for (&other, &value) in items.iter().zip(values) {
                self.residual.add(other, -step * value);
                if !self.queued[other as usize] && self.residual.get(other).abs() > tolerance {
                    self.queued[other as usize] = true;
                    self.queue.push_back(other);
                }
            }
        }
        self.solution.drain(row, |_| true);
        self.residual.drain(&mut self.dropped, |_| false);
    }
}

/// What is solved, and how far.
#[derive(Debug, Clone, Copy)]
pub(super) struct System<'a> {
    /// The Gram matrix off its diagonal, symmetric.
    pub off_diagonal: &'a Rows,
    /// Its diagonal.
    pub diagonal: &'a [f32],
    /// λ, added to the diagonal; positive.
    pub ridge: f32,
    /// Largest residual left, where the right-hand side is 1.
    pub tolerance: f32,
    /// Most relaxations for one row: a stop for systems that were cut out of shape.
    pub max_steps: usize,
}

/// Most relaxations for one row; what it takes on real sessions is some hundreds.
const MAX_STEPS: usize = 20_000;

/// `B = (G + λI)⁻¹ C` (Choi et al., WWW 2021, eq. 11 and 16), each row cut to its `top` largest positive entries.
pub(super) fn solve(counts: &Counts, options: &LinearOptions, threads: usize, progress: &dyn Fn(usize, usize)) -> Rows {
    let items = counts.diagonal.len();
    let system = System {
        off_diagonal: &counts.gram,
        diagonal: &counts.diagonal,
        ridge: options.ridge.max(1e-6),
        tolerance: options.tolerance.max(1e-7),
        max_steps: MAX_STEPS,
    };
    let scratch = || (Solver::new(items), Sparse::new(items), Vec::new());
    let make = |(solver, sum, inverse): &mut (Solver, Sparse, Vec<(Item, f32)>), item, [row]: &mut [Vec<_>; 1]| {
        inverse.clear();
        solver.row(&system, item, inverse);
        for &(other, weight) in inverse.iter() {
            sum.add_row(counts.targets.row(other), weight);
        }
        sum.drain(row, |value| value > 0.0);
        keep_largest(options.top, row);
    };
    let [rows] = make_rows(items, threads, progress, scratch, make);
    rows
}
