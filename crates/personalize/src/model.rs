//! A trained artefact: what is written to a file, and what is asked in service.
//!
//! The file is mapped and used as it lies there: nothing is copied but what is small, and two versions side by side take
//! no more than their pages that are used. Every byte is read once, for the checksum.

use std::{cmp::Ordering, fs::File, path::Path, sync::Mutex};

use bytes::Bytes;
use domain::{Day, InstantMs};
use recommend::{
    Item, Recommender, Workspace,
    artefact::{Array, Reader, Writer, all_below},
    basket::{self, BasketRecommender},
    item_item::{ItemItem, Similarity},
};
use serde::{Deserialize, Serialize};

use crate::{
    PersonalizeError,
    error::on,
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
    /// Pseudonyms, sorted, one after another.
    text: Array<u8>,
    /// Where each pseudonym starts in `text`, and where the last one ends; so for purchases.
    name_starts: Array<u64>,
    starts: Array<u64>,
    items: Array<Item>,
    days: Array<u32>,
    /// The same days in seconds, as models of baskets count.
    times_s: Array<i64>,
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
        let (mut text, mut name_starts, mut starts) = (Vec::new(), vec![0], vec![0]);
        for customer in bought.chunk_by(|a, b| a.0 == b.0) {
            text.extend(customer[0].0.bytes());
            name_starts.push(text.len() as u64);
            starts.push(starts[starts.len() - 1] + customer.len() as u64);
        }
        Customers {
            text: text.into(),
            name_starts: name_starts.into(),
            starts: starts.into(),
            items: bought.iter().map(|(_, _, item)| *item).collect(),
            days: bought.iter().map(|(_, day, _)| *day).collect(),
            times_s: bought.iter().map(|(_, day, _)| i64::from(*day) * 86_400).collect(),
        }
    }

    /// What a customer bought; nothing for strangers.
    pub fn of(&self, pseudonym: &str) -> Bought<'_> {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from.midpoint(to);
            match self.name(middle).cmp(pseudonym) {
                Ordering::Equal => return self.at(middle),
                Ordering::Less => from = middle + 1,
                Ordering::Greater => to = middle,
            }
        }
        Bought::default()
    }

    fn name(&self, at: usize) -> &str {
        let range = self.name_starts[at] as usize..self.name_starts[at + 1] as usize;
        // Checked when it was read.
        std::str::from_utf8(&self.text[range]).unwrap_or_default()
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
        (0..self.len()).map(|at| (self.name(at), self.at(at)))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn save(&self, out: &mut Writer) {
        out.array("names", &self.text);
        out.array("name_starts", &self.name_starts);
        out.array("starts", &self.starts);
        out.array("items", &self.items);
        out.array("days", &self.days);
        out.array("times", &self.times_s);
    }

    fn load(reader: &Reader, items: usize) -> Result<Customers, PersonalizeError> {
        let customers = Customers {
            text: reader.array("names")?,
            name_starts: reader.array("name_starts")?,
            starts: reader.array("starts")?,
            items: reader.array("items")?,
            days: reader.array("days")?,
            times_s: reader.array("times")?,
        };
        let cut = |starts: &[u64], length: usize| starts.is_sorted() && starts.last() == Some(&(length as u64));
        let text = std::str::from_utf8(&customers.text).map_err(|_| reader.unusable("names"))?;
        let is_whole = cut(&customers.starts, customers.items.len())
            && cut(&customers.name_starts, text.len())
            && customers.name_starts.iter().all(|&start| text.is_char_boundary(start as usize))
            && customers.starts.len() == customers.name_starts.len()
            && customers.items.len() == customers.days.len()
            && customers.items.len() == customers.times_s.len()
            && all_below(&customers.items, items);
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
    pub gaps: Array<u32>,
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
        gaps: impl Into<Array<u32>>,
        baskets: Option<BasketRecommender>,
    ) -> Trained {
        let gaps = gaps.into();
        Trained { meta, recommender, because, customers, gaps, baskets, workspaces: Mutex::default() }
    }

    /// What the file holds: the same for the same training. It shares the memory of this model.
    pub fn save(&self) -> Writer {
        let mut out = Writer::new();
        out.json("meta", &self.meta);
        out.scope("recommender", |out| self.recommender.write(out));
        out.scope("because", |out| recommend::Model::save(&self.because, out));
        out.scope("customers", |out| self.customers.save(out));
        out.array("gaps", &self.gaps);
        out.json("has_baskets", &self.baskets.is_some());
        if let Some(baskets) = &self.baskets {
            out.scope("baskets", |out| baskets.save(out));
        }
        out
    }

    /// Maps a file that [`Trained::save`] wrote.
    ///
    /// # Errors
    /// It cannot be read or mapped; or as [`Trained::load`].
    pub fn open(path: &Path) -> Result<Trained, PersonalizeError> {
        Trained::load(on(path, File::open(path).and_then(|file| map(&file)))?)
    }

    /// Reads what [`Trained::save`] wrote; most of it is not copied.
    ///
    /// # Errors
    /// The bytes are damaged, of another version, or do not fit together.
    pub fn load(bytes: Bytes) -> Result<Trained, PersonalizeError> {
        let reader = Reader::new(bytes)?;
        let recommender = Recommender::read(&reader.scope("recommender"))?;
        let items = recommender.catalogue().len();
        let gaps: Array<u32> = reader.array("gaps")?;
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

/// An artefact's file as bytes that are read when they are used.
#[allow(unsafe_code)]
fn map(file: &File) -> std::io::Result<Bytes> {
    // SAFETY: A mapped file must not change. Artefacts are written under a temporary name, made durable, given their
    // name once they are whole (`train::record`), and from then on deleted at most, which leaves what is mapped alone.
    let map = unsafe { memmap2::Mmap::map(file)? };
    // A hint to read ahead: all of it is wanted at once, for the checksum. Without it, it only takes longer.
    #[cfg(unix)]
    let _ = map.advise(memmap2::Advice::WillNeed);
    Ok(Bytes::from_owner(map))
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
        let reader = Reader::new(out.finish().into()).expect("whole");
        assert_eq!(Customers::load(&reader, 3).expect("loads").of("a").items, [0, 2]);
        assert!(Customers::load(&reader, 2).is_err(), "an item that the catalogue lacks");
        assert!(Customers::new(Vec::new()).is_empty());
    }
}
