//! Item-to-item weights as compressed sparse rows: what every fitted linear model is.

use crate::{
    Item,
    artefact::{Array, ArtefactError, Reader, Writer, all_below},
    models::Progress,
    parallel,
};

/// A sparse square matrix over items, by row. Within a row the items ascend.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// Where each row starts; one more than there are rows.
    starts: Array<u64>,
    /// Column of each entry.
    items: Array<Item>,
    /// Value of each entry.
    values: Array<f32>,
}

impl Default for Rows {
    fn default() -> Rows {
        Rows { starts: vec![0].into(), items: Array::default(), values: Array::default() }
    }
}

impl Rows {
    /// Appends a row. Its items must ascend.
    pub fn push(&mut self, row: &[(Item, f32)]) {
        debug_assert!(row.windows(2).all(|pair| pair[0].0 < pair[1].0));
        self.items.make_mut().extend(row.iter().map(|entry| entry.0));
        self.values.make_mut().extend(row.iter().map(|entry| entry.1));
        self.starts.make_mut().push(self.items.len() as u64);
    }

    /// Appends all rows of another matrix.
    pub fn append(&mut self, other: Rows) {
        let offset = self.items.len() as u64;
        self.starts.make_mut().extend(other.starts[1..].iter().map(|start| start + offset));
        self.items.make_mut().extend_from_slice(&other.items);
        self.values.make_mut().extend_from_slice(&other.values);
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries are stored.
    pub fn entries(&self) -> usize {
        self.items.len()
    }

    /// The items and values of a row; both empty where the row is unknown.
    #[inline]
    pub fn row(&self, item: Item) -> (&[Item], &[f32]) {
        let index = item as usize;
        if index >= self.len() {
            return (&[], &[]);
        }
        let range = self.starts[index] as usize..self.starts[index + 1] as usize;
        (&self.items[range.clone()], &self.values[range])
    }

    /// One value, 0 where nothing is stored.
    pub fn get(&self, row: Item, column: Item) -> f32 {
        let (items, values) = self.row(row);
        items.binary_search(&column).map_or(0.0, |at| values[at])
    }

    /// With each row divided by its sum; rows that sum to nothing stay.
    pub fn normalised(mut self) -> Rows {
        let values = self.values.make_mut();
        for range in self.starts.windows(2) {
            let values = &mut values[range[0] as usize..range[1] as usize];
            let sum: f32 = values.iter().sum();
            if sum > 0.0 {
                values.iter_mut().for_each(|value| *value /= sum);
            }
        }
        self
    }

    /// The values of all rows, one after the other.
    pub fn into_values(mut self) -> Vec<f32> {
        std::mem::take(self.values.make_mut())
    }

    /// Columns as rows.
    pub fn transposed(&self, columns: usize) -> Rows {
        let mut starts = vec![0; columns + 1];
        for &item in &self.items {
            starts[item as usize + 1] += 1;
        }
        for column in 0..columns {
            starts[column + 1] += starts[column];
        }
        let mut next = starts.clone();
        let (mut items, mut values) = (vec![0; self.items.len()], vec![0.0; self.items.len()]);
        for row in 0..self.len() as Item {
            let (columns, entries) = self.row(row);
            for (&column, &value) in columns.iter().zip(entries) {
                let at = &mut next[column as usize];
                items[*at as usize] = row;
                values[*at as usize] = value;
                *at += 1;
            }
        }
        Rows { starts: starts.into(), items: items.into(), values: values.into() }
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.starts.len() * 8 + self.items.len() * 8
    }

    /// Writes itself.
    pub fn save(&self, out: &mut Writer) {
        out.array("starts", &self.starts);
        out.array("items", &self.items);
        out.array("weights", &self.values);
    }

    /// Reads itself; `columns` is the number of items.
    ///
    /// # Errors
    /// If a section is missing or they do not describe rows over `columns` items.
    pub fn load(reader: &Reader, columns: usize) -> Result<Rows, ArtefactError> {
        let rows =
            Rows { starts: reader.array("starts")?, items: reader.array("items")?, values: reader.array("weights")? };
        let Rows { starts, items, values } = &rows;
        let sound = starts.len() == columns + 1
            && starts.first() == Some(&0)
            && starts.is_sorted()
            && starts.last() == Some(&(items.len() as u64))
            && items.len() == values.len()
            && all_below(items, columns);
        if sound { Ok(rows) } else { Err(reader.unusable("starts")) }
    }
}

/// Keeps the `k` entries of largest magnitude (ties by item), in order of items.
pub(super) fn keep_largest(k: usize, row: &mut Vec<(Item, f32)>) {
    if row.len() > k {
        if k > 0 {
            row.select_nth_unstable_by(k - 1, |a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        }
        row.truncate(k);
    }
    row.sort_unstable_by_key(|entry| entry.0);
}

/// Rows made between two reports of progress.
const BLOCK: usize = 1 << 17;

/// Makes `WIDTH` matrices of `rows` rows at once, the same for any number of threads. `scratch` makes what a thread works
/// in; `row` fills one row of each matrix (given empty) in order of columns, and must depend on its number alone.
pub(super) fn make_rows<S, const WIDTH: usize>(
    rows: usize,
    threads: usize,
    progress: &dyn Fn(usize, usize),
    scratch: impl Fn() -> S + Sync,
    row: impl Fn(&mut S, Item, &mut [Vec<(Item, f32)>; WIDTH]) + Sync,
) -> [Rows; WIDTH] {
    let mut all: [Rows; WIDTH] = std::array::from_fn(|_| Rows::default());
    for first in (0..rows).step_by(BLOCK) {
        progress(first, rows);
        let parts = parallel::chunks(BLOCK.min(rows - first), threads, |range| {
            let mut scratch = scratch();
            let mut entries: [Vec<(Item, f32)>; WIDTH] = std::array::from_fn(|_| Vec::new());
            let mut part: [Rows; WIDTH] = std::array::from_fn(|_| Rows::default());
            for item in range {
                entries.iter_mut().for_each(Vec::clear);
                row(&mut scratch, (first + item) as Item, &mut entries);
                part.iter_mut().zip(&entries).for_each(|(rows, entries)| rows.push(entries));
            }
            part
        });
        for part in parts {
            all.iter_mut().zip(part).for_each(|(all, part)| all.append(part));
        }
    }
    all
}

/// Progress in rows, told as a step of fitting a model.
pub(super) fn steps<'a>(progress: &'a dyn Fn(Progress), model: &'a str, what: &'a str) -> impl Fn(usize, usize) + 'a {
    move |done, total| progress(Progress { step: format!("fitting {model}: {what}"), done, total })
}

