//! Which of the candidates become the sheet: value bands against sameness (maximal marginal relevance, Carbonell &
//! Goldstein 1998), under rules that always hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use writer::similarity::{Counts, Vectors};

use super::{
    candidate::{Candidate, Insight},
    past::Past,
    wish::Wish,
};

/// No two concepts of a sheet are more alike than this (character n-gram cosine of title, hook and insight).
pub const MAX_SIMILARITY: f64 = 0.6;
/// How far below the limit a candidate must stay when it joins: rarity weights shift a little as the sheet grows.
const MARGIN: f64 = 0.07;
/// Fewest angles of a full sheet.
pub const MIN_ANGLES: usize = 6;
/// Fewest segments of a full sheet, where the data has as many.
pub const MIN_SEGMENTS: usize = 4;
/// Fewest distinct insights of a full sheet.
pub const MIN_INSIGHTS: usize = 8;
/// Largest share of concepts whose argument is a lower price: one in four.
pub const DISCOUNT_SHARE: usize = 4;

/// What a line around a customer's own words is worth more.
const QUOTED: f64 = 0.12;
/// One concept in this many rests on a quote at most: a sheet of nothing but quotes repeats itself in its form.
const QUOTED_SHARE: usize = 2;

/// A chosen candidate with the insight it tells.
#[derive(Debug, Clone)]
pub(super) struct Chosen<'c, 'o> {
    pub(super) candidate: &'c Candidate<'o>,
    pub(super) insight: Insight,
    counts: Counts,
}

/// What bears on a draw besides the candidates.
#[derive(Debug, Clone, Default)]
pub(super) struct Around<'a> {
    /// Ideas that stand already or were killed, by key; they are not proposed again.
    pub(super) taken: Option<&'a BTreeSet<String>>,
    /// What ran before moves relevance a little.
    pub(super) past: Option<&'a Past>,
    /// What somebody asked for moves it a lot.
    pub(super) wish: Option<&'a Wish>,
    /// Concepts that stay on the sheet: no new one is too like them, and their rules count.
    pub(super) standing: &'a [domain::sprint::Concept],
}

/// A draw in [0, 1) that depends on the seed and on what it is for.
fn draw(seed: u64, what: &str) -> f64 {
    let mut hash = blake3::Hasher::new();
    hash.update(&seed.to_le_bytes());
    hash.update(what.as_bytes());
    let mut bytes = [0u8; 8];
    bytes.copy_from_slice(&hash.finalize().as_bytes()[..8]);
    (u64::from_le_bytes(bytes) >> 11) as f64 / (1u64 << 53) as f64
}

/// Three bands by past revenue of the pool among the opportunities of its segment: 1, 0.7, 0.4. Bands, because a pool's
/// past says in which league it plays and no more; within the segment, because "everybody active" always spent most.
fn bands(candidates: &[Candidate<'_>]) -> Vec<f64> {
    let mut values: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    for candidate in candidates {
        values.entry(candidate.item.segment).or_default().push(candidate.item.pool.past_revenue_minor);
    }
    values.values_mut().for_each(|values| values.sort_unstable());
    let band = |candidate: &Candidate<'_>| {
        let Some(values) = values.get(&candidate.item.segment) else { return 0.4 };
        let at = |third: usize| values.get(values.len() * third / 3).copied().unwrap_or(0);
        let value = candidate.item.pool.past_revenue_minor;
        if value >= at(2) {
            1.0
        } else if value >= at(1) {
            0.7
        } else {
            0.4
        }
    };
    candidates.iter().map(band).collect()
}

/// How alike two candidates are by what they are about, 0 to 1.
fn sameness(a: &Candidate<'_>, b: &Candidate<'_>) -> f64 {
    let shared = a.product_ids.iter().filter(|id| b.product_ids.contains(id)).count() as f64;
    let union = (a.product_ids.len() + b.product_ids.len()) as f64 - shared;
    let is = |same: bool, weight: f64| if same { weight } else { 0.0 };
    0.35 * shared / union.max(1.0)
        + is(a.angle == b.angle, 0.3)
        + is(a.item.segment == b.item.segment, 0.25)
        + is(a.item.miner == b.item.miner, 0.1)
}

