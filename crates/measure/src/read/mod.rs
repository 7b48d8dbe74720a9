//! The daily read: what exposed units brought within their window, and what the brand took a day.

mod cohorts;
mod regions;
mod series;

pub use cohorts::Cohort;
pub(crate) use cohorts::{Purchase, past_purchases, read_cohorts, tally};
pub(crate) use regions::{RegionDays, by_block, by_region};
pub(crate) use series::{Series, daily};
