//! Who writes: the composer alone, or a model first.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    InstantMs, SprintId,
    sprint::{Concept, SlotText},
};
use llm::{AnswerCache, Budget, Ceiling, Drafter, LlmError, Model, Request, Spent};
use serde::{Deserialize, Serialize};
use store::{Store, answers, settings};
use writer::{Facts, limits};

use crate::{Context, SprintError, library};

/// What models may cost in one sprint until somebody says otherwise: five US dollars, in millionths.
const DEFAULT_CEILING_MICRO_USD: i64 = 5_000_000;
/// Tokens of one sprint, for models whose price is not known.
const CEILING_TOKENS: u64 = 2_000_000;
const SETTING: &str = "studio";
const USD_RATE: &str = "studio.usd_rate";

/// Settings of the studio.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct StudioSettings {
    ceiling_micro_usd: i64,
}

/// Who writes.
pub enum Engine {
    /// The built-in composer alone; no model, no key, no network.
    Composer,
    /// A model first; what it does not give, the composer writes.
    Model {
        /// Asks it.
        drafter: Box<Drafter>,
        /// What may be spent, shared with the drafter.
        budget: Budget,
    },
}

/// A model's answer to one prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Texts by slot.
    pub texts: Vec<SlotText>,
    /// The model.
    pub model: String,
    /// Digest of what was asked.
    pub digest: String,
    /// Cost in millionths of a US dollar; 0 where the price is not known.
    pub cost_micro_usd: i64,
    /// Time it took.
    pub latency_ms: i64,
}

/// What a model said, as text of the form that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// The text.
    pub text: String,
    /// The model.
    pub model: String,
    /// Digest of what was asked.
    pub digest: String,
    /// Cost in millionths of a US dollar; 0 where the price is not known.
    pub cost_micro_usd: i64,
    /// Time it took.
    pub latency_ms: i64,
}

/// A question to a model.
pub(crate) struct Question<'a> {
    pub sprint: SprintId,
    pub template: &'a library::Chosen,
    pub concept: &'a Concept,
    pub facts: &'a Facts,
    pub group: &'a str,
    pub seed: u64,
}

impl Engine {
    /// A model with the store's answers as cache and the sprint's spend ceiling. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// The store failed.
    pub async fn with_model(ctx: &Context, sprint: SprintId, model: Arc<dyn Model>) -> Result<Engine, SprintError> {
        let spent = answers::spent(&ctx.store, sprint).await?;
        let ceiling = ceiling(ctx).await?;
        let ceiling = Ceiling { micro_usd: Some(ceiling.max(0).unsigned_abs()), tokens: Some(CEILING_TOKENS) };
        let budget = Budget::new(ceiling, Spent { micro_usd: spent.max(0).unsigned_abs(), tokens: 0 });
        let cache = Arc::new(StoredAnswers { store: ctx.store.clone(), now: ctx.now });
        let drafter = Drafter::new(model).with_cache(cache).with_budget(budget.clone());
        Ok(Engine::Model { drafter: Box::new(drafter), budget })
    }

    /// The composer's or the model's name.
    pub fn name(&self) -> String {
        match self {
            Engine::Composer => "composer".into(),
            Engine::Model { drafter, .. } => drafter.model_name().to_owned(),
        }
    }

    /// Asks for one slot group. `None`: the composer shall write it; `note` says why, if a model was to. After a fault
    /// that will not pass by itself the model is not asked again.
    pub(crate) async fn ask(
        &self,
        ctx: &Context,
        question: &Question<'_>,
        note: &mut Option<String>,
    ) -> Result<Option<Answer>, SprintError> {
        if matches!(self, Engine::Composer) {
            return Ok(None);
        }
        let Some(group) = limits::group(question.group).filter(|_| note.is_none()) else { return Ok(None) };
        let prompt = writer::prompt::render(&question.template.as_template(), question.concept, question.facts, group)
            .map_err(|error| SprintError::Refused(error.to_string()))?;
        let most = u32::try_from(prompt.max_answer_tokens).unwrap_or(u32::MAX);
        let mut request = Request::json(prompt.text, group.name, prompt.schema, most);
        request.seed = Some(question.seed);
        let asked = self.ask_json(ctx, question.sprint, &request, note).await?;
        Ok(asked.map(|told| Answer {
            // Valid by the schema, so there is something; what there is, the checks judge.
            texts: writer::parse_answer(&told.text, group.slots).unwrap_or_default(),
            model: told.model,
            digest: told.digest,
            cost_micro_usd: told.cost_micro_usd,
            latency_ms: told.latency_ms,
        }))
    }