fn text(candidate: &Candidate<'_>, insight: &str) -> String {
    format!("{}. {} {insight}", candidate.title, candidate.hook)
}

/// Chooses up to `count` candidates.
pub(super) fn select<'c, 'o>(
    candidates: &'c [Candidate<'o>],
    count: usize,
    seed: u64,
    around: &Around<'_>,
) -> Vec<Chosen<'c, 'o>> {
    let bands = bands(candidates);
    let moved = |candidate: &Candidate<'_>| {
        around
            .past
            .map_or(0.0, |past| past.moves(&candidate.idea_key(), candidate.item.segment.label(), candidate.angle))
    };
    // `None`: somebody asked for none of these.
    let wished: Vec<Option<f64>> = candidates
        .iter()
        .map(|candidate| match around.wish {
            Some(wish) => wish.moves(
                (candidate.angle, candidate.item.segment),
                &candidate.product_ids,
                (candidate.is_discount_led(), candidate.is_quoted()),
            ),
            None => Some(0.0),
        })
        .collect();
    let relevance: Vec<f64> = candidates
        .iter()
        .zip(&bands)
        .zip(&wished)
        .map(|((candidate, band), wished)| {
            let chance = 0.25 * draw(seed, &candidate.title);
            let quoted = if candidate.is_quoted() { QUOTED } else { 0.0 };
            0.5 * band * candidate.item.voice
                + 0.25 * candidate.item.strength
                + chance
                + moved(candidate)
                + quoted
                + wished.unwrap_or(0.0)
        })
        .collect();
    let segments: BTreeSet<_> = candidates.iter().map(|candidate| candidate.item.segment).collect();
    let products: BTreeSet<&String> = candidates.iter().flat_map(|candidate| &candidate.product_ids).collect();
    let angles: BTreeSet<_> = candidates.iter().map(|candidate| candidate.angle).collect();
    let wanted_segments = MIN_SEGMENTS.max(segments.len().min(count)).min(segments.len());
    let wanted_angles = (MIN_ANGLES + 2).min(angles.len());
    let fresh = || Rules {
        per_segment: count.div_ceil(segments.len().max(1)).max(3) + 1,
        per_angle: count.div_ceil(MIN_ANGLES).max(2),
        // A shop of nine products tells several stories about each; one of a thousand need not.
        per_product: (2 * count).div_ceil(products.len().max(1)).max(2),
        discounts: (count + around.standing.len()) / DISCOUNT_SHARE,
        quoted: count.div_ceil(QUOTED_SHARE),
        discount_led: around.standing.iter().filter(|concept| concept.is_discount_led()).count(),
        titles: around.standing.iter().map(|concept| concept.title.clone()).collect(),
        ..Rules::default()
    };
    let mut rules = fresh();
    let wanted_insights = MIN_INSIGHTS.min(count);
    let all: Vec<usize> = (0..candidates.len())
        .filter(|index| {
            wished[*index].is_some() && around.taken.is_none_or(|taken| !taken.contains(&candidates[*index].idea_key()))
        })
        .collect();
    let standing: Vec<Counts> = around.standing.iter().map(|concept| Counts::new(&super::text(concept))).collect();
    let mut chosen: Vec<Chosen<'c, 'o>> = Vec::new();
    let mut known: HashMap<String, Counts> = HashMap::new();
    let (mut alive, mut out) = (all.clone(), BTreeSet::<usize>::new());
    loop {
        if chosen.len() == count {
            // Rarity weights have shifted since the first ones joined: what is too alike by now makes room.
            let Some(late) = too_alike(&chosen, &standing).filter(|_| out.len() < count) else { break };
            let gone = chosen.remove(late).candidate;
            out.extend(all.iter().filter(|at| std::ptr::eq(&candidates[**at], gone)));
            rules = fresh();
            chosen.iter().for_each(|one| rules.take(one.candidate, &one.insight));
            let stays = |at: &usize| chosen.iter().any(|one| std::ptr::eq(one.candidate, &candidates[*at]));
            alive = all.iter().copied().filter(|at| !out.contains(at) && !stays(at)).collect();
        }
        alive.retain(|index| rules.allow(&candidates[*index]));
        let left = count - chosen.len();
        let missing_angles = wanted_angles.saturating_sub(rules.angles.len());
        let missing_segments = wanted_segments.saturating_sub(rules.segments.len());
        let must_be_new = |index: &&usize| {
            let candidate = &candidates[**index];
            (missing_angles < left || !rules.angles.contains_key(&candidate.angle))
                && (missing_segments < left || !rules.segments.contains_key(&candidate.item.segment))
        };
        let marginal = |index: usize| {
            let nearest = chosen.iter().map(|other| sameness(&candidates[index], other.candidate)).fold(0.0, f64::max);
            // Each further concept for the same people or by the same argument is worth a little less.
            let candidate = &candidates[index];
            let crowd = rules.segments.get(&candidate.item.segment).copied().unwrap_or(0) as f64 * 0.07
                + rules.angles.get(&candidate.angle).copied().unwrap_or(0) as f64 * 0.05;
            0.55 * relevance[index] - 0.45 * nearest - crowd
        };
        let mut ranked: Vec<(f64, usize)> =
            alive.iter().filter(must_be_new).map(|index| (marginal(*index), *index)).collect();
        if ranked.is_empty() {
            ranked = alive.iter().map(|index| (marginal(*index), *index)).collect();
        }
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        // The last places are for insights that nobody has told yet, where there are any.
        let fresh_only = wanted_insights.saturating_sub(rules.insights.len()) >= left;
        let mut find = |fresh_only: bool| {
            ranked.iter().find_map(|(_, index)| {
                let told = unlike(&candidates[*index], (&chosen, &standing), &rules, &mut known, (seed, fresh_only))?;
                Some((*index, told))
            })
        };
        let next = find(fresh_only).or_else(|| if fresh_only { find(false) } else { None });
        let Some((index, told)) = next else { break };
        rules.take(&candidates[index], &told.insight);
        alive.retain(|other| *other != index);
        chosen.push(told);
    }
    // Fewer than asked for is better than two alike.
    while let Some(late) = too_alike(&chosen, &standing) {
        chosen.remove(late);
    }
    chosen
}

