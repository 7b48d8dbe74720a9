//! Grade B: nobody was drawn, but regions were, or periods. What is declared, and on which days it is on.

use domain::Day;
use serde::{Deserialize, Serialize};
use stats::{
    geo::{MIN_CONTROLS, can_reject},
    prepost::switch_schedule,
};
use store::changes::ChangeRow;

use crate::{KILL_AFTER_DAYS, MeasureError, Plan, decision::plan_of};

/// Blocks of periods below which switching proves nothing: four on and four off.
pub const LEAST_BLOCKS: i32 = 8;

/// How a change of grade B is held against its baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Split {
    /// Some regions get it, others do not (`stats::geo`). Regions are countries by the name that orders carry.
    Regions {
        /// Regions that get it.
        treated: Vec<String>,
        /// Regions that must not get it, and are compared with.
        controls: Vec<String>,
    },
    /// It is on and off by blocks of whole days (`stats::prepost::switchback`); which are on is drawn by a hash.
    Periods {
        /// Days of a block, long enough for one not to carry over into the next.
        block_days: i32,
    },
}

impl Split {
    /// Whether it can be carried out and could ever be proven, for a flight of so many days.
    pub(crate) fn check(&self, flight_days: i32, alpha: f64) -> Result<(), MeasureError> {
        let refuse = |sentence: String| Err(MeasureError::Refused(sentence));
        match self {
            Split::Regions { treated, controls } => {
                let mut all: Vec<&String> = treated.iter().chain(controls).collect();
                if treated.is_empty() || all.iter().any(|name| name.trim().is_empty()) {
                    return refuse("Name the regions that get it.".into());
                }
                all.sort();
                if let Some(pair) = all.windows(2).find(|pair| pair[0] == pair[1]) {
                    return refuse(format!("`{}` is named twice: a region gets it or does not.", pair[0]));
                }
                if controls.len() < MIN_CONTROLS {
                    return refuse(format!(
                        "{} regions are left to compare with, {MIN_CONTROLS} are needed: give it to fewer regions.",
                        controls.len()
                    ));
                }
                if !can_reject(treated.len(), all.len(), alpha) {
                    return refuse(format!(
                        "{} of {} regions can be chosen in too few ways to prove anything at {:.0} % error: give it to two or \
                         three of them, or take another baseline.",
                        treated.len(),
                        all.len(),
                        alpha * 100.0
                    ));
                }
                if flight_days < crate::MIN_DAYS {
                    return refuse("A split by region runs a whole week at least: every weekday counts once.".into());
                }
                Ok(())
            }
            Split::Periods { block_days } => {
                if *block_days < 1 {
                    return refuse("A block has one day or more.".into());
                }
                let blocks = flight_days.min(KILL_AFTER_DAYS) / block_days;
                if blocks < LEAST_BLOCKS {
                    return refuse(format!(
                        "{flight_days} days hold {blocks} blocks of {block_days} days, {LEAST_BLOCKS} are needed: take shorter \
                         blocks or a longer flight."
                    ));
                }
                Ok(())
            }
        }
    }

    /// What it is compared with, in a sentence.
    pub fn note(&self) -> String {
        match self {
            Split::Regions { treated, controls } => format!(
                "{} get it; the same days in {} regions that do not are the baseline.",
                crate::plan::list_words(treated),
                controls.len()
            ),
            Split::Periods { block_days: 1 } => "Days on which it is off, drawn by a hash.".into(),
            Split::Periods { block_days } => {
                format!("Days on which it is off, drawn by a hash in blocks of {block_days} days.")
            }
        }
    }

    /// Why both cannot run in the same days on the same revenue; none where they do not disturb each other.
    pub(crate) fn clash(&self, other: &Split) -> Option<String> {
        match (self, other) {
            (Split::Regions { treated, controls }, Split::Regions { treated: theirs, controls: other_controls }) => {
                // A region that gets one of the two is no baseline for the other; two baselines may share a region.
                let ours = treated.iter().filter(|name| theirs.contains(name) || other_controls.contains(name));
                let both: Vec<String> =
                    ours.chain(controls.iter().filter(|name| theirs.contains(name))).cloned().collect();
                (!both.is_empty()).then(|| format!("{} cannot be in both", crate::plan::list_words(&both)))
            }
            (Split::Periods { .. }, Split::Periods { .. }) => {
                Some("two changes that are switched on and off move the same days".into())
            }
            _ => Some("regions and switched periods move the same days".into()),
        }
    }
}

