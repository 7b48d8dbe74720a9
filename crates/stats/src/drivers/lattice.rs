//! Sums over all slices: one table of cells per combination of dimensions (a cuboid).

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::Leaves;

/// Cuboids up to so many possible cells are arrays, the others hash tables.
const DENSE_CELLS: u64 = 1 << 22;

/// A fast hasher for cell keys (Fibonacci hashing, Knuth 6.4); keys are not chosen by anybody hostile.
#[derive(Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn write_u64(&mut self, key: u64) {
        let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

/// Weighted deviation and weight of a cell's leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Cell {
    pub sum: f64,
    pub weight: f64,
    pub leaves: u32,
}

impl Cell {
    /// Log-likelihood gained by giving the cell a deviation of its own.
    pub fn gain(&self) -> f64 {
        if self.weight > 0.0 { self.sum * self.sum / (2.0 * self.weight) } else { 0.0 }
    }

    fn add(&mut self, sum: f64, weight: f64, leaves: u32) {
        self.sum += sum;
        self.weight += weight;
        self.leaves += leaves;
    }
}

enum Cells {
    Dense(Vec<Cell>),
    Hashed(HashMap<u64, Cell, BuildHasherDefault<KeyHasher>>),
}

/// One combination of dimensions with all its cells.
pub(super) struct Cuboid {
    /// Places of the dimensions, rising.
    pub dims: Vec<usize>,
    strides: Vec<u64>,
    cells: Cells,
    /// Cells with leaves.
    pub filled: usize,
}

/// A slice: a cell of a cuboid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    pub cuboid: usize,
    pub key: u64,
}

impl Cuboid {
    pub fn key(&self, leaves: &Leaves, row: usize) -> u64 {
        self.dims.iter().zip(&self.strides).map(|(dim, stride)| u64::from(leaves.codes[*dim][row]) * stride).sum()
    }

    /// Code of each of its dimensions.
    pub fn codes(&self, leaves: &Leaves, mut key: u64) -> Vec<(usize, u32)> {
        let mut codes: Vec<(usize, u32)> = self
            .dims
            .iter()
            .rev()
            .zip(self.strides.iter().rev())
            .map(|(dim, stride)| {
                let code = key / stride;
                key %= stride;
                (*dim, u32::try_from(code).unwrap_or(u32::MAX))
            })
            .collect();
        codes.reverse();
        debug_assert!(codes.iter().all(|(dim, code)| (*code as usize) < leaves.values[*dim].len()));
        codes
    }

    fn new(leaves: &Leaves, dims: Vec<usize>) -> Cuboid {
        let mut strides = Vec::with_capacity(dims.len());
        let mut size: u64 = 1;
        for dim in &dims {
            strides.push(size);
            size = size.saturating_mul(leaves.values[*dim].len().max(1) as u64);
        }
        let cells = if size <= DENSE_CELLS {
            Cells::Dense(vec![Cell::default(); size as usize])
        } else {
            Cells::Hashed(HashMap::default())
        };
        Cuboid { dims, strides, cells, filled: 0 }
    }

    fn fill(&mut self, leaves: &Leaves, deviations: &[f64], weights: &[f64]) {
        for (row, (deviation, weight)) in deviations.iter().zip(weights).enumerate() {
            if *weight > 0.0 {
                let key = self.key(leaves, row);
                self.add(key, deviation * weight, *weight, 1);
            }
        }
        self.filled = match &self.cells {
            Cells::Dense(cells) => cells.iter().filter(|cell| cell.leaves > 0).count(),
            Cells::Hashed(cells) => cells.len(),
        };
    }

    pub fn add(&mut self, key: u64, sum: f64, weight: f64, leaves: u32) {
        match &mut self.cells {
            Cells::Dense(cells) => {
                if let Some(cell) = cells.get_mut(key as usize) {
                    cell.add(sum, weight, leaves);
                }
            }
            Cells::Hashed(cells) => cells.entry(key).or_default().add(sum, weight, leaves),
        }
    }

    /// The cell with the most of what `worth` says; the lowest key among equals, so that the answer is always the same.
    pub fn best(&self, worth: impl Fn(&Cell) -> f64) -> Option<(u64, f64)> {
        let mut best: Option<(u64, f64)> = None;
        let mut see = |key: u64, cell: &Cell| {
            let own = worth(cell);
            if best.is_none_or(|(best_key, most)| own > most || (own == most && key < best_key)) {
                best = Some((key, own));
            }
        };
        match &self.cells {
            Cells::Dense(cells) => {
                cells
                    .iter()
                    .enumerate()
                    .filter(|(_, cell)| cell.leaves > 0)
                    .for_each(|(key, cell)| see(key as u64, cell));
            }
            Cells::Hashed(cells) => cells.iter().for_each(|(key, cell)| see(*key, cell)),
        }
        best
    }
}

/// All cuboids of up to `max_dims` dimensions, fewest dimensions first, summed on all processors.
pub(super) fn cuboids(leaves: &Leaves, max_dims: usize, deviations: &[f64], weights: &[f64]) -> Vec<Cuboid> {
    let count = leaves.dims.len();
    let mut all: Vec<Cuboid> = Vec::new();
    for layer in 1..=max_dims.min(count) {
        for mask in 1u32..(1 << count) {
            if mask.count_ones() as usize == layer {
                all.push(Cuboid::new(leaves, (0..count).filter(|dim| mask & (1 << dim) != 0).collect()));
            }
        }
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(all.len().max(1));
    if threads == 1 || leaves.len() < 20_000 {
        all.iter_mut().for_each(|cuboid| cuboid.fill(leaves, deviations, weights));
        return all;
    }
    std::thread::scope(|scope| {
        // Dealt round, as the later ones have more cells.
        let mut hands: Vec<Vec<&mut Cuboid>> = (0..threads).map(|_| Vec::new()).collect();
        for (place, cuboid) in all.iter_mut().enumerate() {
            hands[place % threads].push(cuboid);
        }
        for hand in hands {
            scope.spawn(move || hand.into_iter().for_each(|cuboid| cuboid.fill(leaves, deviations, weights)));
        }
    });
    all
}
