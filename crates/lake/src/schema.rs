//! The columns of the lake's tables. A column is only ever added, at the end and nullable: older files lack it.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

/// A table of the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LakeTable {
    /// One row per line of an order.
    OrderLines,
    /// One row per line of a daily ad report.
    AdDays,
    /// One row per day, source, medium, campaign and content of a web-analytics export.
    FunnelDays,
    /// One row per product of an event of a visitor (one where it names none).
    Events,
    /// One row per day, product and place of a snapshot of the inventory.
    StockDays,
    /// One row per review of a product. No writer.
    ProductReviews,
    /// One row per campaign, and per day and message of a flow.
    MailDays,
}

impl LakeTable {
    /// All tables.
    pub const ALL: [LakeTable; 7] = [
        LakeTable::OrderLines,
        LakeTable::AdDays,
        LakeTable::FunnelDays,
        LakeTable::Events,
        LakeTable::StockDays,
        LakeTable::ProductReviews,
        LakeTable::MailDays,
    ];

    /// Name in the catalogue, in SQL and as folder.
    pub fn name(self) -> &'static str {
        match self {
            LakeTable::OrderLines => "order_lines",
            LakeTable::AdDays => "ad_days",
            LakeTable::FunnelDays => "funnel_days",
            LakeTable::Events => "events",
            LakeTable::StockDays => "stock_days",
            LakeTable::ProductReviews => "product_reviews",
            LakeTable::MailDays => "mail_days",
        }
    }

    /// The column that holds the fact key. Events are never replaced; their key is the hash of their message id.
    pub fn key_column(self) -> &'static str {
        match self {
            LakeTable::OrderLines => "order_id",
            LakeTable::Events => "message_hash",
            _ => "fact_key",
        }
    }

    pub(crate) fn columns(self) -> &'static [(&'static str, Kind, bool)] {
        match self {
            LakeTable::OrderLines => ORDER_LINES,
            LakeTable::AdDays => AD_DAYS,
            LakeTable::FunnelDays => FUNNEL_DAYS,
            LakeTable::Events => EVENTS,
            LakeTable::StockDays => STOCK_DAYS,
            LakeTable::ProductReviews => PRODUCT_REVIEWS,
            LakeTable::MailDays => MAIL_DAYS,
        }
    }

    /// Whether rows count from their instant on; those of reports count once their day is over.
    pub(crate) fn has_instants(self) -> bool {
        matches!(self, LakeTable::OrderLines | LakeTable::Events)
    }

    /// Whether rows of today may count already: those with an instant, and stock, which stands for the moment at which
    /// it was counted and not for a day that must be over first.
    pub(crate) fn reaches_today(self) -> bool {
        self.has_instants() || self == LakeTable::StockDays
    }

    /// The schema of a file (text as Utf8) or of a scan (text as views, which group and join faster).
    pub(crate) fn schema(self, text: DataType) -> SchemaRef {
        let field = |(name, kind, nullable): &(&str, Kind, bool)| {
            let data_type = match kind {
                Kind::Day => DataType::Date32,
                Kind::Int => DataType::Int64,
                Kind::Small => DataType::Int32,
                Kind::Flag => DataType::Boolean,
                Kind::Text => text.clone(),
            };
            Field::new(*name, data_type, *nullable)
        };
        Arc::new(Schema::new(self.columns().iter().map(field).collect::<Vec<_>>()))
    }
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Day,
    Int,
    Small,
    Flag,
    Text,
}
use Kind::{Day, Flag, Int, Small, Text};

const ORDER_LINES: &[(&str, Kind, bool)] = &[
    ("day", Day, false),
    ("seq", Int, false),
    ("ts_ms", Int, false),
    ("source", Text, false),
    ("order_id", Text, false),
    ("kind", Text, false),
    ("customer_id", Text, true),
    ("line_no", Small, false),
    ("product_id", Text, false),
    ("is_product", Flag, false),
    ("quantity", Int, false),
    ("unit_price_micros", Int, false),
    ("amount_micros", Int, false),
    ("country", Text, true),
    ("discount_code", Text, true),
    ("is_cancelled", Flag, false),
    ("order_discount_micros", Int, false),
    ("shipping_micros", Int, false),
    ("tax_micros", Int, false),
    ("refund_micros", Int, false),
    ("marks_id", Int, true),
];

