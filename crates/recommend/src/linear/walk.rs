//! The random walk of S-Walk (Choi et al., WSDM 2022, §3).
//!
//! From an item a walker goes by the transition model `R` (SLIT) with probability `damping` (p), or starts again by the
//! teleport model `T` (SLIS), where it stays where it is with probability `1 − beta`. In the long run it is found at
//! `M = (1−p) Σₖ pᵏ (βT + (1−β)I) Rᵏ`. The sum is taken row by row; walkers that carry little are dropped.

use super::Walk;
use super::rows::{Rows, Sparse, keep_largest, make_rows};
use crate::Item;

/// The rows of `M`, each cut to its `top` largest entries, over models whose rows are positive and sum to 1.
pub(super) fn walk(
    transition: &Rows,
    teleport: &Rows,
    walk: &Walk,
    top: usize,
    threads: usize,
    progress: &dyn Fn(usize, usize),
) -> Rows {
    let items = transition.len();
    let make = |(sum, next, front): &mut (Sparse, Sparse, Vec<(Item, f32)>), item: Item, [row]: &mut [Vec<_>; 1]| {
        next.add_row(teleport.row(item), walk.beta);
        next.add(item, 1.0 - walk.beta);
        for step in 0..=walk.steps {
            front.clear();
            next.drain(front, |carried| carried >= walk.least);
            for &(at, carried) in front.iter() {
                sum.add(at, carried * (1.0 - walk.damping));
                if step < walk.steps {
                    next.add_row(transition.row(at), carried * walk.damping);
                }
            }
        }
        sum.drain(row, |value| value > 0.0);
        keep_largest(top, row);
    };
    let [rows] = make_rows(items, threads, progress, || (Sparse::new(items), Sparse::new(items), Vec::new()), make);
    rows
}
