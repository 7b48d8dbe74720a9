//! What a dropped file is, from its first bytes.

use std::io::Cursor;

use domain::{Currency, Day};
use formats::{FileKind, FormatError, MappedColumn, ReadOptions, Recognition, Source};
use serde::Serialize;

use crate::input::unpack_prefix;

/// Data rows shown.
const ROWS: usize = 5;

/// What a file seems to be, for the person to confirm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Source to import it as; `None` where the header says nothing: the person names source and columns.
    pub source: Option<Source>,
    /// Kind of file.
    pub kind: Option<FileKind>,
    /// The kind in words.
    pub label: String,
    /// The header as written.
    pub header: Vec<String>,
    /// The first data rows as written.
    pub rows: Vec<Vec<String>>,
    /// Which field is read from which column.
    pub mapping: Vec<Mapped>,
    /// Why it cannot be imported as it is, in a sentence.
    pub problem: Option<String>,
    /// Why it was recognised as what it is, in sentences; empty where a person said so.
    pub reasons: Vec<String>,
}

/// A column that is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mapped {
    /// The field.
    pub field: String,
    /// The column it is read from.
    pub column: String,
}

impl From<MappedColumn> for Mapped {
    fn from(column: MappedColumn) -> Self {
        Mapped { field: column.field, column: column.header.or(column.literal).unwrap_or_default() }
    }
}

/// What a file is, from its first bytes, plain or gzip: how surely, and why.
pub(crate) fn identify(first_bytes: &[u8]) -> Result<Option<Recognition>, FormatError> {
    formats::identify(Cursor::new(unpack_prefix(first_bytes)))
}

/// Recognises a file by its first bytes (64 KiB are plenty), plain or gzip.
pub fn recognise_file(first_bytes: &[u8]) -> Preview {
    let text = decode(&unpack_prefix(first_bytes));
    let (problem, reasons) = match identify(first_bytes) {
        Ok(Some(found)) => {
            let options = ReadOptions {
                // Only to look at the header: what is missing is asked for later.
                currency: Currency::parse("EUR").ok(),
                default_day: Day::parse("1970-01-01").ok(),
                ..ReadOptions::default()
            };
            match formats::open(found.source, Cursor::new(unpack_prefix(first_bytes)), &options) {
                Ok(reader) => {
                    let header = reader.header().to_vec();
                    return Preview {
                        source: Some(found.source),
                        kind: Some(reader.kind()),
                        label: reader.kind().label().to_owned(),
                        rows: rows_after(&text, &header),
                        header,
                        mapping: reader.mapping().into_iter().map(Mapped::from).collect(),
                        problem: None,
                        reasons: found.reasons,
                    };
                }
                Err(error) => (error.to_string(), found.reasons),
            }
        }
        Ok(None) => {
            let why = "The columns belong to no export that is known; choose the source and name the columns";
            (why.to_owned(), Vec::new())
        }
        Err(error) => (error.to_string(), Vec::new()),
    };
    let (header, rows) = first_rows(&text);
    Preview {
        source: None,
        kind: None,
        label: "unknown file".into(),
        header,
        rows,
        mapping: Vec::new(),
        problem: Some(problem),
        reasons,
    }
}

