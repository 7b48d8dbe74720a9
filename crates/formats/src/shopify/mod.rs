//! The exports of the Shopify admin: orders, products, customers, and snapshots of the inventory.

mod customers;
mod inventory;
mod orders;
mod products;

pub(crate) use customers::Customers;
pub(crate) use inventory::Inventory;
pub(crate) use orders::Orders;
pub(crate) use products::Products;
