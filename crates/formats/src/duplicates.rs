//! Reports with a breakdown that was not recognised.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::{
    columns::Columns,
    records::{Problem, Rec},
};

/// Tells a restated row from a row of an unknown breakdown. In reports the latest row of a key wins; when a key comes
/// twice with *different texts* in columns that are not read, the report is broken down by one of them, and letting the
/// later row win would lose money without a word.
pub(crate) struct Duplicates {
    /// Columns that are not read and hold texts.
    texts: Vec<usize>,
    seen: HashMap<u64, u64>,
}

impl Duplicates {
    pub(crate) fn new(columns: &Columns, sample: &[Rec]) -> Duplicates {
        // These change between two exports of the same row.
        const VOLATILE: [&str; 14] = [
            "status",
            "delivery",
            "zustellung",
            "auslieferung",
            "diffusion",
            "attribution",
            "url",
            "edited",
            "bearbeitet",
            "ends",
            "ende",
            "quality",
            "ranking",
            "budget",
        ];
        let is_text = |index: &usize| {
            let mut cells = sample.iter().map(|rec| rec.get(Some(*index)));
            cells.any(|cell| cell.chars().any(char::is_alphabetic) && cell.parse::<f64>().is_err())
        };
        let is_steady = |index: &usize| {
            let name = columns.header[*index].to_lowercase();
            !VOLATILE.iter().any(|word| name.contains(word))
        };
        Duplicates {
            texts: columns.unused().into_iter().filter(is_steady).filter(is_text).collect(),
            seen: HashMap::new(),
        }
    }

    /// Notes the row under its key; a problem when it contradicts an earlier one. `mend` is what the person can do.
    pub(crate) fn check(&mut self, key: &str, rec: &Rec, columns: &Columns, mend: &str) -> Result<(), Problem> {
        if self.texts.is_empty() {
            return Ok(());
        }
        let mut hasher = DefaultHasher::new();
        self.texts.iter().for_each(|index| rec.get(Some(*index)).hash(&mut hasher));
        let texts = hasher.finish();
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        if *self.seen.entry(hasher.finish()).or_insert(texts) == texts {
            return Ok(());
        }
        let names: Vec<&str> = self.texts.iter().map(|index| columns.header[*index].as_str()).collect();
        let reason = format!(
            "An earlier row has the same day and identity but another text in {}; the file is broken down by it, so {mend}",
            names.join(" or ")
        );
        Err(Problem::new(self.texts.first().copied(), reason))
    }
}
