//! From plain rows to cumulative daily sums.

use std::collections::BTreeMap;

use super::{
    ExperimentError,
    design::DayReading,
    sums::{ArmSums, UnitFigures},
};

/// One row: an exposure, a purchase, a refund (negative value). Units are numbered by the caller from 0, densely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Number of the unit.
    pub unit: u32,
    /// Arm it was seen in, control is 0.
    pub arm: u16,
    /// Day the row belongs to (days since any epoch), not the day it arrived.
    pub day: i32,
    /// Amount it adds to the unit's value; 0 for a plain exposure.
    pub value: f64,
    /// What it adds to the denominator of a ratio metric, else 0.
    pub denominator: f64,
    /// Covariate from before the start; the unit's first known one counts.
    pub covariate: Option<f64>,
}

/// Rules declared before the start.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct UnitRules {
    /// Number of arms.
    pub arms: usize,
    /// A unit's value is cut to −cap … cap (winsorized at a declared value, the same for all arms); none for no cap.
    pub cap: Option<f64>,
    /// Rows count until this many days from the unit's first row (1: that day only); none for no limit.
    pub attribution_days: Option<u32>,
}

/// The rows as cumulative sums, with what was left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnitReading {
    /// The first day, in the rows' own epoch; it is day 1 of `days`.
    pub first_day: i32,
    /// One reading for every day that has rows.
    pub days: Vec<DayReading>,
    /// Units seen in two arms: excluded from both.
    pub duplicate_units: u64,
    /// Units whose value stands at the cap.
    pub capped_units: u64,
    /// Units whose value is below zero (more refunded than bought).
    pub negative_units: u64,
    /// Rows after the attribution window, not counted.
    pub rows_outside_window: u64,
    /// Units without a covariate (they carry 0); counted only when some unit has one.
    pub units_without_covariate: u64,
}

#[derive(Clone, Copy)]
struct Unit {
    arm: u16,
    first_day: i32,
    is_seen: bool,
    is_duplicate: bool,
    has_covariate: bool,
    raw: f64,
    now: UnitFigures,
}

const UNSEEN: Unit = Unit {
    arm: 0,
    first_day: i32::MAX,
    is_seen: false,
    is_duplicate: false,
    has_covariate: false,
    raw: 0.0,
    now: UnitFigures { value: 0.0, denominator: 0.0, covariate: 0.0 },
};

