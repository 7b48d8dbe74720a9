//! Products that the model has never seen, by what the catalogue says of them: in other products' company from the moment
//! they are on the shelf. What they go with is what products that read like them go with ([`Content::goes_with`]).

use std::{collections::HashMap, sync::Arc};

use recommend::{
    Item, Scored, Scores,
    content::{Content, Entry},
};

use super::state::Mounted;
use crate::shelf::{Good, Shelf};

/// Products that lend their company to new ones, best-sellers first: bounds time and memory on the largest catalogues.
const MOST_KNOWN: usize = 20_000;
/// New products looked at, the newest first.
const MOST_NEW: usize = 2_000;
/// Products that a new one is said to go with, and the other way round.
const COMPANY: usize = 30;

/// What new products go with.
#[derive(Debug, Default)]
pub(crate) struct Cold {
    version: i64,
    /// The new products as they were described.
    described: Vec<(Good, Arc<str>)>,
    /// For a product, new or known, products that it goes with, one of them new; weights are relative to the best
    /// company that the known one of the two has, 0 to 1.
    near: HashMap<Good, Vec<(Good, f32)>>,
    /// The known product that a new one reads most like.
    like: HashMap<Good, Item>,
}

impl Cold {
    /// What goes with a product: new ones for a known one, known ones for a new one. Best first.
    pub(crate) fn of(&self, good: Good) -> &[(Good, f32)] {
        self.near.get(&good).map_or(&[], Vec::as_slice)
    }

    /// The known product that a new one reads most like.
    pub(crate) fn like(&self, good: Good) -> Option<Item> {
        self.like.get(&good).copied()
    }

    /// New products of a shelf under a model, found anew; `None` where the last still holds.
    pub(crate) fn renewed(&self, shelf: &Shelf, model: Option<&Mounted>) -> Option<Cold> {
        let version = model.map_or(0, |model| model.version);
        let new = (0..shelf.len() as Good).rev().filter_map(|good| {
            let stocked = shelf.get(good).filter(|stocked| stocked.is_active)?;
            model.is_some_and(|model| model.item(good).is_none()).then(|| (good, stocked.title.clone()))
        });
        let described: Vec<(Good, Arc<str>)> = new.take(MOST_NEW).collect();
        let holds = version == self.version && described == self.described;
        (!holds).then(|| Cold::find(version, described, shelf, model))
    }

    fn find(version: i64, described: Vec<(Good, Arc<str>)>, shelf: &Shelf, model: Option<&Mounted>) -> Cold {
        let mut cold = Cold { version, described, ..Cold::default() };
        let Some(model) = model.filter(|_| !cold.described.is_empty()) else { return cold };
        let known: Vec<Good> =
            model.popular.iter().copied().filter(|&good| model.item(good).is_some()).take(MOST_KNOWN).collect();
        let place: HashMap<Item, Item> =
            known.iter().zip(0..).filter_map(|(&good, place)| Some((model.item(good)?, place))).collect();
        let entries: Vec<Entry<'_>> = known.iter().map(|&good| entry(shelf, good)).collect();
        let content = Content::fit(&entries);
        let pairs = model.trained.because.pairs();
        let near = |of: Item, each: &mut dyn FnMut(Item, f32)| {
            let Some(item) = known.get(of as usize).and_then(|&good| model.item(good)) else { return };
            let others = pairs.neighbours(item).filter(|other| other.item != item);
            others.for_each(|other| place.get(&other.item).into_iter().for_each(|&at| each(at, other.score)));
        };
        // The best company that each known product has: what an estimate is measured by.
        let best_of = |at: Item| {
            let mut best = 0f32;
            near(at, &mut |_, score| best = best.max(score));
            best
        };
        let mut scratch = [Scores::new(content.len()), Scores::new(content.len())];
        let mut best: Vec<Scored> = Vec::new();
        for (good, _) in &cold.described {
            let about = entry(shelf, *good);
            content.similar_to(&about, 1, &mut scratch[0], &mut best);
            let Some(likest) = best.first().copied() else { continue };
            cold.like
                .extend(known.get(likest.item as usize).and_then(|&good| model.item(good)).map(|item| (*good, item)));
            content.goes_with_new(&about, &near, COMPANY, &mut scratch, &mut best);
            for scored in &best {
                let (company, most) = (known[scored.item as usize], best_of(scored.item));
                // An estimate is trusted as far as the product reads like one that is known.
                let weight = likest.score.min(1.0) * if most > 0.0 { (scored.score / most).min(1.0) } else { 1.0 };
                cold.near.entry(company).or_default().push((*good, weight));
                cold.near.entry(*good).or_default().push((company, weight));
            }
        }
        for list in cold.near.values_mut() {
            list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            list.truncate(COMPANY);
        }
        cold
    }
}

fn entry(shelf: &Shelf, good: Good) -> Entry<'_> {
    let Some(stocked) = shelf.get(good) else { return Entry::default() };
    let word = |number: Option<u32>| number.map(|number| shelf.words().name(number));
    Entry {
        title: &stocked.title,
        category: word(stocked.category),
        vendor: word(stocked.vendor),
        price: stocked.price_micros.map(|micros| micros as f32),
    }
}
