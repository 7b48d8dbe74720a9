//! A CSV file in memory, read strictly: whatever cannot be read is named by file, row and column.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use csv::StringRecord;
use domain::{Day, InstantMs};

use crate::{JudgeError, time};

/// Rows of a CSV file with a header. Rows are counted from 0 in the code and from 1 in messages.
#[derive(Debug)]
pub struct Table {
    file: String,
    header: Vec<String>,
    rows: Vec<StringRecord>,
}

impl Table {
    /// Reads a file, `.gz` as it is. Blank lines are skipped, a byte order mark is dropped.
    ///
    /// # Errors
    /// The file cannot be opened, has no header, or a row has another number of cells than the header.
    pub fn read(path: &Path) -> Result<Table, JudgeError> {
        let name = path.display().to_string();
        let file =
            File::open(path).map_err(|error| JudgeError::File { file: name.clone(), reason: error.to_string() })?;
        if path.extension().is_some_and(|extension| extension == "gz") {
            Table::from_reader(&name, flate2::read::MultiGzDecoder::new(BufReader::new(file)))
        } else {
            Table::from_reader(&name, BufReader::new(file))
        }
    }

    /// The same from any reader; `name` stands in messages.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn from_reader(name: &str, reader: impl Read) -> Result<Table, JudgeError> {
        let problem = |reason: String| JudgeError::File { file: name.to_owned(), reason };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(reader);
        let header: Vec<String> = reader
            .headers()
            .map_err(|error| problem(error.to_string()))?
            .iter()
            .map(|cell| cell.trim_start_matches('\u{feff}').to_owned())
            .collect();
        if header.is_empty() || header.iter().all(String::is_empty) {
            return Err(problem("is empty; the first row must name the columns.".into()));
        }
        let mut rows = Vec::new();
        for (index, record) in reader.into_records().enumerate() {
            rows.push(record.map_err(|error| problem(format!("row {}: {error}", index + 1)))?);
        }
        Ok(Table { file: name.to_owned(), header, rows })
    }

    /// Name for messages.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Number of data rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no data row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Place of a column; upper and lower case count as the same where that is unambiguous.
    ///
    /// # Errors
    /// There is no such column; the message lists those there are.
    pub fn column(&self, name: &str) -> Result<usize, JudgeError> {
        let exact = self.header.iter().position(|column| column == name);
        let mut loose = self.header.iter().enumerate().filter(|(_, column)| column.eq_ignore_ascii_case(name));
        exact.or_else(|| loose.next().map(|(place, _)| place)).ok_or_else(|| JudgeError::Column {
            file: self.file.clone(),
            column: name.to_owned(),
            known: self.header.join(", "),
        })
    }

    /// A cell as text, without blanks around it.
    pub fn text(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|cells| cells.get(column)).unwrap_or_default()
    }

    /// A cell as text that may not be empty.
    ///
    /// # Errors
    /// The cell is empty.
    pub fn name(&self, row: usize, column: usize) -> Result<&str, JudgeError> {
        match self.text(row, column) {
            "" => Err(self.bad(row, column, "is empty; fill it or leave the row out.")),
            text => Ok(text),
        }
    }

    /// A cell as a finite number.
    ///
    /// # Errors
    /// The cell is empty or no number.
    pub fn number(&self, row: usize, column: usize) -> Result<f64, JudgeError> {
        match self.text(row, column).parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(self.bad(row, column, "is not a number; write it plainly, e.g. 12.50.")),
        }
    }

    /// A cell as a number, none where it is empty, `NA`, `NaN` or `null`.
    ///
    /// # Errors
    /// The cell holds something else that is no number.
    pub fn opt_number(&self, row: usize, column: usize) -> Result<Option<f64>, JudgeError> {
        let text = self.text(row, column);
        if text.is_empty() || ["na", "nan", "null"].iter().any(|none| text.eq_ignore_ascii_case(none)) {
            return Ok(None);
        }
        self.number(row, column).map(Some)
    }

    /// A cell as an instant; see [`time::parse`] for the ways to write one.
    ///
    /// # Errors
    /// The cell is no time.
    pub fn instant(&self, row: usize, column: usize) -> Result<InstantMs, JudgeError> {
        time::parse(self.text(row, column))
            .ok_or_else(|| self.bad(row, column, "is not a time; write 2011-11-01 or 2011-11-01 09:00:00."))
    }

    /// The day of a cell's instant.
    ///
    /// # Errors
    /// The cell is no time.
    pub fn day(&self, row: usize, column: usize) -> Result<Day, JudgeError> {
        self.instant(row, column).map(time::day)
    }

    /// A cell as a day: days since 1970 for a date or time (and true), the number itself for a plain one such as 12.
    ///
    /// # Errors
    /// The cell is neither.
    pub fn day_or_number(&self, row: usize, column: usize) -> Result<(i32, bool), JudgeError> {
        match self.day(row, column) {
            Ok(day) => Ok((day.epoch_days(), true)),
            Err(error) => match self.text(row, column).parse::<i32>() {
                Ok(number) if number.abs() < 1_000_000 => Ok((number, false)),
                _ => Err(error),
            },
        }
    }

    /// An error about one cell.
    pub fn bad(&self, row: usize, column: usize, reason: impl Into<String>) -> JudgeError {
        JudgeError::Cell {
            file: self.file.clone(),
            row: row + 1,
            column: self.header.get(column).cloned().unwrap_or_default(),
            value: self.text(row, column).to_owned(),
            reason: reason.into(),
        }
    }

    /// The rows of each value of a column, in the order in which the values first stand in the file. Without a column
    /// there is one group without a name.
    ///
    /// # Errors
    /// There is no such column.
    pub fn groups(&self, by: Option<&str>) -> Result<Vec<Group>, JudgeError> {
        let Some(by) = by else {
            return Ok(vec![Group { name: None, rows: (0..self.len()).collect() }]);
        };
        let column = self.column(by)?;
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        for row in 0..self.len() {
            let name = self.text(row, column);
            let place = *places.entry(name).or_insert_with(|| {
                groups.push(Group { name: Some(name.to_owned()), rows: Vec::new() });
                groups.len() - 1
            });
            groups[place].rows.push(row);
        }
        Ok(groups)
    }
}