/// Reads rows in any order; each goes to the day it belongs to, so that late rows change the days they belong to and
/// all cumulative sums after them. Time and memory grow with the number of rows.
///
/// # Errors
/// A figure is not finite, an arm is out of range, or the cap is not above zero.
pub fn read_units(rows: &[Observation], rules: UnitRules) -> Result<UnitReading, ExperimentError> {
    if rules.cap.is_some_and(|cap| cap.is_nan() || cap <= 0.0) {
        return Err(ExperimentError::Design("The cap on a unit's value must be above zero, or left out.".into()));
    }
    if rules.attribution_days == Some(0) {
        return Err(ExperimentError::Design(
            "An attribution window of 0 days counts nothing; give 1 or more, or none.".into(),
        ));
    }
    let mut units = vec![UNSEEN; rows.iter().map(|row| row.unit as usize + 1).max().unwrap_or(0)];
    let mut any_covariate = false;
    for row in rows {
        let finite = row.value.is_finite() && row.denominator.is_finite() && row.covariate.is_none_or(f64::is_finite);
        if !finite || usize::from(row.arm) >= rules.arms {
            return Err(ExperimentError::NotFinite { arm: usize::from(row.arm), day: 0 });
        }
        let unit = &mut units[row.unit as usize];
        unit.is_duplicate |= unit.is_seen && unit.arm != row.arm;
        (unit.arm, unit.is_seen) = (row.arm, true);
        unit.first_day = unit.first_day.min(row.day);
        if let (false, Some(covariate)) = (unit.has_covariate, row.covariate) {
            (unit.now.covariate, unit.has_covariate, any_covariate) = (covariate, true, true);
        }
    }
    let mut reading = UnitReading {
        first_day: rows.iter().map(|row| row.day).min().unwrap_or(0),
        duplicate_units: units.iter().filter(|unit| unit.is_duplicate).count() as u64,
        ..UnitReading::default()
    };
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    order.sort_by_key(|place| rows[*place as usize].day);
    let mut sums = vec![ArmSums::default(); rules.arms];
    for (index, place) in order.iter().enumerate() {
        let row = rows[*place as usize];
        let unit = &mut units[row.unit as usize];
        if !unit.is_duplicate {
            let is_new = row.day == unit.first_day && unit.is_seen;
            // `is_seen` is turned off once the unit has been counted.
            if is_new {
                unit.is_seen = false;
                sums[usize::from(unit.arm)].add(unit.now);
            }
            let age = i64::from(row.day) - i64::from(unit.first_day);
            if rules.attribution_days.is_some_and(|window| age >= i64::from(window)) {
                reading.rows_outside_window += 1;
            } else if row.value != 0.0 || row.denominator != 0.0 {
                unit.raw += row.value;
                let value = rules.cap.map_or(unit.raw, |cap| unit.raw.clamp(-cap, cap));
                let now = UnitFigures { value, denominator: unit.now.denominator + row.denominator, ..unit.now };
                sums[usize::from(unit.arm)].replace(unit.now, now);
                unit.now = now;
            }
        }
        let ends_day = order.get(index + 1).is_none_or(|next| rows[*next as usize].day != row.day);
        if ends_day {
            let day = (i64::from(row.day) - i64::from(reading.first_day) + 1) as u32;
            reading.days.push(DayReading { day, arms: sums.clone() });
        }
    }
    for unit in units.iter().filter(|unit| unit.first_day != i32::MAX && !unit.is_duplicate) {
        reading.capped_units += u64::from(rules.cap.is_some_and(|cap| unit.raw.abs() > cap));
        reading.negative_units += u64::from(unit.now.value < 0.0);
        reading.units_without_covariate += u64::from(any_covariate && !unit.has_covariate);
    }
    Ok(reading)
}

/// Days whose own sums differ between two readings of the same experiment: those that late or corrected rows belong to.
/// A ledger reads them again and notes that it did; what was decided stays decided.
pub fn reopened_days(before: &[DayReading], after: &[DayReading]) -> Vec<u32> {
    let (before, after) = (increments(before), increments(after));
    let last_read = before.keys().next_back().copied().unwrap_or(0);
    let mut days: Vec<u32> = before.keys().chain(after.keys()).copied().filter(|day| *day <= last_read).collect();
    days.sort_unstable();
    days.dedup();
    let none = Vec::new();
    days.retain(|day| !same(before.get(day).unwrap_or(&none), after.get(day).unwrap_or(&none)));
    days
}

fn increments(days: &[DayReading]) -> BTreeMap<u32, Vec<ArmSums>> {
    let mut last: Vec<ArmSums> = Vec::new();
    days.iter()
        .map(|day| {
            last.resize(day.arms.len(), ArmSums::default());
            let own = day.arms.iter().zip(&last).map(|(now, before)| now.since(before)).collect();
            last.clone_from(&day.arms);
            (day.day, own)
        })
        .collect()
}

