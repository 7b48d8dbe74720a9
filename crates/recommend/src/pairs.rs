//! Weighted co-occurrence of two items in sessions, cut to the best neighbours of each item: what item-item similarity
//! and sequential rules have in common.

use serde::{Deserialize, Serialize};

use crate::{
    Item, Query, Scored, Scores, Sessions,
    artefact::{Array, ArtefactError, Reader, Writer, all_below},
    keep_top, parallel,
    signals::{self, SignalWeights},
};

/// How pairs are counted, normalised and asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairOptions {
    /// What a pair counts for the earlier item's list.
    pub forward: f32,
    /// What a pair counts for the later item's list.
    pub backward: f32,
    /// A pair `gap` events apart counts `gap^-power`; 0 ignores the distance.
    pub gap_power: f32,
    /// Pairs further apart than this many events do not count.
    pub window: usize,
    /// The co-occurrence of anchor `i` and item `j` is divided by `n_i^anchor_power * n_j^item_power`; cosine is ½ and ½,
    /// lift 1 and 1, confidence 1 and 0.
    pub anchor_power: f32,
    /// See `anchor_power`.
    pub item_power: f32,
    /// The score of the anchor itself, relative to a perfect cosine (which is 1); repeats are 9 to 17 % of what comes next.
    pub own: f32,
    /// Sessions of many items tell less of a pair: weigh a session `ln(items / (1 + length))²`, as TF-IDF on sessions does.
    pub session_idf: bool,
    /// The weight of a session halves with every such part of all sessions that came after it, [`crate::NEVER`]: all weigh the same.
    pub half_life: f32,
    /// Neighbours kept of each item.
    pub neighbours: usize,
    /// The newest occurrences of an item that are counted; bounds the cost of a best-seller.
    pub occurrences: usize,
    /// The item `d` events ago (the last one: 1) weighs `d^-power` in a query; 0: all the same.
    pub query_power: f32,
    /// The last events of a query that are looked at.
    pub query_items: usize,
    /// What an event counts by what happened; of a pair it is the item named that counts.
    #[serde(default, skip_serializing_if = "SignalWeights::is_even")]
    pub signals: SignalWeights,
}

/// For every item its best neighbours.
#[derive(Debug, Clone, PartialEq)]
pub struct Pairs {
    options: PairOptions,
    starts: Array<u64>,
    items: Array<Item>,
    weights: Array<f32>,
}

impl Pairs {
    /// Counts all pairs of `sessions` over items `0..items`. The result does not depend on `threads`.
    pub fn fit(sessions: &Sessions, items: usize, options: &PairOptions, threads: usize) -> Pairs {
        let weights = session_weights(sessions, items, options);
        let strengths = signals::strengths(sessions, &options.signals.training);
        let norms = norms(sessions, items, &weights, &strengths);
        let (starts, postings) = postings(sessions, items);
        let lists = parallel::chunks(items, threads, |range| {
            let mut scores = Scores::new(items);
            let mut best: Vec<Scored> = Vec::new();
            let (mut lengths, mut found): (Vec<u32>, Vec<(Item, f32)>) = (Vec::new(), Vec::new());
            for anchor in range {
                let all = &postings[starts[anchor] as usize..starts[anchor + 1] as usize];
                let newest = &all[all.len().saturating_sub(options.occurrences)..];
                count(sessions, newest, anchor as Item, (&weights, &strengths), options, &mut scores);
                scores.take_top(usize::MAX, &mut best);
                for scored in &mut best {
                    scored.score /= power(norms[scored.item as usize], options.item_power);
                }
                keep_top(options.neighbours, &mut best);
                let anchor_norm = power(norms[anchor], options.anchor_power);
                let own = options.own * power(norms[anchor], 1.0 - options.item_power - options.anchor_power);
                let before = found.len();
                if own > 0.0 && norms[anchor] > 0.0 {
                    found.push((anchor as Item, own));
                }
                found.extend(best.iter().map(|scored| (scored.item, scored.score / anchor_norm)));
                lengths.push((found.len() - before) as u32);
            }
            (lengths, found)
        });
        let total = lists.iter().map(|(_, found)| found.len()).sum();
        let mut starts: Vec<u64> = vec![0];
        let (mut near, mut weights) = (Vec::with_capacity(total), Vec::with_capacity(total));
        let mut end = 0;
        for (lengths, found) in lists {
            starts.extend(lengths.iter().map(|&length| {
                end += u64::from(length);
                end
            }));
            near.extend(found.iter().map(|&(item, _)| item));
            weights.extend(found.iter().map(|&(_, weight)| weight));
        }
        Pairs { options: options.clone(), starts: starts.into(), items: near.into(), weights: weights.into() }
    }