/// The candidate with an insight that makes it not too like any chosen or standing one: a customer's words that were not
/// told yet, else those insights that were told least often. `known` keeps the counts of texts that were looked at before.
fn unlike<'c, 'o>(
    candidate: &'c Candidate<'o>,
    (chosen, standing): (&[Chosen<'c, 'o>], &[Counts]),
    rules: &Rules,
    known: &mut HashMap<String, Counts>,
    (seed, fresh_only): (u64, bool),
) -> Option<Chosen<'c, 'o>> {
    if rules.titles.contains(&candidate.title) {
        return None;
    }
    let told = |insight: &Insight| rules.insights.get(&insight.key).copied().unwrap_or(0);
    let mut insights: Vec<&Insight> = candidate
        .insights
        .iter()
        .filter(|insight| told(insight) == 0 || (insight.quote.is_none() && !fresh_only))
        .filter(|insight| insight.quote.is_none() || rules.quotes < rules.quoted)
        .collect();
    insights.sort_by(|a, b| {
        let by_draw = draw(seed, &a.text).total_cmp(&draw(seed, &b.text));
        a.quote.is_none().cmp(&b.quote.is_none()).then(told(a).cmp(&told(b))).then(by_draw)
    });
    insights.into_iter().find_map(|insight| {
        let text = text(candidate, &insight.text);
        let counts = known.entry(text).or_insert_with_key(|text| Counts::new(text));
        let vectors = Vectors::of(chosen.iter().map(|other| &other.counts).chain(standing).chain([&*counts]));
        let others = chosen.len() + standing.len();
        (0..others).all(|other| vectors.cosine(other, others) <= MAX_SIMILARITY - MARGIN).then(|| Chosen {
            candidate,
            insight: insight.clone(),
            counts: counts.clone(),
        })
    })
}