fn same(a: &[ArmSums], b: &[ArmSums]) -> bool {
    let near = |x: f64, y: f64| (x - y).abs() <= 1e-7 * (1.0 + x.abs().max(y.abs()));
    let empty = ArmSums::default();
    (0..a.len().max(b.len())).all(|k| {
        let (a, b) = (a.get(k).unwrap_or(&empty), b.get(k).unwrap_or(&empty));
        a.units == b.units
            && near(a.value, b.value)
            && near(a.value_sq, b.value_sq)
            && near(a.denominator, b.denominator)
            && near(a.covariate, b.covariate)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn row(unit: u32, arm: u16, day: i32, value: f64) -> Observation {
        Observation { unit, arm, day, value, denominator: 0.0, covariate: None }
    }
    const TWO: UnitRules = UnitRules { arms: 2, cap: None, attribution_days: None };

    #[test]
    fn a_unit_counts_once_with_all_it_brought_and_gave_back() {
        let rows = [row(0, 0, 5, 0.0), row(0, 0, 6, 30.0), row(0, 0, 8, -10.0), row(1, 1, 6, 5.0)];
        let reading = read_units(&rows, TWO).unwrap();
        let control: Vec<_> =
            reading.days.iter().map(|d| (d.day, d.arms[0].units, d.arms[0].value, d.arms[0].value_sq)).collect();
        assert_eq!(control, [(1, 1, 0.0, 0.0), (2, 1, 30.0, 900.0), (4, 1, 20.0, 400.0)]);
        assert_eq!((reading.first_day, reading.days[0].arms[1].units, reading.days[1].arms[1].units), (5, 0, 1));
    }

    #[test]
    fn two_arms_cap_and_window() {
        let rows = [
            row(0, 0, 1, 500.0),
            row(1, 1, 1, -500.0),
            row(2, 0, 1, 1.0),
            row(2, 1, 2, 1.0),
            row(3, 1, 1, 0.0),
            row(3, 1, 4, 70.0),
        ];
        let rules = UnitRules { arms: 2, cap: Some(100.0), attribution_days: Some(3) };
        let reading = read_units(&rows, rules).unwrap();
        let last = &reading.days.last().unwrap().arms;
        assert_eq!((last[0].units, last[0].value, last[1].units, last[1].value), (1, 100.0, 2, -100.0));
        assert_eq!((reading.duplicate_units, reading.capped_units, reading.negative_units), (1, 2, 1));
        assert_eq!(reading.rows_outside_window, 1);
        assert!(read_units(&rows, UnitRules { cap: Some(0.0), ..rules }).is_err());
        assert!(read_units(&rows, UnitRules { attribution_days: Some(0), ..rules }).is_err());
        assert!(read_units(&[row(0, 2, 1, 1.0)], TWO).is_err());
        assert!(read_units(&[row(0, 0, 1, f64::NAN)], TWO).is_err());
        assert_eq!(read_units(&[], TWO).unwrap(), UnitReading::default());
    }

    #[test]
    fn a_late_row_reopens_the_day_it_belongs_to() {
        let mut rows = vec![row(0, 0, 1, 5.0), row(1, 1, 2, 5.0), row(2, 0, 3, 5.0)];
        let before = read_units(&rows, TWO).unwrap().days;
        rows.push(row(3, 1, 2, 7.0));
        let after = read_units(&rows, TWO).unwrap().days;
        assert_eq!(reopened_days(&before, &after), [2]);
        assert!(reopened_days(&before, &before).is_empty());
        rows.push(row(3, 1, 4, 7.0));
        assert!(reopened_days(&after, &read_units(&rows, TWO).unwrap().days).is_empty(), "a new day is not late");
    }

    proptest! {
        #[test]
        fn order_of_rows_does_not_matter(
            rows in prop::collection::vec((0u32..12, 0u16..2, 0i32..6, -9i32..30, prop::option::of(0i32..9)), 0..60),
            turn in 0usize..60
        ) {
            let rows: Vec<Observation> = rows
                .into_iter()
                // One covariate a unit, as data has it.
                .map(|(unit, arm, day, value, x)| Observation {
                    covariate: x.map(|_| f64::from(unit)), ..row(unit, arm, day, f64::from(value))
                })
                .collect();
            let mut turned = rows.clone();
            turned.rotate_left(turn.min(rows.len()));
            let rules = UnitRules { cap: Some(40.0), ..TWO };
            let (a, b) = (read_units(&rows, rules).unwrap(), read_units(&turned, rules).unwrap());
            prop_assert_eq!(a.days.len(), b.days.len());
            // The end of each day is the same; only the path through a day differs.
            for (x, y) in a.days.iter().zip(&b.days) {
                prop_assert_eq!(&x.arms, &y.arms);
            }
            let units: u64 = a.days.last().map_or(0, |d| d.arms.iter().map(|s| s.units).sum());
            let mut distinct: Vec<u32> = rows.iter().map(|r| r.unit).collect();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(units + a.duplicate_units, distinct.len() as u64);
            for day in &a.days {
                for (arm, sums) in day.arms.iter().enumerate() {
                    prop_assert!(sums.check(arm, day.day).is_ok());
                }
            }
        }
    }
}
