//! What a sprint's stages really took, derived from what people did.

use domain::{Day, InstantMs, SprintId, sprint::SprintStage};
use jiff::{civil::Weekday, tz::TimeZone};
use serde::Serialize;
use store::activity::{self, ActivityRow};

use crate::{Context, SprintError};

/// A gap longer than this ends a session: what lies in it was something else.
const SESSION_GAP_MS: i64 = 30 * 60_000;

/// What one action takes at least: a session of a single action is not nothing.
const SINGLE_ACTION_MS: i64 = 5 * 60_000;

/// The time one stage took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageTime {
    /// The stage.
    pub stage: SprintStage,
    /// Hours of sessions: actions of one person no more than 30 minutes apart belong to one session, and each session
    /// counts five minutes for its last action. An estimate, since nobody is watched.
    pub hands_on_hours: f64,
    /// Working days (Monday to Friday) from the stage's first to its last action, both counted.
    pub elapsed_days: f64,
    /// Different people.
    pub people: usize,
    /// Actions recorded.
    pub actions: usize,
}

/// The stages of a sprint in order, those in which anything was done.
///
/// # Errors
/// The database refused.
pub async fn stage_times(ctx: &Context, sprint: SprintId) -> Result<Vec<StageTime>, SprintError> {
    Ok(derive(&activity::of_sprint(&ctx.store, sprint).await?, &ctx.zone))
}

fn derive(rows: &[ActivityRow], zone: &TimeZone) -> Vec<StageTime> {
    let of = |stage: SprintStage| {
        let own: Vec<&ActivityRow> = rows.iter().filter(|row| row.stage == Some(stage)).collect();
        let (first, last) = (own.first()?, own.last()?);
        let mut people: Vec<&str> = own.iter().map(|row| row.actor.as_str()).collect();
        people.sort_unstable();
        people.dedup();
        let worked: i64 = people.iter().map(|name| sessions_ms(&own, name)).sum();
        Some(StageTime {
            stage,
            hands_on_hours: worked as f64 / 3_600_000.0,
            elapsed_days: f64::from(working_days(first.at, last.at, zone)),
            people: people.len(),
            actions: own.len(),
        })
    };
    SprintStage::ALL.iter().copied().filter_map(of).collect()
}

fn sessions_ms(rows: &[&ActivityRow], actor: &str) -> i64 {
    let times: Vec<i64> = rows.iter().filter(|row| row.actor == actor).map(|row| row.at.0).collect();
    let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
    let (mut total, mut sessions) = (0, i64::from(!times.is_empty()));
    for gap in gaps {
        if gap <= SESSION_GAP_MS {
            total += gap;
        } else {
            sessions += 1;
        }
    }
    total + sessions * SINGLE_ACTION_MS
}

/// Mondays to Fridays from one instant's day to another's, both counted; at least 1 (work on a Saturday is a day too).
fn working_days(from: InstantMs, to: InstantMs, zone: &TimeZone) -> u32 {
    let (first, last) = (from.day_in(zone), to.day_in(zone));
    let days = (0..=last.days_since(first)).map(|n| first.plus(n));
    (days.filter(|day| is_working(*day)).count() as u32).max(1)
}

fn is_working(day: Day) -> bool {
    !matches!(day.0.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(minute: i64, actor: &str, stage: SprintStage) -> ActivityRow {
        // Thursday 2026-11-19, 09:00 UTC.
        let at = InstantMs(1_795_078_800_000 + minute * 60_000);
        ActivityRow {
            id: minute,
            at,
            actor: actor.into(),
            sprint: None,
            stage: Some(stage),
            verb: String::new(),
            subject: String::new(),
            detail: String::new(),
        }
    }

    #[test]
    fn sessions_end_at_long_gaps_and_weekends_do_not_count() {
        let monday = 4 * 24 * 60;
        let rows = [
            row(0, "ann", SprintStage::Studio),
            row(20, "ann", SprintStage::Studio),
            row(25, "ben", SprintStage::Studio),
            row(120, "ann", SprintStage::Studio),
            row(monday, "ann", SprintStage::Studio),
            row(monday + 10, "ben", SprintStage::Launch),
        ];
        let times = derive(&rows, &TimeZone::UTC);
        assert_eq!(times.len(), 2);
        // Ann: 20 minutes and three sessions' ends; Ben: one action.
        assert!((times[0].hands_on_hours - (20.0 + 15.0 + 5.0) / 60.0).abs() < 1e-9);
        assert_eq!((times[0].elapsed_days, times[0].people, times[0].actions), (3.0, 2, 5));
        assert_eq!((times[1].stage, times[1].elapsed_days), (SprintStage::Launch, 1.0));
    }
}
