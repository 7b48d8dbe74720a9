//! `fortnight measure experiment --summary FILE`: an experiment that somebody else has added up.
//!
//! Columns: `[group,] look, arm, n, sum, sum_sq`, cumulative per look: how many units an arm had by then, the sum of
//! their values and the sum of the squares. A look is whatever the sums were taken at, a day by day read most often; so
//! the rule of one full week, which needs days, is not applied here.

use std::collections::BTreeMap;

use stats::experiment::{ArmSums, DayReading};

use crate::{JudgeError, table::Table};

/// The arms, control first, and their sums at every look.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Names of the arms, control first, the others in the order of the file.
    pub arms: Vec<String>,
    /// One for each look; the look's number stands in the place of the day.
    pub days: Vec<DayReading>,
}

/// The column that tells groups apart: the one asked for, else `group` where there is one.
pub fn group_column<'a>(table: &Table, by: Option<&'a str>) -> Option<&'a str> {
    by.or_else(|| table.column("group").is_ok().then_some("group"))
}

/// Reads the rows of one group. An arm that is not named at a look stands where it stood at the look before.
///
/// # Errors
/// A column is missing; a number cannot be one (named by row and column): a look that is no whole number from 1, the same
/// arm twice at a look, `n` that is no count or falls, sums that no values have.
pub fn read(table: &Table, rows: &[usize], control: Option<&str>) -> Result<Summary, JudgeError> {
    let [look, arm, n, sum, sum_sq] = [
        table.column("look")?,
        table.column("arm")?,
        table.column("n")?,
        table.column("sum")?,
        table.column("sum_sq")?,
    ];
    let mut names: Vec<String> = Vec::new();
    let mut cells: BTreeMap<u32, BTreeMap<usize, (usize, ArmSums)>> = BTreeMap::new();
    for &row in rows {
        let number = whole(table, row, look, "is not a look; count looks 1, 2, 3 …")?;
        let number = u32::try_from(number).ok().filter(|number| *number > 0);
        let number = number.ok_or_else(|| table.bad(row, look, "is not a look; count looks 1, 2, 3 …"))?;
        let name = table.name(row, arm)?;
        let place = names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        let units = whole(table, row, n, "is not a number of units; give a whole number from 0.")?;
        let sums = ArmSums::of_values(units, table.number(row, sum)?, table.number(row, sum_sq)?);
        if units == 0 && (sums.value != 0.0 || sums.value_sq != 0.0) {
            return Err(table.bad(row, n, "units cannot bring anything; the sums must be 0 too."));
        }
        if sums.check(place, number).is_err() {
            return Err(table.bad(
                row,
                sum_sq,
                "is too small: a sum of squares is at least sum² / n. Give the sum of \
                                               the squared values of all n units, cumulative like the others.",
            ));
        }
        if cells.entry(number).or_default().insert(place, (row, sums)).is_some() {
            return Err(table.bad(row, arm, "stands twice at this look; give one row for each look and arm."));
        }
    }
    let order = control_first(&names, control)?;
    let mut now = vec![ArmSums::default(); names.len()];
    let mut days = Vec::with_capacity(cells.len());
    for (day, arms) in cells {
        for (place, (row, sums)) in arms {
            if sums.units < now[place].units {
                return Err(table.bad(
                    row,
                    n,
                    "is less than at the look before; all columns are cumulative: give the \
                                              sums of all units up to and including the look.",
                ));
            }
            now[place] = sums;
        }
        days.push(DayReading { day, arms: order.iter().map(|&place| now[place]).collect() });
    }
    Ok(Summary { arms: order.iter().map(|&place| names[place].clone()).collect(), days })
}

/// The arms' places with the control first: the one named, else one that is called like a control, else the first of the file.
///
/// # Errors
/// There is no arm of that name.
pub fn control_first(arms: &[String], control: Option<&str>) -> Result<Vec<usize>, JudgeError> {
    const USUAL: [&str; 6] = ["control", "baseline", "a", "0", "holdout", "off"];
    let first = match control {
        Some(name) => arms.iter().position(|arm| arm == name).ok_or_else(|| {
            JudgeError::Invalid(format!("There is no arm `{name}`; the arms are: {}.", arms.join(", ")))
        })?,
        None => USUAL.iter().find_map(|usual| arms.iter().position(|arm| arm.eq_ignore_ascii_case(usual))).unwrap_or(0),
    };
    let others = (0..arms.len()).filter(|place| *place != first);
    Ok(arms.first().map(|_| first).into_iter().chain(others).collect())
}