const AD_DAYS: &[(&str, Kind, bool)] = &[
    ("day", Day, false),
    ("seq", Int, false),
    ("fact_key", Text, false),
    ("platform", Text, false),
    ("account_id", Text, false),
    ("campaign_id", Text, false),
    ("campaign_name", Text, false),
    ("ad_group_name", Text, false),
    ("ad_id", Text, false),
    ("ad_name", Text, false),
    ("breakdown_dims", Text, false),
    ("breakdown_values", Text, false),
    ("impressions", Int, false),
    ("clicks", Int, false),
    ("spend_micros", Int, false),
    ("conversions_micros", Int, false),
    ("value_micros", Int, false),
    ("currency", Text, true),
];

const FUNNEL_DAYS: &[(&str, Kind, bool)] = &[
    ("day", Day, false),
    ("seq", Int, false),
    ("fact_key", Text, false),
    ("source", Text, false),
    ("medium", Text, false),
    ("campaign", Text, false),
    ("content", Text, false),
    ("sessions", Int, false),
    ("views", Int, false),
    ("add_to_carts", Int, false),
    ("checkouts", Int, false),
    ("purchases", Int, false),
    ("revenue_micros", Int, false),
    ("currency", Text, true),
];

const EVENTS: &[(&str, Kind, bool)] = &[
    ("day", Day, false),
    ("seq", Int, false),
    ("ts_ms", Int, false),
    ("source", Text, false),
    ("message_hash", Int, false),
    ("line_no", Small, false),
    ("name", Text, false),
    ("device_id", Text, true),
    ("customer_id", Text, true),
    ("product_id", Text, true),
    ("quantity", Int, false),
    ("price_micros", Int, true),
    ("order_id", Text, true),
    ("placement", Text, true),
    ("change_id", Text, true),
    ("arm", Text, true),
];

const STOCK_DAYS: &[(&str, Kind, bool)] = &[
    ("day", Day, false),
    ("seq", Int, false),
    ("fact_key", Text, false),
    ("product_id", Text, false),
    ("handle", Text, true),
    ("location", Text, false),
    ("available_units", Int, true),
    ("on_hand_units", Int, true),
    ("incoming_units", Int, true),
    ("price_micros", Int, true),
];

const PRODUCT_REVIEWS: &[(&str, Kind, bool)] = &[
    ("day", Day, false),
    ("seq", Int, false),
    ("fact_key", Text, false),
    ("platform", Text, false),
    ("review_id", Text, false),
    ("product_id", Text, false),
    ("handle", Text, true),
    ("product_title", Text, true),
    ("rating", Int, false),
    ("title", Text, false),
    ("body", Text, false),
    ("is_verified", Flag, true),
    ("is_published", Flag, false),
];

const MAIL_DAYS: &[(&str, Kind, bool)] = &[
    ("day", Day, false),
    ("seq", Int, false),
    ("fact_key", Text, false),
    ("platform", Text, false),
    ("kind", Text, false),
    ("flow_id", Text, false),
    ("flow_name", Text, false),
    ("message_id", Text, false),
    ("message_name", Text, false),
    ("variant", Text, false),
    ("subject", Text, false),
    ("audience", Text, false),
    ("channel", Text, false),
    ("recipients", Int, false),
    ("deliveries", Int, false),
    ("unique_opens", Int, false),
    ("unique_clicks", Int, false),
    ("unsubscribes", Int, false),
    ("complaints", Int, false),
    ("bounces", Int, false),
    ("orders", Int, true),
    ("revenue_micros", Int, true),
    ("currency", Text, true),
];
