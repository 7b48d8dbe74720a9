//! What visitors looked at one after the other since the model was trained: appended every few seconds, so that a new
//! product and a new fashion reach other visitors before the night. Cosine of the pairs seen, shrunk where few were.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use crate::shelf::Good;

/// Pairs kept; the oldest go first.
const MOST_PAIRS: usize = 100_000;
/// Neighbours kept of a product.
const MOST_NEAR: usize = 30;
/// Pairs that halve the weight of a cosine seen so seldom.
const SHRINK: f32 = 10.0;
/// Weight of a neighbour of the last product against the best score of the model. Not learnt: half counts as a tie-break
/// for products the model knows and lets new ones in.
pub(crate) const WEIGHT: f32 = 0.5;

/// Pairs as they come in.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    pairs: Mutex<Buffer>,
}

#[derive(Debug, Default)]
struct Buffer {
    pairs: VecDeque<(Good, Good)>,
    is_new: bool,
}

/// Neighbours of products, by what came in.
#[derive(Debug, Default)]
pub(crate) struct Near {
    near: HashMap<Good, Vec<(Good, f32)>>,
}

impl Near {
    /// The neighbours of a product, nearest first.
    pub(crate) fn of(&self, good: Good) -> &[(Good, f32)] {
        self.near.get(&good).map_or(&[], Vec::as_slice)
    }
}

impl Fresh {
    /// Two products met in a visit.
    pub(crate) fn meet(&self, one: Good, other: Good) {
        if one == other {
            return;
        }
        let mut buffer = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        if buffer.pairs.len() == MOST_PAIRS {
            buffer.pairs.pop_front();
        }
        buffer.pairs.push_back((one, other));
        buffer.is_new = true;
    }

    /// The neighbours by now; `None` where nothing came in since the last time.
    pub(crate) fn append(&self) -> Option<Near> {
        let pairs: Vec<(Good, Good)> = {
            let mut buffer = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
            if !std::mem::take(&mut buffer.is_new) {
                return None;
            }
            buffer.pairs.iter().copied().collect()
        };
        let mut of: HashMap<Good, f32> = HashMap::new();
        let mut both: HashMap<(Good, Good), f32> = HashMap::new();
        for (one, other) in pairs {
            *of.entry(one).or_default() += 1.0;
            *of.entry(other).or_default() += 1.0;
            *both.entry((one.min(other), one.max(other))).or_default() += 1.0;
        }
        let mut near: HashMap<Good, Vec<(Good, f32)>> = HashMap::new();
        for (&(one, other), &count) in &both {
            let cosine = count / (of[&one] * of[&other]).sqrt();
            let weight = cosine * count / (count + SHRINK);
            near.entry(one).or_default().push((other, weight));
            near.entry(other).or_default().push((one, weight));
        }
        for list in near.values_mut() {
            list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            list.truncate(MOST_NEAR);
        }
        Some(Near { near })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_met_often_is_near() {
        let fresh = Fresh::default();
        assert!(fresh.append().is_none());
        for _ in 0..10 {
            fresh.meet(1, 2);
        }
        fresh.meet(1, 3);
        fresh.meet(4, 4);
        let near = fresh.append().expect("news");
        assert_eq!(near.of(1).iter().map(|one| one.0).collect::<Vec<_>>(), [2, 3]);
        assert!(near.of(2)[0].1 > near.of(3)[0].1 && near.of(4).is_empty());
        assert!(fresh.append().is_none(), "nothing came in since");
    }
}
