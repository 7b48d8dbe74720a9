//! Who is asking, and whether they may.

pub mod access;
pub mod cookies;
pub mod guard;
pub mod limit;
pub mod secret;
