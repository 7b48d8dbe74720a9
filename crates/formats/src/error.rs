//! What can be wrong with a whole file, and with one row.

use serde::Serialize;

use crate::source::Source;

/// The file as a whole cannot be read. One clear message; nothing was emitted.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// No bytes, or nothing but white space.
    #[error("The file is empty; export it again")]
    Empty,
    /// Not a text file.
    #[error("This is {what}, not a CSV file; {advice}")]
    NotText {
        /// What it seems to be.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// The bytes stopped coming.
    #[error("The file could not be read to its end: {0}")]
    Io(#[from] std::io::Error),
    /// No row holds the columns the source needs.
    #[error("{0}")]
    Header(HeaderProblem),
    /// `--map` names a field the source does not have.
    #[error("`{field}` is not a field of {source_name} files; use one of {known}")]
    UnknownField {
        /// The left side of the map.
        field: String,
        /// The source.
        source_name: Source,
        /// Fields there are.
        known: String,
    },
    /// `--map` names a column that the file does not have.
    #[error("The file has no column `{column}` (mapped to `{field}`); its columns are {columns}")]
    UnknownColumn {
        /// The right side of the map.
        column: String,
        /// The left side of the map.
        field: String,
        /// The header.
        columns: String,
    },
    /// Amounts without a currency.
    #[error("The file does not say its currency; set the brand's currency or add `--map currency=EUR`")]
    NoCurrency,
    /// A snapshot that does not say of which day it is.
    #[error(
        "The snapshot does not say its day; add `--as-of 2026-01-31`, or put the day into the file's name, like inventory_2026-01-31.csv"
    )]
    NoDay,
    /// A snapshot of the inventory without quantities.
    #[error(
        "The file has no column of units (Available, On hand, or one column per location); export the inventory with quantities"
    )]
    NoStock,
    /// A quote that is never closed.
    #[error(
        "From line {line} on the file is one cell of more than {limit} bytes: a quotation mark is not closed there"
    )]
    OpenQuote {
        /// Line on which the record starts.
        line: u64,
        /// The limit in bytes.
        limit: usize,
    },
}

/// Which columns are missing, and what was found instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderProblem {
    /// The source asked for.
    pub source: Source,
    /// What a person calls the file that was expected.
    pub expected: &'static str,
    /// The row taken for the header (the best there is), as written.
    pub found: Vec<String>,
    /// Missing fields, each with the headers it is known under.
    pub missing: Vec<(String, Vec<String>)>,
    /// What the file seems to be instead, if it is an export of another kind.
    pub looks_like: Option<(Source, &'static str)>,
}

impl std::fmt::Display for HeaderProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some((source, label)) = &self.looks_like {
            return write!(f, "This looks like a {label}; import it with the source `{source}`, not `{}`", self.source);
        }
        write!(f, "No header row with the columns of a {} was found; missing ", self.expected)?;
        for (index, (field, headers)) in self.missing.iter().enumerate() {
            let comma = if index == 0 { "" } else { "; " };
            let shown: Vec<&str> = headers.iter().take(4).map(String::as_str).collect();
            write!(f, "{comma}`{field}` (a column such as {})", shown.join(", "))?;
        }
        match self.found.is_empty() {
            true => write!(f, ". The file has no columns that could be mapped"),
            false => {
                let field = self.missing.first().map_or("field", |(field, _)| field.as_str());
                let columns = self.found.join(", ");
                write!(f, ". The columns there are: {columns}. Name the right one with --map {field}=COLUMN")
            }
        }
    }
}

/// Rows that were not taken, with the reason and what to do. Belongs into `rejects.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// Data row with the bad cell, 1-based, header not counted.
    pub row: u64,
    /// Physical line of the file on which that row starts, 1-based.
    pub line: u64,
    /// Column header as in the file; empty when the row as a whole is wrong.
    pub column: String,
    /// The cell as written.
    pub value: String,
    /// Why, and what to do.
    pub reason: String,
    /// Data rows left out with it: all rows of an order when one of them is wrong.
    pub rows: u32,
}