/// The blocks of a switched change: each as its first day and whether it is on, up to and including `until`. Blocks are
/// drawn round by round, each as long as the flight that was declared, so that what an owner keeps goes on switching.
pub(crate) fn blocks(change: &ChangeRow, block_days: i32, until: Day) -> Vec<(Day, bool)> {
    let per_round = blocks_a_round(change, block_days);
    let days = until.days_since(change.starts_on) + 1;
    if per_round < 1 || days < 1 {
        return Vec::new();
    }
    let count = (days as usize).div_ceil(block_days.max(1) as usize);
    let mut all = Vec::with_capacity(count);
    for round in 0..count.div_ceil(per_round) {
        for on in switch_schedule(&format!("{}:round:{round}", change.salt), per_round) {
            all.push((change.starts_on.plus(all.len() as i32 * block_days), on));
        }
    }
    all.truncate(count);
    all
}

/// Blocks that are drawn together.
pub(crate) fn blocks_a_round(change: &ChangeRow, block_days: i32) -> usize {
    let flight = (change.ends_on.days_since(change.starts_on) + 1).min(KILL_AFTER_DAYS);
    usize::try_from(flight / block_days.max(1)).unwrap_or(0)
}

/// Whether a switched change is on, on a day of its time; every other change is.
pub(crate) fn is_on(change: &ChangeRow, day: Day) -> bool {
    match plan_of(change).split {
        Some(Split::Periods { block_days }) => blocks(change, block_days, day).last().is_some_and(|(_, on)| *on),
        _ => true,
    }
}

/// How a change of grade B is split; none for all others.
pub fn split_of(change: &ChangeRow) -> Option<Split> {
    plan_of(change).split
}

/// On which days of its flight a switched change is on: each block's first and last day, in order. Empty for others.
pub fn schedule(change: &ChangeRow) -> Vec<(Day, Day, bool)> {
    let Some(Split::Periods { block_days }) = plan_of(change).split else { return Vec::new() };
    let until = change
        .ends_on
        .min(change.starts_on.plus(KILL_AFTER_DAYS - 1))
        .max(change.kept_until.map_or(change.starts_on, |day| day.plus(-1)));
    let all = blocks(change, block_days, until);
    all.into_iter().map(|(from, on)| (from, from.plus(block_days - 1), on)).collect()
}

/// The plan as it is kept: what is split by region moves the orders of its regions.
pub(crate) fn scoped(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    if let Some(Split::Regions { treated, .. }) = &plan.split {
        plan.scope.countries = treated.clone();
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(|name| (*name).to_owned()).collect()
    }

    fn regions(treated: &[&str], controls: &[&str]) -> Split {
        Split::Regions { treated: names(treated), controls: names(controls) }
    }

    #[test]
    fn what_could_never_be_proven_is_refused_before_the_start() {
        let rest = ["c", "d", "e", "f", "g"];
        assert!(regions(&["a", "b"], &rest).check(14, 0.05).is_ok());
        for (bad, says) in [
            (regions(&[], &rest), "Name the regions"),
            (regions(&["a", "c"], &rest), "named twice"),
            (regions(&["a", "b"], &rest[..4]), "5 are needed"),
            (regions(&["a"], &rest), "too few ways"),
            (Split::Periods { block_days: 0 }, "one day or more"),
            (Split::Periods { block_days: 2 }, "8 are needed"),
        ] {
            let error = bad.check(14, 0.05).expect_err("refused").to_string();
            assert!(error.contains(says), "{error}");
        }
        assert!(regions(&["a", "b"], &rest).check(6, 0.05).is_err());
        assert!(Split::Periods { block_days: 2 }.check(30, 0.05).is_ok());
    }

    #[test]
    fn a_region_that_gets_one_is_no_baseline_of_another() {
        let one = regions(&["a", "b"], &["c", "d", "e", "f", "g"]);
        assert_eq!(one.clash(&regions(&["h", "i"], &["c", "d", "e", "f", "g"])), None, "baselines may be shared");
        assert!(one.clash(&regions(&["c", "h"], &["d", "e", "f", "g", "i"])).is_some_and(|why| why.starts_with("c ")));
        assert!(one.clash(&regions(&["h", "i"], &["a", "d", "e", "f", "g"])).is_some());
        assert!(one.clash(&Split::Periods { block_days: 1 }).is_some());
    }
}