    /// The neighbours of an item, itself first if it scores, then best first.
    pub fn neighbours(&self, item: Item) -> impl Iterator<Item = Scored> + '_ {
        let item = item as usize;
        let range = match self.starts.get(item + 1) {
            Some(&end) => self.starts[item] as usize..end as usize,
            None => 0..0,
        };
        self.items[range.clone()].iter().zip(&self.weights[range]).map(|(&item, &score)| Scored { item, score })
    }

    /// Adds the neighbours of the query's items, the last one most.
    pub fn score(&self, query: &Query<'_>, scores: &mut Scores) {
        let is_weighed = !self.options.signals.is_even();
        for (distance, &item) in query.session.items.iter().rev().take(self.options.query_items).enumerate() {
            let mut weight = 1.0 / power((distance + 1) as f32, self.options.query_power);
            if is_weighed {
                let at = query.session.items.len() - 1 - distance;
                weight *= self.options.signals.query[signals::kind(&query.session, at)];
            }
            for neighbour in self.neighbours(item) {
                scores.add(neighbour.item, weight * neighbour.score);
            }
        }
    }

    /// Writes itself.
    pub fn save(&self, out: &mut Writer) {
        out.json("options", &self.options);
        out.array("starts", &self.starts);
        out.array("items", &self.items);
        out.array("weights", &self.weights);
    }

    /// Reads itself.
    ///
    /// # Errors
    /// If a section is missing or does not fit `items`, the number of items.
    pub fn load(reader: &Reader, items: usize) -> Result<Pairs, ArtefactError> {
        let pairs = Pairs {
            options: reader.json("options")?,
            starts: reader.array("starts")?,
            items: reader.array("items")?,
            weights: reader.array("weights")?,
        };
        let whole = pairs.starts.len() == items + 1
            && pairs.starts.is_sorted()
            && pairs.starts.last() == Some(&(pairs.items.len() as u64))
            && pairs.items.len() == pairs.weights.len()
            && all_below(&pairs.items, items);
        if whole { Ok(pairs) } else { Err(reader.unusable("starts")) }
    }
}

/// `x^p` with the usual powers cheap.
fn power(x: f32, p: f32) -> f32 {
    match p {
        0.0 => 1.0,
        0.5 => x.sqrt(),
        1.0 => x,
        p => x.powf(p),
    }
}

fn session_weights(sessions: &Sessions, items: usize, options: &PairOptions) -> Vec<f32> {
    let count = sessions.len() as f32;
    (0..sessions.len())
        .map(|index| {
            let age = (sessions.len() - 1 - index) as f32 / count;
            let length = (sessions.starts[index + 1] - sessions.starts[index]) as f32;
            let idf = if options.session_idf { (items as f32 / (1.0 + length)).max(1.5).ln().powi(2) } else { 1.0 };
            idf * (-age / options.half_life).exp2()
        })
        .collect()
}

/// Of each item the weight of the sessions that have it.
fn norms(sessions: &Sessions, items: usize, weights: &[f32], strengths: &[f32]) -> Vec<f32> {
    let mut norms = vec![0.0_f32; items];
    let mut last_in = vec![u32::MAX; items];
    for (index, session) in sessions.iter().enumerate() {
        for (at, &item) in session.items.iter().enumerate() {
            if std::mem::replace(&mut last_in[item as usize], index as u32) != index as u32 {
                let strength = strengths.get(sessions.starts[index] + at).copied().unwrap_or(1.0);
                norms[item as usize] += weights[index] * strength;
            }
        }
    }
    norms
}

