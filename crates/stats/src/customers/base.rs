//! Sufficient statistics of a customer base.

use std::collections::HashMap;

/// What one customer did until the end of observation. Times in one unit (e.g. weeks) since the first purchase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct History {
    /// Purchases after the first one (at most one a day by custom).
    pub x: u32,
    /// Time from the first to the last purchase; 0 where there was no second one.
    pub tx: f64,
    /// Time from the first purchase to the end of observation.
    pub t: f64,
}

/// Customers with the same history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// What each of them did.
    pub history: History,
    /// How many they are.
    pub count: u64,
}

/// More repeat purchases than anybody makes: a mistake in the data, and tables of that length.
const MAX_PURCHASES: u32 = 1_000_000;

/// Why a model cannot be fitted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CustomerError {
    /// A history contradicts itself.
    #[error(
        "customer {place}: {x} repeat purchases, the last after {tx}, observed for {t}. Times must be finite with \
         0 ≤ last ≤ observed, and the last time is 0 exactly where there is no repeat purchase."
    )]
    History {
        /// Place in the input, counted from 1.
        place: usize,
        /// Repeat purchases.
        x: u32,
        /// Time of the last one.
        tx: f64,
        /// Time observed.
        t: f64,
    },
    /// No customers.
    #[error("There are no customers; at least one purchase before the end of calibration is needed.")]
    Empty,
    /// Nobody came back, so nothing is known of how often people buy.
    #[error("None of the {0} customers bought a second time; use a later end of calibration or a longer history.")]
    NoRepeats(u64),
    /// Nobody was observed for any time.
    #[error("All customers first bought on the last day of observation; use a later end of calibration.")]
    NoTime,
    /// A spend that no customer can have.
    #[error(
        "customer {place}: mean spend {mean} over {x} purchases. The spend must be a positive number and there must \
         be at least one purchase; leave out customers without repeat purchases and refunded orders."
    )]
    Spend {
        /// Place in the input, counted from 1.
        place: usize,
        /// Purchases.
        x: u32,
        /// Mean spend.
        mean: f64,
    },
    /// Everybody spends the same, so spread between customers cannot be told from spread within.
    #[error("All customers spend the same on average; the spend model needs differences. Use the mean itself.")]
    NoSpread,
    /// An argument outside of its range.
    #[error("{name} is {value}; {want}.")]
    Argument {
        /// Name of the argument.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What is wanted.
        want: &'static str,
    },
}

/// A customer base as distinct histories with counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Base {
    groups: Vec<Group>,
    customers: u64,
    repeats: u64,
    sum_ln_gaps: f64,
    /// Customers by number of repeat purchases, sorted.
    by_x: Vec<(u32, u64)>,
}

impl Base {
    /// Counts distinct histories; their order does not matter. `sum_ln_gaps` is the sum over all customers and repeat
    /// purchases of ln(time since the purchase before); only models with k > 1 use it, others may give 0.
    ///
    /// # Errors
    /// A history contradicts itself, there is none, nobody came back, or nobody was observed for any time.
    pub fn new(histories: impl IntoIterator<Item = History>, sum_ln_gaps: f64) -> Result<Base, CustomerError> {
        Base::from_groups(histories.into_iter().map(|history| Group { history, count: 1 }), sum_ln_gaps)
    }

    /// The same from histories that are already counted; equal ones are added up.
    ///
    /// # Errors
    /// As [`Base::new`].
    pub fn from_groups(groups: impl IntoIterator<Item = Group>, sum_ln_gaps: f64) -> Result<Base, CustomerError> {
        if !sum_ln_gaps.is_finite() {
            let want = "the gaps between purchases must be longer than 0 (merge purchases of one day)";
            return Err(CustomerError::Argument { name: "sum of ln(gap)", value: sum_ln_gaps, want });
        }
        let mut counts: HashMap<(u32, u64, u64), u64> = HashMap::new();
        for (place, Group { history: h, count }) in groups.into_iter().enumerate() {
            let is_ordered = h.t.is_finite() && h.t >= 0.0 && h.tx >= 0.0 && h.tx <= h.t;
            if !is_ordered || (h.x == 0) != (h.tx == 0.0) {
                return Err(CustomerError::History { place: place + 1, x: h.x, tx: h.tx, t: h.t });
            }
            if h.x > MAX_PURCHASES {
                let want = "nobody buys a million times; merge the purchases of a day";
                return Err(CustomerError::Argument { name: "repeat purchases", value: f64::from(h.x), want });
            }
            // + 0.0 makes a negative zero a zero, so that equal times have equal bits.
            *counts.entry((h.x, (h.tx + 0.0).to_bits(), (h.t + 0.0).to_bits())).or_default() += count;
        }
        counts.retain(|_, count| *count > 0);
        let mut keys: Vec<_> = counts.into_iter().collect();
        // Positive floats order as their bits do; a fixed order makes every sum below reproducible.
        keys.sort_unstable();
        let groups: Vec<Group> = keys
            .into_iter()
            .map(|((x, tx, t), count)| Group {
                history: History { x, tx: f64::from_bits(tx), t: f64::from_bits(t) },
                count,
            })
            .collect();
        let customers = groups.iter().map(|g| g.count).sum();
        let repeats = groups.iter().map(|g| g.count * u64::from(g.history.x)).sum();
        if customers == 0 {
            return Err(CustomerError::Empty);
        }
        if groups.iter().all(|g| g.history.t <= 0.0) {
            return Err(CustomerError::NoTime);
        }
        if repeats == 0 {
            return Err(CustomerError::NoRepeats(customers));
        }
        let mut by_x: Vec<(u32, u64)> = Vec::new();
        for group in &groups {
            match by_x.last_mut() {
                Some((x, count)) if *x == group.history.x => *count += group.count,
                _ => by_x.push((group.history.x, group.count)),
            }
        }
        Ok(Base { groups, customers, repeats, sum_ln_gaps, by_x })
    }

    /// The distinct histories, sorted by x, tx, T.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Number of customers.
    pub fn customers(&self) -> u64 {
        self.customers
    }

    /// Repeat purchases of all customers.
    pub fn repeats(&self) -> u64 {
        self.repeats
    }

    /// Sum of ln(gap) over all repeat purchases.
    pub fn sum_ln_gaps(&self) -> f64 {
        self.sum_ln_gaps
    }

    /// Customers by number of repeat purchases, ascending.
    pub(super) fn by_x(&self) -> &[(u32, u64)] {
        &self.by_x
    }

    /// Largest number of repeat purchases.
    pub(super) fn max_x(&self) -> u32 {
        self.by_x.last().map_or(0, |(x, _)| *x)
    }

    /// Customers' time under observation, in total.
    pub(super) fn exposure(&self) -> f64 {
        self.groups.iter().map(|g| g.history.t * g.count as f64).sum()
    }
}
