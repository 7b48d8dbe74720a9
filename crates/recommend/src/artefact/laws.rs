//! Laws of reading: whatever the bytes, an error or a model that can be asked; what was trained and what was read answer
//! the same.
#![allow(clippy::unwrap_used)]

use std::sync::OnceLock;

use proptest::prelude::*;

use super::{CHECKSUM_BYTES, HEADER_BYTES};
use crate::{Catalogue, Item, Recommendation, Recommender, Sessions, Signal, models, models::TrainOptions};

const ITEMS: u32 = 12;

fn sessions() -> Sessions {
    let mut sessions = Sessions::new();
    for session in 0..60_u32 {
        for step in 0..(2 + session % 4) {
            sessions.items.push((session * 7 + step * step + session * step / 3) % ITEMS);
        }
        sessions.starts.push(sessions.items.len());
        sessions.users.push(session % 9);
    }
    sessions.signals = vec![Signal::View; sessions.items.len()];
    sessions.times_s = (0..sessions.items.len() as i64).collect();
    sessions
}

fn trained(name: &str) -> Recommender {
    let mut catalogue = Catalogue::default();
    (0..ITEMS).for_each(|item| _ = catalogue.intern(&format!("item {item}")));
    let options = TrainOptions { budget: 0, ..TrainOptions::default() };
    Recommender::train(name, &sessions(), catalogue, &options, &|_| ()).unwrap()
}

/// An artefact of every model.
fn artefacts() -> &'static [Vec<u8>] {
    static ARTEFACTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    ARTEFACTS.get_or_init(|| models::NAMES.iter().chain(&["auto"]).map(|name| trained(name).save()).collect())
}

fn ask(model: &Recommender) -> Vec<Vec<Recommendation>> {
    let mut workspace = model.workspace();
    let asked = |session: &&[&str]| {
        let mut answer = Vec::new();
        model.recommend(session, &["item 3"], 8, &|item: Item| item != 1, &mut workspace, &mut answer);
        model.explain(&[0], &mut workspace);
        answer
    };
    [&["item 1"][..], &["item 5", "item 2", "item 5"], &[], &["unknown"]].iter().map(asked).collect()
}

#[test]
fn what_was_read_answers_as_what_was_trained_and_is_written_as_the_same_bytes() {
    for name in models::NAMES.iter().chain(&["auto"]) {
        let trained = trained(name);
        let bytes = trained.save();
        let read = Recommender::load(bytes.clone()).unwrap();
        assert_eq!(ask(&read), ask(&trained), "{name}");
        assert_eq!(read.save(), bytes, "{name}");
    }
}

proptest! {
    /// A flipped bit and a lost end are found by the checksum.
    #[test]
    fn damage_is_found(model in 0..models::NAMES.len(), at: prop::sample::Index, bit in 0..8_u8, cut: prop::sample::Index) {
        let whole = &artefacts()[model];
        let mut bytes = whole.clone();
        bytes[at.index(whole.len())] ^= 1 << bit;
        prop_assert!(Recommender::load(bytes).is_err());
        prop_assert!(Recommender::load(whole[..cut.index(whole.len())].to_vec()).is_err());
    }

    /// Somebody who knows how to make the checksum right gets an error or some answer, never a panic.
    #[test]
    fn a_hostile_file_is_no_panic(model in 0..=models::NAMES.len(), changes in changes()) {
        if let Ok(model) = Recommender::load(changed(&artefacts()[model], &changes)) {
            ask(&model);
        }
    }
}

/// What is done to an artefact: bits flipped and numbers replaced, each at some place, and perhaps a cut.
#[derive(Debug, Clone)]
pub(crate) struct Changes {
    at: Vec<(prop::sample::Index, Option<u32>, u8)>,
    cut: Option<prop::sample::Index>,
}

pub(crate) fn changes() -> impl Strategy<Value = Changes> {
    let at = (any::<prop::sample::Index>(), prop::option::of(hostile()), 0..8_u8);
    let cut = prop::option::weighted(0.1, any::<prop::sample::Index>());
    (prop::collection::vec(at, 1..4), cut).prop_map(|(at, cut)| Changes { at, cut })
}

/// A changed artefact whose checksum is right.
pub(crate) fn changed(whole: &[u8], changes: &Changes) -> Vec<u8> {
    let mut bytes = whole[..whole.len() - CHECKSUM_BYTES].to_vec();
    if let Some(cut) = changes.cut {
        bytes.truncate(HEADER_BYTES + cut.index(bytes.len() - HEADER_BYTES));
    }
    for &(at, number, bit) in &changes.at {
        let at = at.index(bytes.len());
        match number {
            Some(number) => {
                let (from, to) = (at / 4 * 4, bytes.len().min(at / 4 * 4 + 4));
                bytes[from..to].copy_from_slice(&number.to_le_bytes()[..to - from]);
            }
            None => bytes[at] ^= 1 << bit,
        }
    }
    let checksum = blake3::hash(&bytes);
    bytes.extend(checksum.as_bytes());
    bytes
}

/// Numbers that are out of most bounds, or just out of them, or not a number when read as one of floating point.
fn hostile() -> impl Strategy<Value = u32> {
    prop_oneof![
        0..20_u32,
        Just(u32::MAX),
        Just(i32::MAX as u32),
        Just(f32::NAN.to_bits()),
        Just(f32::MIN.to_bits()),
        any::<u32>()
    ]
}
