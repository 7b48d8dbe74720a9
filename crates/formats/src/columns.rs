//! From a header row to the place of every canonical field, and finding that row at all.

use std::collections::HashSet;

use domain::{Currency, Day};
use serde::Serialize;

use crate::{
    ReadOptions,
    decode::to_text,
    error::{FormatError, HeaderProblem},
    fields::{BREAKDOWNS, Field, Need, fields_of},
    recognise::recognise,
    source::{FileKind, Source},
};

/// How many records at the top are looked at for the header.
pub(crate) const HEADER_WITHIN: usize = 60;

/// Maps that are settings and not columns.
const SETTINGS: [&str; 2] = ["dates", "decimal"];

/// A header without case, spaces and punctuation, and the currency in its brackets: `Amount spent (EUR)` is
/// `amountspent` and EUR.
pub(crate) fn header_key(header: &str) -> (String, Option<Currency>) {
    let header = header.trim_start_matches('\u{feff}').trim();
    let unit = header.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    let (base, currency) = match unit {
        Some((base, code)) if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            (base, Currency::parse(code).ok())
        }
        _ => (header, None),
    };
    (base.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect(), currency)
}

/// The cells of a row as headers.
pub(crate) fn header_cells(record: &csv::ByteRecord) -> Vec<String> {
    record.iter().map(|cell| to_text(cell).trim_matches(['\u{feff}', ' ', '\n']).to_owned()).collect()
}

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Column(usize),
    Literal(String),
}

/// A field and the column it was found in: what the mapping screen shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MappedColumn {
    /// Canonical field, or `breakdown`.
    pub field: String,
    /// Header as in the file; `None` for a literal.
    pub header: Option<String>,
    /// The literal given by `--map`.
    pub literal: Option<String>,
}

/// The columns of one file.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    /// Headers as written.
    pub(crate) header: Vec<String>,
    /// Breakdown dimensions (ad reports) with their columns, sorted by name.
    pub(crate) breakdowns: Vec<(String, usize)>,
    /// Currency named in a header.
    pub(crate) header_currency: Option<Currency>,
    places: Vec<(&'static str, Place)>,
    settings: Vec<(String, String)>,
}

impl Columns {
    /// A file without a header: each line is one cell.
    pub(crate) fn of_lines() -> Columns {
        let header = vec!["line".to_owned()];
        Columns { header, breakdowns: Vec::new(), header_currency: None, places: Vec::new(), settings: Vec::new() }
    }

    /// Column of a field.
    pub(crate) fn at(&self, field: &str) -> Option<usize> {
        self.places.iter().find_map(|(name, place)| match place {
            Place::Column(index) if *name == field => Some(*index),
            _ => None,
        })
    }

    /// Literal value of a field.
    pub(crate) fn literal(&self, field: &str) -> Option<&str> {
        self.places.iter().find_map(|(name, place)| match place {
            Place::Literal(text) if *name == field => Some(text.as_str()),
            _ => None,
        })
    }

    /// A setting given as a map (`dates=dmy`, `decimal=comma`).
    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// What was mapped to what.
    pub(crate) fn mapping(&self) -> Vec<MappedColumn> {
        let fields = self.places.iter().map(|(field, place)| match place {
            Place::Column(index) => {
                MappedColumn { field: (*field).into(), header: self.header.get(*index).cloned(), literal: None }
            }
            Place::Literal(text) => MappedColumn { field: (*field).into(), header: None, literal: Some(text.clone()) },
        });
        let dims = self.breakdowns.iter().map(|(dim, index)| MappedColumn {
            field: format!("breakdown {dim}"),
            header: self.header.get(*index).cloned(),
            literal: None,
        });
        fields.chain(dims).collect()
    }

    /// Columns of the file that no field uses.
    pub(crate) fn unused(&self) -> Vec<usize> {
        let used = |index: usize| {
            self.places.iter().any(|(_, place)| *place == Place::Column(index))
                || self.breakdowns.iter().any(|(_, column)| *column == index)
        };
        (0..self.header.len()).filter(|&index| !used(index) && !self.header[index].trim().is_empty()).collect()
    }

