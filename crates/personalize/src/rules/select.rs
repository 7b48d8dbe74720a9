//! Which products a rule means.

use serde::{Deserialize, Serialize};

use crate::shelf::{Good, Shelf, Stocked, WordNumber};

/// Products: those that fit every list that is given. Within a list any entry will do. Case does not matter. Nothing
/// given means no product.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selector {
    /// Product ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<String>,
    /// Categories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Vendors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vendors: Vec<String>,
    /// Tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Lowest price, minor units (cents); products without a price do not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_from_minor: Option<i64>,
    /// Highest price, minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_to_minor: Option<i64>,
}

impl Selector {
    /// Whether nothing is given.
    pub fn is_empty(&self) -> bool {
        *self == Selector::default()
    }

    /// The selector for a shelf: words and ids looked up once. `minor_micros` is how many millionths a minor unit has
    /// (10,000 for cents).
    pub fn on(&self, shelf: &Shelf, minor_micros: i64) -> Matcher {
        let words = |names: &[String]| -> Option<Vec<WordNumber>> {
            (!names.is_empty()).then(|| names.iter().filter_map(|name| shelf.words().number(name)).collect())
        };
        let products = (!self.products.is_empty()).then(|| {
            let mut goods: Vec<Good> = self.products.iter().filter_map(|id| shelf.number(id.trim())).collect();
            goods.sort_unstable();
            goods
        });
        Matcher {
            is_empty: self.is_empty(),
            products,
            categories: words(&self.categories),
            vendors: words(&self.vendors),
            tags: words(&self.tags),
            price_from: self.price_from_minor.map(|minor| minor.saturating_mul(minor_micros)),
            price_to: self.price_to_minor.map(|minor| minor.saturating_mul(minor_micros)),
        }
    }
}

/// A [`Selector`] on a shelf.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    is_empty: bool,
    products: Option<Vec<Good>>,
    categories: Option<Vec<WordNumber>>,
    vendors: Option<Vec<WordNumber>>,
    tags: Option<Vec<WordNumber>>,
    price_from: Option<i64>,
    price_to: Option<i64>,
}

impl Matcher {
    /// Whether nothing was given: then it fits nothing.
    pub fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The categories it asks for, where it does.
    pub fn categories(&self) -> Option<&[WordNumber]> {
        self.categories.as_deref()
    }

    /// Whether a product fits.
    pub fn fits(&self, good: Good, stocked: &Stocked) -> bool {
        let among = |words: &Option<Vec<WordNumber>>, word: Option<WordNumber>| {
            words.as_ref().is_none_or(|words| word.is_some_and(|word| words.contains(&word)))
        };
        !self.is_empty
            && self.products.as_ref().is_none_or(|goods| goods.binary_search(&good).is_ok())
            && among(&self.categories, stocked.category)
            && among(&self.vendors, stocked.vendor)
            && self.tags.as_ref().is_none_or(|tags| stocked.tags.iter().any(|tag| tags.contains(tag)))
            && self.price_from.is_none_or(|from| stocked.price_micros.is_some_and(|price| price >= from))
            && self.price_to.is_none_or(|to| stocked.price_micros.is_some_and(|price| price <= to))
    }
}
