//! Who is asking, and whether they may.

pub mod access;
pub mod cookies;
pub mod guard;
mod join;
pub mod limit;
pub mod secret;
pub mod storefront;

pub use join::{JoinError, add_user};
