//! How alike short texts are: character n-gram TF-IDF and cosine. No model, no download.
//!
//! Source: G. Salton, C. Buckley, "Term-weighting approaches in automatic text retrieval", 1988; character n-grams
//! (3 to 5, with word boundaries) as in scikit-learn's `char_wb` analyser.

use std::{cmp::Ordering, collections::HashMap};

/// Words in lower case: letters, digits and inner apostrophes or hyphens are kept together (`T-light` is `t-light`).
pub fn tokens(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let inner = matches!(c, '\'' | '’' | '-' | '‑')
            && !word.is_empty()
            && characters.peek().is_some_and(|next| next.is_alphanumeric());
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        } else if inner {
            word.push(if c == '’' {
                '\''
            } else if c == '‑' {
                '-'
            } else {
                c
            });
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// How often each character n-gram stands in a text. A gram is its characters packed into 21 bits each, so that equal
/// keys are equal grams; sorted by key, so that sums come in one order and the same texts give the same cosine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts(Vec<(u128, f64)>);

impl Counts {
    /// Counts of a text.
    pub fn new(text: &str) -> Counts {
        let mut keys: Vec<u128> = Vec::new();
        for word in tokens(text) {
            let padded: Vec<u32> = std::iter::once(' ').chain(word.chars()).chain([' ']).map(u32::from).collect();
            for n in 3..=5 {
                keys.extend(padded.windows(n).map(|gram| gram.iter().fold(0, |key, c| (key << 21) | u128::from(*c))));
            }
        }
        keys.sort_unstable();
        let mut counts: Vec<(u128, f64)> = Vec::new();
        for key in keys {
            match counts.last_mut() {
                Some((last, count)) if *last == key => *count += 1.0,
                _ => counts.push((key, 1.0)),
            }
        }
        Counts(counts)
    }

    /// The grams, ascending, with how often each stands in the text.
    pub fn grams(&self) -> &[(u128, f64)] {
        &self.0
    }

    /// To length 1.
    fn normalised(mut self) -> Counts {
        let norm = self.0.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
        self.0.iter_mut().for_each(|(_, weight)| *weight /= norm.max(f64::MIN_POSITIVE));
        self
    }

    /// Sum of products over the grams that both have.
    fn dot(&self, other: &Counts) -> f64 {
        let (mut a, mut b, mut sum) = (self.0.as_slice(), other.0.as_slice(), 0.0);
        while let ([(left, x), rest_a @ ..], [(right, y), rest_b @ ..]) = (a, b) {
            match left.cmp(right) {
                Ordering::Less => a = rest_a,
                Ordering::Greater => b = rest_b,
                Ordering::Equal => {
                    sum += x * y;
                    (a, b) = (rest_a, rest_b);
                }
            }
        }
        sum
    }
}

/// Weight of a gram that `seen` of `documents` texts have: its inverse document frequency, smoothed and at least 1.
pub fn rarity(documents: f64, seen: f64) -> f64 {
    ((1.0 + documents) / (1.0 + seen)).ln() + 1.0
}

/// A set of texts as sparse TF-IDF vectors of length 1.
#[derive(Debug, Clone, Default)]
pub struct Vectors {
    rows: Vec<Counts>,
}

impl Vectors {
    /// Vectors of the texts; rarity is counted among them (smoothed, so two equal texts are at 1).
    pub fn new<T: AsRef<str>>(texts: &[T]) -> Vectors {
        let counts: Vec<Counts> = texts.iter().map(|text| Counts::new(text.as_ref())).collect();
        Vectors::of(counts.iter())
    }

    /// The same from counts that were made before, for texts that are compared in many sets.
    pub fn of<'c>(counts: impl Iterator<Item = &'c Counts>) -> Vectors {
        let mut rows: Vec<Counts> = counts.cloned().collect();
        let mut seen: HashMap<u128, f64> = HashMap::with_capacity(rows.iter().map(|row| row.0.len()).sum());
        for (gram, _) in rows.iter().flat_map(|row| &row.0) {
            *seen.entry(*gram).or_insert(0.0) += 1.0;
        }
        let documents = rows.len() as f64;
        for (gram, weight) in rows.iter_mut().flat_map(|row| &mut row.0) {
            let seen = seen.get(gram).copied().unwrap_or(0.0);
            *weight *= rarity(documents, seen);
        }
        Vectors { rows: rows.into_iter().map(Counts::normalised).collect() }
    }

    /// Cosine of two of the texts, 0 to 1; 0 for an index out of range.
    pub fn cosine(&self, a: usize, b: usize) -> f64 {
        match (self.rows.get(a), self.rows.get(b)) {
            (Some(a), Some(b)) => a.dot(b),
            _ => 0.0,
        }
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
pub struct Profile(Counts);

impl Profile {
    /// The profile of a text.
    pub fn new(text: &str) -> Profile {
        Profile(Counts::new(text).normalised())
    }

    /// Cosine with another text, 0 to 1.
    pub fn cosine(&self, other: &Profile) -> f64 {
        self.0.dot(&other.0)
    }
}

/// Cosine of two texts alone (no rarity weights), 0 to 1.
pub fn cosine(a: &str, b: &str) -> f64 {
    Profile::new(a).cosine(&Profile::new(b))
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
        assert!(vectors.cosine(0, 1) > 0.72);
        assert!(vectors.cosine(0, 2) < 0.1);
        assert_eq!(vectors.pairs_above(0.99).len(), 1);
        assert!(vectors.cosine(9, 0).abs() < f64::EPSILON);
    }
}
