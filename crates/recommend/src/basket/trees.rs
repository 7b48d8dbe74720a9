//! Boosted symmetric regression trees that rank: a small learner for a few dozen features.
//!
//! Trees are symmetric (every node of a level asks the same question), so a tree is a handful of comparisons and a
//! table: Prokhorenkova et al., "CatBoost: unbiased boosting with categorical features", NeurIPS 2018, section 4. The
//! loss is the softmax cross-entropy of a list: Bruch, "An Alternative Cross Entropy Loss for Learning-to-Rank", WWW
//! 2021, without its noise; second-order steps as in Chen & Guestrin, "XGBoost", KDD 2016, section 2.2.

/// Lists of rows to learn from: one list a basket, one row a candidate.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    /// Values of a row; rows one after the other.
    pub values: Vec<f32>,
    /// How good each row is; 0 is bad.
    pub gains: Vec<f32>,
    /// Where each list starts; one more than there are lists.
    pub starts: Vec<usize>,
}

impl Lists {
    /// Adds the lists of another.
    pub fn append(&mut self, other: &Lists) {
        let base = self.gains.len();
        self.values.extend(&other.values);
        self.gains.extend(&other.gains);
        self.starts.extend(other.starts.iter().skip(1).map(|start| base + start));
    }
}

/// How trees are grown.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    /// How many trees.
    pub trees: usize,
    /// Questions of a tree, at most 8.
    pub depth: usize,
    /// Share of a step that is taken.
    pub rate: f32,
    /// Added to the curvature of a leaf.
    pub ridge: f32,
}

/// The most bins of a feature.
const BINS: usize = 64;

/// Grown trees.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trees {
    pub(super) depth: usize,
    /// `depth` features a tree.
    pub(super) features: Vec<u32>,
    /// `depth` cuts a tree: the answer is yes where the value is larger.
    pub(super) cuts: Vec<f32>,
    /// `2^depth` leaves a tree.
    pub(super) leaves: Vec<f32>,
}

impl Trees {
    /// Grows trees on lists of rows of `features` values. Lists without a good or without a bad row teach nothing.
    /// The same trees for any number of threads.
    pub fn fit(lists: &Lists, features: usize, growth: Growth, threads: usize) -> Trees {
        let rows = lists.gains.len();
        let depth = growth.depth.clamp(1, 8);
        let mut trees = Trees { depth, ..Trees::default() };
        if rows == 0 || features == 0 {
            return trees;
        }
        let columns = Columns::new(&lists.values, features, rows);
        let mut scores = vec![0.0f32; rows];
        let mut steps = vec![[0.0f32; 2]; rows];
        let mut leaf_of = vec![0u8; rows];
        for _ in 0..growth.trees {
            gradients(lists, &scores, &mut steps);
            leaf_of.fill(0);
            for level in 0..depth {
                let (feature, bin) = best_question(&columns, &steps, &leaf_of, 1 << level, growth.ridge, threads);
                let column = columns.column(feature);
                for (leaf, &value) in leaf_of.iter_mut().zip(column) {
                    *leaf = (*leaf << 1) | u8::from(usize::from(value) > bin);
                }
                trees.features.push(feature as u32);
                trees.cuts.push(columns.cut(feature, bin));
            }
            let mut sums = vec![[0.0f64; 2]; 1 << depth];
            for (&leaf, step) in leaf_of.iter().zip(&steps) {
                sums[usize::from(leaf)][0] += f64::from(step[0]);
                sums[usize::from(leaf)][1] += f64::from(step[1]);
            }
            let leaves: Vec<f32> = sums
                .iter()
                .map(|[slope, curve]| (-f64::from(growth.rate) * slope / (curve + f64::from(growth.ridge))) as f32)
                .collect();
            for (score, &leaf) in scores.iter_mut().zip(&leaf_of) {
                *score += leaves[usize::from(leaf)];
            }
            trees.leaves.extend(leaves);
        }
        trees
    }

