//! A model with everything a product needs around it: retries, budget, cache, validation with a repair round.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc;

use crate::{
    budget::{Budget, Spent},
    cache::{AnswerCache, NoCache, digest},
    error::LlmError,
    model::{Answer, Model, Request},
    price::{Price, Prices},
    retry::{Backoff, Clock, TokioClock},
    validate::validate,
};

/// An answer with all that provenance asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Drafted {
    /// The answer's text.
    pub text: String,
    /// The answer as JSON, when a schema was asked for.
    pub value: Option<Value>,
    /// The model as the provider names it.
    pub model: String,
    /// blake3 of what was asked, hex.
    pub digest: String,
    /// Tokens of all prompts sent: counted by the provider, else estimated.
    pub prompt_tokens: u64,
    /// Tokens of all answers: counted by the provider, else estimated.
    pub answer_tokens: u64,
    /// Cost in millionths of a US dollar; `None` when the price is not known; 0 for local and cached.
    pub cost_micro_usd: Option<i64>,
    /// Time from asking to having it, waits included.
    pub latency_ms: i64,
    /// Requests made.
    pub attempts: u32,
    /// Whether it was valid only after it was sent back.
    pub is_repaired: bool,
    /// Whether it came from the cache.
    pub is_cached: bool,
}

/// Asks a model so that nobody has to think of retries, money or broken JSON. Dropping the future cancels the call and
/// gives its budget back.
pub struct Drafter {
    model: Arc<dyn Model>,
    cache: Arc<dyn AnswerCache>,
    clock: Arc<dyn Clock>,
    budget: Budget,
    prices: Prices,
    backoff: Backoff,
    seed: u64,
}

impl Drafter {
    /// A drafter without cache, with the default budget and patience. Must be made inside a tokio runtime.
    pub fn new(model: Arc<dyn Model>) -> Drafter {
        Drafter {
            model,
            cache: Arc::new(NoCache),
            clock: Arc::new(TokioClock::default()),
            budget: Budget::default(),
            prices: Prices::default(),
            backoff: Backoff::default(),
            seed: 0,
        }
    }

    /// With a cache.
    pub fn with_cache(mut self, cache: Arc<dyn AnswerCache>) -> Drafter {
        self.cache = cache;
        self
    }

    /// With a budget, which may be shared.
    pub fn with_budget(mut self, budget: Budget) -> Drafter {
        self.budget = budget;
        self
    }

    /// With prices that override the built-in ones.
    pub fn with_prices(mut self, prices: Prices) -> Drafter {
        self.prices = prices;
        self
    }

    /// With another patience.
    pub fn with_backoff(mut self, backoff: Backoff) -> Drafter {
        self.backoff = backoff;
        self
    }

    /// With another time.
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Drafter {
        self.clock = clock;
        self
    }

    /// With a seed for the jitter of waits.
    pub fn with_seed(mut self, seed: u64) -> Drafter {
        self.seed = seed;
        self
    }

    /// The model's name.
    pub fn model_name(&self) -> &str {
        self.model.name()
    }

    /// Asks, tries again what passes, validates, and sends an invalid answer back once.
    ///
    /// # Errors
    /// See [`LlmError`]; nothing is kept of an answer that is not valid.
    pub async fn draft(&self, request: &Request) -> Result<Drafted, LlmError> {
        self.run(request, None).await
    }

    /// As [`Drafter::draft`], sending the text piece by piece. After a retry or for the repair round a `\u{0}` is sent
    /// first: what came before it is to be forgotten.
    ///
    /// # Errors
    /// As [`Drafter::draft`].
    pub async fn draft_streaming(&self, request: &Request, deltas: mpsc::Sender<String>) -> Result<Drafted, LlmError> {
        self.run(request, Some(deltas)).await
    }

    async fn run(&self, request: &Request, deltas: Option<mpsc::Sender<String>>) -> Result<Drafted, LlmError> {
        let started_ms = self.clock.now_ms();
        let digest = digest(self.model.name(), request);
        if let Some(answer) = self.cache.get(&digest).await {
            let value = self.judge(request, &answer).ok().flatten();
            if value.is_some() || request.schema.is_none() {
                if let Some(deltas) = &deltas {
                    let _ = deltas.send(answer.text.clone()).await;
                }
                return Ok(Drafted {
                    text: answer.text,
                    value,
                    model: answer.model,
                    digest,
                    prompt_tokens: 0,
                    answer_tokens: 0,
                    cost_micro_usd: Some(0),
                    latency_ms: self.since(started_ms),
                    attempts: 0,
                    is_repaired: false,
                    is_cached: true,
                });
            }
        }
        let mut tally = Tally::default();
        let answer = self.ask(request, deltas.as_ref(), &mut tally).await?;
        let (answer, value, is_repaired) = match self.judge(request, &answer) {
            Ok(value) => (answer, value, false),
            Err(errors) => {
                let repair = repair_request(request, &answer, &errors);
                let second = self.ask(&repair, deltas.as_ref(), &mut tally).await?;
                match self.judge(request, &second) {
                    Ok(value) => (second, value, true),
                    Err(errors) => {
                        let model = self.model.name().to_owned();
                        return Err(LlmError::InvalidAnswer { model, errors, text: second.text });
                    }
                }
            }
        };
        self.cache.put(&digest, &answer).await;
        Ok(Drafted {
            text: answer.text,
            value,
            model: answer.model,
            digest,
            prompt_tokens: tally.prompt_tokens,
            answer_tokens: tally.answer_tokens,
            cost_micro_usd: self.cost(tally.prompt_tokens, tally.answer_tokens),
            latency_ms: self.since(started_ms),
            attempts: tally.attempts,
            is_repaired,
            is_cached: false,
        })
    }

