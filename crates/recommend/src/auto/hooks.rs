//! What training asks of its caller, because this crate reads no clock and no disk: progress, a wall-clock stop, and a place
//! to keep stages so that a training that was killed goes on.

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Model, Sessions,
    artefact::{Reader, Writer},
    models::{self, Progress, TrainOptions},
};

/// Keeps the stages of a training: what was put in is got out, or nothing is.
pub trait Stages {
    /// What was stored under `key`, whole; `None` if nothing was or it is damaged.
    fn load(&self, key: &str) -> Option<Vec<u8>>;

    /// Keeps `bytes`. A stage that cannot be kept is done again next time: there is no error.
    fn store(&self, key: &str, bytes: &[u8]);
}

/// What training asks of its caller.
#[derive(Clone, Copy)]
pub struct Hooks<'a> {
    /// Hears what is being done.
    pub progress: &'a dyn Fn(Progress),
    /// The safety net under the budget: once it says so, nothing further is tried and the report says `truncated`. What
    /// was found until then is the same in every run; how far a run came is not.
    pub is_time_up: &'a dyn Fn() -> bool,
    /// Where finished stages are kept; keys begin with a digest of the input and the options.
    pub stages: Option<&'a dyn Stages>,
}

impl<'a> Hooks<'a> {
    /// No stop and no stages.
    pub fn only(progress: &'a dyn Fn(Progress)) -> Hooks<'a> {
        Hooks { progress, is_time_up: &|| false, stages: None }
    }
}

/// The stages of one training.
pub(super) struct Kept<'a> {
    stages: Option<&'a dyn Stages>,
    digest: String,
}

impl<'a> Kept<'a> {
    /// Those of a training of `what` on these sessions.
    pub(super) fn new(
        hooks: &Hooks<'a>,
        what: &impl Serialize,
        input: (&Sessions, usize),
        options: &TrainOptions,
    ) -> Self {
        let digest = hooks.stages.map_or_else(String::new, |_| {
            let (sessions, items) = input;
            digest(&(what, items, options.budget, options.seed), sessions)
        });
        Kept { stages: hooks.stages, digest }
    }

    pub(super) fn load(&self, name: &str) -> Option<Vec<u8>> {
        self.stages?.load(&format!("{}/{name}", self.digest))
    }

    pub(super) fn store(&self, name: &str, bytes: impl FnOnce() -> Vec<u8>) {
        if let Some(stages) = self.stages {
            stages.store(&format!("{}/{name}", self.digest), &bytes());
        }
    }

    /// What was kept as JSON, or else what `make` makes.
    pub(super) fn json<T: Serialize + DeserializeOwned>(&self, name: &str, make: impl FnOnce() -> T) -> T {
        if let Some(kept) = self.load(name).and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            return kept;
        }
        let made = make();
        self.store(name, || serde_json::to_vec(&made).unwrap_or_default());
        made
    }

    /// The model that was kept, or else what `fit` makes.
    pub(super) fn model(
        &self,
        (folder, name): (&str, &str),
        items: usize,
        fit: impl FnOnce() -> Box<dyn Model>,
    ) -> Box<dyn Model> {
        let key = format!("{folder}/{name}");
        let unpacked = |bytes: Vec<u8>| models::load(name, &Reader::new(bytes.into()).ok()?, items).ok();
        if let Some(model) = self.load(&key).and_then(unpacked) {
            return model;
        }
        let model = fit();
        self.store(&key, || {
            let mut out = Writer::new();
            model.save(&mut out);
            out.finish()
        });
        model
    }
}

/// BLAKE3 over everything that the result depends on, hex.
fn digest(what: &impl Serialize, sessions: &Sessions) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&serde_json::to_vec(what).unwrap_or_default());
    let mut block = Vec::with_capacity(1 << 16);
    let mut add = |bytes: &[u8], is_last: bool| {
        block.extend_from_slice(bytes);
        if is_last || block.len() >= (1 << 16) - 8 {
            hasher.update(&block);
            block.clear();
        }
    };
    for length in [sessions.items.len(), sessions.starts.len(), sessions.users.len()] {
        add(&(length as u64).to_le_bytes(), false);
    }
    sessions.items.iter().for_each(|item| add(&item.to_le_bytes(), false));
    sessions.signals.iter().for_each(|&signal| add(&[signal as u8], false));
    sessions.times_s.iter().for_each(|time| add(&time.to_le_bytes(), false));
    sessions.starts.iter().for_each(|&start| add(&(start as u64).to_le_bytes(), false));
    sessions.users.iter().for_each(|user| add(&user.to_le_bytes(), false));
    add(&[], true);
    hasher.finalize().to_hex().to_string()
}
