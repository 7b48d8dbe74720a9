//! What `fortnight recommend evaluate` does, given readers, a clock and a measure of memory.

use std::{collections::HashMap, io::Read, time::Duration};

use serde::Serialize;

use crate::{
    Catalogue, Choice, Hooks,
    evaluate::{self, Clock, Counts, EvaluateOptions, Metrics},
    models::{self, Progress, TrainOptions, UnknownModel},
    read::{Names, ReadError, read},
};

/// The JSON answer of `fortnight recommend evaluate --json`.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// Always `next-item` here.
    pub protocol: &'static str,
    /// The model asked for.
    pub model: String,
    /// Length of the lists.
    pub at: usize,
    /// Whether items of the session may be recommended.
    pub repeats: bool,
    /// Quality and speed.
    #[serde(flatten)]
    pub metrics: Metrics,
    /// Wall seconds of training, tuning included, reading excluded.
    pub train_seconds: f64,
    /// The most memory the process ever held, where the system tells.
    pub peak_bytes: Option<u64>,
    /// Bytes of the trained model as kept.
    pub model_bytes: u64,
    /// Whether the wall clock, the safety net under the budget, cut the search for options short.
    pub truncated: bool,
    /// What serves each placement and how well it did inside the training file; empty where the log has one kind of event
    /// and names nobody.
    pub placements: Vec<Choice>,
    /// Each model of the blend on its own.
    pub members: Vec<MemberAnswer>,
}

