//! Rows of a file as series over consecutive days.

use crate::{Group, JudgeError, Table};

/// A column of days: the first and, per row, how many days after it.
pub(crate) struct Days {
    /// Days since 1970, or the file's own numbers.
    pub first: i32,
    /// Length of the span, gaps included.
    pub length: usize,
    /// Whether the column holds dates.
    pub dates: bool,
}

/// A span longer than this is a mistyped date.
const LONGEST: i32 = 20_000;

impl Days {
    /// The span of a group's rows.
    ///
    /// # Errors
    /// A cell is no day, dates and plain numbers are mixed, or the span is longer than 50 years; no rows.
    pub(crate) fn of(table: &Table, group: &Group, time: usize) -> Result<Days, JudgeError> {
        let mut span: Option<(i32, i32, bool)> = None;
        for &row in &group.rows {
            let (day, date) = table.day_or_number(row, time)?;
            let (first, last, dates) = span.unwrap_or((day, day, date));
            if date != dates {
                return Err(table.bad(row, time, "is written in another way than the rows before; use one way."));
            }
            if last.max(day) - first.min(day) > LONGEST {
                return Err(table.bad(row, time, "is more than 50 years from the other rows; mend the date."));
            }
            span = Some((first.min(day), last.max(day), dates));
        }
        let (first, last, dates) =
            span.ok_or_else(|| JudgeError::Invalid(format!("{}: there are no rows.", table.file())))?;
        Ok(Days { first, length: (last - first) as usize + 1, dates })
    }

    /// The place of a row's day.
    ///
    /// # Errors
    /// The cell is no day.
    pub(crate) fn place(&self, table: &Table, row: usize, time: usize) -> Result<usize, JudgeError> {
        Ok((table.day_or_number(row, time)?.0 - self.first) as usize)
    }

    /// The place of a day given on the command line: how many days lie before it.
    ///
    /// # Errors
    /// It is no day, or written in another way than the file's.
    pub(crate) fn start(&self, text: &str) -> Result<usize, JudgeError> {
        let day = match (self.dates, crate::time::parse(text), text.trim().parse::<i32>()) {
            (true, Some(at), _) => crate::time::day(at).epoch_days(),
            (false, _, Ok(number)) => number,
            _ => {
                let way =
                    if self.dates { "a date such as 2011-11-01" } else { "a number, as the times in the file are" };
                return Err(JudgeError::Invalid(format!("--start {text}: write {way}.")));
            }
        };
        let before = i64::from(day) - i64::from(self.first);
        if before <= 0 || before >= self.length as i64 {
            return Err(JudgeError::Invalid(format!(
                "--start {text}: the rows reach from {} to {}; the start must lie between.",
                self.name(0),
                self.name(self.length - 1)
            )));
        }
        Ok(before as usize)
    }

    /// How the file would write the day at a place.
    pub(crate) fn name(&self, place: usize) -> String {
        let day = self.first.saturating_add(i32::try_from(place).unwrap_or(i32::MAX));
        if self.dates { domain::Day::from_epoch_days(day).to_string() } else { day.to_string() }
    }
}
