//! The streaming reader: a file in, facts and rejects out, every data row accounted for exactly once.

use std::{collections::VecDeque, io::BufRead};

use domain::{Currency, Day, facts::Fact};
use jiff::tz::TimeZone;

use crate::{
    columns::{Columns, MappedColumn, find_layout},
    decode::decode,
    digest::digest,
    error::{FormatError, Reject},
    numbers::Notation,
    records::{Problem, Rec, Records},
    source::{FileKind, Source},
    transactions::Transactions,
};

/// Rows looked at to guess decimal marks and the order of day and month.
const SAMPLE_ROWS: usize = 1_000;

/// What the person or the brand says about a file.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// `--map ours=theirs`: canonical field to header. `day` and `currency` also take a value (`day=2017-08-30`);
    /// `breakdown=COLUMN` names a further breakdown of an ad report; `dates=dmy|mdy` and `decimal=comma|point` settle
    /// notations.
    pub map: Vec<(String, String)>,
    /// Day of every row of a report that has no day column.
    pub default_day: Option<Day>,
    /// Currency of amounts where the file names none.
    pub currency: Option<Currency>,
    /// The brand's time zone, in which local times are read.
    pub zone: TimeZone,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions { map: Vec::new(), default_day: None, currency: None, zone: TimeZone::UTC }
    }
}

/// A fact with the data rows it was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The fact.
    pub fact: Fact,
    /// Data rows it consumed.
    pub rows: u32,
    /// Last data row it consumed, 1-based. Facts are emitted in a fixed order but not strictly by this number, since the
    /// lines of orders may be interleaved: to resume, read from the start and skip the items already handled.
    pub last_row: u64,
    /// Digest of its content, see [`digest`].
    pub digest: [u8; 16],
}

impl Row {
    pub(crate) fn new(fact: Fact, rows: u32, last_row: u64) -> Row {
        let digest = digest(&fact);
        Row { fact, rows, last_row, digest }
    }
}

/// Where assemblers put what they make.
#[derive(Debug, Default)]
pub(crate) struct Out {
    items: VecDeque<Result<Row, Reject>>,
    skipped: u64,
}

impl Out {
    pub(crate) fn row(&mut self, row: Row) {
        self.items.push_back(Ok(row));
    }

    pub(crate) fn reject(&mut self, reject: Reject) {
        self.items.push_back(Err(reject));
    }

    pub(crate) fn skip(&mut self) {
        self.skipped += 1;
    }
}

/// Turns the rows of one kind of file into facts.
pub(crate) trait Assemble: Send {
    /// Takes one row. `shape` is what is wrong with the row as a whole, if anything.
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out);
    /// The file is at its end.
    fn finish(&mut self, columns: &Columns, out: &mut Out);
}

/// What an assembler may look at when it is made.
pub(crate) struct Setup<'a> {
    pub(crate) kind: FileKind,
    pub(crate) columns: &'a Columns,
    pub(crate) sample: &'a [Rec],
    pub(crate) notation: Notation,
    pub(crate) options: &'a ReadOptions,
}

/// Opens a file: finds encoding, delimiter, header and notations, and returns the streaming reader.
///
/// # Errors
/// The file as a whole cannot be read; see [`FormatError`]. Nothing has been emitted then.
pub fn open(
    source: Source,
    input: impl BufRead + Send + 'static,
    options: &ReadOptions,
) -> Result<FactReader, FormatError> {
    let mut input = input;
    if source == Source::Events {
        let head = input.fill_buf()?;
        match head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start().first() {
            Some(b'{') => return Ok(FactReader::of_lines(Records::lines(Box::new(input)))),
            Some(b'[') => {
                let (what, advice) = ("a JSON array", "write one object a line (NDJSON) and import that");
                return Err(FormatError::NotText { what, advice });
            }
            _ => {}
        }
    }
    let decoded = decode(input)?;
    let layout = find_layout(source, &decoded.prefix, options)?;
    let mut records = Records::open(decoded.stream, layout.delimiter, layout.header_record)?;
    let sample = records.read_ahead(SAMPLE_ROWS)?;
    let setup = Setup {
        kind: layout.kind,
        columns: &layout.columns,
        sample: &sample,
        notation: Notation::guess(&sample, &layout.columns, layout.delimiter),
        options,
    };
    let assembler: Box<dyn Assemble> = match layout.kind {
        FileKind::OrderLines => Box::new(Transactions::new(&setup)?),
        FileKind::ShopifyOrders => Box::new(crate::shopify::Orders::new(&setup)?),
        FileKind::ShopifyProducts => Box::new(crate::shopify::Products::new(&setup)),
        FileKind::ShopifyCustomers => Box::new(crate::shopify::Customers::new(&setup)),
        FileKind::MetaAds | FileKind::GoogleAds => Box::new(crate::ads::Ads::new(&setup)),
        FileKind::Ga4Funnel => Box::new(crate::ga4::Funnel::new(&setup)),
        FileKind::Events => Box::new(crate::events::Table::new(&setup)),
        FileKind::Inventory => Box::new(crate::shopify::Inventory::new(&setup)?),
        FileKind::WoocommerceOrders | FileKind::BigcommerceOrders => Box::new(crate::shops::Orders::new(&setup)?),
        FileKind::WoocommerceProducts | FileKind::BigcommerceProducts => Box::new(crate::shops::Products::new(&setup)),
        FileKind::ProductReviews => Box::new(crate::reviews::Reviews::new(&setup)),
        FileKind::KlaviyoCampaigns
        | FileKind::KlaviyoFlows
        | FileKind::MailchimpCampaigns
        | FileKind::HubspotEmails => Box::new(crate::mail::Reports::new(&setup)),
        FileKind::KlaviyoProfiles | FileKind::MailchimpContacts | FileKind::HubspotContacts => {
            Box::new(crate::mail::Contacts::new(&setup))
        }
    };
    Ok(FactReader {
        kind: layout.kind,
        columns: layout.columns,
        records,
        assembler,
        out: Out::default(),
        rec: Rec::default(),
        finished: false,
        failure: None,
    })
}

