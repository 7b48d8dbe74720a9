//! The ledger through its public interface, on a real lake and both databases. One binary: each links the query engine.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;
mod from_start_to_verdict;
mod pages;
mod split;
