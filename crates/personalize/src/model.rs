//! A trained artefact: what is written to a file, and what is asked in service.
//!
//! The file is read into memory and dropped once the model is built from it: the models copy their sections anyway, so
//! a memory map would save nothing but the page cache's copy (see `docs/recommendations.md`, "Loading").

use std::sync::Mutex;

use domain::{Day, InstantMs};
use recommend::{
    Item, Recommender, Workspace,
    artefact::{Reader, Writer},
    basket::{self, BasketRecommender},
    item_item::{ItemItem, Similarity},
};
use serde::{Deserialize, Serialize};

use crate::{
    PersonalizeError,
    gate::{Counts, Gate},
    quality::Quality,
};

/// Workspaces kept for the next request; more threads than that make their own.
const KEPT_WORKSPACES: usize = 64;

/// What an artefact says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Name of the model.
    pub model: String,
    /// When it was trained.
    pub trained_at: InstantMs,
    /// It knows the facts with a `seq` up to this.
    pub as_of_seq: i64,
    /// What training counted.
    pub counts: Counts,
    /// Whether the data supports it.
    pub gate: Gate,
    /// How well it foresees; `None` where it was not examined.
    #[serde(default)]
    pub quality: Option<Quality>,
}

/// What customers bought, oldest first, by pseudonym.
#[derive(Debug, Clone, Default)]
pub struct Customers {
    /// Pseudonyms, sorted.
    names: Vec<Box<str>>,
    starts: Vec<u64>,
    items: Vec<Item>,
    days: Vec<u32>,
    /// The same days in seconds, as models of baskets count.
    times_s: Vec<i64>,
}

/// What one customer bought, oldest first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bought<'a> {
    /// What.
    pub items: &'a [Item],
    /// On which day, as days since 1970; as long as `items`.
    pub days: &'a [u32],
    /// The same in seconds since 1970.
    pub times_s: &'a [i64],
    /// The customer's number.
    pub number: Option<u32>,
}

impl Customers {
    /// Purchases as baskets, a day of a customer being one: what next baskets are learnt from.
    pub fn baskets(&self) -> basket::Baskets {
        let mut lines = Vec::with_capacity(self.items.len());
        for at in 0..self.len() {
            let bought = self.at(at);
            for (&item, &time_s) in bought.items.iter().zip(bought.times_s) {
                lines.push(basket::Line { customer: at as u32, time_s, item, value: 1.0 });
            }
        }
        basket::Baskets::new(lines)
    }

    /// Gathers purchases in any order.
    pub fn new(mut bought: Vec<(Box<str>, u32, Item)>) -> Customers {
        bought.sort_unstable();
        bought.dedup();
        let mut customers = Customers { starts: vec![0], ..Customers::default() };
        for (name, day, item) in bought {
            if customers.names.last() != Some(&name) {
                if !customers.names.is_empty() {
                    customers.starts.push(customers.items.len() as u64);
                }
                customers.names.push(name);
            }
            customers.items.push(item);
            customers.days.push(day);
            customers.times_s.push(i64::from(day) * 86_400);
        }
        if !customers.names.is_empty() {
            customers.starts.push(customers.items.len() as u64);
        }
        customers
    }

    /// What a customer bought; nothing for strangers.
    pub fn of(&self, pseudonym: &str) -> Bought<'_> {
        match self.names.binary_search_by(|name| name.as_ref().cmp(pseudonym)) {
            Ok(at) => self.at(at),
            Err(_) => Bought::default(),
        }
    }

    fn at(&self, at: usize) -> Bought<'_> {
        let range = self.starts[at] as usize..self.starts[at + 1] as usize;
        Bought {
            items: &self.items[range.clone()],
            days: &self.days[range.clone()],
            times_s: &self.times_s[range],
            number: Some(at as u32),
        }
    }

    /// All customers by pseudonym.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Bought<'_>)> {
        self.names.iter().enumerate().map(|(at, name)| (name.as_ref(), self.at(at)))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    fn save(&self, out: &mut Writer) {
        out.u32s("lengths", self.names.iter().map(|name| name.len() as u32));
        out.bytes("names", self.names.iter().flat_map(|name| name.bytes()).collect());
        out.u64s("starts", self.starts.iter().copied());
        out.u32s("items", self.items.iter().copied());
        out.u32s("days", self.days.iter().copied());
    }

    fn load(reader: &Reader<'_>, items: usize) -> Result<Customers, PersonalizeError> {
        let lengths = reader.u32s("lengths")?;
        let mut rest = std::str::from_utf8(reader.bytes("names")?).map_err(|_| reader.unusable("names"))?;
        let mut names = Vec::with_capacity(lengths.len());
        for &length in &lengths {
            let (name, after) = rest.split_at_checked(length as usize).ok_or_else(|| reader.unusable("lengths"))?;
            names.push(name.into());
            rest = after;
        }
        let days = reader.u32s("days")?;
        let times_s = days.iter().map(|&day| i64::from(day) * 86_400).collect();
        let customers =
            Customers { names, starts: reader.u64s("starts")?, items: reader.u32s("items")?, days, times_s };
        let is_whole = customers.starts.len() == lengths.len() + 1
            && customers.starts.is_sorted()
            && customers.starts.last() == Some(&(customers.items.len() as u64))
            && customers.items.len() == customers.days.len()
            && customers.items.iter().all(|&item| (item as usize) < items)
            && customers.names.is_sorted();
        if is_whole { Ok(customers) } else { Err(reader.unusable("starts").into()) }
    }
}

