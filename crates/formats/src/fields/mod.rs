//! The canonical fields of every kind of file with the headers under which exports carry them.
//! A table, and the source of the mapping screen and of the documentation.

mod ads;
mod events;
mod ga4;
mod mail;
mod order_lines;
mod reviews;
mod shopify;
mod shops;

pub(crate) use ads::BREAKDOWNS;
use serde::Serialize;

use crate::source::{FileKind, Source};

/// Whether a file can be read without the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Without it the file is refused.
    Required,
    /// One field of this group must be there.
    OneOf(&'static str),
    /// Read when present.
    Optional,
}

/// One canonical field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Our name: the left side of `--map ours=theirs`.
    pub name: &'static str,
    /// Whether it must be there.
    pub need: Need,
    /// What it means, in a few words.
    pub about: &'static str,
    /// The export's own headers, best first, in every language known. Compared without case, spaces and punctuation.
    pub headers: &'static [&'static str],
    /// Further headers accepted once the person has named the source; not used to recognise a file.
    pub also: &'static [&'static str],
}

const fn field(
    name: &'static str,
    need: Need,
    about: &'static str,
    headers: &'static [&'static str],
    also: &'static [&'static str],
) -> Field {
    Field { name, need, about, headers, also }
}

/// The canonical fields of one kind of file.
pub fn fields_of(kind: FileKind) -> &'static [Field] {
    match kind {
        FileKind::ShopifyOrders => shopify::SHOPIFY_ORDERS,
        FileKind::ShopifyProducts => shopify::SHOPIFY_PRODUCTS,
        FileKind::ShopifyCustomers => shopify::SHOPIFY_CUSTOMERS,
        FileKind::MetaAds => ads::META_ADS,
        FileKind::GoogleAds => ads::GOOGLE_ADS,
        FileKind::Ga4Funnel => ga4::GA4_FUNNEL,
        FileKind::OrderLines => order_lines::ORDER_LINES,
        FileKind::Events => events::EVENTS,
        FileKind::Inventory => shopify::INVENTORY,
        FileKind::WoocommerceOrders => shops::WOOCOMMERCE_ORDERS,
        FileKind::WoocommerceProducts => shops::WOOCOMMERCE_PRODUCTS,
        FileKind::BigcommerceOrders => shops::BIGCOMMERCE_ORDERS,
        FileKind::BigcommerceProducts => shops::BIGCOMMERCE_PRODUCTS,
        FileKind::ProductReviews => reviews::REVIEWS,
        FileKind::KlaviyoCampaigns => mail::KLAVIYO_CAMPAIGNS,
        FileKind::KlaviyoFlows => mail::KLAVIYO_FLOWS,
        FileKind::KlaviyoProfiles => mail::KLAVIYO_PROFILES,
        FileKind::MailchimpCampaigns => mail::MAILCHIMP_CAMPAIGNS,
        FileKind::MailchimpContacts => mail::MAILCHIMP_CONTACTS,
        FileKind::HubspotEmails => mail::HUBSPOT_EMAILS,
        FileKind::HubspotContacts => mail::HUBSPOT_CONTACTS,
    }
}

/// The canonical fields of a source, by kind of file.
pub fn fields(source: Source) -> Vec<(FileKind, &'static [Field])> {
    source.kinds().iter().map(|&kind| (kind, fields_of(kind))).collect()
}