    /// Resolves a header row for a kind of file. `Err` holds the fields that are missing.
    fn resolve(kind: FileKind, header: &[String], options: &ReadOptions) -> Result<Columns, Vec<&'static Field>> {
        let fields = fields_of(kind);
        let keys: Vec<(String, Option<Currency>)> = header.iter().map(|cell| header_key(cell)).collect();
        let find = |name: &str| {
            let exact = header.iter().position(|cell| cell.trim() == name.trim());
            exact.or_else(|| keys.iter().position(|(key, _)| !key.is_empty() && *key == header_key(name).0))
        };
        let mut columns = Columns {
            header: header.to_vec(),
            breakdowns: Vec::new(),
            header_currency: None,
            places: Vec::new(),
            settings: Vec::new(),
        };
        let is_ads = matches!(kind, FileKind::MetaAds | FileKind::GoogleAds);
        for (ours, theirs) in &options.map {
            if SETTINGS.contains(&ours.as_str()) {
                columns.settings.push((ours.clone(), theirs.to_lowercase()));
            } else if is_ads && (ours == "breakdown" || ours.starts_with("breakdown ")) {
                if let Some(index) = find(theirs) {
                    let dim = ours.strip_prefix("breakdown ").map_or_else(|| theirs.to_lowercase(), str::to_owned);
                    columns.breakdowns.push((dim, index));
                }
            } else if let Some(field) = field_named(fields, ours) {
                match find(theirs) {
                    Some(index) => columns.places.push((field.name, Place::Column(index))),
                    None if is_literal(field.name, theirs) => {
                        columns.places.push((field.name, Place::Literal(theirs.trim().to_owned())));
                    }
                    None => {}
                }
            }
        }
        let mut taken = vec![true; header.len()];
        columns.unused().into_iter().for_each(|index| taken[index] = false);
        for field in fields {
            if columns.places.iter().any(|(name, _)| *name == field.name) {
                continue;
            }
            let mut names = field.headers.iter().chain(field.also).map(|name| header_key(name).0);
            let found = names.find_map(|name| (0..keys.len()).find(|&index| !taken[index] && keys[index].0 == name));
            if let Some(index) = found {
                taken[index] = true;
                columns.places.push((field.name, Place::Column(index)));
            }
        }
        if is_ads {
            for (dim, names) in BREAKDOWNS {
                let free = columns.unused();
                let mut found =
                    free.into_iter().filter(|&index| names.iter().any(|name| header_key(name).0 == keys[index].0));
                if let (Some(index), false) = (found.next(), columns.breakdowns.iter().any(|(name, _)| name == dim)) {
                    columns.breakdowns.push(((*dim).to_owned(), index));
                }
            }
            columns.breakdowns.sort();
        }
        columns.header_currency = keys.iter().find_map(|(_, currency)| *currency);
        let missing = missing_fields(fields, &columns, options);
        if missing.is_empty() { Ok(columns) } else { Err(missing) }
    }

    /// Number of fields found in columns.
    fn found(&self) -> usize {
        self.places.iter().filter(|(_, place)| matches!(place, Place::Column(_))).count()
    }
}