/// Streaming iterator over the facts and rejects of one file.
///
/// At its end `rows_read() == Σ rows of items + rows_skipped()`. The sequence of items depends on the bytes and the
/// options only, so a checkpoint is a number of items.
pub struct FactReader {
    kind: FileKind,
    columns: Columns,
    records: Records,
    assembler: Box<dyn Assemble>,
    out: Out,
    rec: Rec,
    finished: bool,
    failure: Option<FormatError>,
}

impl FactReader {
    /// A file of events, one JSON object a line.
    fn of_lines(records: Records) -> FactReader {
        FactReader {
            kind: FileKind::Events,
            columns: Columns::of_lines(),
            records,
            assembler: Box::new(crate::events::Lines),
            out: Out::default(),
            rec: Rec::default(),
            finished: false,
            failure: None,
        }
    }

    /// What the file is.
    pub fn kind(&self) -> FileKind {
        self.kind
    }

    /// The header as written.
    pub fn header(&self) -> &[String] {
        &self.columns.header
    }

    /// Which field was found in which column.
    pub fn mapping(&self) -> Vec<MappedColumn> {
        self.columns.mapping()
    }

    /// Headers of columns that are not used.
    pub fn unused_columns(&self) -> Vec<String> {
        self.columns.unused().into_iter().map(|index| self.columns.header[index].clone()).collect()
    }

    /// Data rows read so far, header not counted.
    pub fn rows_read(&self) -> u64 {
        self.records.rows_read()
    }

    /// Rows without data so far: totals, blank rows, repeated headers, comments.
    pub fn rows_skipped(&self) -> u64 {
        self.out.skipped
    }

    /// The file broke off (damaged compression, a read error, a quotation mark never closed). Ask after the last item:
    /// when it is some, what was read is not the whole file and must not be committed as if it were.
    pub fn failure(&self) -> Option<&FormatError> {
        self.failure.as_ref()
    }

    fn is_header_again(&self) -> bool {
        let header = &self.columns.header;
        self.rec.cells.len() == header.len()
            && self.rec.cells.iter().zip(header).all(|(cell, name)| cell.trim() == name.trim())
    }

    /// More cells than headers: a text that contains the delimiter was not quoted, and everything after it is shifted.
    fn shape(&self) -> Option<Problem> {
        let (cells, headers) = (self.rec.cells.len(), self.columns.header.len());
        let extra = self.rec.cells.iter().skip(headers).any(|cell| !cell.trim().is_empty());
        extra.then(|| {
            let reason = format!(
                "The row has {cells} cells and the header {headers}; put a text that contains the delimiter into quotation marks"
            );
            Problem::new(None, reason)
        })
    }
}

impl Iterator for FactReader {
    type Item = Result<Row, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.out.items.pop_front() {
                return Some(item);
            }
            if self.finished {
                return None;
            }
            match self.records.next_into(&mut self.rec) {
                Ok(true) if self.rec.is_blank() || self.is_header_again() => self.out.skip(),
                Ok(true) => {
                    let shape = self.shape();
                    self.assembler.take(&self.rec, shape, &self.columns, &mut self.out);
                }
                Ok(false) => {
                    self.finished = true;
                    self.assembler.finish(&self.columns, &mut self.out);
                }
                Err(error) => {
                    self.finished = true;
                    self.failure = Some(error);
                    self.assembler.finish(&self.columns, &mut self.out);
                }
            }
        }
    }
}
