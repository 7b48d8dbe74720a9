//! Random numbers by key: every customer, order and ad day draws from a stream of its own, so that launching a concept
//! leaves all other streams as they were, and two worlds of one seed differ by exactly what was launched.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, Poisson};

/// What a stream is for.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(crate) enum Stream {
    Arrivals = 1,
    Profile = 2,
    Order = 3,
    AdDay = 5,
    Claims = 6,
    Funnel = 7,
    Plant = 8,
    Concept = 9,
    ConceptDay = 10,
    Slow = 11,
    Treatment = 12,
    Visits = 13,
    Shopper = 14,
}

/// The generator of one stream.
pub(crate) fn stream(seed: u64, what: Stream, a: u64, b: u64) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&(what as u64).to_le_bytes());
    key[16..24].copy_from_slice(&a.to_le_bytes());
    key[24..].copy_from_slice(&b.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

/// FNV-1a: a stable number for a text (names of ads and concepts as stream keys).
pub(crate) fn text_key(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A Poisson count; 0 where the mean is not positive.
pub(crate) fn poisson(rng: &mut ChaCha8Rng, mean: f64) -> u32 {
    match Poisson::new(mean) {
        Ok(distribution) => distribution.sample(rng) as u32,
        Err(_) => 0,
    }
}

/// True with probability `p`.
pub(crate) fn chance(rng: &mut ChaCha8Rng, p: f64) -> bool {
    rng.random::<f64>() < p
}

/// A gamma variate of the given shape and mean.
pub(crate) fn gamma(rng: &mut ChaCha8Rng, shape: f64, mean: f64) -> f64 {
    match Gamma::new(shape, mean / shape) {
        Ok(distribution) => distribution.sample(rng),
        Err(_) => mean,
    }
}

/// A uniform number in `[low, high)`.
pub(crate) fn between(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.random::<f64>()
}

/// An index drawn by cumulative weights; the last one where rounding leaves a gap.
pub(crate) fn pick_cumulative(rng: &mut ChaCha8Rng, cumulative: &[f64]) -> usize {
    let total = cumulative.last().copied().unwrap_or(0.0);
    let at = rng.random::<f64>() * total;
    cumulative.partition_point(|&edge| edge <= at).min(cumulative.len().saturating_sub(1))
}

/// One of a slice.
pub(crate) fn pick<'a, T>(rng: &mut ChaCha8Rng, of: &'a [T]) -> &'a T {
    &of[rng.random_range(0..of.len())]
}
