//! Rows that come back, with typed getters that name the column when something is wrong.

use serde::de::DeserializeOwned;
use sqlx::{ColumnIndex, Decode, Row as _, Type, postgres::PgRow, sqlite::SqliteRow};

use crate::{Result, StoreError};

/// One row of a result.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    fn get<'r, T>(&'r self, column: &str) -> Result<T>
    where
        T: Decode<'r, sqlx::Sqlite> + Type<sqlx::Sqlite> + Decode<'r, sqlx::Postgres> + Type<sqlx::Postgres>,
        for<'a> &'a str: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        Ok(match self {
            Row::Sqlite(row) => row.try_get(column)?,
            Row::Postgres(row) => row.try_get(column)?,
        })
    }

    /// A whole number. Aggregates over BIGINT must be cast (`CAST(SUM(x) AS BIGINT)`): PostgreSQL sums to NUMERIC.
    ///
    /// # Errors
    /// No such column, NULL, or another type.
    pub fn int(&self, column: &str) -> Result<i64> {
        self.get(column)
    }

    /// A whole number or NULL.
    ///
    /// # Errors
    /// No such column or another type.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>> {
        self.get(column)
    }

    /// A floating-point number.
    ///
    /// # Errors
    /// No such column, NULL, or another type.
    pub fn float(&self, column: &str) -> Result<f64> {
        self.get(column)
    }

    /// A boolean stored as 0 or 1.
    ///
    /// # Errors
    /// No such column, NULL, or another type.
    pub fn flag(&self, column: &str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    /// A text.
    ///
    /// # Errors
    /// No such column, NULL, or another type.
    pub fn text(&self, column: &str) -> Result<String> {
        self.get(column)
    }

    /// A text or NULL.
    ///
    /// # Errors
    /// No such column or another type.
    pub fn opt_text(&self, column: &str) -> Result<Option<String>> {
        self.get(column)
    }

    /// Bytes.
    ///
    /// # Errors
    /// No such column, NULL, or another type.
    pub fn bytes(&self, column: &str) -> Result<Vec<u8>> {
        self.get(column)
    }

    /// An instant in milliseconds UTC.
    ///
    /// # Errors
    /// No such column, NULL, or another type.
    pub fn instant(&self, column: &str) -> Result<domain::InstantMs> {
        Ok(domain::InstantMs(self.int(column)?))
    }

    /// A text with a parsed form: an id, a day's text, a word.
    ///
    /// # Errors
    /// No such column, NULL, or a text this version does not know.
    pub fn parse<T: std::str::FromStr>(&self, column: &str) -> Result<T> {
        let text = self.text(column)?;
        text.parse().map_err(|_| StoreError::Unknown { column: column.to_owned(), value: text.clone() })
    }

    /// A calendar day.
    ///
    /// # Errors
    /// No such column, NULL, or not a day.
    pub fn day(&self, column: &str) -> Result<domain::Day> {
        let text = self.text(column)?;
        domain::Day::parse(&text).map_err(|_| StoreError::Unknown { column: column.to_owned(), value: text.clone() })
    }

    /// An enum stored by its serde name (see [`crate::Value::word`]).
    ///
    /// # Errors
    /// No such column, NULL, or a word this version does not know.
    pub fn word<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        let text = self.text(column)?;
        serde_json::from_value(serde_json::Value::String(text.clone()))
            .map_err(|_| StoreError::Unknown { column: column.to_owned(), value: text })
    }

    /// A JSON document.
    ///
    /// # Errors
    /// No such column, NULL, or a document of another form.
    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        let text = self.text(column)?;
        serde_json::from_str(&text).map_err(|source| StoreError::Document { column: column.to_owned(), source })
    }
}
