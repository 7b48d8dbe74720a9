//! How sessions are compared and what their items then score: one form that holds V-SKNN, STAN, V-STAN and VMIS-kNN.

use serde::{Deserialize, Serialize};

use crate::{NEVER, signals::KINDS};

/// How a weight falls with distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// Not at all.
    Same,
    /// By a tenth a step, to nothing.
    Linear,
    /// By the share of the session that lies before: `position / length`.
    Share,
    /// By the square of that share.
    SquaredShare,
    /// `1 / distance`.
    Inverse,
    /// `1 / log10(distance + 0.7)`, distance from 1.
    Log,
    /// `e^(-(distance - 1) / lambda)`.
    Exp(f32),
}

impl Decay {
    /// The weight `distance` steps from the end (the last: 1) of `length` steps.
    pub fn weight(self, distance: usize, length: usize) -> f32 {
        let (distance, length) = (distance as f32, length as f32);
        match self {
            Decay::Same => 1.0,
            Decay::Linear => (1.1 - 0.1 * distance).max(0.0),
            Decay::Share => (length - distance + 1.0) / length,
            Decay::SquaredShare => ((length - distance + 1.0) / length).powi(2),
            Decay::Inverse => 1.0 / distance,
            Decay::Log => 1.0 / (distance + 0.7).log10(),
            Decay::Exp(lambda) => (-(distance - 1.0) / lambda).exp(),
        }
    }
}

/// How sessions are compared and what their items then score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeighbourOptions {
    /// The newest sessions with any item of the query that are compared.
    pub sample: usize,
    /// The most similar of them that score.
    pub neighbours: usize,
    /// The last distinct items of the query that are looked at.
    pub query_items: usize,
    /// What a shared item adds to the similarity, by how long ago the query had it.
    pub query: Decay,
    /// Similarity is divided by the neighbour's number of items to this power: ½ in STAN's cosine, 0 in V-SKNN.
    pub length_power: f32,
    /// Shared items add their inverse document frequency to this power.
    pub query_idf_power: f32,
    /// Similarity falls to 1/e over this part of all sessions, [`crate::NEVER`]: age does not count.
    pub age: f32,
    /// What the neighbour's items score, by how long ago the query had the last item they share.
    pub shared: Decay,
    /// An item scores `e^(-distance / lambda)` by its distance in the neighbour from the last item shared, [`crate::NEVER`]: the same.
    pub proximity: f32,
    /// What an item before the last one shared scores beside one after it.
    pub before: f32,
    /// An item scores `1 + idf * ln(sessions / sessions with it)` times as much.
    pub idf: f32,
    /// What an item of the query counts by the most that happened to it, see [`crate::signals`].
    #[serde(default = "even", skip_serializing_if = "is_even")]
    pub query_signals: [f32; KINDS],
}

fn even() -> [f32; KINDS] {
    [1.0; KINDS]
}

fn is_even(weights: &[f32; KINDS]) -> bool {
    *weights == even()
}

impl NeighbourOptions {
    /// V-SKNN: Ludewig and Jannach, "Evaluation of session-based recommendation algorithms", UMUAI 2018, section 3.3.
    pub fn vsknn() -> NeighbourOptions {
        NeighbourOptions {
            sample: 2000,
            neighbours: 200,
            query_items: 30,
            query: Decay::SquaredShare,
            length_power: 0.0,
            query_idf_power: 0.0,
            age: NEVER,
            shared: Decay::Inverse,
            proximity: NEVER,
            before: 1.0,
            idf: 5.0,
            query_signals: even(),
        }
    }

    /// STAN: Garg, Gupta, Malhotra, Vig and Shroff, "Sequence and time aware neighborhood for session-based recommendations",
    /// SIGIR 2019, section 3. Age by rank instead of days.
    pub fn stan() -> NeighbourOptions {
        NeighbourOptions {
            sample: 2500,
            neighbours: 200,
            query_items: 30,
            query: Decay::Exp(2.05),
            length_power: 0.5,
            query_idf_power: 0.0,
            age: 0.3,
            shared: Decay::Same,
            proximity: 2.05,
            before: 1.0,
            idf: 0.0,
            query_signals: even(),
        }
    }

    /// V-STAN: Ludewig, Mauro, Latifi and Jannach, "Empirical analysis of session-based recommendation algorithms", UMUAI 2020,
    /// section 3: STAN with inverse document frequency and the decay of the last shared item.
    pub fn vstan() -> NeighbourOptions {
        NeighbourOptions {
            neighbours: 500,
            query: Decay::Exp(2.0),
            age: 0.5,
            shared: Decay::Exp(3.0),
            idf: 2.0,
            ..NeighbourOptions::stan()
        }
    }

    /// VMIS-kNN: Kersbergen, Sprangers and Schelter, "Serenade", SIGMOD 2022, section 3: V-SKNN on an index of the newest 500.
    pub fn vmis() -> NeighbourOptions {
        NeighbourOptions { sample: 500, neighbours: 100, shared: Decay::Linear, idf: 1.0, ..NeighbourOptions::vsknn() }
    }
}
