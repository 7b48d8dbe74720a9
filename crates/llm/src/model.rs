//! A language model as the rest of the house sees it.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::error::LlmError;

/// What a model is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The prompt. Whoever makes it sees to it that it carries no personal data (`writer::prompt`).
    pub prompt: String,
    /// JSON schema the answer must satisfy; `None` for free text.
    pub schema: Option<serde_json::Value>,
    /// Name of the schema: letters, digits, `_` and `-`.
    pub schema_name: String,
    /// Most tokens of the answer.
    pub max_tokens: u32,
    /// 0 for the likeliest words, 1 for varied ones.
    pub temperature: f64,
    /// Seed, where the provider honours one.
    pub seed: Option<u64>,
    /// Longest time for one attempt.
    pub timeout: Duration,
}

impl Request {
    /// A request for JSON by a schema, with a temperature for copy and a minute of time.
    pub fn json(
        prompt: impl Into<String>,
        schema_name: impl Into<String>,
        schema: serde_json::Value,
        max_tokens: u32,
    ) -> Request {
        Request {
            prompt: prompt.into(),
            schema: Some(schema),
            schema_name: schema_name.into(),
            max_tokens,
            temperature: 0.7,
            seed: None,
            timeout: Duration::from_secs(60),
        }
    }
}

/// Tokens a provider counted; `None` where it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answer.
    pub answer_tokens: Option<u64>,
}

/// What a model said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The text.
    pub text: String,
    /// The model as the provider names it.
    pub model: String,
    /// Tokens.
    pub usage: Usage,
    /// True when it stopped because of `max_tokens`.
    pub is_cut: bool,
}

/// A language model. Object safe; one call is one request to the provider, without retries, cache or budget:
/// those are [`crate::Drafter`]'s. Dropping the future cancels the request.
#[async_trait]
pub trait Model: Send + Sync {
    /// Name, as configured: part of provenance, price table and cache key.
    fn name(&self) -> &str;

    /// Whether it runs on the brand's own machine and costs nothing.
    fn is_local(&self) -> bool {
        false
    }

    /// Asks and waits for the whole answer.
    ///
    /// # Errors
    /// See [`LlmError`].
    async fn complete(&self, request: &Request) -> Result<Answer, LlmError>;

    /// Asks and sends the text piece by piece as it comes; the whole answer is returned at the end. A receiver that is
    /// gone does not end the call. Models without streaming send one piece.
    ///
    /// # Errors
    /// See [`LlmError`].
    async fn stream(&self, request: &Request, deltas: mpsc::Sender<String>) -> Result<Answer, LlmError> {
        let answer = self.complete(request).await?;
        // Nobody listening is not an error: the answer is still wanted.
        let _ = deltas.send(answer.text.clone()).await;
        Ok(answer)
    }
}
