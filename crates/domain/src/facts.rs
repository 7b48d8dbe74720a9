//! The facts a shop produces, in one canonical form whatever file they came in.

use serde::{Deserialize, Serialize};

use crate::{Currency, Day, InstantMs, Micros, event::Event};

/// What an order row set is, by the definitions of the shared data README.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// A normal invoice with at least one line of quantity > 0 and price > 0.
    Sale,
    /// Goods taken back or an invoice cancelled (negative amounts).
    Cancellation,
    /// An accounting adjustment that is neither sale nor return.
    Adjustment,
    /// A normal invoice without a paid line: stock write-offs, samples.
    WriteOff,
}

impl OrderKind {
    /// The word stored in the lake.
    pub fn as_str(self) -> &'static str {
        match self {
            OrderKind::Sale => "sale",
            OrderKind::Cancellation => "cancellation",
            OrderKind::Adjustment => "adjustment",
            OrderKind::WriteOff => "write_off",
        }
    }
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// SKU, stock code or variant id: what the shop calls the thing sold.
    pub product_id: String,
    /// The line's title as exported.
    pub title: String,
    /// Units; negative on cancellations.
    pub quantity: i64,
    /// Price of one unit before discounts, in millionths.
    pub unit_price_micros: Micros,
    /// False for postage, fees, manual corrections and the like: counted in totals, never recommended or mined.
    pub is_product: bool,
}

impl OrderLine {
    /// Quantity times unit price.
    pub fn amount_micros(&self) -> Micros {
        self.quantity * self.unit_price_micros
    }
}

/// One order (or cancellation, adjustment, write-off) with its lines, as one export shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The platform's or the file's order number.
    pub order_id: String,
    /// What it is.
    pub kind: OrderKind,
    /// When it was placed. Files with local times are read in the brand's time zone.
    pub placed_at: InstantMs,
    /// What identifies the customer in that file (customer id or e-mail), as written; `None` where the file has none.
    /// Never leaves the store: the lake carries a pseudonym.
    pub customer_key: Option<String>,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Country as exported (name or code).
    pub country: Option<String>,
    /// Discount on the whole order, positive, in millionths.
    pub discount_micros: Micros,
    /// Discount or voucher code.
    pub discount_code: Option<String>,
    /// Shipping charged, in millionths.
    pub shipping_micros: Micros,
    /// Taxes, in millionths.
    pub tax_micros: Micros,
    /// Refunded so far, positive, in millionths (Shopify gives one amount for the order).
    pub refunded_micros: Micros,
    /// True when the whole order was cancelled.
    pub is_cancelled: bool,
    /// What the export says beside: tags, source, payment.
    #[serde(default)]
    pub marks: crate::order_kinds::OrderMarks,
    /// Lines in file order.
    pub lines: Vec<OrderLine>,
}

impl Order {
    /// Sum of quantity times price over all lines.
    pub fn lines_micros(&self) -> i128 {
        self.lines.iter().map(|line| i128::from(line.amount_micros())).sum()
    }
}

/// A product or variant of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// SKU or stock code; the id order lines use.
    pub product_id: String,
    /// Platform handle (groups variants).
    pub handle: Option<String>,
    /// Title, with the variant where it matters.
    pub title: String,
    /// Description as plain text (HTML stripped).
    pub description: String,
    /// Product type or category.
    pub category: Option<String>,
    /// Vendor or brand.
    pub vendor: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Price in millionths.
    pub price_micros: Option<Micros>,
    /// Cost of one item in millionths, if exported.
    pub cost_micros: Option<Micros>,
    /// Units in stock, if tracked.
    pub stock_units: Option<i64>,
    /// Image address.
    pub image_url: Option<String>,
    /// False when draft or archived.
    pub is_active: bool,
}

/// A customer as exported: personal data, kept in the store only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The identifier that order files use (e-mail for Shopify, else the customer id).
    pub customer_key: String,
    /// E-mail address, lower case.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Whether the person accepts e-mail marketing; `None` when the file does not say.
    pub accepts_email: Option<bool>,
    /// Tags.
    pub tags: Vec<String>,
}

/// Which platform reported an ad day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdPlatform {
    /// Meta (Facebook, Instagram).
    Meta,
    /// Google Ads.
    Google,
}

