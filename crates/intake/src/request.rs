//! What an import is asked to do, and what it says it did.

use std::{io::Read, path::PathBuf};

use domain::{Currency, Day, ImportId, InstantMs};
use formats::Source;
use serde::{Deserialize, Serialize};

/// Where the bytes come from.
pub enum Input {
    /// A file on this machine, read in place.
    Path(PathBuf),
    /// Bytes under a name, e.g. an upload; copied to a temporary file first, since an import reads its file twice.
    Reader {
        /// Name as the person knows it.
        name: String,
        /// The bytes.
        reader: Box<dyn Read + Send>,
    },
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Input::Path(path) => f.debug_tuple("Path").field(path).finish(),
            Input::Reader { name, .. } => f.debug_tuple("Reader").field(name).finish(),
        }
    }
}

/// One file to import.
#[derive(Debug)]
pub struct ImportRequest {
    /// What it is an export of.
    pub source: Source,
    /// The file. Plain or gzip, told apart by its first bytes.
    pub input: Input,
    /// `--map ours=theirs`, see [`formats::ReadOptions::map`].
    pub map: Vec<(String, String)>,
    /// Report what an import would do, and write nothing.
    pub dry_run: bool,
    /// Currency where the file names none; by default the brand's.
    pub currency: Option<Currency>,
    /// Day of every row of a report without a day column.
    pub day: Option<Day>,
    /// The current instant.
    pub now: InstantMs,
    /// When the export was made, where known. What a later export said is not replaced by an earlier one. By default
    /// [`ImportRequest::now`]: the export imported last wins.
    pub exported_at: Option<InstantMs>,
}

impl ImportRequest {
    /// A request with nothing but source, file and time.
    pub fn new(source: Source, path: impl Into<PathBuf>, now: InstantMs) -> ImportRequest {
        ImportRequest {
            source,
            input: Input::Path(path.into()),
            map: Vec::new(),
            dry_run: false,
            currency: None,
            day: None,
            now,
            exported_at: None,
        }
    }
}

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Name of the file.
    pub file: String,
    /// Bytes of the file read so far (compressed bytes of a compressed file).
    pub bytes_done: u64,
    /// Size of the file in bytes.
    pub bytes_total: u64,
    /// Data rows looked at so far.
    pub rows: u64,
    /// Batches recorded so far by this run.
    pub batches: u64,
}

/// First and last day of the facts in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
}

/// A row that was not taken, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectSample {
    /// Physical line of the file, 1-based; 0 where the order as a whole is meant.
    pub line: u64,
    /// Column header as in the file; empty when the row as a whole is wrong.
    pub column: String,
    /// The cell as written.
    pub value: String,
    /// Why, and what to do.
    pub reason: String,
}

/// What came of an import; with `--json` the object that is printed last.
///
/// The **row counts** say what this import did and add up: `rows_read = rows_taken + rows_known + rows_revised +
/// rows_rejected + rows_skipped`. Skipped are rows without data: totals, blank lines, headers repeated.
///
/// All **other figures** describe the file as read (rejected rows left out), whether or not its rows were known before:
/// importing one Online Retail file gives the figures that the shared data README states for it, first or second time.
/// What all files together say is asked of the lake.
///
/// Money is by the definitions of the lake: `gross` over lines of quantity > 0 of sales (and of unpaid normal invoices,
/// which are worth nothing), `returns` over cancellations and refunds (≤ 0), `adjustments` the rest, and
/// `net = gross − discounts + returns + adjustments`; each summed exactly and rounded once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Data rows in the file.
    pub rows_read: u64,
    /// Rows of facts that are new.
    pub rows_taken: u64,
    /// Rows of facts that were known with the same content, or from a later export.
    pub rows_known: u64,
    /// Rows of facts that were known with other content, which they replaced.
    pub rows_revised: u64,
    /// Rows that could not be used; see [`ImportReport::rejects_path`].
    pub rows_rejected: u64,
    /// Rows without data.
    pub rows_skipped: u64,
    /// Orders: sales, that is normal invoices with a line of quantity > 0 and price > 0.
    pub orders: u64,
    /// Different customers.
    pub customers: u64,
    /// Different products (of order lines, or of a products export).
    pub products: u64,
    /// See above; minor units of `currency`, like all amounts.
    pub gross_minor: i64,
    /// Discounts, ≥ 0.
    pub discounts_minor: i64,
    /// Cancellations and refunds, ≤ 0.
    pub returns_minor: i64,
    /// The rest.
    pub adjustments_minor: i64,
    /// What remains.
    pub net_minor: i64,
    /// Ad spend of a report's rows that may be summed, as written (breakdowns of one report included).
    pub spend_minor: i64,
    /// Currency of the amounts.
    pub currency: Currency,
    /// First and last day; `null` for files without days.
    pub span: Option<Span>,
    /// What the file was read as, e.g. `Shopify orders export`.
    pub kind: String,
    /// Name of the file.
    pub file: String,
    /// The import; `null` in a dry run.
    pub import_id: Option<ImportId>,
    /// Rejected rows with reasons, a CSV file relative to the data folder; `null` where there are none.
    pub rejects_path: Option<String>,
    /// The first rejected rows.
    pub rejects: Vec<RejectSample>,
    /// Things the person should know, in sentences.
    pub notes: Vec<String>,
}
