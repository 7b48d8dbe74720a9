//! What a brand preset is made of: catalogue, voice, tax and where its parcels go.

use serde::{Deserialize, Serialize};

use crate::brands;

/// One of the built-in brands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrandKind {
    /// *Halm & Hafen*, a coffee and tea roastery on a harbour: replenishment, brewing bundles, Christmas.
    #[default]
    Coffee,
    /// *Lunde Botanics*, skincare with short ingredient lists: routines that belong together, refills.
    Skincare,
    /// *Tarn & Timber*, goods for huts, tents and kitchens: rare purchases, strong seasons.
    Outdoor,
}

impl BrandKind {
    /// All presets.
    pub const ALL: [BrandKind; 3] = [BrandKind::Coffee, BrandKind::Skincare, BrandKind::Outdoor];

    /// The preset's data.
    pub fn spec(self) -> &'static BrandSpec {
        match self {
            BrandKind::Coffee => &brands::COFFEE,
            BrandKind::Skincare => &brands::SKINCARE,
            BrandKind::Outdoor => &brands::OUTDOOR,
        }
    }
}

/// A brand as the simulator and the demo know it.
#[derive(Debug)]
pub struct BrandSpec {
    /// Name on the packaging.
    pub name: &'static str,
    /// What it does, in a line.
    pub tagline: &'static str,
    /// Shop address.
    pub shop_url: &'static str,
    /// Facts that copy may state, one each.
    pub facts: &'static [&'static str],
    /// VAT included in prices, in percent.
    pub tax_percent: i64,
    /// Shipping under the threshold, minor units.
    pub shipping_minor: i64,
    /// Net basket value from which shipping is free, minor units.
    pub free_shipping_from_minor: i64,
    /// Categories, in the order their names are shown.
    pub categories: &'static [&'static str],
    /// Products with their variants.
    pub items: &'static [Item],
    /// Pairs of SKUs bought together: the second is added with this probability to a basket that holds the first.
    pub pairs: &'static [(&'static str, &'static str, f64)],
    /// SKUs whose demand rises over the last two months.
    pub rising: &'static [&'static str],
    /// SKUs whose demand falls over the last four months.
    pub falling: &'static [&'static str],
}

/// When in the year a product is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Season {
    /// All year.
    All,
    /// March to May.
    Spring,
    /// June to August.
    Summer,
    /// September to November.
    Autumn,
    /// Mid-November to Christmas.
    Christmas,
}

/// A product page.
#[derive(Debug)]
pub struct Item {
    /// Handle.
    pub handle: &'static str,
    /// Title.
    pub title: &'static str,
    /// Category.
    pub category: &'static str,
    /// Tags, joined by `, `.
    pub tags: &'static str,
    /// Description as HTML.
    pub body: &'static str,
    /// When it is wanted.
    pub season: Season,
    /// Bought as a present.
    pub gift: bool,
    /// What is for sale.
    pub variants: &'static [Variant],
}

/// A thing with a SKU and a price.
#[derive(Debug)]
pub struct Variant {
    /// SKU: the product id of order lines.
    pub sku: &'static str,
    /// What tells it from its siblings; empty where it is alone.
    pub label: &'static str,
    /// Price, minor units, tax included.
    pub price_minor: i64,
    /// Cost of one item, minor units.
    pub cost_minor: i64,
    /// Relative demand.
    pub weight: f64,
    /// Mean days until the same customer needs it again; 0 where it does not run out.
    pub cycle_days: u16,
    /// Weight in grams.
    pub grams: u32,
}

/// Shorthand for the tables: `sku, label, price, cost, weight, cycle, grams`.
pub(crate) const fn v(
    sku: &'static str,
    label: &'static str,
    price_minor: i64,
    cost_minor: i64,
    weight: f64,
    cycle_days: u16,
    grams: u32,
) -> Variant {
    Variant { sku, label, price_minor, cost_minor, weight, cycle_days, grams }
}
