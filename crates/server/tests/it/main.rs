//! Requests in, pages and JSON out. One binary: every one of these links the whole product.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod brand_pages;
mod events;
mod recommendations;
mod routes;
