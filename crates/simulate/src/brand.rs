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
    /// SKUs whose demand rises in the weeks around the end of the history.
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn catalogues_are_whole() {
        for kind in BrandKind::ALL {
            let brand = kind.spec();
            let variants: Vec<&Variant> = brand.items.iter().flat_map(|item| item.variants).collect();
            let skus: HashSet<&str> = variants.iter().map(|variant| variant.sku).collect();
            assert_eq!(skus.len(), variants.len(), "{}: SKUs are unique", brand.name);
            assert!((25..=60).contains(&variants.len()), "{}: {} SKUs", brand.name, variants.len());
            let handles: HashSet<&str> = brand.items.iter().map(|item| item.handle).collect();
            assert_eq!(handles.len(), brand.items.len());
            for variant in &variants {
                assert!(variant.cost_minor > 0 && variant.cost_minor <= variant.price_minor, "{}", variant.sku);
                assert!(variant.weight > 0.0 && variant.grams > 0, "{}", variant.sku);
            }
            for item in brand.items {
                assert!(brand.categories.contains(&item.category) && item.body.starts_with("<p>"), "{}", item.handle);
                assert!(!item.variants.is_empty());
            }
            let named = brand.pairs.iter().flat_map(|&(a, b, _)| [a, b]);
            for sku in named.chain(brand.rising.iter().copied()).chain(brand.falling.iter().copied()) {
                assert!(skus.contains(sku), "{sku} is not in the catalogue of {}", brand.name);
            }
        }
    }
}
