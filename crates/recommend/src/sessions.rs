//! Sessions: what models are trained on and asked with. Items are dense numbers; their names stand in a [`Catalogue`].

use std::hash::{BuildHasher as _, RandomState};

use crate::Item;

/// What happened to an item. Signals are weighted by it; see the "view < add to cart < purchase < repeat".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Signal {
    /// Seen.
    #[default]
    View = 0,
    /// Put into the cart.
    AddToCart = 1,
    /// Bought.
    Purchase = 2,
}

/// Names of items and their dense numbers, in the order first met. A million names take their letters and 17 bytes each.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// All names, one after another.
    text: String,
    /// Where each name ends in `text`.
    ends: Vec<usize>,
    /// Items by hash of their names, linear probing; [`FREE`] where none is. At least half is free.
    slots: Vec<Item>,
    hasher: RandomState,
}

const FREE: Item = Item::MAX;

impl Catalogue {
    /// The number of a name, given now if it is new.
    pub fn intern(&mut self, name: &str) -> Item {
        if self.slots.len() < 2 * (self.len() + 1) {
            self.rehash(4 * (self.len() + 1));
        }
        let slot = self.slot(name);
        if self.slots[slot] == FREE {
            self.slots[slot] = self.len() as Item;
            self.text.push_str(name);
            self.ends.push(self.text.len());
        }
        self.slots[slot]
    }

    /// Makes room for so many names, of so many bytes in all.
    pub fn reserve(&mut self, names: usize, bytes: usize) {
        self.text.reserve(bytes);
        self.ends.reserve(names);
        self.rehash(2 * (self.len() + names));
    }

    /// At least `slots` of them, and each item in its place again.
    fn rehash(&mut self, slots: usize) {
        self.slots = vec![FREE; slots.next_power_of_two()];
        for item in 0..self.len() as Item {
            let slot = self.slot(self.name(item));
            self.slots[slot] = item;
        }
    }

    /// Where the name is, or would be. There are free slots.
    fn slot(&self, name: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.hasher.hash_one(name) as usize & mask;
        while self.slots[slot] != FREE && self.name(self.slots[slot]) != name {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// The number of a known name.
    pub fn item(&self, name: &str) -> Option<Item> {
        if self.slots.is_empty() {
            return None;
        }
        Some(self.slots[self.slot(name)]).filter(|&item| item != FREE)
    }

    /// The name of an item.
    pub fn name(&self, item: Item) -> &str {
        let start = if item == 0 { 0 } else { self.ends[item as usize - 1] };
        &self.text[start..self.ends[item as usize]]
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Sessions in order of their last event, flat: session `s` has the events `starts[s]..starts[s + 1]`.
#[derive(Debug, Clone, Default)]
pub struct Sessions {
    /// Items in order of their time within a session.
    pub items: Vec<Item>,
    /// What happened, one per event.
    pub signals: Vec<Signal>,
    /// When, in seconds since 1970 (or the data set's own clock), one per event.
    pub times_s: Vec<i64>,
    /// Where each session starts; one more than there are sessions.
    pub starts: Vec<usize>,
    /// Whose session, by a dense number; empty where the data names nobody.
    pub users: Vec<u32>,
}

/// One session, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Session<'a> {
    /// Items, oldest first.
    pub items: &'a [Item],
    /// What happened, one per item.
    pub signals: &'a [Signal],
    /// When, in seconds.
    pub times_s: &'a [i64],
    /// Whose.
    pub user: Option<u32>,
}

impl Sessions {
    /// No sessions.
    pub fn new() -> Sessions {
        Sessions { starts: vec![0], ..Sessions::default() }
    }

    /// How many sessions.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Session `index`.
    pub fn get(&self, index: usize) -> Session<'_> {
        let events = self.starts[index]..self.starts[index + 1];
        Session {
            items: &self.items[events.clone()],
            signals: &self.signals[events.clone()],
            times_s: &self.times_s[events],
            user: self.users.get(index).copied(),
        }
    }

    /// All sessions, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Session<'_>> + ExactSizeIterator {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The sessions `range`, as sessions of their own (same item numbers).
    pub fn slice(&self, range: std::ops::Range<usize>) -> Sessions {
        let events = self.starts[range.start]..self.starts[range.end];
        let first = events.start;
        Sessions {
            items: self.items[events.clone()].to_vec(),
            signals: self.signals[events.clone()].to_vec(),
            times_s: self.times_s[events].to_vec(),
            starts: self.starts[range.start..=range.end].iter().map(|start| start - first).collect(),
            users: if self.users.is_empty() { Vec::new() } else { self.users[range].to_vec() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        let mut catalogue = Catalogue::default();
        assert_eq!((catalogue.item("0"), catalogue.len()), (None, 0));
        catalogue.reserve(3, 10);
        for round in 0..2 {
            for number in 0..1_000 {
                assert_eq!(catalogue.intern(&format!("é{number}")), number, "round {round}");
            }
        }
        assert_eq!((catalogue.name(7), catalogue.item("é999"), catalogue.item("é1000")), ("é7", Some(999), None));
        assert_eq!((catalogue.intern(""), catalogue.name(1_000), catalogue.len()), (1_000, "", 1_001));
    }
}
