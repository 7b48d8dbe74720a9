//! The ledger of changes: register, assign, expose, read, verdict, decision.
//!
//! **Architecture invariants**
//! - A [`Registered`] can only be had from [`register`] (or read back from the ledger), and what exports a launch takes
//!   `&Registered`; an [`Assignment`] can only be had from [`assign`], and what serves a change takes `&Assignment`:
//!   nothing AI-made goes live unregistered or without its baseline, by type.
//! - A kill is one UPDATE. [`assign`] answers the baseline for every change that is not running or won, before its start
//!   and past its day, whether or not a clock ran.
//! - **Verdict and decision are two things.** The judge gives verdicts; a person, or by default the calendar, decides.

mod assign;
mod cost;
mod course;
mod decision;
mod design;
mod earned;
mod error;
mod health;
mod judge;
mod ledger;
mod outbox;
mod pages;
mod plan;
mod planner;
#[cfg(test)]
mod promises;
mod read;
mod saved;
mod self_check;
mod split;
mod tick;

pub use assign::{
    Arm, Assignment, Draw, Unit, Why, assign, assign_all, expose, expose_all, global_holdout, link, set_global_holdout,
    signal,
};
pub use cost::book_cost;
pub use course::{DayEstimate, LookPoint, course, day_estimates};
pub use decision::{ASK_DAYS, CALENDAR, KEEP_DAYS, Keep, MOST_KEEPS, Step, end_sprint, keep_unproven, kill};
pub use design::{
    PeriodOutlook, Region, RegionChoice, RegionOutlook, SOLD_DAYS, period_outlook, region_outlook, register_split,
    split_change, weigh_regions,
};
pub use earned::{Earned, EarnedLine, EarnedSum, earned};
pub use error::MeasureError;
pub use health::{AaHealth, ForecastHealth, Health, RetestHealth, health, replay_aa};
pub use judge::{Compared, Findings, Span};
pub use ledger::{
    Entry, LayerSlice, LivesOn, NewChange, Origin, Registered, entry, is_live, list, of_sprint, off_on, register,
    registered, registered_of, went_live,
};
pub use outbox::{confirm, open_clean_up, open_instructions, run_outbox};
pub use pages::{
    Ask, Detail, Killed, Lesson, asks, cohorts_of, detail, findings, killed, lessons, looks_of, notices, verdicts_of,
};
pub use plan::{
    Guardrail, GuardrailKind, KILL_AFTER_DAYS, MAX_WINDOW_DAYS, MIN_DAYS, Plan, Predicted, SeriesScope, Spending,
};
pub use planner::{Instead, Outlook, PlanChoice, Question, Traffic, choices, choose, outlook, traffic};
pub use read::Cohort;
pub use saved::{Saved, saved};
pub use self_check::{CHECK_DAYS, CHECK_RUNS, SelfCheck, last_self_check, self_check, self_check_if_due};
pub use split::{LEAST_BLOCKS, Split, schedule, split_of};
pub use stats::{DayValue, Range, anomaly, drivers, expected_range};
pub use store::{
    changes::{ChangeRow, ChangeStatus},
    measure_tasks::{Cost, Task},
    measure_verdicts::{DecisionRow, Notice, VerdictRow},
};
pub use tick::{GlobalReading, LATE_DAYS, TickReport, global_reading, tick};
