//! Who bought what when: order lines gathered into baskets, customer by customer, oldest first.

use crate::{Item, Sessions, Signal};

/// One line of an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Who, by a dense number.
    pub customer: u32,
    /// When, in seconds since 1970.
    pub time_s: i64,
    /// What.
    pub item: Item,
    /// Money paid for the line, in any one currency's unit.
    pub value: f32,
}

/// Baskets of known customers. Lines of one customer at one instant are one basket; an item stands in it once.
#[derive(Debug, Clone, Default)]
pub struct Baskets {
    /// Items of all baskets, customer by customer, oldest first, by number within a basket.
    items: Vec<Item>,
    /// When each line was bought, seconds.
    times_s: Vec<i64>,
    /// Money of each line.
    values: Vec<f32>,
    /// Where each basket's lines start; one more than there are baskets.
    starts: Vec<usize>,
    /// Whose basket.
    customers: Vec<u32>,
    /// First basket of each customer; one more than there are customers.
    firsts: Vec<usize>,
    /// Baskets by time, then customer.
    by_time: Vec<u32>,
}

/// What a customer has bought so far: one entry a line, oldest first. Lines of equal time are one basket.
#[derive(Debug, Clone, Copy, Default)]
pub struct History<'a> {
    /// What.
    pub items: &'a [Item],
    /// When, in seconds since 1970, ascending; as long as `items`.
    pub times_s: &'a [i64],
}

impl Baskets {
    /// Gathers lines in any order. Lines of the same customer, instant and item are added up.
    pub fn new(mut lines: Vec<Line>) -> Baskets {
        lines.sort_by_key(|line| (line.customer, line.time_s, line.item));
        let mut baskets = Baskets { starts: vec![0], firsts: vec![0], ..Baskets::default() };
        let mut last: Option<Line> = None;
        for line in lines {
            let same_basket = last.is_some_and(|last| (last.customer, last.time_s) == (line.customer, line.time_s));
            if same_basket && last.is_some_and(|last| last.item == line.item) {
                if let Some(value) = baskets.values.last_mut() {
                    *value += line.value;
                }
                continue;
            }
            if !same_basket {
                if last.is_some() {
                    baskets.starts.push(baskets.items.len());
                }
                while baskets.firsts.len() <= line.customer as usize {
                    baskets.firsts.push(baskets.customers.len());
                }
                baskets.customers.push(line.customer);
            }
            baskets.items.push(line.item);
            baskets.times_s.push(line.time_s);
            baskets.values.push(line.value);
            last = Some(line);
        }
        if last.is_some() {
            baskets.starts.push(baskets.items.len());
            baskets.firsts.push(baskets.customers.len());
        }
        let mut by_time: Vec<u32> = (0..baskets.len() as u32).collect();
        by_time.sort_by_key(|&basket| (baskets.time_s(basket as usize), basket));
        baskets.by_time = by_time;
        baskets
    }

    /// Every session of a known user is a basket, bought at the session's last event. Where the sessions mark
    /// purchases, only what was purchased counts.
    pub fn from_sessions(sessions: &Sessions) -> Baskets {
        let has_purchases = sessions.signals.contains(&Signal::Purchase);
        let mut lines = Vec::with_capacity(sessions.items.len());
        for session in sessions.iter() {
            let (Some(customer), Some(&time_s)) = (session.user, session.times_s.last()) else { continue };
            for (&item, &signal) in session.items.iter().zip(session.signals) {
                if !has_purchases || signal == Signal::Purchase {
                    lines.push(Line { customer, time_s, item, value: 1.0 });
                }
            }
        }
        Baskets::new(lines)
    }

    /// How many baskets.
    pub fn len(&self) -> usize {
        self.customers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    /// One more than the largest customer number.
    pub fn customer_count(&self) -> usize {
        self.firsts.len().saturating_sub(1)
    }

    /// One more than the largest item number.
    pub fn item_count(&self) -> usize {
        self.items.iter().max().map_or(0, |&item| item as usize + 1)
    }

    /// The baskets of a customer, oldest first, as a range of basket numbers.
    pub fn of(&self, customer: u32) -> std::ops::Range<usize> {
        let at = customer as usize;
        match (self.firsts.get(at), self.firsts.get(at + 1)) {
            (Some(&from), Some(&to)) => from..to,
            _ => 0..0,
        }
    }

    /// Whose basket it is.
    pub fn customer(&self, basket: usize) -> u32 {
        self.customers[basket]
    }

    /// When it was bought, seconds.
    pub fn time_s(&self, basket: usize) -> i64 {
        self.times_s[self.starts[basket]]
    }

    /// What is in it, by item number.
    pub fn items(&self, basket: usize) -> &[Item] {
        &self.items[self.starts[basket]..self.starts[basket + 1]]
    }

    /// Money of each of its lines.
    pub fn values(&self, basket: usize) -> &[f32] {
        &self.values[self.starts[basket]..self.starts[basket + 1]]
    }

    /// Basket numbers in order of time.
    pub fn by_time(&self) -> &[u32] {
        &self.by_time
    }

    /// What the customer had bought before `time_s`.
    pub fn history(&self, customer: u32, time_s: i64) -> History<'_> {
        let baskets = self.of(customer);
        let (from, to) = (self.starts[baskets.start], self.starts[baskets.end]);
        let before = self.times_s[from..to].partition_point(|&time| time < time_s);
        History { items: &self.items[from..from + before], times_s: &self.times_s[from..from + before] }
    }
}

impl<'a> History<'a> {
    /// Its baskets, oldest first.
    pub fn baskets(self) -> impl DoubleEndedIterator<Item = (i64, &'a [Item])> + Clone {
        let times_s = self.times_s;
        let mut rest = self.items;
        // `chunk_by` over the times gives the lengths; the items are cut alike.
        let lengths: Vec<(i64, usize)> =
            times_s.chunk_by(|a, b| a == b).filter_map(|chunk| Some((*chunk.first()?, chunk.len()))).collect();
        let mut out = Vec::with_capacity(lengths.len());
        for (time_s, length) in lengths {
            let (basket, after) = rest.split_at(length.min(rest.len()));
            rest = after;
            out.push((time_s, basket));
        }
        out.into_iter()
    }

    /// Whether nothing was bought.
    pub fn is_empty(self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_baskets_in_time_order() {
        let line = |customer, time_s, item| Line { customer, time_s, item, value: 1.0 };
        let baskets = Baskets::new(vec![
            line(2, 50, 7),
            line(0, 90, 1),
            line(2, 10, 3),
            line(2, 50, 4),
            line(2, 50, 7),
            line(0, 10, 9),
        ]);
        assert_eq!((baskets.len(), baskets.customer_count(), baskets.item_count()), (4, 3, 10));
        assert_eq!(baskets.of(1), 2..2);
        assert_eq!(baskets.of(9), 0..0);
        assert_eq!(baskets.items(3), [4, 7]);
        assert_eq!(baskets.values(3), [1.0, 2.0]);
        assert_eq!(baskets.by_time(), [0, 2, 3, 1]);
        assert_eq!(baskets.history(2, 50).items, [3]);
        let all: Vec<_> = baskets.history(2, 51).baskets().collect();
        assert_eq!(all, [(10, &[3][..]), (50, &[4, 7][..])]);
        assert!(Baskets::new(vec![]).is_empty());
        assert!(Baskets::new(vec![]).history(3, 9).is_empty());
    }
}
