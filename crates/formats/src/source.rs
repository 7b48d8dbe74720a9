//! Which exports are read, and how a header tells them apart.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    columns::header_key,
    fields::{self, Need},
};

/// Where a file comes from: the first argument of `fortnight import`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Shopify admin exports: orders, products, customers.
    Shopify,
    /// Meta Ads Manager report, by day.
    Meta,
    /// Google Ads report, by day.
    Google,
    /// Google Analytics 4 table, by day.
    Ga4,
    /// Any order-line CSV, by mapping.
    Transactions,
    /// What visitors did: NDJSON or a table.
    Events,
    /// Dated snapshots of the Shopify inventory.
    Inventory,
    /// WooCommerce exports: orders, products.
    Woocommerce,
    /// BigCommerce exports: orders, products.
    Bigcommerce,
}

impl Source {
    /// All sources, in the order in which help texts list them.
    pub const ALL: [Source; 9] = [
        Source::Shopify,
        Source::Meta,
        Source::Google,
        Source::Ga4,
        Source::Transactions,
        Source::Events,
        Source::Inventory,
        Source::Woocommerce,
        Source::Bigcommerce,
    ];

    /// The word used on the command line and stored with a fact.
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Shopify => "shopify",
            Source::Meta => "meta",
            Source::Google => "google",
            Source::Ga4 => "ga4",
            Source::Transactions => "transactions",
            Source::Events => "events",
            Source::Inventory => "inventory",
            Source::Woocommerce => "woocommerce",
            Source::Bigcommerce => "bigcommerce",
        }
    }

    /// The kinds of file this source has.
    pub fn kinds(self) -> &'static [FileKind] {
        match self {
            Source::Shopify => &[FileKind::ShopifyOrders, FileKind::ShopifyProducts, FileKind::ShopifyCustomers],
            Source::Meta => &[FileKind::MetaAds],
            Source::Google => &[FileKind::GoogleAds],
            Source::Ga4 => &[FileKind::Ga4Funnel],
            Source::Transactions => &[FileKind::OrderLines],
            Source::Events => &[FileKind::Events],
            Source::Inventory => &[FileKind::Inventory],
            Source::Woocommerce => &[FileKind::WoocommerceOrders, FileKind::WoocommerceProducts],
            Source::Bigcommerce => &[FileKind::BigcommerceOrders, FileKind::BigcommerceProducts],
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The word is not a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a source; use one of {known}", known = Source::ALL.map(Source::as_str).join(", "))]
pub struct SourceError(pub String);

impl FromStr for Source {
    type Err = SourceError;
    fn from_str(text: &str) -> Result<Source, SourceError> {
        let word = text.trim().to_ascii_lowercase();
        Source::ALL.into_iter().find(|source| source.as_str() == word).ok_or_else(|| SourceError(text.to_owned()))
    }
}

/// What one file of a source holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Shopify orders, several rows an order.
    ShopifyOrders,
    /// Shopify products, several rows a product.
    ShopifyProducts,
    /// Shopify customers.
    ShopifyCustomers,
    /// Meta ad report.
    MetaAds,
    /// Google Ads report.
    GoogleAds,
    /// GA4 funnel table.
    Ga4Funnel,
    /// Order lines of any shop.
    OrderLines,
    /// Events of visitors.
    Events,
    /// A dated snapshot of the Shopify inventory.
    Inventory,
    /// WooCommerce orders, a row a line.
    WoocommerceOrders,
    /// WooCommerce products and variations.
    WoocommerceProducts,
    /// BigCommerce orders, a row an order or a line.
    BigcommerceOrders,
    /// BigCommerce products and variants.
    BigcommerceProducts,
}

impl FileKind {
    /// All kinds, most specific first.
    pub const ALL: [FileKind; 13] = [
        FileKind::ShopifyOrders,
        FileKind::ShopifyProducts,
        FileKind::ShopifyCustomers,
        FileKind::MetaAds,
        FileKind::GoogleAds,
        FileKind::Ga4Funnel,
        FileKind::Inventory,
        FileKind::WoocommerceOrders,
        FileKind::WoocommerceProducts,
        FileKind::BigcommerceOrders,
        FileKind::BigcommerceProducts,
        FileKind::OrderLines,
        FileKind::Events,
    ];

    /// The source it belongs to.
    pub fn source(self) -> Source {
        match self {
            FileKind::ShopifyOrders | FileKind::ShopifyProducts | FileKind::ShopifyCustomers => Source::Shopify,
            FileKind::MetaAds => Source::Meta,
            FileKind::GoogleAds => Source::Google,
            FileKind::Ga4Funnel => Source::Ga4,
            FileKind::OrderLines => Source::Transactions,
            FileKind::Events => Source::Events,
            FileKind::Inventory => Source::Inventory,
            FileKind::WoocommerceOrders | FileKind::WoocommerceProducts => Source::Woocommerce,
            FileKind::BigcommerceOrders | FileKind::BigcommerceProducts => Source::Bigcommerce,
        }
    }

