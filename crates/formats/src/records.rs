//! Records of a CSV stream with their data row and physical line.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read},
};

use csv::{ByteRecord, StringRecord};

use crate::{columns::Columns, decode::to_text, error::FormatError, error::Reject};

/// A record larger than this is a quotation mark that is never closed, not a record.
const RECORD_LIMIT: usize = 4 * 1024 * 1024;

/// One data row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rec {
    /// Cells.
    pub(crate) cells: StringRecord,
    /// 1-based data row.
    pub(crate) row: u64,
    /// Line after the record's end.
    end_line: u64,
}

impl Rec {
    /// The cell of a column without white space around it; empty when the row is short or the column is absent.
    pub(crate) fn get(&self, column: Option<usize>) -> &str {
        self.raw(column).trim()
    }

    /// The cell exactly as written.
    pub(crate) fn raw(&self, column: Option<usize>) -> &str {
        column.and_then(|index| self.cells.get(index)).unwrap_or("")
    }

    /// Whether all cells are empty.
    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }

    /// Physical line on which the record starts. Computed when asked for, because only rejects need it.
    pub(crate) fn line(&self) -> u64 {
        let breaks: usize = self.cells.iter().map(|cell| cell.matches('\n').count()).sum();
        self.end_line.saturating_sub(1 + breaks as u64).max(1)
    }

    /// A reject of this row for the cell of a column.
    pub(crate) fn reject(&self, columns: &Columns, column: Option<usize>, reason: impl Into<String>) -> Reject {
        Reject {
            row: self.row,
            line: self.line(),
            column: column.and_then(|index| columns.header.get(index)).cloned().unwrap_or_default(),
            value: self.raw(column).to_owned(),
            reason: reason.into(),
            rows: 1,
        }
    }
}

/// What is wrong with one cell; becomes a [`Reject`] when the row is known.
#[derive(Debug)]
pub(crate) struct Problem {
    /// Column index, `None` when the row as a whole is wrong or the column is absent.
    pub(crate) column: Option<usize>,
    /// Why and what to do.
    pub(crate) reason: String,
}

impl Problem {
    pub(crate) fn new(column: Option<usize>, reason: impl Into<String>) -> Problem {
        Problem { column, reason: reason.into() }
    }
}

/// Where records come from.
enum Feed {
    Csv(csv::Reader<Box<dyn Read + Send>>),
    /// Each line is one cell; with the lines read so far.
    Lines(BufReader<Box<dyn Read + Send>>, u64),
}

/// The records after the header.
pub(crate) struct Records {
    feed: Feed,
    next_row: u64,
    /// Rows read ahead for guessing formats.
    ahead: VecDeque<Rec>,
}

impl Records {
    /// Opens the stream and skips everything up to and including the header, `header_record` records from the start.
    pub(crate) fn open(
        stream: Box<dyn Read + Send>,
        delimiter: u8,
        header_record: usize,
    ) -> Result<Records, FormatError> {
        let mut csv =
            csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(stream);
        let mut buffer = ByteRecord::new();
        for _ in 0..=header_record {
            csv.read_byte_record(&mut buffer).map_err(io_error)?;
        }
        Ok(Records { feed: Feed::Csv(csv), next_row: 1, ahead: VecDeque::new() })
    }

    /// Opens a stream whose lines are records of one cell.
    pub(crate) fn lines(stream: Box<dyn Read + Send>) -> Records {
        let stream = BufReader::with_capacity(64 * 1024, stream);
        Records { feed: Feed::Lines(stream, 0), next_row: 1, ahead: VecDeque::new() }
    }

    /// Reads up to `count` rows ahead; they will be returned by [`Records::next_into`] as well.
    pub(crate) fn read_ahead(&mut self, count: usize) -> Result<Vec<Rec>, FormatError> {
        let mut rows = Vec::new();
        while rows.len() < count {
            let mut rec = Rec::default();
            if !self.read(&mut rec)? {
                break;
            }
            rows.push(rec);
        }
        self.ahead.extend(rows.iter().cloned());
        Ok(rows)
    }

    /// The next row, into a record that is reused; false at the end.
    pub(crate) fn next_into(&mut self, rec: &mut Rec) -> Result<bool, FormatError> {
        match self.ahead.pop_front() {
            Some(ahead) => {
                *rec = ahead;
                Ok(true)
            }
            None => self.read(rec),
        }
    }

    /// Rows handed out so far.
    pub(crate) fn rows_read(&self) -> u64 {
        self.next_row - 1 - self.ahead.len() as u64
    }

    fn read(&mut self, rec: &mut Rec) -> Result<bool, FormatError> {
        let csv = match &mut self.feed {
            Feed::Csv(csv) => csv,
            Feed::Lines(stream, lines) => {
                let mut line = Vec::new();
                stream.take(RECORD_LIMIT as u64 + 1).read_until(b'\n', &mut line)?;
                if line.is_empty() {
                    return Ok(false);
                }
                *lines += 1;
                if line.len() > RECORD_LIMIT {
                    return Err(FormatError::OpenQuote { line: *lines, limit: RECORD_LIMIT });
                }
                rec.cells.clear();
                rec.cells.push_field(to_text(&line).trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']));
                rec.row = self.next_row;
                rec.end_line = *lines + 1;
                self.next_row += 1;
                return Ok(true);
            }
        };
        let start = csv.position().line();
        // The record's own buffers are read into again, so that no row allocates once they have grown.
        let mut bytes = std::mem::take(&mut rec.cells).into_byte_record();
        if !csv.read_byte_record(&mut bytes).map_err(io_error)? {
            return Ok(false);
        }
        if bytes.as_slice().len() > RECORD_LIMIT {
            return Err(FormatError::OpenQuote { line: start, limit: RECORD_LIMIT });
        }
        rec.cells = match StringRecord::from_byte_record(bytes) {
            Ok(cells) => cells,
            Err(error) => error.into_byte_record().iter().map(to_text).collect(),
        };
        rec.row = self.next_row;
        rec.end_line = csv.position().line();
        self.next_row += 1;
        Ok(true)
    }
}

fn io_error(error: csv::Error) -> FormatError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => FormatError::Io(error),
        other => FormatError::Io(std::io::Error::other(format!("{other:?}"))),
    }
}