/// Of each item the sessions that have it, oldest first, each once: `postings[starts[item]..starts[item + 1]]`.
pub(crate) fn postings(sessions: &Sessions, items: usize) -> (Vec<u64>, Vec<u32>) {
    let mut starts = vec![0_u64; items + 1];
    let mut last_in = vec![u32::MAX; items];
    let mut each_once = |visit: &mut dyn FnMut(usize, u32)| {
        last_in.fill(u32::MAX);
        for (index, session) in sessions.iter().enumerate() {
            for &item in session.items {
                if std::mem::replace(&mut last_in[item as usize], index as u32) != index as u32 {
                    visit(item as usize, index as u32);
                }
            }
        }
    };
    each_once(&mut |item, _| starts[item + 1] += 1);
    for item in 0..items {
        starts[item + 1] += starts[item];
    }
    let mut next = starts.clone();
    let mut postings = vec![0; starts[items] as usize];
    each_once(&mut |item, session| {
        postings[next[item] as usize] = session;
        next[item] += 1;
    });
    (starts, postings)
}

/// Adds what the sessions `holding` the anchor tell of other items: for each the closest occurrence on either side.
fn count(
    sessions: &Sessions,
    holding: &[u32],
    anchor: Item,
    (weights, strengths): (&[f32], &[f32]),
    options: &PairOptions,
    scores: &mut Scores,
) {
    let distance_free = options.gap_power == 0.0 && options.forward == options.backward;
    for &session in holding {
        let items = sessions.get(session as usize).items;
        let weight = weights[session as usize];
        let start = sessions.starts[session as usize];
        let strength = |at: usize| strengths.get(start + at).copied().unwrap_or(1.0);
        let Some(first) = items.iter().position(|&item| item == anchor) else { continue };
        if distance_free && items.len() <= options.window {
            for (at, &item) in items.iter().enumerate() {
                if item != anchor && !items[..at].contains(&item) {
                    scores.add(item, weight * options.forward * strength(at));
                }
            }
            continue;
        }
        for (at, _) in items.iter().enumerate().skip(first).filter(|&(_, &item)| item == anchor) {
            let around = at.saturating_sub(options.window)..items.len().min(at + options.window + 1);
            for other in around {
                let side = if other > at { options.forward } else { options.backward };
                if items[other] != anchor && side > 0.0 {
                    let gap = other.abs_diff(at) as f32;
                    scores.add(items[other], weight * side / power(gap, options.gap_power) * strength(other));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{item_item::Similarity, rules::Rules};

    fn sessions() -> Sessions {
        Sessions {
            items: vec![0, 1, 0, 1, 2, 3, 2],
            signals: vec![Default::default(); 7],
            times_s: vec![0; 7],
            starts: vec![0, 2, 5, 7],
            users: vec![],
        }
    }

    fn list(pairs: &Pairs, item: Item) -> Vec<(Item, f32)> {
        pairs.neighbours(item).map(|scored| (scored.item, scored.score)).collect()
    }

    /// By hand: 0 and 1 share both sessions of each; 2 shares one of its two with either.
    #[test]
    fn cosine_by_hand() {
        let pairs = Pairs::fit(&sessions(), 5, &Similarity::Cosine.options(), 1);
        let (cos, all) = (0.5, list(&pairs, 0));
        assert_eq!(all.iter().map(|&(item, _)| item).collect::<Vec<_>>(), [0, 1, 2]);
        for ((_, found), expected) in all.iter().zip([1.0, 1.0, cos]) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        assert!(list(&pairs, 4).is_empty() && list(&pairs, 99).is_empty());
        assert_eq!(Pairs::fit(&sessions(), 5, &Similarity::Cosine.options(), 3), pairs);
    }

    /// After 0 came 1 twice at one step and 2 once at two; 0 never after 1.
    #[test]
    fn rules_know_the_order() {
        let pairs = Pairs::fit(&sessions(), 5, &Rules::options(), 1);
        let after = list(&pairs, 0);
        assert_eq!(after.iter().map(|&(item, _)| item).collect::<Vec<_>>(), [1, 2]);
        assert!((after[0].1 / after[1].1 - 4.0).abs() < 1e-6);
        assert!(list(&pairs, 1).iter().all(|&(item, _)| item != 0));
    }
}
