//! Where recommendations stand in a shop.

use serde::{Deserialize, Serialize};

/// A place in the shop (or in a mail) that shows recommendations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// The shop's first page.
    Home,
    /// Beside a product.
    Product,
    /// In the cart.
    Cart,
    /// After the order was placed.
    AfterPurchase,
    /// In an e-mail.
    Email,
    /// Where a search found nothing.
    SearchEmpty,
}

impl Placement {
    /// All of them, in the order pages show them.
    pub const ALL: [Placement; 6] = [
        Placement::Home,
        Placement::Product,
        Placement::Cart,
        Placement::AfterPurchase,
        Placement::Email,
        Placement::SearchEmpty,
    ];

    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Placement::Home => "home",
            Placement::Product => "product",
            Placement::Cart => "cart",
            Placement::AfterPurchase => "after_purchase",
            Placement::Email => "email",
            Placement::SearchEmpty => "search_empty",
        }
    }

    /// How a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Placement::Home => "Home page",
            Placement::Product => "Product page",
            Placement::Cart => "Cart",
            Placement::AfterPurchase => "After purchase",
            Placement::Email => "E-mail",
            Placement::SearchEmpty => "Search without results",
        }
    }

    /// What models are asked for there.
    pub(crate) fn purpose(self) -> recommend::Purpose {
        match self {
            Placement::Home => recommend::Purpose::Home,
            Placement::Product => recommend::Purpose::Product,
            Placement::Cart => recommend::Purpose::Cart,
            Placement::AfterPurchase => recommend::Purpose::AfterPurchase,
            Placement::Email => recommend::Purpose::Email,
            Placement::SearchEmpty => recommend::Purpose::SearchEmpty,
        }
    }

    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

impl std::fmt::Display for Placement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Placement {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Placement::ALL.into_iter().find(|placement| placement.as_str() == text).ok_or_else(|| text.to_owned())
    }
}
