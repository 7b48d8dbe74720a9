//! Fields of the exports of WooCommerce and BigCommerce.
//!
//! WooCommerce has no orders export of its own: the columns are those of the two exporters in use, *Advanced Order
//! Export* (<https://docs.algolplus.com/algol_order_export/>) and *Order/Customer CSV Export*
//! (<https://woocommerce.com/document/ordercustomer-csv-export/>). Products are those of the built-in exporter
//! (<https://woocommerce.com/document/product-csv-importer-exporter/>). BigCommerce:
//! <https://support.bigcommerce.com/s/article/Exporting-Orders> and `…/Importing-Exporting-Products`.

use super::{
    Field,
    Need::{OneOf, Optional, Required},
    field,
};

pub(super) static WOOCOMMERCE_ORDERS: &[Field] = &[
    field("order_id", Required, "Order number", &["Order Number", "order_number", "order_id"], &["Order ID", "Order"]),
    field("placed_at", Required, "When the order was placed", &["Order Date", "date", "order_date"], &["Date Created"]),
    field("status", Required, "Order status", &["Order Status", "status"], &[]),
    field("title", Required, "Title of the line", &["Item Name", "item_name", "Product Name"], &["Name"]),
    field("quantity", OneOf("quantity"), "Units of the line", &["Quantity", "item_quantity"], &["Qty"]),
    field(
        "net_quantity",
        OneOf("quantity"),
        "Units of the line less those refunded",
        &["Quantity (- Refund)", "Quantity - Refund"],
        &[],
    ),
    field("unit_price", OneOf("price"), "Price of one unit", &["Item Cost", "item_price"], &["Price", "Item Price"]),
    field(
        "line_subtotal",
        OneOf("price"),
        "Line before discounts",
        &["Order Line Subtotal", "item_subtotal"],
        &["Item Subtotal"],
    ),
    field(
        "line_total",
        OneOf("price"),
        "Line after discounts, without tax",
        &["Order Line (w/o tax)", "item_total"],
        &["Item Total", "Order Line Total"],
    ),
    field("product_id", Optional, "SKU of the line", &["SKU", "item_sku"], &["Product SKU"]),
    field("email", Optional, "Customer's e-mail", &["Email (Billing)", "billing_email"], &["Billing Email", "Email"]),
    field("phone", Optional, "Customer's phone", &["Phone (Billing)", "billing_phone"], &["Billing Phone", "Phone"]),
    field("customer_id", Optional, "Customer number", &["Customer User ID", "customer_id"], &["Customer ID"]),
    field(
        "shipping_country",
        Optional,
        "Country delivered to",
        &["Country Code (Shipping)", "shipping_country"],
        &["Country (Shipping)", "Shipping Country"],
    ),
    field(
        "billing_country",
        Optional,
        "Country billed to",
        &["Country Code (Billing)", "billing_country"],
        &["Country (Billing)", "Billing Country"],
    ),
    field("currency", Optional, "Currency of the order", &["Order Currency", "order_currency"], &["Currency"]),
    field(
        "discount",
        Optional,
        "Discount on the order",
        &["Cart Discount Amount", "discount_total"],
        &["Order Discount"],
    ),
    field("discount_code", Optional, "Coupon code", &["Coupon Code", "Coupons Used", "coupons"], &["Coupon"]),
    field("shipping", Optional, "Shipping charged", &["Order Shipping Amount", "shipping_total"], &["Shipping"]),
    field("fees", Optional, "Fees charged", &["Order Fee Amount", "fee_total"], &[]),
    field("tax", Optional, "Taxes", &["Order Total Tax Amount", "tax_total"], &["Tax"]),
    field("refunded", Optional, "Refunded so far", &["Order Refund Amount", "refunded_total"], &["Refund"]),
    field("total", Optional, "Total charged", &["Order Total Amount", "order_total"], &["Total"]),
    field(
        "payment_method",
        Optional,
        "Payment method",
        &["Payment Method Title", "payment_method"],
        &["Payment Method"],
    ),
    field("item_number", Optional, "Number of the line (not used)", &["Item #", "item_id"], &[]),
];

