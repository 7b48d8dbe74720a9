//! Scores of one query: dense storage, sparse use, so that a query touches only the items that its models name.

/// An item by its dense number in a [`crate::Catalogue`].
pub type Item = u32;

/// An item with its score. Higher is better; scores of different models do not compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The item.
    pub item: Item,
    /// Its score.
    pub score: f32,
}

/// An accumulator over all items that is emptied in time proportional to what was touched. One per thread, reused.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    values: Vec<f32>,
    touched: Vec<Item>,
}

impl Scores {
    /// Room for items `0..items`.
    pub fn new(items: usize) -> Scores {
        Scores { values: vec![0.0; items], touched: Vec::new() }
    }

    /// Adds to an item's score. Zero adds nothing, and an item counts as named only once something was added; ranking
    /// knows positive scores only.
    #[inline]
    pub fn add(&mut self, item: Item, score: f32) {
        let value = &mut self.values[item as usize];
        if *value == 0.0 {
            if score == 0.0 {
                return;
            }
            self.touched.push(item);
        }
        *value += score;
    }

    /// The score of an item, 0 where nothing was added.
    pub fn get(&self, item: Item) -> f32 {
        self.values[item as usize]
    }

    /// The items something was added to, unordered; an item may stand twice if its score went through zero.
    pub fn touched(&self) -> &[Item] {
        &self.touched
    }

    /// Room is for items `0..items()`.
    pub fn items(&self) -> usize {
        self.values.len()
    }

    /// Moves all positive scores to the end of `into`, unordered. Leaves the accumulator empty.
    pub fn drain_into(&mut self, into: &mut Vec<Scored>) {
        for item in self.touched.drain(..) {
            let score = std::mem::take(&mut self.values[item as usize]);
            if score > 0.0 {
                into.push(Scored { item, score });
            }
        }
    }

    /// Makes every score 0 again.
    pub fn clear(&mut self) {
        for item in self.touched.drain(..) {
            self.values[item as usize] = 0.0;
        }
    }

    /// The best `k` items with positive scores, best first, ties by item number; what stood in `best` is replaced.
    /// Leaves the accumulator empty.
    pub fn take_top(&mut self, k: usize, best: &mut Vec<Scored>) {
        self.take_top_where(k, &|_| true, best);
    }

    /// As [`Scores::take_top`], of the items that are `allowed` only. Asks that of few more than it needs: of the best
    /// first, then of twice as many.
    pub fn take_top_where(&mut self, k: usize, allowed: &(impl Fn(Item) -> bool + ?Sized), best: &mut Vec<Scored>) {
        best.clear();
        self.drain_into(best);
        let (mut asked, mut kept) = (0, 0);
        let mut window = k.saturating_add(k / 4);
        while kept < k && asked < best.len() {
            let end = asked.saturating_add(window).min(best.len());
            if end < best.len() {
                best[asked..].select_nth_unstable_by(end - asked, best_first);
            }
            for at in asked..end {
                if allowed(best[at].item) {
                    best.swap(kept, at);
                    kept += 1;
                }
            }
            asked = end;
            window = window.saturating_mul(2);
        }
        best.truncate(kept);
        keep_top(k, best);
    }
}

fn best_first(a: &Scored, b: &Scored) -> std::cmp::Ordering {
    b.score.total_cmp(&a.score).then(a.item.cmp(&b.item))
}

/// Keeps the best `k`, best first, ties by item number.
pub fn keep_top(k: usize, best: &mut Vec<Scored>) {
    if best.len() > k {
        if k == 0 {
            return best.clear();
        }
        best.select_nth_unstable_by(k - 1, best_first);
        best.truncate(k);
    }
    best.sort_unstable_by(best_first);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn best_first_and_empty_again() {
        let mut scores = Scores::new(5);
        for (item, score) in [(3, 1.0), (1, 2.0), (4, 2.0), (0, -1.0), (3, 1.5)] {
            scores.add(item, score);
        }
        let mut best = Vec::new();
        scores.take_top(2, &mut best);
        assert_eq!(best, [Scored { item: 3, score: 2.5 }, Scored { item: 1, score: 2.0 }]);
        scores.take_top(2, &mut best);
        assert_eq!(best, []);
    }

    /// The best of what is allowed, whatever part of the ranking that is.
    #[test]
    fn only_what_is_allowed() {
        let score = |item: Item| ((item * 7919) % 100) as f32 / 10.0;
        for allowed in [|_| true, |item| item % 13 == 0, |item| item > 180, |_| false] as [fn(Item) -> bool; 4] {
            for k in [0, 1, 5, 20, 200, usize::MAX] {
                let mut scores = Scores::new(200);
                (0..200).for_each(|item| scores.add(item, score(item)));
                let mut best = Vec::new();
                scores.take_top_where(k, &allowed, &mut best);
                let all = (0..200).filter(|&item| score(item) > 0.0 && allowed(item));
                let mut expected: Vec<Scored> = all.map(|item| Scored { item, score: score(item) }).collect();
                expected.sort_by(best_first);
                expected.truncate(k);
                assert_eq!(best, expected, "{k}");
            }
        }
    }
}