    /// The score of one row; higher is better, comparable within a list only.
    pub fn score(&self, row: &[f32]) -> f32 {
        let questions = self.features.chunks_exact(self.depth.max(1)).zip(self.cuts.chunks_exact(self.depth.max(1)));
        let mut sum = 0.0;
        for ((features, cuts), leaves) in questions.zip(self.leaves.chunks_exact(1 << self.depth)) {
            let mut leaf = 0;
            for (&feature, &cut) in features.iter().zip(cuts) {
                leaf = (leaf << 1) | usize::from(row[feature as usize] > cut);
            }
            sum += leaves[leaf];
        }
        sum
    }

    /// Whether nothing was learnt.
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    /// How often each feature is asked for.
    pub fn uses(&self, features: usize) -> Vec<usize> {
        let mut uses = vec![0; features];
        for &feature in &self.features {
            uses[feature as usize] += 1;
        }
        uses
    }
}

/// Slope and curvature of the list loss for every row.
fn gradients(lists: &Lists, scores: &[f32], steps: &mut [[f32; 2]]) {
    for list in lists.starts.windows(2) {
        let rows = list[0]..list[1];
        let total: f32 = lists.gains[rows.clone()].iter().sum();
        let top = scores[rows.clone()].iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let norm: f32 = scores[rows.clone()].iter().map(|score| (score - top).exp()).sum();
        for row in rows {
            let share = (scores[row] - top).exp() / norm;
            // A long basket says more than a short one, but not in proportion.
            let weight = if total > 0.0 { total.sqrt() } else { 0.0 };
            let wanted = if total > 0.0 { lists.gains[row] / total } else { 0.0 };
            steps[row] = [weight * (share - wanted), weight * share * (1.0 - share)];
        }
    }
}

/// Values as bins, column by column.
struct Columns {
    bins: Vec<u8>,
    rows: usize,
    cuts: Vec<Vec<f32>>,
}

impl Columns {
    fn new(values: &[f32], features: usize, rows: usize) -> Columns {
        let mut bins = Vec::with_capacity(rows * features);
        let mut cuts = Vec::with_capacity(features);
        // Quantiles of a sample are enough.
        let step = (rows / 20_000).max(1);
        for feature in 0..features {
            let column = || values.iter().skip(feature).step_by(features).copied();
            let mut sample: Vec<f32> = column().step_by(step).collect();
            sample.sort_unstable_by(f32::total_cmp);
            let mut edges: Vec<f32> = Vec::with_capacity(BINS);
            for bin in 1..BINS {
                let edge = sample[(bin * sample.len() / BINS).min(sample.len() - 1)];
                if edges.last().is_none_or(|last| *last < edge) && edge < sample[sample.len() - 1] {
                    edges.push(edge);
                }
            }
            bins.extend(column().map(|value| edges.partition_point(|edge| *edge < value) as u8));
            cuts.push(edges);
        }
        Columns { bins, rows, cuts }
    }

    fn column(&self, feature: usize) -> &[u8] {
        &self.bins[feature * self.rows..][..self.rows]
    }

    fn cut(&self, feature: usize, bin: usize) -> f32 {
        self.cuts[feature].get(bin).copied().unwrap_or(f32::INFINITY)
    }
}

/// The question (feature, bin) that most improves the loss if every leaf asks it; ties go to the first.
fn best_question(
    columns: &Columns,
    steps: &[[f32; 2]],
    leaf_of: &[u8],
    leaves: usize,
    ridge: f32,
    threads: usize,
) -> (usize, usize) {
    let features = columns.cuts.len();
    let mut found: Vec<(f64, usize)> = vec![(f64::NEG_INFINITY, 0); features];
    let share = features.div_ceil(threads.max(1));
    std::thread::scope(|scope| {
        let mut parts = found.chunks_mut(share).enumerate();
        let first = parts.next();
        for (part, found) in parts {
            scope.spawn(move || best_of(columns, steps, leaf_of, leaves, ridge, part * share, found));
        }
        if let Some((part, found)) = first {
            best_of(columns, steps, leaf_of, leaves, ridge, part * share, found);
        }
    });
    let mut best = (f64::NEG_INFINITY, 0, 0);
    for (feature, &(gain, bin)) in found.iter().enumerate() {
        if gain > best.0 {
            best = (gain, feature, bin);
        }
    }
    (best.1, best.2)
}

