//! Products that read alike: catalogue text by character n-grams, and category, vendor and price band. Needs no history,
//! so a product is found and finds others from the moment it is in the catalogue.
//!
//! Source: character n-gram TF-IDF as in [`domain::similarity`]; mixing text and attributes in one sparse vector as in
//! Pazzani & Billsus, "Content-Based Recommendation Systems", The Adaptive Web, 2007, section 10.2.

use std::collections::HashMap;

use domain::similarity::{Counts, rarity};

use crate::{
    Item, Scored, Scores,
    artefact::{ArtefactError, Reader, Writer},
    basket::Near,
    keep_top,
};

/// Weights of the attributes beside a text of length 1.
const CATEGORY: f32 = 0.5;
const VENDOR: f32 = 0.3;
const PRICE: f32 = 0.4;
/// Price bands of an octave: each product lies in two of them that overlap.
const BANDS_AN_OCTAVE: f32 = 1.0;
/// A term that more than this share of the products have tells nothing apart and is slow to look up.
const COMMON: f64 = 0.1;

/// How many like products lend their company to a new one, and what each of them counts beside its company.
const LENDERS: usize = 20;
const OF_ITSELF: f32 = 0.2;

/// What the catalogue says of a product.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entry<'a> {
    /// Its title, with whatever of the description should count.
    pub title: &'a str,
    /// Product type.
    pub category: Option<&'a str>,
    /// Brand.
    pub vendor: Option<&'a str>,
    /// Price in any unit, the same for all.
    pub price: Option<f32>,
}

/// A term's key and its weight before rarity; texts and attributes cannot meet, see [`attribute`].
type Terms = Vec<(u128, f32)>;

/// Products as sparse vectors of length 1, and by term.
#[derive(Debug, Clone, Default)]
pub struct Content {
    /// Number of each term.
    terms: HashMap<u128, u32>,
    /// Weight of each term by rarity at the time of fitting; attributes have 1.
    rarities: Vec<f32>,
    /// Products of each term with its weight in them; empty for terms that too many have.
    holders: Vec<Vec<(Item, f32)>>,
    /// Terms of each product with their weights.
    rows: Vec<Vec<(u32, f32)>>,
}