    /// What a person calls such a file.
    pub fn label(self) -> &'static str {
        match self {
            FileKind::ShopifyOrders => "Shopify orders export",
            FileKind::ShopifyProducts => "Shopify products export",
            FileKind::ShopifyCustomers => "Shopify customers export",
            FileKind::MetaAds => "Meta ad report",
            FileKind::GoogleAds => "Google Ads report",
            FileKind::Ga4Funnel => "GA4 export",
            FileKind::OrderLines => "file of order lines",
            FileKind::Events => "file of events",
            FileKind::Inventory => "snapshot of the inventory",
            FileKind::WoocommerceOrders => "WooCommerce orders export",
            FileKind::WoocommerceProducts => "WooCommerce products export",
            FileKind::BigcommerceOrders => "BigCommerce orders export",
            FileKind::BigcommerceProducts => "BigCommerce products export",
        }
    }
}

/// What a header was recognised as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognised {
    /// The source to import it as.
    pub source: Source,
    /// The kind of file.
    pub kind: FileKind,
}

/// Recognises a file by its header row: the kind that has all its required columns there and the most known ones.
/// `None` when no kind is complete; the person then names the source and maps columns.
pub fn recognise(header: &[String]) -> Option<Recognised> {
    let keys: Vec<String> = header.iter().map(|cell| header_key(cell).0).collect();
    FileKind::ALL
        .into_iter()
        .filter_map(|kind| strict_score(kind, &keys).map(|score| (kind, score)))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map(|(kind, _)| Recognised { source: kind.source(), kind })
}

/// How many fields of the kind the header names in the platform's own words; `None` when a required one is missing.
fn strict_score(kind: FileKind, keys: &[String]) -> Option<usize> {
    let mut score = 0;
    let mut open_groups: Vec<(&str, bool)> = Vec::new();
    for field in fields::fields_of(kind) {
        let found = field.headers.iter().any(|name| {
            let wanted = header_key(name).0;
            keys.contains(&wanted)
        });
        score += usize::from(found);
        match field.need {
            Need::Required if !found => return None,
            Need::OneOf(group) => match open_groups.iter_mut().find(|(name, _)| *name == group) {
                Some((_, any)) => *any |= found,
                None => open_groups.push((group, found)),
            },
            Need::Required | Need::Optional => {}
        }
    }
    open_groups.iter().all(|(_, any)| *any).then_some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(header: &str) -> Option<FileKind> {
        let cells: Vec<String> = header.split(',').map(str::to_owned).collect();
        recognise(&cells).map(|recognised| recognised.kind)
    }

    #[test]
    fn sources_round_trip_as_words() {
        for source in Source::ALL {
            assert_eq!(source.to_string().parse(), Ok(source));
        }
        assert_eq!(
            "magento".parse::<Source>().map_err(|error| error.to_string().split(", ga4").next().map(str::to_owned)),
            Err(Some("`magento` is not a source; use one of shopify, meta, google".to_owned()))
        );
    }

    #[test]
    fn headers_are_recognised() {
        use FileKind::*;
        let cases = [
            (
                "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku",
                Some(ShopifyOrders),
            ),
            ("Handle,Title,Body (HTML),Vendor,Type,Tags,Variant SKU,Variant Price", Some(ShopifyProducts)),
            ("Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Total Spent", Some(ShopifyCustomers)),
            ("Day,Campaign name,Ad set name,Ad name,Impressions,Link clicks,Amount spent (EUR)", Some(MetaAds)),
            (
                "Tag,Kampagnenname,Anzeigengruppenname,Anzeigenname,Impressionen,Ausgegebener Betrag (EUR)",
                Some(MetaAds),
            ),
            ("Jour,Nom de la campagne,Nom de la publicité,Impressions,Montant dépensé (EUR)", Some(MetaAds)),
            ("Día,Nombre de la campaña,Nombre del anuncio,Impresiones,Importe gastado (EUR)", Some(MetaAds)),
            ("Day,Campaign,Ad group,Ad ID,Currency code,Impr.,Clicks,Cost,Conversions,Conv. value", Some(GoogleAds)),
            ("Tag,Kampagne,Anzeigengruppe,Anzeigen-ID,Währungscode,Impr.,Klicks,Kosten", Some(GoogleAds)),
            ("Jour,Campagne,Groupe d'annonces,Impr.,Clics,Coût", Some(GoogleAds)),
            ("Día,Campaña,Grupo de anuncios,Impr.,Clics,Coste", Some(GoogleAds)),
            (
                "Date,Session source / medium,Session campaign,Session manual ad content,Sessions,Ecommerce purchases",
                Some(Ga4Funnel),
            ),
            ("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country", Some(OrderLines)),
            ("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country", Some(OrderLines)),
            ("Event,Timestamp,Anonymous ID,SKU", Some(Events)),
            ("a,b,c", None),
            ("", None),
        ];
        for (header, want) in cases {
            assert_eq!(kind(header), want, "{header}");
        }
    }
}
