//! Judges models by the protocol *next-item*: every prefix of a test session is revealed one event at a time, and the hit
//! is the very next item, ranked among all items of the training. Protocol of Ludewig and Jannach, "Evaluation of
//! session-based recommendation algorithms", UMUAI 2018, section 4, on all pairs.

mod metrics;

use std::time::Duration;

pub use metrics::Metrics;
use metrics::{Tally, counts};

use crate::{Item, Model, Query, Scores, Session, Sessions, parallel};

/// How to judge.
#[derive(Debug, Clone, Copy)]
pub struct EvaluateOptions {
    /// How many items an answer has.
    pub at: usize,
    /// Events revealed before the first prediction, at least 1.
    pub min_prefix: usize,
    /// Leave items of the session out of the answers, and do not ask for predictions whose target is one of them.
    pub no_repeats: bool,
    /// Threads; quality is the same for any number, times are cleanest with one.
    pub threads: usize,
}

impl Default for EvaluateOptions {
    fn default() -> Self {
        EvaluateOptions { at: 20, min_prefix: 1, no_repeats: false, threads: 1 }
    }
}

/// A monotonic clock, handed in because this crate reads none.
pub type Clock<'a> = &'a (dyn Fn() -> Duration + Sync);

/// How often each training item occurs: what popularity and coverage are measured against.
#[derive(Debug, Clone)]
pub struct Counts(Vec<u64>);

impl Counts {
    /// Counts the events of `training`, whose items are `0..items`.
    pub fn of(training: &Sessions, items: usize) -> Counts {
        Counts(counts(training, items))
    }
}

/// Asks `model` for every prefix of every session of `test`. Events on items that do not occur in training (`counts` 0 or
/// beyond) are skipped as if they had not happened.
pub fn next_item(
    model: &dyn Model,
    test: &Sessions,
    counts: &Counts,
    options: &EvaluateOptions,
    clock: Clock<'_>,
) -> Metrics {
    let Counts(counts) = counts;
    let tallies = parallel::chunks(test.len(), options.threads, |range| {
        let mut asked = Asked::new(counts, options);
        for index in range {
            asked.session(model, test.get(index), clock);
        }
        asked.tally
    });
    let mut all = Tally::new(counts.len());
    for tally in tallies {
        all.add(tally);
    }
    all.metrics(counts.iter().copied().max().unwrap_or(0))
}

struct Asked<'a> {
    counts: &'a [u64],
    options: &'a EvaluateOptions,
    scores: Scores,
    best: Vec<crate::Scored>,
    known: (Vec<Item>, Vec<crate::Signal>, Vec<i64>),
    tally: Tally,
}

impl<'a> Asked<'a> {
    fn new(counts: &'a [u64], options: &'a EvaluateOptions) -> Asked<'a> {
        let scores = Scores::new(counts.len());
        Asked { counts, options, scores, best: Vec::new(), known: Default::default(), tally: Tally::new(counts.len()) }
    }

    fn session(&mut self, model: &dyn Model, session: Session<'_>, clock: Clock<'_>) {
        let (items, signals, times_s) = &mut self.known;
        items.clear();
        signals.clear();
        times_s.clear();
        for (event, &item) in session.items.iter().enumerate() {
            if self.counts.get(item as usize).is_some_and(|&count| count > 0) {
                items.push(item);
                signals.push(session.signals[event]);
                times_s.push(session.times_s[event]);
            }
        }
        let first = self.options.min_prefix.max(1);
        self.tally.unseen += (session.items.len().saturating_sub(first) - items.len().saturating_sub(first)) as u64;
        for target in first..items.len() {
            let seen = &items[..target];
            if self.options.no_repeats && seen.contains(&items[target]) {
                continue;
            }
            let known =
                Session { items: seen, signals: &signals[..target], times_s: &times_s[..target], user: session.user };
            let before = clock();
            model.score(&Query { session: known, history: &[] }, &mut self.scores);
            if self.options.no_repeats {
                self.scores.take_top_where(self.options.at, &|item| !seen.contains(&item), &mut self.best);
            } else {
                self.scores.take_top(self.options.at, &mut self.best);
            }
            self.tally.micros.push((clock() - before).as_secs_f32() * 1e6);
            let rank = self.best.iter().position(|scored| scored.item == items[target]);
            self.tally.ranks.push(rank.map_or(0, |rank| rank as u32 + 1));
            self.tally.answers += self.best.len() as u64;
            for scored in &self.best {
                self.tally.recommended[scored.item as usize] = true;
                self.tally.popularity += self.counts[scored.item as usize];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Signal;

    struct Fixed(Vec<(Item, f32)>);
    impl Model for Fixed {
        fn name(&self) -> &'static str {
            "fixed"
        }
        fn score(&self, _: &Query<'_>, scores: &mut Scores) {
            for &(item, score) in &self.0 {
                scores.add(item, score);
            }
        }
        fn save(&self, _: &mut crate::artefact::Writer) {}
    }

    fn sessions(all: &[&[Item]]) -> Sessions {
        let mut sessions = Sessions::new();
        for items in all {
            sessions.items.extend(*items);
            sessions.starts.push(sessions.items.len());
        }
        sessions.signals = vec![Signal::View; sessions.items.len()];
        sessions.times_s = vec![0; sessions.items.len()];
        sessions
    }

    fn judged(options: EvaluateOptions) -> Metrics {
        let counts = Counts::of(&sessions(&[&[0, 1, 2, 1], &[3]]), 5);
        let test = sessions(&[&[0, 4, 1, 1, 2], &[9, 3], &[], &[2, 0]]);
        next_item(&Fixed(vec![(1, 3.0), (2, 2.0), (3, 1.0)]), &test, &counts, &options, &|| Duration::ZERO)
    }

    #[test]
    fn every_prefix_unseen_items_skipped() {
        let metrics = judged(EvaluateOptions { at: 2, ..Default::default() });
        // 0→1 rank 1, 0 1→1 rank 1, 0 1 1→2 rank 2, 2→0 missed; 4 never occurred in training, 9 is unknown.
        assert_eq!(metrics.pairs, 4);
        assert_eq!((metrics.hit_rate, metrics.mrr), (0.75, 0.625));
        assert_eq!((metrics.pairs_all, metrics.hit_rate_all), (6, 0.5));
        assert!((metrics.ndcg - (2.0 + 1.0 / 3f64.log2()) / 4.0).abs() < 1e-12);
        assert_eq!((metrics.coverage, metrics.popularity_bias), (0.4, 0.75));
        let later = judged(EvaluateOptions { at: 2, min_prefix: 2, threads: 3, ..Default::default() });
        assert_eq!((later.pairs, later.mrr), (2, 0.75));
    }

    #[test]
    fn without_repeats() {
        let metrics = judged(EvaluateOptions { at: 1, no_repeats: true, ..Default::default() });
        // 0→1 rank 1; 0 1→1 is a repeat; 0 1 1→2 now rank 1; 2→0 missed.
        assert_eq!((metrics.pairs, metrics.hit_rate), (3, 2.0 / 3.0));
    }

    #[test]
    fn nothing_to_judge() {
        let counts = Counts::of(&Sessions::new(), 0);
        let metrics =
            next_item(&Fixed(vec![]), &Sessions::new(), &counts, &EvaluateOptions::default(), &|| Duration::ZERO);
        assert_eq!((metrics.pairs, metrics.hit_rate, metrics.p99_us), (0, 0.0, 0.0));
    }
}
