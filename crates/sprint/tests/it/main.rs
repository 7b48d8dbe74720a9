//! The sprint through its public interface. One binary: every one of these links the query engine.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod bar5;
mod bar6;
mod brands;
mod common;
mod concepts;
mod forecasts;
mod ideas;
mod launch_to_signed;
mod lifecycle;
mod plain;
mod planted;
mod pools;
mod retail;
mod shop;
mod studio;
use pools::truth;
