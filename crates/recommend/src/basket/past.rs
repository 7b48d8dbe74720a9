//! What was known at an instant: the only view of a log that a model is fitted on.

use super::log::{Baskets, History};

/// The baskets bought before an instant. What was bought at or after it cannot be reached through this type, which is
/// how the protocol keeps the future out of training.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    log: &'a Baskets,
    now_s: i64,
}

impl<'a> Past<'a> {
    /// What of `log` was known at `now_s`.
    pub fn new(log: &'a Baskets, now_s: i64) -> Past<'a> {
        Past { log, now_s }
    }

    /// What was known earlier; never more than is known here.
    pub fn earlier(self, now_s: i64) -> Past<'a> {
        Past { log: self.log, now_s: self.now_s.min(now_s) }
    }

    /// The instant, seconds since 1970.
    pub fn now_s(self) -> i64 {
        self.now_s
    }

    /// Room that item numbers need.
    pub fn item_count(self) -> usize {
        self.log.item_count()
    }

    /// Room that customer numbers need.
    pub fn customer_count(self) -> usize {
        self.log.customer_count()
    }

    /// Baskets before the instant, in order of time.
    pub fn by_time(self) -> &'a [u32] {
        let all = self.log.by_time();
        &all[..all.partition_point(|&basket| self.log.time_s(basket as usize) < self.now_s)]
    }

    /// Baskets of `[from_s, now_s)`, in order of time.
    pub fn since(self, from_s: i64) -> &'a [u32] {
        let known = self.by_time();
        &known[known.partition_point(|&basket| self.log.time_s(basket as usize) < from_s)..]
    }

    /// When the first basket was bought; the instant itself where nothing was.
    pub fn first_s(self) -> i64 {
        self.by_time().first().map_or(self.now_s, |&basket| self.log.time_s(basket as usize))
    }

    /// When a basket was bought.
    pub fn time_s(self, basket: u32) -> i64 {
        self.log.time_s(basket as usize)
    }

    /// Whose it is.
    pub fn customer(self, basket: u32) -> u32 {
        self.log.customer(basket as usize)
    }

    /// What is in a basket.
    pub fn items(self, basket: u32) -> &'a [crate::Item] {
        self.log.items(basket as usize)
    }

    /// Money of each of its lines.
    pub fn values(self, basket: u32) -> &'a [f32] {
        self.log.values(basket as usize)
    }

    /// What a customer had bought.
    pub fn history(self, customer: u32) -> History<'a> {
        self.log.history(customer, self.now_s)
    }

    /// What a customer had bought before a basket of this past.
    pub fn history_before(self, basket: u32) -> History<'a> {
        self.log.history(self.customer(basket), self.time_s(basket).min(self.now_s))
    }
}
