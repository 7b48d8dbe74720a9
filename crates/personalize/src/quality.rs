//! How well a model foresees: examined on the newest sessions by a copy that has not seen them.

use std::time::Duration;

use recommend::{
    Hooks, Sessions,
    evaluate::{Counts, EvaluateOptions, next_item},
    models::{self, TrainOptions, UnknownModel},
    popularity::{Popularity, PopularityOptions},
};
use serde::{Deserialize, Serialize};

/// Products of an answer in the examination.
pub const AT: usize = 10;
/// The newest of so many sessions are examined on.
const ONE_OF: usize = 10;
/// Sessions examined at most: more would not change the second digit.
const MOST_EXAMINED: usize = 5_000;
/// Training twice is not worth it beyond this many sessions; nor does it say anything below the other.
const MOST_SESSIONS: usize = 2_000_000;
const LEAST_EXAMINED: usize = 20;

/// What the examination found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Questions: prefixes of sessions.
    pub pairs: u64,
    /// Share of the questions where the very next product was among [`AT`].
    pub hit_rate: f64,
    /// Mean reciprocal rank of it.
    pub mrr: f64,
    /// The same share for best-sellers.
    pub best_sellers_hit_rate: f64,
}

/// Fits a copy on all but the newest sessions and asks it about those. `None` where there are too few or too many.
///
/// # Errors
/// There is no model of that name.
pub fn examine(
    name: &str,
    sessions: &Sessions,
    items: usize,
    options: &TrainOptions,
    hooks: Hooks<'_>,
) -> Result<Option<Quality>, UnknownModel> {
    let newest = (sessions.len() / ONE_OF).min(MOST_EXAMINED);
    if newest < LEAST_EXAMINED || sessions.len() > MOST_SESSIONS {
        return Ok(None);
    }
    let cut = sessions.len() - newest;
    let (before, after) = (sessions.slice(0..cut), sessions.slice(cut..sessions.len()));
    let model = models::train_with(name, &before, items, options, hooks)?;
    let popular = Popularity::fit(&before, items, &PopularityOptions::default());
    let counts = Counts::of(&before, items);
    let how = EvaluateOptions { at: AT, threads: options.threads.max(1), ..EvaluateOptions::default() };
    let no_clock = || Duration::ZERO;
    let found = next_item(&*model, &after, &counts, &how, &no_clock);
    let best = next_item(&popular, &after, &counts, &how, &no_clock);
    Ok((found.pairs > 0).then_some(Quality {
        pairs: found.pairs,
        hit_rate: found.hit_rate,
        mrr: found.mrr,
        best_sellers_hit_rate: best.hit_rate,
    }))
}

#[cfg(test)]
mod tests {
    use recommend::Signal;

    use super::*;

    #[test]
    fn a_chain_is_foreseen_and_best_sellers_are_not() {
        let mut sessions = Sessions::new();
        for n in 0..600u32 {
            let first = n % 30 * 2;
            sessions.items.extend([first, first + 1]);
            sessions.signals.extend([Signal::View; 2]);
            sessions.times_s.extend([i64::from(n) * 60, i64::from(n) * 60 + 1]);
            sessions.starts.push(sessions.items.len());
        }
        let found = examine("cosine", &sessions, 60, &TrainOptions::default(), Hooks::only(&|_| ()))
            .expect("known")
            .expect("enough");
        assert_eq!(found.pairs, 60);
        assert!(found.hit_rate > 0.99 && found.best_sellers_hit_rate < 0.5, "{found:?}");
        assert_eq!(
            examine("cosine", &sessions.slice(0..100), 60, &TrainOptions::default(), Hooks::only(&|_| ()))
                .expect("known"),
            None
        );
        assert!(examine("nonsense", &sessions, 60, &TrainOptions::default(), Hooks::only(&|_| ())).is_err());
    }
}
