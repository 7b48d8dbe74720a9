//! The sprint through its public interface. One binary: every one of these links the query engine.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;
mod concepts;
mod launch_to_signed;
mod lifecycle;
mod plain;
mod pools;
mod retail;
mod shop;
mod studio;
