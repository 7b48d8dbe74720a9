//! The parts of the recommender as sections of an artefact, and back with checks: what is read can be asked safely.

use super::{index::Near, renewal::Renewal, trees::Trees};
use crate::artefact::{ArtefactError, Reader, Writer, all_below};

/// Whether `starts` cuts `length` entries into ascending pieces.
fn cuts(starts: &[u32], length: usize) -> bool {
    starts.first() == Some(&0) && starts.is_sorted() && starts.last().is_some_and(|&last| last as usize == length)
}

impl Near {
    pub(super) fn save(&self, writer: &mut Writer) {
        writer.array("starts", &self.starts);
        writer.array("items", &self.items);
        writer.array("weights", &self.weights);
    }

    pub(super) fn load(reader: &Reader, items: usize) -> Result<Near, ArtefactError> {
        let near =
            Near { starts: reader.array("starts")?, items: reader.array("items")?, weights: reader.array("weights")? };
        let fits = near.starts.len() == items + 1
            && cuts(&near.starts, near.items.len())
            && near.weights.len() == near.items.len()
            && all_below(&near.items, items);
        if fits || (items == 0 && near.items.is_empty()) { Ok(near) } else { Err(reader.unusable("items")) }
    }
}

impl Renewal {
    pub(super) fn save(&self, writer: &mut Writer) {
        writer.numbers("gap_days", [self.gap_days]);
        writer.numbers("item_gap_days", self.item_gap_days.iter().copied());
        writer.numbers("chances", self.chances.iter().copied());
        writer.numbers("factors", self.factors.iter().copied());
    }

    pub(super) fn load(reader: &Reader, items: usize) -> Result<Renewal, ArtefactError> {
        let renewal = Renewal {
            gap_days: reader.array("gap_days")?.first().copied().unwrap_or(0.0),
            item_gap_days: reader.array("item_gap_days")?.to_vec(),
            chances: reader.array("chances")?.to_vec(),
            factors: reader.array("factors")?.to_vec(),
        };
        let fits = renewal.factors.len() == items && renewal.item_gap_days.len() == items;
        if fits { Ok(renewal) } else { Err(reader.unusable("factors")) }
    }
}

impl Trees {
    pub(super) fn save(&self, writer: &mut Writer) {
        writer.numbers("depth", [self.depth as u32]);
        writer.numbers("features", self.features.iter().copied());
        writer.numbers("cuts", self.cuts.iter().copied());
        writer.numbers("leaves", self.leaves.iter().copied());
    }

    pub(super) fn load(reader: &Reader, features: usize) -> Result<Trees, ArtefactError> {
        let trees = Trees {
            depth: reader.array::<u32>("depth")?.first().copied().unwrap_or(0) as usize,
            features: reader.array("features")?.to_vec(),
            cuts: reader.array("cuts")?.to_vec(),
            leaves: reader.array("leaves")?.to_vec(),
        };
        let count = trees.features.len().checked_div(trees.depth).unwrap_or(0);
        let fits = trees.depth <= 8
            && trees.features.len() == count * trees.depth
            && trees.cuts.len() == trees.features.len()
            && trees.leaves.len() == count << trees.depth
            && all_below(&trees.features, features);
        if fits { Ok(trees) } else { Err(reader.unusable("features")) }
    }
}
