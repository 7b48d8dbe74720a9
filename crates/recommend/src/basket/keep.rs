//! The parts of the recommender as sections of an artefact, and back with checks: what is read can be asked safely.

use super::{index::Near, renewal::Renewal, trees::Trees};
use crate::artefact::{ArtefactError, Reader, Writer};

/// Whether `starts` cuts `length` entries into ascending pieces.
fn cuts(starts: &[u32], length: usize) -> bool {
    starts.first() == Some(&0) && starts.is_sorted() && starts.last().is_some_and(|&last| last as usize == length)
}

impl Near {
    pub(super) fn save(&self, writer: &mut Writer) {
        writer.u32s("starts", self.starts.iter().copied());
        writer.u32s("items", self.items.iter().copied());
        writer.f32s("weights", self.weights.iter().copied());
    }

    pub(super) fn load(reader: &Reader<'_>, items: usize) -> Result<Near, ArtefactError> {
        let near =
            Near { starts: reader.u32s("starts")?, items: reader.u32s("items")?, weights: reader.f32s("weights")? };
        let fits = near.starts.len() == items + 1
            && cuts(&near.starts, near.items.len())
            && near.weights.len() == near.items.len()
            && near.items.iter().all(|&item| (item as usize) < items);
        if fits || (items == 0 && near.items.is_empty()) { Ok(near) } else { Err(reader.unusable("items")) }
    }
}

impl Renewal {
    pub(super) fn save(&self, writer: &mut Writer) {
        writer.f32s("gap_days", [self.gap_days]);
        writer.f32s("item_gap_days", self.item_gap_days.iter().copied());
        writer.f32s("chances", self.chances.iter().copied());
        writer.f32s("factors", self.factors.iter().copied());
    }

    pub(super) fn load(reader: &Reader<'_>, items: usize) -> Result<Renewal, ArtefactError> {
        let renewal = Renewal {
            gap_days: reader.f32s("gap_days")?.first().copied().unwrap_or(0.0),
            item_gap_days: reader.f32s("item_gap_days")?,
            chances: reader.f32s("chances")?,
            factors: reader.f32s("factors")?,
        };
        let fits = renewal.factors.len() == items && renewal.item_gap_days.len() == items;
        if fits { Ok(renewal) } else { Err(reader.unusable("factors")) }
    }
}

impl Trees {
    pub(super) fn save(&self, writer: &mut Writer) {
        writer.u32s("depth", [self.depth as u32]);
        writer.u32s("features", self.features.iter().copied());
        writer.f32s("cuts", self.cuts.iter().copied());
        writer.f32s("leaves", self.leaves.iter().copied());
    }

    pub(super) fn load(reader: &Reader<'_>, features: usize) -> Result<Trees, ArtefactError> {
        let trees = Trees {
            depth: reader.u32s("depth")?.first().copied().unwrap_or(0) as usize,
            features: reader.u32s("features")?,
            cuts: reader.f32s("cuts")?,
            leaves: reader.f32s("leaves")?,
        };
        let count = trees.features.len().checked_div(trees.depth).unwrap_or(0);
        let fits = trees.depth <= 8
            && trees.features.len() == count * trees.depth
            && trees.cuts.len() == trees.features.len()
            && trees.leaves.len() == count << trees.depth
            && trees.features.iter().all(|&feature| (feature as usize) < features);
        if fits { Ok(trees) } else { Err(reader.unusable("features")) }
    }
}