/// The same for a file whose source a person named, and perhaps columns: what is read from where, and what is missing.
pub fn preview_as(first_bytes: &[u8], source: Source, map: &[(String, String)]) -> Preview {
    let bytes = unpack_prefix(first_bytes);
    let text = decode(&bytes);
    // The day of a snapshot comes from the file's name, which is not at hand here.
    let default_day = (source == Source::Inventory).then(|| Day::parse("1970-01-01").ok()).flatten();
    let currency = Currency::parse("EUR").ok();
    let options = ReadOptions { map: map.to_vec(), currency, default_day, ..ReadOptions::default() };
    match formats::open(source, Cursor::new(bytes.clone()), &options) {
        Ok(reader) => {
            let (kind, header) = (reader.kind(), reader.header().to_vec());
            let rows = rows_after(&text, &header);
            let mapping = reader.mapping().into_iter().map(Mapped::from).collect();
            let label = kind.label().to_owned();
            Preview {
                source: Some(source),
                kind: Some(kind),
                label,
                header,
                rows,
                mapping,
                problem: None,
                reasons: vec![],
            }
        }
        Err(error) => {
            let (header, rows) = match &error {
                formats::FormatError::Header(problem) if !problem.found.is_empty() => {
                    (problem.found.clone(), rows_after(&text, &problem.found))
                }
                _ => first_rows(&text),
            };
            let mapping = map
                .iter()
                .filter(|(_, column)| header.contains(column))
                .map(|(field, column)| Mapped { field: field.clone(), column: column.clone() })
                .collect();
            let label = "unknown file".to_owned();
            Preview {
                source: Some(source),
                kind: None,
                label,
                header,
                rows,
                mapping,
                problem: Some(error.to_string()),
                reasons: vec![],
            }
        }
    }
}

/// Good enough to be looked at; the import itself decodes with care.
fn decode(bytes: &[u8]) -> String {
    let wide = |read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn records(text: &str, delimiter: u8) -> impl Iterator<Item = Vec<String>> + '_ {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes())
        .into_records()
        .map_while(Result::ok)
        .map(|record| record.iter().map(str::to_owned).collect())
}

/// The rows behind the header, whatever stands before it.
fn rows_after(text: &str, header: &[String]) -> Vec<Vec<String>> {
    let same = |row: &Vec<String>| row.iter().map(|cell| cell.trim()).eq(header.iter().map(|cell| cell.trim()));
    for delimiter in *b",;\t|" {
        let rows: Vec<_> = records(text, delimiter).skip_while(|row| !same(row)).skip(1).take(ROWS).collect();
        if !rows.is_empty() {
            return rows;
        }
    }
    Vec::new()
}

/// The first rows of a file that nobody knows, cut by the delimiter that gives the most columns.
fn first_rows(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let widest = b",;\t|".iter().max_by_key(|&&d| records(text, d).next().map_or(0, |row| row.len()));
    let mut rows = records(text, widest.copied().unwrap_or(b','));
    let header = rows.next().unwrap_or_default();
    (header, rows.take(ROWS).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_file_says_what_it_is() {
        let csv = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n\
                   489434,85048,\"GLASS, BALL\",12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom\n";
        let preview = recognise_file(csv.as_bytes());
        assert_eq!((preview.source, preview.kind), (Some(Source::Transactions), Some(FileKind::OrderLines)));
        assert_eq!(preview.rows[0][2], "GLASS, BALL");
        assert!(
            preview.mapping.iter().any(|m| m.field == "unit_price" && m.column == "Price"),
            "{:?}",
            preview.mapping
        );

        use std::io::Write as _;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(csv.as_bytes()).expect("memory");
        let mut packed = packed.finish().expect("memory");
        packed.truncate(packed.len() - 6);
        assert_eq!(recognise_file(&packed), preview, "also from a packed beginning");

        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(
                "Report\nDay\tCampaign\tAd group\tImpr.\tClicks\tCost\n2026-01-01\tBrand\tMugs\t10\t1\t2.50\n"
                    .encode_utf16()
                    .flat_map(u16::to_le_bytes),
            )
            .collect();
        let google = recognise_file(&wide);
        assert_eq!((google.source, google.rows.len()), (Some(Source::Google), 1), "{google:?}");

        let json = recognise_file(b"{\"event\":\"Cart Viewed\",\"anonymousId\":\"a\",\"timestamp\":1767225600}\n");
        assert_eq!((json.source, json.kind, json.problem), (Some(Source::Events), Some(FileKind::Events), None));

        let unknown = recognise_file(b"a;b;c\n1;2;3\n");
        assert_eq!((unknown.source, unknown.header.len(), unknown.rows.len()), (None, 3, 1));
        assert!(recognise_file(b"PK\x03\x04rest").problem.is_some_and(|text| text.contains("Excel")));
        assert!(recognise_file(b"").problem.is_some());
    }
}
