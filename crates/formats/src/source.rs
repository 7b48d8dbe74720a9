//! Which exports are read, and how a header tells them apart.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

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
    /// Reviews of products: Judge.me, Loox, Yotpo, Okendo.
    Reviews,
    /// Klaviyo exports: campaigns, flows, profiles.
    Klaviyo,
    /// Mailchimp exports: campaigns, contacts.
    Mailchimp,
    /// HubSpot exports: marketing e-mails, contacts.
    Hubspot,
}

impl Source {
    /// All sources, in the order in which help texts list them.
    pub const ALL: [Source; 13] = [
        Source::Shopify,
        Source::Meta,
        Source::Google,
        Source::Ga4,
        Source::Transactions,
        Source::Events,
        Source::Inventory,
        Source::Woocommerce,
        Source::Bigcommerce,
        Source::Reviews,
        Source::Klaviyo,
        Source::Mailchimp,
        Source::Hubspot,
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
            Source::Reviews => "reviews",
            Source::Klaviyo => "klaviyo",
            Source::Mailchimp => "mailchimp",
            Source::Hubspot => "hubspot",
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
            Source::Reviews => &[FileKind::ProductReviews],
            Source::Klaviyo => &[FileKind::KlaviyoCampaigns, FileKind::KlaviyoFlows, FileKind::KlaviyoProfiles],
            Source::Mailchimp => &[FileKind::MailchimpCampaigns, FileKind::MailchimpContacts],
            Source::Hubspot => &[FileKind::HubspotEmails, FileKind::HubspotContacts],
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
    /// Reviews of products.
    ProductReviews,
    /// Klaviyo campaigns.
    KlaviyoCampaigns,
    /// Klaviyo flows by day and message.
    KlaviyoFlows,
    /// Klaviyo profiles.
    KlaviyoProfiles,
    /// Mailchimp campaigns.
    MailchimpCampaigns,
    /// Mailchimp contacts.
    MailchimpContacts,
    /// HubSpot e-mails.
    HubspotEmails,
    /// HubSpot contacts.
    HubspotContacts,
}

impl FileKind {
    /// All kinds, most specific first.
    pub const ALL: [FileKind; 21] = [
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
        FileKind::ProductReviews,
        FileKind::KlaviyoCampaigns,
        FileKind::KlaviyoFlows,
        FileKind::KlaviyoProfiles,
        FileKind::MailchimpCampaigns,
        FileKind::MailchimpContacts,
        FileKind::HubspotEmails,
        FileKind::HubspotContacts,
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
            FileKind::ProductReviews => Source::Reviews,
            FileKind::KlaviyoCampaigns | FileKind::KlaviyoFlows | FileKind::KlaviyoProfiles => Source::Klaviyo,
            FileKind::MailchimpCampaigns | FileKind::MailchimpContacts => Source::Mailchimp,
            FileKind::HubspotEmails | FileKind::HubspotContacts => Source::Hubspot,
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
            FileKind::ProductReviews => "reviews export",
            FileKind::KlaviyoCampaigns => "Klaviyo campaigns export",
            FileKind::KlaviyoFlows => "Klaviyo flows export",
            FileKind::KlaviyoProfiles => "Klaviyo profiles export",
            FileKind::MailchimpCampaigns => "Mailchimp campaigns export",
            FileKind::MailchimpContacts => "Mailchimp contacts export",
            FileKind::HubspotEmails => "HubSpot e-mail export",
            FileKind::HubspotContacts => "HubSpot contacts export",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