fn best_of(
    columns: &Columns,
    steps: &[[f32; 2]],
    leaf_of: &[u8],
    leaves: usize,
    ridge: f32,
    first: usize,
    found: &mut [(f64, usize)],
) {
    let mut sums = vec![[0.0f32; 2]; leaves * BINS];
    for (place, best) in found.iter_mut().enumerate() {
        let feature = first + place;
        let edges = columns.cuts[feature].len();
        if edges == 0 {
            continue;
        }
        sums.fill([0.0; 2]);
        for ((&bin, &leaf), step) in columns.column(feature).iter().zip(leaf_of).zip(steps) {
            let sum = &mut sums[usize::from(leaf) * BINS + usize::from(bin)];
            sum[0] += step[0];
            sum[1] += step[1];
        }
        let mut gains = [0.0f64; BINS];
        for of_leaf in sums.chunks_exact(BINS) {
            let (slope, curve) = of_leaf.iter().fold((0.0, 0.0), |(s, c), sum| (s + sum[0], c + sum[1]));
            let (mut left_slope, mut left_curve) = (0.0, 0.0);
            for (gain, sum) in gains.iter_mut().zip(of_leaf).take(edges) {
                left_slope += sum[0];
                left_curve += sum[1];
                let (right_slope, right_curve) = (slope - left_slope, (curve - left_curve).max(0.0));
                *gain += f64::from(left_slope * left_slope / (left_curve + ridge))
                    + f64::from(right_slope * right_slope / (right_curve + ridge));
            }
        }
        for (bin, &gain) in gains.iter().enumerate().take(edges) {
            if gain > best.0 {
                *best = (gain, bin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists of ten rows; the good one is where x > 0.5 and y > 0.5 exclude each other.
    fn exclusive_or(lists: usize) -> Lists {
        let mut out = Lists { starts: vec![0], ..Lists::default() };
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 24) as f32
        };
        for _ in 0..lists {
            for _ in 0..10 {
                let (x, y, noise) = (next(), next(), next());
                out.values.extend([x, noise, y]);
                out.gains.push(if (x > 0.5) != (y > 0.5) { 1.0 } else { 0.0 });
            }
            out.starts.push(out.gains.len());
        }
        out
    }

    #[test]
    fn learns_what_no_single_feature_says() {
        let growth = Growth { trees: 40, depth: 3, rate: 0.3, ridge: 1.0 };
        let lists = exclusive_or(200);
        let trees = Trees::fit(&lists, 3, growth, 1);
        assert!(trees.score(&[0.9, 0.5, 0.1]) > trees.score(&[0.9, 0.5, 0.9]) + 1.0);
        assert!(trees.score(&[0.1, 0.5, 0.9]) > trees.score(&[0.1, 0.5, 0.1]) + 1.0);
        assert_eq!(trees, Trees::fit(&lists, 3, growth, 3), "threads change nothing");
    }

    #[test]
    fn nothing_to_learn_from_is_no_panic() {
        let growth = Growth { trees: 2, depth: 3, rate: 0.3, ridge: 1.0 };
        assert!(Trees::fit(&Lists::default(), 3, growth, 2).is_empty());
        let flat = Lists { values: vec![1.0; 4], gains: vec![0.0; 4], starts: vec![0, 4] };
        let trees = Trees::fit(&flat, 1, growth, 1);
        assert_eq!(trees.score(&[1.0]), 0.0);
    }
}
