//! What was observed of visitors lately: bounded, in memory, gone with the process. Everything durable is in the inbox.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{ChangeId, InstantMs};
use measure::Arm;
use recommend::Signal;

use crate::shelf::Good;

const SHARDS: usize = 32;
/// Events kept of a visitor.
const MOST_SEEN: usize = 30;
/// Purchases kept of a visitor.
const MOST_BOUGHT: usize = 50;
/// Products shown that are kept of a visitor.
const MOST_SHOWN: usize = 96;

/// A product that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShownBefore {
    pub(crate) good: Good,
    pub(crate) answer: i64,
    pub(crate) at: InstantMs,
    pub(crate) is_clicked: bool,
}

/// What is known of one visitor.
#[derive(Debug, Clone, Default)]
pub(crate) struct Visitor {
    /// Products seen and put into the cart, oldest first.
    pub(crate) seen: VecDeque<(Good, Signal, InstantMs)>,
    /// Products bought, oldest first.
    pub(crate) bought: VecDeque<(Good, InstantMs)>,
    /// Products shown, oldest first.
    pub(crate) shown: VecDeque<ShownBefore>,
    /// Whose device it is, once an event said so.
    pub(crate) customer: Option<Arc<str>>,
    /// Arms met.
    pub(crate) arms: Vec<(ChangeId, Arm)>,
}

fn keep<T>(list: &mut VecDeque<T>, most: usize, new: T) {
    if list.len() == most {
        list.pop_front();
    }
    list.push_back(new);
}

impl Visitor {
    pub(crate) fn see(&mut self, good: Good, signal: Signal, at: InstantMs) {
        keep(&mut self.seen, MOST_SEEN, (good, signal, at));
    }

    pub(crate) fn buy(&mut self, good: Good, at: InstantMs) {
        keep(&mut self.bought, MOST_BOUGHT, (good, at));
    }

    pub(crate) fn show(&mut self, shown: ShownBefore) {
        keep(&mut self.shown, MOST_SHOWN, shown);
    }

    pub(crate) fn arm(&self, change: ChangeId) -> Option<Arm> {
        self.arms.iter().find(|(met, _)| *met == change).map(|(_, arm)| *arm)
    }

    /// Notes an arm; returns whether it is news.
    pub(crate) fn meet(&mut self, change: ChangeId, arm: Arm) -> bool {
        let is_new = self.arm(change).is_none();
        if is_new {
            self.arms.push((change, arm));
        }
        is_new
    }

    /// Takes in what the same person did as another id, e.g. a device before its customer was known.
    fn absorb(&mut self, other: &Visitor) {
        let mut seen: Vec<_> = self.seen.iter().chain(&other.seen).copied().collect();
        seen.sort_by_key(|(good, signal, at)| (*at, *good, *signal));
        seen.dedup();
        self.seen = seen.split_off(seen.len().saturating_sub(MOST_SEEN)).into();
        let mut bought: Vec<_> = self.bought.iter().chain(&other.bought).copied().collect();
        bought.sort_by_key(|(good, at)| (*at, *good));
        bought.dedup();
        self.bought = bought.split_off(bought.len().saturating_sub(MOST_BOUGHT)).into();
        for shown in &other.shown {
            if !self.shown.contains(shown) {
                self.show(*shown);
            }
        }
        for (change, arm) in &other.arms {
            self.meet(*change, *arm);
        }
    }
}

/// Young and old: what was not touched while the young filled up is forgotten.
#[derive(Debug, Default)]
struct Shard {
    young: HashMap<Arc<str>, Visitor>,
    old: HashMap<Arc<str>, Visitor>,
}

/// All visitors lately seen.
#[derive(Debug)]
pub(crate) struct Memory {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    /// Visitors in the young half of a shard.
    most: usize,
}

impl Memory {
    /// Room for at least half as many visitors as given, at most for all.
    pub(crate) fn new(visitors: usize) -> Memory {
        let most = (visitors / SHARDS / 2).max(1);
        Memory { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), hasher: RandomState::new(), most }
    }

    fn shard(&self, id: &str) -> MutexGuard<'_, Shard> {
        let shard = (self.hasher.hash_one(id) as usize) % SHARDS;
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on a visitor, who is new where nothing is known.
    pub(crate) fn with<T>(&self, id: &str, work: impl FnOnce(&mut Visitor) -> T) -> T {
        let mut shard = self.shard(id);
        if !shard.young.contains_key(id) {
            let (id, visitor) = shard.old.remove_entry(id).unwrap_or_else(|| (id.into(), Visitor::default()));
            if shard.young.len() >= self.most {
                shard.old = std::mem::take(&mut shard.young);
            }
            shard.young.insert(id, visitor);
        }
        match shard.young.get_mut(id) {
            Some(visitor) => work(visitor),
            None => work(&mut Visitor::default()),
        }
    }

    /// Whose device it is, where an event said so.
    pub(crate) fn customer_of(&self, device: &str) -> Option<Arc<str>> {
        let shard = self.shard(device);
        shard.young.get(device).or_else(|| shard.old.get(device))?.customer.clone()
    }

    /// What is known of somebody under both ids, as one.
    pub(crate) fn of(&self, customer: Option<&str>, device: Option<&str>) -> Visitor {
        let read = |id: &str| {
            let shard = self.shard(id);
            shard.young.get(id).or_else(|| shard.old.get(id)).cloned()
        };
        match (customer.and_then(read), device.and_then(read)) {
            (Some(mut one), Some(other)) => {
                one.absorb(&other);
                one
            }
            (one, other) => one.or(other).unwrap_or_default(),
        }
    }

    /// Forgets a visitor.
    pub(crate) fn forget(&self, id: &str) {
        let mut shard = self.shard(id);
        shard.young.remove(id);
        shard.old.remove(id);
    }

    /// How many visitors are known.
    pub(crate) fn len(&self) -> usize {
        let count = |shard: &Mutex<Shard>| {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.young.len() + shard.old.len()
        };
        self.shards.iter().map(count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_keeps_whom_it_met_last() {
        let memory = Memory::new(640);
        for n in 0..10_000i64 {
            memory.with(&format!("v{n}"), |visitor| visitor.see(1, Signal::View, InstantMs(n)));
            memory.with("regular", |visitor| visitor.see(2, Signal::View, InstantMs(n)));
        }
        assert!(memory.len() <= 640, "{}", memory.len());
        assert_eq!(memory.of(Some("regular"), None).seen.len(), MOST_SEEN);
        assert!(memory.of(Some("v1"), None).seen.is_empty());
        memory.forget("regular");
        assert!(memory.of(Some("regular"), None).seen.is_empty());
    }

    #[test]
    fn a_device_and_its_customer_are_one() {
        let memory = Memory::new(64);
        let change = ChangeId::derive(InstantMs(1), &["c"]);
        memory.with("device", |visitor| {
            visitor.see(1, Signal::View, InstantMs(5));
            assert!(visitor.meet(change, Arm::Baseline) && !visitor.meet(change, Arm::Change));
        });
        memory.with("customer", |visitor| {
            visitor.see(2, Signal::AddToCart, InstantMs(3));
            visitor.buy(7, InstantMs(1));
        });
        let both = memory.of(Some("customer"), Some("device"));
        assert_eq!(both.seen.iter().map(|seen| seen.0).collect::<Vec<_>>(), [2, 1]);
        assert_eq!((both.arm(change), both.bought.len()), (Some(Arm::Baseline), 1));
    }
}
