//! What `fortnight recommend evaluate` does, given readers, a clock and a measure of memory.

use std::{collections::HashMap, io::Read};

use serde::Serialize;

use crate::{
    Catalogue,
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
    let fitted = models::train(model, &training, items.len(), train, probes.progress)?;
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
        members,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{cell::Cell, time::Duration};

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
