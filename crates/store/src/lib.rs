//! Durable state on SQLite (embedded, the default) or PostgreSQL (when a brand outgrows one machine).
//!
//! **API boundary:** one module per aggregate; each offers functions over [`Store`] (reads) and [`Tx`] (writes, and
//! reads that must see them). The SQL text is the same for both databases: `$1` placeholders, `ON CONFLICT … DO`,
//! `RETURNING`; only the DDL comes in two folders. Times are `i64` milliseconds UTC, booleans are integers 0 and 1,
//! documents are JSON text.
//!
//! **Architecture invariant:** no business rule lives here and no clock is read.

pub mod actions;
pub mod activity;
pub mod answers;
pub mod api_keys;
pub mod audit;
pub mod brand;
pub mod changes;
pub mod concepts;
pub mod customers;
pub mod drafts;
pub mod erasure;
mod error;
pub mod fact_keys;
pub mod files;
pub mod imports;
pub mod inbox;
pub mod jobs;
pub mod launches;
pub mod maps;
pub mod measure_exposures;
pub mod measure_readings;
pub mod measure_tasks;
pub mod measure_verdicts;
pub mod order_rules;
pub mod past_ads;
mod pool;
pub mod postmortems;
pub mod products;
pub mod prompts;
pub mod recommend_models;
pub mod recommend_rules;
pub mod recommend_shown;
pub mod replays;
pub mod reviews;
mod row;
pub mod seq;
pub mod sessions;
pub mod settings;
pub mod sprints;
pub mod stock;
pub mod testing;
pub mod undo;
pub mod users;
mod value;
pub mod votes;

pub use error::StoreError;
pub use pool::{Backend, Store, Tx};
pub use row::Row;
pub use value::Value;

/// Shorthand for this crate's results.
pub type Result<T> = std::result::Result<T, StoreError>;
