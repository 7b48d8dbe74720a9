//! Results: small tables of plain values, independent of the engine that made them.

use domain::Day;
use serde::Serialize;

use crate::LakeError;

/// One value of a result.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// Text.
    Text(String),
    /// A calendar day.
    Day(Day),
}

/// The rows of a query.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Table {
    /// Column names, in the order of the query.
    pub columns: Vec<String>,
    /// Rows, in the order of the query (unspecified without `ORDER BY`).
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True without any row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One row.
    ///
    /// # Panics
    /// There is no row `index`.
    pub fn row(&self, index: usize) -> Row<'_> {
        Row { columns: &self.columns, values: &self.rows[index] }
    }

    /// All rows.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row { columns: &self.columns, values })
    }

    /// The first row; an error where the query gave none.
    ///
    /// # Errors
    /// There is no row.
    pub fn first(&self) -> Result<Row<'_>, LakeError> {
        match self.rows.first() {
            Some(values) => Ok(Row { columns: &self.columns, values }),
            None => Err(LakeError::Column {
                column: self.columns.join(", "),
                wanted: "a row",
                found: "no row at all".into(),
            }),
        }
    }
}

/// One row of a [`Table`], read by column name.
#[derive(Debug, Clone, Copy)]
pub struct Row<'t> {
    columns: &'t [String],
    values: &'t [Value],
}

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $opt:ident, $type:ty, $wanted:literal, $($pattern:pat => $value:expr),+) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// No such column, NULL, or another type.
        pub fn $name(&self, column: &str) -> Result<$type, LakeError> {
            match self.$opt(column)? {
                Some(value) => Ok(value),
                None => Err(LakeError::Column { column: column.into(), wanted: $wanted, found: "NULL".into() }),
            }
        }

        $(#[$doc])*
        /// `None` where it is NULL.
        ///
        /// # Errors
        /// No such column, or another type.
        pub fn $opt(&self, column: &str) -> Result<Option<$type>, LakeError> {
            match self.value(column)? {
                Value::Null => Ok(None),
                $($pattern => Ok(Some($value)),)+
                other => Err(LakeError::Column { column: column.into(), wanted: $wanted, found: format!("{other:?}") }),
            }
        }
    };
}

impl<'t> Row<'t> {
    /// The value of a column.
    ///
    /// # Errors
    /// No such column.
    pub fn value(&self, column: &str) -> Result<&'t Value, LakeError> {
        match self.columns.iter().position(|name| name == column) {
            Some(index) => Ok(&self.values[index]),
            None => Err(LakeError::Column {
                column: column.into(),
                wanted: "there",
                found: format!("the columns are {}", self.columns.join(", ")),
            }),
        }
    }

    getter!(
        /// A whole number.
        int, opt_int, i64, "a whole number", Value::Int(value) => *value
    );
    getter!(
        /// A number; whole numbers are converted.
        float, opt_float, f64, "a number", Value::Float(value) => *value, Value::Int(value) => *value as f64
    );
    getter!(
        /// A text.
        text, opt_text, &'t str, "a text", Value::Text(value) => value.as_str()
    );
    getter!(
        /// A calendar day.
        day, opt_day, Day, "a day", Value::Day(value) => *value
    );
    getter!(
        /// A boolean.
        flag, opt_flag, bool, "true or false", Value::Bool(value) => *value
    );

    /// The row as a JSON object, by column name; what [`domain::sprint::Evidence`] keeps.
    pub fn to_json(&self) -> serde_json::Map<String, serde_json::Value> {
        let json = |value| serde_json::to_value(value).unwrap_or(serde_json::Value::Null);
        self.columns.iter().cloned().zip(self.values.iter().map(json)).collect()
    }
}

/// A text as an SQL literal, quotes doubled.
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn getters_say_what_is_wrong() {
        let day = Day::parse("2026-01-02").expect("a day");
        let table = Table {
            columns: ["n", "t", "d", "x"].map(String::from).to_vec(),
            rows: vec![vec![Value::Int(3), Value::Text("it's".into()), Value::Day(day), Value::Null]],
        };
        let row = table.row(0);
        assert_eq!((row.int("n").unwrap_or(0), row.text("t").unwrap_or(""), row.day("d").ok()), (3, "it's", Some(day)));
        assert_eq!(row.float("n").ok(), Some(3.0));
        assert_eq!(row.opt_int("x").ok(), Some(None));
        insta::assert_snapshot!(
            [row.int("t"), row.int("x"), row.int("y")].map(|r| r.expect_err("wrong").to_string()).join("\n"),
            @r#"
        column `t` of the result is not a whole number: Text("it's")
        column `x` of the result is not a whole number: NULL
        column `y` of the result is not there: the columns are n, t, d, x
        "#
        );
        let json = serde_json::to_string(&table).expect("json");
        assert_eq!(json, r#"{"columns":["n","t","d","x"],"rows":[[3,"it's","2026-01-02",null]]}"#);
        assert_eq!(quote("it's"), "'it''s'");
        assert!(Table::default().first().is_err());
    }
}