/// Which of the chosen is too like another one or a standing concept, the later of the two; `None` where none is.
fn too_alike(chosen: &[Chosen<'_, '_>], standing: &[Counts]) -> Option<usize> {
    let vectors = Vectors::of(standing.iter().chain(chosen.iter().map(|one| &one.counts)));
    let first = standing.len();
    let pairs = (first..first + chosen.len()).flat_map(|late| (0..late).map(move |early| (late, early)));
    let worst = pairs.map(|(late, early)| (vectors.cosine(early, late), late)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (worst.0 > MAX_SIMILARITY).then(|| worst.1 - first)
}

/// Similarities of a sheet's texts: the largest of all pairs.
pub fn largest_similarity(texts: &[String]) -> f64 {
    most_alike(texts).map_or(0.0, |(similarity, ..)| similarity)
}

/// The two texts of a sheet that are most alike, by their places, and how alike they are; `None` under two texts.
pub fn most_alike(texts: &[String]) -> Option<(f64, usize, usize)> {
    let vectors = Vectors::new(texts);
    let pairs = (0..texts.len()).flat_map(|a| (a + 1..texts.len()).map(move |b| (a, b)));
    pairs.map(|(a, b)| (vectors.cosine(a, b), a, b)).max_by(|a, b| a.0.total_cmp(&b.0))
}

/// What always holds, and what was used up.
#[derive(Debug, Default)]
struct Rules {
    per_segment: usize,
    per_angle: usize,
    per_product: usize,
    discounts: usize,
    ideas: BTreeSet<String>,
    lines: BTreeSet<(crate::miners::SegmentKind, usize)>,
    segments: BTreeMap<crate::miners::SegmentKind, usize>,
    angles: BTreeMap<domain::sprint::Angle, usize>,
    products: BTreeMap<String, usize>,
    insights: BTreeMap<String, usize>,
    titles: BTreeSet<String>,
    discount_led: usize,
    /// Most concepts that rest on a quote, and how many do.
    quoted: usize,
    quotes: usize,
}

impl Rules {
    fn allow(&self, candidate: &Candidate<'_>) -> bool {
        let used = |map: &BTreeMap<domain::sprint::Angle, usize>| map.get(&candidate.angle).copied().unwrap_or(0);
        !self.ideas.contains(&candidate.idea_key())
            && !self.lines.contains(&(candidate.item.segment, candidate.line))
            && self.segments.get(&candidate.item.segment).copied().unwrap_or(0) < self.per_segment
            && used(&self.angles) < self.per_angle
            && (!candidate.is_discount_led() || self.discount_led < self.discounts)
            && (candidate.item.is_shop_wide
                || candidate
                    .product_ids
                    .iter()
                    .all(|id| self.products.get(id).copied().unwrap_or(0) < self.per_product))
    }

    fn take(&mut self, candidate: &Candidate<'_>, insight: &Insight) {
        self.ideas.insert(candidate.idea_key());
        self.titles.insert(candidate.title.clone());
        self.quotes += usize::from(insight.quote.is_some());
        self.lines.insert((candidate.item.segment, candidate.line));
        *self.segments.entry(candidate.item.segment).or_insert(0) += 1;
        *self.angles.entry(candidate.angle).or_insert(0) += 1;
        *self.insights.entry(insight.key.clone()).or_insert(0) += 1;
        self.discount_led += usize::from(candidate.is_discount_led());
        if !candidate.item.is_shop_wide {
            for id in &candidate.product_ids {
                *self.products.entry(id.clone()).or_insert(0) += 1;
            }
        }
    }
}
