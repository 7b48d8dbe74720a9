//! How alike short texts are: character n-grams, see [`domain::similarity`], and shared words.

use std::collections::HashSet;

pub use domain::similarity::{Counts, Profile, Vectors, cosine};

/// Texts of an RSA or an ad set above this cosine are near duplicates.
pub const NEAR_DUPLICATE: f64 = 0.72;

/// Share of words two texts have in common (Jaccard, stemmed), 0 to 1.
pub fn word_overlap(a: &str, b: &str) -> f64 {
    let set =
        |text: &str| crate::words::tokens(text).iter().map(|word| crate::words::stem(word)).collect::<HashSet<_>>();
    let (a, b) = (set(a), set(b));
    let union = a.union(&b).count();
    if union == 0 { 0.0 } else { a.intersection(&b).count() as f64 / union as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_and_not() {
        assert!((word_overlap("the red bag", "red bags") - 2.0 / 3.0).abs() < 1e-9);
        assert!(cosine("Meet the lavender soap", "Meet the lavender soaps") > NEAR_DUPLICATE);
    }
}
