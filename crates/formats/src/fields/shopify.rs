//! Fields of the Shopify exports.

use super::{
    Field,
    Need::{OneOf, Optional, Required},
    field,
};

pub(super) static SHOPIFY_ORDERS: &[Field] = &[
    field("order_id", Required, "Order number", &["Name"], &["Order", "Order name", "Order number"]),
    field("placed_at", Required, "When the order was placed", &["Created at"], &["Processed at", "Order date", "Date"]),
    field("quantity", Required, "Units of the line", &["Lineitem quantity"], &["Quantity"]),
    field("title", Required, "Title of the line", &["Lineitem name"], &["Product", "Item"]),
    field("unit_price", Required, "Price of one unit", &["Lineitem price"], &["Price"]),
    field("product_id", Optional, "SKU of the line", &["Lineitem sku"], &["SKU", "Variant SKU"]),
    field("line_discount", Optional, "Discount on the line", &["Lineitem discount"], &[]),
    field("email", Optional, "Customer's e-mail", &["Email"], &["Customer email"]),
    field("phone", Optional, "Customer's phone", &["Phone"], &[]),
    field("financial_status", Optional, "Paid, refunded, voided …", &["Financial Status"], &[]),
    field("currency", Optional, "Currency of the order", &["Currency"], &[]),
    field("subtotal", Optional, "Lines less discounts", &["Subtotal"], &[]),
    field("shipping", Optional, "Shipping charged", &["Shipping"], &[]),
    field("tax", Optional, "Taxes", &["Taxes"], &["Tax"]),
    field("total", Optional, "Total charged", &["Total"], &[]),
    field("discount_code", Optional, "Discount code", &["Discount Code"], &[]),
    field("discount", Optional, "Discount on the order", &["Discount Amount"], &["Discount"]),
    field("refunded", Optional, "Refunded so far", &["Refunded Amount"], &["Refund"]),
    field("cancelled_at", Optional, "When it was cancelled", &["Cancelled at"], &[]),
    field(
        "payment_method",
        Optional,
        "Payment method; orders of the test gateway are skipped",
        &["Payment Method"],
        &[],
    ),
    field("shipping_country", Optional, "Country delivered to", &["Shipping Country"], &["Country"]),
    field("billing_country", Optional, "Country billed to", &["Billing Country"], &[]),
    field("requires_shipping", Optional, "Whether the line is shipped", &["Lineitem requires shipping"], &[]),
];

pub(super) static SHOPIFY_PRODUCTS: &[Field] = &[
    field("handle", Required, "Handle: groups variants", &["Handle", "URL handle"], &[]),
    field("title", Required, "Product title", &["Title"], &[]),
    field("price", Required, "Price of the variant", &["Variant Price", "Price"], &[]),
    field("description", Optional, "Description, HTML", &["Body (HTML)", "Body HTML", "Description"], &[]),
    field("vendor", Optional, "Vendor", &["Vendor"], &[]),
    field("type", Optional, "Product type", &["Type", "Custom Product Type"], &[]),
    field("category", Optional, "Standard category", &["Product Category", "Standard Product Type"], &[]),
    field("tags", Optional, "Tags", &["Tags"], &[]),
    field("published", Optional, "Published or not", &["Published", "Published on online store"], &[]),
    field("status", Optional, "Active, draft or archived", &["Status"], &[]),
    field("product_id", Optional, "SKU of the variant", &["Variant SKU", "SKU"], &[]),
    field("option1", Optional, "First option", &["Option1 Value"], &[]),
    field("option2", Optional, "Second option", &["Option2 Value"], &[]),
    field("option3", Optional, "Third option", &["Option3 Value"], &[]),
    field("stock_tracker", Optional, "Who tracks stock", &["Variant Inventory Tracker", "Inventory tracker"], &[]),
    field("stock", Optional, "Units in stock", &["Variant Inventory Qty", "Inventory quantity"], &[]),
    field("image", Optional, "Product image", &["Image Src", "Product image URL"], &[]),
    field("variant_image", Optional, "Variant image", &["Variant Image", "Variant image URL"], &[]),
    field("cost", Optional, "Cost of one item", &["Cost per item"], &["Cost"]),
];

pub(super) static SHOPIFY_CUSTOMERS: &[Field] = &[
    field("email", Required, "E-mail", &["Email"], &[]),
    field("first_name", Required, "First name", &["First Name"], &[]),
    field("last_name", Optional, "Last name", &["Last Name"], &[]),
    field("customer_id", Optional, "Customer number", &["Customer ID"], &["ID"]),
    field(
        "accepts_email",
        OneOf("consent or total"),
        "Accepts e-mail marketing",
        &["Accepts Email Marketing", "Accepts Marketing"],
        &[],
    ),
    field("total_spent", OneOf("consent or total"), "Spent so far (not used)", &["Total Spent"], &[]),
    field("country", Optional, "Country", &["Default Address Country Code", "Country Code", "Country"], &[]),
    field("phone", Optional, "Phone", &["Phone", "Default Address Phone"], &[]),
    field("tags", Optional, "Tags", &["Tags"], &[]),
];