impl AdPlatform {
    /// The word stored in the lake.
    pub fn as_str(self) -> &'static str {
        match self {
            AdPlatform::Meta => "meta",
            AdPlatform::Google => "google",
        }
    }
}

/// One row of a daily ad report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdDay {
    /// The platform.
    pub platform: AdPlatform,
    /// Account id or name as exported; empty when the report has none.
    pub account_id: String,
    /// The day the report row covers.
    pub day: Day,
    /// Campaign id (name where the export has no id).
    pub campaign_id: String,
    /// Campaign name.
    pub campaign_name: String,
    /// Ad set or ad group name.
    pub ad_group_name: String,
    /// Ad id (name where the export has no id).
    pub ad_id: String,
    /// Ad name.
    pub ad_name: String,
    /// Breakdown dimensions of the row, sorted and joined by `,` (`age,gender`); empty for a plain row.
    pub breakdown_dims: String,
    /// Their values, in the same order, joined by `,`.
    pub breakdown_values: String,
    /// Impressions.
    pub impressions: i64,
    /// Clicks (all or link clicks, as exported).
    pub clicks: i64,
    /// Amount spent, in millionths.
    pub spend_micros: Micros,
    /// Conversions the platform claims, in millionths of a conversion (Google reports fractions).
    pub conversions_micros: Micros,
    /// Conversion value the platform claims, in millionths.
    pub value_micros: Micros,
    /// Account currency; `None` when the report does not say.
    pub currency: Option<Currency>,
}

impl AdDay {
    /// Identity of the row: platform, account, day, ad, breakdown. The latest export of a key wins.
    pub fn key(&self) -> String {
        let parts = [
            self.platform.as_str(),
            &self.account_id,
            &self.day.to_string(),
            &self.campaign_id,
            &self.ad_group_name,
            &self.ad_id,
            &self.breakdown_dims,
            &self.breakdown_values,
        ];
        parts.join("\u{1f}")
    }
}

/// One row of a web-analytics funnel export: day by source/medium, campaign and ad content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunnelDay {
    /// The day.
    pub day: Day,
    /// Session source, e.g. `facebook`.
    pub source: String,
    /// Session medium, e.g. `paid`.
    pub medium: String,
    /// Session campaign.
    pub campaign: String,
    /// Manual ad content (`utm_content`), by which a concept's money is found.
    pub content: String,
    /// Sessions.
    pub sessions: i64,
    /// Product views.
    pub views: i64,
    /// Adds to cart.
    pub add_to_carts: i64,
    /// Checkouts begun.
    pub checkouts: i64,
    /// Purchases.
    pub purchases: i64,
    /// Purchase revenue in millionths.
    pub revenue_micros: Micros,
    /// Currency; `None` when the export does not say.
    pub currency: Option<Currency>,
}

impl FunnelDay {
    /// Identity of the row: day, source, medium, campaign, content. The latest export of a key wins.
    pub fn key(&self) -> String {
        [self.day.to_string().as_str(), &self.source, &self.medium, &self.campaign, &self.content].join("\u{1f}")
    }
}

/// Stock of one product at one place on one day, as a dated snapshot of the inventory shows it. Snapshots of many days
/// are how a history of stock and prices comes to exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockDay {
    /// The day the snapshot was taken.
    pub day: Day,
    /// SKU, as order lines name the product.
    pub product_id: String,
    /// Platform handle (groups variants).
    pub handle: Option<String>,
    /// Title with the variant.
    pub title: String,
    /// Where the stock lies; empty where the snapshot does not say.
    pub location: String,
    /// Units that can be sold; may be negative where the shop oversells.
    pub available_units: Option<i64>,
    /// Units on the shelf, those already sold but not shipped included.
    pub on_hand_units: Option<i64>,
    /// Units on their way in.
    pub incoming_units: Option<i64>,
    /// Price on that day in millionths, where the snapshot has one.
    pub price_micros: Option<Micros>,
}

impl StockDay {
    /// Identity of the row: day, product, place. The latest export of a key wins.
    pub fn key(&self) -> String {
        [self.day.to_string().as_str(), &self.product_id, &self.location].join("\u{1f}")
    }

