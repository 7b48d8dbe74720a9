//! Sessions: what models are trained on and asked with. Items are dense numbers; their names stand in a [`Catalogue`].

use std::collections::HashMap;

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

/// Names of items and their dense numbers, in the order first met.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    names: Vec<String>,
    items: HashMap<String, Item>,
}

impl Catalogue {
    /// The number of a name, given now if it is new.
    pub fn intern(&mut self, name: &str) -> Item {
        if let Some(&item) = self.items.get(name) {
            return item;
        }
        let item = self.names.len() as Item;
        self.names.push(name.to_owned());
        self.items.insert(name.to_owned(), item);
        item
    }

    /// The number of a known name.
    pub fn item(&self, name: &str) -> Option<Item> {
        self.items.get(name).copied()
    }

    /// The name of an item.
    pub fn name(&self, item: Item) -> &str {
        &self.names[item as usize]
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
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