impl Content {
    /// The products of a catalogue, item `n` being the `n`-th.
    pub fn fit(entries: &[Entry<'_>]) -> Content {
        let all: Vec<Terms> = entries.iter().map(terms).collect();
        let mut content = Content::default();
        let mut seen: Vec<u32> = Vec::new();
        for (key, _) in all.iter().flatten() {
            let next = seen.len() as u32;
            let term = *content.terms.entry(*key).or_insert(next);
            match seen.get_mut(term as usize) {
                Some(count) => *count += 1,
                None => seen.push(1),
            }
        }
        let mut keys: Vec<(u32, u128)> = content.terms.iter().map(|(&key, &term)| (term, key)).collect();
        keys.sort_unstable();
        let weight = |(term, key): &(u32, u128)| match is_attribute(*key) {
            true => 1.0,
            false => rarity(all.len() as f64, f64::from(seen[*term as usize])) as f32,
        };
        content.rarities = keys.iter().map(weight).collect();
        content.holders = vec![Vec::new(); seen.len()];
        for terms in &all {
            content.push(terms);
        }
        let most = (COMMON * entries.len() as f64).max(50.0) as usize;
        for (holders, (_, key)) in content.holders.iter_mut().zip(&keys) {
            if holders.len() > most && !is_attribute(*key) {
                holders.clear();
            }
        }
        content
    }

    /// Takes a new product in at once and gives its number. Rarities stay as they were; a term nobody had is the rarest.
    pub fn insert(&mut self, entry: &Entry<'_>) -> Item {
        let terms = terms(entry);
        let rarest = self.rarities.iter().copied().fold(1.0, f32::max);
        for &(key, _) in &terms {
            let next = self.rarities.len() as u32;
            if *self.terms.entry(key).or_insert(next) == next {
                self.rarities.push(if is_attribute(key) { 1.0 } else { rarest });
                self.holders.push(Vec::new());
            }
        }
        self.push(&terms)
    }

    fn push(&mut self, terms: &Terms) -> Item {
        let item = self.rows.len() as Item;
        let row = self.vector(terms);
        for &(term, weight) in &row {
            self.holders[term as usize].push((item, weight));
        }
        self.rows.push(row);
        item
    }

    /// Terms by number: the text of length 1, the attributes beside it, the whole of length 1. Unknown terms count for
    /// the length alone.
    fn vector(&self, terms: &Terms) -> Vec<(u32, f32)> {
        let numbered = |&(key, weight): &(u128, f32)| {
            let term = self.terms.get(&key).copied();
            (term, is_attribute(key), weight * term.map_or(1.0, |term| self.rarities[term as usize]))
        };
        let all: Vec<(Option<u32>, bool, f32)> = terms.iter().map(numbered).collect();
        let square =
            |attribute: bool| all.iter().filter(|term| term.1 == attribute).map(|term| term.2 * term.2).sum::<f32>();
        let (text, attributes) = (square(false), square(true));
        let whole = (if text > 0.0 { 1.0 } else { 0.0 } + attributes).sqrt().max(f32::MIN_POSITIVE);
        let text = text.sqrt().max(f32::MIN_POSITIVE);
        let scaled = all.iter().filter_map(|&(term, is_attribute, weight)| {
            Some((term?, if is_attribute { weight / whole } else { weight / text / whole }))
        });
        scaled.collect()
    }

    /// How many products.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds `weight` times the likeness (0 to 1) of every product to `item`; nothing for one it does not know. `scores`
    /// has room for [`Content::len`] items. `item` itself is not left out.
    pub fn add_similar(&self, item: Item, weight: f32, scores: &mut Scores) {
        if let Some(row) = self.rows.get(item as usize) {
            self.add(row, weight, scores);
        }
    }

    fn add(&self, row: &[(u32, f32)], weight: f32, scores: &mut Scores) {
        for &(term, own) in row {
            for &(other, theirs) in &self.holders[term as usize] {
                scores.add(other, weight * own * theirs);
            }
        }
    }

    /// The `k` products most like `item`, best first, without it, `allowed` ones only. `scores` is scratch.
    pub fn similar(
        &self,
        item: Item,
        k: usize,
        allowed: &dyn Fn(Item) -> bool,
        scores: &mut Scores,
        best: &mut Vec<Scored>,
    ) {
        self.add_similar(item, 1.0, scores);
        take(k, &|other| other != item && allowed(other), scores, best);
    }

    /// The `k` products most like one that is not in the catalogue yet.
    pub fn similar_to(&self, entry: &Entry<'_>, k: usize, scores: &mut Scores, best: &mut Vec<Scored>) {
        self.add(&self.vector(&terms(entry)), 1.0, scores);
        take(k, &|_| true, scores, best);
    }

    /// The `k` products that go with one that has no history, best first, `allowed` ones only: those that read like it,
    /// and more than those, what `near` says goes with them. On Online Retail with a product's history hidden this
    /// finds 96 % of what the history would have told, the titles alone 69 % (`docs/recommend.md`).
    pub fn goes_with(
        &self,
        item: Item,
        near: &Near,
        k: usize,
        allowed: &dyn Fn(Item) -> bool,
        scratch: &mut [Scores; 2],
        best: &mut Vec<Scored>,
    ) {
        let [like, sums] = scratch;
        self.similar(item, LENDERS, &|_| true, like, best);
        for lender in best.iter() {
            let weight = lender.score.powi(3);
            sums.add(lender.item, OF_ITSELF * weight);
            near.of(lender.item).for_each(|(other, score)| sums.add(other, weight * score));
        }
        take(k, &|other| other != item && allowed(other), sums, best);
    }

    /// Writes its sections.
    pub fn save(&self, writer: &mut Writer) {
        let mut keys = vec![0u128; self.terms.len()];
        for (&key, &term) in &self.terms {
            keys[term as usize] = key;
        }
        writer.bytes("keys", keys.into_iter().flat_map(u128::to_le_bytes).collect());
        writer.f32s("rarities", self.rarities.iter().copied());
        let mut starts = vec![0u32];
        starts.extend(self.rows.iter().scan(0, |sum, row| {
            *sum += row.len() as u32;
            Some(*sum)
        }));
        writer.u32s("starts", starts);
        writer.u32s("terms", self.rows.iter().flatten().map(|entry| entry.0));
        writer.f32s("weights", self.rows.iter().flatten().map(|entry| entry.1));
        writer.u32s("silent", (0..self.holders.len() as u32).filter(|&term| self.holders[term as usize].is_empty()));
    }

    /// Reads its sections.
    ///
    /// # Errors
    /// If one is missing or does not fit the others.
    pub fn load(reader: &Reader<'_>) -> Result<Content, ArtefactError> {
        let keys = reader.bytes("keys")?.as_chunks().0.iter().map(|&bytes| u128::from_le_bytes(bytes));
        let terms: HashMap<u128, u32> = keys.zip(0..).collect();
        let rarities = reader.f32s("rarities")?;
        let (starts, of, weights) = (reader.u32s("starts")?, reader.u32s("terms")?, reader.f32s("weights")?);
        let silent = reader.u32s("silent")?;
        let count = rarities.len();
        let fits = terms.len() == count
            && starts.first() == Some(&0)
            && starts.is_sorted()
            && starts.last().is_some_and(|&last| last as usize == of.len())
            && weights.len() == of.len()
            && of.iter().chain(&silent).all(|&term| (term as usize) < count);
        if !fits {
            return Err(reader.unusable("terms"));
        }
        let mut content = Content { terms, rarities, holders: vec![Vec::new(); count], rows: Vec::new() };
        let mut speaks = vec![true; count];
        silent.iter().for_each(|&term| speaks[term as usize] = false);
        for (item, bounds) in starts.windows(2).enumerate() {
            let range = bounds[0] as usize..bounds[1] as usize;
            let row: Vec<(u32, f32)> = of[range.clone()].iter().copied().zip(weights[range].iter().copied()).collect();
            for &(term, weight) in row.iter().filter(|entry| speaks[entry.0 as usize]) {
                content.holders[term as usize].push((item as Item, weight));
            }
            content.rows.push(row);
        }
        Ok(content)
    }
}

fn take(k: usize, allowed: &dyn Fn(Item) -> bool, scores: &mut Scores, best: &mut Vec<Scored>) {
    best.clear();
    let found = scores.touched().iter().filter(|&&item| allowed(item));
    best.extend(found.map(|&item| Scored { item, score: scores.get(item) }));
    scores.clear();
    keep_top(k, best);
}

const ATTRIBUTE: u128 = 1 << 127;

fn is_attribute(key: u128) -> bool {
    key & ATTRIBUTE != 0
}

/// The key of an attribute; grams of texts use the lower 105 bits only.
fn attribute(kind: &str, value: &str) -> u128 {
    let hash = blake3::hash(format!("{kind}\0{}", value.trim().to_lowercase()).as_bytes());
    let (bytes, _) = hash.as_bytes().split_first_chunk().unwrap_or((&[0; 16], &[]));
    u128::from_le_bytes(*bytes) | ATTRIBUTE
}

fn terms(entry: &Entry<'_>) -> Terms {
    let counts = Counts::new(entry.title);
    let mut terms: Terms = counts.grams().iter().map(|&(key, count)| (key, count as f32)).collect();
    let some = |text: Option<&'_ str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    terms.extend(some(entry.category).map(|category| (attribute("category", &category), CATEGORY)));
    terms.extend(some(entry.vendor).map(|vendor| (attribute("vendor", &vendor), VENDOR)));
    if let Some(price) = entry.price.filter(|price| price.is_finite() && *price > 0.0) {
        let band = (price.log2() * BANDS_AN_OCTAVE).floor();
        let shifted = (price.log2() * BANDS_AN_OCTAVE + 0.5).floor() + 0.5;
        for band in [band, shifted] {
            terms.push((attribute("price", &format!("{band:.1}")), PRICE * std::f32::consts::FRAC_1_SQRT_2));
        }
    }
    terms
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TITLES: [&str; 5] =
        ["Lavender soap", "Lavender soap bar", "Red retrospot mug", "Blue polkadot mug", "Garden trowel"];

    fn entry(title: &str) -> Entry<'_> {
        Entry { title, ..Entry::default() }
    }