fn whole(table: &Table, row: usize, column: usize, reason: &str) -> Result<u64, JudgeError> {
    let number = table.number(row, column)?;
    if number >= 0.0 && number.fract() == 0.0 && number < 9e15 {
        Ok(number as u64)
    } else {
        Err(table.bad(row, column, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "look,arm,n,sum,sum_sq\n";

    fn read_all(rows: &str, control: Option<&str>) -> Result<Summary, JudgeError> {
        let table = Table::from_reader("sums.csv", format!("{HEADER}{rows}").as_bytes()).expect("table");
        read(&table, &(0..table.len()).collect::<Vec<_>>(), control)
    }

    #[test]
    fn control_comes_first_and_an_unnamed_arm_stands_still() {
        let rows = "2,new,20,30,90\n1,new,10,10,40\n1,control,10,8,30\n3,control,30,20,80\n";
        let summary = read_all(rows, None).expect("summary");
        assert_eq!(summary.arms, ["control", "new"]);
        let units: Vec<_> = summary.days.iter().map(|d| (d.day, d.arms[0].units, d.arms[1].units)).collect();
        assert_eq!(units, [(1, 10, 10), (2, 10, 20), (3, 30, 20)]);
        assert_eq!(summary.days[2].arms[1].value, 30.0);
        assert_eq!(read_all(rows, Some("new")).expect("summary").arms, ["new", "control"]);
        assert_eq!(read_all("", None).expect("nothing").days, []);
    }

    #[test]
    fn what_cannot_be_is_named() {
        let cases = [
            ("0,a,1,1,1\n", None),
            ("1.5,a,1,1,1\n", None),
            ("1,a,-1,1,1\n", None),
            ("1,a,2,4,1\n", None),
            ("1,a,0,4,16\n", None),
            ("1,a,1,1,1\n1,a,1,1,1\n", None),
            ("1,a,5,1,1\n2,a,4,1,1\n", None),
            ("1,a,5,x,1\n", None),
            ("1,,5,1,1\n", None),
            ("1,a,5,1,1\n", Some("b")),
        ];
        let said: Vec<String> =
            cases.iter().map(|(rows, c)| read_all(rows, *c).expect_err("refused").to_string()).collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        sums.csv, row 1, column `look`: `0` is not a look; count looks 1, 2, 3 …
        sums.csv, row 1, column `look`: `1.5` is not a look; count looks 1, 2, 3 …
        sums.csv, row 1, column `n`: `-1` is not a number of units; give a whole number from 0.
        sums.csv, row 1, column `sum_sq`: `1` is too small: a sum of squares is at least sum² / n. Give the sum of the squared values of all n units, cumulative like the others.
        sums.csv, row 1, column `n`: `0` units cannot bring anything; the sums must be 0 too.
        sums.csv, row 2, column `arm`: `a` stands twice at this look; give one row for each look and arm.
        sums.csv, row 2, column `n`: `4` is less than at the look before; all columns are cumulative: give the sums of all units up to and including the look.
        sums.csv, row 1, column `sum`: `x` is not a number; write it plainly, e.g. 12.50.
        sums.csv, row 1, column `arm`: `` is empty; fill it or leave the row out.
        There is no arm `b`; the arms are: a.
        ");
    }

    #[test]
    fn a_group_column_is_found() {
        let with = Table::from_reader("s.csv", "group,look,arm,n,sum,sum_sq\n".as_bytes()).expect("table");
        let without = Table::from_reader("s.csv", HEADER.as_bytes()).expect("table");
        assert_eq!(group_column(&with, None), Some("group"));
        assert_eq!(group_column(&with, Some("shop")), Some("shop"));
        assert_eq!(group_column(&without, None), None);
    }
}
