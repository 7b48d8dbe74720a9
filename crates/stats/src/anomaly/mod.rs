//! Anomalies in one series: what a point should have been, how unusual it is, and what kind of unusual.
//!
//! A [`Detector`] takes points in time order and answers each from what came before it. The steps:
//! 1. the series' scale ([`Measure`]): money in proportion, counts by the root, shares by the arc sine, few events exactly;
//! 2. a robust expectation (level, hour and weekday, fast correction; the mix is learnt), known days apart;
//! 3. how unusual the deviation is among the series' own deviations (extreme value theory), which also makes the range
//!    [`Reading::low`]–[`Reading::high`] hold what it promises;
//! 4. the same for the last half day or week as a whole (level shift), for the change of direction (trend break), for
//!    repeated values (flat) and for points that did not come (missing);
//! 5. one incident, one alarm: while an incident is open, rows score under the alarm unless they are clearly worse.
//!
//! A [`board`](Board) of many series controls the share of false alarms among its alarms and groups those of one cause.

mod board;
mod detector;
mod scale;
mod season;
mod sparse;
mod tail;

pub use board::{Alarm, Board, Lord, benjamini_hochberg, group_by_overlap};
pub use detector::{Detector, Kind, Point, Reading, Settings, step_of};
pub use scale::Measure;
