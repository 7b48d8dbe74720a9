//! Snapshots of the inventory: a row per variant and location, or (older) a column per location.
//!
//! The columns are those of Shopify's *inventory CSV*
//! (<https://help.shopify.com/en/manual/products/inventory/getting-started-with-inventory/inventory-csv>): `Handle, Title,
//! Option1 Name … Option3 Value, SKU, HS Code, COO, Location, Bin name, Incoming, Unavailable, Committed, Available, On
//! hand (current), On hand (new)`. A products export named as source `inventory` is read as a snapshot, too: it brings
//! prices.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use domain::{
    Day,
    facts::{Fact, StockDay},
};

use crate::{
    columns::Columns,
    dates::Dates,
    error::FormatError,
    numbers::Numbers,
    reader::{Assemble, Out, Row, Setup},
    records::{Problem, Rec},
    texts::{some_text, variant_title},
};

/// What stands where a product is never stocked.
const NOT_STOCKED: &str = "not stocked";

/// Columns that a snapshot without a `Location` column has beside those of its locations.
const NO_LOCATION: [&str; 12] = [
    "option1name",
    "option2name",
    "option3name",
    "coo",
    "binname",
    "unavailable",
    "unavailablenoteditable",
    "committed",
    "committednoteditable",
    "onhandnew",
    "barcode",
    "status",
];

/// Emits one row a product, place and day.
pub(crate) struct Inventory {
    day: Dates,
    /// The day of every row, for snapshots that do not carry it.
    default_day: Option<Day>,
    text: [Option<usize>; 7],
    available: Numbers,
    on_hand: Numbers,
    incoming: Numbers,
    price: Numbers,
    /// Older exports: a column of available units per location.
    locations: Vec<(String, Numbers)>,
    /// Title and handle of the last row with a title: later rows of a products export leave it empty.
    head: (String, String),
    seen: HashSet<u64>,
}

const TEXT: [&str; 7] = ["handle", "title", "product_id", "location", "option1", "option2", "option3"];

impl Inventory {
    pub(crate) fn new(setup: &Setup<'_>) -> Result<Inventory, FormatError> {
        let columns = setup.columns;
        let numbers = |field: &str| Numbers::of(field, columns, setup.sample, setup.notation);
        let day = Dates::of("day", columns, setup.sample, setup.notation.mark());
        let default_day = columns.literal("day").and_then(|text| Day::parse(text).ok()).or(setup.options.default_day);
        if day.column().is_none() && default_day.is_none() {
            return Err(FormatError::NoDay);
        }
        let (available, on_hand) = (numbers("available"), numbers("on_hand"));
        let locations = match (available.column(), on_hand.column()) {
            (None, None) => locations(setup),
            _ => Vec::new(),
        };
        if available.column().is_none() && on_hand.column().is_none() && locations.is_empty() {
            return Err(FormatError::NoStock);
        }
        Ok(Inventory {
            day,
            default_day,
            text: TEXT.map(|field| columns.at(field)),
            available,
            on_hand,
            incoming: numbers("incoming"),
            price: numbers("price"),
            locations,
            head: Default::default(),
            seen: HashSet::new(),
        })
    }

    /// The row's stock at each of its places; none where the product is not stocked.
    fn read(&mut self, rec: &Rec) -> Result<Vec<StockDay>, Problem> {
        let [handle, title, sku, location, options @ ..] = self.text.map(|column| rec.get(column));
        if !title.is_empty() || self.head.1 != handle {
            self.head = (title.to_owned(), handle.to_owned());
        }
        let title = variant_title(&self.head.0, &options);
        let product_id = some_text(sku).unwrap_or_else(|| title.clone());
        if product_id.is_empty() {
            return Err(Problem::new(self.text[2], "The row has neither SKU nor title; fill one in"));
        }
        let day = match self.day.column() {
            Some(_) => self.day.day(rec)?,
            None => self.default_day.ok_or_else(|| Problem::new(None, "The row has no day"))?,
        };
        let row = StockDay {
            day,
            product_id,
            handle: some_text(handle),
            title,
            location: location.to_owned(),
            available_units: None,
            on_hand_units: None,
            incoming_units: units(&self.incoming, rec)?,
            price_micros: self.price.amount(rec)?,
        };
        let mut rows = Vec::new();
        if self.locations.is_empty() {
            let (available, on_hand) = (units(&self.available, rec)?, units(&self.on_hand, rec)?);
            if available.is_some() || on_hand.is_some() || row.price_micros.is_some() {
                rows.push(StockDay { available_units: available, on_hand_units: on_hand, ..row });
            }
        } else {
            for (location, numbers) in &self.locations {
                if let Some(available) = units(numbers, rec)? {
                    let location = location.clone();
                    rows.push(StockDay { location, available_units: Some(available), ..row.clone() });
                }
            }
        }
        for row in &rows {
            let mut hasher = DefaultHasher::new();
            row.key().hash(&mut hasher);
            if !self.seen.insert(hasher.finish()) {
                let reason = "An earlier row has the same product at this place; give each variant a SKU of its own";
                return Err(Problem::new(self.text[2], reason));
            }
        }
        Ok(rows)
    }
}

/// Units; `None` for `not stocked` and an empty cell.
fn units(numbers: &Numbers, rec: &Rec) -> Result<Option<i64>, Problem> {
    match rec.get(numbers.column()).eq_ignore_ascii_case(NOT_STOCKED) {
        true => Ok(None),
        false => numbers.count(rec),
    }
}

/// Columns that no field uses and that hold nothing but whole numbers and `not stocked`: one per location.
fn locations(setup: &Setup<'_>) -> Vec<(String, Numbers)> {
    let is_place = |index: &usize| {
        let key = crate::columns::header_key(&setup.columns.header[*index]).0;
        let cells = || setup.sample.iter().map(|rec| rec.get(Some(*index))).filter(|cell| !cell.is_empty());
        let is_units = |cell: &str| cell.eq_ignore_ascii_case(NOT_STOCKED) || cell.parse::<i64>().is_ok();
        !NO_LOCATION.contains(&key.as_str()) && cells().next().is_some() && cells().all(is_units)
    };
    let unused = setup.columns.unused().into_iter().filter(is_place);
    unused.map(|index| (setup.columns.header[index].trim().to_owned(), Numbers::at(index, setup.notation))).collect()
}

impl Assemble for Inventory {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        let read = match shape {
            Some(problem) => Err(problem),
            None => self.read(rec),
        };
        match read {
            Ok(rows) if rows.is_empty() => out.skip(),
            Ok(rows) => {
                // The data row is counted once, with its first place.
                for (index, row) in rows.into_iter().enumerate() {
                    out.row(Row::new(Fact::Stock(row), u32::from(index == 0), rec.row));
                }
            }
            Err(problem) => out.reject(rec.reject(columns, problem.column, problem.reason)),
        }
    }

    fn finish(&mut self, _: &Columns, _: &mut Out) {}
}
