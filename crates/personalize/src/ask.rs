//! What is asked and what is answered: plain values, the same for API, pages and command line.

use std::sync::Arc;

use domain::ChangeId;
use serde::Serialize;

use crate::{
    Placement,
    rules::{Selector, Source},
};

/// Products in an answer where the request names no number.
pub const USUAL_ITEMS: usize = 8;

/// A request. Ids are pseudonyms, products are named by the shop's ids; what is not on the shelf is passed over.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Where the answer will stand.
    pub placement: Option<Placement>,
    /// Pseudonym of the customer.
    pub customer: Option<String>,
    /// Pseudonym of the device.
    pub device: Option<String>,
    /// Products seen in this session, oldest first. Added to what was observed of the visitor.
    pub session: Vec<String>,
    /// The product at hand.
    pub product: Option<String>,
    /// What is in the cart, or was just bought.
    pub cart: Vec<String>,
    /// How many products, at most 100.
    pub limit: usize,
    /// Language of the reasons, e.g. `de-AT`; English where it is not known.
    pub locale: String,
    /// Segments the visitor is in, for what is never shown to some.
    pub segments: Vec<String>,
    /// Only these.
    pub only: Selector,
    /// Not these.
    pub without: Selector,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// Its number, for events that follow from it.
    pub answer: String,
    /// Where.
    pub placement: Placement,
    /// Products, best first.
    pub items: Vec<Shown>,
    /// What made the list.
    pub model: ModelName,
    /// Whether the list is made for this visitor. Best-sellers are not, and say so.
    pub personalised: bool,
    /// The placement's change in the ledger.
    pub change: Option<ChangeId>,
    /// What this visitor gets: `change` or `baseline`.
    pub arm: measure::Arm,
    /// Why.
    pub why: Why,
    /// The contest of two models, where one runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contest: Option<ChangeId>,
    /// Version of the rules, 0 for the built-in ones.
    pub rules: i64,
    /// What the data does not support, in numbers; empty where all is well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Why a visitor gets what it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Drawn: it counts in the reading.
    Drawn,
    /// The change has won: everybody gets it.
    Won,
    /// The placement is off, or its change was switched off.
    Off,
    /// Kept from everything always on.
    GlobalHoldout,
    /// The data does not support personalisation; see the notes.
    DataGate,
    /// No model was trained yet.
    NoModel,
    /// Asked for a look, not for a shop: nothing is assigned or recorded.
    Preview,
}

impl Why {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::Drawn => "drawn",
            Why::Won => "won",
            Why::Off => "off",
            Why::GlobalHoldout => "global_holdout",
            Why::DataGate => "data_gate",
            Why::NoModel => "no_model",
            Why::Preview => "preview",
        }
    }
}

/// What made a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelName {
    /// Its name, e.g. `auto`; `best_sellers`, `chosen` (by hand) or `nothing` where no model was asked.
    pub name: Arc<str>,
    /// Version of the artefact; 0 for none.
    pub version: i64,
}

/// A product of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// The shop's id.
    pub product_id: Arc<str>,
    /// Title.
    pub title: Arc<str>,
    /// Address of its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Arc<str>>,
    /// Address of its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<Arc<str>>,
    /// Price, minor units of the brand's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_minor: Option<i64>,
    /// Position, from 1.
    pub position: usize,
    /// Final score; 0 where filled in or pinned.
    pub score: f32,
    /// Probability of this product at this position under what served it, the draw of the arm included.
    pub propensity: f32,
    /// Where it comes from.
    pub source: Source,
    /// Why.
    pub reason: Because,
}

/// Why a product is recommended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Because {
    /// A stable word: `bought_with`, `viewed`, `time_to_restock`, `often_bought`, `similar`, `best_seller`, `pinned`.
    pub kind: &'static str,
    /// For the shopper, in the language asked for.
    pub text: String,
    /// The product it points at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_id: Option<Arc<str>>,
}