/// One member of a blend, judged alone.
#[derive(Debug, Clone, Serialize)]
pub struct MemberAnswer {
    /// Its name.
    pub model: &'static str,
    /// Its share of the blend.
    pub weight: f32,
    /// Quality and speed alone.
    #[serde(flatten)]
    pub metrics: Metrics,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The training file.
    #[error("training file: {0}")]
    Training(#[source] ReadError),
    /// The test file.
    #[error("test file: {0}")]
    Test(#[source] ReadError),
    /// The model's name.
    #[error(transparent)]
    Model(#[from] UnknownModel),
    /// Nothing to learn from.
    #[error("the training file has no events")]
    NoEvents,
}

/// The wall clock stops the search for options after so many seconds for each unit of the budget, and [`NET_S`]: a safety net
/// for a busy machine.
const NET_FACTOR: u64 = 4;
const NET_S: u64 = 60;

/// What the caller measures with.
#[derive(Clone, Copy)]
pub struct Probes<'a> {
    /// A monotonic clock.
    pub clock: Clock<'a>,
    /// The most bytes the process ever held.
    pub peak_bytes: &'a dyn Fn() -> Option<u64>,
    /// Shown while it works.
    pub progress: &'a dyn Fn(Progress),
}

/// Trains `model` on the sessions of `training`, then opens the test (not before: `open_test` is called once, after training
/// has ended) and judges it by protocol next-item.
///
/// # Errors
/// If a file cannot be read or there is no such model.
pub fn evaluate_next_item<T: Read>(
    training: impl Read,
    open_test: impl FnOnce() -> std::io::Result<T>,
    model: &str,
    train: &TrainOptions,
    options: &EvaluateOptions,
    probes: Probes<'_>,
) -> Result<Answer, EvaluateError> {
    let (mut items, mut users) = (Catalogue::default(), HashMap::new());
    let training = read(training, Names::New, &mut items, &mut users).map_err(EvaluateError::Training)?.sessions;
    if training.is_empty() {
        return Err(EvaluateError::NoEvents);
    }
    let before = (probes.clock)();
    let net = Duration::from_secs(train.budget.saturating_mul(NET_FACTOR).saturating_add(NET_S));
    let is_time_up = || (probes.clock)().saturating_sub(before) > net;
    let hooks = Hooks { is_time_up: &is_time_up, ..Hooks::only(probes.progress) };
    let fitted = models::train_with(model, &training, items.len(), train, hooks)?;
    let train_seconds = ((probes.clock)() - before).as_secs_f64();
    let counts = Counts::of(&training, items.len());
    drop(training);

    let test = open_test().map_err(|error| EvaluateError::Test(error.into()))?;
    let test = read(test, Names::Known, &mut items, &mut users).map_err(EvaluateError::Test)?.sessions;
    let judge = |model| evaluate::next_item(model, &test, &counts, options, probes.clock);
    let metrics = judge(&*fitted);
    let peak_bytes = (probes.peak_bytes)();
    let members = fitted.members().into_iter().map(|member| MemberAnswer {
        model: member.model.name(),
        weight: member.weight,
        metrics: judge(member.model),
    });
    let members = members.collect();
    let report = fitted.report().cloned().unwrap_or_default();
    let mut kept = crate::artefact::Writer::new();
    fitted.save(&mut kept);
    Ok(Answer {
        protocol: "next-item",
        model: model.to_owned(),
        at: options.at,
        repeats: !options.no_repeats,
        metrics,
        train_seconds,
        peak_bytes,
        model_bytes: kept.finish().len() as u64,
        truncated: report.truncated,
        placements: report.choices,
        members,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::cell::Cell;

    use super::*;

    const TRAINING: &str = "SessionId\tItemId\tTime\n1\ta\t1\n1\tb\t2\n2\ta\t3\n2\tb\t4\n3\tb\t5\n3\tc\t6\n";

    fn run<T: Read>(
        training: &str,
        open_test: impl FnOnce() -> std::io::Result<T>,
        progress: &dyn Fn(Progress),
    ) -> Result<Answer, EvaluateError> {
        let probes = Probes { clock: &|| Duration::ZERO, peak_bytes: &|| None, progress };
        let options = EvaluateOptions::default();
        evaluate_next_item(training.as_bytes(), open_test, "rules", &TrainOptions::default(), &options, probes)
    }

    #[test]
    fn answers() {
        let test = "SessionId\tItemId\tTime\n9\ta\t1\n9\tx\t2\n9\tb\t3\n";
        let answer = run(TRAINING, || Ok(test.as_bytes()), &|_| ()).unwrap();
        assert_eq!((answer.metrics.pairs, answer.metrics.mrr), (1, 1.0));
    }

    #[test]
    fn a_stopped_clock_truncates_nothing_and_a_racing_one_says_so() {
        let rows = (0..600).map(|n| format!("{}\t{}\t{n}\n", n / 3, (n * 7 + n / 3) % 11));
        let training = format!("SessionId\tItemId\tTime\n{}", rows.collect::<String>());
        let asked = std::sync::atomic::AtomicU64::new(0);
        let racing = || Duration::from_secs(1_000 * asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        for (clock, truncated) in [(&(|| Duration::ZERO) as Clock<'_>, false), (&racing, true)] {
            let probes = Probes { clock, peak_bytes: &|| None, progress: &|_| () };
            let options = TrainOptions { budget: 50, ..TrainOptions::default() };
            let test = || Ok("SessionId\tItemId\tTime\n9\t1\t1\n9\t2\t3\n".as_bytes());
            let how = EvaluateOptions::default();
            let answer = evaluate_next_item(training.as_bytes(), test, "auto", &options, &how, probes).unwrap();
            assert_eq!(answer.truncated, truncated);
        }
    }

    /// A test file that cannot even be opened spoils nothing but the judging: training had ended by then.
    #[test]
    fn a_poisoned_test_is_met_only_after_training() {
        let trained = Cell::new(false);
        let poisoned = || -> std::io::Result<&[u8]> {
            assert!(trained.get(), "the test was opened before training");
            Err(std::io::Error::other("poisoned"))
        };
        let error = run(TRAINING, poisoned, &|_| trained.set(true)).unwrap_err();
        assert_eq!(error.to_string(), "test file: cannot read: poisoned");
    }

    #[test]
    fn an_empty_training_never_opens_the_test() {
        let never = || -> std::io::Result<&[u8]> { panic!("opened") };
        assert!(matches!(run("SessionId\tItemId\tTime\n", never, &|_| ()), Err(EvaluateError::NoEvents)));
        assert!(matches!(run("", never, &|_| ()), Err(EvaluateError::Training(ReadError::Empty))));
    }
}