fn field_named(fields: &'static [Field], ours: &str) -> Option<&'static Field> {
    let key = header_key(ours).0;
    fields.iter().find(|field| header_key(field.name).0 == key).or_else(|| {
        fields.iter().find(|field| field.headers.iter().chain(field.also).any(|name| header_key(name).0 == key))
    })
}

/// Fields that may be given as a value instead of a column.
fn is_literal(field: &str, text: &str) -> bool {
    match field {
        "day" => Day::parse(text).is_ok(),
        "currency" => Currency::parse(text).is_ok(),
        _ => false,
    }
}

fn missing_fields(fields: &'static [Field], columns: &Columns, options: &ReadOptions) -> Vec<&'static Field> {
    let has = |name: &str| {
        columns.places.iter().any(|(field, _)| *field == name) || (name == "day" && options.default_day.is_some())
    };
    let group_has =
        |group: &'static str| fields.iter().any(|field| field.need == Need::OneOf(group) && has(field.name));
    let mut told: Vec<&str> = Vec::new();
    fields
        .iter()
        .filter(|field| match field.need {
            Need::Required => !has(field.name),
            Need::OneOf(group) => {
                let first = !told.contains(&group);
                told.push(group);
                first && !group_has(group)
            }
            Need::Optional => false,
        })
        .collect()
}

/// Where the data begin and what the columns mean.
pub(crate) struct Layout {
    /// Kind of file.
    pub(crate) kind: FileKind,
    /// Cell delimiter.
    pub(crate) delimiter: u8,
    /// Record index of the header.
    pub(crate) header_record: usize,
    /// The columns.
    pub(crate) columns: Columns,
}

/// Finds delimiter and header: of all candidates the row in which most fields of the source are found. This skips
/// report titles, date ranges and comment lines above it without knowing them.
pub(crate) fn find_layout(source: Source, prefix: &[u8], options: &ReadOptions) -> Result<Layout, FormatError> {
    check_map(source, options)?;
    let names = known_names(source, options);
    let mut best: Option<(usize, Layout)> = None;
    let mut widest: Vec<String> = Vec::new();
    let mut nearest: Option<(usize, FileKind, Vec<&'static Field>, Vec<String>)> = None;
    for delimiter in [b',', b';', b'\t', b'|'] {
        let mut csv =
            csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(prefix);
        for (header_record, record) in csv.byte_records().take(HEADER_WITHIN).enumerate() {
            let Ok(record) = record else { break };
            let header = header_cells(&record);
            let known = header.iter().filter(|cell| names.contains(&header_key(cell).0)).count();
            for &kind in source.kinds().iter().filter(|_| known > 0) {
                match Columns::resolve(kind, &header, options) {
                    Ok(columns) => {
                        let score = columns.found();
                        if best.as_ref().is_none_or(|(most, _)| score > *most) {
                            best = Some((score, Layout { kind, delimiter, header_record, columns }));
                        }
                    }
                    Err(missing) => {
                        let score = fields_of(kind).len() - missing.len();
                        let rank = known * 100 + score;
                        // One known word can stand in any row of data.
                        if known > 1 && nearest.as_ref().is_none_or(|(most, ..)| rank > *most) {
                            nearest = Some((rank, kind, missing, header.clone()));
                        }
                    }
                }
            }
            if header.len() > widest.len() {
                widest = header;
            }
        }
    }
    if let Some((_, layout)) = best {
        let header = &layout.columns.header;
        return match unknown_column(header, options) {
            None => Ok(layout),
            Some((field, column)) => Err(FormatError::UnknownColumn { column, field, columns: header.join(", ") }),
        };
    }
    let (kind, missing, found) = match nearest {
        Some((_, kind, missing, header)) => (kind, missing, header),
        None => {
            let kind = source.kinds()[0];
            let missing = Columns::resolve(kind, &[], &ReadOptions::default()).err().unwrap_or_default();
            (kind, missing, widest)
        }
    };
    if let Some((ours, theirs)) = unknown_column(&found, options) {
        let columns = found.join(", ");
        return Err(FormatError::UnknownColumn { column: theirs, field: ours, columns });
    }
    let other = recognise(&found).filter(|other| other.source != source && options.map.is_empty());
    Err(FormatError::Header(HeaderProblem {
        source,
        expected: kind.label(),
        found,
        missing: missing
            .into_iter()
            .map(|field| (field.name.to_owned(), field.headers.iter().map(|name| (*name).to_owned()).collect()))
            .collect(),
        looks_like: other.map(|other| (other.source, other.kind.label())),
    }))
}

/// All headers any kind of the source is known under, and those the person mapped.
fn known_names(source: Source, options: &ReadOptions) -> HashSet<String> {
    let fields = source.kinds().iter().flat_map(|&kind| fields_of(kind));
    let synonyms = fields.flat_map(|field| field.headers.iter().chain(field.also)).copied();
    let mapped = options.map.iter().map(|(_, theirs)| theirs.as_str());
    synonyms.chain(mapped).map(|name| header_key(name).0).filter(|key| !key.is_empty()).collect()
}

/// Every left side of a map must be a field of the source.
fn check_map(source: Source, options: &ReadOptions) -> Result<(), FormatError> {
    let is_ads = matches!(source, Source::Meta | Source::Google);
    for (ours, _) in &options.map {
        let setting = SETTINGS.contains(&ours.as_str());
        let breakdown = is_ads && (ours == "breakdown" || ours.starts_with("breakdown "));
        let known = source.kinds().iter().any(|&kind| field_named(fields_of(kind), ours).is_some());
        if !setting && !breakdown && !known {
            let mut names: Vec<&str> =
                source.kinds().iter().flat_map(|&kind| fields_of(kind)).map(|f| f.name).collect();
            names.dedup();
            return Err(FormatError::UnknownField {
                field: ours.clone(),
                source_name: source,
                known: names.join(", "),
            });
        }
    }
    Ok(())
}

/// The first map whose right side is neither a column of the header nor a value that its field takes.
fn unknown_column(header: &[String], options: &ReadOptions) -> Option<(String, String)> {
    let keys: Vec<String> = header.iter().map(|cell| header_key(cell).0).collect();
    let is_known = |(ours, theirs): &&(String, String)| {
        let is_column = keys.contains(&header_key(theirs).0) || header.iter().any(|cell| cell == theirs.trim());
        let field = header_key(ours).0;
        is_column || is_literal(&field, theirs) || SETTINGS.contains(&ours.as_str())
    };
    options.map.iter().find(|map| !is_known(map)).cloned()
}