    /// Asks a question of any form and books what it cost on the sprint. `None`: there is no model, it was not asked
    /// because `note` says why, or it gave no answer of the form.
    pub(crate) async fn ask_json(
        &self,
        ctx: &Context,
        sprint: SprintId,
        request: &Request,
        note: &mut Option<String>,
    ) -> Result<Option<Told>, SprintError> {
        let Engine::Model { drafter, budget } = self else { return Ok(None) };
        if let Err(error) = super::paste::names_nobody(ctx, &request.prompt).await {
            *note = Some(format!("{error} The built-in composer wrote the rest."));
            return Ok(None);
        }
        let before = budget.spent().micro_usd;
        let outcome = drafter.draft(request).await;
        let cost = i64::try_from(budget.spent().micro_usd.saturating_sub(before)).unwrap_or(i64::MAX);
        if cost > 0 {
            let digest = llm::digest(drafter.model_name(), request);
            answers::add_spend(&ctx.store, sprint, &digest, drafter.model_name(), cost, ctx.now).await?;
        }
        match outcome {
            Ok(drafted) => Ok(Some(Told {
                text: drafted.text,
                model: drafted.model,
                digest: drafted.digest,
                cost_micro_usd: cost,
                latency_ms: drafted.latency_ms,
            })),
            Err(LlmError::InvalidAnswer { .. }) => Ok(None),
            Err(error) => {
                *note = Some(format!("{error} The built-in composer wrote the rest."));
                Ok(None)
            }
        }
    }
}

/// Answers kept in the store by what was asked. A fault there is a miss.
#[derive(Debug, Clone)]
pub struct StoredAnswers {
    /// Where they are kept.
    pub store: Store,
    /// The instant answers are stored with.
    pub now: InstantMs,
}

#[async_trait]
impl AnswerCache for StoredAnswers {
    async fn get(&self, digest: &str) -> Option<llm::Answer> {
        match answers::get(&self.store, digest).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "a stored answer cannot be read");
                None
            }
        }
    }

    async fn put(&self, digest: &str, answer: &llm::Answer) {
        if let Err(error) = answers::put(&self.store, digest, answer, self.now).await {
            tracing::warn!(%error, "an answer cannot be stored");
        }
    }
}

/// What models may cost in one sprint, in millionths of a US dollar.
///
/// # Errors
/// The store failed.
pub async fn ceiling(ctx: &Context) -> Result<i64, SprintError> {
    let stored = settings::get::<StudioSettings>(&ctx.store, SETTING).await?;
    Ok(stored.map_or(DEFAULT_CEILING_MICRO_USD, |settings| settings.ceiling_micro_usd))
}

/// Sets what models may cost in one sprint, in millionths of a US dollar.
///
/// # Errors
/// It is negative, or the store failed.
pub async fn set_ceiling(ctx: &Context, ceiling_micro_usd: i64) -> Result<(), SprintError> {
    if ceiling_micro_usd < 0 {
        return Err(SprintError::Refused("The ceiling cannot be negative; 0 asks no paid model.".into()));
    }
    let mut tx = ctx.store.begin().await?;
    settings::set(&mut tx, SETTING, &StudioSettings { ceiling_micro_usd }).await?;
    ctx.record(&mut tx, (None, None), "settings.ceiling", "studio", &ceiling_micro_usd.to_string()).await?;
    tx.commit().await?;
    Ok(())
}

/// What a US dollar is in the brand's currency, where somebody set it.
///
/// # Errors
/// The store failed.
pub async fn usd_rate(ctx: &Context) -> Result<Option<f64>, SprintError> {
    Ok(settings::get(&ctx.store, USD_RATE).await?)
}

/// Sets it. What models cost is booked on the changes they wrote for at this rate.
///
/// # Errors
/// It is not above zero, or the store failed.
pub async fn set_usd_rate(ctx: &Context, rate: f64) -> Result<(), SprintError> {
    if !(rate > 0.0 && rate.is_finite()) {
        return Err(SprintError::Refused("A dollar is worth more than nothing: give the rate as e.g. 0.92.".into()));
    }
    let mut tx = ctx.store.begin().await?;
    settings::set(&mut tx, USD_RATE, &rate).await?;
    ctx.record(&mut tx, (None, None), "settings.usd_rate", "studio", &rate.to_string()).await?;
    tx.commit().await?;
    Ok(())
}