pub(super) static WOOCOMMERCE_PRODUCTS: &[Field] = &[
    field("id", Required, "Product number", &["ID"], &[]),
    field("type", Required, "Kind of product", &["Type"], &[]),
    field("title", Required, "Product title", &["Name"], &[]),
    field("price", Required, "Price", &["Regular price"], &["Price"]),
    field("sale_price", Optional, "Price while on sale", &["Sale price"], &[]),
    field("product_id", Optional, "SKU", &["SKU"], &[]),
    field("published", Optional, "Published or not", &["Published"], &[]),
    field("description", Optional, "Description, HTML", &["Description"], &[]),
    field("short_description", Optional, "Short description, HTML", &["Short description"], &[]),
    field("in_stock", Optional, "In stock or not (not used)", &["In stock?"], &[]),
    field("stock", Optional, "Units in stock", &["Stock"], &[]),
    field("category", Optional, "Categories", &["Categories"], &[]),
    field("tags", Optional, "Tags", &["Tags"], &[]),
    field("image", Optional, "Images", &["Images"], &[]),
    field("vendor", Optional, "Brand", &["Brands"], &["Brand"]),
    field("parent", Optional, "Product that a variation belongs to", &["Parent"], &[]),
    field("cost", Optional, "Cost of one item", &["Cost of goods", "Cogs value"], &["Cost"]),
];

pub(super) static BIGCOMMERCE_ORDERS: &[Field] = &[
    field("order_id", Required, "Order number", &["Order ID"], &["Order"]),
    field("placed_at", Required, "When the order was placed", &["Order Date", "Date Created"], &["Date"]),
    field("status", Required, "Order status", &["Order Status"], &["Status"]),
    field("total", OneOf("total"), "Total charged", &["Order Total (inc tax)", "Total Inc Tax"], &["Order Total"]),
    field("details", OneOf("products"), "All lines in one cell", &["Product Details", "Products"], &[]),
    field("title", OneOf("products"), "Title of the line", &["Product Name"], &["Item Name"]),
    field("quantity", Optional, "Units of the line", &["Product Qty", "Product Quantity"], &["Quantity"]),
    field("unit_price", Optional, "Price of one unit", &["Product Unit Price"], &["Price"]),
    field("product_id", Optional, "SKU of the line", &["Product SKU"], &["SKU"]),
    field("email", Optional, "Customer's e-mail", &["Customer Email", "Billing Email"], &["Email"]),
    field("phone", Optional, "Customer's phone", &["Customer Phone", "Billing Phone"], &[]),
    field("customer_id", Optional, "Customer number", &["Customer ID"], &[]),
    field("shipping_country", Optional, "Country delivered to", &["Shipping Country"], &["Ship to Country"]),
    field("billing_country", Optional, "Country billed to", &["Billing Country"], &[]),
    field("currency", Optional, "Currency of the order", &["Order Currency Code", "Currency Code"], &["Currency"]),
    field("subtotal", Optional, "Lines before discounts", &["Subtotal (inc tax)", "Subtotal Inc Tax"], &["Subtotal"]),
    field("discount", Optional, "Discount on the order", &["Discount Amount", "Coupon Discount"], &["Discount"]),
    field("discount_code", Optional, "Coupon", &["Coupon Details", "Coupon Code"], &["Coupon"]),
    field("shipping", Optional, "Shipping charged", &["Shipping Cost (inc tax)"], &["Shipping Cost"]),
    field("fees", Optional, "Handling charged", &["Handling Cost (inc tax)"], &["Handling Cost"]),
    field("tax", Optional, "Taxes", &["Tax Total"], &["Total Tax"]),
    field("refunded", Optional, "Refunded so far", &["Refund Amount", "Refunded Amount"], &[]),
    field("payment_method", Optional, "Payment method", &["Payment Method"], &[]),
];

pub(super) static BIGCOMMERCE_PRODUCTS: &[Field] = &[
    field("type", Required, "Product, variant, image …", &["Item Type", "Item"], &[]),
    field("id", Optional, "Product number", &["Product ID", "ID"], &[]),
    field("title", Required, "Product title", &["Product Name", "Name"], &[]),
    field("product_id", Required, "SKU", &["Product Code/SKU", "SKU"], &[]),
    field("price", Required, "Price", &["Price"], &[]),
    field("sale_price", Optional, "Price while on sale", &["Sale Price"], &[]),
    field("cost", Optional, "Cost of one item", &["Cost Price", "Cost"], &[]),
    field("description", Optional, "Description, HTML", &["Product Description", "Description"], &[]),
    field("vendor", Optional, "Brand", &["Brand Name"], &["Brand"]),
    field(
        "stock_tracker",
        OneOf("tracking"),
        "Whether stock is tracked",
        &["Track Inventory", "Inventory Tracking"],
        &[],
    ),
    field("stock", OneOf("tracking"), "Units in stock", &["Current Stock Level", "Current Stock"], &["Stock"]),
    field("published", Optional, "Visible or not", &["Product Visible?", "Is Visible"], &["Visible"]),
    field("category", Optional, "Categories", &["Category", "Categories"], &[]),
    field(
        "image",
        Optional,
        "Product image",
        &["Product Image File - 1", "Image URL (Export)", "Image URL (Import)"],
        &["Product Image URL - 1"],
    ),
    field("options", Optional, "Options of a variant", &["Options"], &[]),
];
