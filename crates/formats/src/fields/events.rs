//! Fields of event tables.

use super::{
    Field,
    Need::{OneOf, Optional, Required},
    field,
};

pub(super) static EVENTS: &[Field] = &[
    field("event", Required, "What happened, e.g. `Product Viewed`", &["event", "event_name", "event_type"], &["name"]),
    field(
        "timestamp",
        Required,
        "When: a date and time, or seconds or milliseconds since 1970",
        &["timestamp", "original_timestamp", "event_time", "event_timestamp", "ts"],
        &["time", "received_at", "date"],
    ),
    field(
        "anonymous_id",
        OneOf("who"),
        "The visitor's device",
        &["anonymous_id", "visitor_id", "device_id", "client_id", "session_id"],
        &["user_pseudo_id"],
    ),
    field(
        "user_id",
        OneOf("who"),
        "The customer, as orders name them",
        &["user_id", "customer_id"],
        &["email", "customer"],
    ),
    field("message_id", Optional, "Id of the event: what has one counts once", &["message_id", "event_id"], &["id"]),
    field(
        "product_id",
        Optional,
        "Product, as orders name it; a row per product of an event",
        &["sku", "product_id", "item_id", "product_sku"],
        &["product", "item"],
    ),
    field("quantity", Optional, "Units", &["quantity"], &["qty"]),
    field("price", Optional, "Price of one unit", &["price", "unit_price"], &[]),
    field("order_id", Optional, "Order number", &["order_id", "transaction_id"], &[]),
    field("placement", Optional, "Placement of the recommendation that led here", &["placement"], &[]),
    field("change_id", Optional, "Its change", &["change_id"], &[]),
    field("arm", Optional, "Its arm", &["arm"], &[]),
];
