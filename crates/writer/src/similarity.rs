//! How alike short texts are: character n-gram TF-IDF and cosine. No model, no download.
//!
//! Source: G. Salton, C. Buckley, "Term-weighting approaches in automatic text retrieval", 1988; character n-grams
//! (3 to 5, with word boundaries) as in scikit-learn's `char_wb` analyser.

use std::collections::{HashMap, HashSet};

/// Texts of an RSA or an ad set above this cosine are near duplicates.
pub const NEAR_DUPLICATE: f64 = 0.72;

/// A set of texts as sparse TF-IDF vectors of length 1.
#[derive(Debug, Clone, Default)]
pub struct Vectors {
    rows: Vec<HashMap<String, f64>>,
}

fn grams(text: &str) -> HashMap<String, f64> {
    let mut counts = HashMap::new();
    for word in crate::words::tokens(text) {
        let padded: Vec<char> = format!(" {word} ").chars().collect();
        for n in 3..=5 {
            for window in padded.windows(n) {
                *counts.entry(window.iter().collect::<String>()).or_insert(0.0) += 1.0;
            }
        }
    }
    counts
}

impl Vectors {
    /// Vectors of the texts; rarity is counted among them (smoothed, so two equal texts are at 1).
    pub fn new<T: AsRef<str>>(texts: &[T]) -> Vectors {
        let mut rows: Vec<HashMap<String, f64>> = texts.iter().map(|text| grams(text.as_ref())).collect();
        let mut document_count: HashMap<String, f64> = HashMap::new();
        for gram in rows.iter().flat_map(|row| row.keys()) {
            *document_count.entry(gram.clone()).or_insert(0.0) += 1.0;
        }
        let documents = rows.len() as f64;
        for row in &mut rows {
            for (gram, weight) in row.iter_mut() {
                let seen = document_count.get(gram).copied().unwrap_or(0.0);
                *weight *= ((1.0 + documents) / (1.0 + seen)).ln() + 1.0;
            }
            let norm = row.values().map(|weight| weight * weight).sum::<f64>().sqrt();
            if norm > 0.0 {
                row.values_mut().for_each(|weight| *weight /= norm);
            }
        }
        Vectors { rows }
    }

    /// Cosine of two of the texts, 0 to 1; 0 for an index out of range.
    pub fn cosine(&self, a: usize, b: usize) -> f64 {
        let (Some(a), Some(b)) = (self.rows.get(a), self.rows.get(b)) else { return 0.0 };
        let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        small.iter().filter_map(|(gram, weight)| large.get(gram).map(|other| weight * other)).sum()
    }

    /// Pairs `(i, j, cosine)`, i < j, at or above a threshold.
    pub fn pairs_above(&self, threshold: f64) -> Vec<(usize, usize, f64)> {
        let mut pairs = Vec::new();
        for a in 0..self.rows.len() {
            for b in a + 1..self.rows.len() {
                let cosine = self.cosine(a, b);
                if cosine >= threshold {
                    pairs.push((a, b, cosine));
                }
            }
        }
        pairs
    }
}

/// A text's n-gram counts as a vector of length 1, to be compared with many others (no rarity weights).
#[derive(Debug, Clone)]
pub struct Profile(HashMap<String, f64>);

impl Profile {
    /// The profile of a text.
    pub fn new(text: &str) -> Profile {
        let mut counts = grams(text);
        let norm = counts.values().map(|count| count * count).sum::<f64>().sqrt();
        counts.values_mut().for_each(|count| *count /= norm.max(f64::MIN_POSITIVE));
        Profile(counts)
    }

    /// Cosine with another text, 0 to 1.
    pub fn cosine(&self, other: &Profile) -> f64 {
        let (small, large) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        small.0.iter().filter_map(|(gram, weight)| large.0.get(gram).map(|other| weight * other)).sum()
    }
}

/// Cosine of two texts alone (no rarity weights), 0 to 1.
pub fn cosine(a: &str, b: &str) -> f64 {
    Profile::new(a).cosine(&Profile::new(b))
}

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
        let texts =
            ["Meet the lavender soap", "Meet the lavender soaps", "Free shipping over €40", "meet the Lavender soap!"];
        let vectors = Vectors::new(&texts);
        assert!(vectors.cosine(0, 3) > 0.999);
        assert!(vectors.cosine(0, 1) > NEAR_DUPLICATE);
        assert!(vectors.cosine(0, 2) < 0.1);
        assert_eq!(vectors.pairs_above(0.99).len(), 1);
        assert!((word_overlap("the red bag", "red bags") - 2.0 / 3.0).abs() < 1e-9);
        assert!(vectors.cosine(9, 0).abs() < f64::EPSILON);
    }
}
