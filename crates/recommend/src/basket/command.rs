//! What `fortnight recommend evaluate --protocol next-basket` does: one session is one basket, `UserId` says whose.

use std::{collections::HashMap, io::Read};

use serde::Serialize;

use super::{
    BasketFigures, BasketModel, BasketRecommender, Baskets, BlendOptions, MostFrequent, Past, Popular, Renewal, Tifu,
    TifuOptions, protocol::Judge,
};
use crate::{
    Catalogue, Sessions,
    artefact::Writer,
    command::Probes,
    read::{Names, ReadError, read},
};

/// Models that the command knows; `auto` is `baskets`.
pub const BASKET_MODELS: [&str; 5] = ["baskets", "tifu", "renewal", "most-frequent", "popular"];

/// The JSON answer.
#[derive(Debug, Clone, Serialize)]
pub struct BasketAnswer {
    /// Always `next-basket`.
    pub protocol: &'static str,
    /// The model asked for with its figures over the test baskets of customers with a history.
    #[serde(flatten)]
    pub figures: BasketFigures,
    /// Baskets of the test whose customer had bought nothing before: not asked for.
    pub strangers: usize,
    /// Seconds of training, reading excluded.
    pub train_seconds: f64,
    /// The most memory the process ever held, where the system tells.
    pub peak_bytes: Option<u64>,
    /// Bytes of the trained model as kept; 0 for a baseline.
    pub model_bytes: u64,
    /// Half, 9 of 10 and 99 of 100 predictions take no longer, microseconds.
    pub p50_us: f64,
    /// See `p50_us`.
    pub p90_us: f64,
    /// See `p50_us`.
    pub p99_us: f64,
    /// The baselines and parts on the same baskets.
    pub members: Vec<BasketFigures>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NextBasketError {
    /// The training file.
    #[error("training file: {0}")]
    Training(#[source] ReadError),
    /// The test file.
    #[error("test file: {0}")]
    Test(#[source] ReadError),
    /// The model's name.
    #[error("there is no basket model \"{name}\"; the models are auto, {}", BASKET_MODELS.join(", "))]
    Model {
        /// The name.
        name: String,
    },
    /// Nothing to learn from.
    #[error(
        "the training file has no baskets of known customers; it needs the columns UserId, SessionId, ItemId and Time"
    )]
    NoBaskets,
}

/// Fits `model` on the baskets of `training`, then opens the test (not before) and asks for every basket in it with what
/// its customer had bought before, in either file. Lists have `at` items.
///
/// # Errors
/// If a file cannot be read, nothing can be learnt, or there is no such model.
pub fn evaluate_next_basket<T: Read>(
    training: impl Read,
    open_test: impl FnOnce() -> std::io::Result<T>,
    model: &str,
    at: usize,
    threads: usize,
    probes: Probes<'_>,
) -> Result<BasketAnswer, NextBasketError> {
    let model = if model == "auto" { "baskets" } else { model };
    if !BASKET_MODELS.contains(&model) {
        return Err(NextBasketError::Model { name: model.to_owned() });
    }
    let (mut items, mut users) = (Catalogue::default(), HashMap::new());
    let training = read(training, Names::New, &mut items, &mut users).map_err(NextBasketError::Training)?.sessions;
    let log = Baskets::from_sessions(&training);
    let Some(&last) = log.by_time().last() else { return Err(NextBasketError::NoBaskets) };
    let past = Past::new(&log, log.time_s(last as usize) + 1);
    let before = (probes.clock)();
    let mut kept = Writer::new();
    let fit = |name: &str, kept: &mut Writer| -> Box<dyn BasketModel> {
        match name {
            "tifu" => Box::new(Tifu::fit(past, TifuOptions::default())),
            "renewal" => Box::new(Renewal::fit(past)),
            "most-frequent" => Box::new(MostFrequent::fit(past)),
            "popular" => Box::new(Popular::fit(past)),
            _ => {
                let fitted = BasketRecommender::fit(past, BlendOptions { threads, ..BlendOptions::default() });
                fitted.save(kept);
                Box::new(fitted)
            }
        }
    };
    let fitted = fit(model, &mut kept);
    let train_seconds = ((probes.clock)() - before).as_secs_f64();
    let others = ["tifu", "renewal", "most-frequent", "popular"].into_iter().filter(|name| *name != model);
    let members: Vec<_> = if model == "baskets" { others.map(|name| fit(name, &mut kept)).collect() } else { vec![] };

    // Items unknown to training get numbers of their own: nobody can hit them, and they count in the denominators.
    let test = open_test().map_err(|error| NextBasketError::Test(error.into()))?;
    let test = read(test, Names::New, &mut items, &mut users).map_err(NextBasketError::Test)?.sessions;
    let both = Baskets::from_sessions(&joined(&training, &test));
    let mut asked: Vec<u32> = Vec::new();
    let mut strangers = 0;
    let mut of_test: Vec<(u32, i64)> =
        test.iter().filter_map(|session| Some((session.user?, *session.times_s.last()?))).collect();
    of_test.sort_unstable();
    of_test.dedup();
    for (customer, time_s) in of_test {
        let Some(basket) = both.of(customer).find(|&basket| both.time_s(basket) == time_s) else { continue };
        match both.history(customer, time_s).is_empty() {
            true => strangers += 1,
            false => asked.push(basket as u32),
        }
    }
    let mut micros: Vec<f64> = Vec::with_capacity(asked.len());
    let mut judge = |model: &dyn BasketModel, is_timed: bool| {
        let mut judge = Judge::new(&both, &[at]);
        for &basket in &asked {
            let began = (probes.clock)();
            judge.ask(model, basket);
            if is_timed {
                micros.push(((probes.clock)() - began).as_secs_f64() * 1e6);
            }
        }
        judge.figures(model.name()).swap_remove(0)
    };
    let figures = judge(&*fitted, true);
    let peak_bytes = (probes.peak_bytes)();
    let members = members.iter().map(|member| judge(&**member, false)).collect();
    micros.sort_by(f64::total_cmp);
    let percentile = |share: f64| micros.get((share * micros.len() as f64) as usize).copied().unwrap_or(0.0);
    Ok(BasketAnswer {
        protocol: "next-basket",
        figures,
        strangers,
        train_seconds,
        peak_bytes,
        model_bytes: if model == "baskets" { kept.finish().len() as u64 } else { 0 },
        p50_us: percentile(0.5),
        p90_us: percentile(0.9),
        p99_us: percentile(0.99),
        members,
    })
}

/// The sessions of both files, one after the other.
fn joined(first: &Sessions, second: &Sessions) -> Sessions {
    let mut all = first.clone();
    let base = all.items.len();
    all.items.extend(&second.items);
    all.signals.extend(&second.signals);
    all.times_s.extend(&second.times_s);
    all.starts.extend(second.starts.iter().skip(1).map(|start| base + start));
    all.users.extend(&second.users);
    all
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::*;

    fn run<T: Read>(
        training: &str,
        open_test: impl FnOnce() -> std::io::Result<T>,
        model: &str,
    ) -> Result<BasketAnswer, NextBasketError> {
        let probes = Probes { clock: &|| Duration::ZERO, peak_bytes: &|| None, progress: &|_| () };
        evaluate_next_basket(training.as_bytes(), open_test, model, 2, 1, probes)
    }

    const TRAINING: &str =
        "SessionId\tItemId\tTime\tUserId\n1\ta\t100\tann\n1\tb\t100\tann\n2\tc\t200\tbob\n3\ta\t300\tann\n";

    #[test]
    fn a_basket_is_asked_with_its_customers_history() {
        let test = "SessionId\tItemId\tTime\tUserId\n8\ta\t400\tann\n8\tnew\t400\tann\n9\tc\t500\teve\n";
        for model in ["auto", "most-frequent", "tifu", "renewal"] {
            let answer = run(TRAINING, || Ok(test.as_bytes()), model).unwrap();
            assert_eq!((answer.figures.baskets, answer.strangers), (1, 1), "{model}");
            assert!((answer.figures.recall - 0.5).abs() < 1e-6, "{model}: `a` is hit, `new` cannot be");
        }
    }

    #[test]
    fn the_test_is_not_opened_before_there_is_a_model() {
        let never = || -> std::io::Result<&[u8]> { panic!("opened") };
        assert!(matches!(run("SessionId\tItemId\tTime\n1\ta\t1\n", never, "auto"), Err(NextBasketError::NoBaskets)));
        assert!(matches!(run(TRAINING, never, "vsknn"), Err(NextBasketError::Model { .. })));
        let poisoned = || -> std::io::Result<&[u8]> { Err(std::io::Error::other("poisoned")) };
        assert_eq!(run(TRAINING, poisoned, "auto").unwrap_err().to_string(), "test file: cannot read: poisoned");
    }
}
