//! Everything that copy may state. What is not here, no draft says.

use domain::{
    DayRange, Money,
    sprint::{Brief, Concept, Offer},
};
use serde::{Deserialize, Serialize};

use crate::names;

/// What copy may say of a product, as the shop's own catalogue says it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProductFact {
    /// SKU or stock code, the id concepts name.
    pub id: String,
    /// Title as the catalogue has it, capitals and all.
    pub title: String,
    /// Category or product type.
    #[serde(default)]
    pub category: Option<String>,
    /// Description as plain text.
    #[serde(default)]
    pub description: String,
    /// Price of one.
    #[serde(default)]
    pub price: Option<Money>,
}

/// A counted number that customers may read, with where it was counted. `"{value} {what}"` is a clause that can stand
/// as it is: `1,240` + `orders since January`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberFact {
    /// The number as it is printed: `1,240`, `38%`, `€24.50`.
    pub value: String,
    /// Its unit: `orders`, `people`, `EUR`.
    pub unit: String,
    /// What it counts, to be read right after the value: `orders since January`.
    pub what: String,
    /// Where it comes from: the name of the evidence query.
    pub source: String,
}

impl NumberFact {
    /// The clause people read.
    pub fn clause(&self) -> String {
        format!("{} {}", self.value, self.what)
    }
}

/// All that copy may draw on. There is no field for a person: no customer's name or address can enter a draft or a
/// prompt from here, and free text is scrubbed of addresses by [`crate::prompt`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The brand's name.
    pub brand: String,
    /// Facts of the brief, one a line (materials, guarantees, shipping).
    pub lines: Vec<String>,
    /// The products copy is about.
    pub products: Vec<ProductFact>,
    /// The brief's offers, in the brief's order (a concept names its offer by index).
    pub offers: Vec<Offer>,
    /// Counted numbers fit for customers' eyes.
    pub numbers: Vec<NumberFact>,
    /// Words that must not appear.
    pub banned_words: Vec<String>,
    /// Where the ads lead to.
    pub landing_url: String,
    /// When the copy runs.
    pub flight: DayRange,
}

impl Facts {
    /// The facts of a brief and the products a concept is about.
    ///
    /// `numbers` are only those that customers may read; the size of a target group is not one of them.
    pub fn from_brief(brand: &str, brief: &Brief, products: Vec<ProductFact>, numbers: Vec<NumberFact>) -> Facts {
        Facts {
            brand: brand.trim().to_owned(),
            lines: brief.facts.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect(),
            products,
            offers: brief.offers.clone(),
            numbers,
            banned_words: brief.banned_words.iter().map(|word| word.trim().to_owned()).collect(),
            landing_url: brief.landing_url.trim().to_owned(),
            flight: brief.flight,
        }
    }

    /// The products a concept is about, in the concept's order; the first three of all where it names none that is here.
    pub fn products_of(&self, concept: &Concept) -> Vec<&ProductFact> {
        let named: Vec<&ProductFact> = concept
            .product_ids
            .iter()
            .filter_map(|id| self.products.iter().find(|product| product.id == *id))
            .collect();
        if named.is_empty() { self.products.iter().take(3).collect() } else { named }
    }

    /// The offer of a concept, unless it ended before the flight begins.
    pub fn offer_of(&self, concept: &Concept) -> Option<&Offer> {
        let offer = self.offers.get(concept.offer?)?;
        (offer.ends_on >= self.flight.from).then_some(offer)
    }

    /// All free text of the facts: what a number or a material word in copy is held against.
    /// Prices, end dates and codes are not part of it; they are compared as values (the 10 of `REFILL10` grounds no 10).
    pub fn corpus(&self) -> String {
        let mut text = String::new();
        let mut add = |part: &str| {
            text.push_str(part);
            text.push('\n');
        };
        add(&self.brand);
        self.lines.iter().for_each(|line| add(line));
        for product in &self.products {
            add(&product.title);
            add(&names::readable(&product.title));
            add(product.category.as_deref().unwrap_or_default());
            add(&product.description);
        }
        self.offers.iter().for_each(|offer| add(&offer.label));
        for number in &self.numbers {
            add(&number.clause());
        }
        text
    }
}