/// A dense vector that remembers what was touched, so that it is emptied in time proportional to that.
#[derive(Debug, Clone)]
pub(super) struct Sparse {
    values: Vec<f32>,
    listed: Vec<bool>,
    touched: Vec<Item>,
}

impl Sparse {
    /// All zero, over items `0..items`.
    pub fn new(items: usize) -> Sparse {
        Sparse { values: vec![0.0; items], listed: vec![false; items], touched: Vec::new() }
    }

    /// Adds to an item.
    #[inline]
    pub fn add(&mut self, item: Item, value: f32) {
        let index = item as usize;
        if !self.listed[index] {
            self.listed[index] = true;
            self.touched.push(item);
        }
        self.values[index] += value;
    }

    /// Adds `factor` times a row.
    #[inline]
    pub fn add_row(&mut self, (items, values): (&[Item], &[f32]), factor: f32) {
        for (&item, &value) in items.iter().zip(values) {
            self.add(item, factor * value);
        }
    }

    /// The value of an item.
    #[inline]
    pub fn get(&self, item: Item) -> f32 {
        self.values[item as usize]
    }

    /// Moves all entries for which `keep` holds into `entries`, unordered, and leaves zero.
    pub fn drain(&mut self, entries: &mut Vec<(Item, f32)>, keep: impl Fn(f32) -> bool) {
        for item in self.touched.drain(..) {
            let value = std::mem::take(&mut self.values[item as usize]);
            self.listed[item as usize] = false;
            if keep(value) {
                entries.push((item, value));
            }
        }
    }
}
