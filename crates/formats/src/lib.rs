//! Other people's files, both ways: bytes to rows and rows to bytes.
//!
//! [`open`] reads an export as a stream of [`domain::facts::Fact`]s and [`Reject`]s in which every data row is accounted
//! for once; [`identify`] says what a file is and how surely, [`recognise`] what a header belongs to; [`fields`] lists the canonical fields with the headers they
//! are known under; [`launch`] writes the bulk files of the ad platforms;
//! [`segment`] reads one event as storefronts send it.
//!
//! **Architecture invariant:** vendors' names and quirks stop here. Nothing here does I/O of its own, reads a clock or
//! draws a random number; the same bytes and options give the same sequence of items.

mod ads;
mod columns;
mod common;
mod dates;
mod decode;
mod digest;
mod duplicates;
mod error;
mod events;
mod fields;
mod ga4;
mod html;
pub mod launch;
mod mail;
mod numbers;
pub mod past_ads;
mod reader;
mod recognise;
mod records;
mod reviews;
pub mod segment;
mod shopify;
mod shops;
mod source;
mod texts;
mod transactions;

pub use columns::MappedColumn;
pub use digest::digest;
pub use error::{FormatError, HeaderProblem, Reject};
pub use fields::{Field, Need, fields, fields_of};
pub use reader::{FactReader, ReadOptions, Row, open};
pub use recognise::{Recognised, Recognition, SURE, identify, recognise};
pub use source::{FileKind, Source, SourceError};
