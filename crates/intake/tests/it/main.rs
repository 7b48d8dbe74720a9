//! What the intake promises, through its public interface. One binary: every one of these links the query engine.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;
mod events;
mod imports;
mod interruption;
mod inventory;
mod mail_and_reviews;
mod order_kinds;
mod real_data;
mod undo;
mod watch;