    fn judge(&self, request: &Request, answer: &Answer) -> Result<Option<Value>, Vec<String>> {
        request.schema.as_ref().map(|schema| validate(&answer.text, schema, answer.is_cut)).transpose()
    }

    fn since(&self, started_ms: u64) -> i64 {
        i64::try_from(self.clock.now_ms().saturating_sub(started_ms)).unwrap_or(i64::MAX)
    }

    fn price(&self) -> Option<Price> {
        let free = Price { model: String::new(), prompt_micro_usd: 0, answer_micro_usd: 0 };
        if self.model.is_local() { Some(free) } else { self.prices.of(self.model.name()) }
    }

    fn cost(&self, prompt_tokens: u64, answer_tokens: u64) -> Option<i64> {
        let cost = self.price()?.cost_micro_usd(prompt_tokens, answer_tokens);
        i64::try_from(cost).ok()
    }

    /// One answer, with retries, within the budget.
    async fn ask(
        &self,
        request: &Request,
        deltas: Option<&mpsc::Sender<String>>,
        tally: &mut Tally,
    ) -> Result<Answer, LlmError> {
        let price = self.price();
        let estimated = estimate_tokens(&request.prompt);
        let most = Spent {
            micro_usd: price.as_ref().map_or(0, |price| price.cost_micro_usd(estimated, u64::from(request.max_tokens))),
            tokens: estimated + u64::from(request.max_tokens),
        };
        let mut attempt = 0;
        loop {
            attempt += 1;
            let reservation = self.budget.reserve(most, price.is_some())?;
            if let Some(deltas) = deltas.filter(|_| tally.attempts > 0) {
                let _ = deltas.send("\u{0}".to_owned()).await;
            }
            tally.attempts += 1;
            let call = async {
                match deltas {
                    Some(deltas) => self.model.stream(request, deltas.clone()).await,
                    None => self.model.complete(request).await,
                }
            };
            let outcome = match tokio::time::timeout(request.timeout, call).await {
                Ok(outcome) => outcome,
                Err(_) => Err(LlmError::TimedOut { model: self.model.name().to_owned(), after: request.timeout }),
            };
            match outcome {
                Ok(answer) => {
                    let prompt_tokens = answer.usage.prompt_tokens.unwrap_or(estimated);
                    let answer_tokens = answer.usage.answer_tokens.unwrap_or_else(|| estimate_tokens(&answer.text));
                    let micro_usd =
                        price.as_ref().map_or(0, |price| price.cost_micro_usd(prompt_tokens, answer_tokens));
                    reservation.settle(Spent { micro_usd, tokens: prompt_tokens + answer_tokens });
                    tally.prompt_tokens += prompt_tokens;
                    tally.answer_tokens += answer_tokens;
                    return Ok(answer);
                }
                Err(error) => {
                    drop(reservation);
                    let wait = self.backoff.wait(attempt, error.retry_after(), self.seed);
                    let Some(wait) = wait.filter(|_| error.is_passing()) else { return Err(error) };
                    tracing::warn!(
                        model = self.model.name(),
                        attempt,
                        wait_ms = wait.as_millis() as u64,
                        error = error.code(),
                        "asking the model again"
                    );
                    self.clock.sleep(wait).await;
                }
            }
        }
    }
}

/// What the calls for one draft add up to.
#[derive(Debug, Default)]
struct Tally {
    attempts: u32,
    prompt_tokens: u64,
    answer_tokens: u64,
}

/// The question again, with what was wrong about the answer.
fn repair_request(request: &Request, answer: &Answer, errors: &[String]) -> Request {
    const KEPT: usize = 1_200;
    let shown: String = answer.text.chars().take(KEPT).collect();
    let prompt = format!(
        "{}\n\nYour last answer could not be used:\n{}\n\nIt was:\n{shown}\n\nAnswer again with the JSON only, mended.",
        request.prompt,
        errors.iter().map(|error| format!("- {error}")).collect::<Vec<_>>().join("\n"),
    );
    Request { prompt, ..request.clone() }
}

/// Tokens of a text at most, for budgets: three characters each.
fn estimate_tokens(text: &str) -> u64 {
    (text.chars().count() as u64).div_ceil(3)
}