impl<'a> Bought<'a> {
    /// What was bought and when, oldest first.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = (Item, Day)> + 'a {
        self.items.iter().zip(self.days).map(|(&item, &day)| (item, Day::from_epoch_days(day as i32)))
    }
}

/// What training made.
pub struct Trained {
    /// What it says of itself.
    pub meta: Meta,
    /// The model.
    pub recommender: Recommender,
    /// For reasons: what is bought or viewed together.
    pub because: ItemItem,
    /// Histories.
    pub customers: Customers,
    /// Usual days between two purchases of an item by one customer; 0 where it is not bought again and again.
    pub gaps: Vec<u32>,
    /// What a customer puts into the next basket; `None` where too few come back.
    pub baskets: Option<BasketRecommender>,
    workspaces: Mutex<Vec<Workspace>>,
}

impl std::fmt::Debug for Trained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trained").field("meta", &self.meta).finish_non_exhaustive()
    }
}

impl Trained {
    /// Puts the parts together.
    pub fn new(
        meta: Meta,
        recommender: Recommender,
        because: ItemItem,
        customers: Customers,
        gaps: Vec<u32>,
        baskets: Option<BasketRecommender>,
    ) -> Trained {
        Trained { meta, recommender, because, customers, gaps, baskets, workspaces: Mutex::default() }
    }

    /// The file's bytes: checksummed, the same for the same training.
    pub fn save(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.json("meta", &self.meta);
        out.bytes("recommender", self.recommender.save());
        out.scope("because", |out| recommend::Model::save(&self.because, out));
        out.scope("customers", |out| self.customers.save(out));
        out.u32s("gaps", self.gaps.iter().copied());
        out.json("has_baskets", &self.baskets.is_some());
        if let Some(baskets) = &self.baskets {
            out.scope("baskets", |out| baskets.save(out));
        }
        out.finish()
    }

    /// Reads what [`Trained::save`] wrote.
    ///
    /// # Errors
    /// The bytes are damaged, of another version, or do not fit together.
    pub fn load(bytes: &[u8]) -> Result<Trained, PersonalizeError> {
        let reader = Reader::new(bytes)?;
        let recommender = Recommender::load(reader.bytes("recommender")?)?;
        let items = recommender.catalogue().len();
        let gaps = reader.u32s("gaps")?;
        if gaps.len() != items {
            return Err(reader.unusable("gaps").into());
        }
        let baskets = match reader.json("has_baskets")? {
            true => Some(BasketRecommender::load(&reader.scope("baskets"))?),
            false => None,
        };
        if baskets.as_ref().is_some_and(|baskets| baskets.item_count() > items) {
            return Err(reader.unusable("baskets").into());
        }
        Ok(Trained::new(
            reader.json("meta")?,
            recommender,
            ItemItem::load(&reader.scope("because"), items, Similarity::Cosine)?,
            Customers::load(&reader.scope("customers"), items)?,
            gaps,
            baskets,
        ))
    }

    /// Runs `work` with a workspace that fits this model.
    pub fn with_workspace<T>(&self, work: impl FnOnce(&mut Workspace) -> T) -> T {
        let kept = || self.workspaces.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let taken = kept().pop();
        let mut workspace = taken.unwrap_or_else(|| self.recommender.workspace());
        let done = work(&mut workspace);
        let mut kept = kept();
        if kept.len() < KEPT_WORKSPACES {
            kept.push(workspace);
        }
        done
    }

    /// Usual days between purchases of an item, where it is bought again and again.
    pub fn gap_days(&self, item: Item) -> Option<u32> {
        self.gaps.get(item as usize).copied().filter(|&days| days > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_are_found_by_pseudonym() {
        let customers = Customers::new(vec![("b".into(), 5, 1), ("a".into(), 9, 2), ("a".into(), 3, 0)]);
        assert_eq!(customers.of("a").items, [0, 2]);
        assert_eq!(customers.of("b").days, [5]);
        assert!(customers.of("z").items.is_empty());
        let mut out = Writer::new();
        customers.save(&mut out);
        let bytes = out.finish();
        let reader = Reader::new(&bytes).expect("whole");
        assert_eq!(Customers::load(&reader, 3).expect("loads").of("a").items, [0, 2]);
        assert!(Customers::load(&reader, 2).is_err(), "an item that the catalogue lacks");
        assert!(Customers::new(Vec::new()).is_empty());
    }
}