/// Rows that are judged together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Value of the `--by` column; none where all rows are one group.
    pub name: Option<String>,
    /// Places of the rows.
    pub rows: Vec<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        Table::from_reader("sales.csv", text.as_bytes()).expect("table")
    }

    #[test]
    fn cells_are_read_and_bad_ones_are_named() {
        let table = table("\u{feff}Day,value,arm\n2011-11-01, 12.5 ,a\n2011-11-02,x,\n");
        assert_eq!(table.number(0, table.column("VALUE").expect("column")).expect("number"), 12.5);
        assert_eq!(table.day(1, table.column("Day").expect("column")).expect("day").to_string(), "2011-11-02");
        let messages = [
            table.number(1, 1).expect_err("x").to_string(),
            table.name(1, 2).expect_err("empty").to_string(),
            table.day(0, 1).expect_err("no day").to_string(),
            table.column("price").expect_err("no column").to_string(),
        ];
        insta::assert_snapshot!(messages.join("\n"), @r"
        sales.csv, row 2, column `value`: `x` is not a number; write it plainly, e.g. 12.50.
        sales.csv, row 2, column `arm`: `` is empty; fill it or leave the row out.
        sales.csv, row 1, column `value`: `12.5` is not a time; write 2011-11-01 or 2011-11-01 09:00:00.
        sales.csv: there is no column `price`; the columns are: Day, value, arm.
        ");
    }

    #[test]
    fn rows_of_another_length_and_empty_files_are_refused() {
        for (text, part) in [("a,b\n1,2\n3\n", "row 2"), ("", "is empty")] {
            let error = Table::from_reader("f.csv", text.as_bytes()).expect_err("refused").to_string();
            assert!(error.starts_with("f.csv: ") && error.contains(part), "{error}");
        }
    }

    #[test]
    fn groups_keep_the_order_of_the_file() {
        let table = table("g,v\nb,1\na,2\nb,3\n");
        let groups = table.groups(Some("g")).expect("groups");
        let seen: Vec<_> = groups.iter().map(|g| (g.name.as_deref(), g.rows.as_slice())).collect();
        assert_eq!(seen, [(Some("b"), &[0usize, 2][..]), (Some("a"), &[1][..])]);
        assert_eq!(table.groups(None).expect("one")[0].rows, [0, 1, 2]);
    }
}
