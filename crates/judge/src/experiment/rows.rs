//! Rows of the file as observations.

use std::collections::HashMap;

use stats::experiment::Observation;

use super::{Args, MetricName};
use crate::{Group, JudgeError, Table, summary::control_first};

/// More arms than anybody tests; a column with more of them holds something else.
const MOST_ARMS: usize = 50;

/// Places of the columns.
pub(super) struct Columns {
    unit: usize,
    arm: usize,
    time: usize,
    value: usize,
    denominator: Option<usize>,
    covariate: Option<usize>,
    secondary: Vec<usize>,
}

impl Columns {
    pub(super) fn find(table: &Table, args: &Args) -> Result<Columns, JudgeError> {
        let optional = |name: &Option<String>| name.as_deref().map(|name| table.column(name)).transpose();
        Ok(Columns {
            unit: table.column(args.unit_column()?)?,
            arm: table.column(args.arm_column()?)?,
            time: table.column(args.time_column()?)?,
            value: table.column(args.value_column()?)?,
            denominator: optional(&args.denominator)?,
            covariate: optional(&args.covariate)?,
            secondary: args.secondary.iter().map(|name| table.column(name)).collect::<Result<_, _>>()?,
        })
    }
}

/// Names of the arms over the whole file, control first. A file with one arm gets an empty second one, so that the answer
/// says that there is nothing to compare.
pub(super) fn arms(table: &Table, args: &Args) -> Result<Vec<String>, JudgeError> {
    let column = table.column(args.arm_column()?)?;
    let mut names: Vec<String> = Vec::new();
    for row in 0..table.len() {
        let name = table.name(row, column)?;
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
            if names.len() > MOST_ARMS {
                return Err(table.bad(
                    row,
                    column,
                    "is the 51st arm; name the column that holds the arm, not the unit.",
                ));
            }
        }
    }
    let order = control_first(&names, args.control.as_deref())?;
    let mut arms: Vec<String> = order.into_iter().map(|place| names[place].clone()).collect();
    if arms.len() == 1 {
        arms.push("(no other arm)".to_owned());
    }
    Ok(arms)
}

/// One group's rows.
pub(super) struct Rows {
    pub primary: Vec<Observation>,
    /// One list for each secondary metric.
    pub secondary: Vec<Vec<Observation>>,
    /// Cells of the value column that were empty and count as nothing.
    pub empty_values: u64,
    /// Whether days are dates (days since 1970) rather than plain numbers.
    pub are_dates: bool,
}

impl Rows {
    pub(super) fn read(
        table: &Table,
        args: &Args,
        columns: &Columns,
        arms: &[String],
        group: &Group,
    ) -> Result<Rows, JudgeError> {
        let mut units: HashMap<&str, u32> = HashMap::with_capacity(group.rows.len());
        let mut rows = Rows {
            primary: Vec::with_capacity(group.rows.len()),
            secondary: vec![Vec::with_capacity(group.rows.len()); columns.secondary.len()],
            empty_values: 0,
            are_dates: true,
        };
        let mut last_time: Option<(&str, i32, bool)> = None;
        for (index, row) in group.rows.iter().copied().enumerate() {
            let next = u32::try_from(units.len()).map_err(|_| {
                table.bad(row, columns.unit, "is one unit too many: judge fewer at once, e.g. with --by.")
            })?;
            let unit = *units.entry(table.name(row, columns.unit)?).or_insert(next);
            let arm = table.name(row, columns.arm)?;
            // Arms were read from the same column, so each is known.
            let arm = arms.iter().position(|name| name == arm).unwrap_or(0) as u16;
            let time = table.text(row, columns.time);
            let (day, is_date) = match last_time {
                Some((text, day, is_date)) if text == time => (day, is_date),
                _ => table.day_or_number(row, columns.time)?,
            };
            last_time = Some((time, day, is_date));
            if index == 0 {
                rows.are_dates = is_date;
            } else if rows.are_dates != is_date {
                return Err(table.bad(row, columns.time, "mixes dates with plain day numbers; write all rows alike."));
            }
            let value = table.opt_number(row, columns.value)?;
            rows.empty_values += u64::from(value.is_none());
            let value = value.unwrap_or(0.0);
            if args.metric == MetricName::Proportion && value != 0.0 && value != 1.0 {
                return Err(table.bad(row, columns.value, "is neither 0 nor 1; use --metric mean for amounts."));
            }
            let optional = |column: Option<usize>| column.map_or(Ok(None), |column| table.opt_number(row, column));
            let observation = Observation {
                unit,
                arm,
                day,
                value,
                denominator: optional(columns.denominator)?.unwrap_or(0.0),
                covariate: optional(columns.covariate)?,
            };
            rows.primary.push(observation);
            for (place, column) in columns.secondary.iter().enumerate() {
                let value = table.opt_number(row, *column)?.unwrap_or(0.0);
                rows.secondary[place].push(Observation { value, denominator: 0.0, covariate: None, ..observation });
            }
        }
        Ok(rows)
    }
}