    fn like(content: &Content, item: Item) -> Vec<Item> {
        let mut best = Vec::new();
        content.similar(item, 2, &|_| true, &mut Scores::new(content.len()), &mut best);
        best.iter().map(|scored| scored.item).collect()
    }

    #[test]
    fn finds_what_reads_alike() {
        let content = Content::fit(&TITLES.map(entry));
        assert_eq!(like(&content, 0), [1]);
        assert_eq!(like(&content, 2)[0], 3);
        assert_eq!(like(&content, 9), [] as [Item; 0]);
        assert_eq!(like(&Content::fit(&[]), 0), [] as [Item; 0]);
    }

    #[test]
    fn attributes_part_equal_texts() {
        let with = |title, category, price| Entry { title, category: Some(category), vendor: None, price: Some(price) };
        let content = Content::fit(&[
            with("Candle", "Home", 10.0),
            with("Candle", "Garden", 90.0),
            with("Candle", "Home", 11.0),
            with("", "", f32::NAN),
        ]);
        assert_eq!(like(&content, 0), [2, 1]);
        assert!(content.rows[0].iter().map(|entry| entry.1 * entry.1).sum::<f32>() - 1.0 < 1e-5);
    }

    #[test]
    fn a_new_product_is_there_at_once_and_after_being_kept() {
        let mut content = Content::fit(&TITLES.map(entry));
        let (mut scores, mut best) = (Scores::new(5), Vec::new());
        content.similar_to(&entry("Lavender hand soap"), 1, &mut scores, &mut best);
        assert!(best[0].item < 2);
        let new = content.insert(&entry("Green garden trowel, oak handle"));
        assert_eq!((new, like(&content, 4)[0]), (5, 5));
        let mut writer = Writer::new();
        content.save(&mut writer);
        let bytes = writer.finish();
        let loaded = Content::load(&Reader::new(&bytes).unwrap()).unwrap();
        for item in 0..6 {
            assert_eq!(like(&loaded, item), like(&content, item));
        }
    }
}
