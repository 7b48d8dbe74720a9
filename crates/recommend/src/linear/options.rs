//! How a linear model is fitted and asked.

use serde::{Deserialize, Serialize};

use crate::Signal;

/// How a linear model is fitted and asked. Names in brackets are those of the reference code of SLIST and S-Walk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearOptions {
    /// Share of whole-session similarity against transitions: 1 is SLIS, 0 is SLIT, between them SLIST.
    pub alpha: f32,
    /// The weight of a later item falls as `exp(−(distance − 1) / target_decay)`, in events (`train_weight`).
    pub target_decay: f32,
    /// The weight of a session halves with every such part of all sessions that came after it; a large number: all weigh
    /// the same (`session_weight` × ln 2, by rank instead of by days).
    pub half_life: f32,
    /// Weight of an event by what happened: view, add to cart, purchase; as a target of training and in a query.
    pub signal_weights: [f32; 3],
    /// λ, the ridge (`reg`).
    pub ridge: f32,
    /// A longer session counts with its last events only: bounds the pairs that a robot can make.
    pub session_events: usize,
    /// Neighbours of an item that are counted with, most first; bounds memory.
    pub neighbours: usize,
    /// Largest residual that the solve leaves, where the right-hand side is 1.
    pub tolerance: f32,
    /// Entries kept of each item, largest first.
    pub top: usize,
    /// S-Walk: walk over the model, which then is where the walker teleports to.
    pub walk: Option<Walk>,
    /// The item `d` events before the last weighs `exp(−d / query_decay)` in a query (`predict_weight`).
    pub query_decay: f32,
    /// The last events of a query that are looked at.
    pub query_items: usize,
}

/// How the walkers of S-Walk go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Walk {
    /// Probability of a transition rather than a teleport at each step, below 1 (`p`).
    pub damping: f32,
    /// Share of teleporting against staying (`beta`).
    pub beta: f32,
    /// Transitions followed.
    pub steps: usize,
    /// Walkers that carry less, of a whole of 1, are dropped.
    pub least: f32,
}

impl LinearOptions {
    /// SLIST with our defaults for `items` items; [`super::tune()`] finds better ones for a shop. Above 50,000 items fewer
    /// neighbours are counted, so that the counts stay below 1.6 GB.
    pub fn slist(items: usize) -> LinearOptions {
        LinearOptions {
            alpha: 0.6,
            target_decay: 1.0,
            half_life: 0.6,
            signal_weights: [1.0; 3],
            ridge: 10.0,
            session_events: 200,
            neighbours: (100_000_000 / items.max(1)).clamp(100, 2_000),
            tolerance: 3e-3,
            top: 100,
            walk: None,
            query_decay: 1.5,
            query_items: 30,
        }
    }

    /// SLIS: whole sessions only.
    pub fn slis(items: usize) -> LinearOptions {
        LinearOptions { alpha: 1.0, ..LinearOptions::slist(items) }
    }

    /// SLIT: transitions only.
    pub fn slit(items: usize) -> LinearOptions {
        LinearOptions { alpha: 0.0, ..LinearOptions::slist(items) }
    }

    /// S-Walk: transitions by SLIT, teleports by SLIS.
    pub fn swalk(items: usize) -> LinearOptions {
        let walk = Some(Walk { damping: 0.6, beta: 0.8, steps: 8, least: 2e-3 });
        LinearOptions { alpha: 1.0, walk, ..LinearOptions::slist(items) }
    }

    /// The options of a model by its name; `None` if it is not one of ours.
    pub fn named(name: &str, items: usize) -> Option<LinearOptions> {
        Some(match name {
            "slist" => LinearOptions::slist(items),
            "slis" => LinearOptions::slis(items),
            "slit" => LinearOptions::slit(items),
            "swalk" => LinearOptions::swalk(items),
            _ => return None,
        })
    }

    /// The name of the model that these options make.
    pub fn name(&self) -> &'static str {
        match (&self.walk, self.alpha) {
            (Some(_), _) => "swalk",
            (None, 0.0) => "slit",
            (None, 1.0) => "slis",
            _ => "slist",
        }
    }

    /// The weight of an event.
    pub(super) fn signal(&self, signal: Signal) -> f32 {
        self.signal_weights[signal as usize]
    }
}