    /// Units that can be sold, else those on the shelf.
    pub fn units(&self) -> Option<i64> {
        self.available_units.or(self.on_hand_units)
    }
}

/// What a buyer wrote about a product. Who wrote it is not kept: neither name nor address is part of the fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductReview {
    /// The review platform, in its own word; empty where the file does not tell.
    pub platform: String,
    /// The platform's number of the review, or a digest of its content where the export has none.
    pub review_id: String,
    /// The day it was written.
    pub day: Day,
    /// What the export calls the product: SKU or the shop platform's number; empty where it has neither.
    pub product_id: String,
    /// Platform handle of the product, by which `products` are found.
    pub handle: Option<String>,
    /// Title of the product.
    pub product_title: Option<String>,
    /// Stars, 1 to 5.
    pub rating: i64,
    /// Headline; may be empty. Addresses and the writer's own name are taken out.
    pub title: String,
    /// Text; may be empty. Addresses and the writer's own name are taken out.
    pub body: String,
    /// Whether the writer is known to have bought; `None` when the export does not say.
    pub is_verified: Option<bool>,
    /// False when hidden, pending or spam.
    pub is_published: bool,
}

impl ProductReview {
    /// Identity of the review: platform and number. The latest export of a key wins.
    pub fn key(&self) -> String {
        [self.platform.as_str(), &self.review_id].join("\u{1f}")
    }
}

/// Whether a message went to many at once or by itself to each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// Sent once to a list.
    Campaign,
    /// Sent by a flow to each person when due.
    Flow,
}

impl MailKind {
    /// The word stored in the lake.
    pub fn as_str(self) -> &'static str {
        match self {
            MailKind::Campaign => "campaign",
            MailKind::Flow => "flow",
        }
    }
}

/// What one message did: a campaign as a whole (on the day it was sent), or a message of a flow on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailDay {
    /// The mail platform, in its own word.
    pub platform: String,
    /// Campaign or flow.
    pub kind: MailKind,
    /// The day the row covers; of a campaign the day it was sent.
    pub day: Day,
    /// Flow id (name where the export has no id); empty for a campaign.
    pub flow_id: String,
    /// Flow name; empty for a campaign.
    pub flow_name: String,
    /// Campaign id or id of the flow's message (name where the export has no id).
    pub message_id: String,
    /// Campaign name or name of the flow's message.
    pub message_name: String,
    /// Variant of a test; empty where there is none.
    pub variant: String,
    /// Subject line; empty where the export has none.
    pub subject: String,
    /// List or segment it went to; empty where the export has none.
    pub audience: String,
    /// `email`, `sms` …, in lower case; empty where the export does not say.
    pub channel: String,
    /// People it was sent to.
    pub recipients: i64,
    /// Delivered.
    pub deliveries: i64,
    /// People who opened.
    pub unique_opens: i64,
    /// People who clicked.
    pub unique_clicks: i64,
    /// People who unsubscribed by it.
    pub unsubscribes: i64,
    /// Complaints as spam.
    pub complaints: i64,
    /// Bounced.
    pub bounces: i64,
    /// Orders the platform claims for it; `None` where the export has none.
    pub orders: Option<i64>,
    /// Revenue the platform claims for it, in millionths; `None` where the export has none.
    pub revenue_micros: Option<Micros>,
    /// Currency; `None` when the export does not say.
    pub currency: Option<Currency>,
}

impl MailDay {
    /// Identity of the row: platform, kind, day, flow, message, variant. The latest export of a key wins.
    pub fn key(&self) -> String {
        let day = self.day.to_string();
        let parts = [&self.platform, self.kind.as_str(), &day, &self.flow_id, &self.message_id, self.variant.as_str()];
        parts.join("\u{1f}")
    }
}

/// One canonical record out of a file, with the data rows (1-based, header not counted) it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// An order with its lines.
    Order(Order),
    /// A product.
    Product(Product),
    /// A customer.
    Customer(Customer),
    /// An ad report row.
    AdDay(AdDay),
    /// A funnel row.
    FunnelDay(FunnelDay),
    /// An event of a visitor.
    Event(Event),
    /// Stock on one day.
    Stock(StockDay),
    /// A review of a product.
    Review(ProductReview),
    /// What a message did.
    Mail(MailDay),
}
