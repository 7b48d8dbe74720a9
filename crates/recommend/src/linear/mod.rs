//! Linear item-item models of sessions: SLIS, SLIT and SLIST (Choi et al., *Session-aware Linear Item-Item Models for
//! Session-based Recommendation*, WWW 2021) and S-Walk (Choi et al., *S-Walk: Accurate and Scalable Session-based
//! Recommendation with Random Walks*, WSDM 2022), without a dense matrix anywhere.
//!
//! Fitting counts weighted pairs (`counts`), solves the ridge regression row by row (`solve`), for S-Walk lets walkers go
//! over the rows (`walk`), and keeps the largest entries of each (`rows`). Asking adds up the rows of a session's last
//! items. [`Ease`] does the same for what customers had over all their orders. Everything is per row, so it runs on any
//! number of threads with one result.

mod counts;
mod ease;
mod options;
mod rows;
mod solve;
mod tune;
mod walk;

#[cfg(test)]
mod tests;

pub use ease::{Ease, EaseOptions};
pub use options::{LinearOptions, Walk};
pub use rows::Rows;
pub use tune::{Tuning, tune};

use crate::{
    Item, Model, Query, Scores, Sessions,
    artefact::{ArtefactError, Reader, Writer},
    models::Progress,
};

/// Query weights below this are not looked at.
const LEAST_QUERY_WEIGHT: f32 = 1e-4;

/// A fitted model: item-to-item weights and how a session is weighed when it is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    options: LinearOptions,
    rows: Rows,
}

impl Linear {
    /// Fits on sessions over items `0..items`. Time grows with the sum of squared session lengths and with the entries
    /// kept; memory is at most `events × 9 B + sessions × 12 B + 2 × items × neighbours × 8 B` for the counts and
    /// `items × top × 8 B` for each model (three of them for S-Walk, while it walks), and usually far less, because most
    /// items have few neighbours.
    pub fn fit(
        sessions: &Sessions,
        items: usize,
        options: &LinearOptions,
        threads: usize,
        progress: &dyn Fn(Progress),
    ) -> Linear {
        let name = options.name();
        let fit = |options: &LinearOptions| {
            let counts = counts::count(sessions, items, options, threads, &rows::steps(progress, name, "counting"));
            solve::solve(&counts, options, threads, &rows::steps(progress, name, "solving"))
        };
        let mut rows = fit(options);
        if let Some(walk) = &options.walk {
            let teleport = rows.normalised();
            let transition = fit(&LinearOptions { alpha: 0.0, ..options.clone() }).normalised();
            rows =
                walk::walk(&transition, &teleport, walk, options.top, threads, &rows::steps(progress, name, "walking"));
        }
        Linear { options: options.clone(), rows }
    }

    /// How it was fitted and is asked.
    pub fn options(&self) -> &LinearOptions {
        &self.options
    }

    /// Asks with another decay over the items of a session; the fit does not depend on it.
    pub fn with_query_decay(mut self, query_decay: f32) -> Linear {
        self.options.query_decay = query_decay;
        self
    }

    /// The weight of `to` for one who was at `from`.
    pub fn weight(&self, from: Item, to: Item) -> f32 {
        self.rows.get(from, to)
    }

    /// Bytes the weights take in memory.
    pub fn bytes(&self) -> usize {
        self.rows.bytes()
    }

    /// Reads itself.
    ///
    /// # Errors
    /// If a section is missing or does not fit.
    pub fn load(reader: &Reader, items: usize) -> Result<Linear, ArtefactError> {
        Ok(Linear { options: reader.json("options")?, rows: Rows::load(reader, items)? })
    }
}

impl Model for Linear {
    fn name(&self) -> &'static str {
        self.options.name()
    }

    fn score(&self, query: &Query<'_>, scores: &mut Scores) {
        let session = &query.session;
        for (distance, &item) in session.items.iter().rev().take(self.options.query_items).enumerate() {
            let decay = (-(distance as f32) / self.options.query_decay).exp();
            if decay.is_nan() || decay < LEAST_QUERY_WEIGHT {
                break;
            }
            let signal = session.signals.iter().rev().nth(distance).map_or(1.0, |&signal| self.options.signal(signal));
            let (items, weights) = self.rows.row(item);
            for (&item, &weight) in items.iter().zip(weights) {
                scores.add(item, decay * signal * weight);
            }
        }
    }

    fn save(&self, out: &mut Writer) {
        out.json("options", &self.options);
        self.rows.save(out);
    }
}
