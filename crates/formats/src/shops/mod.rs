//! The exports of WooCommerce and BigCommerce.
//!
//! **Amounts:** lines are taken at the price before discounts where the export has it. Both platforms export prices
//! without tax where the shop's prices are without; nothing is converted.

mod details;
mod orders;
mod products;

pub(crate) use orders::Orders;
pub(crate) use products::Products;
